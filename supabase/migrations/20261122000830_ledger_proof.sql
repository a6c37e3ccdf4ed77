-- The proof: ledger, counters, messages and limits agree to the token, and bills can be derived again.
--
-- Creates:  private.ledger_checks; private.ledger_findings(), check_ledger(), bill(); the job check_ledger.
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000830_ledger_proof.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

grant select (token_count, cost) on public.messages to palaver_definer;

create function private.ledger_findings(p_from date, p_to date)
returns table (finding text, tenant_id uuid, user_id uuid, turn_id uuid, day date, detail jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_today constant pg_catalog.date := (clock_timestamp() at time zone 'utc')::pg_catalog.date;
begin
    -- One statement, so that all of it is seen at the same moment.
    return query
    with ledger as (
        select
            l.tenant_id, l.user_id, l.day,
            jsonb_build_object(
                'prompt_tokens', sum(l.prompt_tokens),
                'completion_tokens', sum(l.completion_tokens),
                'requests', sum(l.request_count),
                'cost', trim_scale(sum(l.cost))
            ) as amounts
        from public.usage_ledger as l
        where l.day between p_from and p_to and l.user_id is not null
        group by l.tenant_id, l.user_id, l.day
    ),

    counters as (
        select
            m.tenant_id, m.user_id, m.day,
            jsonb_build_object(
                'prompt_tokens', m.prompt_tokens,
                'completion_tokens', m.completion_tokens,
                'requests', m.request_count,
                'cost', trim_scale(m.estimated_cost)
            ) as amounts
        from public.usage_metrics as m
        where m.day between p_from and p_to
    )

    select
        'counters differ from the ledger', coalesce(l.tenant_id, c.tenant_id), coalesce(l.user_id, c.user_id), null::pg_catalog.uuid,
        coalesce(l.day, c.day), jsonb_build_object('ledger', l.amounts, 'counters', c.amounts)
    from ledger as l
    full join counters as c on c.tenant_id = l.tenant_id and c.user_id = l.user_id and c.day = l.day
    where l.amounts is distinct from c.amounts
    union all
    select
        'a closed day differs from the ledger', coalesce(l.tenant_id, d.tenant_id), null::pg_catalog.uuid, null::pg_catalog.uuid,
        coalesce(l.day, d.day), jsonb_build_object('ledger', l.amounts, 'closed', d.amounts)
    from (
        select s.tenant_id, s.day, jsonb_agg(to_jsonb(s) order by to_jsonb(s)::pg_catalog.text) as amounts
        from private.ledger_by_day as s
        where s.day between p_from and p_to and s.day < private.usage_closed_before()
        group by s.tenant_id, s.day
    ) as l
    full join (
        select s.tenant_id, s.day, jsonb_agg(to_jsonb(s) - 'id' order by (to_jsonb(s) - 'id')::pg_catalog.text) as amounts
        from private.usage_daily as s
        where s.day between p_from and p_to
        group by s.tenant_id, s.day
    ) as d on d.tenant_id = l.tenant_id and d.day = l.day
    where
        l.amounts is distinct from d.amounts
        and not exists (
            select from private.ledger_changes as n
            where n.tenant_id = coalesce(l.tenant_id, d.tenant_id) and n.day = coalesce(l.day, d.day)
        )
    union all
    select
        'a message differs from the ledger', l.tenant_id, l.user_id, l.id, l.day,
        jsonb_build_object('ledger', l.completion_tokens, 'message', m.token_count, 'cost', l.cost, 'cost of the message', m.cost)
    from public.usage_ledger as l
    inner join public.messages as m on m.tenant_id = l.tenant_id and m.id = l.id
    where l.day between p_from and p_to and (m.token_count, m.cost) is distinct from (l.completion_tokens, l.cost)
    union all
    select
        'a finished turn is not in the ledger', t.tenant_id, t.user_id, t.id, (t.finished_at at time zone 'utc')::pg_catalog.date,
        jsonb_build_object('status', t.status)
    from public.turns as t
    where
        t.finished_at >= p_from::pg_catalog.timestamp at time zone 'utc'
        and t.finished_at < (p_to + 1)::pg_catalog.timestamp at time zone 'utc'
        and not exists (select from public.usage_ledger as l where l.tenant_id = t.tenant_id and l.id = t.id)
    union all
    select
        'a running turn is in the ledger', t.tenant_id, t.user_id, t.id, l.day, null::pg_catalog.jsonb
    from public.usage_ledger as l
    inner join public.turns as t on t.tenant_id = l.tenant_id and t.id = l.id
    where l.day between p_from and p_to and t.status = 'running'
    union all
    select
        'the cost is not that of the price', l.tenant_id, l.user_id, l.id, l.day,
        jsonb_build_object('ledger', l.cost, 'price', private.token_cost(p, l.prompt_tokens, l.completion_tokens, l.cached_tokens))
    from public.usage_ledger as l
    inner join private.model_prices as p on l.price_id = p.id
    where
        l.day between p_from and p_to
        and l.cost <> private.token_cost(p, l.prompt_tokens, l.completion_tokens, l.cached_tokens)
    union all
    select
        'the daily limit counts something else', a.tenant_id, null::pg_catalog.uuid, null::pg_catalog.uuid, a.day,
        jsonb_build_object('ledger', s.used, 'limit', a.used_tokens)
    from private.allowances as a
    cross join lateral (
        select coalesce(sum(l.prompt_tokens + l.completion_tokens), 0) as used
        from public.usage_ledger as l
        where l.tenant_id = a.tenant_id and l.day = a.day
    ) as s
    where
        a.user_id = '00000000-0000-0000-0000-000000000000'
        and a.day = v_today
        and v_today between p_from and p_to
        and s.used <> a.used_tokens
    union all
    select
        'reservations differ from the open turns', a.tenant_id, nullif(a.user_id, '00000000-0000-0000-0000-000000000000'),
        null::pg_catalog.uuid, null::pg_catalog.date, jsonb_build_object('open turns', s.reserved, 'limit', a.reserved_tokens)
    from private.allowances as a
    cross join lateral (
        select
            coalesce(
                sum(case a.user_id when '00000000-0000-0000-0000-000000000000' then o.reserved_tokens else o.user_reserved_tokens end), 0
            ) as reserved
        from private.open_turns as o
        where o.tenant_id = a.tenant_id and a.user_id in ('00000000-0000-0000-0000-000000000000', o.user_id)
    ) as s
    where s.reserved <> a.reserved_tokens
    union all
    select
        'a running turn is held by nobody', t.tenant_id, t.user_id, t.id, null::pg_catalog.date, null::pg_catalog.jsonb
    from public.turns as t
    where
        t.finished_at is null
        and not exists (select from private.open_turns as o where o.tenant_id = t.tenant_id and o.turn_id = t.id)
    union all
    select
        'a turn that is over is held', o.tenant_id, o.user_id, o.turn_id, null::pg_catalog.date, jsonb_build_object('status', t.status)
    from private.open_turns as o
    inner join public.turns as t on t.tenant_id = o.tenant_id and t.id = o.turn_id
    where t.status <> 'running';
end
$$;

comment on function private.ledger_findings(date, date) is
'Where ledger, counters, closed days, messages, prices, limits and open turns do not agree, for what was settled on those UTC days; no row is the proof that they do. Definer: to be called by roles that do not own the tables.';

create table private.ledger_checks (
    checked_at timestamptz not null default clock_timestamp(),
    findings bigint not null,
    constraint ledger_checks_pkey primary key (checked_at)
);

comment on table private.ledger_checks is 'How many findings each run of check_ledger() had, for ninety days.';

alter table private.ledger_checks enable row level security;

revoke all on private.ledger_checks from public, anon, authenticated, service_role;

grant select, insert, delete on private.ledger_checks to palaver_definer;

grant select on private.ledger_checks to palaver_worker, service_role;

create policy "The job keeps its checks"
on private.ledger_checks for insert to palaver_definer
with check (true);

create policy "The job sees its checks"
on private.ledger_checks for select to palaver_definer
using (true);

create policy "The job forgets old checks"
on private.ledger_checks for delete to palaver_definer
using (true);

create policy "The worker reports checks"
on private.ledger_checks for select to palaver_worker
using (true);

create function private.check_ledger()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into private.ledger_checks (findings)
    select count(*)
    from private.ledger_findings((now() at time zone 'utc')::pg_catalog.date - 1, (now() at time zone 'utc')::pg_catalog.date);

    delete from private.ledger_checks where checked_at < now() - interval '90 days'
$$;

comment on function private.check_ledger() is
'Job: counts the findings of yesterday and today. It goes well although there are some: the number is what tells. Definer: runs as the job runner.';

create function private.bill(p_from date, p_to date)
returns table (
    tenant_id uuid,
    day date,
    provider text,
    model text,
    requests bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    estimated_tokens bigint,
    cost numeric,
    cost_of_estimated numeric,
    derived_cost numeric
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select
        l.tenant_id,
        l.day,
        l.provider,
        l.model,
        sum(l.request_count)::pg_catalog.int8,
        sum(l.prompt_tokens)::pg_catalog.int8,
        sum(l.completion_tokens)::pg_catalog.int8,
        sum(l.cached_tokens)::pg_catalog.int8,
        sum(l.reasoning_tokens)::pg_catalog.int8,
        sum(case when l.tokens_estimated then l.prompt_tokens + l.completion_tokens else 0 end)::pg_catalog.int8,
        sum(l.cost),
        sum(case when l.tokens_estimated then l.cost else 0 end),
        sum(
            case
                when p.id is not null then private.token_cost(p, l.prompt_tokens, l.completion_tokens, l.cached_tokens)
                when l.model is null then l.cost
                else 0
            end
        )
    from public.usage_ledger as l
    left join private.model_prices as p on l.price_id = p.id
    where l.day between p_from and p_to
    group by l.tenant_id, l.day, l.provider, l.model;
end
$$;

comment on function private.bill(date, date) is
'What each tenant used on each of those UTC days, by model: reported and estimated tokens, the cost as it was charged, and the same derived again from the tokens and the price that held. Definer: to be called by roles that do not own the tables.';

revoke execute on function private.ledger_findings(date, date) from public;

revoke execute on function private.check_ledger() from public;

revoke execute on function private.bill(date, date) from public;

grant execute on function private.ledger_findings(date, date) to service_role;

grant execute on function private.bill(date, date) to service_role;

alter function private.ledger_findings(date, date) owner to palaver_definer;

alter function private.check_ledger() owner to palaver_definer;

alter function private.bill(date, date) owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values ('check_ledger', 'Proves that ledger, counters, messages and limits agree, for yesterday and today.', '15 minutes', '*/15 * * * *');

do $$
begin
    perform private.schedule_jobs();
end
$$;
