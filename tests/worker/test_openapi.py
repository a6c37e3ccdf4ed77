from __future__ import annotations

import inspect
from typing import Any

import httpx2
import pytest
import schemathesis
from starlette.routing import Route

from app import errors
from app.server import Worker
from app.settings import Settings
from app.web.openapi import describe

ASKING = {
    "AUTH_REQUIRED",
    "INVALID_TOKEN",
    "INSUFFICIENT_PERMISSIONS",
    "DB_ERROR",
    "AUTH_SERVICE_UNAVAILABLE",
}
BEGINNING = ASKING | {
    "NOT_FOUND",
    "CONSENT_REQUIRED",
    "CONVERSATION_ARCHIVED",
    "ENCRYPTION_CHANGED",
    "ENCRYPTION_UNAVAILABLE",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "INVALID_REQUEST",
    "IDEMPOTENCY_KEY_REUSED",
    "RATE_LIMIT",
    "SHUTTING_DOWN",
}
BODY = {"INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"}
DECIDING = ASKING | {"NOT_FOUND", "SUGGESTION_DECIDED"}
SESSION = "/api/ai/conversations/{conversation_id}/configuration"
SUGGESTION = "/api/ai/suggestions/{suggestion_id}"
DATABASE = "/api/v1/generated-apps/{app_id}/database"
LOOKING = ASKING | {"NOT_FOUND", "INVALID_REQUEST"}
DOING = LOOKING | {
    "IDEMPOTENCY_KEY_REUSED",
    "APP_DATABASE_MISSING",
    "APP_DATABASE_BUSY",
    "PROVISIONING_FAILED",
    "PROVISIONING_UNAVAILABLE",
    "ENCRYPTION_UNAVAILABLE",
}
CHANGING = (DOING - {"ENCRYPTION_UNAVAILABLE", "INVALID_REQUEST", "IDEMPOTENCY_KEY_REUSED"}) | {"APP_CHANGE_STALE"}
KEEPING = (DOING - {"ENCRYPTION_UNAVAILABLE"}) | BODY
# What each route can answer besides its success, by code; every one of them can also fail on our side.
CODES: dict[str, set[str]] = {
    "GET /": set(),
    "GET /console/{name}": {"NOT_FOUND"},
    "GET /openapi.json": set(),
    "GET /livez": set(),
    "GET /readyz": {"DB_ERROR", "SHUTTING_DOWN"},
    "GET /api/ai/health": set(),
    "GET /metrics": {"AUTH_REQUIRED", "INVALID_TOKEN"},
    "POST /api/ai/chat": BEGINNING,
    "GET /api/ai/chat/{turn_id}/stream": ASKING | {"NOT_FOUND", "INVALID_REQUEST", "ENCRYPTION_UNAVAILABLE"},
    "POST /api/ai/chat/{turn_id}/stop": ASKING | {"NOT_FOUND"},
    "POST /api/ai/conversations": ASKING | BODY | {"NOT_FOUND"},
    "GET /api/ai/conversations": ASKING | {"INVALID_REQUEST"},
    f"GET {SESSION}": ASKING | {"NOT_FOUND"},
    f"GET {SESSION}/differences": ASKING | {"NOT_FOUND"},
    f"GET {SESSION}/suggestions": ASKING | {"NOT_FOUND", "INVALID_REQUEST"},
    f"GET {SUGGESTION}": ASKING | {"NOT_FOUND"},
    f"POST {SUGGESTION}/accept": DECIDING
    | BODY
    | {"SUGGESTION_STALE", "CONFIGURATION_INVALID", "CONFIRMATION_REQUIRED"},
    f"POST {SUGGESTION}/reject": DECIDING | BODY,
    f"POST {SUGGESTION}/undo": DECIDING | {"SUGGESTION_STALE", "CONFIGURATION_INVALID"},
    f"POST {DATABASE}/preview": LOOKING | BODY | {"RATE_LIMIT"},
    f"POST {DATABASE}/provision": DOING | BODY | {"NO_TABLES_FOUND", "APP_LIMIT_REACHED", "RATE_LIMIT"},
    f"DELETE {DATABASE}/deprovision": DOING,
    f"POST {DATABASE}/undo-deprovision": DOING,
    f"POST {DATABASE}/rotate-password": DOING,
    f"GET {DATABASE}/status": LOOKING,
    f"GET {DATABASE}/connection": LOOKING
    | {"APP_DATABASE_MISSING", "PROVISIONING_UNAVAILABLE", "ENCRYPTION_UNAVAILABLE"},
    f"POST {DATABASE}/plan": CHANGING | BODY | {"NO_TABLES_FOUND", "INVALID_REQUEST", "RATE_LIMIT"},
    f"GET {DATABASE}/changes": LOOKING,
    f"GET {DATABASE}/changes/{{change_id}}": ASKING | {"NOT_FOUND"},
    f"POST {DATABASE}/changes/{{change_id}}/apply": CHANGING | BODY,
    f"POST {DATABASE}/changes/{{change_id}}/undo": CHANGING | {"INVALID_REQUEST"},
    f"POST {DATABASE}/changes/{{change_id}}/discard": ASKING
    | BODY
    | {"NOT_FOUND", "APP_CHANGE_STALE", "APP_DATABASE_BUSY"},
    f"GET {DATABASE}/backups": LOOKING,
    f"POST {DATABASE}/backups": KEEPING,
    f"POST {DATABASE}/restore": KEEPING,
    f"POST {DATABASE}/copy": KEEPING | {"APP_LIMIT_REACHED"},
    "POST /api/chat": BEGINNING | {"MODEL_NOT_FOUND"},
    "GET /api/chat/{chat}/messages": ASKING | {"ENCRYPTION_UNAVAILABLE"},
    "GET /api/chat/{chat}/stream": ASKING | {"ENCRYPTION_UNAVAILABLE"},
    "POST /api/chat/{chat}/stop": ASKING | {"NOT_FOUND"},
    "GET /share/{token}": set(),  # Its errors are pages, and so are those of the next three.
    "POST /share/{token}": set(),
    "GET /share/{token}/events": set(),
    "GET /share/files/{name}": set(),
    "POST /v1/chat/completions": set(),  # Its errors are in OpenAI's form.
    "GET /v1/models": set(),
    "GET /v1/models/{model}": set(),
}
PEOPLE = ("/api/ai/chat", "/api/ai/conversations", "/api/ai/suggestions", "/api/v1/")
# No route of its own gives the first; the others come in the stream.
ELSEWHERE = {"METHOD_NOT_ALLOWED", "AI_SERVICE_ERROR", "ANSWER_INTERRUPTED"}
# Between workers, and of operations on apps' databases.
ELSEWHERE |= {"OPERATION_LOST", "APP_DATABASE_BUSY", "APP_LIMIT_REACHED", "APP_DATABASE_MISSING"}
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PalaverError)]


