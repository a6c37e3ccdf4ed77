from __future__ import annotations

import asyncio
import gc
import re
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.chat import transport as lean
from app.chat.transport import MAX_HEAD_BYTES, MAX_UNREAD_BYTES, LeanTransport
from tests.model_server import ModelServer, Script

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"content-length: 5\r\n\r\nhello"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Scenario = Callable[[], Coroutine[Any, Any, None]]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """Runs a scenario in a loop of its own, and sees to it that nothing of it is left there."""

    def run(scenario: Scenario) -> None:
        factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
        faults: list[Any] = []

        async def bounded() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
            async with asyncio.timeout(20):
                await scenario()
                # A server's own are about to end; one that was forgotten is not.
                await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(bounded())
        assert faults == []

    return run


Run = Callable[[Scenario], None]


class Server:
    """A server on a free port that does as it is told with each connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[bytes] = []
        self.connections = 0
        self.open = 0
        self._changed = asyncio.Event()

    def changed(self, open_by: int) -> None:
        self.open += open_by
        self.connections += open_by > 0
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def gone(self) -> None:
        """Until no connection is open."""
        await self.until(lambda: self.open == 0)

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """The next request's head and body."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        self.requests.append(head + (await reader.readexactly(int(length[1])) if length else b""))
        self._changed.set()
        return self.requests[-1]


