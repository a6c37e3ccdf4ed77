-- Everything in the catalog that Palaver makes or changes, as sorted lines of text: one statement that changes nothing.
--
-- Run it: psql -XAtq "$DATABASE_URL" -f sql/fingerprint.sql > before.txt
--
-- Two databases on one major version of PostgreSQL with the same schema give the same lines, whatever was created and
-- dropped before; so does one database before a migration and after its rollback. Covered: schemas public and private,
-- publications, roles palaver_*, the default privileges of whoever asks, and the jobs in pg_cron where that exists.
-- Names are written in full since search_path is emptied, until the end of the transaction that the statement runs in.

with setting as materialized (
    select set_config('search_path', '', true) as search_path
),

schemas as (
    select
        n.oid,
        n.nspname,
        n.nspowner,
        n.nspacl
    from pg_catalog.pg_namespace as n
    inner join setting as s on s.search_path = ''
    where n.nspname in ('public', 'private')
),

relations as (
    select
        c.*,
        n.nspname || '.' || c.relname as name,
        case c.relkind
            when 'r' then 'table' when 'p' then 'partitioned table' when 'f' then 'foreign table'
            when 'v' then 'view' when 'm' then 'materialized view'
            when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'partitioned index'
            else 'composite type'
        end as kind
    from pg_catalog.pg_class as c
    inner join schemas as n on c.relnamespace = n.oid
),

functions as (
    select
        p.*,
        pg_get_userbyid(p.proowner) as owner,
        n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name
    from pg_catalog.pg_proc as p
    inner join schemas as n on p.pronamespace = n.oid
),

-- A missing access list means the built-in one, so that both compare equal.

access_lists as (
    select
        'schema ' || n.nspname as object,
        coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from schemas as n
    union all
    select
        c.kind || ' ' || c.name as object,
        coalesce(c.relacl, case c.relkind when 'S' then acldefault('s', c.relowner) else acldefault('r', c.relowner) end) as acl
    from relations as c
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    union all
    select
        'column ' || c.name || '.' || a.attname as object,
        a.attacl as acl
    from relations as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
    where a.attacl is not null and not a.attisdropped
    union all
    select
        'function ' || p.name as object,
        coalesce(p.proacl, acldefault('f', p.proowner)) as acl
    from functions as p
    union all
    select
        format('default of %s for %s in %s', pg_get_userbyid(d.defaclrole), d.defaclobjtype, coalesce(n.nspname, 'every schema'))
            as object,
        d.defaclacl as acl
    from pg_catalog.pg_default_acl as d
    left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
    where d.defaclrole = current_user::regrole
),

