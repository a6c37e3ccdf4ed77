"""One answer: relayed from the model to the turn's readers, then settled in the database."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import msgspec

from app.chat.cache import Recall, Recalled, cache_key, is_worth_keeping
from app.chat.exchange import Exchange
from app.chat.pieces import Piece, stored_parts, text_of
from app.chat.progress import Batch
from app.chat.providers import ModelRequest, Provider, Providers
from app.chat.sealing import Sealer
from app.chat.settling import Result, Settler
from app.chat.talk import Talk
from app.chat.turn import Ending, Status, Tokens, Turn
from app.errors import AIServiceError, AnswerInterrupted, InternalError, PalaverError, ShuttingDown
from app.logs import get_logger
from app.metrics import Metrics

log = get_logger(__name__)

ANSWER_SECONDS: Final = 900.0
"""Longest time one answer may take in all; a model that still talks then has gone astray."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is asked, and by whom; its text is kept out of logs by not being logged."""

    tenant_id: UUID
    account: str
    """An opaque reference to who asks."""
    provider: str | None
    model: str | None
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]
    temperature: float | None
    max_tokens: int | None
    fault: PalaverError | None = None
    """Why it cannot be asked."""
    recall: Recall | None = None
    """What the tenant remembers, where it wants to."""
    talk: Callable[[ModelRequest], Talk] | None = None
    """Who answers instead of the model alone."""


