"""The stand-in model provider: a real HTTP server that speaks OpenAI's protocol, and misbehaves on request.

In Python: `with ModelServer() as server: server.script(Script(...))`. As a process:
`python -m tests.model_server --port 40100`, scripted by `POST /control/script` with a JSON object (or an
array of them) of a Script's fields; `GET /control/requests` tells what came (with `?wait=5` it gives those under
way as many seconds to end), DELETE forgets it. A question whose last message holds `[[script {...}]]` in its
text is answered by that.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import itertools
import json
import re
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, cast

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_DIRECTIVE = re.compile(r"\[\[script (\{.*\})\]\]", re.DOTALL)

WAIT_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Script:
    """How one request is answered; frames are counted with the first, empty, role frame as 0."""

    answer: str | Sequence[str] = ("Hello", " from", " the", " model", " server.")
    """A text is sent word by word, a sequence piece by piece."""
    reasoning: Sequence[str] = ()
    refusal: Sequence[str] = ()
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """Deltas, each in a frame of its own."""
    annotations: Sequence[Mapping[str, Any]] = ()
    """As OpenAI has them, in a frame of their own after the text."""
    images: Sequence[Mapping[str, Any]] = ()
    """As OpenRouter has them, each in a frame of its own after the text."""
    in_message: bool = False
    """Annotations and images come in a `message` of the last frame instead."""
    together: int = 0
    """Answered when so many requests have come, or one has waited too long for the others."""
    first_token_seconds: float = 0
    seconds_per_frame: float = 0
    splits: Sequence[int] | None = None
    """Sizes, repeated, in which the body's bytes are cut and sent, wherever that falls."""
    stall_after: int | None = None
    stall_seconds: float = 3600
    error_after: int | None = None
    """Frames after which an error object comes, under HTTP 200."""
    error: Any = None
    """The error object, there and for `status`; an ordinary one when None."""
    close_after: int | None = None
    """Frames after which the connection is closed without the last HTTP chunk."""
    reset: bool = False
    """Close with a TCP reset; without `close_after` before anything is answered."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    finish_reason: str | None = "stop"
    done: bool = True
    usage: Mapping[str, Any] | None = field(
        default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    )
    """Sent when asked for by `stream_options`, or always if `usage_unasked`; None never."""
    usage_unasked: bool = False
    azure: bool = False
    """A first frame with filter results only."""
    raw: str | bytes | None = None
    """The whole body, instead of all of the above: garbage, a page."""
    raw_after: int | None = None
    """Frames after which `raw` comes, instead of all that would follow."""
    padding: int = 0
    """Bytes that each frame is larger by."""
    content_type: str = "text/event-stream; charset=utf-8"
    refuses: Sequence[str] = ()
    """Parameters that are refused with status 400, as OpenAI does."""
    line_end: str = "\n"
    timestamps: bool = False
    """Each frame has `sent_ns`, CLOCK_MONOTONIC nanoseconds when it was made."""

    @property
    def pieces(self) -> list[str]:
        """The answer's text, a frame each."""
        return re.findall(r"\s*\S+|\s+$", self.answer) if isinstance(self.answer, str) else list(self.answer)


Scripted: TypeAlias = Script | Callable[[Mapping[str, Any]], Script]
"""A script, or what makes one for a request's body."""


