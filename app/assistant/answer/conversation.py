"""The messages of a conversation, in the form of OpenAI's chat completions, before a model is given them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from app.assistant.provenance.parts import parts
from app.assistant.provenance.sources import plain
from app.assistant.secrecy.redaction import Redactor

Message: TypeAlias = Mapping[str, Any]


def split(messages: Sequence[Message]) -> tuple[str, Sequence[Message]]:
    """The system prompt, "" if there is none, and what was said."""
    if messages and messages[0].get("role") == "system":
        return _text(messages[0]), messages[1:]
    return "", messages


def after(data: Sequence[Message], said: Sequence[Message]) -> list[Message]:
    """What was said behind the data, which begins the first question: some models take no two of one role in a row."""
    if not said or said[0].get("role") != "user":
        return [*data, *said]
    content = said[0].get("content")
    told = "\n\n".join(str(message["content"]) for message in data)
    if isinstance(content, list):
        return [{**said[0], "content": [{"type": "text", "text": told}, *content]}, *said[1:]]
    return [{**said[0], "content": f"{told}\n\n{content}"}, *said[1:]]


def said_by_person(messages: Sequence[Message]) -> list[str]:
    """All that the person wrote, oldest first."""
    return [_text(message) for message in messages if message.get("role") == "user"]


def acting(messages: Sequence[Message]) -> list[str]:
    """Addresses and commands of each answer, which had them from who knows where."""
    answers = (plain(_text(message)) for message in messages if message.get("role") == "assistant")
    return [" \n ".join(part.text for part in parts(answer) if part.kind.acts) for answer in answers]


def redacted(message: Message, redactor: Redactor) -> Message:
    """A message whose texts have no secrets; files are as they are, since nobody can look into them here."""
    told = dict(message)
    content = message.get("content")
    if isinstance(content, str):
        told["content"] = redactor.text(content)
    elif isinstance(content, list):
        told["content"] = [
            {**part, "text": redactor.text(part["text"])} if "text" in part else part for part in content
        ]
    if calls := message.get("tool_calls"):
        told["tool_calls"] = redactor.texts(calls)
    return told


def _text(message: Message) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""
