"""A server for apps of each version, as a DBA sets it up, and an app on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import psycopg
import pytest

from app.local.postgres import Postgres
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.limits import Limits
from app.provisioning.server.names import Names
from app.provisioning.server.scram import new_password
from tests.versions import SERVERS, throwaway
from tests.world import server_directory

SET_UP = Path(__file__).parents[3] / "sql" / "apps_server.sql"
PROVISIONER_PASSWORD = "provisioner-password"
LIMITS = Limits(connections=3)


@dataclass
class Ground:
    """A server that is set up, and the superuser's way to it."""

    postgres: Postgres
    server: AppServer

    @asynccontextmanager
    async def superuser(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.postgres.url(database=database), ssl=False)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def signed_in(self, user: str, password: str, database: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.postgres.url(user, password, database), ssl=False)
        try:
            yield connection
        finally:
            await connection.close()

    async def refused(self, user: str, password: str, database: str) -> str:
        """The SQLSTATE with which signing in is refused."""
        try:
            async with self.signed_in(user, password, database):
                return "let in"
        except asyncpg.PostgresError as error:
            return str(error.sqlstate)


@dataclass
class App:
    """An app whose database stands."""

    ground: Ground
    names: Names = field(default_factory=lambda: Names(UUID(uuid4().hex)))
    password: str = field(default_factory=new_password)

    async def create(self) -> None:
        async with self.ground.server.place(self.names) as place:
            await place.create(self.password, LIMITS)
            async with place.hand() as hand, hand.link() as link:
                await link.run("create_schema")
            await place.open()

    async def remove(self) -> None:
        async with self.ground.server.place(self.names) as place:
            await place.remove()

    @asynccontextmanager
    async def signed_in(
        self, login: str | None = None, password: str | None = None
    ) -> AsyncIterator[asyncpg.Connection]:
        async with self.ground.signed_in(
            login or self.names.role, password or self.password, self.names.database
        ) as connection:
            yield connection


def set_up(postgres: Postgres) -> AppServer:
    """What a DBA does once."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(SET_UP.read_bytes())
        connection.execute(f"alter role palaver_provisioner password '{PROVISIONER_PASSWORD}'".encode())
    return AppServer(postgres.url("palaver_provisioner", PROVISIONER_PASSWORD))


@pytest.fixture(scope="session", params=SERVERS)
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    """A throw-away server of each version."""
    with (
        server_directory() as directory,
        throwaway(directory, "superuser-password", request.param) as postgres,
    ):
        yield Ground(postgres, set_up(postgres))


@pytest.fixture
async def app(ground: Ground) -> AsyncIterator[App]:
    """An app with an empty database."""
    app = App(ground)
    await app.create()
    yield app
    await app.remove()


@pytest.fixture
async def other(ground: Ground) -> AsyncIterator[App]:
    """Another app."""
    app = App(ground)
    await app.create()
    yield app
    await app.remove()
