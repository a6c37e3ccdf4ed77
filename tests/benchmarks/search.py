"""Search under Row Level Security: time at so many messages, and the ratio to the same search written by hand without.

`python -m tests.benchmarks.search` fills a throw-away PostgreSQL with text, and lets the search and its twin, the
owner's on the index itself, take turns: for people of a small, a middling and the largest tenant, and for the one
with the most messages.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.benchmarks.plans import acting
from tests.benchmarks.search_cost import cost
from tests.benchmarks.search_data import Asker, askers, fill
from tests.benchmarks.search_text import queries
from tests.benchmarks.stage import Spread, save, stage, table
from tests.world import Database

WARM_UP: Final = 10
SAMPLE: Final = """
select m.content
from public.conversations as c
inner join public.messages as m on m.tenant_id = c.tenant_id and m.conversation_id = c.id
where c.tenant_id = $1 and c.user_id = $2 and m.role = 'assistant'
order by md5(m.id::text)
limit $3
"""

ASKED: Final = "select * from public.search_conversations($1, p_order => $2)"

# By hand: the same index, the same order, the same columns; neither policies nor functions between.
BY_HAND: Final = r"""
select
    h.conversation_id, h.kind, c.title, m.role, h.created_at, h.rank,
    ts_headline('english', coalesce(m.content, c.title), websearch_to_tsquery('english', $1))
from (
    select
        s.*,
        ts_rank(s.vector, websearch_to_tsquery('english', $1)) as rank,
        case $2::text when 'rank' then ts_rank(s.vector, websearch_to_tsquery('english', $1)) else 0 end as score
    from private.search_index as s
    where
        s.vector @@ (format(E'''\x01%s''', $4::text)::tsquery && websearch_to_tsquery('english', $1))
        and s.tenant_id = $3::uuid
    order by score desc, s.created_at desc, s.id desc
    offset 0
) as h
inner join public.conversations as c on c.tenant_id = h.tenant_id and c.id = h.conversation_id
left join public.messages as m on m.tenant_id = h.tenant_id and m.id = h.id and h.kind = 'message'
where c.deleted_at is null
order by h.score desc, h.created_at desc, h.id desc
limit 20
"""
HITS: Final = "select count(*) from private.search_hits($1, $2, $3)"


@dataclass(frozen=True)
class Result:
    """What was measured of one kind of query, of one person; milliseconds."""

    asker: str
    query: str
    order: str
    hits: Spread
    asked: Spread
    by_hand: Spread

    @property
    def ratio(self) -> float:
        """The median under Row Level Security to that by hand."""
        return self.asked.p50 / self.by_hand.p50


async def measure(database: Database, asker: Asker, runs: int) -> list[Result]:
    """Let the search and its twin take turns, with words of the person's own messages."""
    chance = random.Random(7)
    samples = await database.fetch(SAMPLE, asker.tenant_id, asker.user_id, runs)
    asked = [queries(row["content"], chance) for row in samples]
    results = []
    async with AsyncExitStack() as links:
        client = await links.enter_async_context(database.connected("authenticator"))
        owner = await links.enter_async_context(database.connected())
        async with acting(client, asker.auth_id):
            search = await client.prepare(ASKED)
        by_hand = await owner.prepare(BY_HAND)
        for kind, order in (
            ("rare", "rank"),
            ("common", "rank"),
            ("several", "rank"),
            ("phrase", "rank"),
            ("common", "newest"),
        ):
            times: list[tuple[float, float]] = []
            hits: list[int] = []
            for turn in range(-WARM_UP, runs):
                words = asked[turn % len(asked)][kind]
                mine, rows = await _timed(client, asker.auth_id, search, words, order)
                theirs, twins = await _timed(owner, None, by_hand, words, order, asker.tenant_id, str(asker.user_id))
                assert [row["rank"] for row in rows] == [row["rank"] for row in twins] != [], (asker, words)
                if turn >= 0:
                    times.append((mine, theirs))
                    hits.append(await owner.fetchval(HITS, asker.tenant_id, asker.user_id, words))
            results.append(
                Result(
                    asker.name,
                    kind,
                    order,
                    Spread.of(hits),
                    Spread.of([mine for mine, _ in times]),
                    Spread.of([theirs for _, theirs in times]),
                )
            )
    return results


async def _timed(
    link: asyncpg.Connection,
    auth_id: UUID | None,
    statement: asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record],
    *arguments: object,
) -> tuple[float, Sequence[asyncpg.Record]]:
    async with acting(link, auth_id):
        started = time.perf_counter()
        rows = await statement.fetch(*arguments)
        return (time.perf_counter() - started) * 1000, rows


def show(results: Sequence[Result]) -> str:
    """The table that is printed."""
    rows = [
        [
            result.asker,
            result.query,
            result.order,
            f"{result.hits.p50:,.0f}",
            f"{result.asked.p50:.1f}",
            f"{result.asked.p95:.1f}",
            f"{result.by_hand.p50:.1f}",
            f"{result.by_hand.p95:.1f}",
            f"{result.ratio:.2f}",
        ]
        for result in results
    ]
    return table(["who", "words", "order", "hits", "p50 ms", "p95", "by hand p50", "p95", "ratio"], rows)


async def examine(database: Database, runs: int) -> dict[str, Any]:
    """Everything that is measured of a filled database, printed as it comes."""
    people = await askers(database)
    results = [found for asker in people for found in await measure(database, asker, runs)]
    print(show(results), flush=True)
    added = await cost(database, people[0])
    print(added)
    return {
        "runs": runs,
        "results": [{**asdict(result), "ratio": result.ratio} for result in results],
        "cost": {**asdict(added), "ratio": added.ratio},
    }


async def run(messages: int, server_version: int, runs: int) -> int:
    """Fill, measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        machine = await place.describe()
        print(machine)
        sizes = await fill(place.database, messages)
        print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sizes.items()), flush=True)
        figures = await examine(place.database, runs)
    report = {"machine": machine, "sizes": sizes, **figures}
    print(f"{runs} runs of each, {messages:,} messages asked for; kept in {save('search', report)}")
    return 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="up to 10,000,000")
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.messages, options.server_version, options.runs)))


if __name__ == "__main__":
    main()
