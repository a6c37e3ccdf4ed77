-- What 20261122000100_foundation made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000100_foundation.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000100_foundation');

call pg_temp.expect_schema('private');

call pg_temp.expect_role('palaver_worker', 'login inherit');

call pg_temp.expect_membership('palaver_worker', 'authenticated');

call pg_temp.expect_role_setting('palaver_worker', 'statement_timeout=8s');

call pg_temp.expect_role_setting('palaver_worker', 'lock_timeout=2s');

call pg_temp.expect_role('palaver_definer', 'nologin inherit');

call pg_temp.expect_grant('schema private', 'authenticated', 'usage');

call pg_temp.expect_grant('schema private', 'service_role', 'usage');

call pg_temp.expect_grant('schema private', 'palaver_definer', 'usage, create');

call pg_temp.expect_grant('schema public', 'palaver_definer', 'usage');

call pg_temp.expect_no_default_grants();

call pg_temp.expect_table('private.default_privileges_before', '
    object_type text not null,
    schema_name name not null,
    acl aclitem[] not null
');

call pg_temp.expect_key(
    'private.default_privileges_before',
    'default_privileges_before_pkey',
    'primary key (object_type, schema_name)'
);

call pg_temp.expect_function('private.as_uuid(text)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function(
    'private.auth_email()',
    'invoker',
    'stable',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function(
    'private.auth_id()',
    'invoker',
    'stable',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function('private.become(jsonb)', 'invoker', 'volatile', 'palaver_worker');

call pg_temp.expect_function(
    'private.caller_bypasses_rls()',
    'invoker',
    'stable',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_function('private.set_updated_at()', 'invoker', 'volatile');

call pg_temp.expect_function(
    'private.uuid_v7()',
    'invoker',
    'volatile',
    'authenticated, service_role, palaver_definer'
);

call pg_temp.expect_no_grant(
    'private.default_privileges_before',
    'authenticated',
    'select, insert, update, delete, truncate'
);

call pg_temp.expect_no_grant(
    'private.default_privileges_before',
    'service_role',
    'select, insert, update, delete, truncate'
);
