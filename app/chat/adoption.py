"""Turns of workers that died, settled by another one: what they had saved is the answer, charged by estimate."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import asyncpg

from app.chat.exchange import estimate_said_tokens
from app.chat.pieces import decode_pieces, stored_parts, text_of
from app.chat.sealing import UNSEALED, Vault
from app.chat.settling import Result, Settler
from app.encryption import PREFIX
from app.errors import AnswerInterrupted, DatabaseUnavailable, PalaverError
from app.logs import get_logger
from app.metrics import Metrics

log = get_logger(__name__)


class Adoption:
    """Settles turns that this worker has taken over."""

    def __init__(self, vault: Vault, settler: Settler, metrics: Metrics, settled: Callable[[UUID], None]) -> None:
        """`settled` is told each turn that is over, or that is to be offered again."""
        self._vault = vault
        self._settler = settler
        self._metrics = metrics
        self._settled = settled

    async def settle(self, row: asyncpg.Record) -> None:
        """Settle one, a row of `private.keep_lease()`; what goes wrong is logged."""
        stored = row["pieces"] or "[]"
        try:
            pieces = decode_pieces(await self._vault.array(row["tenant_id"], stored))
            sealer = await self._vault.sealer_of(row["tenant_id"]) if PREFIX in stored else UNSEALED
        except PalaverError as error:
            # It stays open, with what was said, for a worker that can decrypt it; from a database that is away it comes
            # again.
            log.error("turn_not_settled", turn_id=str(row["turn_id"]), code=error.code)
            if isinstance(error, DatabaseUnavailable):
                self._settled(row["turn_id"])
            return
        stopped = row["stop_requested"]
        result = Result(
            tenant_id=row["tenant_id"],
            turn_id=row["turn_id"],
            status="stopped" if stopped else "failed",
            content=text_of(pieces),
            parts=stored_parts(pieces),
            provider=row["provider"],
            model=row["model"],
            asked_model=row["model"],
            prompt_tokens=row["prompt_estimate"] if row["was_begun"] else 0,
            completion_tokens=estimate_said_tokens(pieces),
            cached_tokens=0,
            reasoning_tokens=0,
            tokens_estimated=True,
            latency_ms=row["latency_ms"],
            error_code=None if stopped else AnswerInterrupted.code,
        )
        try:
            await self._settler.settle(result, sealer)
        except PalaverError as error:
            log.error("turn_not_settled", turn_id=str(row["turn_id"]), code=error.code)
        finally:
            self._settled(row["turn_id"])
        self._metrics.turns.labels("adopted").inc()
