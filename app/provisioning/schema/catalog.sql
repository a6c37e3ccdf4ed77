-- What app/provisioning/schema/catalog.py reads of a database, by name. Nothing here belongs to an extension.
-- All of it runs under `search_path = pg_catalog`, so that expressions come with qualified names.

-- name: path
select set_config('search_path', 'pg_catalog, pg_temp', true)

-- name: weigh
-- What repeats itself takes a hundred times as much here as in the database: who reads it would run out of memory.
do $$
begin
    if (
        select pg_catalog.sum(s.bytes)
        from (
            select pg_catalog.sum(pg_catalog.octet_length(m.description)) as bytes from pg_catalog.pg_description as m
            union all
            select pg_catalog.sum(pg_catalog.octet_length(d.adbin::text)) from pg_catalog.pg_attrdef as d
            union all
            select pg_catalog.sum(pg_catalog.octet_length(k.conbin::text)) from pg_catalog.pg_constraint as k
            union all
            select
                pg_catalog.sum(
                    coalesce(pg_catalog.octet_length(i.indexprs::text), 0)
                    + coalesce(pg_catalog.octet_length(i.indpred::text), 0)
                )
            from pg_catalog.pg_index as i
        ) as s
    ) > 67108864 then
        raise program_limit_exceeded;
    end if;
end
$$

-- name: schemas
select n.nspname::text as name
from pg_catalog.pg_namespace as n
where
    n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and ($1::text[] is null or n.nspname = any($1))
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
    )
order by n.nspname

-- name: extensions
select e.extname::text as name
from pg_catalog.pg_extension as e
where e.extname <> 'plpgsql'
order by e.extname

-- name: enums
select
    n.nspname::text as schema,
    t.typname::text as name,
    array(
        select l.enumlabel::text from pg_catalog.pg_enum as l where l.enumtypid = t.oid order by l.enumsortorder
    ) as labels
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
where
    t.typtype = 'e' and n.nspname = any($1::text[])
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
    )
order by n.nspname, t.typname

-- name: tables
select
    c.oid as id,
    n.nspname::text as schema,
    c.relname::text as name,
    m.description as comment
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_description as m
    on m.objoid = c.oid and m.classoid = 'pg_catalog.pg_class'::regclass and m.objsubid = 0
where
    c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1::text[])
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname

-- name: columns
select
    a.attrelid as table_id,
    a.attname::text as name,
    format_type(a.atttypid, a.atttypmod) as type,
    e.typname::text as enum,
    en.nspname::text as enum_schema,
    e.oid <> a.atttypid as is_array,
    not a.attnotnull as nullable,
    pg_get_expr(d.adbin, d.adrelid) as expression,
    a.attgenerated <> '' as is_generated,
    a.attidentity::text as identity,
    -- Its default is the next number of a sequence that goes when the column goes.
    a.attidentity = '' and exists (
        select from pg_catalog.pg_depend as owned
        inner join pg_catalog.pg_depend as used on used.refclassid = owned.classid and used.refobjid = owned.objid
        where
            owned.classid = 'pg_catalog.pg_class'::regclass and owned.deptype = 'a'
            and owned.refclassid = 'pg_catalog.pg_class'::regclass
            and owned.refobjid = a.attrelid and owned.refobjsubid = a.attnum
            and used.classid = 'pg_catalog.pg_attrdef'::regclass and used.objid = d.oid
            and pg_get_expr(d.adbin, d.adrelid) = concat(
                'nextval(''', replace(owned.objid::regclass::text, '''', ''''''), '''::regclass)'
            )
    ) as is_serial,
    l.collname::text as collation,
    m.description as comment
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_type as t on t.oid = a.atttypid
left join pg_catalog.pg_type as e
    on
        e.oid = case when t.typcategory = 'A' then t.typelem else t.oid end and e.typtype = 'e'
        and not exists (
            select from pg_catalog.pg_depend as x
            where x.classid = 'pg_catalog.pg_type'::regclass and x.objid = e.oid and x.deptype = 'e'
        )
