"""The directory in which the files of backups are kept; all workers have the same one."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from app.provisioning.backups.errors import BackupDamaged, BackupMissing, BackupStoreFailed, BackupStoreGone

READ_BYTES: Final = 1 << 20
PART: Final = ".part"
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is complete and on the disk."""

    bytes: int
    sha256: str


class Store:
    """Files that are there as a whole or not at all.

    The directory is never made here: where one is gone, a share is not mounted, and what were written instead would
    fill the disk below it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def keep(self, name: str, pieces: AsyncIterator[bytes]) -> Kept:
        """Write a file. Raises BackupStoreFailed, and whatever `pieces` does: then there is none."""
        part = self._directory / (name + PART)
        digest, size = hashlib.sha256(), 0
        try:
            file = await asyncio.to_thread(self._create, part)
            try:
                async for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(self._finish, file, part, self._directory / name)
            finally:
                file.close()
        except BaseException as error:
            part.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise BackupStoreFailed(f"The backup could not be written: {os.strerror(error.errno or 0)}.") from error
            raise
        return Kept(size, digest.hexdigest())

    async def read(self, name: str, sha256: str) -> AsyncGenerator[bytes, None]:
        """The pieces of a file. Raises BackupMissing, and BackupDamaged at the end where it is another one."""
        digest = hashlib.sha256()
        try:
            with (self._directory / name).open("rb") as file:
                while piece := await asyncio.to_thread(file.read, READ_BYTES):
                    digest.update(piece)
                    yield piece
        except FileNotFoundError as error:
            self._look()
            raise BackupMissing from error
        except OSError as error:
            raise BackupDamaged(f"The backup could not be read: {os.strerror(error.errno or 0)}.") from error
        if digest.hexdigest() != sha256:
            raise BackupDamaged

    async def remove(self, name: str) -> None:
        """Remove a file, complete or not, if it is there. Raises BackupStoreFailed."""
        try:
            await asyncio.to_thread(self._remove, name)
        except OSError as error:
            raise BackupStoreFailed(f"A backup could not be removed: {os.strerror(error.errno or 0)}.") from error

    def names(self) -> list[str]:
        """The files that are complete. Raises BackupStoreFailed."""
        return sorted(path.name for path in self._paths() if path.suffix != PART)

    def abandoned(self, seconds: float) -> list[str]:
        """The files that were begun and have not grown for so long. Raises BackupStoreFailed."""
        before = time.time() - seconds
        return [path.stem for path in self._paths() if path.suffix == PART and _changed_at(path) < before]

    def _paths(self) -> list[Path]:
        self._look()
        try:
            return [path for path in self._directory.iterdir() if path.is_file()]
        except OSError as error:
            raise BackupStoreFailed(f"The backups could not be listed: {os.strerror(error.errno or 0)}.") from error

    def _look(self) -> None:
        if not self._directory.is_dir():
            raise BackupStoreGone

    def _create(self, part: Path) -> BinaryIO:
        self._look()
        part.unlink(missing_ok=True)
        return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb", buffering=0)

    def _remove(self, name: str) -> None:
        self._look()
        for each in (name, name + PART):
            (self._directory / each).unlink(missing_ok=True)

    def _finish(self, file: BinaryIO, part: Path, whole: Path) -> None:
        os.fsync(file.fileno())
        part.rename(whole)
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _changed_at(path: Path) -> float:
    """When the file was last written to; one that another worker has finished meanwhile is as new as can be."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf
