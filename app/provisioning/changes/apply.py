"""A plan carried out: in one transaction, on the database it was made for, and only if the outcome is what it said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import asyncpg

from app.provisioning.changes import dependents
from app.provisioning.changes.items import Items, Key, fingerprint, items_of
from app.provisioning.changes.plan import Plan
from app.provisioning.changes.rehearsal import RefusedError, run
from app.provisioning.changes.steps import Step
from app.provisioning.schema import catalog
from app.provisioning.schema.model import Schema, Table
from app.provisioning.schema.names import literal, quoted

LOCK_TIMEOUT = "5s"


class StaleError(Exception):
    """The database is not as it was when the plan was made; make another."""


class BlockedError(RefusedError):
    """Something that no plan touches stands on what a step drops or makes anew."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.subject, "2BP01", "something stands on it that must be dropped first")
        self.sentence = dependents.in_the_way(step.subject, step.blocked)


class OutcomeError(Exception):
    """The database would not be as the plan said; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A step that was carried out."""

    number: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done to a database last, as its own schema public says: whoever comes after a crash goes by it."""

    revision_id: UUID
    """The revision that it has."""
    change_id: UUID

    def __str__(self) -> str:
        return f"palaver revision {self.revision_id} change {self.change_id}"


_MARK = re.compile(r"palaver revision (\S+) change (\S+)")


async def mark_of(connection: asyncpg.Connection) -> Mark | None:
    """The mark of the last change; None: there was none."""
    comment = await connection.fetchval(
        "select pg_catalog.left(pg_catalog.obj_description('public'::regnamespace, 'pg_namespace'), 200)"
    )
    found = _MARK.fullmatch(comment or "")
    return Mark(UUID(found[1]), UUID(found[2])) if found else None


async def occupied(connection: asyncpg.Connection, schema: Schema) -> list[tuple[str, str]]:
    """Schema and name of the tables that have a row."""
    return [(table.schema, table.name) for table in schema.tables if await _has_rows(connection, table)]


async def _has_rows(connection: asyncpg.Connection, table: Table) -> bool:
    found: bool = await connection.fetchval(f"select exists (select from {quoted(table.schema, table.name)})")  # noqa: S608 - names are quoted
    return found


async def apply(
    connection: asyncpg.Connection,
    plan: Plan,
    confirmed: Iterable[int] = (),
    *,
    mark: Mark | None = None,
) -> list[Ran]:
    """Carry out the steps that need nobody and those confirmed, all or none. `connection` has the app's rights only.

    The mark stands in the comment on schema public then. Raises StaleError, OutcomeError, or RefusedError with the
    step's subject, BlockedError before anything is done.
    """
    confirmed = tuple(confirmed)
    steps = plan.chosen(confirmed)
    for _, step in steps:
        if step.blocked:
            raise BlockedError(step)
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = {literal(LOCK_TIMEOUT)}")
        await _lock(connection, plan.live, [step for _, step in steps])
        if fingerprint(items_of(await catalog.read(connection))) != plan.catalog_digest:
            raise StaleError
        await _check_free(connection, [step for _, step in steps])
        await _check_empty(connection, plan, [step for _, step in steps])
        ran = [await _carry_out(connection, number, step) for number, step in steps]
        await run(connection, "set constraints all immediate", "constraints")
        found = items_of(await catalog.read(connection))
        if fingerprint(found) != fingerprint(plan.expected(confirmed)):
            raise OutcomeError(_difference(plan.expected(confirmed), found))
        if mark is not None:
            await run(connection, f"comment on schema public is {literal(str(mark))}", "mark")
    return ran


async def _carry_out(connection: asyncpg.Connection, number: int, step: Step) -> Ran:
    began = monotonic()
    for sql in step.sql:
        await run(connection, sql, step.subject)
    return Ran(number, round((monotonic() - began) * 1000, 3))


async def _lock(connection: asyncpg.Connection, live: Items, steps: Collection[Step]) -> None:
    """Take the tables that were there before and change, in one order for everybody."""
    touched = {edit.key.owner for step in steps for edit in step.edits} | {
        step.rename.old.owner for step in steps if step.rename is not None
    }
    names = sorted(quoted(key.schema, key.table) for key in touched if key.table and key in live)
    if names:
        await run(connection, f"lock table {', '.join(names)} in access exclusive mode", "tables")


async def _check_free(connection: asyncpg.Connection, steps: Collection[Step]) -> None:
    """Nothing came since that is in the way of a step."""
    if any(step.blocked for step in dependents.told(steps, await dependents.read(connection))):
        raise StaleError


async def _check_empty(connection: asyncpg.Connection, plan: Plan, steps: Collection[Step]) -> None:
    """What was planned for tables without rows is not done to those that got some since."""
    former = {rename.new: rename.old for rename in plan.renames if rename.new.kind == "table"}
    for key in {former.get(key, key) for step in steps for key in step.empties}:
        if key in plan.live and await _has_rows(connection, Table(key.table, (), schema=key.schema)):
            raise StaleError


def _difference(expected: Items, found: Items) -> str:
    def names(keys: Iterable[Key]) -> str:
        return ", ".join(sorted(f"{key.kind} {key}" for key in keys)) or "nothing"

    altered = (key for key in expected if key in found and expected[key] != found[key])
    return (
        f"missing: {names(expected.keys() - found.keys())}; unexpected: {names(found.keys() - expected.keys())}; "
        f"otherwise: {names(altered)}"
    )


__all__ = ["BlockedError", "Mark", "OutcomeError", "Ran", "RefusedError", "StaleError", "apply", "mark_of", "occupied"]
