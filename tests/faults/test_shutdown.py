"""A worker that is told to end: new turns go elsewhere, those under way end, and what takes too long is settled."""

from __future__ import annotations

import asyncio

import httpx2

from tests.faults.client import asking, resuming
from tests.faults.truth import closed, until, wrong
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database

WORDS = [f"w{n} " for n in range(30)]


async def draining(worker: RunningWorker) -> None:
    """Tell a worker to end, as SIGTERM does, and wait until it has heard."""
    worker.server.should_exit = True

    async def heard() -> bool:
        return worker.worker.turns.draining

    await until("the worker drains", heard)


async def test_turns_under_way_end_and_new_ones_are_refused(
    database: Database, client: httpx2.AsyncClient, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.03))
    async with (
        running(database, openai_base_url=model_server.base_url, shutdown_grace_seconds=20) as worker,
        asking(client, worker.base_url, acme_member, "In time") as reading,
    ):
        await reading.until(1)
        await draining(worker)
        async with asking(client, worker.base_url, acme_member, "Too late") as refused:
            await refused.response.aread()
        # Readers are served to the end, those that come back too.
        async with resuming(client, worker.base_url, acme_member, reading.turn_id, reading.last_id) as resumed:
            await asyncio.gather(reading.to_end(), resumed.to_end())
    problem = refused.response.json()
    assert (refused.response.status_code, problem["code"]) == (503, "SHUTTING_DOWN")
    assert int(refused.response.headers["retry-after"]) >= 1
    assert problem["type"].endswith("#temporary-reduced-capacity")
    assert reading.text == "".join(WORDS)
    assert reading.text.endswith(resumed.text)
    assert (await closed(database, reading.turn_id)).status == "completed"
    assert await database.value("select count(*) from public.messages where content = 'Too late'") == 0
    assert await wrong(database) == []


async def test_what_takes_too_long_is_cut_and_settled(
    database: Database, client: httpx2.AsyncClient, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=WORDS, stall_after=10))
    async with (
        running(database, openai_base_url=model_server.base_url, shutdown_grace_seconds=0.2) as worker,
        asking(client, worker.base_url, acme_member, "Too long") as reading,
    ):
        await reading.until(len("".join(WORDS[:9])))
        await draining(worker)
        await reading.to_end()
    assert reading.end is not None
    assert (reading.end[0], reading.end[1]["code"]) == ("error", "SHUTTING_DOWN")
    turn = await closed(database, reading.turn_id, 1)
    assert (turn.status, turn.error_code, turn.content) == ("failed", "SHUTTING_DOWN", reading.text)
    assert turn.tokens_estimated is True
    assert await wrong(database) == []


async def test_nothing_of_a_worker_is_left(database: Database, acme_member: Actor, model_server: ModelServer) -> None:
    before = asyncio.all_tasks()
    model_server.script(Script(answer=WORDS, seconds_per_frame=0.01))
    async with running(database, openai_base_url=model_server.base_url) as worker:
        streams = await asyncio.gather(*(worker.ask(acme_member.auth_id, f"Q{n}") for n in range(20)))
        assert all(stream.end.name == "done" for stream in streams)
        assert worker.worker.turns._answers == {}

        async def only_its_own() -> bool:
            named = {"progress", "settler", "scheduler"}
            extra = [task for task in asyncio.all_tasks() - before if task.get_name() not in named]
            # The server itself, its lifespan, and whoever asks.
            return len(extra) <= 4

        await until("the tasks of requests end", only_its_own, 5)
    assert asyncio.all_tasks() <= before

    async def gone() -> bool:
        count = "select count(*) from pg_stat_activity where application_name = 'palaver-worker'"
        return not await database.value(f"{count} and datname = $1", database.name, role="supabase_admin")

    await until("the connections close", gone, 5)
