"""Makes a database with the tables of an app, and proves that it is apart from the others."""

from __future__ import annotations

import msgspec

from app.provisioning.server.errors import AppServerError, ReceiptRefused
from app.provisioning.server.place import Place
from app.provisioning.server.receipt import Trial, holds
from app.provisioning.server.scram import new_password
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.applying import apply
from app.provisioning.work.operations.work import Undone, Work


async def provision(work: Work) -> Outcome:
    """All of it or nothing. Raises Undone, and AppServerError where it may succeed later."""
    job = work.job
    password, stored = await work.pending_password(new_password())
    await work.report.step("starting")
    async with work.server.place(job.names) as place:
        # Who has lost the operation meanwhile, and gets the place when all is done, learns it before touching anything.
        address = work.address
        await work.report.step("creating", state="creating", host=address.host, port=address.port, pending=stored)
        try:
            return await _made(work, place, password)
        except AppServerError as error:
            if error.passes:
                raise
            await place.remove()
            raise Undone(error, {"host": None, "port": None}) from error


async def _made(work: Work, place: Place, password: str) -> Outcome:
    job = work.job
    await place.create(password, job.limits)
    await work.report.step("applying", state="applying", server_version=str(await place.version()))
    async with place.hand() as hand:
        tables = await apply(hand, job.revision)
    await place.open()
    trials = await place.receipt(job.names.role, password)
    if not holds(trials):
        raise ReceiptRefused(_not_held(trials))
    changes = {
        "role_name": job.names.role,
        "revision_id": job.revision and str(job.revision.id),
        "tables_created": tables,
        "size_bytes": await place.size(),
        "receipt": msgspec.to_builtins(trials),
        "promote": True,
    }
    return Outcome({"tables": tables, "attempts_refused": len(trials)}, changes)


def _not_held(trials: list[Trial]) -> str:
    found = ", ".join(f"{trial.description} ({trial.outcome})" for trial in trials if trial.outcome != "refused")
    return f"The database was not kept from this, and has been taken back: {found}."[:2000]
