-- Summaries: kept where history is closed, live where it is open, so that a number is never behind.
--
-- Creates:  private.summary_state, usage_changes, monthly_usage_closed, ledger_changes, usage_daily, feedback_changes,
--           message_feedback_closed; the views private.ledger_by_day, public.monthly_usage_summary, message_feedback_summary;
--           private.record_usage_change(), closed_monthly_usage(), usage_months(), usage_closed_before(), summaries_refreshed_at(),
--           record_ledger_change(), record_ledger_changes(), feedback_summary(), record_feedback_change(), refresh_summaries().
-- Locks:    SHARE ROW EXCLUSIVE on public.feedback, public.usage_metrics and public.usage_ledger, for the triggers; held while what is
--           there is summed up.
-- Rollback: rollbacks/20261122000600_summaries.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- The closed parts are tables that a refresh brings up to date: it adds the days that are closed since the last one, and computes anew
-- what was noted as changed, so that it costs what is new and not what there is. Nobody else writes them, they reference nothing (to check
-- that would lock rows that people change), and what was noted is not read from them: until the next refresh it is counted live.
--
-- Whoever changes something of the closed part notes it in the same transaction. A refresh takes the notes away first, or at the same
-- moment: whatever they were about is seen by the statements that follow, and what is noted later stays noted, whether or not they
-- see it.

grant select on public.feedback to palaver_definer;

create policy "Summaries read feedback"
on public.feedback for select to palaver_definer
using (true);

grant select on public.usage_ledger to palaver_definer;

create policy "Summaries read the ledger"
on public.usage_ledger for select to palaver_definer
using (true);

create table private.summary_state (
    is_only boolean not null default true,
    closed_before date not null default '-infinity',
    refreshed_at timestamptz not null default now(),
    constraint summary_state_pkey primary key (is_only),
    constraint summary_state_is_only_check check (is_only)
);

comment on table private.summary_state is 'One row: up to where the closed parts of the summaries go, and when they were made. A refresh holds it until it is done.';

comment on column private.summary_state.closed_before is 'First day that the closed parts of usage do not hold.';

alter table private.summary_state enable row level security;

revoke all on private.summary_state from public, anon, authenticated, service_role;

grant select, update on private.summary_state to palaver_definer;

create policy "Summaries know how far they go"
on private.summary_state for select to palaver_definer
using (true);

create policy "A refresh says how far it went"
on private.summary_state for update to palaver_definer
using (true)
with check (true);

insert into private.summary_state default values;

create function private.usage_closed_before()
returns date
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (select s.closed_before from private.summary_state as s);
end
$$;

comment on function private.usage_closed_before() is 'First day of usage that is counted live. Definer: clients have no rights on summary_state.';

create function private.summaries_refreshed_at()
returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (select s.refreshed_at from private.summary_state as s);
end
$$;

comment on function private.summaries_refreshed_at() is 'When the closed part of the summaries was made. Definer: clients have no rights on summary_state.';

-- Usage by person and month, of the counters. Days before yesterday are closed: increment_usage_metrics() writes only to today, and the day
-- between keeps a transaction that runs over midnight out of the closed part. A correction of a closed day is noted, and the tenant's month
-- is summed up live until the next refresh.

create table private.usage_changes (
    tenant_id uuid not null,
    day date not null,
    id bigint not null generated always as identity,
    constraint usage_changes_pkey primary key (tenant_id, day, id)
);

comment on table private.usage_changes is 'Tenants and days before today of which counters were changed since the last refresh; only ever appended to, so that nobody waits.';

alter table private.usage_changes enable row level security;

revoke all on private.usage_changes from public, anon, authenticated, service_role;

grant select, insert, delete on private.usage_changes to palaver_definer;

create policy "Summaries read the notes"
on private.usage_changes for select to palaver_definer
using (true);

create policy "The usage trigger adds notes"
on private.usage_changes for insert to palaver_definer
with check (true);

create policy "A refresh removes the notes"
on private.usage_changes for delete to palaver_definer
using (true);

create function private.record_usage_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        insert into private.usage_changes (tenant_id, day) values (old.tenant_id, old.day);
    end if;

    if tg_op = 'INSERT' or (tg_op = 'UPDATE' and (new.tenant_id, new.day) <> (old.tenant_id, old.day)) then
        insert into private.usage_changes (tenant_id, day) values (new.tenant_id, new.day);
    end if;

    return null;
