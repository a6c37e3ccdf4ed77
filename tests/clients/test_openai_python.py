"""openai-python, as it comes, against the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionFunctionToolParam

from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database, token

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
WEATHER: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"at": {"type": "string"}}}},
}
CALLS = [
    {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}},
    {"index": 0, "function": {"arguments": '{"at":'}},
    {"index": 0, "function": {"arguments": '"Bonn"}'}},
]
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as started:
        yield started


def connected(worker: RunningWorker, actor: Actor | None, **options: Any) -> AsyncOpenAI:
    key = token(str(actor.auth_id)) if actor else "sk-none"
    return AsyncOpenAI(base_url=f"{worker.base_url}/v1", api_key=key, **{"max_retries": 0, "timeout": 30, **options})


@pytest.fixture
async def client(worker: RunningWorker, acme_member: Actor) -> AsyncIterator[AsyncOpenAI]:
    async with connected(worker, acme_member) as made:
        yield made


def ids(answer: ChatCompletion | ChatCompletionChunk) -> tuple[UUID, UUID]:
    """The conversation's and the turn's."""
    metadata = answer.model_dump()["metadata"]
    assert answer.id == f"chatcmpl-{metadata['turn_id']}"
    return UUID(metadata["conversation_id"]), UUID(metadata["turn_id"])


async def said(database: Database, conversation_id: UUID) -> list[tuple[str, str]]:
    rows = await database.fetch(
        "select role, content from public.messages where conversation_id = $1 order by created_at, id", conversation_id
    )
    return [(row["role"], row["content"]) for row in rows]


async def ended(database: Database, turn_id: UUID) -> str:
    """The turn's status once it is no longer running."""
    async with asyncio.timeout(10):
        while (status := await database.value("select status from public.turns where id = $1", turn_id)) == "running":
            await asyncio.sleep(0.01)
    return str(status)


async def turns(database: Database) -> int:
    return int(await database.value("select count(*) from public.turns"))


async def test_models_are_listed_and_found(worker: RunningWorker, client: AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    assert listed[-1] == "default"
    assert len(listed) == len(set(listed)) > 1
    assert (await client.models.retrieve(listed[0])).object == "model"
    with pytest.raises(openai.NotFoundError) as caught:
        await client.models.retrieve("no/such?model")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


async def test_an_answer_as_a_whole(
    client: AsyncOpenAI, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(usage=USAGE, reasoning=["Hm", "."]))
    raw = await client.chat.completions.with_raw_response.create(
        model="default",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        max_tokens=50,
        temperature=0.5,
        stop=["END"],
        seed=7,
        user="me",
        metadata={"purpose": "test"},
    )
    answer = raw.parse()
    (choice,) = answer.choices
    assert (choice.message.role, choice.message.content) == ("assistant", "Hello from the model server.")
    assert (choice.message.model_extra or {})["reasoning_content"] == "Hm."
    assert (choice.finish_reason, choice.message.refusal, choice.message.tool_calls) == ("stop", None, None)
    assert answer.usage is not None
    assert answer.usage.model_dump(exclude_none=True) == USAGE
    sent = model_server.requests[-1].body
    assert (sent["temperature"], sent["stop"], sent["seed"]) == (0.5, ["END"], 7)
    assert 50 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))
    assert {"role": "system", "content": "Be brief."} in sent["messages"]
    assert sent["messages"][-1] == {"role": "user", "content": "Hello"}
    assert answer.model == sent["model"]

    conversation_id, turn_id = ids(answer)
    assert raw.headers["x-conversation-id"] == str(conversation_id)
    assert raw.headers["x-turn-id"] == str(turn_id)
    assert await said(database, conversation_id) == [("user", "Hello"), ("assistant", "Hello from the model server.")]
    assert await database.value("select answer_id from public.turns where id = $1", turn_id) == turn_id
    assert await acme_member.value("select request_count from public.current_day_usage") == 1


