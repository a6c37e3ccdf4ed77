"""The passwords of apps' databases as they are stored: encrypted with SECRETS_KEY, each for its own row."""

from __future__ import annotations

from base64 import b64decode, b64encode
from uuid import UUID

from app.encryption import SecretsKeys


class Passwords:
    """Wraps and unwraps them."""

    def __init__(self, keys: SecretsKeys) -> None:
        self._keys = keys

    def wrapped(self, password: str, tenant_id: UUID, database_id: UUID) -> str:
        """A password as it is stored (base64)."""
        return b64encode(self._keys.wrap(password.encode(), context(tenant_id, database_id))).decode()

    def unwrapped(self, wrapped: str, tenant_id: UUID, database_id: UUID) -> str:
        """The password. Raises EncryptionUnavailable."""
        return self._keys.unwrap(b64decode(wrapped), context(tenant_id, database_id)).decode()


def context(tenant_id: UUID, database_id: UUID) -> bytes:
    """What a password is wrapped for: in another row it does not open."""
    return b"palaver app password" + tenant_id.bytes + database_id.bytes
