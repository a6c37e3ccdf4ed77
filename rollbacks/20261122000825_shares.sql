-- Reverts 20261122000825_shares. Removes all shares: their links show nothing any more. Copies that people made stay theirs.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check or the rules of privacy to what they look at, so no drop below would fail while they stand.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;

    if to_regclass('private.personal_data') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000840_privacy must be reverted first.';
    end if;
end
$$;

drop view public.conversation_share_views;

drop function private.share_view_totals(uuid, uuid);

drop function public.continue_share(text, text);

drop function private.copy_share(text, text);

drop function private.watch_shares(jsonb);

drop function public.read_share(text, text);

drop function private.open_share(text, text);

drop function private.count_view(uuid, uuid);

drop function private.shared_conversation(uuid, uuid, text, boolean, boolean, timestamptz);

drop function private.shown_parts(text, jsonb);

drop function private.shared_branch(uuid, uuid, integer, integer);

drop function private.answer_share(text, integer);

drop function private.enter_share(text, text);

drop function private.find_share(bytea);

drop function private.person_of(uuid);

drop function public.revoke_share(uuid);

drop function public.share_conversation(uuid, boolean, boolean, timestamptz, text);

drop function private.make_share(uuid, boolean, boolean, timestamptz, text);

drop function private.derive_key(text, bytea, integer);

drop policy "Shared conversations are copied for whoever asks" on public.conversations;

revoke select (parts) on public.messages from palaver_definer;

revoke select (is_archived), insert (tenant_id, id, user_id, title) on public.conversations from palaver_definer;

drop table private.share_views;

drop table private.share_secrets;

drop table public.conversation_shares;

drop function private.keep_share();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000825';
    end if;
end
$$;

commit;
