"""One answer: relayed from the model to the turn's readers, then settled in the database."""

from __future__ import annotations

import asyncio
import time
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from app.caller import Caller
from app.chat.providers import ModelRequest, Provider, Providers
from app.chat.tokens import estimate_tokens
from app.chat.turn import Ending, Status, Tokens, Turn
from app.chat.upstream import StreamReader
from app.database import Database
from app.errors import AIServiceError, DatabaseUnavailable, InternalError, PalaverError, ShuttingDown
from app.logs import get_logger
from app.metrics import Metrics

log = get_logger(__name__)

ANSWER_SECONDS: Final = 900.0
"""Longest time one answer may take in all; a model that still talks then has gone astray."""

SETTLE_SECONDS: Final = 300.0
"""How long an answer is offered to a database that is away."""


class Answer:
    """What a turn's supervised task does, from the model's first byte to the settled row."""

    def __init__(
        self,
        turn: Turn,
        caller: Caller,
        begun: asyncpg.Record,
        database: Database,
        providers: Providers,
        metrics: Metrics,
    ) -> None:
        self._turn = turn
        self._caller = caller
        self._begun = begun
        self._database = database
        self._providers = providers
        self._metrics = metrics
        self._messages = _messages(begun["system_prompt"], begun["history"])
        self._reader = StreamReader()
        self._provider: Provider | None = None
        self._model = ""
        self._accepted = False
        self._started = time.perf_counter()

    async def run(self) -> None:
        """Answer and settle; whatever goes wrong, readers are told how it ended."""
        error: PalaverError | None = None
        self._metrics.active_streams.inc()
        try:
            error = await self._relay()
            ending = await self._settle("completed" if error is None else "failed", error)
        except BaseException as unsettled:
            # Cancelled while settling, or a fault of ours: no worker may be left waiting for an end.
            ending = self._ending("failed", None, error or InternalError())
            if not isinstance(unsettled, asyncio.CancelledError):
                log.exception("turn_not_settled", turn_id=str(self._turn.id))
        finally:
            self._metrics.active_streams.dec()
        self._turn.end(ending)
        self._record(ending)

    async def _relay(self) -> PalaverError | None:
        """Pass the model's pieces on; the error that ended them early, if one did."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                request = self._request()
                async with self._providers.stream(request) as upstream:
                    self._accepted = True
                    last = time.perf_counter()
                    async for data in upstream:
                        if text := self._reader.feed(data):
                            last = self._pace(last)
                            self._turn.publish(text)
                if text := self._reader.close():
                    self._turn.publish(text)
        except AIServiceError as error:
            return error
        except TimeoutError:
            return AIServiceError("timeout")
        except asyncio.CancelledError:
            return ShuttingDown("The server stopped before the answer was complete; what was said is kept.")
        except Exception:
            log.exception("answer_failed", turn_id=str(self._turn.id))
            return InternalError()
        return None

    def _request(self) -> ModelRequest:
        begun = self._begun
        self._provider, self._model = self._providers.resolve(begun["llm_provider"], begun["llm_model"])
        temperature = begun["temperature"]
        return ModelRequest(
            provider=self._provider,
            model=self._model,
            messages=self._messages,
            temperature=None if temperature is None else float(temperature),
            max_tokens=begun["max_tokens"],
            user=str(self._caller.auth_id),
        )

    async def _settle(self, status: Status, error: PalaverError | None) -> Ending:
        """Save the answer and what it used, waiting for a database that is away."""
        ending = self._ending(status, None, error)
        arguments = (
            self._caller.claims,
            self._turn.id,
            status,
            self._reader.text,
            self._provider.name if self._provider else None,
            ending.model or None,
            ending.tokens.prompt,
            ending.tokens.completion,
            ending.tokens.estimated,
            round((time.perf_counter() - self._started) * 1000),
            ending.finish_reason,
            self._reader.response_id,
            error.code if error else None,
        )
        give_up = time.monotonic() + SETTLE_SECONDS
        pause = 0.1
        while True:
            try:
                row = await self._database.fetch_row("finish_turn", *arguments)
                return self._ending(status, row["message_id"], error)
            except DatabaseUnavailable as unavailable:
                # The call may have been carried out: it settles once, so asking again is safe.
                if time.monotonic() > give_up:
                    log.error("turn_not_settled", turn_id=str(self._turn.id), code=unavailable.code)
                    return self._ending("failed", None, unavailable)
            except PalaverError as refused:
                log.error("turn_not_settled", turn_id=str(self._turn.id), code=refused.code)
                return self._ending("failed", None, refused)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _ending(self, status: Status, message_id: UUID | None, error: PalaverError | None) -> Ending:
        reader = self._reader
        return Ending(status, message_id, reader.model or self._model, reader.finish_reason, self._tokens(error), error)

    def _tokens(self, error: PalaverError | None) -> Tokens:
        if (usage := self._reader.usage) is not None:
            return Tokens(usage.prompt_tokens, usage.completion_tokens, estimated=False)
        if not self._accepted and not _may_be_charged(error):
            return Tokens(0, 0, estimated=False)
        said = self._reader.text + self._reader.reasoning
        return Tokens(
            sum(estimate_tokens(message["content"]) for message in self._messages),
            estimate_tokens(said),
            estimated=True,
        )

    def _pace(self, last: float) -> float:
        now = time.perf_counter()
        labels = self._labels()
        if not self._turn.begun_to_speak:
            self._metrics.time_to_first_chunk.labels(*labels).observe(now - self._started)
        else:
            self._metrics.time_per_output_chunk.labels(*labels).observe(now - last)
        return now

    def _labels(self) -> tuple[str, str, str]:
        provider = self._provider.name if self._provider else ""
        return "chat", provider, self._metrics.model_label(self._model)

    def _record(self, ending: Ending) -> None:
        seconds = time.perf_counter() - self._started
        kind = ending.error.code if ending.error else ""
        self._metrics.turns.labels(ending.status).inc()
        self._metrics.model_duration.labels(*self._labels(), kind).observe(seconds)
        self._metrics.token_usage.labels(*self._labels(), "input").observe(ending.tokens.prompt)
        self._metrics.token_usage.labels(*self._labels(), "output").observe(ending.tokens.completion)
        if ending.error is not None:
            self._metrics.errors.labels(ending.error.code).inc()
        log.info(
            "turn_ended",
            turn_id=str(self._turn.id),
            status=ending.status,
            code=kind or None,
            reason=getattr(ending.error, "reason", None),
            duration_ms=round(seconds * 1000),
            prompt_tokens=ending.tokens.prompt,
            completion_tokens=ending.tokens.completion,
            tokens_estimated=ending.tokens.estimated,
        )


def _may_be_charged(error: PalaverError | None) -> bool:
    """Whether a provider that never began to answer may be at work on the question all the same."""
    return isinstance(error, ShuttingDown) or (isinstance(error, AIServiceError) and error.reason == "timeout")


def _messages(system_prompt: str | None, history: str) -> list[dict[str, str]]:
    said = msgspec.json.decode(history, type=list[dict[str, str]])
    return [{"role": "system", "content": system_prompt}, *said] if system_prompt else said
