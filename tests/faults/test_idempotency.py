"""A request that comes again with its Idempotency-Key gets the first one's answer, live or over, and costs nothing."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import httpx2
import pytest

from tests.faults.client import Dialect, asking
from tests.faults.truth import closed, turns, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker
from tests.world import Actor, Database

WORDS = [f"w{n} " for n in range(30)]
WHOLE = "".join(WORDS)


@pytest.mark.parametrize("dialect", ["plain", "openai"])
async def test_the_same_request_again_while_it_is_answered_and_after(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    dialect: Dialect,
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.02))

    async def again(at: int) -> str:
        async with asking(client, workers[at].base_url, acme_member, "Once", key="k-1", dialect=dialect) as repeat:
            assert repeat.turn_id == first.turn_id
            await repeat.to_end()
        assert repeat.end is not None
        assert repeat.end[0] == "done"
        return repeat.text

    async with asking(client, workers[0].base_url, acme_member, "Once", key="k-1", dialect=dialect) as first:
        await first.until(1)
        live = await asyncio.gather(again(0), again(1), first.to_end())
    assert list(live[:2]) == [WHOLE, WHOLE]
    assert first.text == WHOLE
    assert [await again(0), await again(1)] == [WHOLE, WHOLE]
    assert len(model_server.requests) == 1
    assert len(await turns(database, "q.content = 'Once'")) == 1
    assert await wrong(database) == []


async def test_the_same_request_at_once_at_two_workers(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.01))
    for round_ in range(5):
        async with AsyncExitStack() as stack:
            readings = await asyncio.gather(
                *(
                    stack.enter_async_context(
                        asking(client, workers[n % 2].base_url, acme_member, f"At once {round_}", key=f"r-{round_}")
                    )
                    for n in range(6)
                )
            )
            await asyncio.gather(*(reading.to_end() for reading in readings))
        assert len({reading.turn_id for reading in readings}) == 1
        assert {reading.text for reading in readings} == {WHOLE}
    assert len(model_server.requests) == 5
    assert await wrong(database) == []


async def test_a_key_with_another_request(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
) -> None:
    async with asking(client, workers[0].base_url, acme_member, "This", key="k") as first:
        await first.to_end()
    async with asking(client, workers[1].base_url, acme_member, "That", key="k") as other:
        await other.response.aread()
    assert (other.response.status_code, other.response.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert other.response.headers["content-type"] == "application/problem+json"
    # Keys are a person's own.
    async with asking(client, workers[1].base_url, acme_admin, "That", key="k") as hers:
        assert hers.turn_id != first.turn_id
        await hers.to_end()
    assert [turn.question for turn in await turns(database, "q.content in ('This', 'That') order by t.id")] == [
        "This",
        "That",
    ]


async def test_a_request_whose_reader_left_before_the_answer_began(
    workers: tuple[RunningWorker, RunningWorker],
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    model_server.script(Script(answer=WORDS, first_token_seconds=0.3))
    async with asking(client, workers[0].base_url, acme_member, "Patience", key="p") as first:
        first.reset()
    async with asking(client, workers[1].base_url, acme_member, "Patience", key="p") as again:
        await again.to_end()
    assert again.turn_id == first.turn_id
    assert again.text == WHOLE
    assert (await closed(database, first.turn_id)).content == WHOLE
    assert len(model_server.requests) == 1
