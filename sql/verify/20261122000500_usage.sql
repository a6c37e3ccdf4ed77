-- What 20261122000500_usage made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000500_usage.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000500_usage');

call pg_temp.expect_table('private.model_prices', '
    id uuid not null default private.uuid_v7(),
    provider text not null,
    model text not null,
    valid_from timestamp with time zone not null default now(),
    input_price numeric not null,
    cached_input_price numeric,
    output_price numeric not null,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('private.model_prices', 'model_prices_pkey', 'primary key (id)');

call pg_temp.expect_key('private.model_prices', 'model_prices_model_key', 'unique (provider, model, valid_from)');

call pg_temp.expect_checks('private.model_prices', '
    model_prices_input_price_check,
    model_prices_cached_input_price_check,
    model_prices_output_price_check
');

call pg_temp.expect_policy(
    'private.model_prices', 'Settlement reads prices', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.model_prices', 'palaver_definer', 'select');

call pg_temp.expect_grant('private.model_prices', 'service_role', 'select, insert');

call pg_temp.expect_table('public.usage_ledger', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    user_id uuid,
    conversation_id uuid,
    day date not null default ((now() at time zone ''utc''))::date,
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
    created_at timestamp with time zone not null default clock_timestamp()
');

call pg_temp.expect_key('public.usage_ledger', 'usage_ledger_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.usage_ledger',
    'usage_ledger_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.usage_ledger',
    'usage_ledger_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id)'
);

call pg_temp.expect_key(
    'public.usage_ledger',
    'usage_ledger_price_id_fkey',
    'foreign key (price_id) references private.model_prices (id)'
);

call pg_temp.expect_checks('public.usage_ledger', '
    usage_ledger_prompt_tokens_check,
    usage_ledger_completion_tokens_check,
    usage_ledger_cached_tokens_check,
    usage_ledger_reasoning_tokens_check,
    usage_ledger_request_count_check,
    usage_ledger_cost_check
');

call pg_temp.expect_index('public.usage_ledger', 'usage_ledger_user_idx', 'btree (tenant_id, user_id, day)');

call pg_temp.expect_index(
    'public.usage_ledger',
    'usage_ledger_conversation_idx',
    'btree (tenant_id, conversation_id, created_at desc) where (conversation_id is not null)'
);

call pg_temp.expect_index('public.usage_ledger', 'usage_ledger_day_idx', 'btree (day, tenant_id)');

call pg_temp.expect_index(
    'public.usage_ledger',
    'usage_ledger_price_idx',
    'btree (price_id) where (price_id is not null)'
);

call pg_temp.expect_policy(
    'public.usage_ledger', 'People see what they used, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.usage_ledger', 'The worker adds amounts of the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_grant('public.usage_ledger', 'authenticated', '
    select (tenant_id, id, user_id, conversation_id, day, provider, model, prompt_tokens, completion_tokens,
    cached_tokens, reasoning_tokens, request_count, tokens_estimated, cost, price_id, from_cache,
    prompt_id, prompt_version, created_at)
');

call pg_temp.expect_grant('public.usage_ledger', 'palaver_worker', 'insert');

call pg_temp.expect_grant('public.usage_ledger', 'service_role', 'select, insert');

call pg_temp.expect_table('public.usage_metrics', '
    tenant_id uuid not null,
    user_id uuid not null,
    day date not null default ((now() at time zone ''utc''))::date,
    total_tokens bigint not null default 0,
    prompt_tokens bigint not null default 0,
    completion_tokens bigint not null default 0,
    request_count bigint not null default 0,
    estimated_cost numeric not null default 0,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.usage_metrics', 'usage_metrics_pkey', 'primary key (tenant_id, user_id, day)');

call pg_temp.expect_key(
    'public.usage_metrics',
    'usage_metrics_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.usage_metrics',
    'usage_metrics_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.usage_metrics', '
    usage_metrics_prompt_tokens_check,
    usage_metrics_completion_tokens_check,
    usage_metrics_total_tokens_check,
    usage_metrics_request_count_check,
    usage_metrics_estimated_cost_check
');

call pg_temp.expect_index('public.usage_metrics', 'usage_metrics_day_idx', 'btree (tenant_id, day)');

call pg_temp.expect_policy(
    'public.usage_metrics', 'People see their own usage, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.usage_metrics', 'The worker reads usage of the person it acts for', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'public.usage_metrics', 'The worker starts the day''s row of the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'public.usage_metrics', 'The worker adds to usage of the person it acts for', 'update', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_grant('public.usage_metrics', 'authenticated', '
    select (tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count,
    estimated_cost, created_at, updated_at)
');

call pg_temp.expect_grant('public.usage_metrics', 'palaver_worker', '
    insert, update (total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at)
');

call pg_temp.expect_grant('public.usage_metrics', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_view('public.current_day_usage', '
    tenant_id uuid,
    user_id uuid,
    day date,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    request_count bigint,
    estimated_cost numeric,
    updated_at timestamp with time zone
');

call pg_temp.expect_grant('public.current_day_usage', 'authenticated', 'select');

call pg_temp.expect_grant('public.current_day_usage', 'service_role', 'select');

call pg_temp.expect_function(
    'private.token_cost(private.model_prices, bigint, bigint, bigint)',
    'invoker',
    'immutable',
    'palaver_definer, service_role'
);

call pg_temp.expect_no_grant('public.usage_metrics', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.usage_metrics', 'palaver_worker', 'delete, truncate');

call pg_temp.expect_no_grant('private.model_prices', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.model_prices', 'service_role', 'update, delete, truncate');

call pg_temp.expect_no_grant('public.usage_ledger', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.usage_ledger', 'palaver_worker', 'update, delete, truncate');

call pg_temp.expect_no_grant('public.usage_ledger', 'palaver_definer', 'update, delete, truncate');

call pg_temp.expect_no_grant('public.usage_ledger', 'service_role', 'update, delete, truncate');
