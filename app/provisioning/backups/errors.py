"""What can go wrong with backups; each message is for the person who asked."""

from __future__ import annotations

from app.provisioning.server.errors import AppServerError


class BackupError(AppServerError):
    """The backup failed; nothing of the database was changed."""

    code = "BACKUP_FAILED"


class BackupsNotSetUp(BackupError):
    """Backups are not set up here: the operator has to set APPS_BACKUP_DIRECTORY."""

    code = "BACKUPS_NOT_SET_UP"


class BackupToolsMissing(BackupError):
    """There is no pg_dump of the server's version: the operator has to set APPS_POSTGRES_BIN_DIRECTORY."""

    code = "BACKUP_TOOLS_MISSING"


class BackupRefused(BackupError):
    """PostgreSQL could not dump or restore something of the database."""

    code = "BACKUP_REFUSED"


class BackupTooLarge(BackupError):
    """Restored, it would take far more room than the database takes, or than the plan allows; it was given up."""

    code = "BACKUP_TOO_LARGE"


class BackupTimedOut(BackupError):
    """It took longer than APPS_BACKUP_TIMEOUT_SECONDS allows."""

    code = "BACKUP_TIMED_OUT"


class BackupStoreFailed(BackupError):
    """The directory of the backups is full, or cannot be written to; the operator has to make room."""

    code = "BACKUP_STORE_FAILED"


class BackupStoreGone(BackupStoreFailed):
    """APPS_BACKUP_DIRECTORY names no directory that is there: the operator has to make it, or to mount it again."""


class BackupMissing(BackupError):
    """There is no such backup of this app, or its file is gone."""

    code = "BACKUP_MISSING"


class BackupDamaged(BackupError):
    """The file of the backup is not as it was written, or SECRETS_KEY lacks the key of that time."""

    code = "BACKUP_DAMAGED"


class BackupNotEqual(BackupError):
    """What was restored is not what was dumped."""

    code = "BACKUP_NOT_EQUAL"
