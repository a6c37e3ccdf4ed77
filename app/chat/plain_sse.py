"""The plain dialect: POST /api/ai/chat, answered by server-sent events.

`data: {"text": …}` for each piece, then `event: done`, or `event: error` with a problem (RFC 9457) for data; before
and between, in a session, `event: progress` with {step, state, detail?}. The id of a piece is the number of characters
of the answer up to its end: with it as `Last-Event-ID` GET …/stream goes on from there. Comments keep the connection
alive while the model thinks. Framing: WHATWG HTML, "Server-sent events".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.caller import TokenVerifier, bearer
from app.chat.asked import Asked, FromPrompt, NewMessage
from app.chat.http import HEARTBEAT_SECONDS, EventStream, idempotency_key, limit_headers, read_json
from app.chat.pieces import Step
from app.chat.turn import Ending, Turn
from app.chat.turns import Turns
from app.errors import InvalidRequest, NotFound, UnprocessableRequest, problem
from app.settings import Settings

_encode = msgspec.json.Encoder().encode


class PromptUse(msgspec.Struct):
    """A prompt of the library, what its variables are filled in with, and which version if not the newest."""

    id: UUID
    values: dict[str, str] = {}
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None


class ChatRequest(msgspec.Struct):
    """The body of POST /api/ai/chat; other fields are ignored.

    A prompt begins a conversation, and may be all that is said.
    """

    message: Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET
    conversation_id: UUID | None = msgspec.field(name="conversationId", default=None)
    prompt: PromptUse | None = None


class Chat:
    """The routes of the plain dialect."""

    def __init__(self, settings: Settings, verifier: TokenVerifier, turns: Turns) -> None:
        self._max_chars = settings.max_message_chars
        self._verifier = verifier
        self._turns = turns

    def routes(self) -> list[Route]:
        """The routes, to be added to the application's."""
        return [
            Route("/api/ai/chat", self.chat, methods=["POST"]),
            Route("/api/ai/chat/{turn_id}/stream", self.resume, methods=["GET"]),
            Route("/api/ai/chat/{turn_id}/stop", self.stop, methods=["POST"]),
        ]

    async def chat(self, request: Request) -> Response:
        """Ask, and stream the answer; X-Conversation-Id and X-Turn-Id say where it is kept."""
        caller = await self._verifier.verify(bearer(request.headers))
        asked = await read_json(request, ChatRequest)
        if asked.message is msgspec.UNSET and asked.prompt is None:
            raise UnprocessableRequest(
                "A message is needed, or a prompt of the library.",
                extra={"errors": [{"field": "message", "detail": "missing"}]},
            )
        message = "" if asked.message is msgspec.UNSET else asked.message
        if len(message) > self._max_chars:
            raise UnprocessableRequest(
                f"A message may have {self._max_chars} characters at most.",
                extra={"errors": [{"field": "message", "detail": "too long"}]},
            )
        turn = await self._turns.begin(
            caller,
            Asked(
                dialect="plain",
                messages=[NewMessage("user", message)],
                conversation_id=asked.conversation_id,
                prompt=FromPrompt(asked.prompt.id, asked.prompt.values, asked.prompt.version) if asked.prompt else None,
                idempotency_key=idempotency_key(request.headers),
            ),
        )
        return EventStream(events(turn), turn_headers(turn))

    async def resume(self, request: Request) -> Response:
        """Stream an answer again, live or over, from after Last-Event-ID or from its beginning."""
        caller = await self._verifier.verify(bearer(request.headers))
        last = request.headers.get("last-event-id") or "0"
        if not last.isascii() or not last.isdecimal() or len(last) > 18:
            raise InvalidRequest("Last-Event-ID must be the id of one of the stream's events.")
        turn = await self._turns.find(caller, turn_id(request))
        return EventStream(events(turn, int(last)), turn_headers(turn))

    async def stop(self, request: Request) -> Response:
        """Stop an answer; what was said is kept. 202 where it was running, 200 where it was over."""
        caller = await self._verifier.verify(bearer(request.headers))
        stopping = await self._turns.stop(caller, turn_id(request))
        return JSONResponse({"stopping": stopping}, 202 if stopping else 200)


def turn_id(request: Request) -> UUID:
    """The turn that the path names. Raises NotFound."""
    try:
        return UUID(request.path_params["turn_id"])
    except ValueError as error:
        raise NotFound() from error


def turn_headers(turn: Turn) -> dict[str, str]:
    """The header fields that tell where an answer is kept, and what is left of the limits."""
    return {
        "X-Conversation-Id": str(turn.conversation_id),
        "X-Turn-Id": str(turn.id),
        **limit_headers(turn.limits),
    }


async def events(turn: Turn, after: int = 0) -> AsyncGenerator[bytes, None]:
    """The turn's events, framed, from after so many characters of its text."""
    # Sent at once, so that proxies and clients see the stream open before the model speaks.
    yield b": ok\n\n"
    position = 0
    async with aclosing(turn.read(HEARTBEAT_SECONDS)) as reading:
        async for news in reading:
            if news is None:
                yield b": waiting\n\n"
            elif isinstance(news, Ending):
                yield _end(turn, news)
            else:
                if steps := [piece for piece in news if isinstance(piece, Step)]:
                    yield b"".join(map(_progress, steps))
                if text := _text(news):
                    known = max(after - position, 0)
                    position += len(text)
                    if known < len(text):
                        yield b'id: %d\ndata: {"text":%b}\n\n' % (position, _encode(text[known:] if known else text))


def _text(news: Any) -> str:
    return news[0] if len(news) == 1 and isinstance(news[0], str) else "".join(p for p in news if isinstance(p, str))


def _progress(step: Step) -> bytes:
    detail = {} if step.detail is None else {"detail": step.detail}
    return b"event: progress\ndata: %b\n\n" % _encode({"step": step.name, "state": step.state, **detail})


def _end(turn: Turn, ending: Ending) -> bytes:
    if ending.error is not None:
        return b"event: error\ndata: %b\n\n" % _encode({**problem(ending.error), **_kept(turn, ending)})
    return b"event: done\ndata: %b\n\n" % _encode({"status": ending.status, **_kept(turn, ending)})


def _kept(turn: Turn, ending: Ending) -> dict[str, Any]:
    tokens = ending.tokens
    return {
        "conversationId": turn.conversation_id,
        "turnId": turn.id,
        "questionId": turn.question_id,
        **({"metadata": ending.metadata} if ending.metadata else {}),
        "messageId": ending.message_id,
        "model": ending.model,
        "finishReason": ending.finish_reason,
        "usage": {
            "promptTokens": tokens.prompt,
            "completionTokens": tokens.completion,
            "totalTokens": tokens.prompt + tokens.completion,
            "cachedTokens": tokens.cached,
            "reasoningTokens": tokens.reasoning,
            "estimated": tokens.estimated,
        },
    }
