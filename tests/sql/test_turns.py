"""Turns: begun and settled by one call each, by the worker, for the person that the claims name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")
COUNTS = """
    select
        (select count(*) from public.conversations) as conversations,
        (select count(*) from public.messages) as messages,
        (select count(*) from public.turns) as turns,
        (select sum(request_count) from public.usage_metrics) as requests,
        (select count(*) from private.rate_limits) as limits,
        (select max(updated_at) from public.conversations) as last_touched
"""


class Worker:
    """The worker's login, which calls the two functions as one statement each."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def begin(self, actor: Actor | str | None, message: str | None = "Hello", *more: object) -> asyncpg.Record:
        claims = actor.claims_text if isinstance(actor, Actor) else actor
        places = ", ".join(f"${number}" for number in range(3, 3 + len(more)))
        sql = f"select * from private.begin_turn($1::jsonb, $2{', ' if places else ''}{places})"
        return (await self.connection.fetch(sql, claims, message, *more))[0]

    async def finish(self, actor: Actor | str | None, turn_id: UUID, **given: Any) -> asyncpg.Record:
        claims = actor.claims_text if isinstance(actor, Actor) else actor
        arguments = {
            "p_status": "completed",
            "p_content": "Hello to you",
            "p_provider": "openai",
            "p_model": "gpt-5-mini",
            "p_prompt_tokens": 11,
            "p_completion_tokens": 7,
            "p_tokens_estimated": False,
            "p_latency_ms": 1234,
            "p_finish_reason": "stop",
            "p_provider_message_id": "chatcmpl-1",
        } | given
        named = ", ".join(f"{name} => ${number}" for number, name in enumerate(arguments, 3))
        sql = f"select * from private.finish_turn($1::jsonb, $2, {named})"
        return (await self.connection.fetch(sql, claims, turn_id, *arguments.values()))[0]

    async def refused(self, call: Any) -> str:
        """The SQLSTATE with which a call is refused, which leaves no claims behind either."""
        try:
            await call
        except asyncpg.PostgresError as error:
            await self.check_no_claims()
            return str(error.sqlstate)
        raise AssertionError("not refused")

    async def check_no_claims(self) -> None:
        for setting in ("request.jwt.claims", "request.jwt.claim.sub"):
            assert not await self.connection.fetchval("select current_setting($1, true)", setting)


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[Worker]:
    """The worker."""
    async with database.connected("palaver_worker") as connection:
        yield Worker(connection)


async def counts(database: Database) -> asyncpg.Record:
    """All that a turn writes, to be the same after a refusal."""
    return (await database.fetch(COUNTS))[0]


async def conversation(database: Database, actor: Actor, archived: bool = False) -> UUID:
    sql = "select id from public.conversations where user_id = $1 and is_archived = $2 order by id limit 1"
    return UUID(str(await database.value(sql, actor.user_id, archived)))


def history(begun: asyncpg.Record) -> list[tuple[str, str]]:
    return [(said["role"], said["content"]) for said in json.loads(begun["history"])]


async def test_begin_saves_the_question_in_a_new_conversation(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member, "Which saw?")
    (question,) = await acme_member.fetch("select * from public.messages where id = $1", begun["question_id"])
    assert (question["conversation_id"], question["role"], question["content"]) == (
        begun["conversation_id"],
        "user",
        "Which saw?",
    )
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["id"], turn["status"], turn["question_id"]) == (begun["turn_id"], "running", begun["question_id"])
    assert (turn["user_id"], turn["answer_id"], turn["finished_at"]) == (acme_member.user_id, None, None)
    assert history(begun) == [("user", "Which saw?")]
    assert await acme_member.value("select title from public.conversations order by updated_at desc") == "Which saw?"
    assert await database.value(
        "select last_active_at > now() - interval '1 minute' from public.users where id = $1", acme_member.user_id
    )
    await worker.check_no_claims()


