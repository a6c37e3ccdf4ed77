-- What 20261122000620_analytics made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000620_analytics.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000620_analytics');

call pg_temp.expect_view('public.usage_details', '
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

call pg_temp.expect_grant('public.usage_details', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_details', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_day', '
    tenant_id uuid,
    day date,
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

call pg_temp.expect_grant('public.usage_by_day', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_day', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_month', '
    tenant_id uuid,
    month date,
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

call pg_temp.expect_grant('public.usage_by_month', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_month', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_model', '
    tenant_id uuid,
    day date,
    provider text,
    model text,
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

call pg_temp.expect_grant('public.usage_by_model', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_model', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_person', '
    tenant_id uuid,
    day date,
    user_id uuid,
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

call pg_temp.expect_grant('public.usage_by_person', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_person', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_prompt', '
    tenant_id uuid,
    day date,
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

call pg_temp.expect_grant('public.usage_by_prompt', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_prompt', 'service_role', 'select');

call pg_temp.expect_view('public.usage_by_conversation', '
    tenant_id uuid,
    conversation_id uuid,
    user_id uuid,
    requests bigint,
    cached_requests bigint,
    estimated_requests bigint,
    total_tokens bigint,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    cost numeric,
    last_used_at timestamp with time zone
');

call pg_temp.expect_grant('public.usage_by_conversation', 'authenticated', 'select');

call pg_temp.expect_grant('public.usage_by_conversation', 'service_role', 'select');

call pg_temp.expect_view('public.usage_forecast', '
    scope text,
    tenant_id uuid,
    user_id uuid,
    tokens_today bigint,
    daily_limit bigint,
    share_used numeric,
    expected_tokens_today bigint,
    limit_reached_at timestamp with time zone,
    tokens_this_month bigint,
    expected_tokens_this_month bigint,
    cost_today numeric,
    expected_cost_today numeric,
    cost_this_month numeric,
    expected_cost_this_month numeric
');

call pg_temp.expect_grant('public.usage_forecast', 'authenticated', 'select');

call pg_temp.expect_view('public.feedback_by_model', '
    tenant_id uuid,
    month date,
    model text,
    positive_count bigint,
    negative_count bigint,
    comment_count bigint
');

call pg_temp.expect_grant('public.feedback_by_model', 'authenticated', 'select');

call pg_temp.expect_grant('public.feedback_by_model', 'service_role', 'select');

call pg_temp.expect_view('public.feedback_by_prompt', '
    tenant_id uuid,
    month date,
    prompt_id uuid,
    prompt_version integer,
    positive_count bigint,
    negative_count bigint,
    comment_count bigint
');

call pg_temp.expect_grant('public.feedback_by_prompt', 'authenticated', 'select');

call pg_temp.expect_grant('public.feedback_by_prompt', 'service_role', 'select');

call pg_temp.expect_grant('public.messages', 'palaver_definer', 'select (model_used)');

call pg_temp.expect_grant('public.conversations', 'palaver_definer', 'select (prompt_id, prompt_version)');

call pg_temp.expect_function('private.open_usage_days()', 'invoker', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.forecast_usage(timestamptz)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('private.judged_answers()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('public.usage_totals(date, date, text[])', 'invoker', 'stable', 'authenticated, service_role');