class Answer:
    """What a turn's supervised task does, from the model's first byte to the settled row."""

    def __init__(
        self,
        turn: Turn,
        question: Question,
        providers: Providers,
        settler: Settler,
        metrics: Metrics,
        sealer: Sealer,
    ) -> None:
        self.turn = turn
        self._sealer = sealer
        self._question = question
        self._providers = providers
        self._settler = settler
        self._metrics = metrics
        self._talk: Talk | None = None
        self._provider: Provider | None = None
        self._model = ""
        self._stopping = False
        self._settling = False
        self._deadline: asyncio.Timeout | None = None
        self._batch: Batch | None = None
        self._saved = 0
        self._seq = 0
        self._cache_key: bytes | None = None
        self._recalled: Recalled | None = None
        self._started = time.perf_counter()

    async def run(self) -> None:
        """Answer and settle; whatever goes wrong, readers are told how it ended."""
        error: PalaverError | None = None
        self._metrics.active_streams.inc()
        try:
            error = await self._relay()
            status: Status = "stopped" if self._stopping and error is None else "failed" if error else "completed"
            ending = await self._settle(status, error)
        except BaseException as unsettled:
            # Cancelled while settling, or a fault of ours: no reader may be left waiting for an end.
            ending = self._ending("failed", None, error or InternalError())
            if not isinstance(unsettled, asyncio.CancelledError):
                log.exception("turn_not_settled", turn_id=str(self.turn.id))
        finally:
            self._metrics.active_streams.dec()
        self.turn.end(ending)
        self._record(ending)

    def stop(self) -> None:
        """Break off: what was said is kept, and the turn is settled as stopped."""
        if not self._stopping and not self._settling:
            self._stopping = True
            if self._deadline is not None:
                # It may have just run out by itself.
                with contextlib.suppress(RuntimeError):
                    self._deadline.reschedule(0)

    def unsaved(self) -> Batch | None:
        """What has not been saved yet, the same again until it is; None once the turn is being settled."""
        if self._settling:
            return None
        if self._batch is None and (len(self.turn.pieces) > self._saved or (self._seq == 0 and self._provider)):
            self._batch = Batch(
                self._question.tenant_id,
                self.turn.id,
                self._seq,
                self._sealer.pieces(_joined(self.turn.pieces[self._saved :])),
                *((self._provider.name, self._model) if self._seq == 0 and self._provider else ()),
            )
            self._saved = len(self.turn.pieces)
        return self._batch

    def saved(self, batch: Batch) -> None:
        """The batch is saved."""
        if batch is self._batch:
            self._batch = None
            self._seq += 1

    async def _relay(self) -> PalaverError | None:
        """Pass the model's pieces on; the error that ended them early, if one did."""
        if self._question.fault is not None:
            return self._question.fault
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as self._deadline:
                if self._stopping:
                    return None
                request = self._request()
                if await self._recall(request):
                    return None
                self._talk = self._begun(request)
                first = self._metrics.time_to_first_chunk.labels(*self._labels())
                next_ = self._metrics.time_per_output_chunk.labels(*self._labels())
                last = 0.0
                async with aclosing(self._talk.stream()) as said:
                    async for pieces in said:
                        now = time.perf_counter()
                        if last:
                            next_.observe(now - last)
                        else:
                            first.observe(now - self._started)
                        last = now
                        self.turn.publish(pieces)
        except PalaverError as error:
            return error
        except TimeoutError:
            return None if self._stopping else AIServiceError("timeout")
        except asyncio.CancelledError:
            return ShuttingDown("The server stopped before the answer was complete; what was said is kept.")
        except Exception:
            log.exception("answer_failed", turn_id=str(self.turn.id))
            return InternalError()
        finally:
            self._deadline = None
        return None

    async def _recall(self, request: ModelRequest) -> bool:
        """Give the answer that was given before to the same prompt; False where there is none."""
        if self._question.recall is None:
            return False
        self._cache_key = cache_key(request)
        self._recalled = await self._question.recall.find(self._cache_key)
        if self._recalled is not None:
            self.turn.publish(self._recalled.pieces)
        return self._recalled is not None

    def _request(self) -> ModelRequest:
        question = self._question
        self._provider, self._model = self._providers.resolve(question.provider, question.model)
        self.turn.model = self._model
        return ModelRequest(
            provider=self._provider,
            model=self._model,
            messages=question.messages,
            temperature=question.temperature,
            max_tokens=question.max_tokens,
            user=question.account,
            tools=question.tools,
            options=question.options,
        )

    def _begun(self, request: ModelRequest) -> Talk:
        """The talk that answers; what is asked is its own from here on."""
        talk = self._question.talk
        self._question = replace(self._question, messages=(), tools=(), options={}, talk=None)
        return talk(request) if talk is not None else Exchange(self._providers, request)

    async def _settle(self, status: Status, error: PalaverError | None) -> Ending:
        """Save the answer and what it used, waiting for a database that is away."""
        self._settling = True
        ending = self._ending(status, None, error)
        pieces = self.turn.pieces
        result = Result(
            tenant_id=self._question.tenant_id,
            turn_id=self.turn.id,
            status=status,
            content=text_of(pieces),
            parts=stored_parts(pieces),
            provider=self._provider.name if self._provider else None,
            model=ending.model or None,
            asked_model=self._model or None,
            prompt_tokens=ending.tokens.prompt,
            completion_tokens=ending.tokens.completion,
            cached_tokens=ending.tokens.cached,
            reasoning_tokens=ending.tokens.reasoning,
            tokens_estimated=ending.tokens.estimated,
            latency_ms=round((time.perf_counter() - self._started) * 1000),
            finish_reason=ending.finish_reason,
            provider_message_id=self._talk.response_id if self._talk else None,
            error_code=error.code if error else None,
            from_cache=self._recalled is not None,
            cache_key=self._key_to_keep(status, ending),
            metadata=ending.metadata or None,
        )
        try:
            settled = await self._settler.settle(result, self._sealer)
        except PalaverError as refused:
            log.error("turn_not_settled", turn_id=str(self.turn.id), code=refused.code)
            await self._close(result, refused)
            return self._ending("failed", None, refused)
        if settled.status != status:
            # The conversation is gone, and the turn with it; or we were silent and another worker took it over.
            log.warning("turn_was_not_ours", turn_id=str(self.turn.id), status=settled.status)
            return self._ending("failed", settled.answer_id, error or AnswerInterrupted())
        return self._ending(status, settled.answer_id, error)

    def _key_to_keep(self, status: Status, ending: Ending) -> str | None:
        if self._cache_key is None or self._recalled is not None or status != "completed":
            return None
        return self._cache_key.hex() if is_worth_keeping(self.turn.pieces, ending.finish_reason) else None

    async def _close(self, result: Result, refused: PalaverError) -> None:
        """Settle without the answer, which the database does not take: no turn stays open."""
        bare = msgspec.structs.replace(
            result, status="failed", content="", parts=None, error_code=refused.code, cache_key=None, metadata=None
        )
        with contextlib.suppress(PalaverError):
            await self._settler.settle(bare, self._sealer)

    def _ending(self, status: Status, message_id: UUID | None, error: PalaverError | None) -> Ending:
        talk = self._talk
        if self._recalled is not None:
            return Ending(status, message_id, self._recalled.model or self._model, "stop", Tokens(0, 0), error)
        if talk is None:
            return Ending(status, message_id, self._model, None, Tokens(0, 0), error)
        tokens = talk.tokens(self.turn.pieces, charged=self._stopping or _may_be_charged(error))
        return Ending(status, message_id, talk.model or self._model, talk.finish_reason, tokens, error, talk.metadata)

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
            turn_id=str(self.turn.id),
            status=ending.status,
            code=kind or None,
            reason=getattr(ending.error, "reason", None),
            duration_ms=round(seconds * 1000),
            prompt_tokens=ending.tokens.prompt,
            completion_tokens=ending.tokens.completion,
            tokens_estimated=ending.tokens.estimated,
        )


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same, in as few pieces as there can be while all is text."""
    if len(pieces) > 1 and all(isinstance(piece, str) for piece in pieces):
        return [text_of(pieces)]
    return list(pieces)


def _may_be_charged(error: PalaverError | None) -> bool:
    """Whether a provider that never began to answer may be at work on the question all the same."""
    return isinstance(error, ShuttingDown) or (isinstance(error, AIServiceError) and error.reason == "timeout")
