"""The AI SDK's dialect over real HTTP: what clients rely on beside the stream, and what hostile ones try."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database, token


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as started:
        yield started


def signed_in(actor: Actor, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(str(actor.auth_id))}", **headers}


def hello(text: str = "Hello", **fields: Any) -> dict[str, Any]:
    message = {"id": "u1", "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": "chat-1", "trigger": "submit-message", "messages": [message], **fields}


def chunks(text: str) -> list[Any]:
    *lines, done = [line.removeprefix("data: ") for line in text.split("\n\n") if line.startswith("data: ")]
    assert done == "[DONE]"
    return [json.loads(line) for line in lines]


async def test_headers_tell_the_protocol_the_ids_and_the_limits(worker: RunningWorker, acme_member: Actor) -> None:
    response = await worker.client.post("/api/chat", json=hello(), headers=signed_in(acme_member))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert response.headers["x-accel-buffering"] == "no"
    assert '"' in response.headers["ratelimit"]
    start, *_, finish = chunks(response.text)
    assert (start["type"], finish["type"]) == ("start", "finish")
    metadata = start["messageMetadata"]
    assert response.headers["x-conversation-id"] == metadata["conversationId"]
    assert response.headers["x-turn-id"] == metadata["turnId"] == start["messageId"]


async def test_a_repeated_request_gets_the_same_answer(
    worker: RunningWorker, acme_member: Actor, model_server: ModelServer
) -> None:
    headers = signed_in(acme_member, **{"Idempotency-Key": '"once"'})
    first = await worker.client.post("/api/chat", json=hello(), headers=headers)
    again = await worker.client.post("/api/chat", json=hello(), headers=headers)
    said = [chunk for chunk in chunks(first.text) if chunk["type"] == "text-delta"]
    assert "".join(chunk["delta"] for chunk in said) == "Hello from the model server."
    assert chunks(again.text)[0]["messageId"] == chunks(first.text)[0]["messageId"]
    assert len(model_server.requests) == 1
    other = await worker.client.post("/api/chat", json=hello("Other"), headers=headers)
    assert other.status_code == 422


async def test_a_person_neither_reads_nor_stops_anothers_chat(
    worker: RunningWorker, acme_member: Actor, acme_admin: Actor, globex_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=["One ", "two"], stall_after=2))
    url = "/api/chat/chat-1"
    async with worker.client.stream("POST", "/api/chat", json=hello(), headers=signed_in(acme_member)) as response:
        lines = response.aiter_lines()
        while "One" not in await anext(lines):
            pass
        for other in (acme_admin, globex_member):
            for chat in ("chat-1", response.headers["x-conversation-id"]):
                headers = signed_in(other)
                assert (await worker.client.get(f"/api/chat/{chat}/stream", headers=headers)).status_code == 204
                assert (await worker.client.post(f"/api/chat/{chat}/stop", headers=headers)).status_code == 404
        stopped = await worker.client.post(f"{url}/stop", headers=signed_in(acme_member))
        assert stopped.json() == {"stopped": True}
        rest = [line async for line in lines if line]
    assert json.loads(rest[-2].removeprefix("data: "))["messageMetadata"]["status"] == "stopped"


async def test_nobody_without_a_token_is_answered(worker: RunningWorker) -> None:
    for method, path in (("POST", "/api/chat"), ("GET", "/api/chat/x/stream"), ("POST", "/api/chat/x/stop")):
        response = await worker.client.request(method, path, json=hello())
        assert (response.status_code, response.json()["code"]) == (401, "AUTH_REQUIRED")


def text_part(text: str) -> dict[str, Any]:
    return {"id": "u1", "role": "user", "parts": [{"type": "text", "text": text}]}


def results(**fields: Any) -> dict[str, Any]:
    part = {"type": "tool-x", "toolCallId": "c", "state": "output-available", "output": 1, **fields}
    return {"id": "a1", "role": "assistant", "parts": [part]}


HOSTILE = (
    b"",
    b"null",
    b"[]",
    b'{"id":"chat-1","messages":' + b"[" * 100_000,
    b'{"id":"chat-1","message":{"role":"user","parts":[{"type":"text","text":"\xff"}]}}',
    b'{"id":"chat-1","message":{"role":"user","parts":[{"type":"text","text":"\\ud800"}]}}',
    json.dumps(hello("nul \0 nul")).encode(),
    json.dumps(hello(id="nul \0")).encode(),
    json.dumps(hello(messageId="nul \0")).encode(),
    json.dumps(hello(model="nul \0")).encode(),
    json.dumps(hello(messages=[{**text_part("x"), "id": "nul \0"}])).encode(),
    json.dumps(hello(messages=[results(output="nul \0")])).encode(),
    json.dumps(hello(messages=[results(output={"nul \0": 1})])).encode(),
    json.dumps(hello(messages=[results(toolCallId="nul \0")])).encode(),
    json.dumps(hello(messages=[results(state="output-error", errorText="nul \0")])).encode(),
    json.dumps(hello("x" * 40_000)).encode(),
)


async def test_what_cannot_be_taken_is_refused_and_never_a_fault(worker: RunningWorker, acme_member: Actor) -> None:
    headers = signed_in(acme_member, **{"Content-Type": "application/json"})
    for body in HOSTILE:
        response = await worker.client.post("/api/chat", content=body, headers=headers)
        assert response.status_code in (400, 413, 422), (body[:200], response.text)
        assert response.headers["content-type"] == "application/problem+json"


async def test_odd_results_of_tools_are_taken_as_they_are(worker: RunningWorker, acme_member: Actor) -> None:
    outputs: tuple[object, ...] = (10**400, "x" * 100_000, [[[]]] * 1000, None, -0.0, "\N{SNOWMAN}")
    for output in outputs:
        body = hello(messages=[results(output=output)])
        response = await worker.client.post("/api/chat", json=body, headers=signed_in(acme_member))
        assert response.status_code == 200, response.text
        assert chunks(response.text)[-1]["type"] == "finish"


async def test_no_chat_id_makes_the_routes_stumble(worker: RunningWorker, acme_member: Actor) -> None:
    for chat in ("\0", "/", "a/stream", "x" * 5000, "..%2F..", "\N{SNOWMAN}", "'; drop table x"):
        url = f"/api/chat/{quote(chat, safe='')}"
        stream = await worker.client.get(f"{url}/stream", headers=signed_in(acme_member))
        stop = await worker.client.post(f"{url}/stop", headers=signed_in(acme_member))
        assert stream.status_code in (204, 404, 422)
        assert stop.status_code in (404, 422)
