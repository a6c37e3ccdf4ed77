"""Increments of the usage counters a second, beside pgbench's bare update of one row.

`python -m tests.benchmarks.increments` lets 1, 4, 16 and 64 writers add to one person's day, and to one each.
They take turns with pgbench: on the same function, as the same role under the same policies (what the client in
Python costs), and on a bare update of one row by the owner (what the function costs). At the end the totals must be
exact to the last increment of either client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from tests.benchmarks.pgbench import Outcome, pgbench
from tests.benchmarks.stage import Stage, save, stage, table
from tests.world import Database

PEOPLE = 64
CLAIMS = "select set_config('request.jwt.claims', $1, false)"
INCREMENT = "select total_tokens from public.increment_usage_metrics($1, $2, 2, 1, 0.001)"

SETTING = """
with tenant as (
    insert into public.tenants (name, slug) values ('Bench', 'bench') returning id
), accounts as (
    insert into auth.users (id) select gen_random_uuid() from generate_series(1, $1::integer) returning id
)
insert into public.users (tenant_id, auth_id, email)
select tenant.id, accounts.id, accounts.id || '@bench.example'
from tenant
cross join accounts
returning tenant_id, id, auth_id
"""

INCREMENT_BY_PGBENCH = "select total_tokens from public.increment_usage_metrics('{tenant_id}', '{id}', 2, 1, 0.001);\n"

BARE_TABLE = """
create table private.bare (id integer primary key, tokens bigint not null) with (fillfactor = 50);
insert into private.bare select number, 0 from generate_series(1, 64) as number
"""
BARE_ONE = "update private.bare set tokens = tokens + 3 where id = 1;\n"
BARE_MANY = "update private.bare set tokens = tokens + 3 where id = :client_id + 1;\n"

TOTALS = """
select
    coalesce(sum(total_tokens), 0)::bigint as total_tokens,
    coalesce(sum(prompt_tokens), 0)::bigint as prompt_tokens,
    coalesce(sum(completion_tokens), 0)::bigint as completion_tokens,
    coalesce(sum(request_count), 0)::bigint as request_count,
    coalesce(sum(estimated_cost), 0) as estimated_cost
from public.usage_metrics
"""


@dataclass
class Rates:
    """Per second, one sample for each round."""

    function: list[float] = field(default_factory=list)
    by_pgbench: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Increments to bare updates, medians; 1 would be free."""
        return statistics.median(self.function) / statistics.median(self.bare)


class Writers:
    """Connections of palaver_worker, each acting for the person whose counters it adds to."""

    def __init__(self, people: list[asyncpg.Record]) -> None:
        self._people = people
        self.done = 0

    async def rate(self, database: Database, writers: int, *, one_row: bool, seconds: float) -> float:
        """Increments a second of so many writers."""
        people = [self._people[0 if one_row else at] for at in range(writers)]
        async with AsyncExitStack() as links:
            ready = []
            for person in people:
                link = await links.enter_async_context(database.connected("palaver_worker"))
                await link.execute(CLAIMS, json.dumps({"sub": str(person["auth_id"]), "role": "authenticated"}))
                ready.append((await link.prepare(INCREMENT), person["tenant_id"], person["id"]))
            started = time.perf_counter()
            counts = await asyncio.gather(*[self._write(*each, started + seconds) for each in ready])
            took = time.perf_counter() - started
        self.done += sum(counts)
        return sum(counts) / took

    async def _write(self, statement: Any, tenant_id: UUID, user_id: UUID, until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            await statement.fetchval(tenant_id, user_id)
            count += 1
        return count


async def measure(place: Stage, seconds: float, rounds: int) -> tuple[dict[tuple[str, int], Rates], list[str]]:
    """The rates by kind and number of writers, and what is wrong with the totals."""
    database = place.database
    people = await database.fetch(SETTING, PEOPLE)
    async with database.connected() as owner:
        await owner.execute(BARE_TABLE)
    writers = Writers(people)
    rates: dict[tuple[str, int], Rates] = {}
    for _ in range(rounds):
        for count in (1, 4, 16, 64):
            for kind, bare in (("one row", BARE_ONE), ("a row each", BARE_MANY)):
                rate = rates.setdefault((kind, count), Rates())
                rate.function.append(await writers.rate(database, count, one_row=kind == "one row", seconds=seconds))
                rate.bare.append((await pgbench(place, "postgres", bare, clients=count, seconds=seconds)).per_second)
            outcome = await _by_pgbench(place, people[0], count, seconds)
            writers.done += outcome.processed
            rates["one row", count].by_pgbench.append(outcome.per_second)
    return rates, await _wrong_totals(database, writers.done)


async def _by_pgbench(place: Stage, person: asyncpg.Record, clients: int, seconds: float) -> Outcome:
    script = INCREMENT_BY_PGBENCH.format(tenant_id=person["tenant_id"], id=person["id"])
    claims = {"sub": str(person["auth_id"]), "role": "authenticated"}
    return await pgbench(place, "palaver_worker", script, clients=clients, seconds=seconds, claims=claims)


async def _wrong_totals(database: Database, increments: int) -> list[str]:
    (totals,) = await database.fetch(TOTALS)
    each = {"total_tokens": 3, "prompt_tokens": 2, "completion_tokens": 1, "request_count": 1}
    wrong = [
        f"{name}: {totals[name]}, not {increments * by}" for name, by in each.items() if totals[name] != increments * by
    ]
    if totals["estimated_cost"] * 1000 != increments:
        wrong.append(f"estimated_cost: {totals['estimated_cost']}, not {increments} thousandths")
    return wrong


async def run(server_version: int, seconds: float, rounds: int) -> int:
    """Measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        machine = await place.describe()
        print(machine)
        rates, wrong = await measure(place, seconds, rounds)
    rows = [
        [
            kind,
            str(count),
            f"{statistics.median(rate.function):,.0f}",
            f"{min(rate.function):,.0f}-{max(rate.function):,.0f}",
            f"{statistics.median(rate.by_pgbench):,.0f}" if rate.by_pgbench else "",
            f"{statistics.median(rate.bare):,.0f}",
            f"{min(rate.bare):,.0f}-{max(rate.bare):,.0f}",
            f"{rate.ratio:.2f}",
        ]
        for (kind, count), rate in sorted(rates.items(), key=lambda item: (item[0][0] != "one row", item[0][1]))
    ]
    print(
        table(
            [
                "counters",
                "writers",
                "increments/s",
                "spread",
                "by pgbench",
                "bare update by pgbench",
                "spread",
                "ratio",
            ],
            rows,
        )
    )
    print(*(wrong or ["All totals are exact."]), sep="\n")
    results = [
        {"counters": kind, "writers": count, **vars(rate), "ratio": rate.ratio} for (kind, count), rate in rates.items()
    ]
    kept = save("increments", {"machine": machine, "results": results, "wrong": wrong})
    print(f"{rounds} rounds of {seconds:g} s, medians; kept in {kept}")
    return 1 if wrong else 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.server_version, options.seconds, options.rounds)))


if __name__ == "__main__":
    main()
