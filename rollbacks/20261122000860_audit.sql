-- Reverts 20261122000860_audit. Removes the audit log with all that it holds.
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

drop trigger app_backups_record_change on public.app_backups;

drop trigger app_changes_record_change on public.app_changes;

drop trigger app_operations_record_change on public.app_operations;

drop trigger app_databases_record_change on public.app_databases;

drop trigger generated_apps_record_change on public.generated_apps;

drop trigger documentation_sections_record_removed on public.documentation_sections;

drop trigger documentation_sections_record_changed on public.documentation_sections;

drop trigger documentation_sections_record_added on public.documentation_sections;

drop function private.record_documentation();

drop trigger erasures_record_change on private.erasures;

drop trigger consents_record_change on public.consents;

drop trigger legal_holds_record_change on public.legal_holds;

drop trigger configuration_suggestions_record_change on public.configuration_suggestions;

drop trigger conversation_shares_record_change on public.conversation_shares;

drop trigger project_members_record_change on public.project_members;

drop trigger projects_record_change on public.projects;

drop trigger users_record_change on public.users;

drop trigger prompts_record_change on public.prompts;

drop trigger tenants_record_change on public.tenants;

drop function private.redact_audit(uuid, uuid);

drop function private.record_change();

drop function private.audited(jsonb, boolean);

drop table public.audit_log;

drop function private.request_id();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000860';
    end if;
end
$$;

commit;
