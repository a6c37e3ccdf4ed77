"""An auth server of which only the published keys exist, and which can be slow, down, rotating or lying."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

KEYS: Final = "/auth/v1/.well-known/jwks.json"
Behaviour = Callable[["JwksServer", asyncio.StreamWriter], Awaitable[None]]


def says(body: bytes | str, *headers: str, status: str = "200 OK", length: int | None = None) -> Behaviour:
    """A whole answer; `length` is what it says of its size."""
    content = body.encode() if isinstance(body, str) else body
    head = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(content) if length is None else length}")

    async def answer(server: JwksServer, writer: asyncio.StreamWriter) -> None:
        await server.send(writer, "\r\n".join((*head, "Connection: close", "", "")).encode() + content)

    return answer


async def is_silent(server: JwksServer, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()


async def hangs_up(server: JwksServer, writer: asyncio.StreamWriter) -> None:
    """Close the connection instead of answering."""


async def drips(server: JwksServer, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, without an end."""
    await server.send(writer, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        await server.send(writer, b" ")
        await asyncio.sleep(0.02)


async def never_ends(server: JwksServer, writer: asyncio.StreamWriter) -> None:
    """Send as fast as it is read, without an end."""
    await server.send(writer, b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"keys": [')
    while True:
        await server.send(writer, b" " * 16_384)


class JwksServer:
    """A real HTTP server on a free port of 127.0.0.1; `behaviour` is how it answers, `asked` what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sent = 0
        self.behaviour: Behaviour = says('{"keys": []}')
        self.connected = asyncio.Event()
        """Set by each request."""
        self._port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        """The project's address."""
        return f"http://127.0.0.1:{self._port}"

    def publish(self, *keys: Any) -> None:
        """Answer with these keys from now on."""
        self.behaviour = says(json.dumps({"keys": keys}), "Content-Type: application/json")

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more, and end whatever is under way."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Send and count."""
        writer.write(data)
        await writer.drain()
        self.sent += len(data)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that goes away is no fault of this server's.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                request = await reader.readuntil(b"\r\n\r\n")
                self.asked.append(request.split(b" ")[1].decode("latin-1"))
                self.connected.set()
                await self.behaviour(self, writer)
            finally:
                writer.close()
