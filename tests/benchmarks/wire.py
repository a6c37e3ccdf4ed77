"""Counts round trips between a client and PostgreSQL, by standing between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

READY_FOR_QUERY = ord("Z")


class Wire:
    """A TCP relay to PostgreSQL that counts its ReadyForQuery messages: one ends each round trip.

    The protocol's framing is a type byte and a length of four bytes, which counts itself (PostgreSQL
    documentation, "Message Formats"). Unencrypted connections only.
    """

    def __init__(self, host: str, port: int) -> None:
        self.round_trips = 0
        self.port = 0
        self._target = (host, port)
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection until either side ends it."""
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._target)
        ends = {
            asyncio.create_task(self._forward(reader, upstream_writer)),
            asyncio.create_task(self._backward(upstream_reader, writer)),
        }
        self._tasks |= ends
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in ends:
            task.cancel()
        for end in (writer, upstream_writer):
            end.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()

    async def _backward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pending = bytearray()
        while data := await reader.read(65536):
            pending += data
            while len(pending) >= 5 and len(pending) > (size := int.from_bytes(pending[1:5])):
                self.round_trips += pending[0] == READY_FOR_QUERY
                del pending[: size + 1]
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def wire(host: str, port: int) -> AsyncIterator[Wire]:
    """A relay on a free port of 127.0.0.1."""
    relay = Wire(host, port)
    server = await asyncio.start_server(relay.accept, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay
