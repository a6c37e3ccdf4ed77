"""Answers as OpenAI's `chat.completion` and `chat.completion.chunk` objects (OpenAI API reference, "Chat").

What has no place in that reference goes where other servers of this protocol put it: thoughts into
`reasoning_content`, images of the answer into `images`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from app.chat.openai_api.errors import error_object
from app.chat.pieces import (
    FilePart,
    Part,
    Piece,
    Reasoning,
    ReasoningPart,
    SourcePart,
    ToolCallPart,
    ToolInput,
    parts_of,
    text_of,
)
from app.chat.turn import Ending, Tokens, Turn

_encode: Final = msgspec.json.Encoder().encode
_REASONS: Final = frozenset(("stop", "length", "tool_calls", "content_filter", "function_call"))
_BLOCK: Final = 32
"""Characters to whose multiples padded pieces are filled up."""


class Chunks:
    """The frames of one stream, in server-sent events; each news of the turn makes some."""

    def __init__(self, turn: Turn, model: str, *, include_usage: bool, obfuscate: bool) -> None:
        self._turn = turn
        self._model = model
        self._include_usage = include_usage
        self._obfuscate = obfuscate
        self._head = b""
        self._calls: dict[str, int] = {}

    def frames(self, news: Sequence[Piece] | Ending | None) -> bytes:
        """What to send for it; a comment, which clients pass over, where nothing came."""
        if news is None:
            return b": waiting\n\n"
        first = b"" if self._head else self._begin()
        if isinstance(news, Ending):
            return first + self._end(news)
        return first + b"".join([self._frame(_encode(delta)) for delta in self._deltas(news)])

    def _begin(self) -> bytes:
        # Not before there is something to say, since only then the model's name is known.
        turn = self._turn
        head = _encode(_identity(turn, "chat.completion.chunk", turn.model or self._model))
        self._head = b"data: " + head[:-1]
        metadata = b',"metadata":' + _encode(_metadata(turn))
        return self._frame(b'{"role":"assistant","content":"","refusal":null}', more=metadata)

    def _deltas(self, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
        """The pieces as deltas, those of one kind that follow each other in one."""
        deltas: list[dict[str, Any]] = []
        texts: list[str] = []
        field = ""
        for piece in pieces:
            kind = {str: "content", Reasoning: "reasoning_content"}.get(type(piece), "")
            if kind != field and texts:
                deltas.append({field: "".join(texts)})
                texts = []
            field = kind
            if isinstance(piece, str):
                texts.append(piece)
            elif isinstance(piece, Reasoning):
                texts.append(piece.text)
            elif isinstance(piece, ToolInput):
                deltas.append({"tool_calls": [self._tool_call(piece)]})
            elif isinstance(piece, SourcePart):
                deltas.append({"annotations": [_citation(piece)]})
            elif isinstance(piece, FilePart) and _is_image(piece):
                deltas.append({"images": [_image(piece)]})
        if texts:
            deltas.append({field: "".join(texts)})
        return deltas

    def _tool_call(self, piece: ToolInput) -> dict[str, Any]:
        index = self._calls.get(piece.id)
        if index is not None:
            return {"index": index, "function": {"arguments": piece.arguments}}
        index = self._calls[piece.id] = len(self._calls)
        return {"index": index, **_function_call(piece.id, piece.name, piece.arguments)}

    def _end(self, ending: Ending) -> bytes:
        if ending.error is not None:
            return b"data: %b\n\n" % _encode(error_object(ending.error))
        reason = _encode(_finish_reason(ending, bool(self._calls)))
        last = self._frame(b"{}", finish_reason=reason)
        if self._include_usage:
            last += b'%b,"choices":[],"usage":%b}\n\n' % (self._head, _encode(usage(ending.tokens)))
        return last + b"data: [DONE]\n\n"

    def _frame(self, delta: bytes, *, finish_reason: bytes = b"null", more: bytes = b"") -> bytes:
        if self._include_usage:
            more += b',"usage":null'
        if self._obfuscate:
            padding = secrets.token_urlsafe(_BLOCK)[: _BLOCK - len(delta) % _BLOCK]
            more += b',"obfuscation":"%b"' % padding.encode()
        choice = b'{"index":0,"delta":%b,"logprobs":null,"finish_reason":%b}' % (delta, finish_reason)
        return b'%b,"choices":[%b]%b}\n\n' % (self._head, choice, more)


def completion(turn: Turn, ending: Ending, model: str) -> bytes:
    """A whole answer."""
    parts = parts_of(turn.pieces)
    message = _message(text_of(turn.pieces), parts)
    reason = _finish_reason(ending, "tool_calls" in message)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return _encode(
        {
            **_identity(turn, "chat.completion", ending.model or turn.model or model),
            "choices": [choice],
            "usage": usage(ending.tokens),
            "metadata": _metadata(turn),
        }
    )


def usage(tokens: Tokens) -> dict[str, Any]:
    """What the answer used."""
    return {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
    }


def models(names: Sequence[str]) -> bytes:
    """A list of models."""
    return _encode({"object": "list", "data": [_model(name) for name in names]})


def one_model(name: str) -> bytes:
    """A model."""
    return _encode(_model(name))


def _model(name: str) -> dict[str, Any]:
    # When a model was made is not known here, and clients want a number.
    return {"id": name, "object": "model", "created": 0, "owned_by": "palaver"}


def _identity(turn: Turn, kind: str, model: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{turn.id}",
        "object": kind,
        "created": int(turn.started_at.timestamp()),
        "model": model,
        "system_fingerprint": None,
    }


def _metadata(turn: Turn) -> Mapping[str, str]:
    return {"conversation_id": str(turn.conversation_id), "turn_id": str(turn.id)}


def _message(text: str, parts: Sequence[Part]) -> dict[str, Any]:
    thoughts = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
    calls = [
        _function_call(part.tool_call_id, part.tool_name, part.arguments)
        for part in parts
        if isinstance(part, ToolCallPart)
    ]
    images = [_image(part) for part in parts if isinstance(part, FilePart) and _is_image(part)]
    return {
        "role": "assistant",
        "content": None if calls and not text else text,
        "refusal": None,
        "annotations": [_citation(part) for part in parts if isinstance(part, SourcePart)],
        **({"reasoning_content": thoughts} if thoughts else {}),
        **({"tool_calls": calls} if calls else {}),
        **({"images": images} if images else {}),
    }


def _function_call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _citation(source: SourcePart) -> dict[str, Any]:
    # Where in the text it is cited is not known: an empty range at the start.
    cited = {"start_index": 0, "end_index": 0, "url": source.url, "title": source.title or source.url}
    return {"type": "url_citation", "url_citation": cited}


def _is_image(file: FilePart) -> bool:
    return file.media_type.startswith("image/")


def _image(file: FilePart) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": file.url}}


def _finish_reason(ending: Ending, called: bool) -> str:
    """The provider's reason, if it is one of OpenAI's; an answer that was stopped has ended too."""
    if ending.finish_reason in _REASONS:
        return str(ending.finish_reason)
    return "tool_calls" if called and ending.status == "completed" else "stop"
