-- Jobs: what runs on a schedule, defined once, run by pg_cron, by the worker or by hand.
--
-- Creates:  private.jobs, private.job_runs; private.run_job(), run_due_jobs(), prune_job_runs(), schedule_jobs(), unschedule_jobs();
--           where pg_cron is installed, one cron entry for each job.
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000700_jobs.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create table private.jobs (
    name text not null,
    description text not null,
    every interval not null,
    schedule text not null,
    constraint jobs_pkey primary key (name),
    constraint jobs_name_check check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint jobs_every_check check (every > interval '0')
);

comment on table private.jobs is 'Scheduled jobs: each is the function of schema private that its name says.';

comment on column private.jobs.every is 'Due again this long after its last success: read by the worker''s scheduler.';

comment on column private.jobs.schedule is 'The same as a cron expression, UTC: read where pg_cron is installed.';

create table private.job_runs (
    id uuid not null default private.uuid_v7(),
    job text not null,
    outcome text not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    error text,
    run_by text not null default session_user,
    constraint job_runs_pkey primary key (id),
    constraint job_runs_job_fkey foreign key (job) references private.jobs (name) on update cascade on delete cascade,
    constraint job_runs_outcome_check check (outcome in ('succeeded', 'failed')),
    constraint job_runs_error_check check ((outcome = 'failed') = (error is not null))
);

comment on table private.job_runs is 'Every run of a job, for ninety days.';

create index job_runs_job_idx on private.job_runs (job, outcome, started_at desc);

comment on index private.job_runs_job_idx is 'A job''s last success and last attempt; the foreign key to jobs.';

alter table private.jobs enable row level security;

alter table private.job_runs enable row level security;

revoke all on private.jobs, private.job_runs from public, anon, authenticated, service_role;

grant select on private.jobs to palaver_definer, palaver_worker, service_role;

grant select, insert, delete on private.job_runs to palaver_definer;

grant select on private.job_runs to palaver_worker, service_role;

create policy "The job runner reads jobs"
on private.jobs for select to palaver_definer
using (true);

create policy "The worker reports jobs"
on private.jobs for select to palaver_worker
using (true);

create policy "The job runner reads runs"
on private.job_runs for select to palaver_definer
using (true);

create policy "The job runner records runs"
on private.job_runs for insert to palaver_definer
with check (true);

create policy "The job runner prunes runs"
on private.job_runs for delete to palaver_definer
using (true);

create policy "The worker reports runs"
on private.job_runs for select to palaver_worker
using (true);

create function private.prune_job_runs()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from private.job_runs where started_at < now() - interval '90 days'
$$;

comment on function private.prune_job_runs() is 'Forgets runs older than ninety days. Definer: runs as the job runner.';

create function private.run_job(p_job text, p_only_if_due boolean default false)
returns private.job_runs
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_job private.jobs;
    v_run private.job_runs;
begin
    select * into v_job from private.jobs as j where j.name = p_job;

    if not found then
        raise exception using errcode = 'PA404', message = format('There is no job named "%s".', p_job);
    end if;

    if not pg_try_advisory_xact_lock(hashtext('palaver.job'), hashtext(p_job)) then
        return null;
    end if;

    -- A failed job is tried again sooner than a successful one, but not at every tick.
    if p_only_if_due and exists (
        select from private.job_runs as r
        where
            r.job = p_job
            and r.started_at > now() - case r.outcome when 'succeeded' then v_job.every else least(v_job.every, interval '5 minutes') end
    ) then
        return null;
    end if;

    v_run.id := private.uuid_v7();
    v_run.job := p_job;
    v_run.outcome := 'succeeded';
    v_run.started_at := clock_timestamp();
    v_run.run_by := session_user;

    -- others leaves out a statement_timeout, after which the job would be due again at every tick and nobody would see why.
    begin
        execute format('select private.%I()', p_job);
    exception when query_canceled or others then
        v_run.outcome := 'failed';
        v_run.error := format('%s: %s', sqlstate, sqlerrm);
    end;

    v_run.finished_at := clock_timestamp();

    insert into private.job_runs select v_run.*;

    return v_run;
end
$$;

comment on function private.run_job(text, boolean) is
'Runs a job now, or only if it is due, and records the run. Null when the job is running elsewhere or is not due. A failure is recorded, not raised. Errors: PA404 for an unknown job. Definer: the job''s function belongs to palaver_definer.';

create function private.run_due_jobs()
returns setof private.job_runs
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    select r.*
    from private.jobs as j
    cross join lateral private.run_job(j.name, true) as r
    where r.id is not null
$$;

comment on function private.run_due_jobs() is 'Runs each job that is due. Any number of workers may call it at any time. Definer: runs as the job runner.';

revoke execute on function private.prune_job_runs() from public;

revoke execute on function private.run_job(text, boolean) from public;

revoke execute on function private.run_due_jobs() from public;

grant execute on function private.run_job(text, boolean) to palaver_worker, service_role;

grant execute on function private.run_due_jobs() to palaver_worker, service_role;

alter function private.prune_job_runs() owner to palaver_definer;

alter function private.run_job(text, boolean) owner to palaver_definer;

alter function private.run_due_jobs() owner to palaver_definer;

insert into private.jobs (name, description, every, schedule)
values
('reindex_search', 'Brings what was said into the language that its tenant searches in now, for two seconds a run.', '1 minute', '* * * * *'),
('reindex_documentation', 'Brings documentation into the language that its tenant searches in now, for two seconds a run.', '1 minute', '* * * * *'),
('refresh_summaries', 'Closes days of the usage and feedback summaries, and counts anew what was noted as changed.', '1 day', '17 2 * * *'),
('prune_job_runs', 'Forgets job runs older than ninety days.', '1 day', '47 2 * * *');

-- pg_cron, where there is one. Installed later: select private.schedule_jobs();

create function private.schedule_jobs()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_job private.jobs;
    v_count integer := 0;
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null then
        return 0;
    end if;

    for v_job in select * from private.jobs loop
        execute format(
            'select cron.schedule(%L, %L, %L)',
            'palaver_' || v_job.name,
            v_job.schedule,
            format('select private.run_job(%L)', v_job.name)
        );
        v_count := v_count + 1;
    end loop;

    return v_count;
end
$$;

comment on function private.schedule_jobs() is 'Gives each job an entry in pg_cron, replacing what was there; returns how many, 0 without pg_cron. Run it as the role that migrates.';

create function private.unschedule_jobs()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
    v_id bigint;
    v_count integer := 0;
begin
    -- By id, since the type of the name differs between versions of pg_cron.
    if to_regprocedure('cron.unschedule(bigint)') is null then
        return 0;
    end if;

    for v_id in execute 'select jobid from cron.job where jobname like ''palaver\_%'' and database = current_database()' loop
        execute format('select cron.unschedule(%s::bigint)', v_id);
        v_count := v_count + 1;
    end loop;

    return v_count;
end
$$;

comment on function private.unschedule_jobs() is 'Removes the jobs'' entries from pg_cron; returns how many.';

revoke execute on function private.schedule_jobs() from public;

revoke execute on function private.unschedule_jobs() from public;

do $$
begin
    perform private.schedule_jobs();
end
$$;
