"""What can go wrong on the server for apps, told apart by what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

import asyncpg

_FULL_CLASS: Final = "53"
_TOO_LARGE: Final = "54000"
_AWAY_CLASSES: Final = frozenset({"08", "28", "57", "58"})
_NO_DATABASE: Final = "3D000"


class AppServerError(Exception):
    """The server for apps refused a step of ours."""

    code: ClassVar[str] = "APP_SERVER_ERROR"
    passes: ClassVar[bool] = False
    """Whether the same may succeed later without anybody's doing."""

    def __init__(self, detail: str | None = None, *, sqlstate: str | None = None) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or "").split())
        self.sqlstate = sqlstate
        super().__init__(self.detail)


class AppServerUnavailable(AppServerError):
    """The server for apps cannot be reached right now; what was begun goes on when it is back."""

    code, passes = "APP_SERVER_UNAVAILABLE", True


class AppServerFull(AppServerError):
    """The server for apps has no room or no connections left; its operator has to make some."""

    code = "APP_SERVER_FULL"


class SchemaTooLarge(AppServerError):
    """The database's comments, defaults and constraints take more than 64 MB: that is not read."""

    code = "APP_SCHEMA_TOO_LARGE"


class AppDatabaseGone(AppServerError):
    """Somebody dropped the database on its server, or renamed it: restore a backup, or deprovision what is left."""

    code = "APP_DATABASE_GONE"


class SchemaRefused(AppServerError):
    """PostgreSQL refused the schema."""

    code = "APP_SCHEMA_REFUSED"


class ReceiptRefused(AppServerError):
    """The database could do something that it must not; it has been taken back."""

    code = "APP_NOT_ISOLATED"


@contextmanager
def told() -> Iterator[None]:
    """Raise AppServerError for whatever the driver raises; nothing of a message's text is kept."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _of_sqlstate(str(error.sqlstate or "")) from error
    except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise AppServerUnavailable() from error


def _of_sqlstate(state: str) -> AppServerError:
    if state[:2] == _FULL_CLASS:
        return AppServerFull(sqlstate=state)
    if state[:2] in _AWAY_CLASSES:
        return AppServerUnavailable(sqlstate=state)
    if state == _TOO_LARGE:
        return SchemaTooLarge(sqlstate=state)
    if state == _NO_DATABASE:
        return AppDatabaseGone(sqlstate=state)
    return AppServerError(f"The server for apps refused a step of ours ({state}).", sqlstate=state)