left join pg_catalog.pg_namespace as en on en.oid = e.typnamespace
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_catalog.pg_collation as l on l.oid = a.attcollation and a.attcollation <> t.typcollation
left join pg_catalog.pg_description as m
    on m.objoid = a.attrelid and m.classoid = 'pg_catalog.pg_class'::regclass and m.objsubid = a.attnum
where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum

-- name: constraints
select
    k.conrelid as table_id,
    k.conname::text as name,
    k.contype::text as kind,
    array(
        select a.attname::text
        from unnest(k.conkey) with ordinality as u (number, place)
        inner join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.number
        order by u.place
    ) as columns,
    n.nspname::text as target_schema,
    c.relname::text as target,
    array(
        select a.attname::text
        from unnest(k.confkey) with ordinality as u (number, place)
        inner join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.number
        order by u.place
    ) as target_columns,
    k.confdeltype::text as on_delete,
    k.confupdtype::text as on_update,
    k.condeferrable as is_deferrable,
    k.condeferred as is_deferred,
    coalesce(i.indnullsnotdistinct, false) as nulls_not_distinct,
    case
        when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid)
        when k.contype = 'x' then regexp_replace(
            pg_get_constraintdef(k.oid), '^EXCLUDE |( DEFERRABLE)?( INITIALLY DEFERRED)?$', '', 'g'
        )
    end as definition
from pg_catalog.pg_constraint as k
left join pg_catalog.pg_class as c on c.oid = k.confrelid
left join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
left join pg_catalog.pg_index as i on i.indexrelid = k.conindid and k.contype = 'u'
where k.conrelid = any($1::oid[]) and k.contype in ('p', 'u', 'c', 'x', 'f')
order by k.conrelid, k.conname

-- name: indexes
select
    i.indexrelid as id,
    i.indrelid as table_id,
    c.relname::text as name,
    i.indisunique as is_unique,
    m.amname::text as method,
    pg_get_expr(i.indpred, i.indrelid) as predicate,
    i.indnullsnotdistinct as nulls_not_distinct
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
inner join pg_catalog.pg_am as m on m.oid = c.relam
where
    i.indrelid = any($1::oid[])
    and not exists (
        select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
    )
order by i.indrelid, c.relname

-- name: index_parts
select
    i.indexrelid as index_id,
    a.attname::text as name,
    -- PostgreSQL puts parentheses around an expression that is no call.
    case when u.number = 0 then regexp_replace(
        pg_get_indexdef(i.indexrelid, u.place::integer, false), '^\((.*)\)$', '\1'
    ) end as expression,
    case when not o.opcdefault then concat_ws(
        '.', nullif(quote_ident(s.nspname), 'pg_catalog'), quote_ident(o.opcname)
    ) end as operator_class,
    case when l.oid <> coalesce(a.attcollation, t.typcollation) then concat_ws(
        '.', nullif(quote_ident(ls.nspname), 'pg_catalog'), quote_ident(l.collname)
    ) end as collation,
    u.place > i.indnkeyatts as is_included,
    (i.indoption[u.place - 1] & 1) = 1 as is_descending,
    (i.indoption[u.place - 1] & 2) = 2 as nulls_first
from pg_catalog.pg_index as i
cross join unnest(i.indkey::smallint[]) with ordinality as u (number, place)
inner join pg_catalog.pg_attribute as p on p.attrelid = i.indexrelid and p.attnum = u.place
inner join pg_catalog.pg_type as t on t.oid = p.atttypid
left join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = u.number
left join pg_catalog.pg_opclass as o on o.oid = i.indclass[u.place - 1]
left join pg_catalog.pg_namespace as s on s.oid = o.opcnamespace
left join pg_catalog.pg_collation as l on l.oid = i.indcollation[u.place - 1]
left join pg_catalog.pg_namespace as ls on ls.oid = l.collnamespace
where i.indexrelid = any($1::oid[])
order by i.indexrelid, u.place