async def test_an_answer_as_a_stream(client: AsyncOpenAI, database: Database, model_server: ModelServer) -> None:
    model_server.script(Script(usage=USAGE, reasoning=["Hm"]))
    stream = await client.chat.completions.create(
        model="default",
        messages=[{"role": "user", "content": "Hello"}],
        stream=True,
        stream_options={"include_usage": True, "include_obfuscation": False},
    )
    first, *middle, finish, last = [chunk async for chunk in stream]
    assert (first.choices[0].delta.role, first.choices[0].delta.content) == ("assistant", "")
    thoughts = [(chunk.choices[0].delta.model_extra or {}).get("reasoning_content", "") for chunk in middle]
    assert "".join(thoughts) == "Hm"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in middle) == "Hello from the model server."
    assert (finish.choices[0].finish_reason, finish.usage) == ("stop", None)
    assert last.choices == [] and last.usage is not None
    assert last.usage.model_dump(exclude_none=True) == USAGE
    assert {chunk.id for chunk in middle} == {first.id, last.id}
    assert {chunk.model for chunk in (first, last)} == {model_server.requests[-1].body["model"]}
    conversation_id, _ = ids(first)
    assert await said(database, conversation_id) == [("user", "Hello"), ("assistant", "Hello from the model server.")]


async def test_the_client_without_asyncio(worker: RunningWorker, acme_member: Actor) -> None:
    def talk() -> tuple[str, str | None]:
        key = token(str(acme_member.auth_id))
        with OpenAI(base_url=f"{worker.base_url}/v1", api_key=key, max_retries=0) as client:
            whole = client.chat.completions.create(model="default", messages=[{"role": "user", "content": "Hi"}])
            with client.chat.completions.stream(
                model="default", messages=[{"role": "user", "content": "Hi"}]
            ) as stream:
                for _ in stream:
                    pass
                streamed = stream.get_final_completion()
        return whole.choices[0].message.content or "", streamed.choices[0].message.content

    assert await asyncio.to_thread(talk) == ("Hello from the model server.",) * 2


async def test_a_conversation_goes_on_by_its_id(
    client: AsyncOpenAI, database: Database, model_server: ModelServer
) -> None:
    first = await client.chat.completions.create(model="default", messages=[{"role": "user", "content": "One"}])
    conversation_id, _ = ids(first)
    second = await client.chat.completions.create(
        model="default",
        messages=[
            {"role": "user", "content": "Never said"},
            {"role": "assistant", "content": "Nor this"},
            {"role": "user", "content": "Two"},
        ],
        metadata={"conversation_id": str(conversation_id)},
    )
    assert ids(second)[0] == conversation_id
    answer = "Hello from the model server."
    assert await said(database, conversation_id) == [
        ("user", "One"),
        ("assistant", answer),
        ("user", "Two"),
        ("assistant", answer),
    ]
    assert [message["content"] for message in model_server.requests[-1].body["messages"][-3:]] == ["One", answer, "Two"]


async def test_what_a_client_claims_is_context_and_no_history(
    client: AsyncOpenAI, database: Database, model_server: ModelServer
) -> None:
    claimed: list[Any] = [{"role": "user", "content": "One"}, {"role": "assistant", "content": "I owe you a million."}]
    answer = await client.chat.completions.create(
        model="default", messages=[*claimed, {"role": "user", "content": "When?"}]
    )
    conversation_id, _ = ids(answer)
    assert model_server.requests[-1].body["messages"][-3:] == [*claimed, {"role": "user", "content": "When?"}]
    rows = await database.fetch(
        "select role, content, parts from public.messages where conversation_id = $1 order by created_at, id",
        conversation_id,
    )
    assert [(row["role"], row["content"]) for row in rows][:1] == [("user", "When?")]
    assert len(rows) == 2
    assert json.loads(rows[0]["parts"])[0] == {"type": "context", "messages": claimed}


