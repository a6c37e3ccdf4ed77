"""What a turn costs the database: round trips, commits, flushes and bytes of the write-ahead log."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from tests.benchmarks.calls import Caller
from tests.benchmarks.ground import Ground
from tests.benchmarks.report import Report
from tests.benchmarks.wire import wire

# From PostgreSQL 18 on flushes are counted with all other reads and writes.
WAL: Final = {
    16: "select wal_sync::bigint as flushes, wal_bytes::bigint as bytes from pg_catalog.pg_stat_wal",
    18: """
        select
            (select sum(fsyncs)::bigint from pg_catalog.pg_stat_io where object = 'wal') as flushes,
            (select wal_bytes::bigint from pg_catalog.pg_stat_wal) as bytes
    """,
}
COMMITS: Final = "select xact_commit from pg_catalog.pg_stat_database where datname = current_database()"
WORKERS_LEFT: Final = "select count(*) from pg_catalog.pg_stat_activity where usename = 'palaver_worker'"


async def measure(ground: Ground, report: Report) -> None:
    """Count around a number of turns."""
    report.title(
        "Round trips of a turn",
        "Counted on the wire under the worker's own pool, and by PostgreSQL. A worker with turns under way makes"
        " besides them one call each 200 ms for all of them, and one each second.",
    )
    rows = []
    for clients in (1, 16, 64):
        each = (10 if ground.quick else 200) // clients + 1
        spent = await _price(ground, clients, each)
        rows.append([str(clients), *(f"{value:,.2f}" for value in spent)])
        if clients == 1:
            report.aim("round trips of a turn", spent[0], 2, at_most=True)
    report.table(["clients", "round trips", "commits", "WAL flushes", "WAL bytes", "ms a turn"], rows)


async def _price(ground: Ground, clients: int, each: int) -> list[float]:
    database, people = ground.database, ground.crowd.in_many[:clients]
    before = await _counts(ground)
    async with wire(database.host, database.port) as relay, Caller.connected(database, port=relay.port) as caller:
        # A connection asks more of the server when it does something for the first time.
        await caller.turns(people, 1)
        settled = relay.round_trips
        started = time.perf_counter()
        await caller.turns(people, each)
        took = time.perf_counter() - started
        trips = relay.round_trips - settled
    # A connection's counts are there at the latest when it has ended.
    while await database.value(WORKERS_LEFT):
        await asyncio.sleep(0.05)
    after = await _counts(ground)
    counted = [(end - start) / (clients * (each + 1)) for start, end in zip(before, after, strict=True)]
    turns = clients * each
    return [trips / turns, *counted, took / turns * 1000]


async def _counts(ground: Ground) -> tuple[int, int, int]:
    (wal,) = await ground.database.fetch(WAL[ground.stage.postgres.version], role="supabase_admin")
    return int(await ground.database.value(COMMITS)), int(wal["flushes"]), int(wal["bytes"])
