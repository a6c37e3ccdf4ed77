-- What 20261122000820_turn_functions made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000820_turn_functions.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000820_turn_functions');

call pg_temp.expect_policy(
    'public.messages', 'Settlement sees messages', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.messages', 'Settlement adds answers, copies also questions', 'insert', 'palaver_definer',
    p_check => 'role in (''assistant'', ''user'')'
);

call pg_temp.expect_policy(
    'public.messages', 'Settlement puts questions behind answers', 'update', 'palaver_definer',
    p_using => 'role = ''user''',
    p_check => 'role = ''user'''
);

call pg_temp.expect_grant('public.messages', 'palaver_definer', '
    select (tenant_id, id, conversation_id, user_id, parent_id, role, created_at), insert, update (parent_id)
');

call pg_temp.expect_policy(
    'public.usage_ledger', 'Settlement writes the ledger', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_grant('public.usage_ledger', 'palaver_definer', 'insert');

call pg_temp.expect_policy(
    'public.usage_metrics', 'Settlement starts the day''s rows', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.usage_metrics', 'Settlement adds to usage', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.usage_metrics', 'palaver_definer', '
    insert, update (total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at)
');

call pg_temp.expect_function(
    'private.begin_turn(jsonb, uuid, jsonb, integer, integer)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function('private.begin_title(jsonb, uuid, uuid, bigint)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.set_title(jsonb, uuid, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.find_turn(jsonb, uuid, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.finish_turns(uuid, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.forget_idempotency_keys()', 'definer', 'volatile');

call pg_temp.expect_function('private.keep_lease(uuid, uuid[], interval)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.message_octets(text, jsonb)', 'invoker', 'immutable', 'palaver_worker');

call pg_temp.expect_function('private.model_choice(jsonb)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_pieces(jsonb)', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.save_pieces(uuid, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.stop_turn(jsonb, uuid, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_job('forget_idempotency_keys');
