"""Branches: each message follows another; which branch goes on is the newest, or the one that somebody chose."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.sql.working import NOWHERE, Worker, at_once, findings, history
from tests.world import Actor, Database

INSERT = "insert into public.messages (conversation_id, content) values ($1, $2) returning id, parent_id"


class Chat:
    """A chat of somebody's, by the client's id of it."""

    def __init__(self, worker: Worker, asker: Actor, name: str = "chat-1") -> None:
        self.worker = worker
        self.asker = asker
        self.name = name

    async def ask(self, content: str | None, **request: Any) -> asyncpg.Record:
        """Ask, and answer with the same words in capitals."""
        begun = await self.begin(content, **request)
        await self.worker.finish(begun, content=history(begun)[-1][1].upper())
        return begun

    async def begin(self, content: str | None, **request: Any) -> asyncpg.Record:
        if content is None:
            request["messages"] = []
        return await self.worker.begin(self.asker, content, chat=self.name, **request)

    async def shown(self, name: object = None) -> list[str]:
        """What the chosen branch holds."""
        rows = await self.asker.fetch("select * from public.chat_messages($1)", str(name or self.name))
        parents = [row["parent_id"] for row in rows]
        assert parents == [None, *(row["id"] for row in rows)][: len(rows)]
        return [row["content"] for row in rows]

    async def choose(self, message_id: UUID | None) -> str:
        sql = "update public.conversations set head_id = $1 where client_id = $2"
        return await self.asker.execute(sql, message_id, self.name)


@pytest.fixture
def chat(worker: Worker, acme_member: Actor) -> Chat:
    return Chat(worker, acme_member)


async def conversation(actor: Actor) -> UUID:
    """A new one."""
    return UUID(str(await actor.value("insert into public.conversations (title) values ('New') returning id")))


async def test_a_message_follows_the_newest(acme_member: Actor) -> None:
    made = await conversation(acme_member)
    rows = [(await acme_member.fetch(INSERT, made, f"{number}"))[0] for number in range(3)]
    assert [row["parent_id"] for row in rows] == [None, rows[0]["id"], rows[1]["id"]]


async def test_messages_of_one_statement_follow_each_other(acme_member: Actor) -> None:
    made = await conversation(acme_member)
    several = "insert into public.messages (conversation_id, content) values ($1, 'a'), ($1, 'b'), ($1, 'c')"
    for times in (1, 2):
        await acme_member.execute(several, made)
        rows = await acme_member.fetch("select content from public.chat_messages($1)", str(made))
        assert "".join(row["content"] for row in rows) == "abc" * times
    first = await acme_member.value("select id from public.chat_messages($1)", str(made))
    await acme_member.execute("update public.conversations set head_id = $1 where id = $2", first, made)
    await acme_member.execute(several, made)
    rows = await acme_member.fetch("select content from public.chat_messages($1)", str(made))
    assert "".join(row["content"] for row in rows) == "aabc"


async def test_messages_at_once_follow_each_other(database: Database, acme_member: Actor) -> None:
    made = await conversation(acme_member)

    async def say(worker: Worker, number: int) -> None:
        async with worker.connection.transaction():
            await worker.connection.execute("select private.become($1::jsonb)", acme_member.claims_text)
            await worker.connection.execute(INSERT, made, f"{number}")

    await at_once(database, 16, say)
    rows = await acme_member.fetch("select content from public.chat_messages($1)", str(made))
    assert sorted(int(row["content"]) for row in rows) == list(range(16))
    stamps = "select count(distinct created_at) from public.messages where conversation_id = $1"
    assert await acme_member.value(stamps, made) == 16


async def test_people_choose_no_parent_and_servers_one_of_the_same_conversation(
    acme_member: Actor, service: Actor
) -> None:
    made, other = await conversation(acme_member), await conversation(acme_member)
    ((first, _),) = await acme_member.fetch(INSERT, made, "First")
    await acme_member.fetch(INSERT, made, "Second")
    sql = "insert into public.messages (conversation_id, content, parent_id) values ($1, 'Branch', $2)"
    assert await acme_member.denied(sql, made, first) == "42501"
    assert await acme_member.denied("update public.messages set parent_id = null") == "42501"
    sql = (
        "insert into public.messages (tenant_id, user_id, conversation_id, content, parent_id)"
        " values ($1, $2, $3, 'Branch', $4) returning parent_id"
    )
    who = (acme_member.tenant_id, acme_member.user_id)
    assert await service.value(sql, *who, made, first) == first
    assert await service.denied(sql, *who, other, first) == "23503"
    assert await service.denied(sql, *who, made, NOWHERE) == "23503"
    rows = await acme_member.fetch("select content from public.chat_messages($1)", str(made))
    assert [row["content"] for row in rows] == ["First", "Branch"]


async def test_a_message_that_is_gone_leaves_those_after_it(acme_member: Actor, service: Actor) -> None:
    made = await conversation(acme_member)
    ((first, _),) = await acme_member.fetch(INSERT, made, "First")
    await acme_member.fetch(INSERT, made, "Second")
    await service.execute("delete from public.messages where id = $1", first)
    rows = await acme_member.fetch("select content, parent_id from public.chat_messages($1)", str(made))
    assert [tuple(row) for row in rows] == [("Second", None)]


async def test_a_person_chooses_the_branch_that_goes_on(chat: Chat, acme_admin: Actor) -> None:
    first = await chat.ask("one")
    await chat.ask("two")
    assert await chat.choose(first["turn_id"]) == "UPDATE 1"
    assert await chat.shown() == ["one", "ONE"]
    begun = await chat.ask("three")
    assert [content for _, content in history(begun)] == ["one", "ONE", "three"]
    # A new message is where the chat goes on from.
    assert await chat.shown() == ["one", "ONE", "three", "THREE"]
    head = "select head_id from public.conversations where client_id = 'chat-1'"
    assert await chat.asker.value(head) is None
    elsewhere = await chat.worker.begin(acme_admin, "Elsewhere")
    for foreign in (NOWHERE, elsewhere["question_id"]):
        choose = "update public.conversations set head_id = $1 where client_id = 'chat-1'"
        assert await chat.asker.denied(choose, foreign) == "PA422"


async def test_a_head_that_is_gone_is_the_newest_again(chat: Chat, service: Actor) -> None:
    first = await chat.ask("one")
    await chat.ask("two")
    await chat.choose(first["turn_id"])
    await service.execute("delete from public.messages where id = $1", first["turn_id"])
    assert await chat.shown() == ["two", "TWO"]
    assert [content for _, content in history(await chat.ask("three"))] == ["two", "TWO", "three"]


async def test_a_chat_is_read_by_the_clients_id_or_ours_and_by_nobody_else(
    chat: Chat, acme_admin: Actor, globex_member: Actor, outsider: Actor, anon: Actor
) -> None:
    begun = await chat.ask("one")
    assert await chat.shown() == await chat.shown(begun["conversation_id"]) == ["one", "ONE"]
    for other in (acme_admin, globex_member, outsider):
        for name in ("chat-1", str(begun["conversation_id"])):
            assert await other.fetch("select * from public.chat_messages($1)", name) == []
    assert await chat.asker.fetch("select * from public.chat_messages($1)", "no chat") == []
    assert await anon.denied("select * from public.chat_messages('chat-1')") == "42501"


@pytest.mark.parametrize("by", ["client", "ours"])
async def test_an_edited_question_takes_the_place_of_the_old_one(chat: Chat, by: str, database: Database) -> None:
    await chat.ask("one")
    second = await chat.ask("two", client_id="m2")
    await chat.ask("three")
    old = "m2" if by == "client" else str(second["question_id"])
    edited = await chat.ask("deux", client_id="m2", replaces=old)
    assert [content for _, content in history(edited)] == ["one", "ONE", "deux"]
    assert await chat.shown() == ["one", "ONE", "deux", "DEUX"]
    again = await chat.ask("zwei", client_id="m2", replaces="m2")
    assert [content for _, content in history(again)] == ["one", "ONE", "zwei"]
    # All branches are kept.
    assert await chat.asker.value("select count(*) from public.messages where client_id = 'm2'") == 3
    await chat.choose(second["turn_id"])
    assert await chat.shown() == ["one", "ONE", "two", "TWO"]
    assert await findings(database) == []


async def test_the_first_question_can_be_edited(chat: Chat) -> None:
    first = await chat.ask("one")
    await chat.ask("two")
    edited = await chat.ask("uno", replaces=first["question_id"])
    assert [content for _, content in history(edited)] == ["uno"]
    assert await chat.shown() == ["uno", "UNO"]
    assert (await chat.ask("due"))["conversation_id"] == first["conversation_id"]
    assert await chat.shown() == ["uno", "UNO", "due", "DUE"]


@pytest.mark.parametrize("name", ["replaces", "regenerates"])
async def test_what_is_not_there_is_neither_edited_nor_answered_anew(chat: Chat, acme_admin: Actor, name: str) -> None:
    await chat.ask("one")
    others = await chat.worker.begin(acme_admin, "Theirs", chat="chat-1", client_id="m9")
    content = "edited" if name == "replaces" else None
    for target in ("m9", "nothing", str(NOWHERE), str(others["question_id"]), str(others["turn_id"])):
        assert await chat.worker.refused(chat.begin(content, **{name: target})) == "PA404"
    if name == "replaces":
        answer = await chat.asker.value("select id from public.messages where content = 'ONE'")
        assert await chat.worker.refused(chat.begin(content, replaces=answer)) == "PA404"


@pytest.mark.parametrize("by", ["last", "id of the answer", "id of the question", "client's id of the question"])
async def test_an_answer_is_given_anew(chat: Chat, by: str, database: Database) -> None:
    await chat.ask("one")
    second = await chat.ask("two", client_id="m2")
    names = {"last": "", "id of the answer": str(second["turn_id"]), "id of the question": str(second["question_id"])}
    begun = await chat.begin(None, regenerates=names.get(by, "m2"))
    assert begun["is_repeat"] is False
    assert (begun["question_id"], begun["turn_id"] == second["turn_id"]) == (second["question_id"], False)
    assert [content for _, content in history(begun)] == ["one", "ONE", "two"]
    await chat.worker.finish(begun, content="Two again")
    assert await chat.shown() == ["one", "ONE", "two", "Two again"]
    await chat.choose(second["turn_id"])
    assert await chat.shown() == ["one", "ONE", "two", "TWO"]
    # Then the chosen one is the last.
    assert (await chat.begin(None, regenerates=""))["question_id"] == second["question_id"]
    assert await findings(database) == []


async def test_an_older_answer_is_given_anew(chat: Chat) -> None:
    first = await chat.ask("one")
    await chat.ask("two")
    begun = await chat.begin(None, regenerates=first["turn_id"])
    assert [content for _, content in history(begun)] == ["one"]
    await chat.worker.finish(begun, content="One again")
    assert await chat.shown() == ["one", "One again"]


@pytest.mark.parametrize("by", ["last", "turn"])
async def test_a_turn_that_failed_without_an_answer_is_given_anew(chat: Chat, by: str) -> None:
    failed = await chat.begin("one")
    await chat.worker.finish(failed, status="failed", content="")
    begun = await chat.begin(None, regenerates="" if by == "last" else failed["turn_id"])
    assert begun["question_id"] == failed["question_id"]
    assert history(begun) == [("user", "one")]


async def test_a_turn_that_failed_after_results_of_tools_is_given_anew_with_them(chat: Chat) -> None:
    call = await chat.begin("weather")
    parts = [{"type": "tool-call", "id": "c1", "name": "weather", "arguments": "{}"}]
    await chat.worker.finish(call, content="", parts=parts)
    results = [{"role": "tool", "content": "", "parts": [{"type": "tool-result", "id": "c1", "result": "Rain"}]}]
    failed = await chat.begin("", messages=results)
    await chat.worker.finish(failed, status="failed", content="")
    begun = await chat.begin(None, regenerates="")
    assert begun["question_id"] == failed["question_id"]
    assert [role for role, _ in history(begun)] == ["user", "assistant", "tool"]


async def test_answers_at_once_to_one_question_are_branches(chat: Chat, database: Database, acme_member: Actor) -> None:
    first = await chat.ask("one")

    async def again(worker: Worker, number: int) -> None:
        begun = await worker.begin(acme_member, chat="chat-1", messages=[], regenerates=str(first["turn_id"]))
        await worker.finish(begun, content=f"{number}")

    await at_once(database, 8, again)
    siblings = "select count(*) from public.messages where parent_id = $1 and role = 'assistant'"
    assert await acme_member.value(siblings, first["question_id"]) == 9
    assert len(await chat.shown()) == 2
    assert await findings(database) == []


async def test_answers_and_questions_at_once_do_not_lock_each_other_out(
    database: Database, worker: Worker, acme_member: Actor
) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = 1000 where true")
    begun = await worker.begin(acme_member, "Start", chat="chat-1")
    asked = asyncio.gather(worker.finish(begun))

    async def talk(each: Worker, number: int) -> None:
        for step in range(5):
            turn = await each.begin(acme_member, f"{number} {step}", chat="chat-1")
            await each.finish(turn)

    await at_once(database, 8, talk)
    await asked
    said = "select count(*) from public.messages where conversation_id = $1"
    assert await acme_member.value(said, begun["conversation_id"]) == 82
    assert await findings(database) == []
