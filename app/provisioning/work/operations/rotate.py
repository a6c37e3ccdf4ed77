"""A new password without a moment in which none is good."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.provisioning.server.scram import new_password
from app.provisioning.work.job import Outcome
from app.provisioning.work.operations.backup import for_good
from app.provisioning.work.operations.work import Work

GRACE: Final = timedelta(hours=24)
"""How long the former password is good for."""


async def rotate(work: Work) -> Outcome:
    """The other one of the two logins gets a password; connections live on. Raises AppServerError."""
    job = work.job
    login = next(each for each in job.names.logins if each != job.database["role_name"])
    password, stored = await work.pending_password(new_password())
    await work.report.step("starting")
    async with work.server.place(job.names) as place:
        # Who has lost the operation meanwhile, and gets the place when all is done, learns it before touching anything.
        async with for_good():
            await place.must_exist()
        await work.report.step("setting the password", pending=stored)
        until = await place.renew(login, password, job.limits, grace=GRACE)
    return Outcome({"former_password_until": until}, {"role_name": login, "promote": True})
