"""Clusters and databases for tests of the migrations themselves, and psql to act as a DBA would.

Roles belong to a whole cluster, so what a rollback does to them shows only where one database uses them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app.local.bootstrap import HOSTED_SHAPE, PLAIN_POSTGRES
from app.local.postgres import Postgres, binaries
from tests.versions import throwaway
from tests.world import PASSWORDS, Database

PROJECT = Path(__file__).parents[2]
FINGERPRINT = (PROJECT / "sql" / "fingerprint.sql").read_text("utf-8")
PSQL = binaries(18) / "psql"


def psql(url: str, *arguments: str | Path, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Run psql as the guides say, without anything of the developer's own environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(
        [PSQL, "-X", url, *arguments], capture_output=True, text=True, env=environment, cwd=cwd, check=False, timeout=60
    )


async def fingerprint(database: Database, role: str = "postgres") -> list[str]:
    """What sql/fingerprint.sql says of a database."""
    return [row["line"] for row in await database.fetch(FINGERPRINT, role=role)]


@contextmanager
def cluster(directory: Path, version: int) -> Iterator[Postgres]:
    """A server of its own, with nothing in it."""
    with throwaway(directory, PASSWORDS["supabase_admin"], version) as server:
        yield server


@contextmanager
def trial(server: Postgres, name: str, *, hosted: bool = True) -> Iterator[Database]:
    """An empty database that looks hosted, or plain; dropped in the end with Palaver's roles."""
    assert server.port is not None
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
    try:
        with psycopg.connect(server.url(database=name)) as connection:
            if hosted:
                connection.execute(HOSTED_SHAPE.read_bytes())
                connection.execute(f"alter role postgres password '{PASSWORDS['postgres']}'".encode())
            connection.execute(PLAIN_POSTGRES.read_bytes())
        yield Database("127.0.0.1", server.port, name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f'drop database "{name}" with (force)'.encode())
            connection.execute(b"drop role if exists palaver_worker, palaver_definer")


@contextmanager
def copy(server: Postgres, original: Database, name: str) -> Iterator[Database]:
    """A copy of a database that nobody uses, dropped in the end."""
    assert server.port is not None
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{original.name}" owner postgres'.encode())
        try:
            yield Database("127.0.0.1", server.port, name)
        finally:
            connection.execute(f'drop database "{name}" with (force)'.encode())
