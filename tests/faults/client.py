"""A reader of answers in all dialects, who notes when each character came and may leave in many ways."""

from __future__ import annotations

import codecs
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import UUID

import httpx2

from tests.world import Actor, token

Dialect = Literal["plain", "ui", "openai"]
Person: TypeAlias = Actor | UUID
"""Somebody of the demo data, or their id at Supabase Auth."""

PATHS: Mapping[Dialect, str] = {"plain": "/api/ai/chat", "ui": "/api/chat", "openai": "/v1/chat/completions"}


def new_client(**options: Any) -> httpx2.AsyncClient:
    """A client that opens a connection for each request, so that a reset ends one request and no other."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    timeout = httpx2.Timeout(30, connect=3)
    transport = httpx2.AsyncHTTPTransport(limits=limits, trust_env=False, **options)
    return httpx2.AsyncClient(transport=transport, timeout=timeout, trust_env=False)


def body(dialect: Dialect, message: str, chat: str) -> dict[str, Any]:
    """A question as that dialect asks it; `chat` is the client's id of the conversation where it has one."""
    if dialect == "ui":
        question = {"id": f"{chat}-q", "role": "user", "parts": [{"type": "text", "text": message}]}
        return {"id": chat, "messages": [question], "trigger": "submit-message"}
    if dialect == "openai":
        return {"model": "default", "stream": True, "messages": [{"role": "user", "content": message}]}
    return {"message": message}


@dataclass
class Reading:
    """What one stream has given so far."""

    response: httpx2.Response
    dialect: Dialect
    begun_at: float
    """When it was asked for (`time.monotonic()`)."""
    text: str = ""
    marks: list[tuple[float, int]] = field(default_factory=list)
    """When (`time.monotonic()`) so many characters had come."""
    last_id: int = 0
    """The last event's id: characters of the answer up to there."""
    end: tuple[str, Any] | None = None
    """`done` or `error`, and its data."""
    _source: AsyncIterator[bytes] | None = field(default=None, repr=False)
    _rest: str = ""
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"), repr=False)

    @property
    def turn_id(self) -> UUID:
        """The turn, as the response's header says."""
        return UUID(self.response.headers["x-turn-id"])

    async def pieces(self) -> AsyncIterator[str]:
        """The text as it comes, to the end of the stream."""
        self._source = self._source or self.response.aiter_raw()
        async for data in self._source:
            *events, self._rest = (self._rest + self._decoder.decode(data)).split("\n\n")
            said = "".join([self._take(event) for event in events])
            if said:
                self.text += said
                self.marks.append((time.monotonic(), len(self.text)))
                yield said

    async def to_end(self) -> Reading:
        """Read all of it."""
        async for _ in self.pieces():
            pass
        return self

    async def until(self, chars: int) -> Reading:
        """Read until at least so many characters have come, or the end."""
        async for _ in self.pieces():
            if len(self.text) >= chars:
                break
        return self

    def reset(self) -> None:
        """Have the connection end with a TCP reset when it is closed."""
        link = self.response.extensions["network_stream"].get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _take(self, event: str) -> str:
        name, data = "message", ""
        for line in event.split("\n"):
            field_name, _, value = line.partition(": ")
            if field_name == "event":
                name = value
            elif field_name == "data":
                data += value
            elif field_name == "id":
                self.last_id = int(value)
        if not data or data == "[DONE]":
            if data and self.end is None:
                self.end = ("done", None)
            return ""
        return str(getattr(self, f"_take_{self.dialect}")(name, json.loads(data)))

    def _take_plain(self, name: str, data: Any) -> str:
        if name == "message":
            return str(data["text"])
        self.end = (name, data)
        return ""

    def _take_ui(self, _name: str, data: Any) -> str:
        if data["type"] in ("finish", "abort", "error"):
            self.end = self.end or ("error" if data["type"] == "error" else "done", data)
        return str(data["delta"]) if data["type"] == "text-delta" else ""

    def _take_openai(self, _name: str, data: Any) -> str:
        if "error" in data:
            self.end = ("error", data["error"])
            return ""
        return "".join(choice["delta"].get("content") or "" for choice in data["choices"])


@asynccontextmanager
async def asking(
    client: httpx2.AsyncClient,
    base_url: str,
    who: Person,
    message: str,
    *,
    dialect: Dialect = "plain",
    chat: str = "",
    key: str | None = None,
) -> AsyncIterator[Reading]:
    """Ask a question; what comes back, which need not be an answer."""
    begun_at = time.monotonic()
    headers = {"Authorization": f"Bearer {token(_auth_id(who))}"} | ({"Idempotency-Key": f'"{key}"'} if key else {})
    async with client.stream(
        "POST", base_url + PATHS[dialect], json=body(dialect, message, chat), headers=headers
    ) as response:
        yield Reading(response, dialect, begun_at)


@asynccontextmanager
async def resuming(
    client: httpx2.AsyncClient, base_url: str, who: Person, turn_id: UUID, after: int = 0
) -> AsyncIterator[Reading]:
    """The stream of a turn, from after so many characters."""
    begun_at = time.monotonic()
    headers = {"Authorization": f"Bearer {token(_auth_id(who))}"} | ({"Last-Event-ID": str(after)} if after else {})
    async with client.stream("GET", f"{base_url}/api/ai/chat/{turn_id}/stream", headers=headers) as response:
        yield Reading(response, "plain", begun_at, last_id=after)


async def stop(client: httpx2.AsyncClient, base_url: str, who: Person, turn_id: UUID) -> httpx2.Response:
    """Ask to stop a turn."""
    return await client.post(
        f"{base_url}/api/ai/chat/{turn_id}/stop", headers={"Authorization": f"Bearer {token(_auth_id(who))}"}
    )


def _auth_id(who: Person) -> UUID:
    auth_id = who.auth_id if isinstance(who, Actor) else who
    assert auth_id is not None
    return auth_id
