"""What every request passes through, as plain ASGI so that streams are never held up."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from app.errors import InternalError, PalaverError, PayloadTooLarge, from_http, problem_response
from app.logs import get_logger, request_id
from app.metrics import UNMATCHED, Metrics
from app.settings import Settings

log = get_logger(__name__)

CLIENT_GONE: Final = 499
EXPOSED_HEADERS: Final = (
    "X-Request-Id",
    "X-Conversation-Id",
    "X-Turn-Id",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Vercel-AI-UI-Message-Stream",
)
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
Forms: TypeAlias = Mapping[str, Callable[[PalaverError], Response]]
_PROBLEMS_ONLY: Final[Forms] = {}
_NONE_LARGER: Final[Mapping[str, int]] = {}
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_QUIET_ROUTES: Final = frozenset({"/livez", "/readyz", "/metrics", "/console/{name}"})


class RequestId:
    """Gives each request an id, the client's if it is a sane one, and names it in the answer and in logs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        offered = Headers(scope=scope).get("x-request-id", "")
        current = offered if _SANE_ID.fullmatch(offered) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = current

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = current
            await send(message)

        token = request_id.set(current)
        try:
            await self.app(scope, receive, named)
        finally:
            request_id.reset(token)


class AccessLog:
    """Logs and counts each request by its route's template: paths and queries can hold secrets."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status: int | None = None
        complete = False

        async def noted(message: Message) -> None:
            nonlocal status, complete
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                complete = not message.get("more_body", False)
            await send(message)

        begun = time.perf_counter()
        try:
            await self.app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", UNMATCHED)
            answered = CLIENT_GONE if status is None else status
            self.metrics.http_done(route, scope["method"], answered, seconds)
            say = log.debug if route in _QUIET_ROUTES else log.info
            say(
                "request",
                method=scope["method"],
                route=route,
                status=answered,
                complete=complete,
                duration_ms=round(seconds * 1000, 1),
            )


class SecurityHeaders:
    """Adds the headers that keep browsers from guessing, framing, referring and storing, unless set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, secured)


class Errors:
    """Turns whatever is raised before the answer began into a problem; later, the connection is cut.

    `forms` are other forms of errors than problems, by the beginning of the paths that have them.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, forms: Forms) -> None:
        self.app = app
        self.metrics = metrics
        self.forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            log.debug("client_gone")
        except Exception as raised:
            error, headers = _as_error(raised)
            if isinstance(error, InternalError):
                log.exception("unexpected_error")
            elif error.status >= 500:
                log.warning("request_failed", code=error.code, cause=type(raised.__cause__ or raised).__name__)
            if started:
                raise
            self.metrics.errors.labels(error.code).inc()
            response = self._form(scope["path"])(error)
            response.headers.update(headers)
            await response(scope, receive, send)

    def _form(self, path: str) -> Callable[[PalaverError], Response]:
        return next((form for begin, form in self.forms.items() if path.startswith(begin)), problem_response)


class BodyLimit:
    """Refuses a body over the limit, by its announced length or else when it has come that far.

    It is refused where it is read, so that who may not ask at all is told that first. `larger` has other limits, in
    bytes, for the paths that begin so.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        most = next((limit for begin, limit in self.larger.items() if path.startswith(begin)), self.max_bytes)
        announced = Headers(scope=scope).get("content-length", "")
        too_long = announced.isdecimal() and int(announced[:20]) > most
        come = 0

        async def counted() -> Message:
            nonlocal come
            if too_long:
                raise _too_large(most)
            message = await receive()
            if message["type"] == "http.request":
                come += len(message.get("body", b""))
                if come > most:
                    raise _too_large(most)
            return message

        await self.app(scope, counted, send)


def _too_large(most: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"A request body may have {most} bytes at most.")


def stack(
    settings: Settings, metrics: Metrics, forms: Forms = _PROBLEMS_ONLY, larger: Mapping[str, int] = _NONE_LARGER
) -> list[Middleware]:
    """All of them in their order, the outermost first, for `Starlette(middleware=…)`.

    The application also needs `exception_handlers=EXCEPTION_HANDLERS`.
    """
    return [
        Middleware(RequestId),
        Middleware(AccessLog, metrics=metrics),
        Middleware(SecurityHeaders),
        *cors(settings),
        Middleware(Errors, metrics=metrics, forms=forms),
        Middleware(BodyLimit, max_bytes=settings.max_body_bytes, larger=larger),
    ]


def cors(settings: Settings) -> list[Middleware]:
    """CORS for the origins in the settings; none without any. Cookies are never let through."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("*",),
            expose_headers=EXPOSED_HEADERS,
        )
    ]


async def _pass_on(request: Request, error: Exception) -> Response:
    raise error


EXCEPTION_HANDLERS: Final[Mapping[Any, ExceptionHandler]] = {HTTPException: _pass_on}
"""Keeps Starlette from answering its own exceptions in plain text before `Errors` sees them."""


def _as_error(raised: Exception) -> tuple[PalaverError, Mapping[str, str]]:
    if isinstance(raised, PalaverError):
        return raised, {}
    if isinstance(raised, HTTPException):
        return from_http(raised.status_code), raised.headers or {}
    return InternalError(), {}