def settings(**values: Any) -> Settings:
    needed = {
        "worker_database_url": "postgresql://palaver_worker:worker-password@127.0.0.1:1/nowhere",
        "supabase_jwt_secret": "tests-only-0123456789-0123456789-0123456789",
    }
    return Settings.load(env_file=None, **(needed | values))


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def problems(operation: dict[str, Any]) -> dict[tuple[int, str], set[str]]:
    """The headers of each problem that an operation answers with, by status and code."""
    found = {}
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/problem+json")
        if content is not None:
            base, told = content["schema"]["allOf"]
            assert base == {"$ref": "#/components/schemas/Problem"}
            assert told["properties"]["status"] == {"const": int(status)}
            for code in told["properties"]["code"]["enum"]:
                found[int(status), code] = {name for name, one in response["headers"].items() if one["required"]}
    return found


@pytest.mark.parametrize("values", [{}, {"metrics_token": "a-token"}, {"enable_ai_assistant": False}])
def test_it_is_an_openapi_document(values: dict[str, Any]) -> None:
    document = describe(settings(**values))
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    names = [operation["operationId"] for operation in operations(document).values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("values", [{}, {"enable_ai_assistant": False}])
def test_it_describes_the_routes_that_there_are(values: dict[str, Any]) -> None:
    given = settings(**values)
    there = set()
    for route in Worker(given).app.routes:
        assert isinstance(route, Route) and route.methods
        if not route.include_in_schema:
            continue
        there |= {f"{method} {route.path.replace(':path', '')}" for method in route.methods - {"HEAD"}}
    assert set(operations(describe(given))) == there
    assert ("POST /api/ai/chat" in there) is given.enable_ai_assistant


def test_it_describes_the_errors_that_each_route_can_give() -> None:
    found = operations(describe(settings(metrics_token="a-token")))
    for name, operation in found.items():
        assert {code for _, code in problems(operation)} == CODES[name] | {"INTERNAL_ERROR"}, name


def test_every_error_is_described_with_its_status_and_headers() -> None:
    document = describe(settings(metrics_token="a-token"))
    told = {key: headers for one in operations(document).values() for key, headers in problems(one).items()}
    assert set(told) | {(kind.status, kind.code) for kind in KINDS if kind.code in ELSEWHERE} == {
        (kind.status, kind.code) for kind in KINDS
    }
    assert set(document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == {
        kind.code for kind in KINDS
    }
    for (status, _), headers in told.items():
        assert ("WWW-Authenticate" in headers) is (status == 401)
        assert ("Retry-After" in headers) is (status in (429, 503))
        assert "X-Request-Id" in headers


def test_only_what_asks_for_a_token_says_so() -> None:
    found = operations(describe(settings(metrics_token="a-token")))
    guarded = {name: operation["security"] for name, operation in found.items() if operation["security"]}
    asking = {name for name in CODES if name.split()[1].startswith(("/api/chat", "/v1/", *PEOPLE))}
    assert guarded == {name: [{"accessToken": []}] for name in asking} | {"GET /metrics": [{"metricsToken": []}]}
    metrics = operations(describe(settings()))["GET /metrics"]
    assert metrics["security"] == [] and set(problems(metrics)) == {(500, "INTERNAL_ERROR")}


def test_its_limits_are_those_of_the_settings() -> None:
    body = operations(describe(settings(max_message_chars=77, max_body_bytes=2048)))["POST /api/ai/chat"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["properties"]["message"]["maxLength"] == 77
    assert "2048 bytes" in body["description"]


async def test_anybody_may_read_and_keep_it() -> None:
    given = settings(metrics_token="a-token")
    transport = httpx2.ASGITransport(Worker(given).app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://worker") as client:
        answer = await client.get("/openapi.json")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == describe(given)
        known = await client.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        for path in ("/", "/console/console.js", "/openapi.json", "/livez"):
            head = await client.head(path)
            assert (head.status_code, head.content) == (200, b""), path
    assert not [secret for secret in given.secrets() if secret in answer.text]
