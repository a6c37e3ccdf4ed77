"""Which of a client's messages are new to us, and what they are made of.

A client of that API sends the whole conversation each time. What it puts into the assistant's mouth is never taken
for something that was said here: it is kept, and sent to the model, as what the client claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from mimetypes import guess_type
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from app.chat.asked import NewMessage
from app.chat.openai_api.errors import invalid
from app.chat.openai_api.forms import (
    Assistant,
    Audio,
    File,
    Function,
    Image,
    Instruction,
    Message,
    Text,
    Tool,
    ToolCall,
    User,
)
from app.chat.pieces import ContextPart, FilePart, Part, TextPart, ToolResultPart

_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)[^,]*,", re.ASCII)
_AUDIO: Final = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_Numbered: TypeAlias = tuple[int, Message]


def new_messages(messages: Sequence[Message], *, continues: bool, max_chars: int) -> list[NewMessage]:
    """What is new in the client's list, in order.

    Where it continues a conversation of ours that is all after the assistant's last message, since we know the rest.
    Else it is the last question, or the tool results at the end, and all that came before is context of that.
    Raises UnprocessableRequest when there is nothing to answer.
    """
    numbered = _instructions_first(list(enumerate(messages)))
    start = _start(numbered, continues)
    context = [] if continues else [message for _, message in numbered[:start]]
    known = {call.id: call.function.name for call in _calls(messages)}
    new: list[NewMessage] = []
    results: list[Part] | None = None
    for index, message in numbered[start:]:
        if isinstance(message, Tool):
            if not continues and message.tool_call_id not in known:
                raise invalid(f"messages[{index}].tool_call_id", "no tool call before it has this id")
            if results is None:
                results = [] if continues else _context(context)
                new.append(NewMessage("tool", "", results))
            name = known.get(message.tool_call_id, "")
            results.append(ToolResultPart(message.tool_call_id, name, _text(message.content)))
            continue
        results = None
        if isinstance(message, User):
            new.append(_question(index, message, _context(context), max_chars))
            context = []
        elif isinstance(message, Instruction):
            # Nothing may stand between calls and their results: these wait for the next question.
            context.append(message)
        else:
            raise invalid(f"messages[{index}].role", "answer tool calls by messages of the role tool")
    return new


def _instructions_first(numbered: list[_Numbered]) -> list[_Numbered]:
    """The list with instructions that follow the last question put before it, since that is what is answered."""
    end = len(numbered)
    while end and isinstance(numbered[end - 1][1], Instruction):
        end -= 1
    if end and isinstance(numbered[end - 1][1], (User, Tool)):
        if end == len(numbered):
            return numbered
        if isinstance(numbered[end - 1][1], User):
            return [*numbered[: end - 1], *numbered[end:], numbered[end - 1]]
    raise invalid("messages", "the last message must be a user's, or a tool's")


def _start(numbered: Sequence[_Numbered], continues: bool) -> int:
    """Where what is new begins."""
    start = len(numbered) - 1
    if continues or isinstance(numbered[start][1], Tool):
        old = Assistant if continues else (Assistant, User, Instruction, Function)
        while start and not isinstance(numbered[start - 1][1], old):
            start -= 1
    return start


def _calls(messages: Sequence[Message]) -> Iterator[ToolCall]:
    for message in messages:
        if isinstance(message, Assistant):
            yield from message.tool_calls or ()


def _context(messages: Sequence[Message]) -> list[Part]:
    before: list[dict[str, Any]] = msgspec.to_builtins(messages)
    return [ContextPart(before)] if before else []


def _question(index: int, message: User, context: list[Part], max_chars: int) -> NewMessage:
    text = _text(message.content)
    if len(text) > max_chars:
        raise invalid(f"messages[{index}].content", f"a message may have {max_chars} characters at most")
    given = [Text(message.content)] if isinstance(message.content, str) else message.content
    parts = [_part(f"messages[{index}].content[{number}]", part) for number, part in enumerate(given)]
    if not text.strip() and not any(isinstance(part, FilePart) for part in parts):
        raise invalid(f"messages[{index}].content", "must not be empty")
    said_by_text = not context and len(parts) == 1 and isinstance(parts[0], TextPart)
    return NewMessage("user", text, None if said_by_text else [*context, *parts])


def _text(content: str | Sequence[Text | Image | Audio | File]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.text for part in content if isinstance(part, Text))


def _part(field: str, part: Text | Image | Audio | File) -> Part:
    match part:
        case Text(text=text):
            return TextPart(text)
        case Image(image_url=image):
            return FilePart(_image_type(f"{field}.image_url.url", image.url), image.url)
        case Audio(input_audio=audio):
            media_type = _AUDIO[audio.format]
            return FilePart(media_type, f"data:{media_type};base64,{audio.data}")
        case File(file=file):
            data = _DATA_URL.match(file.file_data or "")
            if data is None:
                raise invalid(f"{field}.file.file_data", "a file must come as a data URL")
            return FilePart(data[1].lower(), file.file_data or "", file.filename)


def _image_type(field: str, url: str) -> str:
    if data := _DATA_URL.match(url):
        media_type = data[1].lower()
    else:
        try:
            address = urlsplit(url)
        except ValueError:
            address = urlsplit("")
        if address.scheme not in ("http", "https") or not address.netloc:
            raise invalid(field, "an image must come as a data URL or from the web")
        guessed = guess_type(address.path)[0] or ""
        media_type = guessed if guessed.startswith("image/") else "image/*"
    if not media_type.startswith("image/"):
        raise invalid(field, "this is not an image")
    return media_type
