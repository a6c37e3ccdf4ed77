"""The passwords of apps' databases as they are stored: encrypted with SECRETS_KEY, each for its own row."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Final
from uuid import UUID

import asyncpg

from app.encryption import SecretsKeys
from app.errors import EncryptionUnavailable
from app.queries import QUERIES

BATCH: Final = 500


class Passwords:
    """Wraps and unwraps them."""

    def __init__(self, keys: SecretsKeys) -> None:
        self._keys = keys

    def wrapped(self, password: str, tenant_id: UUID, database_id: UUID) -> str:
        """A password as it is stored (base64)."""
        return b64encode(self._keys.wrap(password.encode(), context(tenant_id, database_id))).decode()

    def unwrapped(self, wrapped: str, tenant_id: UUID, database_id: UUID) -> str:
        """The password. Raises EncryptionUnavailable."""
        try:
            return self._keys.unwrap(b64decode(wrapped), context(tenant_id, database_id)).decode()
        except EncryptionUnavailable as error:
            raise EncryptionUnavailable(
                "No key of this server opens the password of this database; a new one can be set."
            ) from error


def context(tenant_id: UUID, database_id: UUID) -> bytes:
    """What a password is wrapped for: in another row it does not open."""
    return b"palaver app password" + tenant_id.bytes + database_id.bytes


async def rewrap_all(connection: asyncpg.Connection, keys: SecretsKeys) -> tuple[int, int]:
    """Wrap every stored password with the first key of SECRETS_KEY; how many were not, and how many no key opens."""
    rewrapped = closed = 0
    last = UUID(int=0), UUID(int=0)
    while rows := await connection.fetch(QUERIES["app_credential_batch"], *last, BATCH):
        for row in rows:
            last = row["tenant_id"], row["database_id"]
            try:
                anew = [_rewrapped(row[name], context(*last), keys) for name in ("password", "pending")]
            except EncryptionUnavailable:
                closed += 1
                continue
            before = [row["password"], row["pending"]]
            if anew != before:
                # Whoever sets another one at this moment wraps it with the first key.
                await connection.execute(QUERIES["rewrap_app_credential"], *last, *before, *anew)
                rewrapped += 1
    return rewrapped, closed


def _rewrapped(wrapped: bytes | None, context: bytes, keys: SecretsKeys) -> bytes | None:
    return None if wrapped is None else keys.rewrap(wrapped, context) or wrapped