end
$$;

comment on function private.record_usage_change() is 'Trigger: notes that usage of a closed day changed. Definer: clients have no rights on the notes.';

revoke execute on function private.record_usage_change() from public;

alter function private.record_usage_change() owner to palaver_definer;

-- Any day before today, though yesterday is open still: the transaction may commit after a refresh of tomorrow.

create trigger usage_metrics_record_insert
after insert on public.usage_metrics
for each row when (new.day < (now() at time zone 'utc')::date)
execute function private.record_usage_change();

create trigger usage_metrics_record_update
after update on public.usage_metrics
for each row when (least(old.day, new.day) < (now() at time zone 'utc')::date)
execute function private.record_usage_change();

create trigger usage_metrics_record_delete
after delete on public.usage_metrics
for each row when (old.day < (now() at time zone 'utc')::date)
execute function private.record_usage_change();

create table private.monthly_usage_closed (
    tenant_id uuid not null,
    month date not null,
    user_id uuid not null,
    total_tokens bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    request_count bigint not null,
    estimated_cost numeric not null,
    constraint monthly_usage_closed_pkey primary key (tenant_id, month, user_id)
);

comment on table private.monthly_usage_closed is 'Counters by tenant, month and person, of the days before summary_state.closed_before; not to be read where usage_changes has a note of the tenant''s month.';

alter table private.monthly_usage_closed enable row level security;

revoke all on private.monthly_usage_closed from public, anon, authenticated, service_role;

grant select, insert, update, delete on private.monthly_usage_closed to palaver_definer;

create policy "Summaries read closed months"
on private.monthly_usage_closed for select to palaver_definer
using (true);

create policy "A refresh adds months"
on private.monthly_usage_closed for insert to palaver_definer
with check (true);

create policy "A refresh adds days to months"
on private.monthly_usage_closed for update to palaver_definer
using (true)
with check (true);

create policy "A refresh removes months that changed"
on private.monthly_usage_closed for delete to palaver_definer
using (true);

create function private.usage_months()
returns setof date
language plpgsql
stable
security definer
rows 24
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id pg_catalog.uuid := private.current_tenant_id();
    v_first pg_catalog.date;
begin
    if private.caller_bypasses_rls() then
        v_first := least(
            (select min(c.month) from private.monthly_usage_closed as c),
            (select date_trunc('month', min(n.day)) from private.usage_changes as n)
        );
    else
        select date_trunc('month', min(m.day)) into v_first from public.usage_metrics as m where m.tenant_id = v_tenant_id;
    end if;

    return query
    select s.month::pg_catalog.date
    from generate_series(v_first::timestamp, private.usage_closed_before()::timestamp, interval '1 month') as s (month);
end
$$;

comment on function private.usage_months() is
'The months in which the caller''s tenant can have closed usage; any tenant, for roles exempt from Row Level Security. Definer: clients have no rights on what is closed.';

create function private.closed_monthly_usage(p_month date)
returns table (
    tenant_id uuid,
    user_id uuid,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    request_count bigint,
    estimated_cost numeric
)
language plpgsql
stable
security definer
rows 100
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id pg_catalog.uuid := private.current_tenant_id();
    v_user_id pg_catalog.uuid := private.current_user_id();
    v_sees_all pg_catalog.bool := private.caller_bypasses_rls();
    v_next pg_catalog.date := p_month + interval '1 month';
