-- What app/provisioning/changes/dependents.py reads of a database: what its owner made there and plans leave alone, and
-- what of the tables, columns, keys, enums and schemas that plans change it stands on.

-- name: path
select set_config('search_path', 'pg_catalog, pg_temp', true)

-- name: dependents
with schemas as (
    select
        n.oid,
        n.nspname::text as name
    from pg_catalog.pg_namespace as n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
),

-- What stands on a partition stands on the table that it is part of.
tables as (
    select
        c.oid,
        rs.name as schema,
        r.relname::text as name,
        c.reltype
    from pg_catalog.pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
    inner join pg_catalog.pg_class as r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
    inner join schemas as rs on r.relnamespace = rs.oid
    where c.relkind in ('r', 'p')
),

-- What plans change, with the number of the column where it is one.
subjects as (
    select
        'pg_class'::regclass as class,
        t.oid as id,
        a.attnum::integer as number,
        'itself' as via,
        'column' as kind,
        t.schema,
        t.name as relation,
        a.attname::text as name,
        a.attnum
    from tables as t
    inner join pg_catalog.pg_attribute as a on t.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    union all
    select
        'pg_class'::regclass as class,
        t.oid as id,
        0 as number,
        'itself' as via,
        'table' as kind,
        t.schema,
        t.name as relation,
        '' as name,
        null as attnum
    from tables as t
    union all
    select
        'pg_type'::regclass as class,
        y.oid as id,
        0 as number,
        'row type' as via,
        'table' as kind,
        t.schema,
        t.name as relation,
        '' as name,
        null as attnum
    from tables as t
    inner join pg_catalog.pg_type as y on t.reltype = y.oid or (t.reltype = y.typelem and y.typelem <> 0)
    union all
    select
        'pg_class'::regclass as class,
        q.oid as id,
        0 as number,
        'sequence' as via,
        'column' as kind,
        t.schema,
        t.name as relation,
        a.attname::text as name,
        a.attnum
    from tables as t
    inner join pg_catalog.pg_depend as d
        on t.oid = d.refobjid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_class'::regclass and d.deptype = 'a'
    inner join pg_catalog.pg_class as q on d.objid = q.oid and q.relkind = 'S'
    inner join pg_catalog.pg_attribute as a on t.oid = a.attrelid and d.refobjsubid = a.attnum
    union all
    select
        'pg_constraint'::regclass as class,
        k.oid as id,
        0 as number,
        'itself' as via,
        case k.contype when 'p' then 'primary key' else 'unique' end as kind,
        t.schema,
        t.name as relation,
        case k.contype when 'p' then '' else k.conname::text end as name,
        null as attnum
    from tables as t
    inner join pg_catalog.pg_constraint as k on t.oid = k.conrelid and k.contype in ('p', 'u')
    union all
    select
        'pg_type'::regclass as class,
        y.oid as id,
        0 as number,
        'itself' as via,
        'enum' as kind,
        s.name as schema,
        '' as relation,
        e.typname::text as name,
        null as attnum
    from schemas as s
    inner join pg_catalog.pg_type as e on s.oid = e.typnamespace and e.typtype = 'e'
    inner join pg_catalog.pg_type as y on y.oid in (e.oid, e.typarray)
    union all
    select
        'pg_namespace'::regclass as class,
        s.oid as id,
        0 as number,
        'itself' as via,
        'schema' as kind,
        s.name as schema,
        '' as relation,
        '' as name,
        null as attnum
    from schemas as s
    where s.name <> 'public'
),

