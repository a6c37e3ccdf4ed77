"""Leases: a worker that is silent loses its turns to one that is not, with what they had said."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

from tests.sql.working import NOWHERE, Worker, at_once, findings, result, working, written
from tests.world import Actor, Database


async def pass_time(database: Database, seconds: float, *workers: Worker) -> None:
    """Has the workers, or all, be heard last that long ago, and be steady for as much longer."""
    await database.fetch(
        "update private.workers set seen_at = seen_at - make_interval(secs => $1),"
        " steady_since = steady_since - make_interval(secs => $1) where id = any($2) or cardinality($2::uuid[]) = 0",
        seconds,
        [worker.id for worker in workers],
    )


async def be_steady(database: Database, worker: Worker, seconds: float = 60) -> None:
    """Has a worker be heard now, as it was all the time before."""
    await worker.keep_lease()
    await database.fetch(
        "update private.workers set steady_since = steady_since - make_interval(secs => $1) where id = $2",
        seconds,
        worker.id,
    )


async def test_turns_of_a_silent_worker_are_handed_over_with_what_they_said(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    begun = await worker.begin(acme_member)
    assert await worker.keep_lease() == []
    await worker.save(begun, 0, "One", {"type": "reasoning", "text": "Hm"}, provider="openai", model="gpt-5-mini")
    await worker.save(begun, 1, " two")
    async with working(database) as other:
        await be_steady(database, other)
        assert await other.keep_lease() == []
        await pass_time(database, 4, worker)
        assert await other.keep_lease() == []
        await pass_time(database, 2, worker)
        (taken,) = await other.keep_lease()
        assert (taken["tenant_id"], taken["turn_id"]) == (begun["tenant_id"], begun["turn_id"])
        assert (taken["user_id"], taken["stop_requested"]) == (acme_member.user_id, False)
        assert (taken["provider"], taken["model"]) == ("openai", "gpt-5-mini")
        assert json.loads(taken["pieces"]) == ["One", {"type": "reasoning", "text": "Hm"}, " two"]
        assert taken["prompt_estimate"] > 0
        assert 0 <= taken["latency_ms"] < 60_000
        assert await other.keep_lease() == []

        # The one that comes back has lost it.
        before = await written(database)
        assert await worker.save(begun, 2, " three") == []
        assert tuple(await worker.finish(begun)) == (begun["turn_id"], None, "running", False)
        assert await worker.keep_lease() == []
        assert await written(database) == before
        done = await other.finish(
            begun, status="failed", content="One two", tokens_estimated=True, prompt_tokens=taken["prompt_estimate"]
        )
        assert done["settled"] is True
    assert tuple(await worker.finish(begun)) == (begun["turn_id"], begun["turn_id"], "failed", False)
    assert await database.value("select tokens_estimated from public.usage_ledger where id = $1", begun["turn_id"])
    assert await findings(database) == []


async def test_after_an_outage_of_everybody_nothing_is_handed_over(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    async with working(database) as other:
        for each in (worker, other):
            await be_steady(database, each)
        begun = await worker.begin(acme_member)
        await pass_time(database, 300)
        # Whoever is heard first after it has not been steady long enough to judge.
        assert await other.keep_lease() == []
        await pass_time(database, 2, other)
        assert await other.keep_lease() == []
        assert await worker.keep_lease() == []
        await pass_time(database, 4, other)
        await be_steady(database, other)
        assert await other.keep_lease() == []
        assert (await worker.finish(begun))["settled"] is True


async def test_a_worker_that_did_not_come_back_from_the_outage_loses_its_turns(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    begun = await worker.begin(acme_member)
    await worker.keep_lease()
    async with working(database) as other:
        await be_steady(database, other)
        await pass_time(database, 300)
        assert await other.keep_lease() == []
        await be_steady(database, other, seconds=6)
        assert [row["turn_id"] for row in await other.keep_lease()] == [begun["turn_id"]]


async def test_turns_of_a_worker_that_nobody_ever_heard_are_handed_over(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    begun = await worker.begin(acme_member)
    async with working(database) as other:
        await be_steady(database, other)
        assert [row["turn_id"] for row in await other.keep_lease()] == [begun["turn_id"]]


async def test_each_turn_is_handed_to_one_of_many(worker: Worker, database: Database, acme_member: Actor) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = 1000 where true")
    begun = [await worker.begin(acme_member, f"Question {number}") for number in range(60)]
    heirs = [uuid4() for _ in range(6)]
    for heir in heirs:
        await database.fetch(
            "insert into private.workers (id, steady_since) values ($1, now() - interval '1 minute')", heir
        )

    async def take(each: Worker, number: int) -> list[UUID]:
        taken = await Worker(each.connection, heirs[number]).keep_lease()
        return [row["turn_id"] for row in taken]

    taken = await at_once(database, len(heirs), take)
    assert sorted(turn_id for each in taken for turn_id in each) == sorted(row["turn_id"] for row in begun)
    assert max(len(each) for each in taken) <= 50


async def test_a_turn_that_somebody_holds_is_skipped(worker: Worker, database: Database, acme_member: Actor) -> None:
    first, second = await worker.begin(acme_member), await worker.begin(acme_member)
    async with database.connected() as holder, holder.transaction(), working(database) as other:
        await be_steady(database, other)
        await holder.fetch("select from private.open_turns where turn_id = $1 for update", first["turn_id"])
        assert [row["turn_id"] for row in await other.keep_lease()] == [second["turn_id"]]


async def test_a_stop_is_heard_by_whoever_holds_the_turn(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor, globex_member: Actor
) -> None:
    begun = await worker.begin(acme_member, chat="chat-1")
    second = await worker.begin(acme_member, chat="chat-1")
    quiet = await worker.begin(acme_member, chat="chat-2")
    for other in (acme_admin, globex_member):
        assert await worker.refused(worker.stop(other, begun["turn_id"])) == "PA404"
        assert await worker.refused(worker.stop(other, None, "chat-1")) == "PA404"
        assert await worker.refused(worker.stop(other, None, str(begun["conversation_id"]))) == "PA404"
    assert await worker.save(begun, 0, "One") == []
    assert await worker.stop(acme_member, begun["turn_id"]) == [begun["turn_id"]]
    assert await worker.save(begun, 1, "Two") == [begun["turn_id"]]
    stopped = await worker.stop(acme_member, None, str(begun["conversation_id"]))
    assert sorted(stopped) == sorted([begun["turn_id"], second["turn_id"]])
    async with working(database) as other_worker:
        assert await other_worker.save(quiet, 0) == []
        await be_steady(database, other_worker)
        taken = {row["turn_id"]: row["stop_requested"] for row in await other_worker.keep_lease()}
        assert taken == {begun["turn_id"]: True, second["turn_id"]: True, quiet["turn_id"]: False}
        await other_worker.finish_all([result(each, status="stopped") for each in (begun, second, quiet)])
    assert await worker.stop(acme_member, begun["turn_id"]) == []
    assert await worker.stop(acme_member, None, "chat-1") == []
    for missing in ((NOWHERE, None), (None, "no chat")):
        assert await worker.refused(worker.stop(acme_member, *missing)) == "PA404"


async def test_pieces_are_read_from_where_the_reader_is(worker: Worker, database: Database, acme_member: Actor) -> None:
    begun = await worker.begin(acme_member)
    assert await worker.read(begun) == [(None, None)]
    for seq, text in enumerate(("One", " two", " three")):
        await worker.save(begun, seq, text)
        # Sent again when the answer to the first call was lost.
        await worker.save(begun, seq, text, "again")
    assert await worker.read(begun) == [(0, ["One"]), (1, [" two"]), (2, [" three"])]
    assert await worker.read(begun, 1) == [(2, [" three"])]
    assert await worker.read(begun, 2) == [(None, None)]
    await worker.save(begun, 3)
    assert await worker.read(begun, 2) == [(None, None)]
    await worker.finish(begun)
    assert await worker.read(begun) == []
    assert await database.value("select count(*) from private.turn_pieces") == 0
    await worker.save(begun, 4, "Late")
    assert await database.value("select count(*) from private.turn_pieces") == 0


async def test_workers_that_are_long_silent_and_hold_nothing_are_forgotten(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    known = "select id from private.workers"
    async with working(database) as holding, working(database) as idle:
        for each in (worker, holding, idle):
            await be_steady(database, each)
        begun = await holding.begin(acme_member)
        await pass_time(database, 61, holding, idle)
        (taken,) = await worker.keep_lease()
        assert taken["turn_id"] == begun["turn_id"]
        await worker.keep_lease()
        assert {row["id"] for row in await database.fetch(known)} == {worker.id}
        assert await idle.keep_lease() == []


async def test_workers_that_are_heard_at_once_do_not_wait_for_each_other(database: Database) -> None:
    async def live(worker: Worker, _: int) -> None:
        for _ in range(10):
            await worker.keep_lease()

    async with asyncio.timeout(20):
        await at_once(database, 12, live)
    assert await database.value("select count(*) from private.workers") == 12


async def test_a_turn_that_is_being_settled_is_not_handed_over(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    begun = await worker.begin(acme_member)
    async with working(database) as other:
        await be_steady(database, other)
        async with worker.connection.transaction():
            assert (await worker.finish(begun))["settled"] is True
            assert await other.keep_lease() == []
        assert await other.keep_lease() == []
    assert await findings(database) == []


async def test_a_turn_that_is_being_handed_over_is_not_settled_by_the_one_that_lost_it(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    begun = await worker.begin(acme_member)
    async with working(database) as heir, database.connected() as watcher:
        await be_steady(database, heir)
        async with heir.connection.transaction():
            assert len(await heir.keep_lease()) == 1
            late = asyncio.create_task(worker.finish(begun))
            pid = worker.connection.get_server_pid()
            while not await watcher.fetchval("select cardinality(pg_blocking_pids($1)) > 0", pid):
                await asyncio.sleep(0.01)
        assert tuple(await late) == (begun["turn_id"], None, "running", False)
        assert (await heir.finish(begun))["settled"] is True
    assert await findings(database) == []


async def test_a_turn_of_its_own_that_a_worker_never_heard_of_is_handed_to_it(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    known, unheard = await worker.begin(acme_member), await worker.begin(acme_member)
    await be_steady(database, worker)
    seconds = timedelta(seconds=11)
    assert await worker.keep_lease([known["turn_id"]], seconds) == []
    await database.fetch("update public.turns set started_at = started_at - interval '12 seconds'")
    assert await worker.keep_lease([known["turn_id"], unheard["turn_id"]], seconds) == []
    assert await worker.keep_lease(None, seconds) == []
    (taken,) = await worker.keep_lease([known["turn_id"]], seconds)
    assert (taken["turn_id"], taken["was_begun"]) == (unheard["turn_id"], False)
