"""Our schema beside what the real tool would have made, both as PostgreSQL's catalog tells them."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from app.provisioning.schema import catalog
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import Difference, Kind, Score, differences, score
from app.provisioning.schema.model import Schema

_UUID = "create function public.uuid_generate_v4() returns uuid language sql return gen_random_uuid()"
"""What TypeORM's keys call; an empty database has no uuid-ossp."""


@dataclass(frozen=True)
class Fidelity:
    """How much of two catalogs is equal."""

    differences: list[Difference]
    score: dict[Kind, Score]

    @property
    def share(self) -> float:
        """The part of all things that is equal, from 0 to 1; of nothing all is equal."""
        of = sum(each.of for each in self.score.values())
        return sum(each.equal for each in self.score.values()) / of if of else 1.0

    def __str__(self) -> str:
        counts = [f"{kind:12} {each.equal:5} of {each.of:5}" for kind, each in self.score.items()]
        return "\n".join([*counts, *map(str, self.differences)])


async def compare_in(connection: asyncpg.Connection, our: Schema, their_sql: str) -> Fidelity:
    """The same in a database that is empty, and empty again afterwards: much faster where there are many."""
    ours = await applied(connection, [statement.sql for statement in statements(our)])
    theirs = await applied(connection, their_sql)
    return Fidelity(differences(ours, theirs), score(ours, theirs))


async def applied(connection: asyncpg.Connection, sql: list[str] | str) -> Schema:
    """The catalog of an empty database after statements (one by one) or a script, which are undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_UUID)
        # A tool's script may hold nothing but a comment, which asyncpg does not take.
        for statement in [f"{sql}\n;select"] if isinstance(sql, str) else sql:
            try:
                # `fetch` speaks the extended protocol, which takes one statement only.
                await (connection.execute(statement) if isinstance(sql, str) else connection.fetch(statement))
            except asyncpg.PostgresError as error:
                error.add_note(statement)
                raise
        if not connection.is_in_transaction():
            raise ValueError("the script ends its transaction")
        return await catalog.read(connection)
    finally:
        await transaction.rollback()
