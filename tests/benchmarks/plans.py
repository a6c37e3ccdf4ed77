"""What PostgreSQL did for a statement: the plan it shows, and the scans it counted, those inside functions too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

BIG_TABLES = frozenset(
    {
        "conversations",
        "messages",
        "feedback",
        "usage_metrics",
        "turns",
        "users",
        "monthly_usage_closed",
        "message_feedback_closed",
        "usage_ledger",
        "usage_daily",
        "feedback_changes",
    }
)

BECOME = """
select
    set_config('search_path', 'public, extensions', true),
    set_config('role', 'authenticated', true),
    set_config('request.jwt.claims', $1, true)
"""

# A transaction's own counts come at once, and include what functions do; those of sequential scans by table, those of
# index scans by index.
COUNTED = """
select relname as name, seq_scan as scans, 'table' as kind
from pg_catalog.pg_stat_xact_user_tables
union all
select c.relname, pg_catalog.pg_stat_get_xact_numscans(c.oid), 'index'
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where c.relkind = 'i' and n.nspname in ('public', 'private')
"""


@dataclass
class Scans:
    """How often a statement read tables from end to end, and which indexes it used."""

    sequential: dict[str, int] = field(default_factory=dict)
    indexes: dict[str, int] = field(default_factory=dict)

    @property
    def of_big_tables(self) -> dict[str, int]:
        """The sequential scans that do not belong in a request."""
        return {name: count for name, count in self.sequential.items() if name in BIG_TABLES}


@asynccontextmanager
async def acting(connection: asyncpg.Connection, auth_id: UUID | None) -> AsyncIterator[None]:
    """A transaction with role and claims as PostgREST sets them; as the login role itself if nobody is named."""
    async with connection.transaction():
        if auth_id is not None:
            claims = {"sub": str(auth_id), "role": "authenticated", "aud": "authenticated"}
            await connection.execute(BECOME, json.dumps(claims))
        yield


async def scans(connection: asyncpg.Connection, statement: Any, arguments: tuple[object, ...]) -> Scans:
    """Run a prepared statement in the transaction at hand, and count what it scanned."""
    before = await _counts(connection)
    await statement.fetch(*arguments)
    after = await _counts(connection)
    found = Scans()
    for (kind, name), count in after.items():
        more = count - before.get((kind, name), 0)
        if more:
            (found.sequential if kind == "table" else found.indexes)[name] = more
    return found


async def _counts(connection: asyncpg.Connection) -> Mapping[tuple[str, str], int]:
    return {(row["kind"], row["name"]): row["scans"] for row in await connection.fetch(COUNTED)}


async def explain(
    connection: asyncpg.Connection, name: str, arguments: tuple[object, ...], *, analyze: bool = False
) -> dict[str, Any]:
    """EXPLAIN of a statement prepared under a name; clocks in its nodes would cost more than they do."""
    options = "format json"
    if analyze:
        serialize = ", serialize binary" if connection.get_server_version().major >= 17 else ""
        options += f", analyze, timing off, buffers off, summary on{serialize}"
    given = ", ".join(_literal(argument) for argument in arguments)
    (plan,) = json.loads(
        await connection.fetchval(f"explain ({options}) execute {name}" + (f"({given})" if given else ""))
    )
    return dict(plan)


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node of a plan, the top one first."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def indexes(plan: Mapping[str, Any]) -> list[str]:
    """The indexes that a plan names."""
    return sorted({str(node["Index Name"]) for node in nodes(plan) if "Index Name" in node})


def sequential_scans(plan: Mapping[str, Any]) -> list[str]:
    """The big tables that a plan reads from end to end."""
    return sorted(
        {
            str(node["Relation Name"])
            for node in nodes(plan)
            if node["Node Type"] in ("Seq Scan", "Parallel Seq Scan") and node["Relation Name"] in BIG_TABLES
        }
    )


def _literal(argument: object) -> str:
    if argument is None:
        return "null"
    if isinstance(argument, list):
        return f"array[{', '.join(map(_literal, argument))}]::uuid[]"
    return "'" + str(argument).replace("'", "''") + "'"
