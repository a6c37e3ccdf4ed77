-- What 20261122000240_configuration_schema made must look like this, then and after every later migration.
--
-- Run it: psql -X "$DATABASE_URL" -f sql/verify/20261122000240_configuration_schema.sql (or all of them: sql/verify.sql)

\ir expectations.sql

call pg_temp.verifying('20261122000240_configuration_schema');

call pg_temp.expect_trigger(
    'public.tenants',
    'tenants_check_configuration_schema',
    'before insert or update of configuration_schema for each row when (new.configuration_schema <> ''{}'') execute function private.check_configuration_schema()'
);

call pg_temp.expect_grant('public.tenants', 'palaver_definer', 'select (configuration_schema)');

call pg_temp.expect_function('private.base_configuration_schema()', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.merged_schema(jsonb, jsonb)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.configuration_schema(uuid)', 'invoker', 'stable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_token(text)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_targets(jsonb, text)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_step(jsonb, jsonb, jsonb, jsonb, integer)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_errors_below(text, jsonb)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_doubles(jsonb, jsonb)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_errors(jsonb, jsonb)', 'invoker', 'immutable', 'authenticated, service_role, palaver_definer');

call pg_temp.expect_function('private.schema_reach(jsonb, jsonb, integer)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.schema_faults_of(jsonb, jsonb, text)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.schema_faults(jsonb)', 'invoker', 'immutable', 'authenticated, service_role');

call pg_temp.expect_function('private.check_configuration_schema()', 'invoker', 'volatile');
