"""What is said, as it is stored for tenants that encrypt their messages: sealed with a key of the tenant.

The database refuses what is not sealed as the tenant wishes (PA427), so what is remembered here may be out of date.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from app.caller import Caller
from app.chat.asked import NewMessage
from app.chat.pieces import Encrypted, FilePart, Part, Piece, StoredMessage
from app.database import Database
from app.encryption import NONCE_BYTES, PREFIX, SecretsKeys, TenantKey, key_id_of
from app.errors import EncryptionUnavailable, UnprocessableRequest
from app.logs import get_logger

log = get_logger(__name__)

REMEMBERED: Final = 10_000
"""People, and keys, that a worker remembers."""

FILE_OCTETS: Final = 4_000
"""As in `private.message_octets()`."""

BLANK: Final = " \t\n\v\f\r"
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

K = TypeVar("K")
V = TypeVar("V")
StoredParts: TypeAlias = Sequence[Part | Encrypted]

_encode: Final = msgspec.json.Encoder().encode
_decode_array: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_encrypted: Final = msgspec.json.Decoder(Encrypted).decode


_NONE: Final = msgspec.Raw(b"null")


class _Row(msgspec.Struct):
    role: str
    content: str
    parts: msgspec.Raw = _NONE


_decode_rows: Final = msgspec.json.Decoder(list[_Row]).decode


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals what is said in a tenant that encrypts; leaves it as it is, without a key, in one that does not."""

    key: TenantKey | None = None

    def messages(self, messages: Sequence[NewMessage]) -> list[NewMessage]:
        """New messages as they are stored. Raises UnprocessableRequest."""
        return [
            replace(
                message,
                content=self.text(message.content, message.client_id),
                parts=self.parts(message.parts, message.client_id),
            )
            for message in messages
        ]

    def text(self, text: str, client_id: str | None = None) -> str:
        """A text as it is stored: the same again under the same client_id, by which repeats are known.

        Raises UnprocessableRequest.
        """
        if text.startswith(PREFIX):
            raise UnprocessableRequest(f'A message cannot begin with "{PREFIX}".')
        # What is blank says nothing, and is the database's to refuse.
        return text if self.key is None or not text.strip(BLANK) else self.key.seal(text, _nonce(client_id))

    def parts(
        self, parts: Sequence[Part | Encrypted] | None, client_id: str | None = None
    ) -> Sequence[Part | Encrypted] | None:
        """Parts as they are stored. Raises UnprocessableRequest."""
        if self.key is None or parts is None:
            return parts
        octets = sum(FILE_OCTETS if isinstance(part, FilePart) else len(_encode(part)) for part in parts)
        return [Encrypted(_seal_json(self.key, parts, client_id), octets)]

    def pieces(self, pieces: Sequence[Piece]) -> Sequence[Piece | Encrypted]:
        """Pieces as they are kept while the turn runs."""
        return pieces if self.key is None or not pieces else [Encrypted(_seal_json(self.key, pieces))]

    def fingerprint(self, fingerprint: bytes) -> bytes:
        """A digest of what is asked, by which nobody without the key can try what it was."""
        if self.key is None:
            return fingerprint
        return sha256(self.key.seal(fingerprint.hex(), bytes(NONCE_BYTES)).encode()).digest()


UNSEALED: Final = Sealer()


