"""A model provider that costs next to nothing: streams frames made beforehand, each with the time it was sent.

`python -m tests.benchmarks.upstream` prints its port and a second one, and serves until it is ended. The question says
what is wanted, in the words of `question()`, so that it passes unchanged through whatever stands before it. Whoever
connects to the second port ends all answers that are under way.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import ssl
import time
from typing import Final, cast

import uvloop

MARK: Final = re.compile(rb"~(\d{20});")
"""A time in every content, `time.monotonic_ns()`; the first of an answer is when its request came."""

_ASKED: Final = re.compile(rb"Stream (\d+) frames, one each (\d+\.\d+) ms, the first after (\d+\.\d+) ms\.")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD: Final = (
    '"id":"chatcmpl-CkT0Zl4mXJp0gqXWbkqQn2Sbc8yQe","object":"chat.completion.chunk","created":1764000000,'
    '"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"fp_1f35c1788c"'
)
_STREAM: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
_MODELS: Final = b'{"object":"list","data":[{"id":"bench","object":"model","created":0,"owned_by":"bench"}]}'


def question(frames: int, every: float, first: float) -> str:
    """What to ask for so many frames, 0 for as many as there is time for; times in seconds."""
    return f"Stream {frames} frames, one each {every * 1000:.3f} ms, the first after {first * 1000:.3f} ms."


def _chunk(payload: str) -> bytes:
    data = f"data: {payload}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


def _frame(delta: str, finish: str = "null", usage: str = "null") -> bytes:
    choice = f'{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}'
    return _chunk(f'{{{_HEAD},"choices":[{choice}],"usage":{usage},"obfuscation":"oH3k2"}}')


_ROLE: Final = _frame('{"role":"assistant","content":"","refusal":null}')
_FIRST: Final = _frame('{"content":"~%020d;~%020d;"}')
_NEXT: Final = _frame('{"content":"~%020d;"}')


def _with_time(template: bytes, times: int) -> bytes:
    """The chunk's length as it is once each time in it has its 20 digits, of which the template shows 5."""
    size, _, rest = template.partition(b"\r\n")
    return b"%x\r\n%b" % (int(size, 16) + times * (20 - len("%020d")), rest)


_FIRST_FRAME: Final = _with_time(_FIRST, 2)
_NEXT_FRAME: Final = _with_time(_NEXT, 1)


def _end(frames: int) -> bytes:
    usage = (
        f'{{"prompt_tokens":20,"completion_tokens":{frames},"total_tokens":{frames + 20},'
        '"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}'
    )
    last = _chunk(f'{{{_HEAD},"choices":[],"usage":{usage},"obfuscation":"oH3k2"}}')
    return _frame("{}", '"stop"') + last + _chunk("[DONE]") + b"0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, talking: set[Connection]) -> None:
        self._loop = loop
        self._talking = talking
        self._held = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop sending."""
        self._talking.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer once the request is whole."""
        self._held += data
        head, blank, body = self._held.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not blank or (length is not None and len(body) < int(length[1])):
            return
        self._held = b""
        asked = _ASKED.findall(body)
        if not asked:
            self._transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(_MODELS)
                + _MODELS
            )
            return
        frames, every, first = asked[-1]
        self._frames, self._left = int(frames), int(frames)
        self._every = float(every) / 1000
        self._received = time.monotonic_ns()
        self._at = self._loop.time() + float(first) / 1000
        self._transport.write(_STREAM + _ROLE)
        self._timer = self._loop.call_at(self._at, self._send)
        self._talking.add(self)

    def end(self) -> None:
        """Say that this was all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._talking.discard(self)
        self._transport.write(_end(self._frames - self._left))

    def _send(self) -> None:
        if self._left == self._frames:
            self._transport.write(_FIRST_FRAME % (self._received, time.monotonic_ns()))
        else:
            self._transport.write(_NEXT_FRAME % time.monotonic_ns())
        self._left -= 1
        if self._left:
            self._at += self._every
            self._timer = self._loop.call_at(self._at, self._send)
        else:
            self.end()


class EndAll(asyncio.Protocol):
    """A connection that ends all answers."""

    def __init__(self, talking: set[Connection]) -> None:
        self._talking = talking

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Do it."""
        for connection in list(self._talking):
            connection.end()
        transport.close()


async def serve(certificate: str | None) -> None:
    """Serve until cancelled."""
    loop = asyncio.get_running_loop()
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    talking: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(loop, talking), "127.0.0.1", 0, ssl=context, backlog=4096)
    control = await loop.create_server(lambda: EndAll(talking), "127.0.0.1", 0)
    print(*(each.sockets[0].getsockname()[1] for each in (server, control)), flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificate", help="a file with key and certificate, for TLS")
    options = parser.parse_args()
    uvloop.run(serve(options.certificate))


if __name__ == "__main__":
    main()
