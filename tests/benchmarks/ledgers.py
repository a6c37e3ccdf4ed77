"""Ledgers of three lengths side by side: what a refresh and the views of usage are measured on.

Loaded with triggers and foreign-key checks off, refreshed once, and left as they are on the morning on which the day
before yesterday is to be closed: that day has the same rows whatever the length.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from tests.benchmarks.dataset import ID_AT, Person
from tests.benchmarks.stage import Stage
from tests.world import Database

NEW_ROWS = 10_000
CHANGED_FEEDBACK = 1_000

# One tenant has 500 people and nearly everything; nine small ones have a hundredth of it each.
PEOPLE_ROWS = """
insert into public.tenants (id, name, slug, daily_token_limit)
select md5('tenant' || t)::uuid, 'Tenant ' || t, 'tenant-' || t, 100000000 from generate_series(1, 10) as t;

insert into public.users (tenant_id, id, auth_id, email, role)
select
    md5('tenant' || t)::uuid,
    md5('user' || t || '-' || p)::uuid,
    md5('auth' || t || '-' || p)::uuid,
    'person-' || p || '@tenant-' || t || '.example',
    case p when 1 then 'admin' else 'member' end
from generate_series(1, 10) as t
cross join lateral generate_series(1, case t when 1 then 500 else 5 end) as p;

insert into auth.users (id, email) select auth_id, email from public.users
"""

# $1 rows from day $2 to day $3: a row of a person's day is of one of three models, a fifth of a prompt's conversations.
LEDGER_ROWS = """
insert into public.usage_ledger (
    tenant_id, id, user_id, conversation_id, day, provider, model, prompt_tokens, completion_tokens, cached_tokens,
    cost, from_cache, prompt_id, prompt_version, created_at
)
select
    md5('tenant' || r.tenant)::uuid,
    pg_temp.id_at(r.at, r.n + $4),
    md5('user' || r.tenant || '-' || r.person)::uuid,
    md5('conversation' || r.tenant || '-' || r.n / 10)::uuid,
    r.at::date,
    'openai',
    case r.person % 3 when 0 then 'gpt-5-mini' when 1 then 'gpt-5' else 'gpt-5-nano' end,
    600,
    300,
    100,
    0.0012,
    r.n % 50 = 0,
    case when r.n % 5 = 0 then md5('prompt' || r.n % 4)::uuid end,
    case when r.n % 5 = 0 then 1 end,
    r.at
from (
    select
        n,
        case when n % 12 = 0 then 2 + (n / 12 % 9)::integer else 1 end as tenant,
        1 + (n * 7919 % case when n % 12 = 0 then 5 else 500 end)::integer as person,
        (now() at time zone 'utc')::date - $2::integer
        + ((n - 1) * 86400.0 * ($2::integer - $3::integer + 1) / $1::bigint)::bigint * interval '1 second' as at
    from generate_series(1, $1::bigint) as n
) as r
"""

COUNTER_ROWS = """
insert into public.usage_metrics (
    tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
)
select
    l.tenant_id, l.user_id, l.day, sum(l.prompt_tokens + l.completion_tokens), sum(l.prompt_tokens),
    sum(l.completion_tokens), sum(l.request_count), sum(l.cost)
from public.usage_ledger as l
where l.day {which} (now() at time zone 'utc')::date - 2
group by l.tenant_id, l.user_id, l.day
"""

# An answer in a hundred turns is judged.
JUDGED_ROWS = """
create temporary table judged as
select l.tenant_id, l.id, l.user_id, l.conversation_id, l.model, l.prompt_id, l.prompt_version, l.created_at
from public.usage_ledger as l
where ('x' || right(l.id::text, 4))::bit(16)::integer % 100 = 0;

insert into public.conversations (
    tenant_id, id, user_id, titled_by, status, prompt_id, prompt_version, prompt_text, prompt_values
)
select distinct on (j.tenant_id, j.conversation_id)
    j.tenant_id, j.conversation_id, j.user_id, 'start', 'active', j.prompt_id, j.prompt_version,
    case when j.prompt_id is not null then 'Answer {{it}}.' end, case when j.prompt_id is not null then '{}'::jsonb end
from judged as j;

insert into public.messages (
    tenant_id, id, conversation_id, user_id, role, content, token_count, model_used, created_at
)
select j.tenant_id, j.id, j.conversation_id, j.user_id, 'assistant', 'An answer.', 300, j.model, j.created_at
from judged as j;

insert into public.feedback (tenant_id, message_id, user_id, rating, created_at, updated_at)
select j.tenant_id, j.id, j.user_id, case when random() < 0.7 then 1 else -1 end, j.created_at, j.created_at
from judged as j;

insert into private.feedback_changes (tenant_id, message_id) select j.tenant_id, j.id from judged as j
"""

INDEXES = """
select i.indexname as name, i.indexdef as definition
from pg_catalog.pg_indexes as i
where i.schemaname = 'public' and i.tablename = 'usage_ledger' and i.indexname <> 'usage_ledger_pkey'
"""

UNCLOSE = "update private.summary_state set closed_before = (now() at time zone 'utc')::date - 2"

PERSON = "select tenant_id, id, auth_id from public.users where email = $1"


@dataclass(frozen=True)
class Ledger:
    """A database with so many rows of history, and two of the people of its big tenant."""

    rows: int
    database: Database
    admin: Person
    member: Person


async def ledger(place: Stage, rows: int) -> Ledger:
    """A copy of the stage's empty database, filled."""
    name = f"ledger_{rows}"
    async with Database(place.database.host, place.database.port, "postgres").connected("supabase_admin") as link:
        await link.execute(f"create database {name} template {place.database.name}")
    database = Database(place.database.host, place.database.port, name)
    async with database.connected("supabase_admin") as link:
        await link.execute("set session_replication_role = replica; set work_mem = '256MB'; select setseed(0.5)")
        await link.execute("set maintenance_work_mem = '256MB'")
        await link.execute(ID_AT)
        await link.execute(PEOPLE_ROWS)
        await _load(link, rows)
        people = [
            Person(*(await link.fetchrow(PERSON, f"person-{number}@tenant-1.example") or ())) for number in (1, 2)
        ]
    return Ledger(rows, database, *people)


async def _load(link: asyncpg.Connection, rows: int) -> None:
    indexes = await link.fetch(INDEXES)
    for index in indexes:
        await link.execute(f"drop index public.{index['name']}")
    await link.execute(LEDGER_ROWS, rows, 730, 3, 0)
    await link.execute(LEDGER_ROWS, 2 * rows // 730 + 100, 1, 0, rows)
    await link.execute(COUNTER_ROWS.format(which="<>"))
    await link.execute(JUDGED_ROWS)
    for index in indexes:
        await link.execute(index["definition"])
    await link.execute("vacuum (analyze)")
    await link.execute("update private.summary_state set closed_before = '-infinity'")
    await link.execute("select private.refresh_summaries()")
    await link.execute(LEDGER_ROWS, NEW_ROWS, 2, 2, 2 * rows)
    await link.execute(COUNTER_ROWS.format(which="="))
    await link.execute(UNCLOSE)
    await link.execute("set session_replication_role = origin")
    await link.execute("vacuum (analyze)")
    await link.execute("checkpoint")
