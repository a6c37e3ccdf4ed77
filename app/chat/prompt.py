"""What is sent to the model: a conversation's rows as messages of OpenAI's chat completions.

OpenAI API reference, "Create chat completion". Providers refuse tool calls without results, results without
calls, and arguments that are no JSON, so these are put in order here, whatever the rows hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from app.chat.frames import is_object
from app.chat.pieces import ContextPart, FilePart, Part, TextPart, ToolCallPart, ToolResultPart
from app.chat.tokens import estimate_tokens

NO_RESULT: Final = "There is no result: the tool was not run, or its result was never sent."
"""What the model is told of a tool call that nobody answered."""

FILE_TOKENS: Final = 1000
"""What an image is taken to cost, whose size in pixels decides, and any other file at least."""

_FILE_BYTES_PER_TOKEN: Final = 64
_AUDIO: Final = re.compile(r"data:audio/(?:x-)?(?:(wav|wave)|mpeg|mp3)[^,]*;base64,", re.IGNORECASE)

Message: TypeAlias = dict[str, Any]


class _Row(msgspec.Struct):
    role: str
    content: str
    parts: list[Part] | None = None


class _OddRow(msgspec.Struct):
    role: str
    content: str
    parts: list[Any] | None = None


_decode: Final = msgspec.json.Decoder(list[_Row]).decode
_decode_odd: Final = msgspec.json.Decoder(list[_OddRow]).decode
_encode: Final = msgspec.json.Encoder().encode


def messages_for_model(system_prompt: str | None, history: bytes | str) -> list[Message]:
    """The system prompt, then the history, a JSON array of {role, content, parts}, oldest first.

    Roles are user, assistant and tool. The history may have been cut anywhere: what comes before its
    first question is left out, since many models take no other beginning, unless that is all there is.
    """
    rows = _rows(history)
    messages: list[Message] = [{"role": "system", "content": system_prompt}] if system_prompt else []
    plain = True
    for row in rows[_beginning(rows) :]:
        if row.parts is not None:
            plain = False
            messages += _messages(row, row.parts)
        elif row.content or row.role == "user":
            messages.append({"role": row.role, "content": row.content})
    return messages if plain else _paired(messages)


def estimate_prompt_tokens(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()) -> int:
    """About how many tokens the messages and tool definitions are, for a provider that does not say."""
    total = estimate_tokens(_encode(tools).decode()) if tools else 0
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            total += estimate_tokens(content)
        elif content:
            total += sum(map(_part_tokens, content))
        if calls := message.get("tool_calls"):
            total += estimate_tokens(_encode(calls).decode())
    return total


def _rows(history: bytes | str) -> list[_Row]:
    with suppress(msgspec.ValidationError):
        return _decode(history)
    # One part that is not understood must not make its conversation unusable.
    return [
        _Row(odd.role, odd.content, None if odd.parts is None else _understood(odd.parts))
        for odd in _decode_odd(history)
    ]


def _understood(given: list[Any]) -> list[Part]:
    parts: list[Part] = []
    for part in given:
        with suppress(msgspec.ValidationError):
            parts.append(msgspec.convert(part, Part))
    return parts


def _beginning(rows: Sequence[_Row]) -> int:
    """The row of the first question, or 0 if only the newest message would be left then."""
    for at in range(len(rows) - 1):
        row = rows[at]
        if row.role == "user" or any(isinstance(part, ContextPart) for part in row.parts or ()):
            return at
    return 0


def _messages(row: _Row, parts: Sequence[Part]) -> list[Message]:
    messages = [message for part in parts if isinstance(part, ContextPart) for message in part.messages]
    if row.role == "tool":
        messages += [_result(part) for part in parts if isinstance(part, ToolResultPart)]
    elif row.role == "user":
        messages.append({"role": "user", "content": _question(row.content, parts)})
    elif calls := [_call(part) for part in parts if isinstance(part, ToolCallPart)]:
        messages.append({"role": row.role, "content": row.content or None, "tool_calls": calls})
    elif row.content:
        messages.append({"role": row.role, "content": row.content})
    return messages


def _question(content: str, parts: Sequence[Part]) -> str | list[dict[str, Any]]:
    if not any(isinstance(part, FilePart) for part in parts):
        return content
    if not any(isinstance(part, TextPart) for part in parts):
        parts = [TextPart(content), *parts]
    return [
        {"type": "text", "text": part.text} if isinstance(part, TextPart) else _file(part)
        for part in parts
        if isinstance(part, FilePart) or (isinstance(part, TextPart) and part.text)
    ]


def _file(part: FilePart) -> dict[str, Any]:
    if part.media_type.lower().startswith("image/"):
        return {"type": "image_url", "image_url": {"url": part.url}}
    if audio := _AUDIO.match(part.url):
        sound = {"data": part.url[audio.end() :], "format": "wav" if audio[1] else "mp3"}
        return {"type": "input_audio", "input_audio": sound}
    name = part.filename or "file"
    if part.url[:5].lower() == "data:":
        return {"type": "file", "file": {"file_data": part.url, "filename": name}}
    # Providers take the contents alone of these; the model is at least told that there is one.
    return {"type": "text", "text": f"Attached: {name} ({part.media_type}), {part.url}"}


def _call(part: ToolCallPart) -> dict[str, Any]:
    arguments = part.arguments if is_object(part.arguments) else "{}"
    return {"id": part.tool_call_id, "type": "function", "function": {"name": part.tool_name, "arguments": arguments}}


def _result(part: ToolResultPart) -> Message:
    content = part.output if part.error_text is None else part.error_text
    text = content if isinstance(content, str) else _encode(content).decode()
    return {"role": "tool", "tool_call_id": part.tool_call_id, "content": text}


def _paired(messages: Sequence[Message]) -> list[Message]:
    """The messages with exactly one result after each tool call, and no result without its call."""
    paired: list[Message] = []
    waiting: list[str] = []
    for message in messages:
        if message.get("role") == "tool":
            if (call_id := message.get("tool_call_id")) in waiting:
                waiting.remove(call_id)
                paired.append(message)
            continue
        paired += map(_no_result, waiting)
        paired.append(message)
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
    return paired + [_no_result(call_id) for call_id in waiting]


def _no_result(call_id: str) -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": NO_RESULT}


def _part_tokens(part: Mapping[str, Any]) -> int:
    if isinstance(text := part.get("text"), str):
        return estimate_tokens(text)
    if part.get("type") == "image_url":
        return FILE_TOKENS
    return max(FILE_TOKENS, len(_encode(part)) // _FILE_BYTES_PER_TOKEN)