found as (
    select
        s.via,
        s.kind,
        s.schema,
        s.relation,
        s.name,
        d.deptype = 'a' as goes,
        -- A view is what is dropped, not the rule in it.
        case when v.relkind in ('v', 'm') then 'pg_class'::regclass else d.classid end as class,
        case when v.relkind in ('v', 'm') then v.oid else d.objid end as id,
        case when v.relkind in ('v', 'm') or c.relkind in ('v', 'm') then 0 else d.objsubid end as number,
        coalesce(t.tgrelid, p.polrelid, x.stxrelid, l.prrelid, r.ev_class) as owner
    from subjects as s
    inner join pg_catalog.pg_depend as d
        on s.class = d.refclassid and s.id = d.refobjid and s.number = d.refobjsubid and d.deptype in ('n', 'a')
    left join pg_catalog.pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    left join pg_catalog.pg_class as v on r.ev_class = v.oid
    left join pg_catalog.pg_trigger as t on d.classid = 'pg_trigger'::regclass and d.objid = t.oid
    left join pg_catalog.pg_policy as p on d.classid = 'pg_policy'::regclass and d.objid = p.oid
    left join pg_catalog.pg_statistic_ext as x on d.classid = 'pg_statistic_ext'::regclass and d.objid = x.oid
    left join pg_catalog.pg_publication_rel as l on d.classid = 'pg_publication_rel'::regclass and d.objid = l.oid
    left join pg_catalog.pg_class as c on d.classid = 'pg_class'::regclass and d.objid = c.oid
    left join pg_catalog.pg_attrdef as f on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
    left join pg_catalog.pg_constraint as k on d.classid = 'pg_constraint'::regclass and d.objid = k.oid
    left join pg_catalog.pg_type as y on d.classid = 'pg_type'::regclass and d.objid = y.oid
    left join tables as b on b.oid in (c.oid, f.adrelid, k.conrelid)
    where
        d.classid <> 'pg_default_acl'::regclass
        and t.tgisinternal is not true
        -- Indexes, what tables keep out of line, and sequences that columns own.
        and (c.oid is null or c.relkind not in ('i', 'I', 't'))
        and not coalesce(c.relkind = 'S' and exists (
            select from pg_catalog.pg_depend as o
            where o.classid = 'pg_class'::regclass and o.objid = c.oid and o.deptype in ('a', 'i') and o.refobjsubid > 0
        ), false)
        -- The tables themselves with their defaults and constraints, unless one stands on another's rows or sequence.
        and (
            b.oid is null or (c.oid is not null and s.via = 'row type')
            or (
                f.oid is not null and s.via = 'sequence'
                and (b.schema <> s.schema or b.name <> s.relation or f.adnum <> s.attnum)
            )
        )
        and (y.oid is null or y.typtype <> 'e' or s.kind <> 'schema')
)

select distinct
    f.via,
    f.kind,
    f.schema,
    f.relation,
    f.name,
    f.goes,
    concat_ws(' ', i.type, i.identity) as dependent,
    o.schema as owner_schema,
    o.name as owner
from found as f
cross join pg_catalog.pg_identify_object(f.class, f.id, f.number) as i
left join tables as o on f.owner = o.oid
order by dependent, f.kind, f.schema, f.relation, f.name, f.via

-- name: inheritance
select
    pn.nspname::text as parent_schema,
    p.relname::text as parent,
    cn.nspname::text as child_schema,
    c.relname::text as child,
    array(
        select a.attname::text from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attinhcount > 0 and not a.attisdropped
        order by a.attnum
    ) as columns
from pg_catalog.pg_inherits as i
inner join pg_catalog.pg_class as p on i.inhparent = p.oid and p.relkind = 'r'
inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
inner join pg_catalog.pg_namespace as pn on p.relnamespace = pn.oid
inner join pg_catalog.pg_namespace as cn on c.relnamespace = cn.oid
order by 1, 2, 3, 4

-- name: partitions
select
    n.nspname::text as schema,
    c.relname::text as name,
    -- Of expressions, too: PostgreSQL has these columns depend on their table.
    array(
        select a.attname::text
        from pg_catalog.pg_depend as d
        inner join pg_catalog.pg_attribute as a on d.objid = a.attrelid and d.objsubid = a.attnum
        where
            d.classid = 'pg_class'::regclass and d.objid = c.oid and d.objsubid > 0 and d.deptype = 'i'
            and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = 0
        order by a.attnum
    ) as columns
from pg_catalog.pg_partitioned_table as k
inner join pg_catalog.pg_class as c on k.partrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where not c.relispartition
order by 1, 2
