"""A turn as OpenAI's objects, whole and in chunks."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from app import errors
from app.chat.openai_api.errors import error_object, error_response, invalid
from app.chat.openai_api.responses import Chunks, completion, models, one_model
from app.chat.pieces import FilePart, Piece, Reasoning, SourcePart, ToolInput
from app.chat.turn import Ending, Status, Tokens, Turn
from app.errors import AIServiceError, ConversationArchived, InvalidToken, ModelNotFound, PalaverError, RateLimited

TURN = UUID("01930000-0000-7000-8000-000000000001")
CONVERSATION = UUID("01930000-0000-7000-8000-000000000002")
IDS = {"conversation_id": str(CONVERSATION), "turn_id": str(TURN)}
TOKENS = Tokens(11, 7, cached=3, reasoning=2)
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PalaverError)]
CALL = [ToolInput("c1", "weather", '{"at"'), ToolInput("c2", "clock", ""), ToolInput("c1", "weather", ':"Bonn"}')]


def turn_of(*pieces: Piece, model: str = "m-1") -> Turn:
    started_at = datetime(2026, 1, 1, tzinfo=UTC)
    turn = Turn(TURN, CONVERSATION, TURN, "Title", True, str(TURN), started_at, model=model)
    turn.publish(pieces)
    return turn


def ending(reason: str | None = "stop", status: Status = "completed", error: PalaverError | None = None) -> Ending:
    return Ending(status, TURN, "m-1", reason, TOKENS, error)


def events(data: bytes) -> list[Any]:
    lines = data.decode().split("\n\n")
    assert lines.pop() == "" and all(line.startswith("data: ") and "\n" not in line for line in lines)
    return [line if line == "data: [DONE]" else json.loads(line.removeprefix("data: ")) for line in lines]


def streamed(*news: Sequence[Piece] | Ending, usage: bool = False, obfuscate: bool = False) -> list[Any]:
    chunks = Chunks(turn_of(), "asked", include_usage=usage, obfuscate=obfuscate)
    return events(b"".join([chunks.frames(each) for each in news]))


def deltas(found: Sequence[Any]) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in found if isinstance(chunk, dict) and chunk["choices"]]


def whole(*pieces: Piece, end: Ending | None = None) -> dict[str, Any]:
    body = completion(turn_of(*pieces), end or ending(), "asked")
    ChatCompletion.model_validate_json(body)
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_stream_of_text() -> None:
    found = streamed(["Hel", "lo"], [" there"], ending())
    same = {
        "id": f"chatcmpl-{TURN}",
        "object": "chat.completion.chunk",
        "created": 1767225600,
        "model": "m-1",
        "system_fingerprint": None,
    }

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**same, "choices": [choice]}

    assert found == [
        {**chunk({"role": "assistant", "content": "", "refusal": None}), "metadata": IDS},
        chunk({"content": "Hello"}),
        chunk({"content": " there"}),
        chunk({}, "stop"),
        "data: [DONE]",
    ]
    for each in found[:-1]:
        ChatCompletionChunk.model_validate(each, strict=True)


def test_usage_comes_last_in_a_chunk_without_choices_and_is_null_before() -> None:
    *ordinary, last, done = streamed(["Hi"], ending(), usage=True)
    assert [chunk["usage"] for chunk in ordinary] == [None] * 3
    assert (last["choices"], last["usage"], done) == ([], USAGE, "data: [DONE]")
    assert last["id"] == ordinary[0]["id"] and last["object"] == "chat.completion.chunk"
    assert all("usage" not in chunk for chunk in streamed(["Hi"], ending())[:-1])


def test_kinds_of_pieces_keep_their_order() -> None:
    found = streamed(
        [Reasoning("Hm"), Reasoning("."), "A", "B", Reasoning("!"), FilePart("image/png", "data:image/png;base64,A")],
        [SourcePart("s", "https://a.test", "A"), FilePart("text/plain", "https://a.test/b"), "C"],
        ending(),
    )
    cited = {"start_index": 0, "end_index": 0, "url": "https://a.test", "title": "A"}
    assert deltas(found)[1:-1] == [
        {"reasoning_content": "Hm."},
        {"content": "AB"},
        {"reasoning_content": "!"},
        {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,A"}}]},
        {"annotations": [{"type": "url_citation", "url_citation": cited}]},
        {"content": "C"},
    ]


def test_tool_calls_stream_by_index() -> None:
    found = streamed(CALL[:1], CALL[1:], ending(None))
    assert deltas(found)[1:-1] == [
        {
            "tool_calls": [
                {"index": 0, "id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"at"'}}
            ]
        },
        {"tool_calls": [{"index": 1, "id": "c2", "type": "function", "function": {"name": "clock", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ':"Bonn"}'}}]},
    ]
    assert found[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_an_answer_of_nothing_is_a_whole_stream_too() -> None:
    assert deltas(streamed(ending())) == [{"role": "assistant", "content": "", "refusal": None}, {}]


def test_a_silence_is_a_comment_and_the_model_is_named_once_it_is_known() -> None:
    turn = turn_of(model="")
    chunks = Chunks(turn, "asked", include_usage=False, obfuscate=False)
    assert chunks.frames(None) == b": waiting\n\n"
    turn.model = "m-2"
    assert {chunk["model"] for chunk in events(chunks.frames(["Hi"]))} == {"m-2"}
    unnamed = Chunks(turn_of(model=""), "asked", include_usage=False, obfuscate=False)
    assert events(unnamed.frames(["Hi"]))[0]["model"] == "asked"


def test_padding_evens_out_the_sizes_of_the_pieces() -> None:
    found = [streamed(["x" * size], ending(), obfuscate=True)[1] for size in range(1, 120)]
    lengths = {len(chunk["obfuscation"]) + len(json.dumps(chunk["choices"][0]["delta"])) for chunk in found}
    assert len(lengths) < 6
    assert all(chunk["obfuscation"] for chunk in found)


def test_an_error_ends_the_stream_where_it_is() -> None:
    found = streamed(["Hal"], ending("stop", "failed", AIServiceError("interrupted")))
    assert deltas(found[:2])[1] == {"content": "Hal"}
    assert found[2:] == [error_object(AIServiceError("interrupted"))]


@pytest.mark.parametrize(
    ("reason", "status", "pieces", "told"),
    [
        ("stop", "completed", ["Hi"], "stop"),
        ("length", "completed", ["Hi"], "length"),
        ("content_filter", "completed", ["Hi"], "content_filter"),
        ("eos", "completed", ["Hi"], "stop"),
        (None, "completed", CALL, "tool_calls"),
        ("tool_calls", "completed", CALL, "tool_calls"),
        (None, "stopped", ["Hi"], "stop"),
        (None, "stopped", CALL, "stop"),
    ],
)
def test_how_it_ended_is_told_in_their_words(
    reason: str | None, status: Status, pieces: list[Piece], told: str
) -> None:
    assert whole(*pieces, end=ending(reason, status))["choices"][0]["finish_reason"] == told
    assert streamed(pieces, ending(reason, status))[-2]["choices"][0]["finish_reason"] == told


def test_a_whole_answer() -> None:
    assert whole("Hel", "lo") == {
        "id": f"chatcmpl-{TURN}",
        "object": "chat.completion",
        "created": 1767225600,
        "model": "m-1",
        "system_fingerprint": None,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": USAGE,
        "metadata": IDS,
    }


def test_a_whole_answer_of_many_kinds() -> None:
    source, picture = SourcePart("s", "https://a.test"), FilePart("image/*", "https://a.test/b")
    message = whole(Reasoning("Hm"), *CALL, Reasoning("."), source, picture, FilePart("a/b", "x"))["choices"][0][
        "message"
    ]
    assert message["content"] is None
    assert message["reasoning_content"] == "Hm."
    assert message["tool_calls"] == [
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"at":"Bonn"}'}},
        {"id": "c2", "type": "function", "function": {"name": "clock", "arguments": ""}},
    ]
    assert message["annotations"][0]["url_citation"]["title"] == "https://a.test"
    assert message["images"] == [{"type": "image_url", "image_url": {"url": "https://a.test/b"}}]


def test_models() -> None:
    model = {"id": "m-1", "object": "model", "created": 0, "owned_by": "palaver"}
    assert json.loads(one_model("m-1")) == model
    assert json.loads(models(["m-1", "default"])) == {"object": "list", "data": [model, {**model, "id": "default"}]}


def limited(name: str) -> RateLimited:
    error = RateLimited(retry_after=1.2)
    error.policy = (name, 60, 60)
    return error


def test_errors_are_in_their_form_with_our_code() -> None:
    assert error_object(InvalidToken()) == {
        "error": {
            "message": InvalidToken().detail,
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_api_key",
            "palaver_code": "INVALID_TOKEN",
            "retryable": False,
        }
    }
    missing = error_object(ModelNotFound())["error"]
    assert (missing["code"], missing["param"], missing["type"]) == ("model_not_found", "model", "invalid_request_error")
    wrong = error_response(invalid("messages[0].role", "no"))
    assert wrong.status_code == 400
    assert json.loads(bytes(wrong.body))["error"]["param"] == "messages[0].role"
    for name, told in ("minute", "requests"), ("user-minute", "requests"), ("day", "tokens"):
        reached = error_object(limited(name))["error"]
        assert (reached["code"], reached["type"]) == ("rate_limit_exceeded", told)
    broken = error_object(AIServiceError("timeout"))["error"]
    assert (broken["type"], broken["reason"], broken["retryable"]) == ("server_error", "timeout", True)


def test_clients_are_told_whether_to_repeat_a_request() -> None:
    headers = error_response(limited("minute")).headers
    assert (headers["retry-after"], headers["x-should-retry"]) == ("2", "true")
    assert (headers["ratelimit"], headers["ratelimit-policy"]) == ('"minute";r=0;t=2', '"minute";q=60;w=60')
    assert error_response(ConversationArchived()).headers["x-should-retry"] == "false"
    kept = error_response(AIServiceError("timeout"), again=False, headers={"X-Turn-Id": "t"})
    assert (kept.status_code, kept.headers["x-should-retry"], kept.headers["x-turn-id"]) == (502, "false", "t")
    assert error_response(InvalidToken()).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_form(kind: type[Any]) -> None:
    error = kind("timeout") if kind is AIServiceError else kind(extra={"errors": "odd"})
    told = json.loads(bytes(error_response(error).body))["error"]
    assert told["param"] in (None, "model")
    assert told["code"] == told["code"].lower()
    assert error_response(error).status_code in (400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 502, 503)
