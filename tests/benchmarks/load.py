"""Reads many streams at once, and watches what the process that serves them spends meanwhile.

`python -m tests.benchmarks.load` takes a Plan as JSON from its input and prints an Outcome as JSON. It parses nothing
but the times that `upstream` puts into each piece.
"""

from __future__ import annotations

import asyncio
import sys
import time
from array import array
from functools import partial
from typing import Final, cast

import msgspec
import uvloop

from tests.benchmarks.processes import (
    OTHER_CORES,
    SERVER_CORE,
    busy_seconds,
    cpu_seconds,
    module,
    process,
    resident_bytes,
)
from tests.benchmarks.upstream import MARK

_SAMPLE_SECONDS: Final = 0.1
_LONGEST_MARK: Final = 22
_OPENING_SECONDS: Final = 30
"""After which a server that has not begun all of its answers is taken to be unable to."""
_LATE_SECONDS: Final = 5
_LAST_CHUNK: Final = b"0\r\n\r\n"


class Plan(msgspec.Struct):
    """What to do: `requests`, as they go over the wire, are opened one each `every` seconds.

    With `seconds` each of them is instead a client, which asks again on the same connection until the time is over.
    """

    port: int
    pid: int
    """Whose CPU time and memory are watched."""
    requests: list[str]
    every: float = 0
    seconds: float = 0
    hold: float = 0
    """How long all are kept open, after the last has begun to answer, before `upstream` is told to end them."""
    control: int = 0
    """Where it is told so."""
    timeout: float = 60


class Sample(msgspec.Struct):
    """One moment."""

    seconds: float
    open: int
    """Streams that are open and have given a token."""
    tokens: int
    cpu: float
    core: float
    """Time that the server's core has been at work, for others too."""
    resident: int


class Outcome(msgspec.Struct):
    """What was seen; times in microseconds."""

    samples: list[Sample]
    first: list[float]
    """Added until each stream's first token: the way there and the way back, without the upstream's own wait."""
    transit: list[float]
    """From the upstream's write of a token to its arrival here, of the later tokens of all streams, sorted."""
    turns: int
    """Answers read to their ends."""
    failures: list[str]


class Tally(msgspec.Struct):
    """All streams together."""

    open: int = 0
    tokens: int = 0
    turns: int = 0


class Stream(asyncio.Protocol):
    """A request and its answer, and the same again until the time is over."""

    def __init__(self, request: bytes, tally: Tally, until: float) -> None:
        loop = asyncio.get_running_loop()
        self._request = request
        self._tally = tally
        self._until = until
        self._time = loop.time
        self._rest = b""
        self._end = b""
        self._transport: asyncio.Transport
        self.ended = loop.create_future()
        self.failure = ""
        self.sent_at = 0
        self.received_at = 0
        self.transits = array("q")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self.received_at = 0
        self._end = b""
        self._fresh = True
        self.sent_at = time.monotonic_ns()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note when what was sent has come."""
        now = time.monotonic_ns()
        if self._fresh:
            self._fresh = False
            if not data.startswith(b"HTTP/1.1 200"):
                self.failure = data[:300].decode("latin-1")
                self._transport.abort()
                return
        self._end = (self._end + data)[-5:] if len(data) < 5 else data[-5:]
        data = self._rest + data
        end = 0
        for mark in MARK.finditer(data):
            at = int(mark[1])
            end = mark.end()
            if self.received_at == 0:
                self.received_at = at
                self._tally.open += 1
                continue
            self.transits.append(now - at)
            self._tally.tokens += 1
        self._rest = data[max(end, len(data) - _LONGEST_MARK + 1) :]
        if self._end == _LAST_CHUNK:
            self._done()

    def _done(self) -> None:
        if self.received_at == 0:
            self.failure = self._rest.decode("latin-1")
        else:
            self._tally.turns += 1
        self._rest = b""
        if self._time() < self._until and not self.failure:
            self._tally.open -= 1
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Be done."""
        if self.received_at:
            self._tally.open -= 1
        if self._end != _LAST_CHUNK and not self.failure:
            self.failure = f"closed before its end: {exc}"
        self.ended.set_result(None)


def _same(stream: Stream) -> Stream:
    return stream


async def _run(plan: Plan) -> Outcome:
    loop = asyncio.get_running_loop()
    tally = Tally()
    streams: list[Stream] = []
    failures: list[str] = []
    samples: list[Sample] = []
    begun = loop.time()

    def sample() -> None:
        spent = cpu_seconds(plan.pid)
        core = busy_seconds(SERVER_CORE[0])
        samples.append(Sample(loop.time() - begun, tally.open, tally.tokens, spent, core, resident_bytes(plan.pid)))

    async def watch() -> None:
        while True:
            sample()
            await asyncio.sleep(_SAMPLE_SECONDS)

    watching = asyncio.create_task(watch())
    for number, request in enumerate(plan.requests):
        await asyncio.sleep(max(begun + number * plan.every - loop.time(), 0))
        stream = Stream(request.encode(), tally, begun + plan.seconds)
        streams.append(stream)
        await loop.create_connection(partial(_same, stream), "127.0.0.1", plan.port)
    patience = plan.timeout
    if plan.hold and not await _hold(plan, tally, streams):
        patience = _LATE_SECONDS
    _, late = await asyncio.wait([stream.ended for stream in streams], timeout=patience)
    watching.cancel()
    sample()
    if late:
        if plan.control:
            await _end_all(plan.control)
        failures.append(f"{len(late)} streams did not end")
    failures += [stream.failure for stream in streams if stream.failure]
    return Outcome(
        samples=samples,
        first=sorted(
            (stream.received_at - stream.sent_at + stream.transits[0]) / 1000 for stream in streams if stream.transits
        ),
        transit=sorted(ns / 1000 for stream in streams for ns in stream.transits[1:]),
        turns=tally.turns,
        failures=failures,
    )


async def _hold(plan: Plan, tally: Tally, streams: list[Stream]) -> bool:
    """Whether all were open for that time."""
    loop = asyncio.get_running_loop()
    latest = loop.time() + _OPENING_SECONDS
    while tally.open < len(streams) and loop.time() < latest and not any(stream.failure for stream in streams):
        await asyncio.sleep(0.02)
    held = tally.open == len(streams)
    await asyncio.sleep(plan.hold)
    await _end_all(plan.control)
    return held


async def _end_all(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def load(plan: Plan) -> Outcome:
    """Carry a plan out in a process of its own. Raises RuntimeError where an answer was not what it should be."""
    piped = asyncio.subprocess.PIPE
    async with process(module("tests.benchmarks.load"), OTHER_CORES, stdin=piped, stdout=piped) as child:
        said, _ = await child.communicate(msgspec.json.encode(plan))
    if child.returncode:
        raise RuntimeError("The load client failed.")
    outcome = msgspec.json.decode(said, type=Outcome)
    if outcome.failures:
        raise RuntimeError(f"{len(outcome.failures)} failures, the first: {outcome.failures[0]}")
    return outcome


def main() -> None:
    """Read the plan, run it, print the outcome."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_run(plan))))


if __name__ == "__main__":
    main()
