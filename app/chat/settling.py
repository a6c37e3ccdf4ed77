"""Settles turns in the database: those that end while a call is under way wait and go together in the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from app.chat.pieces import Encrypted, Part
from app.chat.sealing import UNSEALED, Sealer, Vault
from app.chat.turn import Status
from app.database import Database
from app.errors import DatabaseUnavailable, EncryptionChanged, PalaverError

SETTLE_SECONDS: Final = 300.0
"""How long an answer is offered to a database that is away."""

MOST_AT_ONCE: Final = 64
_PAUSE_SECONDS: Final = 0.1
_MAX_PAUSE_SECONDS: Final = 5.0

_encode: Final = msgspec.json.Encoder().encode


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a turn ended, with the names that `private.finish_turns()` reads."""

    tenant_id: UUID
    turn_id: UUID
    status: Status
    content: str
    parts: Sequence[Part | Encrypted] | None
    provider: str | None
    model: str | None
    asked_model: str | None
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    tokens_estimated: bool
    latency_ms: int
    finish_reason: str | None = None
    provider_message_id: str | None = None
    error_code: str | None = None
    from_cache: bool = False
    cache_key: str | None = None
    """Hex: under which the answer is kept for whoever asks the same."""
    metadata: Mapping[str, Any] | None = None
    """Of the message."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How the turn stands in the database: its answer's message, and its status, None where it is gone."""

    answer_id: UUID | None
    status: str | None


@dataclass(eq=False, slots=True)
class _Waiting:
    result: Result
    done: asyncio.Future[Settled]
    give_up: float


class Settler:
    """The queue of turns to be settled by this worker."""

    def __init__(self, database: Database, worker_id: UUID, writing: asyncio.Lock, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._worker_id = worker_id
        self._writing = writing
        self._queue: list[_Waiting] = []
        self._at_once = MOST_AT_ONCE
        self._task: asyncio.Task[None] | None = None

    async def settle(self, result: Result, sealer: Sealer = UNSEALED) -> Settled:
        """Settle a turn, waiting for a database that is away. Raises PalaverError when it cannot be."""
        try:
            return await self._settled(_sealed(result, sealer))
        except EncryptionChanged:
            # The tenant began to encrypt, or took another key, while this was answered.
            return await self._settled(_sealed(result, await self._vault.sealer_of(result.tenant_id)))

    async def _settled(self, result: Result) -> Settled:
        waiting = _Waiting(result, asyncio.get_running_loop().create_future(), time.monotonic() + SETTLE_SECONDS)
        self._queue.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="settler")
        return await waiting.done

    async def _work(self) -> None:
        pause = _PAUSE_SECONDS
        while self._queue:
            batch = self._queue[: self._at_once]
            del self._queue[: len(batch)]
            if await self._settle([waiting for waiting in batch if not waiting.done.done()]):
                pause = _PAUSE_SECONDS
                self._at_once = min(self._at_once * 2, MOST_AT_ONCE)
                continue
            # Fewer next time, and others first: one that has to wait in the database must not keep all waiting.
            self._at_once = max(len(batch) // 2, 1)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _MAX_PAUSE_SECONDS)

    async def _settle(self, batch: list[_Waiting]) -> bool:
        """Whether the database could be asked; if not, the batch is in the queue again."""
        if not batch:
            return True
        try:
            async with self._writing:
                rows = await self._database.fetch(
                    "finish_turns", self._worker_id, _encode([waiting.result for waiting in batch]).decode()
                )
        except DatabaseUnavailable as error:
            # The call may have been carried out: a turn settles once, so asking again is safe.
            self._queue += [waiting for waiting in batch if not self._gave_up(waiting, error)]
            return False
        except PalaverError as error:
            if len(batch) == 1:
                _fail(batch[0], error)
                return True
            # One that the database refuses must not keep the others from being settled.
            for index, waiting in enumerate(batch):
                if not await self._settle([waiting]):
                    self._queue += batch[index + 1 :]
                    return False
            return True
        found = {row["turn_id"]: Settled(row["answer_id"], row["status"]) for row in rows}
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_result(found[waiting.result.turn_id])
        return True

    def _gave_up(self, waiting: _Waiting, error: PalaverError) -> bool:
        if time.monotonic() > waiting.give_up:
            _fail(waiting, error)
        return waiting.done.done()


def _sealed(result: Result, sealer: Sealer) -> Result:
    content, parts = sealer.text(result.content), sealer.parts(result.parts)
    # What is encrypted is for one person, and no answer for others.
    cache_key = None if sealer.key else result.cache_key
    return msgspec.structs.replace(result, content=content, parts=parts, cache_key=cache_key)


def _fail(waiting: _Waiting, error: PalaverError) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
