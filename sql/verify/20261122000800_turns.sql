-- What 20261122000800_turns made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000800_turns.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000800_turns');

call pg_temp.expect_table('public.turns', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    user_id uuid not null,
    conversation_id uuid not null,
    question_id uuid,
    answer_id uuid,
    status text not null default ''running'',
    provider text,
    model text,
    prompt_tokens bigint,
    completion_tokens bigint,
    tokens_estimated boolean,
    latency_ms integer,
    finish_reason text,
    provider_message_id text,
    error_code text,
    started_at timestamp with time zone not null default clock_timestamp(),
    finished_at timestamp with time zone
');

call pg_temp.expect_key('public.turns', 'turns_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.turns',
    'turns_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.turns',
    'turns_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.turns',
    'turns_conversation_id_fkey',
    'foreign key (tenant_id, conversation_id, user_id) references public.conversations (tenant_id, id, user_id) on delete cascade'
);

call pg_temp.expect_key(
    'public.turns',
    'turns_question_id_fkey',
    'foreign key (tenant_id, question_id) references public.messages (tenant_id, id) on delete set null (question_id)'
);

call pg_temp.expect_key(
    'public.turns',
    'turns_answer_id_fkey',
    'foreign key (tenant_id, answer_id) references public.messages (tenant_id, id) on delete set null (answer_id)'
);

call pg_temp.expect_checks('public.turns', '
    turns_status_check,
    turns_finished_at_check,
    turns_prompt_tokens_check,
    turns_completion_tokens_check,
    turns_latency_ms_check
');

call pg_temp.expect_index(
    'public.turns',
    'turns_conversation_idx',
    'btree (tenant_id, conversation_id, user_id, started_at)'
);

call pg_temp.expect_index('public.turns', 'turns_user_idx', 'btree (tenant_id, user_id, id)');

call pg_temp.expect_index('public.turns', 'turns_question_idx', 'btree (tenant_id, question_id)');

call pg_temp.expect_index('public.turns', 'turns_answer_idx', 'btree (tenant_id, answer_id)');

call pg_temp.expect_policy(
    'public.turns', 'People see their own turns, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.turns', 'The worker sees turns of the person it acts for', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'public.turns', 'The worker begins turns of the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'public.turns', 'The worker finishes turns of the person it acts for', 'update', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_grant('public.turns', 'authenticated', '
    select (tenant_id, id, user_id, conversation_id, question_id, answer_id, status, provider, model, prompt_tokens,
    completion_tokens, tokens_estimated, latency_ms, finish_reason, provider_message_id, error_code, started_at,
    finished_at)
');

call pg_temp.expect_grant('public.turns', 'palaver_worker', '
    insert, update (answer_id, status, provider, model, prompt_tokens, completion_tokens, tokens_estimated,
    latency_ms, finish_reason, provider_message_id, error_code, finished_at)
');

call pg_temp.expect_grant('public.turns', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_table('private.rate_limits', '
    tenant_id uuid not null,
    next_at timestamp with time zone not null
');

call pg_temp.expect_key('private.rate_limits', 'rate_limits_pkey', 'primary key (tenant_id)');

call pg_temp.expect_key(
    'private.rate_limits',
    'rate_limits_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_policy(
    'private.rate_limits', 'The worker reads the limit of the tenant it acts for', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id())'
);

call pg_temp.expect_policy(
    'private.rate_limits', 'The worker starts the limit of the tenant it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id())'
);

call pg_temp.expect_policy(
    'private.rate_limits', 'The worker moves the limit of the tenant it acts for', 'update', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id())',
    p_check => 'tenant_id = (select private.claimed_tenant_id())'
);

call pg_temp.expect_grant('private.rate_limits', 'palaver_worker', 'select, insert, update');

call pg_temp.expect_function(
    'private.begin_turn(jsonb, text, uuid, integer)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.finish_turn(jsonb, uuid, text, text, text, text, bigint, bigint, boolean, integer, text, text, text, numeric)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function('private.take_request(uuid, integer)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_no_grant('public.turns', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant(
    'public.turns',
    'palaver_worker',
    'update (tenant_id, id, user_id, conversation_id, question_id, started_at), delete, truncate'
);

call pg_temp.expect_no_grant('private.rate_limits', 'authenticated', 'select, insert, update, delete, truncate');
