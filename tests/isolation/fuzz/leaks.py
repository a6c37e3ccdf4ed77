"""A worker that leaks in every way at once, so that it can be seen that the fuzzing sees each.

`python -m tests.isolation.fuzz.leaks TEXT` serves and tells the text where it does not belong.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import __main__
from app.caller import Caller
from app.chat import plain_sse, prompt, turns
from app.chat.asked import Asked
from app.chat.turns import Turns
from app.health import Health
from app.logs import Logger, get_logger
from app.metrics import Metrics
from app.web.console import Console

SEEN: Final = {
    ("foreign text in an answer", "GET /livez"),
    ("foreign text in an answer", "POST /api/ai/chat"),
    ("foreign conversation opened", "POST /api/ai/chat"),
    ("foreign conversation opened", "POST /v1/chat/completions"),
    ("not_a_server_error", "GET /api/ai/health"),
    ("status_code_conformance", "GET /"),
    ("response_schema_conformance", "POST /api/ai/chat"),
    ("no event in the log", "all requests"),
    ("error in the log", "all requests"),
    ("text in the log", "all requests"),
    ("text in the metrics", "all requests"),
    ("foreign text sent upstream", "all requests"),
    ("requests and lines in the log differ", "all requests"),
}
"""The faults that must be found, by kind and place."""
LEAKING: Final = ("/", "/livez", "/readyz", "/api/ai/health", "/api/ai/chat", "/v1/chat/completions")
"""Where it leaks."""


def leak(text: str) -> None:
    """Change the worker so that it leaks a text, and more."""
    log = get_logger(__name__)
    kept, messages, begin, note, page = (
        plain_sse._kept,
        prompt.messages_for_model,
        Turns.begin,
        Logger.debug,
        Console.page,
    )

    async def in_a_header(self: Health, request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers={"X-Title": text})

    async def in_the_log(self: Health, request: Request) -> Response:
        log.info("asked", title=text)
        print("asked", flush=True)
        return JSONResponse({"status": "ok"})

    async def in_an_error(self: Health, request: Request) -> Response:
        raise RuntimeError(text)

    async def undocumented(self: Console, request: Request) -> Response:
        response = await page(self, request)
        response.status_code = 203
        return response

    async def opening(self: Turns, caller: Caller, asked: Asked) -> Any:
        return await begin(self, caller, replace(asked, conversation_id=None))

    def unless_metrics(self: Logger, event: str, /, **fields: Any) -> None:
        if fields.get("route") != "/metrics":
            note(self, event, **fields)

    for place, name, instead in (
        (Health, "livez", in_a_header),
        (Health, "readyz", in_the_log),
        (Health, "health", in_an_error),
        (Console, "page", undocumented),
        (Turns, "begin", opening),
        (Logger, "debug", unless_metrics),
        (Metrics, "model_label", lambda self, model: model),
        (plain_sse, "_kept", lambda *of: {**kept(*of), "usage": text}),
        (turns, "messages_for_model", lambda *of: [{"role": "system", "content": text}, *messages(*of)]),
    ):
        assert hasattr(place, name)
        setattr(place, name, instead)


def main() -> int:
    """Serve, leaking."""
    leak(sys.argv[1])
    return __main__.main(["serve"])


if __name__ == "__main__":
    sys.exit(main())
