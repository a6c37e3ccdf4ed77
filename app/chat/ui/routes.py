"""POST /api/chat, and the stream and the stop of a chat."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import EventStream, idempotency_key, limit_headers, read_json
from app.chat.turn import Turn
from app.chat.turns import Turns
from app.chat.ui.forms import ChatRequest
from app.chat.ui.history import ui_messages
from app.chat.ui.requests import asked, asked_anew
from app.chat.ui.stream import HEADERS, frames
from app.errors import NotFound
from app.settings import Settings

_encode: Final = msgspec.json.Encoder().encode


class UiChat:
    """The routes of the AI SDK's dialect."""

    def __init__(self, settings: Settings, verifier: TokenVerifier, turns: Turns) -> None:
        self._max_chars = settings.max_message_chars
        self._verifier = verifier
        self._turns = turns

    def routes(self) -> list[Route]:
        """The routes, to be added to the application's."""
        # The chat's id is the client's and may hold a slash, which the path has decoded.
        return [
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/api/chat/{chat:path}/messages", self.messages, methods=["GET"]),
            Route("/api/chat/{chat:path}/stream", self.stream, methods=["GET"]),
            Route("/api/chat/{chat:path}/stop", self.stop, methods=["POST"]),
        ]

    async def chat(self, request: Request) -> Response:
        """Ask, and stream the answer."""
        caller = await self._caller(request)
        body = await read_json(request, ChatRequest)
        first = asked(body, self._max_chars, idempotency_key(request.headers))
        try:
            turn = await self._turns.begin(caller, first)
        except NotFound:
            anew = asked_anew(body, first, self._max_chars)
            if anew is None:
                raise
            turn = await self._turns.begin(caller, anew)
        return _stream(turn, turn.response_id)

    async def stream(self, request: Request) -> Response:
        """The chat's running answer from its beginning; 204 when there is none."""
        turn = await self._turns.running(await self._caller(request), request.path_params["chat"])
        if turn is None:
            return Response(status_code=204)
        # Not the response_id: a client replaces the message of that id by what it is told from the start on, and what
        # came before the results of tools, which this turn goes on from, would be gone.
        return _stream(turn, str(turn.id))

    async def messages(self, request: Request) -> Response:
        """What has been said in the chat, for useChat to begin with; an empty array where there is no such chat."""
        rows = await self._turns.messages(await self._caller(request), request.path_params["chat"])
        return Response(_encode(ui_messages(rows)), media_type="application/json")

    async def stop(self, request: Request) -> Response:
        """Stop the chat's running answer; what was said is kept. Leaving the stream does not."""
        stopped = await self._turns.stop_chat(await self._caller(request), request.path_params["chat"])
        return JSONResponse({"stopped": stopped})

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))


def _stream(turn: Turn, message_id: str) -> Response:
    headers = {"X-Conversation-Id": str(turn.conversation_id), "X-Turn-Id": str(turn.id)}
    return EventStream(frames(turn, message_id), {**HEADERS, **headers, **limit_headers(turn.limits)})
