from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.chat.pieces import FilePart, Piece, Reasoning, SourcePart, ToolInput
from app.chat.turn import Ending, Tokens, Turn
from app.chat.ui.stream import frames
from app.errors import DatabaseUnavailable, PalaverError, RateLimited

TURN = UUID("01900000-0000-7000-8000-000000000001")
CONVERSATION = UUID("01900000-0000-7000-8000-000000000002")
QUESTION = UUID("01900000-0000-7000-8000-000000000003")
STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_turn(begins: bool = False, model: str = "") -> Turn:
    return Turn(TURN, CONVERSATION, QUESTION, "About drills", begins, str(TURN), STARTED, model=model)


def ending(status: Any = "completed", reason: str | None = "stop", error: PalaverError | None = None) -> Ending:
    return Ending(status, TURN, "test-model", reason, Tokens(11, 7, cached=3, reasoning=2, estimated=True), error)


async def read(turn: Turn) -> list[Any]:
    """The chunks between the first two and the last line."""
    text = b"".join([frame async for frame in frames(turn, "m1")]).decode()
    lines = [line for line in text.split("\n\n") if line]
    assert text.endswith("data: [DONE]\n\n") and text.count("[DONE]") == 1
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert chunks[0]["type"] == "start"
    return chunks


async def say(pieces: Sequence[Piece], end: Ending) -> list[Any]:
    """The chunks of an answer that is over, after its start."""
    turn = a_turn()
    turn.publish(pieces)
    turn.end(end)
    chunks = await read(turn)
    assert chunks[1] == {"type": "start-step"}
    return chunks[2:]


METADATA = {
    "status": "completed",
    "model": "test-model",
    "finishReason": "stop",
    "usage": {
        "inputTokens": 11,
        "outputTokens": 7,
        "totalTokens": 18,
        "cachedInputTokens": 3,
        "reasoningTokens": 2,
        "estimated": True,
    },
}
END = [{"type": "finish-step"}, {"type": "finish", "finishReason": "stop", "messageMetadata": METADATA}]


async def test_the_start_tells_where_the_answer_is_kept() -> None:
    turn = a_turn(begins=True, model="test-model")
    turn.end(ending())
    start, title, step, *rest = await read(turn)
    assert start == {
        "type": "start",
        "messageId": "m1",
        "messageMetadata": {
            "turnId": str(TURN),
            "conversationId": str(CONVERSATION),
            "questionId": str(QUESTION),
            "createdAt": "2026-01-02T03:04:05Z",
            "model": "test-model",
        },
    }
    assert title == {"type": "data-title", "data": {"title": "About drills"}, "transient": True}
    assert [step, *rest] == [{"type": "start-step"}, *END]


async def test_text_and_reasoning_are_parts_of_their_own() -> None:
    assert await say([Reasoning("Hm"), Reasoning("m"), "He", "llo", "", Reasoning("Ah"), "!"], ending()) == [
        {"type": "reasoning-start", "id": "1"},
        {"type": "reasoning-delta", "id": "1", "delta": "Hmm"},
        {"type": "reasoning-end", "id": "1"},
        {"type": "text-start", "id": "2"},
        {"type": "text-delta", "id": "2", "delta": "Hello"},
        {"type": "text-end", "id": "2"},
        {"type": "reasoning-start", "id": "3"},
        {"type": "reasoning-delta", "id": "3", "delta": "Ah"},
        {"type": "reasoning-end", "id": "3"},
        {"type": "text-start", "id": "4"},
        {"type": "text-delta", "id": "4", "delta": "!"},
        {"type": "text-end", "id": "4"},
        *END,
    ]


async def test_files_and_sources_stand_between() -> None:
    pieces: list[Piece] = [
        "See",
        FilePart("image/png", "data:,x", "x.png"),
        SourcePart("s1", "https://a.test/", "A"),
        SourcePart("s2", "b"),
    ]
    assert (await say(pieces, ending()))[3:] == [
        {"type": "file", "mediaType": "image/png", "url": "data:,x"},
        {"type": "source-url", "sourceId": "s1", "url": "https://a.test/", "title": "A"},
        {"type": "source-url", "sourceId": "s2", "url": "b"},
        *END,
    ]