@asynccontextmanager
async def serving(handler: Callable[[Server, Any, Any], Awaitable[None]], **options: Any) -> AsyncIterator[Server]:
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.changed(+1)
        try:
            await handler(server, reader, writer)
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            tasks.discard(task)
            server.changed(-1)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, **options)
    port = listener.sockets[0].getsockname()[1]
    server = Server(f"{'https' if 'ssl' in options else 'http'}://127.0.0.1:{port}/v1")
    try:
        yield server
    finally:
        listener.close()
        left = list(tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def saying(*answers: bytes, close: bool = False) -> Callable[[Server, Any, Any], Awaitable[None]]:
    """Answers the requests of each connection by these bytes in turn."""

    async def handler(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await server.request(reader)
            writer.write(answer)
            await writer.drain()
        if close:
            writer.close()

    return handler


@asynccontextmanager
async def client(
    ssl_context: ssl.SSLContext | None = None, **timeouts: float
) -> AsyncIterator[tuple[httpx2.AsyncClient, LeanTransport]]:
    transport = LeanTransport(ssl_context)
    async with httpx2.AsyncClient(
        transport=transport, timeout=httpx2.Timeout(10, **timeouts), headers={"accept-encoding": "identity"}
    ) as http:
        yield http, transport


async def ask(http: httpx2.AsyncClient, url: str, content: bytes = b"{}") -> httpx2.Response:
    return await http.post(url, content=content)


WHOLE = [
    (HELLO, b"hello"),
    (OK + b"transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", b"hello"),
    (OK + b"Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nx-later: 1\r\n\r\n", b"hello"),
    (b"HTTP/1.1 100 Continue\r\nx-early: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + HELLO, b"hello"),
    (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    (OK + b"content-length: 0\r\n\r\n", b""),
]


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
@pytest.mark.parametrize(("answer", "body"), WHOLE)
def test_whole_answers_however_they_are_cut(run: Run, answer: bytes, body: bytes, size: int) -> None:
    async def in_pieces(server: Server, reader: Any, writer: Any) -> None:
        while True:
            await server.request(reader)
            for start in range(0, len(answer), size):
                writer.write(answer[start : start + size])
                await writer.drain()
                await asyncio.sleep(0)

    async def scenario() -> None:
        async with serving(in_pieces) as server, client() as (http, _):
            for _ in range(3):
                response = await ask(http, server.url, b'{"q": 1}')
                assert (response.status_code // 100, response.content) == (2, body)
                assert not {"x-early", "link", "x-later"} & set(response.headers)
            assert server.connections == 1
            head, _, sent = server.requests[0].partition(b"\r\n\r\n")
            assert head.startswith(b"POST /v1 HTTP/1.1\r\n") and sent == b'{"q": 1}'
            assert b"\r\naccept-encoding: identity" in head.lower()

    run(scenario)


@pytest.mark.parametrize("head", [OK, b"HTTP/1.0 200 OK\r\n", OK + b"connection: close\r\n"])
def test_an_answer_may_last_until_the_connection_is_closed(run: Run, head: bytes) -> None:
    async def scenario() -> None:
        async with serving(saying(head + b"\r\nhello", close=True)) as server, client() as (http, _):
            for count in (1, 2):
                assert (await ask(http, server.url)).content == b"hello"
                assert server.connections == count

    run(scenario)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"", b""),
        (b"HTTP/1.1 200", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"garbage\r\n\r\n", b""),
        (b"HTTP/9.9 200 OK\r\n\r\n", b""),
        (b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", b""),
        (OK + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello", b""),
        (OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", b""),
        (OK + b"content-length: -5\r\n\r\nhello", b""),
        (OK + b"bad header: \x00\r\n\r\n", b""),
        (OK + b"content-length: 6\r\n\r\nhello", b"hello"),
        (OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", b"hello"),
        (OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", b"hello"),
    ],
)
def test_broken_answers(run: Run, answer: bytes, text: bytes) -> None:
    async def scenario() -> None:
        async with serving(saying(answer, close=True)) as server, client() as (http, transport):
            got = b""

            async def read() -> None:
                nonlocal got
                async with http.stream("POST", server.url, content=b"{}") as response:
                    async for data in response.aiter_raw():
                        got += data

            with pytest.raises(httpx2.RemoteProtocolError):
                await read()
            assert got == text
            await server.gone()
            assert len(server.requests) == 1
            assert transport._connections == set()

    run(scenario)


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 ",
        OK,
        OK + b"x: ",
        b"",
        OK + b"transfer-encoding: chunked\r\n\r\n5;",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx: ",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ],
)
def test_what_is_not_content_is_bounded(run: Run, start: bytes) -> None:
    more = b"HTTP/1.1 100 Continue\r\n\r\n" if not start else b"x: 1\r\n" if start[-1:] == b"\n" else b"2"
    sent = 0

    async def endless(server: Server, reader: Any, writer: Any) -> None:
        nonlocal sent
        await server.request(reader)
        writer.write(start)
        while True:
            writer.write(more * 1000)
            sent += len(more) * 1000
            await writer.drain()

    async def scenario() -> None:
        async with serving(endless) as server, client() as (http, _):
            with pytest.raises(httpx2.RemoteProtocolError):
                await ask(http, server.url)
            await server.gone()

    run(scenario)
    # What the two sockets hold is no part of it.
    assert sent < MAX_HEAD_BYTES + 16 * 2**20


def test_a_head_that_comes_at_once_is_bounded_too(run: Run) -> None:
    async def scenario() -> None:
        big = OK + b"x: " + b"y" * MAX_HEAD_BYTES + b"\r\ncontent-length: 0\r\n\r\n"
        async with serving(saying(big)) as server, client() as (http, _):
            with pytest.raises(httpx2.RemoteProtocolError):
                await ask(http, server.url)

    run(scenario)


@pytest.mark.parametrize("junk", [HELLO, b"garbage\r\n\r\n", b"\x00"])
def test_what_follows_an_answer_costs_the_connection(run: Run, junk: bytes) -> None:
    async def scenario() -> None:
        async with serving(saying(HELLO + junk)) as server, client() as (http, _):
            for count in (1, 2):
                assert (await ask(http, server.url)).content == b"hello"
                assert server.connections == count

    run(scenario)


def test_what_is_said_between_requests_costs_the_connection(run: Run) -> None:
    async def scenario() -> None:
        said = asyncio.Event()

        async def timing_out(server: Server, reader: Any, writer: Any) -> None:
            await server.request(reader)
            writer.write(HELLO)
            await said.wait()
            writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")

        async with serving(timing_out) as server, client() as (http, _):
            assert (await ask(http, server.url)).content == b"hello"
            said.set()
            await server.gone()
            assert (await ask(http, server.url)).status_code == 200
            assert server.connections == 2

    run(scenario)


def test_a_server_that_speaks_first_is_none(run: Run) -> None:
    async def greeting(server: Server, _reader: Any, writer: Any) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    async def scenario() -> None:
        async with serving(greeting) as server, client() as (http, _):
            with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
                await ask(http, server.url)

    run(scenario)


def test_a_kept_connection_that_was_closed_is_not_written_to(run: Run) -> None:
    async def scenario() -> None:
        async with serving(saying(HELLO, close=True)) as server, client() as (http, _):
            for count in (1, 2, 3):
                assert (await ask(http, server.url)).content == b"hello"
                await server.gone()
                assert len(server.requests) == server.connections == count

    run(scenario)


def test_nor_is_one_whose_close_the_loop_has_not_seen(run: Run) -> None:
    def serve(listener: socket.socket, may_close: threading.Event, closed: threading.Event) -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with closing(connection):
                connection.recv(1 << 16)
                connection.sendall(HELLO)
                assert may_close.wait(10)
            closed.set()

    async def scenario() -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            may_close, closed = threading.Event(), threading.Event()
            thread = threading.Thread(target=serve, args=(listener, may_close, closed), daemon=True)
            thread.start()
            async with client() as (http, _):
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
                assert (await ask(http, url)).content == b"hello"
                may_close.set()
                # Blocks the loop, which so has no chance to read the end of the connection.
                assert closed.wait(10)
                assert (await ask(http, url)).content == b"hello"
            thread.join(10)

    run(scenario)


def test_a_request_is_never_sent_twice(run: Run) -> None:
    async def scenario() -> None:
        async def once(server: Server, reader: Any, writer: Any) -> None:
            await server.request(reader)
            writer.write(HELLO)
            await server.request(reader)
            writer.close()

        async with serving(once) as server, client() as (http, _):
            await ask(http, server.url)
            with pytest.raises(httpx2.RemoteProtocolError):
                await ask(http, server.url)
            assert (len(server.requests), server.connections) == (2, 1)

    run(scenario)


def test_idle_connections_are_few_and_not_for_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "MAX_IDLE", 3)
    monkeypatch.setattr(lean, "IDLE_SECONDS", 0.2)

    async def scenario() -> None:
        together = asyncio.Barrier(8)

        async def at_once(server: Server, reader: Any, writer: Any) -> None:
            await server.request(reader)
            await together.wait()
            writer.write(HELLO)
            await server.request(reader)
            writer.write(HELLO)

        async with serving(at_once) as server, client() as (http, transport):
            await asyncio.gather(*(ask(http, server.url) for _ in range(8)))
            await server.until(lambda: server.open == 3)
            (newest,) = list(next(iter(transport._idle.values())))[-1:]
            async with http.stream("POST", server.url, content=b"{}") as response:
                assert transport._connections - set(next(iter(transport._idle.values()))) == {newest}
                await response.aread()
            assert server.connections == 8
            await server.gone()
            assert transport._connections == set()

    run(scenario)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", OK + b"content-length: 5\r\n\r\n", HELLO[:-1]])
def test_a_stalled_answer_ends_in_time(run: Run, answer: bytes) -> None:
    async def scenario() -> None:
        async with serving(saying(answer)) as server, client(read=0.1) as (http, _):
            with pytest.raises(httpx2.ReadTimeout):
                await ask(http, server.url)
            await server.gone()

    run(scenario)


def test_each_wait_is_bounded_and_not_the_time_that_the_reader_takes(run: Run) -> None:
    async def scenario() -> None:
        async def slowly(server: Server, reader: Any, writer: Any) -> None:
            await server.request(reader)
            for start in range(5):
                writer.write((HELLO[:-4], *[bytes((byte,)) for byte in HELLO[-4:]])[start])
                await asyncio.sleep(0.3)

        async with (
            serving(slowly) as server,
            client(read=0.5) as (http, _),
            http.stream("POST", server.url, content=b"{}") as response,
        ):
            reads = response.aiter_raw()
            assert [await anext(reads) for _ in range(3)] == [b"h", b"e", b"l"]
            await asyncio.sleep(0.8)
            assert b"".join([data async for data in reads]) == b"lo"

    run(scenario)


def test_a_request_that_is_not_taken_ends_in_time(run: Run) -> None:
    async def deaf(server: Server, reader: Any, _writer: Any) -> None:
        reader._transport.pause_reading()
        await asyncio.Event().wait()

    async def scenario() -> None:
        async with serving(deaf) as server, client(write=0.1) as (http, transport):
            with pytest.raises(httpx2.WriteTimeout):
                await ask(http, server.url, b"x" * 2**25)
            assert all(connection.closing() for connection in transport._connections)

    run(scenario)


def test_a_large_request_arrives_whole(run: Run) -> None:
    async def scenario() -> None:
        content = bytes(range(256)) * 2**16
        async with serving(saying(HELLO, HELLO), limit=2**25) as server, client() as (http, _):
            for _ in range(2):
                assert (await ask(http, server.url, content)).content == b"hello"
            assert [request.partition(b"\r\n\r\n")[2] for request in server.requests] == [content] * 2
            assert server.connections == 1

    run(scenario)


def test_a_refusal_before_the_request_is_sent_is_read(run: Run) -> None:
    async def refusing(_server: Server, reader: Any, writer: Any) -> None:
        reader._transport.pause_reading()
        writer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nbig")
        await asyncio.Event().wait()

    async def scenario() -> None:
        async with serving(refusing) as server, client() as (http, transport):
            response = await ask(http, server.url, b"x" * 2**25)
            assert (response.status_code, response.content) == (413, b"big")
            assert not any(transport._idle.values())

    run(scenario)


def test_a_slow_reader_stops_the_server(run: Run) -> None:
    async def scenario() -> None:
        total, piece = 2**26, b"x" * 2**16
        written = 0

        async def flooding(server: Server, reader: Any, writer: Any) -> None:
            nonlocal written
            await server.request(reader)
            writer.write(OK + b"content-length: %d\r\n\r\n" % total)
            while written < total:
                writer.write(piece)
                await writer.drain()
                written += len(piece)

        async with serving(flooding) as server, client() as (http, transport):
            async with http.stream("POST", server.url, content=b"{}") as response:
                (connection,) = transport._connections
                before = -1
                # Nothing more goes out when both sockets are full.
                while before < written:
                    before = written
                    await asyncio.sleep(0.1)
                assert 0 < written < total / 2
                assert connection._unread <= MAX_UNREAD_BYTES + 2**18
                assert not connection._transport.is_reading()
                got = 0
                async for data in response.aiter_raw():
                    got += len(data)
                assert got == total
            assert (server.connections, list(transport._idle.values())) == (1, [{connection: None}])

    run(scenario)


def test_two_hundred_streams_at_once(run: Run, model_server: ModelServer) -> None:
    model_server.script(Script(together=200, splits=(90, 1), answer="Grüße ✓ 🙂"))

    async def scenario() -> None:
        async with client() as (http, transport):
            url = f"{model_server.base_url}/chat/completions"
            answers = await asyncio.gather(*(http.post(url, json={"stream": True}) for _ in range(200)))
            assert len({answer.content for answer in answers}) == 1
            assert answers[0].content.endswith(b"data: [DONE]\n\n") and "🙂".encode() in answers[0].content
            assert len(transport._connections) <= lean.MAX_IDLE
        assert len({request.connection for request in model_server.requests}) == 200

    run(scenario)


@pytest.mark.parametrize("script", [Script(reset=True), Script(close_after=3, reset=True)])
def test_resets(run: Run, model_server: ModelServer, script: Script) -> None:
    model_server.script(script)

    async def scenario() -> None:
        async with client() as (http, _):
            with pytest.raises(httpx2.ReadError):
                await http.post(f"{model_server.base_url}/chat/completions", json={"stream": True})
        assert len(model_server.requests) == 1

    run(scenario)


def test_leaving_early_closes_the_connection_at_once(run: Run) -> None:
    async def scenario() -> None:
        async with serving(saying(HELLO[:-1])) as server, client() as (http, transport):
            for read in (False, True):
                async with http.stream("POST", server.url, content=b"{}") as response:
                    if read:
                        assert await anext(response.aiter_raw()) == b"hell"
                assert all(connection.closing() for connection in transport._connections)
                await server.gone()

    run(scenario)


@pytest.mark.parametrize("where", ["sending", "head", "body"])
def test_cancelling_closes_the_connection_at_once(run: Run, where: str) -> None:
    async def stalling(server: Server, reader: Any, writer: Any) -> None:
        if where == "sending":
            reader._transport.pause_reading()
            await reader.read(1)
        await server.request(reader)
        if where == "body":
            writer.write(HELLO[:-1])

    async def scenario() -> None:
        async with serving(stalling) as server, client() as (http, transport):
            content = b"x" * (2**25 if where == "sending" else 1)
            started = asyncio.Event()

            async def use() -> None:
                async with http.stream("POST", server.url, content=content) as response:
                    async for _ in response.aiter_raw():
                        started.set()

            task = asyncio.ensure_future(use())
            await server.until(lambda: server.open == 1 if where == "sending" else bool(server.requests))
            if where == "body":
                await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert all(connection.closing() for connection in transport._connections)
            if where != "sending":
                await server.gone()

    run(scenario)


@pytest.mark.parametrize("tls", [False, True])
def test_cancelling_at_any_moment_leaves_nothing(run: Run, tls: bool, certificate: Certificate) -> None:
    async def scenario() -> None:
        options = {"ssl": certificate.of_server} if tls else {}
        async with serving(saying(HELLO), **options) as server, client(certificate.trusted) as (http, transport):
            whole = False
            steps = 0
            while not whole:
                task = asyncio.ensure_future(ask(http, server.url))
                for _ in range(steps):
                    await asyncio.sleep(0)
                whole = task.done()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                steps += 1
                if not whole:
                    assert all(connection.closing() for connection in transport._connections)
                    await server.gone()
            assert task.result().content == b"hello"
            assert steps > 5

    run(scenario)


def test_closing_the_transport_breaks_answers_off(run: Run) -> None:
    async def scenario() -> None:
        async with serving(saying(HELLO[:-1])) as server, client() as (http, transport):
            async with http.stream("POST", server.url, content=b"{}") as response:
                reads = response.aiter_raw()
                assert await anext(reads) == b"hell"
                waiting = asyncio.ensure_future(anext(reads))
                await asyncio.sleep(0)
                await transport.aclose()
                with pytest.raises(httpx2.ReadError):
                    await waiting
            await server.gone()
            with pytest.raises(httpx2.ConnectError):
                await ask(http, server.url)

    run(scenario)


def test_what_cannot_be_reached_or_asked(run: Run) -> None:
    async def scenario() -> None:
        async with client() as (http, _):
            for url in ("http://127.0.0.1:1/", "http://nowhere.invalid/"):
                with pytest.raises(httpx2.ConnectError):
                    await ask(http, url)
            with pytest.raises(httpx2.UnsupportedProtocol):
                await ask(http, "ftp://127.0.0.1/")
            with pytest.raises(httpx2.LocalProtocolError):
                await http.head("http://127.0.0.1:1/")
            with pytest.raises(httpx2.LocalProtocolError):
                await http.get("http://127.0.0.1:1/", headers={"x": "a\r\nb: c"})

    run(scenario)


def test_connecting_ends_in_time(run: Run) -> None:
    async def scenario() -> None:
        with closing(socket.socket()) as full, closing(socket.socket()) as waiting:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            waiting.connect(full.getsockname())
            async with client(connect=0.1) as (http, _):
                with pytest.raises(httpx2.ConnectTimeout):
                    await ask(http, f"http://127.0.0.1:{full.getsockname()[1]}/")

    run(scenario)


def test_a_tls_handshake_ends_in_time(run: Run) -> None:
    async def scenario() -> None:
        async def silent(_server: Server, _reader: Any, _writer: Any) -> None:
            pass

        async with serving(silent) as server, client(connect=0.1) as (http, transport):
            with pytest.raises(httpx2.ConnectTimeout):
                await ask(http, server.url.replace("http:", "https:"))
            await server.gone()
            assert transport._connections == set()

    run(scenario)


def test_small_writes_are_not_held_back(run: Run) -> None:
    async def scenario() -> None:
        async with serving(saying(HELLO)) as server, client() as (http, transport):
            await ask(http, server.url)
            (connection,) = transport._connections
            option = connection._transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert option

    run(scenario)


def test_connections_are_freed_without_the_garbage_collector(run: Run) -> None:
    async def scenario() -> None:
        gc.collect()
        gc.disable()
        try:
            for answer in (HELLO, b"garbage\r\n\r\n", HELLO[:-1]):
                async with serving(saying(answer, close=True)) as server, client() as (http, transport):
                    with suppress(httpx2.RemoteProtocolError):
                        await ask(http, server.url)
                    while transport._connections:
                        await asyncio.sleep(0)
                assert [each for each in gc.get_objects() if type(each) is lean._Connection] == []
        finally:
            gc.enable()

    run(scenario)


@dataclass(frozen=True)
class Certificate:
    """Files of a self-signed certificate and its key."""

    certificate: str
    key: str

    @property
    def of_server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    @property
    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)


def self_signed(directory: Path, name: x509.GeneralName) -> Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "the tests")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(issuer, issuer, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    certificate.write_bytes(signed.public_bytes(pem))
    key.write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return Certificate(str(certificate), str(key))


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return self_signed(tmp_path, x509.IPAddress(ip_address("127.0.0.1")))


def test_a_certificate_that_is_trusted(run: Run, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        handler = saying(HELLO, HELLO, OK + b"\r\nhello", close=True)
        async with serving(handler, ssl=certificate.of_server) as server, client() as (http, transport):
            for _ in range(3):
                assert (await ask(http, server.url, b"x" * 2**18)).content == b"hello"
                for connection in transport._connections:
                    assert connection._transport.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
            assert server.connections == 1

    monkeypatch.setenv("SSL_CERT_FILE", certificate.certificate)
    run(scenario)


@pytest.mark.parametrize(
    ("name", "trusted"), [(x509.DNSName("other.example"), True), (x509.IPAddress(ip_address("127.0.0.1")), False)]
)
def test_a_certificate_that_is_not(run: Run, tmp_path: Path, name: x509.GeneralName, trusted: bool) -> None:
    certificate = self_signed(tmp_path, name)

    async def scenario() -> None:
        context = certificate.trusted if trusted else None
        async with serving(saying(HELLO), ssl=certificate.of_server) as server, client(context) as (http, transport):
            with pytest.raises(httpx2.ConnectError) as caught:
                await ask(http, server.url)
            assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
            assert (server.requests, transport._connections) == ([], set())

    run(scenario)
