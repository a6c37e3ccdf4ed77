"""The one map from what the database says to the errors that a client can meet."""

from __future__ import annotations

import json
from typing import Any, Final

import asyncpg

from app.errors import (
    AppChangeStale,
    AppDatabaseBusy,
    AppDatabaseMissing,
    AppLimitReached,
    ConfigurationInvalid,
    ConfirmationRequired,
    ConsentRequired,
    ConversationArchived,
    DatabaseUnavailable,
    EncryptionChanged,
    IdempotencyKeyReused,
    InsufficientPermissions,
    InternalError,
    ModelNotFound,
    NotFound,
    OperationLost,
    PalaverError,
    RateLimited,
    SuggestionDecided,
    SuggestionStale,
    UnprocessableRequest,
)

_BY_SQLSTATE: Final[dict[str, type[PalaverError]]] = {
    "PA403": InsufficientPermissions,
    "PA404": NotFound,
    "PA409": ConversationArchived,
    "PA422": UnprocessableRequest,
    "PA423": IdempotencyKeyReused,
    "PA424": ModelNotFound,
    "PA427": EncryptionChanged,
    "PA428": ConsentRequired,
    "PA429": RateLimited,
    "PA430": SuggestionStale,
    "PA431": SuggestionDecided,
    "PA432": ConfirmationRequired,
    "PA433": ConfigurationInvalid,
    "PA440": OperationLost,
    "PA441": AppDatabaseBusy,
    "PA442": AppLimitReached,
    "PA443": AppDatabaseMissing,
    "PA444": AppChangeStale,
    "42501": InsufficientPermissions,
    # Bare 22000 is asyncpg's own: an argument that has no form on the wire, such as a lone surrogate.
    "22000": UnprocessableRequest,
    "22021": UnprocessableRequest,
    "22P05": UnprocessableRequest,
    "23514": UnprocessableRequest,
    "25006": DatabaseUnavailable,
    "40001": DatabaseUnavailable,
    "40P01": DatabaseUnavailable,
    "55P03": DatabaseUnavailable,
}
# Connection, sign-in, no such database, resources, operator, system: the database cannot serve.
_UNAVAILABLE_CLASSES: Final = frozenset({"08", "28", "3D", "53", "57", "58"})
_BAD_TEXT: Final = "The text has characters that cannot be stored."
_OUT_OF_BOUNDS: Final = "Something in the request is too long or outside of what is allowed."


def from_database(error: BaseException) -> PalaverError:
    """The error for whatever a database call raised; nothing here reads a message's text.

    Messages of our own SQLSTATEs (class PA) are written for people and passed on, others never.
    """
    if isinstance(error, PalaverError):
        return error
    if isinstance(error, asyncpg.PostgresError):
        return _from_sqlstate(error)
    if isinstance(error, (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return DatabaseUnavailable()
    return InternalError()


def _from_sqlstate(error: asyncpg.PostgresError) -> PalaverError:
    state = str(error.sqlstate or "")
    kind = _BY_SQLSTATE.get(state)
    if kind is None:
        return DatabaseUnavailable() if state[:2] in _UNAVAILABLE_CLASSES else InternalError()
    if kind is RateLimited:
        return _rate_limited(error)
    if state.startswith("PA"):
        return kind(_message(error), extra=_fields(error))
    if kind is UnprocessableRequest:
        return kind(_OUT_OF_BOUNDS if state == "23514" else _BAD_TEXT)
    return kind()


def _message(error: asyncpg.PostgresError) -> str | None:
    return str(getattr(error, "message", "") or "") or None


def _fields(error: asyncpg.PostgresError) -> dict[str, Any]:
    """What the error's detail says beside the message, where that is a JSON object."""
    try:
        detail = json.loads(str(error.detail))
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _rate_limited(error: asyncpg.PostgresError) -> RateLimited:
    try:
        detail = json.loads(str(error.detail))
        wait, name, quota = float(detail["retry_after_seconds"]), str(detail["policy"]), int(detail["quota"])
    except (ValueError, TypeError, KeyError):
        return RateLimited(_message(error), retry_after=1.0)
    limited = RateLimited(_message(error), retry_after=wait, extra={"violated-policies": [name]})
    limited.policy = (name, quota, 60 if name.endswith("minute") else 86_400)
    return limited