async def test_begin_goes_on_in_a_conversation_and_moves_it_up(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    begun = await worker.begin(acme_admin, "And for pine?", existing)
    assert (begun["conversation_id"], begun["conversation_title"]) == (existing, "Which drill for oak?")
    said = history(begun)
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant", "user"]
    assert said[0][1] == "Which drill bit do I need for oak?"
    assert said[-1] == ("user", "And for pine?")
    newest = await acme_admin.value(
        "select id from public.conversations where not is_archived order by updated_at desc"
    )
    assert newest == existing


async def test_history_is_the_newest_messages_oldest_first(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    assert history(await worker.begin(acme_admin, "Third?", existing, 3))[1:] == [
        ("assistant", "About 1,500 turns a minute for 6 mm, less for larger bits."),
        ("user", "Third?"),
    ]
    for limit in (1, 0, -5, None):
        assert history(await worker.begin(acme_admin, "Alone?", existing, limit)) == [("user", "Alone?")]


async def test_history_holds_what_was_said_and_nothing_of_others(
    worker: Worker, service: Actor, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    for role in ("system", "tool"):
        await service.execute(
            "insert into public.messages (tenant_id, conversation_id, user_id, role, content)"
            " values ($1, $2, $3, $4, 'Inner')",
            acme_admin.tenant_id,
            existing,
            acme_admin.user_id,
            role,
        )
    said = history(await worker.begin(acme_admin, "And?", existing, 1000))
    assert {role for role, _ in said} == {"user", "assistant"}
    assert len(said) == 5


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Short", "Short"),
        ("  Leading\n\nand   inner\tspace  ", "Leading and inner space"),
        ("x" * 51, "x" * 50),
        ("é" * 60, "é" * 50),
        ("😀" * 60, "😀" * 50),
        ("a" * 49 + " b c", "a" * 49 + " "),
    ],
)
async def test_a_new_conversation_is_titled_from_the_first_50_characters(
    worker: Worker, acme_member: Actor, message: str, title: str
) -> None:
    begun = await worker.begin(acme_member, message)
    assert begun["conversation_title"] == title
    assert history(begun) == [("user", message)]


async def test_the_tenants_model_settings_come_along(worker: Worker, globex_member: Actor, acme_member: Actor) -> None:
    names = ("llm_provider", "llm_model", "temperature", "max_tokens", "system_prompt")
    globex = await worker.begin(globex_member)
    assert [globex[name] for name in names[:2]] == ["openai", "gpt-5-mini"]
    assert (float(globex["temperature"]), globex["max_tokens"]) == (0.2, 1024)
    assert globex["system_prompt"] == "You help the analysts of Globex. Show your figures."
    acme = await worker.begin(acme_member)
    assert [acme[name] for name in names[:4]] == [None] * 4


async def test_an_empty_question_is_refused(worker: Worker, acme_member: Actor, database: Database) -> None:
    for message in ("", "  ", "\n\t", None):
        before = await counts(database)
        assert await worker.refused(worker.begin(acme_member, message)) == "PA422"
        assert await counts(database) == before


async def test_a_question_too_large_or_with_nul_leaves_nothing(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    before = await counts(database)
    assert await worker.refused(worker.begin(acme_member, "x" * (262_144 + 1))) == "23514"
    assert await worker.refused(worker.begin(acme_member, "a\x00b")) == "22021"
    assert await counts(database) == before
    # An answer may be longer than any question.
    begun = await worker.begin(acme_member, "x" * 262_144)
    finished = await worker.finish(acme_member, begun["turn_id"], p_content="y" * (262_144 + 1))
    assert finished is not None
    said = "select octet_length(content) from public.messages where conversation_id = $1 order by created_at, id"
    assert [row[0] for row in await acme_member.fetch(said, begun["conversation_id"])] == [262_144, 262_145]


async def test_whoever_may_not_use_the_assistant_begins_nothing(
    worker: Worker, initech_viewer: Actor, outsider: Actor, database: Database
) -> None:
    before = await counts(database)
    nobodys = ("{}", "null", "[]", '{"sub": null}', '{"sub": "ben"}', '{"sub": ""}', '{"sub": {}}')
    for claims in (initech_viewer, outsider, *nobodys, None):
        assert await worker.refused(worker.begin(claims)) == "PA403"
    assert await counts(database) == before


@pytest.mark.parametrize(
    "change",
    [
        "update public.users set is_active = false where id = $1",
        "update public.users set role = 'viewer' where id = $1",
        "update public.users set auth_id = null where id = $1",
        "delete from public.users where id = $1",
        "update public.tenants set is_active = false where id = (select tenant_id from public.users where id = $1)",
        """update public.tenants as t set features = '{"ai_assistant": false}'
        from public.users as u where u.tenant_id = t.id and u.id = $1""",
    ],
)
async def test_who_is_shut_out_begins_nothing_from_then_on(
    worker: Worker, acme_member: Actor, database: Database, change: str
) -> None:
    await worker.begin(acme_member)
    await database.fetch(change, acme_member.user_id)
    before = await counts(database)
    assert await worker.refused(worker.begin(acme_member)) == "PA403"
    assert await counts(database) == before


async def test_foreign_and_missing_conversations_are_the_same_to_everybody(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    targets = [await conversation(database, who) for who in (acme_admin, globex_admin)]
    targets += [await conversation(database, acme_admin, archived=True), NOWHERE]
    before = await counts(database)
    for target in targets:
        assert await worker.refused(worker.begin(acme_member, "Hello", target)) == "PA404"
    assert await counts(database) == before


async def test_an_archived_conversation_takes_no_question(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    before = await counts(database)
    archived = await conversation(database, acme_admin, archived=True)
    assert await worker.refused(worker.begin(acme_admin, "Hello", archived)) == "PA409"
    assert await counts(database) == before


async def test_finish_saves_the_answer_and_adds_usage(worker: Worker, acme_member: Actor) -> None:
    begun = await worker.begin(acme_member)
    done = await worker.finish(acme_member, begun["turn_id"], p_estimated_cost=0.25)
    assert done["already_finished"] is False
    (answer,) = await acme_member.fetch("select * from public.messages where id = $1", done["message_id"])
    assert (answer["conversation_id"], answer["role"], answer["content"]) == (
        begun["conversation_id"],
        "assistant",
        "Hello to you",
    )
    assert (answer["token_count"], answer["model_used"], answer["latency_ms"]) == (7, "gpt-5-mini", 1234)
    assert answer["provider_message_id"] == "chatcmpl-1"
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["status"], turn["answer_id"], turn["finish_reason"]) == ("completed", done["message_id"], "stop")
    assert (turn["prompt_tokens"], turn["completion_tokens"], turn["tokens_estimated"]) == (11, 7, False)
    assert (turn["provider"], turn["model"], turn["error_code"]) == ("openai", "gpt-5-mini", None)
    assert turn["finished_at"] >= turn["started_at"]
    (used,) = await acme_member.fetch("select * from public.current_day_usage")
    assert (used["prompt_tokens"], used["completion_tokens"], used["total_tokens"]) == (11, 7, 18)
    assert (used["request_count"], float(used["estimated_cost"])) == (1, 0.25)
    await worker.check_no_claims()
    # What was answered is part of the next question's history.
    again = await worker.begin(acme_member, "More", begun["conversation_id"])
    assert history(again) == [("user", "Hello"), ("assistant", "Hello to you"), ("user", "More")]


async def test_a_second_finish_changes_nothing(worker: Worker, acme_member: Actor, database: Database) -> None:
    begun = await worker.begin(acme_member)
    first = await worker.finish(acme_member, begun["turn_id"])
    before, turns = await counts(database), await database.fetch("select * from public.turns")
    again = await worker.finish(
        acme_member, begun["turn_id"], p_status="failed", p_content="Other", p_prompt_tokens=999
    )
    assert (again["message_id"], again["already_finished"]) == (first["message_id"], True)
    assert await counts(database) == before
    assert await database.fetch("select * from public.turns") == turns


async def test_of_concurrent_finishes_one_counts(acme_member: Actor, worker: Worker, database: Database) -> None:
    begun = await worker.begin(acme_member)

    async def finish(number: int) -> asyncpg.Record:
        async with database.connected("palaver_worker") as connection:
            return await Worker(connection).finish(acme_member, begun["turn_id"], p_content=f"Answer {number}")

    done = await asyncio.gather(*(finish(number) for number in range(16)))
    assert sorted(row["already_finished"] for row in done) == [False] + [True] * 15
    assert len({row["message_id"] for row in done}) == 1
    assert (
        await acme_member.value(
            "select count(*) from public.messages where role = 'assistant' and content like 'Answer%'"
        )
        == 1
    )
    assert await acme_member.value("select request_count from public.current_day_usage") == 1


@pytest.mark.parametrize("content", ["", None])
async def test_a_turn_in_which_nothing_was_said_leaves_no_answer(
    worker: Worker, acme_member: Actor, content: str | None
) -> None:
    begun = await worker.begin(acme_member)
    done = await worker.finish(
        acme_member, begun["turn_id"], p_status="failed", p_content=content, p_error_code="AI_SERVICE_ERROR"
    )
    assert tuple(done) == (None, False)
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["status"], turn["answer_id"], turn["error_code"]) == ("failed", None, "AI_SERVICE_ERROR")
    assert await acme_member.value("select total_tokens from public.current_day_usage") == 18


@pytest.mark.parametrize("status", ["completed", "stopped", "failed"])
async def test_what_was_said_is_kept_however_a_turn_ends(worker: Worker, acme_member: Actor, status: str) -> None:
    begun = await worker.begin(acme_member)
    done = await worker.finish(
        acme_member, begun["turn_id"], p_status=status, p_content="So far", p_tokens_estimated=True
    )
    assert await acme_member.value("select content from public.messages where id = $1", done["message_id"]) == "So far"
    (turn,) = await acme_member.fetch("select status, tokens_estimated from public.turns")
    assert tuple(turn) == (status, True)


async def test_nobody_finishes_somebody_elses_turn(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member)
    before = await counts(database)
    for claims in (acme_admin, globex_admin, outsider, "{}", None):
        assert await worker.refused(worker.finish(claims, begun["turn_id"])) == "PA404"
    assert await worker.refused(worker.finish(acme_member, NOWHERE)) == "PA404"
    assert await counts(database) == before
    assert (await worker.finish(acme_member, begun["turn_id"]))["already_finished"] is False


@pytest.mark.parametrize(
    "change",
    [
        "update public.users set is_active = false where id = $1",
        "update public.users set role = 'viewer' where id = $1",
        "update public.tenants set is_active = false where id = (select tenant_id from public.users where id = $1)",
        "update public.conversations set is_archived = true where user_id = $1",
    ],
)
async def test_an_answer_under_way_is_saved_although_its_asker_was_shut_out(
    worker: Worker, acme_member: Actor, database: Database, change: str
) -> None:
    begun = await worker.begin(acme_member)
    await database.fetch(change, acme_member.user_id)
    done = await worker.finish(acme_member, begun["turn_id"])
    assert (
        await database.value("select content from public.messages where id = $1", done["message_id"]) == "Hello to you"
    )
    used = (
        "select prompt_tokens from public.usage_metrics where user_id = $1 and day = (now() at time zone 'utc')::date"
    )
    assert await database.value(used, acme_member.user_id) == 11


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"p_status": "running"}, "23514"),
        ({"p_status": "done"}, "23514"),
        ({"p_status": None}, "23502"),
        ({"p_prompt_tokens": -1}, "23514"),
        ({"p_completion_tokens": -1}, "23514"),
        ({"p_prompt_tokens": None}, "PA422"),
        ({"p_completion_tokens": None}, "PA422"),
        ({"p_completion_tokens": 2**31}, "22003"),
        ({"p_latency_ms": -1}, "23514"),
        ({"p_estimated_cost": float("nan")}, "PA422"),
        ({"p_estimated_cost": -1}, "PA422"),
    ],
)
async def test_a_finish_that_makes_no_sense_leaves_the_turn_as_it_was(
    worker: Worker, acme_member: Actor, database: Database, given: dict[str, Any], state: str
) -> None:
    begun = await worker.begin(acme_member)
    before = await counts(database)
    assert await worker.refused(worker.finish(acme_member, begun["turn_id"], **given)) == state
    assert await counts(database) == before
    assert await acme_member.value("select status from public.turns") == "running"
    assert (await worker.finish(acme_member, begun["turn_id"]))["already_finished"] is False


