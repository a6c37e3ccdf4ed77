-- Foundation: what every later migration stands on.
--
-- Creates:  schema private; roles palaver_worker and palaver_definer; private.uuid_v7(), private.as_uuid(),
--           private.auth_id(), private.auth_email(), private.become(), private.caller_bypasses_rls(), private.set_updated_at().
-- Changes:  the default privileges of the migrating role: what it creates later in public is granted to nobody unless a
--           migration says so, and its functions are not executable by everyone. The rollback restores what was.
-- Locks:    none on existing tables.
-- Rollback: rollbacks/20261122000100_foundation.sql

set local lock_timeout = '5s';

set local statement_timeout = '5min';

create schema private;

comment on schema private is
'Palaver''s inner part: policy helpers, closed parts of summaries, jobs. The Data API does not expose it.';

revoke all on schema private from public;

-- palaver_worker is the login of the Python worker. It holds what a signed-in person holds, by membership, and what only the
-- worker may do, by policies and grants of its own. It has no password until an operator sets one.

do $$
begin
    if to_regrole('palaver_worker') is null then
        create role palaver_worker login inherit;
    end if;
end
$$;

grant authenticated to palaver_worker;

-- The role carries the timeout since connection poolers refuse it as a startup parameter.

alter role palaver_worker set statement_timeout = '8s';

-- A person can hold the rows of their own conversations; whoever waits for them holds a connection that others need.

alter role palaver_worker set lock_timeout = '2s';

-- palaver_definer owns the functions that run with rights of their own, and nothing that bypasses Row Level Security:
-- what they may touch is granted and given a policy table by table.

do $$
begin
    if to_regrole('palaver_definer') is null then
        create role palaver_definer nologin;
    end if;

    execute format('grant palaver_definer to %I', current_user);
end
$$;

grant usage on schema private to authenticated, service_role;

grant usage, create on schema private to palaver_definer;

grant usage on schema public to palaver_definer;

-- Default privileges, as they were and as they are from here on.

create table private.default_privileges_before (
    object_type text not null,
    schema_name name not null,
    acl aclitem[] not null,
    constraint default_privileges_before_pkey primary key (object_type, schema_name)
);

comment on table private.default_privileges_before is
'The migrating role''s default privileges before Palaver, which the rollback of the foundation restores. Schema '''' means every schema.';

alter table private.default_privileges_before enable row level security;

insert into private.default_privileges_before (object_type, schema_name, acl)
select
    d.defaclobjtype as object_type,
    coalesce(n.nspname, '') as schema_name,
    d.defaclacl as acl
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
where
    d.defaclrole = current_user::regrole
    and (n.nspname = 'public' or (d.defaclnamespace = 0 and d.defaclobjtype = 'f'));

alter default privileges in schema public revoke all on tables from public, anon, authenticated, service_role;

alter default privileges in schema public revoke all on sequences from public, anon, authenticated, service_role;

alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

alter default privileges revoke execute on functions from public;

-- An empty search_path still looks into the caller's temporary schema first, for tables and types, and a domain made there would
-- run its check with a definer's rights. So definer functions name that schema last, and what they call names types in full.

-- Time-ordered ids (RFC 9562, version 7). PostgreSQL 18 has its own; before it the 12 bits after the version carry the fraction of
-- the millisecond, as RFC 9562 section 6.2 method 3 allows, so that ids made by one session hardly ever swap places.

do $do$
declare
    v_native constant text := $sql$
        create function private.uuid_v7()
        returns uuid
        language sql
        volatile
        parallel safe
        set search_path = ''
        as 'select uuidv7()'
    $sql$;

    v_portable constant text := $sql$
        create function private.uuid_v7()
        returns uuid
        language sql
        volatile
        parallel safe
        set search_path = ''
        as $$
            select (
                lpad(to_hex(now_in.microseconds / 1000), 12, '0')
                || '7' || lpad(to_hex((now_in.microseconds % 1000) * 4096 / 1000), 3, '0')
                || right(replace(gen_random_uuid()::pg_catalog.text, '-', ''), 16)
            )::pg_catalog.uuid
            from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as microseconds) as now_in
        $$
    $sql$;
begin
    if current_setting('server_version_num')::integer >= 180000 then
        execute v_native;
    else
        execute v_portable;
    end if;
end
$do$;

comment on function private.uuid_v7() is 'A new time-ordered UUID (version 7).';

revoke execute on function private.uuid_v7() from public;

grant execute on function private.uuid_v7() to authenticated, service_role, palaver_definer;

create function private.as_uuid(p_text text)
returns uuid
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
    if p_text ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' then
        return p_text::pg_catalog.uuid;
    end if;

    return null;
end
$$;

comment on function private.as_uuid(text) is 'The text as a UUID, null if it is none: clients'' own ids are any text.';

revoke execute on function private.as_uuid(text) from public;

grant execute on function private.as_uuid(text) to authenticated, service_role;

-- Who is asking. Claims that make no sense are nobody's: a policy asks only where there is a row to look at, and an error would tell
-- that there is one. Helpers that policies call are in PL/pgSQL, which keeps their plans: before PostgreSQL 18 a function in SQL is planned
-- anew by each statement that calls it, which costs more than a short query itself.

create function private.auth_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb ->> 'sub'
    )::pg_catalog.uuid;
exception when data_exception or statement_too_complex then
    return null;
end
$$;

comment on function private.auth_id() is
'The subject of the verified token, as auth.uid() answers it; needs no rights on schema auth, which belongs to Supabase.';

revoke execute on function private.auth_id() from public;

grant execute on function private.auth_id() to authenticated, service_role, palaver_definer;

create function private.auth_email()
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return lower(coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::pg_catalog.jsonb ->> 'email'
    ));
exception when data_exception or statement_too_complex then
    return null;
end
$$;

comment on function private.auth_email() is 'The e-mail address of the verified token, in lower case.';

revoke execute on function private.auth_email() from public;

grant execute on function private.auth_email() to authenticated, service_role, palaver_definer;

create function private.become(p_claims jsonb)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
    select
        set_config('request.jwt.claims', p_claims::text, true),
        set_config('request.jwt.claim.sub', coalesce(p_claims ->> 'sub', ''), true)
$$;

comment on function private.become(jsonb) is
'Makes the rest of the transaction act for the person that the verified claims name. Sets both forms that PostgREST has used, so that neither can contradict the other.';

revoke execute on function private.become(jsonb) from public;

grant execute on function private.become(jsonb) to palaver_worker;

create function private.caller_bypasses_rls()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(bool_or(r.rolbypassrls or r.rolsuper), false)
        from pg_catalog.pg_roles as r
        where r.rolname = coalesce(nullif(current_setting('role', true), 'none'), session_user)
    );
end
$$;

comment on function private.caller_bypasses_rls() is
'Whether the role that the client acts as is exempt from Row Level Security (service_role, the owner); also right inside definer functions, where current_user is their owner.';

revoke execute on function private.caller_bypasses_rls() from public;

grant execute on function private.caller_bypasses_rls() to authenticated, service_role, palaver_definer;

create function private.set_updated_at()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;

comment on function private.set_updated_at() is 'Trigger: stamps updated_at.';

revoke execute on function private.set_updated_at() from public;
