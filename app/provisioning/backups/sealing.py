"""Backups encrypted while they are written, and opened while they are read, one chunk at a time.

A file is MAGIC, the length of the wrapped key (2 bytes, big-endian), the wrapped key, and chunks. Each chunk is 1 MiB
of the text (the last one: what is left, also nothing) under AES-256-GCM, its tag of 16 bytes at its end. The nonce is
the chunk's number (11 bytes, big-endian) and a byte that is 1 in the last chunk and 0 in the others, so that chunks
can be neither taken out, nor swapped, nor cut off. The key is this file's alone, and wrapped with SECRETS_KEY
(encryption.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.encryption import SecretsKeys
from app.errors import EncryptionUnavailable
from app.provisioning.backups.errors import BackupDamaged

MAGIC: Final = b"palaver-backup-1"
CHUNK_BYTES: Final = 1 << 20
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 2
_NUMBER_BYTES: Final = 11


def context(tenant_id: UUID, name: str) -> bytes:
    """What the key of a file is wrapped for: under another name, or another tenant's, it does not open."""
    return b"palaver app backup" + tenant_id.bytes + name.encode()


async def sealed(text: AsyncIterator[bytes], keys: SecretsKeys, purpose: bytes) -> AsyncIterator[bytes]:
    """A file with that text."""
    key = AESGCM.generate_key(256)
    wrapped = keys.wrap(key, purpose)
    yield MAGIC + len(wrapped).to_bytes(_LENGTH_BYTES) + wrapped
    cipher, number = AESGCM(key), 0
    async for chunk, is_last in _regular(text, CHUNK_BYTES):
        yield cipher.encrypt(_nonce(number, is_last), chunk, None)
        number += 1


async def opened(file: AsyncIterator[bytes], keys: SecretsKeys, purpose: bytes) -> AsyncIterator[bytes]:
    """The text of a file, all of whose pieces are authentic. Raises BackupDamaged."""
    head, file = await _head(file, len(MAGIC) + _LENGTH_BYTES)
    if head[: len(MAGIC)] != MAGIC:
        raise BackupDamaged
    wrapped, file = await _head(file, int.from_bytes(head[len(MAGIC) :]))
    try:
        cipher = AESGCM(keys.unwrap(wrapped, purpose))
        number = 0
        async for chunk, is_last in _regular(file, CHUNK_BYTES + _TAG_BYTES):
            yield cipher.decrypt(_nonce(number, is_last), chunk, None)
            number += 1
    except (EncryptionUnavailable, InvalidTag, ValueError) as error:
        raise BackupDamaged from error


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES) + bytes([is_last])


async def _regular(pieces: AsyncIterator[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """Chunks of that size, of which the last is shorter, or as long; there is at least one."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True


async def _head(pieces: AsyncIterator[bytes], size: int) -> tuple[bytes, AsyncIterator[bytes]]:
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) >= size:
            break
    if len(held) < size:
        raise BackupDamaged
    return bytes(held[:size]), _after(bytes(held[size:]), pieces)


async def _after(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece
