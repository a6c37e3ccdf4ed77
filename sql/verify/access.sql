-- Expectations of who may do what: policies and grants. Included by expectations.sql.

-- A policy's expressions as PostgreSQL writes them, found by giving them to a temporary table that looks like the real one:
-- then nothing but their meaning is compared.

create or replace function pg_temp.as_postgresql_writes_it(p_table text, p_command text, p_using text, p_check text)
returns table (using_expression text, check_expression text)
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_name text := (parse_ident(p_table))[2];
begin
    execute format('create temporary table %I (like %s)', v_name, p_table);

    execute format(
        'create policy trial on pg_temp.%I for %s %s %s',
        v_name,
        p_command,
        'using (' || p_using || ')',
        'with check (' || p_check || ')'
    );

    return query
    select
        pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid)
    from pg_catalog.pg_policy as p
    where p.polrelid = to_regclass(format('pg_temp.%I', v_name));

    execute format('drop table pg_temp.%I', v_name);
end
$$;

-- A permissive policy for one command and the named roles; its expressions as the migration writes them.

create or replace procedure pg_temp.expect_policy(
    p_table text, p_policy text, p_command text, p_roles text, p_using text default null, p_check text default null
)
language plpgsql
set search_path = ''
as $$
declare
    v_policy record;
    v_expected record;
begin
    select
        p.polpermissive as permissive,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
        (
            select string_agg(coalesce(r.rolname, 'public'), ', ' order by r.rolname)
            from unnest(p.polroles) as o (id)
            left join pg_catalog.pg_roles as r on o.id = r.oid
        ) as roles,
        pg_get_expr(p.polqual, p.polrelid) as using_expression,
        pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
    into v_policy
    from pg_catalog.pg_policy as p
    where p.polrelid = to_regclass(p_table) and p.polname = p_policy;

    perform pg_temp.insist(v_policy.command is not null, format('Policy "%s" on %s is missing.', p_policy, p_table));

    perform pg_temp.insist(
        v_policy.command = p_command,
        format('Policy "%s" on %s is for %s and should be for %s.', p_policy, p_table, v_policy.command, p_command)
    );

    perform pg_temp.insist(
        v_policy.roles = p_roles,
        format('Policy "%s" on %s is to %s and should be to %s.', p_policy, p_table, v_policy.roles, p_roles)
    );

    perform pg_temp.insist(
        v_policy.permissive, format('Policy "%s" on %s is restrictive and should be permissive.', p_policy, p_table)
    );

    select * into v_expected from pg_temp.as_postgresql_writes_it(p_table, p_command, p_using, p_check);

    perform pg_temp.insist(
        v_policy.using_expression is not distinct from v_expected.using_expression,
        format('Policy "%s" on %s uses "%s" and should use "%s".', p_policy, p_table, v_policy.using_expression, p_using)
    );

    perform pg_temp.insist(
        v_policy.check_expression is not distinct from v_expected.check_expression,
        format('Policy "%s" on %s checks "%s" and should check "%s".', p_policy, p_table, v_policy.check_expression, p_check)
    );

    perform pg_temp.note('policy', p_table, p_policy);
end
$$;

-- At least these, granted to the role itself and not to be passed on: later migrations may add to them.

create or replace procedure pg_temp.expect_grant(p_object text, p_grantee text, p_privileges text)
language plpgsql
as $$
declare
    v_missing record;
begin
    select
        replace(lower(p.verb), 'usage', 'use') as verb,
        p.column_name
    into v_missing
    from pg_temp.privileges(p_privileges) as p
    where not exists (
        select
        from pg_temp.grants(p_object) as g
        where g.grantee = p_grantee and g.verb = p.verb and g.column_name = p.column_name
    )
    limit 1;

    perform pg_temp.insist(
        not found,
        format('%s may not %s %s.', p_grantee, v_missing.verb, concat_ws('.', p_object, nullif(v_missing.column_name, '')))
    );

    insert into pg_temp.palaver_expected (kind, object, detail)
    select 'grant', p_object, concat_ws(' ', p_grantee, p.verb, nullif(p.column_name, ''))
    from pg_temp.privileges(p_privileges) as p;
end
$$;

-- None of these, by whatever way the role might have come to them.

create or replace procedure pg_temp.expect_no_grant(p_relation text, p_role text, p_privileges text)
language plpgsql
as $$
declare
    v_held record;
begin
    select
        lower(p.verb) as verb,
        concat_ws('.', p_relation, nullif(p.column_name, '')) as what
    into v_held
    from pg_temp.privileges(p_privileges) as p
    where
        case
            when p.column_name <> '' then has_column_privilege(p_role, p_relation, p.column_name, p.verb)
            when p.verb in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') then has_any_column_privilege(p_role, p_relation, p.verb)
            else has_table_privilege(p_role, p_relation, p.verb)
        end
    limit 1;

    perform pg_temp.insist(not found, format('%s may %s %s and should not.', p_role, v_held.verb, v_held.what));
end
$$;

-- Exactly what was expected so far and no more: every relation and function of schema private; and on all that was named, the
-- policies, and the grants to the roles that Palaver and Supabase's Data API know. Roles of your own are yours to grant to.

create or replace procedure pg_temp.expect_nothing_else()
language plpgsql
as $$
declare
    v_extra record;
begin
    select c.relname as name
    into v_extra
    from pg_catalog.pg_class as c
    where
        c.relnamespace = to_regnamespace('private')
        and c.relkind in ('r', 'p', 'f', 'v', 'm')
        and not exists (
            select from pg_temp.palaver_expected as e where e.kind = 'relation' and to_regclass(e.object) = c.oid
        )
    limit 1;

    perform pg_temp.insist(not found, format('private.%s is not part of Palaver.', v_extra.name));

    select p.oid::regprocedure as name
    into v_extra
    from pg_catalog.pg_proc as p
    where
        p.pronamespace = to_regnamespace('private')
        and not exists (
            select from pg_temp.palaver_expected as e where e.kind = 'function' and to_regprocedure(e.object) = p.oid
        )
    limit 1;

    perform pg_temp.insist(not found, format('Function %s is not part of Palaver.', v_extra.name));

    select
        p.polname as name,
        r.object
    into v_extra
    from pg_temp.palaver_expected as r
    inner join pg_catalog.pg_policy as p on to_regclass(r.object) = p.polrelid
    where
        r.kind = 'relation'
        and not exists (
            select
            from pg_temp.palaver_expected as e
            where e.kind = 'policy' and e.object = r.object and e.detail = p.polname
        )
    limit 1;

    perform pg_temp.insist(not found, format('Policy "%s" on %s is not part of Palaver.', v_extra.name, v_extra.object));

    select
        g.grantee,
        replace(lower(g.verb), 'usage', 'use') as verb,
        concat_ws('.', r.object, nullif(g.column_name, '')) as what
    into v_extra
    from pg_temp.palaver_expected as r
    cross join lateral pg_temp.grants(r.object) as g
    where
        r.kind in ('relation', 'function', 'schema')
        and r.object <> 'schema public'
        and g.grantee in ('public', 'anon', 'authenticated', 'authenticator', 'service_role', 'palaver_worker', 'palaver_definer')
        and (
            g.grantable
            or not exists (
                select
                from pg_temp.palaver_expected as e
                where
                    e.kind = 'grant'
                    and e.object = r.object
                    and e.detail = concat_ws(' ', g.grantee, g.verb, nullif(g.column_name, ''))
            )
        )
    limit 1;

    perform pg_temp.insist(not found, format('%s may %s %s and should not.', v_extra.grantee, v_extra.verb, v_extra.what));
end
$$;
