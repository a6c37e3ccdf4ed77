-- Reverts 20261122000520_lists. Removes the overview and the functions; conversations stay as they are, deleted ones too.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

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
