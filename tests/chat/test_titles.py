"""Titles by the model, over real HTTP: nobody waits for one, and a person's own stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.chat.titles import MAX_TITLE_CHARS, RESERVED_TOKENS, cleaned
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(
        database, openai_base_url=model_server.base_url, openai_api_key="key", ai_titles=True, default_ai_model="m"
    ) as started:
        yield started


async def idle(worker: RunningWorker) -> None:
    """Wait until the worker has nothing to do."""
    tasks = worker.worker.turns._tasks
    while tasks:
        await asyncio.wait(list(tasks))


async def conversation(database: Database, conversation_id: str) -> dict[str, Any]:
    (row,) = await database.fetch("select * from public.conversations where id = $1::uuid", conversation_id)
    return dict(row)


TITLE = Script(answer="Planes, explained", usage={"prompt_tokens": 90, "completion_tokens": 4})


async def test_the_model_titles_after_the_first_answer_and_only_then(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer="It is flat."), TITLE)
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    chat = first.end.data["conversationId"]
    await idle(worker)
    row = await conversation(database, chat)
    assert (row["title"], row["titled_by"]) == ("Planes, explained", "model")
    shown = model_server.requests[1].body["messages"][-1]["content"]
    assert "What is a plane?" in shown
    assert "It is flat." in shown
    await worker.ask(acme_member.auth_id, "And a line?", chat)
    await idle(worker)
    assert len(model_server.requests) == 3


async def test_a_title_is_charged_and_is_no_request(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    await database.fetch("update public.tenants set daily_token_limit = 1000000, user_daily_token_limit = 1000000")
    model_server.script(Script(), TITLE)
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    await idle(worker)
    entries = await database.fetch(
        "select prompt_tokens, completion_tokens, request_count, user_id from public.usage_ledger"
        " where conversation_id = $1::uuid order by created_at",
        first.end.data["conversationId"],
    )
    assert [tuple(row)[:3] for row in entries] == [(11, 7, 1), (90, 4, 0)]
    assert {row["user_id"] for row in entries} == {
        await database.value("select id from public.users where auth_id = $1", acme_member.auth_id)
    }
    usage = await acme_member.fetch("select * from public.current_day_usage")
    assert [(row["total_tokens"], row["request_count"]) for row in usage] == [(112, 1)]
    assert await database.value("select sum(reserved_tokens) from private.allowances") == 0
    today = "(now() at time zone 'utc')::date"
    assert await database.fetch(f"select * from private.ledger_findings({today}, {today})") == []


async def test_nobody_waits_and_the_persons_own_title_wins(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(), Script(answer="Too late", first_token_seconds=0.3))
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    chat = first.end.data["conversationId"]
    assert (await conversation(database, chat))["titled_by"] == "start"
    await acme_member.execute("update public.conversations set title = 'Mine' where id = $1::uuid", chat)
    await idle(worker)
    assert len(model_server.requests) == 2
    row = await conversation(database, chat)
    assert (row["title"], row["titled_by"]) == ("Mine", "person")


@pytest.mark.parametrize(
    "script",
    [
        Script(answer=""),
        Script(status=500),
        Script(error_after=2),
        Script(close_after=1),
        Script(raw="<html>"),
        Script(answer="\u202e\u0000 ```"),
    ],
)
async def test_whatever_goes_wrong_the_first_words_stay_and_the_books_are_closed(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, script: Script
) -> None:
    model_server.script(Script(), script)
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    await idle(worker)
    row = await conversation(database, first.end.data["conversationId"])
    assert (row["title"], row["titled_by"]) == ("What is a plane?", "start")
    assert await database.value("select count(*) from private.open_turns") == 0
    assert await database.value("select coalesce(sum(reserved_tokens), 0) from private.allowances") == 0


@pytest.mark.parametrize(
    "changed",
    [
        """features = '{"titles": false}'""",
        f"daily_token_limit = {RESERVED_TOKENS}",
        f"user_daily_token_limit = {RESERVED_TOKENS}",
    ],
)
async def test_a_tenant_that_wants_none_or_has_no_room_gets_none(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, changed: str
) -> None:
    await database.fetch(f"update public.tenants set {changed} where slug = 'acme'")
    await worker.ask(acme_member.auth_id, "What is a plane?")
    await idle(worker)
    assert len(model_server.requests) == 1


async def test_a_conversation_that_the_person_began_by_name_is_not_titled(
    worker: RunningWorker, acme_member: Actor, model_server: ModelServer
) -> None:
    chat = await acme_member.value("insert into public.conversations (title) values ('Named') returning id")
    await worker.ask(acme_member.auth_id, "What is a plane?", chat)
    await idle(worker)
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Planes", "Planes"),
        ('\n\n "Planes and lines."\nMore', "Planes and lines"),
        ("**Title:** Planes", "Planes"),
        ("# Planes", "Planes"),
        ("„Ebenen“", "Ebenen"),
        ("C++ und C#", "C++ und C#"),
        ("a\u202eb\u0000c\u2028d", "ab c"),
        ("平面とは何か", "平面とは何か"),
        (" . ", ""),
        ("", ""),
        ("\ufffd …", ""),
        ("word " * 100, ("word " * 16)[: MAX_TITLE_CHARS - 1].rstrip() + "…"),
    ],
)
def test_a_title_is_plain_text(said: str, title: str) -> None:
    assert cleaned(said) == title
