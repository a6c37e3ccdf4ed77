"""What people ask for of changes: plans, what they decide on them, the way back, the history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from app.caller import Caller
from app.database import Database
from app.errors import AppChangeStale, NotFound, ProvisioningUnavailable, UnprocessableRequest
from app.provisioning.apps import Apps, Requested, told
from app.provisioning.changes.dependents import in_the_way
from app.provisioning.changes.plan import Choices, Plan, shown
from app.provisioning.changes.renames import ChoiceError
from app.provisioning.forms import Environment, Row
from app.provisioning.schema.model import Schema
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.names import Names
from app.provisioning.work.planning import Planner, StepBlocked, choices_of

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a change is planned from, as private.read_change_basis() gives it."""

    database: Row
    old: Schema | None
    new: Schema

    @classmethod
    def of(cls, document: Row) -> _Basis:
        old, new = (each and msgspec.convert(each["schema"], Schema) for each in (document["from"], document["to"]))
        return cls(document["database"], old, new)

    @property
    def names(self) -> Names:
        return Names(UUID(self.database["id"]))

    @property
    def tenant_id(self) -> str:
        return str(self.database["tenant_id"])


class Changes:
    """Each method raises PalaverErrors, NotFound for an app or a change that the caller does not see."""

    def __init__(self, database: Database, apps: Apps, planner: Planner | None) -> None:
        """Without `planner` this server makes no databases; what was done to them can still be seen."""
        self._database = database
        self._apps = apps
        self._planner = planner

    async def preview(
        self, caller: Caller, app_id: UUID, environment: Environment, new: Schema, choices: Choices
    ) -> Row:
        """What a schema would change; nothing is kept."""
        basis = await self._basis(caller, app_id, environment)
        return await asyncio.to_thread(shown, await self._plan(basis, new, choices))

    async def plan(
        self, caller: Caller, app_id: UUID, environment: Environment, revision_id: UUID, choices: Choices
    ) -> Row:
        """The plan by which a database gets a revision, in the place of one that was open; its row.

        One that changes nothing is settled at once: the database has the revision then.
        """
        basis = await self._basis(caller, app_id, environment, revision_id)
        plan = await self._plan(basis, basis.new, choices)
        return await self._record(caller, app_id, basis.database, revision_id, plan, choices)

    async def undo(self, caller: Caller, app_id: UUID, change_id: UUID) -> Row:
        """The plan for the way back from a change that was applied, for the database as it is now; its row."""
        done = await self.find(caller, app_id, change_id)
        if done["state"] != "applied":
            raise AppChangeStale(f"Only a change that was applied can be undone; this one is {done['state']}.")
        if done["from_revision_id"] is None:
            raise UnprocessableRequest("There is no schema before this change to go back to.")
        environment = await self.environment(caller, app_id, done)
        before, after = UUID(done["from_revision_id"]), UUID(done["to_revision_id"])
        there = await self._basis(caller, app_id, environment, before)
        former = await self._basis(caller, app_id, environment, after)
        planner = self._ready()
        async with _errors():
            sources = await planner.sources(there.new, former.new, tenant_id=there.tenant_id)
            choices = await asyncio.to_thread(sources.undoing, choices_of(done["choices"]))
            plan = await (await planner.there(there.names)).plan(sources.back, choices)
        return await self._record(caller, app_id, there.database, before, plan, choices, undoes=change_id)

    async def apply(
        self, caller: Caller, change: Row, environment: Environment, digest: str, confirmed: list[int], **how: bool
    ) -> Requested:
        """Have the plan carried out that a person saw: what needs nobody, and what they confirm.

        What was begun and not ended goes on, as it was confirmed then; what is done is done. `how`: `without_backup`.
        """
        if change["digest"] == digest and change["state"] in ("applied", "undone"):
            return Requested(change["state"], None)
        self._ready()
        _check_free(change, confirmed)
        change_id = UUID(change["id"])
        if change["digest"] != digest or change["state"] not in ("awaiting_checkpoint", "applying"):
            await self._asked("confirm_app_change", caller.claims, change_id, digest, confirmed)
        arguments = {"change_id": change_id, **how}
        return await self._apps.request(caller, UUID(change["app_id"]), environment, "change", arguments)

    async def discard(self, caller: Caller, app_id: UUID, change_id: UUID, digest: str | None, *, settled: bool) -> Row:
        """Say no to a plan, whichever it is unless a digest says so; its row."""
        found = await self.find(caller, app_id, change_id)
        seen = found["digest"] if digest is None else digest
        change: Row = await self._asked("discard_app_change", caller.claims, change_id, seen, settled)
        return change

    async def find(self, caller: Caller, app_id: UUID, change_id: UUID) -> Row:
        """The row of a change."""
        rows = await self._database.fetch("read_app_changes", caller.claims, app_id, change_id, 1, None)
        if not rows:
            raise NotFound()
        change: Row = msgspec.json.decode(rows[0]["change"])
        return change

    async def history(self, caller: Caller, app_id: UUID, limit: int, before: UUID | None) -> list[Row]:
        """The rows of an app's changes, the newest first."""
        rows = await self._database.fetch("read_app_changes", caller.claims, app_id, None, limit, before)
        return [msgspec.json.decode(row["change"]) for row in rows]

    async def environment(self, caller: Caller, app_id: UUID, change: Row) -> Environment:
        """Of which of the app's databases a change is. Raises NotFound for one that is gone."""
        for database in (await self._apps.find(caller, app_id))["databases"]:
            if database["id"] == change["database_id"]:
                environment: Environment = database["environment"]
                return environment
        raise NotFound("The database of this change is removed.")

    async def _plan(self, basis: _Basis, new: Schema, choices: Choices) -> Plan:
        planner = self._ready()
        async with _errors():
            sources = await planner.sources(basis.old, new, tenant_id=basis.tenant_id)
            return await (await planner.there(basis.names)).plan(sources, choices)

    async def _record(
        self,
        caller: Caller,
        app_id: UUID,
        database: Row,
        revision_id: UUID,
        plan: Plan,
        choices: Choices,
        *,
        undoes: UUID | None = None,
    ) -> Row:
        said: Mapping[str, Any] = {
            **await asyncio.to_thread(shown, plan),
            "catalog_digest": plan.catalog_digest,
            "from_revision_id": database["revision_id"],
            "undoes_id": undoes,
            "choices": {
                "renames": choices.renames,
                "restored": sorted(choices.restored),
                "fills": choices.fills,
            },
        }
        given = _encode(said).decode()
        change: Row = await self._asked(
            "record_app_change", caller.claims, app_id, database["environment"], revision_id, given
        )
        if plan.steps or change["state"] != "planned":
            return change
        return await self.discard(caller, app_id, UUID(change["id"]), plan.digest, settled=True)

    async def _basis(
        self, caller: Caller, app_id: UUID, environment: Environment, revision_id: UUID | None = None
    ) -> _Basis:
        return _Basis.of(await self._asked("read_change_basis", caller.claims, app_id, environment, revision_id))

    def _ready(self) -> Planner:
        if self._planner is None:
            raise ProvisioningUnavailable()
        return self._planner

    async def _asked(self, query: str, *arguments: object) -> Any:
        (value,) = await self._database.fetch_row(query, *arguments)
        return msgspec.json.decode(value)


def _check_free(change: Row, confirmed: list[int]) -> None:
    """Nothing is in the way of a step that is confirmed: before a backup is made for it."""
    for step in change["steps"]:
        if step["number"] in confirmed and step.get("blocked"):
            raise told(StepBlocked.code, in_the_way(step["subject"], step["blocked"]))


@asynccontextmanager
async def _errors() -> AsyncIterator[None]:
    try:
        yield
    except ChoiceError as error:
        raise UnprocessableRequest(str(error)) from error
    except AppServerError as error:
        raise told(error.code, error.detail) from error
