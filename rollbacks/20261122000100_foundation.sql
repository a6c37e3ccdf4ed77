-- Reverts 20261122000100_foundation. Removes schema private; the roles, unless another database uses them; and restores the default privileges.
-- Later migrations must be reverted first: nothing here cascades, so it fails and changes nothing while they stand.

begin;

drop function private.set_updated_at();

drop function private.caller_bypasses_rls();

drop function private.become(jsonb);

drop function private.auth_email();

drop function private.auth_id();

drop function private.as_uuid(text);

drop function private.uuid_v7();

-- The default privileges as they were. The built-in one, that everyone may execute functions, is the absence of an entry.

do $$
declare
    v_grant record;
begin
    if not exists (select from private.default_privileges_before where schema_name = '' and object_type = 'f') then
        alter default privileges grant execute on functions to public;
    end if;

    for v_grant in
        select
            case d.object_type when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' end as objects,
            case when d.schema_name = '' then '' else format('in schema %I', d.schema_name) end as in_schema,
            a.privilege_type,
            case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee,
            case when a.is_grantable then 'with grant option' else '' end as grantable
        from private.default_privileges_before as d
        cross join lateral aclexplode(d.acl) as a
        where d.object_type in ('r', 'S', 'f')
    loop
        execute format(
            'alter default privileges %s grant %s on %s to %s %s',
            v_grant.in_schema,
            v_grant.privilege_type,
            v_grant.objects,
            v_grant.grantee,
            v_grant.grantable
        );
    end loop;
end
$$;

drop table private.default_privileges_before;

revoke usage on schema public from palaver_definer;

drop schema private;

-- Roles belong to the whole cluster: they stay while another database of it uses them.

do $$
begin
    drop role palaver_definer;
exception when dependent_objects_still_exist then
    raise notice 'Role palaver_definer stays: another database of this cluster uses it.';
end
$$;

do $$
begin
    drop role palaver_worker;
exception when dependent_objects_still_exist then
    raise notice 'Role palaver_worker stays: another database of this cluster uses it.';
end
$$;

do $$
begin
    if to_regclass('supabase_migrations.schema_migrations') is not null then
        delete from supabase_migrations.schema_migrations where version = '20261122000100';
    end if;
end
$$;

commit;
