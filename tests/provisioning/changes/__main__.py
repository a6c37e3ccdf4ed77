"""`python -m tests.provisioning.changes`: how long plans take, on a server of its own.

`--tables` says how many tables the app has (500), `--version` which PostgreSQL (18). With `--examples` the tests run on
it instead, each property of test_any_change.py so many times.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable
from dataclasses import replace
from time import perf_counter
from typing import Any, TypeVar

from app.local.postgres import Postgres
from app.provisioning.changes.apply import apply, occupied
from app.provisioning.changes.plan import planned
from app.provisioning.changes.rehearsal import canonical
from app.provisioning.schema import catalog
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
)
from tests.provisioning.changes.trying import VERSION, databases
from tests.world import PASSWORDS, server_directory

Value = TypeVar("Value")


def large(tables: int) -> Schema:
    """An app of so many tables, each with ten columns, a key, two indexes, a check and a foreign key to the last."""
    made = []
    for number in range(tables):
        name = f"table_{number}"
        columns = (
            Column("id", "integer", numbering="serial"),
            Column("previous_id", "integer", nullable=True),
            Column("status", TypeName("status"), default="'active'::public.status"),
            *(Column(f"column_{place}", "text", nullable=True) for place in range(6)),
            Column("created_at", "timestamp(3) without time zone", default="CURRENT_TIMESTAMP"),
        )
        made.append(
            Table(
                name,
                columns,
                PrimaryKey(f"{name}_pkey", ("id",)),
                indexes=tuple(Index(f"{name}_{of}_idx", (IndexPart(of),)) for of in ("previous_id", "created_at")),
                checks=(Check(f"{name}_check", "column_0 <> column_1"),),
                foreign_keys=(ForeignKey(f"{name}_fkey", ("previous_id",), f"table_{max(0, number - 1)}", ("id",)),),
            )
        )
    return Schema(tuple(made), (Enum("status", ("active", "gone")),))


def changed(schema: Schema) -> Schema:
    """Each table with a column more, one less, one renamed and one of another type."""

    def table(each: Table) -> Table:
        columns = [column for column in each.columns if column.name != "column_5"]
        columns[4] = replace(columns[4], name="column_one_renamed")
        columns[5] = replace(columns[5], type="character varying(50)")
        checks = (replace(each.checks[0], expression="column_0 <> column_one_renamed"),)
        return replace(each, columns=(*columns, Column("added", "integer", nullable=True)), checks=checks)

    return replace(schema, tables=tuple(map(table, schema.tables)))


async def timed(what: str, awaited: Awaitable[Value]) -> Value:
    """Print how long it took."""
    began = perf_counter()
    value = await awaited
    print(f"{what:<44}{perf_counter() - began:8.2f} s")
    return value


async def measure(server: Postgres, tables: int) -> None:
    """Print how long each part of a change takes."""
    old, new = large(tables), changed(large(tables))

    async def plan(*sides: Schema, **options: Any) -> Any:
        return planned(*sides, **options)

    async with databases(lambda name: server.url(database=name)) as tried:
        await timed(f"{tables} tables made", tried.holds(old))
        first = await timed("old source as PostgreSQL prints it", canonical(tried.scratch, old))
        second = await timed("new source as PostgreSQL prints it", canonical(tried.scratch, new))
        live = await timed("catalog read", catalog.read(tried.live))
        full = await timed("which tables have rows", occupied(tried.live, live))
        nothing = await timed("plan where nothing changed", plan(first, first, live))
        made = await timed("plan where every table changed", plan(first, second, live, occupied=full))
        started = await timed("plan of a database from nothing", plan(Schema(), first, Schema()))
        apart = await timed("plan of another app altogether", plan(first, others(second), live, occupied=full))
        ran = await timed("applied, with all confirmed", apply(tried.live, made, range(len(made.steps))))
    print(f"steps: {len(nothing.steps)}, {len(made.steps)}, {len(started.steps)}, {len(apart.steps)}; ran {len(ran)}")


def others(schema: Schema) -> Schema:
    """Tables of which each goes by another name and has other columns."""
    return Schema(
        tuple(
            Table(f"other_{number}", tuple(Column(f"c_{place}", "bytea") for place in range(10)))
            for number in range(len(schema.tables))
        )
    )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--version", type=int, default=18)
    parser.add_argument("--examples", type=int)
    arguments = parser.parse_args()
    if arguments.examples:
        command = [sys.executable, "-m", "pytest", "tests/provisioning/changes", "-q", "--hypothesis-show-statistics"]
        told = {"PALAVER_EXAMPLES": str(arguments.examples), VERSION: str(arguments.version)}
        sys.exit(subprocess.call(command, env=os.environ | told))
    with (
        server_directory() as directory,
        Postgres(
            directory / "data",
            password=PASSWORDS["supabase_admin"],
            version=arguments.version,
            durable=False,
            report=lambda _: None,
        ) as server,
    ):
        asyncio.run(measure(server, arguments.tables))


if __name__ == "__main__":
    main()
