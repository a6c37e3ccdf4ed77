"""HTTP/1.1 to model providers: a transport for `httpx2.AsyncClient` that is made for thousands of open streams.

httpx2's own walks all of its connections at each request, and takes a third of the worker's CPU for each read.
This one is a protocol of the event loop with httptools' parser: no task, lock or cancel scope for a read.
"""

from __future__ import annotations

import asyncio
import re
import select
import ssl
from collections.abc import AsyncIterator
from functools import partial
from typing import Final, cast

import httptools
import httpx2

MAX_HEAD_BYTES: Final = 64 * 1024
"""Of an answer's head, and of what else comes without being content: interim answers, chunk extensions, trailers."""
MAX_UNREAD_BYTES: Final = 64 * 1024
"""The socket is not read while more than this waits for whoever reads the answer."""
MAX_IDLE: Final = 100
"""Connections kept for each server."""
IDLE_SECONDS: Final = 4.0
"""Less than the 5 s after which uvicorn and Node.js, for two, close a connection from their side."""

_PORTS: Final = {"http": 80, "https": 443}
_NO_HEADER: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class LeanTransport(httpx2.AsyncBaseTransport):
    """Sends each request over a connection of its own, and keeps those whose answer was whole for the next.

    A request is sent once, never again: a kept connection is looked at before it is written to, and after that
    nobody can tell whether a server that went away was at work on it. No redirects, proxies, HEAD or upgrades.
    """

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        """Trust the certificates of `ssl_context`, by default those that httpx2 does."""
        self._connections: set[_Connection] = set()
        self._idle: dict[_Origin, dict[_Connection, None]] = {}
        self._ssl_context = ssl_context or httpx2.create_ssl_context()
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        self._closed = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request whose length is known; gives the answer when its head has come."""
        url = request.url
        if url.scheme not in _PORTS or not url.host:
            raise httpx2.UnsupportedProtocol("The address is not one of http:// or https://.")
        origin = (url.scheme, url.raw_host.decode("ascii"), _PORTS[url.scheme] if url.port is None else url.port)
        head, body = _head(request), await request.aread()
        timeouts = request.extensions.get("timeout", {})
        connection = self._kept(origin) or await self._connect(origin, timeouts.get("connect"))
        try:
            await connection.ask(head, body, timeouts.get("write"), timeouts.get("read"))
        except BaseException:
            connection.abort()
            raise
        headers, connection.headers = connection.headers, []
        return httpx2.Response(connection.status, headers=headers, stream=_Body(connection))

    async def aclose(self) -> None:
        """Close all connections; answers that are being read break off."""
        self._closed = True
        for connection in list(self._connections):
            connection.abort()

    def keep(self, connection: _Connection) -> None:
        """Take a connection back for the next request."""
        idle = self._idle.setdefault(connection.origin, {})
        if self._closed or len(idle) >= MAX_IDLE:
            connection.abort()
        else:
            idle[connection] = None
            connection.rest()

    def lost(self, connection: _Connection) -> None:
        """Forget a connection."""
        self._connections.discard(connection)
        self._idle.get(connection.origin, {}).pop(connection, None)

    def _kept(self, origin: _Origin) -> _Connection | None:
        idle = self._idle.get(origin)
        while idle:
            connection, _ = idle.popitem()
            if connection.usable():
                return connection
            connection.abort()
        return None

    async def _connect(self, origin: _Origin, seconds: float | None) -> _Connection:
        scheme, host, port = origin
        connection = _Connection(self, origin)
        context = self._ssl_context if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().create_connection(lambda: connection, host, port, ssl=context)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("The server could not be reached in time.") from error
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error
        if self._closed or connection.closing():
            connection.abort()
            raise httpx2.ConnectError("The connection was closed before the request was sent.")
        self._connections.add(connection)
        return connection


class _Body(httpx2.AsyncByteStream):
    """An answer's content; whoever reads it closes it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: _Connection) -> None:
        self._connection: _Connection | None = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._connection is None:
            raise httpx2.StreamClosed
        data = await self._connection.read()
        if not data:
            raise StopAsyncIteration
        return data

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()


