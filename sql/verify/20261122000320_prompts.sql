-- What 20261122000320_prompts made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000320_prompts.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000320_prompts');

call pg_temp.expect_table('public.prompts', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid default private.current_user_id(),
    name text not null,
    description text,
    text text not null,
    variables jsonb not null default ''{}'',
    category text,
    tags text[] not null default ''{}'',
    visibility text not null default ''private'',
    version integer not null default 1,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key(
    'public.prompts',
    'prompts_pkey',
    'primary key (tenant_id, id)'
);

call pg_temp.expect_key(
    'public.prompts',
    'prompts_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.prompts',
    'prompts_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id)'
);

call pg_temp.expect_checks('public.prompts', '
    prompts_name_check,
    prompts_description_check,
    prompts_text_check,
    prompts_variables_check,
    prompts_category_check,
    prompts_tags_check,
    prompts_visibility_check,
    prompts_user_id_check
');

call pg_temp.expect_table('public.prompt_publishers', '
    tenant_id uuid not null,
    prompt_id uuid not null,
    user_id uuid not null,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key(
    'public.prompt_publishers',
    'prompt_publishers_pkey',
    'primary key (tenant_id, prompt_id)'
);

call pg_temp.expect_key(
    'public.prompt_publishers',
    'prompt_publishers_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.prompt_publishers',
    'prompt_publishers_prompt_id_fkey',
    'foreign key (tenant_id, prompt_id) references public.prompts (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.prompt_publishers',
    'prompt_publishers_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_table('public.prompt_versions', '
    tenant_id uuid not null,
    prompt_id uuid not null,
    version integer not null,
    text text not null,
    variables jsonb not null,
    is_public boolean not null,
    created_at timestamp with time zone not null default clock_timestamp()
');

call pg_temp.expect_key(
    'public.prompt_versions',
    'prompt_versions_pkey',
    'primary key (tenant_id, prompt_id, version)'
);

call pg_temp.expect_key(
    'public.prompt_versions',
    'prompt_versions_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.prompt_versions',
    'prompt_versions_prompt_id_fkey',
    'foreign key (tenant_id, prompt_id) references public.prompts (tenant_id, id) on delete cascade'
);

call pg_temp.expect_table('private.prompt_uses', '
    tenant_id uuid not null,
    prompt_id uuid not null,
    version integer not null,
    id uuid not null default private.uuid_v7(),
    uses bigint not null default 1
');

call pg_temp.expect_key(
    'private.prompt_uses',
    'prompt_uses_pkey',
    'primary key (tenant_id, prompt_id, version, id)'
);

call pg_temp.expect_key(
    'private.prompt_uses',
    'prompt_uses_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_checks('private.prompt_uses', '
    prompt_uses_uses_check
');

call pg_temp.expect_index('public.prompts', 'prompts_user_idx', 'btree (tenant_id, user_id, id)');

call pg_temp.expect_index('public.prompts', 'prompts_public_idx', 'btree (updated_at desc, id desc) where (visibility = ''public'')');

call pg_temp.expect_index('public.prompts', 'prompts_id_idx', 'btree (id)');

call pg_temp.expect_index('public.prompt_publishers', 'prompt_publishers_user_idx', 'btree (tenant_id, user_id, prompt_id)');

call pg_temp.expect_index('public.prompt_versions', 'prompt_versions_prompt_idx', 'btree (prompt_id, version)');

call pg_temp.expect_trigger(
    'public.prompts',
    'prompts_set_updated_at',
    'before update of name, description, text, variables, category, tags, visibility for each row execute function private.set_updated_at()'
);

call pg_temp.expect_trigger(
    'public.prompts',
    'prompts_keep',
    'before insert or update of text, variables, visibility, version for each row execute function private.keep_prompt()'
);

call pg_temp.expect_trigger(
    'public.prompts',
    'prompts_record',
    'after insert or update of text, variables, visibility, version for each row execute function private.record_prompt()'
);

call pg_temp.expect_trigger(
    'public.prompts',
    'prompts_drop_orphaned',
    'after update of user_id for each row when (new.user_id is null and new.visibility = ''private'') execute function private.drop_orphaned_prompt()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_take_prompt',
    'before insert for each row when (new.prompt_id is not null and new.prompt_text is null) execute function private.take_prompt()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_count_prompt_use',
    'after insert for each row when (new.prompt_id is not null) execute function private.count_prompt_use()'
);

call pg_temp.expect_policy(
    'public.prompts', 'People see their own prompts, their tenant''s and public ones', 'select', 'authenticated',
    p_using => '(tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or visibility in (''team'', ''public''))) or (visibility = ''public'' and (select private.current_tenant_id()) is not null)'
);

call pg_temp.expect_policy(
    'public.prompts', 'People who may use the assistant add prompts of their own', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or (visibility = ''public'' and user_id is null)) and (select private.may_use_assistant())'
);

call pg_temp.expect_policy(
    'public.prompts', 'Authors change their prompts, admins all but private ones', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or (visibility <> ''private'' and tenant_id = (select private.administered_tenant_id())) or id in (select a.prompt_id from public.prompt_publishers as a where a.tenant_id = (select private.current_tenant_id()) and a.user_id = (select private.current_user_id())))',
    p_check => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or (visibility <> ''private'' and tenant_id = (select private.administered_tenant_id())) or (visibility = ''public'' and user_id is null))'
);

call pg_temp.expect_policy(
    'public.prompts', 'Authors delete their prompts, admins all but private ones', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or (visibility <> ''private'' and tenant_id = (select private.administered_tenant_id())) or id in (select a.prompt_id from public.prompt_publishers as a where a.tenant_id = (select private.current_tenant_id()) and a.user_id = (select private.current_user_id())))'
);

call pg_temp.expect_policy(
    'public.prompt_publishers', 'People see who in their tenant published prompts', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.prompt_publishers', 'The prompts'' trigger finds publishers', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.prompt_publishers', 'The prompts'' trigger notes publishers', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'public.prompt_publishers', 'The prompts'' trigger forgets publishers', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.prompt_versions', 'People see the versions of prompts that they can see', 'select', 'authenticated',
    p_using => 'exists (select from public.prompts as p where p.tenant_id = prompt_versions.tenant_id and p.id = prompt_versions.prompt_id and (p.tenant_id = (select private.current_tenant_id()) or prompt_versions.is_public))'
);

call pg_temp.expect_policy(
    'public.prompt_versions', 'The prompts'' trigger keeps versions', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.prompt_uses', 'Uses of prompts are read', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.prompt_uses', 'Counting of uses is begun', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.prompt_uses', 'Uses of prompts are counted', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_view('public.prompt_usage', '
    tenant_id uuid,
    prompt_id uuid,
    version integer,
    uses bigint
');

call pg_temp.expect_grant('public.prompts', 'authenticated', '
    select (tenant_id, id, user_id, name, description, text, variables, category, tags, visibility, version, created_at, updated_at), insert (tenant_id, user_id, name, description, text, variables, category, tags, visibility), update (name, description, text, variables, category, tags, visibility), delete
');

call pg_temp.expect_grant('public.prompts', 'service_role', '
    select, insert, update, delete
');

call pg_temp.expect_grant('public.prompt_publishers', 'authenticated', '
    select (tenant_id, prompt_id, user_id, created_at)
');

call pg_temp.expect_grant('public.prompt_publishers', 'palaver_definer', '
    select (tenant_id, prompt_id), insert, delete
');

call pg_temp.expect_grant('public.prompt_publishers', 'service_role', '
    select
');

call pg_temp.expect_grant('public.prompt_versions', 'authenticated', '
    select (tenant_id, prompt_id, version, text, variables, is_public, created_at)
');

call pg_temp.expect_grant('public.prompt_versions', 'palaver_definer', '
    insert
');

call pg_temp.expect_grant('public.prompt_versions', 'service_role', '
    select
');

call pg_temp.expect_grant('public.conversations', 'authenticated', '
    insert (prompt_id, prompt_version, prompt_values)
');

call pg_temp.expect_grant('private.prompt_uses', 'palaver_definer', '
    select, insert, update (uses)
');

call pg_temp.expect_grant('public.prompt_usage', 'authenticated', '
    select
');

call pg_temp.expect_grant('public.prompt_usage', 'service_role', '
    select
');

call pg_temp.expect_function('private.prompt_pieces(text)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.prompt_names(text)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.prompt_values(text, jsonb, jsonb)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.fill_text(text, jsonb, jsonb)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.keep_prompt()', 'invoker', 'volatile');

call pg_temp.expect_function('private.record_prompt()', 'definer', 'volatile');

call pg_temp.expect_function('private.drop_orphaned_prompt()', 'invoker', 'volatile');

call pg_temp.expect_function('private.find_prompt(uuid, uuid, integer)', 'invoker', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.take_prompt()', 'invoker', 'volatile');

call pg_temp.expect_function('private.count_prompt_use()', 'definer', 'volatile');

call pg_temp.expect_function('private.prompt_usage()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('public.fill_prompt(uuid, jsonb, integer)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('public.start_conversation(uuid, jsonb, integer, text)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_no_grant('public.prompts', 'authenticated', 'insert (id, version, created_at, updated_at), update (tenant_id, id, user_id, version, created_at, updated_at), truncate');

call pg_temp.expect_no_grant('public.prompt_publishers', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.prompt_versions', 'authenticated', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('public.prompt_versions', 'service_role', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.prompt_uses', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.prompt_uses', 'service_role', 'select, insert, update, delete, truncate');
