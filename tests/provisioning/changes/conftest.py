"""Databases for plans to be tried in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from app.local.postgres import Postgres
from tests.provisioning.changes.trying import VERSION, Tried, databases
from tests.world import PASSWORDS, server_directory


@pytest.fixture(scope="session")
def apps_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The tests' server, or one of the version that `python -m tests.provisioning.changes` was told."""
    if VERSION not in os.environ:
        yield request.getfixturevalue("postgres_server")
        return
    with (
        server_directory() as directory,
        Postgres(
            directory / "data",
            password=PASSWORDS["supabase_admin"],
            version=int(os.environ[VERSION]),
            durable=False,
            report=lambda _: None,
        ) as server,
    ):
        yield server


@pytest.fixture(scope="session")
async def tried(apps_server: Postgres) -> AsyncIterator[Tried]:
    """An app's database, and an empty one."""
    async with databases(lambda name: apps_server.url(database=name)) as both:
        yield both
