-- Reverts 20261122000300_conversations. Removes all conversations and messages.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop function public.ui_messages(text);

drop function private.shown_metadata(jsonb);

drop function private.as_json(text);

drop function public.chat_messages(text);

drop table public.messages;

drop function private.touch_conversations();

drop function private.place_message();

drop table public.conversations;

drop function private.keep_conversation();

drop function private.check_head();

drop function private.head_of(uuid, uuid, uuid, uuid);

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000300';
    end if;
end
$$;

commit;
