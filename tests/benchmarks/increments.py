"""Usage added to one person's day, a second: by settlement and one by one, beside pgbench updating one row."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from tests.benchmarks.calls import Caller
from tests.benchmarks.crowd import Person
from tests.benchmarks.ground import Ground
from tests.benchmarks.pgbench import pgbench
from tests.benchmarks.report import Report, middle
from tests.world import Database

WRITERS: Final = (1, 4, 16, 64)
SECONDS: Final = 1

# As begin_turn() leaves them, in conversations of their own so that only the counters are shared.
BEGUN: Final = """
with begun as (
    insert into public.conversations (tenant_id, user_id, title)
    select $1, $2, 'Bench' from generate_series(1, 64)
    returning id
), numbered as (
    select id, row_number() over () as number from begun
), turns as (
    insert into public.turns (tenant_id, user_id, conversation_id, dialect)
    select $1, $2, n.id, 'plain'
    from generate_series(0, $4::integer - 1) as turn
    inner join numbered as n on n.number = turn % 64 + 1
    returning id, conversation_id
)
insert into private.open_turns (
    tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens
)
select $1, id, $2, conversation_id, $3, 0, 0 from turns
returning turn_id
"""

CLAIMS: Final = "select set_config('request.jwt.claims', $1, false)"
INCREMENT: Final = "select total_tokens from public.increment_usage_metrics($1, $2, 2, 1, 0.001)"

BARE_TABLE: Final = """
create schema if not exists bench;
create table bench.bare (id integer primary key, tokens bigint not null) with (fillfactor = 50);
insert into bench.bare (id, tokens) values (1, 0)
"""
BARE: Final = "update bench.bare set tokens = tokens + 3 where id = 1;\n"


@dataclass
class Rates:
    """Per second, one sample for each round."""

    settled: list[float] = field(default_factory=list)
    increments: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def ratio(self, samples: list[float]) -> float:
        """To bare updates, medians; 1 would be free."""
        return statistics.median(samples) / statistics.median(self.bare)


async def measure(ground: Ground, report: Report) -> None:
    """Let the three take turns."""
    report.title(
        "Increments of one key",
        "All writers add to the same person's day. A settled turn is far more than an increment: it saves the answer,"
        " the ledger's row, the turn's end and both counters. The bare update is of one row of a plain table by its"
        " owner.",
    )
    writers = (1, 16) if ground.quick else WRITERS
    results = {count: Rates() for count in writers}
    person = ground.crowd.in_many[0]
    async with ground.database.connected() as owner:
        await owner.execute(BARE_TABLE)
    async with Caller.connected(ground.database) as caller:
        for _ in ground.each_round():
            for count, rates in results.items():
                rates.settled.append(await _settled(ground, caller, person, count))
                rates.increments.append(await _increments(ground.database, person, count))
                rates.bare.append(await pgbench(ground.stage, "postgres", BARE, count, 1))
    async with ground.database.connected() as owner:
        await owner.execute("drop table bench.bare")
    report.table(
        [
            "writers",
            "turns settled/s",
            "increment_usage_metrics/s",
            "bare updates/s",
            "settled to bare",
            "increments to bare",
        ],
        [
            [
                str(count),
                middle(rates.settled, 0),
                middle(rates.increments, 0),
                middle(rates.bare, 0),
                f"{rates.ratio(rates.settled):.2f}",
                f"{rates.ratio(rates.increments):.2f}",
            ]
            for count, rates in results.items()
        ],
    )
    for count, rates in results.items():
        report.aim(f"turns settled to bare updates, {count} writers", rates.ratio(rates.settled), 0.7, at_most=False)
    few, many = (statistics.median(results[count].settled) for count in (writers[0], writers[-1]))
    report.aim(f"turns settled by {writers[-1]} writers to those by one", many / few, 1, at_most=False)


async def _settled(ground: Ground, caller: Caller, person: Person, writers: int) -> float:
    """Settled turns a second, of turns that have begun before."""
    stock = 200 if ground.quick else 1500 + 100 * writers
    owner = (person.tenant_id, person.user_id)
    rows = await ground.database.fetch(BEGUN, *owner, caller.worker_id, stock, role="supabase_admin")
    begun = iter([row["turn_id"] for row in rows])
    started = time.perf_counter()

    async def settle(seconds: float) -> int:
        count = 0
        while time.perf_counter() < started + seconds and (turn_id := next(begun, None)) is not None:
            await caller.settle(person, turn_id)
            count += 1
        return count

    counts = await asyncio.gather(*[settle(SECONDS) for _ in range(writers)])
    rate = sum(counts) / (time.perf_counter() - started)
    await asyncio.gather(*[settle(math.inf) for _ in range(64)])
    return rate


async def _increments(database: Database, person: Person, writers: int) -> float:
    """Increments a second, a connection of palaver_worker for each writer."""
    async with AsyncExitStack() as links:
        ready = []
        for _ in range(writers):
            link = await links.enter_async_context(database.connected("palaver_worker"))
            await link.execute(CLAIMS, person.claims)
            ready.append(await link.prepare(INCREMENT))
        started = time.perf_counter()

        async def write(statement: Any) -> int:
            count = 0
            while time.perf_counter() < started + SECONDS:
                await statement.fetchval(person.tenant_id, person.user_id)
                count += 1
            return count

        counts = await asyncio.gather(*map(write, ready))
        return sum(counts) / (time.perf_counter() - started)
