"""Holds what people saw against what the database kept."""

from __future__ import annotations

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx2

from tests.faults.asked import Asked, Read
from tests.faults.processes import WorkerProcess
from tests.faults.truth import TurnRow, turns, wrong
from tests.world import Database

_METRIC = re.compile(r"^(\w+)(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


@dataclass
class Verdict:
    """All that did not hold, a sentence each, and what was measured on the way."""

    wrong: list[str] = field(default_factory=list)
    acknowledged: int = 0
    lost_ms: list[float] = field(default_factory=list)
    """Of each answer that a kill cut short before its reader's eyes: how old the oldest text was that was not kept."""
    lost_while_away_ms: list[float] = field(default_factory=list)
    """The same, of kills while the database was away."""
    closed_seconds: list[float] = field(default_factory=list)
    """From a worker's death until each of its turns was closed."""
    stop_ms: list[float] = field(default_factory=list)
    """From a request to stop until its reader had the end, where no worker died meanwhile."""

    def add(self, other: Verdict) -> None:
        """Take another round's."""
        self.wrong += other.wrong
        self.acknowledged += other.acknowledged
        self.lost_ms += other.lost_ms
        self.lost_while_away_ms += other.lost_while_away_ms
        self.closed_seconds += other.closed_seconds
        self.stop_ms += other.stop_ms


async def judge(
    database: Database, asked: Sequence[Asked], most_lost_ms: float, away: Callable[[float], bool]
) -> Verdict:
    """Everything that was asked in a round, now that nothing is under way.

    `away` says of a moment whether the database was: what is said then cannot be saved.
    """
    verdict = Verdict(await wrong(database))
    rows = {row.id: row for row in await turns(database, "q.content = any($1)", [each.message for each in asked])}
    by_key: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    for each in asked:
        verdict.wrong += each.faults
        if each.turn_id is None:
            continue
        verdict.acknowledged += 1
        if each.key is not None:
            by_key[each.who, each.key].add(each.turn_id)
        row = rows.get(each.turn_id)
        if row is None:
            verdict.wrong.append(f"turn {each.turn_id} was acknowledged and is not there")
            continue
        verdict.wrong += [f"turn {row.id} ({row.status}, {row.error_code}) {text}" for text in _text(each, row)]
        for at, lost in _lost_ms(each, row):
            (verdict.lost_while_away_ms if away(at) else verdict.lost_ms).append(lost)
            if lost > most_lost_ms and not away(at):
                verdict.wrong.append(
                    f"turn {row.id} ({row.status}): a kill lost {lost:.0f} ms of its text, {len(row.content)} of"
                    f" {len(each.seen)} characters kept"
                )
        verdict.closed_seconds += _closed_seconds(each, row)
        if each.stop_ms is not None and not any(_deaths_during(read) for read in each.reads):
            verdict.stop_ms.append(each.stop_ms)
    verdict.wrong += [f"key {key} has {len(ids)} turns" for (_, key), ids in by_key.items() if len(ids) > 1]
    keyed = {each.message for each in asked if each.key is not None}
    counts: dict[str, int] = defaultdict(int)
    for row in rows.values():
        if row.question is not None and row.question in keyed:
            counts[row.question] += 1
    verdict.wrong += [f"asked {many} times: {text[:40]}" for text, many in counts.items() if many > 1]
    return verdict


def _text(asked: Asked, row: TurnRow) -> Iterable[str]:
    if row.question != asked.message:
        yield "has another question"
    if not asked.expected.startswith(row.content):
        yield f"keeps what the model did not say: {row.content!r} of {asked.expected!r}"
    if row.status == "completed" and row.content != asked.expected:
        yield f"is complete and yet not whole: {len(row.content)} of {len(asked.expected)} characters"
    if len(asked.seen) > len(row.content) and any(_deaths_after(read, row) for read in asked.reads):
        # What a killed worker had said and not saved, its readers have seen and nobody else has.
        if not asked.seen.startswith(row.content):
            yield f"was read as {asked.seen!r} and kept as {row.content!r}"
    elif asked.end is not None and asked.seen != row.content:
        yield f"was read as {asked.seen!r} and kept as {row.content!r}"


def _deaths_after(read: Read, row: TurnRow) -> list[float]:
    """When the reader's worker died after they were given text that was not kept."""
    beyond = [moment for moment, chars in read.marks if chars > len(row.content)]
    # What was on its way when the worker died comes a moment later.
    return [death for death in read.deaths if beyond and death > read.begun_at]


def _lost_ms(asked: Asked, row: TurnRow) -> Iterable[tuple[float, float]]:
    """When each kill was, and how long before it the first of the text came that was not kept."""
    for read in asked.reads:
        if deaths := _deaths_after(read, row):
            first = min(moment for moment, chars in read.marks if chars > len(row.content))
            yield deaths[0], max(0.0, (deaths[0] - first) * 1000)
        else:
            yield from ((death, 0.0) for death in _deaths_during(read))


def _deaths_during(read: Read) -> list[float]:
    return [death for death in read.deaths if read.begun_at < death < read.ended_at]


def _closed_seconds(asked: Asked, row: TurnRow) -> Iterable[float]:
    """How long after its worker's death the turn was closed; who repeats a request may read at another worker."""
    if asked.reads and asked.key is None and row.error_code == "ANSWER_INTERRUPTED" and row.finished_at is not None:
        closed_at = row.finished_at - time.time() + time.monotonic()
        yield from [closed_at - death for death in asked.reads[0].deaths if death > asked.reads[0].begun_at][:1]


async def overspent(database: Database, slug: str) -> list[str]:
    """Where a tenant's limits did not hold."""
    rows = await database.fetch(
        "select t.daily_token_limit as most, sum(l.prompt_tokens + l.completion_tokens) as used"
        " from public.tenants as t inner join public.usage_ledger as l on l.tenant_id = t.id"
        " where t.slug = $1 and l.day = current_date group by t.id"
        " having sum(l.prompt_tokens + l.completion_tokens) > t.daily_token_limit",
        slug,
    )
    said = [f"{slug} used {row['used']} of {row['most']} tokens" for row in rows]
    quota = await database.value("select rate_limit_per_minute from public.tenants where slug = $1", slug)
    moments = sorted(
        row[0].timestamp()
        for row in await database.fetch(
            "select started_at from public.turns where tenant_id = (select id from public.tenants where slug = $1)",
            slug,
        )
    )
    # In any time, no more than the burst and what has come back in it; two for clocks that are read apart.
    least = float("inf")
    for count, moment in enumerate(moments):
        level = count - quota * moment / 60
        least = min(least, level)
        if level - least + 1 > quota + 2:
            said.append(f"{slug} asked more than {quota} times a minute")
            break
    return said


async def leaked(database: Database, workers: Sequence[WorkerProcess], pool_size: int) -> list[str]:
    """Connections, streams and rows that should be gone."""
    said = [
        f"{row['count']} connections of workers are {row['state']}"
        for row in await database.fetch(
            "select state, count(*) from pg_stat_activity where application_name = 'palaver-worker' and state <> 'idle'"
            " and now() - state_change > interval '2 seconds' group by state",
            role="supabase_admin",
        )
    ]
    connections = await database.value(
        "select count(*) from pg_stat_activity where application_name = 'palaver-worker'", role="supabase_admin"
    )
    if connections > pool_size * len(workers):
        said.append(f"{connections} connections of {len(workers)} workers with a pool of {pool_size}")
    forgotten = await database.value(
        "select count(*) from private.workers where seen_at < clock_timestamp() - interval '75 seconds'",
        role="supabase_admin",
    )
    if forgotten:
        said.append(f"{forgotten} dead workers are remembered")
    async with httpx2.AsyncClient(trust_env=False, timeout=5) as client:
        for worker in workers:
            metrics = dict(_METRIC.findall((await client.get(f"{worker.base_url}/metrics")).text))
            if float(metrics["palaver_active_streams"]) != 0:
                said.append(f"{metrics['palaver_active_streams']} streams are active at {worker.base_url}")
            if float(metrics["process_open_fds"]) > 64:
                said.append(f"{metrics['process_open_fds']} files are open at {worker.base_url}")
    return said


def spread(samples: Sequence[float], unit: str, digits: int = 0) -> str:
    """Middle, 95th percentile and most."""
    if not samples:
        return "none"
    ordered = sorted(samples)
    named = {"p50": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)], "max": ordered[-1]}
    return ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in named.items()) + f" of {len(ordered)}"
