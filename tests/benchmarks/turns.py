"""Chat turns a second: by the worker's own calls and over HTTP, beside pgbench making the same two calls."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks.calls import POOL_SIZE, SCRIPT, Caller, prepare_script, scripted_variables
from tests.benchmarks.crowd import SIZE
from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Plan, load
from tests.benchmarks.pgbench import pgbench
from tests.benchmarks.report import Report, middle
from tests.benchmarks.servers import Served, upstream, worker
from tests.benchmarks.upstream import question

CLIENTS: Final = (1, 16, 64)
SECONDS: Final = 1


@dataclass
class Rates:
    """Turns a second, a sample for each round."""

    calls: list[float] = field(default_factory=list)
    by_pgbench: list[float] = field(default_factory=list)
    http: list[float] = field(default_factory=list)
    http_ms: list[float] = field(default_factory=list)
    """CPU of the worker for a turn."""

    @property
    def ratio(self) -> float:
        """The worker's calls to pgbench, medians."""
        return statistics.median(self.calls) / statistics.median(self.by_pgbench)


async def measure(ground: Ground, report: Report) -> None:
    """Let the three take turns."""
    report.title(
        "Turns a second",
        "begin_turn and finish_turns with no model in between and a history of 50 messages, everything on the same"
        f" cores. The worker's pool has its usual {POOL_SIZE} connections however many ask, and what ends together is"
        " settled together; pgbench has a connection for each client. Over HTTP a turn is a whole request to the"
        " worker, with a model that answers two tokens at once.",
    )
    counts = (1, 16) if ground.quick else CLIENTS
    tenancies = ground.crowd.tenancies
    everybody = [person for people in tenancies.values() for person in people]
    await prepare_script(ground.database, everybody)
    results = {(tenancy, count): Rates() for tenancy in tenancies for count in counts}
    async with (
        Caller.connected(ground.database) as caller,
        upstream() as provider,
        worker(ground.database, everybody, provider.base_url, alone=False) as server,
    ):
        await caller.rate(ground.crowd.in_many, SECONDS)
        await _over_http(server, range(counts[-1]))
        for _ in ground.each_round():
            for number, (tenancy, people) in enumerate(tenancies.items()):
                first = number * SIZE
                variables = scripted_variables(caller.worker_id, first)
                for count in counts:
                    rates = results[tenancy, count]
                    rates.calls.append(await caller.rate(people[:count], SECONDS))
                    rates.by_pgbench.append(
                        await pgbench(ground.stage, "palaver_worker", SCRIPT, count, SECONDS, variables)
                    )
                rate, milliseconds = await _over_http(server, range(first, first + counts[-1]))
                rates.http.append(rate)
                rates.http_ms.append(milliseconds)
    report.table(
        ["turns/s", "clients", "worker's calls", "pgbench", "ratio", "over HTTP", "worker's CPU a turn, ms"],
        [
            [
                tenancy,
                str(count),
                middle(rates.calls, 0),
                middle(rates.by_pgbench, 0),
                f"{rates.ratio:.2f}",
                middle(rates.http, 0) if rates.http else "",
                middle(rates.http_ms, 2) if rates.http_ms else "",
            ]
            for (tenancy, count), rates in results.items()
        ],
    )
    for (tenancy, count), rates in results.items():
        report.aim(f"turns/s to pgbench, {count} clients, {tenancy}", rates.ratio, 0.7, at_most=False)


async def _over_http(server: Served, numbers: Sequence[int]) -> tuple[float, float]:
    """Turns a second of these people, and the worker's CPU for each in milliseconds."""
    requests = [server.request(question(2, 0.0, 0.0), number) for number in numbers]
    outcome = await load(Plan(server.port, server.pid, requests, seconds=SECONDS))
    first, last = outcome.samples[0], outcome.samples[-1]
    return outcome.turns / (last.seconds - first.seconds), (last.cpu - first.cpu) / outcome.turns * 1000
