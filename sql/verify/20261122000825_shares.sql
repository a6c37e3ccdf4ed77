-- What 20261122000825_shares made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000825_shares.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000825_shares');

call pg_temp.expect_table('public.conversation_shares', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    conversation_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    is_live boolean not null default false,
    head_id uuid,
    may_continue boolean not null default false,
    has_password boolean not null default false,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone not null default now()
');

call pg_temp.expect_key(
    'public.conversation_shares',
    'conversation_shares_pkey',
    'primary key (tenant_id, id)'
);

call pg_temp.expect_key(
    'public.conversation_shares',
    'conversation_shares_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.conversation_shares',
    'conversation_shares_conversation_id_fkey',
    'foreign key (tenant_id, conversation_id, user_id) references public.conversations (tenant_id, id, user_id) on delete cascade'
);

call pg_temp.expect_key(
    'public.conversation_shares',
    'conversation_shares_head_id_fkey',
    'foreign key (tenant_id, head_id, conversation_id) references public.messages (tenant_id, id, conversation_id) on delete cascade'
);

call pg_temp.expect_checks('public.conversation_shares', '
    conversation_shares_head_id_check,
    conversation_shares_expires_at_check
');

call pg_temp.expect_index(
    'public.conversation_shares',
    'conversation_shares_user_idx',
    'btree (tenant_id, user_id, id)'
);

call pg_temp.expect_index(
    'public.conversation_shares',
    'conversation_shares_conversation_idx',
    'btree (tenant_id, conversation_id, user_id)'
);

call pg_temp.expect_index(
    'public.conversation_shares',
    'conversation_shares_head_idx',
    'btree (tenant_id, head_id) where (head_id is not null)'
);

call pg_temp.expect_trigger(
    'public.conversation_shares',
    'conversation_shares_keep',
    'before update of revoked_at for each row execute function private.keep_share()'
);

call pg_temp.expect_policy(
    'public.conversation_shares', 'People see their own shares, tenant admins their tenant''s', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.conversation_shares', 'People revoke their own shares, tenant admins their tenant''s', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))',
    p_check => 'tenant_id = (select private.current_tenant_id()) and (user_id = (select private.current_user_id()) or tenant_id = (select private.administered_tenant_id()))'
);

call pg_temp.expect_policy(
    'public.conversation_shares', 'Links find what they show', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.conversation_shares', 'Shares are made for whoever asks', 'insert', 'palaver_definer',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_grant('public.conversation_shares', 'authenticated', '
    select (tenant_id, id, conversation_id, user_id, is_live, head_id, may_continue, has_password, expires_at, revoked_at, created_at),
    update (revoked_at)
');

call pg_temp.expect_grant('public.conversation_shares', 'palaver_definer', 'select, insert');

call pg_temp.expect_grant('public.conversation_shares', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_table('private.share_secrets', '
    tenant_id uuid not null,
    share_id uuid not null,
    auth_id uuid not null,
    token_hash bytea not null,
    password_salt bytea,
    password_rounds integer,
    password_hash bytea,
    next_attempt_at timestamp with time zone
');

call pg_temp.expect_key(
    'private.share_secrets',
    'share_secrets_pkey',
    'primary key (tenant_id, share_id)'
);

call pg_temp.expect_key(
    'private.share_secrets',
    'share_secrets_share_id_fkey',
    'foreign key (tenant_id, share_id) references public.conversation_shares (tenant_id, id) on delete cascade'
);

call pg_temp.expect_index('private.share_secrets', 'share_secrets_token_idx', 'btree (token_hash)');

call pg_temp.expect_checks('private.share_secrets', 'share_secrets_password_check');

call pg_temp.expect_policy(
    'private.share_secrets', 'Links are recognised', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.share_secrets', 'Links are made', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.share_secrets', 'Wrong passwords are counted', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('private.share_secrets', 'palaver_definer', 'select, insert, update (next_attempt_at)');

call pg_temp.expect_table('private.share_views', '
    tenant_id uuid not null,
    share_id uuid not null,
    counter integer not null,
    views bigint not null,
    last_viewed_at timestamp with time zone not null
');

call pg_temp.expect_key(
    'private.share_views',
    'share_views_pkey',
    'primary key (tenant_id, share_id, counter)'
);

call pg_temp.expect_key(
    'private.share_views',
    'share_views_share_id_fkey',
    'foreign key (tenant_id, share_id) references public.conversation_shares (tenant_id, id) on delete cascade'
);

call pg_temp.expect_policy(
    'private.share_views', 'Views are read', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.share_views', 'Counters are begun', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.share_views', 'Views are counted', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('private.share_views', 'palaver_definer', 'select, insert, update');

call pg_temp.expect_grant('public.conversations', 'palaver_definer', 'select (is_archived), insert (tenant_id, id, user_id, title)');

call pg_temp.expect_policy(
    'public.conversations', 'Shared conversations are copied for whoever asks', 'insert', 'palaver_definer',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_grant('public.messages', 'palaver_definer', 'select (parts)');

call pg_temp.expect_view('public.conversation_share_views', '
    tenant_id uuid,
    share_id uuid,
    conversation_id uuid,
    user_id uuid,
    views bigint,
    last_viewed_at timestamp with time zone
');

call pg_temp.expect_grant('public.conversation_share_views', 'authenticated', 'select');

call pg_temp.expect_grant('public.conversation_share_views', 'service_role', 'select');

call pg_temp.expect_function(
    'private.keep_share()',
    'invoker',
    'volatile'
);

call pg_temp.expect_function(
    'private.derive_key(text, bytea, integer)',
    'invoker',
    'immutable',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.make_share(uuid, boolean, boolean, timestamp with time zone, text)',
    'definer',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.share_conversation(uuid, boolean, boolean, timestamp with time zone, text)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.revoke_share(uuid)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.person_of(uuid)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.find_share(bytea)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.enter_share(text, text)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.answer_share(text, integer)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.shared_branch(uuid, uuid, integer, integer)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.shown_parts(text, jsonb)',
    'invoker',
    'immutable',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamp with time zone)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.count_view(uuid, uuid)',
    'invoker',
    'volatile',
    'palaver_definer'
);

call pg_temp.expect_function(
    'private.open_share(text, text)',
    'definer',
    'volatile',
    'anon, authenticated'
);

call pg_temp.expect_function(
    'public.read_share(text, text)',
    'invoker',
    'volatile',
    'anon, authenticated'
);

call pg_temp.expect_function(
    'private.watch_shares(jsonb)',
    'definer',
    'volatile',
    'palaver_worker'
);

call pg_temp.expect_function(
    'private.copy_share(text, text)',
    'definer',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'public.continue_share(text, text)',
    'invoker',
    'volatile',
    'authenticated'
);

call pg_temp.expect_function(
    'private.share_view_totals(uuid, uuid)',
    'definer',
    'stable',
    'authenticated, service_role'
);

call pg_temp.expect_no_grant(
    'public.conversation_shares',
    'authenticated',
    'insert, update (tenant_id, id, conversation_id, user_id, is_live, head_id, may_continue, has_password, expires_at, created_at), delete, truncate'
);

call pg_temp.expect_no_grant('private.share_secrets', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.share_secrets', 'palaver_worker', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.share_secrets', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.share_views', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.share_views', 'palaver_worker', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.share_views', 'service_role', 'select, insert, update, delete, truncate');
