-- Reverts 20261122000520_lists. Removes the overview and the functions; conversations stay as they are, deleted ones too.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, so no drop below would fail while it stands.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;
end
$$;

drop function public.restore_conversation(uuid);

drop function public.delete_conversation(uuid);

drop function public.archive_conversation(uuid);

drop function private.move_conversation(uuid, text);

drop view public.conversation_overview;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000520';
    end if;
end
$$;

commit;
