"""Places that tenants share: each waits in a line of its own, so that none waits for all that another one wants."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class LineFull(Exception):
    """As many wait in this line as may."""


class Lines:
    """So many places, of which nobody has more than `each`; the next one goes to whoever has the fewest.

    Among those it goes to the line that was served the longest ago. At most `waiting` wait in one line; None: any
    number.
    """

    def __init__(self, places: int, each: int, waiting: int | None = None) -> None:
        self._free = places
        self._each = each
        self._waiting = waiting
        self._taken: Counter[Hashable] = Counter()
        self._lines: dict[Hashable, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def place(self, whose: Hashable) -> AsyncIterator[None]:
        """Have a place when it is one's turn. Raises LineFull."""
        await self._enter(whose)
        try:
            yield
        finally:
            self._leave(whose)

    async def _enter(self, whose: Hashable) -> None:
        if self._waiting is not None and len(self._lines.get(whose, ())) >= self._waiting:
            raise LineFull()
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(whose, deque()).append(turn)
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(whose, turn)
            else:
                self._leave(whose)
            raise

    def _leave(self, whose: Hashable) -> None:
        self._free += 1
        self._taken[whose] -= 1
        if not self._taken[whose]:
            del self._taken[whose]
        if whose in self._lines:
            # Behind all others.
            self._lines[whose] = self._lines.pop(whose)
        self._serve()

    def _forget(self, whose: Hashable, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(whose, deque())
        if turn in line:
            line.remove(turn)
            if not line:
                del self._lines[whose]

    def _serve(self) -> None:
        while self._free and (waiting := [each for each in self._lines if self._taken[each] < self._each]):
            whose = min(waiting, key=self._taken.__getitem__)
            turn = self._lines[whose].popleft()
            if not self._lines[whose]:
                del self._lines[whose]
            if not turn.done():
                turn.set_result(None)
                self._taken[whose] += 1
                self._free -= 1
