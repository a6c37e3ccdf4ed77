"""One pair of worlds, from its making to the last look at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import asyncpg
from hypothesis.strategies import SearchStrategy

from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.neighbours import Act, Neighbours, act
from tests.isolation.twins.observe import Difference, compare
from tests.isolation.twins.people import IDS
from tests.isolation.twins.worlds import Pair, Stage, World

_TENANTS: Final = (
    *("users", "conversations", "messages", "feedback", "usage_ledger", "usage_metrics", "turns"),
    *("prompts", "prompt_publishers", "prompt_versions", "conversation_shares", "consents", "legal_holds"),
    "documentation_sections",
    *("projects", "project_members", "project_revisions"),
    "configuration_suggestions",
    *("generated_apps", "generated_app_files", "app_revisions", "app_databases", "app_operations"),
    *("app_changes", "app_backups"),
)
_THEIRS: Final = (
    *(f"public.{table}" for table in (*_TENANTS, "audit_log")),
    *("private.allowances", "private.open_turns", "private.turn_pieces", "private.idempotency_keys"),
    *("private.prompt_uses", "private.share_secrets", "private.share_views", "private.search_index"),
    *("private.cached_responses", "private.tenant_keys", "private.erasures"),
    "private.documentation_index",
    "private.app_credentials",
)


class Client(Protocol):
    """Whoever carries operations out in one world."""

    @property
    def acts(self) -> Mapping[Act, Callable[[], Awaitable[None]]]:
        """What the neighbours do through this door, and not through SQL."""

    async def perform(self, operation: Any) -> dict[str, Any]:
        """All that is told about an operation."""


class Door(Protocol):
    """A way in."""

    name: str
    measured: frozenset[str]
    """Keys whose values are times that something took."""

    def operations(self, catalog: Catalog) -> SearchStrategy[Any]:
        """What is drawn."""

    def open(self, stage: Stage, world: World) -> AbstractAsyncContextManager[Client]:
        """A client in a world."""


@dataclass
class Episode:
    """Acme's operations in two worlds, and the neighbours' in one."""

    pair: Pair
    clients: tuple[Client, Client]
    theirs: tuple[str, str]
    """What the neighbours have in each world, as they left it."""

    async def step(self, operation: Any, meanwhile: Act | None) -> int:
        """Let the neighbours act in the right world, then Acme in both; how much was compared. Raises Difference."""
        if meanwhile is not None:
            await self._neighbours_act(meanwhile)
        left, right = await asyncio.gather(*(client.perform(operation) for client in self.clients))
        return compare(self.pair.left.normal.observed(left), self.pair.right.normal.observed(right))

    async def _neighbours_act(self, what: Act) -> None:
        await self._look_at_theirs()
        try:
            through_the_door = self.clients[1].acts.get(what)
            await (through_the_door() if through_the_door else act(self.pair.acting, what))
        except asyncpg.PostgresError as refused:
            # Their own limit is reached, or there is nobody: the schema's own errors.
            if not str(refused.sqlstate).startswith("PA"):
                raise
        self.theirs = self.theirs[0], await _theirs(self.pair.right)

    async def _look_at_theirs(self) -> None:
        if (await _theirs(self.pair.left), await _theirs(self.pair.right)) != self.theirs:
            raise Difference("Acme changed what the neighbours have.")

    async def last_look(self) -> int:
        """Everything that Acme has is the same, and the neighbours have what they had. Raises Difference."""
        await self._look_at_theirs()
        left, right = [world.normal.observed(await _ours(world)) for world in (self.pair.left, self.pair.right)]
        return compare(left, right) + 2


@asynccontextmanager
async def episode(stage: Stage, door: Door, neighbours: Neighbours, leak: str = "") -> AsyncIterator[Episode]:
    """Two fresh worlds, and a client of the door in each."""
    async with stage.pair(neighbours, leak) as pair:
        for world in (pair.left, pair.right):
            world.normal.measured = door.measured
        async with door.open(stage, pair.left) as left, door.open(stage, pair.right) as right:
            yield Episode(pair, (left, right), (await _theirs(pair.left), await _theirs(pair.right)))


async def _ours(world: World) -> dict[str, Any]:
    """Every row of Acme's, as nobody of Acme's may see them all."""
    return {
        table: [
            dict(row)
            for row in await world.owner.fetch(
                f"select * from public.{table} where tenant_id = $1 order by 1, 2, 3", IDS["acme"]
            )
        ]
        for table in _TENANTS
    }


async def _theirs(world: World) -> str:
    """A digest of every row that is not Acme's."""
    parts = [f"select '{table}' || x::text from {table} as x where tenant_id <> $1" for table in _THEIRS]
    parts.append("select 'tenants' || x::text from public.tenants as x where id <> $1")
    digest = f"select md5(string_agg(r, '' order by r)) from ({' union all '.join(parts)}) as t (r)"
    return str(await world.owner.fetchval(digest, IDS["acme"]))
