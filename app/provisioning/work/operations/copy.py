"""Makes a database for one environment of an app like that of another, with its data or without."""

from __future__ import annotations

from uuid import UUID

from app.provisioning.backups.errors import BackupMissing
from app.provisioning.server.errors import AppServerUnavailable
from app.provisioning.server.names import Names
from app.provisioning.server.place import Hand, Place
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.provision import Filled, made
from app.provisioning.work.operations.work import Undone, Work


async def copy(work: Work) -> Outcome:
    """A database of its own, with its own password. Raises Undone, and AppServerError where it may succeed later."""
    source = work.job.source
    if source is None:
        raise Undone(BackupMissing("The database that was to be copied is not there any more."), {})

    async def fill(_: Place, hand: Hand) -> Filled:
        # Dumped and not cloned: PostgreSQL clones only databases that nobody is in.
        async with work.server.place(Names(UUID(source["id"])), gently=True) as original:
            if not original.is_taken:
                raise AppServerUnavailable("Somebody is at work on the database that is to be copied.")
            progress = await work.report.lasting("copying")
            data = bool(work.job.arguments.get("data", True))
            content = await work.backups.copy(original, hand, progress, data=data)
        return Filled(len(content.rows), source["revision_id"])

    return await made(work, fill, afresh=True)
