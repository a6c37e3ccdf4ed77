"""What people ask for of their apps' databases: the routes' and the command line's one way to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from uuid import UUID

import msgspec

from app.caller import Caller
from app.chat.http import HEARTBEAT_SECONDS
from app.database import Database
from app.errors import (
    AppChangeStale,
    AppDatabaseBusy,
    AppDatabaseMissing,
    DatabaseUnavailable,
    PalaverError,
    ProvisioningFailed,
    ProvisioningUnavailable,
    UnprocessableRequest,
)
from app.provisioning.extraction.result import Finding
from app.provisioning.forms import Environment, Row
from app.provisioning.schema.model import Evidence, Schema
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.extensions import Lack, lacks
from app.provisioning.work.runner import Runner

FIRST_LOOK_SECONDS: Final = 0.05
LONGEST_LOOK_SECONDS: Final = 1.0
ENDED: Final = frozenset({"succeeded", "failed"})


@dataclass(frozen=True, slots=True)
class Requested:
    """What became of a request: `status` as private.request_app_operation() says, and its operation if there is one."""

    status: str
    operation_id: UUID | None


class Apps:
    """Each method raises PalaverErrors, NotFound for an app that the caller does not see."""

    def __init__(self, database: Database, runner: Runner | None) -> None:
        """Without `runner` this server makes no databases; what there is can still be seen."""
        self._database = database
        self._runner = runner

    async def find(self, caller: Caller, app_id: UUID) -> Row:
        """The app with its databases, as private.read_generated_app() gives it."""
        found: Row = await self._asked("read_generated_app", caller.claims, app_id)
        return found

    async def check_room(self, caller: Caller, app_id: UUID, environment: Environment) -> None:
        """Refuse who would be refused when all is read: where no database can be made, or no further one."""
        if self._runner is None:
            raise ProvisioningUnavailable()
        await self._database.fetch("check_app_room", caller.claims, app_id, environment)

    async def request(
        self,
        caller: Caller,
        app_id: UUID,
        environment: Environment,
        kind: str,
        arguments: Mapping[str, Any],
        key: str | None = None,
    ) -> Requested:
        """Ask for an operation, and begin it; the same request again finds the same one.

        `key`: the request's Idempotency-Key; with it the request is the same also when the operation has ended.
        """
        if self._runner is None:
            raise ProvisioningUnavailable()
        if not self._runner.does(kind):
            raise ProvisioningUnavailable(f"This server cannot do this to databases of apps: {kind}.")
        given = msgspec.json.encode(arguments).decode()
        found = await self._asked("request_app_operation", caller.claims, app_id, environment, kind, given, key)
        operation = found["operation"]
        if operation is not None and operation["state"] not in ENDED:
            self._runner.begin(operation)
        return Requested(found["status"], operation and UUID(operation["id"]))

    async def follow(self, caller: Caller, operation_id: UUID) -> AsyncGenerator[Row, None]:
        """The operation's row when it got further, and now and then while it does not, until it has ended."""
        doing: asyncio.Task[None] | None = None
        known: object = None
        pause, said = FIRST_LOOK_SECONDS, monotonic()
        while True:
            operation = (await self._asked("read_app_operation", caller.claims, operation_id))["operation"]
            if doing is None and self._runner is not None and operation["state"] not in ENDED:
                doing = self._runner.begin(operation)
            reached = [step["at"] for step in operation["progress"][-1:]]
            is_further = reached != known or operation["state"] in ENDED
            if is_further:
                known, pause = reached, FIRST_LOOK_SECONDS
            if is_further or monotonic() - said > HEARTBEAT_SECONDS:
                said = monotonic()
                yield operation
            if operation["state"] in ENDED:
                return
            if doing is None or doing.done():
                await asyncio.sleep(pause)
            else:
                await asyncio.wait({doing}, timeout=pause)
            pause = min(pause * 1.5, LONGEST_LOOK_SECONDS)

    async def ended(self, caller: Caller, operation_id: UUID, seconds: float) -> Row | None:
        """The operation when it has ended; None if that takes longer."""
        try:
            async with asyncio.timeout(seconds), aclosing(self.follow(caller, operation_id)) as following:
                async for operation in following:
                    if operation["state"] in ENDED:
                        return operation
        except TimeoutError:
            pass
        return None

    async def connection(self, caller: Caller, app_id: UUID, environment: Environment) -> Mapping[str, Any]:
        """What opens the database, for its owner; each look is noted in the audit log."""
        if self._runner is None:
            raise ProvisioningUnavailable()
        found = await self._asked("app_credentials", caller.claims, app_id, environment)
        return self._runner.connections.connection(found["database"], found["password"])

    async def lacks(self, schema: Schema) -> tuple[Finding, ...]:
        """What databases of apps would lack for a schema; nothing where the server for apps cannot be asked."""
        try:
            found = await lacks(self._runner.planner.server, schema) if self._runner is not None else []
        except AppServerError:
            return ()
        return tuple(_finding(lack) for lack in found)

    async def backups(self, caller: Caller, app_id: UUID, limit: int, before: UUID | None) -> list[Row]:
        """The rows of the backups of an app's databases, the newest first."""
        rows = await self._database.fetch("read_app_backups", caller.claims, app_id, limit, before)
        return [msgspec.json.decode(row["backup"]) for row in rows]

    async def _asked(self, query: str, *arguments: object) -> Any:
        (value,) = await self._database.fetch_row(query, *arguments)
        return msgspec.json.decode(value)


def steps_after(operation: Row, at: str | None) -> list[Row]:
    """The steps of an operation that came after the one of that time; all of them where there is none of that time.

    By the time, since of many steps only the newest are kept.
    """
    progress: list[Row] = operation["progress"]
    known = max((number for number, step in enumerate(progress, 1) if step["at"] == at), default=0)
    return progress[known:]


def _finding(lack: Lack) -> Finding:
    places = (use.evidence for use in lack.uses if use.evidence is not None)
    place = next(places, Evidence("", 0, ""))
    return Finding("error", place.file, place.line, "server.extension", f"{lack}.")


def failure(operation: Row) -> PalaverError:
    """The error for an operation that failed."""
    return told(operation["error_code"], operation["error_detail"], {"operationId": operation["id"]})


def told(code: str, detail: str | None, extra: Row | None = None) -> PalaverError:
    """The error for what the server for apps refused, by its own code."""
    kind = _BY_CODE.get(code, ProvisioningFailed)
    return kind(detail, extra={"reason": code, **(extra or {})})


_BY_CODE: Final[Mapping[str, type[PalaverError]]] = {
    "APP_SERVER_UNAVAILABLE": DatabaseUnavailable,
    "APP_DATABASE_GONE": AppDatabaseMissing,
    "APP_SCHEMA_REFUSED": UnprocessableRequest,
    "APP_SCHEMA_TOO_LARGE": UnprocessableRequest,
    "APP_STEP_BLOCKED": UnprocessableRequest,
    "APP_EXTENSION_MISSING": UnprocessableRequest,
    "APP_CHANGE_STALE": AppChangeStale,
    "APP_DATABASE_BUSY": AppDatabaseBusy,
    "APP_TABLES_LOCKED": AppDatabaseBusy,
    "APP_BACKUP_NEEDED": UnprocessableRequest,
    "APP_DATABASE_READ_ONLY": AppDatabaseMissing,
    "BACKUPS_NOT_SET_UP": ProvisioningUnavailable,
    "BACKUP_MISSING": UnprocessableRequest,
    "BACKUP_REFUSED": UnprocessableRequest,
    "BACKUP_TOO_LARGE": UnprocessableRequest,
}
