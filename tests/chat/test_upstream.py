from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.frames import MAX_FRAME_BYTES
from app.chat.pieces import (
    FilePart,
    Piece,
    Reasoning,
    SourcePart,
    TextPart,
    ToolCallPart,
    ToolInput,
    decode_pieces,
    encode_pieces,
    parts_of,
    text_of,
)
from app.chat.tokens import estimate_tokens
from app.chat.upstream import MAX_FILE_CHARS, StreamReader, Usage
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


def called(*deltas: dict[str, Any]) -> bytes:
    return b"".join(chunk({"tool_calls": [delta]}) for delta in deltas)


def feed_all(reader: StreamReader, reads: Iterable[bytes], pieces: list[Piece]) -> None:
    for data in reads:
        pieces += reader.feed(data)
    pieces += reader.close()


def read(*reads: bytes) -> StreamReader:
    reader = StreamReader()
    feed_all(reader, reads, [])
    return reader


def pieces_of(*reads: bytes) -> list[Piece]:
    pieces: list[Piece] = []
    feed_all(StreamReader(), reads, pieces)
    return pieces


def said(*reads: bytes) -> str:
    return text_of(pieces_of(*reads))


def failure(*reads: bytes) -> tuple[AIServiceError, str]:
    """The error, and the text that came before it."""
    pieces: list[Piece] = []
    with pytest.raises(AIServiceError) as caught:
        feed_all(StreamReader(), reads, pieces)
    return caught.value, text_of(pieces)


def test_an_ordinary_answer_is_understood() -> None:
    assert pieces_of(WHOLE) == [ANSWER]
    reader = read(WHOLE)
    assert (reader.response_id, reader.model, reader.finish_reason) == ("c1", "m1", "stop")
    assert reader.usage == Usage(3, 9)
    assert reader.done
    assert reader.ended


def test_one_read_gives_all_that_is_new_in_it() -> None:
    reader = StreamReader()
    assert reader.feed(say("a") + say("b") + say("c")[:-1]) == ["ab"]
    assert reader.feed(b"\n" + chunk({}, "stop")) == ["c"]
    assert reader.done
    assert not reader.ended
    assert reader.feed(DONE) == []


@given(st.lists(st.integers(0, len(WHOLE)), max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"]))
@settings(max_examples=300, deadline=None)
def test_any_split_and_line_end_gives_the_same(cuts: list[int], line_end: bytes) -> None:
    data = WHOLE.replace(b"\n", line_end)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reader = StreamReader()
    pieces: list[Piece] = []
    feed_all(reader, (data[start:end] for start, end in itertools.pairwise(edges)), pieces)
    assert all(isinstance(piece, str) for piece in pieces)
    assert text_of(pieces) == ANSWER
    assert reader.usage == Usage(3, 9)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_byte_at_a_time(line_end: bytes) -> None:
    in_two_lines = say("!").replace(b", ", b",\ndata: ", 1)
    data = (in_two_lines + WHOLE).replace(b"\n", line_end)
    assert said(*(data[at : at + 1] for at in range(len(data)))) == "!" + ANSWER


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for read in (data, b"data: " + data, b'data: {"choices": [{"delta": {"content": "' + data + b'"}}]}'):
        reader = StreamReader()
        with contextlib.suppress(AIServiceError):
            reader.feed(read)
            reader.close()
        assert reader.error is not None or reader.done


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "f", "https://a", "data:image/png,x", "{}", "\0"]),
    lambda odd: (
        st.lists(odd, max_size=3)
        | st.dictionaries(
            st.sampled_from(["url_citation", "image_url", "url", "title", "text", "thinking", "type"]), odd
        )
    ),
    max_leaves=8,
)
_CALL = st.fixed_dictionaries(
    {},
    optional={
        "index": st.none() | st.integers(-1, 2),
        "id": st.none() | st.sampled_from(["", "a", "b"]),
        "function": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "name": st.none() | st.sampled_from(["", "f", "g"]),
                "arguments": st.none() | st.sampled_from(["", "{", "{}", "}"]),
            },
        ),
    },
)
_DELTA = st.fixed_dictionaries(
    {},
    optional={
        "content": st.none() | st.text(max_size=3) | st.lists(_ODD, max_size=3),
        "reasoning": st.none() | st.text(max_size=3),
        "tool_calls": st.none() | st.lists(_CALL, max_size=3),
        "annotations": _ODD,
        "images": _ODD,
    },
)


