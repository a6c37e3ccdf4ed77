"""Cells that add rows: one's own and everybody else's, with each key pointed at what is not one's own."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

from tests.isolation.cells import CHECK, NO_GRANT, Cell
from tests.isolation.oracle import Oracle, Row
from tests.isolation.world import IDS

FRESH: Final = {
    "id": "gen_random_uuid()",
    "day": "'2031-01-01'::date",
    "slug": "'fresh'",
    "email": "'fresh@fresh.test'",
    "key": "'fresh'",
    "person_hash": "'fresh'",
    "path": "'fresh'",
    "source_digest": "repeat('a', 64)",
    "idempotency_key": "'fresh'",
}
"""Other values where they must be unique."""


async def inserts(of: Oracle) -> AsyncIterator[Cell]:
    """Adding each candidate in each shape, and columns that may not be given."""
    granted = of.columns["insert"]
    candidates = list(_candidates(of))
    if not granted:
        first = next(iter(of.relation.columns))
        row = candidates[0][1] if candidates else {first: "default"}
        for shape, sql in _shapes(of.name, row, [first], None, None, None):
            yield of.cell("insert", shape, sql, NO_GRANT)
        yield of.cell("insert", "defaults", f"insert into {of.name} default values", NO_GRANT)
        return
    for column in of.relation.columns.keys() - granted.keys():
        yield of.cell("insert", "column", f"insert into {of.name} ({column}) values (default)", NO_GRANT)
    given = [column for column in of.relation.columns if column in granted and column not in of.relation.generated]
    if of.actor.audience != "service":
        yield of.cell("insert", "copy", f"copy {of.name} ({', '.join(given)}) from", "0A000")
    for whose, row in candidates:
        async for cell in _insert(of, whose, {column: row[column] for column in given}):
            yield cell


async def _insert(of: Oracle, whose: str, row: Row) -> AsyncIterator[Cell]:
    """One candidate. Returning it, or meeting another row that way, reads it, so it must be one that can be seen."""
    where = of.where("insert")
    arbiter = next(
        (key.columns for key in of.relation.keys if key.kind in "pu" and set(key.columns) <= row.keys()), None
    )
    update = next((column for column in row if column in of.columns["update"]), None)
    allowed = await of.passes(where, row)
    seen = allowed and await of.passes(of.where("select"), row)
    for shape, sql in _shapes(of.name, row, list(row), next(iter(of.readable), None), arbiter, update):
        passes = allowed if shape in ("bare", "do nothing") else seen
        if shape == "upsert" and passes:
            passes = await _may_meet(of, arbiter or (), row)
        if (shape in ("returning", "upsert") and not of.readable) or (shape == "upsert" and not update):
            expected = NO_GRANT
        else:
            expected = await of.as_owner(sql) if passes else CHECK
        yield of.cell("insert", f"{shape}, {whose}", sql, expected, of.look(where))


async def _may_meet(of: Oracle, arbiter: Sequence[str], row: Row) -> bool:
    """Whether the row that an upsert would meet, if there is one, may be seen and changed."""
    same = " and ".join(f"{column} = {row[column]}" for column in arbiter)
    return await of.count(f"{same} and (({of.where('select')}) and ({of.where('update')})) is not true") == "rows 0"


def _candidates(of: Oracle) -> Iterator[tuple[str, Row]]:
    """Rows to add, by whose they are."""
    rows = of.contents.rows(of.name, ("tenant_id", "user_id", "owner_id", "role"))
    for row in rows:
        yield "like one that is there", _fresh(row)
    asker = of.actor.person or of.actor.tenant or "?"
    own = [row for row in rows if any(asker in value for value in row.values())] or rows[:1]
    for row, key in itertools.product(own[:2], of.relation.keys):
        if key.kind != "f":
            continue
        at = [n for n, column in enumerate(key.columns) if column not in ("tenant_id", "user_id")] or [
            len(key.columns) - 1
        ]
        targets = of.contents.rows(key.target, ("tenant_id", "user_id", "is_archived", "role"))
        for target in [*targets, dict.fromkeys(key.target_columns, f"'{IDS['nowhere']}'")]:
            changed = {key.columns[n]: target[key.target_columns[n]] for n in at}
            yield f"{', '.join(changed)} of another", _fresh(row) | changed


def _fresh(row: Row) -> Row:
    return {
        column: FRESH[column] if column in FRESH and (column != "id" or value.endswith("::uuid")) else value
        for column, value in row.items()
    }


def _shapes(
    name: str,
    row: Row,
    columns: Sequence[str],
    readable: str | None,
    arbiter: Sequence[str] | None,
    update: str | None,
) -> Iterator[tuple[str, str]]:
    """An insert in each of its shapes."""
    insert = f"insert into {name} ({', '.join(columns)}) values ({', '.join(row[column] for column in columns)})"
    yield "bare", insert
    yield "returning", f"{insert} returning {readable or columns[0]}"
    yield "do nothing", f"{insert} on conflict do nothing"
    if arbiter:
        column = update or columns[0]
        yield "upsert", f"{insert} on conflict ({', '.join(arbiter)}) do update set {column} = excluded.{column}"
