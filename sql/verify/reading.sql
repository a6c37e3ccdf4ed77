-- How the expectations read the catalog and take notes: included by expectations.sql.

create temporary table if not exists palaver_expected (
    kind text not null,
    object text not null,
    detail text not null default ''
);

create or replace function pg_temp.note(p_kind text, p_object text, p_detail text default '')
returns void
language sql
volatile
as $$
    insert into pg_temp.palaver_expected (kind, object, detail) values (p_kind, p_object, p_detail)
$$;

create or replace function pg_temp.insist(p_holds boolean, p_sentence text)
returns void
language plpgsql
stable
as $$
begin
    if p_holds is not true then
        raise exception using
            errcode = 'PA500',
            message = format(
                '%s (%s)',
                regexp_replace(p_sentence, '\s+', ' ', 'g'),
                (select max(e.object) from pg_temp.palaver_expected as e where e.kind = 'migration')
            );
    end if;
end
$$;

-- How an expression reads without what PostgreSQL adds to it: casts, aliases, parentheses, white space.

create or replace function pg_temp.plain(p_text text)
returns text
language sql
immutable
as $$
    select regexp_replace(
        regexp_replace(
            regexp_replace(lower(p_text), '::(timestamp with(out)? time zone|[a-z_.]+)(\[\])?', '', 'g'),
            '(?<=\)) as [a-z_]+|\mas\M', '', 'g'
        ),
        '[()\s]', '', 'g'
    )
$$;

-- A list such as: select, insert (tenant_id, title), update (title)

create or replace function pg_temp.items(p_list text)
returns setof text
language sql
immutable
as $$
    select regexp_replace(btrim(i.item, E' \n'), '\s+', ' ', 'g')
    from regexp_split_to_table(p_list, ',(?![^(]*\))') as i (item)
    where i.item ~ '\S'
$$;

-- Privileges one by one: the verb and the column, '' for the whole object.

create or replace function pg_temp.privileges(p_list text)
returns table (verb text, column_name text)
language sql
immutable
as $$
    select
        upper(substring(i.item from '^\w+')),
        coalesce(c.column_name, '')
    from pg_temp.items(p_list) as i (item)
    left join lateral pg_temp.items(substring(i.item from '\((.*)\)')) as c (column_name) on true
$$;

-- Every grant on a relation, a function or a schema: to whom, what, on which column, and whether it may be passed on.

create or replace function pg_temp.grants(p_object text)
returns table (grantee text, verb text, column_name text, grantable boolean)
language plpgsql
stable
as $$
declare
    -- Before PostgreSQL 16 these casts raise an exception for a name of another form.
    v_function oid := case when p_object like '%(%' then to_regprocedure(p_object) end;
    v_relation oid := case when p_object not like '%(%' and p_object not like 'schema %' then to_regclass(p_object) end;
begin
    return query
    with lists (acl, owner, name) as (
        select coalesce(c.relacl, acldefault('r', c.relowner)), c.relowner, ''
        from pg_catalog.pg_class as c
        where c.oid = v_relation
        union all
        select a.attacl, c.relowner, a.attname::text
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
        where c.oid = v_relation and a.attacl is not null and not a.attisdropped
        union all
        select coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner, ''
        from pg_catalog.pg_proc as p
        where p.oid = v_function
        union all
        select coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner, ''
        from pg_catalog.pg_namespace as n
        where 'schema ' || n.nspname = p_object
    )

    select
        case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end,
        a.privilege_type,
        l.name,
        a.is_grantable
    from lists as l
    cross join lateral aclexplode(l.acl) as a
    where a.grantee <> l.owner;
end
$$;

-- The role that applied the migrations.

create or replace function pg_temp.migrating_role()
returns text
language sql
stable
as $$
    select pg_get_userbyid(n.nspowner)::text from pg_catalog.pg_namespace as n where n.nspname = 'private'
$$;
