from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.assistant.desk import Asking, Desk, opened
from tests.model_server import ModelServer
from tests.running import RunningWorker, running
from tests.world import Actor, Database


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    """A worker whose models are the test's."""
    async with running(
        database, openai_base_url=model_server.base_url, openai_api_key="key", default_ai_model="m"
    ) as started:
        yield started


@pytest.fixture
async def desk(database: Database, acme_admin: Actor, acme_member: Actor) -> Desk:
    """Ada's project, of which Ben is an editor."""
    return await opened(database, acme_admin, acme_member)


@pytest.fixture
def ada(worker: RunningWorker, acme_admin: Actor) -> Asking:
    """The project's owner."""
    return Asking(worker, acme_admin)


@pytest.fixture
def ben(worker: RunningWorker, acme_member: Actor) -> Asking:
    """An editor of it."""
    return Asking(worker, acme_member)


@pytest.fixture
def dan(worker: RunningWorker, globex_member: Actor) -> Asking:
    """Somebody of another tenant."""
    return Asking(worker, globex_member)
