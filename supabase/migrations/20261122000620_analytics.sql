-- Analytics: what was used, by whom, of which model, prompt and conversation; where today and this month are going; how answers are judged.
--
-- Creates:  private.open_usage_days(); public.usage_details, usage_by_day, usage_by_month, usage_by_model, usage_by_person,
--           usage_by_prompt, usage_by_conversation, public.usage_totals(); private.forecast_usage(), public.usage_forecast; private.judged_answers(), public.feedback_by_model, feedback_by_prompt.
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000620_analytics.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- Usage by day: what is closed, what is noted as changed, what is open. Live days are looked up one by one: asking for an order keeps the planner
-- from joining them with all that the caller ever used.

create function private.open_usage_days()
returns setof date
language plpgsql
stable
security invoker
rows 3
set search_path = ''
as $$
begin
    return query
    select s.day::pg_catalog.date
    from generate_series(private.usage_closed_before()::timestamp, now() at time zone 'utc', interval '1 day') as s (day);
end
$$;

comment on function private.open_usage_days() is 'The days up to today (UTC) of which usage is counted live.';

revoke execute on function private.open_usage_days() from public;

grant execute on function private.open_usage_days() to authenticated, service_role;

create view public.usage_details
with (security_invoker = true)
as
select
    d.tenant_id,
    d.day,
    d.user_id,
    d.provider,
    d.model,
    d.prompt_id,
    d.prompt_version,
    d.requests,
    d.cached_requests,
    d.estimated_requests,
    d.total_tokens,
    d.prompt_tokens,
    d.completion_tokens,
    d.cached_tokens,
    d.reasoning_tokens,
    d.cost
from private.usage_daily as d
where
    not exists (
        select from private.ledger_changes as n
        where n.tenant_id = d.tenant_id and n.day = d.day
    )
union all
select
    l.tenant_id,
    n.day,
    l.user_id,
    l.provider,
    l.model,
    l.prompt_id,
    l.prompt_version,
    l.requests,
    l.cached_requests,
    l.estimated_requests,
    l.total_tokens,
    l.prompt_tokens,
    l.completion_tokens,
    l.cached_tokens,
    l.reasoning_tokens,
    l.cost
from (
    select distinct
        tenant_id,
        day
    from private.ledger_changes
    where day < (select private.usage_closed_before())
) as n
inner join lateral (
    select c.*
    from private.ledger_by_day as c
    where c.tenant_id = n.tenant_id and c.day = n.day
    order by c.user_id
) as l on true
union all
select
    l.tenant_id,
    s.day,
    l.user_id,
    l.provider,
    l.model,
    l.prompt_id,
    l.prompt_version,
    l.requests,
    l.cached_requests,
    l.estimated_requests,
    l.total_tokens,
    l.prompt_tokens,
    l.completion_tokens,
    l.cached_tokens,
    l.reasoning_tokens,
    l.cost
from private.open_usage_days() as s (day)
inner join lateral (
    select o.*
    from private.ledger_by_day as o
    where o.day = s.day
    order by o.user_id
) as l on true
union all
select
    l.tenant_id,
    l.day,
    l.user_id,
    l.provider,
    l.model,
    l.prompt_id,
    l.prompt_version,
    l.requests,
    l.cached_requests,
    l.estimated_requests,
    l.total_tokens,
    l.prompt_tokens,
    l.completion_tokens,
    l.cached_tokens,
    l.reasoning_tokens,
    l.cost
from private.ledger_by_day as l
where l.day > (select greatest((now() at time zone 'utc')::date, private.usage_closed_before() - 1));

comment on view public.usage_details is
'Usage by day (UTC), person, model and prompt: people''s own, of a tenant admin the tenant''s. The sums of usage_ledger, at any moment; give a range of days.';

comment on column public.usage_details.user_id is 'Null where the person is gone: the amounts stay.';

comment on column public.usage_details.cached_requests is 'Of the requests, those answered from the response cache.';

comment on column public.usage_details.estimated_requests is 'Of the requests, those whose tokens the provider did not report.';

comment on column public.usage_details.cached_tokens is 'Of the prompt tokens, those that the provider had cached.';

