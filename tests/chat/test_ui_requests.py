from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from app.chat.asked import Asked, NewMessage
from app.chat.pieces import FilePart, TextPart, ToolResultPart
from app.chat.ui.forms import ChatRequest
from app.chat.ui.requests import asked, asked_anew
from app.errors import PalaverError, UnprocessableRequest

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def parse(body: dict[str, Any], max_chars: int = 1000) -> Asked:
    return asked(msgspec.json.decode(msgspec.json.encode(body), type=ChatRequest), max_chars, None)


def user(text: str = "Hello", message_id: str = "u1", **fields: Any) -> dict[str, Any]:
    return {"id": message_id, "role": "user", "parts": [{"type": "text", "text": text}], **fields}


def answer(*parts: dict[str, Any], message_id: str = "a1") -> dict[str, Any]:
    return {"id": message_id, "role": "assistant", "parts": list(parts)}


def tool(state: str, **fields: Any) -> dict[str, Any]:
    return {"type": "tool-weather", "toolCallId": "c1", "state": state, "input": {"city": "Oslo"}, **fields}


STEP = {"type": "step-start"}
SAID = {"type": "text", "text": "Let me see.", "state": "done"}


def test_of_a_whole_list_only_the_last_message_is_new() -> None:
    old = [user("Old", "u0"), {"role": "anything", "of": "an older client"}]
    result = parse({"id": "chat", "trigger": "submit-message", "messages": [*old, user()], "unknown": 1})
    assert result == Asked(dialect="ui", chat="chat", messages=[NewMessage("user", "Hello", None, "u1")], tools=[])


def test_a_client_may_send_the_last_message_alone() -> None:
    assert parse({"id": "chat", "message": user()}) == parse({"id": "chat", "messages": [user()]})


def test_files_come_beside_the_text() -> None:
    file = {"type": "file", "mediaType": "image/png", "url": PIXEL, "filename": "dot.png"}
    note = {"type": "data-note", "data": {"text": 5}}
    result = parse(
        {"id": "chat", "message": {"role": "user", "parts": [file, note, {"type": "text", "text": "What?"}]}}
    )
    assert result.messages == [
        NewMessage("user", "What?", [FilePart("image/png", PIXEL, "dot.png"), TextPart("What?")])
    ]


def test_several_texts_are_lines_of_one() -> None:
    parts = [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]
    assert parse({"id": "chat", "message": user(parts=parts)}).messages == [NewMessage("user", "One\nTwo", None, "u1")]


def test_an_edit_names_the_message_it_replaces() -> None:
    result = parse({"id": "chat", "messages": [user("New")], "trigger": "submit-message", "messageId": "u1"})
    assert (result.replaces, result.messages) == ("u1", [NewMessage("user", "New", None, "u1")])


@pytest.mark.parametrize(
    ("body", "regenerates"),
    [
        ({"messages": [user()]}, "u1"),
        ({"messages": [user()], "messageId": "a1"}, "u1"),
        ({"message": answer(SAID), "messageId": "a1"}, "a1"),
        ({"messageId": "a1"}, "a1"),
        ({}, ""),
    ],
)
def test_another_answer_is_asked_for_by_its_question_if_that_is_there(body: dict[str, Any], regenerates: str) -> None:
    result = parse({"id": "chat", "trigger": "regenerate-message", **body})
    assert (result.regenerates, result.messages, result.replaces) == (regenerates, [], None)


def test_results_of_the_last_step_go_on_with_the_clients_message() -> None:
    done = tool("output-available", output={"degrees": 4}, toolCallId="c0")
    failed = {"type": "dynamic-tool", "toolName": "map", "toolCallId": "c2", "state": "output-error", "errorText": "No"}
    open_call = tool("input-available", toolCallId="c3")
    theirs = tool("output-available", toolCallId="c4", output=1, providerExecuted=True)
    last = answer(STEP, done, STEP, SAID, tool("output-available", output=[4]), failed, open_call, theirs)
    result = parse({"id": "chat", "messages": [user(), last], "messageId": "a1"})
    results = [ToolResultPart("c1", "weather", [4]), ToolResultPart("c2", "map", None, "No")]
    assert result.messages == [NewMessage("tool", "", results, "a1/2")]
    assert (result.response_id, result.replaces) == ("a1", None)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [SAID],
        [tool("input-available")],
        [tool("output-available", output=1, preliminary=True)],
        [tool("output-available", output=1), STEP, SAID],
        [tool("approval-requested", approval={"id": "x"})],
        [tool("approval-responded", approval={"id": "x", "approved": True})],
        [tool("output-denied")],
        [tool("invented")],
        [tool("output-available", output=1, toolCallId="")],
    ],
)
def test_an_assistants_message_without_results_is_refused(parts: list[dict[str, Any]]) -> None:
    with pytest.raises(UnprocessableRequest):
        parse({"id": "chat", "messages": [user(), answer(*parts)]})


def test_tools_and_parameters_are_handed_on_in_openais_form() -> None:
    schema = {"type": "object", "properties": {}}
    named = {"weather": {"description": "Tells it.", "inputSchema": schema}, "now": {}}
    listed = [
        {"type": "function", "function": {"name": "weather", "description": "Tells it.", "parameters": schema}},
        {"type": "function", "function": {"name": "now"}},
    ]
    for tools in (named, listed):
        result = parse({"id": "chat", "message": user(), "tools": tools})
        assert result.tools == listed
    choice = {"type": "tool", "toolName": "now"}
    result = parse(
        {"id": "c", "message": user(), "toolChoice": choice, "temperature": 0.5, "maxOutputTokens": 9, "model": "m"}
    )
    forced = {"type": "function", "function": {"name": "now"}}
    assert result.options == {"temperature": 0.5, "tool_choice": forced}
    assert (result.max_tokens, result.model) == (9, "m")
    assert parse({"id": "chat", "message": user(), "toolChoice": "none"}).options == {"tool_choice": "none"}


