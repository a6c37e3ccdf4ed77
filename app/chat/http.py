"""What the dialects share of HTTP: reading a request, answering with a stream of events."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.chat.turn import Limit
from app.errors import InvalidRequest, UnprocessableRequest, UnsupportedMediaType

HEARTBEAT_SECONDS: Final = 15.0
_EVENT_STREAM: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache",
    # nginx and its kin would hold the pieces back.
    "X-Accel-Buffering": "no",
}
KEY_PATTERN: Final = r'^("[ !#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$'
"""An Idempotency-Key, quoted or bare: printable ASCII without quotes and backslashes, bare also without spaces."""

_KEY: Final = re.compile(KEY_PATTERN)


async def read_json(request: Request, kind: type[Any]) -> Any:
    """The request's JSON body as `kind`. Raises UnsupportedMediaType, InvalidRequest, UnprocessableRequest."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType()
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        # msgspec ends its text with the place, as `- at `$.message``.
        detail, _, place = str(error).partition(" - at `$")
        field = place.strip("`").lstrip(".")
        raise UnprocessableRequest(
            f"{field}: {detail}" if field else detail, extra={"errors": [{"field": field, "detail": detail}]}
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("The body is not JSON in UTF-8.") from error
    except RecursionError as error:
        raise InvalidRequest("The body is nested too deeply.") from error


def idempotency_key(headers: Headers) -> str | None:
    """The Idempotency-Key, quoted or bare (draft-ietf-httpapi-idempotency-key-header). Raises InvalidRequest."""
    given = headers.get("idempotency-key")
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        raise InvalidRequest("Idempotency-Key must be 1 to 255 printable ASCII characters, in quotes or bare.")
    return given.strip('"')


def limit_headers(limits: Sequence[Limit]) -> dict[str, str]:
    """The RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-11)."""
    if not limits:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{limit.name}";q={limit.quota};w={limit.window}' for limit in limits),
        "RateLimit": ", ".join(f'"{limit.name}";r={limit.remaining};t={limit.reset}' for limit in limits),
    }


async def gone(receive: Receive) -> None:
    """Wait until the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _cut(reading: asyncio.Timeout) -> None:
    # It has ended by itself where it takes no new deadline.
    with suppress(RuntimeError):
        reading.reschedule(0)


class EventStream(Response):
    """Server-sent events; a reader who goes away is noticed at once, and whatever made the events is closed."""

    def __init__(self, frames: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        self.frames = frames
        self.status_code = 200
        self.background = None
        self.init_headers({**_EVENT_STREAM, **headers})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the end or until the reader is gone."""
        leaving = asyncio.create_task(gone(receive))
        try:
            async with asyncio.timeout(None) as reading:
                leaving.add_done_callback(lambda _: _cut(reading))
                await self._send(send)
        except OSError:
            # The reader is gone: found by the watch (TimeoutError) or by a send.
            pass
        finally:
            leaving.cancel()

    async def _send(self, send: Send) -> None:
        async with aclosing(self.frames) as frames:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for frame in frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
