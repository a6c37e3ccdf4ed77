"""A turn under way, as its readers see it: pieces of the answer, then how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from app.errors import PalaverError

Status = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a turn used; `estimated` when the provider did not say."""

    prompt: int
    completion: int
    estimated: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ended. It is settled in the database, unless the error is that it could not be."""

    status: Status
    message_id: UUID | None
    model: str
    finish_reason: str | None
    tokens: Tokens
    error: PalaverError | None


@dataclass(eq=False, slots=True)
class Turn:
    """A turn under way, to be read by whoever is handed it, from its beginning, as often as they like."""

    id: UUID
    conversation_id: UUID
    question_id: UUID
    _pieces: list[str] = field(default_factory=list, repr=False)
    _ending: Ending | None = None
    _waiting: set[asyncio.Future[None]] = field(default_factory=set, repr=False)

    @property
    def begun_to_speak(self) -> bool:
        """Whether a piece of the answer has come."""
        return bool(self._pieces)

    def publish(self, text: str) -> None:
        """Add a piece of the answer."""
        self._pieces.append(text)
        self._wake()

    def end(self, ending: Ending) -> None:
        """Say how it ended; nothing comes after this."""
        self._ending = ending
        self._wake()

    async def read(self, heartbeat: float) -> AsyncIterator[str | Ending | None]:
        """The pieces as they come (joined, for a reader who is late), then how it ended.

        None after each `heartbeat` seconds in which nothing came.
        """
        position = 0
        while True:
            if position < len(self._pieces):
                late = self._pieces[position:]
                position += len(late)
                yield late[0] if len(late) == 1 else "".join(late)
            elif self._ending is not None:
                yield self._ending
                return
            elif not await self._something(heartbeat):
                yield None

    async def _something(self, seconds: float) -> bool:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting
            return True
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(waiting)

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
