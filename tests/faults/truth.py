"""What the database says of turns: how one ended, what is open, and whether all accounts agree."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from tests.world import Database

POLL_SECONDS = 0.02
FINDINGS = """
select finding || ' ' || coalesce(turn_id, user_id, tenant_id)::text || ' ' || coalesce(detail::text, '')
from private.ledger_findings(current_date - 1, current_date)
"""
MISCOUNTED = """
select t.id || ': ' || count(l.id) || ' times in the ledger, ' || t.status
from public.turns as t
left join public.usage_ledger as l on l.tenant_id = t.tenant_id and l.id = t.id
group by t.tenant_id, t.id, t.status
having count(l.id) <> case t.status when 'running' then 0 else 1 end
"""
LEFT_OPEN = """
select 'open turn ' || o.turn_id || ' of worker ' || o.worker_id from private.open_turns as o
union all select 'turn that runs ' || t.id from public.turns as t where t.status = 'running'
union all select 'piece of ' || p.turn_id from private.turn_pieces as p
union all select 'reservation of ' || a.tenant_id || ': ' || a.reserved_tokens
from private.allowances as a where a.reserved_tokens <> 0
"""
TURN = """
select
    t.id, t.tenant_id, t.status, t.error_code, t.answer_id, t.question_id, t.started_at, t.finished_at,
    coalesce(m.content, '') as content, q.content as question,
    l.prompt_tokens, l.completion_tokens, l.tokens_estimated, l.model
from public.turns as t
left join public.messages as m on m.tenant_id = t.tenant_id and m.id = t.answer_id
left join public.messages as q on q.tenant_id = t.tenant_id and q.id = t.question_id
left join public.usage_ledger as l on l.tenant_id = t.tenant_id and l.id = t.id
"""

T = TypeVar("T")


@dataclass(frozen=True)
class TurnRow:
    """A turn as it is kept, with its question, its answer and its row of the ledger."""

    id: UUID
    tenant_id: UUID
    status: str
    error_code: str | None
    answer_id: UUID | None
    question_id: UUID | None
    started_at: float
    finished_at: float | None
    """Seconds since 1970."""
    content: str
    question: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    tokens_estimated: bool | None
    model: str | None


async def until(what: str, seen: Callable[[], Awaitable[T | None]], seconds: float = 30) -> T:
    """Ask until there is something; fails when that takes too long."""
    give_up = time.monotonic() + seconds
    while True:
        if found := await seen():
            return found
        assert time.monotonic() < give_up, f"after {seconds:g} s not yet: {what}"
        await asyncio.sleep(POLL_SECONDS)


async def turns(database: Database, where: str = "true", *arguments: object) -> list[TurnRow]:
    """The turns of which that is true."""
    async with database.connected("supabase_admin") as link:
        rows = [dict(row) for row in await link.fetch(f"{TURN} where {where}", *arguments)]
    for row in rows:
        row["started_at"] = row["started_at"].timestamp()
        row["finished_at"] = row["finished_at"] and row["finished_at"].timestamp()
    return [TurnRow(**row) for row in rows]


async def closed(database: Database, turn_id: UUID, seconds: float = 30) -> TurnRow:
    """The turn once it is over."""

    async def over() -> TurnRow | None:
        rows = await turns(database, "t.id = $1 and t.status <> 'running'", turn_id)
        return rows[0] if rows else None

    return await until(f"the end of turn {turn_id}", over, seconds)


async def wrong(database: Database, *, at_rest: bool = True) -> list[str]:
    """All that does not agree, a sentence each; `at_rest`: nothing is under way, so nothing may be open."""
    said: list[str] = []
    for query in (FINDINGS, MISCOUNTED, *([LEFT_OPEN] if at_rest else [])):
        said += [row[0] for row in await database.fetch(query, role="supabase_admin")]
    return said
