"""People who ask, read, leave, come back elsewhere, stop and repeat themselves, and remember what they saw."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import httpx2

from tests.faults.asked import Asked, Read, question
from tests.faults.client import Dialect, Reading, asking, new_client, resuming, stop
from tests.faults.processes import WorkerProcess

PATIENCE_SECONDS = 60.0
"""How long somebody tries to get the end of an answer before they say that it never came."""


@dataclass
class Counts:
    """What the load did."""

    asked: int = 0
    refused: int = 0
    limited: int = 0
    resumed: int = 0
    repeated: int = 0
    stopped: int = 0


class Load:
    """People at several workers; `people` may ask as much as they like, `limited` are of a tenant with limits."""

    def __init__(
        self,
        workers: Sequence[WorkerProcess],
        chance: random.Random,
        people: Sequence[UUID],
        limited: Sequence[UUID],
        counts: Counts,
    ) -> None:
        self.asked: list[Asked] = []
        self.counts = counts
        self._workers = workers
        self._chance = chance
        self._people, self._limited = people, limited
        self._going_on = False

    @asynccontextmanager
    async def running(self, many: int) -> AsyncIterator[None]:
        """So many people at once until the block ends; then each gets their answer's end."""
        self._going_on = True
        async with new_client() as client, asyncio.TaskGroup() as group:
            for number in range(many):
                who = (self._limited if number % 6 == 5 else self._people)[number % 2]
                group.create_task(self._person(client, who, limited=number % 6 == 5))
            try:
                yield
            finally:
                self._going_on = False

    async def _person(self, client: httpx2.AsyncClient, who: UUID, *, limited: bool) -> None:
        while self._going_on:
            self.counts.asked += 1
            asked = question(self.counts.asked, who, self._chance, small=limited)
            self.asked.append(asked)
            act = self._chance.choices(
                (self._just_read, self._leave_and_return, self._stop, self._repeat, self._read_in_numbers),
                (50, 20, 10, 10, 10),
            )[0]
            await act(client, asked)
            if asked.turn_id is None:
                await asyncio.sleep(self._chance.uniform(0.1, 0.5))

    def _worker(self) -> WorkerProcess:
        return self._chance.choice(self._workers)

    async def _just_read(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        dialects: tuple[Dialect, ...] = ("plain", "ui", "openai")
        dialect = self._chance.choices(dialects, (70, 15, 15))[0]
        slowly = self._chance.random() < 0.1
        await self._begin(client, asked, dialect, seconds_per_read=0.2 if slowly else 0)
        await self._to_end(client, asked)

    async def _leave_and_return(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        await self._begin(client, asked, "plain", leave_after=self._chance.randint(0, len(asked.expected)))
        await self._to_end(client, asked)

    async def _stop(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        await self._begin(client, asked, "plain", leave_after=self._chance.randint(0, len(asked.expected) // 2))
        if asked.turn_id is not None and asked.end is None:
            started = time.monotonic()
            with contextlib.suppress(httpx2.TransportError):
                answer = await stop(client, self._worker().base_url, asked.who, asked.turn_id)
                self.counts.stopped += answer.status_code == 202
            await self._to_end(client, asked)
            if asked.end is not None and asked.end[0] == "done" and asked.end[1]["status"] == "stopped":
                asked.stop_ms = (time.monotonic() - started) * 1000

    async def _repeat(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        """The same request twice at once at any two workers, as an impatient proxy does."""
        asked.key = asked.key or f"again-{asked.number}"
        again = Asked(asked.number, asked.message, asked.expected, asked.who, asked.key)
        self.asked.append(again)
        await asyncio.gather(self._begin(client, asked, "plain"), self._begin(client, again, "plain"))
        await asyncio.gather(self._to_end(client, asked), self._to_end(client, again))
        if asked.turn_id is not None and again.turn_id is not None:
            self.counts.repeated += 1
            if asked.turn_id != again.turn_id:
                asked.faults.append("one Idempotency-Key began two turns")

    async def _read_in_numbers(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        await self._begin(client, asked, "plain", leave_after=1)
        if asked.turn_id is not None:
            others = [
                Asked(asked.number, asked.message, asked.expected, asked.who, asked.key, asked.turn_id)
                for _ in range(2)
            ]
            self.asked += others
            await asyncio.gather(*(self._to_end(client, each) for each in (asked, *others)))

    async def _begin(
        self,
        client: httpx2.AsyncClient,
        asked: Asked,
        dialect: Dialect,
        *,
        leave_after: int | None = None,
        seconds_per_read: float = 0,
    ) -> None:
        """Ask until it is acknowledged: with a key again and again, without one once."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while asked.turn_id is None:
            worker = self._worker()
            chat = f"chat-{asked.number}" if dialect == "ui" else ""
            with contextlib.suppress(httpx2.TransportError):
                async with asking(
                    client, worker.base_url, asked.who, asked.message, dialect=dialect, chat=chat, key=asked.key
                ) as reading:
                    if reading.response.status_code != 200:
                        if self._is_final(asked, reading, await reading.response.aread()):
                            return
                    else:
                        asked.turn_id = reading.turn_id
                        await self._read(asked, worker, reading, leave_after, seconds_per_read)
            if asked.key is None or time.monotonic() > give_up:
                return
            if asked.turn_id is None:
                await asyncio.sleep(0.1)

    def _is_final(self, asked: Asked, reading: Reading, body: bytes) -> bool:
        """Whether asking again would be no use."""
        status = reading.response.status_code
        if status == 429:
            self.counts.limited += 1
            return True
        if status in (502, 503) and "x-turn-id" in reading.response.headers:
            # OpenAI's dialect tells of a model that fails at once by a status.
            asked.turn_id = reading.turn_id
            return True
        self.counts.refused += 1
        if status != 503:
            asked.faults.append(f"refused with {status}: {body[:300]!r}")
        return status != 503

    async def _read(
        self, asked: Asked, worker: WorkerProcess, reading: Reading, leave_after: int | None, seconds_per_read: float
    ) -> None:
        """Read on; what came counts even if the connection ends."""
        before = len(asked.seen)
        try:
            async for _ in reading.pieces():
                if leave_after is not None and len(reading.text) >= leave_after:
                    if self._chance.random() < 0.5:
                        reading.reset()
                    return
                if seconds_per_read:
                    await asyncio.sleep(seconds_per_read)
        finally:
            asked.seen += reading.text
            asked.end = reading.end
            marks = [(moment, before + chars) for moment, chars in reading.marks]
            asked.reads.append(Read(reading.begun_at, time.monotonic(), marks, worker.deaths))

    async def _to_end(self, client: httpx2.AsyncClient, asked: Asked) -> None:
        """Come back, at any worker, until the answer's end has come."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while asked.turn_id is not None and not asked.is_over:
            if time.monotonic() > give_up:
                asked.faults.append(f"no end within {PATIENCE_SECONDS:.0f} s of turn {asked.turn_id}")
                return
            self.counts.resumed += 1
            worker = self._worker()
            with contextlib.suppress(httpx2.TransportError, TimeoutError):
                async with (
                    asyncio.timeout(PATIENCE_SECONDS),
                    resuming(client, worker.base_url, asked.who, asked.turn_id, len(asked.seen)) as reading,
                ):
                    if reading.response.status_code == 200:
                        await self._read(asked, worker, reading, None, 0)
                    elif reading.response.status_code != 503:
                        asked.faults.append(f"resuming was refused with {reading.response.status_code}")
                        return
            if not asked.is_over:
                await asyncio.sleep(0.1)
