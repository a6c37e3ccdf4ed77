-- The words that the verify files are written in. Each procedure raises an exception, whose sentence names what is missing
-- or wrong, or says nothing; each also notes what it was told, so that expect_nothing_else() can tell what nobody expected.
--
-- Everything here is temporary: included by each file of this folder, gone with the session.

\set ON_ERROR_STOP on
\set QUIET on
\set VERBOSITY terse

set client_min_messages = warning;

\ir reading.sql

\ir access.sql

-- Says which migration the expectations that follow belong to.

create or replace procedure pg_temp.verifying(p_migration text)
language sql
as $$
    select pg_temp.note('migration', p_migration)
$$;

create or replace procedure pg_temp.expect_schema(p_schema text)
language plpgsql
as $$
begin
    perform pg_temp.insist(to_regnamespace(p_schema) is not null, format('Schema %s is missing.', p_schema));

    perform pg_temp.note('schema', 'schema ' || p_schema);
end
$$;

-- Attributes are those of CREATE ROLE; whatever is not named, the role must not have.

create or replace procedure pg_temp.expect_role(p_role text, p_attributes text)
language plpgsql
as $$
declare
    v_has text;
begin
    select
        concat_ws(
            ' ',
            case when r.rolcanlogin then 'login' else 'nologin' end,
            case when r.rolinherit then 'inherit' else 'noinherit' end,
            case when r.rolsuper then 'superuser' end,
            case when r.rolcreatedb then 'createdb' end,
            case when r.rolcreaterole then 'createrole' end,
            case when r.rolreplication then 'replication' end,
            case when r.rolbypassrls then 'bypassrls' end
        )
    into v_has
    from pg_catalog.pg_roles as r
    where r.rolname = p_role;

    perform pg_temp.insist(v_has is not null, format('Role %s is missing.', p_role));

    perform pg_temp.insist(v_has = p_attributes, format('Role %s is "%s" and should be "%s".', p_role, v_has, p_attributes));
end
$$;

create or replace procedure pg_temp.expect_role_setting(p_role text, p_setting text)
language plpgsql
as $$
begin
    perform pg_temp.insist(
        exists (select from pg_catalog.pg_roles as r where r.rolname = p_role and p_setting = any(r.rolconfig)),
        format('Role %s lacks the setting %s.', p_role, p_setting)
    );
end
$$;

create or replace procedure pg_temp.expect_membership(p_role text, p_of text)
language plpgsql
as $$
begin
    perform pg_temp.insist(
        exists (
            select
            from pg_catalog.pg_auth_members as m
            where m.member = to_regrole(p_role) and m.roleid = to_regrole(p_of)
        ),
        format('Role %s is not a member of %s.', p_role, p_of)
    );
end
$$;

-- What the migrating role makes from now on is granted to nobody by default.

create or replace procedure pg_temp.expect_no_default_grants()
language plpgsql
as $$
declare
    v_grant record;
begin
    select
        case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' else 'functions' end as objects,
        case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end as grantee
    into v_grant
    from pg_catalog.pg_default_acl as d
    cross join lateral aclexplode(d.defaclacl) as a
    where
        pg_get_userbyid(d.defaclrole) = pg_temp.migrating_role()
        and d.defaclobjtype in ('r', 'S', 'f')
        and d.defaclnamespace in (0, to_regnamespace('public'), to_regnamespace('private'))
        and (a.grantee = 0 or pg_get_userbyid(a.grantee) in ('anon', 'authenticated', 'service_role'))
    limit 1;

    perform pg_temp.insist(not found, format('Later %s are granted to %s by default.', v_grant.objects, v_grant.grantee));

    perform pg_temp.insist(
        exists (
            select
            from pg_catalog.pg_default_acl as d
            where pg_get_userbyid(d.defaclrole) = pg_temp.migrating_role() and d.defaclnamespace = 0 and d.defaclobjtype = 'f'
        ),
        'Later functions are executable by everyone by default.'
    );
end
$$;

create or replace procedure pg_temp.expect_relation(p_relation text, p_kind text, p_what text, p_owner text, p_columns text)
language plpgsql
set search_path = ''
as $$
declare
    v_relation record;
    v_column record;
