-- Reverts 20261122000320_prompts. Removes all prompts, their versions and their use counts; conversations keep what they were started from.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties a function to those that its body calls, so no drop below would fail while 20261122000800_turns stands.

do $$
begin
    if to_regclass('public.turns') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000800_turns must be reverted first.';
    end if;
end
$$;

drop function public.start_conversation(uuid, jsonb, integer, text);

drop function public.fill_prompt(uuid, jsonb, integer);

drop view public.prompt_usage;

drop function private.prompt_usage();

drop trigger conversations_count_prompt_use on public.conversations;

drop function private.count_prompt_use();

drop table private.prompt_uses;

drop trigger conversations_take_prompt on public.conversations;

drop function private.take_prompt();

revoke insert (prompt_id, prompt_version, prompt_values) on public.conversations from authenticated;

drop function private.find_prompt(uuid, uuid, integer);

drop table public.prompt_versions;

drop policy "Authors delete their prompts, admins all but private ones" on public.prompts;

drop policy "Authors change their prompts, admins all but private ones" on public.prompts;

drop table public.prompt_publishers;

drop table public.prompts;

drop function private.drop_orphaned_prompt();

drop function private.record_prompt();

drop function private.keep_prompt();

drop function private.fill_text(text, jsonb, jsonb);

drop function private.prompt_values(text, jsonb, jsonb);

drop function private.prompt_names(text);

drop function private.prompt_pieces(text);

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000320';
    end if;
end
$$;

commit;
