"""The worker's HTTP interface as an OpenAPI 3.1 document, served at /openapi.json.

It is made from the settings and from the error classes, so limits, statuses and codes are those of this very server.
"""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import __version__, errors
from app.settings import Settings
from app.web.console import Asset
from app.web.openapi_apps import APPS_SCHEMAS, apps_paths
from app.web.openapi_assistant import assistant_paths
from app.web.openapi_changes import CHANGES_SCHEMAS, changes_paths
from app.web.openapi_chat import CHAT_SCHEMAS, chat_paths
from app.web.openapi_configuration import CONFIGURATION_SCHEMAS
from app.web.openapi_parts import (
    PROBLEM,
    TEXT,
    answer,
    bearer,
    file_answers,
    operation,
    parameter,
    record,
)
from app.web.openapi_share import share_paths

_ABOUT: Final = """\
Every error is a problem (RFC 9457) with a stable `code`; `retryable` says whether the same request may succeed later, \
and `Retry-After` after how many seconds. Any other address answers 404 `NOT_FOUND`, any other method 405 \
`METHOD_NOT_ALLOWED` with `Allow`; what is no HTTP/1.1 request, or has too long a head, gets 400 or 431 \
`INVALID_REQUEST` and the connection is closed. Each GET is answered to HEAD as well, without the body."""

_OK: Final = record({"status": {"const": "ok"}})
_IS_UP: Final = {"enum": ["ok", "unavailable"]}
_CACHED: Final = (
    parameter("header", "If-None-Match", "ETags of the versions that the client has."),
    parameter("query", "v", "The version asked for; if it is the current one it may be kept for good."),
)


class Description:
    """The route of the document, which anybody may read and keep."""

    def __init__(self, settings: Settings) -> None:
        text = json.dumps(describe(settings), ensure_ascii=False, separators=(",", ":"))
        self._document: Final = Asset(text, "application/json", {})

    def routes(self) -> list[Route]:
        """GET (and HEAD) of the document."""
        return [Route("/openapi.json", self.document)]

    async def document(self, request: Request) -> Response:
        """The document, or 304 when the client has it."""
        return await self._document(request)


def describe(settings: Settings) -> dict[str, Any]:
    """The document for a server with these settings; routes that they switch off are not in it."""
    paths = {
        "/": {"get": operation("console", "The console page", file_answers("text/html"), parameters=_CACHED)},
        "/console/{name}": {"get": _console_file()},
        "/openapi.json": {
            "get": operation("openapi", "This document", file_answers("application/json"), parameters=_CACHED),
        },
        "/livez": {"get": operation("livez", "Does the worker run?", {"200": _json("It does.", _OK)})},
        "/readyz": {
            "get": operation(
                "readyz",
                "Can the worker take requests?",
                {"200": _json("It can.", _OK)},
                [errors.DatabaseUnavailable, errors.ShuttingDown],
            )
        },
        "/api/ai/health": {"get": _health()},
        "/metrics": {"get": _metrics(settings)},
    }
    paths |= apps_paths(settings)
    paths |= changes_paths(settings)
    schemas = {**_SCHEMAS, **APPS_SCHEMAS, **CHANGES_SCHEMAS}
    if settings.enable_ai_assistant:
        paths |= chat_paths(settings) | assistant_paths(settings) | share_paths()
        schemas |= CHAT_SCHEMAS | CONFIGURATION_SCHEMAS
    return {
        "openapi": "3.1.1",
        "info": {"title": "Palaver", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "accessToken": bearer("A person's Supabase access token.", bearerFormat="JWT"),
                "metricsToken": bearer("The server's METRICS_TOKEN."),
            },
        },
    }


def _console_file() -> dict[str, Any]:
    name = parameter("path", "name", "The name of the file.", required=True, example="console.js")
    return operation(
        "consoleFile",
        "A style sheet or module of the console page",
        file_answers("text/css", "text/javascript"),
        [errors.NotFound],
        parameters=[name, *_CACHED],
    )


def _health() -> dict[str, Any]:
    health = record(
        {"status": _IS_UP, "version": TEXT, "checks": record({"database": _IS_UP, "model_provider": _IS_UP})}
    )
    answers = {"200": _json("All is well.", health), "503": _json("Something does not answer.", health)}
    return operation("health", "How the worker and what it depends on are", answers)


def _metrics(settings: Settings) -> dict[str, Any]:
    guarded = settings.metrics_token is not None
    return operation(
        "metrics",
        "Everything measured",
        {"200": answer("Prometheus' text format.", ["text/plain"], TEXT)},
        [errors.AuthRequired, errors.InvalidToken] if guarded else [],
        security="metricsToken" if guarded else None,
    )


def _json(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return answer(text, ["application/json"], schema)


_SCHEMAS: Final = {"Problem": PROBLEM}
