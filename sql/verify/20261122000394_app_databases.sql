-- What 20261122000394_app_databases made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000394_app_databases.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000394_app_databases');

call pg_temp.expect_table('public.app_databases', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    environment text not null,
    state text not null default ''requested'',
    database_name text not null,
    role_name text not null,
    host text,
    port integer,
    server_version text,
    revision_id uuid,
    tables_created integer,
    size_bytes bigint,
    size_measured_at timestamp with time zone,
    size_state text not null default ''within'',
    size_state_at timestamp with time zone,
    max_bytes bigint,
    max_connections integer,
    receipt jsonb,
    usage jsonb,
    error_code text,
    error_detail text,
    removal_due_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    ready_at timestamp with time zone,
    removed_at timestamp with time zone
');

call pg_temp.expect_key('public.app_databases', 'app_databases_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.app_databases',
    'app_databases_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_databases',
    'app_databases_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_databases',
    'app_databases_revision_id_fkey',
    'foreign key (tenant_id, revision_id) references public.app_revisions (tenant_id, id) on delete set null (revision_id)'
);

call pg_temp.expect_checks('public.app_databases', '
    app_databases_environment_check,
    app_databases_state_check,
    app_databases_database_name_check,
    app_databases_role_name_check,
    app_databases_host_check,
    app_databases_port_check,
    app_databases_server_version_check,
    app_databases_tables_created_check,
    app_databases_size_bytes_check,
    app_databases_size_state_check,
    app_databases_max_bytes_check,
    app_databases_max_connections_check,
    app_databases_receipt_check,
    app_databases_usage_check,
    app_databases_error_code_check,
    app_databases_error_detail_check,
    app_databases_removal_due_at_check
');

call pg_temp.expect_index(
    'public.app_databases',
    'app_databases_live_key',
    'unique btree (tenant_id, app_id, environment) where (state <> ''removed'')'
);

call pg_temp.expect_index(
    'public.app_databases',
    'app_databases_app_idx',
    'btree (tenant_id, app_id, environment, id desc)'
);

call pg_temp.expect_index(
    'public.app_databases',
    'app_databases_revision_idx',
    'btree (tenant_id, revision_id)'
);

call pg_temp.expect_index(
    'public.app_databases',
    'app_databases_waiting_idx',
    'btree (state, removal_due_at) where (state = ANY (ARRAY[''removing'', ''failed'']))'
);

call pg_temp.expect_policy(
    'public.app_databases', 'People see the databases of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.app_databases', 'Operations find databases', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.app_databases', 'Requests add databases', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.app_databases', 'Operations change databases', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.app_databases', 'authenticated', '
    select (tenant_id, id, app_id, environment, state, database_name, role_name, host, port, server_version, revision_id, tables_created, size_bytes, size_measured_at, size_state, size_state_at, max_bytes, max_connections, receipt, usage, error_code, error_detail, removal_due_at, created_at, updated_at, ready_at, removed_at)
');

call pg_temp.expect_grant('public.app_databases', 'palaver_definer', '
    select, insert (tenant_id, app_id, environment, max_bytes, max_connections), update (state, role_name, host, port, server_version, revision_id, tables_created, size_bytes, size_measured_at, size_state, size_state_at, max_bytes, max_connections, receipt, usage, error_code, error_detail, removal_due_at, updated_at)
');

call pg_temp.expect_grant('public.app_databases', 'service_role', 'select');

call pg_temp.expect_no_grant('public.app_databases', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_trigger(
    'public.app_databases',
    'app_databases_keep',
    'before insert or update for each row execute function private.keep_app_database()'
);

call pg_temp.expect_trigger(
    'public.app_databases',
    'app_databases_refuse_lost',
    'before delete for each row execute function private.refuse_lost_database()'
);

call pg_temp.expect_table('private.app_credentials', '
    tenant_id uuid not null,
    database_id uuid not null,
    password bytea,
    pending bytea,
    created_at timestamp with time zone not null default now(),
    rotated_at timestamp with time zone
');

call pg_temp.expect_key('private.app_credentials', 'app_credentials_pkey', 'primary key (tenant_id, database_id)');

call pg_temp.expect_key(
    'private.app_credentials',
    'app_credentials_database_id_fkey',
    'foreign key (tenant_id, database_id) references public.app_databases (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('private.app_credentials', '
    app_credentials_password_check,
    app_credentials_pending_check
');

call pg_temp.expect_policy(
    'private.app_credentials', 'Operations find passwords', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.app_credentials', 'Operations keep passwords', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.app_credentials', 'Operations change passwords', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.app_credentials', 'Operations forget passwords', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.app_credentials', 'palaver_definer', 'select, insert, delete, update (password, pending, rotated_at)');

call pg_temp.expect_no_grant('private.app_credentials', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_table('public.app_operations', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    kind text not null,
    state text not null default ''queued'',
    arguments jsonb not null default ''{}'',
    step text,
    progress jsonb not null default ''[]'',
    attempts integer not null default 0,
    due_at timestamp with time zone not null default clock_timestamp(),
    lease_owner text,
    lease_until timestamp with time zone,
    requested_by uuid,
    idempotency_key text,
    result jsonb,
    error_code text,
    error_detail text,
    created_at timestamp with time zone not null default clock_timestamp(),
    started_at timestamp with time zone,
    finished_at timestamp with time zone
');

call pg_temp.expect_key('public.app_operations', 'app_operations_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.app_operations',
    'app_operations_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_operations',
    'app_operations_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_operations',
    'app_operations_database_id_fkey',
    'foreign key (tenant_id, database_id) references public.app_databases (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_operations',
    'app_operations_requested_by_fkey',
    'foreign key (tenant_id, requested_by) references public.users (tenant_id, id) on delete set null (requested_by)'
);

call pg_temp.expect_checks('public.app_operations', '
    app_operations_kind_check,
    app_operations_state_check,
    app_operations_arguments_check,
    app_operations_step_check,
    app_operations_progress_check,
    app_operations_attempts_check,
    app_operations_lease_owner_check,
    app_operations_lease_check,
    app_operations_idempotency_key_check,
    app_operations_result_check,
    app_operations_error_code_check,
    app_operations_error_detail_check,
    app_operations_finished_at_check
');

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_open_key',
    'unique btree (tenant_id, database_id) where (state = ANY (ARRAY[''queued'', ''running'']))'
);

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_request_key',
    'unique btree (tenant_id, app_id, idempotency_key) where (idempotency_key IS NOT NULL)'
);

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_database_idx',
    'btree (tenant_id, database_id, created_at desc, id desc)'
);

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_app_idx',
    'btree (tenant_id, app_id)'
);

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_requested_by_idx',
    'btree (tenant_id, requested_by)'
);

call pg_temp.expect_index(
    'public.app_operations',
    'app_operations_due_idx',
    'btree (due_at, id) where (state = ANY (ARRAY[''queued'', ''running'']))'
);

call pg_temp.expect_policy(
    'public.app_operations', 'People see the operations of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.app_operations', 'Workers find operations', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.app_operations', 'Requests add operations', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.app_operations', 'Workers take operations on and finish them', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.app_operations', 'authenticated', '
    select (tenant_id, id, app_id, database_id, kind, state, arguments, step, progress, attempts, due_at, lease_owner, lease_until, requested_by, idempotency_key, result, error_code, error_detail, created_at, started_at, finished_at)
');

call pg_temp.expect_grant('public.app_operations', 'palaver_definer', '
    select, insert (tenant_id, app_id, database_id, kind, arguments, requested_by, idempotency_key), update (state, step, progress, attempts, due_at, lease_owner, lease_until, result, error_code, error_detail, started_at, finished_at)
');

call pg_temp.expect_grant('public.app_operations', 'service_role', 'select');

call pg_temp.expect_no_grant('public.app_operations', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_function('private.keep_app_database()', 'invoker', 'volatile');

call pg_temp.expect_function('private.refuse_lost_database()', 'invoker', 'volatile');

call pg_temp.expect_function('private.checked_app_arguments(uuid, uuid, text, jsonb)', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.check_database_room()', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.check_app_room(jsonb, uuid, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.enqueue_app_operation(uuid, text, text, jsonb, text)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.request_app_operation(jsonb, uuid, text, text, jsonb, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.change_app_database(uuid, uuid, jsonb)', 'invoker', 'volatile', 'palaver_definer');

call pg_temp.expect_function('private.give_up_app_operations()', 'invoker', 'volatile', 'palaver_definer');

call pg_temp.expect_function('private.claim_app_operation(text, interval, uuid)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.held_app_operation(uuid, text)', 'invoker', 'volatile', 'palaver_definer');

call pg_temp.expect_function('private.note_app_step(uuid, text, text, jsonb, interval)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.finish_app_operation(uuid, text, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.due_app_work()', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.note_app_sizes(jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.note_size_state(uuid, uuid, text, text)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.lost_app_databases(text[])', 'definer', 'stable', 'palaver_worker');
call pg_temp.expect_function('private.missing_app_databases(text[])', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.look_at_app_password(uuid, text)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.app_credentials(jsonb, uuid, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_app_operation(jsonb, uuid)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_generated_app(jsonb, uuid)', 'invoker', 'volatile', 'palaver_worker');
