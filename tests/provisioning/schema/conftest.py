"""Databases of both servers for schemas to be tried in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.local.postgres import Postgres
from tests.world import PASSWORDS, server_directory


@pytest.fixture(scope="session", params=[16, 18])
def app_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The oldest server there is here, and the tests' own."""
    if request.param == 18:
        yield request.getfixturevalue("postgres_server")
        return
    with (
        server_directory() as directory,
        Postgres(
            directory / "data",
            password=PASSWORDS["supabase_admin"],
            version=request.param,
            durable=False,
            report=lambda _: None,
        ) as server,
    ):
        yield server


@pytest.fixture(scope="session")
async def connection(app_server: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty database, which each test leaves empty."""
    async with contextlib.AsyncExitStack() as stack:
        maintenance = await asyncpg.connect(app_server.url())
        stack.push_async_callback(maintenance.close)
        await maintenance.execute("create database schemas template template0 strategy file_copy")
        connection = await asyncpg.connect(app_server.url(database="schemas"))
        stack.push_async_callback(connection.close)
        yield connection
