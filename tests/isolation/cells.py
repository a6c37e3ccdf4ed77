"""A cell of the matrix: somebody, a statement, and the outcome that is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from tests.isolation.world import Actor

NO_GRANT: Final = "no grant"
CHECK: Final = "refused by a policy"
GUARD: Final = "refused by a trigger"
SEES: Final = "md5(coalesce(string_agg(t.r, '|' order by t.r), ''))"
"""What rows a query gives, whatever their order."""


def outcome(error: asyncpg.PostgresError) -> str:
    """How a statement was refused."""
    return refused(str(error.sqlstate), str(error))


def refused(state: str, message: str) -> str:
    """How a statement was refused, by its SQLSTATE and message."""
    if state == "42501":
        return CHECK if "row-level security" in message else NO_GRANT
    return GUARD if state == "PA403" else state


@dataclass(frozen=True)
class Sight:
    """Rows of a relation, as its owner sees them: a query that gives each as one text."""

    relation: str
    query: str


@dataclass(frozen=True)
class Cell:
    """Somebody, a statement, and what must come of it.

    `look` is what the owner must see after a statement that succeeded as before it: the rows that it must not have
    touched. `like` is a call that must answer alike.
    """

    actor: Actor
    target: str
    verb: str
    shape: str
    sql: str
    expected: str
    look: tuple[Sight, ...] = ()
    like: str = ""

    def __str__(self) -> str:
        return f"{self.actor.name} ({self.actor.audience}): {self.sql}"


@asynccontextmanager
async def undone(link: asyncpg.Connection, actor: Actor | None = None) -> AsyncIterator[None]:
    """Everything inside is undone; as `actor` where one is given."""
    settings = f"{actor.setting()}; set local role {actor.role}" if actor else ""
    await link.execute(f"savepoint undone; {settings}")
    try:
        yield
    finally:
        await link.execute("rollback to savepoint undone; release savepoint undone")


def count(tag: str) -> str:
    """`rows 3` from a command tag such as `UPDATE 3`."""
    return f"rows {tag.rsplit(maxsplit=1)[-1]}"
