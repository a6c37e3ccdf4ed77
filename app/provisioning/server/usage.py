"""What apps' databases are used for: figures that their owners see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final, TypeAlias

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address, Link
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.names import Names

Usage: TypeAlias = dict[str, Any]

SLOW_MS: Final = 100
"""Mean time of a statement from which it is told as slow."""


async def usage_of(address: Address, apps: Collection[Names]) -> dict[Names, Usage]:
    """Tables, estimated rows, connections and slow queries (None without pg_stat_statements) of each database.

    One that cannot be looked into at this moment is left out. Raises AppServerError.
    """
    async with address.link() as link:
        connections = {
            row["database"]: row["connections"]
            for row in await link.rows("connections_of_all", apps=naming.APPS, hands=naming.HANDS)
        }
        slow = await _slow_queries(link)
    found: dict[Names, Usage] = {}
    for names in apps:
        try:
            async with address.link(database=names.database, guarded=True) as inside:
                (row,) = await inside.rows("usage")
        except AppServerError:
            continue
        found[names] = {
            "tables": row["tables"],
            "rows": row["rows"],
            "connections": connections.get(names.database, 0),
            "slow_queries": None if slow is None else slow[names.database],
        }
    return found


async def _slow_queries(link: Link) -> defaultdict[str, list[Usage]] | None:
    if not await link.value("knows_slow_queries"):
        return None
    slow = defaultdict[str, list[Usage]](list)
    for row in await link.rows("slow_queries", apps=naming.APPS, least=SLOW_MS):
        slow[row["database"]].append({"query": row["query"], "calls": row["calls"], "mean_ms": row["mean_ms"]})
    return slow