async def test_people_neither_begin_nor_settle_nor_write_turns(
    worker: Worker, acme_member: Actor, acme_admin: Actor, service: Actor, anon: Actor
) -> None:
    begun = await worker.begin(acme_member)
    for actor in (acme_member, acme_admin, anon):
        assert await actor.denied("select private.begin_turn('{}', 'Hello')") == "42501"
        assert await actor.denied("update public.turns set status = 'failed', finished_at = now()") == "42501"
        assert await actor.denied("delete from public.turns") == "42501"
        assert await actor.denied("select private.become('{}')") == "42501"
    assert await service.denied("select private.begin_turn('{}', 'Hello')") == "42501"
    assert await acme_admin.value("select id from public.turns") == begun["turn_id"]


async def test_who_sees_turns(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    await worker.begin(acme_admin)
    begun = await worker.begin(acme_member)
    assert [row["id"] for row in await acme_member.fetch("select id from public.turns")] == [begun["turn_id"]]
    assert await acme_admin.value("select count(*) from public.turns") == 2
    assert await globex_admin.value("select count(*) from public.turns") == 0
    assert await outsider.value("select count(*) from public.turns") == 0


async def test_questions_at_once_are_each_saved_once(acme_member: Actor, database: Database) -> None:
    async def ask(number: int) -> asyncpg.Record:
        async with database.connected("palaver_worker") as connection:
            own = Worker(connection)
            begun = await own.begin(acme_member, f"Question {number}")
            return await own.finish(acme_member, begun["turn_id"], p_content=f"Answer {number}")

    await asyncio.gather(*(ask(number) for number in range(24)))
    assert await acme_member.value("select count(*) from public.turns where status = 'completed'") == 24
    pairs = await acme_member.fetch(
        "select q.content as question, a.content as answer from public.turns as t"
        " join public.messages as q on q.id = t.question_id join public.messages as a on a.id = t.answer_id"
        " where q.conversation_id = a.conversation_id"
    )
    assert {(row["question"], row["answer"]) for row in pairs} == {(f"Question {n}", f"Answer {n}") for n in range(24)}
    (used,) = await acme_member.fetch("select request_count, total_tokens from public.current_day_usage")
    assert tuple(used) == (24, 24 * 18)
