"""A turn under way or over, as its readers see it: pieces of the answer, then how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from app.chat.pieces import Piece
from app.errors import PalaverError

Status = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a turn used; `estimated` when the provider did not say.

    Cached tokens are part of the prompt's, reasoning tokens of the completion's.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota as the RateLimit header fields tell it (draft-ietf-httpapi-ratelimit-headers)."""

    name: str
    quota: int
    window: int
    """Seconds."""
    remaining: int
    reset: int
    """Seconds until more is there."""


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
    """A turn, to be read by whoever is handed it, from its beginning, as often as they like."""

    id: UUID
    """Also the id of the message that the answer becomes."""
    conversation_id: UUID
    question_id: UUID
    title: str
    """The conversation's."""
    begins_conversation: bool
    response_id: str
    """Under which id a client of the AI SDK knows the answer."""
    started_at: datetime
    limits: Sequence[Limit] = ()
    model: str = ""
    _pieces: list[Piece] = field(default_factory=list, repr=False)
    _ending: Ending | None = None
    _waiting: set[asyncio.Future[bool]] = field(default_factory=set, repr=False)
    _readers: int = 0

    @property
    def has_readers(self) -> bool:
        """Whether anybody reads it now."""
        return self._readers > 0

    @property
    def pieces(self) -> Sequence[Piece]:
        """All that has been said so far."""
        return self._pieces

    @property
    def ending(self) -> Ending | None:
        """How it ended, None while it goes on."""
        return self._ending

    def publish(self, pieces: Sequence[Piece]) -> None:
        """Add pieces of the answer."""
        self._pieces.extend(pieces)
        self._wake()

    def end(self, ending: Ending) -> None:
        """Say how it ended; nothing comes after this."""
        self._ending = ending
        self._wake()

    async def read(self, heartbeat: float) -> AsyncIterator[Sequence[Piece] | Ending | None]:
        """What has been said, then more as it comes, then how it ended.

        None after each `heartbeat` seconds in which nothing came.
        """
        position = 0
        self._readers += 1
        try:
            while True:
                if position < len(self._pieces):
                    news = self._pieces[position:]
                    position += len(news)
                    yield news
                elif self._ending is not None:
                    yield self._ending
                    return
                elif not await self._something(heartbeat):
                    yield None
        finally:
            self._readers -= 1

    async def _something(self, seconds: float) -> bool:
        """Whether something came within that time."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._waiting.add(waiting)
        timer = loop.call_later(seconds, _settle, waiting, False)
        try:
            return await waiting
        finally:
            timer.cancel()
            self._waiting.discard(waiting)

    def _wake(self) -> None:
        for waiting in self._waiting:
            _settle(waiting, True)


def _settle(waiting: asyncio.Future[bool], came: bool) -> None:
    if not waiting.done():
        waiting.set_result(came)
