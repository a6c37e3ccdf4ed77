from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.local.postgres import free_port
from app.local.stack import Stack
from tests.clients.install import LITE


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The whole of `make up`, on free ports, with data that is thrown away."""
    directory = tmp_path_factory.mktemp("stack")
    async with Stack(directory, port=free_port(), packages=LITE, durable=False) as started:
        yield started
