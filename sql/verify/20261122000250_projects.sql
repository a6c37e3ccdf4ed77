-- What 20261122000250_projects made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000250_projects.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000250_projects');

call pg_temp.expect_table('public.projects', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    owner_id uuid default private.current_user_id(),
    slug text not null,
    name text not null,
    description text,
    configuration jsonb not null default ''{}'',
    configuration_version integer not null default 1,
    yaml text,
    yaml_file text not null default ''project.yaml'',
    yaml_version integer not null default 0,
    synced_configuration jsonb,
    synced_yaml text,
    synced_at timestamp with time zone,
    synced_by uuid,
    secret_paths text[] not null default ''{}'',
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.projects', 'projects_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.projects', 'projects_slug_key', 'unique (tenant_id, slug)');

call pg_temp.expect_key(
    'public.projects',
    'projects_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.projects',
    'projects_owner_id_fkey',
    'foreign key (tenant_id, owner_id) references public.users (tenant_id, id) on delete set null (owner_id)'
);

call pg_temp.expect_key(
    'public.projects',
    'projects_synced_by_fkey',
    'foreign key (tenant_id, synced_by) references public.users (tenant_id, id) on delete set null (synced_by)'
);

call pg_temp.expect_checks('public.projects', '
    projects_slug_check,
    projects_name_check,
    projects_description_check,
    projects_configuration_check,
    projects_yaml_check,
    projects_yaml_file_check,
    projects_synced_check,
    projects_secret_paths_check
');

call pg_temp.expect_index('public.projects', 'projects_owner_idx', 'btree (tenant_id, owner_id)');

call pg_temp.expect_index('public.projects', 'projects_synced_by_idx', 'btree (tenant_id, synced_by)');

call pg_temp.expect_trigger(
    'public.projects',
    'projects_set_updated_at',
    'before update of name, slug, description, configuration, yaml, yaml_file, secret_paths, owner_id for each row execute function private.set_updated_at()'
);

call pg_temp.expect_policy(
    'public.projects', 'The access helpers find projects', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.projects', 'People see their projects', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (owner_id = (select private.current_user_id()) or id = any ((select private.project_ids(''viewer''))::uuid []))'
);

call pg_temp.expect_policy(
    'public.projects', 'People who may use the assistant create projects of their own', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and owner_id = (select private.current_user_id()) and (select private.may_use_assistant())'
);

call pg_temp.expect_policy(
    'public.projects', 'Editors change their projects', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and id = any ((select private.project_ids(''editor''))::uuid [])',
    p_check => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.projects', 'Owners delete their projects', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and id = any ((select private.project_ids(''owner''))::uuid [])'
);

call pg_temp.expect_grant('public.projects', 'authenticated', '
    select (tenant_id, id, owner_id, slug, name, description, configuration, configuration_version, yaml, yaml_file, yaml_version,
    synced_configuration, synced_yaml, synced_at, synced_by, secret_paths, created_at, updated_at),
    insert (tenant_id, owner_id, slug, name, description, configuration, yaml, yaml_file, secret_paths),
    update (slug, name, description, configuration, yaml, yaml_file, secret_paths),
    delete
');

call pg_temp.expect_grant('public.projects', 'palaver_definer', '
    select (tenant_id, id, owner_id, configuration, configuration_version, yaml, yaml_version),
    update (synced_configuration, synced_yaml, synced_at, synced_by)
');

call pg_temp.expect_policy(
    'public.projects', 'Syncs are noted for whoever may edit', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_trigger(
    'public.projects',
    'projects_keep',
    'before insert or update of configuration, configuration_version, yaml, yaml_version, secret_paths for each row execute function private.keep_project()'
);

call pg_temp.expect_trigger(
    'public.projects',
    'projects_record_revision',
    'after insert or update of configuration, configuration_version, yaml, yaml_version for each row execute function private.record_revision()'
);

call pg_temp.expect_table('public.project_revisions', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    project_id uuid not null,
    side text not null,
    version integer not null,
    configuration jsonb,
    yaml text,
    cause text not null,
    suggestion_id uuid,
    user_id uuid,
    user_name text,
    created_at timestamp with time zone not null default clock_timestamp()
');

call pg_temp.expect_key('public.project_revisions', 'project_revisions_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.project_revisions',
    'project_revisions_version_key',
    'unique (tenant_id, project_id, side, version)'
);

call pg_temp.expect_key(
    'public.project_revisions',
    'project_revisions_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.project_revisions',
    'project_revisions_project_id_fkey',
    'foreign key (tenant_id, project_id) references public.projects (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.project_revisions',
    'project_revisions_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id)'
);

call pg_temp.expect_checks('public.project_revisions', '
    project_revisions_side_check,
    project_revisions_cause_check
');

call pg_temp.expect_index('public.project_revisions', 'project_revisions_user_idx', 'btree (tenant_id, user_id)');

call pg_temp.expect_policy(
    'public.project_revisions', 'People see what became of their projects', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''viewer''))::uuid [])'
);

call pg_temp.expect_policy(
    'public.project_revisions', 'The trigger finds the oldest revisions', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.project_revisions', 'The trigger records revisions', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.project_revisions', 'Decisions say what a revision comes from', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.project_revisions', 'The trigger forgets the oldest revisions', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.project_revisions', 'authenticated', '
    select (tenant_id, id, project_id, side, version, configuration, yaml, cause, suggestion_id, user_id, user_name, created_at)
');

call pg_temp.expect_grant('public.project_revisions', 'palaver_definer', '
    select, insert, update (cause, suggestion_id), delete
');

call pg_temp.expect_grant('public.project_revisions', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.project_revisions', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_grant('public.users', 'palaver_definer', 'select (name)');

call pg_temp.expect_grant('public.projects', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_table('public.project_members', '
    tenant_id uuid not null default private.current_tenant_id(),
    project_id uuid not null,
    user_id uuid not null,
    access text not null default ''viewer'',
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.project_members', 'project_members_pkey', 'primary key (tenant_id, project_id, user_id)');

call pg_temp.expect_key(
    'public.project_members',
    'project_members_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.project_members',
    'project_members_project_id_fkey',
    'foreign key (tenant_id, project_id) references public.projects (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.project_members',
    'project_members_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.project_members', 'project_members_access_check');

call pg_temp.expect_index('public.project_members', 'project_members_user_idx', 'btree (tenant_id, user_id, project_id)');

call pg_temp.expect_policy(
    'public.project_members', 'The access helpers find members', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.project_members', 'People see the members of their projects', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''viewer''))::uuid [])'
);

call pg_temp.expect_policy(
    'public.project_members', 'Owners add members to their projects', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''owner''))::uuid [])'
);

call pg_temp.expect_policy(
    'public.project_members', 'Owners change the access of members', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and project_id = any ((select private.project_ids(''owner''))::uuid [])',
    p_check => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.project_members', 'Owners remove members, members leave', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or project_id = any ((select private.project_ids(''owner''))::uuid []))'
);

call pg_temp.expect_grant('public.project_members', 'authenticated', '
    select (tenant_id, project_id, user_id, access, created_at), insert (tenant_id, project_id, user_id, access), update (access), delete
');

call pg_temp.expect_grant('public.project_members', 'palaver_definer', 'select (tenant_id, project_id, user_id, access)');

call pg_temp.expect_grant('public.project_members', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_function('private.project_ids(text)', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.project_access(uuid)', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.keep_project()', 'invoker', 'volatile');

call pg_temp.expect_function('private.record_revision()', 'definer', 'volatile');

call pg_temp.expect_function('private.note_sync(uuid, integer, integer)', 'definer', 'volatile', 'authenticated');

call pg_temp.expect_function('public.mark_project_synced(uuid, integer, integer)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('private.read_projects(jsonb, integer, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.read_project(jsonb, text)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function('private.list_projects(jsonb, integer)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function(
    'private.read_revisions(jsonb, uuid, text, integer, integer)',
    'invoker',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_no_grant(
    'public.projects',
    'authenticated',
    'insert (id, configuration_version, yaml_version, synced_configuration, synced_yaml, synced_at, synced_by, created_at, updated_at), update (tenant_id, id, owner_id, configuration_version, yaml_version, synced_configuration, synced_yaml, synced_at, synced_by, created_at, updated_at), truncate'
);

call pg_temp.expect_no_grant(
    'public.project_members',
    'authenticated',
    'insert (created_at), update (tenant_id, project_id, user_id, created_at), truncate'
);
