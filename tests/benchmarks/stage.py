"""A throw-away PostgreSQL with Palaver's schema, the machine it runs on, and figures made from samples.

The server has the settings of `make up`, crash-safe as there: nothing is made faster for the measurement.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg

from app.local.bootstrap import ALLOW_LOGIN, HOSTED_SHAPE, PLAIN_POSTGRES
from app.local.postgres import SETTINGS, Postgres, binaries
from app.migrations import migrate
from tests.world import PASSWORDS, Database, server_directory

REPORTS = Path(__file__).parents[2] / ".palaver" / "bench"
WORKER_PASSWORD = "select format('alter role palaver_worker password %L', $1::text)"


@dataclass(frozen=True)
class Stage:
    """The server of one run, and the database with the schema in it."""

    postgres: Postgres
    database: Database

    @property
    def pgbench(self) -> Path:
        """The pgbench of the same version."""
        return binaries(self.postgres.version) / "pgbench"

    async def describe(self) -> str:
        """Machine, settings and versions in one line."""
        server = await self.database.value("select version()")
        settings = ", ".join(f"{name} {SETTINGS[name]}" for name in ("shared_buffers", "work_mem", "max_wal_size"))
        return (
            f"{server.split(' on ')[0]} ({settings}, fsync on, synchronous_commit on), Python"
            f" {platform.python_version()}, asyncpg {version('asyncpg')}, {os.cpu_count()} cores of {_processor()},"
            f" load {os.getloadavg()[0]:.1f}"
        )


@asynccontextmanager
async def stage(server_version: int) -> AsyncIterator[Stage]:
    """A server that looks like hosted Supabase, the schema applied as its postgres role; gone afterwards."""
    # A run that is told to end takes its server with it, as one that is interrupted does.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _main_task().cancel)
    with server_directory(on_disk=True) as directory:
        server = Postgres(
            directory / "data",
            password=PASSWORDS["supabase_admin"],
            version=server_version,
            report=lambda _: None,
        )
        with server:
            assert server.port is not None
            await _prepare(server)
            database = Database("127.0.0.1", server.port, "bench")
            await migrate(database.url(), report=lambda _: None)
            await database.fetch(await database.value(WORKER_PASSWORD, PASSWORDS["palaver_worker"]))
            yield Stage(server, database)


def _main_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def _prepare(server: Postgres) -> None:
    first = await asyncpg.connect(server.url(), ssl=False)
    await first.execute("create database bench")
    await first.close()
    link = await asyncpg.connect(server.url(database="bench"), ssl=False)
    await link.execute(HOSTED_SHAPE.read_text())
    await link.execute(PLAIN_POSTGRES.read_text())
    for role in ("postgres", "authenticator"):
        await link.execute(await link.fetchval(ALLOW_LOGIN, role, PASSWORDS[role]))
    await link.close()


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        if names:
            return names[0]
    return platform.machine()


@dataclass(frozen=True)
class Spread:
    """Milliseconds of the runs of one thing."""

    p50: float
    p95: float
    max: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Spread:
        """The middle, the 95th percentile and the worst of at least two samples."""
        return cls(statistics.median(samples), statistics.quantiles(samples, n=20)[-1], max(samples))


def save(name: str, report: dict[str, Any]) -> Path:
    """Keep a run's figures under .palaver/bench/; returns the file."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    path = REPORTS / f"{name}-{moment:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"measured_at": moment.isoformat(), **report}, indent=2, default=str) + "\n")
    return path


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they must be: the first to the left, the rest to the right, the last as it comes."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)),
        ]
        lines.append("  ".join([*cells, row[-1]]))
    return "\n".join(lines)
