from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from app.chat.demonstration import BASE_URL, MODEL, DemonstrationTransport, demonstration_answer
from app.chat.pieces import Piece, ToolInput, text_of
from app.chat.providers import ModelRequest, Providers
from app.chat.upstream import StreamReader
from app.settings import Settings

QUESTION = [{"role": "user", "content": "What is a ledger?"}]


@pytest.fixture
async def providers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Providers]:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AI_PROVIDERS"):
        monkeypatch.delenv(name, raising=False)
    providers = Providers(Settings.load(env_file=None), demonstration_word_seconds=0)
    yield providers
    await providers.aclose()


async def answer(
    providers: Providers, messages: list[dict[str, str]], **fields: Any
) -> tuple[StreamReader, list[list[Piece]]]:
    """The reader, and what each read gave."""
    provider, model = providers.resolve(None, None)
    reader = StreamReader()
    async with providers.stream(ModelRequest(provider, model, messages, **fields)) as body:
        pieces = [reader.feed(data) async for data in body]
    return reader, [*pieces, reader.close()]


def text(pieces: list[list[Piece]]) -> str:
    return "".join(map(text_of, pieces))


async def test_every_name_means_the_demonstration(providers: Providers) -> None:
    for name, model in ((None, None), ("openai", "gpt-x"), ("anything", None)):
        provider, chosen = providers.resolve(name, model)
        assert (provider.name, chosen) == ("demonstration", MODEL)
    await providers.probe()


async def test_it_says_what_it_is_and_how_to_replace_it(providers: Providers) -> None:
    reader, pieces = await answer(providers, QUESTION, temperature=0.1, max_tokens=500, user="u")
    for said in (
        "demonstration model",
        "no intelligence",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "What is a ledger?",
    ):
        assert said in text(pieces)
    assert (reader.model, reader.finish_reason, reader.ended) == (MODEL, "stop", True)
    assert reader.usage is not None
    assert reader.usage.prompt_tokens > 0
    assert reader.usage.completion_tokens > 50


async def test_it_comes_word_by_word(providers: Providers) -> None:
    _, pieces = await answer(providers, QUESTION)
    assert sum(map(bool, pieces)) == len(text(pieces).split())


def test_it_counts_the_history() -> None:
    turn = [("user", "a"), ("assistant", "b")]
    assert "no earlier messages" in demonstration_answer([("user", "q")])
    assert "1 earlier message of" in demonstration_answer([("assistant", "b"), ("user", "q")])
    assert "4 earlier messages" in demonstration_answer([("system", "be kind"), *turn, *turn, ("user", "q")])
    assert "system prompt of 7 characters" in demonstration_answer([("system", "be kind"), ("user", "q")])
    assert demonstration_answer([])
    assert demonstration_answer([("system", "x")])


def test_the_question_is_quoted_safely_and_shortened() -> None:
    said = demonstration_answer([("user", "a\x1b[31m\u202eb\n\n```<script>" + "long " * 10_000)])
    assert len(said) < 1200
    assert all(char.isprintable() or char == "\n" for char in said)
    assert "`" not in said
    assert "<script>" not in said
    assert "…" in said


async def test_it_stops_at_the_limit(providers: Providers) -> None:
    reader, pieces = await answer(providers, QUESTION, max_tokens=10)
    assert reader.finish_reason == "length"
    assert 0 < len(text(pieces)) <= 40


async def test_its_pace() -> None:
    providers = Providers(Settings.load(env_file=None), demonstration_word_seconds=0.001)
    started = time.monotonic()
    _, pieces = await answer(providers, QUESTION)
    assert len(text(pieces).split()) * 0.001 <= time.monotonic() - started < 2
    await providers.aclose()


async def test_the_plain_sdk_can_talk_to_it() -> None:
    transport = httpx2.AsyncClient(transport=DemonstrationTransport(0))
    async with openai.AsyncOpenAI(api_key="none", base_url=BASE_URL, http_client=transport) as client:
        asked: Any = {"model": MODEL, "messages": QUESTION}
        answer = await client.chat.completions.create(**asked)
        assert "What is a ledger?" in answer.choices[0].message.content
        assert answer.usage.total_tokens > answer.usage.prompt_tokens > 0
        chunks = [chunk async for chunk in await client.chat.completions.create(**asked, stream=True)]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == answer.choices[0].message.content
        asked["messages"] = [{"role": "user", "content": [{"type": "text", "text": "In parts"}]}]
        answer = await client.chat.completions.create(**asked)
        assert "In parts" in answer.choices[0].message.content
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(**{**asked, "messages": [5]})
        with pytest.raises(openai.NotFoundError):
            await client.embeddings.create(model=MODEL, input="x")
        assert [model.id async for model in client.models.list()] == [MODEL]


WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer"},
                "unit": {"enum": ["C", "F"]},
                "at": {"type": "object", "properties": {"hours": {"type": "array"}}, "required": ["hours"]},
                "more": {"type": "boolean"},
            },
            "required": ["city", "days", "unit", "at"],
        },
    },
}
BARE: Any = {"type": "function", "function": {"name": "now"}}


async def test_it_asks_for_the_tool_that_a_question_names() -> None:
    transport = httpx2.AsyncClient(transport=DemonstrationTransport(0))
    async with openai.AsyncOpenAI(api_key="none", base_url=BASE_URL, http_client=transport) as client:
        completions: Any = client.chat.completions
        asked = {"model": MODEL, "tools": [WEATHER, BARE]}
        question = {"role": "user", "content": "Please call get_weather!"}
        choice = (await completions.create(**asked, messages=[question])).choices[0]
        (call,) = choice.message.tool_calls
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
        assert (call.id[:5], call.function.name) == ("call_", "get_weather")
        assert json.loads(call.function.arguments) == {"city": "example", "days": 1, "unit": "C", "at": {"hours": []}}

        result = {"role": "tool", "tool_call_id": call.id, "content": "get_weather: sunny, 21°"}
        choice = (await completions.create(**asked, messages=[question, choice.message, result])).choices[0]
        assert "sunny, 21°" in choice.message.content
        assert choice.finish_reason == "stop"

        for text in ("forget_weather, get_weather_now", "hi"):
            answer = await completions.create(**asked, messages=[{"role": "user", "content": text}])
            assert "(get_weather, now)" in answer.choices[0].message.content
        answer = await completions.create(**asked, messages=[question], tool_choice="none")
        assert answer.choices[0].message.tool_calls is None
        with pytest.raises(openai.BadRequestError):
            await completions.create(model=MODEL, messages=[question], tools=[{"type": "function"}])


async def test_a_call_can_be_streamed() -> None:
    body = {
        "model": MODEL,
        "tools": [BARE],
        "stream": True,
        "messages": [{"role": "user", "content": "What time is it NOW?"}],
    }
    reader = StreamReader()
    pieces: list[Piece] = []
    async with (
        httpx2.AsyncClient(transport=DemonstrationTransport(0)) as client,
        client.stream("POST", f"{BASE_URL}/chat/completions", json=body) as response,
    ):
        async for data in response.aiter_bytes():
            pieces += reader.feed(data)
    pieces += reader.close()
    assert [(piece.name, piece.arguments) for piece in pieces if isinstance(piece, ToolInput)] == [("now", "{}")]
    assert len(pieces) == 1
    assert reader.finish_reason == "tool_calls"
