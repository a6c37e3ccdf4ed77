from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.pieces import (
    ContextPart,
    FilePart,
    Part,
    ReasoningPart,
    SourcePart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from app.chat.prompt import FILE_TOKENS, NO_RESULT, estimate_prompt_tokens, messages_for_model
from app.chat.tokens import estimate_tokens

PNG = "data:image/png;base64,iVBORw0KGgo="


def row(role: str, content: str = "", *parts: Part) -> dict[str, Any]:
    return {"role": role, "content": content, "parts": msgspec.to_builtins(parts) if parts else None}


def prompt(*rows: dict[str, Any], system: str | None = None) -> list[dict[str, Any]]:
    return messages_for_model(system, json.dumps(rows))


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: str | None, *calls: tuple[str, str, str]) -> dict[str, Any]:
    asked = [
        {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for call_id, name, arguments in calls
    ]
    return {"role": "assistant", "content": content, **({"tool_calls": asked} if asked else {})}


def result(call_id: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_plain_messages_stay_as_they_are() -> None:
    rows = [row("user", "a"), row("assistant", "b"), row("user", "c")]
    expected = [user("a"), assistant("b"), user("c")]
    assert prompt(*rows) == expected
    assert prompt(*rows, system="Be kind.") == [{"role": "system", "content": "Be kind."}, *expected]
    assert messages_for_model("", json.dumps(rows).encode()) == expected
    assert messages_for_model(None, b"[]") == []


def test_an_answer_without_text_is_left_out() -> None:
    assert prompt(row("user", "a"), row("assistant"), row("user", "b")) == [user("a"), user("b")]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (FilePart("image/png", PNG), {"type": "image_url", "image_url": {"url": PNG}}),
        (FilePart("Image/*", "https://x/i"), {"type": "image_url", "image_url": {"url": "https://x/i"}}),
        (
            FilePart("audio/wav", "data:audio/x-wav;base64,UklG"),
            {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
        ),
        (
            FilePart("audio/mpeg", "data:audio/mpeg;x=y;base64,SUQz"),
            {"type": "input_audio", "input_audio": {"data": "SUQz", "format": "mp3"}},
        ),
        (
            FilePart("application/pdf", "data:application/pdf;base64,JVBE", "a.pdf"),
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}},
        ),
        (
            FilePart("audio/ogg", "data:audio/ogg;base64,T2dn"),
            {"type": "file", "file": {"file_data": "data:audio/ogg;base64,T2dn", "filename": "file"}},
        ),
        (
            FilePart("application/pdf", "https://x/a.pdf", "a.pdf"),
            {"type": "text", "text": "Attached: a.pdf (application/pdf), https://x/a.pdf"},
        ),
    ],
)
def test_files_of_a_question(file: FilePart, expected: dict[str, Any]) -> None:
    text = {"type": "text", "text": "look"}
    assert prompt(row("user", "look", TextPart("look"), file)) == [user([text, expected])]
    assert prompt(row("user", "look", file, TextPart("look"))) == [user([expected, text])]
    assert prompt(row("user", "look", file)) == [user([text, expected])]
    assert prompt(row("user", "", file)) == [user([expected])]


def test_text_in_parts_is_text() -> None:
    assert prompt(row("user", "ab", TextPart("a"), TextPart("b"))) == [user("ab")]


def test_a_round_trip_of_tools() -> None:
    rows = [
        row("user", "weather?"),
        row(
            "assistant",
            "Let me see.",
            ReasoningPart("hm"),
            TextPart("Let me see."),
            ToolCallPart("a", "f", '{"x": 1}'),
            ToolCallPart("b", "g", ""),
            FilePart("image/png", PNG),
            SourcePart("s", "https://x"),
        ),
        row("tool", "", ToolResultPart("b", "g", {"t": [20]}), ToolResultPart("a", "f", "sunny")),
        row("assistant", "Nice.", ReasoningPart("ok"), TextPart("Nice.")),
        row("user", "thanks"),
    ]
    assert prompt(*rows) == [
        user("weather?"),
        assistant("Let me see.", ("a", "f", '{"x": 1}'), ("b", "g", "{}")),
        result("b", '{"t":[20]}'),
        result("a", "sunny"),
        assistant("Nice."),
        user("thanks"),
    ]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (ToolResultPart("a", "f", "as it is"), "as it is"),
        (ToolResultPart("a", "f", None), "null"),
        (ToolResultPart("a", "f", ["é"]), '["é"]'),
        (ToolResultPart("a", "f", {"ignored": 1}, error_text="It failed."), "It failed."),
        (ToolResultPart("a", "f", error_text=""), ""),
    ],
)
def test_what_a_tool_gave(given: ToolResultPart, sent: str) -> None:
    rows = [row("user", "q"), row("assistant", "", ToolCallPart("a", "f", "{}")), row("tool", "", given)]
    assert prompt(*rows) == [user("q"), assistant(None, ("a", "f", "{}")), result("a", sent)]


@pytest.mark.parametrize("arguments", ["", "{", "[1]", '"x"', "null", "{}{}", '{"a": NaN}', '{"a":' * 5000, "{'a': 1}"])
def test_arguments_that_are_no_object_are_none(arguments: str) -> None:
    (_, asked, _) = prompt(row("user", "q"), row("assistant", "", ToolCallPart("a", "f", arguments)))
    assert asked["tool_calls"][0]["function"]["arguments"] == "{}"


