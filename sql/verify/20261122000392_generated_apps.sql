-- What 20261122000392_generated_apps made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000392_generated_apps.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000392_generated_apps');

call pg_temp.expect_relation('public.tenants', 'r', 'Table', pg_temp.migrating_role(), '
    app_plan text not null default ''hobby'',
    app_plan_limits jsonb not null default ''{}''
');

call pg_temp.expect_key(
    'public.tenants', 'tenants_app_plan_fkey', 'foreign key (app_plan) references public.app_plans (name) on update cascade'
);

call pg_temp.expect_checks('public.tenants', 'tenants_app_plan_limits_check');

call pg_temp.expect_index('public.tenants', 'tenants_app_plan_idx', 'btree (app_plan)');

call pg_temp.expect_grant('public.tenants', 'authenticated', 'select (app_plan, app_plan_limits)');

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (app_plan, app_plan_limits)');

call pg_temp.expect_table('public.app_plans', '
    name text not null,
    max_databases integer,
    max_bytes bigint,
    max_connections integer,
    max_apps integer
');

call pg_temp.expect_key('public.app_plans', 'app_plans_pkey', 'primary key (name)');

call pg_temp.expect_checks('public.app_plans', '
    app_plans_name_check,
    app_plans_max_databases_check,
    app_plans_max_bytes_check,
    app_plans_max_connections_check,
    app_plans_max_apps_check
');

call pg_temp.expect_policy(
    'public.app_plans', 'People of tenants see the plans', 'select', 'authenticated',
    p_using => '(select private.current_tenant_id()) is not null'
);

call pg_temp.expect_policy(
    'public.app_plans', 'Limits are looked up', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.app_plans', 'authenticated', 'select (name, max_databases, max_bytes, max_connections, max_apps)');

call pg_temp.expect_grant('public.app_plans', 'palaver_definer', 'select');

call pg_temp.expect_grant('public.app_plans', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.app_plans', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_table('public.generated_apps', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    owner_id uuid default private.current_user_id(),
    name text not null,
    description text,
    file_count integer not null default 0,
    byte_count integer not null default 0,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.generated_apps', 'generated_apps_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.generated_apps',
    'generated_apps_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.generated_apps',
    'generated_apps_owner_id_fkey',
    'foreign key (tenant_id, owner_id) references public.users (tenant_id, id) on delete set null (owner_id)'
);

call pg_temp.expect_checks('public.generated_apps', '
    generated_apps_name_check,
    generated_apps_description_check,
    generated_apps_file_count_check,
    generated_apps_byte_count_check
');

call pg_temp.expect_index(
    'public.generated_apps',
    'generated_apps_owner_idx',
    'btree (tenant_id, owner_id)'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'People see their apps, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (owner_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'People who may make apps make apps of their own', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id()) and (select private.may_make_apps())'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'Owners change their apps', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id())',
    p_check => 'tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id())'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'Owners and tenant admins delete apps', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (owner_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'Whose an app is, is looked up', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.generated_apps', 'The trigger counts files', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.generated_apps', 'authenticated', '
    select (tenant_id, id, owner_id, name, description, file_count, byte_count, created_at, updated_at), insert (tenant_id, owner_id, name, description), update (name, description), delete
');

call pg_temp.expect_grant('public.generated_apps', 'palaver_definer', '
    select (tenant_id, id, owner_id, name, file_count, byte_count), update (file_count, byte_count)
');

call pg_temp.expect_grant('public.generated_apps', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.generated_apps', 'authenticated', 'truncate');

call pg_temp.expect_trigger(
    'public.generated_apps',
    'generated_apps_set_updated_at',
    'before update of name, description, owner_id for each row execute function private.set_updated_at()'
);

call pg_temp.expect_table('public.generated_app_files', '
    tenant_id uuid not null default private.current_tenant_id(),
    app_id uuid not null,
    path text not null,
    content text not null,
    bytes integer not null default 0,
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.generated_app_files', 'generated_app_files_pkey', 'primary key (tenant_id, app_id, path)');

call pg_temp.expect_key(
    'public.generated_app_files',
    'generated_app_files_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.generated_app_files',
    'generated_app_files_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.generated_app_files', '
    generated_app_files_path_check,
    generated_app_files_content_check,
    generated_app_files_bytes_check
');

call pg_temp.expect_policy(
    'public.generated_app_files', 'People see the files of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.generated_app_files', 'Owners add files to their apps', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id()))'
);

call pg_temp.expect_policy(
    'public.generated_app_files', 'Owners change the files of their apps', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id()))',
    p_check => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id()))'
);

call pg_temp.expect_policy(
    'public.generated_app_files', 'Owners remove files from their apps', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id()))'
);

call pg_temp.expect_grant('public.generated_app_files', 'authenticated', '
    select (tenant_id, app_id, path, content, bytes, updated_at), insert (tenant_id, app_id, path, content), update (app_id, path, content), delete
');

call pg_temp.expect_grant('public.generated_app_files', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.generated_app_files', 'authenticated', 'truncate');

call pg_temp.expect_trigger(
    'public.generated_apps',
    'generated_apps_limit',
    'after insert referencing new table as added for each statement execute function private.limit_apps()'
);

call pg_temp.expect_trigger(
    'public.generated_app_files',
    'generated_app_files_keep',
    'before insert or update for each row execute function private.keep_app_file()'
);

call pg_temp.expect_trigger(
    'public.generated_app_files',
    'generated_app_files_count_added',
    'after insert referencing new table as added for each statement execute function private.count_app_files()'
);

call pg_temp.expect_trigger(
    'public.generated_app_files',
    'generated_app_files_count_changed',
    'after update referencing old table as removed new table as added for each statement execute function private.count_app_files()'
);

call pg_temp.expect_trigger(
    'public.generated_app_files',
    'generated_app_files_count_removed',
    'after delete referencing old table as removed for each statement execute function private.count_app_files()'
);

call pg_temp.expect_table('public.app_revisions', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    app_id uuid not null,
    number integer not null,
    schema jsonb not null,
    report jsonb not null default ''{}'',
    source_digest text not null,
    schema_digest text,
    created_by uuid,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.app_revisions', 'app_revisions_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.app_revisions', 'app_revisions_number_key', 'unique (tenant_id, app_id, number)');

call pg_temp.expect_key('public.app_revisions', 'app_revisions_source_digest_key', 'unique (tenant_id, app_id, source_digest)');

call pg_temp.expect_key(
    'public.app_revisions',
    'app_revisions_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_revisions',
    'app_revisions_app_id_fkey',
    'foreign key (tenant_id, app_id) references public.generated_apps (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.app_revisions',
    'app_revisions_created_by_fkey',
    'foreign key (tenant_id, created_by) references public.users (tenant_id, id) on delete set null (created_by)'
);

call pg_temp.expect_checks('public.app_revisions', '
    app_revisions_number_check,
    app_revisions_schema_check,
    app_revisions_report_check,
    app_revisions_source_digest_check,
    app_revisions_schema_digest_check
');

call pg_temp.expect_index(
    'public.app_revisions',
    'app_revisions_created_by_idx',
    'btree (tenant_id, created_by)'
);

call pg_temp.expect_policy(
    'public.app_revisions', 'People see the revisions of apps that they see', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.app_revisions', 'The worker records revisions of people''s own apps', 'insert', 'palaver_worker',
    p_check => 'tenant_id = (select private.current_tenant_id()) and created_by = (select private.current_user_id()) and app_id in (select a.id from public.generated_apps as a where a.tenant_id = (select private.current_tenant_id()) and a.owner_id = (select private.current_user_id()))'
);

call pg_temp.expect_policy(
    'public.app_revisions', 'Operations find revisions', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.app_revisions', 'authenticated', '
    select (tenant_id, id, app_id, number, schema, report, source_digest, schema_digest, created_by, created_at)
');

call pg_temp.expect_grant('public.app_revisions', 'palaver_worker', '
    insert (tenant_id, app_id, number, schema, report, source_digest, schema_digest, created_by)
');

call pg_temp.expect_grant('public.app_revisions', 'palaver_definer', 'select (tenant_id, id, app_id, number, schema)');

call pg_temp.expect_grant('public.app_revisions', 'service_role', 'select');

call pg_temp.expect_no_grant('public.app_revisions', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_function('private.app_limits(uuid)', 'invoker', 'stable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.may_make_apps()', 'definer', 'stable', 'authenticated');

call pg_temp.expect_function('private.app_access(uuid)', 'invoker', 'stable', 'palaver_worker, palaver_definer');

call pg_temp.expect_function('private.check_app_access(uuid, boolean)', 'invoker', 'stable', 'palaver_worker, palaver_definer');

call pg_temp.expect_function('private.keep_app_file()', 'invoker', 'volatile');

call pg_temp.expect_function('private.count_app_files()', 'definer', 'volatile');

call pg_temp.expect_function('private.limit_apps()', 'definer', 'volatile');

call pg_temp.expect_function('private.put_app_files(jsonb, uuid, text[], text[], boolean)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_app_files(jsonb, uuid)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text)', 'invoker', 'volatile', 'palaver_worker');