begin
    select
        c.relkind,
        pg_get_userbyid(c.relowner) as owner
    into v_relation
    from pg_catalog.pg_class as c
    where c.oid = to_regclass(p_relation);

    perform pg_temp.insist(v_relation.relkind::text = p_kind, format('%s %s is missing.', p_what, p_relation));

    perform pg_temp.insist(
        v_relation.owner = p_owner,
        format('%s %s belongs to %s and should belong to %s.', p_what, p_relation, v_relation.owner, p_owner)
    );

    for v_column in
        select
            split_part(i.item, ' ', 1) as name,
            i.item as expected,
            a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case when a.attidentity = 'a' then ' generated always as identity' else '' end
            || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as found
        from pg_temp.items(p_columns) as i (item)
        left join pg_catalog.pg_attribute as a
            on a.attrelid = to_regclass(p_relation) and a.attname = split_part(i.item, ' ', 1) and not a.attisdropped
        left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
    loop
        perform pg_temp.insist(v_column.found is not null, format('Column %s.%s is missing.', p_relation, v_column.name));

        perform pg_temp.insist(
            pg_temp.plain(v_column.found) = pg_temp.plain(v_column.expected),
            format('Column %s.%s is "%s" and should be "%s".', p_relation, v_column.name, v_column.found, v_column.expected)
        );
    end loop;

    call pg_temp.expect_no_grant(p_relation, 'anon', 'select, insert, update, delete, truncate, references, trigger');

    perform pg_temp.note('relation', p_relation);
end
$$;

-- A table of the migrating role with Row Level Security on, closed to anon.

create or replace procedure pg_temp.expect_table(p_table text, p_columns text)
language plpgsql
as $$
begin
    call pg_temp.expect_relation(p_table, 'r', 'Table', pg_temp.migrating_role(), p_columns);

    perform pg_temp.insist(
        (select c.relrowsecurity from pg_catalog.pg_class as c where c.oid = to_regclass(p_table)),
        format('Row Level Security is off on %s.', p_table)
    );
end
$$;

-- A view that reads with the rights of whoever asks.

create or replace procedure pg_temp.expect_view(p_view text, p_columns text)
language plpgsql
as $$
begin
    call pg_temp.expect_relation(p_view, 'v', 'View', pg_temp.migrating_role(), p_columns);

    perform pg_temp.insist(
        (
            select c.reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
            from pg_catalog.pg_class as c
            where c.oid = to_regclass(p_view)
        ),
        format('View %s is not security_invoker: it shows every tenant''s rows.', p_view)
    );
end
$$;

create or replace procedure pg_temp.expect_materialized_view(p_view text, p_columns text)
language plpgsql
as $$
begin
    call pg_temp.expect_relation(p_view, 'm', 'Materialized view', 'palaver_definer', p_columns);

    perform pg_temp.insist(
        (select c.relispopulated from pg_catalog.pg_class as c where c.oid = to_regclass(p_view)),
        format('Materialized view %s has never been filled.', p_view)
    );
end
$$;

create or replace procedure pg_temp.expect_key(p_table text, p_key text, p_definition text)
language plpgsql
set search_path = ''
as $$
declare
    v_key record;
begin
    select
        k.convalidated as validated,
        pg_get_constraintdef(k.oid) as definition
    into v_key
    from pg_catalog.pg_constraint as k
    where k.conrelid = to_regclass(p_table) and k.conname = p_key;

    perform pg_temp.insist(v_key.definition is not null, format('Key %s of %s is missing.', p_key, p_table));

    perform pg_temp.insist(
        pg_temp.plain(v_key.definition) = pg_temp.plain(p_definition),
        format('Key %s of %s is "%s" and should be "%s".', p_key, p_table, v_key.definition, p_definition)
    );

    perform pg_temp.insist(v_key.validated, format('Key %s of %s is not validated.', p_key, p_table));
end
$$;

create or replace procedure pg_temp.expect_checks(p_table text, p_checks text)
language plpgsql
as $$
declare
    v_check record;
begin
    for v_check in
        select
            i.item as name,
            k.convalidated as validated
        from pg_temp.items(p_checks) as i (item)
        left join pg_catalog.pg_constraint as k
            on k.conrelid = to_regclass(p_table) and i.item = k.conname and k.contype = 'c'
    loop
        perform pg_temp.insist(v_check.validated is not null, format('Check %s of %s is missing.', v_check.name, p_table));

        perform pg_temp.insist(v_check.validated, format('Check %s of %s is not validated.', v_check.name, p_table));
    end loop;
end
$$;

create or replace procedure pg_temp.expect_index(p_table text, p_index text, p_definition text)
language plpgsql
set search_path = ''
as $$
declare
    v_index record;
