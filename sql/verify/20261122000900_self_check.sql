-- What 20261122000900_self_check made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000900_self_check.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000900_self_check');

call pg_temp.expect_table('private.intended_access', '
    object text not null,
    role text not null,
    privilege text not null,
    column_name text not null default ''''
');

call pg_temp.expect_key(
    'private.intended_access',
    'intended_access_pkey',
    'primary key (object, role, privilege, column_name)'
);

call pg_temp.expect_policy(
    'private.intended_access', 'The self-check reads what is meant', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.intended_access', 'palaver_definer', 'select');

call pg_temp.expect_table('private.accepted_catalog', '
    line text not null,
    accepted_at timestamp with time zone not null default now(),
    accepted_by text not null default SESSION_USER
');

call pg_temp.expect_key('private.accepted_catalog', 'accepted_catalog_pkey', 'primary key (line)');

call pg_temp.expect_policy(
    'private.accepted_catalog', 'The self-check reads what was accepted', 'select', 'palaver_definer',
    p_using => 'true'
);

call pg_temp.expect_grant('private.accepted_catalog', 'palaver_definer', 'select');

call pg_temp.expect_function('private.catalog_objects()', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.actual_access()', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.catalog_lines()', 'invoker', 'stable', 'palaver_definer');

call pg_temp.expect_function('private.accept_catalog(text[])', 'invoker', 'volatile');

call pg_temp.expect_function('private.isolation_findings()', 'definer', 'stable', 'service_role');

call pg_temp.expect_function('private.check_isolation()', 'invoker', 'volatile', 'palaver_definer');

call pg_temp.expect_no_grant('private.intended_access', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.intended_access', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.accepted_catalog', 'authenticated', 'select, insert, update, delete, truncate');

call pg_temp.expect_no_grant('private.accepted_catalog', 'service_role', 'select, insert, update, delete, truncate');

call pg_temp.expect_job('check_isolation');
