"""What every operation works with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from app.errors import EncryptionUnavailable
from app.provisioning.backups.backups import Backups
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppServerError
from app.provisioning.work.connections import ShownAddress
from app.provisioning.work.job import Job, Outcome, Report, Row
from app.provisioning.work.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Work:
    """One operation and all that it takes."""

    job: Job
    report: Report
    server: AppServer
    passwords: Passwords
    address: ShownAddress
    backups: Backups

    async def pending_password(self, new: str) -> tuple[str, str]:
        """The password that is to be set, and as it is stored: an earlier worker's if it got as far, else `new`."""
        job = self.job
        if job.pending is not None:
            # One that no key opens any more was shown to nobody.
            with suppress(EncryptionUnavailable):
                return self.passwords.unwrapped(job.pending, job.tenant_id, job.database_id), job.pending
        return new, self.passwords.wrapped(new, job.tenant_id, job.database_id)


Operation: TypeAlias = Callable[[Work], Awaitable[Outcome]]


class Undone(Exception):
    """An operation failed for good, and nothing of it is left; `changes` are what that means for its database."""

    def __init__(self, error: AppServerError, changes: Row) -> None:
        self.error = error
        self.changes = changes
        super().__init__(error.detail)
