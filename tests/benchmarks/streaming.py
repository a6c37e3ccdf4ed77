"""CPU of a streamed chunk and time added to the first token: the worker, bare pipes, the usual build, LiteLLM."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks import litellm_proxy
from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Outcome, Plan, Sample, load
from tests.benchmarks.processes import ALL_CORES, OTHER_CORES, bind
from tests.benchmarks.report import Report, middle, quantile
from tests.benchmarks.servers import Served, pipe, straightforward, upstream, worker
from tests.benchmarks.upstream import question

FIRST_WAIT: Final = 0.02
SETTLE_SECONDS: Final = 0.5
"""Left out of the measurement after the last stream has begun to answer."""

DISTURBED: Final = 0.1
"""Others' share of the server's core from which on figures are not to be trusted."""


@dataclass(frozen=True)
class Shape:
    """Streams that are open at the same time: how many, tokens a second of all, how many are opened a second."""

    streams: int
    tokens: float
    opened: float
    seconds: float

    @property
    def name(self) -> str:
        """What tables call it."""
        return "1 stream" if self.streams == 1 else f"{self.streams} streams"

    async def of(self, server: Served, control: int) -> tuple[Outcome, Sample, Sample]:
        """Open them at a server; gives also the first and the last sample of what is measured."""
        asked = question(0, self.streams / self.tokens, FIRST_WAIT)
        requests = [server.request(asked, number) for number in range(self.streams)]
        hold = SETTLE_SECONDS + self.seconds
        outcome = await load(Plan(server.port, server.pid, requests, every=1 / self.opened, hold=hold, control=control))
        full = [sample for sample in outcome.samples if sample.open == self.streams]
        if not full:
            raise RuntimeError("They were never all open; is the machine busy?")
        settled = full[0].seconds + SETTLE_SECONDS
        return outcome, next((sample for sample in full if sample.seconds >= settled), full[0]), full[-1]


@dataclass
class Figures:
    """Samples of one server at one shape, one for each round unless said otherwise."""

    chunk_us: list[float] = field(default_factory=list)
    transit_us: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    """Share of the server's core that others took."""
    failure: str = ""
    """Why it was not measured any more."""

    @property
    def chunk(self) -> float:
        """The median; no number if there is none."""
        return statistics.median(self.chunk_us) if self.chunk_us else math.nan


@dataclass
class Turns:
    """Samples of one server, asked one question at a time."""

    first_us: list[float] = field(default_factory=list)
    """Of each turn."""
    turn_ms: list[float] = field(default_factory=list)
    """CPU of a turn of two tokens; of each round."""


async def measure(ground: Ground, report: Report) -> None:
    """Let the servers take turns."""
    report.title(
        "Streaming",
        "All servers stand before the same upstream, on a core of their own; upstream, load client and PostgreSQL use"
        " the other. CPU is the serving process's, with what it saves meanwhile; time is what the server adds to the"
        " upstream's own. A chunk is a token in an event of its own.",
    )
    shapes = (
        [Shape(1, 100, 50, 1), Shape(16, 320, 50, 1)]
        if ground.quick
        else [Shape(1, 100, 50, 1.5), Shape(64, 640, 64, 1.5), Shape(512, 512, 256, 1.5)]
    )
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(upstream())
        bind(ground.postmaster, OTHER_CORES)
        stack.callback(bind, ground.postmaster, ALL_CORES)
        place = (ground.database, ground.crowd.in_many, provider.base_url)
        servers = [
            await stack.enter_async_context(worker(*place)),
            await stack.enter_async_context(pipe("bare pipe", "lean", provider.base_url)),
            await stack.enter_async_context(pipe("bare pipe on httpx2's own transport", "httpx2", provider.base_url)),
            await stack.enter_async_context(straightforward(*place)),
        ]
        try:
            program = await litellm_proxy.installed(install=not ground.quick)
            servers.append(await stack.enter_async_context(litellm_proxy.litellm(program, provider.base_url)))
        except litellm_proxy.Unavailable as error:
            report.say(str(error))
        figures, turns = await _rounds(servers, shapes, provider.control, ground)
    _show(report, servers, shapes, figures, turns)


