"""A worker is killed in the middle of an answer: another one closes the turn, and what was said is kept."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from app.local.postgres import free_port
from tests.faults.client import asking, resuming, stop
from tests.faults.processes import WorkerProcess
from tests.faults.truth import closed, until, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database

WORDS = [f"w{n}é🙂 " for n in range(1000)]
WHOLE = "".join(WORDS)


@pytest.fixture
async def survivor(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url) as worker:
        yield worker


@pytest.fixture
async def victim(
    database: Database, model_server: ModelServer, survivor: RunningWorker, tmp_path: Path
) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(database, free_port(), tmp_path, OPENAI_BASE_URL=model_server.base_url, AI_TITLES="false")
    await worker.start()
    try:
        yield worker
    finally:
        await worker.aclose()


async def test_another_worker_closes_the_turn(
    victim: WorkerProcess,
    survivor: RunningWorker,
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.02))
    async with asking(client, victim.base_url, acme_member, "To be cut off") as reading:
        await reading.until(300)
        killed_at = await victim.kill()
        with pytest.raises(httpx2.TransportError):
            await reading.to_end()
    async with resuming(client, survivor.base_url, acme_member, reading.turn_id) as resumed:
        await resumed.to_end()
    seconds = time.monotonic() - killed_at
    turn = await closed(database, reading.turn_id, 1)
    kept = len(turn.content)
    beyond = [moment for moment, chars in reading.marks if chars > kept and moment < killed_at]
    lost = max((killed_at - moment for moment in beyond), default=0.0)
    print(f"closed {seconds:.1f} s after the kill; {lost * 1000:.0f} ms of text lost")
    assert seconds < 20
    assert lost < 1
    assert WHOLE.startswith(turn.content)
    assert resumed.text == turn.content
    assert resumed.end is not None
    assert (resumed.end[0], resumed.end[1]["code"], resumed.end[1]["retryable"]) == (
        "error",
        "ANSWER_INTERRUPTED",
        True,
    )
    assert (turn.status, turn.error_code, turn.tokens_estimated) == ("failed", "ANSWER_INTERRUPTED", True)
    assert turn.prompt_tokens is not None and turn.prompt_tokens > 0
    assert turn.completion_tokens is not None and turn.completion_tokens > kept / 8
    assert await wrong(database) == []


async def test_a_stop_that_the_killed_worker_never_heard(
    victim: WorkerProcess,
    survivor: RunningWorker,
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.02))
    async with asking(client, victim.base_url, acme_member, "Stop after death") as reading:
        await reading.until(200)
        await victim.kill()
    stopped = await stop(client, survivor.base_url, acme_member, reading.turn_id)
    assert stopped.status_code == 202
    turn = await closed(database, reading.turn_id)
    assert (turn.status, turn.error_code) == ("stopped", None)
    assert await wrong(database) == []


async def test_a_worker_that_was_silent_is_not_the_turns_any_more(
    victim: WorkerProcess,
    survivor: RunningWorker,
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    """As when a machine stands still: the turn is closed elsewhere, and stays as it was closed."""
    model_server.script(Script(answer=WORDS[:100], seconds_per_frame=0.02))
    async with asking(client, victim.base_url, acme_member, "Hold still") as reading:
        await reading.until(200)
        victim.pause()
        turn = await closed(database, reading.turn_id)
        victim.go_on()
        await reading.to_end()
    assert reading.end is not None
    assert (reading.end[0], reading.end[1]["code"]) == ("error", "ANSWER_INTERRUPTED")
    assert (await closed(database, reading.turn_id, 1)) == turn
    assert await wrong(database) == []

    async def heard_again() -> bool:
        async with asking(client, victim.base_url, acme_member, "And now?") as again:
            await again.to_end()
        return again.end is not None and again.end[0] == "done"

    await until("it answers as before", heard_again, 10)
