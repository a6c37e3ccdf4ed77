"""Erasing a person: the database does it, in steps that are each a short transaction; here they are asked for.

Killed at any moment it leaves a row of private.erasures that says how far it was, and the same command goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg

from app.privacy.account import AuthService, delete_account
from app.privacy.people import Person, PrivacyError
from app.queries import QUERIES

ROWS: Final = 1000
"""Of a step: some tens of milliseconds."""
ATTEMPTS: Final = 30
_CONTESTED: Final = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)

Progress: TypeAlias = Callable[[str, int], None]
"""Is told of a table and how many of its rows were erased now."""


@dataclass(frozen=True)
class Trace:
    """Where something of a person still is."""

    table: str
    column: str
    needle: str
    rows: int


@dataclass(frozen=True)
class Means:
    """How to erase."""

    service: AuthService | None = None
    account_too: bool = True
    rows: int = ROWS
    patience: float = 60.0
    """Seconds to wait for turns that run, and for nothing else."""
    progress: Progress = lambda table, rows: None


async def erase(connection: asyncpg.Connection, person: Person, means: Means) -> str:
    """Erase a person; the line to keep outside of the database. Raises PrivacyError, and what the database refuses."""
    erasure: UUID = await connection.fetchval(QUERIES["begin_erasure"], person.tenant_id, person.id)
    deadline = time.monotonic() + means.patience
    while steps := await _step(connection, person, erasure, means.rows):
        for table, rows in steps:
            means.progress(table, rows)
        if steps[0]["table_name"] != "private.open_turns":
            continue
        if time.monotonic() > deadline:
            raise PrivacyError("an answer is still being given to this person: run the same command again.")
        await asyncio.sleep(0.2)
    if person.account is not None and means.account_too:
        await delete_account(connection, person.account, means.service)
    line: str = await connection.fetchval(QUERIES["finish_erasure"], person.tenant_id, erasure)
    return line


async def _step(connection: asyncpg.Connection, person: Person, erasure: UUID, rows: int) -> list[asyncpg.Record]:
    for attempt in range(ATTEMPTS):
        try:
            done: list[asyncpg.Record] = await connection.fetch(
                QUERIES["erase_person_step"], person.tenant_id, erasure, rows
            )
            return done
        except _CONTESTED:
            # Somebody holds a row, or wants one that this holds: they go first.
            await asyncio.sleep(0.05 * attempt)
    raise PrivacyError("somebody holds rows of this person all the time: run the same command again.")


async def traces(connection: asyncpg.Connection, person: Person) -> list[Trace]:
    """Where id, account, e-mail address or name of a person are; it reads the whole database."""
    needles = [text for text in (person.account and str(person.account), person.email, person.name) if text]
    return [Trace(*row) for row in await connection.fetch(QUERIES["traces_of"], person.id, needles)]