begin
    select
        i.indisvalid and i.indisready and i.indislive as usable,
        case when i.indisunique then 'unique ' else '' end || substring(pg_get_indexdef(i.indexrelid) from ' USING (.*)') as definition
    into v_index
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as c on i.indexrelid = c.oid
    where i.indrelid = to_regclass(p_table) and c.relname = p_index;

    perform pg_temp.insist(v_index.definition is not null, format('Index %s on %s is missing.', p_index, p_table));

    perform pg_temp.insist(
        pg_temp.plain(v_index.definition) = pg_temp.plain(p_definition),
        format('Index %s on %s is "%s" and should be "%s".', p_index, p_table, v_index.definition, p_definition)
    );

    perform pg_temp.insist(v_index.usable, format('Index %s on %s is not valid: rebuild it.', p_index, p_table));
end
$$;

-- search_path is empty, or, where it is a definer's, the catalog and then, last, the caller's temporary schema, which comes
-- first where it is not named. Callers are the roles named and never everybody; a definer function belongs to palaver_definer,
-- which bypasses nothing, any other to the migrating role.

create or replace procedure pg_temp.expect_function(p_function text, p_security text, p_volatility text, p_callers text default '')
language plpgsql
as $$
declare
    v_function record;
    v_owner text := case p_security when 'definer' then 'palaver_definer' else pg_temp.migrating_role() end;
    v_search_path text := 'search_path=' || case p_security when 'definer' then 'pg_catalog, pg_temp' else '""' end;
    v_caller text;
begin
    select
        case when p.prosecdef then 'definer' else 'invoker' end as security,
        case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
        (select s.setting from unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%') as search_path,
        pg_get_userbyid(p.proowner)::text as owner
    into v_function
    from pg_catalog.pg_proc as p
    where p.oid = to_regprocedure(p_function);

    perform pg_temp.insist(v_function.owner is not null, format('Function %s is missing.', p_function));

    perform pg_temp.insist(
        v_function.security = p_security,
        format('Function %s is security %s and should be security %s.', p_function, v_function.security, p_security)
    );

    perform pg_temp.insist(
        v_function.volatility = p_volatility,
        format('Function %s is %s and should be %s.', p_function, v_function.volatility, p_volatility)
    );

    perform pg_temp.insist(
        v_function.owner = v_owner,
        format('Function %s belongs to %s and should belong to %s.', p_function, v_function.owner, v_owner)
    );

    perform pg_temp.insist(
        v_function.search_path = v_search_path,
        format(
            'Function %s sets "%s" and should set "%s".',
            p_function,
            coalesce(v_function.search_path, 'no search_path'),
            v_search_path
        )
    );

    perform pg_temp.insist(
        not has_function_privilege('anon', p_function, 'execute') or 'anon' in (select i.item from pg_temp.items(p_callers) as i (item)),
        format('anon may execute %s and should not.', p_function)
    );

    for v_caller in select i.item from pg_temp.items(p_callers) as i (item) loop
        call pg_temp.expect_grant(p_function, v_caller, 'execute');
    end loop;

    perform pg_temp.note('function', p_function);
end
$$;

create or replace procedure pg_temp.expect_trigger(p_table text, p_trigger text, p_definition text)
language plpgsql
set search_path = ''
as $$
declare
    v_trigger record;
begin
    select
        t.tgenabled in ('O', 'A') as enabled,
        substring(pg_get_triggerdef(t.oid) from '^CREATE TRIGGER \S+ (.*)') as definition
    into v_trigger
    from pg_catalog.pg_trigger as t
    where t.tgrelid = to_regclass(p_table) and t.tgname = p_trigger and not t.tgisinternal;

    perform pg_temp.insist(v_trigger.definition is not null, format('Trigger %s on %s is missing.', p_trigger, p_table));

    perform pg_temp.insist(
        replace(pg_temp.plain(v_trigger.definition), 'on' || p_table, '') = pg_temp.plain(p_definition),
        format('Trigger %s on %s is "%s" and should be "%s".', p_trigger, p_table, v_trigger.definition, p_definition)
    );

    perform pg_temp.insist(v_trigger.enabled, format('Trigger %s on %s is disabled.', p_trigger, p_table));
end
$$;

create or replace procedure pg_temp.expect_job(p_job text)
language plpgsql
as $$
begin
    perform pg_temp.insist(
        exists (select from private.jobs as j where j.name = p_job), format('Job %s is missing from private.jobs.', p_job)
    );

    perform pg_temp.insist(
        to_regprocedure(format('private.%I()', p_job)) is not null, format('Job %s has no function private.%s().', p_job, p_job)
    );
end
$$;
