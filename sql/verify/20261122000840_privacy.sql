-- What 20261122000840_privacy made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000840_privacy.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000840_privacy');

call pg_temp.expect_table('public.consents', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid not null default private.current_user_id(),
    version text not null,
    text_hash text not null,
    given_at timestamp with time zone not null default clock_timestamp(),
    withdrawn_at timestamp with time zone
');

call pg_temp.expect_key('public.consents', 'consents_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.consents',
    'consents_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.consents',
    'consents_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.consents', '
    consents_version_check,
    consents_text_hash_check
');

call pg_temp.expect_index('public.consents', 'consents_user_idx', 'btree (tenant_id, user_id, id)');

call pg_temp.expect_index(
    'public.consents',
    'consents_live_key',
    'unique btree (tenant_id, user_id, version) where withdrawn_at is null'
);

call pg_temp.expect_trigger(
    'public.consents',
    'consents_keep',
    'before insert or update for each row execute function private.keep_consent()'
);

call pg_temp.expect_policy(
    'public.consents', 'People see their own consents, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.consents', 'People give their own consent', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_policy(
    'public.consents', 'People withdraw their own consent', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_grant('public.consents', 'authenticated', '
    select (tenant_id, id, user_id, version, text_hash, given_at, withdrawn_at),
    insert (tenant_id, user_id, version),
    update (withdrawn_at)
');

call pg_temp.expect_grant('public.consents', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant('public.consents', 'authenticated', 'update (tenant_id, id, user_id, version, text_hash, given_at), delete, truncate');

call pg_temp.expect_function('private.keep_consent()', 'invoker', 'volatile');

call pg_temp.expect_function('public.give_consent(text)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('private.consent_missing()', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_table('public.legal_holds', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid,
    reason text not null,
    placed_by uuid default private.current_user_id(),
    placed_at timestamp with time zone not null default clock_timestamp(),
    released_at timestamp with time zone
');

call pg_temp.expect_key('public.legal_holds', 'legal_holds_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'public.legal_holds',
    'legal_holds_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.legal_holds',
    'legal_holds_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.legal_holds',
    'legal_holds_placed_by_fkey',
    'foreign key (tenant_id, placed_by) references public.users (tenant_id, id) on delete set null (placed_by)'
);

call pg_temp.expect_checks('public.legal_holds', 'legal_holds_reason_check');

call pg_temp.expect_index('public.legal_holds', 'legal_holds_user_idx', 'btree (tenant_id, user_id, id)');

call pg_temp.expect_index('public.legal_holds', 'legal_holds_placed_by_idx', 'btree (tenant_id, placed_by)');

call pg_temp.expect_trigger(
    'public.legal_holds',
    'legal_holds_keep',
    'before update for each row execute function private.keep_hold()'
);

call pg_temp.expect_policy(
    'public.legal_holds', 'Tenant admins see their tenant''s holds', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.legal_holds', 'Tenant admins place holds', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.legal_holds', 'Tenant admins release holds', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.administered_tenant_id())',
    p_check => 'tenant_id = (select private.administered_tenant_id())'
);

call pg_temp.expect_policy(
    'public.legal_holds', 'Removal asks for holds', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('public.legal_holds', 'authenticated', '
    select (tenant_id, id, user_id, reason, placed_by, placed_at, released_at),
    insert (tenant_id, user_id, reason),
    update (released_at)
');

call pg_temp.expect_grant('public.legal_holds', 'palaver_definer', 'select (tenant_id, user_id, released_at)');

call pg_temp.expect_grant('public.legal_holds', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_no_grant(
    'public.legal_holds', 'authenticated', 'update (tenant_id, id, user_id, reason, placed_by, placed_at), delete, truncate'
);

call pg_temp.expect_function('private.keep_hold()', 'invoker', 'volatile');

call pg_temp.expect_function('private.is_held(uuid, uuid)', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.refuse_held()', 'definer', 'volatile');

call pg_temp.expect_trigger(
    'public.tenants',
    'tenants_refuse_held',
    'before delete for each row execute function private.refuse_held()'
);

call pg_temp.expect_trigger(
    'public.users',
    'users_refuse_held',
    'before delete for each row execute function private.refuse_held()'
);

call pg_temp.expect_trigger(
    'public.projects',
    'projects_refuse_held',
    'before delete for each row execute function private.refuse_held()'
);

call pg_temp.expect_function(
    'private.uuid_at(timestamp with time zone)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function(
    'private.is_backdated(uuid, timestamp with time zone)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_index(
    'public.messages',
    'messages_backdated_idx',
    'btree (tenant_id, created_at) where private.is_backdated(id, created_at)'
);

call pg_temp.expect_index(
    'public.conversations',
    'conversations_deleted_idx',
    'btree (tenant_id, deleted_at) where deleted_at is not null'
);

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (retention_days, deletion_grace_days)');

call pg_temp.expect_grant('public.conversations', 'palaver_definer', 'select (project_id, created_at, deleted_at), delete');

call pg_temp.expect_grant('public.messages', 'palaver_definer', 'delete');

call pg_temp.expect_policy(
    'public.conversations', 'Retention removes conversations', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.messages', 'Retention removes messages', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_function('private.enforce_retention()', 'definer', 'volatile');

call pg_temp.expect_function('private.purge_deleted()', 'definer', 'volatile');

call pg_temp.expect_job('enforce_retention');

call pg_temp.expect_job('purge_deleted');

call pg_temp.expect_table('private.personal_data', '
    table_name text not null,
    place integer not null,
    belongs text,
    exported text[],
    ordered text[],
    kept_back text[] not null default ''{}''::text[],
    erasure text not null,
    changes text,
    reason text not null
');

call pg_temp.expect_key('private.personal_data', 'personal_data_pkey', 'primary key (table_name, place)');

call pg_temp.expect_checks('private.personal_data', '
    personal_data_erasure_check,
    personal_data_changes_check,
    personal_data_belongs_check
');

call pg_temp.expect_index('private.personal_data', 'personal_data_exported_key', 'unique btree (place) where exported is not null');

call pg_temp.expect_policy(
    'private.personal_data', 'An export reads the rules', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.personal_data', 'palaver_definer', 'select');

call pg_temp.expect_function('private.about_person(text, uuid, uuid, uuid)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.personal_rows(private.personal_data, uuid, uuid, uuid)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function(
    'private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint)', 'invoker', 'stable', 'palaver_definer'
);

call pg_temp.expect_function('private.export_header(uuid, uuid)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('private.export_trailer(jsonb)', 'invoker', 'immutable', 'authenticated');

call pg_temp.expect_function('private.own_export(integer, jsonb, bigint)', 'definer', 'stable', 'authenticated');

call pg_temp.expect_function('public.export_my_data(text, integer)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_table('private.erasures', '
    tenant_id uuid not null,
    id uuid not null default private.uuid_v7(),
    person_hash text not null,
    user_id uuid,
    person jsonb,
    state text not null default ''requested''::text,
    requested_by uuid,
    requested_at timestamp with time zone not null default clock_timestamp(),
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    erased_by text,
    counts jsonb not null default ''{}''::jsonb
');

call pg_temp.expect_key('private.erasures', 'erasures_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key(
    'private.erasures',
    'erasures_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'private.erasures',
    'erasures_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete set null (user_id)'
);

call pg_temp.expect_key(
    'private.erasures',
    'erasures_requested_by_fkey',
    'foreign key (tenant_id, requested_by) references public.users (tenant_id, id) on delete set null (requested_by)'
);

call pg_temp.expect_checks('private.erasures', '
    erasures_state_check,
    erasures_person_check
');

call pg_temp.expect_index(
    'private.erasures',
    'erasures_open_key',
    'unique btree (tenant_id, person_hash) where state <> ''finished''::text'
);

call pg_temp.expect_index('private.erasures', 'erasures_user_idx', 'btree (tenant_id, user_id)');

call pg_temp.expect_index('private.erasures', 'erasures_requested_by_idx', 'btree (tenant_id, requested_by)');

call pg_temp.expect_policy(
    'private.erasures', 'A request finds erasures', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.erasures', 'A request adds an erasure', 'insert', 'palaver_definer',
    p_check => 'state = ''requested'''
);

call pg_temp.expect_grant('private.erasures', 'palaver_definer', 'select, insert');

call pg_temp.expect_function('private.person_hash(uuid, uuid)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.note_erasure(uuid)', 'definer', 'volatile', 'authenticated');

call pg_temp.expect_function('public.request_erasure(uuid)', 'invoker', 'volatile', 'authenticated');

call pg_temp.expect_function('private.personal_row_counts(uuid, uuid)', 'invoker', 'stable');

call pg_temp.expect_function('private.begin_erasure(uuid, uuid)', 'invoker', 'volatile');

call pg_temp.expect_function('private.erase_person_step(uuid, uuid, bigint)', 'invoker', 'volatile');

call pg_temp.expect_function('private.finish_erasure(uuid, uuid)', 'invoker', 'volatile');

call pg_temp.expect_function('private.traces_of(uuid, text[])', 'invoker', 'stable');
