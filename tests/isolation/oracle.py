"""What the intent gives one actor of one relation, asked in the owner's session.

What is meant comes from sql/access.txt alone: the rows for which a scope's predicate holds. Where the intent lets a
statement through, its outcome is what the owner gets from the same statement, so that keys and checks count as they do
for anybody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import asyncpg

from tests.isolation import catalog
from tests.isolation.cells import CHECK, GUARD, Cell, Sight, count, outcome, undone
from tests.isolation.intent import Cell as Meant
from tests.isolation.intent import Intent
from tests.isolation.world import Actor

FOLLOWS: Final = {
    "public.prompts": ("public.prompt_publishers",),
    "public.projects": (
        *("public.project_members", "public.project_revisions", "public.configuration_suggestions"),
        "public.conversations",
    ),
    "public.generated_apps": (
        *("public.generated_app_files", "public.app_revisions", "public.app_databases", "public.app_operations"),
        *("public.app_changes", "public.app_backups"),
    ),
}
"""Tables whose rows a change of another's takes along, as is meant."""

Row = dict[str, str]
"""SQL literals by column."""


class Contents:
    """The rows that are there, and the relations that they are in."""

    def __init__(self, relations: dict[str, catalog.Relation], rows: dict[str, list[Row]]) -> None:
        self.relations = relations
        self._rows = rows

    @classmethod
    async def read(cls, owner: asyncpg.Connection) -> Contents:
        """All rows of all tables."""
        relations = await catalog.relations(owner)
        rows = {name: await _literals(owner, table) for name, table in relations.items() if table.is_table}
        return cls(relations, rows)

    def rows(self, table: str, classes: Sequence[str]) -> list[Row]:
        """Rows of a table, the first of each class: of those with the same values in the columns named."""
        seen: dict[tuple[str | None, ...], Row] = {}
        for row in self._rows.get(table, []):
            told_by = classes if "tenant_id" in row else ("id",)
            seen.setdefault(tuple(row.get(column) for column in told_by), row)
        return list(seen.values())


async def _literals(owner: asyncpg.Connection, table: catalog.Relation) -> list[Row]:
    pairs = ", ".join(f"'{name}', quote_nullable({name}::text) || '::{kind}'" for name, kind in table.columns.items())
    rows = await owner.fetch(f"select json_build_object({pairs})::text from {table.name}")
    return [json.loads(row[0]) for row in rows]


class Oracle:
    """The intent for one relation and one actor, with the owner's session to ask."""

    def __init__(
        self, owner: asyncpg.Connection, intent: Intent, contents: Contents, relation: catalog.Relation, actor: Actor
    ) -> None:
        self._owner = owner
        self.contents = contents
        self.relation = relation
        self.name = relation.name
        self.short = relation.name.partition(".")[2]
        self.actor = actor
        self.meant = intent.relations[relation.name]
        self.columns = {verb: self._granted(verb) for verb in ("select", "insert", "update")}
        deleting = self.meant.granted(actor.audience, "delete")
        self.delete = deleting[0][1] if deleting else None
        self.readable = [column for column in relation.columns if column in self.columns["select"]]

    def _granted(self, verb: str) -> dict[str, Meant]:
        found: dict[str, Meant] = {}
        for line, cell in self.meant.granted(self.actor.audience, verb):
            found |= dict.fromkeys(line.columns or tuple(self.relation.columns), cell)
        return found

    def cell(self, verb: str, shape: str, sql: str, expected: str, look: tuple[Sight, ...] = ()) -> Cell:
        """A cell of this actor and relation."""
        return Cell(self.actor, self.name, verb, shape, sql, expected, look)

    def where(self, verb: str) -> str:
        """The rows that a verb reaches."""
        cells = [self.delete] if verb == "delete" and self.delete else list(self.columns.get(verb, {}).values())
        return self.actor.about(cells[0].reach.predicate) if cells else "false"

    def result(self, cell: Meant) -> str:
        """What must hold for rows that a verb leaves behind."""
        return self.actor.about(cell.result.predicate)

    def look(self, *allowed: str) -> tuple[Sight, ...]:
        """Rows of other tenants, and of this table those that the intent leaves alone."""
        if self.actor.audience == "service":
            return ()
        mine = f"select {self.short}::text from {self.name} where (({') or ('.join(allowed)})) is not true"
        return (Sight(self.name, mine), *self._others)

    @cached_property
    def _others(self) -> tuple[Sight, ...]:
        return tuple(
            Sight(name, f"select {name.partition('.')[2]}::text from {name} where {self._of_others(table)}")
            for name, table in self.contents.relations.items()
            if table.kind == "r"
            and name.startswith("public.")
            and name not in (self.name, *FOLLOWS.get(self.name, ()))
            and self.actor.audience != "definer"
        )

    def _of_others(self, table: catalog.Relation) -> str:
        """Rows of other tenants, and of other people where a row is somebody's; all, where none is."""
        columns = {"tenant_id": ":tenant", "user_id": ":person"} if "tenant_id" in table.columns else {"id": ":tenant"}
        told = " or ".join(
            f"{column} is distinct from {self.actor.about(who)}::uuid"
            for column, who in columns.items()
            if column in table.columns
        )
        return told or "true"

    async def ask(self, sql: str) -> Any:
        """One value, asked as owner with the actor's claims."""
        async with undone(self._owner):
            await self._owner.execute(self.actor.setting())
            return await self._owner.fetchval(sql)

    async def count(self, where: str) -> str:
        """How many rows there are."""
        return f"rows {await self.ask(f'select count(*) from {self.name} where {where}')}"

    async def read(self, query: str) -> str:
        """How many rows a query gives, and which."""
        async with undone(self._owner):
            await self._owner.execute(self.actor.setting())
            ((number, digest),) = await self._owner.fetch(query)
            return f"rows {number} {digest}"

    async def as_owner(self, sql: str) -> str:
        """What the owner gets from a statement."""
        try:
            async with undone(self._owner):
                return count(await self._owner.execute(sql))
        except asyncpg.PostgresError as error:
            return outcome(error)

    async def passes(self, predicate: str, row: Row) -> bool:
        """Whether a row that is not there yet lies within a scope."""
        values = ", ".join(f"{row.get(name, 'null')}::{kind} as {name}" for name, kind in self.relation.columns.items())
        return bool(await self.ask(f"select exists (select from (select {values}) as {self.short} where {predicate})"))

    async def changed(self, column: str, value: str, reach: str, cell: Meant) -> str:
        """What comes of a change of the rows reached: what the intent says of the new rows, then keys and checks."""
        others = ", ".join(name for name in self.relation.columns if name != column)
        changing = f"({column} is distinct from {value})" if cell.guarded else "true"
        refused = await self.ask(
            f"select count(*) from (select {others}, {value} as {column} from {self.name}"
            f" where ({reach}) and {changing}) as {self.short} where ({self.result(cell)}) is not true"
        )
        if refused:
            return GUARD if cell.guarded else CHECK
        return await self.as_owner(f"update {self.name} set {column} = {value} where {reach}")
