-- Summaries: materialized where history is closed, live where it is open, so that a number is never behind.
--
-- Creates:  private.monthly_usage_closed, private.message_feedback_closed (materialized), private.feedback_changes,
--           private.usage_changes; public.monthly_usage_summary, public.message_feedback_summary;
--           private.record_usage_change(), closed_monthly_usage(), usage_months(), usage_closed_before(),
--           summaries_refreshed_at(), feedback_summary(), record_feedback_change(), refresh_summaries().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.feedback and public.usage_metrics, for the triggers.
-- Rollback: rollbacks/20261122000600_summaries.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- The materialized views belong to palaver_definer and are read through its policies; clients have no rights on them.

grant select on public.feedback to palaver_definer;

create policy "Summaries read feedback"
on public.feedback for select to palaver_definer
using (true);

-- Usage. Days before yesterday are closed: increment_usage_metrics() writes only to today, and the day between keeps a transaction that
-- runs over midnight out of the closed part. The row of the nil tenant says where the closed part ends and when it was
-- made: kept in the view itself, it is right even after a REFRESH by hand. A correction of a closed day is noted, and a tenant with a
-- note is summed up live until the next refresh.

create table private.usage_changes (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    constraint usage_changes_pkey primary key (tenant_id, id)
);

comment on table private.usage_changes is 'Tenants of whose usage a closed day was changed since monthly_usage_closed was refreshed; only ever appended to, so that nobody waits.';

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
        insert into private.usage_changes (tenant_id) values (old.tenant_id);
    end if;

    if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id) then
        insert into private.usage_changes (tenant_id) values (new.tenant_id);
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

create materialized view private.monthly_usage_closed as
select
    m.tenant_id,
    m.user_id,
    date_trunc('month', m.day)::date as month,
    sum(m.total_tokens)::bigint as total_tokens,
    sum(m.prompt_tokens)::bigint as prompt_tokens,
    sum(m.completion_tokens)::bigint as completion_tokens,
    sum(m.request_count)::bigint as request_count,
    sum(m.estimated_cost) as estimated_cost,
    null::date as closed_before,
    null::timestamptz as refreshed_at
from public.usage_metrics as m
where m.day < (now() at time zone 'utc')::date - 1
group by m.tenant_id, m.user_id, date_trunc('month', m.day)
union all
select
    '00000000-0000-0000-0000-000000000000'::uuid as tenant_id,
    '00000000-0000-0000-0000-000000000000'::uuid as user_id,
    '-infinity'::date as month,
    0 as total_tokens,
    0 as prompt_tokens,
    0 as completion_tokens,
    0 as request_count,
    0 as estimated_cost,
    (now() at time zone 'utc')::date - 1 as closed_before,
    now() as refreshed_at;

comment on materialized view private.monthly_usage_closed is
'Usage by tenant, month and person, of the days that no longer change; and one row of the nil tenant that says up to which day, and when.';

-- squawk-ignore require-concurrent-index-creation
create unique index monthly_usage_closed_key on private.monthly_usage_closed (tenant_id, month, user_id);

comment on index private.monthly_usage_closed_key is 'A tenant''s month; needed to refresh concurrently.';

create function private.usage_closed_before()
returns date
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select c.closed_before
        from private.monthly_usage_closed as c
        where c.tenant_id = '00000000-0000-0000-0000-000000000000' and c.month = '-infinity'
    );
end
$$;

comment on function private.usage_closed_before() is 'First day that monthly_usage_closed does not hold. Definer: clients have no rights on the materialized view.';

create function private.summaries_refreshed_at()
returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select c.refreshed_at
        from private.monthly_usage_closed as c
        where c.tenant_id = '00000000-0000-0000-0000-000000000000' and c.month = '-infinity'
    );
end
$$;