begin
    if v_sees_all or private.administered_tenant_id() = v_tenant_id then
        v_user_id := null;
    end if;

    if exists (
        select from private.usage_changes as n
        where n.day >= p_month and n.day < v_next and (v_sees_all or n.tenant_id = v_tenant_id)
    ) then
        return query
        select
            m.tenant_id,
            m.user_id,
            sum(m.total_tokens)::bigint,
            sum(m.prompt_tokens)::bigint,
            sum(m.completion_tokens)::bigint,
            sum(m.request_count)::bigint,
            sum(m.estimated_cost)
        from public.usage_metrics as m
        where
            m.day >= p_month
            and m.day < least(v_next, private.usage_closed_before())
            and (v_sees_all or m.tenant_id = v_tenant_id)
            and (v_user_id is null or m.user_id = v_user_id)
        group by m.tenant_id, m.user_id;
    elsif v_sees_all then
        return query
        select c.tenant_id, c.user_id, c.total_tokens, c.prompt_tokens, c.completion_tokens, c.request_count, c.estimated_cost
        from private.monthly_usage_closed as c
        where c.month = p_month;
    else
        return query
        select c.tenant_id, c.user_id, c.total_tokens, c.prompt_tokens, c.completion_tokens, c.request_count, c.estimated_cost
        from private.monthly_usage_closed as c
        where c.tenant_id = v_tenant_id and c.month = p_month and (v_user_id is null or c.user_id = v_user_id);
    end if;
end
$$;

comment on function private.closed_monthly_usage(date) is
'The closed part of a month''s usage that the caller may see: their own, a tenant admin''s tenant''s, all for roles exempt from Row Level Security. Definer: clients have no rights on what is closed.';

create view public.monthly_usage_summary
with (security_invoker = true)
as
select
    p.tenant_id,
    p.user_id,
    p.month,
    sum(p.total_tokens)::bigint as total_tokens,
    sum(p.prompt_tokens)::bigint as prompt_tokens,
    sum(p.completion_tokens)::bigint as completion_tokens,
    sum(p.request_count)::bigint as request_count,
    sum(p.estimated_cost) as estimated_cost,
    (select private.summaries_refreshed_at()) as refreshed_at
from (
    select
        c.tenant_id,
        c.user_id,
        s.month,
        c.total_tokens,
        c.prompt_tokens,
        c.completion_tokens,
        c.request_count,
        c.estimated_cost
    from private.usage_months() as s (month)
    cross join lateral private.closed_monthly_usage(s.month) as c
    union all
    select
        m.tenant_id,
        m.user_id,
        date_trunc('month', m.day)::date as month,
        m.total_tokens,
        m.prompt_tokens,
        m.completion_tokens,
        m.request_count,
        m.estimated_cost
    from public.usage_metrics as m
    where m.day >= (select private.usage_closed_before())
) as p
group by p.tenant_id, p.user_id, p.month;

comment on view public.monthly_usage_summary is
'Usage by person and month (its first day, UTC). Closed days come from the last refresh, at refreshed_at; later ones are counted live.';

revoke all on public.monthly_usage_summary from public, anon, authenticated, service_role;

grant select on public.monthly_usage_summary to authenticated, service_role;

-- Usage by day, of the ledger, in all that it can be told apart by but the conversation. Days are closed as those of the counters are. Rows
-- of a closed day can still change: an erasure takes the person out of them, a tenant goes, a server adds to an old day. That is noted, and
-- the tenant's day is summed up live until the next refresh.

create table private.ledger_changes (
    tenant_id uuid not null,
    day date not null,
    id bigint not null generated always as identity,
    constraint ledger_changes_pkey primary key (tenant_id, day, id)
);

comment on table private.ledger_changes is 'Tenants and days before today of which the ledger was changed since the last refresh; only ever appended to, so that nobody waits.';

alter table private.ledger_changes enable row level security;

revoke all on private.ledger_changes from public, anon, authenticated, service_role;

grant select, insert, delete on private.ledger_changes to palaver_definer;

grant select (tenant_id, day) on private.ledger_changes to authenticated;

grant select on private.ledger_changes to service_role;

create policy "People know which days of their tenant are counted live"
on private.ledger_changes for select to authenticated
using (tenant_id = (select private.current_tenant_id()));

create policy "Summaries read the notes"
on private.ledger_changes for select to palaver_definer
using (true);

create policy "The ledger's triggers add notes"
on private.ledger_changes for insert to palaver_definer
with check (true);

create policy "A refresh removes the notes"
on private.ledger_changes for delete to palaver_definer
using (true);

create function private.record_ledger_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into private.ledger_changes (tenant_id, day) values (new.tenant_id, new.day);

    return null;
end
$$;

comment on function private.record_ledger_change() is 'Trigger: notes that something was added to a day before today. Definer: clients have no rights on the notes.';

