"""Deletes the files of backups whose time is over, and tells of files and rows that lack each other."""

from __future__ import annotations

from typing import Final

from app.database import Database
from app.logs import get_logger
from app.provisioning.backups.backups import Backups
from app.provisioning.backups.errors import BackupError

log = get_logger(__name__)

_SHOWN: Final = 20


class Retention:
    """Any number of workers may do this at once."""

    def __init__(self, database: Database, backups: Backups) -> None:
        self._database = database
        self._backups = backups

    async def look(self) -> None:
        """Delete what may go, and tell what does not fit. Raises PalaverError."""
        if not self._backups.are_kept:
            return
        try:
            await self._delete()
            names = self._backups.vault.store.names()
        except BackupError as error:
            log.error("app_backups_not_seen_to", code=error.code, detail=error.detail)
            return
        unmatched = await self._database.fetch("unmatched_app_backups", names)
        # A file may be of another installation: somebody has to look at it.
        for event, is_known in (("app_backups_without_row", False), ("app_backups_without_file", True)):
            if names := [row["file"] for row in unmatched if row["is_known"] is is_known]:
                log.error(event, count=len(names), names=names[:_SHOWN])

    async def _delete(self) -> None:
        store = self._backups.vault.store
        for row in await self._database.fetch("expired_app_backups"):
            await store.remove(row["file"])
            await self._database.fetch("forget_app_backup", row["tenant_id"], row["backup_id"])
        for name in store.abandoned(self._backups.seconds):
            await store.remove(name)
