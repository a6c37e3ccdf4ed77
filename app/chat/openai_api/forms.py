"""Messages in the forms of OpenAI's reference ("Create chat completion", `messages`).

Fields that are not known here are ignored.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class Text(msgspec.Struct, tag_field="type", tag="text"):
    """A part of a message that is text."""

    text: str


class ImageUrl(msgspec.Struct, omit_defaults=True):
    """An image by its address or as a data URL (RFC 2397)."""

    url: str
    detail: str | None = None


class Image(msgspec.Struct, tag_field="type", tag="image_url"):
    """A part that is an image."""

    image_url: ImageUrl


class AudioData(msgspec.Struct):
    """Audio in base64."""

    data: str
    format: Literal["wav", "mp3"]


class Audio(msgspec.Struct, tag_field="type", tag="input_audio"):
    """A part that is audio."""

    input_audio: AudioData


class FileData(msgspec.Struct, omit_defaults=True):
    """A file as a data URL, or the id of one that was uploaded before."""

    file_data: str | None = None
    filename: str | None = None
    file_id: str | None = None


class File(msgspec.Struct, tag_field="type", tag="file"):
    """A part that is a file."""

    file: FileData


class Refusal(msgspec.Struct, tag_field="type", tag="refusal"):
    """A part in which the assistant refuses."""

    refusal: str


class Called(msgspec.Struct):
    """A function that the assistant wants called; `arguments` is JSON text, perhaps invalid."""

    name: str
    arguments: str


class ToolCall(msgspec.Struct):
    """A call of a tool."""

    id: str
    function: Called
    type: Literal["function"] = "function"


class Instruction(msgspec.Struct, tag_field="role", omit_defaults=True):
    """What the application tells the model."""

    content: str | list[Text]
    name: str | None = None


class System(Instruction, tag="system"):
    """An instruction to models that know no other kind."""


class Developer(Instruction, tag="developer"):
    """An instruction to newer models."""


class User(msgspec.Struct, tag_field="role", tag="user", omit_defaults=True):
    """What a person says."""

    content: str | list[Text | Image | Audio | File]
    name: str | None = None


class Assistant(msgspec.Struct, tag_field="role", tag="assistant", omit_defaults=True):
    """What the client says that the model said."""

    content: str | list[Text | Refusal] | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    function_call: Called | None = None


class Tool(msgspec.Struct, tag_field="role", tag="tool"):
    """What came of a tool call."""

    content: str | list[Text]
    tool_call_id: str


class Function(msgspec.Struct, tag_field="role", tag="function"):
    """What came of a function call, as it was said before there were tools."""

    name: str
    content: str | None


Message: TypeAlias = System | Developer | User | Assistant | Tool | Function
