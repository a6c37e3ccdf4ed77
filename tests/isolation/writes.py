"""Cells that change rows: update, delete and merge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

from tests.isolation.cells import CHECK, NO_GRANT, Cell, Sight
from tests.isolation.oracle import Oracle
from tests.isolation.world import IDS

BY_COLUMN: Final = {
    "role": "'viewer'",
    "llm_provider": "'other'",
    "status": "'failed'",
    "rating": "-1",
    "visibility": "'team'",
}
BY_TYPE: Final = {
    "text": "'changed'",
    "text[]": "'{changed}'",
    "jsonb": """'{"changed": true}'""",
    "boolean": "false",
    "date": "'2031-01-01'::date",
    "timestamp with time zone": "'2031-01-01'::timestamptz",
    "uuid": f"'{IDS['nowhere']}'::uuid",
}


async def updates(of: Oracle) -> AsyncIterator[Cell]:
    """Each column: as it may be written, or refused where it may not."""
    readable = next(iter(of.readable), None)
    for column, kind in of.relation.columns.items():
        if column in of.relation.derived:
            continue
        if column not in of.columns["update"]:
            change = f"update {of.name} set {column} = default"
            for shape, more in (("bare", ""), ("where", " where true"), ("returning", " returning 1")):
                yield of.cell("update", shape, change + more, NO_GRANT)
            continue
        cell = of.columns["update"][column]
        reach, seen = of.actor.about(cell.reach.predicate), of.where("select")
        look = of.look(reach, of.result(cell))
        for value in _values(of, column, kind):
            sql = f"update {of.name} set {column} = {value}"
            yield of.cell("update", "bare", sql, await of.changed(column, value, reach, cell), look)
            if readable:
                # What a statement reads, it must be able to see.
                expected = await of.changed(column, value, f"({reach}) and ({seen})", cell)
                yield of.cell("update", "where", f"{sql} where {readable} is not null", expected, look)
                yield of.cell("update", "returning", f"{sql} returning {readable}", expected, look)
        if column in of.readable:
            expected = await of.changed(column, column, f"({reach}) and ({seen})", cell)
            yield of.cell("update", "to itself", f"update {of.name} set {column} = {column}", expected, look)


def _values(of: Oracle, column: str, kind: str) -> Iterator[str]:
    """Values to write: keys of everybody's, or something else than is there."""
    keys = [key for key in of.relation.keys if key.kind == "f" and column in key.columns]
    if kind == "uuid" and keys:
        key = keys[-1]
        for row in of.contents.rows(key.target, ("tenant_id", "user_id")):
            yield row[key.target_columns[key.columns.index(column)]]
        if key.target == "auth.users":
            yield from (f"'{account}'::uuid" for account in (of.actor.account, IDS["nowhere"]) if account)
        return
    if kind == "boolean":
        yield "true"
    yield BY_COLUMN.get(column) or BY_TYPE.get(kind, "1")


async def deletes(of: Oracle) -> AsyncIterator[Cell]:
    """Deleting, with and without reading."""
    sql, named = f"delete from {of.name}", next(iter(of.readable or of.relation.columns))
    bare = reading = NO_GRANT
    look: tuple[Sight, ...] = ()
    if of.delete:
        look = of.look(of.where("delete"))
        bare = await of.as_owner(f"{sql} where {of.where('delete')}")
        if of.readable:
            reading = await of.as_owner(f"{sql} where ({of.where('delete')}) and ({of.where('select')})")
    yield of.cell("delete", "bare", sql, bare, look)
    yield of.cell("delete", "where", f"{sql} where {named} is not null", reading, look)
    yield of.cell("delete", "returning", f"{sql} returning {named}", reading, look)


async def merges(of: Oracle) -> AsyncIterator[Cell]:
    """Rows that a merge meets are those that can be seen; one of them that may not be changed refuses the whole."""
    if not of.relation.is_table:
        return
    named = next(iter(of.readable or of.relation.columns))
    column = next((name for name in of.columns["update"] if name in of.readable), None)
    merge = f"merge into {of.name} as {of.short} using (select 1) as s on {named} is not null when matched then "
    seen = of.where("select")
    for verb, granted in (("update", column is not None), ("delete", of.delete is not None)):
        action = f"update set {column or named} = {of.short}.{column or named}" if verb == "update" else "delete"
        expected = NO_GRANT
        if of.readable and granted:
            if await of.count(f"({seen}) and ({of.where(verb)}) is not true") != "rows 0":
                expected = CHECK
            elif column and verb == "update":
                expected = await of.changed(column, column, seen, of.columns["update"][column])
            else:
                expected = await of.as_owner(f"delete from {of.name} where {seen}")
        yield of.cell("merge", verb, merge + action, expected, of.look(of.where(verb)))
