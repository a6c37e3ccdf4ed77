-- Reverts 20261122000380_suggestions. Removes all suggestions and what became of them; configurations, their revisions and sessions stay.
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

drop function private.read_suggestion(jsonb, uuid);

drop function private.read_suggestions(jsonb, uuid, text, integer, uuid);

drop function private.decide_suggestion(jsonb, jsonb);

drop function public.undo_suggestion(uuid);

drop function private.take_back_suggestion(uuid);

drop function public.reject_suggestion(uuid, text);

drop function private.decline_suggestion(uuid, text);

drop function public.accept_suggestion(uuid, integer[], integer[], integer);

drop function private.take_suggestion(uuid, integer[], integer[], integer);

drop function private.change_configuration(public.configuration_suggestions, jsonb, text);

drop function private.held_suggestion(uuid);

drop function private.propose_suggestions(jsonb, uuid, uuid, uuid, integer, jsonb);

drop function private.kept_suspects(jsonb, integer[]);

drop function private.shown_suggestion(public.configuration_suggestions);

drop function private.suggestion_basis(jsonb);

drop function private.suggestion_fingerprint(text, jsonb);

revoke update (configuration) on public.projects from palaver_definer;

drop table public.configuration_suggestions;

drop function private.list_sessions(jsonb, text, uuid, integer, timestamptz, uuid);

drop function private.find_session(jsonb, uuid);

drop function private.open_session(jsonb, text);

drop view public.configuration_sessions;

drop function public.open_configuration_session(uuid);

drop trigger messages_check_metadata on public.messages;

drop function private.check_metadata();

drop function private.metadata_errors(jsonb);

drop function private.metadata_schema();

drop function private.patched(jsonb, jsonb);

drop function private.pointed(jsonb, text);

drop function private.refreshed_changes(jsonb, jsonb);

drop function private.apply_changes(jsonb, jsonb);

drop function private.apply_change(jsonb, jsonb);

drop function private.check_changes(jsonb);

drop function private.pointer(text[]);

drop function private.element_tests(jsonb, jsonb, text[]);

drop function private.place_of(jsonb, jsonb);

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000380';
    end if;
end
$$;

commit;
