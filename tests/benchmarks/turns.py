"""Turns (begin and finish) a second from asyncpg, beside pgbench making the same two calls.

`python -m tests.benchmarks.turns` fills a throw-away PostgreSQL and lets 1, 8 and 16 connections of
palaver_worker run whole turns with no model between begin and finish: each connection for a person of a tenant of
its own, and all for people of one tenant, whose requests queue for its allowance. Round trips are counted on the
wire under the worker's own pool, commits and flushes of the write-ahead log by PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg

from app.database import Database as WorkerDatabase
from app.metrics import Metrics
from app.queries import QUERIES
from tests.benchmarks.dataset import fill
from tests.benchmarks.pgbench import pgbench
from tests.benchmarks.stage import Stage, save, stage, table
from tests.benchmarks.wire import wire
from tests.world import Database

CONNECTIONS = (1, 8, 16)
HISTORY = 50
QUESTION = "How long does the warranty of the cordless drill last, and what does it leave out?"
ANSWER = "Three years from the day of purchase; it leaves out the battery, the chuck and the drive belt. " * 8
COUNTED_TURNS = 200

# One person of each of the biggest tenants, or the people of the biggest: the conversation of each with the most in it.
PEOPLE = """
select u.auth_id, c.id as conversation_id
from public.users as u
inner join public.tenants as t on u.tenant_id = t.id
cross join lateral (
    select c.id
    from public.conversations as c
    where c.tenant_id = u.tenant_id and c.user_id = u.id and not c.is_archived
    order by c.updated_at - c.created_at desc
    limit 1
) as c
where u.role = 'member' and ($1 and t.slug = 'tenant-1' or not $1 and u.email like 'person-3@%')
order by t.id, u.id
limit 16
"""

BEGIN_BY_PGBENCH = (
    "select * from private.begin_turn('{claims}'::jsonb, '{question}', '{conversation}', {history}) \\gset\n"
)
FINISH_BY_PGBENCH = (
    "select * from private.finish_turn('{claims}'::jsonb, :turn_id, 'completed', '{answer}', 'openai', 'gpt-5-mini',"
    " 120, 160, false, 900, 'stop', 'chatcmpl-1') \\gset\n"
)

WAL = {
    16: "select wal_sync as flushes, wal_bytes::bigint as bytes from pg_catalog.pg_stat_wal",
    18: """
        select
            (select sum(fsyncs)::bigint from pg_catalog.pg_stat_io where object = 'wal') as flushes,
            (select wal_bytes::bigint from pg_catalog.pg_stat_wal) as bytes
    """,
}
COMMITS = "select xact_commit from pg_catalog.pg_stat_database where datname = current_database()"
WORKERS_LEFT = "select count(*) from pg_catalog.pg_stat_activity where usename = 'palaver_worker'"
LEDGER = """
select
    (select count(*) from public.turns) as turns,
    (select count(*) from public.turns where status = 'completed' and answer_id is not null) as completed
"""


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: their claims as the worker hands them on, and the conversation."""

    claims: str
    conversation_id: Any


@dataclass
class Rates:
    """Turns a second, one sample for each round, and every begin and finish in milliseconds."""

    asyncpg: list[float] = field(default_factory=list)
    by_pgbench: list[float] = field(default_factory=list)
    begin: list[float] = field(default_factory=list)
    finish: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """asyncpg to pgbench, medians."""
        return statistics.median(self.asyncpg) / statistics.median(self.by_pgbench)


def finishing(asker: Asker, turn_id: object) -> tuple[object, ...]:
    """The arguments of finish_turn."""
    return (
        asker.claims,
        turn_id,
        "completed",
        ANSWER,
        "openai",
        "gpt-5-mini",
        120,
        160,
        False,
        900,
        "stop",
        "chatcmpl-1",
        None,
    )


async def from_asyncpg(database: Database, askers: list[Asker], seconds: float, rates: Rates) -> int:
    """Turns of one connection for each asker; returns how many."""
    async with AsyncExitStack() as links:
        connections = [await links.enter_async_context(database.connected("palaver_worker")) for _ in askers]
        started = time.perf_counter()
        pairs = zip(connections, askers, strict=True)
        counts = await asyncio.gather(*[_ask(*pair, started + seconds, rates) for pair in pairs])
        rates.asyncpg.append(sum(counts) / (time.perf_counter() - started))
    return sum(counts)


async def _ask(connection: asyncpg.Connection, asker: Asker, until: float, rates: Rates) -> int:
    count = 0
    while (started := time.perf_counter()) < until:
        begun = await connection.fetchrow(QUERIES["begin_turn"], asker.claims, QUESTION, asker.conversation_id, HISTORY)
        assert begun is not None
        between = time.perf_counter()
        await connection.fetchrow(QUERIES["finish_turn"], *finishing(asker, begun["turn_id"]))
        rates.begin.append((between - started) * 1000)
        rates.finish.append((time.perf_counter() - between) * 1000)
        count += 1
    return count


