"""Databases in which plans are tried: a live one with rows, and an empty one for schemas to be printed in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.provisioning.changes import dependents
from app.provisioning.changes.apply import occupied
from app.provisioning.changes.items import Key
from app.provisioning.changes.plan import Choices, Plan, planned
from app.provisioning.changes.rehearsal import canonical
from app.provisioning.schema import catalog, ddl
from app.provisioning.schema.model import Column, Schema, Table, TypeName
from app.provisioning.schema.names import literal, quoted

VERSION = "PALAVER_APPS_SERVER_VERSION"
"""The environment variable that says which PostgreSQL these tests run on, where it is not the others'."""

EXAMPLES = int(os.environ.get("PALAVER_EXAMPLES", "6"))
"""How many of each property are tried; `python -m tests.provisioning.changes` tries more."""

VALUES = {
    "smallint": "{0}", "integer": "{0}", "bigint": "{0}", "numeric": "{0}.5", "double precision": "{0}.25",
    "real": "{0}", "text": "'v{0}'", "character varying": "'v{0}'", "boolean": "true", "date": "date '2026-01-0{0}'",
    "timestamp": "timestamp '2026-01-0{0}'", "uuid": "'00000000-0000-4000-8000-00000000000{0}'", "jsonb": "'{{}}'",
    "bytea": "'\\x0{0}'", "tsvector": "'a'", "text[]": "array['v{0}']", "integer[]": "array[{0}]",
}  # fmt: skip


@dataclass
class Tried:
    """An app's database, and an empty one."""

    live: asyncpg.Connection
    scratch: asyncpg.Connection

    async def holds(self, schema: Schema, *, rows: int = 0) -> Schema:
        """Make the database hold a schema and nothing else, and say what the catalog says."""
        for row in await self.live.fetch(
            "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        ):
            await self.live.execute(f"drop schema {quoted(row['nspname'])} cascade")
        await self.live.execute("create schema public")
        async with self.live.transaction():
            for statement in ddl.statements(schema):
                await self.live.execute(statement.sql)
        for number in range(1, rows + 1):
            for table in (*schema.tables, *reversed(schema.tables)):
                await self._insert(schema, table, number)
        return await catalog.read(self.live)

    async def _insert(self, schema: Schema, table: Table, number: int) -> None:
        given = [each for each in table.columns if each.generated is None and each.numbering is None]
        values = [self._value(schema, column, number) for column in given]
        names = ", ".join(quoted(column.name) for column in given)
        sql = f"({names}) values ({', '.join(values)})" if given else "default values"
        with contextlib.suppress(asyncpg.PostgresError):
            await self.live.execute(f"insert into {quoted(table.schema, table.name)} {sql}")

    def _value(self, schema: Schema, column: Column, number: int) -> str:
        if column.nullable and number == 2:
            return "null"
        if isinstance(column.type, TypeName):
            enum = schema.enum(column.type.name, column.type.schema)
            assert enum is not None
            label = literal(enum.labels[number % len(enum.labels)])
            return f"array[{label}]::{quoted(enum.schema, enum.name)}[]" if column.type.array else label
        name = column.type if column.type.endswith("[]") else column.type.split("(")[0]
        name = "timestamp" if name.startswith("timestamp") else name
        return VALUES[name].format(number)

    async def rows(self, schema: Schema) -> dict[Key, list[str]]:
        """All rows, in some order that is the same each time."""
        found = {}
        for table in schema.tables:
            sql = (
                f"select to_jsonb(whole_row)::text as row from {quoted(table.schema, table.name)} whole_row order by 1"
            )
            found[Key("table", table.schema, table.name)] = [row["row"] for row in await self.live.fetch(sql)]
        return found

    async def plan(self, old: Schema, new: Schema, choices: Choices | None = None) -> Plan:
        """The plan between two sources for the database as it is."""
        live = await catalog.read(self.live)
        return planned(
            await canonical(self.scratch, old),
            await canonical(self.scratch, new),
            live,
            occupied=await occupied(self.live, live),
            dependents=await dependents.read(self.live),
            choices=choices,
        )


@asynccontextmanager
async def databases(url_of: Any, names: Iterable[str] = ("changes_live", "changes_scratch")) -> AsyncIterator[Tried]:
    """Two fresh databases of a server; `url_of` makes an address of a database's name."""
    async with contextlib.AsyncExitStack() as stack:
        maintenance = await asyncpg.connect(url_of("postgres"))
        stack.push_async_callback(maintenance.close)
        connections = []
        for name in names:
            await maintenance.execute(f"create database {name} template template0 strategy file_copy")
            stack.push_async_callback(maintenance.execute, f"drop database {name} with (force)")
            connection = await asyncpg.connect(url_of(name))
            stack.push_async_callback(connection.close)
            connections.append(connection)
        yield Tried(*connections)
