"""A stop stops: at whichever worker it is asked for, the provider is cut off and what was said is kept and charged."""

from __future__ import annotations

import time

import httpx2
import pytest

from app.chat.tokens import estimate_tokens
from tests.faults.client import Dialect, asking, stop
from tests.faults.truth import closed, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker
from tests.world import Actor, Database, token

WORDS = [f"w{n} " for n in range(2000)]


@pytest.mark.parametrize("dialect", ["plain", "ui", "openai"])
@pytest.mark.parametrize(("at", "seconds"), [(0, 1.0), (1, 2.0)], ids=["the same worker", "another worker"])
async def test_a_stop(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    dialect: Dialect,
    at: int,
    seconds: float,
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.01))
    async with asking(client, workers[0].base_url, acme_member, "Count on", dialect=dialect, chat="a-chat") as reading:
        await reading.until(20)
        asked_at = time.monotonic()
        stopped = await stop(client, workers[at].base_url, acme_member, reading.turn_id)
        await reading.to_end()
    latency = time.monotonic() - asked_at
    assert (stopped.status_code, stopped.json()) == (202, {"stopping": True})
    assert reading.end is not None
    assert reading.end[0] == "done"

    (request,) = model_server.requests
    assert request.ended.wait(5)
    assert request.disconnected_at is not None
    cut_after = request.disconnected_at - asked_at
    print(f"stop at worker {at}, {dialect}: {latency * 1000:.0f} ms to the end, {cut_after * 1000:.0f} ms upstream")
    assert max(latency, cut_after) < seconds

    turn = await closed(database, reading.turn_id)
    assert (turn.status, turn.error_code, turn.content) == ("stopped", None, reading.text)
    assert turn.completion_tokens == estimate_tokens(turn.content)
    assert turn.tokens_estimated is True
    assert turn.prompt_tokens is not None and turn.prompt_tokens > 0
    assert await wrong(database) == []
    again = await stop(client, workers[at].base_url, acme_member, reading.turn_id)
    assert (again.status_code, again.json()) == (200, {"stopping": False})


@pytest.mark.parametrize("at", [0, 1], ids=["the same worker", "another worker"])
async def test_a_stop_before_the_model_says_anything(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    at: int,
) -> None:
    model_server.script(Script(first_token_seconds=60))
    async with asking(client, workers[0].base_url, acme_member, "Think long", chat="a-chat", dialect="ui") as reading:
        headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}"}
        stopped = await client.post(f"{workers[at].base_url}/api/chat/a-chat/stop", headers=headers)
        await reading.to_end()
    assert stopped.json() == {"stopped": True}
    turn = await closed(database, reading.turn_id, 5)
    assert (turn.status, turn.answer_id) == ("stopped", None)
    assert all(request.ended.wait(5) for request in model_server.requests)
    assert await wrong(database) == []


async def test_nobody_elses_turn_is_stopped(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    acme_admin: Actor,
    acme_member: Actor,
    globex_admin: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(seconds_per_frame=0.1))
    async with asking(client, workers[0].base_url, acme_member, "Mine") as reading:
        for somebody in (acme_admin, globex_admin):
            for worker in workers:
                assert (await stop(client, worker.base_url, somebody, reading.turn_id)).status_code == 404
        await reading.to_end()
    assert reading.end is not None
    assert reading.end[1]["status"] == "completed"
