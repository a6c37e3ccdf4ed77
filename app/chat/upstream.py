"""Reads the bytes of a streamed OpenAI chat completion and gives the pieces it is made of; no I/O.

OpenAI API reference, "Streaming", and what servers that call themselves compatible make of it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from app.chat.frames import (
    Choice,
    Delta,
    Frame,
    FrameReader,
    Message,
    ReportedUsage,
    ToolCallDelta,
    citations,
    content_chunks,
    image_urls,
    is_object,
)
from app.chat.pieces import FilePart, Piece, Reasoning, SourcePart, ToolInput
from app.errors import AIServiceError

MAX_TEXT_CHARS: Final = 2_000_000
"""Longest answer: text, reasoning, tool arguments and sources together."""

MAX_FILE_CHARS: Final = 16 * 1024 * 1024
"""Longest addresses of all files of an answer together; a data URL holds its file."""

_MAX_TOKENS: Final = 2**31 - 1
_MAX_TOOL_CALLS: Final = 128
_MAX_FILES: Final = 64
_MAX_SOURCES: Final = 1000
_MAX_LABEL_CHARS: Final = 255
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_IMAGE_DATA: Final = re.compile(r"data:(image/[a-z0-9.+-]+)[;,]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; cached ones are part of the prompt's, reasoning ones of the completion's."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(slots=True)
class _Call:
    """A tool call under way; what comes of it before its name is held back."""

    id: str = ""
    given_id: str = ""
    """The provider's; ours may differ."""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def is_over_before(self, delta: ToolCallDelta) -> bool:
        """Whether a delta for the same place begins another call.

        Gemini numbers all calls 0, and some servers number none: a name then begins a call, unless it
        is only repeated. vLLM has given each delta an id of its own, so an id alone says nothing.
        """
        if not self.name or delta.function is None or not delta.function.name:
            return False
        if delta.id and self.given_id:
            return _label(delta.id) != self.given_id
        begins = (delta.function.arguments or "").startswith("{")
        return begins and is_object("".join(self.arguments))