async def _rounds(
    servers: Sequence[Served], shapes: Sequence[Shape], control: int, ground: Ground
) -> tuple[dict[tuple[str, Shape], Figures], dict[str, Turns]]:
    figures = {(server.name, shape): Figures() for server in servers for shape in shapes}
    turns = {server.name: Turns() for server in servers}
    for server in servers:
        await _one_by_one(server, 10)
    for _ in ground.each_round():
        for server in servers:
            outcome = await _one_by_one(server, 10 if ground.quick else 30)
            turns[server.name].first_us += outcome.first
            spent = outcome.samples[-1].cpu - outcome.samples[0].cpu
            turns[server.name].turn_ms.append(spent / outcome.turns * 1000)
        for shape in shapes:
            for server in servers:
                each = figures[server.name, shape]
                if each.failure:
                    continue
                try:
                    _note(each, *await shape.of(server, control))
                except RuntimeError as error:
                    each.failure = f"{server.name}, {shape.name}: {error}"
    return figures, turns


async def _one_by_one(server: Served, turns: int) -> Outcome:
    requests = [server.request(question(2, 0.001, FIRST_WAIT), number) for number in range(turns)]
    return await load(Plan(server.port, server.pid, requests, every=0.05))


def _note(figures: Figures, outcome: Outcome, start: Sample, end: Sample) -> None:
    if start.tokens == end.tokens:
        raise RuntimeError("No token came while all streams were open; is the machine busy?")
    figures.chunk_us.append((end.cpu - start.cpu) / (end.tokens - start.tokens) * 1e6)
    figures.others.append(max((end.core - start.core) - (end.cpu - start.cpu), 0) / (end.seconds - start.seconds))
    figures.transit_us.append(statistics.median(outcome.transit))


def _show(
    report: Report,
    servers: Sequence[Served],
    shapes: Sequence[Shape],
    figures: dict[tuple[str, Shape], Figures],
    turns: dict[str, Turns],
) -> None:
    others = [share for each in figures.values() for share in each.others]
    report.say(
        f"Others took {statistics.median(others):.0%} of the server's core, {max(others):.0%} at most:"
        f" {'these figures are good.' if statistics.median(others) < DISTURBED else '**something else was running.**'}"
    )
    report.say(*(each.failure for each in figures.values() if each.failure))
    ours, bare = servers[0].name, servers[1].name

    def chunk(name: str, shape: Shape) -> float:
        return figures[name, shape].chunk

    report.table(
        ["CPU of a chunk, µs", *(shape.name for shape in shapes), "1,000 tokens, s", "to the pipe"],
        [
            [
                server.name,
                *(middle(figures[server.name, shape].chunk_us) for shape in shapes),
                " / ".join(_figure(chunk(server.name, shape) / 1000, 3) for shape in shapes),
                " / ".join(_figure(chunk(server.name, shape) / chunk(bare, shape), 2) for shape in shapes),
            ]
            for server in servers
        ],
    )
    report.table(
        ["one at a time", "added to first token p50, ms", "p95", "CPU of a turn, ms"],
        [
            [
                server.name,
                f"{statistics.median(turns[server.name].first_us) / 1000:.2f}",
                f"{quantile(turns[server.name].first_us, 0.95) / 1000:.2f}",
                middle(turns[server.name].turn_ms, 2),
            ]
            for server in servers
        ],
    )
    report.table(
        ["added to a token p50, µs", *(shape.name for shape in shapes)],
        [[server.name, *(middle(figures[server.name, shape].transit_us, 0) for shape in shapes)] for server in servers],
    )
    for shape in shapes:
        ratio = chunk(ours, shape) / chunk(bare, shape)
        report.aim(f"CPU of a chunk to the bare pipe, {shape.name}", ratio, 2, at_most=True)
    if servers[-1].name == "LiteLLM":
        for shape in shapes:
            ratio = chunk(ours, shape) / chunk("LiteLLM", shape)
            report.aim(f"CPU of a chunk to LiteLLM, {shape.name}", ratio, 0.1, at_most=True, digits=3)


def _figure(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"
