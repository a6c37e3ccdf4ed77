"""A request that comes again: by its Idempotency-Key, or by the client's id of its message."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.sql.working import Worker, at_once, findings, written
from tests.world import Actor, Database

KEY: dict[str, Any] = {"idempotency_key": "key-1", "fingerprint": "c0ffee"}


async def test_the_same_key_and_content_get_the_same_turn(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member, **KEY)
    before = await written(database)
    again = await worker.begin(acme_member, **KEY)
    assert (again["turn_id"], again["tenant_id"], again["is_repeat"]) == (begun["turn_id"], begun["tenant_id"], True)
    await worker.finish(begun)
    after = await worker.begin(acme_member, **KEY)
    assert (after["turn_id"], after["is_repeat"]) == (begun["turn_id"], True)
    assert (await written(database))["messages"] == before["messages"] + 1


async def test_a_repeat_is_no_request_to_the_limit(worker: Worker, acme_member: Actor, database: Database) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = 1 where slug = 'acme'")
    begun = await worker.begin(acme_member, **KEY)
    assert await worker.refused(worker.begin(acme_member)) == "PA429"
    assert (await worker.begin(acme_member, **KEY))["turn_id"] == begun["turn_id"]


async def test_the_same_key_with_other_content_is_refused(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    await worker.begin(acme_member, **KEY)
    before = await written(database)
    asking = worker.begin(acme_member, "Other", **KEY | {"fingerprint": "decaf0"})
    assert await worker.refused(asking) == "PA423"
    assert await written(database) == before


async def test_a_key_is_one_persons_and_one_dialects(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_member: Actor, database: Database
) -> None:
    made = [await worker.begin(person, **KEY) for person in (acme_member, acme_admin, globex_member)]
    made += [await worker.begin(acme_member, **KEY | {"dialect": dialect}) for dialect in ("ui", "openai")]
    assert len({row["turn_id"] for row in made}) == 5
    assert not any(row["is_repeat"] for row in made)
    assert await database.value("select count(*) from private.idempotency_keys") == 5


@pytest.mark.parametrize("more", [{}, {"chat": "chat-1"}])
async def test_of_20_at_once_one_is_a_turn(database: Database, acme_member: Actor, more: dict[str, Any]) -> None:
    made = await at_once(database, 20, lambda worker, _: worker.begin(acme_member, **KEY, **more))
    assert Counter(row["is_repeat"] for row in made) == {False: 1, True: 19}
    assert len({row["turn_id"] for row in made}) == 1
    assert await acme_member.value("select count(*) from public.messages where content = 'Hello'") == 1
    assert await acme_member.value("select count(*) from public.conversations where title = 'Hello'") == 1
    assert await findings(database) == []


async def test_a_refused_request_leaves_its_key_free(worker: Worker, acme_member: Actor, database: Database) -> None:
    assert await worker.refused(worker.begin(acme_member, " ", **KEY)) == "PA422"
    assert await database.value("select count(*) from private.idempotency_keys") == 0
    assert (await worker.begin(acme_member, **KEY))["is_repeat"] is False


async def test_a_key_is_forgotten_after_a_day(worker: Worker, acme_member: Actor, database: Database) -> None:
    old, young = (
        await worker.begin(acme_member, **KEY),
        await worker.begin(acme_member, idempotency_key="young", fingerprint="00"),
    )
    async with database.connected() as owner:
        await owner.execute(
            "update private.idempotency_keys set created_at = now() - interval '25 hours' where key = 'key-1'"
        )
        await owner.execute(
            "update private.idempotency_keys set created_at = now() - interval '23 hours' where key = 'young'"
        )
    run = await database.fetch("select * from private.run_job('forget_idempotency_keys')")
    assert [(row["outcome"], row["error"]) for row in run] == [("succeeded", None)]
    again = await worker.begin(acme_member, "Other", **KEY | {"fingerprint": "decaf0"})
    assert again["turn_id"] != old["turn_id"]
    repeat = await worker.begin(acme_member, idempotency_key="young", fingerprint="00")
    assert repeat["turn_id"] == young["turn_id"]


@pytest.mark.parametrize(
    ("status", "repeats"), [("running", True), ("completed", True), ("stopped", False), ("failed", False)]
)
async def test_the_same_message_again_gets_the_same_turn_unless_that_came_to_nothing(
    worker: Worker, acme_member: Actor, database: Database, status: str, repeats: bool
) -> None:
    said: dict[str, Any] = {"client_id": "m1", "chat": "chat-1"}
    begun = await worker.begin(acme_member, **said)
    if status != "running":
        await worker.finish(begun, status=status)
    again = await worker.begin(acme_member, **said)
    assert again["is_repeat"] is repeats
    assert (again["turn_id"] == begun["turn_id"]) is repeats
    assert await acme_member.value("select count(*) from public.messages where client_id = 'm1'") == 1
    if not repeats:
        assert again["question_id"] == begun["question_id"]
        assert (await worker.begin(acme_member, **said))["turn_id"] == again["turn_id"]
    assert await findings(database) == []


async def test_the_same_message_at_once_gets_one_turn(database: Database, worker: Worker, acme_member: Actor) -> None:
    await worker.finish(await worker.begin(acme_member, "First", chat="chat-1"))
    made = await at_once(database, 12, lambda each, _: each.begin(acme_member, client_id="m1", chat="chat-1"))
    assert len({row["turn_id"] for row in made}) == 1
    assert await acme_member.value("select count(*) from public.messages where client_id = 'm1'") == 1


async def test_other_words_under_the_same_id_are_another_question(worker: Worker, acme_member: Actor) -> None:
    begun = await worker.begin(acme_member, "One", client_id="m1", chat="chat-1")
    other = await worker.begin(acme_member, "Two", client_id="m1", chat="chat-1")
    elsewhere = await worker.begin(acme_member, "One", client_id="m1", chat="chat-2")
    assert len({row["turn_id"] for row in (begun, other, elsewhere)}) == 3
