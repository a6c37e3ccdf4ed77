"""Links to conversations: the page behind one, and the events that keep it as the conversation is.

Whoever has the address sees the page; the address is in no log, since requests are logged by their route. Every link
that shows nothing is answered alike, whatever the reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.chat.http import EventStream
from app.database import Database
from app.errors import NotFound, PalaverError, PayloadTooLarge, UnsupportedMediaType, problem_response
from app.web.console import TYPES, Asset
from app.web.share_page import CONTENT_SECURITY_POLICY, Conversation, Pages, decode, render
from app.web.share_watch import ShareWatch

STATIC: Final = Path(__file__).with_name("share_static")
MOST_FORM_BYTES: Final = 4_096
HEADERS: Final = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Robots-Tag": "noindex, nofollow"}

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_HEX: Final = re.compile(r"[0-9a-f]{32,64}")


class Opened(msgspec.Struct, frozen=True, rename="camel"):
    """What the database answers to a token and a password."""

    status: str
    conversation: Conversation | None = None
    watch: dict[str, str] = msgspec.field(default_factory=dict)
    retry_after_seconds: int | None = None


class Shares:
    """The routes of links."""

    def __init__(self, database: Database) -> None:
        self.watch: Final = ShareWatch(database)
        self._database: Final = database
        self._files: Final = {
            path.name: Asset(path.read_text("utf-8"), TYPES[path.suffix], {}) for path in sorted(STATIC.iterdir())
        }
        self._pages: Final = Pages(self._files["share.css"].version, self._files["share.js"].version)

    def routes(self) -> list[BaseRoute]:
        """The page, the answer to its form, its events and its files."""
        return [
            Route("/share/files/{name}", self.file, methods=["GET"]),
            Route("/share/{token}", self.page, methods=["GET", "POST"]),
            Route("/share/{token}/events", self.events, methods=["GET"]),
        ]

    async def file(self, request: Request) -> Response:
        """The style sheet or the script; else 404."""
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise NotFound()
        return await asset(request)

    async def page(self, request: Request) -> Response:
        """The conversation, or the question for its password, which a POST brings.

        Raises UnsupportedMediaType, PayloadTooLarge.
        """
        password = await _password(request) if request.method == "POST" else None
        return await self._opened(request.path_params["token"], password)

    async def events(self, request: Request) -> Response:
        """What is new, as server-sent events; `proof` is in the page. Raises NotFound, RateLimited."""
        token, proof = request.path_params["token"], request.query_params.get("proof", "")
        state = request.headers.get("last-event-id") or request.query_params.get("state", "")
        if not _TOKEN.fullmatch(token) or not _HEX.fullmatch(proof):
            raise NotFound()
        frames = await self.watch.follow(_hash(token), proof, state)
        return EventStream(frames, {**HEADERS, "Cache-Control": "no-store"})

    def error_page(self, error: PalaverError) -> Response:
        """An error as a page, with the status and headers that it has elsewhere."""
        response = problem_response(error)
        if isinstance(error, NotFound):
            page = self._pages.notice("There is nothing here", "This link does not exist, or is no longer shared.")
        else:
            page = self._pages.notice("This page cannot be shown", error.detail)
        answer = HTMLResponse(page, error.status, HEADERS)
        answer.headers.update(
            {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        )
        return answer

    async def _opened(self, token: str, password: str | None) -> Response:
        if not _TOKEN.fullmatch(token):
            raise NotFound()
        row = await self._database.fetch_row("open_share", token, password)
        opened: Opened = decode(row["answer"], Opened)
        match opened.status:
            case "ok" if opened.conversation is not None:
                return await self._shown(token, opened.conversation, opened.watch)
            case "password_required":
                return _html(self._pages.password())
            case "wrong_password":
                return _html(self._pages.password("That is not the password."), 403)
            case "too_many_attempts":
                seconds = opened.retry_after_seconds or 1
                said = f"Too many wrong passwords came to this link. Try again in {seconds} seconds."
                return _html(self._pages.password(said), 429, {"Retry-After": str(seconds)})
            case _:
                raise NotFound()

    async def _shown(self, token: str, conversation: Conversation, watch: dict[str, str]) -> Response:
        follow = f"/share/{token}/events?{urlencode(watch)}" if conversation.is_live else None
        rendered = await asyncio.to_thread(render, conversation)
        return _html(self._pages.conversation(conversation, rendered, follow))


def _html(page: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(page, status, {**HEADERS, **(headers or {})})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def _password(request: Request) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("Send the password as a form does.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_FORM_BYTES:
            raise PayloadTooLarge(f"A form may have {MOST_FORM_BYTES} bytes at most.")
    try:
        fields: dict[str, list[Any]] = parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        fields = {}
    # PostgreSQL's text has no NUL, so no password has.
    return str(fields.get("password", [""])[0]).replace("\0", "\ufffd")
