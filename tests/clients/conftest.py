from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.local.postgres import free_port
from app.local.stack import Stack
from tests.clients.install import LITE
from tests.world import server_directory


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """The whole of `make up`, on free ports, with data that is thrown away."""
    with server_directory() as directory:
        async with Stack(directory, port=free_port(), packages=LITE, durable=False) as started:
            yield started
