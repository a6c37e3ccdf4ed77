-- Limits: requests a minute and tokens a day, of a tenant and of each person in it; and counting by hand, which they count too.
--
-- Creates:  private.allowances; private.rate_wait(), refuse_request(), check_rate(), take_allowance(), settle_allowance(),
--           count_tokens(); public.increment_usage_metrics().
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants, for the foreign key.
-- Rollback: rollbacks/20261122000550_limits.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- Requests are limited by the generic cell rate algorithm: one timestamp, moved on by each request. Tokens are reserved before an answer and
-- settled after it. The row with the nil user is the tenant's as a whole; a person has one where the tenant sets shares.

create table private.allowances (
    tenant_id uuid not null,
    user_id uuid not null,
    next_at timestamptz not null default clock_timestamp(),
    day date not null,
    used_tokens bigint not null default 0,
    reserved_tokens bigint not null default 0,
    constraint allowances_pkey primary key (tenant_id, user_id),
    constraint allowances_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint allowances_used_tokens_check check (used_tokens >= 0),
    constraint allowances_reserved_tokens_check check (reserved_tokens >= 0)
) with (fillfactor = 50);

comment on table private.allowances is 'What is left of the limits: of a tenant (the nil user), and of a person where the tenant sets shares.';

comment on column private.allowances.next_at is 'When the next request would arrive if they came evenly (theoretical arrival time).';

comment on column private.allowances.day is 'UTC day of used_tokens.';

comment on column private.allowances.used_tokens is 'Of the tenant''s row: tokens of the day. A person''s are read from usage_metrics.';

comment on column private.allowances.reserved_tokens is 'Held for answers under way: the sum of open_turns.reserved_tokens, or of its user_reserved_tokens.';

alter table private.allowances enable row level security;

revoke all on private.allowances from public, anon, authenticated, service_role;

grant select, insert, update on private.allowances to palaver_definer;

grant select on public.usage_metrics to palaver_definer;

create policy "Limits read usage"
on public.usage_metrics for select to palaver_definer
using (true);

create policy "Limits are read"
on private.allowances for select to palaver_definer
using (true);

create policy "Limits are begun"
on private.allowances for insert to palaver_definer
with check (true);

create policy "Limits are drawn on"
on private.allowances for update to palaver_definer
using (true)
with check (true);

create function private.rate_wait(p_next_at timestamptz, p_per_minute integer)
returns interval
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    -- clock_timestamp() and not now(): a request that waited for the row must not be judged by when it began to wait.
    return greatest(p_next_at, clock_timestamp()) + interval '1 minute' / p_per_minute - interval '1 minute' - clock_timestamp();
end
$$;

comment on function private.rate_wait(timestamptz, integer) is 'How long until a request may come at a limit of so many a minute; zero or less: now.';

revoke execute on function private.rate_wait(timestamptz, integer) from public;

grant execute on function private.rate_wait(timestamptz, integer) to palaver_definer;

create function private.refuse_request(p_policy text, p_limit bigint, p_wait interval)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
    raise exception using
        errcode = 'PA429',
        message = format(
            case p_policy
                when 'minute' then 'Your organisation''s limit is reached (questions a minute: %s).'
                when 'user-minute' then 'Your limit is reached (questions a minute: %s).'
                when 'day' then 'Your organisation''s limit is reached (tokens a day: %s).'
                else 'Your limit is reached (tokens a day: %s).'
            end,
            p_limit
        ),
        detail = jsonb_build_object(
            'retry_after_seconds', round(extract(epoch from greatest(p_wait, interval '0.001')), 3),
            'policy', p_policy,
            'quota', p_limit
        ),
        hint = 'Ask again after the wait that the detail gives in seconds.';
end
$$;

comment on function private.refuse_request(text, bigint, interval) is
'Refuses a request. Errors: PA429, always; its detail is a JSON object with retry_after_seconds, quota and policy (minute, user-minute, day, user-day).';

revoke execute on function private.refuse_request(text, bigint, interval) from public;

grant execute on function private.refuse_request(text, bigint, interval) to palaver_definer;

create function private.check_rate(p_of_person boolean, p_per_minute integer)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_user_id constant pg_catalog.uuid :=
        case when p_of_person then private.claimed_user_id() else '00000000-0000-0000-0000-000000000000' end;
    v_next_at pg_catalog.timestamptz;
