"""What a refresh costs as history grows, beside refreshing materialized views; and the views of usage on the longest.

A round closes a day of ten thousand turns and counts a thousand messages anew whose feedback changed; another adds the
ten thousand to a day that was closed long ago. Each is rolled back after it was timed, so that the next finds the same.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import asyncpg

from tests.benchmarks.dataset import ID_AT, Person
from tests.benchmarks.ground import ROUNDS
from tests.benchmarks.ledgers import CHANGED_FEEDBACK, LEDGER_ROWS, NEW_ROWS, Ledger, ledger
from tests.benchmarks.plans import acting
from tests.benchmarks.report import Report, middle, quantile
from tests.benchmarks.stage import stage

CLOSED: Final = "a day is closed"
SIZES: Final = (100_000, 1_000_000, 10_000_000)
REFRESH: Final = "select private.refresh_summaries()"
CHANGE: Final = """
update public.feedback set rating = -rating
where (tenant_id, id) in (select tenant_id, id from public.feedback order by id desc limit $1)
"""

# What the refresh keeps, as materialized views: the same queries, but for nulls, since refreshing concurrently takes
# every row with one for new.
OLD_VIEWS: Final = """
create materialized view private.old_months as
select
    m.tenant_id, m.user_id, date_trunc('month', m.day)::date as month, sum(m.total_tokens) as total_tokens,
    sum(m.prompt_tokens) as prompt_tokens, sum(m.completion_tokens) as completion_tokens,
    sum(m.request_count) as request_count, sum(m.estimated_cost) as estimated_cost
from public.usage_metrics as m
where m.day < (now() at time zone 'utc')::date - 1
group by m.tenant_id, m.user_id, date_trunc('month', m.day);

create unique index old_months_key on private.old_months (tenant_id, month, user_id);

create materialized view private.old_days as
select
    l.tenant_id, l.day, l.user_id, l.provider, l.model,
    coalesce(l.prompt_id, '00000000-0000-0000-0000-000000000000') as prompt_id,
    coalesce(l.prompt_version, 0) as prompt_version, l.requests, l.cached_requests, l.estimated_requests,
    l.total_tokens, l.prompt_tokens, l.completion_tokens, l.cached_tokens, l.reasoning_tokens, l.cost
from private.ledger_by_day as l
where l.day < (now() at time zone 'utc')::date - 1;

create unique index old_days_key on private.old_days
(tenant_id, day, user_id, provider, model, prompt_id, prompt_version);

create materialized view private.old_feedback as
select
    f.tenant_id, f.message_id, count(*) filter (where f.rating = 1) as positive_count,
    count(*) filter (where f.rating = -1) as negative_count, count(f.comment) as comment_count,
    max(f.updated_at) as last_feedback_at
from public.feedback as f
group by f.tenant_id, f.message_id;

