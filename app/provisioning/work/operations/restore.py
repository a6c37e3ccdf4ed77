"""Gives a database what a backup has: in the place of what it held, or as a new one."""

from __future__ import annotations

from uuid import UUID

from app.provisioning.backups.content import Content
from app.provisioning.backups.errors import BackupMissing
from app.provisioning.backups.vault import File
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.place import Hand, Place
from app.provisioning.server.successor import Successor
from app.provisioning.work.job import Outcome, Row
from app.provisioning.work.operations.backup import checkpoint, for_good
from app.provisioning.work.operations.provision import Filled, made
from app.provisioning.work.operations.work import Undone, Work


async def restore(work: Work) -> Outcome:
    """The backup, whole, or what was there before. Raises Undone, and AppServerError where it may succeed later."""
    found = await work.report.backup(UUID(work.job.arguments["backup_id"]))
    if found is None:
        raise Undone(BackupMissing(), {})
    if work.job.database["ready_at"] is not None:
        return await _in_place(work, found)

    async def fill(_: Place, hand: Hand) -> Filled:
        return Filled(_tables(await _load(work, found, hand)), found["revision_id"])

    return await made(work, fill, afresh=True)


async def _in_place(work: Work, found: Row) -> Outcome:
    """The app goes on with what it has until the other one stands; that is kept as a checkpoint."""
    async with work.server.place(work.job.names) as place, for_good():
        successor = Successor(place, str(work.job.operation_id))
        former = None if await successor.has_succeeded() else await _succeed(work, place, successor, found)
        await successor.finish()
        await place.open()
        changes = {
            "revision_id": found["revision_id"],
            "size_bytes": await place.size(),
            "size_state": "within",
            "state": "ready",
        }
    return Outcome({"backup_id": found["id"], "checkpoint_id": former and str(former)}, changes)


async def _succeed(work: Work, place: Place, successor: Successor, found: Row) -> UUID | None:
    try:
        await successor.create(work.job.limits)
        async with successor.hand() as hand:
            await _load(work, found, hand)
        await work.report.step("shutting")
        await place.quarantine()
        # Of what somebody dropped there is none: this is how it is had back.
        former = await checkpoint(work, place, is_shut=True) if await place.exists() else None
        await work.report.step("changing over")
        await successor.succeed()
        return former
    except AppServerError as error:
        if not error.passes:
            await successor.give_up()
            await place.open()
        raise


async def _load(work: Work, found: Row, hand: Hand) -> Content:
    file = File(UUID(found["tenant_id"]), found["file"])
    progress = await work.report.lasting("restoring")
    return await work.backups.load(hand, file, found["sha256"], progress)


def _tables(content: Content) -> int:
    return len(content.rows)