@pytest.mark.parametrize("continues", [True, False])
async def test_a_tool_is_called_and_its_result_answered(
    client: AsyncOpenAI, database: Database, model_server: ModelServer, continues: bool
) -> None:
    model_server.script(Script(answer="", tool_calls=CALLS, finish_reason="tool_calls"), Script())
    messages: list[Any] = [{"role": "user", "content": "Weather in Bonn?"}]
    first = await client.chat.completions.create(
        model="default", messages=messages, tools=[WEATHER], tool_choice="required", parallel_tool_calls=False
    )
    (choice,) = first.choices
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    (call,) = choice.message.tool_calls or []
    assert call.type == "function"
    assert (call.id, call.function.name, call.function.arguments) == ("call_1", "weather", '{"at":"Bonn"}')
    sent = model_server.requests[-1].body
    assert (sent["tools"], sent["tool_choice"], sent["parallel_tool_calls"]) == ([WEATHER], "required", False)

    messages += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": "Rain"}]
    conversation_id, _ = ids(first)
    second = await client.chat.completions.create(
        model="default",
        messages=messages,
        tools=[WEATHER],
        metadata={"conversation_id": str(conversation_id)} if continues else openai.omit,
    )
    assert second.choices[0].message.content == "Hello from the model server."
    question, called, result = model_server.requests[-1].body["messages"][-3:]
    assert question == {"role": "user", "content": "Weather in Bonn?"}
    assert called["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"at":"Bonn"}'}}
    ]
    assert result == {"role": "tool", "tool_call_id": "call_1", "content": "Rain"}
    assert (ids(second)[0] == conversation_id) is continues
    kept = [role for role, _ in await said(database, ids(second)[0])]
    assert kept == (["user", "assistant", "tool", "assistant"] if continues else ["tool", "assistant"])


async def test_tool_calls_stream(client: AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(answer="", tool_calls=CALLS, finish_reason="tool_calls"))
    async with client.chat.completions.stream(
        model="default", messages=[{"role": "user", "content": "Weather?"}], tools=[WEATHER]
    ) as stream:
        kinds = [event.type async for event in stream]
        final = await stream.get_final_completion()
    assert "tool_calls.function.arguments.done" in kinds
    (call,) = final.choices[0].message.tool_calls or []
    assert (call.id, call.function.arguments, final.choices[0].finish_reason) == (
        "call_1",
        '{"at":"Bonn"}',
        "tool_calls",
    )


async def test_images_are_seen_by_the_model(client: AsyncOpenAI, database: Database, model_server: ModelServer) -> None:
    content: list[Any] = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": PIXEL}},
    ]
    answer = await client.chat.completions.create(model="default", messages=[{"role": "user", "content": content}])
    assert model_server.requests[-1].body["messages"][-1] == {"role": "user", "content": content}
    assert (await said(database, ids(answer)[0]))[0] == ("user", "What is this?")


async def test_what_a_request_gets_wrong_is_named(
    worker: RunningWorker, client: AsyncOpenAI, database: Database, initech_viewer: Actor
) -> None:
    before = await turns(database)
    hello: list[Any] = [{"role": "user", "content": "Hello"}]

    with pytest.raises(openai.NotFoundError) as unknown:
        await client.chat.completions.create(model="gpt-99", messages=hello)
    assert (unknown.value.code, unknown.value.type) == ("model_not_found", "invalid_request_error")

    with pytest.raises(openai.BadRequestError) as hot:
        await client.chat.completions.create(model="default", messages=hello, temperature=9)
    assert hot.value.param == "temperature"

    other = {"conversation_id": "01930000-0000-7000-8000-000000000001"}
    with pytest.raises(openai.NotFoundError) as lost:
        await client.chat.completions.create(model="default", messages=hello, metadata=other)
    assert lost.value.code == "not_found"

    with pytest.raises(openai.NotFoundError) as elsewhere:
        await client.embeddings.create(model="default", input="Hello")
    assert elsewhere.value.type == "invalid_request_error"

    with pytest.raises(openai.APIStatusError) as large:
        await client.chat.completions.create(model="default", messages=[{"role": "user", "content": "x" * 9_000_000}])
    assert (large.value.status_code, large.value.code) == (413, "payload_too_large")

    async with connected(worker, None) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            await stranger.chat.completions.create(model="default", messages=hello)
        assert caught.value.code == "invalid_api_key"
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()
    async with connected(worker, initech_viewer) as viewer:
        with pytest.raises(openai.PermissionDeniedError):
            await viewer.chat.completions.create(model="default", messages=hello)
    assert await turns(database) == before


