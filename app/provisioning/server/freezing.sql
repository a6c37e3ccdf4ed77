-- How an app's tables are frozen and thawed, by name; freezing.py loads them. A hand runs each in one transaction, as a
-- member of the app's role and of the frozen one.

-- name: freeze
do $$
declare
    v_object record;
    v_grantee text;
begin
    if exists (
        select from pg_catalog.pg_namespace as n
        where n.nspname = :'frozen' and n.nspowner = :'frozen'::pg_catalog.regrole
    ) then
        return;
    end if;

    -- The app cannot keep itself from being frozen by taking the name.
    if pg_catalog.to_regnamespace(:'frozen') is not null then
        execute pg_catalog.format('alter schema %I rename to %I', :'frozen', pg_catalog.gen_random_uuid());
    end if;

    create schema :"frozen" authorization :"frozen";

    perform pg_catalog.set_config('role', :'frozen', true);

    -- What rights there were, from which thawing makes them again; attribute 0 is the table itself, -1 a schema.
    create table :"frozen".rights as
    select o.object, o.attribute, x.grantee, x.privilege_type, x.is_grantable
    from (
        select n.oid as object, -1 as attribute, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) as acl
        from pg_catalog.pg_namespace as n
        where n.nspowner = :'role'::pg_catalog.regrole
        union all
        select c.oid, 0, coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))
        from pg_catalog.pg_class as c
        where c.relowner = :'role'::pg_catalog.regrole and c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
        union all
        select a.attrelid, a.attnum, a.attacl
        from pg_catalog.pg_attribute as a
        inner join pg_catalog.pg_class as c on c.oid = a.attrelid
        where c.relowner = :'role'::pg_catalog.regrole and c.relkind in ('r', 'p', 'm') and a.attacl is not null
    ) as o
    left join lateral pg_catalog.aclexplode(o.acl) as x on true;

    perform pg_catalog.set_config('role', 'none', true);

    for v_object in
        select distinct r.object::pg_catalog.regnamespace as name from :"frozen".rights as r where r.attribute = -1
    loop
        execute pg_catalog.format('grant usage, create on schema %s to %I', v_object.name, :'frozen');
    end loop;

    for v_object in
        select distinct r.object::pg_catalog.regclass as name, c.relkind
        from :"frozen".rights as r
        inner join pg_catalog.pg_class as c on c.oid = r.object
        where r.attribute = 0
    loop
        execute pg_catalog.format(
            'alter %s %s owner to %I',
            case v_object.relkind when 'm' then 'materialized view' else 'table' end, v_object.name, :'frozen'
        );
        for v_grantee in
            select distinct coalesce(pg_catalog.quote_ident(g.rolname), 'public')
            from pg_catalog.pg_class as c
            cross join lateral pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) as x
            left join pg_catalog.pg_roles as g on g.oid = x.grantee
            where c.oid = v_object.name
            union
            select distinct coalesce(pg_catalog.quote_ident(g.rolname), 'public')
            from pg_catalog.pg_attribute as a
            cross join lateral pg_catalog.aclexplode(a.attacl) as x
            left join pg_catalog.pg_roles as g on g.oid = x.grantee
            where a.attrelid = v_object.name
        loop
            execute pg_catalog.format('revoke all on %s from %s cascade', v_object.name, v_grantee);
        end loop;
        -- The owner's own as well: rules write with the rights of the table's owner.
        execute pg_catalog.format('grant select, delete, truncate on %s to %I, %I', v_object.name, :'role', :'frozen');
        -- Without which it could not be vacuumed.
        if pg_catalog.current_setting('server_version_num')::integer >= 170000 then
            execute pg_catalog.format('grant maintain on %s to %I', v_object.name, :'frozen');
        end if;
    end loop;

    for v_object in
        select distinct r.object::pg_catalog.regnamespace as name from :"frozen".rights as r where r.attribute = -1
    loop
        execute pg_catalog.format('alter schema %s owner to %I', v_object.name, :'frozen');
        execute pg_catalog.format('revoke create on schema %s from public, %I', v_object.name, :'role');
        execute pg_catalog.format('grant usage on schema %s to %I', v_object.name, :'role');
    end loop;
end
$$

-- name: thaw
do $$
declare
    v_object record;
    v_right record;
