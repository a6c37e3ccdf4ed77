-- Reverts 20261122000392_generated_apps. Removes all apps with their files and the schemas read out of them, and what plans tenants have.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties the self-check to what it looks at, and a trigger goes with its table, so no drop below would fail while they
-- stand.

do $$
begin
    if to_regclass('private.intended_access') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000900_self_check must be reverted first.';
    end if;

    if to_regclass('public.audit_log') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000860_audit must be reverted first.';
    end if;

    if to_regclass('private.personal_data') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000840_privacy must be reverted first.';
    end if;
end
$$;

drop function private.record_app_revision(jsonb, uuid, jsonb, jsonb, text, text);

drop function private.read_app_files(jsonb, uuid);

drop function private.put_app_files(jsonb, uuid, text[], text[], boolean);

drop table public.app_revisions;

drop table public.generated_app_files;

drop function private.count_app_files();

drop function private.keep_app_file();

drop function private.check_app_access(uuid, boolean);

drop function private.app_access(uuid);

drop table public.generated_apps;

drop function private.limit_apps();

drop function private.may_make_apps();

drop function private.app_limits(uuid);

alter table public.tenants
drop column app_plan,
drop column app_plan_limits;

drop table public.app_plans;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000392';
    end if;
end
$$;

commit;
