"""The plain dialect: POST /api/ai/chat, answered by server-sent events.

`data: {"text": …}` for each piece, then `event: done`, or `event: error` with a problem (RFC 9457) for
data. Comments keep the connection alive while the model thinks. Framing: WHATWG HTML, "Server-sent events".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.caller import TokenVerifier, bearer
from app.chat.turn import Ending, Turn
from app.chat.turns import Turns
from app.errors import InvalidRequest, UnprocessableRequest, UnsupportedMediaType, problem
from app.settings import Settings

HEARTBEAT_SECONDS: Final = 15.0
_HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache",
    # nginx and its kin would hold the pieces back.
    "X-Accel-Buffering": "no",
}
_encode = msgspec.json.Encoder().encode


class ChatRequest(msgspec.Struct):
    """The body of POST /api/ai/chat; other fields are ignored."""

    message: Annotated[str, msgspec.Meta(min_length=1)]
    conversation_id: UUID | None = msgspec.field(name="conversationId", default=None)


class Chat:
    """The routes of the plain dialect."""

    def __init__(self, settings: Settings, verifier: TokenVerifier, turns: Turns) -> None:
        self._max_chars = settings.max_message_chars
        self._verifier = verifier
        self._turns = turns

    def routes(self) -> list[Route]:
        """The routes, to be added to the application's."""
        return [Route("/api/ai/chat", self.chat, methods=["POST"])]

    async def chat(self, request: Request) -> Response:
        """Ask, and stream the answer; X-Conversation-Id and X-Turn-Id say where it is kept."""
        caller = await self._verifier.verify(bearer(request.headers))
        asked = await read_json(request, ChatRequest)
        if len(asked.message) > self._max_chars:
            raise UnprocessableRequest(
                f"A message may have {self._max_chars} characters at most.",
                extra={"errors": [{"field": "message", "detail": "too long"}]},
            )
        return EventStream(await self._turns.begin(caller, asked.message, asked.conversation_id))


async def read_json(request: Request, kind: type[Any]) -> Any:
    """The request's JSON body as `kind`. Raises UnsupportedMediaType, InvalidRequest, UnprocessableRequest."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType()
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        # msgspec ends its text with the place, as `- at `$.message``.
        detail, _, place = str(error).partition(" - at `$")
        field = place.strip("`").lstrip(".")
        raise UnprocessableRequest(
            f"{field}: {detail}" if field else detail, extra={"errors": [{"field": field, "detail": detail}]}
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("The body is not JSON in UTF-8.") from error
    except RecursionError as error:
        raise InvalidRequest("The body is nested too deeply.") from error


class EventStream(Response):
    """A turn as server-sent events; a reader who goes away is noticed at once, and the turn goes on."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.status_code = 200
        self.background = None
        self.init_headers({**_HEADERS, "X-Conversation-Id": str(turn.conversation_id), "X-Turn-Id": str(turn.id)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the end or until the reader is gone."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.wait((sending, leaving))
        if not sending.cancelled() and not isinstance(sending.exception(), OSError):
            sending.result()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for frame in events(self.turn):
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def events(turn: Turn) -> AsyncIterator[bytes]:
    """The turn's events, framed."""
    # Sent at once, so that proxies and clients see the stream open before the model speaks.
    yield b": ok\n\n"
    async for news in turn.read(HEARTBEAT_SECONDS):
        if news is None:
            yield b": waiting\n\n"
        elif isinstance(news, str):
            yield b'data: {"text":%b}\n\n' % _encode(news)
        elif news.error is not None:
            yield b"event: error\ndata: %b\n\n" % _encode({**problem(news.error), **_kept(turn, news)})
        else:
            yield b"event: done\ndata: %b\n\n" % _encode(_kept(turn, news))


def _kept(turn: Turn, ending: Ending) -> dict[str, Any]:
    tokens = ending.tokens
    return {
        "conversationId": turn.conversation_id,
        "turnId": turn.id,
        "questionId": turn.question_id,
        "messageId": ending.message_id,
        "model": ending.model,
        "finishReason": ending.finish_reason,
        "usage": {
            "promptTokens": tokens.prompt,
            "completionTokens": tokens.completion,
            "totalTokens": tokens.prompt + tokens.completion,
            "estimated": tokens.estimated,
        },
    }


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
