"""Applies and reverts the files of supabase/migrations, with the Supabase CLI's own history table.

psql (sql/install.sql), the Supabase CLI (`supabase db push`) and this module agree on what is applied,
since all three read and write supabase_migrations.schema_migrations.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

PROJECT: Final = Path(__file__).parents[1]
LOCK_TIMEOUT: Final = "5s"
LOCK_ATTEMPTS: Final = 5
_FILE_NAME: Final = re.compile(r"([0-9]+)_([a-z0-9_]+)\.sql")
_HISTORY: Final = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text [],
    name text
);
"""

Report = Callable[[str], None]


class MigrationError(Exception):
    """A migration cannot be applied or reverted; the text says which and why, in a sentence."""


@dataclass(frozen=True)
class Migration:
    """One file of supabase/migrations and its rollback."""

    version: str
    name: str
    path: Path
    rollback: Path


@dataclass(frozen=True)
class MigrationStatus:
    """A version that this checkout or the database's history knows."""

    version: str
    name: str
    applied: bool
    known: bool
    """False for a version in the history that this checkout has no file for."""


def available(project: Path = PROJECT) -> list[Migration]:
    """The migrations of a checkout, oldest first. Raises MigrationError for a name the Supabase CLI would skip."""
    found = []
    for path in sorted((project / "supabase" / "migrations").glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name} is not named <number>_<what>.sql.")
        found.append(Migration(match[1], match[2], path, project / "rollbacks" / path.name))
    return found


async def migrate(url: str, *, report: Report = print, project: Path = PROJECT) -> list[str]:
    """Apply what is not applied yet, each file in a transaction of its own; returns the versions applied now.

    One at a time for each database; a statement that waits five seconds for a lock is given up, so that
    it holds up nobody, and the file is tried again a few times. Raises MigrationError.
    """
    done = []
    async with _connected(url) as connection:
        await connection.execute(_HISTORY)
        applied = await _applied(connection)
        for migration in available(project):
            if migration.version in applied:
                continue
            await _apply(connection, migration)
            report(f"applied {migration.version} {migration.name}")
            done.append(migration.version)
    return done


async def rollback(url: str, *, steps: int | None = 1, report: Report = print, project: Path = PROJECT) -> list[str]:
    """Revert the newest applied migrations (all with `steps=None`); returns the versions reverted.

    Raises MigrationError; what was reverted before stays reverted.
    """
    known = {migration.version: migration for migration in available(project)}
    done = []
    async with _connected(url) as connection:
        applied = sorted(await _applied(connection), reverse=True)
        ours = [version for version in applied if version in known]
        for version in ours if steps is None else ours[:steps]:
            migration = known[version]
            try:
                await connection.execute(migration.rollback.read_text("utf-8"))
            except (asyncpg.PostgresError, OSError) as error:
                raise MigrationError(f"{migration.rollback.name}: {error}") from error
            report(f"reverted {migration.version} {migration.name}")
            done.append(version)
    return done


async def status(url: str, *, project: Path = PROJECT) -> list[MigrationStatus]:
    """Every version that the checkout or the history knows, oldest first. Raises MigrationError."""
    known = {migration.version: migration for migration in available(project)}
    async with _connected(url, exclusive=False) as connection:
        applied = await _applied(connection)
    return [
        MigrationStatus(
            version,
            known[version].name if version in known else applied[version] or "",
            version in applied,
            version in known,
        )
        for version in sorted({*known, *applied})
    ]


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    sql = migration.path.read_text("utf-8")
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute(
                    "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
                    migration.version,
                    migration.name,
                    [sql],
                )
            return
        except asyncpg.LockNotAvailableError as error:
            if attempt == LOCK_ATTEMPTS:
                raise MigrationError(
                    f"{migration.path.name}: something holds a lock that it needs; nothing of it was applied."
                ) from error
            await _nap(attempt)
        except asyncpg.PostgresError as error:
            where = _line(sql, error)
            raise MigrationError(f"{migration.path.name}{where}: {error}; nothing of it was applied.") from error


async def _nap(seconds: float) -> None:
    await asyncio.sleep(seconds)


def _line(sql: str, error: asyncpg.PostgresError) -> str:
    position = getattr(error, "position", None)
    return f" line {sql[: int(position)].count(chr(10)) + 1}" if position else ""


async def _applied(connection: asyncpg.Connection) -> dict[str, str | None]:
    if await connection.fetchval("select to_regclass('supabase_migrations.schema_migrations')") is None:
        return {}
    rows = await connection.fetch("select version, name from supabase_migrations.schema_migrations")
    return {row["version"]: row["name"] for row in rows}


@asynccontextmanager
async def _connected(url: str, *, exclusive: bool = True) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise MigrationError(f"The database cannot be reached: {error or type(error).__name__}") from error
    try:
        if exclusive:
            await connection.execute("select pg_advisory_lock(hashtext('palaver.migrations'))")
        await connection.execute(f"set lock_timeout = '{LOCK_TIMEOUT}'")
        yield connection
    finally:
        # The session's locks go with it.
        await connection.close(timeout=10)
