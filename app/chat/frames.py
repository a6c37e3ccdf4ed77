"""The part of a `chat.completion.chunk` that matters here (OpenAI API reference, "Streaming").

Everything else a provider sends is passed over; what is here must have the right type.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from app.errors import AIServiceError


class Function(msgspec.Struct):
    """What is to be called, in pieces."""

    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(msgspec.Struct):
    """A piece of a tool call; pieces with the same index belong together."""

    index: int = 0
    id: str | None = None
    function: Function | None = None


class Delta(msgspec.Struct):
    """What is new in this piece."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCallDelta] | None = None


class Choice(msgspec.Struct):
    """One of the answers; only the first is ever asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None
    index: int = 0


class PromptDetails(msgspec.Struct):
    """Of the prompt tokens."""

    cached_tokens: int | None = None


class CompletionDetails(msgspec.Struct):
    """Of the completion tokens."""

    reasoning_tokens: int | None = None


class ReportedUsage(msgspec.Struct):
    """Token counts as they were sent."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None


class Frame(msgspec.Struct):
    """One event."""

    choices: list[Choice] | None = None
    id: str | None = None
    model: str | None = None
    usage: ReportedUsage | None = None
    error: Any = None


_decode: Final = msgspec.json.Decoder(Frame).decode


def _decode_leniently(payload: bytes) -> Frame:
    # Lone surrogates are within JSON's grammar, and not within msgspec's.
    return msgspec.convert(json.loads(payload.decode("utf-8")), Frame)


def decoded(payload: bytes) -> Frame:
    """The event's data; AIServiceError `invalid_response` when it is not a chat completion's."""
    for decode in (_decode, _decode_leniently):
        try:
            return decode(payload)
        except (ValueError, RecursionError):
            continue
    # Outside the handlers, whose exceptions hold the answer's text.
    raise AIServiceError("invalid_response", "The provider sent something that is not a chat completion.")
