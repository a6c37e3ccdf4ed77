-- Reverts 20261122000360_search. Removes the search and its index; conversations and messages stay.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, nor a job to its function, so no drop below would fail while they stand.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;

    if to_regclass('private.jobs') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000700_jobs must be reverted first.';
    end if;
end
$$;

drop function private.reindex_search();

drop function public.search_conversations(text, integer, text, text, text, text, timestamptz, timestamptz, text, uuid, uuid);

drop function private.search_snippet(text, text, text);

drop function private.search_hits(uuid, uuid, text, timestamptz, timestamptz, uuid);

drop trigger conversations_index_title on public.conversations;

drop trigger messages_forget on public.messages;

drop trigger messages_index_changed on public.messages;

drop trigger messages_index on public.messages;

drop trigger tenants_check_search_language on public.tenants;

drop function private.index_title();

drop function private.forget_messages();

drop function private.index_changed_message();

drop function private.index_messages();

drop function private.check_search_language();

drop function private.search_query(text, text);

drop function private.search_vector(text, text, text);

drop function private.is_searchable(text);

drop function private.person_lexeme(uuid);

drop function private.search_config(text);

drop table private.search_index;

revoke select (content) on public.messages from palaver_definer;

revoke select (title) on public.conversations from palaver_definer;

revoke select (search_language) on public.tenants from palaver_definer;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000360';
    end if;
end
$$;

commit;
