-- What 20261122000360_search made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000360_search.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000360_search');

call pg_temp.expect_table('private.search_index', '
    tenant_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    kind text not null,
    user_id uuid not null,
    language text not null,
    created_at timestamp with time zone not null,
    vector tsvector not null
');

call pg_temp.expect_key('private.search_index', 'search_index_pkey', 'primary key (tenant_id, conversation_id, id, kind)');

call pg_temp.expect_key(
    'private.search_index',
    'search_index_conversation_id_fkey',
    'foreign key (tenant_id, conversation_id, user_id) references public.conversations (tenant_id, id, user_id) on update cascade on delete cascade'
);

call pg_temp.expect_checks('private.search_index', 'search_index_kind_check');

call pg_temp.expect_index(
    'private.search_index',
    'search_index_vector_idx',
    'gin (vector) with (gin_pending_list_limit=''256'')'
);

call pg_temp.expect_index('private.search_index', 'search_index_language_idx', 'btree (tenant_id, language)');

call pg_temp.expect_policy(
    'private.search_index', 'The search reads the index', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.search_index', 'Triggers add what was said', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.search_index', 'Triggers and the re-indexing job change what was said', 'update', 'palaver_definer',
    p_using => 'true',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.search_index', 'Triggers remove what is gone', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.search_index', 'palaver_definer', 'select, insert, update, delete');

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (search_language)');

call pg_temp.expect_grant('public.conversations', 'palaver_definer', 'select (title)');

call pg_temp.expect_grant('public.messages', 'palaver_definer', 'select (content)');

call pg_temp.expect_trigger(
    'public.tenants',
    'tenants_check_search_language',
    'before insert or update of search_language for each row execute function private.check_search_language()'
);

call pg_temp.expect_trigger(
    'public.conversations',
    'conversations_index_title',
    'after insert or update of id, user_id, title, created_at for each row execute function private.index_title()'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_index',
    'after insert referencing new table as added for each statement execute function private.index_messages()'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_index_changed',
    'after update of tenant_id, id, conversation_id, user_id, role, content, created_at for each row when (((((((old.tenant_id is distinct from new.tenant_id) or (old.id is distinct from new.id)) or (old.conversation_id is distinct from new.conversation_id)) or (old.user_id is distinct from new.user_id)) or (old.role is distinct from new.role)) or (old.content is distinct from new.content)) or (old.created_at is distinct from new.created_at)) execute function private.index_changed_message()'
);

call pg_temp.expect_trigger(
    'public.messages',
    'messages_forget',
    'after delete referencing old table as removed for each statement execute function private.forget_messages()'
);

call pg_temp.expect_function('private.check_search_language()', 'invoker', 'stable');

call pg_temp.expect_function('private.forget_messages()', 'definer', 'volatile');

call pg_temp.expect_function('private.index_changed_message()', 'definer', 'volatile');

call pg_temp.expect_function('private.index_messages()', 'definer', 'volatile');

call pg_temp.expect_function('private.index_title()', 'definer', 'volatile');

call pg_temp.expect_function('private.is_searchable(text)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.person_lexeme(uuid)', 'invoker', 'immutable', 'palaver_definer');

call pg_temp.expect_function('private.reindex_search()', 'definer', 'volatile');

call pg_temp.expect_function('private.search_config(text)', 'invoker', 'stable', 'authenticated, palaver_definer, service_role');

call pg_temp.expect_function(
    'private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid)',
    'definer',
    'stable',
    'authenticated, service_role'
);

call pg_temp.expect_function('private.search_query(text, text)', 'invoker', 'stable', 'authenticated, palaver_definer, service_role');

call pg_temp.expect_function('private.search_snippet(text, text, text)', 'invoker', 'stable', 'authenticated, service_role');

call pg_temp.expect_function('private.search_vector(text, text, text)', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function(
    'public.search_conversations(text, integer, text, text, text, text, timestamptz, timestamptz, text, uuid, uuid)',
    'invoker',
    'stable',
    'authenticated, service_role'
);
