"""Indexes on foreign keys that a source lacks: offered, never slipped in."""

from __future__ import annotations

from collections.abc import Iterator

from app.provisioning.extraction.result import Offer
from app.provisioning.schema.model import ForeignKey, Index, IndexPart, Schema, Table
from app.provisioning.schema.names import fit


def offers(schema: Schema) -> tuple[Offer, ...]:
    """One for each foreign key whose columns no key or index of its table starts with."""
    return tuple(_offers(schema))


def _offers(schema: Schema) -> Iterator[Offer]:
    for table in schema.tables:
        taken = [index.name for each in schema.tables for index in each.indexes]
        covered: list[set[str]] = []
        for key in table.foreign_keys:
            columns = set(key.columns)
            if columns in covered or any(set(start[: len(columns)]) == columns for start in _starts(table)):
                continue
            covered.append(columns)
            name = fit("_".join((table.name, *key.columns)), "_idx", taken=taken)
            taken.append(name)
            yield Offer(table.name, Index(name, tuple(map(IndexPart, key.columns))), _reason(key))


def _starts(table: Table) -> Iterator[tuple[str, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    for unique in table.uniques:
        yield unique.columns
    for index in table.indexes:
        if index.method == "btree" and index.where is None and not any(part.is_expression for part in index.parts):
            yield tuple(part.of for part in index.parts)


def _reason(key: ForeignKey) -> str:
    return f"{key.name}: without it, deleting from {key.target} and joining with it read the whole table"
