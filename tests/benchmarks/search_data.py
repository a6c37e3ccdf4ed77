"""A database to search in: tenants of very different sizes, text, and its words as the triggers write them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

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
from tests.benchmarks.search_text import PASSAGES, load_passages
from tests.world import Database

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


@dataclass(frozen=True)
class Asker:
    """Somebody who searches."""

    name: str
    tenant_id: UUID
    user_id: UUID
    auth_id: UUID


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
