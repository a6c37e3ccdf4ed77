"""Asks the database, every minute, to run the jobs that are due; the database keeps two from running at once."""

from __future__ import annotations

import asyncio
import random
from typing import Final

from app.database import Database
from app.errors import PalaverError
from app.logs import get_logger
from app.metrics import Metrics

log = get_logger(__name__)

TICK_SECONDS: Final = 60.0


class Scheduler:
    """A task that lives as long as the worker."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.create_task(self._run(), name="scheduler")

    async def stop(self) -> None:
        """End; a job that is running is cancelled and leaves nothing half done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def tick(self) -> None:
        """Run what is due, and take note of how each job is. Raises PalaverError."""
        for run in await self._database.run_due_jobs():
            say = log.info if run["outcome"] == "succeeded" else log.error
            say("job_ran", job=run["job"], outcome=run["outcome"], error=run["error"], seconds=run["seconds"])
        for job in await self._database.fetch("job_status"):
            self._metrics.job_failing.labels(job["name"]).set(job["last_outcome"] == "failed")
            if job["last_success"] is not None:
                self._metrics.job_last_success.labels(job["name"]).set(job["last_success"].timestamp())

        for check in await self._database.fetch("ledger_check"):
            self._metrics.ledger_drift.set(check["findings"])

    async def _run(self) -> None:
        while True:
            try:
                await self.tick()
            except PalaverError as error:
                log.warning("jobs_not_run", code=error.code)
            # Workers that started together spread out.
            await asyncio.sleep(TICK_SECONDS * random.uniform(0.8, 1.2))
