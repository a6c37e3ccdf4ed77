"""Ends what fills a database when that becomes larger than it may: a restore runs the app's own code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from app.provisioning.backups.errors import BackupTooLarge
from app.provisioning.server.app_server import AppServer

LOOK_SECONDS: Final = 1.0
FACTOR: Final = 2
"""A restored database is smaller as a rule, for nothing of it is dead yet."""

LEAST: Final = 64 << 20
"""Bytes that are not argued about."""


@asynccontextmanager
async def bounded(server: AppServer, database: str, usual: int | None) -> AsyncIterator[None]:
    """The block ends when a database is larger by far than `usual` bytes. Raises BackupTooLarge."""
    if usual is None:
        yield
        return
    most = max(usual * FACTOR, LEAST)
    try:
        async with asyncio.timeout(None) as end:
            watching = asyncio.create_task(_watch(server, database, most, end))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError as error:
        if not end.expired():
            raise
        raise BackupTooLarge from error


async def _watch(server: AppServer, database: str, most: int, end: asyncio.Timeout) -> None:
    async for size in server.sizes_of(database, every=LOOK_SECONDS):
        if size > most:
            end.reschedule(asyncio.get_running_loop().time())
            return
