"""Encrypts the messages that a tenant has already, and decrypts them again; wraps keys anew.

Each batch is a transaction of its own, so that all of it may be broken off, and said again until nothing is left.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from app.chat.pieces import Encrypted, Part
from app.chat.sealing import BLANK, Sealer
from app.encryption import PREFIX, SecretsKeys, TenantKey, context, key_id_of
from app.errors import EncryptionUnavailable, PalaverError
from app.queries import QUERIES

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many messages of how many have been looked at."""

_FIRST: Final = UUID(int=0)
_encode: Final = msgspec.json.Encoder().encode
_decode_parts: Final = msgspec.json.Decoder(list[Part]).decode
_decode_array: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_encrypted: Final = msgspec.json.Decoder(list[Encrypted]).decode


class ResealingError(Exception):
    """It cannot be done; the text says why, in a sentence."""


async def encrypt(
    url: str, slug: str, keys: SecretsKeys, *, new_key: bool = False, progress: Progress = lambda done, of: None
) -> str:
    """Encrypt all that the tenant's messages say with the key in use, `new_key` a new one; how many were not.

    What was made of them goes too: titles that nobody chose, and answers kept for the same question. Raises
    ResealingError.
    """
    async with _tenant(url, slug, encrypts=True) as (connection, tenant_id):
        if new_key:
            await connection.execute(QUERIES["retire_tenant_key"], tenant_id)
        offered = TenantKey.new(tenant_id, keys)
        key_id = await connection.fetchval(QUERIES["add_tenant_key"], tenant_id, *offered)
        known = await _tenants_keys(connection, tenant_id, keys)
        in_use = known[key_id]
        sealer = Sealer(in_use)

        def sealed(row: asyncpg.Record) -> tuple[str, str | None] | None:
            if _is_sealed(row, in_use.id):
                return None
            content, parts = _opened(known, row)
            stored = None if parts is None else sealer.parts(_parts(parts), row["client_id"])
            return sealer.text(content, row["client_id"]), None if stored is None else _encode(stored).decode()

        count = await _rewritten(connection, tenant_id, sealed, progress)
        await _forget_derived(connection, tenant_id)
        return f"encrypted {count} messages"


async def decrypt(url: str, slug: str, keys: SecretsKeys, *, progress: Progress = lambda done, of: None) -> str:
    """Decrypt all that the tenant's messages say; how many were encrypted. Raises ResealingError."""
    async with _tenant(url, slug, encrypts=False) as (connection, tenant_id):
        known = await _tenants_keys(connection, tenant_id, keys)

        def opened(row: asyncpg.Record) -> tuple[str, str | None] | None:
            found = _opened(known, row)
            return None if found == (row["content"], row["parts"]) else found

        return f"decrypted {await _rewritten(connection, tenant_id, opened, progress)} messages"


async def rotate_keys(url: str, keys: SecretsKeys) -> str:
    """Wrap every tenant's keys with the first key of SECRETS_KEY; how many were not. Raises ResealingError."""
    rewrapped, closed = 0, 0
    async with _connected(url) as connection:
        for row in await connection.fetch(QUERIES["tenant_keys"], None):
            try:
                anew = keys.rewrap(row["wrapped_key"], context(row["tenant_id"], row["id"]))
            except EncryptionUnavailable:
                closed += 1
                continue
            if anew is not None:
                await connection.execute(
                    QUERIES["rewrap_tenant_key"], row["tenant_id"], row["id"], row["wrapped_key"], anew
                )
                rewrapped += 1
    said = f"wrapped {rewrapped} keys anew"
    if closed:
        raise ResealingError(f"{said}; SECRETS_KEY does not open {closed} others.")
    return said


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ResealingError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


