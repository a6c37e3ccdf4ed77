"""A schema applied to a database: all of it or nothing, by a hand, one statement at a time."""

from __future__ import annotations

from typing import Final

import asyncpg

from app.provisioning.schema.ddl import Statement, statements
from app.provisioning.schema.validation import SchemaError
from app.provisioning.server.errors import SchemaRefused, told
from app.provisioning.server.place import Hand
from app.provisioning.server.statements import quoted_text
from app.provisioning.work.job import Revision

_NOT_THE_SCHEMAS: Final = frozenset({"08", "53", "57", "58"})
_DETAIL_CHARS: Final = 500


async def apply(hand: Hand, revision: Revision | None) -> int:
    """Make what the revision says in an empty database, unless that was done before; the number of tables.

    Raises SchemaRefused, which says what PostgreSQL did not take, and AppServerError.
    """
    ddl = _statements(revision)
    mark = f"palaver revision {revision.id if revision else 'none'}"
    async with hand.link() as link:
        await link.run("create_schema")
        if await link.value("mark") != mark:
            with told():
                async with link.connection.transaction():
                    for statement in ddl:
                        await execute(link.connection, statement)
                    # In the same transaction, so that whoever goes on after a crash knows.
                    await link.connection.execute(f"comment on schema public is {quoted_text(mark)}")
        return int(await link.value("table_count"))


def _statements(revision: Revision | None) -> list[Statement]:
    try:
        return statements(revision.schema) if revision else []
    except SchemaError as error:
        raise SchemaRefused(str(error)) from error


async def execute(connection: asyncpg.Connection, statement: Statement) -> None:
    """Carry out a statement, which is one. Raises SchemaRefused, and asyncpg's errors that are the server's own."""
    try:
        # By the extended protocol, in which a second statement cannot hide in the text of the first.
        await connection.fetch(statement.sql)
    except asyncpg.PostgresError as error:
        state = str(error.sqlstate or "")
        if state[:2] in _NOT_THE_SCHEMAS:
            raise
        said = str(getattr(error, "message", "") or "")[:_DETAIL_CHARS]
        raise SchemaRefused(
            f"PostgreSQL refused the {statement.kind} {statement.subject} ({state}): {said}", sqlstate=state
        ) from error
