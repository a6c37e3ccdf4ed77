"""Shuts a database for the time of its grace, and removes it when that is over."""

from __future__ import annotations

from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.work import Work


async def remove(work: Work) -> Outcome:
    """Nobody gets in any more; if the operation is the final one, nothing is left. Raises AppServerError."""
    job = work.job
    async with work.server.place(job.names) as place:
        await work.report.step("shutting")
        await place.quarantine()
        if not job.arguments.get("final"):
            return Outcome()
        if job.arguments.get("backup") and job.database["ready_at"] is not None and work.keep is not None:
            await work.report.step("backing up")
            await work.keep(work, place)
        await work.report.step("removing")
        await place.remove()
    return Outcome(changes={"host": None, "port": None})


async def unremove(work: Work) -> Outcome:
    """All is as it was before. Raises AppServerError."""
    async with work.server.place(work.job.names) as place:
        await work.report.step("opening")
        await place.open()
    return Outcome()
