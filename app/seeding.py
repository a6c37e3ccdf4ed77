"""Loads the demo data of seeds/demo.sql."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import asyncpg

DEMO: Final = Path(__file__).parents[1] / "seeds" / "demo.sql"


class SeedError(Exception):
    """The demo data cannot be loaded; the text says why, in a sentence."""


async def seed(url: str) -> str:
    """Load the demo data, replacing only its own rows; returns a line for each tenant. Raises SeedError."""
    lines: list[str] = []

    def noted(_connection: Any, message: asyncpg.PostgresLogMessage) -> None:
        if message.severity == "NOTICE":
            lines.append(str(message.message))

    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise SeedError(f"The database cannot be reached: {error or type(error).__name__}") from error
    try:
        connection.add_log_listener(noted)
        await connection.execute(DEMO.read_text("utf-8"))
    except asyncpg.PostgresError as error:
        raise SeedError(f"{error}; nothing was changed.") from error
    finally:
        await connection.close(timeout=10)
    return "\n".join(lines)
