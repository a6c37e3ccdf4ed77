from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from app.chat.pieces import text_of
from app.chat.upstream import StreamReader
from tests.benchmarks.upstream import MARK, Connection, EndAll, question


@pytest.fixture
async def provider() -> AsyncIterator[tuple[int, int]]:
    """The ports of the benchmark's provider: where it answers, and where it is told to end."""
    loop = asyncio.get_running_loop()
    talking: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(loop, talking), "127.0.0.1", 0)
    control = await loop.create_server(lambda: EndAll(talking), "127.0.0.1", 0)
    async with server, control:
        yield server.sockets[0].getsockname()[1], control.sockets[0].getsockname()[1]


async def ask(port: int, asked: str, until: asyncio.Event | None = None) -> StreamReader:
    """The reader after the whole answer; the event is set when the second frame is there."""
    reader, pieces = StreamReader(), []
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        client.stream("POST", url, json={"messages": [{"role": "user", "content": asked}]}) as response,
    ):
        async for data in response.aiter_bytes():
            pieces += reader.feed(data)
            if until is not None and len(pieces) > 1:
                until.set()
    pieces += reader.close()
    times = MARK.findall(text_of(pieces).encode())
    assert reader.usage is not None
    # The first frame also says when the request came.
    assert len(times) == reader.usage.completion_tokens + 1
    assert times == sorted(times)
    return reader


async def test_it_sends_as_many_frames_as_are_asked_for(provider: tuple[int, int]) -> None:
    reader = await ask(provider[0], question(3, 0.001, 0.001))
    assert reader.usage is not None
    assert (reader.usage.completion_tokens, reader.finish_reason) == (3, "stop")


async def test_it_ends_when_it_is_told_to(provider: tuple[int, int]) -> None:
    port, control = provider
    talking = asyncio.Event()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        asking = group.create_task(ask(port, question(0, 0.001, 0.0), talking))
        await talking.wait()
        _, writer = await asyncio.open_connection("127.0.0.1", control)
        writer.close()
    assert asking.result().finish_reason == "stop"