begin
    select a.next_at into v_next_at
    from private.allowances as a
    where a.tenant_id = private.claimed_tenant_id() and a.user_id = v_user_id;

    if private.rate_wait(v_next_at, p_per_minute) > interval '0' then
        perform private.refuse_request(
            case when p_of_person then 'user-minute' else 'minute' end, p_per_minute, private.rate_wait(v_next_at, p_per_minute)
        );
    end if;
end
$$;

comment on function private.check_rate(boolean, integer) is
'Refuses early, with nothing locked or written, a request that take_allowance() would refuse, of the person that the claims name or of their tenant. Errors: PA429. Definer: nobody has rights on allowances.';

create function private.take_allowance(
    p_of_person boolean,
    p_per_minute integer,
    p_daily_tokens bigint,
    p_least bigint,
    p_most bigint,
    out granted bigint,
    out limits jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant_id constant pg_catalog.uuid := private.claimed_tenant_id();
    v_user_id constant pg_catalog.uuid :=
        case when p_of_person then private.claimed_user_id() else '00000000-0000-0000-0000-000000000000' end;
    v_prefix constant pg_catalog.text := case when p_of_person then 'user-' else '' end;
    v_today constant pg_catalog.date := (clock_timestamp() at time zone 'utc')::pg_catalog.date;
    v_midnight constant pg_catalog.interval := (v_today + 1)::pg_catalog.timestamp - (clock_timestamp() at time zone 'utc');
    v_allowance private.allowances;
    v_used pg_catalog.int8;
    v_left pg_catalog.int8;
begin
    select * into v_allowance
    from private.allowances as a
    where a.tenant_id = v_tenant_id and a.user_id = v_user_id
    for no key update;

    if not found then
        -- Whoever else begins or settles at this moment waits here, and then finds the row.
        insert into private.allowances (tenant_id, user_id, day, used_tokens)
        select v_tenant_id, v_user_id, v_today, coalesce(sum(m.total_tokens), 0)
        from public.usage_metrics as m
        where m.tenant_id = v_tenant_id and m.day = v_today and not p_of_person
        on conflict (tenant_id, user_id) do nothing;

        select * into v_allowance
        from private.allowances as a
        where a.tenant_id = v_tenant_id and a.user_id = v_user_id
        for no key update;
    end if;

    if private.rate_wait(v_allowance.next_at, p_per_minute) > interval '0' then
        perform private.refuse_request(v_prefix || 'minute', p_per_minute, private.rate_wait(v_allowance.next_at, p_per_minute));
    end if;

    -- Of a person the day's counter says it, which is settled together with what is reserved here.
    if p_of_person then
        select m.total_tokens into v_used
        from public.usage_metrics as m
        where m.tenant_id = v_tenant_id and m.user_id = v_user_id and m.day = v_today;
    elsif v_allowance.day >= v_today then
        v_used := v_allowance.used_tokens;
    end if;

    v_left := p_daily_tokens - coalesce(v_used, 0) - v_allowance.reserved_tokens;

    if v_left < p_least then
        perform private.refuse_request(v_prefix || 'day', p_daily_tokens, v_midnight);
    end if;

    granted := least(p_most, v_left);

    if p_per_minute is not null then
        v_allowance.next_at := greatest(v_allowance.next_at, clock_timestamp()) + interval '1 minute' / p_per_minute;
    end if;

    update private.allowances as a
    set
        next_at = v_allowance.next_at,
        day = greatest(a.day, v_today),
        used_tokens = case when p_of_person then 0 else coalesce(v_used, 0) end,
        reserved_tokens = a.reserved_tokens + granted
    where a.tenant_id = v_tenant_id and a.user_id = v_user_id;

    limits := '[]';

    if p_per_minute is not null then
        limits := limits || jsonb_build_object(
            'name', v_prefix || 'minute',
            'quota', p_per_minute,
            'window', 60,
            'remaining', floor((60 - extract(epoch from v_allowance.next_at - clock_timestamp())) * p_per_minute / 60),
            'reset', ceil(greatest(extract(epoch from v_allowance.next_at - clock_timestamp()), 0))
        );
    end if;

    if p_daily_tokens is not null then
        limits := limits || jsonb_build_object(
            'name', v_prefix || 'day',
            'quota', p_daily_tokens,
            'window', 86400,
            'remaining', v_left - granted,
            'reset', ceil(extract(epoch from v_midnight))
        );
    end if;
end
$$;

comment on function private.take_allowance(boolean, integer, bigint, bigint, bigint) is
'Takes a request and reserves tokens, of the tenant of the person that the claims name or of the person: between p_least and p_most tokens, as many as the day has left. A limit that is null is none. Returns what was granted, and the quotas as RateLimit header fields tell them. Exact under concurrency: the row is held until the transaction ends. Errors: PA429. Definer: nobody has rights on allowances.';

create function private.settle_allowance(p_tenant_id uuid, p_user_id uuid, p_used_tokens bigint, p_reserved_tokens bigint)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_today constant pg_catalog.date := (now() at time zone 'utc')::pg_catalog.date;
begin
    -- A transaction that began before midnight must not add to the day that another has opened since.
    update private.allowances as a
    set
        day = greatest(a.day, v_today),
        used_tokens = case
            when a.day > v_today then a.used_tokens
            when a.day < v_today then p_used_tokens
            else a.used_tokens + p_used_tokens
        end,
        reserved_tokens = a.reserved_tokens - p_reserved_tokens
    where a.tenant_id = p_tenant_id and a.user_id = p_user_id;

    return found;
end
$$;

comment on function private.settle_allowance(uuid, uuid, bigint, bigint) is
'Counts tokens that were used and lets go of those that were reserved, of a tenant (the nil user) or a person; false where neither has a row. Definer: nobody has rights on allowances.';

revoke execute on function private.check_rate(boolean, integer) from public;

revoke execute on function private.take_allowance(boolean, integer, bigint, bigint, bigint) from public;

revoke execute on function private.settle_allowance(uuid, uuid, bigint, bigint) from public;

grant execute on function private.check_rate(boolean, integer) to palaver_worker;

grant execute on function private.take_allowance(boolean, integer, bigint, bigint, bigint) to palaver_worker;

alter function private.check_rate(boolean, integer) owner to palaver_definer;

alter function private.take_allowance(boolean, integer, bigint, bigint, bigint) owner to palaver_definer;

alter function private.settle_allowance(uuid, uuid, bigint, bigint) owner to palaver_definer;

create function private.count_tokens(p_tenant_id uuid, p_tokens bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_whole constant pg_catalog.uuid := '00000000-0000-0000-0000-000000000000';
    v_today constant pg_catalog.date := (now() at time zone 'utc')::pg_catalog.date;
begin
    if not coalesce(private.caller_bypasses_rls() or p_tenant_id = private.claimed_tenant_id(), false)
        or private.settle_allowance(p_tenant_id, v_whole, p_tokens, 0)
    then
        return;
    end if;

    -- A first turn that begins at this moment does not see these tokens, so the row is made here, of the day's counters. Where the turn was
    -- sooner it is there by now.
    insert into private.allowances (tenant_id, user_id, day, used_tokens)
    select p_tenant_id, v_whole, v_today, coalesce(sum(m.total_tokens), 0)
    from public.usage_metrics as m
    where m.tenant_id = p_tenant_id and m.day = v_today
    on conflict (tenant_id, user_id) do nothing;

    if not found then
        perform private.settle_allowance(p_tenant_id, v_whole, p_tokens, 0);
    end if;
end
$$;

comment on function private.count_tokens(uuid, bigint) is
'Counts tokens that were used outside of turns, and are in the day''s counters, towards the daily limit: of the tenant of the person that the claims name; of any, for roles exempt from Row Level Security. Definer: nobody has rights on allowances.';

revoke execute on function private.count_tokens(uuid, bigint) from public;

grant execute on function private.count_tokens(uuid, bigint) to palaver_worker, service_role;

alter function private.count_tokens(uuid, bigint) owner to palaver_definer;

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

    -- Into the ledger first: the day's row is shared with others, and held for as short as possible.
    insert into public.usage_ledger (tenant_id, user_id, prompt_tokens, completion_tokens, request_count, cost)
    values (p_tenant_id, p_user_id, p_prompt_tokens, p_completion_tokens, p_request_count, p_estimated_cost);

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

    perform private.count_tokens(p_tenant_id, p_prompt_tokens + p_completion_tokens);

    return v_totals;
end
$$;

comment on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint) is
'Adds to today''s (UTC) ledger and counters of a person, for what was used outside of turns; atomic under any number of concurrent writers; returns the new totals. Worker and service role only; the worker for the person it acts for. Errors: PA422 for negative, missing or infinite amounts; 23503 for an unknown person.';

revoke execute on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)
from public, anon, authenticated;

grant execute on function public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)
to palaver_worker, service_role;
