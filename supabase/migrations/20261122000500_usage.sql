-- Usage: prices, a ledger with a row for each turn, and counters with a row for each tenant, person and UTC day.
--
-- Creates:  private.model_prices, private.token_cost(); public.usage_ledger, public.usage_metrics,
--           public.current_day_usage.
-- Locks:    a moment's SHARE ROW EXCLUSIVE on public.tenants and public.users, for the foreign keys.
-- Rollback: rollbacks/20261122000500_usage.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

-- A price holds until the next one of the same model. Prices are only ever added, so that what was charged can be derived again.

create table private.model_prices (
    id uuid not null default private.uuid_v7(),
    provider text not null,
    model text not null,
    valid_from timestamptz not null default now(),
    input_price numeric not null,
    cached_input_price numeric,
    output_price numeric not null,
    created_at timestamptz not null default now(),
    constraint model_prices_pkey primary key (id),
    constraint model_prices_model_key unique (provider, model, valid_from),
    constraint model_prices_input_price_check check (input_price >= 0 and input_price < 'Infinity'),
    constraint model_prices_cached_input_price_check check (cached_input_price >= 0 and cached_input_price < 'Infinity'),
    constraint model_prices_output_price_check check (output_price >= 0 and output_price < 'Infinity')
);

comment on table private.model_prices is 'What a million tokens of a model cost, from when: a row holds until the next one of the same provider and model. Rows are added, never changed.';

comment on column private.model_prices.provider is 'The provider''s name in the worker''s settings, such as openai.';

comment on column private.model_prices.model is 'The model''s name as the provider or the tenant''s settings spell it.';

comment on column private.model_prices.input_price is 'For a million prompt tokens, in the currency of all prices (US dollars by default).';

comment on column private.model_prices.cached_input_price is 'For a million prompt tokens that the provider had cached; null: as the others.';

comment on column private.model_prices.output_price is 'For a million completion tokens, reasoning included.';

alter table private.model_prices enable row level security;

revoke all on private.model_prices from public, anon, authenticated, service_role;

grant select on private.model_prices to palaver_definer;

grant select, insert on private.model_prices to service_role;

create policy "Settlement reads prices"
on private.model_prices for select to palaver_definer
using (true);

create function private.token_cost(
    p_price private.model_prices,
    p_prompt_tokens bigint,
    p_completion_tokens bigint,
    p_cached_tokens bigint
)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select trim_scale(
        (
            (p_prompt_tokens - p_cached_tokens) * p_price.input_price
            + p_cached_tokens * coalesce(p_price.cached_input_price, p_price.input_price)
            + p_completion_tokens * p_price.output_price
        ) * 0.000001
    )
$$;

comment on function private.token_cost(private.model_prices, bigint, bigint, bigint) is
'What tokens cost at a price; cached ones are part of the prompt''s, reasoning ones of the completion''s. Null without a price.';

revoke execute on function private.token_cost(private.model_prices, bigint, bigint, bigint) from public;

grant execute on function private.token_cost(private.model_prices, bigint, bigint, bigint) to palaver_definer, service_role;

create table public.usage_ledger (
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    user_id uuid,
    conversation_id uuid,
    day date not null default (now() at time zone 'utc')::date,
    provider text,
    model text,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    cached_tokens bigint not null default 0,
    reasoning_tokens bigint not null default 0,
    request_count bigint not null default 1,
    tokens_estimated boolean not null default false,
    cost numeric not null default 0,
    price_id uuid,
    from_cache boolean not null default false,
    prompt_id uuid,
    prompt_version integer,
    created_at timestamptz not null default clock_timestamp(),
    constraint usage_ledger_pkey primary key (tenant_id, id),
    constraint usage_ledger_tenant_id_fkey foreign key (tenant_id) references public.tenants (id) on delete cascade,
    constraint usage_ledger_user_id_fkey foreign key (tenant_id, user_id)
    references public.users (tenant_id, id) on delete set null (user_id),
    constraint usage_ledger_price_id_fkey foreign key (price_id) references private.model_prices (id),
    constraint usage_ledger_prompt_tokens_check check (prompt_tokens >= 0),
    constraint usage_ledger_completion_tokens_check check (completion_tokens >= 0),
    constraint usage_ledger_cached_tokens_check check (cached_tokens between 0 and prompt_tokens),
    constraint usage_ledger_reasoning_tokens_check check (reasoning_tokens between 0 and completion_tokens),
    constraint usage_ledger_request_count_check check (request_count >= 0),
    constraint usage_ledger_cost_check check (cost >= 0 and cost < 'Infinity')
);

comment on table public.usage_ledger is 'What was used: a row for each turn, under the turn''s id, written once with its answer; and one for each amount added by increment_usage_metrics(). The counters are its sums. It outlives the person, the conversation and the turn.';

comment on column public.usage_ledger.user_id is 'Null once the person is gone: the amounts stay.';

comment on column public.usage_ledger.day is 'UTC day on which it was settled, and counted.';

comment on column public.usage_ledger.model is 'As the provider named it in its answer, else as it was asked for; null for amounts added by hand.';

comment on column public.usage_ledger.cached_tokens is 'Of the prompt tokens, those that the provider had cached.';

comment on column public.usage_ledger.reasoning_tokens is 'Of the completion tokens, those that the model thought with.';

comment on column public.usage_ledger.tokens_estimated is 'True where the provider reported no usage and it was estimated.';

comment on column public.usage_ledger.from_cache is 'True where the answer was one that had been given before, so that no tokens were used.';

comment on column public.usage_ledger.prompt_id is 'The prompt of the library that the conversation was started from; prompt_tokens are of something else.';

comment on column public.usage_ledger.cost is 'At the price of price_id; 0 where there was none. In the currency of the price list (US dollars by default).';

create index usage_ledger_user_idx on public.usage_ledger (tenant_id, user_id, day);

comment on index public.usage_ledger_user_idx is 'A person''s usage by day; the foreign key to users.';

create index usage_ledger_conversation_idx on public.usage_ledger (tenant_id, conversation_id, created_at desc) where conversation_id is not null;

comment on index public.usage_ledger_conversation_idx is 'What a conversation used.';

create index usage_ledger_day_idx on public.usage_ledger (day, tenant_id);

comment on index public.usage_ledger_day_idx is 'Proving a day; a tenant''s usage by day.';

create index usage_ledger_price_idx on public.usage_ledger (price_id) where price_id is not null;

comment on index public.usage_ledger_price_idx is 'The foreign key to model_prices.';

alter table public.usage_ledger
alter column provider set statistics 0,
alter column model set statistics 0;

alter table public.usage_ledger enable row level security;

revoke all on public.usage_ledger from public, anon, authenticated, service_role;

create policy "People see what they used, tenant admins their tenant's"
on public.usage_ledger for select to authenticated
using (
    tenant_id = (select private.current_tenant_id())
    and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))
);

create policy "The worker adds amounts of the person it acts for"
on public.usage_ledger for insert to palaver_worker
with check (tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id()));

grant select (
    tenant_id, id, user_id, conversation_id, day, provider, model, prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens,
    request_count, tokens_estimated, cost, price_id, from_cache, prompt_id, prompt_version, created_at
) on public.usage_ledger to authenticated;

grant insert on public.usage_ledger to palaver_worker;

grant select, insert on public.usage_ledger to service_role;

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