create unique index old_feedback_key on private.old_feedback (tenant_id, message_id)
"""
OLD: Final = ("old_months", "old_days", "old_feedback")
OLD_ROUNDS: Final = 2
"""They take minutes."""

LAST_30: Final = "day >= (now() at time zone 'utc')::date - 29"
QUERIES: Final = {
    "days, the last 30": f"select * from public.usage_by_day where {LAST_30}",
    "models by day, the last 30": f"select * from public.usage_by_model where {LAST_30}",
    "people by day, the last 30": f"select * from public.usage_by_person where {LAST_30}",
    "prompts by day, the last 30": f"select * from public.usage_by_prompt where {LAST_30}",
    "usage_totals() by model, the last 30": "select * from public.usage_totals(p_by => '{model}')",
    "usage_totals() by person, the last 30": "select * from public.usage_totals(p_by => '{person}')",
    "usage_totals() by month, two years": "select * from public.usage_totals('2000-01-01', p_by => '{month}')",
    "months, two years": "select * from public.usage_by_month",
    "forecast": "select * from public.usage_forecast",
    "one conversation": (
        "select * from public.usage_by_conversation where conversation_id = md5('conversation1-777')::uuid"
    ),
    "feedback by model": "select * from public.feedback_by_model",
}


async def run(server_version: int, rounds: int, output: Path, *, quick: bool) -> int:
    """Fill, measure and report; the exit code."""
    report = Report()
    report.warn_if_busy()
    sizes = SIZES[:1] if quick else SIZES
    async with stage(server_version) as place:
        report.say(await place.describe())
        began = time.perf_counter()
        ledgers = [await ledger(place, rows) for rows in sizes]
        report.say(f"Filled in {(time.perf_counter() - began) / 60:.1f} minutes.")
        await _refreshes(ledgers, rounds, report)
        await _views(ledgers[-1], rounds * 4, report)
    report.close(output)
    return 0


async def _refreshes(ledgers: Sequence[Ledger], rounds: int, report: Report) -> None:
    report.title(
        "Refresh", f"{NEW_ROWS:,} new ledger rows of one day, {CHANGED_FEEDBACK:,} changed feedback entries; ms."
    )
    ways = {CLOSED: _close_a_day, "an old day is corrected": _correct_a_day, "materialized views": _old_way}
    times: dict[tuple[str, int], list[float]] = {(way, of.rows): [] for way in ways for of in ledgers}
    async with AsyncExitStack() as links:
        owners = [await links.enter_async_context(of.database.connected("supabase_admin")) for of in ledgers]
        for owner in owners:
            await owner.execute(ID_AT)
            await owner.execute(OLD_VIEWS)
        for at in range(-1, rounds):
            for way, measured in ways.items():
                for of, owner in zip(ledgers, owners, strict=True):
                    if measured is not _old_way or at in range(OLD_ROUNDS):
                        took = await measured(owner)
                        times[way, of.rows] += [took] if at >= 0 else []
    medians = {key: statistics.median(samples) for key, samples in times.items()}
    rows = [
        [
            f"{way}, {size:,} rows",
            middle(samples, 0),
            f"{medians[way, size] / medians[way, ledgers[0].rows]:.2f}",
            f"{medians[way, size] / medians[CLOSED, size]:.1f}",
        ]
        for (way, size), samples in times.items()
    ]
    report.table(["refresh", "ms", "to the smallest", "to closing a day"], rows)
    report.aim(
        "closing a day, to the same with the shortest history",
        medians[CLOSED, ledgers[-1].rows] / medians[CLOSED, ledgers[0].rows],
        2,
        at_most=True,
    )


async def _timed(owner: asyncpg.Connection, sql: str) -> float:
    started = time.perf_counter()
    await owner.execute(sql)
    return (time.perf_counter() - started) * 1000


async def _close_a_day(owner: asyncpg.Connection) -> float:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(CHANGE, CHANGED_FEEDBACK)
    took = await _timed(owner, REFRESH)
    await transaction.rollback()
    return took


async def _correct_a_day(owner: asyncpg.Connection) -> float:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("update private.summary_state set closed_before = closed_before + 1")
    await owner.execute(LEDGER_ROWS, NEW_ROWS, 100, 100, 1 << 40)
    await owner.execute(CHANGE, CHANGED_FEEDBACK)
    took = await _timed(owner, REFRESH)
    await transaction.rollback()
    return took


async def _old_way(owner: asyncpg.Connection) -> float:
    return sum([await _timed(owner, f"refresh materialized view concurrently private.{view}") for view in OLD])


async def _views(of: Ledger, runs: int, report: Report) -> None:
    report.title(f"Usage of a tenant of 500 people, {of.rows:,} ledger rows in two years", "As the Data API asks; ms.")
    await of.database.fetch(REFRESH)
    async with of.database.connected("supabase_admin") as owner:
        await owner.execute("vacuum (analyze)")
    times: dict[tuple[str, str], list[float]] = {}
    async with of.database.connected("authenticator") as link:
        for name, sql in QUERIES.items():
            for who, person in (("admin", of.admin), ("member", of.member)):
                times[name, who] = [await _asked(link, person, sql) for _ in range(runs)][1:]
    rows = [
        [f"{name}, {who}", f"{quantile(samples, 0.5):.1f}", f"{quantile(samples, 0.95):.1f}"]
        for (name, who), samples in times.items()
    ]
    report.table(["query", "p50", "p95"], rows)
    for (name, who), samples in times.items():
        if "last 30" in name:
            report.aim(f"{name}, {who}: ms", quantile(samples, 0.5), 50, at_most=True, digits=1)


async def _asked(link: asyncpg.Connection, person: Person, sql: str) -> float:
    async with acting(link, person.auth_id):
        started = time.perf_counter()
        await link.fetch(sql)
        return (time.perf_counter() - started) * 1000


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the shortest history only")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--output", type=Path, default=Path("refresh.md"))
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.server_version, options.rounds, options.output, quick=options.quick)))


if __name__ == "__main__":
    main()