create view public.usage_by_day
with (security_invoker = true)
as
select
    tenant_id,
    day,
    sum(requests)::bigint as requests,
    sum(cached_requests)::bigint as cached_requests,
    sum(estimated_requests)::bigint as estimated_requests,
    sum(total_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_details
group by tenant_id, day;

comment on view public.usage_by_day is 'Usage by day (UTC): people''s own; of a tenant admin the tenant''s.';

create view public.usage_by_month
with (security_invoker = true)
as
select
    tenant_id,
    date_trunc('month', day::timestamp)::date as month,
    sum(requests)::bigint as requests,
    sum(cached_requests)::bigint as cached_requests,
    sum(estimated_requests)::bigint as estimated_requests,
    sum(total_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_details
group by tenant_id, date_trunc('month', day::timestamp)::date;

comment on view public.usage_by_month is 'Usage by month (its first day, UTC): people''s own; of a tenant admin the tenant''s.';

create view public.usage_by_model
with (security_invoker = true)
as
select
    tenant_id,
    day,
    provider,
    model,
    sum(requests)::bigint as requests,
    sum(cached_requests)::bigint as cached_requests,
    sum(estimated_requests)::bigint as estimated_requests,
    sum(total_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_details
group by tenant_id, day, provider, model;

comment on view public.usage_by_model is 'Usage by day (UTC) and model: people''s own; of a tenant admin the tenant''s. Null for amounts that were added by hand.';

create view public.usage_by_person
with (security_invoker = true)
as
select
    tenant_id,
    day,
    user_id,
    sum(requests)::bigint as requests,
    sum(cached_requests)::bigint as cached_requests,
    sum(estimated_requests)::bigint as estimated_requests,
    sum(total_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_details
group by tenant_id, day, user_id;

comment on view public.usage_by_person is 'Usage by day (UTC) and person: people''s own; of a tenant admin the tenant''s. Null for people who are gone.';

create view public.usage_by_prompt
with (security_invoker = true)
as
select
    tenant_id,
    day,
    prompt_id,
    prompt_version,
    sum(requests)::bigint as requests,
    sum(cached_requests)::bigint as cached_requests,
    sum(estimated_requests)::bigint as estimated_requests,
    sum(total_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost
from public.usage_details
group by tenant_id, day, prompt_id, prompt_version;

comment on view public.usage_by_prompt is 'Usage by day (UTC) and prompt of the library, with its version: people''s own; of a tenant admin the tenant''s. Null without a prompt.';

create view public.usage_by_conversation
with (security_invoker = true)
as
select
    tenant_id,
    conversation_id,
    user_id,
    sum(request_count)::bigint as requests,
    coalesce(sum(request_count) filter (where from_cache), 0)::bigint as cached_requests,
    coalesce(sum(request_count) filter (where tokens_estimated), 0)::bigint as estimated_requests,
    sum(prompt_tokens + completion_tokens)::bigint as total_tokens,
    sum(prompt_tokens)::bigint as prompt_tokens,
    sum(completion_tokens)::bigint as completion_tokens,
    sum(cached_tokens)::bigint as cached_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(cost) as cost,
    max(created_at) as last_used_at
from public.usage_ledger
where conversation_id is not null
group by tenant_id, conversation_id, user_id;

comment on view public.usage_by_conversation is 'Usage by conversation: people''s own; of a tenant admin the tenant''s, as amounts. Live, from the ledger: ask for some conversations, or some people.';

revoke all on public.usage_details, public.usage_by_day, public.usage_by_month, public.usage_by_model, public.usage_by_person,
public.usage_by_prompt, public.usage_by_conversation from public, anon, authenticated, service_role;

grant select on public.usage_details, public.usage_by_day, public.usage_by_month, public.usage_by_model, public.usage_by_person,
public.usage_by_prompt, public.usage_by_conversation to authenticated, service_role;

create function public.usage_totals(
    p_from date default (now() at time zone 'utc')::date - 29,
    p_to date default (now() at time zone 'utc')::date,
    p_by text[] default '{day}'
)
returns table (
    tenant_id uuid,
    day date,
    month date,
    user_id uuid,
    provider text,
    model text,
    prompt_id uuid,
    prompt_version integer,
    requests bigint,
    cached_requests bigint,
    estimated_requests bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    cost numeric
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
#variable_conflict use_column
begin
    if num_nulls(p_from, p_to, p_by) > 0 or not p_by <@ array['day', 'month', 'person', 'model', 'prompt'] then
        raise exception using
            errcode = 'PA422',
            message = 'Usage is summed up from a day to a day, by any of day, month, person, model and prompt.';
    end if;

    return query
    select
        d.tenant_id,
        k.day,
        k.month,
        k.user_id,
        k.provider,
        k.model,
        k.prompt_id,
        k.prompt_version,
        sum(d.requests)::bigint,
        sum(d.cached_requests)::bigint,
        sum(d.estimated_requests)::bigint,
        sum(d.total_tokens)::bigint,
        sum(d.prompt_tokens)::bigint,
        sum(d.completion_tokens)::bigint,
        sum(d.cached_tokens)::bigint,
        sum(d.reasoning_tokens)::bigint,
        sum(d.cost)
    from public.usage_details as d
    cross join lateral (
        select
            case when 'day' = any(p_by) then d.day end as day,
            case when 'month' = any(p_by) then date_trunc('month', d.day::timestamp)::date end as month,
            case when 'person' = any(p_by) then d.user_id end as user_id,
            case when 'model' = any(p_by) then d.provider end as provider,
            case when 'model' = any(p_by) then d.model end as model,
            case when 'prompt' = any(p_by) then d.prompt_id end as prompt_id,
            case when 'prompt' = any(p_by) then d.prompt_version end as prompt_version
    ) as k
    where d.day between p_from and p_to
    group by d.tenant_id, k.day, k.month, k.user_id, k.provider, k.model, k.prompt_id, k.prompt_version
    order by k.day, k.month, sum(d.total_tokens) desc;
end
$$;

comment on function public.usage_totals(date, date, text[]) is
'What usage_details comes to from a day to a day (UTC; by default the last 30), by any of day, month, person, model and prompt; what is not asked for is null. People''s own; of a tenant admin the tenant''s. Errors: PA422 for anything else in p_by, or null.';

revoke execute on function public.usage_totals(date, date, text[]) from public, anon;

grant execute on function public.usage_totals(date, date, text[]) to authenticated, service_role;

-- Forecast. What the rest of the day brings is taken from the same weekdays of the last four weeks, in the share of the day that is left.

create function private.forecast_usage(p_now timestamptz)
returns table (
    scope text,
    tenant_id uuid,
    user_id uuid,
    tokens_today bigint,
    daily_limit bigint,
    share_used numeric,
    expected_tokens_today bigint,
    limit_reached_at timestamptz,
    tokens_this_month bigint,
    expected_tokens_this_month bigint,
    cost_today numeric,
    expected_cost_today numeric,
    cost_this_month numeric,
    expected_cost_this_month numeric
)
language plpgsql
stable
security invoker
rows 2
set search_path = ''
as $$
#variable_conflict use_column
declare
    v_midnight constant pg_catalog.timestamp := date_trunc('day', p_now at time zone 'utc');
    v_today constant pg_catalog.date := v_midnight;
    v_month constant pg_catalog.date := date_trunc('month', v_midnight);
    v_over constant pg_catalog.numeric := extract(epoch from (p_now at time zone 'utc') - v_midnight) / 86400;
begin
    return query
    with scopes as (
        select p.scope, t.id as tenant_id, p.user_id, p.daily_limit
        from public.tenants as t
        cross join lateral (
            values
            ('person', private.current_user_id(), t.user_daily_token_limit),
            ('tenant', null, t.daily_token_limit)
        ) as p (scope, user_id, daily_limit)
        where t.id = private.current_tenant_id() and (p.scope = 'person' or t.id = private.administered_tenant_id())
    ),

    used as materialized (
        select d.tenant_id, d.day, d.user_id, sum(d.total_tokens) as tokens, sum(d.cost) as cost
        from public.usage_details as d
        where d.day between least(v_month, v_today - 28) and v_today
        group by d.tenant_id, d.day, d.user_id
    ),

    days as materialized (
        select s.scope, u.day, sum(u.tokens) as tokens, sum(u.cost) as cost
        from scopes as s
        inner join used as u on s.tenant_id = u.tenant_id and (s.scope = 'tenant' or s.user_id = u.user_id)
        group by s.scope, u.day
    ),

    -- Days without use count, from the first day of use on.
    history as (
        select f.scope, h.day::pg_catalog.date as day, coalesce(d.tokens, 0) as tokens, coalesce(d.cost, 0) as cost
        from (
            select d.scope, min(d.day) as day
            from days as d
            where d.day >= v_today - 28 and d.day < v_today
            group by d.scope
        ) as f
        cross join lateral generate_series(f.day::timestamp, v_midnight - interval '1 day', interval '1 day') as h (day)
        left join days as d on f.scope = d.scope and h.day = d.day
    ),

    so_far as (
        select
            s.scope,
            coalesce(sum(d.tokens) filter (where d.day = v_today), 0) as tokens_today,
            coalesce(sum(d.cost) filter (where d.day = v_today), 0) as cost_today,
            coalesce(sum(d.tokens) filter (where d.day >= v_month), 0) as tokens_month,
            coalesce(sum(d.cost) filter (where d.day >= v_month), 0) as cost_month
        from scopes as s
        left join days as d on s.scope = d.scope
        group by s.scope
    ),

    -- Of each day that is left of the month: the mean of the same weekdays, else of all days, else nothing is known.
    means as (
        select
            s.scope,
            c.day::pg_catalog.date as day,
            coalesce(avg(h.tokens) filter (where extract(isodow from h.day) = extract(isodow from c.day)), avg(h.tokens)) as tokens,
            coalesce(avg(h.cost) filter (where extract(isodow from h.day) = extract(isodow from c.day)), avg(h.cost)) as cost
        from scopes as s
        cross join generate_series(v_midnight, v_month + interval '1 month' - interval '1 day', interval '1 day') as c (day)
        left join history as h on s.scope = h.scope
        group by s.scope, c.day
    ),

    -- With no history today goes on as it began; the first hour is too short to tell.
    today as (
        select
            f.*,
            f.tokens_today + coalesce(m.tokens * (1 - v_over), f.tokens_today / greatest(v_over, 1.0 / 24) - f.tokens_today) as tokens,
            f.cost_today + coalesce(m.cost * (1 - v_over), f.cost_today / greatest(v_over, 1.0 / 24) - f.cost_today) as cost
        from so_far as f
        inner join means as m on f.scope = m.scope and m.day = v_today
    ),

    later as (
        select t.scope, coalesce(sum(coalesce(m.tokens, t.tokens)), 0) as tokens, coalesce(sum(coalesce(m.cost, t.cost)), 0) as cost
        from today as t
        left join means as m on t.scope = m.scope and m.day > v_today
        where m.day is not null
        group by t.scope
    )

    select
        s.scope,
        s.tenant_id,
        s.user_id,
        t.tokens_today::bigint,
        s.daily_limit,
        round(t.tokens_today / nullif(s.daily_limit, 0), 4),
        round(t.tokens)::bigint,
        case
            when t.tokens_today >= s.daily_limit then p_now
            when t.tokens >= s.daily_limit
                then p_now + (1 - v_over)::pg_catalog.float8 * interval '1 day'
                * ((s.daily_limit - t.tokens_today) / (t.tokens - t.tokens_today))::pg_catalog.float8
        end,
        t.tokens_month::bigint,
        round(t.tokens_month - t.tokens_today + t.tokens + coalesce(l.tokens, 0))::bigint,
        trim_scale(t.cost_today),
        trim_scale(round(t.cost, 6)),
        trim_scale(t.cost_month),
        trim_scale(round(t.cost_month - t.cost_today + t.cost + coalesce(l.cost, 0), 6))
    from scopes as s
    inner join today as t on s.scope = t.scope
    left join later as l on s.scope = l.scope;
end
$$;

comment on function private.forecast_usage(timestamptz) is
'What public.usage_forecast shows, as of a moment: a row for the caller and, for tenant admins, one for the tenant. The rest of a day is expected to be as the mean of the same weekdays in the last four weeks, in the share of the day that is left.';

revoke execute on function private.forecast_usage(timestamptz) from public;

grant execute on function private.forecast_usage(timestamptz) to authenticated;

create view public.usage_forecast
with (security_invoker = true)
as
select
    scope,
    tenant_id,
    user_id,
    tokens_today,
    daily_limit,
    share_used,
    expected_tokens_today,
    limit_reached_at,
    tokens_this_month,
    expected_tokens_this_month,
    cost_today,
    expected_cost_today,
    cost_this_month,
    expected_cost_this_month
from private.forecast_usage(now());

comment on view public.usage_forecast is
'Where today and this month (UTC) are going, for the caller (scope person) and, for tenant admins, the tenant (scope tenant): used so far, and expected from the same weekdays of the last four weeks.';

comment on column public.usage_forecast.daily_limit is 'Tokens a day: of the person''s share, or the tenant''s; null: no limit.';

comment on column public.usage_forecast.share_used is 'Of the daily limit, 1 is all of it. Tokens reserved for answers under way are not in it.';

comment on column public.usage_forecast.limit_reached_at is 'When the limit will be reached today, if it goes on as expected; now, if it is; null: not today.';

revoke all on public.usage_forecast from public, anon, authenticated, service_role;

grant select on public.usage_forecast to authenticated;

-- How answers are judged. Tenant admins see their tenant's feedback, but neither the messages nor the conversations of others.

grant select (model_used) on public.messages to palaver_definer;

grant select (prompt_id, prompt_version) on public.conversations to palaver_definer;

create function private.judged_answers()
returns table (
    tenant_id uuid,
    month date,
    model text,
    prompt_id uuid,
    prompt_version integer,
    positive_count bigint,
    negative_count bigint,
    comment_count bigint
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

    return query
    select
        f.tenant_id,
        date_trunc('month', f.created_at at time zone 'utc')::pg_catalog.date,
        m.model_used,
        c.prompt_id,
        c.prompt_version,
        count(*) filter (where f.rating = 1),
        count(*) filter (where f.rating = -1),
        count(f.comment)
    from public.feedback as f
    inner join public.messages as m on f.tenant_id = m.tenant_id and f.message_id = m.id
    inner join public.conversations as c on m.tenant_id = c.tenant_id and m.conversation_id = c.id
    where (v_sees_all or f.tenant_id = v_tenant_id) and (v_user_id is null or f.user_id = v_user_id)
    group by f.tenant_id, date_trunc('month', f.created_at at time zone 'utc'), m.model_used, c.prompt_id, c.prompt_version;
end
$$;

comment on function private.judged_answers() is
'Counts of the feedback that the caller may see (their own, a tenant admin''s tenant''s, all for roles exempt from Row Level Security), by month, model and prompt. Definer: tenant admins see no messages and conversations of others, from which model and prompt come.';

revoke execute on function private.judged_answers() from public;

grant execute on function private.judged_answers() to authenticated, service_role;

alter function private.judged_answers() owner to palaver_definer;

create view public.feedback_by_model
with (security_invoker = true)
as
select
    tenant_id,
    month,
    model,
    sum(positive_count)::bigint as positive_count,
    sum(negative_count)::bigint as negative_count,
    sum(comment_count)::bigint as comment_count
from private.judged_answers()
group by tenant_id, month, model;

comment on view public.feedback_by_model is
'Feedback by the month (its first day, UTC) in which it was given, and the model that answered: people''s own; of a tenant admin the tenant''s. Live.';

create view public.feedback_by_prompt
with (security_invoker = true)
as
select
    tenant_id,
    month,
    prompt_id,
    prompt_version,
    sum(positive_count)::bigint as positive_count,
    sum(negative_count)::bigint as negative_count,
    sum(comment_count)::bigint as comment_count
from private.judged_answers()
group by tenant_id, month, prompt_id, prompt_version;

comment on view public.feedback_by_prompt is
'Feedback by the month (its first day, UTC) in which it was given, and the version of the prompt that the conversation was started from; null without one: people''s own; of a tenant admin the tenant''s. Live.';

revoke all on public.feedback_by_model, public.feedback_by_prompt from public, anon, authenticated, service_role;

grant select on public.feedback_by_model, public.feedback_by_prompt to authenticated, service_role;
