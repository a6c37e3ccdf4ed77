"""What befalls workers and database while people ask, at random moments."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence

import asyncpg

from tests.faults.processes import WorkerProcess
from tests.faults.stage import Stage

RECOVERY_SECONDS = 3.0
"""After the database is back, until workers have all saved again."""

STILL_SECONDS = 7.0
"""How long a worker stands still: longer than the others wait for it."""


class Havoc:
    """Kills workers and does worse; counts what it did."""

    def __init__(self, stage: Stage, workers: Sequence[WorkerProcess], chance: random.Random) -> None:
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._workers = workers
        self._chance = chance
        self._up = set(workers)
        self._away: list[tuple[float, float]] = []

    def away(self, moment: float) -> bool:
        """Whether the database was away at that moment (`time.monotonic()`) or came back just before."""
        return any(begin <= moment <= end + RECOVERY_SECONDS for begin, end in self._away)

    async def kill_workers(self, kills: int, *, others: bool = True) -> None:
        """So many kills one after the other, and in between, if `others`, what else goes wrong in a data centre."""
        chance = self._chance
        async with asyncio.TaskGroup() as group:
            for number in range(kills):
                await asyncio.sleep(chance.uniform(0.3, 2.5))
                while len(self._up) < 2:
                    await asyncio.sleep(0.05)
                group.create_task(self._kill())
                if others and number % 3 == 1:
                    group.create_task(self.cut_connections())
                if others and number % 10 == 2:
                    group.create_task(self.restart_database(chance.choice(("fast", "immediate"))))
                if others and number % 20 == 9:
                    group.create_task(self._let_drain())
                if others and number % 20 == 17:
                    group.create_task(self._stand_still())

    async def cut_connections(self) -> None:
        """Cut some of the workers' connections to the database, if it is there."""
        try:
            self.done["connections cut"] += await self._stage.cut_workers(0.5)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.done["cuts that found no database"] += 1

    async def restart_database(self, mode: str) -> None:
        """Stop the database and start it again."""
        begin = time.monotonic()
        # While it lasts, kept open: text of these moments cannot be saved.
        self._away.append((begin, float("inf")))
        await self._stage.restart(mode)
        self._away[-1] = (begin, time.monotonic())
        self.done[f"{mode} restarts of the database"] += 1

    async def _kill(self) -> None:
        worker = self._taken()
        await worker.kill()
        self.done["kills"] += 1
        await asyncio.sleep(self._chance.uniform(0, 1))
        await worker.start()
        self._up.add(worker)

    async def _let_drain(self) -> None:
        worker = self._taken()
        await worker.terminate()
        await worker.start()
        self._up.add(worker)
        self.done["workers drained"] += 1

    async def _stand_still(self) -> None:
        worker = self._taken()
        worker.pause()
        await asyncio.sleep(STILL_SECONDS)
        worker.go_on()
        self._up.add(worker)
        self.done["workers that stood still"] += 1

    def _taken(self) -> WorkerProcess:
        worker = self._chance.choice(sorted(self._up, key=lambda each: each.base_url))
        self._up.remove(worker)
        return worker
