"""POST /v1/chat/completions, GET /v1/models and GET /v1/models/{id}."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive

from app.caller import Caller, TokenVerifier, bearer
from app.chat.http import HEARTBEAT_SECONDS, EventStream, gone, idempotency_key, limit_headers, read_json
from app.chat.openai_api.errors import error_response
from app.chat.openai_api.requests import ChatCompletionRequest
from app.chat.openai_api.responses import Chunks, completion, models, one_model
from app.chat.turn import Ending, Turn
from app.chat.turns import DEFAULT_MODEL, Turns
from app.errors import ModelNotFound, PalaverError
from app.settings import Settings

PATIENCE_SECONDS: Final = 5.0
"""How long a stream waits to begin, so that a model that fails at once gives an error instead of one."""


class OpenAIApi:
    """The routes of OpenAI's dialect."""

    def __init__(self, settings: Settings, verifier: TokenVerifier, turns: Turns) -> None:
        self._max_chars = settings.max_message_chars
        self._verifier = verifier
        self._turns = turns

    def routes(self) -> list[Route]:
        """The routes, to be added to the application's."""
        return [
            Route("/v1/chat/completions", self.chat_completions, methods=["POST"]),
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/models/{model:path}", self.model, methods=["GET"]),
        ]

    async def chat_completions(self, request: Request) -> Response:
        """Ask; the answer comes as a stream or as a whole."""
        caller = await self._caller(request)
        body: ChatCompletionRequest = await read_json(request, ChatCompletionRequest)
        asked = body.asked(max_chars=self._max_chars, idempotency_key=idempotency_key(request.headers))
        turn = await self._turns.begin(caller, asked)
        headers = {
            "X-Conversation-Id": str(turn.conversation_id),
            "X-Turn-Id": str(turn.id),
            **limit_headers(turn.limits),
        }
        model = asked.model or DEFAULT_MODEL
        if body.stream:
            error = await _early_error(turn)
            if error is None:
                chunks = Chunks(turn, model, include_usage=body.include_usage, obfuscate=body.include_obfuscation)
                return EventStream(_frames(turn, chunks), headers)
        else:
            ending = await _whole(turn, request.receive)
            error = ending.error
            if error is None:
                return Response(completion(turn, ending, model), 200, headers, media_type="application/json")
        # The question is kept: a client that repeats it by itself would ask twice.
        return error_response(error, again=False, headers=headers)

    async def models(self, request: Request) -> Response:
        """The models that the caller may ask for."""
        return Response(models(await self._names(request)), media_type="application/json")

    async def model(self, request: Request) -> Response:
        """One of them."""
        name = request.path_params["model"]
        if name not in await self._names(request):
            raise ModelNotFound()
        return Response(one_model(name), media_type="application/json")

    async def _names(self, request: Request) -> list[str]:
        return await self._turns.models(await self._caller(request))

    async def _caller(self, request: Request) -> Caller:
        return await self._verifier.verify(bearer(request.headers))


async def _frames(turn: Turn, chunks: Chunks) -> AsyncGenerator[bytes, None]:
    async with aclosing(turn.read(HEARTBEAT_SECONDS)) as reading:
        async for news in reading:
            yield chunks.frames(news)


async def _early_error(turn: Turn) -> PalaverError | None:
    """What ended the turn before it said anything, if something did."""
    async with aclosing(turn.read(PATIENCE_SECONDS)) as reading:
        first = await anext(reading)
    return first.error if isinstance(first, Ending) else None


async def _whole(turn: Turn, receive: Receive) -> Ending:
    """The turn's end. Raises ClientDisconnect when the client goes away before, which stops nothing."""
    ended = asyncio.ensure_future(_ending(turn))
    leaving = asyncio.ensure_future(gone(receive))
    try:
        await asyncio.wait((ended, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            raise ClientDisconnect()
        return ended.result()
    finally:
        for task in (ended, leaving):
            task.cancel()
        await asyncio.wait((ended, leaving))


async def _ending(turn: Turn) -> Ending:
    async for news in turn.read(HEARTBEAT_SECONDS):
        if isinstance(news, Ending):
            return news
    raise RuntimeError("a turn that was read to its end has none")
