"""The list, page, feedback and usage queries under Row Level Security: time, plan, and ratio to none.

`python -m tests.benchmarks.queries` fills a throw-away PostgreSQL and lets each query and its twin (the
owner's, without policies) take turns, warm and prepared. It fails on a plan that reads a big table from end
to end or leaves its index, and on a median beyond the limit; the tail says as much about the machine's other
work. Only the query is timed, not the statements that set role and claims.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import asyncpg

from tests.benchmarks.catalogue import Arguments, Query, catalogue
from tests.benchmarks.dataset import fill
from tests.benchmarks.plans import acting, explain, indexes, scans, sequential_scans
from tests.benchmarks.stage import Spread, save, stage, table
from tests.world import Database

WARM_UP = 20
PLAN_MODES = ("auto", "force_generic_plan", "force_custom_plan")


@dataclass(frozen=True)
class Result:
    """What was measured of one query; milliseconds."""

    name: str
    rows: int
    limit: float | None
    client: Spread
    server: Spread
    owner_client: Spread
    owner_server: Spread
    indexes: list[str]
    faults: list[str]

    @property
    def ratio(self) -> float:
        """Server time under Row Level Security to server time without, medians."""
        return self.server.p50 / self.owner_server.p50

    @property
    def failures(self) -> list[str]:
        """Why this run fails."""
        limit = float("inf") if self.limit is None else self.limit
        late = [f"the median is {self.client.p50:.1f} ms, the limit {limit:g}"] if self.client.p50 > limit else []
        return [*self.faults, *late]


class Side:
    """A query prepared on a connection of its own, asked as one person."""

    def __init__(self, connection: asyncpg.Connection, asker: UUID | None, name: str) -> None:
        self.connection = connection
        self.asker = asker
        self.name = name
        self.client: list[float] = []
        self.server: list[float] = []
        self.rows = 0
        self._statement: Any = None

    async def prepare(self, sql: str) -> None:
        """Prepare it as the person: policies are part of a plan."""
        async with acting(self.connection, self.asker):
            self._statement = await self.connection.prepare(sql, name=self.name)

    async def run(self, arguments: Arguments, *, keep: bool) -> None:
        """Once over the wire and once under EXPLAIN, timed; samples are kept after the warm-up."""
        async with acting(self.connection, self.asker):
            started = time.perf_counter()
            rows = await self._statement.fetch(*arguments)
            took = (time.perf_counter() - started) * 1000
        async with acting(self.connection, self.asker):
            plan = await explain(self.connection, self.name, arguments, analyze=True)
        if keep:
            self.rows = len(rows)
            self.client.append(took)
            self.server.append(plan["Planning Time"] + plan["Execution Time"])

    async def plans(self, arguments: Arguments, expected: tuple[frozenset[str], ...]) -> tuple[list[str], list[str]]:
        """The indexes used, those inside functions too, and what is wrong with the plans PostgreSQL may choose."""
        used: set[str] = set()
        faults: list[str] = []
        for mode in PLAN_MODES:
            async with acting(self.connection, self.asker):
                await self.connection.execute(f"set local plan_cache_mode = {mode}")
                plan = (await explain(self.connection, self.name, arguments))["Plan"]
                found = await scans(self.connection, self._statement, arguments)
            touched = set(found.indexes) | set(indexes(plan))
            if mode == "auto":
                used = touched & frozenset().union(*expected)
            read = sorted({*found.of_big_tables, *sequential_scans(plan)})
            faults += [f"{mode}: reads {name} from end to end" for name in read]
            unused = [sorted(either) for either in expected if not either & touched]
            faults += [f"{mode}: does not use {' or '.join(either)}" for either in unused]
        return sorted(used), faults


async def measure(database: Database, query: Query, runs: int) -> Result:
    """Let the query and its twin take turns."""
    by_hand: Arguments = (query.asker.tenant_id, query.asker.user_id)
    async with AsyncExitStack() as links:
        client = await links.enter_async_context(database.connected("authenticator"))
        owner = await links.enter_async_context(database.connected())
        asked, twin = Side(client, query.asker.auth_id, "asked"), Side(owner, None, "twin")
        await asked.prepare(query.sql)
        await twin.prepare(query.owner_sql)
        for turn in range(-WARM_UP, runs):
            arguments = query.arguments[turn % len(query.arguments)]
            await asked.run(arguments, keep=turn >= 0)
            await twin.run((*arguments, *by_hand), keep=turn >= 0)
        assert asked.rows == twin.rows > 0, (query.name, asked.rows, twin.rows)
        used, faults = await asked.plans(query.arguments[0], query.expected)
    return Result(
        query.name,
        asked.rows,
        query.limit,
        Spread.of(asked.client),
        Spread.of(asked.server),
        Spread.of(twin.client),
        Spread.of(twin.server),
        used,
        faults,
    )


def show(results: Sequence[Result]) -> str:
    """The table that is printed."""
    rows = [
        [
            result.name,
            str(result.rows),
            f"{result.client.p50:.2f}",
            f"{result.client.p95:.2f}",
            f"{result.client.max:.2f}",
            f"{result.server.p50:.3f}",
            f"{result.server.p95:.3f}",
            "-" if result.limit is None else f"{result.limit:g}",
            f"{result.ratio:.2f}",
            ", ".join(result.indexes),
        ]
        for result in results
    ]
    header = ["query", "rows", "p50 ms", "p95", "max", "server p50", "p95", "limit", "to no RLS", "index"]
    return table(header, rows)


async def run(messages: int, server_version: int, runs: int) -> int:
    """Fill, measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        print(await place.describe())
        started = time.perf_counter()
        cast = await fill(place.database, messages=messages)
        sizes = ", ".join(f"{count:,} {name}" if name != "size" else str(count) for name, count in cast.sizes.items())
        took = time.perf_counter() - started
        print(f"filled in {took:.0f} s, summaries refreshed in {cast.refresh_seconds:.1f} s of it: {sizes}")
        results = [await measure(place.database, query, runs) for query in await catalogue(place.database, cast)]
        machine = await place.describe()
    print(show(results))
    failures = [f"{result.name}: {failure}" for result in results for failure in result.failures]
    print(*failures, sep="\n")
    report = {
        "machine": machine,
        "sizes": cast.sizes,
        "refresh_seconds": cast.refresh_seconds,
        "runs": runs,
        "results": [{**asdict(result), "ratio": result.ratio} for result in results],
        "failures": failures,
    }
    print(f"{runs} runs of each, {messages:,} messages asked for; kept in {save('queries', report)}")
    return 1 if failures else 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="up to 10,000,000")
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.messages, options.server_version, options.runs)))


if __name__ == "__main__":
    main()
