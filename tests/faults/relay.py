"""Stands between a worker and PostgreSQL, and loses an answer on its way back."""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Relay:
    """Passes bytes on both ways until it is told to go deaf."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._word: bytes | None = None
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    def deafen_after(self, word: bytes) -> None:
        """Carry the next statement with that word out, and end its connection before the answer comes back."""
        self._word = word

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        task.add_done_callback(self._links.discard)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
        deaf = asyncio.Event()
        ways = (
            asyncio.create_task(self._pass_on(reader, server_writer, deaf)),
            asyncio.create_task(self._pass_back(server_reader, writer, deaf)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for each in (writer, server_writer):
                each.close()
                with contextlib.suppress(OSError):
                    await each.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
        known = False
        while data := await reader.read(65536):
            # A prepared statement is named once, and then carried out by its arguments.
            known = known or (self._word is not None and self._word in data)
            # asyncpg prepares first, whose answer it must have; the arguments come in the next message.
            if known and self._word is not None and data[:1] == b"B":
                self._word = None
                deaf.set()
            writer.write(data)
            await writer.drain()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if deaf.is_set():
                return
            writer.write(data)
            await writer.drain()
