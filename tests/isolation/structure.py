"""What must be so whatever any statement gives: the catalog against the intent, both ways."""

from __future__ import annotations

from typing import Final

import asyncpg

from tests.isolation import catalog
from tests.isolation.intent import Intent

DEFINER_PATH: Final = ["search_path=pg_catalog, pg_temp"]
INVOKER_PATH: Final = ['search_path=""']

_GRANTS: Final = """
    with lists (object, owner, column_name, acl) as (
        select format('%s.%s', n.nspname, c.relname), c.relowner, '', coalesce(
            c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r' end, c.relowner)
        )
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        union all
        select format('%s.%s', n.nspname, c.relname), c.relowner, a.attname, a.attacl
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        inner join pg_attribute as a on a.attrelid = c.oid
        where n.nspname in ('public', 'private') and a.attacl is not null
        union all
        select
            format('%s.%s(%s)', n.nspname, p.proname, (
                select string_agg(format_type(t, null), ', ' order by at)
                from unnest(p.proargtypes) with ordinality as u (t, at)
            )),
            p.proowner, '', coalesce(p.proacl, acldefault('f', p.proowner))
        from pg_proc as p
        inner join pg_namespace as n on p.pronamespace = n.oid
        where n.nspname in ('public', 'private')
        union all
        select 'schema private', nspowner, '', nspacl from pg_namespace where nspname = 'private'
    )

    select
        l.object,
        coalesce(r.rolname, 'public')::text as role,
        lower(g.privilege_type) as privilege,
        l.column_name,
        g.is_grantable
    from lists as l
    cross join lateral aclexplode(l.acl) as g
    left join pg_roles as r on r.oid = g.grantee
    where g.grantee <> l.owner
"""
_FAULTS: Final = {
    "table without Row Level Security": """
        select c.oid::regclass::text from pg_class as c
        where c.relkind in ('r', 'p') and not c.relrowsecurity
        and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    """,
    "view that is not an invoker": """
        select c.oid::regclass::text from pg_class as c
        where c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false)
        and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    """,
    "policy that is restrictive, or for everybody, or for every verb": """
        select format('%s on %s', p.polname, p.polrelid::regclass) from pg_policy as p
        where not p.polpermissive or p.polcmd = '*' or array_length(p.polroles, 1) <> 1
        or p.polroles[1] not in ('authenticated'::regrole, 'palaver_worker'::regrole, 'palaver_definer'::regrole)
    """,
    "two policies for one verb and audience": """
        select format('%s for %s to %s', p.polrelid::regclass, p.polcmd, p.polroles) from pg_policy as p
        where p.polrelid::regclass::text !~ '^(storage|realtime|auth)\\.'
        group by p.polrelid, p.polcmd, p.polroles having count(*) > 1
    """,
    "key between tenants' rows without the tenant": """
        select format('%s of %s', k.conname, k.conrelid::regclass) from pg_constraint as k
        where k.contype = 'f'
        and exists (select from pg_attribute as a where a.attrelid = k.conrelid and a.attname = 'tenant_id')
        and exists (select from pg_attribute as a where a.attrelid = k.confrelid and a.attname = 'tenant_id')
        and not exists (
            select from unnest(k.conkey, k.confkey) as u (here, there)
            inner join pg_attribute as h on h.attrelid = k.conrelid and h.attnum = u.here and h.attname = 'tenant_id'
            inner join pg_attribute as t on t.attrelid = k.confrelid and t.attnum = u.there and t.attname = 'tenant_id'
        )
    """,
    "rows of no tenant": """
        select c.oid::regclass::text from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not exists (
            select from pg_constraint as k
            where k.contype = 'f' and k.conrelid = c.oid and k.confdeltype = 'c'
            and k.confrelid = 'public.tenants'::regclass
        )
    """,
    "unique among tenants' rows without the tenant": """
        select i.indexrelid::regclass::text from pg_index as i
        where i.indisunique and i.indrelid::regclass::text not in ('tenants', 'public.tenants')
        and exists (select from pg_attribute as a where a.attrelid = i.indrelid and a.attname = 'tenant_id')
        and not exists (
            select from pg_attribute as a
            where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]) and a.attname = 'tenant_id'
        )
        -- One account is one person.
        and i.indexrelid <> 'public.users_auth_id_key'::regclass
    """,
    "statistics of what people write, which no policy covers": """
        select format('%s.%s', a.attrelid::regclass, a.attname) from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid
        left join pg_index as i on i.indexrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and a.atttypid in ('text'::regtype, 'jsonb'::regtype)
        and (c.relkind in ('r', 'p') or (c.relkind = 'i' and i.indkey[a.attnum - 1] = 0))
        and a.attnum > 0 and not a.attisdropped and coalesce(a.attstattarget, -1) <> 0
    """,
    "view elsewhere of what is here": """
        select distinct c.oid::regclass::text from pg_depend as d
        inner join pg_class as t on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
        inner join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        inner join pg_class as c on r.ev_class = c.oid
        where t.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        and c.relnamespace not in ('public'::regnamespace, 'private'::regnamespace)
    """,
    "granted by default": """
        select format('%s in %s', d.defaclobjtype, coalesce(n.nspname, 'every schema'))
        from pg_default_acl as d
        left join pg_namespace as n on d.defaclnamespace = n.oid
        cross join lateral aclexplode(d.defaclacl) as a
        where d.defaclrole = (select nspowner from pg_namespace where nspname = 'private')
        and (d.defaclnamespace = 0 or n.nspname in ('public', 'private')) and a.grantee <> d.defaclrole
    """,
    "published": """
        select format('%s.%s', schemaname, tablename) from pg_publication_tables
        where schemaname in ('public', 'private')
    """,
    "role with more than it needs": """
        select rolname::text from pg_roles
        where rolname in ('palaver_worker', 'palaver_definer', 'anon', 'authenticated')
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
            or rolcanlogin <> (rolname = 'palaver_worker'))
    """,
    "member of more than it needs": """
        select format('%s of %s', m.member::regrole, m.roleid::regrole) from pg_auth_members as m
        where m.member::regrole::text in ('palaver_worker', 'palaver_definer', 'anon', 'authenticated')
        and (m.member::regrole::text, m.roleid::regrole::text) <> ('palaver_worker', 'authenticated')
    """,
    "trigger switched off": """
        select format('%s on %s', t.tgname, t.tgrelid::regclass) from pg_trigger as t
        inner join pg_class as c on t.tgrelid = c.oid
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and t.tgenabled <> 'O'
    """,
    "rule": """
        select format('%s on %s', r.rulename, r.ev_class::regclass) from pg_rewrite as r
        inner join pg_class as c on r.ev_class = c.oid
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and r.rulename <> '_RETURN'
    """,
}


_POLICIES: Final = """
    select p.polname::text as name, p.polrelid::regclass::text as relation, p.polroles[1]::regrole::text as role,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end as verb
    from pg_policy as p
    inner join pg_class as c on p.polrelid = c.oid
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
"""


async def faults(link: asyncpg.Connection, intent: Intent) -> list[str]:
    """What is not as it is meant, a line for each."""
    found = [*await _objects(link, intent), *await _grants(link, intent), *await _policies(link, intent)]
    for fault, sql in _FAULTS.items():
        found += [f"{fault}: {row[0]}" for row in await link.fetch(sql)]
    return found


async def _objects(link: asyncpg.Connection, intent: Intent) -> list[str]:
    owner = await link.fetchval("select nspowner::regrole::text from pg_namespace where nspname = 'private'")
    relations, functions = await catalog.relations(link), await catalog.functions(link)
    found = [f"not declared: {name}" for name in relations.keys() - intent.relations.keys()]
    found += [f"not declared: {name}" for name in functions.keys() - intent.functions.keys()]
    found += [f"not there: {name}" for name in intent.relations.keys() - relations.keys()]
    found += [f"not there: {name}" for name in intent.functions.keys() - functions.keys()]
    for name in relations.keys() & intent.relations.keys():
        if relations[name].owner != (intent.relations[name].owner or owner):
            found.append(f"{name} belongs to {relations[name].owner}")
    for name in functions.keys() & intent.functions.keys():
        function, meant = functions[name], intent.functions[name].owner
        if function.runs_as != meant:
            found.append(f"{name} runs as {function.runs_as or 'its caller'}")
        if function.settings != (DEFINER_PATH if meant else INVOKER_PATH):
            found.append(f"{name} has the settings {function.settings}")
    return found


async def _grants(link: asyncpg.Connection, intent: Intent) -> list[str]:
    rows = await catalog.unqualified(link, _GRANTS)
    held = {(row["object"], row["role"], row["privilege"], row["column_name"]) for row in rows}
    meant = {grant for grant in intent.grants() if not grant[0].startswith("schema public")}
    found = [f"granted and not meant: {' '.join(filter(None, grant))}" for grant in sorted(held - meant)]
    found += [f"meant and not granted: {' '.join(filter(None, grant))}" for grant in sorted(meant - held)]
    found += [f"may be passed on: {row['object']} by {row['role']}" for row in rows if row["is_grantable"]]
    return found


async def _policies(link: asyncpg.Connection, intent: Intent) -> list[str]:
    """Policies for whoever may not use the verb, and verbs that no policy lets anybody use."""
    granted = {(name, role, verb) for name, role, verb, _ in intent.grants()}
    granted |= {(name, "palaver_worker", verb) for name, role, verb in granted if role == "authenticated"}
    rows = await catalog.unqualified(link, _POLICIES)
    return [
        f"policy for whoever has no grant: {row['name']} on {row['relation']}"
        for row in rows
        if (row["relation"], row["role"], row["verb"]) not in granted
    ]
