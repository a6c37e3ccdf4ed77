-- Reverts 20261122000900_self_check. Removes the self-check, its job, and what was accepted.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

do $$
begin
    perform private.unschedule_jobs();

    delete from private.jobs where name = 'check_isolation';

    perform private.schedule_jobs();
end
$$;

drop function private.check_isolation();

drop function private.isolation_findings();

drop function private.accept_catalog(text[]);

drop function private.catalog_lines();

drop function private.actual_access();

drop function private.catalog_objects();

drop table private.accepted_catalog;

drop table private.intended_access;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000900';
    end if;
end
$$;

commit;
