"""Keeps what a database holds in a file, and looks whether it can be had back from there."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal, TypeAlias
from uuid import UUID

from app.provisioning.backups.backups import counts_of
from app.provisioning.backups.vault import File
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.place import Place
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.work import Undone, Work

Kind: TypeAlias = Literal["manual", "checkpoint", "removal", "scheduled"]

CHECKPOINT_DAYS: Final = 30
"""Long enough to find out that a change or a restore was a mistake."""

REMOVAL_DAYS: Final = 30
"""After the grace, in which a database can be had back at once."""

_MOST_COUNTS_BYTES: Final = 900_000


async def backup(work: Work) -> Outcome:
    """A backup that somebody asked for. Raises Undone, and AppServerError where it may succeed later."""
    async with work.server.place(work.job.names) as place, for_good():
        label = work.job.arguments.get("label")
        backup_id = await keep(work, place, "manual", label=label and str(label))
    return Outcome({"backup_id": str(backup_id)})


async def checkpoint(work: Work, place: Place, *, is_shut: bool = False) -> UUID:
    """A backup from before something that loses data; its id. Raises AppServerError."""
    return await keep(work, place, "checkpoint", keep_days=CHECKPOINT_DAYS, is_shut=is_shut)


async def keep(
    work: Work,
    place: Place,
    kind: Kind,
    *,
    label: str | None = None,
    keep_days: int | None = None,
    is_shut: bool = False,
) -> UUID:
    """A verified backup; its id. `is_shut`: nobody is in the database. Raises AppServerError: then there is none."""
    store = work.backups.vault.store
    file = File(work.job.tenant_id, f"{secrets.token_hex(16)}.backup")
    begun = await work.report.begin_backup(kind=kind, file=file.name, label=label, keep_days=keep_days)
    backup_id = UUID(begun["backup"]["id"])
    for left in begun["abandoned"]:
        await store.remove(left["file"])
    try:
        progress = await work.report.lasting("backing up")
        made = await work.backups.make(place, file, progress, is_shut=is_shut)
    except AppServerError as error:
        await work.report.finish_backup(backup_id, state="failed", error_code=error.code, error_detail=error.detail)
        # Where it was the server that went away, it says so now.
        await place.version()
        raise
    await work.report.finish_backup(
        backup_id,
        state="verified",
        bytes=made.bytes,
        sha256=made.sha256,
        server_version=made.server_version,
        tables=counts_of(made.content, _MOST_COUNTS_BYTES),
    )
    return backup_id


@asynccontextmanager
async def for_good() -> AsyncIterator[None]:
    """What cannot succeed later either is the operation's end. Raises Undone."""
    try:
        yield
    except AppServerError as error:
        if error.passes:
            raise
        raise Undone(error, {}) from error
