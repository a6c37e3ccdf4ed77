"""The response cache over real HTTP: who asks the same gets the same, within the tenant, while it is fresh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, Stream, running
from tests.world import Actor, Database


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    await database.fetch("update public.tenants set response_cache_seconds = 600 where slug = 'acme'")
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as started:
        yield started


async def used(database: Database, stream: Stream) -> dict[str, Any]:
    (row,) = await database.fetch("select * from public.usage_ledger where id = $1::uuid", stream.end.data["turnId"])
    return dict(row)


async def test_a_colleague_who_asks_the_same_gets_the_answer_again_and_nothing_is_charged(
    worker: RunningWorker, database: Database, acme_member: Actor, acme_admin: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(reasoning=["Let me see."]))
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    again = await worker.ask(acme_admin.auth_id, "What is a plane?")
    assert len(model_server.requests) == 1
    assert again.text == first.text
    assert again.end.data["usage"]["totalTokens"] == 0
    assert again.end.data["model"] == first.end.data["model"]
    assert again.end.data["finishReason"] == "stop"
    entry = await used(database, again)
    assert (entry["from_cache"], entry["cost"], entry["request_count"]) == (True, 0, 1)
    assert (entry["provider"], entry["model"]) == ("openai", first.end.data["model"])
    assert (await used(database, first))["from_cache"] is False
    (saved,) = await acme_admin.fetch("select * from public.messages where id = $1::uuid", again.end.data["messageId"])
    assert (saved["content"], saved["token_count"]) == (first.text, 0)
    assert '"reasoning"' in saved["parts"]
    today = "(now() at time zone 'utc')::date"
    assert await database.fetch(f"select * from private.ledger_findings({today}, {today})") == []


@pytest.mark.parametrize(
    "changed",
    [
        "response_cache_seconds = null",
        "system_prompt = 'Be brief.'",
        "llm_model = 'another-model'",
        "temperature = 0.9",
        "max_tokens = 77",
        """tools = '[{"type": "function", "function": {"name": "look"}}]'""",
    ],
)
async def test_what_the_answer_depends_on_makes_another_prompt(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, changed: str
) -> None:
    await worker.ask(acme_member.auth_id, "What is a plane?")
    await database.fetch(f"update public.tenants set {changed} where slug = 'acme'")
    await worker.ask(acme_member.auth_id, "What is a plane?")
    assert len(model_server.requests) == 2


async def test_no_other_tenant_gets_it(
    worker: RunningWorker, database: Database, acme_member: Actor, globex_member: Actor, model_server: ModelServer
) -> None:
    settings = "llm_provider, llm_model, system_prompt, temperature, max_tokens, tools, daily_token_limit"
    await database.fetch(
        f"update public.tenants set response_cache_seconds = 600,"
        f" ({settings}) = (select {settings} from public.tenants where slug = 'acme') where slug = 'globex'"
    )
    await worker.ask(acme_member.auth_id, "What is a plane?")
    await worker.ask(globex_member.auth_id, "What is a plane?")
    assert len(model_server.requests) == 2
    assert model_server.requests[0].body["messages"] == model_server.requests[1].body["messages"]
    await worker.ask(globex_member.auth_id, "What is a plane?")
    assert len(model_server.requests) == 2


async def test_history_belongs_to_the_prompt(
    worker: RunningWorker, acme_member: Actor, model_server: ModelServer
) -> None:
    first = await worker.ask(acme_member.auth_id, "What is a plane?")
    model_server.script(Script(answer="Flat."))
    await worker.ask(acme_member.auth_id, "And?", first.end.data["conversationId"])
    other = await worker.ask(acme_member.auth_id, "And?")
    assert len(model_server.requests) == 3
    # The same talk once more, from memory.
    same = await worker.ask(acme_member.auth_id, "What is a plane?")
    again = await worker.ask(acme_member.auth_id, "And?", same.end.data["conversationId"])
    assert (again.text, other.text) == ("Flat.", "Flat.")
    assert len(model_server.requests) == 3


@pytest.mark.parametrize(
    "script",
    [
        Script(finish_reason="length"),
        Script(error_after=3),
        Script(tool_calls=[{"index": 0, "id": "c", "function": {"name": "look", "arguments": "{}"}}]),
        Script(answer=["x" * 100_001]),
    ],
)
async def test_what_is_not_a_whole_answer_is_not_kept(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, script: Script
) -> None:
    model_server.script(script)
    await worker.ask(acme_member.auth_id, "What is a plane?")
    assert await database.value("select count(*) from private.cached_responses") == 0


async def test_an_answer_is_forgotten_when_it_is_old_or_not_wanted_any_more(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    await worker.ask(acme_member.auth_id, "One")
    await database.fetch("update private.cached_responses set created_at = now() - interval '601 seconds'")
    await worker.ask(acme_member.auth_id, "Two")
    await database.fetch("select private.run_job('forget_cached_responses')")
    assert await database.value("select count(*) from private.cached_responses") == 1
    await database.fetch("update private.cached_responses set created_at = now() - interval '601 seconds'")
    await worker.ask(acme_member.auth_id, "Two")
    assert len(model_server.requests) == 3
    await database.fetch("update public.tenants set response_cache_seconds = null")
    await database.fetch("select private.run_job('forget_cached_responses')")
    assert await database.value("select count(*) from private.cached_responses") == 0


async def test_it_goes_with_the_person_whose_question_it_answered(
    worker: RunningWorker, database: Database, acme_member: Actor
) -> None:
    await worker.ask(acme_member.auth_id, "One")
    await database.fetch("delete from public.users where auth_id = $1", acme_member.auth_id)
    assert await database.value("select count(*) from private.cached_responses") == 0
