"""What the catalog says is there: relations, columns, keys and functions of schemas public and private."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

SYSTEM_COLUMNS: Final = ("ctid", "xmin", "cmin", "xmax", "cmax", "tableoid")

_RELATIONS = """
    select
        c.oid::bigint as oid,
        format('%s.%s', n.nspname, c.relname) as name,
        c.relkind::text as kind,
        pg_get_userbyid(c.relowner)::text as owner,
        pg_relation_is_updatable(c.oid, true) > 0 as is_updatable,
        (
            select json_object_agg(a.attname, format_type(a.atttypid, null) order by a.attnum)::text
            from pg_attribute as a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        ) as columns,
        array(
            select a.attname::text from pg_attribute as a
            where a.attrelid = c.oid and (a.attidentity = 'a' or a.attgenerated <> '')
        ) as generated,
        array(
            select a.attname::text from pg_attribute as a
            where c.relkind = 'v' and a.attrelid = c.oid and not pg_column_is_updatable(c.oid, a.attnum, true)
        ) as derived
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    order by 1
"""
_KEYS = """
    select
        k.conrelid::regclass::text as relation,
        k.contype::text as kind,
        array(select a.attname::text from unnest(k.conkey) with ordinality as c (num, at)
            inner join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = c.num order by c.at) as columns,
        k.confrelid::regclass::text as target,
        array(select a.attname::text from unnest(k.confkey) with ordinality as c (num, at)
            inner join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = c.num order by c.at
        ) as target_columns
    from pg_constraint as k
    where k.connamespace in ('public'::regnamespace, 'private'::regnamespace) and k.contype in ('p', 'u', 'f')
    order by 1, k.conname
"""
_FUNCTIONS = """
    select
        p.oid::bigint as oid,
        format('%s.%s', n.nspname, p.proname) as called,
        array(select format_type(t, null) from unnest(p.proargtypes) as t) as types,
        p.proargnames::text[] as names,
        p.prorettype = 'trigger'::regtype as is_trigger,
        case when p.prosecdef then pg_get_userbyid(p.proowner)::text end as runs_as,
        coalesce(p.proconfig, '{}') as settings
    from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where n.nspname in ('public', 'private')
    order by 1, p.oid
"""


@dataclass(frozen=True)
class Key:
    """A primary key, unique or foreign key constraint."""

    kind: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A relation with its columns' types and its keys; `kind` as in pg_class.relkind."""

    oid: int
    name: str
    kind: str
    owner: str
    is_updatable: bool
    columns: dict[str, str]
    generated: tuple[str, ...]
    derived: tuple[str, ...]
    """What a view works out: nobody can set it, which they are told before they are asked for a right."""
    keys: tuple[Key, ...]

    @property
    def is_table(self) -> bool:
        return self.kind in ("r", "p", "f")


@dataclass(frozen=True)
class Function:
    """An overload: its signature as sql/access.txt writes it, and what its arguments are."""

    oid: int
    name: str
    called: str
    arguments: tuple[tuple[str, str], ...]
    is_trigger: bool
    runs_as: str | None
    settings: list[str]


async def relations(owner: asyncpg.Connection) -> dict[str, Relation]:
    """Every relation by name."""
    keys: dict[str, list[Key]] = {}
    for row in await unqualified(owner, _KEYS):
        key = Key(row["kind"], tuple(row["columns"]), row["target"], tuple(row["target_columns"]))
        keys.setdefault(row["relation"], []).append(key)
    return {
        row["name"]: Relation(
            row["oid"],
            row["name"],
            row["kind"],
            row["owner"],
            row["is_updatable"],
            json.loads(row["columns"] or "{}"),
            tuple(row["generated"]),
            tuple(row["derived"]),
            tuple(keys.get(row["name"], ())),
        )
        for row in await owner.fetch(_RELATIONS)
    }


async def functions(owner: asyncpg.Connection) -> dict[str, Function]:
    """Every overload by signature."""
    found = {}
    for row in await unqualified(owner, _FUNCTIONS):
        types = tuple(row["types"])
        names = (row["names"] or [""] * len(types))[: len(types)]
        signature = f"{row['called']}({', '.join(types)})"
        found[signature] = Function(
            row["oid"],
            signature,
            row["called"],
            tuple(zip(names, types, strict=True)),
            row["is_trigger"],
            row["runs_as"],
            row["settings"],
        )
    return found


async def unqualified(owner: asyncpg.Connection, sql: str) -> list[Any]:
    """Rows in which every name is written in full."""
    async with owner.transaction():
        await owner.execute("set local search_path = ''")
        rows: list[Any] = await owner.fetch(sql)
        return rows
