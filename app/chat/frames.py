"""From a body's bytes to its frames: the part of each `chat.completion.chunk` that matters here.

Everything else a provider sends is passed over. What is here must have the right type, but for what only
accompanies an answer (sources, images), which differs from server to server: there, what is understood counts.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any, Final, TypeVar

import msgspec

from app.chat.failures import reported_error
from app.errors import AIServiceError


class Function(msgspec.Struct):
    """What is to be called, in pieces."""

    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(msgspec.Struct):
    """A piece of a tool call; pieces with the same index belong together, if there is one."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Delta(msgspec.Struct):
    """What is new in this piece."""

    content: str | list[Any] | None = None
    """A list is Mistral's, see `content_chunks`."""
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[ToolCallDelta] | None = None
    annotations: Any = None
    images: Any = None


class Message(msgspec.Struct):
    """The whole answer so far, which some servers send along; it repeats what the deltas said."""

    annotations: Any = None
    images: Any = None


class Choice(msgspec.Struct):
    """One of the answers; only the first is ever asked for."""

    delta: Delta | None = None
    finish_reason: str | None = None
    index: int = 0
    message: Message | None = None


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


class ContentChunk(msgspec.Struct):
    """Text, or what was thought before it."""

    text: str = ""
    thinking: list[ContentChunk] = []


class Citation(msgspec.Struct):
    """A page that was cited."""

    url: str
    title: str | None = None


class Annotation(msgspec.Struct):
    """A citation, where in the text does not matter here."""

    url_citation: Citation


class Address(msgspec.Struct):
    """Where an image is: a data URL as a rule."""

    url: str


class Image(msgspec.Struct):
    """An image that the model made (OpenRouter's form)."""

    image_url: Address


class Frame(msgspec.Struct):
    """One event."""

    choices: list[Choice] | None = None
    id: str | None = None
    model: str | None = None
    usage: ReportedUsage | None = None
    error: Any = None


_Item = TypeVar("_Item")

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


MAX_FRAME_BYTES: Final = 8 * 1024 * 1024
"""Longest single event, and longest line, that is taken from a provider: an image comes in one."""

_FIELD: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_-]*")


class FrameReader:
    """Splits a body into its frames: server-sent events (WHATWG HTML), ended by `[DONE]`.

    `feed` and `close` return the frames that are whole, then `error` says what was wrong with what followed.
    """

    def __init__(self) -> None:
        self.ended = False
        """`[DONE]` came."""
        self.error: AIServiceError | None = None
        self._partial: list[bytes] = []
        self._data: list[bytes] = []
        self._held = 0
        self._event = b""
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[Frame]:
        """Take one read of the body."""
        frames: list[Frame] = []
        if self.ended:
            return frames
        if self._after_cr or b"\r" in data:
            data = self._with_line_feeds(data)
        lines = data.split(b"\n")
        rest = lines.pop()
        try:
            if lines and self._partial:
                lines[0] = b"".join((*self._partial, lines[0]))
                self._partial.clear()
                self._held = sum(map(len, self._data))
            for line in lines:
                self._take_line(line, frames)
                if self.ended:
                    return frames
            if rest:
                self._partial.append(rest)
                self._hold(len(rest))
        except AIServiceError as error:
            self.error = error
        return frames

    def close(self) -> list[Frame]:
        """Take the end of the body; a last event needs no blank line."""
        frames: list[Frame] = []
        if self.ended:
            return frames
        try:
            if self._partial:
                self._take_line(b"".join(self._partial), frames)
        except AIServiceError as error:
            self.error = error
        try:
            self._dispatch(frames)
        except AIServiceError as error:
            # A last event that is cut in two is a cut answer, not a provider that speaks nonsense.
            if error.reason != "invalid_response":
                self.error = self.error or error
        return frames

    def _with_line_feeds(self, data: bytes) -> bytes:
        """The data with CRLF and CR turned into LF; raw CR is never part of JSON, which escapes it."""
        if self._after_cr and data[:1] == b"\n":
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > MAX_FRAME_BYTES:
            raise AIServiceError("invalid_response", "The provider sent an event that is too large.")

    def _take_line(self, line: bytes, frames: list[Frame]) -> None:
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            self._hold(len(line))
        elif not line:
            self._dispatch(frames)
        elif line[:1] != b":":
            self._take_other_line(line)

    def _take_other_line(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"event":
            self._event = value.strip()
        elif name == b"error":
            raise reported_error(_loads(value) or {})
        elif name == b"data":
            self._data.append(b"")
        elif not _FIELD.fullmatch(name):
            # Not an event stream: a page, or a JSON answer, which may say what went wrong.
            said = _loads(line)
            if isinstance(said, dict) and said.get("error"):
                raise reported_error(said["error"])
            raise AIServiceError("invalid_response", "The provider's answer is not an event stream.")

    def _dispatch(self, frames: list[Frame]) -> None:
        event, self._event = self._event, b""
        if not self._data:
            return
        payload = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._held = 0
        if payload[:1] == b"[" and payload.strip() == b"[DONE]":
            self.ended = True
            return
        if not payload:
            return
        frame = decoded(payload)
        if frame.error:
            raise reported_error(frame.error)
        if event == b"error":
            raise reported_error(_loads(payload) or {})
        frames.append(frame)


def content_chunks(content: list[Any]) -> list[ContentChunk]:
    """What a content that is a list holds (Mistral's API reference, "Reasoning")."""
    return _understood(content, ContentChunk)


def citations(annotations: Any) -> list[Citation]:
    """The pages that annotations cite."""
    return [annotation.url_citation for annotation in _understood(annotations, Annotation)]


def image_urls(images: Any) -> list[str]:
    """Where the images are."""
    return [image.image_url.url for image in _understood(images, Image)]


def _understood(items: Any, form: type[_Item]) -> list[_Item]:
    found = []
    for item in items if isinstance(items, list) else ():
        with suppress(msgspec.ValidationError):
            found.append(msgspec.convert(item, form))
    return found


def is_object(text: str) -> bool:
    """Whether a text is a JSON object, whole."""
    try:
        msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError):
        return False
    return True


def _loads(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