class _Connection(asyncio.Protocol):
    """One connection with at most one request under way; httptools' parser calls the `on_` methods."""

    # fmt: off
    __slots__ = (
        "_barren", "_chunks", "_done", "_failure", "_full", "_limit", "_parser", "_pool", "_reusable", "_since",
        "_timeout", "_timer", "_transport", "_unread", "_until_close", "_waiter", "headers", "origin", "status",
    )
    # fmt: on
    _transport: asyncio.Transport
    _parser: httptools.HttpResponseParser

    def __init__(self, pool: LeanTransport, origin: _Origin) -> None:
        self._pool = pool
        self.origin = origin
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._full = False
        self._begin()
        self._done = True

    def _begin(self) -> None:
        self.status = self._unread = self._barren = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._failure: partial[httpx2.TransportError] | None = None
        self._done = self._reusable = self._until_close = False

    async def ask(self, head: bytes, body: bytes, write_seconds: float | None, read_seconds: float | None) -> None:
        """Send a request and wait for the head of its answer."""
        self._begin()
        self._transport.writelines((head, body))
        if self._full:
            self._bound(write_seconds, httpx2.WriteTimeout)
            # An answer that comes before all is sent is a refusal, and ends the sending.
            while self._full and not self.status and not self._done:
                await self._wait()
        self._bound(read_seconds, httpx2.ReadTimeout)
        while not self.status:
            await self._wait()

    async def read(self) -> bytes:
        """What has come of the content since the last call, at least a byte; nothing at its end."""
        while not self._chunks:
            if self._done and self._failure is None:
                return b""
            await self._wait()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        paused, self._unread = self._unread > MAX_UNREAD_BYTES, 0
        if paused and not self.closing():
            self._transport.resume_reading()
        return data

    def release(self) -> None:
        """Give the connection back if the answer was read to its end, else close it at once."""
        whole = self._done and not self._chunks
        if whole and self._reusable and not self._transport.get_write_buffer_size():
            self._pool.keep(self)
        else:
            self.abort()

    def rest(self) -> None:
        """Close unless there is a request soon."""
        self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.abort)

    def closing(self) -> bool:
        """Whether either side has closed it."""
        return self._transport.is_closing()

    def usable(self) -> bool:
        """Whether it can be used again: the server has neither closed it nor said a word unasked."""
        self._stop_timer()
        if self.closing():
            return False
        # The loop may not have had the time to see it.
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poll.poll(0)

    def abort(self) -> None:
        """Close at once; whoever still waits for something gets an error."""
        self._fail(httpx2.ReadError, "The connection was closed.")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        if self._done:
            self.abort()
            return
        self._barren += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            # What follows a whole answer does not spoil it, only the connection.
            self._fail(httpx2.RemoteProtocolError, str(error))
            return
        if self._barren > MAX_HEAD_BYTES:
            self._fail(httpx2.RemoteProtocolError, "The server sends too much that is not content.")
        elif self._unread > MAX_UNREAD_BYTES and not self._done:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._pool.lost(self)
        if exc is not None:
            self._fail(httpx2.WriteError if self._full else httpx2.ReadError, str(exc))
        else:
            self._done = self._done or self._until_close
            self._fail(httpx2.RemoteProtocolError, "The server closed the connection before its answer's end.")
        # The parser refers to this object.
        del self._parser

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()

    def on_message_begin(self) -> None:
        if self._done:
            raise ValueError("This answer was not asked for.")

    def on_header(self, name: bytes, value: bytes) -> None:
        # Those after the head are trailers.
        if not self.status:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            # An interim answer (RFC 9110, 15.2).
            self.headers.clear()
            return
        if sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            raise ValueError("The head is too large.")
        self.status = status
        self._barren = 0
        self._reusable = self._parser.should_keep_alive()
        self._until_close = not self._reusable and not any(map(_gives_length, self.headers))

    def on_body(self, data: bytes) -> None:
        self._chunks.append(data)
        self._unread += len(data)
        self._barren = 0

    def on_message_complete(self) -> None:
        if self.status:
            self._done = True
            self._barren = 0
            self._stop_timer()

    def _bound(self, seconds: float | None, timeout: type[httpx2.TimeoutException]) -> None:
        """Let no wait take longer from now on; one timer serves all of an answer's reads."""
        self._stop_timer()
        if seconds is not None and not self._done:
            self._limit, self._timeout = seconds, timeout
            self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._limit if self._waiter is None else self._since + self._limit - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        else:
            self._fail(self._timeout, "The server took too long.")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _wait(self) -> None:
        """Until something happens. Raises what has broken the answer off."""
        if self._failure is not None:
            raise self._failure()
        loop = asyncio.get_running_loop()
        self._since = loop.time()
        self._waiter = loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, kind: type[httpx2.TransportError], message: str) -> None:
        """Close at once, and break off the answer unless it is whole."""
        self._reusable = False
        if not self._done:
            self._done = True
            self._failure = partial(kind, message)
        self._stop_timer()
        self._transport.abort()
        self._wake()


_Origin = tuple[str, str, int]


def _gives_length(header: tuple[bytes, bytes]) -> bool:
    name, value = header[0].lower(), header[1].lower()
    return name == b"content-length" or (name == b"transfer-encoding" and b"chunked" in value)


def _head(request: httpx2.Request) -> bytes:
    """The request up to its content. Raises LocalProtocolError for what cannot be sent."""
    if request.method in ("HEAD", "CONNECT") or "transfer-encoding" in request.headers:
        raise httpx2.LocalProtocolError("Such requests are not sent.")
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in request.headers.raw]
    if any(map(_NO_HEADER.search, lines)):
        raise httpx2.LocalProtocolError("A header has characters that none can have.")
    return b"\r\n".join((*lines, b"", b""))
