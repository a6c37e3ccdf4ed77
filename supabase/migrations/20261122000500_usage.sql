-- Usage: one row for each tenant, person and UTC day.
--
-- Creates:  public.usage_metrics, public.increment_usage_metrics(), public.current_day_usage.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys.
-- Rollback: rollbacks/20261122000500_usage.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table public.usage_metrics (
    tenant_id uuid not null,
    user_id uuid not null,
    day date not null default (now() at time zone 'utc')::date,
    total_tokens bigint not null default 0,
    prompt_tokens bigint not null default 0,
    completion_tokens bigint not null default 0,
    request_count bigint not null default 0,
    estimated_cost numeric not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint usage_metrics_pkey primary key (tenant_id, user_id, day),
    constraint usage_metrics_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint usage_metrics_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete cascade,
    constraint usage_metrics_prompt_tokens_check check (prompt_tokens >= 0),
    constraint usage_metrics_completion_tokens_check check (completion_tokens >= 0),
    constraint usage_metrics_total_tokens_check check (total_tokens = prompt_tokens + completion_tokens),
    constraint usage_metrics_request_count_check check (request_count >= 0),
    constraint usage_metrics_estimated_cost_check check (estimated_cost >= 0)
) with (fillfactor = 50);

comment on table public.usage_metrics is
'Counters, a row for each tenant, person and UTC day. People read theirs, tenant admins the tenant''s; only the system writes. Free space and no index on a counter keep updates in the same page (HOT).';

comment on column public.usage_metrics.day is 'UTC day.';

comment on column public.usage_metrics.estimated_cost is 'In the currency of the price list (US dollars by default).';

create index usage_metrics_day_idx on public.usage_metrics (tenant_id, day);

comment on index public.usage_metrics_day_idx is 'A tenant''s usage of a day or a range of days.';

alter table public.usage_metrics enable row level security;

revoke all on public.usage_metrics from public, anon, authenticated, service_role;

create policy "People see their own usage, tenant admins their tenant's"
on public.usage_metrics for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "The worker reads usage of the person it acts for"
on public.usage_metrics for select to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker starts the day's row of the person it acts for"
on public.usage_metrics for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

create policy "The worker adds to usage of the person it acts for"
on public.usage_metrics for update to palaver_worker
using (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()))
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

grant select (
    tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, created_at, updated_at
) on public.usage_metrics to authenticated;

grant insert on public.usage_metrics to palaver_worker;

grant update (total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at)
on public.usage_metrics to palaver_worker;

grant select, insert, update, delete on public.usage_metrics to service_role;

create function public.increment_usage_metrics(
    p_tenant_id uuid,
    p_user_id uuid,
    p_prompt_tokens bigint,
    p_completion_tokens bigint,
    p_estimated_cost numeric default 0,
    p_request_count bigint default 1
)
returns public.usage_metrics
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_totals public.usage_metrics;
begin
    if p_tenant_id is null or p_user_id is null then
        raise exception using errcode = 'PA422', message = 'Usage needs a tenant and a person.';
    end if;

    if coalesce(least(p_prompt_tokens, p_completion_tokens, p_estimated_cost, p_request_count) < 0, true)
        or num_nulls(p_prompt_tokens, p_completion_tokens, p_estimated_cost, p_request_count) > 0
        or p_estimated_cost in ('NaN', 'Infinity')
    then
        raise exception using errcode = 'PA422', message = 'Usage is added in finite amounts of zero or more.';
    end if;

    insert into public.usage_metrics as u (
        tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
    )
    values (
        p_tenant_id,
        p_user_id,
        (now() at time zone 'utc')::date,
        p_prompt_tokens + p_completion_tokens,
        p_prompt_tokens,
        p_completion_tokens,
        p_request_count,
        p_estimated_cost
    )
    on conflict (tenant_id, user_id, day) do update
    set
        total_tokens = u.total_tokens + excluded.total_tokens,
        prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
        completion_tokens = u.completion_tokens + excluded.completion_tokens,
        request_count = u.request_count + excluded.request_count,
        estimated_cost = u.estimated_cost + excluded.estimated_cost,
        updated_at = clock_timestamp()
    returning * into v_totals;

    return v_totals;
end
$$;

comment on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint) is
'Adds to today''s (UTC) counters of a person, atomically under any number of concurrent writers, and returns the new totals. Worker and service role only; the worker for the person it acts for. Errors: PA422 for negative, missing or infinite amounts; 23503 for an unknown person.';

revoke execute on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)
from public, anon, authenticated;

grant execute on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)
to palaver_worker, service_role;

create view public.current_day_usage
with (security_invoker = true)
as
select
    tenant_id,
    user_id,
    day,
    total_tokens,
    prompt_tokens,
    completion_tokens,
    request_count,
    estimated_cost,
    updated_at
from public.usage_metrics
where day = (now() at time zone 'utc')::date;

comment on view public.current_day_usage is 'Today''s counters (UTC), live.';

revoke all on public.current_day_usage from public, anon, authenticated, service_role;

grant select on public.current_day_usage to authenticated, service_role;