def test_calls_and_results_pair() -> None:
    call, other = ToolCallPart("a", "f", "{}"), ToolCallPart("b", "f", "{}")
    one, two = ToolResultPart("a", "f", 1), ToolResultPart("b", "f", 2)
    begun = [row("user", "q"), row("assistant", "", call, other)]
    asked = [user("q"), assistant(None, ("a", "f", "{}"), ("b", "f", "{}"))]
    none = [result("a", NO_RESULT), result("b", NO_RESULT)]
    assert prompt(*begun) == [*asked, *none]
    assert prompt(*begun, row("user", "never mind")) == [*asked, *none, user("never mind")]
    assert prompt(*begun, row("tool", "", two)) == [*asked, result("b", "2"), none[0]]
    assert prompt(*begun, row("tool", "", two), row("tool", "", one)) == [*asked, result("b", "2"), result("a", "1")]
    assert prompt(*begun, row("tool", "", one, one), row("user", "x"), row("tool", "", two)) == [
        *asked,
        result("a", "1"),
        none[1],
        user("x"),
    ]


def test_ids_of_calls_may_come_again_in_another_answer() -> None:
    """Some servers count them from 0 in each."""
    exchange = [row("assistant", "", ToolCallPart("0", "f", "{}")), row("tool", "", ToolResultPart("0", "f", "x"))]
    sent = [assistant(None, ("0", "f", "{}")), result("0", "x")]
    assert prompt(row("user", "q"), *exchange, *exchange) == [user("q"), *sent, *sent]


def test_a_cut_history_begins_with_a_question() -> None:
    call, came = ToolCallPart("a", "f", "{}"), ToolResultPart("a", "f", "x")
    rest = [row("user", "q"), row("assistant", "yes"), row("user", "and?")]
    expected = [user("q"), assistant("yes"), user("and?")]
    for cut in (
        [row("assistant", "b")],
        [row("tool", "", came)],
        [row("tool", "", came), row("assistant", "b")],
        [row("assistant", "", call), row("tool", "", came)],
        [row("assistant", "", call)],
    ):
        assert prompt(*cut, *rest) == expected


def test_a_long_exchange_with_tools_is_kept_though_its_question_is_cut_off() -> None:
    call, came = ToolCallPart("a", "f", "{}"), ToolResultPart("a", "f", "x")
    rows = [row("tool", "", came), row("assistant", "", call), row("tool", "", came)]
    kept = [assistant(None, ("a", "f", "{}")), result("a", "x")]
    assert prompt(*rows) == kept
    assert prompt(*rows, row("user", "and?")) == [*kept, user("and?")]


def test_what_a_client_says_came_before_goes_before() -> None:
    said = [{"role": "developer", "content": "Be brief."}, user("q"), assistant(None, ("a", "f", "{}"))]
    context = ContextPart(said)
    after = [row("assistant", "yes"), row("user", "and?")]
    assert prompt(row("user", "now", context, TextPart("now")), *after) == [
        *said,
        result("a", NO_RESULT),
        user("now"),
        assistant("yes"),
        user("and?"),
    ]
    answered = row("tool", "", context, ToolResultPart("a", "f", "x"), ToolResultPart("z", "f", "x"))
    assert prompt(answered) == [*said, result("a", "x")]
    later = [*after, row("assistant", "no"), row("user", "why?")]
    assert prompt(answered, *later)[:4] == [*said, result("a", "x")]


@pytest.mark.parametrize("part", [{"type": "future"}, {"type": "text", "text": 5}, 5, None, [], {"type": "tool-call"}])
def test_a_part_that_is_not_understood_is_left_out(part: Any) -> None:
    rows = [{"role": role, "content": "hi", "parts": [part]} for role in ("user", "assistant", "tool", "user")]
    assert prompt(*rows) == [user("hi"), assistant("hi"), user("hi")]


_calls = st.builds(ToolCallPart, st.sampled_from("abc"), st.just("f"), st.just("{}"))
_results = st.builds(ToolResultPart, st.sampled_from("abc"), st.just("f"), st.just("x"))
_rows = st.one_of(
    st.builds(row, st.just("user"), st.just("q")),
    st.lists(_calls, max_size=3, unique_by=lambda call: call.tool_call_id).map(
        lambda calls: row("assistant", "hi", *calls)
    ),
    st.lists(_results, max_size=3).map(lambda results: row("tool", "", *results)),
)


@given(st.lists(_rows, max_size=12))
def test_whatever_the_rows_each_call_has_one_result_right_after_it(rows: Sequence[dict[str, Any]]) -> None:
    waiting: set[str] = set()
    for message in prompt(*rows):
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
        else:
            assert not waiting
            waiting = {call["id"] for call in message.get("tool_calls", ())}
    assert not waiting


def test_an_estimate_counts_all_that_is_sent() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    text = "What is in these?"
    plain = [user(text), assistant("A cat."), result("a", "x" * 400)]
    count = estimate_tokens(text) + estimate_tokens("A cat.") + 100
    assert estimate_prompt_tokens(plain, []) == count
    assert estimate_prompt_tokens(plain, [tool]) > count + 10
    image = {"type": "image_url", "image_url": {"url": PNG * 10_000}}
    assert (
        estimate_prompt_tokens([user([{"type": "text", "text": text}, image])], [])
        == estimate_tokens(text) + FILE_TOKENS
    )
    asked = assistant(None, ("a", "f", json.dumps({"x": "y" * 4000})))
    assert 1000 < estimate_prompt_tokens([asked], []) < 1100
    document = {"type": "file", "file": {"file_data": "x" * 640_000, "filename": "a.pdf"}}
    assert 10_000 <= estimate_prompt_tokens([user([document])], []) < 10_010
    assert estimate_prompt_tokens([], []) == 0
