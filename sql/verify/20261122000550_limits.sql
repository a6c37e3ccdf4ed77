-- What 20261122000550_limits made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000550_limits.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000550_limits');

call pg_temp.expect_table('private.allowances', '
    tenant_id uuid not null,
    user_id uuid not null,
    next_at timestamp with time zone not null default clock_timestamp(),
    day date not null,
    used_tokens bigint not null default 0,
    reserved_tokens bigint not null default 0
');

call pg_temp.expect_key('private.allowances', 'allowances_pkey', 'primary key (tenant_id, user_id)');

call pg_temp.expect_key(
    'private.allowances',
    'allowances_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('private.allowances', '
    allowances_used_tokens_check,
    allowances_reserved_tokens_check
');

call pg_temp.expect_policy(
    'private.allowances', 'Limits are read', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.allowances', 'Limits are begun', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.allowances', 'Limits are drawn on', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('private.allowances', 'palaver_definer', 'select, insert, update');

call pg_temp.expect_policy(
    'public.usage_metrics', 'Limits read usage', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.usage_metrics', 'palaver_definer', 'select');

call pg_temp.expect_function(
    'public.increment_usage_metrics(uuid, uuid, bigint, bigint, numeric, bigint)',
    'invoker',
    'volatile',
    'palaver_worker, service_role'
);

call pg_temp.expect_function('private.check_rate(boolean, integer)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function(
    'private.count_tokens(uuid, bigint)',
    'definer',
    'volatile',
    'palaver_worker, service_role'
);

call pg_temp.expect_function(
    'private.rate_wait(timestamp with time zone, integer)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.refuse_request(text, bigint, interval)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function('private.settle_allowance(uuid, uuid, bigint, bigint)', 'definer', 'volatile');

call pg_temp.expect_function(
    'private.take_allowance(boolean, integer, bigint, bigint, bigint)',
    'definer',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_no_grant('private.allowances', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.allowances', 'palaver_worker', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.allowances', 'service_role', 'select, insert, update, delete, truncate');
