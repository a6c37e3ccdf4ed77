"""A turn under way or over, as its readers see it: pieces of the answer, then how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
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
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What the message is kept with."""


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
    _readers: set[_Reader] = field(default_factory=set, repr=False)

    @property
    def has_readers(self) -> bool:
        """Whether anybody reads it now."""
        return bool(self._readers)

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

    def fail(self, error: PalaverError) -> None:
        """Say that no more of it can be read here."""
        self.end(Ending("failed", None, self.model, None, Tokens(0, 0), error))

    async def read(self, heartbeat: float) -> AsyncGenerator[Sequence[Piece] | Ending | None, None]:
        """What has been said, then more as it comes, then how it ended.

        None after each `heartbeat` seconds in which nothing came.
        """
        reader = _Reader(heartbeat)
        position = 0
        self._readers.add(reader)
        try:
            while True:
                if position < len(self._pieces):
                    news = self._pieces[position:]
                    position += len(news)
                    yield news
                elif self._ending is not None:
                    yield self._ending
                    return
                elif not await reader.news():
                    yield None
        finally:
            self._readers.discard(reader)
            reader.close()

    def _wake(self) -> None:
        for reader in self._readers:
            reader.wake(True)


class _Reader:
    """A reader who waits; its timer is set once a heartbeat and not once a piece."""

    __slots__ = ("_heartbeat", "_loop", "_since", "_timer", "_waiting")

    def __init__(self, heartbeat: float) -> None:
        self._heartbeat = heartbeat
        self._loop = asyncio.get_running_loop()
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Future[bool] | None = None

    async def news(self) -> bool:
        """Wait for something to come; False when a heartbeat is due instead."""
        self._since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._heartbeat, self._tick)
        self._waiting = self._loop.create_future()
        return await self._waiting

    def wake(self, came: bool) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(came)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        self._timer = None
        left = self._since + self._heartbeat - self._loop.time()
        if left <= 0:
            self.wake(False)
        else:
            self._timer = self._loop.call_later(left, self._tick)
