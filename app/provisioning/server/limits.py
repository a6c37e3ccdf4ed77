"""What an app's database may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UNLIMITED: Final = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one database. Those on time and temporary files are defaults that the app's own sessions may change.

    `connections` holds for each login, -1 for as many as the server takes. Size is no limit that PostgreSQL
    knows: see freezing.py.
    """

    connections: int = 20
    statement_timeout_ms: int = 60_000
    idle_in_transaction_ms: int = 60_000
    temporary_file_kb: int = 1_048_576
