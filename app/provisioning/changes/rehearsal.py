"""A schema as PostgreSQL prints it: made in an empty database, read back, and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import asyncpg

from app.provisioning.changes.items import Items, items_of, schema_of
from app.provisioning.schema import catalog, ddl
from app.provisioning.schema.model import Schema


class RefusedError(Exception):
    """PostgreSQL refuses a statement."""

    def __init__(self, subject: str, sqlstate: str, message: str) -> None:
        super().__init__(f"{subject}: {message}")
        self.subject = subject
        self.sqlstate = sqlstate
        self.message = message


async def run(connection: asyncpg.Connection, sql: str, subject: str) -> None:
    """Run one statement, over the protocol in which there can be no second. Raises RefusedError.

    What rows hold stands in an error's detail, never in its message, and is told to nobody.
    """
    try:
        await (await connection.prepare(sql)).fetch()
    except asyncpg.PostgresError as error:
        raise RefusedError(subject, error.sqlstate, error.message) from error


async def canonical(scratch: asyncpg.Connection, schema: Schema) -> Schema:
    """The schema with every expression as PostgreSQL prints it, and with its evidence. `scratch` must be empty.

    Raises SchemaError for a schema that cannot be, RefusedError where PostgreSQL says so.
    """
    transaction = scratch.transaction()
    await transaction.start()
    try:
        for statement in ddl.statements(schema):
            await run(scratch, statement.sql, statement.subject)
        read = items_of(await catalog.read(scratch))
    finally:
        await transaction.rollback()
    return schema_of(_with_evidence(read, items_of(schema)))


def _with_evidence(read: Items, source: Items) -> Items:
    """In the order of the source, which is that of its files."""
    order = {key: place for place, key in enumerate(source)}
    found: Items = {}
    for key in sorted(read, key=lambda key: order.get(key, len(order))):
        thing: Any = read[key]
        evidence = getattr(source.get(key), "evidence", None)
        found[key] = thing if evidence is None else replace(thing, evidence=evidence)
    return found
