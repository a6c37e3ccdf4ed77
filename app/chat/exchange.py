"""One request to a model, the pieces of what it answers, and what it used."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.chat.pieces import Piece, Reasoning, ToolInput
from app.chat.prompt import estimate_prompt_tokens
from app.chat.providers import ModelRequest, Providers
from app.chat.tokens import estimate_tokens
from app.chat.turn import Tokens
from app.chat.upstream import StreamReader


class Exchange:
    """A request under way or over: the Talk of an ordinary turn."""

    def __init__(self, providers: Providers, request: ModelRequest) -> None:
        self._providers = providers
        self._request = request
        self._reader = StreamReader()
        self._prompt_tokens = 0
        self.accepted = False
        """The provider has begun to answer."""

    @property
    def model(self) -> str | None:
        """The model as the provider names it."""
        return self._reader.model

    @property
    def finish_reason(self) -> str | None:
        """Why it ended, as the provider says it."""
        return self._reader.finish_reason

    @property
    def response_id(self) -> str | None:
        """The provider's id of it."""
        return self._reader.response_id

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Nothing beside what was said."""
        return {}

    async def stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        """The pieces as they come. Raises AIServiceError."""
        reader = self._reader
        async with self._providers.stream(self._request) as upstream:
            self.accepted = True
            self._forget_prompt()
            async for data in upstream:
                if pieces := reader.feed(data):
                    yield pieces
        if pieces := reader.close():
            yield pieces

    def tokens(self, said: Sequence[Piece], *, charged: bool) -> Tokens:
        """What was used: as the provider says, else an estimate by the prompt and what was said."""
        if (usage := self._reader.usage) is not None:
            return Tokens(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens)
        if not self.accepted and not charged:
            return Tokens(0, 0)
        self._forget_prompt()
        return Tokens(self._prompt_tokens, estimate_said_tokens(said), estimated=True)

    def _forget_prompt(self) -> None:
        """Keep of what the model is asked only its size: it is the largest thing that a turn holds."""
        request = self._request
        if request.messages:
            self._prompt_tokens = estimate_prompt_tokens(request.messages, request.tools)
            self._request = replace(request, messages=(), tools=(), options={})


def estimate_said_tokens(pieces: Sequence[Piece]) -> int:
    """About how many tokens a model spent on what it said, thinking and tool calls included."""
    said = (
        piece.text if isinstance(piece, Reasoning) else piece.arguments if isinstance(piece, ToolInput) else piece
        for piece in pieces
        if isinstance(piece, (str, Reasoning, ToolInput))
    )
    return estimate_tokens("".join(said))