lines as (
    select format('schema %s owner %s', n.nspname, pg_get_userbyid(n.nspowner)) as line
    from schemas as n
    union all
    select
        format(
            '%s %s owner %s persistence %s options %s row security %s forced %s replica identity %s populated %s partition %s',
            c.kind,
            c.name,
            pg_get_userbyid(c.relowner),
            c.relpersistence,
            (select array_agg(o order by o) from unnest(c.reloptions) as o),
            c.relrowsecurity,
            c.relforcerowsecurity,
            c.relreplident,
            c.relispopulated,
            pg_get_expr(c.relpartbound, c.oid)
        ) as line
    from relations as c
    where c.relkind not in ('i', 'I')
    union all
    select
        format(
            'column %s.%s number %s type %s not null %s default %s identity %s generated %s collation %s statistics %s storage %s',
            c.name,
            a.attname,
            row_number() over (partition by c.oid order by a.attnum),
            format_type(a.atttypid, a.atttypmod),
            a.attnotnull,
            pg_get_expr(d.adbin, d.adrelid),
            a.attidentity,
            a.attgenerated,
            nullif(a.attcollation, 0)::regcollation,
            nullif(a.attstattarget, -1),
            a.attstorage
        ) as line
    from relations as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
    left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and a.attnum > 0 and not a.attisdropped
    union all
    select format('view %s as %s', c.name, md5(pg_get_viewdef(c.oid))) as line
    from relations as c
    where c.relkind in ('v', 'm')
    union all
    select
        format(
            'constraint %s on %s %s validated %s', k.conname, coalesce(c.name, t.oid::regtype::text), pg_get_constraintdef(k.oid), k.convalidated
        ) as line
    from pg_catalog.pg_constraint as k
    left join relations as c on k.conrelid = c.oid
    left join pg_catalog.pg_type as t on k.contypid = t.oid and t.typnamespace in (select n.oid from schemas as n)
    where c.oid is not null or t.oid is not null
    union all
    select
        format(
            'index %s valid %s ready %s live %s clustered %s replica identity %s owner %s options %s',
            pg_get_indexdef(i.indexrelid),
            i.indisvalid,
            i.indisready,
            i.indislive,
            i.indisclustered,
            i.indisreplident,
            pg_get_userbyid(c.relowner),
            c.reloptions
        ) as line
    from pg_catalog.pg_index as i
    inner join relations as c on i.indexrelid = c.oid
    union all
    select
        format(
            'policy %s on %s command %s permissive %s to %s using %s check %s',
            p.polname,
            c.name,
            p.polcmd,
            p.polpermissive,
            (
                select array_agg(coalesce(r.rolname, 'public') order by r.rolname)
                from unnest(p.polroles) as o (id)
                left join pg_catalog.pg_roles as r on o.id = r.oid
            ),
            pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid)
        ) as line
    from pg_catalog.pg_policy as p
    inner join relations as c on p.polrelid = c.oid
    union all
    select
        format(
            'function %s kind %s returns %s arguments %s language %s volatility %s definer %s leakproof %s strict %s parallel %s cost %s rows %s'
            ' settings %s owner %s definition %s',
            p.name,
            p.prokind,
            pg_get_function_result(p.oid),
            pg_get_function_arguments(p.oid),
            l.lanname,
            p.provolatile,
            p.prosecdef,
            p.proleakproof,
            p.proisstrict,
            p.proparallel,
            p.procost,
            p.prorows,
            (select array_agg(s order by s) from unnest(p.proconfig) as s),
            p.owner,
            md5(p.prosrc || coalesce(pg_get_function_sqlbody(p.oid), ''))
        ) as line
    from functions as p
    inner join pg_catalog.pg_language as l on p.prolang = l.oid
    union all
    select format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) as line
    from pg_catalog.pg_trigger as t
    inner join relations as c on t.tgrelid = c.oid
    where not t.tgisinternal
    union all
    select format('rule %s enabled %s', pg_get_ruledef(r.oid), r.ev_enabled) as line
    from pg_catalog.pg_rewrite as r
    inner join relations as c on r.ev_class = c.oid
    where r.rulename <> '_RETURN'
    union all
    select
        format(
            'sequence %s type %s start %s increment %s minimum %s maximum %s cache %s cycle %s',
            c.name,
            format_type(s.seqtypid, null),
            s.seqstart,
            s.seqincrement,
            s.seqmin,
            s.seqmax,
            s.seqcache,
            s.seqcycle
        ) as line
    from pg_catalog.pg_sequence as s
    inner join relations as c on s.seqrelid = c.oid
    union all
    select
        format(
            'type %s kind %s owner %s base %s not null %s default %s labels %s',
            n.nspname || '.' || t.typname,
            t.typtype,
            pg_get_userbyid(t.typowner),
            format_type(nullif(t.typbasetype, 0), t.typtypmod),
            t.typnotnull,
            t.typdefault,
            (
                select array_agg(e.enumlabel order by e.enumsortorder)
                from pg_catalog.pg_enum as e
                where e.enumtypid = t.oid
            )
        ) as line
    from pg_catalog.pg_type as t
    inner join schemas as n on t.typnamespace = n.oid
    where t.typtype in ('d', 'e', 'r')
    union all
    select
        format(
            'publication %s owner %s all tables %s insert %s update %s delete %s truncate %s root %s',
            p.pubname,
            pg_get_userbyid(p.pubowner),
            p.puballtables,
            p.pubinsert,
            p.pubupdate,
            p.pubdelete,
            p.pubtruncate,
            p.pubviaroot
        ) as line
    from pg_catalog.pg_publication as p
    union all
    select format('publication %s table %s.%s columns %s rows %s', t.pubname, t.schemaname, t.tablename, t.attnames, t.rowfilter) as line
    from pg_catalog.pg_publication_tables as t
    where t.schemaname in ('public', 'private')
    union all
    select
        format(
            'role %s superuser %s inherit %s createrole %s createdb %s login %s replication %s bypassrls %s connections %s settings %s',
            r.rolname,
            r.rolsuper,
            r.rolinherit,
            r.rolcreaterole,
            r.rolcreatedb,
            r.rolcanlogin,
            r.rolreplication,
            r.rolbypassrls,
            r.rolconnlimit,
            r.rolconfig
        ) as line
    from pg_catalog.pg_roles as r
    where r.rolname like 'palaver\_%'
    union all
    -- The options of a membership differ from version to version.
    select
        format(
            'member %s of %s granted by %s options %s',
            pg_get_userbyid(m.member),
            pg_get_userbyid(m.roleid),
            pg_get_userbyid(m.grantor),
            to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor'
        ) as line
    from pg_catalog.pg_auth_members as m
    where pg_get_userbyid(m.member) like 'palaver\_%' or pg_get_userbyid(m.roleid) like 'palaver\_%'
    union all
    select
        format(
            'grant on %s to %s: %s grantable %s by %s',
            l.object,
            case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee) end,
            a.privilege_type,
            a.is_grantable,
            pg_get_userbyid(a.grantor)
        ) as line
    from access_lists as l
    cross join lateral aclexplode(l.acl) as a
    union all
    select format('comment on %s %s: %s', i.type, i.identity, d.description) as line
    from pg_catalog.pg_description as d
    cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) as i
    where
        i.schema in ('public', 'private')
        or (i.type = 'schema' and i.identity in ('public', 'private'))
        or (i.schema is null and i.identity ~ ' on (public|private)\.')
    union all
    select format('comment on role %s: %s', r.rolname, d.description) as line
    from pg_catalog.pg_shdescription as d
    inner join pg_catalog.pg_roles as r on d.objoid = r.oid
    where d.classoid = 'pg_catalog.pg_authid'::regclass and r.rolname like 'palaver\_%'
    union all
    -- A statement that names cron.job fails where there is none, before it can ask; hence the text inside.
    select 'cron job ' || j.line[1] as line
    from regexp_matches(
        case
            when to_regclass('cron.job') is not null then query_to_xml(
                'select format(''%s at %s: %s active %s'', jobname, schedule, command, active) as line from cron.job'
                ' where database = current_database() and jobname like ''palaver\_%''',
                false,
                true,
                ''
            )::text
        end,
        '<line>(.*?)</line>',
        'g'
    ) as j (line)
)

select replace(line, chr(10), '\n') as line
from lines
order by line collate "C";
