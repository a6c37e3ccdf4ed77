"""Tables, views, columns, functions and rights as a database has them, to draw operations from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

_RELATIONS: Final = """
    select
        c.relnamespace::regnamespace || '.' || c.relname as name,
        array_agg(a.attname::text order by a.attnum) as columns,
        array_agg(format_type(a.atttypid, null) order by a.attnum) as types,
        array_remove(
            array_agg(case when a.attnotnull and not a.atthasdef and a.attidentity = '' then a.attname::text end), null
        ) as required,
        r.name as role,
        v.verb,
        array_remove(
            array_agg(case when has_column_privilege(r.name, c.oid, a.attnum, v.verb) then a.attname::text end), null
        ) as granted,
        has_table_privilege(r.name, c.oid, 'delete') as deletable
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
    cross join (values ('authenticated'), ('palaver_worker')) as r (name)
    cross join (values ('select'), ('insert'), ('update')) as v (verb)
    where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    group by c.oid, r.name, v.verb
    order by 1, 4, 5
"""
_FUNCTIONS: Final = """
    select
        p.pronamespace::regnamespace || '.' || p.proname as name,
        coalesce(p.proargnames[1:p.pronargs], '{}') as arguments,
        array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as x (t, n) order by x.n) as types,
        p.pronargdefaults as defaults,
        p.proretset as many
    from pg_proc as p
    where
        p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and p.prokind = 'f'
        and p.prorettype <> 'trigger'::regtype
    order by 1
"""


@dataclass(frozen=True)
class Relation:
    """A table, view, materialized view or sequence, and who may do what with its columns."""

    name: str
    columns: Mapping[str, str]
    """Types by name, in order."""
    required: tuple[str, ...]
    """Columns that have no default and are not null."""
    rights: Mapping[tuple[str, str], tuple[str, ...]]
    """Columns by role and verb; all of them for a delete."""

    @property
    def key(self) -> tuple[str, ...]:
        """Columns by which rows are told apart: keys come first in every table and view."""
        return tuple(self.columns)[:4]


@dataclass(frozen=True)
class Function:
    """A function that can be called: its arguments in order, with their types."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    defaults: int
    many: bool


@dataclass(frozen=True)
class Catalog:
    """What there is in schemas public and private."""

    relations: tuple[Relation, ...]
    functions: tuple[Function, ...]

    def granted(self, role: str, verb: str) -> tuple[Relation, ...]:
        """The relations of which a role may do something."""
        return tuple(each for each in self.relations if each.rights[role, verb])

    def about(self, word: str) -> Catalog:
        """Only the relations, and only the functions, that have a word in their names, where there are any."""
        relations = tuple(each for each in self.relations if word in each.name)
        functions = tuple(each for each in self.functions if word in each.name)
        return Catalog(relations or self.relations, functions or self.functions)


async def catalog(owner: asyncpg.Connection) -> Catalog:
    """Read the catalog of a database."""
    relations: dict[str, Relation] = {}
    for row in await owner.fetch(_RELATIONS):
        columns = dict(zip(row["columns"], row["types"], strict=True))
        rights = {
            (row["role"], row["verb"]): tuple(row["granted"]),
            (row["role"], "delete"): tuple(columns) if row["deletable"] else (),
        }
        known = relations.get(row["name"])
        relations[row["name"]] = Relation(
            row["name"], columns, tuple(row["required"]), {**(known.rights if known else {}), **rights}
        )
    functions = [
        Function(row["name"], tuple(zip(row["arguments"], row["types"], strict=True)), row["defaults"], row["many"])
        for row in await owner.fetch(_FUNCTIONS)
    ]
    return Catalog(tuple(relations.values()), tuple(functions))
