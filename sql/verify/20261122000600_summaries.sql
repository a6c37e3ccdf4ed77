-- What 20261122000600_summaries made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000600_summaries.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000600_summaries');

call pg_temp.expect_trigger(
    'public.feedback',
    'feedback_record_change',
    'after insert or delete or update for each row execute function private.record_feedback_change()'
);

call pg_temp.expect_policy(
    'public.feedback', 'Summaries read feedback', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.feedback', 'palaver_definer', 'select');

call pg_temp.expect_trigger(
    'public.usage_metrics',
    'usage_metrics_record_insert',
    'after insert for each row when (new.day < (now() at time zone ''utc'')::date) execute function private.record_usage_change()'
);

call pg_temp.expect_trigger(
    'public.usage_metrics',
    'usage_metrics_record_update',
    'after update for each row when (least(old.day, new.day) < (now() at time zone ''utc'')::date) execute function private.record_usage_change()'
);

call pg_temp.expect_trigger(
    'public.usage_metrics',
    'usage_metrics_record_delete',
    'after delete for each row when (old.day < (now() at time zone ''utc'')::date) execute function private.record_usage_change()'
);

call pg_temp.expect_trigger(
    'public.usage_ledger',
    'usage_ledger_record_insert',
    'after insert for each row when (new.day < (now() at time zone ''utc'')::date) execute function private.record_ledger_change()'
);

call pg_temp.expect_trigger(
    'public.usage_ledger',
    'usage_ledger_record_update',
    'after update referencing old table as old_rows new table as new_rows for each statement execute function private.record_ledger_changes()'
);

call pg_temp.expect_trigger(
    'public.usage_ledger',
    'usage_ledger_record_delete',
    'after delete referencing old table as old_rows for each statement execute function private.record_ledger_changes()'
);

call pg_temp.expect_policy(
    'public.usage_ledger', 'Summaries read the ledger', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.usage_ledger', 'palaver_definer', 'select');

call pg_temp.expect_table('private.summary_state', '
    is_only boolean not null default true,
    closed_before date not null default ''-infinity'',
    refreshed_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('private.summary_state', 'summary_state_pkey', 'primary key (is_only)');

call pg_temp.expect_checks('private.summary_state', 'summary_state_is_only_check');

call pg_temp.expect_policy(
    'private.summary_state', 'Summaries know how far they go', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.summary_state', 'A refresh says how far it went', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('private.summary_state', 'palaver_definer', 'select, update');

call pg_temp.expect_table('private.usage_changes', '
    tenant_id uuid not null,
    day date not null,
    id bigint not null generated always as identity
');

call pg_temp.expect_key('private.usage_changes', 'usage_changes_pkey', 'primary key (tenant_id, day, id)');

call pg_temp.expect_policy(
    'private.usage_changes', 'Summaries read the notes', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.usage_changes', 'The usage trigger adds notes', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.usage_changes', 'A refresh removes the notes', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.usage_changes', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_table('private.monthly_usage_closed', '
    tenant_id uuid not null,
    month date not null,
    user_id uuid not null,
    total_tokens bigint not null,
    prompt_tokens bigint not null,
    completion_tokens bigint not null,
    request_count bigint not null,
    estimated_cost numeric not null
');

call pg_temp.expect_key(
    'private.monthly_usage_closed', 'monthly_usage_closed_pkey', 'primary key (tenant_id, month, user_id)'
);

call pg_temp.expect_policy(
    'private.monthly_usage_closed', 'Summaries read closed months', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.monthly_usage_closed', 'A refresh adds months', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.monthly_usage_closed', 'A refresh adds days to months', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.monthly_usage_closed', 'A refresh removes months that changed', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.monthly_usage_closed', 'palaver_definer', 'select, insert, update, delete');

call pg_temp.expect_table('private.ledger_changes', '
    tenant_id uuid not null,
    day date not null,
    id bigint not null generated always as identity
');

call pg_temp.expect_key('private.ledger_changes', 'ledger_changes_pkey', 'primary key (tenant_id, day, id)');

call pg_temp.expect_policy(
    'private.ledger_changes', 'Summaries read the notes', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.ledger_changes', 'The ledger''s triggers add notes', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.ledger_changes', 'A refresh removes the notes', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.ledger_changes', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_policy(
    'private.ledger_changes', 'People know which days of their tenant are counted live', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_grant('private.ledger_changes', 'authenticated', 'select (tenant_id, day)');

call pg_temp.expect_grant('private.ledger_changes', 'service_role', 'select');

call pg_temp.expect_view('private.ledger_by_day', '
    tenant_id uuid,
    day date,
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
');

call pg_temp.expect_grant('private.ledger_by_day', 'authenticated', 'select');

call pg_temp.expect_grant('private.ledger_by_day', 'service_role', 'select');

call pg_temp.expect_grant('private.ledger_by_day', 'palaver_definer', 'select');

call pg_temp.expect_table('private.usage_daily', '
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
    cost numeric not null
');

call pg_temp.expect_key('private.usage_daily', 'usage_daily_pkey', 'primary key (tenant_id, day, id)');

call pg_temp.expect_index('private.usage_daily', 'usage_daily_user_idx', 'btree (tenant_id, user_id, day)');

call pg_temp.expect_policy(
    'private.usage_daily', 'Summaries read closed days', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.usage_daily', 'A refresh adds days', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.usage_daily', 'A refresh removes days that changed', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.usage_daily', 'People see what they used, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_grant('private.usage_daily', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_grant('private.usage_daily', 'authenticated', 'select (
    tenant_id, day, user_id, provider, model, prompt_id, prompt_version, requests, cached_requests, estimated_requests, total_tokens,
    prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens, cost
)');

call pg_temp.expect_grant('private.usage_daily', 'service_role', 'select');

call pg_temp.expect_view('public.monthly_usage_summary', '
    tenant_id uuid,
    user_id uuid,
    month date,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    request_count bigint,
    estimated_cost numeric,
    refreshed_at timestamp with time zone
');

call pg_temp.expect_grant('public.monthly_usage_summary', 'authenticated', 'select');

call pg_temp.expect_grant('public.monthly_usage_summary', 'service_role', 'select');

call pg_temp.expect_table('private.feedback_changes', '
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    message_id uuid not null
');

call pg_temp.expect_key('private.feedback_changes', 'feedback_changes_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_index(
    'private.feedback_changes',
    'feedback_changes_message_idx',
    'btree (tenant_id, message_id)'
);

call pg_temp.expect_policy(
    'private.feedback_changes', 'Summaries read the notes', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.feedback_changes', 'The feedback trigger adds notes', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.feedback_changes', 'A refresh removes the notes', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.feedback_changes', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_table('private.message_feedback_closed', '
    tenant_id uuid not null,
    message_id uuid not null,
    positive_count bigint not null,
    negative_count bigint not null,
    comment_count bigint not null,
    last_feedback_at timestamp with time zone not null
');

call pg_temp.expect_key(
    'private.message_feedback_closed', 'message_feedback_closed_pkey', 'primary key (tenant_id, message_id)'
);

call pg_temp.expect_policy(
    'private.message_feedback_closed', 'Summaries read closed feedback', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.message_feedback_closed', 'A refresh adds messages', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.message_feedback_closed', 'A refresh counts messages anew', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.message_feedback_closed', 'A refresh removes messages without feedback', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.message_feedback_closed', 'palaver_definer', 'select, insert, update, delete');

call pg_temp.expect_view('public.message_feedback_summary', '
    tenant_id uuid,
    message_id uuid,
    positive_count bigint,
    negative_count bigint,
    feedback_count bigint,
    comment_count bigint,
    last_feedback_at timestamp with time zone,
    refreshed_at timestamp with time zone
');

call pg_temp.expect_grant('public.message_feedback_summary', 'authenticated', 'select');

call pg_temp.expect_grant('public.message_feedback_summary', 'service_role', 'select');

call pg_temp.expect_function(
    'private.closed_monthly_usage(date)',
    'definer',
    'stable',
    'authenticated, service_role'
);

call pg_temp.expect_function(
    'private.feedback_summary(uuid, uuid)',
    'definer',
    'stable',
    'authenticated, service_role'
);

call pg_temp.expect_function('private.record_feedback_change()', 'definer', 'volatile');

call pg_temp.expect_function('private.record_ledger_change()', 'definer', 'volatile');

call pg_temp.expect_function('private.record_ledger_changes()', 'definer', 'volatile');

call pg_temp.expect_function('private.record_usage_change()', 'definer', 'volatile');

call pg_temp.expect_function('private.refresh_summaries()', 'definer', 'volatile');

call pg_temp.expect_function('private.summaries_refreshed_at()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.usage_closed_before()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.usage_months()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_no_grant(
    'private.monthly_usage_closed',
    'authenticated',
    'select, insert, update, delete, truncate'
);

call pg_temp.expect_no_grant(
    'private.monthly_usage_closed',
    'service_role',
    'select, insert, update, delete, truncate'
);

call pg_temp.expect_no_grant(
    'private.message_feedback_closed',
    'authenticated',
    'select, insert, update, delete, truncate'
);

call pg_temp.expect_no_grant(
    'private.message_feedback_closed',
    'service_role',
    'select, insert, update, delete, truncate'
);

call pg_temp.expect_no_grant('private.feedback_changes', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.feedback_changes', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.usage_changes', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.usage_changes', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.summary_state', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.summary_state', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.ledger_changes', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.ledger_changes', 'service_role', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.usage_daily', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.usage_daily', 'service_role', 'insert, update, delete, truncate');
