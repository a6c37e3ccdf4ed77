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
    dialect text,
    response_id text,
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
    turns_answer_id_check,
    turns_status_check,
    turns_finished_at_check,
    turns_dialect_check,
    turns_response_id_check,
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

call pg_temp.expect_index('public.turns', 'turns_finished_idx', 'btree (finished_at)');

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
    p_check => 'status = ''running'' and tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'public.turns', 'Settlement finds turns', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.turns', 'Settlement finishes turns', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.turns', 'authenticated', '
    select (tenant_id, id, user_id, conversation_id, question_id, answer_id, status, dialect, response_id,
    latency_ms, finish_reason, provider_message_id, error_code, started_at, finished_at)
');

call pg_temp.expect_grant('public.turns', 'palaver_worker', 'insert');

call pg_temp.expect_grant('public.turns', 'palaver_definer', '
    select, update (answer_id, status, latency_ms, finish_reason, provider_message_id, error_code, finished_at)
');

call pg_temp.expect_grant('public.turns', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_table('private.idempotency_keys', '
    tenant_id uuid not null,
    user_id uuid not null,
    dialect text not null,
    key text not null,
    fingerprint bytea not null,
    turn_id uuid not null,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key(
    'private.idempotency_keys',
    'idempotency_keys_pkey',
    'primary key (tenant_id, user_id, dialect, key)'
);

call pg_temp.expect_key(
    'private.idempotency_keys',
    'idempotency_keys_turn_id_fkey',
    'foreign key (tenant_id, turn_id) references public.turns (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('private.idempotency_keys', '
    idempotency_keys_key_check
');

call pg_temp.expect_index('private.idempotency_keys', 'idempotency_keys_turn_idx', 'btree (tenant_id, turn_id)');

call pg_temp.expect_index('private.idempotency_keys', 'idempotency_keys_created_idx', 'btree (created_at)');

call pg_temp.expect_policy(
    'private.idempotency_keys', 'The worker finds keys of the person it acts for', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'private.idempotency_keys', 'The worker keeps keys of the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'private.idempotency_keys', 'The job finds old keys', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.idempotency_keys', 'The job forgets old keys', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.idempotency_keys', 'palaver_worker', 'select, insert');

call pg_temp.expect_grant('private.idempotency_keys', 'palaver_definer', 'select (created_at), delete');

call pg_temp.expect_table('private.workers', '
    id uuid not null,
    seen_at timestamp with time zone not null default clock_timestamp(),
    steady_since timestamp with time zone not null default clock_timestamp()
');

call pg_temp.expect_key('private.workers', 'workers_pkey', 'primary key (id)');

call pg_temp.expect_policy(
    'private.workers', 'The lease keeper sees workers', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.workers', 'The lease keeper adds workers', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.workers', 'The lease keeper hears workers', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.workers', 'The lease keeper forgets workers', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.workers', 'palaver_definer', 'select, insert, update, delete');

call pg_temp.expect_table('private.open_turns', '
    tenant_id uuid not null,
    turn_id uuid not null,
    user_id uuid not null,
    conversation_id uuid not null,
    worker_id uuid not null,
    prompt_estimate bigint not null,
    reserved_tokens bigint not null,
    user_reserved_tokens bigint not null default 0,
    provider text,
    model text,
    stop_requested_at timestamp with time zone
');

call pg_temp.expect_key('private.open_turns', 'open_turns_pkey', 'primary key (tenant_id, turn_id)');

call pg_temp.expect_key(
    'private.open_turns',
    'open_turns_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('private.open_turns', '
    open_turns_prompt_estimate_check,
    open_turns_reserved_tokens_check,
    open_turns_user_reserved_tokens_check
');

call pg_temp.expect_index('private.open_turns', 'open_turns_worker_idx', 'btree (worker_id)');

call pg_temp.expect_index('private.open_turns', 'open_turns_user_idx', 'btree (tenant_id, user_id)');

call pg_temp.expect_policy(
    'private.open_turns', 'The worker sees open turns of the person it acts for', 'select', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'private.open_turns', 'The worker opens turns of the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'private.open_turns', 'The worker asks to stop turns of the person it acts for', 'update', 'palaver_worker',
    p_using => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())',
    p_check => 'tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_policy(
    'private.open_turns', 'The lease keeper sees open turns', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.open_turns', 'The lease keeper hands open turns over', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.open_turns', 'Settlement closes open turns', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.open_turns', 'palaver_worker', 'select, insert, update (stop_requested_at)');

call pg_temp.expect_grant('private.open_turns', 'palaver_definer', 'select, update, delete');

call pg_temp.expect_table('private.turn_pieces', '
    tenant_id uuid not null,
    turn_id uuid not null,
    seq integer not null,
    pieces jsonb not null
');

call pg_temp.expect_key('private.turn_pieces', 'turn_pieces_pkey', 'primary key (tenant_id, turn_id, seq)');

call pg_temp.expect_key(
    'private.turn_pieces',
    'turn_pieces_turn_id_fkey',
    'foreign key (tenant_id, turn_id) references private.open_turns (tenant_id, turn_id) on delete cascade'
);

call pg_temp.expect_policy(
    'private.turn_pieces', 'The lease keeper reads pieces', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.turn_pieces', 'The lease keeper adds pieces', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.turn_pieces', 'Settlement drops pieces', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.turn_pieces', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_no_grant('public.turns', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.turns', 'palaver_worker', 'update, delete, truncate');

call pg_temp.expect_no_grant(
    'public.turns',
    'palaver_definer',
    'insert, update (tenant_id, id, user_id, conversation_id, question_id, started_at), delete, truncate'
);

call pg_temp.expect_no_grant('private.idempotency_keys', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.idempotency_keys', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.workers', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.workers', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.open_turns', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.open_turns', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.turn_pieces', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.turn_pieces', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.idempotency_keys', 'palaver_worker', 'update, delete, truncate');

call pg_temp.expect_no_grant('private.workers', 'palaver_worker', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant(
    'private.open_turns',
    'palaver_worker',
    'update (tenant_id, turn_id, user_id, worker_id, prompt_estimate, reserved_tokens, user_reserved_tokens, provider, model), delete, truncate'
);

call pg_temp.expect_no_grant('private.turn_pieces', 'palaver_worker', 'select, insert, update, delete, truncate');
