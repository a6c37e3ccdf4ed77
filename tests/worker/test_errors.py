from __future__ import annotations

import inspect
import json

import asyncpg
import pytest

from app import errors
from app.database_errors import from_database
from app.errors import PalaverError, from_http, problem, problem_response

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, PalaverError) and kind is not PalaverError
]


def database_error(state: str, message: str = "secret row", detail: str | None = None) -> asyncpg.PostgresError:
    """An error as asyncpg makes it from the server's fields."""
    fields = {"S": "ERROR", "C": state, "M": message}
    if detail is not None:
        fields["D"] = detail
    error = asyncpg.PostgresError.new(fields)
    assert isinstance(error, asyncpg.PostgresError)
    return error


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AUTH_REQUIRED", {401}),
        ("INVALID_TOKEN", {401}),
        ("INSUFFICIENT_PERMISSIONS", {403}),
        ("CONSENT_REQUIRED", {403}),
        ("NOT_FOUND", {404}),
        ("METHOD_NOT_ALLOWED", {405}),
        ("CONVERSATION_ARCHIVED", {409}),
        ("ENCRYPTION_CHANGED", {409}),
        ("ENCRYPTION_UNAVAILABLE", {503}),
        ("MODEL_NOT_FOUND", {404}),
        ("IDEMPOTENCY_KEY_REUSED", {422}),
        ("ANSWER_INTERRUPTED", {503}),
        ("PAYLOAD_TOO_LARGE", {413}),
        ("UNSUPPORTED_MEDIA_TYPE", {415}),
        ("INVALID_REQUEST", {400, 422}),
        ("RATE_LIMIT", {429}),
        ("DB_ERROR", {503}),
        ("AUTH_SERVICE_UNAVAILABLE", {503}),
        ("SHUTTING_DOWN", {503}),
        ("AI_SERVICE_ERROR", {502}),
        ("INTERNAL_ERROR", {500}),
    ],
)
def test_codes_and_their_statuses(code: str, status: set[int]) -> None:
    assert {kind.status for kind in KINDS if kind.code == code} == status


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_a_whole_problem(kind: type[PalaverError]) -> None:
    error = errors.AIServiceError("timeout") if kind is errors.AIServiceError else kind()
    body = problem(error)
    registered = {"RATE_LIMIT": "quota-exceeded", "SHUTTING_DOWN": "temporary-reduced-capacity"}
    if body["code"] in registered:
        assert body["type"] == "https://iana.org/assignments/http-problem-types#" + registered[body["code"]]
    else:
        assert body["type"] == "urn:palaver:problem:" + body["code"].lower().replace("_", "-")
    assert {"title", "status", "detail", "code", "retryable"} <= set(body)
    assert body["detail"] and "\n" not in body["detail"]
    response = problem_response(error)
    assert response.status_code == body["status"]
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(bytes(response.body)) == body
    assert ("www-authenticate" in response.headers) == (body["status"] == 401)
    if body["status"] == 503:
        assert body["retryable"] and "retry-after" in response.headers


def test_waiting_times_are_rounded_up_to_whole_seconds() -> None:
    response = problem_response(errors.RateLimited(retry_after=12.3))
    assert response.headers["retry-after"] == "13"
    assert json.loads(bytes(response.body))["retry_after_seconds"] == 12.3
    assert "retry-after" not in problem_response(errors.RateLimited()).headers
    assert errors.RateLimited(retry_after=float("inf")).retry_after is None


def test_extras_are_told_and_cannot_replace_a_member() -> None:
    wrong = [{"field": "message", "detail": "is missing"}]
    body = problem(errors.UnprocessableRequest(extra={"errors": wrong, "status": 200, "code": "FINE"}))
    assert body["errors"] == wrong
    assert (body["status"], body["code"]) == (422, "INVALID_REQUEST")


@pytest.mark.parametrize("reason", errors.REASONS)
def test_model_errors_say_why_and_whether_to_retry(reason: errors.Reason) -> None:
    error = errors.AIServiceError(reason)
    assert problem(error)["reason"] == error.reason == reason
    assert error.retryable == (reason not in {"unauthorized", "not_configured"})
    assert errors.AIServiceError(reason, retryable=not error.retryable).retryable != error.retryable


