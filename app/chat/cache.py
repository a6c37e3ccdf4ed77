"""The response cache: an answer that was given before, to the same prompt, within the tenant that wants that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from app.chat.pieces import Piece, Reasoning, SourcePart, decode_parts, pieces_of
from app.chat.providers import ModelRequest
from app.database import Database
from app.errors import PalaverError
from app.logs import get_logger

log = get_logger(__name__)

MAX_CACHED_CHARS: Final = 100_000
"""Longest answer that is kept for others who ask the same."""

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Recalled:
    """An answer that was given before."""

    model: str
    pieces: Sequence[Piece]


class Recall:
    """What one person's tenant remembers."""

    def __init__(self, database: Database, claims: str) -> None:
        self._database = database
        self._claims = claims

    async def find(self, key: bytes) -> Recalled | None:
        """The answer that the key stands for, None where there is none or the database cannot say."""
        try:
            rows = await self._database.fetch("find_cached_response", self._claims, key)
        except PalaverError as error:
            log.warning("cache_not_asked", code=error.code)
            return None
        for row in rows:
            pieces = pieces_of(decode_parts(row["parts"])) if row["parts"] else [row["content"]]
            return Recalled(row["model"] or "", pieces)
        return None


def cache_key(request: ModelRequest) -> bytes:
    """A digest (SHA-256) of all that the answer depends on, which who asks is not."""
    return sha256(
        _encode(
            [
                request.provider.name,
                request.model,
                request.temperature,
                request.max_tokens,
                request.tools,
                request.options,
                request.messages,
            ]
        )
    ).digest()


def is_worth_keeping(pieces: Sequence[Piece], finish_reason: str | None) -> bool:
    """Whether an answer is whole, and says the same to whoever asks."""
    return (
        finish_reason == "stop"
        and all(isinstance(piece, (str, Reasoning, SourcePart)) for piece in pieces)
        and 0 < sum(len(piece) for piece in pieces if isinstance(piece, str)) <= MAX_CACHED_CHARS
    )
