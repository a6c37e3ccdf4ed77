"""CPU of reading a streamed chat completion: ours, plain `json.loads`, and the SDK's typed objects.

`python -m tests.benchmarks.bench_upstream` prints microseconds for each event and ratios, medians of rounds
in which the ways take turns. The bytes come from memory, so that only the reading is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import statistics
import time
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version

import httpx2
import openai
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from app.chat.upstream import StreamReader


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


def with_reader(reads: list[bytes]) -> str:
    """The worker's way."""
    reader = StreamReader()
    for data in reads:
        reader.feed(data)
    reader.close()
    return reader.text


def with_json(reads: list[bytes]) -> str:
    """The least a hand-written reader with the standard library does."""
    texts: list[str] = []
    for data in reads:
        for line in data.decode().split("\n"):
            if line.startswith("data: ") and line != "data: [DONE]":
                choices = json.loads(line[6:])["choices"]
                texts.extend(choice["delta"].get("content") or "" for choice in choices)
    return "".join(texts)


def with_sdk(reads: list[bytes]) -> str:
    """The `openai` package's stream of typed chunks."""

    async def body() -> AsyncIterator[bytes]:
        for data in reads:
            yield data

    async def run() -> str:
        async with openai.AsyncOpenAI(api_key="none", base_url="http://none.invalid") as client:
            request = httpx2.Request("POST", "http://none.invalid")
            response = httpx2.Response(200, content=body(), request=request)
            stream = AsyncStream(cast_to=ChatCompletionChunk, response=response, client=client)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    return asyncio.run(run())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    one_each = recorded(options.events)
    packed = [b"".join(one_each[at : at + 16]) for at in range(0, len(one_each), 16)]
    ways: dict[str, tuple[Callable[[list[bytes]], str], list[bytes]]] = {
        "StreamReader": (with_reader, one_each),
        "StreamReader, 16 events a read": (with_reader, packed),
        "json.loads": (with_json, one_each),
        "openai typed objects": (with_sdk, one_each),
    }
    assert len({way(reads) for way, reads in ways.values()}) == 1
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, (way, reads) in ways.items():
            started = time.process_time()
            way(reads)
            spent[name].append((time.process_time() - started) / options.events * 1e6)
    least = statistics.median(spent["StreamReader"])
    versions = ", ".join(f"{name} {version(name)}" for name in ("openai", "msgspec"))
    print(f"Python {platform.python_version()}, {versions}; {options.events} events, {options.rounds} rounds")
    for name, times in spent.items():
        middle = statistics.median(times)
        spread = f"{min(times):.2f}-{max(times):.2f}"
        print(f"{name:32} {middle:8.2f} µs an event ({spread}), {middle / least:6.1f} times StreamReader")


if __name__ == "__main__":
    main()
