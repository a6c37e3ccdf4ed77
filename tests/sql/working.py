"""The worker's side of the database: its login, which calls each function as a statement of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid4

import asyncpg

from app.queries import QUERIES
from tests.world import Actor, Database

NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")
NOBODY = UUID("00000000-0000-0000-0000-000000000000")
"""In private.allowances the tenant as a whole."""

T = TypeVar("T")
Row: TypeAlias = asyncpg.Record | Mapping[str, Any]

WRITTEN = """
    select
        (select count(*) from public.conversations) as conversations,
        (select max(updated_at) from public.conversations) as last_touched,
        (select count(*) from public.messages) as messages,
        (select count(*) from public.turns) as turns,
        (select count(*) from public.turns where status = 'running') as running,
        (select count(*) from public.usage_ledger) as ledger,
        (select sum(request_count) from public.usage_metrics) as requests,
        (select sum(total_tokens) from public.usage_metrics) as tokens,
        (select count(*) from private.open_turns) as open_turns,
        (select count(*) from private.idempotency_keys) as keys,
        (select sum(used_tokens) from private.allowances) as used,
        (select sum(reserved_tokens) from private.allowances) as reserved,
        (select max(next_at) from private.allowances) as next_at
"""


@dataclass(frozen=True)
class Worker:
    """A worker process, by the id that it holds turns with, on a connection."""

    connection: asyncpg.Connection
    id: UUID = field(default_factory=uuid4)

    async def call(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of one of the worker's statements."""
        rows: list[asyncpg.Record] = await self.connection.fetch(QUERIES[query], *arguments)
        return rows

    async def begin(
        self,
        asker: Actor | str | None,
        content: str | None = "Hello",
        *,
        history: tuple[int | None, int | None] = (50, 1_000_000),
        client_id: str | None = None,
        **request: Any,
    ) -> asyncpg.Record:
        """Begin a turn with a question, or with `messages`."""
        said = [{"role": "user", "content": content, "client_id": client_id}]
        asked = {"dialect": "plain", "messages": said} | {name: _plain(value) for name, value in request.items()}
        return (await self.call("begin_turn", _claims(asker), self.id, json.dumps(asked), *history))[0]

    async def finish(self, begun: Row, **given: Any) -> asyncpg.Record:
        """Settle a turn as an ordinary answer, but for what is given."""
        return (await self.finish_all([result(begun, **given)]))[0]

    async def finish_all(self, results: Sequence[Mapping[str, Any]]) -> list[asyncpg.Record]:
        """Settle turns together."""
        return await self.call("finish_turns", self.id, json.dumps(results))

    async def keep_lease(
        self, known: Sequence[UUID] | None = None, unheard: timedelta = timedelta(minutes=1)
    ) -> list[asyncpg.Record]:
        """Say that it is alive; the turns that it takes over."""
        return await self.call("keep_lease", self.id, known, unheard)

    async def save(self, begun: Row, seq: int, *pieces: object, **more: str) -> list[UUID]:
        """Save what a turn has said; the turns that somebody asked to stop."""
        batch = {"tenant_id": str(begun["tenant_id"]), "turn_id": str(begun["turn_id"]), "seq": seq, "pieces": pieces}
        return [row["turn_id"] for row in await self.call("save_pieces", self.id, json.dumps([batch | more]))]

    async def read(self, begun: Row, seq: int = -1) -> list[tuple[int | None, object]]:
        """What a turn has said since, by number; nothing once it is over."""
        reader = {"tenant_id": str(begun["tenant_id"]), "turn_id": str(begun["turn_id"]), "seq": seq}
        rows = await self.call("read_pieces", json.dumps([reader]))
        return [(row["seq"], row["pieces"] and json.loads(row["pieces"])) for row in rows]

    async def find(self, asker: Actor | str | None, turn_id: UUID | None, chat: str | None = None) -> Any:
        """A turn, or what runs in a chat; None if nothing does."""
        rows = await self.call("find_turn", _claims(asker), turn_id, chat)
        return rows[0] if rows else None

    async def stop(self, asker: Actor | str | None, turn_id: UUID | None, chat: str | None = None) -> list[UUID]:
        """Ask to stop; which turns run."""
        return [row["turn_id"] for row in await self.call("stop_turn", _claims(asker), turn_id, chat)]

    async def refused(self, call: Awaitable[object]) -> str:
        """The SQLSTATE with which a call is refused, which leaves no claims behind either."""
        try:
            await call
        except asyncpg.PostgresError as error:
            await self.check_no_claims()
            return str(error.sqlstate)
        raise AssertionError("not refused")

    async def check_no_claims(self) -> None:
        """Whoever uses the connection next acts for nobody."""
        for setting in ("request.jwt.claims", "request.jwt.claim.sub"):
            assert not await self.connection.fetchval("select current_setting($1, true)", setting)


@asynccontextmanager
async def working(database: Database, worker_id: UUID | None = None) -> AsyncIterator[Worker]:
    """A worker on a connection of its own."""
    async with database.connected("palaver_worker") as connection:
        yield Worker(connection, worker_id or uuid4())


async def at_once(
    database: Database, count: int, work: Callable[[Worker, int], Awaitable[T]], worker_id: UUID | None = None
) -> list[T]:
    """The same work on that many connections, begun together: of as many workers, or all of one."""
    everybody = asyncio.Barrier(count)

    async def one(number: int) -> T:
        async with working(database, worker_id) as worker:
            await everybody.wait()
            return await work(worker, number)

    return await asyncio.gather(*(one(number) for number in range(count)))


def result(begun: Row, **given: Any) -> dict[str, Any]:
    """How an ordinary turn ended, but for what is given."""
    ordinary = {
        "tenant_id": str(begun["tenant_id"]),
        "turn_id": str(begun["turn_id"]),
        "status": "completed",
        "content": "Hello to you",
        "parts": None,
        "provider": "openai",
        "model": "gpt-5-mini-2026",
        "asked_model": "gpt-5-mini",
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "tokens_estimated": False,
        "latency_ms": 1234,
        "finish_reason": "stop",
        "provider_message_id": "chatcmpl-1",
        "error_code": None,
    }
    return ordinary | given


def history(begun: asyncpg.Record) -> list[tuple[str, str]]:
    """What the model is given, oldest first: role and content."""
    return [(said["role"], said["content"]) for said in json.loads(begun["history"])]


async def written(database: Database) -> asyncpg.Record:
    """All that a turn writes, to be the same after a refusal."""
    return (await database.fetch(WRITTEN))[0]


async def findings(database: Database) -> list[tuple[str, dict[str, Any] | None]]:
    """Where ledger, counters, messages, prices, limits and open turns do not agree, of all days."""
    rows = await database.fetch("select finding, detail from private.ledger_findings('2000-01-01', '2100-01-01')")
    return [(row["finding"], row["detail"] and json.loads(row["detail"])) for row in rows]


async def nothing_used_yet(database: Database) -> None:
    """Forget what the demo's people used."""
    for table in ("private.allowances", "public.usage_metrics", "public.usage_ledger"):
        await database.fetch(f"delete from {table}")


def _claims(asker: Actor | str | None) -> str | None:
    return asker.claims_text if isinstance(asker, Actor) else asker


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
