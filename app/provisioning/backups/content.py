"""What a database holds, for a backup to be held against: its schema, its rows, and what else there is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import asyncpg
import msgspec

from app.provisioning.schema import catalog
from app.provisioning.schema.difference import Difference, Kind, differences
from app.provisioning.schema.model import PUBLIC, Schema
from app.provisioning.schema.names import quoted
from app.provisioning.server.connection import Link
from app.provisioning.server.errors import told
from app.queries import named

QUERIES: Final = named("app.provisioning.backups", "content.sql")
COUNT_SECONDS: Final = 3600.0
_REPRINTED: Final[frozenset[Kind]] = frozenset({"check", "exclusion", "default", "index", "unique"})
"""PostgreSQL may print their expressions otherwise once they were read back: only that they are there is compared."""


@dataclass(frozen=True, slots=True)
class Content:
    """A database at one moment. `rows`: of each table; `objects`: how many there are of a kind."""

    schema: Schema
    rows: Mapping[str, int]
    objects: Mapping[str, int]
    forced: tuple[str, ...] = field(default=())
    """Tables whose policies hold for their owner as well, by their quoted names."""
    bytes: int | None = None
    """How large it was."""

    def missing_in(self, other: Content) -> list[str]:
        """What is otherwise there than here, as a person reads it."""
        found = [str(each) for each in differences(self.schema, other.schema) if _counts(each)]
        for what, mine, theirs in (("rows of", self.rows, other.rows), ("number of", self.objects, other.objects)):
            found += [
                f"{what} {name}: {mine.get(name, 0)}, restored {theirs.get(name, 0)}"
                for name in sorted(mine.keys() | theirs.keys())
                if mine.get(name, 0) != theirs.get(name, 0)
            ]
        return found

    def without_rows(self) -> Content:
        """The same with every table empty."""
        objects = {kind: number for kind, number in self.objects.items() if kind != "large object"}
        return replace(self, rows=dict.fromkeys(self.rows, 0), objects=objects)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A moment that other sessions can see too, as long as the block lasts that made it."""

    id: str
    content: Content


@asynccontextmanager
async def snapshot(link: Link, without: Collection[str] = ()) -> AsyncIterator[Snapshot]:
    """What a database holds but for some schemas. Raises AppServerError."""
    connection = link.connection
    async with _at_one_moment(connection):
        with told():
            name = str(await connection.fetchval(QUERIES["snapshot"]))
            content = await _read(connection, without)
        yield Snapshot(name, content)


async def content_of(link: Link) -> Content:
    """What a database holds. Raises AppServerError."""
    async with _at_one_moment(link.connection):
        with told():
            return await _read(link.connection, ())


@asynccontextmanager
async def _at_one_moment(connection: asyncpg.Connection) -> AsyncIterator[None]:
    with told():
        transaction = connection.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        await connection.execute(QUERIES["prepare"])
    try:
        yield
    finally:
        with told():
            await transaction.rollback()


async def _read(connection: asyncpg.Connection, without: Collection[str]) -> Content:
    schemas = [row[0] for row in await connection.fetch(QUERIES["schemas"], list(without))]
    tables = await connection.fetch(QUERIES["tables"], schemas)
    forced = tuple(quoted(row["schema"], row["name"]) for row in tables if row["is_forced"])
    rows = {}
    for row in tables:
        name = quoted(row["schema"], row["name"])
        if not row["is_hidden"]:
            # A name can be put in no other way, and is quoted.
            query = f"select count(*) from only {name}"  # noqa: S608 - names are quoted
            rows[_shown(row["schema"], row["name"])] = await connection.fetchval(query, timeout=COUNT_SECONDS)
    objects = {row["kind"]: row["number"] for row in await connection.fetch(QUERIES["objects"], schemas)}
    invalid = {(row["schema"], row["name"]) for row in await connection.fetch(QUERIES["invalid_indexes"], schemas)}
    schema = _without_indexes(await catalog.read(connection, schemas), invalid)
    return Content(schema, rows, objects, forced)


def _without_indexes(schema: Schema, invalid: Collection[tuple[str, str]]) -> Schema:
    """pg_dump passes over indexes that were never finished."""
    if not invalid:
        return schema
    tables = tuple(
        replace(table, indexes=tuple(each for each in table.indexes if (table.schema, each.name) not in invalid))
        for table in schema.tables
    )
    return replace(schema, tables=tables)


def _shown(schema: str, name: str) -> str:
    return name if schema == PUBLIC else f"{schema}.{name}"


def _counts(difference: Difference) -> bool:
    is_elsewhere = difference.ours is not None and difference.theirs is not None
    return not (is_elsewhere and difference.kind in _REPRINTED)


encoded: Final = msgspec.json.Encoder().encode
decoded: Final = msgspec.json.Decoder(Content).decode
