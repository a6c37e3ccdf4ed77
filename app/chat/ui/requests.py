"""What of a request by `useChat` is new.

Clients send all the messages that they show, or only the last. Either way the history in the database is the truth:
of the messages only the last counts, which is a person's, or the assistant's with results of tools that the client ran.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

import msgspec

from app.chat.asked import Asked, NewMessage
from app.chat.pieces import FilePart, Part, TextPart, ToolResultPart
from app.chat.ui.forms import TOOL_NAME, ChatRequest, Function, Message, MessagePart, NamedTool, Tool, ToolChoice
from app.errors import UnprocessableRequest

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(;[^\r\n]*)?", re.ASCII)
_ADDRESS: Final = re.compile(r"(https?://|data:[^,]*,)", re.IGNORECASE)
_UNFINISHED: Final = frozenset({"input-streaming", "input-available"})


def asked(request: ChatRequest, max_chars: int, idempotency_key: str | None) -> Asked:
    """What is asked: something new, an edit, results of tools, another answer. Raises UnprocessableRequest."""
    last = _last(request)
    new: list[NewMessage] = []
    replaces = regenerates = response_id = None
    if request.trigger == "regenerate-message":
        # The list ends with the question by then, and a question that failed has no answer to be named.
        regenerates = _id_of_question(last) or request.message_id or ""
    elif last is None:
        raise _wrong("messages", "a message is needed")
    elif last.role == "user":
        new, replaces = [_question(last, max_chars)], request.message_id
    else:
        response_id = last.id or request.message_id
        new = [_results(last, response_id)]
    return Asked(
        dialect="ui",
        messages=new,
        chat=request.id,
        replaces=replaces,
        regenerates=regenerates,
        response_id=response_id,
        model=request.model,
        max_tokens=request.max_output_tokens,
        tools=_tools(request.tools),
        options=_options(request),
        idempotency_key=idempotency_key,
    )


def asked_anew(request: ChatRequest, first: Asked, max_chars: int) -> Asked | None:
    """The same with the question as a new one, if there is one.

    A question that was refused (over a limit, say) is not kept, but the client shows it, and lets people edit it or
    try again.
    """
    last = _last(request)
    if (first.replaces is None and first.regenerates is None) or last is None or last.role != "user":
        return None
    return replace(first, messages=[_question(last, max_chars)], replaces=None, regenerates=None)


def _last(request: ChatRequest) -> Message | None:
    if raw := bytes(request.message):
        return _decode(raw, "message")
    return _decode(bytes(request.messages[-1]), "messages[-1]") if request.messages else None


def _id_of_question(message: Message | None) -> str | None:
    return message.id if message is not None and message.role == "user" else None


def _question(message: Message, max_chars: int) -> NewMessage:
    parts: list[Part] = []
    for part in message.parts:
        if part.type == "text":
            parts.append(TextPart(part.text))
        elif part.type == "file":
            parts.append(_file(part))
        elif not part.type.startswith("data-"):
            # What the application keeps for itself is not for the model; the AI SDK leaves it out too.
            raise _wrong("parts", f"a person's message cannot have a part of type {part.type!r}")
    text = "\n".join(part.text for part in parts if isinstance(part, TextPart))
    has_files = any(isinstance(part, FilePart) for part in parts)
    if len(text) > max_chars:
        raise _wrong("parts", f"a message may have {max_chars} characters at most")
    if not (text.strip() or has_files):
        raise _wrong("parts", "a message needs text or a file")
    return NewMessage("user", text, parts if has_files else None, message.id)


def _file(part: MessagePart) -> FilePart:
    if not _MEDIA_TYPE.fullmatch(part.media_type):
        raise _wrong("parts", "a file needs a mediaType")
    if not _ADDRESS.match(part.url):
        raise _wrong("parts", "a file needs a url, which is a data: URL or begins with https: or http:")
    return FilePart(part.media_type, part.url, part.filename)


def _results(message: Message, message_id: str | None) -> NewMessage:
    """The results of the last step; those of earlier ones have been sent before."""
    results: list[Part] = []
    step = 0
    for part in message.parts:
        if part.type == "step-start":
            step += 1
            results.clear()
        elif part.type.startswith("tool-") or part.type == "dynamic-tool":
            results += _result(part)
    if not results:
        raise _wrong("parts", "the last message is the assistant's, and has no results of tools")
    # The client has no id for them, but the same ones may come again, after a failure.
    return NewMessage("tool", "", results, f"{message_id}/{step}"[-200:] if message_id else None)


def _result(part: MessagePart) -> list[Part]:
    name = part.tool_name or part.type.removeprefix("tool-")
    if part.state in _UNFINISHED or part.preliminary or part.provider_executed:
        return []
    if not part.tool_call_id:
        raise _wrong("parts", "a result of a tool needs a toolCallId")
    if part.state == "output-error":
        return [ToolResultPart(part.tool_call_id, name, error_text=part.error_text or "The tool failed.")]
    if part.state == "output-available":
        return [ToolResultPart(part.tool_call_id, name, output=part.output)]
    raise _wrong("parts", f"a tool's part cannot be in the state {part.state!r}")


def _tools(given: list[Tool] | dict[str, NamedTool] | None) -> list[dict[str, Any]]:
    if isinstance(given, dict):
        named = given.items()
        given = [Tool(Function(name, tool.description, tool.parameters or tool.input_schema)) for name, tool in named]
        if not all(TOOL_NAME.fullmatch(tool.function.name) for tool in given):
            raise _wrong("tools", "the name of a tool may have letters, digits, _ and - only, and 64 of them at most")
    found: list[dict[str, Any]] = msgspec.to_builtins(given or [])
    return found


def _options(request: ChatRequest) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if request.temperature is not None:
        options["temperature"] = request.temperature
    if isinstance(request.tool_choice, ToolChoice):
        options["tool_choice"] = {"type": "function", "function": {"name": request.tool_choice.tool_name}}
    elif request.tool_choice is not None:
        options["tool_choice"] = request.tool_choice
    return options


def _decode(raw: bytes, field: str) -> Message:
    try:
        return msgspec.json.decode(raw, type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        detail, _, place = str(error).partition(" - at `$")
        raise _wrong(field + place.strip("`"), detail) from error


def _wrong(field: str, detail: str) -> UnprocessableRequest:
    return UnprocessableRequest(f"{field}: {detail}", extra={"errors": [{"field": field, "detail": detail}]})
