"""A whole run: a server of its own, workers under load, havoc in rounds, and a verdict after each."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.database import TURN_CONNECTIONS
from app.local.postgres import free_port
from tests.faults.havoc import Havoc
from tests.faults.load import Counts, Load
from tests.faults.processes import WorkerProcess, model_process
from tests.faults.stage import ADA, BEN, CHLOE, DAN, Stage
from tests.faults.truth import LEFT_OPEN, until
from tests.faults.verdict import Verdict, judge, leaked, overspent
from tests.world import Database

POOL_SIZE = 2
REST_SECONDS = 40.0
"""How long turns may take to be closed once nothing is killed any more."""

SET_LIMITS = """
update public.tenants as t
set
    rate_limit_per_minute = 60,
    daily_token_limit = 8000 + (
        select coalesce(sum(l.prompt_tokens + l.completion_tokens), 0)
        from public.usage_ledger as l
        where l.tenant_id = t.id and l.day = current_date
    )
where t.slug = 'globex'
"""
"""What can be reached in a round."""


@dataclass
class Run:
    """What was done and what was found."""

    seed: int
    verdict: Verdict = field(default_factory=Verdict)
    done: Counter[str] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)
    turns: int = 0


async def run(
    stage: Stage,
    directory: Path,
    *,
    seed: int,
    kills: int,
    kills_per_round: int,
    workers: int,
    people: int,
    most_lost_ms: float,
    report: Callable[[str], None] = lambda _: None,
) -> Run:
    """Kill so many workers under load and judge after each round; raises nothing for what does not hold."""
    chance = random.Random(seed)
    result = Run(seed)
    database = stage.database
    await database.fetch("update public.tenants set rate_limit_per_minute = 100000 where slug = 'acme'")
    async with _workers(database, directory, workers) as started:
        while result.done["kills"] < kills:
            await database.fetch(SET_LIMITS)
            load = Load(started, chance, (ADA, BEN), (CHLOE, DAN), result.counts)
            havoc = Havoc(stage, started, chance)
            begun = time.monotonic()
            async with load.running(people):
                await havoc.kill_workers(min(kills_per_round, kills - result.done["kills"]))
            await _rest(database)
            verdict = await judge(database, load.asked, most_lost_ms, havoc.away)
            verdict.wrong += await overspent(database, "globex")
            verdict.wrong += await leaked(database, started, POOL_SIZE + TURN_CONNECTIONS)
            result.verdict.add(verdict)
            result.done += havoc.done
            report(
                f"{result.done['kills']} kills, {verdict.acknowledged} readings in {time.monotonic() - begun:.0f} s:"
                f" {len(verdict.wrong)} faults"
            )
            for said in verdict.wrong[:20]:
                report(f"  {said}")
    result.turns = await database.value("select count(*) from public.turns")
    return result


@asynccontextmanager
async def _workers(database: Database, directory: Path, many: int) -> AsyncIterator[list[WorkerProcess]]:
    async with model_process(directory) as model, AsyncExitStack() as stack:
        started = []
        for _ in range(many):
            worker = WorkerProcess(
                database,
                free_port(),
                directory,
                OPENAI_BASE_URL=model,
                AI_REQUEST_TIMEOUT_SECONDS="2",
                AI_TITLES="false",
                DATABASE_POOL_SIZE=str(POOL_SIZE),
                DATABASE_TIMEOUT_SECONDS="3",
                SHUTDOWN_GRACE_SECONDS="2",
            )
            stack.push_async_callback(worker.aclose)
            started.append(worker)
        await asyncio.gather(*(worker.start() for worker in started))
        yield started


async def _rest(database: Database) -> None:
    """Wait until no turn is open; what is open too long is for the verdict to say."""

    async def nothing_open() -> bool:
        return not await database.fetch(LEFT_OPEN, role="supabase_admin")

    try:
        await until("no turn is open", nothing_open, REST_SECONDS)
    except AssertionError:
        return
