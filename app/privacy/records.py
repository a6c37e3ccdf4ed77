"""Who is to be erased: those who asked for it; and in a database that was restored, those erased since it was saved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

import asyncpg

from app.privacy.people import PrivacyError
from app.queries import QUERIES


async def open_ones(connection: asyncpg.Connection) -> list[tuple[UUID, UUID]]:
    """Tenant and id of the people whose erasure was asked for, or was interrupted, oldest first."""
    return [(row["tenant_id"], row["person_id"]) for row in await connection.fetch(QUERIES["open_erasures"])]


async def finished(connection: asyncpg.Connection) -> list[str]:
    """The lines of all erasures that are finished, oldest first."""
    return [row["line"] for row in await connection.fetch(QUERIES["finished_erasures"])]


async def there(connection: asyncpg.Connection, lines: Iterable[str]) -> list[tuple[UUID, UUID]]:
    """Tenant and id of whoever of these lines is in the database. Raises PrivacyError for a line that is none."""
    tenants, hashes = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            tenants.append(UUID(read["tenant_id"]))
            hashes.append(str(read["person_hash"]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PrivacyError(f"line {number} is no line of an erasure; nobody was erased.") from error
    return [(row["tenant_id"], row["id"]) for row in await connection.fetch(QUERIES["erased_people"], tenants, hashes)]
