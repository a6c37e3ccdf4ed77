"""Every error a client can meet, and how it is told."""

from __future__ import annotations

import json
import math
from typing import Any, ClassVar, Final, Literal, get_args

from starlette.responses import Response

Reason = Literal[
    "refused",
    "unauthorized",
    "rate_limited",
    "server_error",
    "timeout",
    "interrupted",
    "invalid_response",
    "not_configured",
]


class PalaverError(Exception):
    """Something went wrong."""

    status: int = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Internal error"
    problem_type: ClassVar[str | None] = None
    """A registered problem type (RFC 9457); else one is made of the code."""
    retryable: bool = False
    retry_after: float | None = None
    """Seconds after which trying again makes sense."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: float | None = None,
        retryable: bool | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.detail = detail or " ".join((type(self).__doc__ or self.title).split())
        self.extra = dict(extra or {})
        if retry_after is not None:
            self.retry_after = max(0.0, retry_after) if math.isfinite(retry_after) else None
        if retryable is not None:
            self.retryable = retryable
        super().__init__(self.detail)


class AuthRequired(PalaverError):
    """Sign in first: an access token is needed in the Authorization header."""

    status, code, title = 401, "AUTH_REQUIRED", "Sign-in required"


class InvalidToken(PalaverError):
    """The access token is not valid or has expired; sign in again."""

    status, code, title = 401, "INVALID_TOKEN", "Invalid access token"


class InsufficientPermissions(PalaverError):
    """You are not allowed to do this."""

    status, code, title = 403, "INSUFFICIENT_PERMISSIONS", "Insufficient permissions"


class ConsentRequired(PalaverError):
    """Your organisation asks for your consent first: show its text, and call give_consent() with its version."""

    status, code, title = 403, "CONSENT_REQUIRED", "Consent required"


class NotFound(PalaverError):
    """There is nothing here, or nothing that you may see."""

    status, code, title = 404, "NOT_FOUND", "Not found"


class MethodNotAllowed(PalaverError):
    """This address does not support that method."""

    status, code, title = 405, "METHOD_NOT_ALLOWED", "Method not allowed"


class ConversationArchived(PalaverError):
    """The conversation is archived; restore it to go on."""

    status, code, title = 409, "CONVERSATION_ARCHIVED", "Conversation archived"


class ModelNotFound(PalaverError):
    """There is no such model here; ask for the model "default", or for one of the list."""

    status, code, title = 404, "MODEL_NOT_FOUND", "No such model"


class PayloadTooLarge(PalaverError):
    """The request is larger than this server accepts."""

    status, code, title = 413, "PAYLOAD_TOO_LARGE", "Payload too large"


class UnsupportedMediaType(PalaverError):
    """Send the request as application/json."""

    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type"


class InvalidRequest(PalaverError):
    """The request cannot be read."""

    status, code, title = 400, "INVALID_REQUEST", "Invalid request"


class UnprocessableRequest(InvalidRequest):
    """The request can be read, but something in it is missing or wrong."""

    status = 422


class IdempotencyKeyReused(PalaverError):
    """This Idempotency-Key came before, with another request; use a new key for each new request."""

    status, code, title = 422, "IDEMPOTENCY_KEY_REUSED", "Idempotency-Key reused"


class SuggestionStale(PalaverError):
    """What the suggestion rests on has changed since; look at it again, as it is now."""

    status, code, title = 409, "SUGGESTION_STALE", "Suggestion stale"


class SuggestionDecided(PalaverError):
    """The suggestion has been accepted, rejected or withdrawn already."""

    status, code, title = 409, "SUGGESTION_DECIDED", "Suggestion decided"


class ConfirmationRequired(PalaverError):
    """Some of these values come from a comment or other free text; name each of them to accept it."""

    status, code, title = 409, "CONFIRMATION_REQUIRED", "Confirmation required"


class ConfigurationInvalid(UnprocessableRequest):
    """The configuration would not fit its schema."""

    code, title = "CONFIGURATION_INVALID", "Configuration invalid"


class NoTablesFound(UnprocessableRequest):
    """Nothing in these files says which tables the app needs, or what they say is no schema; see the findings."""

    code, title = "NO_TABLES_FOUND", "No tables found"


class ProvisioningUnavailable(PalaverError):
    """This server makes no databases for apps: it has no PROVISIONER_DATABASE_URL, or no SECRETS_KEY."""

    status, code, title = 503, "PROVISIONING_UNAVAILABLE", "Provisioning unavailable"
    retryable, retry_after = True, 60.0


class ProvisioningFailed(PalaverError):
    """What was asked for could not be done to the app's database; nothing of it was left half done."""

    status, code, title = 502, "PROVISIONING_FAILED", "Provisioning failed"


class OperationLost(PalaverError):
    """Another worker has taken this operation over."""

    status, code, title = 409, "OPERATION_LOST", "Operation lost"


class AppDatabaseBusy(PalaverError):
    """Another operation on this database is not finished yet; ask again when it is."""

    status, code, title, retryable, retry_after = 409, "APP_DATABASE_BUSY", "Database busy", True, 2.0


class AppLimitReached(PalaverError):
    """Your organisation's plan allows no more databases."""

    status, code, title = 403, "APP_LIMIT_REACHED", "Limit of the plan reached"


class AppDatabaseMissing(PalaverError):
    """The app has no database here, or it is in no state for this."""

    status, code, title = 409, "APP_DATABASE_MISSING", "No such database"


