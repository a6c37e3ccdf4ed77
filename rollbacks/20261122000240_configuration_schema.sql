-- Reverts 20261122000240_configuration_schema. What tenants added to the schema stays with them, and holds for nothing.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

-- Nothing in the catalog ties a function to those that its body calls, so no drop below would fail while 20261122000250_projects stands.

do $$
begin
    if to_regclass('public.projects') is not null then
        raise exception using
            errcode = '2BP01',
            message = 'Migration 20261122000250_projects must be reverted first.';
    end if;
end
$$;

drop trigger tenants_check_configuration_schema on public.tenants;

drop function private.check_configuration_schema();

revoke select (configuration_schema) on public.tenants from palaver_definer;

drop function private.schema_faults(jsonb);

drop function private.schema_faults_of(jsonb, jsonb, text);

drop function private.schema_reach(jsonb, jsonb, integer);

drop function private.schema_errors(jsonb, jsonb);

drop function private.schema_step(jsonb, jsonb, jsonb, jsonb, integer);

drop function private.schema_doubles(jsonb, jsonb);

drop function private.schema_errors_below(text, jsonb);

drop function private.schema_targets(jsonb, text);

drop function private.schema_token(text);

drop function private.configuration_schema(uuid);

drop function private.merged_schema(jsonb, jsonb);

drop function private.base_configuration_schema();

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000240';
    end if;
end
$$;

commit;
