-- What 20261122000200_tenancy made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000200_tenancy.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000200_tenancy');

call pg_temp.expect_table('public.tenants', '
    id uuid not null default private.uuid_v7(),
    name text not null,
    slug text not null,
    llm_provider text,
    llm_model text,
    temperature numeric(3,2),
    max_tokens integer,
    system_prompt text,
    features jsonb not null default ''{}'',
    rate_limit_per_minute integer not null default 60,
    daily_token_limit bigint,
    user_rate_limit_per_minute integer,
    user_daily_token_limit bigint,
    tools jsonb not null default ''[]'',
    search_language text not null default ''english'',
    response_cache_seconds integer,
    consent_version text,
    consent_text text,
    retention_days integer,
    deletion_grace_days integer not null default 30,
    encrypts_messages boolean not null default false,
    configuration_schema jsonb not null default ''{}'',
    branding jsonb not null default ''{}'',
    is_active boolean not null default true,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.tenants', 'tenants_pkey', 'primary key (id)');

call pg_temp.expect_key('public.tenants', 'tenants_slug_key', 'unique (slug)');

call pg_temp.expect_checks('public.tenants', '
    tenants_name_check,
    tenants_slug_check,
    tenants_llm_provider_check,
    tenants_llm_model_check,
    tenants_temperature_check,
    tenants_max_tokens_check,
    tenants_system_prompt_check,
    tenants_features_check,
    tenants_rate_limit_per_minute_check,
    tenants_daily_token_limit_check,
    tenants_user_rate_limit_per_minute_check,
    tenants_user_daily_token_limit_check,
    tenants_tools_check,
    tenants_search_language_check,
    tenants_response_cache_seconds_check,
    tenants_consent_version_check,
    tenants_consent_text_check,
    tenants_retention_days_check,
    tenants_deletion_grace_days_check,
    tenants_configuration_schema_check,
    tenants_branding_check
');

call pg_temp.expect_trigger(
    'public.tenants',
    'tenants_set_updated_at',
    'before update for each row execute function private.set_updated_at()'
);

call pg_temp.expect_policy(
    'public.tenants', 'Policy helpers read tenants', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.tenants', 'People see their own tenant', 'select', 'authenticated',
    p_using => 'id = (select private.current_tenant_id())'
);

call pg_temp.expect_policy(
    'public.tenants', 'Tenant admins change their tenant''s settings', 'update', 'authenticated',
    p_using => 'id = (select private.administered_tenant_id())',
    p_check => 'id = (select private.administered_tenant_id())'
);

call pg_temp.expect_grant('public.tenants', 'authenticated', '
    select (id, name, slug, llm_provider, llm_model, temperature, max_tokens, system_prompt, features,
    rate_limit_per_minute, daily_token_limit, user_rate_limit_per_minute, user_daily_token_limit, tools,
    search_language, response_cache_seconds, consent_version, consent_text, retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding,
    is_active, created_at, updated_at),
    update (name, llm_provider, llm_model, temperature, max_tokens, system_prompt, features, rate_limit_per_minute,
    daily_token_limit, user_rate_limit_per_minute, user_daily_token_limit, tools, search_language, response_cache_seconds,
    consent_version, consent_text, retention_days, deletion_grace_days, encrypts_messages, configuration_schema, branding)
');

call pg_temp.expect_grant('public.tenants', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (id, name, features, encrypts_messages, is_active)');

call pg_temp.expect_table('public.users', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    auth_id uuid,
    email text not null,
    name text,
    role text not null default ''member'',
    preferences jsonb not null default ''{}'',
    is_active boolean not null default true,
    joined_at timestamp with time zone,
    last_active_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.users', 'users_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.users', 'users_auth_id_key', 'unique (auth_id)');

call pg_temp.expect_key(
    'public.users',
    'users_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.users',
    'users_auth_id_fkey',
    'foreign key (auth_id) references auth.users (id) on delete set null'
);

call pg_temp.expect_checks('public.users', '
    users_email_check,
    users_name_check,
    users_role_check,
    users_preferences_check
');

call pg_temp.expect_index('public.users', 'users_tenant_email_key', 'unique btree (tenant_id, lower(email))');

call pg_temp.expect_index('public.users', 'users_invited_idx', 'btree (lower(email)) where (joined_at is null)');

call pg_temp.expect_trigger(
    'public.users',
    'users_set_updated_at',
    'before update of email, name, role, preferences, is_active for each row execute function private.set_updated_at()'
);

call pg_temp.expect_trigger(
    'public.users',
    'users_guard_update',
    'before update for each row execute function private.guard_user_update()'
);

call pg_temp.expect_trigger(
    'public.users',
    'users_note_joining',
    'before insert or update of auth_id for each row execute function private.note_joining()'
);

call pg_temp.expect_policy(
    'public.users', 'Policy helpers read whoever asks and their invitations', 'select', 'palaver_definer',
    p_using => 'auth_id = (select private.auth_id()) or (joined_at is null and lower(email) = (select private.auth_email()))'
);

call pg_temp.expect_policy(
    'public.users', 'Whoever accepts an invitation takes its row', 'update', 'palaver_definer',
    p_using => 'joined_at is null and lower(email) = (select private.auth_email())',
    p_check => 'auth_id = (select private.auth_id())'
);

call pg_temp.expect_policy(
    'public.users', 'People see themselves, tenant admins their tenant''s people', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.users', 'Tenant admins invite people', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.users', 'People change themselves, tenant admins their tenant''s people', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))',
    p_check => 'tenant_id = (select private.current_tenant_id()) and (id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.users', 'Tenant admins withdraw invitations', 'delete', 'authenticated',
    p_using => 'tenant_id = (select private.administered_tenant_id()) and joined_at is null'
);

call pg_temp.expect_grant('public.users', 'authenticated', '
    select (tenant_id, id, auth_id, email, name, role, preferences, is_active, joined_at, last_active_at,
    created_at, updated_at),
    insert (tenant_id, email, name, role),
    update (name, role, preferences, is_active),
    delete
');

call pg_temp.expect_grant('public.users', 'palaver_worker', 'update (last_active_at)');

call pg_temp.expect_grant('public.users', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_grant('public.users', 'palaver_definer', '
    select (tenant_id, id, auth_id, email, role, is_active, joined_at, created_at), update (auth_id)
');

call pg_temp.expect_view('public.my_invitations', '
    tenant_id uuid,
    tenant_name text,
    role text,
    invited_at timestamp with time zone
');

call pg_temp.expect_grant('public.my_invitations', 'authenticated', 'select');

call pg_temp.expect_function('public.accept_invitation(uuid)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('private.administered_tenant_id()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.claimed_tenant_id()', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.claimed_user_id()', 'definer', 'stable', 'palaver_worker');

call pg_temp.expect_function('private.current_tenant_id()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.current_user_id()', 'definer', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.guard_user_update()', 'invoker', 'volatile');

call pg_temp.expect_function('private.may_use_assistant()', 'definer', 'stable', 'authenticated');

call pg_temp.expect_function('private.note_joining()', 'invoker', 'volatile');

call pg_temp.expect_function('private.pending_invitations()', 'definer', 'stable', 'authenticated');

call pg_temp.expect_function('private.take_invitation(uuid)', 'definer', 'volatile', 'authenticated');

call pg_temp.expect_no_grant(
    'public.tenants',
    'authenticated',
    'insert, update (id, slug, is_active), delete, truncate'
);

call pg_temp.expect_no_grant(
    'public.users',
    'authenticated',
    'insert (auth_id, is_active, joined_at), update (tenant_id, id, auth_id, email, joined_at, last_active_at), truncate'
);