begin
    if not exists (
        select from pg_catalog.pg_namespace as n
        where n.nspname = :'frozen' and n.nspowner = :'frozen'::pg_catalog.regrole
    ) then
        return;
    end if;

    -- Schemas first: who is given a table must be able to create one there.
    for v_object in
        select distinct r.object, r.attribute, n.oid::pg_catalog.regnamespace::text as name, 'schema' as kind
        from :"frozen".rights as r
        inner join pg_catalog.pg_namespace as n on n.oid = r.object and r.attribute = -1
        union all
        select distinct
            r.object, r.attribute, c.oid::pg_catalog.regclass::text,
            case c.relkind when 'm' then 'materialized view' else 'table' end
        from :"frozen".rights as r
        inner join pg_catalog.pg_class as c on c.oid = r.object and r.attribute = 0
        order by attribute
    loop
        execute pg_catalog.format('alter %s %s owner to %I', v_object.kind, v_object.name, :'role');
        execute pg_catalog.format(
            'revoke all on %s %s from public, %I cascade',
            case v_object.kind when 'schema' then 'schema' else 'table' end, v_object.name, :'role'
        );
        for v_right in
            select
                r.privilege_type, r.is_grantable, coalesce(pg_catalog.quote_ident(g.rolname), 'public') as grantee,
                coalesce('(' || pg_catalog.quote_ident(a.attname) || ')', '') as of_column
            from :"frozen".rights as r
            left join pg_catalog.pg_roles as g on g.oid = r.grantee
            left join pg_catalog.pg_attribute as a on a.attrelid = r.object and a.attnum = r.attribute and r.attribute > 0
            where
                r.object = v_object.object
                and r.privilege_type is not null
                and (r.grantee = 0 or g.oid is not null)
                and (r.attribute <= 0 or not a.attisdropped)
        loop
            execute pg_catalog.format(
                'grant %s%s on %s %s to %s%s',
                v_right.privilege_type, v_right.of_column,
                case v_object.kind when 'schema' then 'schema' else 'table' end, v_object.name,
                v_right.grantee, case when v_right.is_grantable then ' with grant option' end
            );
        end loop;
    end loop;

    drop schema :"frozen" cascade;
end
$$

-- name: sparse_tables
select n.nspname as schema, c.relname as table
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relowner = :'frozen'::pg_catalog.regrole
    and c.relkind in ('r', 'm')
    and pg_catalog.pg_relation_size(c.oid) > 1048576
    and pg_catalog.pg_relation_size(c.oid) > 2 * greatest(c.reltuples, 0) * (
        28 + coalesce(
            (
                select sum(s.avg_width)
                from pg_catalog.pg_stats as s
                where s.schemaname = n.nspname and s.tablename = c.relname
            ), 0
        )
    )

-- name: vacuum
vacuum (analyze)

-- name: shrink
vacuum (full, analyze) :"schema".:"table"

-- name: is_too_much
-- Each table, index and sequence takes a lock until the end, and all databases of the server have one supply of them.
select count(*) > (
    pg_catalog.current_setting('max_locks_per_transaction')::integer
    * pg_catalog.current_setting('max_connections')::integer / 2
)
from pg_catalog.pg_class as c
where c.relowner = :'role'::pg_catalog.regrole

-- name: role_exists
select pg_catalog.to_regrole(:'role') is not null

-- name: is_frozen
select
    exists (
        select from pg_catalog.pg_namespace as n
        where n.nspname = :'frozen' and n.nspowner = pg_catalog.to_regrole(:'frozen')
    )
    and not pg_catalog.has_database_privilege(:'role', pg_catalog.current_database(), 'create')
    and not exists (
        select from pg_catalog.pg_class as c
        where
            c.relkind in ('r', 'p', 'm')
            and c.relpersistence <> 't'
            and (
                c.relowner = pg_catalog.to_regrole(:'role')
                or c.relowner = pg_catalog.to_regrole(:'frozen')
                and c.relnamespace <> pg_catalog.to_regnamespace(:'frozen')
                and (
                    pg_catalog.has_table_privilege(:'role', c.oid, 'insert, update')
                    or pg_catalog.has_any_column_privilege(:'role', c.oid, 'insert, update')
                )
            )
    )

-- name: create_frozen
create role :"frozen" nologin

-- name: allow_schemas
grant create on database :"database" to :"frozen"

-- name: disallow_growth
revoke create, temporary on database :"database" from :"role"

-- name: allow_growth
grant create, temporary on database :"database" to :"role"

-- name: wait_briefly
set lock_timeout = '20s'
