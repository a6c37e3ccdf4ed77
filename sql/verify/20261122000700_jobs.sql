-- What 20261122000700_jobs made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000700_jobs.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000700_jobs');

call pg_temp.expect_table('private.jobs', '
    name text not null,
    description text not null,
    every interval not null,
    schedule text not null
');

call pg_temp.expect_key('private.jobs', 'jobs_pkey', 'primary key (name)');

call pg_temp.expect_checks('private.jobs', '
    jobs_name_check,
    jobs_every_check
');

call pg_temp.expect_policy(
    'private.jobs', 'The job runner reads jobs', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.jobs', 'The worker reports jobs', 'select', 'palaver_worker',
    p_using => 'true'
);

call pg_temp.expect_grant('private.jobs', 'palaver_worker', 'select');

call pg_temp.expect_grant('private.jobs', 'service_role', 'select');

call pg_temp.expect_grant('private.jobs', 'palaver_definer', 'select');

call pg_temp.expect_table('private.job_runs', '
    id uuid not null default private.uuid_v7(),
    job text not null,
    outcome text not null,
    started_at timestamp with time zone not null,
    finished_at timestamp with time zone not null,
    error text,
    run_by text not null default SESSION_USER
');

call pg_temp.expect_key('private.job_runs', 'job_runs_pkey', 'primary key (id)');

call pg_temp.expect_key(
    'private.job_runs',
    'job_runs_job_fkey',
    'foreign key (job) references private.jobs (name) on update cascade on delete cascade'
);

call pg_temp.expect_checks('private.job_runs', '
    job_runs_outcome_check,
    job_runs_error_check
');

call pg_temp.expect_index('private.job_runs', 'job_runs_job_idx', 'btree (job, outcome, started_at desc)');

call pg_temp.expect_policy(
    'private.job_runs', 'The job runner reads runs', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.job_runs', 'The job runner records runs', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.job_runs', 'The job runner prunes runs', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.job_runs', 'The worker reports runs', 'select', 'palaver_worker',
    p_using => 'true'
);

call pg_temp.expect_grant('private.job_runs', 'palaver_worker', 'select');

call pg_temp.expect_grant('private.job_runs', 'service_role', 'select');

call pg_temp.expect_grant('private.job_runs', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_function('private.prune_job_runs()', 'definer', 'volatile');

call pg_temp.expect_function('private.run_due_jobs()', 'definer', 'volatile', 'palaver_worker, service_role');

call pg_temp.expect_function('private.run_job(text, boolean)', 'definer', 'volatile', 'palaver_worker, service_role');

call pg_temp.expect_function('private.schedule_jobs()', 'invoker', 'volatile');

call pg_temp.expect_function('private.unschedule_jobs()', 'invoker', 'volatile');

call pg_temp.expect_no_grant('private.jobs', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.jobs', 'palaver_worker', 'insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.job_runs', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.job_runs', 'palaver_worker', 'insert, update, delete, truncate');

call pg_temp.expect_job('reindex_documentation');

call pg_temp.expect_job('refresh_summaries');

call pg_temp.expect_job('prune_job_runs');