class StreamReader:
    """Takes a provider's bytes as they come and gives the pieces of the answer.

    Feed it each network read, then call `close()` at the end of the body. What was understood before
    an error is not lost: `feed` first returns what came before it, sets `error`, and the next
    `feed` or `close` raises it.
    """

    def __init__(self, max_text_chars: int = MAX_TEXT_CHARS) -> None:
        self.response_id: str | None = None
        self.model: str | None = None
        self.error: AIServiceError | None = None
        self._finish_reason: str | None = None
        self._usage: ReportedUsage | None = None
        self._calls: dict[int, _Call] = {}
        self._last_call = 0
        self._call_ids: set[str] = set()
        self._addresses: set[str] = set()
        self._sources = 0
        self._files = 0
        self._max_text_chars = self._text_room = max_text_chars
        self._file_room = MAX_FILE_CHARS
        self._texts: list[str] = []
        self._pieces: list[Piece] = []
        self._surrogate = ""
        self._frames = FrameReader()

    @property
    def ended(self) -> bool:
        """`[DONE]` came: nothing after it counts, not even an error of the connection."""
        return self._frames.ended

    @property
    def done(self) -> bool:
        """The answer is whole: its finish reason or `[DONE]` came. Usage may follow a finish reason."""
        return self.ended or self._finish_reason is not None

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended, as the provider says it, but `tool_calls` exactly where calls came.

        Gemini, and OpenAI where the request names the tool, say `stop` then.
        """
        if self._call_ids and self._finish_reason in ("stop", "function_call"):
            return "tool_calls"
        if not self._call_ids and self._finish_reason == "tool_calls":
            return "stop"
        return self._finish_reason

    @property
    def usage(self) -> Usage | None:
        """What the provider last reported, or None when that is missing, impossible or zero for both.

        Some servers report zeros when they have not counted: nothing costs no tokens at all, and what
        was said cost some.
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
        possible = all(0 <= count <= _MAX_TOKENS for count in (prompt, completion))
        said = self._text_room < self._max_text_chars or self._files
        if not possible or prompt + completion == 0 or (completion == 0 and said):
            return None
        return Usage(prompt, completion, _within(cached, prompt), _within(reasoning, completion))

    def feed(self, data: bytes) -> list[Piece]:
        """Take one read of the body and return what is new in it, neighbours of one kind joined."""
        if self.error is not None:
            raise self.error
        self._take_frames(self._frames.feed(data))
        return self._taken()

    def close(self) -> list[Piece]:
        """Take the end of the body; returns what a last event had that no blank line followed.

        Raises AIServiceError: the one met before, or `interrupted` when the answer is not whole.
        """
        if self.error is None:
            self._take_frames(self._frames.close())
        if self.error is None and not self.done:
            self.error = AIServiceError("interrupted", "The provider broke off before the answer was whole.")
        if self.error is None and any(call.arguments for call in self._calls.values() if not call.name):
            self.error = AIServiceError("invalid_response", "The provider asked for a tool without naming it.")
        if self.error is not None:
            raise self.error
        if self._surrogate:
            self._surrogate = ""
            self._texts.append("\ufffd")
        return self._taken()

    def _take_frames(self, frames: list[Frame]) -> None:
        try:
            for frame in frames:
                self._take_frame(frame)
        except AIServiceError as error:
            self.error = error
        else:
            self.error = self._frames.error

    def _taken(self) -> list[Piece]:
        """What has come since the last time."""
        texts = self._texts
        if texts:
            text = texts[0] if len(texts) == 1 else "".join(texts)
            texts.clear()
            if not self._pieces:
                return [text]
            self._pieces.append(text)
        pieces, self._pieces = self._pieces, []
        return pieces

    def _take_frame(self, frame: Frame) -> None:
        if self.response_id is None and frame.id:
            self.response_id = _label(frame.id)
        if self.model is None and frame.model:
            self.model = _label(frame.model)
        if frame.usage is not None:
            self._usage = frame.usage
        for choice in frame.choices or ():
            if choice.index == 0:
                self._take_choice(choice)

    def _take_choice(self, choice: Choice) -> None:
        delta = choice.delta
        if delta is not None:
            thought = delta.reasoning_content or delta.reasoning
            if thought:
                self._think(thought)
            content = delta.content
            if content:
                if isinstance(content, str):
                    self._say(content)
                else:
                    self._take_chunks(content)
            if delta.refusal:
                self._say(delta.refusal)
            if delta.tool_calls:
                for call in delta.tool_calls:
                    self._take_call(call)
            if delta.annotations or delta.images:
                self._take_company(delta)
        if choice.message is not None:
            self._take_company(choice.message)
        if choice.finish_reason:
            self._finish_reason = _label(choice.finish_reason)

    def _say(self, text: str) -> None:
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

    def _think(self, thought: str) -> None:
        self._take_room(len(thought))
        self._add(Reasoning(_storable(thought)))

    def _take_chunks(self, content: list[Any]) -> None:
        for chunk in content_chunks(content):
            for thought in chunk.thinking:
                if thought.text:
                    self._think(thought.text)
            if chunk.text:
                self._say(chunk.text)

    def _take_call(self, delta: ToolCallDelta) -> None:
        index = self._last_call if delta.index is None else delta.index
        call = self._calls.get(index)
        if call is None or call.is_over_before(delta):
            if len(self._calls) >= _MAX_TOOL_CALLS or len(self._call_ids) >= _MAX_TOOL_CALLS:
                raise AIServiceError("invalid_response", "The provider asked for too many tool calls.")
            call = self._calls[index] = _Call()
        self._last_call = index
        if delta.id and not call.name:
            call.given_id = _label(delta.id)
        if delta.function is None:
            return
        arguments = _storable(delta.function.arguments or "")
        self._take_room(len(arguments))
        if arguments:
            call.arguments.append(arguments)
        if call.name:
            if arguments:
                self._add(ToolInput(call.id, call.name, arguments))
        elif delta.function.name:
            self._take_room(len(delta.function.name))
            call.name = _label(delta.function.name)
            taken = not call.given_id or call.given_id in self._call_ids
            call.id = f"call_{uuid.uuid4().hex}" if taken else call.given_id
            self._call_ids.add(call.id)
            self._add(ToolInput(call.id, call.name, "".join(call.arguments)))

    def _take_company(self, of: Delta | Message) -> None:
        """The sources and images that come with the text, each once."""
        for citation in citations(of.annotations):
            url = _storable(citation.url)
            if url in self._addresses or not _WEB_ADDRESS.fullmatch(url):
                continue
            title = _label(citation.title or "") or None
            self._take_room(len(url) + len(title or ""))
            self._sources += 1
            if self._sources > _MAX_SOURCES:
                raise AIServiceError("invalid_response", "The provider names too many sources.")
            self._addresses.add(url)
            self._add(SourcePart(f"source-{self._sources}", url, title))
        for given in image_urls(of.images):
            url = _storable(given)
            data = _IMAGE_DATA.match(url)
            if url in self._addresses or not (data or _WEB_ADDRESS.fullmatch(url)):
                continue
            self._files += 1
            self._file_room -= len(url)
            if self._files > _MAX_FILES or self._file_room < 0:
                raise AIServiceError("invalid_response", "The provider's images are too many or too large.")
            self._addresses.add(url)
            self._add(FilePart(data[1].lower() if data else "image/*", url))

    def _add(self, piece: Piece) -> None:
        """Add a piece that is no text, to the one before it if that is of its kind."""
        if self._texts:
            self._pieces.append("".join(self._texts))
            self._texts.clear()
        match self._pieces[-1] if self._pieces else None, piece:
            case Reasoning(before), Reasoning(text):
                self._pieces[-1] = Reasoning(before + text)
            case ToolInput(before_id, name, before), ToolInput(call_id, _, text) if before_id == call_id:
                self._pieces[-1] = ToolInput(call_id, name, before + text)
            case _:
                self._pieces.append(piece)

    def _take_room(self, size: int) -> None:
        self._text_room -= size
        if self._text_room < 0:
            raise AIServiceError("invalid_response", "The provider's answer is too long.")


def _storable(text: str) -> str:
    """The text with what PostgreSQL cannot store (NUL, lone surrogates) replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _label(text: str) -> str:
    return _storable(text[:_MAX_LABEL_CHARS])


def _within(part: int, whole: int) -> int:
    return min(max(part, 0), whole)
