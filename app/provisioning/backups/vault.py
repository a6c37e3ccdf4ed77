"""Files of backups, sealed: nothing of an app's data is on the disk in the clear, not for a moment."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from app.encryption import SecretsKeys
from app.provisioning.backups.sealing import context, opened, sealed
from app.provisioning.backups.store import Kept, Store


@dataclass(frozen=True, slots=True)
class File:
    """The name of a backup's file, and whose it is."""

    tenant_id: UUID
    name: str

    @property
    def purpose(self) -> bytes:
        """What it is sealed for."""
        return context(self.tenant_id, self.name)


class Vault:
    """A store whose files are sealed."""

    def __init__(self, store: Store, keys: SecretsKeys) -> None:
        self.store = store
        self._keys = keys

    async def keep(self, file: File, text: AsyncIterator[bytes]) -> Kept:
        """Write a file. Raises BackupStoreFailed, and whatever `text` does: then there is none."""
        return await self.store.keep(file.name, sealed(text, self._keys, file.purpose))

    async def read(self, file: File, sha256: str) -> AsyncGenerator[bytes, None]:
        """The text of a file, each piece authentic. Raises BackupMissing and BackupDamaged."""
        async with aclosing(self.store.read(file.name, sha256)) as pieces:
            async for piece in opened(pieces, self._keys, file.purpose):
                yield piece
