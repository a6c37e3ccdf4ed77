"""Every small change of the schema that could let somebody in where they do not belong, or shut somebody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from tests.isolation import catalog
from tests.isolation.intent import ROLES, Intent

_POLICIES: Final = """
    select
        p.polname::text as name,
        p.polrelid::regclass::text as relation,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end as verb,
        p.polroles[1]::regrole::text as role,
        pg_get_expr(p.polqual, p.polrelid) as "using",
        pg_get_expr(p.polwithcheck, p.polrelid) as "check"
    from pg_policy as p
    inner join pg_class as c on p.polrelid = c.oid
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 2, 1
"""
_FOREIGN_KEYS: Final = """
    select k.conname::text as name, k.conrelid::regclass::text as relation, k.confrelid::regclass::text as target,
    pg_get_constraintdef(k.oid) as definition
    from pg_constraint as k
    where k.contype = 'f' and k.connamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 2, 1
"""
_INDEXES: Final = """
    select
        i.indexrelid::regclass::text as name,
        i.indrelid::regclass::text as relation,
        pg_get_indexdef(i.indexrelid) as definition
    from pg_index as i
    inner join pg_class as c on i.indrelid = c.oid
    where i.indisunique and c.relkind = 'r'
    and not exists (select from pg_constraint as k where k.conindid = i.indexrelid)
    and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 1
"""
_TRIGGERS: Final = """
    select t.tgname::text as name, t.tgrelid::regclass::text as relation
    from pg_trigger as t
    inner join pg_class as c on t.tgrelid = c.oid
    where not t.tgisinternal and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    order by 2, 1
"""
_BODIES: Final = """
    select pg_get_functiondef(p.oid) as definition, format('%s.%s', n.nspname, p.proname) as name
    from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where n.nspname in ('public', 'private') and p.prokind = 'f'
    order by 2
"""
SELF_CHECK: Final = ("isolation_findings", "check_isolation", "catalog_objects", "actual_access", "catalog_lines")
"""Functions that let nobody in: they tell, and tests/isolation/test_self_check.py is about them."""
PROOF: Final = ("ledger_findings", "bill")
"""Likewise, of all tenants to the operator: tests/sql is about them."""
OF_DOCUMENTS: Final = ("schema_step", "element_tests")
"""Likewise: they look at one document and read no row. tests/sql is about them."""
_ANYBODY: Final = ("public", *ROLES)
_VERBS: Final = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
_CONDITION: Final = r"\s+and (?!\()([^()\n;]*?(?:\([^()]*\))?[^()\n;]*?)(?= and |;|\n|\)| then\b| loop\b)"


@dataclass(frozen=True)
class Mutant:
    """A change: of which kind, to what, in words, and the SQL that makes it."""

    kind: str
    target: str
    change: str
    sql: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.target}: {self.change}"


async def mutants(link: asyncpg.Connection, intent: Intent) -> list[Mutant]:
    """All of them, from the catalog, which is as the migrations made it."""
    relations, functions = await catalog.relations(link), await catalog.functions(link)
    made = [mutant for row in await catalog.unqualified(link, _POLICIES) for mutant in _of_policy(row)]
    for row in await catalog.unqualified(link, _FOREIGN_KEYS):
        made += _of_foreign_key(row)
    for row in await catalog.unqualified(link, _INDEXES):
        if "tenant_id, " in row["definition"]:
            wider = row["definition"].replace("tenant_id, ", "", 1)
            made.append(
                Mutant(
                    "unique", row["relation"], f"{row['name']} over all tenants", f"drop index {row['name']}; {wider}"
                )
            )
    for row in await catalog.unqualified(link, _TRIGGERS):
        change = f"alter table {row['relation']} disable trigger {row['name']}"
        made.append(Mutant("trigger", row["relation"], f"{row['name']} off", change))
    made += _of_grants(intent, relations)
    for relation in relations.values():
        made += _of_relation(relation)
    for function in functions.values():
        made += _of_function(function, intent)
    for row in await catalog.unqualified(link, _BODIES):
        if row["name"].removeprefix("private.") in (*SELF_CHECK, *PROOF, *OF_DOCUMENTS):
            continue
        made += _of_body(row["name"], row["definition"])
    made += _of_roles()
    return made


def _of_policy(row: Any) -> Iterator[Mutant]:
    name, relation = f'"{row["name"]}"', row["relation"]

    def mutant(change: str, sql: str) -> Mutant:
        return Mutant("policy", relation, f"{name} {change}", sql)

    def made_anew(verb: str, role: str, using: str | None, check: str | None) -> str:
        clauses = f" using ({using})" if using else ""
        clauses += f" with check ({check})" if check else ""
        return f"drop policy {name} on {relation}; create policy {name} on {relation} for {verb} to {role}{clauses}"

    yield mutant("dropped", f"drop policy {name} on {relation}")
    for part, clause in (("using", "using"), ("check", "with check")):
        for other in ("true", "false"):
            if row[part] is not None and row[part] != other:
                yield mutant(f"{clause} ({other})", f"alter policy {name} on {relation} {clause} ({other})")
    if row["verb"] == "update" and row["check"] not in (None, row["using"]):
        yield mutant("without with check", made_anew("update", row["role"], row["using"], None))
    for role in ("public", "anon", "authenticated", "palaver_worker", "palaver_definer"):
        if role != row["role"]:
            yield mutant(f"to {role}", f"alter policy {name} on {relation} to {role}")
    using = row["using"] or row["check"]
    yield mutant("for all", made_anew("all", row["role"], using, row["check"] if row["using"] else None))


def _of_foreign_key(row: Any) -> Iterator[Mutant]:
    drop = f"alter table {row['relation']} drop constraint {row['name']}"
    yield Mutant("key", row["relation"], f"{row['name']} dropped", drop)
    definition = row["definition"]
    narrow = re.sub(r"\((tenant_id, )([^)]*)\)", r"(\2)", definition)
    if narrow != definition:
        columns = re.findall(r"\(([^)]*)\)", narrow)[1]
        target = f"alter table {row['target']} add constraint one_column unique ({columns})"
        add = f"alter table {row['relation']} add constraint {row['name']} {narrow} not valid"
        yield Mutant("key", row["relation"], f"{row['name']} without the tenant", f"{drop}; {target}; {add}")


def _of_grants(intent: Intent, relations: dict[str, catalog.Relation]) -> Iterator[Mutant]:
    meant = intent.grants()
    for target, role, privilege, column in sorted(meant):
        on = f"function {target}" if target in intent.functions else target
        verb = f"{privilege} ({column})" if column else privilege
        yield Mutant("grant", target, f"{verb} revoked from {role}", f"revoke {verb} on {on} from {role}")
    for name, relation in relations.items():
        if relation.kind == "S":
            for role in _ANYBODY:
                yield Mutant("grant", name, f"usage to {role}", f"grant usage on sequence {name} to {role}")
            continue
        for role in (role for role in _ANYBODY if role != relation.owner):
            for verb in _VERBS:
                if (name, role, verb, "") not in meant:
                    yield Mutant("grant", name, f"{verb} to {role}", f"grant {verb} on {name} to {role}")
        for role in ("authenticated", "palaver_worker"):
            for verb in ("select", "insert", "update"):
                for column in relation.columns:
                    held = {(name, role, verb, column), (name, role, verb, "")}
                    if not held & meant:
                        change = f"grant {verb} ({column}) on {name} to {role}"
                        yield Mutant("column grant", name, f"{verb} ({column}) to {role}", change)
    for schema in ("public", "private"):
        for role in _ANYBODY:
            for privilege in ("usage", "create"):
                if schema == "private" and (f"schema {schema}", role, privilege, "") not in meant:
                    change = f"grant {privilege} on schema {schema} to {role}"
                    yield Mutant("grant", f"schema {schema}", f"{privilege} to {role}", change)


def _of_relation(relation: catalog.Relation) -> Iterator[Mutant]:
    name = relation.name
    if relation.kind == "v":
        yield Mutant("view", name, "security_invoker off", f"alter view {name} set (security_invoker = off)")
        yield Mutant("view", name, "of palaver_definer", f"alter view {name} owner to palaver_definer")
    if relation.kind in ("r", "p"):
        for column, kind in relation.columns.items():
            if name.startswith("public.") and kind in ("text", "jsonb"):
                change = f"alter table {name} alter column {column} set statistics -1"
                yield Mutant("statistics", name, f"of {column}", change)
        yield Mutant("table", name, "without Row Level Security", f"alter table {name} disable row level security")
        yield Mutant("table", name, "of palaver_definer", f"alter table {name} owner to palaver_definer")
        yield Mutant("table", name, "published", f"create publication spy for table {name}")


def _of_function(function: catalog.Function, intent: Intent) -> Iterator[Mutant]:
    name = function.name
    other = "invoker" if function.runs_as else "definer"
    yield Mutant("function", name, f"security {other}", f"alter function {name} security {other}")
    yield Mutant("function", name, "no search_path", f"alter function {name} reset search_path")
    if function.runs_as:
        yield Mutant("function", name, "search_path empty", f"alter function {name} set search_path = ''")
        yield Mutant("function", name, "of the owner", f"alter function {name} owner to postgres")
    meant = intent.grants()
    for role in _ANYBODY:
        if (name, role, "execute", "") not in meant and role != function.runs_as:
            yield Mutant("grant", name, f"execute to {role}", f"grant execute on function {name} to {role}")


def _of_body(name: str, definition: str) -> Iterator[Mutant]:
    """Conditions taken out of functions, one at a time: whatever follows `and` up to the next condition or line."""
    head, _, body = definition.partition("AS $function$")
    for found in re.finditer(_CONDITION, body):
        line = body[body.rfind("\n", 0, found.start() + 1) : found.end()]
        if found[1].endswith(",") or re.search(r"between (?:(?! and )[^\n])+$", body[: found.start()]):
            continue
        if "--" in line or "'" in line.partition("and")[0] or "message =" in line or "case " in found[1]:
            continue
        without = f"{head}AS $function${body[: found.start()]}{body[found.end() :]}"
        yield Mutant("body", name, f"without `and {found[1].strip()}`", without)


def _of_roles() -> Iterator[Mutant]:
    for role in ("palaver_worker", "palaver_definer", "authenticated"):
        yield Mutant("role", role, "bypassrls", f"alter role {role} bypassrls")
    yield Mutant("role", "palaver_worker", "member of service_role", "grant service_role to palaver_worker")
    yield Mutant("role", "palaver_worker", "member of palaver_definer", "grant palaver_definer to palaver_worker")
    yield Mutant("role", "anon", "member of authenticated", "grant authenticated to anon")
    for role in ("public", "anon", "authenticated", "service_role"):
        for objects in ("tables", "sequences", "functions"):
            change = f"alter default privileges for role postgres in schema public grant all on {objects} to {role}"
            yield Mutant("default grant", objects, f"to {role}", change)
