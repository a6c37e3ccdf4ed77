-- What content.py asks of an app's database, by name; each within one snapshot.

-- name: prepare
select
    set_config('search_path', 'pg_catalog, pg_temp', true),
    set_config('statement_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '0', true),
    set_config('lock_timeout', '30s', true),
    -- What a policy would hide is an error.
    set_config('row_security', 'off', true)

-- name: snapshot
select pg_catalog.pg_export_snapshot()

-- name: schemas
select n.nspname::text
from pg_catalog.pg_namespace as n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and n.nspname <> all ($1::text [])

-- name: tables
select
    n.nspname::text as schema,
    c.relname::text as name,
    c.relrowsecurity and c.relforcerowsecurity as is_forced,
    row_security_active(c.oid) as is_hidden
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where
    c.relkind in ('r', 'p')
    and c.relpersistence <> 't'
    and n.nspname = any ($1::text [])
    and not exists (
        select from pg_catalog.pg_depend as d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname

-- name: objects
select 'relation ' || c.relkind::text as kind, count(*) as number
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any ($1::text []) and c.relkind in ('r', 'p', 'S', 'v', 'm', 'c') and c.relpersistence <> 't'
group by c.relkind
union all
select 'function', count(*)
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = any ($1::text [])
union all
select 'trigger', count(*)
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_class as c on c.oid = t.tgrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any ($1::text []) and not t.tgisinternal
union all
select 'policy', count(*)
from pg_catalog.pg_policy as o
inner join pg_catalog.pg_class as c on c.oid = o.polrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any ($1::text [])
union all
select 'large object', count(*) from pg_catalog.pg_largeobject_metadata

-- name: invalid_indexes
select n.nspname::text as schema, c.relname::text as name
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where not i.indisvalid and n.nspname = any ($1::text [])
