"""The database goes away and comes back; the worker needs no restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from app.local.bootstrap import HOSTED_SHAPE, PLAIN_POSTGRES
from app.local.postgres import Postgres
from app.migrations import migrate
from app.seeding import seed
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, Stream, running
from tests.world import PASSWORDS, Actor, Database, server_directory

ADA = UUID("00000000-0000-7000-8000-00000000aa01")


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Postgres]:
    """A PostgreSQL of this module's own, which it may stop."""
    # Durable, since one test crashes it: what was committed must be there afterwards.
    password = PASSWORDS["supabase_admin"]
    with (
        server_directory() as directory,
        Postgres(directory / "data", password=password, report=lambda _: None) as postgres,
    ):
        admin = database_of(postgres)
        async with admin.connected("supabase_admin") as connection:
            await connection.execute(HOSTED_SHAPE.read_text())
            await connection.execute(PLAIN_POSTGRES.read_text())
            await connection.execute(f"alter role postgres password '{PASSWORDS['postgres']}'")
        await migrate(admin.url(), report=lambda _: None)
        await seed(admin.url())
        async with admin.connected("supabase_admin") as connection:
            await connection.execute(f"alter role palaver_worker password '{PASSWORDS['palaver_worker']}'")
        yield postgres


def database_of(postgres: Postgres) -> Database:
    assert postgres.port is not None
    return Database("127.0.0.1", postgres.port, "postgres")


async def start_again(postgres: Postgres) -> None:
    port = postgres.port
    await asyncio.to_thread(postgres.start, port)


async def ask(worker: RunningWorker, message: str) -> Stream:
    return await worker.ask(ADA, message)


async def test_a_database_that_is_down_at_the_start(server: Postgres, model_server: ModelServer) -> None:
    await asyncio.to_thread(server.stop)
    async with running(
        database_of(server), openai_base_url=model_server.base_url, database_timeout_seconds=1
    ) as worker:
        assert (await worker.client.get("/livez")).status_code == 200
        ready = await worker.client.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "DB_ERROR")
        refused = await worker.post({"message": "Hi"}, ADA)
        assert (refused.status_code, refused.json()["code"]) == (503, "DB_ERROR")
        assert refused.headers["retry-after"]
        assert "127.0.0.1" not in refused.text
        await start_again(server)
        assert (await ask(worker, "Back?")).end.name == "done"


async def test_a_restart_between_two_turns(server: Postgres, model_server: ModelServer) -> None:
    async with running(database_of(server), openai_base_url=model_server.base_url) as worker:
        assert (await ask(worker, "One")).end.name == "done"
        await asyncio.to_thread(server.stop)
        refused = await worker.post({"message": "Two"}, ADA)
        assert (refused.status_code, refused.json()["code"]) == (503, "DB_ERROR")
        await start_again(server)
        assert (await ask(worker, "Three")).end.name == "done"
        database = database_of(server)
        questions = await database.fetch("select content from public.messages where content in ('One', 'Two', 'Three')")
        assert sorted(row["content"] for row in questions) == ["One", "Three"]


async def test_an_answer_outlives_a_restart_in_its_middle(server: Postgres, model_server: ModelServer) -> None:
    model_server.script(Script(answer=[f"w{n} " for n in range(10)], seconds_per_frame=0.05))
    async with running(
        database_of(server), openai_base_url=model_server.base_url, database_timeout_seconds=1
    ) as worker:
        asking = asyncio.create_task(ask(worker, "Through it"))
        while not (model_server.requests and model_server.requests[0].sent_frames >= 2):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.stop, "immediate")
        while model_server.requests[0].ended.is_set() is False:
            await asyncio.sleep(0.01)
        await start_again(server)
        stream = await asking
    assert stream.end.name == "done"
    database = database_of(server)
    answer = await database.value(
        "select content from public.messages where id = $1::text::uuid", stream.end.data["messageId"]
    )
    assert answer == stream.text == "".join(f"w{n} " for n in range(10))
    turns = await database.value("select count(*) from public.turns where status = 'running'")
    assert turns == 0


async def test_an_exhausted_pool(database: Database, acme_member: Actor, model_server: ModelServer) -> None:
    async with running(
        database, openai_base_url=model_server.base_url, database_pool_size=1, database_timeout_seconds=0.3
    ) as worker:
        async with worker.worker.database._acquired():
            refused = await worker.post({"message": "Hi"}, acme_member.auth_id)
            assert (refused.status_code, refused.json()["code"]) == (503, "DB_ERROR")
        assert (await worker.ask(acme_member.auth_id, "Hi")).end.name == "done"


async def test_no_connection_is_held_while_the_model_talks(
    database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    scripts = [Script(answer=["slow"], first_token_seconds=0.5) for _ in range(8)]
    model_server.script(*scripts)
    async with running(
        database, openai_base_url=model_server.base_url, database_pool_size=1, database_timeout_seconds=5
    ) as worker:
        streams = await asyncio.gather(*(worker.ask(acme_member.auth_id, f"Q{n}") for n in range(8)))
    assert [stream.end.name for stream in streams] == ["done"] * 8
    # One after the other they would have taken eight times as long as the slowest.
    starts = [request.received_at for request in model_server.requests[-8:]]
    assert max(starts) - min(starts) < 0.5
