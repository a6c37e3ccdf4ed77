"""Connections to the server for apps, and the statements of statements.sql on them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import asyncpg

from app.provisioning.server.errors import AppDatabaseGone, AppServerUnavailable, told
from app.provisioning.server.statements import statement

CONNECT_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 120.0
"""Longest statement of ours."""

CHECKPOINT_SECONDS: Final = 900.0
"""Longest of those that wait for a checkpoint, which writes what all databases have changed since the last one."""

_WITH_CHECKPOINT: Final = frozenset({"create_database", "drop_database"})

APPLICATION: Final = "palaver-apps"

_GUARD: Final = {"search_path": "pg_catalog, pg_temp"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in, and to which database."""

    user: str
    password: str = field(repr=False)
    database: str


class Link:
    """A connection on which our own statements run."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def run(self, name: str, **values: str | int) -> None:
        """Run a named statement. Raises AppServerError."""
        with told():
            seconds = CHECKPOINT_SECONDS if name in _WITH_CHECKPOINT else None
            await self.connection.execute(statement(name, **values), timeout=seconds)

    async def rows(self, name: str, **values: str | int) -> list[asyncpg.Record]:
        """The rows of a named statement. Raises AppServerError."""
        with told():
            rows: list[asyncpg.Record] = await self.connection.fetch(statement(name, **values))
            return rows

    async def value(self, name: str, **values: str | int) -> Any:
        """The first value of the first row, None if there is none. Raises AppServerError."""
        rows = await self.rows(name, **values)
        return rows[0][0] if rows else None

    async def after(self, span: timedelta) -> str:
        """The moment after that time by the clock of the server, which may differ from ours. Raises AppServerError."""
        moment: datetime = await self.value("moment_after", seconds=int(span.total_seconds()))
        return moment.isoformat()


class Address:
    """Where the server is: the provisioner's URL, also taken by others and to other databases."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def link(
        self,
        credentials: Credentials | None = None,
        database: str | None = None,
        *,
        seconds: float = COMMAND_SECONDS,
        guarded: bool = False,
    ) -> AsyncIterator[Link]:
        """A connection, the provisioner's unless credentials are given. Raises AppServerError.

        `guarded`: where it can do more than the app, whose operators would else stand beside those of PostgreSQL, and
        before them where they fit better.
        """
        try:
            with told():
                connection = await self.connect(credentials, database, seconds=seconds, guarded=guarded)
        except AppDatabaseGone as error:
            if credentials or database:
                raise
            # Not an app's, but the one in which we sign in.
            raise AppServerUnavailable(sqlstate=error.sqlstate) from error
        try:
            yield Link(connection)
        finally:
            await _closed(connection)

    async def connect(
        self,
        credentials: Credentials | None = None,
        database: str | None = None,
        *,
        seconds: float = COMMAND_SECONDS,
        guarded: bool = False,
    ) -> asyncpg.Connection:
        """A bare connection, on which no statement takes longer than `seconds`. Raises whatever the driver does."""
        connection: asyncpg.Connection = await asyncpg.connect(
            self._url,
            user=credentials.user if credentials else None,
            password=credentials.password if credentials else None,
            database=credentials.database if credentials else database,
            timeout=CONNECT_SECONDS,
            command_timeout=seconds,
            statement_cache_size=0,
            server_settings={"application_name": APPLICATION} | (_GUARD if guarded else {}),
        )
        return connection

    def url(self, credentials: Credentials) -> str:
        """A URL for libpq's programs: this one with other credentials."""
        parts = urlsplit(self._url)
        host = parts.netloc.rpartition("@")[2]
        user, password, database = (
            quote(each, safe="") for each in (credentials.user, credentials.password, credentials.database)
        )
        return parts._replace(netloc=f"{user}:{password}@{host}", path=f"/{database}").geturl()


async def _closed(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
