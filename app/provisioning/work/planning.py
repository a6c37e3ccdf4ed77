"""Plans for apps' databases, made on the server that has them: what two sources mean there, and what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.provisioning.changes import dependents
from app.provisioning.changes.apply import BlockedError, occupied
from app.provisioning.changes.dependents import Dependent
from app.provisioning.changes.items import items_of
from app.provisioning.changes.plan import Choices, Plan, planned
from app.provisioning.changes.rehearsal import RefusedError, canonical
from app.provisioning.changes.renames import recognised
from app.provisioning.changes.undo import inverted
from app.provisioning.lines import Lines
from app.provisioning.schema import catalog
from app.provisioning.schema.model import Schema
from app.provisioning.schema.validation import SchemaError
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.connection import Link
from app.provisioning.server.errors import AppServerError, AppServerFull, AppServerUnavailable, SchemaRefused, told
from app.provisioning.server.extensions import check_extensions
from app.provisioning.server.names import Names

AT_ONCE: Final = 2
"""Plans that one worker makes at a time: each has a database made."""

EACH_AT_ONCE: Final = 1
"""Of one tenant's."""

LOOK_SECONDS: Final = 5
"""How long an app may keep us from looking at one of its tables."""

MOST_MESSAGE_CHARS: Final = 500
_TABLE_HELD: Final = frozenset({"55P03", "40P01"})
_VALUES_TOLD: Final = frozenset({"22", "P0"})
"""Classes of errors whose messages quote what is in the rows: data exceptions, and what functions raise."""


class DatabaseBusy(AppServerError):
    """Another operation on this database is not finished yet; ask again when it is."""

    code = "APP_DATABASE_BUSY"


class TablesHeld(AppServerError):
    """The app itself keeps its tables locked; end what it is doing there, and plan the change again."""

    code = "APP_TABLES_LOCKED"


class StepBlocked(AppServerError):
    """Something in the database that no change touches stands on what a step takes away; drop it first."""

    code = "APP_STEP_BLOCKED"


def refused(error: RefusedError) -> AppServerError:
    """What PostgreSQL refused, as the server's errors tell it: nothing of what is in the rows."""
    state = error.sqlstate
    if isinstance(error, BlockedError):
        return StepBlocked(error.sentence)
    if state in _TABLE_HELD:
        return TablesHeld(sqlstate=state)
    if state[:2] == "53":
        return AppServerFull(sqlstate=state)
    if state[:2] in ("08", "58") or (state[:2] == "57" and state != "57014"):
        return AppServerUnavailable(sqlstate=state)
    said = "a value that is there does not fit" if state[:2] in _VALUES_TOLD else error.message[:MOST_MESSAGE_CHARS]
    return SchemaRefused(f"PostgreSQL refused the change of {error.subject} ({state}): {said}", sqlstate=state)


def choices_of(given: Mapping[str, Any]) -> Choices:
    """Choices as they are kept with a plan."""
    return Choices(given.get("renames", {}), frozenset(given.get("restored", ())), given.get("fills", {}))


@dataclass(frozen=True, slots=True)
class Sources:
    """The schema that a database was to have, and the one that it is to have, as PostgreSQL prints them."""

    old: Schema
    new: Schema

    def undoing(self, choices: Choices) -> Choices:
        """The choices for the way back from a change that was planned with these."""
        taken = recognised(items_of(self.old), items_of(self.new), choices.renames).taken
        return Choices(renames=inverted(taken))

    @property
    def back(self) -> Sources:
        """The other way round."""
        return Sources(self.new, self.old)


@dataclass(frozen=True, slots=True)
class There:
    """What a database holds, which of its tables have rows, and what else its owner made there."""

    schema: Schema
    occupied: list[tuple[str, str]]
    dependents: tuple[Dependent, ...]

    async def plan(self, sources: Sources, choices: Choices) -> Plan:
        """The plan for it, made in a thread: that of thousands of tables takes seconds. Raises ChoiceError."""
        return await asyncio.to_thread(
            planned,
            sources.old,
            sources.new,
            self.schema,
            occupied=self.occupied,
            dependents=self.dependents,
            choices=choices,
        )


@dataclass(frozen=True, slots=True)
class Planner:
    """Looks at databases without changing them. Each method raises AppServerError."""

    server: AppServer
    _lines: Lines = field(default_factory=lambda: Lines(AT_ONCE, EACH_AT_ONCE))

    async def sources(self, old: Schema | None, new: Schema, *, tenant_id: str | None = None) -> Sources:
        """Two sources as PostgreSQL prints them; None: nothing yet. `tenant_id`: in whose line this waits."""
        await check_extensions(self.server, new)
        async with self._lines.place(tenant_id), self.server.scratch() as hand, hand.link() as link:
            try:
                with told():
                    before, after = [await canonical(link.connection, schema) for schema in (old or Schema(), new)]
            except SchemaError as error:
                raise SchemaRefused(str(error)) from error
            except RefusedError as error:
                raise refused(error) from error
        return Sources(before, after)

    async def there(self, names: Names) -> There:
        """What is in a database on which nobody works."""
        async with self.server.place(names, gently=True) as place:
            if not place.is_taken:
                raise DatabaseBusy()
            async with place.hand() as hand, hand.link() as link:
                return await looked(link)


async def looked(link: Link) -> There:
    """What is in the database of a connection. Raises AppServerError."""
    try:
        with told():
            await link.connection.execute(f"set lock_timeout = '{LOOK_SECONDS}s'")
            schema = await catalog.read(link.connection)
            return There(schema, await occupied(link.connection, schema), await dependents.read(link.connection))
    except AppServerError as error:
        if error.sqlstate in _TABLE_HELD:
            raise TablesHeld(sqlstate=error.sqlstate) from error
        raise
