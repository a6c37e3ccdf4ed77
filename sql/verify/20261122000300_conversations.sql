-- What 20261122000300_conversations made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000300_conversations.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000300_conversations');

call pg_temp.expect_table('public.conversations', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    user_id uuid not null default private.current_user_id(),
    client_id text,
    title text not null default ''New conversation'',
    titled_by text not null,
    metadata jsonb not null default ''{}'',
    head_id uuid,
    is_archived boolean not null default false,
    deleted_at timestamp with time zone,
    status text not null,
    prompt_id uuid,
    prompt_version integer,
    prompt_text text,
    prompt_values jsonb,
    context_type text,
    project_id uuid,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now()
');

call pg_temp.expect_key('public.conversations', 'conversations_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.conversations', 'conversations_owner_key', 'unique (tenant_id, user_id, id)');

call pg_temp.expect_key(
    'public.conversations',
    'conversations_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.conversations',
    'conversations_user_id_fkey',
    'foreign key (tenant_id, user_id) references public.users (tenant_id, id) on delete cascade'
);

call pg_temp.expect_key(
    'public.conversations',
    'conversations_project_id_fkey',
    'foreign key (tenant_id, project_id) references public.projects (tenant_id, id) on delete cascade'
);

call pg_temp.expect_checks('public.conversations', '
    conversations_client_id_check,
    conversations_title_check,
    conversations_titled_by_check,
    conversations_deleted_at_check,
    conversations_status_check,
    conversations_prompt_check,
    conversations_context_check,
    conversations_metadata_check
');

call pg_temp.expect_index(
    'public.conversations',
    'conversations_user_live_idx',
    'btree (tenant_id, user_id, updated_at desc, id desc) where (not is_archived)'
);

call pg_temp.expect_index(
    'public.conversations',
    'conversations_client_key',
    'unique btree (tenant_id, user_id, client_id) where (client_id is not null)'
);

call pg_temp.expect_index(
    'public.conversations',
    'conversations_context_idx',
    'btree (tenant_id, project_id, user_id, context_type) where (context_type is not null)'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_set_updated_at',
    'before update of title, metadata, is_archived, deleted_at for each row execute function private.set_updated_at()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_keep',
    'before insert or update of title, titled_by, is_archived, deleted_at, status for each row execute function private.keep_conversation()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_check_head',
    'before insert or update of head_id for each row when (new.head_id is not null) execute function private.check_head()'
);

call pg_temp.expect_policy(
    'public.conversations', 'People see their own conversations', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_policy(
    'public.conversations', 'People who may use the assistant start conversations', 'insert', 'authenticated',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()) and (project_id is null or project_id = any ((select private.project_ids(''viewer''))::uuid [])) and (select private.may_use_assistant())'
);

call pg_temp.expect_policy(
    'public.conversations', 'People rename and archive their own conversations', 'update', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())',
    p_check => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_policy(
    'public.conversations', 'The touch trigger finds conversations', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'public.conversations', 'The touch trigger stamps conversations', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_grant('public.conversations', 'authenticated', '
    select (tenant_id, id, user_id, client_id, title, titled_by, metadata, head_id, is_archived, deleted_at, status, prompt_id,
    prompt_version, prompt_text, prompt_values, context_type, project_id, created_at, updated_at),
    insert (tenant_id, user_id, client_id, title, context_type, project_id, metadata), update (title, metadata, head_id, is_archived, deleted_at)
');

call pg_temp.expect_grant('public.conversations', 'palaver_worker', 'insert (titled_by), update (titled_by)');

call pg_temp.expect_grant('public.conversations', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_grant('public.conversations', 'palaver_definer', '
    select (tenant_id, id, user_id, head_id, updated_at), update (updated_at, head_id)
');

call pg_temp.expect_table('public.messages', '
    tenant_id uuid not null default private.current_tenant_id(),
    id uuid not null default private.uuid_v7(),
    conversation_id uuid not null,
    user_id uuid not null default private.current_user_id(),
    parent_id uuid,
    client_id text,
    role text not null default ''user'',
    content text not null,
    parts jsonb,
    token_count integer,
    model_used text,
    latency_ms integer,
    cost numeric,
    provider_message_id text,
    metadata jsonb not null default ''{}'',
    created_at timestamp with time zone not null default clock_timestamp()
');

call pg_temp.expect_key('public.messages', 'messages_pkey', 'primary key (tenant_id, id)');

call pg_temp.expect_key('public.messages', 'messages_branch_key', 'unique (tenant_id, id, conversation_id)');

call pg_temp.expect_key(
    'public.messages',
    'messages_tenant_id_fkey',
    'foreign key (tenant_id) references public.tenants (id) on delete cascade'
);

call pg_temp.expect_key(
    'public.messages',
    'messages_conversation_id_fkey',
    'foreign key (tenant_id, conversation_id, user_id) references public.conversations (tenant_id, id, user_id) on delete cascade'
);

call pg_temp.expect_key(
    'public.messages',
    'messages_parent_id_fkey',
    'foreign key (tenant_id, parent_id, conversation_id) references public.messages (tenant_id, id, conversation_id) on delete set null (parent_id)'
);

call pg_temp.expect_checks('public.messages', '
    messages_client_id_check,
    messages_role_check,
    messages_content_check,
    messages_content_size_check,
    messages_parts_check,
    messages_token_count_check,
    messages_latency_ms_check,
    messages_cost_check,
    messages_metadata_check
');

call pg_temp.expect_index(
    'public.messages',
    'messages_conversation_idx',
    'btree (tenant_id, conversation_id, user_id, created_at, id)'
);

call pg_temp.expect_index('public.messages', 'messages_parent_idx', 'btree (tenant_id, parent_id)');

call pg_temp.expect_index(
    'public.messages',
    'messages_client_idx',
    'btree (tenant_id, conversation_id, client_id) where (client_id is not null)'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_place',
    'before insert for each row execute function private.place_message()'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_touch_conversations',
    'after insert referencing new table as added for each statement execute function private.touch_conversations()'
);

call pg_temp.expect_policy(
    'public.messages', 'People see the messages of their own conversations', 'select', 'authenticated',
    p_using => 'tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id())'
);

call pg_temp.expect_policy(
    'public.messages', 'People add their own messages to their live conversations', 'insert', 'authenticated',
    p_check => 'role = ''user'' and tenant_id = (select private.current_tenant_id()) and user_id = (select private.current_user_id()) and (select private.may_use_assistant()) and exists (select from public.conversations as c where c.tenant_id = messages.tenant_id and c.id = messages.conversation_id and c.user_id = messages.user_id and not c.is_archived)'
);

call pg_temp.expect_policy(
    'public.messages', 'The worker adds results of tools for the person it acts for', 'insert', 'palaver_worker',
    p_check => 'role = ''tool'' and tenant_id = (select private.claimed_tenant_id()) and user_id = (select private.claimed_user_id())'
);

call pg_temp.expect_grant('public.messages', 'authenticated', '
    select (tenant_id, id, conversation_id, user_id, parent_id, client_id, role, content, parts, token_count,
    model_used, latency_ms, cost, provider_message_id, metadata, created_at), insert (tenant_id, conversation_id,
    user_id, client_id, role, content, metadata)
');

call pg_temp.expect_grant('public.messages', 'palaver_worker', 'insert');

call pg_temp.expect_grant('public.messages', 'service_role', 'select, insert, update, delete');

call pg_temp.expect_function('public.chat_messages(text)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('public.ui_messages(text)', 'invoker', 'stable', 'authenticated');

call pg_temp.expect_function('private.as_json(text)', 'invoker', 'immutable', 'authenticated');

call pg_temp.expect_function('private.shown_metadata(jsonb)', 'invoker', 'immutable', 'authenticated');

call pg_temp.expect_function('private.keep_conversation()', 'invoker', 'volatile');

call pg_temp.expect_function('private.check_head()', 'invoker', 'volatile');

call pg_temp.expect_function(
    'private.head_of(uuid, uuid, uuid, uuid)',
    'invoker',
    'volatile',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function('private.place_message()', 'invoker', 'volatile');

call pg_temp.expect_function('private.touch_conversations()', 'definer', 'volatile');

call pg_temp.expect_no_grant(
    'public.conversations',
    'authenticated',
    'insert (id, titled_by, head_id, is_archived, deleted_at, status, prompt_text, created_at, updated_at), update (tenant_id, id, user_id, client_id, titled_by, status, prompt_id, prompt_version, prompt_text, prompt_values, context_type, project_id, updated_at), delete, truncate'
);

call pg_temp.expect_no_grant(
    'public.messages',
    'authenticated',
    'insert (id, parent_id, parts, token_count, model_used, latency_ms, cost, provider_message_id, created_at), update, delete, truncate'
);

call pg_temp.expect_no_grant('public.messages', 'palaver_worker', 'update, delete, truncate');
