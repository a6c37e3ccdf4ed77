"""What an app's database may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.provisioning.server.connection import Link

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


async def limited(link: Link, database: str, limits: Limits) -> None:
    """Make the limits on time and temporary files those of a database. Raises AppServerError."""
    await link.run("limit_statements", database=database, milliseconds=limits.statement_timeout_ms)
    await link.run("limit_idle_transactions", database=database, milliseconds=limits.idle_in_transaction_ms)
    if await link.value("may_limit_temporary_files"):
        await link.run("limit_temporary_files", database=database, kilobytes=limits.temporary_file_kb)
