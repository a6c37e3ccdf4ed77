"""The console page: its files held in memory, and what the page may know of the settings.

The page is plain HTML with the style sheet and the modules of the folder `static`. It signs people in at Supabase
Auth, reads and writes their rows through the Data API and asks the worker; nothing that it is given is secret.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app import __version__
from app.errors import NotFound
from app.settings import Settings

PAGE: Final = Path(__file__).with_name("console.html")
STATIC: Final = Path(__file__).with_name("static")
TYPES: Final = {".css": "text/css", ".js": "text/javascript"}
ALWAYS_ASK: Final = "no-cache"
FOREVER: Final = "public, max-age=31536000, immutable"

_ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_JSON_ESCAPES: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class Asset:
    """One file of the page, answered from memory, with its content's hash as ETag."""

    def __init__(self, text: str, media_type: str, headers: Mapping[str, str]) -> None:
        self.body: Final = text.encode()
        self.version: Final = hashlib.sha256(self.body).hexdigest()[:16]
        self.etag: Final = f'"{self.version}"'
        self.media_type: Final = media_type
        self.headers: Final = dict(headers)

    async def __call__(self, request: Request) -> Response:
        """The file, or 304 when the browser has it; cached for good under the address that names its version."""
        named = request.query_params.get("v") == self.version
        headers = {**self.headers, "ETag": self.etag, "Cache-Control": FOREVER if named else ALWAYS_ASK}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if self.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        return Response(self.body, headers=headers, media_type=self.media_type)


class Console:
    """The routes of the page."""

    def __init__(self, settings: Settings) -> None:
        configuration, origin = page_configuration(settings)
        self._files: Final = {
            path.name: Asset(_read(path), TYPES[path.suffix], {})
            for path in sorted(STATIC.iterdir())
            if path.suffix in TYPES
        }
        # Modules import each other by their plain addresses, so only the files that the page names have a version.
        modules = (name for name in self._files if name.endswith(".js") and name != "console.js")
        values = {
            "css": self._files["console.css"].version,
            "js": self._files["console.js"].version,
            "modules": "\n".join(f'<link rel="modulepreload" href="/console/{name}">' for name in modules),
            "configuration": embedded_json(configuration),
        }
        # One pass, so that nothing in a value is taken for a place to fill.
        page = _PLACE.sub(lambda place: values[place[1]], _read(PAGE))
        self._page: Final = Asset(page, "text/html", {"Content-Security-Policy": content_security_policy(origin)})

    def routes(self) -> list[BaseRoute]:
        """GET (and HEAD) of the page and its files."""
        return [Route("/", self.page), Route("/console/{name}", self.file)]

    async def page(self, request: Request) -> Response:
        """The page itself, with its configuration inside."""
        return await self._page(request)

    async def file(self, request: Request) -> Response:
        """The style sheet or a module, by a name that was there at the start; else 404."""
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise NotFound()
        return await asset(request)


def page_configuration(settings: Settings) -> tuple[dict[str, Any], str | None]:
    """What the page is told, and the origin of Supabase that it may call; `problem` is a sentence for people."""
    origin, path = _address(settings.supabase_url)
    key = settings.supabase_publishable_key
    problem = None
    if settings.supabase_url is None and key is None:
        problem = "SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY are not set on this server, so nobody can sign in."
    elif settings.supabase_url is None:
        problem = "SUPABASE_URL is not set on this server, so nobody can sign in."
    elif origin is None:
        problem = "SUPABASE_URL on this server is not an address that a browser can be sent to, so nobody can sign in."
    elif key is None:
        problem = "SUPABASE_PUBLISHABLE_KEY is not set on this server, so nobody can sign in."
    elif not _is_publishable(key, settings):
        problem = (
            "SUPABASE_PUBLISHABLE_KEY on this server holds a secret, which is kept from the page; nobody can sign in."
        )
    if problem is not None:
        origin = key = None
    configuration = {
        "supabaseUrl": None if origin is None else origin + path,
        "publishableKey": key,
        "problem": problem,
        "demonstration": settings.demonstration,
        "assistantEnabled": settings.enable_ai_assistant,
        "maxMessageChars": settings.max_message_chars,
        "version": __version__,
    }
    return configuration, origin


def content_security_policy(supabase_origin: str | None) -> str:
    """The policy: our own files, images in the page, requests to us and to Supabase; nothing else."""
    connect = "'self'" if supabase_origin is None else f"'self' {supabase_origin}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src {connect}",
            "img-src 'self' data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def embedded_json(value: object) -> str:
    """JSON for inside a script element: nothing in it can end the element or open a comment (HTML, 4.12.1.3)."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).translate(_JSON_ESCAPES)


def _address(url: str | None) -> tuple[str | None, str]:
    # Narrower than what a URL may be: it becomes part of a header, where `;` and `'` have meanings.
    parts = urlsplit(url or "")
    origin = f"{parts.scheme}://{parts.netloc}"
    if not _ORIGIN.fullmatch(origin) or not _PATH.fullmatch(parts.path):
        return None, ""
    return origin.lower(), parts.path


def _is_publishable(key: str, settings: Settings) -> bool:
    """Whether a key may be shown: not one of our secrets, nor either form of a Supabase service key."""
    if key in settings.secrets() or key.startswith("sb_secret_"):
        return False
    parts = key.split(".")
    if len(parts) != 3:
        return True
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return True
    return isinstance(claims, dict) and claims.get("role") == "anon"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
