"""Encryption at rest: keys of tenants, wrapped with SECRETS_KEY, and the texts that are sealed with them.

Texts are sealed with AES-256 in SIV mode (RFC 5297), which repeats no damage where a nonce is repeated: the same
text under the same nonce gives the same, and that is all that can be seen. Keys are wrapped with AES-256-GCM.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from pydantic import SecretStr

from app.errors import EncryptionUnavailable, UnprocessableRequest
from app.settings import secrets_keys

PREFIX: Final = "palaver-encrypted:"
"""What begins so was sealed here; nothing else that is stored may."""

NONCE_BYTES: Final = 16
_GCM_NONCE_BYTES: Final = 12
_KEY_BITS: Final = 512
_SEALED: Final = re.compile(PREFIX + r"1:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([A-Za-z0-9_-]+)")


class SecretsKeys:
    """The keys of SECRETS_KEY: the first wraps, all unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys`: 32 bytes each, at least one."""
        self._keys = [AESGCM(key) for key in keys]

    @classmethod
    def of(cls, setting: SecretStr) -> SecretsKeys:
        """The keys of the setting."""
        return cls(secrets_keys(setting))

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        """The secret encrypted; `context` says what it is for, and must be the same when it is unwrapped."""
        nonce = os.urandom(_GCM_NONCE_BYTES)
        return nonce + self._keys[0].encrypt(nonce, secret, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The secret. Raises EncryptionUnavailable where none of the keys opens it."""
        nonce, sealed = wrapped[:_GCM_NONCE_BYTES], wrapped[_GCM_NONCE_BYTES:]
        for key in self._keys:
            try:
                return key.decrypt(nonce, sealed, context)
            except InvalidTag:
                continue
        raise EncryptionUnavailable()

    def rewrap(self, wrapped: bytes, context: bytes) -> bytes | None:
        """The same wrapped with the first key; None if it is. Raises EncryptionUnavailable."""
        secret = self.unwrap(wrapped, context)
        nonce, sealed = wrapped[:_GCM_NONCE_BYTES], wrapped[_GCM_NONCE_BYTES:]
        try:
            self._keys[0].decrypt(nonce, sealed, context)
        except InvalidTag:
            return self.wrap(secret, context)
        return None


@dataclass(frozen=True, slots=True)
class TenantKey:
    """The key of a tenant, by which its texts are sealed and opened."""

    tenant_id: UUID
    id: UUID
    _cipher: AESSIV = field(repr=False)

    @classmethod
    def new(cls, tenant_id: UUID, keys: SecretsKeys) -> tuple[UUID, bytes]:
        """A key for that tenant: its id, and it itself, wrapped."""
        key_id = uuid4()
        return key_id, keys.wrap(AESSIV.generate_key(_KEY_BITS), context(tenant_id, key_id))

    @classmethod
    def opened(cls, tenant_id: UUID, key_id: UUID, wrapped: bytes, keys: SecretsKeys) -> TenantKey:
        """A wrapped key. Raises EncryptionUnavailable."""
        return cls(tenant_id, key_id, AESSIV(keys.unwrap(wrapped, context(tenant_id, key_id))))

    def seal(self, text: str, nonce: bytes) -> str:
        """The text sealed. Raises UnprocessableRequest where it could not be stored unsealed either."""
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            raise UnprocessableRequest(_BAD_TEXT) from error
        if b"\0" in data:
            raise UnprocessableRequest(_BAD_TEXT)
        sealed = nonce + self._cipher.encrypt(data, [self.tenant_id.bytes, nonce])
        return f"{PREFIX}1:{self.id}:{urlsafe_b64encode(sealed).rstrip(b'=').decode()}"

    def open(self, sealed: str) -> str:
        """What was sealed with this key. Raises EncryptionUnavailable where it has been changed since."""
        given = _SEALED.fullmatch(sealed)
        if given is None:
            raise EncryptionUnavailable()
        data = urlsafe_b64decode(given[2] + "=" * (-len(given[2]) % 4))
        nonce = data[:NONCE_BYTES]
        try:
            return self._cipher.decrypt(data[NONCE_BYTES:], [self.tenant_id.bytes, nonce]).decode()
        except (InvalidTag, ValueError) as error:
            raise EncryptionUnavailable() from error


_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_BAD_TEXT: Final = "The text has characters that cannot be stored."


def context(tenant_id: UUID, key_id: UUID) -> bytes:
    """What the key of a tenant is wrapped for: in another tenant's row it does not open."""
    return b"palaver tenant key" + tenant_id.bytes + key_id.bytes


def key_id_of(sealed: str) -> UUID | None:
    """The key with which a text was sealed; None where it is not sealed, or is damaged."""
    given = _SEALED.fullmatch(sealed)
    return UUID(given[1]) if given else None


def opened_json(document: bytes, keys: Mapping[UUID, TenantKey]) -> bytes:
    """A JSON document with whatever is sealed in it opened. Raises EncryptionUnavailable."""
    return _encode(_opened(_decode(document), keys)) if PREFIX.encode() in document else document


def _opened(value: Any, keys: Mapping[UUID, TenantKey]) -> Any:
    match value:
        case str() if value.startswith(PREFIX):
            key = keys.get(key_id_of(value) or UUID(int=0))
            if key is None:
                raise EncryptionUnavailable()
            return key.open(value)
        case [{"type": "encrypted", "data": str(data)}]:
            return _decode(_opened(data, keys))
        case list():
            return [_opened(item, keys) for item in value]
        case dict():
            return {name: _opened(item, keys) for name, item in value.items()}
        case _:
            return value
