"""The worker's door, to which a request is sent byte for byte."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
from dataclasses import dataclass
from typing import Any

from tests.isolation.tokens.cases import Presented

SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    raw: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The body of an error (RFC 9457), empty if it is none."""
        if self.headers.get_content_type() != "application/problem+json":
            return {}
        found = json.loads(self.body)
        return found if isinstance(found, dict) else {}

    @property
    def completed(self) -> bool:
        """Whether this is an answer that was streamed to its end."""
        return self.status == 200 and b"\nevent: done\n" in self.body


class _Sent(io.BytesIO):
    """What `http.client` takes for a socket."""

    def makefile(self, _mode: str) -> io.BytesIO:
        return self


class _Reply(asyncio.Protocol):
    """All that comes until the connection is closed."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set_result(None)


async def knock(host: str, port: int, presented: Presented) -> Answer:
    """POST what is presented on a connection of its own, and read to the end."""
    lines = [b"POST %b HTTP/1.1" % presented.target, b"Host: 127.0.0.1", b"Connection: close", *presented.lines]
    given = b"\r\n".join(presented.lines).lower()
    if b"content-type:" not in given:
        lines.append(b"Content-Type: application/json")
    if b"transfer-encoding:" not in given:
        lines.append(b"Content-Length: %d" % len(presented.body))
    transport, reply = await asyncio.get_running_loop().create_connection(_Reply, host, port)
    try:
        transport.write(b"\r\n".join((*lines, b"", presented.body)))
        async with asyncio.timeout(SECONDS):
            await reply.ended
    finally:
        transport.close()
    socket: Any = _Sent(reply.received)
    response = http.client.HTTPResponse(socket)
    response.begin()
    return Answer(response.status, response.headers, response.read(), bytes(reply.received))