def script(asker: Asker) -> str:
    """A turn as pgbench makes it; it escapes nothing, and nothing here needs it."""
    given = {
        "claims": asker.claims,
        "question": QUESTION,
        "conversation": asker.conversation_id,
        "history": HISTORY,
        "answer": ANSWER,
    }
    return (BEGIN_BY_PGBENCH + FINISH_BY_PGBENCH).format(**given)


async def price(place: Stage, asker: Asker) -> dict[str, float]:
    """Round trips, commits, flushes and bytes of the write-ahead log of a turn, one at a time on one connection."""
    database = place.database
    async with wire(database.host, database.port) as relay:
        url = replace(database, port=relay.port).url("palaver_worker")
        pool = WorkerDatabase(
            f"{url}?sslmode=disable",
            size=1,
            timeout=10,
            metrics=Metrics("bench"),
        )
        await pool.open()
        await _turn(pool, asker)
        before = (relay.round_trips, *await _server_counts(database, place.postgres.version))
        for _ in range(COUNTED_TURNS):
            await _turn(pool, asker)
        trips = relay.round_trips
        await pool.close()
    while await database.value(WORKERS_LEFT):
        await asyncio.sleep(0.05)
    after = (trips, *await _server_counts(database, place.postgres.version))
    names = ("round trips", "commits", "WAL flushes", "WAL bytes")
    return {name: (end - start) / COUNTED_TURNS for name, start, end in zip(names, before, after, strict=True)}


async def _turn(pool: WorkerDatabase, asker: Asker) -> None:
    begun = await pool.fetch_row("begin_turn", asker.claims, QUESTION, asker.conversation_id, HISTORY)
    await pool.fetch_row("finish_turn", *finishing(asker, begun["turn_id"]))


async def _server_counts(database: Database, version: int) -> tuple[int, int, int]:
    (wal,) = await database.fetch(WAL[version], role="supabase_admin")
    return int(await database.value(COMMITS)), int(wal["flushes"]), int(wal["bytes"])


async def run(messages: int, server_version: int, seconds: float, rounds: int) -> int:
    """Fill, measure, print, keep; the exit code."""
    async with stage(server_version) as place:
        machine = await place.describe()
        print(machine)
        cast = await fill(place.database, messages=messages)
        print(f"{cast.sizes['messages']:,} messages, {cast.sizes['size']}")
        results: dict[tuple[str, int], Rates] = {}
        done = 0
        groups = {}
        for tenancy, in_one in (("a tenant each", False), ("one tenant", True)):
            rows = await place.database.fetch(PEOPLE, in_one)
            groups[tenancy] = [Asker(json.dumps({"sub": str(auth), "role": "authenticated"}), at) for auth, at in rows]
        costs = await price(place, groups["a tenant each"][0])
        done += COUNTED_TURNS + 1
        for _ in range(rounds):
            for tenancy, askers in groups.items():
                for count in CONNECTIONS:
                    rates = results.setdefault((tenancy, count), Rates())
                    done += await from_asyncpg(place.database, askers[:count], seconds, rates)
                    scripts = [script(asker) for asker in askers[:count]]
                    outcome = await pgbench(place, "palaver_worker", *scripts, clients=count, seconds=seconds)
                    rates.by_pgbench.append(outcome.per_second)
                    done += outcome.processed
        (ledger,) = await place.database.fetch(LEDGER)
    rows_shown = [
        [
            tenancy,
            str(count),
            f"{statistics.median(rates.asyncpg):,.0f}",
            f"{statistics.median(rates.by_pgbench):,.0f}",
            f"{rates.ratio:.2f}",
            f"{statistics.median(rates.begin):.2f}",
            f"{statistics.median(rates.finish):.2f}",
            f"{statistics.quantiles(rates.begin, n=20)[-1]:.2f} / {statistics.quantiles(rates.finish, n=20)[-1]:.2f}",
        ]
        for (tenancy, count), rates in results.items()
    ]
    header = ["tenancy", "connections", "turns/s", "by pgbench", "ratio", "begin p50 ms", "finish p50", "p95 of both"]
    print(table(header, rows_shown))
    print("A turn costs " + ", ".join(f"{value:,.2f} {name}" for name, value in costs.items()) + ".")
    wrong = (
        [] if ledger["turns"] == ledger["completed"] == done else [f"{done} turns made, the ledger has {dict(ledger)}"]
    )
    print(*(wrong or [f"All {done:,} turns are in the ledger, each with its answer."]), sep="\n")
    report = {
        "machine": machine,
        "sizes": cast.sizes,
        "a turn costs": costs,
        "results": [
            {
                "tenancy": tenancy,
                "connections": count,
                "turns/s": rates.asyncpg,
                "by pgbench": rates.by_pgbench,
                "ratio": rates.ratio,
            }
            for (tenancy, count), rates in results.items()
        ],
        "wrong": wrong,
    }
    print(f"{rounds} rounds of {seconds:g} s, medians; kept in {save('turns', report)}")
    return 1 if wrong else 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    sys.exit(asyncio.run(run(options.messages, options.server_version, options.seconds, options.rounds)))


if __name__ == "__main__":
    main()
