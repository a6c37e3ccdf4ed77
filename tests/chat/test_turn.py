"""A turn over real HTTP, a real database and the model server: what is streamed is what is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database, token


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as started:
        yield started


async def turn_of(database: Database, turn_id: str) -> dict[str, Any]:
    """The turn, with what the ledger says that it used."""
    (row,) = await database.fetch(
        "select t.*, l.provider, l.model, l.prompt_tokens, l.completion_tokens, l.tokens_estimated"
        " from public.turns as t left join public.usage_ledger as l on l.id = t.id where t.id = $1",
        UUID(turn_id),
    )
    return dict(row)


async def settled(database: Database, turn_id: str) -> dict[str, Any]:
    """The turn once it is no longer running."""
    for _ in range(400):
        row = await turn_of(database, turn_id)
        if row["status"] != "running":
            return row
        await asyncio.sleep(0.01)
    raise AssertionError("the turn was not settled")


async def test_an_answer_is_streamed_saved_and_metered(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    before = await database.value("select count(*) from public.messages")
    stream = await worker.ask(acme_member.auth_id, "What is\n  a plane?")
    assert stream.text == "Hello from the model server."
    done = stream.end
    assert done.name == "done"
    assert done.data["usage"] == {
        "promptTokens": 11,
        "completionTokens": 7,
        "totalTokens": 18,
        "cachedTokens": 0,
        "reasoningTokens": 0,
        "estimated": False,
    }

    conversation_id = UUID(done.data["conversationId"])
    rows = await acme_member.fetch(
        "select * from public.messages where conversation_id = $1 order by created_at, id", conversation_id
    )
    assert await database.value("select count(*) from public.messages") == before + 2
    question, answer = rows
    assert (question["role"], question["content"]) == ("user", "What is\n  a plane?")
    assert (answer["role"], answer["content"]) == ("assistant", stream.text)
    assert answer["id"] == UUID(done.data["messageId"])
    assert answer["token_count"] == 7
    assert answer["model_used"] == done.data["model"]
    assert answer["provider_message_id"]
    assert answer["latency_ms"] >= 0
    title = await acme_member.value("select title from public.conversations where id = $1", conversation_id)
    assert title == "What is a plane?"

    turn = await turn_of(database, done.data["turnId"])
    assert turn["status"] == "completed"
    assert (turn["prompt_tokens"], turn["completion_tokens"], turn["tokens_estimated"]) == (11, 7, False)
    usage = await acme_member.fetch("select * from public.current_day_usage")
    assert [(row["prompt_tokens"], row["completion_tokens"], row["request_count"]) for row in usage] == [(11, 7, 1)]
    assert stream.response.headers["x-conversation-id"] == str(conversation_id)
    assert stream.response.headers["x-turn-id"] == done.data["turnId"]
    assert stream.response.headers["content-type"].startswith("text/event-stream")


async def test_the_model_gets_the_tenants_settings_and_the_history(
    worker: RunningWorker, database: Database, globex_member: Actor, model_server: ModelServer
) -> None:
    first = await worker.ask(globex_member.auth_id, "One")
    await worker.ask(globex_member.auth_id, "Two", first.end.data["conversationId"])
    body = model_server.requests[-1].body
    assert body["model"] == "gpt-5-mini"
    assert body["temperature"] == 0.2
    assert body["max_tokens"] == 1024
    assert body["messages"] == [
        {"role": "system", "content": "You help the analysts of Globex. Show your figures."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Hello from the model server."},
        {"role": "user", "content": "Two"},
    ]


async def test_history_is_cut_to_the_last_messages(
    database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    async with running(
        database, openai_base_url=model_server.base_url, ai_max_messages_per_conversation=2, default_ai_model="m-1"
    ) as worker:
        first = await worker.ask(acme_member.auth_id, "One")
        await worker.ask(acme_member.auth_id, "Two", first.end.data["conversationId"])
    sent = model_server.requests[-1].body
    assert [message["content"] for message in sent["messages"][1:]] == ["Hello from the model server.", "Two"]
    assert sent["model"] == "m-1"


async def test_pieces_come_as_the_model_sends_them(
    worker: RunningWorker, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=["one ", "two ", "three"], stall_after=2, stall_seconds=5))
    headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}"}
    seen = b""
    async with worker.client.stream("POST", "/api/ai/chat", json={"message": "Count"}, headers=headers) as response:
        async with asyncio.timeout(4):
            async for data in response.aiter_raw():
                seen += data
                if b"one " in seen:
                    break
    assert b"three" not in seen


async def test_a_reader_who_leaves_stops_nothing(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=[f"w{n} " for n in range(40)], seconds_per_frame=0.01))
    headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}"}
    async with worker.client.stream("POST", "/api/ai/chat", json={"message": "Go on"}, headers=headers) as response:
        turn_id = response.headers["x-turn-id"]
        async for _ in response.aiter_raw():
            break
    turn = await settled(database, turn_id)
    assert turn["status"] == "completed"
    answer = await database.value("select content from public.messages where id = $1", turn["answer_id"])
    assert answer == "".join(f"w{n} " for n in range(40))


@pytest.mark.parametrize(
    ("script", "reason", "said", "retryable"),
    [
        (Script(status=401), "unauthorized", "", False),
        (Script(status=429, headers={"Retry-After": "7"}), "rate_limited", "", True),
        (Script(status=500), "server_error", "", True),
        (Script(answer=["I was ", "saying"], close_after=3), "interrupted", "I was saying", True),
        (Script(answer=["I was ", "saying"], error_after=3), None, "I was saying", None),
        (Script(raw="<html>No</html>"), "invalid_response", "", True),
        (Script(answer=["Wait"], stall_after=2), "timeout", "Wait", True),
    ],
    ids=["401", "429", "500", "cut", "error-in-stream", "garbage", "stall"],
)
async def test_what_goes_wrong_upstream_is_typed_and_what_was_said_is_kept(
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    script: Script,
    reason: str | None,
    said: str,
    retryable: bool | None,
) -> None:
    model_server.script(script, script)
    async with running(
        database,
        openai_base_url=model_server.base_url,
        openai_api_key="provider-key-0123456789",
        ai_request_timeout_seconds=0.4,
    ) as worker:
        stream = await worker.ask(acme_member.auth_id, "Try")
    assert stream.text == said
    problem = stream.end
    assert problem.name == "error"
    assert problem.data["code"] == "AI_SERVICE_ERROR"
    assert problem.data["status"] == 502
    assert "provider-key" not in stream.response.text
    if reason is not None:
        assert problem.data["reason"] == reason
        assert problem.data["retryable"] is retryable
    turn = await turn_of(database, problem.data["turnId"])
    assert (turn["status"], turn["error_code"]) == ("failed", "AI_SERVICE_ERROR")
    rows = await acme_member.fetch(
        "select role, content from public.messages where conversation_id = $1 order by created_at, id",
        UUID(problem.data["conversationId"]),
    )
    assert [(row["role"], row["content"]) for row in rows] == [("user", "Try")] + (
        [("assistant", said)] if said else []
    )
    assert (turn["completion_tokens"] or 0) > 0 or not said
    assert turn["tokens_estimated"] is (reason not in ("unauthorized", "rate_limited", "server_error"))


async def test_a_provider_that_cannot_be_reached(database: Database, acme_member: Actor) -> None:
    async with running(database, openai_base_url="http://127.0.0.1:9/v1") as worker:
        stream = await worker.ask(acme_member.auth_id, "Anyone?")
        health = await worker.client.get("/api/ai/health")
    assert stream.end.data["reason"] == "refused"
    assert health.status_code == 503
    assert health.json()["checks"] == {"database": "ok", "model_provider": "unavailable"}


async def test_a_provider_that_is_not_set_up(worker: RunningWorker, database: Database, acme_member: Actor) -> None:
    await database.fetch("update public.tenants set llm_provider = 'elsewhere'")
    stream = await worker.ask(acme_member.auth_id, "Hello")
    assert stream.end.data["reason"] == "not_configured"
    assert stream.end.data["retryable"] is False


async def test_usage_that_is_not_reported_is_estimated_and_said_to_be(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(usage=None))
    stream = await worker.ask(acme_member.auth_id, "Hello there")
    usage = stream.end.data["usage"]
    assert usage["estimated"] is True
    assert usage["promptTokens"] > 0
    assert usage["completionTokens"] > 0
    assert (await turn_of(database, stream.end.data["turnId"]))["tokens_estimated"] is True


async def test_the_demonstration_model_says_that_it_is_one(database: Database, acme_member: Actor) -> None:
    async with running(database) as worker:
        stream = await worker.ask(acme_member.auth_id, "Hello")
    assert "demonstration" in stream.text
    assert stream.end.data["model"] == "palaver-demo"


async def test_unknown_and_foreign_conversations_get_the_same_answer(
    worker: RunningWorker, acme_member: Actor, acme_admin: Actor, globex_member: Actor
) -> None:
    answers = set()
    colleagues = await acme_admin.value("select id from public.conversations limit 1")
    foreign = await globex_member.value("select id from public.conversations limit 1")
    for conversation_id in (colleagues, foreign, uuid4()):
        response = await worker.post({"message": "Hi", "conversationId": str(conversation_id)}, acme_member.auth_id)
        answers.add((response.status_code, response.text))
    assert len(answers) == 1
    ((status, body),) = answers
    assert status == 404
    assert json.loads(body)["code"] == "NOT_FOUND"


async def test_an_archived_conversation_takes_no_message(
    worker: RunningWorker, database: Database, acme_admin: Actor
) -> None:
    archived = await acme_admin.value("select id from public.conversations where is_archived")
    before = await database.value("select count(*) from public.messages")
    response = await worker.post({"message": "Hi", "conversationId": str(archived)}, acme_admin.auth_id)
    assert (response.status_code, response.json()["code"]) == (409, "CONVERSATION_ARCHIVED")
    assert await database.value("select count(*) from public.messages") == before


async def test_the_limit_of_requests_a_minute(worker: RunningWorker, database: Database, globex_member: Actor) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = 3 where slug = 'globex'")
    before = await database.value("select count(*) from public.messages")
    responses = await asyncio.gather(
        *(worker.post({"message": "Hi"}, globex_member.auth_id) for _ in range(8)),
    )
    assert sorted(response.status_code for response in responses) == [200] * 3 + [429] * 5
    refused = next(response for response in responses if response.status_code == 429)
    assert refused.json()["code"] == "RATE_LIMIT"
    assert refused.json()["retryable"] is True
    assert 0 < int(refused.headers["retry-after"]) <= 20
    assert await database.value("select count(*) from public.messages") == before + 6


@pytest.mark.parametrize("who", ["outsider", "viewer", "deactivated", "tenant-off", "assistant-off"])
async def test_people_who_may_not_use_the_assistant(
    worker: RunningWorker, database: Database, outsider: Actor, initech_viewer: Actor, acme_member: Actor, who: str
) -> None:
    actor = {"outsider": outsider, "viewer": initech_viewer}.get(who, acme_member)
    if who == "deactivated":
        await database.fetch("update public.users set is_active = false where id = $1", actor.user_id)
    if who == "tenant-off":
        await database.fetch("update public.tenants set is_active = false where id = $1", actor.tenant_id)
    if who == "assistant-off":
        await database.fetch("update public.tenants set features = '{\"ai_assistant\": false}'")
    before = await database.value("select count(*) from public.messages")
    response = await worker.post({"message": "Hi"}, actor.auth_id)
    assert (response.status_code, response.json()["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert await database.value("select count(*) from public.messages") == before


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 400, "INVALID_REQUEST"),
        (b"{", {}, 400, "INVALID_REQUEST"),
        (b'{"message": "\xff"}', {}, 400, "INVALID_REQUEST"),
        (b"[]", {}, 422, "INVALID_REQUEST"),
        (b"{}", {}, 422, "INVALID_REQUEST"),
        (b'{"message": ""}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": " \\n "}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": 5}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": null}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": "a\\u0000b"}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": "\\ud800"}', {}, 400, "INVALID_REQUEST"),
        (b'{"x": ' + b"[" * 50_000 + b"]" * 50_000 + b', "message": "a"}', {}, 400, "INVALID_REQUEST"),
        (b'{"message": "a", "conversationId": "x"}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": "a", "conversationId": 1}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": "' + b"x" * 32_001 + b'"}', {}, 422, "INVALID_REQUEST"),
        (b'{"message": "' + b"x" * 5_000_000 + b'"}', {}, 413, "PAYLOAD_TOO_LARGE"),
        (b'{"message": "a"}', {"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_bad_bodies(
    worker: RunningWorker,
    database: Database,
    acme_member: Actor,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    before = await database.fetch("select count(*) from public.messages union all select count(*) from public.turns")
    headers = {
        "Authorization": f"Bearer {token(str(acme_member.auth_id))}",
        "Content-Type": "application/json",
    } | headers
    response = await worker.client.post("/api/ai/chat", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    after = await database.fetch("select count(*) from public.messages union all select count(*) from public.turns")
    assert before == after


async def test_tokens_that_open_nothing(worker: RunningWorker, acme_member: Actor) -> None:
    bad = {
        "anon": token(str(acme_member.auth_id), role="anon"),
        "service": token(str(acme_member.auth_id), role="service_role"),
        "audience": token(str(acme_member.auth_id), aud="somebody"),
        "expired": token(str(acme_member.auth_id), exp=1_700_000_000),
        "no expiry": token(str(acme_member.auth_id), exp=None),
    }
    for name, value in bad.items():
        response = await worker.client.post(
            "/api/ai/chat", json={"message": "Hi"}, headers={"Authorization": f"Bearer {value}"}
        )
        assert (response.status_code, response.json()["code"]) == (401, "INVALID_TOKEN"), name
        assert value not in response.text
    response = await worker.client.post("/api/ai/chat", json={"message": "Hi"})
    assert (response.status_code, response.json()["code"]) == (401, "AUTH_REQUIRED")


async def test_the_assistant_switched_off_is_not_there(database: Database, acme_member: Actor) -> None:
    async with running(database, enable_ai_assistant=False) as worker:
        response = await worker.post({"message": "Hi"}, acme_member.auth_id)
        assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
        assert (await worker.client.get("/readyz")).status_code == 200


async def test_the_pools_connections_carry_nothing_over(worker: RunningWorker, acme_member: Actor) -> None:
    await worker.ask(acme_member.auth_id, "Hello")
    rows = await worker.worker.database.fetch("ping")
    assert len(rows) == 1
    async with worker.worker.database._acquired() as connection:
        left = await connection.fetchrow(
            "select current_setting('request.jwt.claims', true) as claims,"
            " current_setting('request.jwt.claim.sub', true) as sub,"
            " (select count(*) from public.messages) as visible,"
            " (select count(*) from pg_catalog.pg_locks"
            " where locktype = 'advisory' and pid = pg_backend_pid()) as locks"
        )
    assert (left["claims"] or "", left["sub"] or "", left["visible"], left["locks"]) == ("", "", 0, 0)


async def test_a_shutdown_lets_an_answer_end_and_refuses_new_ones(
    database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=[f"w{n} " for n in range(20)], seconds_per_frame=0.02))
    async with running(database, openai_base_url=model_server.base_url, shutdown_grace_seconds=10) as worker:
        asking = asyncio.create_task(worker.ask(acme_member.auth_id, "Slowly"))
        while not model_server.requests:
            await asyncio.sleep(0.01)
        worker.server.should_exit = True
        while not worker.worker.turns.draining:
            await asyncio.sleep(0.01)
        async with httpx2.AsyncClient(base_url=worker.base_url, trust_env=False) as other:
            ready = await other.get("/readyz")
            refused = await other.post(
                "/api/ai/chat",
                json={"message": "Hi"},
                headers={"Authorization": f"Bearer {token(str(acme_member.auth_id))}"},
            )
        stream = await asking
    assert ready.status_code == 503
    assert (refused.status_code, refused.json()["code"]) == (503, "SHUTTING_DOWN")
    assert stream.end.name == "done"
    assert stream.text.endswith("w19 ")


async def test_a_shutdown_that_cannot_wait_keeps_what_was_said(
    database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=["Once upon ", "a time"], stall_after=2))
    async with running(database, openai_base_url=model_server.base_url, shutdown_grace_seconds=0.3) as worker:
        asking = asyncio.create_task(worker.ask(acme_member.auth_id, "Tell me"))
        while not (model_server.requests and model_server.requests[0].sent_frames >= 2):
            await asyncio.sleep(0.01)
        worker.server.should_exit = True
        stream = await asking
    assert stream.text == "Once upon "
    assert (stream.end.name, stream.end.data["code"]) == ("error", "SHUTTING_DOWN")
    turn = await turn_of(database, stream.end.data["turnId"])
    assert turn["status"] == "failed"
    content = await database.value("select content from public.messages where id = $1", turn["answer_id"])
    assert content == "Once upon "


async def test_metrics_tell_of_the_turn(worker: RunningWorker, acme_member: Actor) -> None:
    await worker.ask(acme_member.auth_id, "Hello")
    text = (await worker.client.get("/metrics")).text
    assert 'palaver_turns_total{outcome="completed"} 1.0' in text
    assert 'palaver_http_requests_total{method="POST",route="/api/ai/chat",status="200"} 1.0' in text
    assert "palaver_active_streams 0.0" in text
    assert str(acme_member.tenant_id) not in text