class Vault:
    """The keys of tenants, as this worker gets to know them."""

    def __init__(self, database: Database, keys: SecretsKeys | None) -> None:
        """`keys`: None where SECRETS_KEY is not set, and nothing can be encrypted or decrypted."""
        self._database = database
        self._secrets = keys
        self._sealers = _Remembered[UUID, Sealer](REMEMBERED)
        self._keys = _Remembered[tuple[UUID, UUID], TenantKey](REMEMBERED)

    async def sealer(self, caller: Caller, *, anew: bool = False) -> Sealer:
        """What seals the caller's messages; `anew` when the database says that it is another one by now.

        Raises EncryptionUnavailable and other PalaverErrors.
        """
        if self._secrets is None:
            if anew:
                raise EncryptionUnavailable()
            return UNSEALED
        sealer = None if anew else self._sealers.get(caller.auth_id)
        if sealer is None:
            row = await self._database.fetch_row("message_key", caller.claims)
            sealer = Sealer(await self._key_in_use(row["tenant_id"], row)) if row["encrypts"] else UNSEALED
            self._sealers.put(caller.auth_id, sealer)
        return sealer

    async def sealer_of(self, tenant_id: UUID) -> Sealer:
        """What seals the messages of a tenant that encrypts. Raises EncryptionUnavailable and other PalaverErrors."""
        rows = await self._database.fetch("tenant_key", tenant_id, None)
        return Sealer(await self._key_in_use(tenant_id, rows[0] if rows else None))

    async def text(self, tenant_id: UUID, stored: str) -> str:
        """A text as it was before it was stored. Raises EncryptionUnavailable and other PalaverErrors."""
        if not stored.startswith(PREFIX):
            return stored
        if (key_id := key_id_of(stored)) is None:
            raise EncryptionUnavailable()
        key = self._keys.get((tenant_id, key_id))
        if key is None:
            rows = await self._database.fetch("tenant_key", tenant_id, key_id)
            key = self._opened(tenant_id, rows[0] if rows else None)
        return key.open(stored)

    async def array(self, tenant_id: UUID, stored: str) -> str:
        """A JSON array of parts or pieces as it was. Raises EncryptionUnavailable and other PalaverErrors."""
        if PREFIX not in stored:
            return stored
        elements: list[msgspec.Raw] = []
        for element in _decode_array(stored):
            try:
                sealed = _decode_encrypted(element)
            except msgspec.ValidationError:
                elements.append(element)
            else:
                elements += _decode_array(await self.text(tenant_id, sealed.data))
        return _encode(elements).decode()

    async def history(self, tenant_id: UUID, stored: str) -> str:
        """A JSON array of {role, content, parts} as it was. Raises EncryptionUnavailable and other PalaverErrors."""
        if PREFIX not in stored:
            return stored
        rows = _decode_rows(stored)
        for row in rows:
            row.content = await self.text(tenant_id, row.content)
            if row.parts != _NONE:
                row.parts = msgspec.Raw(await self.array(tenant_id, bytes(row.parts).decode()))
        return _encode(rows).decode()

    async def message(self, row: asyncpg.Record) -> StoredMessage:
        """A row of `private.read_messages()` as it was. Raises EncryptionUnavailable and other PalaverErrors."""
        parts = row["parts"] and msgspec.json.decode(await self.array(row["tenant_id"], row["parts"]))
        content = await self.text(row["tenant_id"], row["content"])
        metadata = msgspec.json.decode(row["metadata"])
        return StoredMessage(row["id"], row["role"], content, parts, row["created_at"], metadata)

    async def _key_in_use(self, tenant_id: UUID, row: asyncpg.Record | None) -> TenantKey:
        if self._secrets is not None and (row is None or row["key_id"] is None):
            offered = TenantKey.new(tenant_id, self._secrets)
            row = await self._database.fetch_row("add_tenant_key", tenant_id, *offered)
        return self._opened(tenant_id, row)

    def _opened(self, tenant_id: UUID, row: asyncpg.Record | None) -> TenantKey:
        if self._secrets is None or row is None:
            raise EncryptionUnavailable()
        try:
            key = TenantKey.opened(tenant_id, row["key_id"], row["wrapped_key"], self._secrets)
        except EncryptionUnavailable:
            log.error("tenant_key_not_opened", tenant_id=str(tenant_id), key_id=str(row["key_id"]))
            raise
        self._keys.put((tenant_id, key.id), key)
        return key


class _Remembered(Generic[K, V]):
    """The so many that were used last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def put(self, key: K, value: V) -> None:
        self._known[key] = value
        self._known.move_to_end(key)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


def _nonce(client_id: str | None) -> bytes:
    """Such that nothing is seen to repeat but what a client sends again under the same id."""
    if client_id is None:
        return os.urandom(NONCE_BYTES)
    return sha256(client_id.encode("utf-8", "surrogatepass")).digest()[:NONCE_BYTES]


def _seal_json(key: TenantKey, value: object, client_id: str | None = None) -> str:
    data = _encode(value)
    if _NUL.search(data):
        raise UnprocessableRequest("The text has characters that cannot be stored.")
    return key.seal(data.decode(), _nonce(client_id))
