"""The servers that the schemas of apps are tried on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.local.postgres import Postgres
from tests.provisioning.fidelity import scratch
from tests.provisioning.serving import AppsPostgres, apps_postgres
from tests.versions import NEWEST, SERVERS, throwaway
from tests.world import PASSWORDS, server_directory


@pytest.fixture(scope="session", params=SERVERS, ids=str)
def app_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The oldest server that there is here, and the tests' own."""
    if request.param == NEWEST:
        yield request.getfixturevalue("postgres_server")
        return
    with (
        server_directory() as directory,
        throwaway(directory, PASSWORDS["supabase_admin"], request.param) as server,
    ):
        yield server


@pytest.fixture(scope="session")
async def app_database(app_server: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty database, which each test leaves empty."""
    async with scratch(app_server.url()) as connection:
        yield connection


@pytest.fixture(scope="session")
def apps_ground() -> Iterator[AppsPostgres]:
    """A server for apps."""
    with apps_postgres() as ground:
        yield ground