@dataclass(eq=False)
class Recorded:
    """One request that the server got, and how it ended; times are `time.monotonic()`."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    received_at: float
    connection: int
    """Which TCP connection it came over."""
    sent_frames: int = 0
    disconnected_at: float | None = None
    """When the client went away before the answer was whole."""
    ended: threading.Event = field(default_factory=threading.Event)


class ModelServer:
    """The server in a thread of its own, on a free port of 127.0.0.1 unless one is given."""

    def __init__(self, port: int = 0, *, tls: tuple[str, str] | None = None) -> None:
        self.requests: list[Recorded] = []
        self._scripts: list[Scripted] = [Script()]
        self._lock = threading.Lock()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        # From here on a client can connect, and waits until the server runs.
        self._socket.listen(2048)
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/v1"
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self._completions, methods=["POST"]),
                Route("/v1/models", self._models, methods=["GET"]),
                Route("/control/script", self._control, methods=["POST"]),
                Route("/control/requests", self._report, methods=["GET", "DELETE"]),
            ]
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.app,
                http=_Protocol,
                lifespan="off",
                log_config=None,
                log_level="critical",
                timeout_graceful_shutdown=0,
                ssl_certfile=tls[0] if tls else None,
                ssl_keyfile=tls[1] if tls else None,
            )
        )
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.run, name="model-server", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        if self._thread is not None:
            self._thread.join(10)
        self._socket.close()

    def run(self) -> None:
        """Serve in this thread until stopped."""
        self._server.run(sockets=[self._socket])

    def script(self, *scripts: Scripted) -> None:
        """Answer the requests that follow by these, in order; the last one stays."""
        with self._lock:
            self._scripts = list(scripts) or [Script()]

    def prompts(self) -> list[str]:
        """All text of each question that came: messages, tools, parameters."""
        return ["\n".join(_texts(each.body)) for each in self.requests if each.path == "/v1/chat/completions"]

    def reset(self) -> None:
        """Forget the requests and the scripts."""
        self.script()
        self.requests.clear()

    def _next_script(self, request: Recorded) -> Script:
        messages = request.body.get("messages") if isinstance(request.body, dict) else None
        directive = _DIRECTIVE.search(_text(messages[-1].get("content"))) if messages else None
        if directive:
            return Script(**json.loads(directive[1]))
        with self._lock:
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        return script if isinstance(script, Script) else script(request.body)

    async def _record(self, request: Request) -> Recorded:
        body = await request.body()
        try:
            content = json.loads(body) if body else None
        except ValueError:
            content = body.decode("utf-8", "replace")
        recorded = Recorded(
            method=request.method,
            path=request.url.path,
            headers=dict(request.headers),
            body=content,
            received_at=time.monotonic(),
            connection=id(request.scope["model_server.transport"]),
        )
        self.requests.append(recorded)
        return recorded

    async def _completions(self, request: Request) -> Response:
        recorded = await self._record(request)
        script = self._next_script(recorded)
        body = recorded.body if isinstance(recorded.body, dict) else {}
        if refused := next((name for name in script.refuses if name in body), None):
            other = " Use 'max_completion_tokens' instead." if refused == "max_tokens" else ""
            error = {
                "message": f"Unsupported parameter: '{refused}' is not supported with this model.{other}",
                "type": "invalid_request_error",
                "param": refused,
                "code": "unsupported_parameter",
            }
            recorded.ended.set()
            return JSONResponse({"error": error}, 400)
        while len(self.requests) < script.together and time.monotonic() < recorded.received_at + WAIT_SECONDS:
            await asyncio.sleep(0.01)
        return _Answer(script, recorded, body)

    async def _models(self, request: Request) -> Response:
        recorded = await self._record(request)
        recorded.ended.set()
        script = self._next_script(recorded)
        if script.status != 200:
            return JSONResponse({"error": _error(script)}, script.status, dict(script.headers))
        model = {"id": "test-model", "object": "model", "created": 0, "owned_by": "tests"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _control(self, request: Request) -> Response:
        given = await request.json()
        self.script(*(Script(**fields) for fields in (given if isinstance(given, list) else [given])))
        return Response(status_code=204)

    async def _report(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.reset()
            return Response(status_code=204)
        give_up = time.monotonic() + float(request.query_params.get("wait", 0))
        for each in list(self.requests):
            await asyncio.to_thread(each.ended.wait, max(0, give_up - time.monotonic()))
        return JSONResponse(
            [
                {
                    **{item.name: getattr(each, item.name) for item in dataclasses.fields(each)},
                    "ended": each.ended.is_set(),
                }
                for each in self.requests
            ]
        )


class _Protocol(HttpToolsProtocol):
    """Lets an answer reach its connection, to break it."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        cast("dict[str, Any]", self.scope)["model_server.transport"] = self.transport


