"""CPU of reading a streamed chat completion: ours, plain `json.loads`, and the SDK's typed objects.

The bytes come from memory, so that only the reading is measured.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import openai
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from app.chat.pieces import text_of
from app.chat.upstream import StreamReader
from tests.benchmarks.ground import Ground
from tests.benchmarks.report import Report, middle

Way = Callable[[list[bytes]], Awaitable[str]]


def recorded(events: int) -> list[bytes]:
    """Events as OpenAI sends them, each a read of its own."""
    reads = []
    for at in range(events):
        choice = {"index": 0, "delta": {"content": f" word{at}"}, "logprobs": None, "finish_reason": None}
        chunk = {
            "id": "chatcmpl-CkT0Zl4mXJp0gqXWbkqQn2Sbc8yQe",
            "object": "chat.completion.chunk",
            "created": 1764000000,
            "model": "gpt-4.1-mini-2025-04-14",
            "service_tier": "default",
            "system_fingerprint": "fp_1f35c1788c",
            "choices": [choice],
            "usage": None,
            "obfuscation": "oH3k2",
        }
        reads.append(b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n")
    reads[-1] = reads[-1].replace(b'"finish_reason":null', b'"finish_reason":"stop"')
    return [*reads, b"data: [DONE]\n\n"]


async def with_reader(reads: list[bytes]) -> str:
    """The worker's way."""
    reader = StreamReader()
    pieces = [piece for data in reads for piece in reader.feed(data)]
    return text_of(pieces + reader.close())


async def with_json(reads: list[bytes]) -> str:
    """The least a hand-written reader with the standard library does."""
    texts: list[str] = []
    for data in reads:
        for line in data.decode().split("\n"):
            if line.startswith("data: ") and line != "data: [DONE]":
                choices = json.loads(line[6:])["choices"]
                texts.extend(choice["delta"].get("content") or "" for choice in choices)
    return "".join(texts)


async def with_sdk(reads: list[bytes]) -> str:
    """The `openai` package's stream of typed chunks."""

    async def body() -> AsyncIterator[bytes]:
        for data in reads:
            yield data

    async with openai.AsyncOpenAI(api_key="none", base_url="http://none.invalid") as client:
        response = httpx2.Response(200, content=body(), request=httpx2.Request("POST", "http://none.invalid"))
        stream = AsyncStream(cast_to=ChatCompletionChunk, response=response, client=client)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


async def measure(ground: Ground, report: Report) -> None:
    """Let the ways take turns."""
    report.title("Reading the model's stream", "CPU of an event, from bytes in memory to text.")
    events = 500 if ground.quick else 5000
    one_each = recorded(events)
    packed = [b"".join(one_each[at : at + 16]) for at in range(0, len(one_each), 16)]
    ways: dict[str, tuple[Way, list[bytes]]] = {
        "StreamReader": (with_reader, one_each),
        "StreamReader, 16 events a read": (with_reader, packed),
        "json.loads": (with_json, one_each),
        "openai typed objects": (with_sdk, one_each),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    texts = set()
    for _ in range(ground.rounds):
        for name, (way, reads) in ways.items():
            started = time.process_time()
            texts.add(await way(reads))
            spent[name].append((time.process_time() - started) / events * 1e6)
    if len(texts) != 1:
        raise RuntimeError("The ways of reading do not agree.")
    least = statistics.median(spent["StreamReader"])
    report.table(
        ["", "µs an event", "to StreamReader"],
        [[name, middle(times, 2), f"{statistics.median(times) / least:.1f}"] for name, times in spent.items()],
    )
