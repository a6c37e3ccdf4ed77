-- Reverts 20261122000840_privacy. Removes consents, legal holds and the record of erasures with their data, and the jobs of retention and purge.
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

do $$
begin
    perform private.unschedule_jobs();

    delete from private.jobs where name in ('enforce_retention', 'purge_deleted');

    perform private.schedule_jobs();
end
$$;

drop function private.traces_of(uuid, text[]);

drop function private.finish_erasure(uuid, uuid);

drop function private.erase_person_step(uuid, uuid, bigint);

drop function private.begin_erasure(uuid, uuid);

drop function private.personal_row_counts(uuid, uuid);

drop function public.request_erasure(uuid);

drop function private.note_erasure(uuid);

drop table private.erasures;

drop function private.person_hash(uuid, uuid);

drop function public.export_my_data(text, integer);

drop function private.own_export(integer, jsonb, bigint);

drop function private.export_trailer(jsonb);

drop function private.export_header(uuid, uuid);

drop function private.export_statements(uuid, uuid, uuid, integer, jsonb, bigint);

drop function private.personal_rows(private.personal_data, uuid, uuid, uuid);

drop table private.personal_data;

drop function private.about_person(text, uuid, uuid, uuid);

drop function private.purge_deleted();

drop function private.enforce_retention();

drop policy "Retention removes messages" on public.messages;

drop policy "Retention removes conversations" on public.conversations;

revoke delete on public.messages from palaver_definer;

revoke select (project_id, created_at, deleted_at), delete on public.conversations from palaver_definer;

revoke select (retention_days, deletion_grace_days) on public.tenants from palaver_definer;

drop index public.conversations_deleted_idx;

drop index public.messages_backdated_idx;

drop function private.is_backdated(uuid, timestamptz);

drop function private.uuid_at(timestamptz);

drop trigger projects_refuse_held on public.projects;

drop trigger users_refuse_held on public.users;

drop trigger tenants_refuse_held on public.tenants;

drop function private.refuse_held();

drop function private.is_held(uuid, uuid);

drop table public.legal_holds;

drop function private.keep_hold();

drop function private.consent_missing();

drop function public.give_consent(text);

drop table public.consents;

drop function private.keep_consent();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000840';
    end if;
end
$$;

commit;
