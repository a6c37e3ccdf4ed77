"""Shuts a database for the time of its grace, and removes it when that is over."""

from __future__ import annotations

from uuid import UUID

from app.provisioning.server.place import Place
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.backup import REMOVAL_DAYS, for_good, keep
from app.provisioning.work.operations.work import Work


async def remove(work: Work) -> Outcome:
    """Nobody gets in any more; if the operation is the final one, nothing is left. Raises AppServerError."""
    job = work.job
    async with work.server.place(job.names) as place:
        await work.report.step("shutting")
        await place.quarantine()
        if not job.arguments.get("final"):
            return Outcome()
        backup_id = await _kept(work, place)
        await work.report.step("removing", None if backup_id else "without a backup")
        await place.remove()
    return Outcome({"backup_id": backup_id and str(backup_id)}, {"host": None, "port": None})


async def _kept(work: Work, place: Place) -> UUID | None:
    """A verified backup of what goes, where somebody could want one; None: there is none to be made."""
    job = work.job
    is_wanted = job.arguments.get("backup") and job.database["ready_at"] is not None
    if not is_wanted or not work.backups.are_kept or not await place.exists():
        return None
    async with for_good():
        return await keep(work, place, "removal", keep_days=REMOVAL_DAYS, is_shut=True)


async def unremove(work: Work) -> Outcome:
    """All is as it was before. Raises AppServerError."""
    async with work.server.place(work.job.names) as place:
        async with for_good():
            await place.must_exist()
        await work.report.step("opening")
        await place.open()
    return Outcome()
