from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.tokens import estimate_tokens
from app.chat.upstream import MAX_FRAME_BYTES, StreamReader, ToolCall, Usage
from app.errors import AIServiceError

DONE = b"data: [DONE]\n\n"
ANSWER = "Grüße, 東京! 👩‍🚀 ok"


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> bytes:
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    return event({"id": "c1", "model": "m1", "choices": choices, **fields})


def event(data: Any) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


def say(text: str) -> bytes:
    return chunk({"content": text})


WHOLE = (
    event({"id": "", "choices": [], "prompt_filter_results": [{}]})
    + chunk({"role": "assistant", "content": ""}, usage=None, obfuscation="abc")
    + b"".join(say(piece) for piece in ANSWER)
    + chunk({}, "stop")
    + event({"id": "c1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}})
    + DONE
)


def feed_all(reader: StreamReader, reads: Iterable[bytes]) -> None:
    for data in reads:
        reader.feed(data)
    reader.close()


def read(*reads: bytes) -> StreamReader:
    reader = StreamReader()
    feed_all(reader, reads)
    return reader


def failure(*reads: bytes) -> tuple[AIServiceError, StreamReader]:
    reader = StreamReader()
    with pytest.raises(AIServiceError) as caught:
        feed_all(reader, reads)
    return caught.value, reader


def test_an_ordinary_answer_is_understood() -> None:
    reader = read(WHOLE)
    assert reader.text == ANSWER
    assert (reader.response_id, reader.model, reader.finish_reason) == ("c1", "m1", "stop")
    assert reader.usage == Usage(3, 9)
    assert reader.done
    assert reader.ended


def test_one_read_gives_all_that_is_new_in_it() -> None:
    reader = StreamReader()
    assert reader.feed(say("a") + say("b") + say("c")[:-1]) == "ab"
    assert reader.feed(b"\n" + chunk({}, "stop")) == "c"
    assert reader.done
    assert not reader.ended
    assert reader.feed(DONE) == ""


@given(st.lists(st.integers(0, len(WHOLE)), max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@settings(max_examples=300, deadline=None)
def test_any_split_and_line_end_gives_the_same(cuts: list[int], line_end: bytes) -> None:
    data = WHOLE.replace(b"\n", line_end)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reader = StreamReader()
    texts = [reader.feed(data[start:end]) for start, end in itertools.pairwise(edges)]
    texts.append(reader.close())
    assert "".join(texts) == reader.text == ANSWER
    assert reader.usage == Usage(3, 9)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_byte_at_a_time(line_end: bytes) -> None:
    in_two_lines = say("!").replace(b", ", b",\ndata: ", 1)
    data = (in_two_lines + WHOLE).replace(b"\n", line_end)
    assert read(*(data[at : at + 1] for at in range(len(data)))).text == "!" + ANSWER


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for read in (data, b"data: " + data, b'data: {"choices": [{"delta": {"content": "' + data + b'"}}]}'):
        reader = StreamReader()
        with contextlib.suppress(AIServiceError):
            reader.feed(read)
            reader.close()
        assert reader.error is not None or reader.done


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + say("hi") + DONE,
        b": a comment\n\n:\n" + say("hi") + DONE,
        say("hi").replace(b"data: ", b"data:") + DONE,
        say("hi").replace(b", ", b",\ndata: ") + DONE,
        b"id: 4\nevent: message\nretry: 10\n" + say("hi") + DONE,
        b"data\n\n" + say("hi") + DONE,
        say("hi") + b"data: [DONE]",
        say("hi")[:-2] + b"\n\n" + chunk({}, "stop")[:-2],
        event({"choices": None}) + say("hi") + event({"choices": [{"index": 0}]}) + DONE,
        say("hi") + event({"choices": [{"index": 1, "delta": {"content": "no"}}]}) + DONE,
        say("hi") + DONE + b"data: {not json}\n\n",
        event({"error": None, "choices": [{"delta": {"content": "hi"}}]}) + DONE,
    ],
)
def test_whatever_event_streams_allow(data: bytes) -> None:
    assert read(data).text == "hi"


def test_a_last_event_without_its_end_is_returned_by_close() -> None:
    reader = StreamReader()
    assert reader.feed(say("a") + chunk({"content": "b"}, "stop").rstrip(b"\n")) == "a"
    assert reader.close() == "b"
    assert reader.text == "ab"


def test_an_end_without_finish_is_an_interruption() -> None:
    error, reader = failure(say("half"))
    assert (error.reason, error.retryable, reader.text) == ("interrupted", True, "half")
    assert not reader.done


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_an_end_within_an_event_is_an_interruption(cut: int) -> None:
    error, reader = failure(say("half") + say("more")[:cut])
    assert (error.reason, reader.text) == ("interrupted", "half")


def test_text_before_an_error_in_one_read_is_given_first() -> None:
    reader = StreamReader()
    assert reader.feed(say("kept") + event({"error": {"message": "x"}}) + say("never")) == "kept"
    assert reader.error is not None
    assert reader.error.reason == "server_error"
    with pytest.raises(AIServiceError):
        reader.feed(say("more"))
    with pytest.raises(AIServiceError):
        reader.close()
    assert reader.text == "kept"


@pytest.mark.parametrize(
    ("error", "reason", "retryable"),
    [
        ({"message": "m", "type": "server_error"}, "server_error", True),
        ({"message": "m", "code": "rate_limit_exceeded"}, "rate_limited", True),
        ({"message": "m", "code": "insufficient_quota"}, "rate_limited", False),
        ({"message": "m", "code": 429}, "rate_limited", True),
        ({"message": "m", "code": 502}, "server_error", True),
        ({"message": "m", "code": "invalid_api_key"}, "unauthorized", False),
        ({"message": "m", "type": "invalid_request_error"}, "refused", False),
        ({"message": "m", "type": "timeout"}, "timeout", True),
        ("just words", "server_error", True),
        ([1], "server_error", True),
    ],
)
def test_an_error_object_in_mid_stream(error: Any, reason: str, retryable: bool) -> None:
    caught, reader = failure(say("kept"), event({"error": error}))
    assert (caught.reason, caught.retryable, reader.text) == (reason, retryable, "kept")


@pytest.mark.parametrize(
    "data",
    [
        b'event: error\ndata: {"message": "down"}\n\n',
        b'error: {"code": 500, "message": "down"}\n\n',
        b'{"error": {"message": "down"}}\n',
        b'{"error": {"message": "down"}}',
    ],
)
def test_other_ways_to_say_an_error(data: bytes) -> None:
    assert failure(data)[0].reason == "server_error"


def test_an_error_repeats_nothing_the_provider_says() -> None:
    said = {"message": "sk-secret is wrong", "code": "sk_secret", "type": "https://u:p@host"}
    error, _ = failure(event({"error": said}))
    assert "secret" not in str(error)
    assert "host" not in str(error)


@pytest.mark.parametrize(
    "data",
    [
        b"data: {nonsense\n\n",
        b"data: [1, 2]\n\n",
        b'data: "text"\n\n',
        b"data: 12\n\n",
        b"data: \xff\xfe\n\n",
        b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n',
        event({"choices": {}}),
        event({"choices": [{"delta": {"content": 5}}]}),
        event({"choices": [{"delta": "hi"}]}),
        b"data: " + b'{"a":' * 5000 + b"\n\n",
        b"<!doctype html>\n<html>oops</html>\n",
        b"<html>",
        b'{"object": "chat.completion"}\n',
        b"Service unavailable: come back\n",
        b"\x00\x01\x02\n",
    ],
)
def test_garbage(data: bytes) -> None:
    error, reader = failure(data + b"\n" if data.startswith(b"data") else data)
    assert (error.reason, reader.text) == ("invalid_response", "")


def test_an_event_is_bounded() -> None:
    assert failure(say("x" * MAX_FRAME_BYTES))[0].reason == "invalid_response"
    piece = b"x" * 65_536
    many = MAX_FRAME_BYTES // len(piece) + 2
    assert failure(b"data: ", *[piece] * many)[0].reason == "invalid_response"
    assert failure(*[b"data: " + piece + b"\n"] * many)[0].reason == "invalid_response"
    assert read(say("x" * (MAX_FRAME_BYTES - 200)) + DONE).text


def test_the_answer_is_bounded() -> None:
    for delta in (
        {"content": "abc"},
        {"reasoning": "abc"},
        {"tool_calls": [{"function": {"arguments": "abc"}}]},
    ):
        reader = StreamReader(max_text_chars=5)
        reader.feed(chunk(delta))
        reader.feed(chunk(delta))
        assert reader.error is not None
        assert reader.error.reason == "invalid_response"
    many = [{"index": at, "id": "x"} for at in range(1000)]
    assert failure(chunk({"tool_calls": many}))[0].reason == "invalid_response"


def test_what_cannot_be_stored_is_replaced() -> None:
    reader = read(
        say("a\0b"),
        b'data: {"choices": [{"delta": {"content": "c\\ud800d"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\udc00e"}}]}\n\n',
        chunk({"reasoning": "\0"}, id="\0", model="m"),
        DONE,
    )
    assert reader.text == "a\ufffdbc\ufffdd\ufffde"
    assert reader.reasoning == "\ufffd"


def test_a_pair_of_surrogates_in_two_events_is_one_character() -> None:
    halves = (
        b'data: {"choices": [{"delta": {"content": "a\\ud83d"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\ude00b"}}]}\n\n',
    )
    reader = StreamReader()
    assert [reader.feed(half) for half in halves] == ["a", "😀b"]
    reader.feed(halves[0])
    reader.feed(DONE)
    assert reader.close() == "\ufffd"
    assert reader.text == "a😀ba\ufffd"


def test_refusal_reasoning_and_tool_calls() -> None:
    reader = read(
        chunk({"reasoning_content": "hm"}),
        chunk({"reasoning": "m"}),
        chunk({"refusal": "I "}),
        chunk({"refusal": "won't"}),
        chunk({"tool_calls": [{"index": 1, "id": "t1", "function": {"name": "g", "arguments": "{}"}}]}),
        chunk({"tool_calls": [{"index": 0, "id": "t0", "function": {"name": "f", "arguments": '{"a'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '": 1'}}]}),
        chunk({}, "tool_calls"),
    )
    assert (reader.text, reader.refusal, reader.reasoning) == ("I won't", "I won't", "hmm")
    assert reader.tool_calls == [ToolCall("t0", "f", '{"a": 1'), ToolCall("t1", "g", "{}")]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0}, None),
        ({"prompt_tokens": 5, "completion_tokens": 0}, None),
        ({"prompt_tokens": -1, "completion_tokens": 4}, None),
        ({"prompt_tokens": 2**70, "completion_tokens": 4}, None),
        ({"prompt_tokens": 5, "completion_tokens": None}, None),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
            Usage(5, 6, 4, 2),
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 6,
                "total_tokens": 21,
                "completion_tokens_details": {"reasoning_tokens": 10},
            },
            Usage(5, 16, 0, 10),
        ),
    ],
)
def test_usage(usage: Any, expected: Usage | None) -> None:
    assert read(say("hi"), chunk({}, "stop"), event({"choices": [], "usage": usage})).usage == expected


def test_the_last_usage_counts() -> None:
    counts = [{"prompt_tokens": 1, "completion_tokens": count} for count in (1, 2, 3)]
    assert read(*(chunk({"content": "x"}, usage=count) for count in counts), DONE).usage == Usage(1, 3)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        (" ", 1, 1),
        ("The quick brown fox jumps over the lazy dog.", 9, 14),
        ("快速的棕色狐狸跳过了懒狗。", 8, 14),
        ("Быстрая коричневая лиса", 7, 18),
        ("👍", 1, 3),
        ("\ud800", 1, 1),
    ],
)
def test_estimate(text: str, low: int, high: int) -> None:
    assert low <= estimate_tokens(text) <= high


@given(st.text(), st.text())
def test_an_estimate_grows_with_the_text(one: str, two: str) -> None:
    assert estimate_tokens(one) <= estimate_tokens(one + two) <= estimate_tokens(one) + estimate_tokens(two)
