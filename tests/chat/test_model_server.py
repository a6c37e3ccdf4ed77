from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from tests.model_server import ModelServer, Script

ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
HELLO = "Hello from the model server."


@pytest.fixture
async def client(model_server: ModelServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="k", base_url=model_server.base_url, max_retries=0) as client:
        yield client


async def streamed(client: openai.AsyncOpenAI, **fields: Any) -> list[Any]:
    chunks = await client.chat.completions.create(
        **{**ASKED, "stream_options": {"include_usage": True}, **fields}, stream=True
    )
    return [chunk async for chunk in chunks]


def text(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


async def test_the_sdk_understands_its_stream(client: openai.AsyncOpenAI) -> None:
    chunks = await streamed(client)
    assert text(chunks) == HELLO
    assert chunks[-1].usage.total_tokens == 18
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_the_sdk_understands_its_whole_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(**ASKED)
    assert answer.choices[0].message.content == HELLO
    assert answer.usage.total_tokens == 18
    assert [model.id async for model in client.models.list()] == ["test-model"]


async def test_scripts_come_in_order_and_the_last_stays(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(answer="one"), Script(answer=["t", "wo"], azure=True, line_end="\r\n"))
    assert [text(await streamed(client)) for _ in range(3)] == ["one", "two", "two"]
    model_server.reset()
    assert model_server.requests == []
    assert text(await streamed(client)) == HELLO


async def test_a_question_can_hold_its_script(client: openai.AsyncOpenAI) -> None:
    directive = 'Say this [[script {"answer": "as you wish"}]]'
    for content in (directive, [{"type": "text", "text": directive}]):
        assert text(await streamed(client, messages=[{"role": "user", "content": content}])) == "as you wish"


async def test_it_cuts_where_it_is_told(model_server: ModelServer) -> None:
    model_server.script(Script(answer="é東👍", splits=[1, 3]))
    async with httpx2.AsyncClient() as client:
        url = f"{model_server.base_url}/chat/completions"
        async with client.stream("POST", url, json={**ASKED, "stream": True}) as response:
            reads = [read async for read in response.aiter_raw()]
    assert [len(read) for read in reads[:6]] == [1, 3, 1, 3, 1, 3]
    assert "é東👍" in b"".join(reads).decode()


async def test_sources_and_images_come_with_the_text(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    annotation = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    script = Script(answer="hi", annotations=[annotation], images=[image, image])
    model_server.script(script, dataclasses.replace(script, in_message=True))
    deltas = [chunk.choices[0].delta for chunk in await streamed(client) if chunk.choices]
    assert [delta.annotations for delta in deltas if hasattr(delta, "annotations")] == [[annotation]]
    assert [delta.images for delta in deltas if hasattr(delta, "images")] == [[image], [image]]
    last = (await streamed(client))[-2].choices[0]
    assert (last.message["annotations"], last.message["images"]) == ([annotation], [image, image])
    assert last.finish_reason == "stop"


async def test_frames_can_be_huge(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(answer="hi", padding=100_000))
    assert all(len(chunk.padding) == 100_000 for chunk in await streamed(client))


async def test_usage_can_be_missing_or_zero(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(usage=None), Script(usage={"prompt_tokens": 0, "completion_tokens": 0}))
    assert (await streamed(client))[-1].usage is None
    assert (await streamed(client))[-1].usage.prompt_tokens == 0


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (Script(status=401), openai.AuthenticationError),
        (Script(status=429), openai.RateLimitError),
        (Script(status=503), openai.InternalServerError),
        (Script(refuses=["messages"]), openai.BadRequestError),
        (Script(error_after=2), openai.APIError),
        (Script(reset=True), openai.APIConnectionError),
        (Script(close_after=2), openai.APIConnectionError),
        (Script(close_after=2, reset=True), openai.APIConnectionError),
        (Script(raw="data: <html>\n\n"), json.JSONDecodeError),
        (Script(raw="data: <html>\n\n", raw_after=2), json.JSONDecodeError),
    ],
)
async def test_it_fails_as_told(
    client: openai.AsyncOpenAI, model_server: ModelServer, script: Script, error: type[Exception]
) -> None:
    model_server.script(script)
    with pytest.raises(error):
        await streamed(client)


async def test_it_notes_when_a_client_leaves(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(stall_after=3))
    stream = await client.chat.completions.create(**ASKED, stream=True)
    await anext(aiter(stream))
    await stream.close()
    (request,) = model_server.requests
    assert await asyncio.to_thread(request.ended.wait, 5)
    assert request.disconnected_at is not None
    assert request.disconnected_at >= request.received_at
    assert request.sent_frames == 3
    assert request.headers["authorization"] == "Bearer k"


async def test_its_pace_and_times(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.script(Script(answer="a b c", first_token_seconds=0.1, seconds_per_frame=0.02, timestamps=True))
    started = time.monotonic_ns()
    chunks = await streamed(client)
    sent = [chunk.sent_ns for chunk in chunks]
    assert sent == sorted(sent)
    assert sent[0] - started >= 0.1e9
    assert all(later - earlier >= 0.015e9 for earlier, later in itertools.pairwise(sent))
    assert sent[-1] <= time.monotonic_ns()


def test_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.model_server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base = process.stdout.readline().strip()
            control = base.removesuffix("/v1") + "/control"
            with httpx2.Client() as client:
                client.post(f"{control}/script", json={"answer": "scripted"}).raise_for_status()
                answer = client.post(f"{base}/chat/completions", json=ASKED).json()
                assert answer["choices"][0]["message"]["content"] == "scripted"
                (request,) = client.get(f"{control}/requests", params={"wait": 5}).json()
                assert request["body"] == ASKED
                assert request["ended"]
                client.delete(f"{control}/requests").raise_for_status()
                assert client.get(f"{control}/requests").json() == []
        finally:
            process.terminate()
