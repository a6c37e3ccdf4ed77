"""A throw-away PostgreSQL with Palaver's schema and the demo data, for the long runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.seeding import seed
from tests.benchmarks.stage import stage as bare_stage
from tests.world import Database


@asynccontextmanager
async def stage() -> AsyncIterator[Database]:
    """The database; gone with its server at the end."""
    async with bare_stage(18) as made:
        await seed(made.database.url())
        yield made.database
