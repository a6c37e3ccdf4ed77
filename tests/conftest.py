"""One embedded PostgreSQL for a test run, a database from a template for each test, people to act in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import psycopg
import pytest
from pytest_postgresql import factories
from pytest_postgresql.executors import NoopExecutor

from app.local.bootstrap import HOSTED_SHAPE, PLAIN_POSTGRES
from app.local.postgres import Postgres
from app.migrations import migrate
from app.seeding import seed
from tests.model_server import ModelServer
from tests.versions import throwaway
from tests.web.browser import chromium
from tests.world import PASSWORDS, Actor, Database, server_directory


def pytest_report_header() -> str:
    """Say at the start which tests are left out."""
    program = chromium()
    if program is None:
        return "console: no Chromium on the path or in PALAVER_CHROMIUM, so tests/web leaves out what needs one"
    return f"console: tests/web runs in {program}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A throw-away PostgreSQL whose cluster has hosted Supabase's roles."""
    password = PASSWORDS["supabase_admin"]
    with (
        server_directory() as directory,
        throwaway(directory, password) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def embedded(postgres_server: Postgres) -> NoopExecutor:
    """The embedded server, as pytest-postgresql's fixtures depend on it, with an empty template."""
    executor = NoopExecutor(
        host="127.0.0.1",
        port=str(postgres_server.port),
        user=postgres_server.superuser,
        password=postgres_server.password,
        dbname="empty",
        options="",
        maintenance_dbname="postgres",
    )
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"create database {executor.template_dbname}".encode())
    return executor


def _make_hosted(host: str, port: int, user: str, dbname: str, password: str, **_options: object) -> None:
    """Schemas, roles and grants of a hosted project, and passwords for those that log in."""
    with psycopg.connect(host=host, port=port, user=user, dbname=dbname, password=password) as connection:
        connection.execute(HOSTED_SHAPE.read_bytes())
        for role in ("postgres", "authenticator"):
            connection.execute(f"alter role {role} password '{PASSWORDS[role]}'".encode())
        connection.execute(PLAIN_POSTGRES.read_bytes())


def _migrate_and_seed(host: str, port: int, user: str, dbname: str, password: str, **_options: object) -> None:
    """Apply Palaver's schema as hosted Supabase's postgres role, and load the demo data."""
    # Owner and grants of a database are no part of its template.
    _make_hosted(host, port, user, dbname, password)
    url = Database(host, port, dbname).url()

    async def apply() -> None:
        await migrate(url, report=lambda _: None)
        await seed(url)

    asyncio.run(apply())
    with psycopg.connect(host=host, port=port, user=user, dbname=dbname, password=password) as connection:
        connection.execute(f"alter role palaver_worker password '{PASSWORDS['palaver_worker']}'".encode())


hosted_template = factories.postgresql_noproc(depends_on="embedded", dbname="hosted", load=[_make_hosted])
hosted_connection = factories.postgresql("hosted_template", dbname="hosted_test")
palaver_template = factories.postgresql_noproc(depends_on="hosted_template", dbname="palaver", load=[_migrate_and_seed])
palaver_connection = factories.postgresql("palaver_template", dbname="palaver_test")


def _located(connection: psycopg.Connection) -> Database:
    connection.execute(f"alter database {connection.info.dbname} owner to postgres".encode())
    connection.commit()
    return Database(connection.info.host, connection.info.port, connection.info.dbname)


@pytest.fixture
def hosted(hosted_connection: psycopg.Connection) -> Database:
    """A database that looks like an empty hosted Supabase project."""
    return _located(hosted_connection)


@pytest.fixture
def database(palaver_connection: psycopg.Connection) -> Database:
    """A database with Palaver's schema and the demo data."""
    return _located(palaver_connection)


@pytest.fixture
async def data_api(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The connection that actors share, as PostgREST's login role."""
    async with database.connected("authenticator") as connection:
        yield connection


async def _person(database: Database, data_api: asyncpg.Connection, email: str) -> Actor:
    (row,) = await database.fetch("select auth_id, tenant_id, id from public.users where email = $1", email)
    return Actor(data_api, auth_id=row["auth_id"], tenant_id=row["tenant_id"], user_id=row["id"])


@pytest.fixture
async def acme_admin(database: Database, data_api: asyncpg.Connection) -> Actor:
    """Ada, who administers Acme."""
    return await _person(database, data_api, "ada@acme.test")


@pytest.fixture
async def acme_member(database: Database, data_api: asyncpg.Connection) -> Actor:
    """Ben, a member of Acme."""
    return await _person(database, data_api, "ben@acme.test")


@pytest.fixture
async def globex_admin(database: Database, data_api: asyncpg.Connection) -> Actor:
    """Chloe, who administers Globex."""
    return await _person(database, data_api, "chloe@globex.test")


@pytest.fixture
async def globex_member(database: Database, data_api: asyncpg.Connection) -> Actor:
    """Dan, a member of Globex."""
    return await _person(database, data_api, "dan@globex.test")


@pytest.fixture
async def initech_viewer(database: Database, data_api: asyncpg.Connection) -> Actor:
    """Finn, who may look but not talk."""
    return await _person(database, data_api, "finn@initech.test")


@pytest.fixture
def outsider(data_api: asyncpg.Connection) -> Actor:
    """Somebody with a valid token and no row in users."""
    return Actor(data_api, auth_id=UUID("00000000-0000-4000-8000-0000000000ff"))


@pytest.fixture
def anon(data_api: asyncpg.Connection) -> Actor:
    """Somebody who is not signed in."""
    return Actor(data_api, role="anon", claims={"role": "anon"})


@pytest.fixture
def service(data_api: asyncpg.Connection) -> Actor:
    """A server of the operator's with the secret key."""
    return Actor(data_api, role="service_role", claims={"role": "service_role"})


@pytest.fixture(scope="session")
def _model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def model_server(_model_server: ModelServer) -> ModelServer:
    """The stand-in provider, with no requests recorded and its ordinary answer."""
    _model_server.reset()
    return _model_server


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return Path(__file__).parents[1]
