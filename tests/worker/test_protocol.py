from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.protocol import MAX_HEAD_BYTES, Protocol

HEAD = b"Host: worker\r\n"
UPGRADE = HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"


async def echo(request: Request) -> Response:
    return JSONResponse((await request.body()).decode())


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where an application is that says what it was sent."""
    app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"])])
    config = uvicorn.Config(
        app, port=0, http=Protocol, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    socket = server.config.bind_socket()
    running = asyncio.create_task(server.serve(sockets=[socket]))
    yield socket.getsockname()[1]
    server.should_exit = True
    await running
    socket.close()


async def said(port: int, *pieces: bytes) -> bytes:
    """All that is answered until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.close()


async def test_a_request_is_answered(port: int) -> None:
    answer = await said(
        port, b"POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n" + HEAD + b"\r\nhello"
    )
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'"hello"')


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET /echo HTTP/9.9\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nX-A : b\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nX-Request-Id: a\rb\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_request_gets_a_problem(port: int, sent: bytes) -> None:
    head, _, body = (await said(port, sent)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert {b"connection: close", b"content-type: application/problem+json"} <= set(head.split(b"\r\n"))
    assert f"content-length: {len(body)}".encode() in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "start",
    [
        b"GET /echo?",
        b"GET /echo HTTP/1.1\r\nX-A: ",
        b"POST /echo HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: ",
    ],
    ids=["address", "header", "trailer"],
)
async def test_a_head_that_does_not_end_is_refused(port: int, start: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    sent = 0
    async with asyncio.timeout(5):
        while b"HTTP/1.1 431 " not in (answer := await _read_now(reader)):
            assert b" 400 " not in answer
            assert sent < 4 * MAX_HEAD_BYTES
            writer.write(b"a" * 4096)
            await writer.drain()
            sent += 4096
    writer.close()


async def _read_now(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(0.01):
            return await reader.read(65536)
    except TimeoutError:
        return b""


async def test_a_long_body_is_no_long_head(port: int) -> None:
    body = b"x" * (3 * MAX_HEAD_BYTES)
    head = b"POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n" % len(body) + HEAD + b"\r\n"
    assert (await said(port, head, body)).startswith(b"HTTP/1.1 200 ")


async def test_an_offer_to_upgrade_is_ignored(port: int, caplog: pytest.LogCaptureFixture) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        for _ in range(2):
            writer.write(b"GET /echo HTTP/1.1\r\n" + UPGRADE + b"\r\n")
            assert (await reader.readuntil(b'""')).startswith(b"HTTP/1.1 200 ")
    writer.close()
    assert not [record for record in caplog.records if "pgrade" in record.getMessage()]


async def test_a_body_behind_an_upgrade_is_no_second_request(port: int) -> None:
    hidden = b"GET /echo HTTP/1.1\r\nConnection: close\r\n" + HEAD + b"\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        writer.write(b"POST /echo HTTP/1.1\r\nContent-Length: %d\r\n" % len(hidden) + UPGRADE + b"\r\n")
        first = await reader.readuntil(b"}")
        writer.write(hidden)
        rest = await reader.read()
    writer.close()
    assert (first[:13], rest) == (b"HTTP/1.1 400 ", b"")
