"""What an answer is made of: pieces as they stream, parts as they are stored.

A piece is what is new; pieces of one kind that follow each other make a part. Parts are what
`messages.parts` holds, as JSON with the names that the AI SDK uses for them where it has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec


class Reasoning(msgspec.Struct, frozen=True, tag="reasoning"):
    """Something the model thought aloud."""

    text: str


class ToolInput(msgspec.Struct, frozen=True, tag="tool"):
    """More of a tool call's arguments (JSON text, as the model wrote it); each piece names its call."""

    id: str
    name: str
    arguments: str


class Step(msgspec.Struct, frozen=True, tag="step", omit_defaults=True):
    """Something that is done before or between what is said; one of a known id says how that stands now.

    Shown while the answer comes, and not kept with it.
    """

    id: str
    name: str
    state: Literal["active", "done", "failed"]
    detail: str | None = None


class TextPart(msgspec.Struct, frozen=True, tag="text", rename="camel"):
    """Text, of a person or of the model."""

    text: str


class ReasoningPart(msgspec.Struct, frozen=True, tag="reasoning", rename="camel"):
    """What the model thought aloud before it went on."""

    text: str


class ToolCallPart(msgspec.Struct, frozen=True, tag="tool-call", rename="camel"):
    """A tool that the model wants called; `arguments` is JSON text as the model wrote it, perhaps invalid."""

    tool_call_id: str
    tool_name: str
    arguments: str


class ToolResultPart(msgspec.Struct, frozen=True, tag="tool-result", rename="camel", omit_defaults=True):
    """What came of a tool call: its output (any JSON), or the error instead."""

    tool_call_id: str
    tool_name: str = ""
    output: Any = None
    error_text: str | None = None


class FilePart(msgspec.Struct, frozen=True, tag="file", rename="camel", omit_defaults=True):
    """A file by its address, which may be a data URL (RFC 2397)."""

    media_type: str
    url: str
    filename: str | None = None


class SourcePart(msgspec.Struct, frozen=True, tag="source-url", rename="camel", omit_defaults=True):
    """A page that the answer rests on."""

    source_id: str
    url: str
    title: str | None = None


class ContextPart(msgspec.Struct, frozen=True, tag="context", rename="camel"):
    """Messages, in OpenAI's form, that a client says came before: sent to the model, and no history of ours."""

    messages: list[dict[str, Any]]


class Encrypted(msgspec.Struct, frozen=True, tag="encrypted", rename="camel", omit_defaults=True):
    """In the place of parts or pieces: all of them as JSON, sealed."""

    data: str
    octets: int = 0
    """Of parts: how large `private.message_octets()` is to take them to be."""


class StoredMessage(msgspec.Struct, frozen=True):
    """A message of a conversation, as clients read it."""

    id: UUID
    role: str
    content: str
    parts: list[dict[str, Any]] | None
    created_at: str
    """As PostgreSQL's JSON has it."""
    metadata: dict[str, Any] = {}
    """What the configuration assistant kept with it."""


Piece: TypeAlias = str | Reasoning | ToolInput | FilePart | SourcePart | Step
"""Text is a plain string, since nearly every piece is one."""

Part: TypeAlias = TextPart | ReasoningPart | ToolCallPart | ToolResultPart | FilePart | SourcePart | ContextPart

encode_pieces: Final = msgspec.json.Encoder().encode
decode_pieces: Final = msgspec.json.Decoder(list[Piece]).decode
decode_parts: Final = msgspec.json.Decoder(list[Part]).decode


def parts_of(pieces: Iterable[Piece]) -> list[Part]:
    """The parts that the pieces make, in the order in which each began."""
    parts: list[tuple[type, str, str, list[str]] | FilePart | SourcePart] = []
    calls: dict[str, list[str]] = {}
    for piece in pieces:
        if isinstance(piece, ToolInput):
            if piece.id not in calls:
                calls[piece.id] = []
                parts.append((ToolCallPart, piece.id, piece.name, calls[piece.id]))
            calls[piece.id].append(piece.arguments)
        elif isinstance(piece, (FilePart, SourcePart)):
            parts.append(piece)
        elif not isinstance(piece, Step):
            kind, text = (TextPart, piece) if isinstance(piece, str) else (ReasoningPart, piece.text)
            last = parts[-1] if parts else None
            if isinstance(last, tuple) and last[0] is kind:
                last[3].append(text)
            else:
                parts.append((kind, "", "", [text]))
    return [_joined(*part) if isinstance(part, tuple) else part for part in parts]


def _joined(kind: type, call_id: str, name: str, texts: list[str]) -> Part:
    text = "".join(texts)
    if kind is ToolCallPart:
        return ToolCallPart(call_id, name, text)
    return TextPart(text) if kind is TextPart else ReasoningPart(text)


def text_of(pieces: Iterable[Piece]) -> str:
    """The answer's text alone."""
    return "".join(piece for piece in pieces if isinstance(piece, str))


def stored_parts(pieces: Sequence[Piece]) -> list[Part] | None:
    """The parts to be kept beside the text, None where the text says it all."""
    if all(isinstance(piece, (str, Step)) for piece in pieces):
        return None
    return parts_of(pieces)


def pieces_of(parts: Iterable[Part]) -> list[Piece]:
    """The pieces that stored parts are made of, each part in one."""
    pieces: list[Piece] = []
    for part in parts:
        match part:
            case TextPart(text):
                pieces.append(text)
            case ReasoningPart(text):
                pieces.append(Reasoning(text))
            case ToolCallPart(call_id, name, arguments):
                pieces.append(ToolInput(call_id, name, arguments))
            case FilePart() | SourcePart():
                pieces.append(part)
    return pieces


def remainder(seen: Iterable[Piece], whole: Iterable[Part]) -> list[Piece]:
    """What is left of the whole answer after the pieces that were seen, which it begins with."""
    known = parts_of(seen)
    left: list[Piece] = []
    for index, part in enumerate(whole):
        before = known[index] if index < len(known) else None
        match part, before:
            case TextPart(text), TextPart(said):
                left += [text[len(said) :]] if len(text) > len(said) else []
            case ReasoningPart(text), ReasoningPart(said):
                left += [Reasoning(text[len(said) :])] if len(text) > len(said) else []
            case ToolCallPart(call_id, name, text), ToolCallPart(_, _, said):
                left += [ToolInput(call_id, name, text[len(said) :])] if len(text) > len(said) else []
            case _, None:
                left += pieces_of([part])
    return left
