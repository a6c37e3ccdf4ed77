"""The database crashes, restarts or loses connections while answers stream: none is lost, none has a hole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.faults.client import Reading, asking, resuming
from tests.faults.relay import Relay
from tests.faults.stage import ADA, Stage, stage
from tests.faults.truth import closed, turns, until, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running

WORDS = [f"w{n}é🙂 " for n in range(60)]
WHOLE = "".join(WORDS)


@pytest.fixture(scope="module")
async def durable() -> AsyncIterator[Stage]:
    """A PostgreSQL of this module's own, crash-safe, which it may stop."""
    async with stage() as made:
        yield made


@asynccontextmanager
async def two_workers(durable: Stage, model_server: ModelServer) -> AsyncIterator[tuple[RunningWorker, RunningWorker]]:
    settings = {"openai_base_url": model_server.base_url, "database_timeout_seconds": 2}
    async with running(durable.database, **settings) as first, running(durable.database, **settings) as second:
        yield first, second


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_in_the_middle_of_an_answer(
    durable: Stage, client: httpx2.AsyncClient, model_server: ModelServer, mode: str
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.05))
    async with two_workers(durable, model_server) as (first, second):
        async with (
            asking(client, first.base_url, ADA, f"Through a {mode} restart", key=mode) as reading,
            resuming(client, second.base_url, ADA, reading.turn_id) as elsewhere,
        ):
            readers = asyncio.gather(reading.to_end(), elsewhere.to_end())
            await until("some text", lambda: read(reading, 100))
            await durable.restart(mode)
            await readers
        turn = await closed(durable.database, reading.turn_id)
        assert (turn.status, turn.content, turn.completion_tokens) == ("completed", WHOLE, 7)
        assert reading.text == WHOLE
        # Whoever follows elsewhere reads all of it, or up to where they are told to come back; never with a hole.
        assert elsewhere.end is not None
        assert WHOLE.startswith(elsewhere.text)
        if elsewhere.end[0] == "error":
            assert elsewhere.end[1]["retryable"] is True
        else:
            assert elsewhere.text == WHOLE
        async with resuming(client, second.base_url, ADA, reading.turn_id, elsewhere.last_id) as rest:
            await rest.to_end()
        assert elsewhere.text + rest.text == WHOLE
    assert await wrong(durable.database) == []


async def read(reading: Reading, chars: int) -> bool:
    return len(reading.text) >= chars


async def test_a_crash_leaves_no_hole_in_what_readers_elsewhere_get(
    durable: Stage, client: httpx2.AsyncClient, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.15))
    # What is committed asynchronously is then surely lost in a crash, and not only sometimes.
    await durable.database.fetch("alter system set wal_writer_delay = '10s'", role="supabase_admin")
    await durable.restart("fast")
    async with two_workers(durable, model_server) as (first, second):
        async with asking(client, first.base_url, ADA, "Through a crash") as reading:
            reader = asyncio.create_task(reading.to_end())
            await until("some text", lambda: read(reading, 100))
            await durable.restart("immediate")
            async with resuming(client, second.base_url, ADA, reading.turn_id) as elsewhere:
                assert not reader.done()
                await elsewhere.to_end()
            await reader
        assert (reading.text, elsewhere.text) == (WHOLE, WHOLE)
    await durable.database.fetch("alter system reset wal_writer_delay", role="supabase_admin")
    assert await wrong(durable.database) == []


async def test_connections_that_are_cut_while_answers_stream(
    durable: Stage, client: httpx2.AsyncClient, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.02))
    async with two_workers(durable, model_server) as workers:
        questions = [asyncio.create_task(asked(client, workers[n % 2], f"Cut {n}")) for n in range(8)]
        cut = 0
        while not all(question.done() for question in questions):
            cut += await durable.cut_workers(0.5)
            await asyncio.wait(questions, timeout=0.1)
        answered = [text for question in questions if (text := question.result()) is not None]
    assert cut > 0
    assert answered == [WHOLE] * len(answered)
    assert await wrong(durable.database) == []


async def asked(client: httpx2.AsyncClient, worker: RunningWorker, message: str) -> str | None:
    """The answer's text; None where the question was not taken."""
    async with asking(client, worker.base_url, ADA, message, key=message) as reading:
        if reading.response.status_code != 200:
            assert reading.response.status_code == 503
            return None
        await reading.to_end()
    return reading.text


async def test_a_turn_whose_beginning_was_never_heard_of_is_closed(
    durable: Stage, client: httpx2.AsyncClient, model_server: ModelServer
) -> None:
    """The database begins a turn, and the connection ends before it says so: nobody answers that question."""
    async with Relay(durable.database.port) as relay, two_workers(durable, model_server) as (first, _):
        url = durable.database.url("palaver_worker").replace(f":{durable.database.port}/", f":{relay.port}/")
        async with running(url, openai_base_url=model_server.base_url, database_timeout_seconds=2) as worker:
            relay.deafen_after(b"begin_turn")
            async with asking(client, worker.base_url, ADA, "Unheard", key="unheard") as refused:
                await refused.response.aread()
            assert refused.response.status_code == 503
            assert len(await turns(durable.database, "q.content = 'Unheard'")) == 1
            # The client asks again, elsewhere, with the same key: it gets the turn's end within seconds.
            async with asking(client, first.base_url, ADA, "Unheard", key="unheard") as again:
                await asyncio.wait_for(again.to_end(), 20)
            turn = await closed(durable.database, again.turn_id, 1)
            assert turn.status == "failed"
    assert await wrong(durable.database) == []
