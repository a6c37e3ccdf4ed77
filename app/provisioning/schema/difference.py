"""What differs between two schemas that were read from catalogs, thing by thing.

Only a server makes two spellings of one expression the same, so a schema from a source is applied and read back first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from app.provisioning.schema.model import PUBLIC, Column, Schema, Table

Kind: TypeAlias = Literal[
    "schema",
    "extension",
    "enum",
    "table",
    "column",
    "type",
    "nullability",
    "default",
    "sequence",
    "primary key",
    "unique",
    "check",
    "exclusion",
    "foreign key",
    "index",
    "comment",
]

_OF_A_COLUMN: Final = frozenset({"type", "nullability", "default", "sequence"})
"""Compared only where both have the column, which is a difference of its own otherwise."""

_Key: TypeAlias = tuple[Kind, str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is there on one side (None on the other), or there as something else.

    `table` has its schema before it where that is not public, and is empty for what belongs to none.
    """

    kind: Kind
    table: str
    name: str
    ours: object
    theirs: object

    def __str__(self) -> str:
        place = ".".join(filter(None, (self.table, self.name)))
        return f"{self.kind} {place}: {_shown(self.ours)}, theirs {_shown(self.theirs)}"


@dataclass(frozen=True, slots=True)
class Score:
    """How many things of a kind are equal, of those that either side has."""

    equal: int
    of: int


def differences(ours: Schema, theirs: Schema) -> list[Difference]:
    """All that is not equal, in the order of our schema, then of theirs."""
    return [Difference(*key, mine, other) for key, mine, other in _pairs(ours, theirs) if mine != other]


def score(ours: Schema, theirs: Schema) -> dict[Kind, Score]:
    """For each kind that either side has, how much is equal."""
    equal, total = Counter[Kind](), Counter[Kind]()
    for (kind, _, _), mine, other in _pairs(ours, theirs):
        total[kind] += 1
        equal[kind] += mine == other
    return {kind: Score(equal[kind], total[kind]) for kind in total}


def _pairs(ours: Schema, theirs: Schema) -> Iterator[tuple[_Key, object, object]]:
    mine, others = dict(_facts(ours)), dict(_facts(theirs))
    for key in mine | others:
        kind, table, name = key
        column: _Key = ("column", table, name)
        if kind not in _OF_A_COLUMN or (column in mine and column in others):
            yield key, mine.get(key), others.get(key)


def _facts(schema: Schema) -> Iterator[tuple[_Key, object]]:
    for name in schema.schemas:
        yield ("schema", "", name), name
    for name in schema.extensions:
        yield ("extension", "", name), name
    for enum in schema.enums:
        yield ("enum", "", _placed(enum.schema, enum.name)), enum.labels
    for table in schema.tables:
        yield from _of_table(_placed(table.schema, table.name), table)


def _of_table(place: str, table: Table) -> Iterator[tuple[_Key, object]]:
    yield ("table", place, ""), table.name
    for column in table.columns:
        yield from _of_column(place, column)
    if table.primary_key is not None:
        yield ("primary key", place, table.primary_key.name), table.primary_key
    for unique in table.uniques:
        yield ("unique", place, unique.name), unique
    for check in table.checks:
        yield ("check", place, check.name), check
    for exclusion in table.exclusions:
        yield ("exclusion", place, exclusion.name), exclusion
    for key in table.foreign_keys:
        yield ("foreign key", place, key.name), key
    for index in table.indexes:
        # A unique index in the place of a constraint is one difference.
        yield ("unique" if index.unique else "index", place, index.name), index
    if table.comment is not None:
        yield ("comment", place, ""), table.comment


def _of_column(place: str, column: Column) -> Iterator[tuple[_Key, object]]:
    facts: dict[Kind, object] = {
        "column": column.name,
        "type": column.type if column.collation is None else (column.type, column.collation),
        "nullability": "null" if column.nullable else "not null",
        "default": column.default if column.generated is None else f"generated as {column.generated}",
        "sequence": column.numbering,
        "comment": column.comment,
    }
    yield from (((kind, place, column.name), fact) for kind, fact in facts.items() if fact is not None)


def _placed(schema: str, name: str) -> str:
    return name if schema == PUBLIC else f"{schema}.{name}"


def _shown(fact: object) -> str:
    return "none" if fact is None else str(fact)
