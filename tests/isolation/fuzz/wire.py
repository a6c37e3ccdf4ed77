"""Bytes to the worker over a connection of their own, and the answers that come back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httptools

_PATIENCE_SECONDS: Final = 10


@dataclass
class Answer:
    """One response, as far as it came."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def text(self) -> str:
        """All of it."""
        head = "\n".join(f"{name}: {value}" for name, value in self.headers)
        return head + "\n" + self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """A header's value."""
        return dict(self.headers).get(name)


class _Answers:
    """Takes a connection apart; what is not final (1xx) is left out."""

    def __init__(self) -> None:
        self.found: list[Answer] = []
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Begin an answer."""
        self.found.append(Answer())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.found[-1].headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Take the status."""
        self.found[-1].status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self.found[-1].body += body

    def on_message_complete(self) -> None:
        """Forget an interim answer."""
        if self.found[-1].status < 200:
            self.found.pop()


async def exchange(base_url: str, pieces: Sequence[bytes], *, leave: bool = False) -> list[Answer]:
    """The answers until the worker closes the connection; each piece is sent when one came to the piece before.

    `leave` ends the sending side, in the middle of whatever was sent. Raises TimeoutError when nothing happens.
    """
    address = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    answers = _Answers()
    try:
        # A refusal may reset the connection while more is on its way to it.
        with suppress(ConnectionError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                for number, piece in enumerate(pieces):
                    if number:
                        answers.feed(await reader.read(2**16))
                    writer.write(piece)
                    await writer.drain()
                if leave:
                    writer.write_eof()
                answers.feed(await reader.read())
    finally:
        writer.close()
    return answers.found
