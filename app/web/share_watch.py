"""Open pages of live shares: one question a second for all of them, while there are any.

Whoever follows gets events whose data is JSON: `append` with the HTML of new messages, `replace` with that of all of
them, both with the title; `gone` when the link shows nothing any more, which is the last. Each but that has the
share's state for id, so that a reader who comes back with it gets only what is new.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import msgspec

from app.chat.http import HEARTBEAT_SECONDS
from app.database import Database
from app.errors import NotFound, PalaverError, RateLimited
from app.logs import get_logger
from app.web.share_page import Conversation, Rendered, decode, render

log = get_logger(__name__)

TICK_SECONDS: Final = 1.0
MOST_FOLLOWERS: Final = 1_000
"""Of one worker process."""

BEHIND: Final = 16
"""Events that may wait for a slow reader, who is cut off with the next and comes back for all at once."""

_HEARTBEAT: Final = b": \n\n"
_RETRY: Final = b"retry: 1000\n\n"
_GONE: Final = b"event: gone\ndata: {}\n\n"
_encode: Final = msgspec.json.Encoder().encode


class Watched(msgspec.Struct, frozen=True, omit_defaults=True):
    """A share that somebody has open, with the names that `private.watch_shares()` reads."""

    token_hash: str
    proof: str
    state: str | None = None


@dataclass(eq=False, slots=True)
class _Follower:
    state: str
    frames: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(BEHIND))

    def send(self, frame: bytes | None) -> None:
        """Hand an event over; None is the end, which always finds room."""
        if frame is None or self.frames.full():
            while not self.frames.empty():
                self.frames.get_nowait()
            frame = None
        self.frames.put_nowait(frame)


@dataclass(eq=False, slots=True)
class _Share:
    proof: str
    state: str
    digests: list[bytes]
    followers: set[_Follower] = field(default_factory=set)


class ShareWatch:
    """Who follows what at this worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shares: dict[str, _Share] = {}
        self._followers = 0
        self._closed = False
        self._ticking: asyncio.Task[None] | None = None

    async def follow(self, token_hash: str, proof: str, state: str) -> AsyncGenerator[bytes, None]:
        """The events from a state on. Raises NotFound, RateLimited, or what the database says."""
        if self._followers >= MOST_FOLLOWERS:
            raise RateLimited("Too many pages follow conversations at this server.", retry_after=30)
        (row,) = await self._ask([Watched(token_hash, proof)])
        if row["state"] is None or self._closed:
            raise NotFound()
        rendered = await _rendered(row)
        follower = _Follower(row["state"])
        if row["state"] != state:
            follower.send(_event("replace", row["state"], rendered.title, rendered.messages))
        return self._events(token_hash, _Share(proof, follower.state, rendered.digests), follower)

    def close(self) -> None:
        """End all that is followed; readers come back, to another worker."""
        self._closed = True
        for share in self._shares.values():
            for follower in share.followers:
                follower.send(None)

    async def stop(self) -> None:
        """End that, and the task that asks."""
        self.close()
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.wait([self._ticking])

    async def _events(self, token_hash: str, share: _Share, follower: _Follower) -> AsyncGenerator[bytes, None]:
        share = self._shares.setdefault(token_hash, share)
        share.followers.add(follower)
        self._followers += 1
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick_while_followed(), name="shares")
        try:
            yield _RETRY
            while True:
                try:
                    frame = await asyncio.wait_for(follower.frames.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    frame = _HEARTBEAT
                if frame is None:
                    return
                yield frame
                if frame is _GONE:
                    return
        finally:
            self._followers -= 1
            share.followers.discard(follower)
            if not share.followers and self._shares.get(token_hash) is share:
                del self._shares[token_hash]

    async def _tick_while_followed(self) -> None:
        failing = False
        while self._shares and not self._closed:
            try:
                await self._tick()
                failing = False
            except PalaverError as error:
                if not failing:
                    log.warning("shares_not_watched", code=error.code)
                failing = True
            except Exception:
                log.exception("share_watch_failed")
            await asyncio.sleep(TICK_SECONDS)

    async def _tick(self) -> None:
        watched = [Watched(token_hash, share.proof, share.state) for token_hash, share in self._shares.items()]
        for row in await self._ask(watched):
            share = self._shares.get(row["token_hash"])
            if share is None:
                continue
            if row["state"] is None:
                del self._shares[row["token_hash"]]
                for follower in share.followers:
                    follower.send(_GONE)
            else:
                self._tell(share, row["state"], await _rendered(row))

    def _tell(self, share: _Share, state: str, rendered: Rendered) -> None:
        digests = rendered.digests
        known = _overlap(share.digests, digests)
        for follower in share.followers:
            if follower.state == state:
                continue
            if known and follower.state == share.state:
                follower.send(_event("append", state, rendered.title, rendered.messages[known:]))
            else:
                follower.send(_event("replace", state, rendered.title, rendered.messages))
            follower.state = state
        share.state, share.digests = state, digests

    async def _ask(self, watched: Sequence[Watched]) -> list[asyncpg.Record]:
        return await self._database.fetch("watch_shares", _encode(watched).decode())


async def _rendered(row: asyncpg.Record) -> Rendered:
    conversation: Conversation = decode(row["conversation"], Conversation)
    return await asyncio.to_thread(render, conversation)


def _overlap(before: Sequence[bytes], now: Sequence[bytes]) -> int:
    """How many of the messages now a page that shows those from before has already; 0 if it must begin anew."""
    if list(now[: len(before)]) == list(before):
        return len(before)
    return 0


def _event(name: str, state: str, title: str, messages: Sequence[str]) -> bytes:
    data = {"title": title, "html": "\n".join(messages)}
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), state.encode(), _encode(data))