create function private.record_ledger_changes()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into private.ledger_changes (tenant_id, day)
    select distinct o.tenant_id, o.day
    from old_rows as o
    where o.day < (now() at time zone 'utc')::pg_catalog.date;

    if tg_op = 'UPDATE' then
        insert into private.ledger_changes (tenant_id, day)
        select distinct n.tenant_id, n.day
        from new_rows as n
        where
            n.day < (now() at time zone 'utc')::pg_catalog.date
            and not exists (select from old_rows as o where o.tenant_id = n.tenant_id and o.day = n.day);
    end if;

    return null;
end
$$;

comment on function private.record_ledger_changes() is 'Trigger: notes, once for a statement, which days before today it changed: who erases somebody changes many rows. Definer: clients have no rights on the notes.';

revoke execute on function private.record_ledger_change() from public;

revoke execute on function private.record_ledger_changes() from public;

alter function private.record_ledger_change() owner to palaver_definer;

alter function private.record_ledger_changes() owner to palaver_definer;

-- A row's trigger, since its condition costs a turn nothing.

create trigger usage_ledger_record_insert
after insert on public.usage_ledger
for each row when (new.day < (now() at time zone 'utc')::date)
execute function private.record_ledger_change();

create trigger usage_ledger_record_update
after update on public.usage_ledger
referencing old table as old_rows new table as new_rows
for each statement execute function private.record_ledger_changes();

create trigger usage_ledger_record_delete
after delete on public.usage_ledger
referencing old table as old_rows
for each statement execute function private.record_ledger_changes();