@given(st.lists(_DELTA, max_size=8), st.integers(1, 400))
@settings(max_examples=100, deadline=None)
def test_whatever_the_deltas_the_pieces_can_be_stored(deltas: list[dict[str, Any]], size: int) -> None:
    data = b"".join(map(chunk, deltas)) + DONE
    pieces: list[Piece] = []
    with contextlib.suppress(AIServiceError):
        feed_all(StreamReader(), (data[at : at + size] for at in range(0, len(data), size)), pieces)
    assert decode_pieces(encode_pieces(pieces)) == pieces
    assert b"\\u0000" not in encode_pieces(pieces)
    assert all(piece.id and piece.name for piece in pieces if isinstance(piece, ToolInput))
    parts = parts_of(pieces)
    called = [part.tool_call_id for part in parts if isinstance(part, ToolCallPart)]
    assert len(called) == len(set(called))
    assert "".join(part.text for part in parts if isinstance(part, TextPart)) == text_of(pieces)


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
    assert said(data) == "hi"


def test_a_last_event_without_its_end_is_returned_by_close() -> None:
    reader = StreamReader()
    assert reader.feed(say("a") + chunk({"content": "b"}, "stop").rstrip(b"\n")) == ["a"]
    assert reader.close() == ["b"]


def test_an_end_without_finish_is_an_interruption() -> None:
    error, text = failure(say("half"))
    assert (error.reason, error.retryable, text) == ("interrupted", True, "half")


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_an_end_within_an_event_is_an_interruption(cut: int) -> None:
    assert failure(say("half") + say("more")[:cut])[1] == "half"
    assert failure(say("half") + say("more")[:cut])[0].reason == "interrupted"


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_an_end_within_an_event_after_the_finish_is_a_whole_answer(cut: int) -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}})
    reader = read(say("whole") + chunk({}, "stop") + usage[:cut])
    assert reader.done
    assert reader.usage is None


def test_text_before_an_error_in_one_read_is_given_first() -> None:
    reader = StreamReader()
    assert reader.feed(say("kept") + event({"error": {"message": "x"}}) + say("never")) == ["kept"]
    assert reader.error is not None
    assert reader.error.reason == "server_error"
    with pytest.raises(AIServiceError):
        reader.feed(say("more"))
    with pytest.raises(AIServiceError):
        reader.close()


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
    caught, text = failure(say("kept"), event({"error": error}))
    assert (caught.reason, caught.retryable, text) == (reason, retryable, "kept")


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
    error, text = failure(data + b"\n" if data.startswith(b"data") else data)
    assert (error.reason, text) == ("invalid_response", "")


def test_an_event_is_bounded() -> None:
    assert failure(say("x" * MAX_FRAME_BYTES))[0].reason == "invalid_response"
    piece = b"x" * 65_536
    many = MAX_FRAME_BYTES // len(piece) + 2
    assert failure(b"data: ", *[piece] * many)[0].reason == "invalid_response"
    assert failure(*[b"data: " + piece + b"\n"] * many)[0].reason == "invalid_response"
    padding = chunk({"content": "x"}, padding="x" * (MAX_FRAME_BYTES - 300))
    assert said(*(padding[at : at + 65_536] for at in range(0, len(padding), 65_536)), DONE) == "x"


