"""Begins turns in the database and sees each through to its settlement.

A turn belongs to the application and not to the request that asked for it: a reader who goes away
stops nothing. No connection is held while the model talks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar
from uuid import UUID

from app.caller import Caller
from app.chat.answer import Answer
from app.chat.providers import Providers
from app.chat.turn import Turn
from app.database import Database
from app.errors import ShuttingDown
from app.logs import get_logger
from app.metrics import Metrics
from app.settings import Settings

log = get_logger(__name__)

CUT_SECONDS: Final = 5.0
"""How long answers that a shutdown cut may take to be settled."""

T = TypeVar("T")


class Turns:
    """Begins turns and sees each through to its settlement."""

    def __init__(self, settings: Settings, database: Database, providers: Providers, metrics: Metrics) -> None:
        self._history_limit = settings.ai_max_messages_per_conversation
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._tasks: set[asyncio.Task[Any]] = set()
        self.draining = False

    async def begin(self, caller: Caller, message: str, conversation_id: UUID | None) -> Turn:
        """Save the question and start the answer. Raises PalaverError when the database refuses."""
        if self.draining:
            raise ShuttingDown()
        # Shielded: a request that is cancelled now must not leave a question that nobody answers.
        return await asyncio.shield(self._supervise(self._begin(caller, message, conversation_id)))

    async def drain(self, seconds: float) -> None:
        """Refuse new turns, let those under way end within `seconds`, then cut the rest and settle them."""
        self.draining = True
        if self._tasks:
            log.info("draining", tasks=len(self._tasks), seconds=seconds)
            await asyncio.wait(self._tasks, timeout=seconds)
        for patience in (CUT_SECONDS, None):
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=patience)

    def _supervise(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _begin(self, caller: Caller, message: str, conversation_id: UUID | None) -> Turn:
        row = await self._database.fetch_row("begin_turn", caller.claims, message, conversation_id, self._history_limit)
        turn = Turn(row["turn_id"], row["conversation_id"], row["question_id"])
        answer = Answer(turn, caller, row, self._database, self._providers, self._metrics)
        self._supervise(answer.run())
        return turn
