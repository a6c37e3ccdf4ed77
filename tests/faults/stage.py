"""A crash-safe PostgreSQL with Palaver's schema and the demo data, which may be stopped and started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.local.bootstrap import ALLOW_LOGIN, HOSTED_SHAPE, PLAIN_POSTGRES
from app.local.postgres import Postgres
from app.migrations import migrate
from app.seeding import seed
from tests.world import PASSWORDS, Database, server_directory

ADA, BEN, CHLOE, DAN, EMMA = (
    UUID(f"00000000-0000-7000-8000-00000000{end}") for end in ("aa01", "aa02", "bb01", "bb02", "cc01")
)
"""Ada and Ben are of Acme, Chloe and Dan of Globex, Emma of Initech."""


@dataclass(frozen=True)
class Stage:
    """A server, and the database in it."""

    postgres: Postgres
    database: Database

    async def restart(self, mode: str) -> None:
        """Stop the server (`fast`, or `immediate` as in a crash) and start it again on the same port."""
        await asyncio.to_thread(self.postgres.stop, mode)
        await asyncio.to_thread(self.postgres.start, self.database.port)

    async def cut_workers(self, share: float = 1.0) -> int:
        """End about this share of the workers' connections; how many those were."""
        return int(
            await self.database.value(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where application_name = 'palaver-worker' and random() < $1",
                share,
                role="supabase_admin",
            )
        )


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """The server; gone at the end. What was committed outlives its crashes."""
    with (
        server_directory() as directory,
        Postgres(directory / "data", password=PASSWORDS["supabase_admin"], report=lambda _: None) as postgres,
    ):
        assert postgres.port is not None
        database = Database("127.0.0.1", postgres.port, "postgres")
        async with database.connected("supabase_admin") as link:
            await link.execute(HOSTED_SHAPE.read_text())
            await link.execute(PLAIN_POSTGRES.read_text())
            await _allow_login(link, "postgres")
        await migrate(database.url(), report=lambda _: None)
        await seed(database.url())
        async with database.connected("supabase_admin") as link:
            await _allow_login(link, "palaver_worker")
        yield Stage(postgres, database)


async def _allow_login(link: asyncpg.Connection, role: str) -> None:
    await link.execute(await link.fetchval(ALLOW_LOGIN, role, PASSWORDS[role]))