def test_one_error_does_not_change_another() -> None:
    errors.DatabaseUnavailable(retry_after=99, retryable=False)
    assert (errors.DatabaseUnavailable().retry_after, errors.DatabaseUnavailable().retryable) == (2.0, True)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("PA403", errors.InsufficientPermissions),
        ("PA404", errors.NotFound),
        ("PA409", errors.ConversationArchived),
        ("PA422", errors.UnprocessableRequest),
        ("PA429", errors.RateLimited),
    ],
)
def test_our_own_states_pass_their_message_on(state: str, kind: type[PalaverError]) -> None:
    error = from_database(database_error(state, "Written for people."))
    assert type(error) is kind
    assert error.detail == "Written for people."


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("42501", errors.InsufficientPermissions),
        ("22021", errors.UnprocessableRequest),
        ("22P05", errors.UnprocessableRequest),
        ("08006", errors.DatabaseUnavailable),
        ("28P01", errors.DatabaseUnavailable),
        ("3D000", errors.DatabaseUnavailable),
        ("53300", errors.DatabaseUnavailable),
        ("57014", errors.DatabaseUnavailable),
        ("57P01", errors.DatabaseUnavailable),
        ("55P03", errors.DatabaseUnavailable),
        ("40001", errors.DatabaseUnavailable),
        ("40P01", errors.DatabaseUnavailable),
        ("25006", errors.DatabaseUnavailable),
        ("55000", errors.InternalError),
        ("23505", errors.InternalError),
        ("42703", errors.InternalError),
        ("PA999", errors.InternalError),
        ("P0001", errors.InternalError),
    ],
)
def test_other_states_never_pass_their_message_on(state: str, kind: type[PalaverError]) -> None:
    error = from_database(database_error(state, "secret row", "secret detail"))
    assert type(error) is kind
    assert "secret" not in json.dumps(problem(error))


@pytest.mark.parametrize(
    ("detail", "wait"),
    [
        ('{"retry_after_seconds": 12.3, "policy": "day", "quota": 5}', 12.3),
        ('{"retry_after_seconds": 12.3}', 1.0),
        ("{}", 1.0),
        ("nonsense", 1.0),
        (None, 1.0),
        ("[1]", 1.0),
    ],
)
def test_the_limit_says_how_long_to_wait(detail: str | None, wait: float) -> None:
    assert from_database(database_error("PA429", "Slow down.", detail)).retry_after == wait


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        OSError("no route"),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InternalClientError("protocol"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_cannot_be_reached(error: Exception) -> None:
    assert isinstance(from_database(error), errors.DatabaseUnavailable)


def test_the_rest() -> None:
    unsendable = from_database(asyncpg.DataError("invalid input for query argument $1: 'secret row'"))
    assert isinstance(unsendable, errors.UnprocessableRequest) and "secret" not in unsendable.detail
    assert isinstance(from_database(KeyError("bug")), errors.InternalError)
    known = errors.NotFound()
    assert from_database(known) is known


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_REQUEST"),
        (404, "NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (413, "PAYLOAD_TOO_LARGE"),
        (418, "INVALID_REQUEST"),
        (500, "INTERNAL_ERROR"),
        (501, "INTERNAL_ERROR"),
    ],
)
def test_the_frameworks_own_errors(status: int, code: str) -> None:
    error = from_http(status)
    assert (error.status, error.code) == (status, code)


def test_a_limit_says_which_it_is() -> None:
    detail = '{"retry_after_seconds": 12.3, "policy": "user-day", "quota": 5000}'
    error = from_database(database_error("PA429", "Enough for today.", detail))
    assert problem(error)["violated-policies"] == ["user-day"]
    headers = problem_response(error).headers
    assert headers["ratelimit-policy"] == '"user-day";q=5000;w=86400'
    assert headers["ratelimit"] == '"user-day";r=0;t=13'
    assert headers["retry-after"] == "13"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_failed_turn_is_told_by_the_code_that_was_kept(kind: type[PalaverError]) -> None:
    error = errors.from_code(kind.code)
    assert error.code in (kind.code, "INTERNAL_ERROR")
    assert errors.from_code(None).code == "INTERNAL_ERROR"
