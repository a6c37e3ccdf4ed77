-- Reverts 20261122000700_jobs. Removes the jobs, their schedule and the record of their runs.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties turns to jobs, so no drop below would fail while turns stand.

do $$
begin
    if to_regclass('public.turns') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000800_turns must be reverted first.';
    end if;

    perform private.unschedule_jobs();
end
$$;

drop function private.unschedule_jobs();

drop function private.schedule_jobs();

drop function private.run_due_jobs();

drop function private.run_job(text, boolean);

drop function private.prune_job_runs();

drop table private.job_runs;

drop table private.jobs;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000700';
    end if;
end
$$;

commit;
