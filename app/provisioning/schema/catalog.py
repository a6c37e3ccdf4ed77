"""A live database as a schema.

Expressions are as PostgreSQL prints them, with every name qualified that is not its own. What the model has no place
for is passed over: views, functions, triggers, policies, domains as such, options of storage and of sequences, and
whether a generated column is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

import asyncpg

from app.provisioning.schema.model import (
    PUBLIC,
    Action,
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    IndexPart,
    Numbering,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import quoted
from app.queries import named

_QUERIES: Final = named("app.provisioning.schema", "catalog.sql")
_ACTIONS: Final[dict[str, Action]] = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}
_IDENTITIES: Final[dict[str, Numbering]] = {"a": "identity always", "d": "identity by default"}


async def read(connection: asyncpg.Connection, schemas: Collection[str] | None = None) -> Schema:
    """What a database holds, or only those of its schemas; tables, enums, indexes and constraints in order of names.

    Within a transaction it reads what that one sees, else all at one moment. Raises ProgramLimitExceededError where
    comments and expressions take more than 64 MB.
    """
    transaction = connection.transaction(isolation=None if connection.is_in_transaction() else "repeatable_read")
    await transaction.start()
    try:
        await connection.execute(_QUERIES["path"])
        await connection.execute(_QUERIES["weigh"])
        return await _read(connection, schemas)
    finally:
        # It wrote nothing, and the caller's search_path comes back.
        await transaction.rollback()


async def _read(connection: asyncpg.Connection, schemas: Collection[str] | None) -> Schema:
    async def fetch(name: str, *arguments: object) -> list[asyncpg.Record]:
        return await connection.fetch(_QUERIES[name], *arguments)

    chosen = None if schemas is None else list(schemas)
    inside = [row["name"] for row in await fetch("schemas", chosen)]
    tables = await fetch("tables", inside)
    ids = [row["id"] for row in tables]
    columns = _grouped(await fetch("columns", ids), "table_id")
    constraints = _grouped(await fetch("constraints", ids), "table_id")
    indexes = await fetch("indexes", ids)
    parts = _grouped(await fetch("index_parts", [row["id"] for row in indexes]), "index_id")
    indexes_of = _grouped(indexes, "table_id")
    return Schema(
        tables=tuple(
            _table(
                row,
                columns[row["id"]],
                constraints[row["id"]],
                [_index(i, parts[i["id"]]) for i in indexes_of[row["id"]]],
            )
            for row in tables
        ),
        enums=tuple(Enum(row["name"], tuple(row["labels"]), row["schema"]) for row in await fetch("enums", inside)),
        schemas=tuple(name for name in inside if name != PUBLIC),
        extensions=tuple(row["name"] for row in await fetch("extensions")),
    )


def _grouped(rows: Iterable[asyncpg.Record], by: str) -> defaultdict[int, list[asyncpg.Record]]:
    groups = defaultdict[int, list[asyncpg.Record]](list)
    for row in rows:
        groups[row[by]].append(row)
    return groups


def _table(
    row: asyncpg.Record, columns: list[asyncpg.Record], constraints: list[asyncpg.Record], indexes: list[Index]
) -> Table:
    of_kind = defaultdict[str, list[asyncpg.Record]](list)
    for constraint in constraints:
        of_kind[constraint["kind"]].append(constraint)
    return Table(
        name=row["name"],
        schema=row["schema"],
        comment=row["comment"],
        columns=tuple(_column(column) for column in columns),
        primary_key=next(
            (PrimaryKey(k["name"], tuple(k["columns"]), k["is_deferrable"], k["is_deferred"]) for k in of_kind["p"]),
            None,
        ),
        uniques=tuple(
            Unique(k["name"], tuple(k["columns"]), k["nulls_not_distinct"], k["is_deferrable"], k["is_deferred"])
            for k in of_kind["u"]
        ),
        checks=tuple(Check(k["name"], k["definition"]) for k in of_kind["c"]),
        exclusions=tuple(
            Exclusion(k["name"], k["definition"], k["is_deferrable"], k["is_deferred"]) for k in of_kind["x"]
        ),
        foreign_keys=tuple(_foreign_key(k) for k in of_kind["f"]),
        indexes=tuple(indexes),
    )


def _column(row: asyncpg.Record) -> Column:
    enum = row["enum"]
    numbering: Numbering | None = "serial" if row["is_serial"] else _IDENTITIES.get(row["identity"])
    return Column(
        name=row["name"],
        type=row["type"] if enum is None else TypeName(enum, row["enum_schema"], row["is_array"]),
        nullable=row["nullable"],
        default=None if row["is_generated"] or numbering else row["expression"],
        numbering=numbering,
        generated=row["expression"] if row["is_generated"] else None,
        collation=row["collation"],
        comment=row["comment"],
    )


def _foreign_key(row: asyncpg.Record) -> ForeignKey:
    return ForeignKey(
        name=row["name"],
        columns=tuple(row["columns"]),
        target=row["target"],
        target_columns=tuple(row["target_columns"]),
        target_schema=row["target_schema"],
        on_delete=_ACTIONS[row["on_delete"]],
        on_update=_ACTIONS[row["on_update"]],
        deferrable=row["is_deferrable"],
        deferred=row["is_deferred"],
    )


def _index(row: asyncpg.Record, parts: list[asyncpg.Record]) -> Index:
    return Index(
        name=row["name"],
        parts=tuple(_part(part) for part in parts if not part["is_included"]),
        unique=row["is_unique"],
        method=row["method"],
        where=row["predicate"],
        include=tuple(part["name"] for part in parts if part["is_included"]),
        nulls_not_distinct=row["nulls_not_distinct"],
    )


def _part(row: asyncpg.Record) -> IndexPart:
    """A part of an index; one with a collation of its own is an expression, which PostgreSQL reads as the same."""
    of = row["name"] if row["expression"] is None else row["expression"]
    if row["collation"] is not None:
        of = f"{quoted(of) if row['expression'] is None else f'({of})'} COLLATE {row['collation']}"
    descending = row["is_descending"]
    return IndexPart(
        of=of,
        is_expression=row["expression"] is not None or row["collation"] is not None,
        operator_class=row["operator_class"],
        descending=descending,
        nulls_first=None if row["nulls_first"] == descending else row["nulls_first"],
    )
