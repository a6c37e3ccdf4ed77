"""The requests that one answer takes: the model asks for what it wants to look up, is told, and is asked again.

Only tools that read are offered, and they are run here; no client sees their calls.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

from app.assistant.answer.output import RESPONSE_FORMAT, Output
from app.assistant.answer.reader import AnswerReader
from app.assistant.answer.steps import Steps
from app.chat.exchange import Exchange
from app.chat.frames import is_object
from app.chat.pieces import FilePart, Piece, ToolCallPart, ToolInput, parts_of, text_of
from app.chat.providers import ModelRequest, Providers
from app.chat.turn import Tokens
from app.errors import AIServiceError

MOST_ROUNDS: Final = 6
"""In which tools are run; then the model has to answer."""

MOST_CALLS: Final = 8
"""Of one round; those beyond are answered with that."""

_TOO_MANY: Final = f"Not looked up: at most {MOST_CALLS} calls are answered at a time."
_KEPT_OPTIONS: Final = frozenset(
    ("frequency_penalty", "presence_penalty", "reasoning_effort", "seed", "temperature", "top_p")
)
"""Of a client's options; others are about the form of the answer or about tools, which are ours here."""

_CUT: Final = ("length", "content_filter")
"""Reasons to end which say that there is more, or would have been."""

Run = Callable[[str, str], Awaitable[str]]
"""Runs a tool: its name, its arguments as JSON text; what came of it as text."""


class Rounds:
    """Asks until there is an answer."""

    def __init__(
        self, providers: Providers, request: ModelRequest, tools: Sequence[Mapping[str, Any]], run: Run, steps: Steps
    ) -> None:
        """`request`: with all messages that the model is to see."""
        self._providers = providers
        self._messages = list(request.messages)
        options = {name: value for name, value in request.options.items() if name in _KEPT_OPTIONS}
        self._request = replace(
            request,
            messages=(),
            tools=(),
            options={**options, "response_format": RESPONSE_FORMAT},
            optional=frozenset(("response_format", "tools")),
        )
        self._tools = tools
        self._names = {tool["function"]["name"] for tool in tools}
        self._run = run
        self._steps = steps
        self._reader = AnswerReader()
        self._said: list[Piece] = []
        self._spent = Tokens(0, 0)
        self._told = False
        self._begins = False
        self.exchange: Exchange | None = None
        """The last request to the model."""
        self.output = Output("")
        """What the model said in the end; there after the stream."""

    async def stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        """The answer's text as it comes, and steps. Raises AIServiceError."""
        for number in range(1, MOST_ROUNDS + 2):
            tools = self._tools if number <= MOST_ROUNDS else ()
            async with aclosing(self._ask(number, tools)) as told:
                async for pieces in told:
                    yield pieces
            calls = [part for part in parts_of(self._said) if isinstance(part, ToolCallPart)]
            if not calls or not tools:
                break
            names = ", ".join(dict.fromkeys(call.tool_name for call in calls if call.tool_name in self._names))
            yield [self._steps.begin("looking_up", number, names or None)]
            self._messages += [
                _asking(text_of(self._said), calls),
                *[await self._result(at, call) for at, call in enumerate(calls)],
            ]
            yield self._steps.end()
        if not self._told and self.finish_reason not in _CUT:
            raise AIServiceError("invalid_response", "The model gave no answer that can be read.")

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ended; calls that nobody ran are no reason."""
        reason = self.exchange.finish_reason if self.exchange else None
        return "stop" if reason == "tool_calls" else reason

    def tokens(self, *, charged: bool) -> Tokens:
        """What all requests together have used."""
        if self.exchange is None:
            return Tokens(0, 0)
        return _sum(self._spent, self.exchange.tokens(self._said, charged=charged))

    async def _ask(self, number: int, tools: Sequence[Mapping[str, Any]]) -> AsyncGenerator[Sequence[Piece], None]:
        self._spent, self._said = self.tokens(charged=False), []
        self.exchange = Exchange(self._providers, replace(self._request, messages=tuple(self._messages), tools=tools))
        self._reader = AnswerReader()
        self._begins = self._told
        yield [self._steps.begin("asking_model", number)]
        async with aclosing(self.exchange.stream()) as told:
            async for pieces in told:
                self._said += pieces
                shown: list[Piece] = []
                for piece in pieces:
                    if isinstance(piece, str):
                        shown += self._tell(self._reader.feed(piece))
                    elif not isinstance(piece, (ToolInput, FilePart)):
                        shown.append(piece)
                if shown:
                    yield shown
        yield [*self._tell(self._reader.close()), *self._steps.end()]
        self.output = self._reader.result()

    def _tell(self, text: str) -> list[Piece]:
        """What a person is shown of more text; what is said in different rounds are different paragraphs."""
        if not text:
            return []
        apart = "\n\n" if self._begins else ""
        self._told, self._begins = True, False
        return [*self._steps.end(), apart + text]

    async def _result(self, at: int, call: ToolCallPart) -> Mapping[str, Any]:
        said = await self._run(call.tool_name, call.arguments) if at < MOST_CALLS else _TOO_MANY
        return {"role": "tool", "tool_call_id": call.tool_call_id, "content": said}


def _asking(text: str, calls: Sequence[ToolCallPart]) -> Mapping[str, Any]:
    """The model's message with its calls, for it to see again; providers refuse arguments that are no object."""
    functions = [
        (call.tool_call_id, call.tool_name, call.arguments if is_object(call.arguments) else "{}") for call in calls
    ]
    return {
        "role": "assistant",
        "content": text or None,
        "tool_calls": [
            {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for call_id, name, arguments in functions
        ],
    }


def _sum(one: Tokens, other: Tokens) -> Tokens:
    return Tokens(
        one.prompt + other.prompt,
        one.completion + other.completion,
        one.cached + other.cached,
        one.reasoning + other.reasoning,
        one.estimated or other.estimated,
    )
