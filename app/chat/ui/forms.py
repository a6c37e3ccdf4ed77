"""What `useChat` posts, as it stands in JSON."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

Identifier: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""An id as clients make them; the length is what the database takes."""

TOOL_NAME: Final = re.compile("^[a-zA-Z0-9_-]{1,64}$")


class Function(msgspec.Struct, omit_defaults=True):
    """A tool as OpenAI defines a function."""

    name: Annotated[str, msgspec.Meta(pattern=TOOL_NAME.pattern)]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct, tag_field="type", tag="function"):
    """A tool in OpenAI's form."""

    function: Function


class NamedTool(msgspec.Struct, rename="camel"):
    """A tool in a mapping by name, as front ends of the AI SDK define theirs."""

    description: str | None = None
    parameters: dict[str, Any] | None = None
    input_schema: dict[str, Any] | None = None


class ToolChoice(msgspec.Struct, rename="camel", tag_field="type", tag="tool"):
    """The one tool that must be called."""

    tool_name: str


class ChatRequest(msgspec.Struct, rename="camel"):
    """The body of POST /api/chat; other fields are ignored."""

    id: Identifier
    messages: list[msgspec.Raw] = []
    message: msgspec.Raw = msgspec.Raw()
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: Identifier | None = None
    model: str | None = None
    tools: list[Tool] | dict[str, NamedTool] | None = None
    tool_choice: Literal["auto", "none", "required"] | ToolChoice | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    max_output_tokens: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None


class MessagePart(msgspec.Struct, rename="camel"):
    """A part of a message, of whatever type: `text`, `file`, `tool-<name>`, `data-<name>`, …."""

    type: str
    text: str = ""
    media_type: str = ""
    url: str = ""
    filename: str | None = None
    tool_call_id: str = ""
    tool_name: str = ""
    state: str = ""
    output: Any = None
    error_text: str | None = None
    preliminary: bool | None = None
    provider_executed: bool | None = None


class Message(msgspec.Struct):
    """The message of a person, or the assistant's with results of tools."""

    role: Literal["user", "assistant"]
    parts: list[MessagePart]
    id: Identifier | None = None
