"""A line to a server that a test can cut: TCP connections are passed on as they are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(eq=False)
class Line:
    """The line; its clients reach the server at 127.0.0.1 and its own port."""

    target: int
    port: int = 0
    dead: bool = False
    """Nothing can be reached: connections are closed as soon as they come."""
    mute: bool = False
    """Requests arrive and answers do not: the connection is closed when the answer to one comes."""
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Break the connections that there are."""
        for writer in self._writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on both directions of one connection until either ends."""
        if self.dead:
            writer.transport.abort()
            return
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        both = {writer, to_server}
        self._writers |= both
        directions = [
            asyncio.create_task(self._pass(reader, to_server, answers=False)),
            asyncio.create_task(self._pass(from_server, writer, answers=True)),
        ]
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.close()
        await asyncio.wait(directions)
        self._writers -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if answers and self.mute:
                    return
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def line(target: int) -> AsyncIterator[Line]:
    """A line to a port of 127.0.0.1."""
    laid = Line(target)
    server = await asyncio.start_server(laid.carry, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    async with server:
        yield laid
        laid.cut()
