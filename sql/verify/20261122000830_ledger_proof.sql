-- What 20261122000830_ledger_proof made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000830_ledger_proof.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000830_ledger_proof');

call pg_temp.expect_grant('public.messages', 'palaver_definer', 'select (token_count, cost)');

call pg_temp.expect_table('private.ledger_checks', '
    checked_at timestamp with time zone not null default clock_timestamp(),
    findings bigint not null
');

call pg_temp.expect_key('private.ledger_checks', 'ledger_checks_pkey', 'primary key (checked_at)');

call pg_temp.expect_policy(
    'private.ledger_checks', 'The job keeps its checks', 'insert', 'palaver_definer',
    p_check => 'true'
);

call pg_temp.expect_policy(
    'private.ledger_checks', 'The job sees its checks', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.ledger_checks', 'The job forgets old checks', 'delete', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_policy(
    'private.ledger_checks', 'The worker reports checks', 'select', 'palaver_worker',
    p_using => 'true'
);

call pg_temp.expect_grant('private.ledger_checks', 'palaver_definer', 'select, insert, delete');

call pg_temp.expect_grant('private.ledger_checks', 'palaver_worker', 'select');

call pg_temp.expect_grant('private.ledger_checks', 'service_role', 'select');

call pg_temp.expect_function('private.bill(date, date)', 'definer', 'stable', 'service_role');

call pg_temp.expect_function('private.check_ledger()', 'definer', 'volatile');

call pg_temp.expect_function('private.ledger_findings(date, date)', 'definer', 'stable', 'service_role');

call pg_temp.expect_job('check_ledger');
