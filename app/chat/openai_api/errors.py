"""Errors in the form that OpenAI's clients read, of which they make their own exceptions.

`{"error": {message, type, param, code}}` (OpenAI API reference, "Error codes"), with our code and whether the same
request may succeed later beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.responses import Response

from app.errors import PalaverError, RateLimited, UnprocessableRequest, problem_response

_encode: Final = msgspec.json.Encoder().encode

_CODES: Final = {
    "AUTH_REQUIRED": "invalid_api_key",
    "INVALID_TOKEN": "invalid_api_key",
    "RATE_LIMIT": "rate_limit_exceeded",
}
"""Those that OpenAI has a name of its own for; any other is called by ours in lower case."""


def invalid(field: str, detail: str) -> UnprocessableRequest:
    """The error for a field that is wrong."""
    return UnprocessableRequest(f"{field}: {detail}", extra={"errors": [{"field": field, "detail": detail}]})


def status_of(error: PalaverError) -> int:
    """The HTTP status; OpenAI has 400 for what is well-formed and wrong."""
    return 400 if error.status == 422 else error.status


def error_object(error: PalaverError) -> dict[str, Any]:
    """The error as an answer's body, or as a stream's event."""
    return {
        "error": {
            "message": error.detail,
            "type": _type(error),
            "param": _param(error),
            "code": _CODES.get(error.code, error.code.lower()),
            "palaver_code": error.code,
            "retryable": error.retryable,
            **({"reason": error.extra["reason"]} if "reason" in error.extra else {}),
        }
    }


def error_response(
    error: PalaverError, *, again: bool | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The error as an answer; `again` says whether the client may repeat the request by itself.

    OpenAI's clients repeat some requests unless `x-should-retry` forbids it.
    """
    allowed = error.retryable if again is None else again
    # Whatever belongs to the error in its usual form: when to try again, how to sign in, which limit it was.
    usual = {name: value for name, value in problem_response(error).headers.items() if not name.startswith("content-")}
    given = {**usual, "x-should-retry": "true" if allowed else "false", **(headers or {})}
    return Response(_encode(error_object(error)), status_of(error), given, media_type="application/json")


def _type(error: PalaverError) -> str:
    if isinstance(error, RateLimited):
        return "tokens" if error.policy is not None and "day" in error.policy[0] else "requests"
    return "server_error" if error.status >= 500 else "invalid_request_error"


def _param(error: PalaverError) -> str | None:
    """The field that is wrong, where one is."""
    match error.extra.get("errors"):
        case [{"field": str(field)}, *_] if field:
            return field
    return "model" if error.code == "MODEL_NOT_FOUND" else None