comment on function private.summaries_refreshed_at() is 'When the closed part of the summaries was made. Definer: clients have no rights on the materialized view.';

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
        select min(c.month) into v_first from private.monthly_usage_closed as c where c.month > '-infinity';

        if exists (select from private.usage_changes) then
            select date_trunc('month', min(m.day)) into v_first from public.usage_metrics as m;
        end if;
    else
        select date_trunc('month', min(m.day)) into v_first from public.usage_metrics as m where m.tenant_id = v_tenant_id;
    end if;

    return query
    select s.month::pg_catalog.date
    from generate_series(v_first::timestamp, private.usage_closed_before()::timestamp, interval '1 month') as s (month);
end
$$;

comment on function private.usage_months() is
'The months in which the caller''s tenant can have closed usage; any tenant, for roles exempt from Row Level Security. Definer: clients have no rights on the materialized view.';

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
begin
    if v_sees_all or private.administered_tenant_id() = v_tenant_id then
        v_user_id := null;
    end if;

    if exists (select from private.usage_changes as n where v_sees_all or n.tenant_id = v_tenant_id) then
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
            and m.day < least(p_month + interval '1 month', private.usage_closed_before())
            and (v_sees_all or m.tenant_id = v_tenant_id)
            and (v_user_id is null or m.user_id = v_user_id)
        group by m.tenant_id, m.user_id;
    elsif v_sees_all then
        return query
        select c.tenant_id, c.user_id, c.total_tokens, c.prompt_tokens, c.completion_tokens, c.request_count, c.estimated_cost
        from private.monthly_usage_closed as c
        where c.month = p_month and c.month > '-infinity';
    else
        return query
        select c.tenant_id, c.user_id, c.total_tokens, c.prompt_tokens, c.completion_tokens, c.request_count, c.estimated_cost
        from private.monthly_usage_closed as c
        where c.tenant_id = v_tenant_id and c.month = p_month and (v_user_id is null or c.user_id = v_user_id);
    end if;
end
$$;

comment on function private.closed_monthly_usage(date) is
'The closed part of a month''s usage that the caller may see: their own, a tenant admin''s tenant''s, all for roles exempt from Row Level Security. Definer: clients have no rights on the materialized view.';

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

-- Feedback. It can change at any time, so each change is noted; a message with a note is aggregated live, any other comes from the
-- materialized view. A refresh removes the notes that it has seen, in the same transaction.

create table private.feedback_changes (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    message_id uuid not null,
    constraint feedback_changes_pkey primary key (tenant_id, id)
);

comment on table private.feedback_changes is 'Messages whose feedback changed since message_feedback_closed was refreshed; only ever appended to, so that nobody waits.';

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

create materialized view private.message_feedback_closed as
select
    f.tenant_id,
    f.message_id,
    count(*) filter (where f.rating = 1) as positive_count,
    count(*) filter (where f.rating = -1) as negative_count,
    count(f.comment) as comment_count,
    max(f.updated_at) as last_feedback_at
from public.feedback as f
group by f.tenant_id, f.message_id;

comment on materialized view private.message_feedback_closed is 'Feedback by message, as of the last refresh.';

-- squawk-ignore require-concurrent-index-creation
create unique index message_feedback_closed_key on private.message_feedback_closed (tenant_id, message_id);

comment on index private.message_feedback_closed_key is 'Feedback of a message; needed to refresh concurrently.';

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
'Totals of a message''s feedback, for whoever rated it and for admins of its tenant. Definer: clients have no rights on the materialized view.';

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
begin
    -- Notes first: what is noted after this statement stays noted, whether or not the refresh sees it.
    delete from private.feedback_changes where true;

    delete from private.usage_changes where true;

    refresh materialized view concurrently private.message_feedback_closed;

    refresh materialized view concurrently private.monthly_usage_closed;
end
$$;

comment on function private.refresh_summaries() is
'Refreshes the materialized views; readers are not blocked. Run it through private.run_job(''refresh_summaries''), which keeps two from running at once. Definer: only the owner of a materialized view may refresh it.';

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

alter materialized view private.monthly_usage_closed owner to palaver_definer;

alter materialized view private.message_feedback_closed owner to palaver_definer;