def test_a_question_that_was_refused_can_be_asked_again() -> None:
    for changes in ({"trigger": "regenerate-message"}, {"messageId": "u1"}):
        body = msgspec.json.decode(
            msgspec.json.encode({"id": "chat", "messages": [user()], **changes}), type=ChatRequest
        )
        first = asked(body, 1000, "key")
        anew = asked_anew(body, first, 1000)
        assert anew is not None
        assert anew.messages == [NewMessage("user", "Hello", None, "u1")]
        assert (anew.replaces, anew.regenerates, anew.idempotency_key) == (None, None, "key")
    for unlike in ({"messages": [user()]}, {"trigger": "regenerate-message"}):
        body = msgspec.json.decode(msgspec.json.encode({"id": "chat", **unlike}), type=ChatRequest)
        assert asked_anew(body, asked(body, 1000, None), 1000) is None


@pytest.mark.parametrize(
    "message",
    [
        None,
        5,
        [],
        {},
        {"role": "user"},
        {"role": "system", "parts": [SAID]},
        {"role": "tool", "parts": [SAID]},
        user(message_id=""),
        user(message_id="x" * 201),
        user(parts=None),
        user(parts={}),
        user(parts=["text"]),
        user(parts=[{"text": "no type"}]),
        user(parts=[]),
        user("  \n "),
        user("x" * 1001),
        user(parts=[{"type": "text", "text": ["x"]}]),
        user(parts=[{"type": "tool-weather", "toolCallId": "c1", "state": "output-available", "output": 1}]),
        user(parts=[{"type": "nonsense"}]),
        user(parts=[{"type": "file", "url": PIXEL}]),
        user(parts=[{"type": "file", "mediaType": "image", "url": PIXEL}]),
        user(parts=[{"type": "file", "mediaType": "image/png\r\nx: y", "url": PIXEL}]),
        *(
            user(parts=[{"type": "file", "mediaType": "image/png", "url": url}])
            for url in ("", "file:///etc/passwd", "javascript:alert(1)", "blob:https://x/y", "//x/y", "data:", 5)
        ),
    ],
)
def test_what_is_no_message_is_refused_with_its_place(message: object) -> None:
    with pytest.raises(UnprocessableRequest) as refused:
        parse({"id": "chat", "messages": [message]})
    assert refused.value.extra["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 201},
        {"id": "chat", "messages": {}},
        {"id": "chat", "trigger": "invented"},
        {"id": "chat", "messageId": []},
        {"id": "chat", "tools": "all"},
        {"id": "chat", "tools": [{"type": "function"}]},
        {"id": "chat", "tools": [{"type": "function", "function": {"name": "not a name"}}]},
        {"id": "chat", "tools": {"not a name": {}}},
        {"id": "chat", "toolChoice": "maybe"},
        {"id": "chat", "temperature": 3},
        {"id": "chat", "maxOutputTokens": 0},
    ],
)
def test_what_is_no_request_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises((msgspec.ValidationError, UnprocessableRequest)):
        parse({"message": user()} | body)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(UnprocessableRequest):
        parse({"id": "chat"})
    with pytest.raises(UnprocessableRequest):
        parse({"id": "chat", "messages": []})


def test_json_that_breaks_only_in_the_last_message_is_refused() -> None:
    for broken in (
        b'{"role":"user","parts":[{"type":"text","text":"\\ud800"}]}',
        b'{"role":"user","parts":[{"type":"text","text":"\xff"}]}',
    ):
        with pytest.raises((PalaverError, msgspec.DecodeError, UnicodeDecodeError)):
            asked(msgspec.json.decode(b'{"id":"chat","message":' + broken + b"}", type=ChatRequest), 1000, None)


def test_no_request_makes_it_stumble() -> None:
    chance = random.Random(4)
    values: list[Any] = [None, True, -1, 1e308, 10**30, "", "x", "tool-", "text", "output-available", [], {}, PIXEL]
    names = (
        "type",
        "text",
        "mediaType",
        "url",
        "toolCallId",
        "state",
        "output",
        "errorText",
        "providerExecuted",
        "toolName",
    )

    def part() -> Any:
        wild = {name: chance.choice(values) for name in chance.sample(names, chance.randrange(3))}
        likely = {
            "type": chance.choice(["text", "file", "tool-x", "step-start"]),
            "text": "x",
            "mediaType": "image/png",
        }
        return {**likely, "url": PIXEL, "toolCallId": "c1", "state": "output-available", "output": 1, **wild}

    refused = 0
    for _ in range(3000):
        message = {
            "id": chance.choice(["u1", *values]),
            "role": chance.choice(["user", "assistant"]),
            "parts": [part(), part()],
        }
        body = {"id": "chat", "message": message, "trigger": chance.choice(["submit-message", "regenerate-message"])}
        try:
            msgspec.json.encode(parse(body).messages)
        except UnprocessableRequest:
            refused += 1
    assert 100 < refused < 2900
