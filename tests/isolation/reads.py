"""Cells that read a relation, and cells of what only its owner may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

from tests.isolation import catalog
from tests.isolation.cells import NO_GRANT, SEES, Cell
from tests.isolation.oracle import Oracle

SPY: Final = """
    create function pg_temp.spy(p_row text, p_stranger text) returns boolean
    language plpgsql volatile cost 0.0000001 as $$
    begin
        if position(p_stranger in p_row) > 0 then
            raise exception 'saw a row of a stranger' using errcode = 'PA500';
        end if;
        return true;
    end
    $$
"""
"""A condition so cheap that the planner would ask it before a policy, if the policy did not have to come first."""


async def reads(of: Oracle) -> AsyncIterator[Cell]:
    """Reading, in every shape; of a sequence, using it."""
    name, relation = of.name, of.relation
    if relation.kind == "S":
        for sql in (f"select * from {name}", f"select nextval('{name}')", f"select setval('{name}', 9)"):
            yield of.cell("select", "sequence", sql, NO_GRANT)
        return
    where = of.where("select")
    for column in relation.columns:
        query = f"select count(*), {SEES} from (select {column}::text as r from {name}{{}}) as t"
        expected = await of.read(query.format(f" where {where}")) if column in of.readable else NO_GRANT
        yield of.cell("select", "column", query.format(""), expected)
    named = ", ".join(of.readable or relation.columns)
    rows = f"select count(*), {SEES} from (select row({named})::text as r from {name}{{}}) as t"
    expected = await of.read(rows.format(f" where {where}")) if of.readable else NO_GRANT
    yield of.cell("select", "rows", rows.format(""), expected)
    counted = await of.count(where) if of.readable else NO_GRANT
    yield of.cell("select", "counted", f"select count(*) from {name}", counted)
    if of.actor.audience not in ("service", "definer", "worker"):
        seen = f"row({named})::text, '{of.actor.stranger}'"
        # What a stranger shows to everybody is no secret.
        shown = await of.count(f"({where}) and position('{of.actor.stranger}' in row({named})::text) > 0") != "rows 0"
        spying = f"select count(*) from {name} where {f'({where}) or ' if shown else ''}pg_temp.spy({seen})"
        yield of.cell("select", "spying", spying, counted)
    whole = counted if len(of.readable) == len(relation.columns) else NO_GRANT
    yield of.cell("select", "whole row", f"select {of.short}::text from {name}", whole)
    if relation.is_table:
        async for cell in _reads_of_table(of, counted, named):
            yield cell


async def _reads_of_table(of: Oracle, counted: str, named: str) -> AsyncIterator[Cell]:
    for column in catalog.SYSTEM_COLUMNS:
        plain = any(not line.columns for line, _ in of.meant.granted(of.actor.audience, "select"))
        yield of.cell("select", "system column", f"select {column} from {of.name}", counted if plain else NO_GRANT)
    locked = NO_GRANT
    if of.readable and of.columns["update"]:
        locked = await of.count(f"({of.where('select')}) and ({of.where('update')})")
    for strength in ("update", "no key update", "share", "key share"):
        yield of.cell("select", f"for {strength}", f"select 1 from {of.name} for {strength}", locked)
    yield of.cell("select", "copy", f"copy {of.name} ({named}) to", counted)


def of_owners(of: Oracle) -> Iterator[Cell]:
    """What only an owner does."""
    kind = {"v": "view", "m": "materialized view"}.get(of.relation.kind, "table")
    if of.relation.kind == "S":
        return
    yield of.cell("alter", "owner", f"alter {kind} {of.name} owner to {of.actor.role}", NO_GRANT)
    if kind == "materialized view":
        yield of.cell("refresh", "bare", f"refresh materialized view {of.name}", NO_GRANT)
    if kind != "table":
        return
    for verb, sql in (
        ("truncate", f"truncate {of.name} cascade"),
        ("alter", f"alter table {of.name} disable row level security"),
        ("alter", f"create policy spy on {of.name} using (true)"),
    ):
        yield of.cell(verb, "bare", sql, NO_GRANT)
    # What takes more than the right to do it is asked about: nought where there is no right.
    for verb, function in (("references", "has_any_column_privilege"), ("trigger", "has_table_privilege")):
        yield of.cell(verb, "asked", f"select 1 / {function}({of.relation.oid}, '{verb}')::int", "22012")
    # Whoever may update or delete in a whole table may lock it.
    granted = [line for verb in ("update", "delete") for line, _ in of.meant.granted(of.actor.audience, verb)]
    locked = "rows TABLE" if any(not line.columns for line in granted) else NO_GRANT
    yield of.cell("lock", "bare", f"lock table {of.name} in access exclusive mode", locked)