CALLS = [ToolInput("c1", "weather", ""), ToolInput("c1", "weather", '{"city":'), ToolInput("c2", "now", "")]
START_1 = {"type": "tool-input-start", "toolCallId": "c1", "toolName": "weather"}
START_2 = {"type": "tool-input-start", "toolCallId": "c2", "toolName": "now"}


def delta(text: str) -> dict[str, Any]:
    return {"type": "tool-input-delta", "toolCallId": "c1", "inputTextDelta": text}


async def test_calls_end_when_the_answer_does() -> None:
    chunks = await say([*CALLS, ToolInput("c1", "weather", '"Oslo"}')], ending(reason="tool_calls"))
    assert chunks[:-1] == [
        START_1,
        delta('{"city":"Oslo"}'),
        START_2,
        {"type": "tool-input-available", "toolCallId": "c1", "toolName": "weather", "input": {"city": "Oslo"}},
        {"type": "tool-input-available", "toolCallId": "c2", "toolName": "now", "input": {}},
        {"type": "finish-step"},
    ]
    assert chunks[-1]["finishReason"] == "tool-calls"


@pytest.mark.parametrize(
    "arguments", ['{"city":', "[" * 100_000, '"\ud83d'.encode("utf-8", "replace").decode(), "nonsense"]
)
async def test_arguments_that_are_not_json_are_an_error_of_that_call(arguments: str) -> None:
    chunks = await say([ToolInput("c1", "weather", arguments)], ending(reason="tool_calls"))
    assert chunks[2]["type"] == "tool-input-error"
    assert chunks[2]["input"] == arguments and chunks[2]["errorText"]


async def test_a_stop_leaves_calls_unfinished_and_closes_text() -> None:
    assert await say([*CALLS, "Or"], ending("stopped", None)) == [
        START_1,
        delta('{"city":'),
        START_2,
        {"type": "text-start", "id": "1"},
        {"type": "text-delta", "id": "1", "delta": "Or"},
        {"type": "text-end", "id": "1"},
        {"type": "abort"},
        {"type": "finish-step"},
        {
            "type": "finish",
            "finishReason": "other",
            "messageMetadata": {**METADATA, "status": "stopped", "finishReason": None},
        },
    ]


async def test_a_failure_tells_its_problem_before_the_error_that_ends_all_reading() -> None:
    error = RateLimited("The model provider is busy.", retry_after=3)
    *said, told, last = await say(["Half"], ending("failed", None, error))
    assert said[-1] == {"type": "text-end", "id": "1"}
    assert told["type"] == "message-metadata" and told["messageMetadata"]["usage"]["outputTokens"] == 7
    assert told["messageMetadata"]["error"]["code"] == "RATE_LIMIT"
    assert told["messageMetadata"]["error"]["retry_after_seconds"] == 3
    assert last == {"type": "error", "errorText": "The model provider is busy."}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("length", "length"),
        ("content_filter", "content-filter"),
        ("function_call", "tool-calls"),
        ("x", "other"),
        (None, "other"),
    ],
)
async def test_finish_reasons_are_those_that_clients_know(reason: str | None, told: str) -> None:
    assert (await say([], ending(reason=reason)))[-1]["finishReason"] == told


class BrokenTurn(Turn):
    """A turn whose reading breaks off."""

    error: Exception = DatabaseUnavailable()

    async def read(self, heartbeat: float) -> AsyncGenerator[Sequence[Piece] | Ending | None, None]:
        yield ["Half"]
        yield None
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"), [(DatabaseUnavailable(), "DB_ERROR"), (ValueError("secret"), "INTERNAL_ERROR")]
)
async def test_a_reading_that_breaks_ends_in_an_error_too(
    error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BrokenTurn, "error", error)
    turn = BrokenTurn(uuid4(), CONVERSATION, QUESTION, "", False, "m", STARTED)
    text = b"".join([frame async for frame in frames(turn, "m1")]).decode()
    assert ": waiting\n\n" in text and "secret" not in text
    *_, told, last, done = text.strip().split("\n\n")
    assert json.loads(told[6:])["messageMetadata"]["error"]["code"] == code
    assert json.loads(last[6:])["type"] == "error" and done == "data: [DONE]"


async def test_a_reader_who_leaves_is_forgotten_at_once() -> None:
    turn = a_turn()
    turn.publish(["Half"])
    reading = frames(turn, "m1")
    for _ in ("start", "text"):
        await anext(reading)
    assert turn.has_readers
    await reading.aclose()
    assert not turn.has_readers
