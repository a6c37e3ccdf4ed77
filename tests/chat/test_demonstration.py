from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import pytest

from app.chat.demonstration import BASE_URL, MODEL, DemonstrationTransport, demonstration_answer
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


async def answer(providers: Providers, messages: list[dict[str, str]], **fields: Any) -> StreamReader:
    provider, model = providers.resolve(None, None)
    reader = StreamReader()
    async with providers.stream(ModelRequest(provider, model, messages, **fields)) as body:
        async for data in body:
            reader.feed(data)
    reader.close()
    return reader


async def test_every_name_means_the_demonstration(providers: Providers) -> None:
    for name, model in ((None, None), ("openai", "gpt-x"), ("anything", None)):
        provider, chosen = providers.resolve(name, model)
        assert (provider.name, chosen) == ("demonstration", MODEL)
    await providers.probe()


async def test_it_says_what_it_is_and_how_to_replace_it(providers: Providers) -> None:
    reader = await answer(providers, QUESTION, temperature=0.1, max_tokens=500, user="u")
    for said in (
        "demonstration model",
        "no intelligence",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "What is a ledger?",
    ):
        assert said in reader.text
    assert (reader.model, reader.finish_reason, reader.ended) == (MODEL, "stop", True)
    assert reader.usage is not None
    assert reader.usage.prompt_tokens > 0
    assert reader.usage.completion_tokens > 50


async def test_it_comes_word_by_word(providers: Providers) -> None:
    provider, model = providers.resolve(None, None)
    reader = StreamReader()
    async with providers.stream(ModelRequest(provider, model, QUESTION)) as body:
        texts = [reader.feed(data) async for data in body]
    assert sum(bool(text) for text in texts) == len(reader.text.split())


def test_it_counts_the_history() -> None:
    turn = [("user", "a"), ("assistant", "b")]
    assert "no earlier messages" in demonstration_answer([("user", "q")])
    assert "1 earlier message of" in demonstration_answer([("assistant", "b"), ("user", "q")])
    assert "4 earlier messages" in demonstration_answer([("system", "be kind"), *turn, *turn, ("user", "q")])
    assert "system prompt of 7 characters" in demonstration_answer([("system", "be kind"), ("user", "q")])
    assert demonstration_answer([])
    assert demonstration_answer([("system", "x")])


def test_the_question_is_quoted_safely_and_shortened() -> None:
    text = demonstration_answer([("user", "a\x1b[31m\u202eb\n\n```<script>" + "long " * 10_000)])
    assert len(text) < 1200
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "`" not in text
    assert "<script>" not in text
    assert "…" in text


async def test_it_stops_at_the_limit(providers: Providers) -> None:
    reader = await answer(providers, QUESTION, max_tokens=10)
    assert reader.finish_reason == "length"
    assert 0 < len(reader.text) <= 40


async def test_its_pace() -> None:
    providers = Providers(Settings.load(env_file=None), demonstration_word_seconds=0.001)
    started = time.monotonic()
    reader = await answer(providers, QUESTION)
    assert len(reader.text.split()) * 0.001 <= time.monotonic() - started < 2
    await providers.aclose()


async def test_the_plain_sdk_can_talk_to_it() -> None:
    transport = httpx2.AsyncClient(transport=DemonstrationTransport(0))
    async with openai.AsyncOpenAI(api_key="none", base_url=BASE_URL, http_client=transport) as client:
        asked: Any = {"model": MODEL, "messages": QUESTION}
        answer = await client.chat.completions.create(**asked)
        assert "What is a ledger?" in answer.choices[0].message.content
        assert answer.usage.total_tokens > answer.usage.prompt_tokens > 0
        chunks = [chunk async for chunk in await client.chat.completions.create(**asked, stream=True)]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert text == answer.choices[0].message.content
        asked["messages"] = [{"role": "user", "content": [{"type": "text", "text": "In parts"}]}]
        answer = await client.chat.completions.create(**asked)
        assert "In parts" in answer.choices[0].message.content
        with pytest.raises(openai.BadRequestError):
            await client.chat.completions.create(**{**asked, "messages": [5]})
        with pytest.raises(openai.NotFoundError):
            await client.embeddings.create(model=MODEL, input="x")
        assert [model.id async for model in client.models.list()] == [MODEL]
