"""A database of realistic shape, filled set by set: tenants of very different sizes, messages in order of time.

Loaded with triggers and foreign-key checks off (the sets are made from one another, so every reference
holds) and with what the triggers would have kept up to date written as they would have written it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from tests.world import Database

TENANTS = 100
BIGGEST_TENANT = 500
LIVE_CONVERSATIONS = 1000
ARCHIVED_CONVERSATIONS = 300
LONG_CONVERSATION = 3000

# Time-ordered ids of the past: PostgreSQL 16 has no uuidv7(interval).
ID_AT = """
create function pg_temp.id_at(p_at timestamptz, p_number bigint)
returns uuid
language sql
immutable
as $$
    select (
        lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0')
        || '7' || lpad(to_hex(p_number & 4095), 3, '0')
        || '8' || left(md5(p_number::text), 15)
    )::uuid
$$
"""

TENANT_ROWS = """
insert into public.tenants (id, name, slug, rate_limit_per_minute, created_at)
select pg_temp.id_at(t.created_at, t.number), 'Tenant ' || t.number, 'tenant-' || t.number, 1000000, t.created_at
from (
    select number, now() - interval '740 days' + number * interval '1 hour' as created_at
    from generate_series(1, $1::integer) as number
) as t
"""

PEOPLE_ROWS = """
insert into public.users (tenant_id, id, auth_id, email, role, created_at)
select
    t.id,
    pg_temp.id_at(t.created_at, t.number * 1000 + p),
    md5('auth' || t.number || '-' || p)::uuid,
    'person-' || p || '@' || t.slug || '.example',
    case when p <= 2 then 'admin' when p % 20 = 0 then 'viewer' else 'member' end,
    t.created_at
from (
    select id, slug, created_at, split_part(slug, '-', 2)::integer as number
    from public.tenants
    where slug like 'tenant-%'
) as t
cross join lateral generate_series(1, greatest($1::integer / t.number, 3)) as p
"""

ACCOUNT_ROWS = """
insert into auth.users (id, email, created_at)
select auth_id, email, created_at from public.users
on conflict (id) do nothing
"""

# number: the person's rank in a fixed shuffle, so that busy people are spread over tenants of every size.
PLAN_TABLES = """
create temporary table people as
select
    u.tenant_id,
    u.id as user_id,
    t.slug = 'tenant-1' as is_big,
    u.email = 'person-3@tenant-1.example' as is_busy,
    row_number() over (order by md5(u.id::text)) as number
from public.users as u
inner join public.tenants as t on u.tenant_id = t.id
where t.slug like 'tenant-%';

create temporary table plans (
    number bigint generated always as identity,
    tenant_id uuid,
    user_id uuid,
    is_archived boolean,
    messages integer,
    created_at timestamptz
)
"""

# Most conversations are short, a few long: 2 to 150 messages, about 20 on average.
ORDINARY_PLANS = """
insert into plans (tenant_id, user_id, is_archived, messages, created_at)
select
    p.tenant_id,
    p.user_id,
    random() < 0.2,
    2 + (148 * power(random(), 7.2))::integer,
    now() - random() * interval '729 days' - interval '1 hour'
from generate_series(1, greatest(($1::bigint - $2) / 20, 1)) as s
inner join people as p on p.number = 1 + (s * 7919) % (select count(*) from people)
where not p.is_busy
"""

BUSY_PLANS = """
insert into plans (tenant_id, user_id, is_archived, messages, created_at)
select
    p.tenant_id,
    p.user_id,
    c > $1::integer,
    case when c = 1 then $3::integer else 4 end,
    now() - random() * interval '700 days' - interval '25 days'
from people as p
cross join generate_series(1, $1::integer + $2::integer) as c
where p.is_busy
"""

CONVERSATION_ROWS = """
insert into public.conversations (
    tenant_id, id, user_id, title, titled_by, is_archived, status, created_at, updated_at
)
select
    p.tenant_id,
    pg_temp.id_at(p.created_at, p.number),
    p.user_id,
    'Conversation about subject number ' || p.number,
    'start',
    p.is_archived,
    case when p.is_archived then 'archived' else 'active' end,
    p.created_at,
    p.created_at + (p.messages - 1) * interval '10 seconds'
from plans as p
order by p.created_at
"""

# Sorted before the text is made, and written in order of time as it would have been: a conversation's messages are
# spread over the table, and reading a page of them is not flattered.
MESSAGE_ROWS = """
insert into public.messages (
    tenant_id, id, conversation_id, user_id, role, content, token_count, model_used, latency_ms, created_at
)
select
    m.tenant_id,
    pg_temp.id_at(m.created_at, m.number),
    m.conversation_id,
    m.user_id,
    case when m.turn % 2 = 1 then 'user' else 'assistant' end,
    repeat(md5(m.number::text) || ' words ', case when m.turn % 2 = 1 then 2 else 8 + (m.number % 24)::integer end),
    case when m.turn % 2 = 0 then 300 end,
    case when m.turn % 2 = 0 then 'gpt-5-mini' end,
    case when m.turn % 2 = 0 then 1500 end,
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

