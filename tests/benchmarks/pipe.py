"""A bare ASGI byte pipe: what any stream through this server and this transport costs at least.

`python -m tests.benchmarks.pipe --port … --upstream http://…/v1 --transport lean`
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final, Literal, cast

import httpx2
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from app.chat.transport import LeanTransport
from app.protocol import Protocol

TRANSPORTS: Final[dict[str, Callable[[], httpx2.AsyncBaseTransport]]] = {
    "lean": LeanTransport,
    "httpx2": lambda: httpx2.AsyncHTTPTransport(
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100)
    ),
}
_HEADERS: Final = [(b"content-type", b"text/event-stream; charset=utf-8")]
_TIMEOUTS: Final = {"connect": 5, "read": 60, "write": 60, "pool": 5}


class Pipe:
    """Passes each request's body on, and each read of the answer back."""

    def __init__(self, base_url: str, transport: httpx2.AsyncBaseTransport) -> None:
        self._url = f"{base_url}/chat/completions"
        self._transport = transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                break
        headers = {"content-type": "application/json"}
        extensions = {"timeout": _TIMEOUTS}
        request = httpx2.Request("POST", self._url, content=body, headers=headers, extensions=extensions)
        response = await self._transport.handle_async_request(request)
        await send({"type": "http.response.start", "status": response.status_code, "headers": _HEADERS})
        async for data in cast("httpx2.AsyncByteStream", response.stream):
            await send({"type": "http.response.body", "body": data, "more_body": True})
        await cast("httpx2.AsyncByteStream", response.stream).aclose()
        await send({"type": "http.response.body", "body": b""})


def serve(app: ASGIApp, port: int, lifespan: Literal["auto", "on", "off"] = "off") -> None:
    """Serve an app as the worker is served, until ended."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--transport", choices=TRANSPORTS, required=True)
    options = parser.parse_args()
    serve(Pipe(options.upstream, TRANSPORTS[options.transport]()), options.port)


if __name__ == "__main__":
    main()
