"""Carries out a plan: behind a backup where data goes, all that was confirmed or nothing, and once only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from app.provisioning.changes.apply import Mark, OutcomeError, Ran, StaleError, apply, mark_of
from app.provisioning.changes.plan import Plan
from app.provisioning.changes.rehearsal import RefusedError
from app.provisioning.changes.renames import ChoiceError
from app.provisioning.schema.model import Schema
from app.provisioning.server.connection import Link
from app.provisioning.server.errors import AppServerError, AppServerFull, SchemaRefused, told
from app.provisioning.server.extensions import ExtensionMissing
from app.provisioning.server.place import Place
from app.provisioning.work.job import Outcome, Row
from app.provisioning.work.operations.backup import checkpoint
from app.provisioning.work.operations.work import Undone, Work
from app.provisioning.work.planning import Planner, StepBlocked, TablesHeld, choices_of, looked, refused

LONGEST_SECONDS: Final = 900
"""Of one statement: the tables that it works on are shut meanwhile."""


class ChangeStale(AppServerError):
    """The plan is not open any more, or the database is not as it was when it was made; plan the change again."""

    code = "APP_CHANGE_STALE"


class ChangeUnexpected(AppServerError):
    """The database would not have been as the plan said, so nothing was changed."""

    code = "APP_CHANGE_UNEXPECTED"


class BackupNeeded(AppServerError):
    """This would lose data, and no backups are made on this server; have it done without one if that is right."""

    code = "APP_BACKUP_NEEDED"


class DatabaseReadOnly(AppServerError):
    """The database is too large, and can only be read until it shrinks; delete rows, or change the plan."""

    code = "APP_DATABASE_READ_ONLY"


class ChangeGivenUp(AppServerError):
    """It was tried five times and never finished; nothing was changed, and it can be planned again."""

    code = "ATTEMPTS_EXHAUSTED"


_ENDS: Final = (
    ExtensionMissing,
    ChangeGivenUp,
    ChangeStale,
    ChangeUnexpected,
    BackupNeeded,
    DatabaseReadOnly,
    TablesHeld,
    StepBlocked,
    SchemaRefused,
    AppServerFull,
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What private.begin_app_change() gives."""

    document: Row

    @property
    def change(self) -> Row:
        """Its row."""
        row: Row = self.document["change"]
        return row

    @property
    def schemas(self) -> tuple[Schema | None, Schema]:
        """From which to which. Raises msgspec.ValidationError where a stored one cannot be read."""
        former, wanted = self.document["from"], self.document["to"]
        return former and msgspec.convert(former["schema"], Schema), msgspec.convert(wanted["schema"], Schema)

    @property
    def id(self) -> UUID:
        """The change's."""
        return UUID(self.change["id"])

    @property
    def is_complete(self) -> bool:
        """Whether nothing of it is left out: what waits, waits for a step that nobody confirmed."""
        confirmed = self.change["confirmed_steps"]
        return all(not step["asks"] or step["number"] in confirmed for step in self.change["steps"])

    @property
    def mark(self) -> Mark:
        """What the database says of itself afterwards."""
        revision = self.change["to_revision_id" if self.is_complete else "from_revision_id"]
        return Mark(UUID(revision or self.change["to_revision_id"]), self.id)


async def change(work: Work) -> Outcome:
    """All of it or nothing. Raises Undone, and AppServerError where it may succeed later."""
    begun = Begun(await work.report.begin_change())
    if begun.change["state"] not in ("awaiting_checkpoint", "applying"):
        return _over(begun.change)
    try:
        async with work.server.place(work.job.names) as place:
            if begun.change["state"] == "awaiting_checkpoint" and not work.job.is_given_up:
                begun = await _backed_up(work, place)
            ran = await _applied(work, place, begun)
    except AppServerError as error:
        if error.passes:
            raise
        state = "stale" if isinstance(error, ChangeStale) else "failed"
        await work.report.finish_change({"state": state, "error_code": error.code, "error_detail": error.detail})
        raise Undone(error, {}) from error
    steps = [msgspec.to_builtins(step) for step in ran]
    ended = await work.report.finish_change({"state": "applied", "complete": begun.is_complete, "ran": steps})
    return _over(ended)


def _over(change: Row) -> Outcome:
    """How an operation ends whose change has ended, now or at the hands of a worker that went away after it."""
    if change["state"] in ("applied", "undone"):
        return Outcome({"change": change["id"], "steps": len(change["ran"]), "complete": change["is_complete"]})
    code = "APP_CHANGE_STALE" if change["state"] == "discarded" else change["error_code"]
    kind = next((kind for kind in _ENDS if kind.code == code), AppServerError)
    raise Undone(kind(change["error_detail"]), {})


async def _backed_up(work: Work, place: Place) -> Begun:
    if not work.backups.are_kept:
        raise BackupNeeded()
    backup_id = await checkpoint(work, place)
    return Begun(await work.report.begin_change(backup_id))


async def _applied(work: Work, place: Place, begun: Begun) -> list[Ran]:
    await work.report.step("looking")
    await place.gather()
    async with place.hand() as hand, hand.link(seconds=LONGEST_SECONDS) as link:
        with told():
            done = await mark_of(link.connection)
        if done is not None and done.change_id == begun.id:
            # By a worker that went away before it could say which steps it took how long over.
            return []
        if work.job.is_given_up:
            raise ChangeGivenUp()
        if work.job.database["size_state"] == "read_only":
            raise DatabaseReadOnly()
        plan = await _planned(work, link, begun)
        count = len(plan.chosen(begun.change["confirmed_steps"]))
        await work.report.step("changing", f"{count} {'step' if count == 1 else 'steps'}")
        return await _carried_out(link, plan, begun)


async def _planned(work: Work, link: Link, begun: Begun) -> Plan:
    """The plan again, which must be the one that was confirmed."""
    sources = await Planner(work.server).sources(*begun.schemas)
    try:
        plan = await (await looked(link)).plan(sources, choices_of(begun.change["choices"]))
    except ChoiceError as error:
        raise ChangeStale() from error
    if plan.digest != begun.change["digest"]:
        raise ChangeStale()
    return plan


async def _carried_out(link: Link, plan: Plan, begun: Begun) -> list[Ran]:
    with told():
        await link.connection.execute(f"set statement_timeout = '{LONGEST_SECONDS}s'")
        try:
            return await apply(link.connection, plan, begun.change["confirmed_steps"], mark=begun.mark)
        except StaleError as error:
            raise ChangeStale() from error
        except OutcomeError as error:
            raise ChangeUnexpected(f"The database would not have been as the plan said: {error}"[:2000]) from error
        except RefusedError as error:
            raise refused(error) from error