class _Answer(Response):
    def __init__(self, script: Script, recorded: Recorded, body: Mapping[str, Any]) -> None:
        super().__init__()
        self._script, self._recorded, self._request = script, recorded, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        script, transport = self._script, scope["model_server.transport"]
        work = asyncio.ensure_future(self._answer(send, transport))
        gone = asyncio.ensure_future(_disconnect(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and script.close_after is None:
                self._recorded.disconnected_at = time.monotonic()
            if work.done():
                work.result()
        finally:
            for task in (work, gone):
                task.cancel()
            self._recorded.ended.set()

    async def _answer(self, send: Send, transport: asyncio.Transport) -> None:
        script = self._script
        if script.close_after is None and script.reset:
            await self._break(transport)
        await asyncio.sleep(script.first_token_seconds)
        if script.status != 200:
            await self._send_json(send, {"error": _error(script)})
        elif not self._request.get("stream") and (script.raw is None or script.raw_after is not None):
            await self._send_json(send, _whole(script, self._request))
        else:
            headers = {"content-type": script.content_type, **script.headers}
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
                }
            )
            async for data in _cut(self._frames(transport), script.splits):
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _send_json(self, send: Send, content: object) -> None:
        data = json.dumps(content).encode()
        headers = {
            "content-type": "application/json",
            "content-length": str(len(data)),
            **self._script.headers,
        }
        await send(
            {
                "type": "http.response.start",
                "status": self._script.status,
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": data})

    async def _frames(self, transport: asyncio.Transport) -> AsyncIterator[bytes]:
        script = self._script
        raw = script.raw.encode() if isinstance(script.raw, str) else script.raw
        if raw is not None and script.raw_after is None:
            yield raw
            return
        for count, frame in enumerate(_frames(script, self._request)):
            if count == script.close_after:
                await self._break(transport)
            if count == script.error_after:
                yield _event({"error": _error(script)}, script)
                return
            if raw is not None and count == script.raw_after:
                yield raw
                return
            if count == script.stall_after:
                await asyncio.sleep(script.stall_seconds)
            if count and script.seconds_per_frame:
                await asyncio.sleep(script.seconds_per_frame)
            self._recorded.sent_frames += 1
            yield _event(frame, script)
        if script.done:
            yield f"data: [DONE]{script.line_end * 2}".encode()

    async def _break(self, transport: asyncio.Transport) -> None:
        if self._script.reset:
            # What was written must be on its way first: a reset throws away what is still to be sent.
            await asyncio.sleep(0.05)
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()
        else:
            transport.close()
        await asyncio.sleep(3600)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.items() if isinstance(value, dict) else value:
            yield from _texts(list(each) if isinstance(each, tuple) else each)


def _text(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(frames: AsyncIterator[bytes], sizes: Sequence[int] | None) -> AsyncIterator[bytes]:
    if not sizes:
        async for frame in frames:
            yield frame
        return
    body = b"".join([frame async for frame in frames])
    offset = 0
    for size in itertools.cycle(sizes):
        if offset >= len(body):
            return
        yield body[offset : offset + size]
        offset += size
        # Keeps the kernel from seeing all of them as one write.
        await asyncio.sleep(0)


def _frames(script: Script, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    head = {
        "id": "chatcmpl-test",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": request.get("model", "test-model"),
    }
    counted = script.usage_unasked or (request.get("stream_options") or {}).get("include_usage")
    extra = {"usage": None} if counted and script.usage is not None else {}

    def frame(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**head, "choices": [choice], **extra, "obfuscation": "x9"}

    frames = [frame({"role": "assistant", "content": ""})]
    frames += [frame({"reasoning_content": piece}) for piece in script.reasoning]
    frames += [frame({"content": piece}) for piece in script.pieces]
    frames += [frame({"refusal": piece}) for piece in script.refusal]
    frames += [frame({"tool_calls": [delta]}) for delta in script.tool_calls]
    company = {"annotations": list(script.annotations), "images": list(script.images)}
    if not script.in_message:
        frames += [frame({"annotations": company["annotations"]})] if script.annotations else []
        frames += [frame({"images": [image]}) for image in script.images]
    if script.azure:
        filtered = {"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}
        frames.insert(0, {**head, "id": "", "model": "", "choices": [], "prompt_filter_results": [filtered]})
    if script.finish_reason is not None:
        frames.append(frame({}, script.finish_reason))
    if script.in_message:
        frames[-1]["choices"][0]["message"] = {"role": "assistant", "content": "".join(script.pieces), **company}
    if extra:
        frames.append({**head, "choices": [], "usage": dict(script.usage or {})})
    return frames


def _whole(script: Script, request: Mapping[str, Any]) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": "".join(script.pieces),
        "refusal": None,
        **({"annotations": list(script.annotations)} if script.annotations else {}),
        **({"images": list(script.images)} if script.images else {}),
    }
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1,
        "model": request.get("model", "test-model"),
        "choices": [{"index": 0, "message": message, "finish_reason": script.finish_reason}],
        **({"usage": dict(script.usage)} if script.usage is not None else {}),
    }


def _event(data: dict[str, Any], script: Script) -> bytes:
    if script.timestamps:
        data = {**data, "sent_ns": time.monotonic_ns()}
    if script.padding:
        data = {**data, "padding": "x" * script.padding}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"data: {text}{script.line_end * 2}".encode("utf-8", "surrogatepass")


def _error(script: Script) -> Any:
    if script.error is not None:
        return script.error
    code = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}.get(script.status)
    return {"message": "The test asked for this.", "type": "server_error", "param": None, "code": code}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in model provider for tests.")
    parser.add_argument("--port", type=int, default=0)
    server = ModelServer(parser.parse_args().port)
    print(server.base_url, flush=True)
    server.run()


if __name__ == "__main__":
    main()
