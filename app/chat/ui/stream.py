"""A turn as the AI SDK's UI message stream, version 1.

Chunks and their order: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol. Clients stop at a chunk of a type that they
do not know, and older ones at such a field; those here are known to every release since 5.0.120. The end of the stream
alone looks like success to them, so each way out says how it ended.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Any, Final, Literal

import msgspec

from app.chat.http import HEARTBEAT_SECONDS
from app.chat.pieces import FilePart, Piece, Reasoning, SourcePart, Step, ToolInput, parts_of, pieces_of
from app.chat.turn import Ending, Turn
from app.errors import InternalError, PalaverError, problem
from app.logs import get_logger

log = get_logger(__name__)

HEADERS: Final = {"x-vercel-ai-ui-message-stream": "v1"}

_FINISH_REASONS: Final = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
    "tool_calls": "tool-calls",
    "function_call": "tool-calls",
}
_DONE: Final = b"data: [DONE]\n\n"
_encode = msgspec.json.Encoder().encode


async def frames(turn: Turn, message_id: str) -> AsyncGenerator[bytes, None]:
    """The turn from its beginning, framed; `message_id` is the assistant's message that the client shows it in."""
    answer = Answer()
    yield start(turn, message_id)
    try:
        async with aclosing(turn.read(HEARTBEAT_SECONDS)) as told:
            async for news in told:
                if news is None:
                    # All clients skip comments.
                    yield b": waiting\n\n"
                elif isinstance(news, Ending):
                    yield answer.end(news)
                elif said := answer.say(news):
                    yield said
    except PalaverError as error:
        yield answer.fail(error)
    except Exception:
        log.exception("stream_broke_off", turn_id=str(turn.id))
        yield answer.fail(InternalError())
    yield _DONE


def start(turn: Turn, message_id: str) -> bytes:
    """The chunks before the answer, which tell where it is kept."""
    metadata: dict[str, Any] = {
        "turnId": turn.id,
        "conversationId": turn.conversation_id,
        "questionId": turn.question_id,
        "createdAt": turn.started_at,
    }
    if turn.model:
        metadata["model"] = turn.model
    chunks: list[dict[str, Any]] = [{"type": "start", "messageId": message_id, "messageMetadata": metadata}]
    if turn.begins_conversation:
        # Transient: told to the page once (`onData`), and no part of the message.
        chunks.append({"type": "data-title", "data": {"title": turn.title}, "transient": True})
    # A step of its own: otherwise results of tools before it would be taken for new ones, and sent again.
    return _framed(*chunks, {"type": "start-step"})


class Answer:
    """What is said, in chunks; knows which part is open and which calls have no end yet."""

    def __init__(self) -> None:
        self._open: Literal["text", "reasoning"] | None = None
        self._count = 0
        self._calls: dict[str, tuple[str, list[str]]] = {}

    def say(self, pieces: Sequence[Piece]) -> bytes:
        """The frames of more pieces; of many at once, which a late reader gets, those of a kind are joined."""
        if len(pieces) > 1:
            steps = {piece.id: piece for piece in pieces if isinstance(piece, Step)}
            pieces = [*steps.values(), *pieces_of(parts_of(pieces))]
        return b"".join(map(self._piece, pieces))

    def end(self, ending: Ending) -> bytes:
        """The frames after the last piece."""
        metadata = _metadata(ending)
        if ending.error is not None:
            return self._close() + _failed(ending.error, metadata)
        reason = _FINISH_REASONS.get(ending.finish_reason or "", "other")
        finish = {"type": "finish", "finishReason": reason, "messageMetadata": metadata}
        if ending.status == "stopped":
            # A call that was cut stays unfinished, so that no client answers it.
            return self._close() + _framed({"type": "abort"}, {"type": "finish-step"}, finish)
        return self._close() + _framed(*self._ended_calls(), {"type": "finish-step"}, finish)

    def fail(self, error: PalaverError) -> bytes:
        """The frames when the answer cannot be told to its end."""
        return self._close() + _failed(error, {})

    def _piece(self, piece: Piece) -> bytes:
        match piece:
            case str(text):
                return self._delta("text", text)
            case Reasoning(text):
                return self._delta("reasoning", text)
            case ToolInput():
                return self._close() + self._input(piece)
            case FilePart(media_type, url):
                return self._close() + _framed({"type": "file", "mediaType": media_type, "url": url})
            case SourcePart(source_id, url, title):
                source = {"type": "source-url", "sourceId": source_id, "url": url}
                return self._close() + _framed(source if title is None else {**source, "title": title})
            case Step(step_id, name, state, detail):
                told = {"step": name, "state": state}
                data = told if detail is None else {**told, "detail": detail}
                # It does not break the text that it comes in the middle of.
                return _framed({"type": "data-progress", "id": step_id, "data": data})

    def _delta(self, kind: Literal["text", "reasoning"], text: str) -> bytes:
        if not text:
            return b""
        begun = b""
        if self._open != kind:
            begun = self._close()
            self._open = kind
            self._count += 1
            begun += b'data: {"type":"%b-start","id":"%d"}\n\n' % (kind.encode(), self._count)
        return begun + b'data: {"type":"%b-delta","id":"%d","delta":%b}\n\n' % (
            kind.encode(),
            self._count,
            _encode(text),
        )

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        kind, self._open = self._open, None
        return b'data: {"type":"%b-end","id":"%d"}\n\n' % (kind.encode(), self._count)

    def _input(self, piece: ToolInput) -> bytes:
        begun = b""
        if piece.id not in self._calls:
            self._calls[piece.id] = (piece.name, [])
            begun = _framed({"type": "tool-input-start", "toolCallId": piece.id, "toolName": piece.name})
        if not piece.arguments:
            return begun
        self._calls[piece.id][1].append(piece.arguments)
        return begun + _framed({"type": "tool-input-delta", "toolCallId": piece.id, "inputTextDelta": piece.arguments})

    def _ended_calls(self) -> Iterable[dict[str, Any]]:
        for call_id, (name, pieces) in self._calls.items():
            arguments = "".join(pieces)
            call = {"toolCallId": call_id, "toolName": name}
            try:
                given = msgspec.json.decode(arguments or "{}")
            except (msgspec.MsgspecError, RecursionError):
                wrong = "The model's arguments for this tool are not JSON."
                yield {"type": "tool-input-error", **call, "input": arguments, "errorText": wrong}
            else:
                yield {"type": "tool-input-available", **call, "input": given}


def _metadata(ending: Ending) -> dict[str, Any]:
    tokens = ending.tokens
    return {
        **ending.metadata,
        "status": ending.status,
        "model": ending.model,
        "finishReason": ending.finish_reason,
        "usage": {
            "inputTokens": tokens.prompt,
            "outputTokens": tokens.completion,
            "totalTokens": tokens.prompt + tokens.completion,
            "cachedInputTokens": tokens.cached,
            "reasoningTokens": tokens.reasoning,
            "estimated": tokens.estimated,
        },
    }


def _failed(error: PalaverError, metadata: dict[str, Any]) -> bytes:
    # Clients read nothing after an error, and show its text.
    told = {"type": "message-metadata", "messageMetadata": {**metadata, "error": problem(error)}}
    return _framed(told, {"type": "error", "errorText": error.detail})


def _framed(*chunks: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % _encode(chunk) for chunk in chunks)