FEEDBACK_ROWS = """
insert into public.feedback (tenant_id, message_id, user_id, rating, comment, created_at, updated_at)
select
    m.tenant_id,
    m.id,
    m.user_id,
    case when random() < 0.7 then 1 else -1 end,
    case when random() < 0.2 then 'It answered what I had asked, and said where it was from.' end,
    m.created_at,
    m.created_at
from public.messages as m
where m.role = 'assistant' and random() < 0.1
on conflict (tenant_id, message_id, user_id) do nothing
"""

# Two years of days, four of five of them with use, and today.
USAGE_ROWS = """
insert into public.usage_metrics (
    tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
)
select p.tenant_id, p.user_id, d.day, 900, 600, 300, 3, 0.0012
from (
    select (now() at time zone 'utc')::date - back as day
    from generate_series(730, 0, -1) as back
) as d
cross join people as p
where hashtext(p.user_id::text || d.day) % 5 not in (1, -1) or d.day = (now() at time zone 'utc')::date
order by d.day, md5(p.user_id::text || d.day)
"""

UNCLOSED = """
update private.summary_state set closed_before = '-infinity';
insert into private.feedback_changes (tenant_id, message_id) select distinct tenant_id, message_id from public.feedback
"""

RECENT_FEEDBACK = """
update public.feedback set comment = 'On second thoughts.'
where (tenant_id, id) in (select tenant_id, id from public.feedback order by created_at desc limit $1)
"""

SIZES = """
select
    (select count(*) from public.tenants) as tenants,
    (select count(*) from public.users) as users,
    (select count(*) from public.conversations) as conversations,
    (select count(*) from public.messages) as messages,
    (select count(*) from public.feedback) as feedback,
    (select count(*) from public.usage_metrics) as usage_metrics,
    pg_size_pretty(pg_database_size(current_database())) as size
"""

PEOPLE = """
select u.tenant_id, u.id, u.auth_id
from public.users as u
where u.email in ('person-1@tenant-1.example', 'person-3@tenant-1.example')
order by u.email
"""

LONGEST = """
select c.id
from public.conversations as c
where c.tenant_id = $1 and c.user_id = $2 and not c.is_archived
order by c.updated_at - c.created_at desc
limit 1
"""


@dataclass(frozen=True)
class Person:
    """Somebody who asks."""

    tenant_id: UUID
    user_id: UUID
    auth_id: UUID


@dataclass(frozen=True)
class Cast:
    """Who and what the queries are about: people of the biggest tenant, and the long conversation."""

    admin: Person
    busy_member: Person
    long_conversation: UUID
    sizes: dict[str, int | str]
    refresh_seconds: float


async def fill(
    database: Database, *, messages: int, biggest_tenant: int = BIGGEST_TENANT, tenants: int = TENANTS
) -> Cast:
    """Fill an empty schema with about so many messages, vacuum, analyse and refresh."""
    async with database.connected("supabase_admin") as link:
        await link.execute("set session_replication_role = replica; set work_mem = '256MB'; select setseed(0.5)")
        await link.execute(ID_AT)
        await link.execute(TENANT_ROWS, tenants)
        await link.execute(PEOPLE_ROWS, biggest_tenant)
        await link.execute(ACCOUNT_ROWS)
        await link.execute(PLAN_TABLES)
        long = min(LONG_CONVERSATION, max(messages // 10, 300))
        busy = long + 4 * (LIVE_CONVERSATIONS + ARCHIVED_CONVERSATIONS)
        await link.execute(BUSY_PLANS, LIVE_CONVERSATIONS, ARCHIVED_CONVERSATIONS, long)
        await link.execute(ORDINARY_PLANS, messages, busy)
        for sql in (CONVERSATION_ROWS, MESSAGE_ROWS, FEEDBACK_ROWS, USAGE_ROWS):
            await link.execute(sql)
        await link.execute(UNCLOSED)
        await link.execute("set session_replication_role = origin")
        await link.execute("vacuum (analyze)")
        refresh_seconds = await _refresh(link)
        # A day's worth of feedback that the refresh has not seen.
        await link.execute(RECENT_FEEDBACK, 1000)
        await link.execute("vacuum (analyze)")
        await link.execute("checkpoint")
        (sizes,) = await link.fetch(SIZES)
        admin, busy_member = [Person(*row) for row in await link.fetch(PEOPLE)]
        return Cast(
            admin,
            busy_member,
            await link.fetchval(LONGEST, busy_member.tenant_id, busy_member.user_id),
            dict(sizes),
            refresh_seconds,
        )


async def _refresh(link: asyncpg.Connection) -> float:
    started = time.perf_counter()
    await link.execute("select private.run_job('refresh_summaries')")
    return time.perf_counter() - started