class AppChangeStale(PalaverError):
    """The plan is not open any more, or the database is not as it was when it was made; plan the change again."""

    status, code, title = 409, "APP_CHANGE_STALE", "Plan out of date"


class EncryptionChanged(PalaverError):
    """Whether this organisation's messages are encrypted has just changed; try again."""

    status, code, title, retryable, retry_after = 409, "ENCRYPTION_CHANGED", "Encryption changed", True, 1.0


class EncryptionUnavailable(PalaverError):
    """Messages of this organisation are encrypted, and this server cannot encrypt or decrypt them."""

    status, code, title = 503, "ENCRYPTION_UNAVAILABLE", "Encryption unavailable"
    retryable, retry_after = True, 60.0


class RateLimited(PalaverError):
    """Too many requests; wait a little and try again."""

    status, code, title, retryable = 429, "RATE_LIMIT", "Rate limit reached", True
    problem_type = "https://iana.org/assignments/http-problem-types#quota-exceeded"

    policy: tuple[str, int, int] | None = None
    """Name, quota and window in seconds of the limit that was reached."""


class DatabaseUnavailable(PalaverError):
    """The database cannot be reached right now; try again in a moment."""

    status, code, title, retryable, retry_after = 503, "DB_ERROR", "Database unavailable", True, 2.0


class AuthServiceUnavailable(PalaverError):
    """Access tokens cannot be checked right now; try again in a moment."""

    status, code, title = 503, "AUTH_SERVICE_UNAVAILABLE", "Sign-in service unavailable"
    retryable, retry_after = True, 5.0


class ShuttingDown(PalaverError):
    """This server is about to stop; try again and another one will answer."""

    status, code, title, retryable, retry_after = 503, "SHUTTING_DOWN", "Shutting down", True, 1.0
    problem_type = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"


class AnswerInterrupted(PalaverError):
    """The server that was answering broke off; what was said so far is kept."""

    status, code, title, retryable, retry_after = 503, "ANSWER_INTERRUPTED", "Answer interrupted", True, 1.0


class InternalError(PalaverError):
    """Something went wrong on our side. It has been logged."""


_REASONS: Final[dict[Reason, tuple[bool, str]]] = {
    "refused": (True, "The model provider cannot be reached; try again in a moment."),
    "unauthorized": (False, "The model provider does not accept this server's key."),
    "rate_limited": (True, "The model provider is busy; try again in a moment."),
    "server_error": (True, "The model provider failed; try again in a moment."),
    "timeout": (True, "The model provider took too long to answer; try again."),
    "interrupted": (True, "The model's answer broke off; what was said so far is kept."),
    "invalid_response": (True, "The model provider sent something that cannot be read."),
    "not_configured": (False, "No such model or model provider is set up on this server."),
}


class AIServiceError(PalaverError):
    """The model provider did not give an answer."""

    status, code, title = 502, "AI_SERVICE_ERROR", "AI service error"

    def __init__(
        self,
        reason: Reason,
        detail: str | None = None,
        *,
        retry_after: float | None = None,
        retryable: bool | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        usual, said = _REASONS[reason]
        self.reason: Final = reason
        super().__init__(
            detail or said,
            retry_after=retry_after,
            retryable=usual if retryable is None else retryable,
            extra={**(extra or {}), "reason": reason},
        )


REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


def problem(error: PalaverError) -> dict[str, Any]:
    """The error as an RFC 9457 problem, the same in a response and in a stream's error event."""
    waits = {} if error.retry_after is None else {"retry_after_seconds": round(error.retry_after, 3)}
    return {
        **error.extra,
        **waits,
        "type": error.problem_type or "urn:palaver:problem:" + error.code.lower().replace("_", "-"),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "retryable": error.retryable,
    }


def problem_response(error: PalaverError) -> Response:
    """The error as an `application/problem+json` answer, with the headers that belong to it."""
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited) and error.policy is not None:
        name, quota, window = error.policy
        headers["RateLimit-Policy"] = f'"{name}";q={quota};w={window}'
        headers["RateLimit"] = f'"{name}";r=0;t={math.ceil(error.retry_after or 1)}'
    body = json.dumps(problem(error), separators=(",", ":"), default=str)
    return Response(body, error.status, headers, media_type="application/problem+json")


_BY_HTTP_STATUS: Final[dict[int, type[PalaverError]]] = {
    401: AuthRequired,
    403: InsufficientPermissions,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
    422: UnprocessableRequest,
    429: RateLimited,
}


def from_http(status: int) -> PalaverError:
    """The error for a bare HTTP status, as the framework raises it."""
    if status in _BY_HTTP_STATUS:
        return _BY_HTTP_STATUS[status]()
    error = InvalidRequest() if 400 <= status < 500 else InternalError()
    error.status = status if status >= 400 else 500
    return error


_BY_CODE: Final[dict[str, type[PalaverError]]] = {
    kind.code: kind for kind in (AnswerInterrupted, ShuttingDown, DatabaseUnavailable, EncryptionUnavailable)
}


def from_code(code: str | None) -> PalaverError:
    """The error of a turn that failed, by the code that was kept of it; what was said at the time is not kept."""
    if code == AIServiceError.code:
        return AIServiceError("interrupted")
    return _BY_CODE.get(code or "", InternalError)()
