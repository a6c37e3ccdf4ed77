"""Reads the bytes of a streamed OpenAI chat completion, with no I/O and no object for each piece but one.

The format is server-sent events (WHATWG HTML, "Server-sent events") whose data are
`chat.completion.chunk` objects, ended by `[DONE]` (OpenAI API reference, "Streaming").
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from app.chat.failures import reported_error
from app.chat.frames import Frame, ReportedUsage, ToolCallDelta, decoded
from app.errors import AIServiceError

MAX_FRAME_BYTES: Final = 1024 * 1024
"""Longest single event, and longest line, that is taken from a provider."""

MAX_TEXT_CHARS: Final = 2_000_000
"""Longest answer, reasoning and tool arguments together."""

_MAX_TOKENS: Final = 2**31 - 1
_MAX_TOOL_CALLS: Final = 128
_MAX_LABEL_CHARS: Final = 255
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_FIELD: Final = re.compile(rb"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; cached ones are part of the prompt's, reasoning ones of the completion's."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(slots=True)
class ToolCall:
    """A tool the model wants called; `arguments` is JSON text as the model wrote it, perhaps invalid."""

    id: str = ""
    name: str = ""
    arguments: str = ""


class StreamReader:
    """Takes a provider's bytes as they come and keeps what the answer is made of.

    Feed it each network read, then call `close()` at the end of the body. What was understood before
    an error stays: `feed` first returns the text that came before it, sets `error`, and the next
    `feed` or `close` raises it.
    """

    def __init__(self, max_text_chars: int = MAX_TEXT_CHARS) -> None:
        self.response_id: str | None = None
        self.model: str | None = None
        self.finish_reason: str | None = None
        self.error: AIServiceError | None = None
        self.ended = False
        """`[DONE]` came: nothing after it counts, not even an error of the connection."""
        self._usage: ReportedUsage | None = None
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._reasonings: list[str] = []
        self._tools: dict[int, tuple[ToolCall, list[str]]] = {}
        self._room = max_text_chars
        self._surrogate = ""
        self._partial: list[bytes] = []
        self._data: list[bytes] = []
        self._held = 0
        self._event = b""
        self._at_start = True
        self._after_cr = False

    @property
    def done(self) -> bool:
        """The answer is whole: its finish reason or `[DONE]` came. Usage may follow a finish reason."""
        return self.ended or self.finish_reason is not None

    @property
    def text(self) -> str:
        """All of the answer so far; a refusal counts as an answer."""
        return _joined(self._texts)

    @property
    def refusal(self) -> str:
        """The part of the text that the provider marked as a refusal."""
        return _joined(self._refusals)

    @property
    def reasoning(self) -> str:
        """What the model thought aloud, for providers that send it; no part of the text."""
        return _joined(self._reasonings)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """Tool calls in the order of their index, arguments joined."""
        return [
            ToolCall(call.id, call.name, "".join(arguments)) for _, (call, arguments) in sorted(self._tools.items())
        ]

    @property
    def usage(self) -> Usage | None:
        """What the provider last reported, or None when that is missing, impossible or zero for both.

        Some servers report zeros when they have not counted; nothing costs no tokens at all.
        """
        reported = self._usage
        if reported is None:
            return None
        prompt, completion = (reported.prompt_tokens or 0, reported.completion_tokens or 0)
        inputs, outputs = (reported.prompt_tokens_details, reported.completion_tokens_details)
        cached = (inputs.cached_tokens if inputs else None) or 0
        reasoning = (outputs.reasoning_tokens if outputs else None) or 0
        if reasoning and reported.total_tokens == prompt + completion + reasoning:
            # Some servers count reasoning beside the completion; OpenAI counts it within.
            completion += reasoning
        possible = all(0 <= count <= _MAX_TOKENS for count in (prompt, completion, cached, reasoning))
        if not possible or prompt + completion == 0 or (completion == 0 and (self._texts or self._tools)):
            return None
        return Usage(prompt, completion, cached, reasoning)

    def feed(self, data: bytes) -> str:
        """Take one read of the body and return the answer text that is new in it, "" if none."""
        if self.error is not None:
            raise self.error
        if self.ended:
            return ""
        if self._after_cr or b"\r" in data:
            data = self._with_line_feeds(data)
        if b"\n" not in data:
            if data:
                self._partial.append(data)
                self._hold(len(data))
            return ""
        if self._partial:
            self._partial.append(data)
            data = b"".join(self._partial)
            self._partial.clear()
        lines = data.split(b"\n")
        rest = lines.pop()
        self._held = sum(map(len, self._data))
        texts: list[str] = []
        for line in lines:
            try:
                self._take_line(line, texts)
            except AIServiceError as error:
                self.error = error
                return "".join(texts)
            if self.ended:
                return "".join(texts)
        if rest:
            self._partial.append(rest)
            self._hold(len(rest))
        return texts[0] if len(texts) == 1 else "".join(texts)

    def close(self) -> str:
        """Take the end of the body; returns text of a last event that no blank line followed.

        Raises AIServiceError: the one met before, or `interrupted` when the answer is not whole.
        """
        if self.error is not None:
            raise self.error
        texts: list[str] = []
        if not self.ended:
            line = b"".join(self._partial)
            self._partial.clear()
            try:
                if line:
                    self._take_line(line, texts)
            except AIServiceError as error:
                self.error = error
            try:
                self._dispatch(texts)
            except AIServiceError as error:
                # A last event that is cut in two is a cut answer, not a provider that speaks nonsense.
                self.error = self.error or (error if error.reason != "invalid_response" else _interrupted())
        if self._surrogate:
            self._surrogate = ""
            self._texts.append("\ufffd")
            texts.append("\ufffd")
        if self.error is None and not self.done:
            self.error = _interrupted()
        if self.error is not None:
            raise self.error
        return "".join(texts)

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
            self.error = AIServiceError("invalid_response", "The provider sent an event that is too large.")

    def _take_line(self, line: bytes, texts: list[str]) -> None:
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            self._held += len(line)
            if self._held > MAX_FRAME_BYTES:
                raise AIServiceError("invalid_response", "The provider sent an event that is too large.")
        elif not line:
            self._dispatch(texts)
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

    def _dispatch(self, texts: list[str]) -> None:
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
        self._take_frame(frame, texts)

    def _take_frame(self, frame: Frame, texts: list[str]) -> None:
        if self.response_id is None and frame.id:
            self.response_id = _label(frame.id)
        if self.model is None and frame.model:
            self.model = _label(frame.model)
        if frame.usage is not None:
            self._usage = frame.usage
        for choice in frame.choices or ():
            if choice.index != 0:
                continue
            delta = choice.delta
            if delta is not None:
                if delta.content:
                    self._say(delta.content, texts)
                if delta.refusal:
                    self._refusals.append(_storable(delta.refusal))
                    self._say(delta.refusal, texts)
                thought = delta.reasoning_content or delta.reasoning
                if thought:
                    self._take_room(len(thought))
                    self._reasonings.append(_storable(thought))
                if delta.tool_calls:
                    self._take_tool_calls(delta.tool_calls)
            if choice.finish_reason:
                self.finish_reason = _label(choice.finish_reason)

    def _say(self, text: str, texts: list[str]) -> None:
        self._take_room(len(text))
        if self._surrogate or _UNSTORABLE.search(text):
            # Servers that cut text by UTF-16 units send the halves of a pair in two events.
            units = (self._surrogate + text).encode("utf-16-le", "surrogatepass")
            whole = units.decode("utf-16-le", "surrogatepass")
            self._surrogate = whole[-1] if "\ud800" <= whole[-1] <= "\udbff" else ""
            text = _storable(whole[:-1] if self._surrogate else whole)
            if not text:
                return
        self._texts.append(text)
        texts.append(text)

    def _take_tool_calls(self, deltas: list[ToolCallDelta]) -> None:
        for delta in deltas:
            if delta.index not in self._tools and len(self._tools) >= _MAX_TOOL_CALLS:
                raise AIServiceError("invalid_response", "The provider asked for too many tool calls.")
            call, arguments = self._tools.setdefault(delta.index, (ToolCall(), []))
            if delta.id:
                call.id = _label(delta.id)
            if delta.function is None:
                continue
            if delta.function.name:
                call.name = _label(delta.function.name)
            if delta.function.arguments:
                self._take_room(len(delta.function.arguments))
                arguments.append(_storable(delta.function.arguments))

    def _take_room(self, size: int) -> None:
        self._room -= size
        if self._room < 0:
            raise AIServiceError("invalid_response", "The provider's answer is too long.")


def _interrupted() -> AIServiceError:
    return AIServiceError("interrupted", "The provider broke off before the answer was whole.")


def _joined(parts: list[str]) -> str:
    if len(parts) > 1:
        parts[:] = ["".join(parts)]
    return parts[0] if parts else ""


def _storable(text: str) -> str:
    """The text with what PostgreSQL cannot store (NUL, lone surrogates) replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _label(text: str) -> str:
    return _storable(text[:_MAX_LABEL_CHARS])


def _loads(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
