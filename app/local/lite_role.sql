-- The login of Supabase Lite: it serves Auth and the Data API, and may change nothing of ours.
--
-- At its first request Lite 0.10 grants all rights on every schema with Row Level Security to the API roles and changes default
-- privileges, which would hide what our own grants forbid. As the owner's or superuser's statements these would take effect; as
-- this role's they are warnings ("no privileges were granted"), provided that it holds some right on each object, hence
-- pg_read_all_data, and may create in those schemas, hence CREATE. Requests run as anon, authenticated or service_role.
-- Run as the superuser after each migration and before Lite's first request; safe to repeat.

do $$
begin
    if to_regrole('supabase_lite') is null then
        create role supabase_lite login;
    end if;

    if to_regrole('supabase_history') is null then
        create role supabase_history nologin;
    end if;

    execute format('grant create on database %I to supabase_lite', current_database());
end
$$;

grant anon to supabase_lite;

grant authenticated to supabase_lite;

grant service_role to supabase_lite;

grant pg_read_all_data to supabase_lite;

grant supabase_auth_admin to supabase_lite;

alter default privileges for role supabase_lite in schema auth
grant select, insert, update, delete, references, trigger on tables to postgres;

grant create on schema public to supabase_lite;

do $$
begin
    if to_regnamespace('private') is not null then
        grant create on schema private to supabase_lite;
    end if;
end
$$;

-- Lite and the role that migrates both expect to own the history of migrations.

grant supabase_history to supabase_lite;

grant supabase_history to postgres;

do $$
declare
    v_table regclass;
begin
    if to_regnamespace('supabase_migrations') is null then
        return;
    end if;

    alter schema supabase_migrations owner to supabase_history;

    for v_table in
        select c.oid::regclass
        from pg_catalog.pg_class as c
        where c.relnamespace = to_regnamespace('supabase_migrations') and c.relkind = 'r'
    loop
        execute format('alter table %s owner to supabase_history', v_table);
    end loop;
end
$$;
