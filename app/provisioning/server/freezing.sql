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

    create table :"frozen".functions as
    select p.oid as object, p.prosecdef as is_definer, x.grantee, x.privilege_type, x.is_grantable
    from pg_catalog.pg_proc as p
    left join lateral pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as x on true
    where p.proowner = :'role'::pg_catalog.regrole;

    perform pg_catalog.set_config('role', 'none', true);

    for v_object in
        select distinct r.object::pg_catalog.regnamespace as name from :"frozen".rights as r where r.attribute = -1
    loop
        execute pg_catalog.format('grant usage, create on schema %s to %I', v_object.name, :'frozen');
    end loop;

    -- The app's code, which PostgreSQL runs as the owner of a table where it serves an index, statistics or a cast in a
    -- foreign key: the owner may not. It runs as the app, whose own it is no longer, to let others have it again.
    for v_object in
        select distinct f.object::pg_catalog.regprocedure as name, f.is_definer from :"frozen".functions as f
    loop
        if v_object.is_definer then
            execute pg_catalog.format('alter routine %s security invoker', v_object.name);
        end if;
        execute pg_catalog.format('alter routine %s owner to %I', v_object.name, :'frozen');
        for v_grantee in
            select distinct coalesce(pg_catalog.quote_ident(g.rolname), 'public')
            from pg_catalog.pg_proc as p
            cross join lateral pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as x
            left join pg_catalog.pg_roles as g on g.oid = x.grantee
            where p.oid = v_object.name
        loop
            execute pg_catalog.format('revoke all on routine %s from %s cascade', v_object.name, v_grantee);
        end loop;
        execute pg_catalog.format('grant execute on routine %s to %I', v_object.name, :'role');
    end loop;

    for v_object in
        with recursive triggered (oid) as (
            select t.tgrelid from pg_catalog.pg_trigger as t where not t.tgisinternal
            union
            select i.inhparent from pg_catalog.pg_inherits as i inner join triggered as t on t.oid = i.inhrelid
        )
        select
            r.name, c.relkind,
            -- Of a trigger's function nobody asks who may run it.
            exists (select from triggered as t where t.oid = r.name) as is_triggered,
            exists (select from pg_catalog.pg_rewrite as w where w.ev_class = r.name and w.ev_type <> '1') as has_rules,
            (
                select pg_catalog.quote_ident(a.attname)
                from pg_catalog.pg_attribute as a
                where
                    a.attrelid = r.name
                    and a.attnum > 0
                    and not a.attisdropped
                    and not exists (
                        select from pg_catalog.pg_constraint as f
                        where f.conrelid = r.name and f.confdeltype in ('n', 'd') and a.attnum = any (f.conkey)
                    )
                order by a.attnum
                limit 1
            ) as harmless
        from (
            select distinct r.object::pg_catalog.regclass as name from :"frozen".rights as r where r.attribute = 0
        ) as r
        inner join pg_catalog.pg_class as c on c.oid = r.name
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
        execute pg_catalog.format('grant select, truncate on %s to %I', v_object.name, :'role');
        execute pg_catalog.format('grant select on %s to %I', v_object.name, :'frozen');
        -- Rules write with the rights of the table's owner: where there are some, only all can be deleted.
        if not v_object.has_rules then
            execute pg_catalog.format('grant delete on %s to %I', v_object.name, :'role');
            -- Foreign keys look at what refers with the rights of the table's owner, delete it and set it to null. Where
            -- triggers would run with that they may only look and lock, for which they have to be allowed to update a
            -- column: one that they set to nothing.
            if not v_object.is_triggered then
                execute pg_catalog.format('grant update, delete on %s to %I', v_object.name, :'frozen');
            elsif v_object.harmless is not null then
                execute pg_catalog.format('grant update (%s) on %s to %I', v_object.harmless, v_object.name, :'frozen');
            end if;
        end if;
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

    execute pg_catalog.format(
        'comment on schema %I is %L', :'frozen', pg_catalog.pg_database_size(pg_catalog.current_database())
    );
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

    for v_object in
        select distinct p.oid, p.oid::pg_catalog.regprocedure as name, f.is_definer
        from :"frozen".functions as f
        inner join pg_catalog.pg_proc as p on p.oid = f.object
    loop
        execute pg_catalog.format('alter routine %s owner to %I', v_object.name, :'role');
        execute pg_catalog.format('revoke all on routine %s from public, %I cascade', v_object.name, :'role');
        if v_object.is_definer then
            execute pg_catalog.format('alter routine %s security definer', v_object.name);
        end if;
        for v_right in
            select f.privilege_type, f.is_grantable, coalesce(pg_catalog.quote_ident(g.rolname), 'public') as grantee
            from :"frozen".functions as f
            left join pg_catalog.pg_roles as g on g.oid = f.grantee
            where f.object = v_object.oid and f.privilege_type is not null and (f.grantee = 0 or g.oid is not null)
        loop
            execute pg_catalog.format(
                'grant %s on routine %s to %s%s',
                v_right.privilege_type, v_object.name, v_right.grantee,
                case when v_right.is_grantable then ' with grant option' end
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
    c.relowner = :'owner'::pg_catalog.regrole
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
vacuum

-- name: analyze
analyze :"schema".:"table"

-- name: shrink
vacuum (full) :"schema".:"table"

-- name: is_too_much
-- Each table, index and sequence takes a lock until the end, and all databases of the server have one supply of them.
-- What a range type measures with is run without asking who may, and as the owner of a table that is analyzed.
select
    count(*) > (
        pg_catalog.current_setting('max_locks_per_transaction')::integer
        * pg_catalog.current_setting('max_connections')::integer / 2
    )
    or exists (
        select from pg_catalog.pg_range as r
        inner join pg_catalog.pg_proc as p on p.oid = r.rngsubdiff
        where p.proowner = :'role'::pg_catalog.regrole
    )
from pg_catalog.pg_class as c
where c.relowner = :'role'::pg_catalog.regrole

-- name: role_exists
select pg_catalog.to_regrole(:'role') is not null

-- name: frozen_size
-- How large the database was when it was frozen; null: it is not, or by half.
select pg_catalog.obj_description(n.oid, 'pg_namespace')::bigint
from pg_catalog.pg_namespace as n
where
    n.nspname = :'frozen'
    and n.nspowner = pg_catalog.to_regrole(:'frozen')
    and not pg_catalog.has_database_privilege(:'role', pg_catalog.current_database(), 'create')

-- name: can_write
-- Whether anybody has a right back that freezing took away.
select
    exists (
        select from pg_catalog.pg_class as c
        where
            c.relkind in ('r', 'p', 'm')
            and c.relpersistence <> 't'
            and c.relowner = pg_catalog.to_regrole(:'role')
    )
    or exists (
        select from pg_catalog.pg_class as c
        left join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attacl is not null
        cross join lateral pg_catalog.aclexplode(c.relacl || coalesce(a.attacl, '{}')) as x
        where
            c.relkind in ('r', 'p', 'm')
            and c.relowner = pg_catalog.to_regrole(:'frozen')
            and c.relnamespace <> pg_catalog.to_regnamespace(:'frozen')
            and (x.privilege_type = 'INSERT' or x.privilege_type = 'UPDATE' and x.grantee <> c.relowner)
    )
    or exists (
        select from pg_catalog.pg_namespace as n
        where
            n.nspname !~ '^pg_'
            and n.nspowner in (pg_catalog.to_regrole(:'role'), pg_catalog.to_regrole(:'frozen'))
            and pg_catalog.has_schema_privilege(:'role', n.oid, 'create')
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
