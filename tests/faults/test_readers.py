"""Readers who leave, come back elsewhere, come in numbers or read slowly: each gets all of the answer."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import cast
from uuid import UUID

import httpx2
import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.chat.pieces import Piece, text_of
from app.chat.turn import Ending
from tests.faults.client import Dialect, asking, new_client, resuming
from tests.faults.truth import closed, until, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker
from tests.world import Actor, Database, token

WORDS = [f"w{n}é漢🙂 " for n in range(40)]
WHOLE = "".join(WORDS)
PACED = Script(answer=WORDS, seconds_per_frame=0.03)


@pytest.mark.parametrize("how", ["closes", "resets"])
@pytest.mark.parametrize("dialect", ["plain", "ui", "openai"])
async def test_a_reader_who_goes_stops_nothing(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    dialect: Dialect,
    how: str,
) -> None:
    model_server.script(PACED)
    async with asking(client, workers[0].base_url, acme_member, "Go on", dialect=dialect, chat="a-chat") as reading:
        await reading.until(1)
        if how == "resets":
            reading.reset()
    turn = await closed(database, reading.turn_id)
    assert (turn.status, turn.content, turn.question) == ("completed", WHOLE, "Go on")
    assert (turn.prompt_tokens, turn.completion_tokens, turn.tokens_estimated) == (11, 7, False)
    assert await wrong(database) == []


@pytest.mark.parametrize("at", ["the same worker", "another worker"])
@pytest.mark.parametrize("when", ["live", "finished"])
async def test_a_reader_goes_on_after_the_last_byte(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    at: str,
    when: str,
) -> None:
    model_server.script(PACED)
    async with asking(client, workers[0].base_url, acme_member, "Long one") as reading:
        await reading.until(40)
        reading.reset()
    assert reading.last_id == len(reading.text)
    if when == "finished":
        await closed(database, reading.turn_id)
    base_url = workers[at == "another worker"].base_url
    async with resuming(client, base_url, acme_member, reading.turn_id, reading.last_id) as resumed:
        await resumed.to_end()
    assert reading.text + resumed.text == WHOLE
    assert resumed.last_id == len(WHOLE)
    assert resumed.end is not None
    assert (resumed.end[0], resumed.end[1]["status"], resumed.end[1]["usage"]["totalTokens"]) == (
        "done",
        "completed",
        18,
    )


async def test_several_readers_at_once_at_both_workers(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(PACED)
    async with asking(client, workers[0].base_url, acme_member, "For all") as first, AsyncExitStack() as stack:
        await first.until(1)
        others = [
            await stack.enter_async_context(
                resuming(client, workers[n % 2].base_url, acme_member, first.turn_id, n * 17)
            )
            for n in range(8)
        ]
        await asyncio.gather(*(each.to_end() for each in (first, *others)))
    assert first.text == WHOLE
    assert [each.text for each in others] == [WHOLE[n * 17 :] for n in range(8)]
    assert len(model_server.requests) == 1
    assert await wrong(database) == []


async def test_a_reader_elsewhere_who_starts_to_read_late(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(answer=WORDS, stall_after=5, stall_seconds=0.7))
    other = workers[1].worker
    async with asking(client, workers[0].base_url, acme_member, "Whenever") as first:
        await first.until(1)
        turn = await other.turns.find(await other.verifier.verify(token(str(acme_member.auth_id))), first.turn_id)
        # What is asked for while nobody reads yet must not end it for those who will in a moment.
        await other.turns._progress._read()
        said: list[Piece] = []
        async with asyncio.timeout(10):
            async for news in turn.read(1):
                said += () if news is None or isinstance(news, Ending) else news
    assert text_of(said) == WHOLE


async def test_a_reader_who_stands_still_holds_nothing_up(
    workers: tuple[RunningWorker, RunningWorker],
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    word = "🙂" * 2000
    model_server.script(Script(answer=[word] * 900))
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    async with (
        new_client(socket_options=small) as client,
        asking(client, workers[0].base_url, acme_member, "Much") as reading,
    ):
        await anext(reading.pieces())
        turn = await closed(database, reading.turn_id)
        assert (turn.status, len(turn.content)) == ("completed", 900 * 2000)
        pool = workers[0].worker.database._pool
        assert pool is not None

        async def unused() -> bool:
            return pool.get_idle_size() == pool.get_size()

        await until("all connections are back in the pool", unused, 5)
        (link,) = (cast("HttpToolsProtocol", each) for each in workers[0].server.server_state.connections)
        # One event at most beyond what the kernel took; the pieces themselves are the turn's, however many read it.
        assert link.transport.get_write_buffer_size() <= len(word.encode()) * 900 * 1.1
    assert await wrong(database) == []


@pytest.mark.parametrize("whose", ["conversation", "person"])
async def test_a_turn_whose_owner_is_deleted_meanwhile(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    whose: str,
) -> None:
    model_server.script(PACED)
    async with asking(client, workers[0].base_url, acme_member, "Forget it") as reading:
        await reading.until(1)
        async with resuming(client, workers[1].base_url, acme_member, reading.turn_id) as elsewhere:
            await elsewhere.until(1)
            if whose == "conversation":
                conversation = UUID(reading.response.headers["x-conversation-id"])
                await database.fetch("delete from public.conversations where id = $1", conversation)
            else:
                await database.fetch("delete from public.users where id = $1", acme_member.user_id)
            await asyncio.wait_for(elsewhere.to_end(), 10)
            await asyncio.wait_for(reading.to_end(), 10)
    assert reading.end is not None and elsewhere.end is not None
    assert (reading.end[0], elsewhere.end[0]) == ("error", "error")
    assert await database.value("select count(*) from public.turns where id = $1", reading.turn_id) == 0
    assert await wrong(database) == []
