"""The worker at the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sql.working import Worker, working
from tests.world import Database


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[Worker]:
    """A worker process."""
    async with working(database) as started:
        yield started
