-- What a hosted Supabase project looks like to a migration, for a plain PostgreSQL cluster on one machine.
--
-- Run as the superuser `supabase_admin`, once in each database that is to look hosted; safe to repeat. Passwords are set by the
-- caller. The tables and functions of schema auth come from Supabase's Auth server, or from sql/plain_postgres.sql where there is none.

do $$
begin
    if to_regrole('anon') is null then
        create role anon nologin noinherit;
    end if;

    if to_regrole('authenticated') is null then
        create role authenticated nologin noinherit;
    end if;

    if to_regrole('service_role') is null then
        create role service_role nologin noinherit bypassrls;
    end if;

    if to_regrole('authenticator') is null then
        create role authenticator login noinherit;
    end if;

    if to_regrole('supabase_auth_admin') is null then
        create role supabase_auth_admin login noinherit createrole;
    end if;

    if to_regrole('postgres') is null then
        create role postgres login nosuperuser createdb createrole replication bypassrls;
    end if;
end
$$;

grant anon to authenticator;

grant authenticated to authenticator;

grant service_role to authenticator;

grant anon to postgres with admin option;

grant authenticated to postgres with admin option;

grant service_role to postgres with admin option;

alter role anon set statement_timeout = '3s';

alter role authenticated set statement_timeout = '8s';

-- The database and schema public belong to the role that migrates.

do $$
begin
    execute format('alter database %I owner to postgres', current_database());
end
$$;

alter schema public owner to postgres;

grant usage on schema public to anon, authenticated, service_role;

-- Schema auth belongs to the Auth server: migrations may read and reference it, not change it.

create schema if not exists auth authorization supabase_auth_admin;

grant usage on schema auth to postgres, anon, authenticated, service_role;

alter default privileges in schema auth grant select, insert, update, delete, references, trigger on tables to postgres;

alter default privileges for role supabase_auth_admin in schema auth
grant select, insert, update, delete, references, trigger on tables to postgres;

grant select, insert, update, delete, references, trigger on all tables in schema auth to postgres;

create schema if not exists extensions authorization postgres;

grant usage on schema extensions to anon, authenticated, service_role;

-- Projects made before 2026 grant everything in public to the API roles by default: migrations must hold against that. Only a new
-- project's: Palaver's first migration takes it back, and a later start must not give it again.

do $$
declare
    v_objects text;
begin
    if to_regnamespace('private') is null then
        foreach v_objects in array array['tables', 'sequences', 'functions'] loop
            execute format(
                'alter default privileges for role postgres in schema public grant all on %s to anon, authenticated, service_role',
                v_objects
            );
        end loop;
    end if;
end
$$;

do $$
begin
    if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
        create publication supabase_realtime;
        alter publication supabase_realtime owner to postgres;
    end if;
end
$$;
