"""Makes a database with the tables of an app, and proves that it is apart from the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from app.provisioning.schema.model import Schema
from app.provisioning.server.errors import AppServerError, ReceiptRefused
from app.provisioning.server.extensions import check_extensions
from app.provisioning.server.place import Hand, Place
from app.provisioning.server.receipt import Trial, holds
from app.provisioning.server.scram import new_password
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.applying import apply
from app.provisioning.work.operations.work import Undone, Work


@dataclass(frozen=True, slots=True)
class Filled:
    """What a new database was filled with."""

    tables: int
    revision_id: str | None


Fill: TypeAlias = Callable[[Place, Hand], Awaitable[Filled]]


async def provision(work: Work) -> Outcome:
    """All of it or nothing. Raises Undone, and AppServerError where it may succeed later."""
    revision = work.job.revision

    async def fill(_: Place, hand: Hand) -> Filled:
        return Filled(await apply(hand, revision), str(revision.id) if revision else None)

    return await made(work, fill, needs=None if revision is None else revision.schema)


async def made(work: Work, fill: Fill, *, needs: Schema | None = None, afresh: bool = False) -> Outcome:
    """A database, filled with whatever it is to have, or nothing. Raises Undone and AppServerError, as above.

    `needs`: the schema that it is to have, where that is known; `afresh`: whether what an earlier worker left is of no
    use.
    """
    job = work.job
    password, stored = await work.pending_password(new_password())
    await work.report.step("starting")
    async with work.server.place(job.names) as place:
        # Who has lost the operation meanwhile, and gets the place when all is done, learns it before touching anything.
        address = work.address
        await work.report.step("creating", state="creating", host=address.host, port=address.port, pending=stored)
        try:
            if needs is not None:
                await check_extensions(work.server, needs)
            if afresh:
                await place.clear()
            return await _made(work, place, password, fill)
        except AppServerError as error:
            if error.passes:
                raise
            await place.remove()
            raise Undone(error, {"host": None, "port": None, "state": "failed"}) from error


async def _made(work: Work, place: Place, password: str, fill: Fill) -> Outcome:
    job = work.job
    await place.create(password, job.limits)
    await work.report.step("applying", state="applying", server_version=str(await place.version()))
    async with place.hand() as hand:
        filled = await fill(place, hand)
    await place.open()
    trials = await place.receipt(job.names.role, password)
    if not holds(trials):
        raise ReceiptRefused(_not_held(trials))
    changes = {
        "role_name": job.names.role,
        "revision_id": filled.revision_id,
        "tables_created": filled.tables,
        "size_bytes": await place.size(),
        "receipt": msgspec.to_builtins(trials),
        "promote": True,
        "state": "ready",
    }
    return Outcome({"tables": filled.tables, "attempts_refused": len(trials)}, changes)


def _not_held(trials: list[Trial]) -> str:
    found = ", ".join(f"{trial.description} ({trial.outcome})" for trial in trials if trial.outcome != "refused")
    return f"The database was not kept from this, and has been taken back: {found}."[:2000]
