"""What a worker tells the others while its turns run, and what it hears from them.

Every 200 milliseconds, in one call for all of them, it saves what its turns have said and learns which somebody
asked to stop; every second it says that it is alive and takes over the turns of workers that are dead. Readers
of turns that run elsewhere are served from what those workers saved. Nothing here listens for notifications,
which connection poolers in transaction mode do not deliver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg
import msgspec

from app.chat.pieces import Encrypted, Piece, decode_pieces
from app.chat.sealing import Vault
from app.chat.turn import Turn
from app.database import Database
from app.errors import EncryptionUnavailable, PalaverError
from app.logs import get_logger

log = get_logger(__name__)

TICK_SECONDS: Final = 0.2
"""At most this much of an answer, and the time of the call, is lost with a worker that is killed."""

LEASE_SECONDS: Final = 1.0
FRESH_SECONDS: Final = 2.5
"""How long ago the database must have heard of this worker for a turn to be begun."""

UNREAD_SECONDS: Final = 10.0
"""How long a turn that runs elsewhere is followed for nobody: whoever found it may be about to read it."""

_encode: Final = msgspec.json.Encoder().encode


class Batch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a turn has said since the last one, with the names that `private.save_pieces()` reads."""

    tenant_id: UUID
    turn_id: UUID
    seq: int
    pieces: Sequence[Piece | Encrypted]
    provider: str | None = None
    model: str | None = None


class Speaker(Protocol):
    """A turn that this worker answers."""

    def unsaved(self) -> Batch | None:
        """What has not been saved yet, the same again until it is; None once the turn is being settled."""

    def saved(self, batch: Batch) -> None:
        """The batch is saved."""

    def stop(self) -> None:
        """Somebody asked to stop it."""


@dataclass(eq=False, slots=True)
class Followed:
    """A turn that runs at another worker, and how it is finished here once it is over there."""

    tenant_id: UUID
    turn: Turn
    finish: Callable[[], Awaitable[None]]
    seq: int = -1
    wanted_at: float = 0
    """When somebody last read it, or was about to."""


class Progress:
    """Two tasks that live as long as the worker: one says that it is alive, the other what its turns say."""

    def __init__(
        self,
        database: Database,
        worker_id: UUID,
        writing: asyncio.Lock,
        speakers: Mapping[UUID, Speaker],
        adopt: Callable[[asyncpg.Record], None],
        unheard: timedelta,
        vault: Vault,
    ) -> None:
        """`unheard`: how long a turn may be begun before this worker must know of it."""
        self._unheard = unheard
        self._vault = vault
        self._adopted: set[UUID] = set()
        self._database = database
        self._worker_id = worker_id
        self._writing = writing
        self._speakers = speakers
        self._adopt = adopt
        self._followed: dict[UUID, Followed] = {}
        self._heard_at = float("-inf")
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tick."""
        self._tasks = [
            asyncio.create_task(self._repeat(LEASE_SECONDS, self._keep_lease), name="lease"),
            asyncio.create_task(self._repeat(TICK_SECONDS, self._tick), name="progress"),
        ]

    async def stop(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def be_heard(self) -> None:
        """Make sure that the others know this worker to be alive. Raises PalaverError."""
        if asyncio.get_running_loop().time() - self._heard_at > FRESH_SECONDS:
            await self._keep_lease()

    def follow(self, followed: Followed) -> Turn:
        """Let readers here follow a turn that runs elsewhere; one that is followed already is shared."""
        followed = self._followed.setdefault(followed.turn.id, followed)
        followed.wanted_at = asyncio.get_running_loop().time()
        return followed.turn

    def settled(self, turn_id: UUID) -> None:
        """A turn that was taken over is settled."""
        self._adopted.discard(turn_id)

    async def _repeat(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        failing = False
        while True:
            try:
                await work()
                failing = False
            except PalaverError as error:
                if not failing:
                    log.warning("progress_not_saved", code=error.code)
                failing = True
            except Exception:
                log.exception("progress_failed")
            await asyncio.sleep(seconds)

    async def _tick(self) -> None:
        if self._speakers:
            await self._save()
        if self._followed:
            await self._read()

    async def _keep_lease(self) -> None:
        heard_at = asyncio.get_running_loop().time()
        known = [*self._speakers, *self._adopted]
        for row in await self._database.fetch("keep_lease", self._worker_id, known, self._unheard):
            self._adopted.add(row["turn_id"])
            self._adopt(row)
        self._heard_at = heard_at

    async def _save(self) -> None:
        async with self._writing:
            batches = [batch for speaker in self._speakers.values() if (batch := speaker.unsaved()) is not None]
            asked = await self._database.fetch("save_pieces", self._worker_id, _encode(batches).decode())
        for batch in batches:
            if (speaker := self._speakers.get(batch.turn_id)) is not None:
                speaker.saved(batch)
        for row in asked:
            if (speaker := self._speakers.get(row["turn_id"])) is not None:
                speaker.stop()

    async def _read(self) -> None:
        now = asyncio.get_running_loop().time()
        for followed in list(self._followed.values()):
            if followed.turn.has_readers:
                followed.wanted_at = now
            elif now - followed.wanted_at > UNREAD_SECONDS:
                del self._followed[followed.turn.id]
        if not self._followed:
            return
        asked = [_asked(each) for each in self._followed.values()]
        rows = await self._database.fetch("read_pieces", _encode(asked).decode())
        for row in rows:
            if (each := self._followed.get(row["turn_id"])) is not None and row["pieces"] is not None:
                each.seq = row["seq"]
                try:
                    each.turn.publish(decode_pieces(await self._vault.array(each.tenant_id, row["pieces"])))
                except EncryptionUnavailable as error:
                    del self._followed[each.turn.id]
                    each.turn.fail(error)
        await self._finish({each["turn_id"] for each in asked} - {row["turn_id"] for row in rows})

    async def _finish(self, over: Iterable[UUID]) -> None:
        for turn_id in over:
            if (each := self._followed.get(turn_id)) is not None:
                await each.finish()
                self._followed.pop(turn_id, None)


def _asked(followed: Followed) -> dict[str, Any]:
    return {"tenant_id": followed.tenant_id, "turn_id": followed.turn.id, "seq": followed.seq}