def test_the_answer_is_bounded() -> None:
    for delta in (
        {"content": "abc"},
        {"reasoning": "abc"},
        {"tool_calls": [{"function": {"arguments": "abc"}}]},
        {"annotations": [{"url_citation": {"url": "http://a"}}]},
    ):
        reader = StreamReader(max_text_chars=5)
        reader.feed(chunk(delta) + chunk(delta))
        assert reader.error is not None
        assert reader.error.reason == "invalid_response"
    image = {"image_url": {"url": "data:image/png;base64," + "x" * (MAX_FILE_CHARS // 3)}}
    for many in (
        [chunk({"tool_calls": [{"index": at, "id": "x"} for at in range(1000)]})],
        [chunk({"tool_calls": [{"id": str(at), "function": {"name": "f"}} for at in range(1000)]})],
        [chunk({"annotations": [{"url_citation": {"url": f"http://{at}"}} for at in range(2000)]})],
        [chunk({"images": [{"image_url": {"url": f"http://{at}"}} for at in range(100)]})],
        [chunk({"images": [{"image_url": {"url": image["image_url"]["url"] + str(at)}}]}) for at in range(4)],
    ):
        assert failure(*many)[0].reason == "invalid_response"
    assert len(pieces_of(*[chunk({"images": [image]})] * 4, DONE)) == 1


def test_what_cannot_be_stored_is_replaced() -> None:
    pieces = pieces_of(
        say("a\0b"),
        b'data: {"choices": [{"delta": {"content": "c\\ud800d"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\udc00e"}}]}\n\n',
        chunk({"reasoning": "\0"}, id="\0", model="m"),
        called({"id": "\0", "function": {"name": "\0", "arguments": "\0"}}),
        DONE,
    )
    assert text_of(pieces) == "a\ufffdbc\ufffdd\ufffde"
    assert pieces[-2:] == [Reasoning("\ufffd"), ToolInput("\ufffd", "\ufffd", "\ufffd")]


def test_a_pair_of_surrogates_in_two_events_is_one_character() -> None:
    halves = (
        b'data: {"choices": [{"delta": {"content": "a\\ud83d"}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\ude00b"}}]}\n\n',
    )
    reader = StreamReader()
    assert [reader.feed(half) for half in halves] == [["a"], ["😀b"]]
    assert reader.feed(halves[0]) == ["a"]
    reader.feed(DONE)
    assert reader.close() == ["\ufffd"]


def test_refusal_reasoning_and_tool_calls() -> None:
    pieces = pieces_of(
        chunk({"reasoning_content": "h"}) + chunk({"reasoning_content": "m"}),
        chunk({"reasoning": "m", "content": "So"}),
        chunk({"refusal": "I "}) + chunk({"refusal": "won't"}),
        called({"index": 1, "id": "t1", "function": {"name": "g", "arguments": "{}"}}),
        called({"index": 0, "id": "t0", "function": {"name": "f", "arguments": '{"a'}}),
        called({"index": 0, "function": {"arguments": '": '}}, {"index": 0, "function": {"arguments": "1"}}),
        chunk({}, "tool_calls"),
    )
    assert pieces == [
        Reasoning("hm"),
        Reasoning("m"),
        "So",
        "I won't",
        ToolInput("t1", "g", "{}"),
        ToolInput("t0", "f", '{"a'),
        ToolInput("t0", "f", '": 1'),
    ]


def test_a_read_keeps_the_order_of_what_is_in_it() -> None:
    deltas: list[dict[str, Any]] = [
        {"content": "a"},
        {"content": "b"},
        {"reasoning": "c"},
        {"content": "d"},
        {"annotations": [{"url_citation": {"url": "https://e"}}]},
        {"content": "f"},
    ]
    assert pieces_of(b"".join(map(chunk, deltas)) + DONE) == [
        "ab",
        Reasoning("c"),
        "d",
        SourcePart("source-1", "https://e"),
        "f",
    ]


def test_a_thought_and_the_text_after_it_in_one_list() -> None:
    """Mistral's form."""
    content = [
        {
            "type": "thinking",
            "thinking": [{"type": "text", "text": "Well"}, {"type": "reference", "reference_ids": [1]}],
        },
        {"type": "text", "text": "hi"},
        {"type": "reference", "reference_ids": [1]},
        5,
    ]
    assert pieces_of(chunk({"content": content}), DONE) == [Reasoning("Well"), "hi"]


def calls(*deltas: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and arguments of the calls that the deltas make; ids are complete and differ."""
    parts = parts_of(pieces_of(*map(called, deltas), DONE))
    found = [part for part in parts if isinstance(part, ToolCallPart)]
    assert len({part.tool_call_id for part in found}) == len(found) == len(parts)
    assert all(part.tool_call_id and part.tool_name for part in found)
    return [(part.tool_name, part.arguments) for part in found]


def of(name: str | None, arguments: str | None, **fields: Any) -> dict[str, Any]:
    return {**fields, "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        # The name comes after the id and after arguments.
        (
            [{"index": 0, "id": "a"}, of(None, "{", index=0), of("f", None, index=0), of("", "}", index=0)],
            [("f", "{}")],
        ),
        # No ids, or ids that come too late, twice or as "".
        ([of("f", "{}", index=0), of("g", "{}", index=1)], [("f", "{}"), ("g", "{}")]),
        ([of("f", "{", index=0), of(None, "}", index=0, id="late")], [("f", "{}")]),
        ([of("f", "{}", index=0, id="a"), of("g", "{}", index=1, id="a")], [("f", "{}"), ("g", "{}")]),
        ([of("f", "{", index=0, id="a"), of("", "}", index=0, id="")], [("f", "{}")]),
        # The name in every delta.
        ([of("f", "{", index=0, id="a"), of("f", "}", index=0, id="a")], [("f", "{}")]),
        ([of("f", "{", index=0), of("f", "}", index=0)], [("f", "{}")]),
        # vLLM's new id in every delta.
        ([of("f", "{", index=0, id="a"), of(None, "}", index=0, id="b")], [("f", "{}")]),
        # Gemini's calls, all numbered 0, and those of servers that number none.
        ([of("f", '{"a":1}', index=0, id="a"), of("f", "{}", index=0, id="b")], [("f", '{"a":1}'), ("f", "{}")]),
        ([of("f", '{"a":1}', index=0, id=""), of("g", "{}", index=0, id="")], [("f", '{"a":1}'), ("g", "{}")]),
        ([of("f", "{}", id="a"), of("g", "{", id="b"), of(None, "}")], [("f", "{}"), ("g", "{}")]),
        ([of("f", "{}"), of("g", "{", index=None), of(None, "}")], [("f", "{}"), ("g", "{}")]),
        # No arguments at all, and places that stay empty.
        ([of("f", None, index=0, id="a"), {"index": 1}], [("f", "")]),
    ],
)
def test_tool_calls_of_many_servers(deltas: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    assert calls(*deltas) == expected


def test_a_call_is_shown_as_soon_as_its_name_is_known() -> None:
    reader = StreamReader()
    assert reader.feed(called({"index": 0, "id": "a", "function": {"arguments": "{"}})) == []
    assert reader.feed(called(of("f", "", index=0))) == [ToolInput("a", "f", "{")]
    assert reader.feed(called(of(None, "}", index=0))) == [ToolInput("a", "f", "}")]
    assert reader.feed(called(of(None, "", index=0))) == []


def test_a_call_that_is_never_named_is_nonsense() -> None:
    assert failure(say("hi"), called(of(None, "{}", id="a")), DONE)[0].reason == "invalid_response"


@pytest.mark.parametrize(
    ("given", "with_calls", "without"),
    [
        ("stop", "tool_calls", "stop"),
        ("tool_calls", "tool_calls", "stop"),
        ("function_call", "tool_calls", "function_call"),
        ("length", "length", "length"),
        ("content_filter", "content_filter", "content_filter"),
    ],
)
def test_the_finish_reason_agrees_with_the_calls(given: str, with_calls: str, without: str) -> None:
    assert read(called(of("f", "{}", id="a")), chunk({}, given)).finish_reason == with_calls
    assert read(say("hi"), chunk({}, given), DONE).finish_reason == without


def test_an_empty_answer_is_an_answer() -> None:
    for end in (chunk({}, "stop"), chunk({"content": None}, "stop"), event({"choices": []}) + DONE):
        assert pieces_of(chunk({"role": "assistant", "content": "", "tool_calls": []}) + end) == []
    assert failure(chunk({"content": ""}, ""))[0].reason == "interrupted"


def test_sources_come_once_each() -> None:
    def cited(url: Any, title: Any = None, **fields: Any) -> dict[str, Any]:
        return {"type": "url_citation", "url_citation": {"url": url, "title": title, "start_index": 0}, **fields}

    both = [cited("https://a.example/x", "A"), cited("http://b.example", "t" * 999)]
    odd = [
        cited("javascript:alert(1)"),
        cited("https://c.example/ x"),
        cited(5),
        {"type": "file"},
        {"url_citation": []},
    ]
    choice = {"index": 0, "delta": {}, "message": {"content": "hi", "annotations": both}, "finish_reason": "stop"}
    assert pieces_of(
        say("hi"),
        chunk({"annotations": [*odd, both[0]]}) + chunk({"annotations": both}) + chunk({"annotations": {"a": 1}}),
        event({"choices": [choice]}),
    ) == [
        "hi",
        SourcePart("source-1", "https://a.example/x", "A"),
        SourcePart("source-2", "http://b.example", "t" * 255),
    ]


def test_images_are_files() -> None:
    def image(url: Any) -> dict[str, Any]:
        return {"type": "image_url", "image_url": {"url": url}}

    png, jpeg = "data:image/png;base64,iVBORw0KGgo=", "data:Image/JPEG,x"
    odd = [image("data:text/html,<script>"), image("file:///etc/passwd"), image(None), image(""), 5]
    choice = {"index": 0, "message": {"images": [image(png), image(jpeg)]}, "finish_reason": "stop"}
    assert pieces_of(
        chunk({"content": "Look", "images": [*odd, image(png)]}),
        chunk({"images": [image("https://cdn.example/i")]}),
        event({"choices": [choice]}),
    ) == [
        "Look",
        FilePart("image/png", png),
        FilePart("image/*", "https://cdn.example/i"),
        FilePart("image/jpeg", jpeg),
    ]


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
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": 50},
                "completion_tokens_details": {"reasoning_tokens": 60},
            },
            Usage(5, 6, 5, 6),
        ),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 6,
                "prompt_tokens_details": {"cached_tokens": -1},
                "completion_tokens_details": {"reasoning_tokens": None},
            },
            Usage(5, 6),
        ),
    ],
)
def test_usage(usage: Any, expected: Usage | None) -> None:
    assert read(say("hi"), chunk({}, "stop"), event({"choices": [], "usage": usage})).usage == expected


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "x"},
        {"reasoning": "x"},
        {"tool_calls": [of("f", "", id="a")]},
        {"images": [{"image_url": {"url": "data:image/png,x"}}]},
    ],
)
def test_what_was_said_cost_something(delta: dict[str, Any]) -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 0}})
    assert read(chunk(delta), usage, DONE).usage is None
    assert read(chunk({}), usage, DONE).usage == Usage(5, 0)


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
