-- What 20261122000860_audit made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000860_audit.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000860_audit');

call pg_temp.expect_table('public.audit_log', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    at timestamp with time zone not null default clock_timestamp(),
    actor_id uuid,
    actor_role text not null,
    action text not null,
    object text not null,
    object_id uuid,
    subject_id uuid,
    before jsonb,
    after jsonb,
    request_id text
');

call pg_temp.expect_key('public.audit_log', 'audit_log_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.audit_log',
    'audit_log_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('public.audit_log', 'audit_log_action_check, audit_log_before_check, audit_log_after_check');

call pg_temp.expect_index('public.audit_log', 'audit_log_at_idx', 'btree (tenant_id, at desc, id desc)');

call pg_temp.expect_index(
    'public.audit_log',
    'audit_log_object_idx',
    'btree (tenant_id, object, object_id, at desc, id desc)'
);

call pg_temp.expect_policy(
    'public.audit_log', 'Tenant admins read their tenant''s log', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.audit_log', 'The trigger records changes', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.audit_log', 'Redaction finds a person', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.audit_log', 'Redaction takes a person out', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.audit_log', 'authenticated', '
    select (tenant_id, id, at, actor_id, actor_role, action, object, object_id, subject_id, before, after, request_id)
');

call pg_temp.expect_grant('public.audit_log', 'palaver_definer', 'select, insert, update (actor_id, object_id, subject_id, before, after)');

call pg_temp.expect_grant('public.audit_log', 'service_role', 'select');

call pg_temp.expect_trigger(
    'public.tenants',
    'tenants_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.users',
    'users_record_change',
    'after insert or delete or update for each row execute function private.record_change(''last_active_at'', ''preferences'')'
);

call pg_temp.expect_trigger(
    'public.prompts',
    'prompts_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.projects',
    'projects_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.project_members',
    'project_members_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.conversation_shares',
    'conversation_shares_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.configuration_suggestions',
    'configuration_suggestions_record_change',
    'after update of status for each row execute function private.record_change(''title'', ''explanation'', ''changes'', ''suspects'', ''base_version'', ''version'', ''fingerprint'', ''rests_on'', ''reason'', ''patch'', ''inverse'', ''refreshed_at'')'
);

call pg_temp.expect_trigger(
    'public.legal_holds',
    'legal_holds_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'public.generated_apps',
    'generated_apps_record_change',
    'after insert or delete or update for each row execute function private.record_change(''file_count'', ''byte_count'')'
);

call pg_temp.expect_trigger(
    'public.app_databases',
    'app_databases_record_change',
    'after insert or delete or update for each row execute function private.record_change(''size_bytes'', ''size_measured_at'', ''receipt'', ''usage'')'
);

call pg_temp.expect_trigger(
    'public.app_operations',
    'app_operations_record_change',
    'after insert or update of state for each row when ((new.state <> ''running'')) execute function private.record_change(''step'', ''progress'', ''attempts'', ''due_at'', ''lease_owner'', ''lease_until'', ''started_at'', ''idempotency_key'')'
);

call pg_temp.expect_trigger(
    'public.app_changes',
    'app_changes_record_change',
    'after insert or update of state for each row execute function private.record_change(''digest'', ''catalog_digest'', ''steps'', ''drift'', ''possible_renames'', ''ran'')'
);

call pg_temp.expect_trigger(
    'public.app_backups',
    'app_backups_record_change',
    'after insert or update of state for each row execute function private.record_change(''sha256'', ''tables'')'
);

call pg_temp.expect_trigger(
    'public.consents',
    'consents_record_change',
    'after insert or delete or update for each row execute function private.record_change()'
);

call pg_temp.expect_trigger(
    'private.erasures',
    'erasures_record_change',
    'after insert or delete or update for each row execute function private.record_change(''person'', ''person_hash'', ''counts'')'
);

call pg_temp.expect_function('private.request_id()', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.audited(jsonb, boolean)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.record_change()', 'definer', 'volatile');

call pg_temp.expect_trigger(
    'public.documentation_sections',
    'documentation_sections_record_added',
    'after insert referencing new table as changed for each statement execute function private.record_documentation()'
);

call pg_temp.expect_trigger(
    'public.documentation_sections',
    'documentation_sections_record_changed',
    'after update referencing new table as changed for each statement execute function private.record_documentation()'
);

call pg_temp.expect_trigger(
    'public.documentation_sections',
    'documentation_sections_record_removed',
    'after delete referencing old table as changed for each statement execute function private.record_documentation()'
);

call pg_temp.expect_function('private.record_documentation()', 'definer', 'volatile');

call pg_temp.expect_function('private.redact_audit(uuid, uuid)', 'definer', 'volatile');

call pg_temp.expect_no_grant('public.audit_log', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.audit_log', 'palaver_worker', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.audit_log', 'service_role', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant(
    'public.audit_log',
    'palaver_definer',
    'update (tenant_id, id, at, actor_role, action, object, request_id), delete, truncate'
);
