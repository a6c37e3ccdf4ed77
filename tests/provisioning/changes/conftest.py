"""Databases for plans to be tried in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.local.postgres import Postgres
from tests.provisioning.changes.trying import Tried, databases


@pytest.fixture(scope="session")
async def tried(postgres_server: Postgres) -> AsyncIterator[Tried]:
    """An app's database, and an empty one, on the tests' server."""
    async with databases(lambda name: postgres_server.url(database=name)) as both:
        yield both
