"""The third door: the Data API, as Supabase Lite serves it, over plain HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from hypothesis.strategies import SearchStrategy

from app.local.bootstrap import complete_auth
from app.local.environment import inherited
from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.neighbours import Act
from tests.isolation.twins.over_http import Request, in_order, send, told
from tests.isolation.twins.requests_data_api import operation
from tests.isolation.twins.upkeep import Upkeep
from tests.isolation.twins.worlds import KEYS, Stage, World


@dataclass
class DataApiClient:
    """Sends requests to the Data API of one world."""

    world: World
    http: httpx2.AsyncClient
    acts: Mapping[Act, Callable[[], Awaitable[None]]] = field(default_factory=dict)

    async def perform(self, operation: Request | Upkeep) -> dict[str, Any]:
        """All that is told about an operation."""
        if isinstance(operation, Upkeep):
            return {"tag": await self.world.owner.execute(await self.world.fill(operation.sql))}
        answer = told(await send(self.http, self.world, operation))
        if operation.method in ("POST", "PATCH", "DELETE"):
            answer["body"] = in_order(answer["body"])
        return answer


class DataApiDoor:
    """Door `data_api`."""

    name = "data_api"
    measured: frozenset[str] = frozenset()

    def operations(self, catalog: Catalog) -> SearchStrategy[Request | Upkeep]:
        """What is drawn."""
        return operation(catalog)

    @asynccontextmanager
    async def open(self, stage: Stage, world: World) -> AsyncIterator[DataApiClient]:
        """A Data API of a world's own."""
        superuser = world.database.url("supabase_admin")
        await complete_auth(superuser)
        lite = stage.lite(world.database)
        child = await lite.start(stage.processes, inherited(os.environ))
        try:
            await complete_auth(superuser)
            async with httpx2.AsyncClient(
                base_url=lite.url, timeout=30, trust_env=False, headers={"apikey": KEYS.publishable_key}
            ) as http:
                yield DataApiClient(world, http)
        finally:
            await child.stop(5)
            await stage.processes.forget(child.pid)
