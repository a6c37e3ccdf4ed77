-- What 20261122000380_suggestions made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000380_suggestions.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000380_suggestions');

call pg_temp.expect_table('public.configuration_suggestions', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    project_id uuid not null,
    conversation_id uuid,
    turn_id uuid,
    user_id uuid,
    type text not null,
    title text not null,
    explanation text not null,
    changes jsonb not null,
    suspects jsonb not null default ''[]'',
    base_version integer not null,
    version integer not null default 1,
    fingerprint bytea not null,
    rests_on bytea not null,
    status text not null default ''pending'',
    decided_by uuid,
    decided_at timestamp with time zone,
    reason text,
    applied_changes integer[],
    applied_version integer,
    patch jsonb,
    inverse jsonb,
    created_at timestamp with time zone not null default now(),
    refreshed_at timestamp with time zone
');

call pg_temp.expect_key(
    'public.configuration_suggestions',
    'configuration_suggestions_pkey',
    'primary key (tenant_id, id)'
);

call pg_temp.expect_key(
    'public.configuration_suggestions',
    'configuration_suggestions_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.configuration_suggestions',
    'configuration_suggestions_project_id_fkey',
    'foreign key (tenant_id, project_id) references public.projects (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.configuration_suggestions',
    'configuration_suggestions_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id)'
);

call pg_temp.expect_key(
    'public.configuration_suggestions',
    'configuration_suggestions_decided_by_fkey',
    'foreign key (tenant_id, decided_by) references public.users (tenant_id, id) on delete set null (decided_by)'
);

call pg_temp.expect_checks('public.configuration_suggestions', '
    configuration_suggestions_type_check,
    configuration_suggestions_title_check,
    configuration_suggestions_explanation_check,
    configuration_suggestions_changes_check,
    configuration_suggestions_suspects_check,
    configuration_suggestions_status_check,
    configuration_suggestions_decided_check,
    configuration_suggestions_reason_check,
    configuration_suggestions_applied_check
');

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_project_idx',
    'btree (tenant_id, project_id, id)'
);

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_pending_idx',
    'btree (tenant_id, project_id, id) where (status = ''pending''::text)'
);

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_pending_key',
    'unique btree (tenant_id, project_id, fingerprint) where (status = ''pending''::text)'
);

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_rejected_idx',
    'btree (tenant_id, project_id, fingerprint) where (status = ''rejected''::text)'
);

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_user_idx',
    'btree (tenant_id, user_id)'
);

call pg_temp.expect_index(
    'public.configuration_suggestions',
    'configuration_suggestions_decided_by_idx',
    'btree (tenant_id, decided_by)'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_check_metadata',
    'before insert or update of metadata for each row when (new.metadata <> ''{}''::jsonb) execute function private.check_metadata()'
);

call pg_temp.expect_policy(
    'public.configuration_suggestions', 'People see the suggestions for their projects', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''viewer''))::uuid[])'
);

call pg_temp.expect_policy(
    'public.configuration_suggestions', 'The worker makes suggestions to the person it acts for', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()) and project_id = any ((select private.project_ids(''viewer''))::uuid[])'
);

call pg_temp.expect_policy(
    'public.configuration_suggestions', 'Decisions find suggestions', 'select', 'palaver_definer',
    p_using => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.configuration_suggestions', 'Editors'' decisions are written down', 'update', 'palaver_definer',
    p_using => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''editor''))::uuid[])',
    p_check => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_grant('public.configuration_sessions', 'authenticated', 'select');

call pg_temp.expect_grant('public.configuration_sessions', 'service_role', 'select');

call pg_temp.expect_grant('public.configuration_suggestions', 'authenticated', 'select (tenant_id, id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects, base_version, version, fingerprint, rests_on, status, decided_by, decided_at, reason, applied_changes, applied_version, patch, inverse, created_at, refreshed_at)');

call pg_temp.expect_grant('public.configuration_suggestions', 'palaver_worker', 'insert (tenant_id, project_id, conversation_id, turn_id, user_id, type, title, explanation, changes, suspects, base_version, fingerprint, rests_on)');

call pg_temp.expect_grant('public.configuration_suggestions', 'palaver_definer', 'select');

call pg_temp.expect_grant('public.configuration_suggestions', 'palaver_definer', 'update (changes, suspects, base_version, version, rests_on, status, decided_by, decided_at, reason, applied_changes, applied_version, patch, inverse, refreshed_at)');

call pg_temp.expect_grant('public.configuration_suggestions', 'service_role', 'select');

call pg_temp.expect_grant('public.projects', 'palaver_definer', 'update (configuration)');

call pg_temp.expect_view('public.configuration_sessions', '
    tenant_id uuid,
    id uuid,
    user_id uuid,
    context_type text,
    project_id uuid,
    project_slug text,
    project_name text,
    title text,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    newest_message jsonb
');

call pg_temp.expect_function(
    'private.place_of(jsonb, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.element_tests(jsonb, jsonb, text[])',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.pointer(text[])',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.check_changes(jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.apply_change(jsonb, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.apply_changes(jsonb, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.refreshed_changes(jsonb, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.pointed(jsonb, text)',
    'invoker',
    'immutable',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.patched(jsonb, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.metadata_schema()',
    'invoker',
    'immutable',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function(
    'private.metadata_errors(jsonb)',
    'invoker',
    'stable',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function(
    'private.check_metadata()',
    'invoker',
    'volatile'
);

call pg_temp.expect_function(
    'public.open_configuration_session(uuid)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.open_session(jsonb, text)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.find_session(jsonb, uuid)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.list_sessions(jsonb, text, uuid, integer, timestamp with time zone, uuid)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.suggestion_fingerprint(text, jsonb)',
    'invoker',
    'immutable',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.suggestion_basis(jsonb)',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.shown_suggestion(public.configuration_suggestions)',
    'invoker',
    'stable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.kept_suspects(jsonb, integer[])',
    'invoker',
    'immutable',
    'palaver_definer, palaver_worker'
);

call pg_temp.expect_function(
    'private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.held_suggestion(uuid)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.change_configuration(public.configuration_suggestions, jsonb, text)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.take_suggestion(uuid, integer[], integer[], integer)',
    'definer',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.accept_suggestion(uuid, integer[], integer[], integer)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.decline_suggestion(uuid, text)',
    'definer',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.reject_suggestion(uuid, text)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.take_back_suggestion(uuid)',
    'definer',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.undo_suggestion(uuid)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.decide_suggestion(jsonb, jsonb)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.read_suggestions(jsonb, uuid, text, integer, uuid)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.read_suggestion(jsonb, uuid)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_no_grant(
    'public.configuration_suggestions',
    'authenticated',
    'insert, update, delete, truncate'
);

call pg_temp.expect_no_grant(
    'public.configuration_suggestions',
    'palaver_worker',
    'insert (id, status, version, decided_by, decided_at, applied_changes, applied_version, patch, inverse), update, delete, truncate'
);

call pg_temp.expect_no_grant('public.configuration_suggestions', 'service_role', 'insert, update, delete, truncate');
