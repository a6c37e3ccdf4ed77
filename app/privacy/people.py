"""Finding the one person that a command is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.queries import QUERIES


class PrivacyError(Exception):
    """What was asked cannot be done, or not completely; the text says why, in a sentence."""


@dataclass(frozen=True)
class Person:
    """A person as these commands need them."""

    tenant_id: UUID
    id: UUID
    account: UUID | None
    """Their user at Supabase Auth."""
    email: str
    name: str | None
    tenant: str


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the schema's owner, patient with its own work and with nobody's locks. Raises PrivacyError."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PrivacyError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        await connection.execute("set statement_timeout = 0; set lock_timeout = '2s'; set timezone = 'UTC'")
        yield connection
    finally:
        await connection.close(timeout=10)


async def find(connection: asyncpg.Connection, who: str, tenant_id: UUID | None = None) -> Person:
    """The person with this e-mail address or id, also one whose erasure is under way. Raises PrivacyError."""
    found = [Person(*row) for row in await connection.fetch(QUERIES["find_people"], who)]
    found = [person for person in found if tenant_id in (None, person.tenant_id)]
    if not found:
        raise PrivacyError(f"there is nobody with the e-mail address or id {who}.")
    if len(found) > 1:
        places = "; ".join(f"{person.id} of {person.tenant}" for person in found)
        raise PrivacyError(f"there are {len(found)} people with the address {who}, name one by id: {places}.")
    return found[0]
