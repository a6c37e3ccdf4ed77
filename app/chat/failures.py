"""What a provider's errors, and those of the way to it, mean: each becomes one AIServiceError.

The provider's own words are left out: they may quote the key, the prompt or an address. Only well-known
codes are repeated.
"""

from __future__ import annotations

import ssl
from email.utils import parsedate_to_datetime
from time import time
from typing import Final

import httpx2
import openai

from app.errors import AIServiceError

CLIENT_ERRORS: Final = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    OSError,
    ValueError,
)
"""All that the client raises for what is wrong with a provider, its address, its key or the way to it."""

_CODES: Final = frozenset(
    (
        "account_deactivated",
        "api_error",
        "authentication_error",
        "billing_hard_limit_reached",
        "content_filter",
        "content_policy_violation",
        "context_length_exceeded",
        "insufficient_quota",
        "invalid_api_key",
        "invalid_request_error",
        "model_not_found",
        "overloaded_error",
        "permission_error",
        "rate_limit_error",
        "rate_limit_exceeded",
        "server_error",
        "server_overloaded",
        "string_above_max_length",
        "timeout",
        "timeout_error",
        "unsupported_country_region_territory",
        "unsupported_parameter",
        "unsupported_value",
    )
)


def reported_error(error: object, status: int | None = None, retry_after: float | None = None) -> AIServiceError:
    """What a provider's error object (or an HTTP status, or both) means."""
    fields = error if isinstance(error, dict) else {}
    code = fields.get("code")
    if status is None:
        given = code if isinstance(code, int) else fields.get("status")
        status = given if isinstance(given, int) and not isinstance(given, bool) else None
    name = _code_name(code) or _code_name(fields.get("type"))
    said = f" ({name})" if name else ""
    if name in ("insufficient_quota", "billing_hard_limit_reached") or status == 402:
        return AIServiceError("rate_limited", f"The provider account's quota is used up{said}.", retryable=False)
    if status == 429 or name.startswith("rate_limit"):
        return AIServiceError("rate_limited", f"The provider is limiting requests{said}.", retry_after=retry_after)
    if status in (401, 403) or name in ("invalid_api_key", "authentication_error", "permission_error"):
        return AIServiceError("unauthorized", f"The provider did not accept the credentials{said}.")
    if status == 404 or name == "model_not_found":
        return AIServiceError("not_configured", f"The provider does not know this model or address{said}.")
    if status in (408, 504) or "timeout" in name:
        return AIServiceError("timeout", f"The provider took too long{said}.")
    if status is not None and 300 <= status < 400:
        return AIServiceError("not_configured", "The provider's address answers with a redirect.")
    if (status is not None and 400 <= status < 500 and status not in (409, 425)) or (
        status is None and name.startswith("invalid_request")
    ):
        return AIServiceError("refused", f"The provider refused the request{said}.", retryable=False)
    return AIServiceError("server_error", f"The provider failed{said}.", retry_after=retry_after)


def client_failure(error: Exception) -> AIServiceError:
    """What an exception of the client means, in words of our own."""
    if isinstance(error, AIServiceError):
        return error
    if isinstance(error, openai.APIStatusError):
        return reported_error(error.body, error.status_code, _retry_after(error.response.headers))
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    match cause:
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return AIServiceError("timeout", "The provider could not be reached in time.")
        case httpx2.TimeoutException() | TimeoutError():
            return AIServiceError("timeout")
        case httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError() | httpx2.InvalidURL():
            return AIServiceError("not_configured", "The provider's address or key cannot be used.")
        case httpx2.ConnectError() if _is_tls(cause):
            return AIServiceError(
                "refused", "The provider's TLS certificate or protocol is not accepted.", retryable=False
            )
        case httpx2.ConnectError() | httpx2.ProxyError():
            return AIServiceError("refused")
        case httpx2.DecodingError():
            return AIServiceError("invalid_response")
        case httpx2.TransportError() | httpx2.StreamError() | OSError():
            return AIServiceError("interrupted", "The provider closed the connection.")
        case ValueError():
            return AIServiceError("not_configured", "The provider's address, key or model cannot be used.")
    return AIServiceError("server_error")


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), which is a number or a date."""
    given = headers.get("retry-after")
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(given).timestamp() - time()
        except (ValueError, OverflowError):
            return None
    return seconds


def _code_name(value: object) -> str:
    return value if isinstance(value, str) and value in _CODES else ""
