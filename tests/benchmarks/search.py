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
from typing import Final
from uuid import UUID

import asyncpg

from tests.benchmarks.dataset import (
    ACCOUNT_ROWS,
    ARCHIVED_CONVERSATIONS,
    BIGGEST_TENANT,
    BUSY_PLANS,
    ID_AT,
    LIVE_CONVERSATIONS,
    LONG_CONVERSATION,
    ORDINARY_PLANS,
    PEOPLE_ROWS,
    PLAN_TABLES,
    TENANT_ROWS,
    TENANTS,
)
from tests.benchmarks.plans import acting
from tests.benchmarks.search_text import PASSAGES, load_passages, queries
from tests.benchmarks.stage import Spread, save, stage, table
from tests.world import Database

WARM_UP: Final = 10
ASKERS: Final = {
    "small tenant": "person-3@tenant-100.example",
    "middling tenant": "person-3@tenant-10.example",
    "largest tenant": "person-4@tenant-1.example",
    "busiest person": "person-3@tenant-1.example",
}

TITLE_ROWS: Final = f"""
insert into public.conversations (tenant_id, id, user_id, title, titled_by, is_archived, created_at, updated_at)
select
    p.tenant_id,
    pg_temp.id_at(p.created_at, p.number),
    p.user_id,
    t.words,
    'model',
    p.is_archived,
    p.created_at,
    p.created_at + (p.messages - 1) * interval '10 seconds'
from plans as p
inner join passages as t on t.number = p.number * 7919 % {PASSAGES}
order by p.created_at
"""

# A question is one or two passages, an answer two to eight.
MESSAGE_ROWS: Final = f"""
insert into public.messages (tenant_id, id, conversation_id, user_id, role, content, model_used, created_at)
select
    m.tenant_id,
    pg_temp.id_at(m.created_at, m.number),
    m.conversation_id,
    m.user_id,
    case when m.turn % 2 = 1 then 'user' else 'assistant' end,
    (
        select string_agg(t.words, ' ')
        from generate_series(
            1, case when m.turn % 2 = 1 then 1 + abs(hashint8(m.number)) % 2 else 2 + abs(hashint8(m.number)) % 7 end
        ) as part
        inner join passages as t on t.number = abs(hashint8(m.number * 16 + part)::bigint) % {PASSAGES}
    ),
    case when m.turn % 2 = 0 then 'gpt-5-mini' end,
    m.created_at
from (
    select
        p.tenant_id,
        pg_temp.id_at(p.created_at, p.number) as conversation_id,
        p.user_id,
        n as turn,
        p.number * 4096 + n as number,
        p.created_at + (n - 1) * interval '10 seconds' as created_at
    from plans as p
    cross join lateral generate_series(1, p.messages) as n
    order by p.created_at + (n - 1) * interval '10 seconds'
    offset 0
) as m
"""

# As the triggers write it.
INDEX_ROWS: Final = """
insert into private.search_index (tenant_id, conversation_id, id, kind, user_id, language, created_at, vector)
select
    s.tenant_id,
    s.conversation_id,
    s.id,
    s.kind,
    s.user_id,
    'english',
    s.created_at,
    array_to_tsvector(array[private.person_lexeme(s.user_id)]) || private.search_vector('english', s.kind, s.said)
from (
    select tenant_id, id as conversation_id, id, 'title' as kind, user_id, created_at, title as said
    from public.conversations
    union all
    select tenant_id, conversation_id, id, 'message' as kind, user_id, created_at, content as said
    from public.messages
) as s
"""

DEFINITION: Final = "select pg_get_indexdef('private.search_index_vector_idx'::regclass)"
PEOPLE: Final = "select email, tenant_id, id, auth_id from public.users where email = any($1)"
SAMPLE: Final = """
select m.content
from public.conversations as c
inner join public.messages as m on m.tenant_id = c.tenant_id and m.conversation_id = c.id
where c.tenant_id = $1 and c.user_id = $2 and m.role = 'assistant'
order by md5(m.id::text)
limit $3
"""
SIZES: Final = """
select
    (select count(*) from public.messages) as messages,
    (select count(*) from public.conversations) as conversations,
    pg_size_pretty(pg_total_relation_size('public.messages')) as messages_size,
    pg_size_pretty(pg_table_size('private.search_index')) as search_table,
    pg_size_pretty(pg_relation_size('private.search_index_vector_idx')) as search_words,
    pg_size_pretty(pg_relation_size('private.search_index_pkey')) as search_key,
    pg_size_pretty(pg_relation_size('private.search_index_language_idx')) as search_languages
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
class Asker:
    """Somebody who searches."""

    name: str
    tenant_id: UUID
    user_id: UUID
    auth_id: UUID


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


async def fill(database: Database, messages: int) -> dict[str, int | str]:
    """Fill an empty schema with about so many messages and their words; the sizes."""
    async with database.connected("supabase_admin") as link:
        await link.execute(
            "set session_replication_role = replica; set work_mem = '256MB'; set maintenance_work_mem = '1GB';"
            " set synchronous_commit = off; select setseed(0.5)"
        )
        await link.execute(ID_AT)
        await load_passages(link)
        await link.execute(TENANT_ROWS, TENANTS)
        await link.execute(PEOPLE_ROWS, BIGGEST_TENANT)
        await link.execute(ACCOUNT_ROWS)
        await link.execute(PLAN_TABLES)
        busy = LONG_CONVERSATION + 4 * (LIVE_CONVERSATIONS + ARCHIVED_CONVERSATIONS)
        await link.execute(BUSY_PLANS, LIVE_CONVERSATIONS, ARCHIVED_CONVERSATIONS, LONG_CONVERSATION)
        await link.execute(ORDINARY_PLANS, messages, busy)
        definition = await link.fetchval(DEFINITION)
        await link.execute("drop index private.search_index_vector_idx")
        for sql in (TITLE_ROWS, MESSAGE_ROWS, INDEX_ROWS, definition, "vacuum (analyze)", "checkpoint"):
            started = time.perf_counter()
            await link.execute(sql)
            print(f"{time.perf_counter() - started:7.1f} s  {' '.join(sql.split())[:60]}", flush=True)
        (sizes,) = await link.fetch(SIZES)
        return dict(sizes)


async def askers(database: Database) -> list[Asker]:
    """The people of ASKERS."""
    found = {row["email"]: row for row in await database.fetch(PEOPLE, list(ASKERS.values()))}
    return [
        Asker(name, found[email]["tenant_id"], found[email]["id"], found[email]["auth_id"])
        for name, email in ASKERS.items()
    ]


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


async def run(messages: int, server_version: int, runs: int) -> int:
    """Fill, measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        print(await place.describe())
        sizes = await fill(place.database, messages)
        print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sizes.items()), flush=True)
        results = [
            found for asker in await askers(place.database) for found in await measure(place.database, asker, runs)
        ]
        machine = await place.describe()
    print(show(results))
    report = {
        "machine": machine,
        "sizes": sizes,
        "runs": runs,
        "results": [{**asdict(result), "ratio": result.ratio} for result in results],
    }
    print(f"{runs} runs of each; kept in {save('search', report)}")
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
