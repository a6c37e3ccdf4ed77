"""Columns that come and go."""

from __future__ import annotations

from dataclasses import replace

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, REWRITE, listed, start
from app.provisioning.changes.items import Key, columns_of
from app.provisioning.changes.steps import ABSENT
from app.provisioning.changes.words import names_column
from app.provisioning.schema import ddl
from app.provisioning.schema.model import Column


def made_anew(draft: Draft) -> list[tuple[Key, Column, Column]]:
    """Columns whose values are computed, and otherwise than before or from something that changes."""
    retyped = {key for key, there, wanted in draft.staying() if there.type != wanted.type}
    return [
        (key, there, wanted)
        for key, there, wanted in draft.staying()
        if wanted.generated is not None
        and (
            there.generated != wanted.generated
            or there.type != wanted.type
            or any(key.owner == other.owner and names_column(wanted.generated, other.name) for other in retyped)
        )
    ]


def drop_columns(draft: Draft) -> None:
    """Columns that go, or whose computed values are made anew."""
    leaving: list[tuple[Key, Column, bool]] = [
        (key, there, there.generated is None) for key, there, _ in made_anew(draft)
    ]
    leaving += [
        (key, thing, thing.generated is None)
        for key, thing in draft.current.items()
        if isinstance(thing, Column) and key not in draft.target and key.owner in draft.target
    ]
    # What is computed goes before what it is computed from.
    for key, column, holds_data in sorted(leaving, key=lambda each: each[1].generated is None):
        parts = draft.on(key)
        sql = [
            statements.dropped_part(part, draft.current[part])
            for part in parts
            if part.owner != key.owner or column.name not in columns_of(draft.current[part])
        ]
        sql.append(ddl.drop_column(statements.at(key), key.name).sql)
        computed = "its values can be computed again" if not holds_data else "its values are lost, but for a backup"
        also = f" {listed(parts)} {'goes' if len(parts) == 1 else 'go'} with it." if parts else ""
        draft.add(
            "destructive" if holds_data else "safe",
            key,
            f"{start(key)} goes; {computed}.{also}",
            sql,
            None if holds_data or parts else statements.added_column(key, column),
            MOMENT.format(key.owner),
            [(each, ABSENT) for each in (*parts, key)],
            blocked=[f"generated column {other}" for other in _computed_from(draft, key)],
        )


def _computed_from(draft: Draft, column: Key) -> list[Key]:
    """The columns of its table that are computed from a column."""
    return [
        key
        for key in draft.there.parts(column.owner)
        if key != column
        and isinstance(thing := draft.current[key], Column)
        and thing.generated is not None
        and names_column(thing.generated, column.name)
    ]


def add_columns(draft: Draft) -> None:
    """Columns that come; where rows are there that have no value for one, it may be empty at first."""
    for key, thing in list(draft.target.items()):
        if not isinstance(thing, Column) or key in draft.current:
            continue
        column = thing
        demands = not column.nullable and (column.default, column.numbering, column.generated) == (None, None, None)
        split = demands and draft.full(key)
        if split:
            column = replace(column, nullable=True)
        writes = column.numbering is not None or column.generated is not None or "(" in (column.default or "")
        told = " empty in the rows that are there" if draft.full(key) and demands else ""
        draft.add(
            "additive",
            key,
            f"{start(key)} is added{',' + told if told else ''}.",
            statements.added_column(key, column),
            [ddl.drop_column(statements.at(key), key.name).sql],
            (REWRITE if writes and draft.full(key) else MOMENT).format(key.owner),
            [(key, column)],
            empty=demands and not split,
        )