create view private.ledger_by_day
with (security_invoker = true)
as
select
    tenant_id,
    day,
    user_id,
    provider,
    model,
    prompt_id,
    prompt_version,
    sum(request_count)::bigint as requests,
    coalesce(sum(request_count) filter (where from_cache), 0)::bigint as cached_requests,
    coalesce(sum(request_count) filter (where tokens_estimated), 0)::bigint as estimated_requests,
    sum(prompt_tokens + completion_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_ledger
group by tenant_id, day, user_id, provider, model, prompt_id, prompt_version;

comment on view private.ledger_by_day is 'The ledger summed up live, of the rows that the caller may see: what private.usage_daily keeps of closed days.';

revoke all on private.ledger_by_day from public, anon, authenticated, service_role;

grant select on private.ledger_by_day to authenticated, service_role, palaver_definer;

create table private.usage_daily (
    tenant_id uuid not null,
    day date not null,
    id bigint not null generated always as identity,
    user_id uuid,
    provider text,
    model text,
    prompt_id uuid,
    prompt_version integer,
    requests bigint not null,
    cached_requests bigint not null,
    estimated_requests bigint not null,
    total_tokens bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    cached_tokens bigint not null,
    reasoning_tokens bigint not null,
    cost numeric not null,
    constraint usage_daily_pkey primary key (tenant_id, day, id)
);

comment on table private.usage_daily is 'private.ledger_by_day of the days before summary_state.closed_before; not to be read where ledger_changes has a note of the tenant''s day.';

comment on column private.usage_daily.user_id is 'Null where the person is gone: the amounts stay.';

create index usage_daily_user_idx on private.usage_daily (tenant_id, user_id, day);

comment on index private.usage_daily_user_idx is 'A person''s usage by day.';

alter table private.usage_daily enable row level security;

revoke all on private.usage_daily from public, anon, authenticated, service_role;

alter table private.usage_daily
alter column provider set statistics 0,
alter column model set statistics 0;

grant select, insert, delete on private.usage_daily to palaver_definer;

grant select (
    tenant_id, day, user_id, provider, model, prompt_id, prompt_version, requests, cached_requests, estimated_requests, total_tokens,
    prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, cost
) on private.usage_daily to authenticated;

grant select on private.usage_daily to service_role;

create policy "People see what they used, tenant admins their tenant's"
on private.usage_daily for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "Summaries read closed days"
on private.usage_daily for select to palaver_definer
using (true);

create policy "A refresh adds days"
on private.usage_daily for insert to palaver_definer
with check (true);

create policy "A refresh removes days that changed"
on private.usage_daily for delete to palaver_definer
using (true);

-- Feedback. It can change at any time, so each change is noted; a message with a note is aggregated live, any other comes from
-- what is closed.

create table private.feedback_changes (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    message_id uuid not null,
    constraint feedback_changes_pkey primary key (tenant_id, id)
);

comment on table private.feedback_changes is 'Messages whose feedback changed since the last refresh; only ever appended to, so that nobody waits.';

create index feedback_changes_message_idx on private.feedback_changes (tenant_id, message_id);

comment on index private.feedback_changes_message_idx is 'Has this message''s feedback changed since the refresh?';

alter table private.feedback_changes enable row level security;

revoke all on private.feedback_changes from public, anon, authenticated, service_role;

grant select, insert, delete on private.feedback_changes to palaver_definer;

create policy "Summaries read the notes"
on private.feedback_changes for select to palaver_definer
using (true);

create policy "The feedback trigger adds notes"
on private.feedback_changes for insert to palaver_definer
with check (true);

create policy "A refresh removes the notes"
on private.feedback_changes for delete to palaver_definer
using (true);

create function private.record_feedback_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        insert into private.feedback_changes (tenant_id, message_id) values (old.tenant_id, old.message_id);
    end if;

    if tg_op = 'INSERT' or (tg_op = 'UPDATE' and (new.tenant_id, new.message_id) <> (old.tenant_id, old.message_id)) then
        insert into private.feedback_changes (tenant_id, message_id) values (new.tenant_id, new.message_id);
    end if;

    return null;
end
$$;

comment on function private.record_feedback_change() is 'Trigger: notes that a message''s feedback changed. Definer: clients have no rights on the notes.';

create trigger feedback_record_change
after insert or update or delete on public.feedback
for each row execute function private.record_feedback_change();

create table private.message_feedback_closed (
    tenant_id uuid not null,
    message_id uuid not null,
    positive_count bigint not null,
    negative_count bigint not null,
    comment_count bigint not null,
    last_feedback_at timestamptz not null,
    constraint message_feedback_closed_pkey primary key (tenant_id, message_id)
);

comment on table private.message_feedback_closed is 'Feedback by message, as of the last refresh; not to be read where feedback_changes has a note of the message.';

alter table private.message_feedback_closed enable row level security;

revoke all on private.message_feedback_closed from public, anon, authenticated, service_role;

grant select, insert, update, delete on private.message_feedback_closed to palaver_definer;

create policy "Summaries read closed feedback"
on private.message_feedback_closed for select to palaver_definer
using (true);

create policy "A refresh adds messages"
on private.message_feedback_closed for insert to palaver_definer
with check (true);

create policy "A refresh counts messages anew"
on private.message_feedback_closed for update to palaver_definer
using (true)
with check (true);

create policy "A refresh removes messages without feedback"
on private.message_feedback_closed for delete to palaver_definer
using (true);

create function private.feedback_summary(p_tenant_id uuid, p_message_id uuid)
returns table (
    positive_count bigint,
    negative_count bigint,
    comment_count bigint,
    last_feedback_at timestamptz
)
language plpgsql
stable
security definer
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
    if p_tenant_id is distinct from private.administered_tenant_id()
        and not exists (
            select from public.feedback as f
            where
                f.tenant_id = p_tenant_id
                and f.message_id = p_message_id
                and f.tenant_id = private.current_tenant_id()
                and f.user_id = private.current_user_id()
        )
        and not private.caller_bypasses_rls()
    then
        return;
    end if;

    if exists (
        select from private.feedback_changes as n
        where n.tenant_id = p_tenant_id and n.message_id = p_message_id
    ) then
        return query
        select
            count(*) filter (where f.rating = 1),
            count(*) filter (where f.rating = -1),
            count(f.comment),
            max(f.updated_at)
        from public.feedback as f
        where f.tenant_id = p_tenant_id and f.message_id = p_message_id
        having count(*) > 0;
    else
        return query
        select c.positive_count, c.negative_count, c.comment_count, c.last_feedback_at
        from private.message_feedback_closed as c
        where c.tenant_id = p_tenant_id and c.message_id = p_message_id;
    end if;
end
$$;

comment on function private.feedback_summary(uuid, uuid) is
'Totals of a message''s feedback, for whoever rated it and for admins of its tenant. Definer: clients have no rights on what is closed.';

create view public.message_feedback_summary
with (security_invoker = true)
as
select
    f.tenant_id,
    f.message_id,
    s.positive_count,
    s.negative_count,
    s.positive_count + s.negative_count as feedback_count,
    s.comment_count,
    s.last_feedback_at,
    (select private.summaries_refreshed_at()) as refreshed_at
from (
    select distinct
        tenant_id,
        message_id
    from public.feedback
) as f
cross join lateral private.feedback_summary(f.tenant_id, f.message_id) as s;

comment on view public.message_feedback_summary is
'Feedback by message. What changed since the last refresh, at refreshed_at, is counted live.';

revoke all on public.message_feedback_summary from public, anon, authenticated, service_role;

grant select on public.message_feedback_summary to authenticated, service_role;

create function private.refresh_summaries()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_hash_join constant pg_catalog.text := current_setting('enable_hashjoin');
    v_merge_join constant pg_catalog.text := current_setting('enable_mergejoin');
    v_from pg_catalog.date;
    v_to pg_catalog.date;
    v_tenant_ids pg_catalog.uuid[];
    v_days pg_catalog.date[];
begin
    -- Notes are looked up one by one: for as many as there once may have been, the planner would read all that they are about.
    perform set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);

    -- A second refresh waits here, and then goes on from where the first has come to.
    select s.closed_before into v_from from private.summary_state as s for update;

    v_to := greatest(v_from, (now() at time zone 'utc')::pg_catalog.date - 1);

    -- Feedback of the messages that have a note.

    with noted as (
        delete from private.feedback_changes as n
        where true
        returning n.tenant_id, n.message_id
    ),

    counted as (
        select m.tenant_id, m.message_id, s.positive_count, s.negative_count, s.comment_count, s.last_feedback_at
        from (select distinct n.tenant_id, n.message_id from noted as n) as m
        cross join lateral (
            select
                count(*) filter (where f.rating = 1) as positive_count,
                count(*) filter (where f.rating = -1) as negative_count,
                count(f.comment) as comment_count,
                max(f.updated_at) as last_feedback_at
            from public.feedback as f
            where f.tenant_id = m.tenant_id and f.message_id = m.message_id
        ) as s
    ),

    without as (
        delete from private.message_feedback_closed as c
        using counted as n
        where c.tenant_id = n.tenant_id and c.message_id = n.message_id and n.last_feedback_at is null
    )

    insert into private.message_feedback_closed (tenant_id, message_id, positive_count, negative_count, comment_count, last_feedback_at)
    select n.tenant_id, n.message_id, n.positive_count, n.negative_count, n.comment_count, n.last_feedback_at
    from counted as n
    where n.last_feedback_at is not null
    on conflict (tenant_id, message_id) do update
    set
        positive_count = excluded.positive_count,
        negative_count = excluded.negative_count,
        comment_count = excluded.comment_count,
        last_feedback_at = excluded.last_feedback_at;

    -- Months of the counters: those with a note anew, as far as they were closed; then the days that are closed now are added.

    with noted as (
        delete from private.usage_changes as n
        where true
        returning n.tenant_id, date_trunc('month', n.day)::pg_catalog.date as month, n.day
    ),

    changed as (
        select distinct n.tenant_id, n.month
        from noted as n
        where n.day < v_from
    )

    select array_agg(c.tenant_id), array_agg(c.month) into v_tenant_ids, v_days from changed as c;

    delete from private.monthly_usage_closed as c
    using unnest(v_tenant_ids, v_days) as n (tenant_id, month)
    where c.tenant_id = n.tenant_id and c.month = n.month;

    insert into private.monthly_usage_closed (
        tenant_id, month, user_id, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    select n.tenant_id, n.month, s.*
    from unnest(v_tenant_ids, v_days) as n (tenant_id, month)
    cross join lateral (
        select
            m.user_id, sum(m.total_tokens), sum(m.prompt_tokens), sum(m.completion_tokens), sum(m.request_count), sum(m.estimated_cost)
        from public.usage_metrics as m
        where m.tenant_id = n.tenant_id and m.day >= n.month and m.day < least(n.month + interval '1 month', v_from)
        group by m.user_id
    ) as s;

    insert into private.monthly_usage_closed as c (
        tenant_id, month, user_id, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    select t.id, s.*
    from public.tenants as t
    cross join lateral (
        select
            date_trunc('month', m.day), m.user_id,
            sum(m.total_tokens), sum(m.prompt_tokens), sum(m.completion_tokens), sum(m.request_count), sum(m.estimated_cost)
        from public.usage_metrics as m
        where m.tenant_id = t.id and m.day >= v_from and m.day < v_to
        group by date_trunc('month', m.day), m.user_id
    ) as s
    on conflict (tenant_id, month, user_id) do update
    set
        total_tokens = c.total_tokens + excluded.total_tokens,
        prompt_tokens = c.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = c.completion_tokens + excluded.completion_tokens,
        request_count = c.request_count + excluded.request_count,
        estimated_cost = c.estimated_cost + excluded.estimated_cost;

    -- Days of the ledger, in the same way; written in the order in which they are read.

    with noted as (
        delete from private.ledger_changes as n
        where true
        returning n.tenant_id, n.day
    ),

    changed as (
        select distinct n.tenant_id, n.day
        from noted as n
        where n.day < v_from
    )

    select array_agg(c.tenant_id), array_agg(c.day) into v_tenant_ids, v_days from changed as c;

    delete from private.usage_daily as d
    using unnest(v_tenant_ids, v_days) as n (tenant_id, day)
    where d.tenant_id = n.tenant_id and d.day = n.day;

    insert into private.usage_daily (
        tenant_id, day, user_id, provider, model, prompt_id, prompt_version, requests, cached_requests, estimated_requests,
        total_tokens, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, cost
    )
    select s.*
    from unnest(v_tenant_ids, v_days) as n (tenant_id, day)
    cross join lateral (
        -- Asking for an order keeps the planner from summing up all of the ledger first.
        select l.*
        from private.ledger_by_day as l
        where l.tenant_id = n.tenant_id and l.day = n.day
        order by l.user_id
    ) as s;

    insert into private.usage_daily (
        tenant_id, day, user_id, provider, model, prompt_id, prompt_version, requests, cached_requests, estimated_requests,
        total_tokens, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, cost
    )
    select l.*
    from private.ledger_by_day as l
    where l.day >= v_from and l.day < v_to
    order by l.tenant_id, l.day, l.user_id;

    update private.summary_state as s
    set closed_before = v_to, refreshed_at = now()
    where s.is_only;

    -- Other jobs may follow in the transaction.
    perform set_config('enable_hashjoin', v_hash_join, true), set_config('enable_mergejoin', v_merge_join, true);
end
$$;

comment on function private.refresh_summaries() is
'Closes the days before yesterday that are not closed yet, and counts anew what was noted as changed: it costs what is new, blocks no readers and no writers, and may be ended and repeated at any time. Run it as the job refresh_summaries. Definer: nobody else has rights on what is closed.';

revoke execute on function private.usage_closed_before() from public;

revoke execute on function private.summaries_refreshed_at() from public;

revoke execute on function private.usage_months() from public;

revoke execute on function private.closed_monthly_usage(date) from public;

revoke execute on function private.record_feedback_change() from public;

revoke execute on function private.feedback_summary(uuid, uuid) from public;

revoke execute on function private.refresh_summaries() from public;

grant execute on function private.usage_closed_before() to authenticated, service_role;

grant execute on function private.summaries_refreshed_at() to authenticated, service_role;

grant execute on function private.usage_months() to authenticated, service_role;

grant execute on function private.closed_monthly_usage(date) to authenticated, service_role;

grant execute on function private.feedback_summary(uuid, uuid) to authenticated, service_role;

alter function private.usage_closed_before() owner to palaver_definer;

alter function private.summaries_refreshed_at() owner to palaver_definer;

alter function private.usage_months() owner to palaver_definer;

alter function private.closed_monthly_usage(date) owner to palaver_definer;

alter function private.record_feedback_change() owner to palaver_definer;

alter function private.feedback_summary(uuid, uuid) owner to palaver_definer;

alter function private.refresh_summaries() owner to palaver_definer;

-- What is there already, as where the summaries are taken away and put back.

insert into private.feedback_changes (tenant_id, message_id)
select distinct
    tenant_id,
    message_id
from public.feedback;

do $$
begin
    perform private.refresh_summaries();
end
$$;