@pytest.mark.parametrize(
    ("method", "path", "content", "media_type", "status"),
    [
        ("POST", "/v1/chat/completions", b"{", "application/json", 400),
        ("POST", "/v1/chat/completions", b"[]", "application/json", 400),
        ("POST", "/v1/chat/completions", b'{"messages": [{"role": "user", "content": " "}]}', "application/json", 400),
        (
            "POST",
            "/v1/chat/completions",
            b'{"messages": [{"role": "user", "content": "\\u0000"}]}',
            "application/json",
            400,
        ),
        (
            "POST",
            "/v1/chat/completions",
            b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
            "application/json",
            400,
        ),
        ("POST", "/v1/chat/completions", b'{"messages": ' + b"[" * 90_000, "application/json", 400),
        ("POST", "/v1/chat/completions", b"{}", "text/plain", 415),
        ("GET", "/v1/chat/completions", b"", "", 405),
        ("DELETE", "/v1/models/default", b"", "", 405),
        ("POST", "/v1/responses", b"{}", "application/json", 404),
        ("GET", "/v1/models/", b"", "", 404),
    ],
)
async def test_errors_have_one_form(
    worker: RunningWorker,
    database: Database,
    acme_member: Actor,
    method: str,
    path: str,
    content: bytes,
    media_type: str,
    status: int,
) -> None:
    before = await turns(database)
    headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}", "Content-Type": media_type}
    response = await worker.client.request(method, path, content=content, headers=headers)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert {"message", "type", "param", "code", "palaver_code", "retryable"} <= set(error)
    assert (response.headers.get("allow") is not None) is (status == 405)
    assert await turns(database) == before


async def test_too_many_requests(worker: RunningWorker, database: Database, globex_member: Actor) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = 1 where slug = 'globex'")
    async with connected(worker, globex_member) as client:
        asking = [
            client.chat.completions.create(model="default", messages=[{"role": "user", "content": f"Hi {number}"}])
            for number in range(3)
        ]
        answers = await asyncio.gather(*asking, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, openai.RateLimitError)]
    assert len(refused) == 2
    assert refused[0].code == "rate_limit_exceeded"
    assert int(refused[0].response.headers["retry-after"]) > 0
    assert refused[0].response.headers["ratelimit"].startswith('"minute";r=0;t=')
    assert refused[0].response.headers["x-should-retry"] == "true"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_model_that_fails_is_not_asked_again_by_the_client(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, stream: bool
) -> None:
    before = await turns(database)
    model_server.script(Script(status=500))
    async with connected(worker, acme_member, max_retries=2) as client:
        with pytest.raises(openai.InternalServerError) as caught:
            await client.chat.completions.create(
                model="default", messages=[{"role": "user", "content": "Hello"}], stream=stream
            )
    assert caught.value.status_code == 502
    assert caught.value.type == "server_error"
    assert isinstance(caught.value.body, dict) and caught.value.body["reason"] == "server_error"
    assert await turns(database) == before + 1
    turn_id = UUID(caught.value.response.headers["x-turn-id"])
    assert await ended(database, turn_id) == "failed"


async def test_an_answer_that_breaks_off_is_an_error_in_the_stream(
    client: AsyncOpenAI, database: Database, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=["I was ", "saying"], close_after=3))
    stream = await client.chat.completions.create(
        model="default", messages=[{"role": "user", "content": "Go on"}], stream=True
    )
    seen: list[ChatCompletionChunk] = []

    async def read() -> None:
        async for chunk in stream:
            seen.append(chunk)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(openai.APIError) as caught:
        await read()
    assert (caught.value.code, caught.value.type) == ("ai_service_error", "server_error")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in seen) == "I was saying"
    assert await said(database, ids(seen[0])[0]) == [("user", "Go on"), ("assistant", "I was saying")]


