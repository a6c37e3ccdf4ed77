"""What an OpenAPI 3.1 document is put together from: operations, responses, headers, schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from app import errors
from app.chat.http import KEY_PATTERN
from app.errors import InternalError, PalaverError
from app.settings import Settings

TEXT: Final = {"type": "string"}
UUID: Final = {"type": "string", "format": "uuid"}
COUNT: Final = {"type": "integer", "minimum": 0}
BODY: Final = (errors.InvalidRequest, errors.PayloadTooLarge, errors.UnsupportedMediaType, errors.UnprocessableRequest)
"""What is wrong with a body."""

ASKING: Final = (
    errors.AuthRequired,
    errors.InvalidToken,
    errors.InsufficientPermissions,
    errors.NotFound,
    errors.DatabaseUnavailable,
    errors.AuthServiceUnavailable,
)
"""Why somebody who is to be known is not let to what they name."""

_RETRY: Final = {"Retry-After": (COUNT, "Seconds after which trying again makes sense.")}
_HEADERS_BY_STATUS: Final[dict[int, dict[str, tuple[dict[str, Any], str]]]] = {
    401: {"WWW-Authenticate": ({"const": "Bearer"}, "How to authenticate.")},
    429: {
        **_RETRY,
        "RateLimit": (TEXT, "Which limit was reached, and when it lets through again."),
        "RateLimit-Policy": (TEXT, "The limit's quota and window."),
    },
    503: _RETRY,
}


def operation(
    name: str,
    summary: str,
    answers: dict[str, Any],
    kinds: Iterable[type[PalaverError]] = (),
    *,
    parameters: Iterable[dict[str, Any]] = (),
    security: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An operation: its answers when all goes well, and the errors that it can give besides InternalError."""
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_REQUEST_ID, *parameters],
        **more,
        "responses": dict(sorted({**answers, **_problems(*kinds, InternalError)}.items())),
        "security": [{security: []}] if security else [],
    }


def answer(
    text: str,
    media_types: Iterable[str] = (),
    schema: dict[str, Any] | None = None,
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A response whose body, if it has a schema, comes as one of the media types."""
    request_id = header(TEXT, "Names the request in the logs.")
    body = {} if schema is None else {"content": {media_type: {"schema": schema} for media_type in media_types}}
    return {"description": text, "headers": {"X-Request-Id": request_id, **(headers or {})}, **body}


def json_body(
    settings: Settings, schema: dict[str, Any], example: dict[str, Any], *, required: bool = True
) -> dict[str, Any]:
    """A request's JSON body."""
    return {
        "description": f"UTF-8, {settings.max_body_bytes} bytes at most; other fields are ignored.",
        "required": required,
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def file_answers(*media_types: str) -> dict[str, Any]:
    """The responses of a file that may be kept."""
    headers = {"ETag": header(TEXT, "Names this version."), "Cache-Control": header(TEXT, "How long to keep it.")}
    return {
        "200": answer("The file.", media_types, {}, headers),
        "304": answer("The version that the client has is the current one.", headers=headers),
    }


def header(schema: dict[str, Any], text: str) -> dict[str, Any]:
    """A response header that is always there."""
    return {"description": text, "required": True, "schema": schema}


def parameter(place: str, name: str, text: str, **more: Any) -> dict[str, Any]:
    """A parameter that is any text."""
    return {"in": place, "name": name, "description": text, "schema": TEXT, **more}


def bearer(text: str, **more: str) -> dict[str, Any]:
    """A security scheme of HTTP bearer tokens."""
    return {"type": "http", "scheme": "bearer", "description": text, **more}


def ref(name: str) -> dict[str, Any]:
    """One of the document's own schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """The schema of a JSON object."""
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def event(name: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema of a server-sent event whose data is JSON."""
    return record(
        {
            **more,
            "event": {"const": name},
            "data": {**TEXT, "contentMediaType": "application/json", "contentSchema": data},
        }
    )


def operation_events(end: str) -> dict[str, Any]:
    """A stream of the events of an operation on an app's database; `end`: what it shows when it is done."""
    given = {**TEXT, "description": "For Last-Event-ID."}
    return {
        "schema": {
            "oneOf": [
                event("progress", ref("DatabaseStep"), id=given),
                event("done", ref(end)),
                event("error", ref("Problem")),
            ]
        }
    }


def nullable(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The schema, or null."""
    return {**schema, "type": [schema["type"], "null"], **more}


def _problems(*kinds: type[PalaverError]) -> dict[str, Any]:
    by_status: dict[int, list[type[PalaverError]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {str(status): _problem(status, together) for status, together in by_status.items()}


def _problem(status: int, kinds: list[type[PalaverError]]) -> dict[str, Any]:
    given = _HEADERS_BY_STATUS.get(status, {})
    headers = {name: header(schema, text) for name, (schema, text) in given.items()}
    told = {"properties": {"status": {"const": status}, "code": {"enum": [kind.code for kind in kinds]}}}
    text = " Or: ".join(" ".join((kind.__doc__ or kind.title).split()) for kind in kinds)
    return answer(text, ["application/problem+json"], {"allOf": [ref("Problem"), told]}, headers)


_REQUEST_ID: Final = parameter(
    "header",
    "X-Request-Id",
    "Becomes the request's id if it is 1 to 128 letters, digits, dots, dashes, underscores and colons.",
)
OPERATION_KEY: Final = {
    **parameter(
        "header",
        "Idempotency-Key",
        "A string of the client's own, new for each request on the app: the same request with the same key again gets "
        "the operation that the first one began, under way or over. Kept as long as the app.",
    ),
    "schema": {**TEXT, "pattern": KEY_PATTERN},
}
PROBLEM: Final = record(
    {
        "type": {
            **TEXT,
            "pattern": "^(urn:palaver:problem:[a-z-]+|https://iana[.]org/assignments/http-problem-types#.+)$",
        },
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": {**TEXT, "description": "For a person; may change."},
        "code": {
            "enum": sorted(
                {
                    kind.code
                    for kind in vars(errors).values()
                    if isinstance(kind, type) and issubclass(kind, PalaverError)
                }
            )
        },
        "retryable": {"type": "boolean"},
    },
    retry_after_seconds={"type": "number", "minimum": 0},
    reason={
        "anyOf": [{"enum": list(errors.REASONS)}, {**TEXT, "pattern": "^[A-Z_]+$"}],
        "description": "What failed at the model provider; of an operation on an app's database, its own code.",
    },
    errors={"type": "array", "items": record({"field": TEXT, "detail": TEXT})},
    **{"violated-policies": {"type": "array", "items": TEXT, "description": "Names of the limits that were reached."}},
)
