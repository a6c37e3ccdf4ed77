-- What 20261122000396_app_changes made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000396_app_changes.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000396_app_changes');

call pg_temp.expect_table('public.app_backups', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    kind text not null,
    state text not null default ''making'',
    file text not null,
    label text,
    bytes bigint,
    sha256 text,
    server_version text,
    revision_id uuid,
    tables jsonb,
    error_code text,
    error_detail text,
    created_at timestamp with time zone not null default clock_timestamp(),
    verified_at timestamp with time zone,
    expires_at timestamp with time zone
');

call pg_temp.expect_key('public.app_backups', 'app_backups_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.app_backups',
    'app_backups_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_backups',
    'app_backups_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_backups',
    'app_backups_database_id_fkey',
    'foreign key (tenant_id, database_id) references public.app_databases (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_backups',
    'app_backups_revision_id_fkey',
    'foreign key (tenant_id, revision_id) references public.app_revisions (tenant_id, id) on delete set null (revision_id)'
);

call pg_temp.expect_checks('public.app_backups', '
    app_backups_kind_check,
    app_backups_state_check,
    app_backups_file_check,
    app_backups_label_check,
    app_backups_bytes_check,
    app_backups_sha256_check,
    app_backups_server_version_check,
    app_backups_tables_check,
    app_backups_error_code_check,
    app_backups_error_detail_check,
    app_backups_verified_check
');

call pg_temp.expect_index(
    'public.app_backups',
    'app_backups_database_idx',
    'btree (tenant_id, database_id, created_at desc, id desc)'
);

call pg_temp.expect_index(
    'public.app_backups',
    'app_backups_app_idx',
    'btree (tenant_id, app_id)'
);

call pg_temp.expect_index(
    'public.app_backups',
    'app_backups_revision_idx',
    'btree (tenant_id, revision_id)'
);

call pg_temp.expect_index(
    'public.app_backups',
    'app_backups_expired_idx',
    'btree (expires_at) where (state = ANY (ARRAY[''verified'', ''failed'']))'
);

call pg_temp.expect_policy(
    'public.app_backups', 'People see the backups of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.app_backups', 'Operations find backups', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.app_backups', 'Operations add backups', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.app_backups', 'Operations change backups', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.app_backups', 'authenticated', '
    select (tenant_id, id, app_id, database_id, kind, state, file, label, bytes, sha256, server_version, revision_id, tables, error_code, error_detail, created_at, verified_at, expires_at)
');

call pg_temp.expect_grant('public.app_backups', 'palaver_definer', '
    select, insert (tenant_id, app_id, database_id, kind, file, label, revision_id, expires_at), update (state, bytes, sha256, server_version, tables, error_code, error_detail, verified_at, expires_at)
');

call pg_temp.expect_grant('public.app_backups', 'service_role', 'select');

call pg_temp.expect_no_grant('public.app_backups', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_table('public.app_changes', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    database_id uuid not null,
    from_revision_id uuid,
    to_revision_id uuid not null,
    undoes_id uuid,
    state text not null default ''planned'',
    digest text not null,
    catalog_digest text not null,
    choices jsonb not null default ''{}'',
    steps jsonb not null,
    drift jsonb not null default ''[]'',
    possible_renames jsonb not null default ''[]'',
    confirmed_steps integer[] not null default ''{}''::integer[],
    confirmed_by uuid,
    confirmed_at timestamp with time zone,
    backup_id uuid,
    ran jsonb not null default ''[]'',
    is_complete boolean not null default false,
    error_code text,
    error_detail text,
    requested_by uuid,
    created_at timestamp with time zone not null default clock_timestamp(),
    applied_at timestamp with time zone
');

call pg_temp.expect_key('public.app_changes', 'app_changes_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_database_id_fkey',
    'foreign key (tenant_id, database_id) references public.app_databases (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_from_revision_id_fkey',
    'foreign key (tenant_id, from_revision_id) references public.app_revisions (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_to_revision_id_fkey',
    'foreign key (tenant_id, to_revision_id) references public.app_revisions (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_undoes_id_fkey',
    'foreign key (tenant_id, undoes_id) references public.app_changes (tenant_id, id) on delete set null (undoes_id)'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_backup_id_fkey',
    'foreign key (tenant_id, backup_id) references public.app_backups (tenant_id, id) on delete set null (backup_id)'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_confirmed_by_fkey',
    'foreign key (tenant_id, confirmed_by) references public.users (tenant_id, id) on delete set null (confirmed_by)'
);

call pg_temp.expect_key(
    'public.app_changes',
    'app_changes_requested_by_fkey',
    'foreign key (tenant_id, requested_by) references public.users (tenant_id, id) on delete set null (requested_by)'
);

call pg_temp.expect_checks('public.app_changes', '
    app_changes_state_check,
    app_changes_digest_check,
    app_changes_catalog_digest_check,
    app_changes_choices_check,
    app_changes_steps_check,
    app_changes_drift_check,
    app_changes_possible_renames_check,
    app_changes_confirmed_steps_check,
    app_changes_confirmed_check,
    app_changes_ran_check,
    app_changes_error_code_check,
    app_changes_error_detail_check,
    app_changes_applied_at_check
');

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_open_key',
    'unique btree (tenant_id, database_id) where (state = ANY (ARRAY[''planned'', ''confirmed'', ''awaiting_checkpoint'', ''applying'']))'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_database_idx',
    'btree (tenant_id, database_id, created_at desc, id desc)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_app_idx',
    'btree (tenant_id, app_id, created_at desc, id desc)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_from_revision_idx',
    'btree (tenant_id, from_revision_id)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_to_revision_idx',
    'btree (tenant_id, to_revision_id)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_undoes_idx',
    'btree (tenant_id, undoes_id)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_backup_idx',
    'btree (tenant_id, backup_id)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_confirmed_by_idx',
    'btree (tenant_id, confirmed_by)'
);

call pg_temp.expect_index(
    'public.app_changes',
    'app_changes_requested_by_idx',
    'btree (tenant_id, requested_by)'
);

call pg_temp.expect_policy(
    'public.app_changes', 'People see the changes of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.app_changes', 'Operations find changes', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.app_changes', 'Requests add changes', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.app_changes', 'Requests and operations decide on changes', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.app_changes', 'authenticated', '
    select (tenant_id, id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, state, digest, catalog_digest, choices, steps, drift, possible_renames, confirmed_steps, confirmed_by, confirmed_at, backup_id, ran, is_complete, error_code, error_detail, requested_by, created_at, applied_at)
');

call pg_temp.expect_grant('public.app_changes', 'palaver_definer', '
    select, insert (tenant_id, app_id, database_id, from_revision_id, to_revision_id, undoes_id, digest, catalog_digest, choices, steps, drift, possible_renames, requested_by), update (state, confirmed_steps, confirmed_by, confirmed_at, backup_id, ran, is_complete, error_code, error_detail, applied_at)
');

call pg_temp.expect_grant('public.app_changes', 'service_role', 'select');

call pg_temp.expect_no_grant('public.app_changes', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_function('private.read_change_basis(jsonb, uuid, text, uuid)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.keep_app_change(uuid, text, uuid, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.record_app_change(jsonb, uuid, text, uuid, jsonb)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.decide_app_change(uuid, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.confirm_app_change(jsonb, uuid, text, integer[])', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.discard_app_change(jsonb, uuid, text, boolean)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_app_changes(jsonb, uuid, uuid, integer, uuid)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_app_backups(jsonb, uuid, integer, uuid)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.begin_app_change(uuid, text, uuid)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.finish_app_change(uuid, text, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.begin_app_backup(uuid, text, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.finish_app_backup(uuid, text, uuid, jsonb)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.expired_app_backups(integer)', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.forget_app_backup(uuid, uuid)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.app_backup_to_restore(uuid, text, uuid)', 'definer', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.unmatched_app_backups(text[])', 'definer', 'stable', 'palaver_worker');
