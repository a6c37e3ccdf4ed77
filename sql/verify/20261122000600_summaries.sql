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

call pg_temp.expect_table('private.usage_changes', '
    tenant_id uuid not null,
    id bigint not null generated always as identity
');

call pg_temp.expect_key('private.usage_changes', 'usage_changes_pkey', 'primary key (tenant_id, id)');

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

call pg_temp.expect_materialized_view('private.monthly_usage_closed', '
    tenant_id uuid,
    user_id uuid,
    month date,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    request_count bigint,
    estimated_cost numeric,
    closed_before date,
    refreshed_at timestamp with time zone
');

call pg_temp.expect_index(
    'private.monthly_usage_closed',
    'monthly_usage_closed_key',
    'unique btree (tenant_id, month, user_id)'
);

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

call pg_temp.expect_materialized_view('private.message_feedback_closed', '
    tenant_id uuid,
    message_id uuid,
    positive_count bigint,
    negative_count bigint,
    comment_count bigint,
    last_feedback_at timestamp with time zone
');

call pg_temp.expect_index(
    'private.message_feedback_closed',
    'message_feedback_closed_key',
    'unique btree (tenant_id, message_id)'
);

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
