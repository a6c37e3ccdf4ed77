"""Two workers in the test's own process, and a client that reaches both."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.faults.client import new_client
from tests.model_server import ModelServer
from tests.running import RunningWorker, running
from tests.world import Database


@pytest.fixture
async def workers(database: Database, model_server: ModelServer) -> AsyncIterator[tuple[RunningWorker, RunningWorker]]:
    """Two workers on one database."""
    async with (
        running(database, openai_base_url=model_server.base_url) as first,
        running(database, openai_base_url=model_server.base_url) as second,
    ):
        yield first, second


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """Opens a connection for each request."""
    async with new_client() as made:
        yield made
