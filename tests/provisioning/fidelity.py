"""Our schema beside what the real tool would have made, in databases of the tests' servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from app.provisioning.oracles.comparison import Fidelity, applied, compare_in
from app.provisioning.schema.model import Schema

__all__ = ["Fidelity", "applied", "compare", "compare_in", "scratch"]


async def compare(server_dsn: str, our: Schema, their_sql: str) -> Fidelity:
    """Apply both in a database of their own on a server, as a role that may make one, and compare the catalogs."""
    async with scratch(server_dsn) as connection:
        return await compare_in(connection, our, their_sql)


@asynccontextmanager
async def scratch(server_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a new, empty database, which goes with it."""
    name = f"fidelity_{uuid4().hex}"
    maintenance = await asyncpg.connect(server_dsn)
    try:
        await maintenance.execute(f"create database {name} template template0 strategy file_copy")
        try:
            connection = await asyncpg.connect(urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}")))
            try:
                yield connection
            finally:
                await connection.close()
        finally:
            await maintenance.execute(f"drop database {name} with (force)")
    finally:
        await maintenance.close()
