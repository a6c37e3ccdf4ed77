"""The part of the OpenAPI document that is about asking: one turn, in three dialects."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app import errors
from app.chat.http import KEY_PATTERN
from app.chat.openai_api.requests import ChatCompletionRequest
from app.settings import Settings
from app.web.openapi_parts import (
    ASKING,
    BODY,
    COUNT,
    TEXT,
    UUID,
    answer,
    event,
    header,
    json_body,
    nullable,
    operation,
    parameter,
    record,
    ref,
)

_STREAM: Final = """\
Server-sent events, which begin as soon as the question is saved: `data: {"text": …}` for each piece of the answer, \
with the number of its characters so far as `id`; then, as the last one, either `event: done`, or `event: error` with \
a problem, whose code is `AI_SERVICE_ERROR` with a `reason` if the model failed. Both say where the answer is kept and \
what it used; what was said before an error is kept. Lines that begin with a colon keep the connection alive. A reader \
who goes away stops nothing. In a session with the configuration assistant `event: progress` says what is being done, \
before and between."""

_UI_STREAM: Final = """\
The AI SDK's UI message stream, version 1: `data: <chunk>` each, ended by `data: [DONE]`; every way out sends \
`finish`, `abort` or `error`. In a session with the configuration assistant parts of the type `data-progress` say what \
is being done, and the message's metadata is a `MessageMetadata`."""

_OPENAI_STREAM: Final = """\
A `chat.completion`; or, if `stream` is true, server-sent events with a `chat.completion.chunk` each, ended by \
`data: [DONE]`, an error in between as `data: {"error": …}`. `metadata` says which conversation and turn it is."""

_KEY: Final = {
    **parameter(
        "header",
        "Idempotency-Key",
        "A string of the client's own, new for each question: the same request with the same key again gets the answer "
        "that the first one began, live or whole. Kept for a day.",
    ),
    "schema": {**TEXT, "pattern": KEY_PATTERN},
}
_BEGINNING: Final = (
    *BODY,
    *ASKING,
    errors.ConsentRequired,
    errors.ConversationArchived,
    errors.EncryptionChanged,
    errors.EncryptionUnavailable,
    errors.IdempotencyKeyReused,
    errors.RateLimited,
    errors.ShuttingDown,
)


def chat_paths(settings: Settings) -> dict[str, Any]:
    """The paths of the three dialects."""
    return {
        "/api/ai/chat": {"post": _chat(settings)},
        "/api/ai/chat/{turn_id}/stream": {"get": _resume()},
        "/api/ai/chat/{turn_id}/stop": {"post": _stop()},
        "/api/chat": {"post": _ui_chat(settings)},
        "/api/chat/{chat}/messages": {"get": _ui_messages()},
        "/api/chat/{chat}/stream": {"get": _ui_stream()},
        "/api/chat/{chat}/stop": {"post": _ui_stop()},
        "/v1/chat/completions": {"post": _completions(settings)},
        "/v1/models": {"get": _models("models", "The models that the caller may ask for")},
        "/v1/models/{model}": {"get": _models("model", "One of them", _path("model", "The model's name."))},
    }


def _chat(settings: Settings) -> dict[str, Any]:
    message = {
        **TEXT,
        "description": "At least one character that is no white space, and none that is NUL.",
        "minLength": 1,
        "maxLength": settings.max_message_chars,
        "pattern": r"^[^\u0000]*[^\u0000\s][^\u0000]*$",
    }
    conversation = nullable(UUID, description="The conversation to continue; without it a new one is begun.")
    prompt = nullable(
        record(
            {"id": UUID},
            values={
                "type": "object",
                "additionalProperties": TEXT,
                "description": "What its variables are filled with.",
            },
            version=nullable({"type": "integer", "minimum": 1}, description="Without it the newest."),
        ),
        description="A prompt of the library, which begins a conversation: its text comes before the message.",
    )
    link = {
        "operationId": "chat",
        "description": "Ask on in the same conversation.",
        "requestBody": {"conversationId": "$response.header.X-Conversation-Id"},
    }
    turn = {"turn_id": "$response.header.X-Turn-Id"}
    links = {
        "continue": link,
        "resume": {"operationId": "resume", "description": "Read it again.", "parameters": turn},
        "stop": {"operationId": "stop", "description": "Stop it.", "parameters": turn},
    }
    return operation(
        "chat",
        "Ask, and read the answer as it is made",
        {"200": {**_stream(_STREAM, ref("AnswerEvent")), "links": links}},
        _BEGINNING,
        parameters=[_KEY],
        security="accessToken",
        requestBody=json_body(
            settings,
            {
                **record({}, message=message, conversationId=conversation, prompt=prompt),
                "anyOf": [{"required": ["message"]}, {"required": ["prompt"]}],
            },
            {"message": "How far is the moon?"},
        ),
    )


def _resume() -> dict[str, Any]:
    last = {
        **parameter("header", "Last-Event-ID", "The id of the last event that the reader has; without it, all of it."),
        "schema": {**TEXT, "pattern": "^[0-9]{1,18}$"},
    }
    return operation(
        "resume",
        "Read an answer again, live or whole, from where the reader left it",
        {"200": _stream(_STREAM, ref("AnswerEvent"))},
        [errors.InvalidRequest, errors.EncryptionUnavailable, *ASKING],
        parameters=[_path("turn_id", "The turn.", UUID), last],
        security="accessToken",
    )


def _stop() -> dict[str, Any]:
    stopping = record({"stopping": {"type": "boolean", "description": "False where it was over."}})
    return operation(
        "stop",
        "Stop an answer; what was said is kept",
        {
            "200": answer("It was over.", ["application/json"], stopping),
            "202": answer("It is being stopped, within a fraction of a second.", ["application/json"], stopping),
        },
        ASKING,
        parameters=[_path("turn_id", "The turn.", UUID)],
        security="accessToken",
    )


def _ui_chat(settings: Settings) -> dict[str, Any]:
    return operation(
        "uiChat",
        "Ask as the AI SDK's useChat does: send, edit, regenerate, results of tools",
        {"200": _stream(_UI_STREAM, ref("UIMessageChunk"))},
        [*_BEGINNING, errors.ModelNotFound],
        parameters=[_KEY],
        security="accessToken",
        requestBody=json_body(
            settings,
            ref("ChatRequest"),
            {"id": "my-chat", "messages": [{"role": "user", "parts": [{"type": "text", "text": "Hello"}]}]},
        ),
    )


def _ui_messages() -> dict[str, Any]:
    messages = {"type": "array", "items": {"type": "object"}}
    return operation(
        "uiMessages",
        "What was said in a chat, for useChat to begin with; also where it is encrypted",
        {"200": answer("The AI SDK's UIMessages; none if there is no such chat.", ["application/json"], messages)},
        [errors.EncryptionUnavailable, *_without_not_found()],
        parameters=[_path("chat", "The client's id of the chat, or the conversation's.")],
        security="accessToken",
    )


def _ui_stream() -> dict[str, Any]:
    return operation(
        "uiStream",
        "A chat's running answer from its beginning",
        {"200": _stream(_UI_STREAM, ref("UIMessageChunk")), "204": answer("Nothing is running.")},
        [errors.EncryptionUnavailable, *_without_not_found()],
        parameters=[_path("chat", "The client's id of the chat, or the conversation's.")],
        security="accessToken",
    )


def _ui_stop() -> dict[str, Any]:
    stopped = record({"stopped": {"type": "boolean", "description": "False where nothing was running."}})
    return operation(
        "uiStop",
        "Stop a chat's running answer; what was said is kept",
        {"200": answer("Whether something was running.", ["application/json"], stopped)},
        ASKING,
        parameters=[_path("chat", "The client's id of the chat, or the conversation's.")],
        security="accessToken",
    )


def _completions(settings: Settings) -> dict[str, Any]:
    completion = {
        **answer(_OPENAI_STREAM, ["application/json", "text/event-stream"], {}, _KEPT),
    }
    asked = operation(
        "createChatCompletion",
        "Ask as OpenAI's clients do",
        {"200": completion},
        parameters=[_KEY],
        security="accessToken",
        requestBody=json_body(
            settings,
            ref("ChatCompletionRequest"),
            {"model": "default", "messages": [{"role": "user", "content": "Hello"}]},
        ),
    )
    return _with_openai_errors(asked, "400", "401", "403", "404", "409", "413", "415", "429", "502", "503")


def _models(name: str, summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    listed = operation(
        name,
        summary,
        {"200": answer("In OpenAI's form.", ["application/json"], {"type": "object"})},
        parameters=parameters,
        security="accessToken",
    )
    return _with_openai_errors(listed, "401", "403", "404", "502", "503")


def _with_openai_errors(described: dict[str, Any], *statuses: str) -> dict[str, Any]:
    text = "An error in OpenAI's form."
    told = {status: answer(text, ["application/json"], ref("OpenAIError")) for status in statuses}
    return {**described, "responses": dict(sorted({**described["responses"], **told}.items()))}


def _without_not_found() -> list[type[errors.PalaverError]]:
    return [kind for kind in ASKING if kind is not errors.NotFound]


def _stream(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return answer(text, ["text/event-stream"], schema, _KEPT)


def _path(name: str, text: str, schema: dict[str, Any] = TEXT) -> dict[str, Any]:
    return {**parameter("path", name, text, required=True), "schema": schema}


_KEPT: Final = {
    "X-Conversation-Id": header(UUID, "The conversation, new or continued."),
    "X-Turn-Id": header(UUID, "The question and its answer."),
}
_, _OPENAI_SCHEMAS = msgspec.json.schema_components(
    (ChatCompletionRequest,), ref_template="#/components/schemas/{name}"
)
_UI_MESSAGE: Final = record(
    {
        "role": {"enum": ["user", "assistant"]},
        "parts": {"type": "array", "items": record({"type": TEXT}), "description": "text, file, tool-<name>, …"},
    },
    id=TEXT,
)
CHAT_SCHEMAS: Final = {
    **_OPENAI_SCHEMAS,
    "ChatRequest": record(
        {"id": {**TEXT, "minLength": 1, "maxLength": 200, "description": "The client's own id of the chat."}},
        messages={"type": "array", "items": {"type": "object"}, "description": "All of them; the last one counts."},
        message={**_UI_MESSAGE, "description": "Only the last one, instead of all."},
        trigger={"enum": ["submit-message", "regenerate-message"]},
        messageId=nullable(TEXT, description="The question that is edited, or the answer to be given anew."),
    ),
    "UIMessageChunk": {
        **record({"event": {"const": "message"}, "data": TEXT}),
        "description": "Each event: a chunk as JSON, or `[DONE]` at the end.",
    },
    "AnswerEvent": {
        "description": "Each event of the stream.",
        "oneOf": [
            event("message", record({"text": TEXT})),
            event(
                "progress",
                record({"step": TEXT, "state": {"enum": ["active", "done", "failed"]}}, detail=TEXT),
            ),
            event("done", {"allOf": [ref("AnswerEnd"), record({"status": {"enum": ["completed", "stopped"]}})]}),
            event("error", {"allOf": [ref("Problem"), ref("AnswerEnd")]}),
        ],
    },
    "AnswerEnd": record(
        {
            "conversationId": UUID,
            "turnId": UUID,
            "questionId": UUID,
            "messageId": nullable(UUID, description="The saved answer; null if nothing was said."),
            "model": TEXT,
            "finishReason": nullable(TEXT),
            "usage": record(
                {
                    "promptTokens": COUNT,
                    "completionTokens": COUNT,
                    "totalTokens": COUNT,
                    "cachedTokens": {**COUNT, "description": "Of the prompt's."},
                    "reasoningTokens": {**COUNT, "description": "Of the completion's."},
                    "estimated": {"type": "boolean", "description": "True when the provider did not report it."},
                }
            ),
        },
        metadata={**ref("MessageMetadata"), "description": "Of an answer in a session."},
    ),
    "OpenAIError": record(
        {
            "error": record(
                {"message": TEXT, "type": TEXT, "param": nullable(TEXT), "code": TEXT},
                palaver_code=TEXT,
                retryable={"type": "boolean"},
            )
        }
    ),
}
