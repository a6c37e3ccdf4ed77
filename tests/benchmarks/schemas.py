"""How long it takes to write, apply, read back and compare a schema.

`python -m tests.benchmarks schemas` does it with 10, 100 and 500 tables of twelve columns, two foreign keys and three
indexes each; `pg_dump --schema-only` of the same database stands beside the reading.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Final

from app.local.postgres import Postgres, binaries
from app.provisioning.schema import catalog
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import differences
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from tests.benchmarks.report import Report, middle
from tests.provisioning.fidelity import scratch
from tests.world import PASSWORDS, server_directory

SIZES: Final = (10, 100, 500)
PARTS: Final = ("written", "applied", "read", "pg_dump", "compared")
STATE: Final = Enum("State", ("draft", "live", "gone"))


def schema(tables: int) -> Schema:
    """So many tables, each of which refers to the one before it and to itself; the first to the last."""
    return Schema(tuple(_table(number, tables) for number in range(tables)), (STATE,))


def _table(number: int, tables: int) -> Table:
    name, before = f"table_{number}", f"table_{(number - 1) % tables}"
    return Table(
        name,
        (
            Column("id", "integer", numbering="serial"),
            Column("parent_id", "integer", nullable=True),
            Column("before_id", "integer", nullable=True),
            Column("state", TypeName("State"), default="'draft'"),
            Column("created_at", "timestamp(3) without time zone", default="CURRENT_TIMESTAMP"),
            Column("email", "text"),
            *(Column(f"value_{each}", "numeric(10,2)", nullable=True, default="0") for each in range(6)),
        ),
        PrimaryKey(f"{name}_pkey", ("id",)),
        uniques=(Unique(f"{name}_email_key", ("email",)),),
        checks=(Check(f"{name}_check", "value_0 >= 0 or value_1 >= 0"),),
        indexes=tuple(
            Index(f"{name}_{column}_idx", (IndexPart(column),)) for column in ("parent_id", "before_id", "created_at")
        ),
        foreign_keys=(
            ForeignKey(f"{name}_parent_id_fkey", ("parent_id",), name, ("id",), on_delete="CASCADE"),
            ForeignKey(f"{name}_before_id_fkey", ("before_id",), before, ("id",), on_delete="SET NULL"),
        ),
    )


async def run(version: int, rounds: int) -> int:
    """Measure and print."""
    report = Report()
    report.title("Schemas", f"PostgreSQL {version}, crash-safe; milliseconds.")
    rows = []
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], version=version, report=lambda _: None
        ) as server,
    ):
        for size in SIZES:
            made = schema(size)
            times = defaultdict[str, list[float]](list)
            for _ in range(rounds):
                for part, seconds in zip(PARTS, await _timed(server, version, made), strict=True):
                    times[part].append(seconds * 1000)
            rows.append([f"{size} tables", f"{len(statements(made)):,}", *(middle(times[part]) for part in PARTS)])
    report.table(("schema", "statements", *PARTS), rows)
    return 0


async def _timed(server: Postgres, version: int, made: Schema) -> list[float]:
    """How long each of PARTS took, in seconds, in a database of its own."""
    async with scratch(server.url()) as connection:
        name = await connection.fetchval("select current_database()")
        marks = [time.perf_counter()]
        written = statements(made)
        marks.append(time.perf_counter())
        async with connection.transaction():
            for statement in written:
                await connection.execute(statement.sql)
        marks.append(time.perf_counter())
        read = await catalog.read(connection)
        marks.append(time.perf_counter())
        await _dump(binaries(version) / "pg_dump", server.url(database=name))
        marks.append(time.perf_counter())
        assert differences(read, read) == []
        marks.append(time.perf_counter())
    return [after - before for before, after in pairwise(marks)]


async def _dump(program: Path, url: str) -> None:
    process = await asyncio.create_subprocess_exec(program, "--schema-only", url, stdout=asyncio.subprocess.DEVNULL)
    if await process.wait():
        raise RuntimeError("pg_dump failed.")