@asynccontextmanager
async def _tenant(url: str, slug: str, *, encrypts: bool) -> AsyncIterator[tuple[asyncpg.Connection, UUID]]:
    """A connection on which nobody else does the same, and the tenant, which must have been set so."""
    async with _connected(url) as connection:
        tenant = await connection.fetchrow(QUERIES["tenant_by_slug"], slug)
        if tenant is None:
            raise ResealingError(f"there is no tenant {slug!r}.")
        if tenant["encrypts_messages"] != encrypts:
            wanted = str(encrypts).lower()
            raise ResealingError(
                f"set encrypts_messages of {slug!r} to {wanted} first, so that nothing new is otherwise."
            )
        if not await connection.fetchval(QUERIES["lock_tenant_keys"], tenant["id"]):
            raise ResealingError(f"messages of {slug!r} are being encrypted or decrypted already.")
        yield connection, tenant["id"]


async def _tenants_keys(connection: asyncpg.Connection, tenant_id: UUID, keys: SecretsKeys) -> dict[UUID, TenantKey]:
    rows = await connection.fetch(QUERIES["tenant_keys"], tenant_id)
    try:
        return {row["id"]: TenantKey.opened(tenant_id, row["id"], row["wrapped_key"], keys) for row in rows}
    except EncryptionUnavailable as error:
        raise ResealingError("SECRETS_KEY does not open the tenant's keys.") from error


async def _rewritten(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    rewrite: Callable[[asyncpg.Record], tuple[str, str | None] | None],
    progress: Progress,
) -> int:
    total = await connection.fetchval(QUERIES["count_messages"], tenant_id)
    last, seen, changed = _FIRST, 0, 0
    while True:
        async with connection.transaction():
            rows = await connection.fetch(QUERIES["messages_to_rewrite"], tenant_id, last)
            if not rows:
                return changed
            found = [(row["id"], *new) for row in rows if (new := _rewritten_row(rewrite, row)) is not None]
            if found:
                await connection.execute(QUERIES["rewrite_messages"], tenant_id, *map(list, zip(*found, strict=True)))
        last, seen, changed = rows[-1]["id"], seen + len(rows), changed + len(found)
        progress(seen, total)


def _rewritten_row(
    rewrite: Callable[[asyncpg.Record], tuple[str, str | None] | None], row: asyncpg.Record
) -> tuple[str, str | None] | None:
    try:
        return rewrite(row)
    except PalaverError as error:
        raise ResealingError(f"message {row['id']} cannot be rewritten: {error.detail}") from error


async def _forget_derived(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    await connection.execute(QUERIES["forget_tenants_responses"], tenant_id)
    while True:
        async with connection.transaction():
            rows = await connection.fetch(QUERIES["conversations_to_untitle"], tenant_id)
            ids = [row["id"] for row in rows]
            await connection.execute(QUERIES["untitle_conversations"], tenant_id, ids)
            # Lists stay in the order in which people know them.
            await connection.execute(QUERIES["restore_updated_at"], tenant_id, ids, [row["updated_at"] for row in rows])
        if not rows:
            return


def _is_sealed(row: asyncpg.Record, key_id: UUID) -> bool:
    content = row["content"]
    if content.strip(BLANK) and key_id_of(content) != key_id:
        return False
    sealed = row["parts"] and _encrypted(row["parts"])
    return not row["parts"] or (sealed is not None and key_id_of(sealed) == key_id)


def _opened(known: dict[UUID, TenantKey], row: asyncpg.Record) -> tuple[str, str | None]:
    content, parts = row["content"], row["parts"]
    if content.startswith(PREFIX):
        content = _open(known, content)
    if parts and (sealed := _encrypted(parts)) is not None:
        parts = _open(known, sealed)
    return content, parts


def _open(known: dict[UUID, TenantKey], sealed: str) -> str:
    key = known.get(key_id_of(sealed) or _FIRST)
    if key is None:
        raise EncryptionUnavailable()
    return key.open(sealed)


def _encrypted(parts: str) -> str | None:
    try:
        return _decode_encrypted(parts)[0].data
    except msgspec.ValidationError:
        return None


def _parts(stored: str) -> list[Any]:
    try:
        return _decode_parts(stored)
    except msgspec.ValidationError:
        # Whatever it is, it is kept.
        return _decode_array(stored)
