"""An operation that this worker has taken on, and what it may say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

from app.database import Database
from app.provisioning.backups.backups import Progress
from app.provisioning.schema.model import Schema
from app.provisioning.server.limits import UNLIMITED, Limits
from app.provisioning.server.names import Names

MOST_ATTEMPTS: Final = 5
"""As private.give_up_app_operations() has it."""

Row: TypeAlias = Mapping[str, Any]
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Revision:
    """The revision of an app's schema that is to be made."""

    id: UUID
    schema: Schema


@dataclass(frozen=True, slots=True)
class Job:
    """What private.claim_app_operation() gives; passwords are as they are stored."""

    operation_id: UUID
    tenant_id: UUID
    kind: str
    attempts: int
    arguments: Row
    database: Row
    app: Row
    password: str | None = field(repr=False)
    pending: str | None = field(repr=False)
    revision: Revision | None
    source: Row | None

    @classmethod
    def of(cls, claimed: Row) -> Job:
        """From the document. Raises msgspec.ValidationError where a stored schema cannot be read."""
        operation, revision = claimed["operation"], claimed["revision"]
        return cls(
            operation_id=UUID(operation["id"]),
            tenant_id=UUID(operation["tenant_id"]),
            kind=operation["kind"],
            attempts=operation["attempts"],
            arguments=operation["arguments"],
            database=claimed["database"],
            app=claimed["app"],
            password=claimed["password"],
            pending=claimed["pending"],
            revision=revision and Revision(UUID(revision["id"]), msgspec.convert(revision["schema"], Schema)),
            source=claimed["source"],
        )

    @property
    def database_id(self) -> UUID:
        """The database that the operation is on."""
        return UUID(self.database["id"])

    @property
    def is_given_up(self) -> bool:
        """Whether nothing more is to be tried, and only what was done is to be found out."""
        return self.attempts > MOST_ATTEMPTS

    @property
    def names(self) -> Names:
        """Its names on the server."""
        return Names(self.database_id)

    @property
    def limits(self) -> Limits:
        """What the database may use."""
        return Limits(connections=self.database["max_connections"] or UNLIMITED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended well: what is shown of it, and what its database is now."""

    result: Row = field(default_factory=dict)
    changes: Row = field(default_factory=dict)


class Report:
    """What is said of an operation while it is done; each step makes the lease last.

    Every method raises OperationLost where another worker has taken the operation over: nothing more may be done then.
    """

    def __init__(self, database: Database, operation_id: UUID, worker: str, lease: timedelta) -> None:
        self._database = database
        self._operation_id = operation_id
        self._worker = worker
        self._lease = lease
        self._step: str | None = None
        self._progress: Progress | None = None
        self._known: str | None = None

    async def step(self, name: str, detail: str | None = None, **changes: Any) -> None:
        """Begin a step; `changes` of the database as private.note_app_step() says."""
        self._step, self._progress, self._known = name, None, None
        await self._note(name, changes if detail is None else {**changes, "detail": detail})

    async def lasting(self, name: str) -> Progress:
        """Begin a step that takes a while, and tells by what is returned here how far it is."""
        await self.step(name)
        self._progress = Progress()
        return self._progress

    async def extend(self) -> None:
        """Make the lease last from now on, and say how far the step is where that is new."""
        known = None if self._progress is None else str(self._progress)
        if known == self._known:
            await self._note(None, {})
        else:
            await self._note(self._step, {"detail": known})
            self._known = known

    async def begin_change(self, backup_id: UUID | None = None) -> Row:
        """What private.begin_app_change() gives."""
        row = await self._database.fetch_row("begin_app_change", self._operation_id, self._worker, backup_id)
        begun: Row = msgspec.json.decode(row["begun"])
        return begun

    async def finish_change(self, outcome: Row) -> Row:
        """How the change ended; its row."""
        given = _encode(outcome).decode()
        row = await self._database.fetch_row("finish_app_change", self._operation_id, self._worker, given)
        ended: Row = msgspec.json.decode(row["ended"])
        return ended

    async def begin_backup(self, **given: Any) -> Row:
        """A row for a backup, and what another worker left unfinished: as private.begin_app_backup() says."""
        return await self._told("begin_app_backup", _encode(given).decode())

    async def finish_backup(self, backup_id: UUID, **outcome: Any) -> None:
        """How the backup ended: as private.finish_app_backup() says."""
        await self._told("finish_app_backup", backup_id, _encode(outcome).decode())

    async def backup(self, backup_id: UUID) -> Row | None:
        """The row of a backup of the same app that can be restored; None: there is no such one."""
        found = await self._database.fetch_row("app_backup_to_restore", self._operation_id, self._worker, backup_id)
        return None if found[0] is None else msgspec.json.decode(found[0], type=dict[str, Any])

    async def succeeded(self, outcome: Outcome) -> None:
        """The end."""
        await self._finish({"state": "succeeded", "result": outcome.result, "changes": outcome.changes})

    async def failed(self, code: str, detail: str, changes: Row | None = None) -> None:
        """The end of an operation of which nothing is left."""
        await self._finish({"state": "failed", "error_code": code, "error_detail": detail, "changes": changes or {}})

    async def later(self, code: str, detail: str, seconds: float, *, waits: bool) -> None:
        """Whoever comes first may go on with it after a while; `waits`: for a server that is away, up to a day."""
        await self._finish(
            {
                "state": "queued",
                "error_code": code,
                "error_detail": detail,
                "retry_after_seconds": seconds,
                "waits": waits,
            }
        )

    async def _note(self, step: str | None, changes: Row) -> None:
        given = _encode(changes).decode()
        await self._database.fetch("note_app_step", self._operation_id, self._worker, step, given, self._lease)

    async def _told(self, query: str, *arguments: object) -> Row:
        found = await self._database.fetch_row(query, self._operation_id, self._worker, *arguments)
        return msgspec.json.decode(found[0], type=dict[str, Any])

    async def _finish(self, outcome: Row) -> None:
        await self._database.fetch("finish_app_operation", self._operation_id, self._worker, _encode(outcome).decode())
