"""Settling turns: once, whoever asks how often, whatever has become of those who asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from tests.sql.working import (
    NOWHERE,
    Row,
    Worker,
    at_once,
    findings,
    history,
    nothing_used_yet,
    result,
    working,
    written,
)
from tests.world import Actor, Database

TODAY = "(now() at time zone 'utc')::date"


async def test_an_answer_is_a_message_a_ledger_row_and_the_days_counters(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member)
    done = await worker.finish(begun, cached_tokens=4, reasoning_tokens=5)
    assert tuple(done) == (begun["turn_id"], begun["turn_id"], "completed", True)
    (answer,) = await acme_member.fetch("select * from public.messages where id = $1", done["answer_id"])
    assert (answer["conversation_id"], answer["role"], answer["content"]) == (
        begun["conversation_id"],
        "assistant",
        "Hello to you",
    )
    assert (answer["token_count"], answer["model_used"], answer["latency_ms"]) == (7, "gpt-5-mini-2026", 1234)
    assert (answer["provider_message_id"], answer["parent_id"]) == ("chatcmpl-1", begun["question_id"])
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["status"], turn["answer_id"], turn["finish_reason"]) == ("completed", done["answer_id"], "stop")
    assert (turn["latency_ms"], turn["error_code"]) == (1234, None)
    assert turn["finished_at"] >= turn["started_at"]
    (entry,) = await acme_member.fetch("select * from public.usage_ledger where id = $1", begun["turn_id"])
    assert (entry["user_id"], entry["conversation_id"]) == (acme_member.user_id, begun["conversation_id"])
    names = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "request_count")
    assert [entry[name] for name in names] == [11, 7, 4, 5, 1]
    assert (entry["provider"], entry["model"], entry["tokens_estimated"]) == ("openai", "gpt-5-mini-2026", False)
    (used,) = await acme_member.fetch("select * from public.current_day_usage")
    assert (used["prompt_tokens"], used["completion_tokens"], used["total_tokens"]) == (11, 7, 18)
    assert (used["request_count"], used["estimated_cost"]) == (1, Decimal(0))
    assert await database.value("select count(*) from private.open_turns") == 0
    assert await findings(database) == []
    # What was answered is part of the next question's history.
    again = await worker.begin(acme_member, "More", conversation_id=begun["conversation_id"])
    assert history(again) == [("user", "Hello"), ("assistant", "Hello to you"), ("user", "More")]


async def test_a_second_settlement_changes_nothing(worker: Worker, acme_member: Actor, database: Database) -> None:
    begun = await worker.begin(acme_member)
    await worker.finish(begun)
    before = await written(database), await database.fetch("select * from public.turns")
    again = await worker.finish(begun, status="failed", content="Other", prompt_tokens=999)
    assert tuple(again) == (begun["turn_id"], begun["turn_id"], "completed", False)
    assert (await written(database), await database.fetch("select * from public.turns")) == before


async def test_of_many_settlements_at_once_one_counts(worker: Worker, acme_member: Actor, database: Database) -> None:
    begun = await worker.begin(acme_member)
    done = await at_once(
        database, 24, lambda each, number: each.finish(begun, content=f"Answer {number}"), worker_id=worker.id
    )
    assert Counter(row["settled"] for row in done) == {True: 1, False: 23}
    assert {row["answer_id"] for row in done} == {begun["turn_id"]}
    said = "select count(*) from public.messages where role = 'assistant' and content like 'Answer%'"
    assert await acme_member.value(said) == 1
    assert await acme_member.value("select request_count from public.current_day_usage") == 1
    assert await findings(database) == []


async def test_a_turn_is_settled_only_by_the_worker_that_holds_it(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member)
    before = await written(database)
    async with working(database) as other:
        assert tuple(await other.finish(begun)) == (begun["turn_id"], None, "running", False)
        await other.save(begun, 0, "Forged")
    assert await written(database) == before
    assert await worker.read(begun) == [(None, None)]
    unknown = {"tenant_id": begun["tenant_id"], "turn_id": NOWHERE}
    assert tuple(await worker.finish(unknown)) == (NOWHERE, None, None, False)
    assert (await worker.finish(begun))["settled"] is True


async def test_many_turns_of_several_tenants_are_settled_together(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_member: Actor, database: Database
) -> None:
    people = (acme_member, acme_admin, globex_member)
    await nothing_used_yet(database)
    begun = [await worker.begin(person, f"Question {number}") for number in range(6) for person in people]
    over = begun.pop()
    await worker.finish(over)
    foreign = await _begun_elsewhere(database, acme_member)
    unknown = {"tenant_id": begun[0]["tenant_id"], "turn_id": NOWHERE}
    given: list[Row] = [*begun, over, foreign, unknown]
    results = [result(each, content=f"Answer {each['turn_id']}") for each in given]
    done = {row["turn_id"]: row for row in await worker.finish_all(results)}
    assert [done[each["turn_id"]]["settled"] for each in begun] == [True] * 17
    assert [done[each["turn_id"]]["settled"] for each in (over, foreign, unknown)] == [False] * 3
    for person, count in zip(people, (6, 6, 6), strict=True):
        used = "select request_count from public.current_day_usage where user_id = $1"
        assert await person.value(used, person.user_id) == count
        theirs = (
            "select count(*) from public.messages as m inner join public.turns as t on t.answer_id = m.id"
            " where t.user_id = $1 and m.user_id = $1 and m.conversation_id = t.conversation_id"
        )
        assert await person.value(theirs, person.user_id) == count
    assert await findings(database) == []


async def _begun_elsewhere(database: Database, asker: Actor) -> asyncpg.Record:
    async with working(database) as other:
        return await other.begin(asker, "Elsewhere")


async def test_workers_that_settle_the_same_peoples_turns_at_once_lose_nothing(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_member: Actor
) -> None:
    people = (acme_member, globex_member, acme_admin)
    await nothing_used_yet(database)
    await database.fetch("update public.tenants set rate_limit_per_minute = 1000 where true")

    async def work(worker: Worker, number: int) -> None:
        for turn in range(4):
            begun = [await worker.begin(person, f"Question {turn}") for person in people]
            await worker.finish_all([result(each) for each in begun[number % 3 :] + begun[: number % 3]])

    await at_once(database, 12, work)
    today = f"select sum(request_count), sum(total_tokens) from public.usage_metrics where day = {TODAY}"
    (used,) = await database.fetch(today)
    assert tuple(used) == (144, 144 * 18)
    assert await findings(database) == []


BAD = [
    ({"status": "running"}, "23514"),
    ({"status": "done"}, "23514"),
    ({"status": None}, "23502"),
    ({"prompt_tokens": -1}, "23514"),
    ({"completion_tokens": -1}, "23514"),
    ({"prompt_tokens": None}, "23502"),
    ({"completion_tokens": None}, "23502"),
    ({"completion_tokens": 2**31}, "22003"),
    ({"cached_tokens": 12}, "23514"),
    ({"reasoning_tokens": 8}, "23514"),
    ({"tokens_estimated": None}, "23502"),
    ({"latency_ms": -1}, "23514"),
    ({"content": None, "parts": [{"type": "reasoning", "text": "Hm"}]}, "23502"),
    ({"parts": {}}, "23514"),
    ({"content": "a\x00b"}, "22P05"),
]


@pytest.mark.parametrize(("given", "state"), BAD)
async def test_one_bad_result_leaves_all_of_a_batch_as_it_was(
    worker: Worker, acme_member: Actor, database: Database, given: dict[str, Any], state: str
) -> None:
    good, bad = await worker.begin(acme_member), await worker.begin(acme_member)
    before = await written(database)
    assert await worker.refused(worker.finish_all([result(good), result(bad, **given)])) == state
    assert await written(database) == before
    # Each by itself, as the worker then does.
    assert (await worker.finish(good))["settled"] is True
    assert await worker.refused(worker.finish(bad, **given)) == state
    assert (await worker.finish(bad))["settled"] is True
    assert await findings(database) == []


@pytest.mark.parametrize("content", ["", None])
async def test_a_turn_in_which_nothing_was_said_leaves_no_answer(
    worker: Worker, acme_member: Actor, database: Database, content: str | None
) -> None:
    begun = await worker.begin(acme_member)
    done = await worker.finish(begun, status="failed", content=content, error_code="AI_SERVICE_ERROR", model=None)
    assert tuple(done) == (begun["turn_id"], None, "failed", True)
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["status"], turn["answer_id"], turn["error_code"]) == ("failed", None, "AI_SERVICE_ERROR")
    assert await acme_member.value("select total_tokens from public.current_day_usage") == 18
    assert await findings(database) == []


@pytest.mark.parametrize("status", ["completed", "stopped", "failed"])
async def test_what_was_said_is_kept_however_a_turn_ends(worker: Worker, acme_member: Actor, status: str) -> None:
    begun = await worker.begin(acme_member)
    parts = [{"type": "reasoning", "text": "Hm"}, {"type": "text", "text": "So far"}]
    done = await worker.finish(begun, status=status, content="So far", parts=parts, tokens_estimated=True)
    (answer,) = await acme_member.fetch("select content, parts from public.messages where id = $1", done["answer_id"])
    assert answer["content"] == "So far"
    assert '"Hm"' in answer["parts"]
    (turn,) = await acme_member.fetch(
        "select t.status, l.tokens_estimated from public.turns as t inner join public.usage_ledger as l using (id)"
    )
    assert tuple(turn) == (status, True)


@pytest.mark.parametrize(
    "change",
    [
        "update public.users set is_active = false where id = $1",
        "update public.users set role = 'viewer' where id = $1",
        "update public.tenants set is_active = false where id = (select tenant_id from public.users where id = $1)",
        "update public.conversations set is_archived = true where user_id = $1",
        "delete from auth.users where id = (select auth_id from public.users where id = $1)",
        "delete from public.messages where user_id = $1",
    ],
)
async def test_an_answer_under_way_is_saved_whatever_became_of_its_asker(
    worker: Worker, acme_member: Actor, database: Database, change: str
) -> None:
    begun = await worker.begin(acme_member)
    await database.fetch(change, acme_member.user_id)
    await worker.save(begun, 0, "Hello", provider="openai", model="gpt-5-mini")
    assert await worker.read(begun) == [(0, ["Hello"])]
    done = await worker.finish(begun)
    answer = "select content from public.messages where id = $1"
    assert await database.value(answer, done["answer_id"]) == "Hello to you"
    used = f"select prompt_tokens from public.usage_metrics where user_id = $1 and day = {TODAY}"
    assert await database.value(used, acme_member.user_id) == 11
    assert await findings(database) == []


@pytest.mark.parametrize("gone", ["conversations where user_id = $1", "users where id = $1"])
async def test_what_a_turn_used_is_charged_although_its_conversation_or_asker_is_gone(
    worker: Worker, acme_member: Actor, acme_admin: Actor, database: Database, gone: str
) -> None:
    await nothing_used_yet(database)
    await database.fetch(
        "update public.tenants set daily_token_limit = 100000, user_daily_token_limit = 50000 where slug = 'acme'"
    )
    begun, other = await worker.begin(acme_member), await worker.begin(acme_admin)
    await worker.save(begun, 0, "Hello", provider="openai", model="gpt-5-mini")
    await database.fetch(f"delete from public.{gone}", acme_member.user_id)
    assert await findings(database) == []
    assert await worker.save(begun, 1, "to you") == []
    done = await worker.finish_all([result(begun), result(other)])
    assert {row["turn_id"]: (row["status"], row["settled"]) for row in done} == {
        begun["turn_id"]: (None, True),
        other["turn_id"]: ("completed", True),
    }
    (entry,) = await database.fetch("select * from public.usage_ledger where id = $1", begun["turn_id"])
    assert (entry["user_id"], entry["prompt_tokens"], entry["completion_tokens"]) == (None, 11, 7)
    (limit,) = await database.fetch(
        "select sum(used_tokens) as used, sum(reserved_tokens) as reserved from private.allowances"
    )
    assert tuple(limit) == (36, 0)
    assert await database.value("select count(*) from private.turn_pieces") == 0
    assert await findings(database) == []
    assert tuple(await worker.finish(begun)) == (begun["turn_id"], None, None, False)


async def test_turns_of_a_tenant_that_is_gone_are_gone(worker: Worker, acme_member: Actor, database: Database) -> None:
    begun = await worker.begin(acme_member)
    await database.fetch("delete from public.tenants where slug = 'acme'")
    assert tuple(await worker.finish(begun)) == (begun["turn_id"], None, None, False)
    assert await database.value("select count(*) from private.open_turns") == 0
    assert await findings(database) == []


async def test_questions_at_once_are_each_saved_once(acme_member: Actor, database: Database) -> None:
    async def ask(worker: Worker, number: int) -> None:
        begun = await worker.begin(acme_member, f"Question {number}")
        await worker.finish(begun, content=f"Answer {number}")

    await at_once(database, 24, ask)
    assert await acme_member.value("select count(*) from public.turns where status = 'completed'") == 24
    pairs = await acme_member.fetch(
        "select q.content as question, a.content as answer from public.turns as t"
        " join public.messages as q on q.id = t.question_id join public.messages as a on a.id = t.answer_id"
        " where q.conversation_id = a.conversation_id"
    )
    assert {(row["question"], row["answer"]) for row in pairs} == {(f"Question {n}", f"Answer {n}") for n in range(24)}
    (used,) = await acme_member.fetch("select request_count, total_tokens from public.current_day_usage")
    assert tuple(used) == (24, 24 * 18)
    assert await findings(database) == []


async def test_a_person_who_asks_with_and_without_a_key_does_not_lock_themselves_out(
    database: Database, acme_member: Actor
) -> None:
    limits = "select from private.allowances where tenant_id = $1 for update"
    async with working(database) as first:
        await first.begin(acme_member)
    await database.fetch("update public.users set last_active_at = null where id = $1", acme_member.user_id)
    async with database.connected() as holder, working(database) as plain, working(database) as keyed:
        transaction = holder.transaction()
        await transaction.start()
        await holder.fetch(limits, acme_member.tenant_id)
        asking = []
        requests: list[tuple[Worker, dict[str, Any]]] = [
            (plain, {}),
            (keyed, {"idempotency_key": "k", "fingerprint": "00"}),
        ]
        for each, more in requests:
            asking.append(asyncio.create_task(each.begin(acme_member, **more)))
            pid = each.connection.get_server_pid()
            while not await holder.fetchval("select cardinality(pg_blocking_pids($1)) > 0", pid):
                await asyncio.sleep(0.01)
        await transaction.rollback()
        assert [each["is_repeat"] for each in await asyncio.gather(*asking)] == [False, False]
