"""What a request in OpenAI's form asks, and what is wrong with one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.asked import Asked
from app.chat.openai_api.requests import ChatCompletionRequest
from app.chat.pieces import ContextPart, FilePart, TextPart, ToolResultPart
from app.errors import UnprocessableRequest

CONVERSATION = UUID("01930000-0000-7000-8000-000000000001")
PIXEL = "data:image/png;base64,iVBORw0KGgo="
HI = {"role": "user", "content": "Hi"}
CALLS: dict[str, Any] = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"at":"Bonn"}'}},
        {"id": "call_2", "type": "function", "function": {"name": "clock", "arguments": "{}"}},
    ],
}
RESULTS: list[dict[str, Any]] = [
    {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
    {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "noon"}]},
]


def asked(*messages: Any, **fields: Any) -> Asked:
    body = msgspec.json.encode({"messages": messages or (HI,), **fields})
    request = msgspec.json.decode(body, type=ChatCompletionRequest)
    return request.asked(max_chars=100, idempotency_key="key")


def continued(*messages: Any) -> Asked:
    return asked(*messages, metadata={"conversation_id": str(CONVERSATION)})


def wrong_field(*messages: Any, **fields: Any) -> str:
    with pytest.raises(UnprocessableRequest) as caught:
        asked(*messages, **fields)
    (error,) = caught.value.extra["errors"]
    assert error["field"] in caught.value.detail
    return str(error["field"])


def test_a_question_alone_is_a_text() -> None:
    found = asked()
    (message,) = found.messages
    assert (message.role, message.content, message.parts) == ("user", "Hi", None)
    assert (found.dialect, found.idempotency_key) == ("openai", "key")
    assert (found.conversation_id, found.model, found.max_tokens) == (None, None, None)
    assert (list(found.tools), dict(found.options)) == ([], {})


def test_without_a_conversation_what_came_before_is_context_of_the_last_question() -> None:
    system = {"role": "system", "content": "Be brief."}
    developer = {"role": "developer", "content": [{"type": "text", "text": "Be kind."}], "name": "app"}
    answer = {"role": "assistant", "content": [{"type": "text", "text": "Yes?"}]}
    (message,) = asked(system, developer, HI, answer, {"role": "user", "content": "Why?"}).messages
    assert message.content == "Why?"
    assert message.parts == [ContextPart([system, developer, HI, answer]), TextPart("Why?")]


def test_context_holds_what_the_reference_knows_and_nothing_else() -> None:
    strange = {**CALLS, "reasoning_content": "Hm.", "audio": {"id": "a"}, "refusal": None}
    function = {"role": "function", "name": "old", "content": None}
    (message,) = asked(strange, *RESULTS, function, HI).messages
    assert message.parts is not None
    assert message.parts[0] == ContextPart(
        [{"role": "assistant", "tool_calls": CALLS["tool_calls"]}, *RESULTS, function]
    )


def test_in_a_conversation_only_what_follows_the_last_answer_is_new() -> None:
    answer = {"role": "assistant", "content": "Yes?"}
    found = continued({"role": "system", "content": "Old."}, HI, answer, {"role": "user", "content": "A"}, HI)
    assert found.conversation_id == CONVERSATION
    assert [(message.role, message.content, message.parts) for message in found.messages] == [
        ("user", "A", None),
        ("user", "Hi", None),
    ]


def test_in_a_conversation_new_instructions_go_with_the_question_they_precede() -> None:
    system = {"role": "system", "content": "New."}
    first, second = continued({"role": "assistant", "content": "Yes?"}, system, HI, HI).messages
    assert (first.parts, second.parts) == ([ContextPart([system]), TextPart("Hi")], None)


def test_instructions_after_the_question_are_put_before_it() -> None:
    system = {"role": "system", "content": "In verse."}
    (message,) = asked({"role": "assistant", "content": "Yes?"}, HI, system).messages
    assert message.content == "Hi"
    assert message.parts == [ContextPart([{"role": "assistant", "content": "Yes?"}, system]), TextPart("Hi")]
    (message,) = continued({"role": "assistant", "content": "Yes?"}, HI, system).messages
    assert message.parts == [ContextPart([system]), TextPart("Hi")]


def test_tool_results_at_the_end_are_one_message() -> None:
    results = [ToolResultPart("call_1", "weather", "rain"), ToolResultPart("call_2", "clock", "noon")]
    (message,) = asked(HI, CALLS, *RESULTS).messages
    claimed = {"role": "assistant", "tool_calls": CALLS["tool_calls"]}
    assert (message.role, message.content) == ("tool", "")
    assert message.parts == [ContextPart([HI, claimed]), *results]
    (message,) = continued(HI, CALLS, *RESULTS).messages
    assert message.parts == results


def test_in_a_conversation_results_may_come_alone_and_a_question_may_follow_them() -> None:
    system = {"role": "system", "content": "As ever."}
    results, question = continued(system, *RESULTS, HI).messages
    assert results.parts == [ToolResultPart("call_1", "", "rain"), ToolResultPart("call_2", "", "noon")]
    assert question.parts == [ContextPart([system]), TextPart("Hi")]


def test_a_message_may_have_parts() -> None:
    (message,) = asked(
        {
            "role": "user",
            "name": "ben",
            "content": [
                {"type": "text", "text": "What is"},
                {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.jpg?size=1"}},
                {"type": "image_url", "image_url": {"url": "https://example.com/picture"}},
                {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBE", "filename": "a.pdf"}},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
                {"type": "text", "text": "this?"},
            ],
        }
    ).messages
    assert message.content == "What is\nthis?"
    assert message.parts == [
        TextPart("What is"),
        FilePart("image/png", PIXEL),
        FilePart("image/jpeg", "https://example.com/a.jpg?size=1"),
        FilePart("image/*", "https://example.com/picture"),
        FilePart("application/pdf", "data:application/pdf;base64,JVBE", "a.pdf"),
        FilePart("audio/wav", "data:audio/wav;base64,UklG"),
        TextPart("this?"),
    ]


def test_one_text_in_a_list_is_a_text_and_an_image_needs_none() -> None:
    (message,) = asked({"role": "user", "content": [{"type": "text", "text": "Hi"}]}).messages
    assert (message.content, message.parts) == ("Hi", None)
    (message,) = asked({"role": "user", "content": [{"type": "image_url", "image_url": {"url": PIXEL}}]}).messages
    assert (message.content, message.parts) == ("", [FilePart("image/png", PIXEL)])


def test_parameters_are_passed_on_as_they_came() -> None:
    options = {
        "frequency_penalty": -1.5,
        "logit_bias": {"50256": -100.0},
        "parallel_tool_calls": False,
        "presence_penalty": 2.0,
        "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
        "seed": 7,
        "stop": ["a", "b"],
        "temperature": 0.0,
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "top_p": 0.5,
    }
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}, "strict": True}}]
    found = asked(tools=tools, max_tokens=5, user="u", unknown={"a": 1}, model="m-1", **options)
    assert dict(found.options) == options
    assert list(found.tools) == tools
    assert (found.max_tokens, found.model) == (5, "m-1")
    assert dict(asked(**dict.fromkeys(options)).options) == {}
    assert asked(max_tokens=5, max_completion_tokens=9).max_tokens == 9
    assert asked(tool_choice="required").options == {"tool_choice": "required"}
    assert asked(model="").model is None
    assert len(found.fingerprint()) == 32


def test_stream_options_may_come_in_any_request() -> None:
    def request(**fields: Any) -> ChatCompletionRequest:
        return msgspec.convert({"messages": [HI], **fields}, ChatCompletionRequest)

    assert not request().include_usage and not request(stream_options={}).include_obfuscation
    assert request(stream_options={"include_usage": True}).include_usage
    assert request(stream_options={"include_obfuscation": True}).include_obfuscation


def image(url: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}


def file(**data: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "file", "file": data}]}


@pytest.mark.parametrize(
    ("messages", "fields", "field"),
    [
        ([], {"n": 2}, "n"),
        ([], {"metadata": {"conversation_id": "mine"}}, "metadata.conversation_id"),
        ([], {"metadata": {"conversation_id": 7}}, "metadata.conversation_id"),
        ([CALLS], {}, "messages"),
        ([HI, CALLS], {"metadata": {"conversation_id": str(CONVERSATION)}}, "messages"),
        ([{"role": "system", "content": "Alone"}], {}, "messages"),
        ([HI, CALLS, *RESULTS, {"role": "system", "content": "Late"}], {}, "messages"),
        ([{"role": "function", "name": "f", "content": "x"}], {}, "messages"),
        (
            [{"role": "function", "name": "f", "content": "x"}, HI],
            {"metadata": {"conversation_id": str(CONVERSATION)}},
            "messages[0].role",
        ),
        ([HI, *RESULTS], {}, "messages[1].tool_call_id"),
        ([{"role": "user", "content": ""}], {}, "messages[0].content"),
        ([{"role": "user", "content": []}], {}, "messages[0].content"),
        ([{"role": "system", "content": "S"}, {"role": "user", "content": " \n"}], {}, "messages[1].content"),
        ([HI, {"role": "user", "content": "x" * 101}], {}, "messages[1].content"),
        ([image("file:///etc/passwd")], {}, "messages[0].content[0].image_url.url"),
        ([image("ftp://example.com/a.png")], {}, "messages[0].content[0].image_url.url"),
        ([image("data:text/html,x")], {}, "messages[0].content[0].image_url.url"),
        ([image("data:,x")], {}, "messages[0].content[0].image_url.url"),
        ([image("http://[")], {}, "messages[0].content[0].image_url.url"),
        ([image("https:picture.png")], {}, "messages[0].content[0].image_url.url"),
        ([file(file_id="file-1")], {}, "messages[0].content[0].file.file_data"),
        ([file(file_data="JVBE")], {}, "messages[0].content[0].file.file_data"),
    ],
)
def test_what_cannot_be_answered_is_named(messages: list[Any], fields: dict[str, Any], field: str) -> None:
    assert wrong_field(*messages, **fields) == field


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"messages": "Hi"}, "$.messages"),
        ({"messages": []}, "$.messages"),
        ({"messages": [3]}, "$.messages[0]"),
        ({"messages": [HI, {"role": "king", "content": "x"}]}, "$.messages[1].role"),
        ({"messages": [HI, {"role": "user"}]}, "$.messages[1]"),
        ({"messages": [{"role": "user", "content": None}]}, "$.messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "$.messages[0].content[0].type"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": 1}]}]}, "$.messages[0].tool_calls[0].id"),
        ({"temperature": 2.1}, "$.temperature"),
        ({"temperature": True}, "$.temperature"),
        ({"top_p": "1"}, "$.top_p"),
        ({"presence_penalty": -3}, "$.presence_penalty"),
        ({"stop": 1}, "$.stop"),
        ({"seed": 2**63}, "$.seed"),
        ({"max_tokens": 0}, "$.max_tokens"),
        ({"max_completion_tokens": 1.5}, "$.max_completion_tokens"),
        ({"stream": "yes"}, "$.stream"),
        ({"stream_options": []}, "$.stream_options"),
        ({"tools": {}}, "$.tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "$.tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": ""}}]}, "$.tools[0].function.name"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}] * 129}, "$.tools"),
        ({"tool_choice": "always"}, "$.tool_choice"),
        ({"response_format": {"type": "xml"}}, "$.response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "$.response_format"),
        ({"modalities": ["text", "audio"]}, "$.modalities[1]"),
        ({"metadata": "x"}, "$.metadata"),
        ({"model": 3}, "$.model"),
        ({"user": 3}, "$.user"),
    ],
)
def test_known_fields_must_have_their_type(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode({"messages": [HI], **fields}), type=ChatCompletionRequest)
    assert str(caught.value).endswith(f"`{place}`")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_WELL_FORMED = st.lists(
    st.sampled_from(
        [
            HI,
            CALLS,
            *RESULTS,
            image(PIXEL),
            {"role": "assistant"},
            {"role": "function", "name": "", "content": None},
            {"role": "system", "content": ""},
            {"role": "user", "content": [{"type": "text", "text": ""}]},
        ]
    ),
    min_size=1,
    max_size=5,
)
_METADATA = st.none() | st.just({"conversation_id": str(CONVERSATION)})


@given(_WELL_FORMED, _METADATA)
def test_messages_in_any_order_are_understood_or_refused(messages: list[Any], metadata: Any) -> None:
    try:
        found = asked(*messages, metadata=metadata)
    except UnprocessableRequest:
        return
    assert found.messages[-1].role in ("user", "tool")
    assert len(found.fingerprint()) == 32


@given(
    st.sampled_from(ChatCompletionRequest.__struct_fields__),
    _JSON | _WELL_FORMED,
    st.lists(st.fixed_dictionaries({"role": st.sampled_from(["user", "tool"]) | _JSON, "content": _JSON}), max_size=2),
)
def test_whatever_comes_is_understood_or_refused(field: str, value: Any, messages: list[Any]) -> None:
    try:
        found = asked(HI, *messages, **{field: value}) if field != "messages" else asked(value)
    except (msgspec.ValidationError, UnprocessableRequest):
        return
    assert found.messages