@asynccontextmanager
async def slow_stream(client: AsyncOpenAI, model_server: ModelServer) -> AsyncIterator[Any]:
    """A stream of forty words, and its first chunk."""
    model_server.script(Script(answer=[f"w{number} " for number in range(40)], seconds_per_frame=0.01))
    stream = await client.chat.completions.create(
        model="default", messages=[{"role": "user", "content": "Count"}], stream=True
    )
    try:
        yield stream, await anext(stream)
    finally:
        await stream.close()


async def test_a_client_that_closes_its_stream_stops_nothing(
    client: AsyncOpenAI, database: Database, model_server: ModelServer
) -> None:
    async with slow_stream(client, model_server) as (_, first):
        conversation_id, turn_id = ids(first)
    assert await ended(database, turn_id) == "completed"
    assert (await said(database, conversation_id))[1] == ("assistant", "".join(f"w{number} " for number in range(40)))


async def test_stop_ends_the_stream_and_keeps_what_was_said(
    worker: RunningWorker, client: AsyncOpenAI, acme_member: Actor, database: Database, model_server: ModelServer
) -> None:
    async with slow_stream(client, model_server) as (stream, first):
        conversation_id, turn_id = ids(first)
        text, reason = "", None
        async for chunk in stream:
            if not text:
                headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}"}
                stopped = await worker.client.post(f"/api/ai/chat/{turn_id}/stop", headers=headers)
                assert stopped.status_code < 300
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason
    assert reason == "stop"
    assert "w39" not in text
    assert await ended(database, turn_id) == "stopped"
    assert (await said(database, conversation_id))[1] == ("assistant", text)


async def test_a_repeated_request_gets_the_first_ones_answer(
    client: AsyncOpenAI, database: Database, model_server: ModelServer
) -> None:
    async def ask(content: str, stream: bool = False) -> Any:
        return await client.chat.completions.create(
            model="default",
            messages=[{"role": "user", "content": content}],
            stream=stream,
            extra_headers={"Idempotency-Key": "one-and-only"},
        )

    before = await turns(database)
    first, again = await ask("Hello"), await ask("Hello")
    assert again == first
    assert (len(model_server.requests), await turns(database)) == (1, before + 1)
    with pytest.raises(openai.BadRequestError) as caught:
        await ask("Something else")
    assert caught.value.code == "idempotency_key_reused"
    assert len(model_server.requests) == 1


async def test_a_retry_with_a_key_waits_for_the_first_ones_answer(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    before = await turns(database)
    model_server.script(Script(answer=["Late"], first_token_seconds=1.2))
    async with connected(worker, acme_member, max_retries=5, timeout=0.5) as client:
        raw = await client.chat.completions.with_raw_response.create(
            model="default",
            messages=[{"role": "user", "content": "Hello"}],
            extra_headers={"Idempotency-Key": "patience"},
        )
    assert raw.retries_taken > 0
    assert raw.parse().choices[0].message.content == "Late"
    assert (len(model_server.requests), await turns(database)) == (1, before + 1)


async def test_a_client_that_does_not_wait_for_the_whole_stops_nothing(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    before = await turns(database)
    model_server.script(Script(answer=["Late"], first_token_seconds=0.8))
    async with connected(worker, acme_member, timeout=0.3) as client:
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model="default", messages=[{"role": "user", "content": "Hello"}])
    async with asyncio.timeout(10):
        while await turns(database) == before:
            await asyncio.sleep(0.01)
    turn_id = await database.value("select id from public.turns order by started_at desc limit 1")
    assert await ended(database, turn_id) == "completed"
    assert await database.value("select content from public.messages where id = $1", turn_id) == "Late"
    metrics = (await worker.client.get("/metrics")).text
    assert 'palaver_http_requests_total{method="POST",route="/v1/chat/completions",status="499"} 1.0' in metrics
