"""What several readers found in one app, made one: the same thing is never made twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.provisioning.extraction.result import Extraction, Finding, Rejected
from app.provisioning.schema.model import Enum, Evidence, ForeignKey, Index, Schema, Table, TypeName, Unique


def merged(extractions: Sequence[Extraction]) -> Extraction:
    """One of all; where two have a table of the same name, the first one's counts and the other is rejected."""
    if len(extractions) == 1:
        return extractions[0]
    schema = Schema()
    findings: list[Finding] = []
    rejected: list[Rejected] = []
    for extraction in extractions:
        other = _with_enums_apart(schema, extraction)
        new = []
        tables, enums = _tables(schema), _enums(schema)
        for table in other.tables:
            if (table.schema, table.name) not in tables:
                new.append(table)
            else:
                rejected.append(Rejected(table.name, _taken(table), table.evidence or _nowhere(extraction)))
        schema = Schema(
            tables=(*schema.tables, *new),
            enums=(*schema.enums, *(enum for enum in other.enums if (enum.schema, enum.name) not in enums)),
            schemas=tuple(dict.fromkeys((*schema.schemas, *other.schemas))),
            extensions=tuple(dict.fromkeys((*schema.extensions, *other.extensions))),
        )
        findings += extraction.findings
        rejected += extraction.rejected
    schema, lost = _with_keys_that_hold(schema)
    return Extraction(
        reader=extractions[0].reader if extractions else None,
        schema=schema,
        findings=(*findings, *lost),
        rejected=tuple(rejected),
        features=tuple(dict.fromkeys(feature for each in extractions for feature in each.features)),
    )


def _taken(table: Table) -> str:
    return f"another reader has the table {table.name} already"


def _nowhere(extraction: Extraction) -> Evidence:
    return Evidence("", 0, extraction.reader or "")


def _with_enums_apart(schema: Schema, extraction: Extraction) -> Schema:
    """The extraction's schema, with enums renamed whose name stands for other labels already."""
    other = extraction.schema
    names: dict[tuple[str, str], str] = {}
    enums: list[Enum] = []
    there = _enums(schema)
    for enum in other.enums:
        known = there.get((enum.schema, enum.name))
        if known is not None and known.labels != enum.labels:
            names[enum.schema, enum.name] = name = f"{enum.name[:50]}_{extraction.reader}"
            enums.append(replace(enum, name=name))
        else:
            enums.append(enum)
    if not names:
        return other
    tables = tuple(
        replace(
            table,
            columns=tuple(
                replace(column, type=replace(column.type, name=names[column.type.schema, column.type.name]))
                if isinstance(column.type, TypeName) and (column.type.schema, column.type.name) in names
                else column
                for column in table.columns
            ),
        )
        for table in other.tables
    )
    return replace(other, tables=tables, enums=tuple(enums))


def _with_keys_that_hold(schema: Schema) -> tuple[Schema, list[Finding]]:
    """The schema without the foreign keys whose target has become another reader's table that does not fit."""
    lost: list[Finding] = []
    tables = []
    there = _tables(schema)
    for table in schema.tables:
        kept = tuple(key for key in table.foreign_keys if _holds(there, table, key))
        for key in set(table.foreign_keys) - set(kept):
            place = key.evidence or table.evidence or Evidence("", 0, "")
            lost.append(
                Finding(
                    "warning",
                    place.file,
                    place.line,
                    "merge.foreign-key",
                    f"{table.name} refers to {key.target}, which another reader has in a form that does not fit;"
                    " the foreign key is left out.",
                )
            )
        tables.append(replace(table, foreign_keys=kept))
    return replace(schema, tables=tuple(tables)), sorted(lost, key=lambda each: (each.file, each.line, each.message))


def _tables(schema: Schema) -> dict[tuple[str, str], Table]:
    return {(table.schema, table.name): table for table in reversed(schema.tables)}


def _enums(schema: Schema) -> dict[tuple[str, str], Enum]:
    return {(enum.schema, enum.name): enum for enum in reversed(schema.enums)}


def _holds(there: dict[tuple[str, str], Table], table: Table, key: ForeignKey) -> bool:
    target = there.get((key.target_schema, key.target))
    if target is None or set(key.target_columns) not in unique_sets(target):
        return False
    pairs = zip(key.columns, key.target_columns, strict=True)
    return all(_type(table, ours) == _type(target, theirs) for ours, theirs in pairs)


def _type(table: Table, name: str) -> str | TypeName | None:
    column = table.column(name)
    return None if column is None else column.type


def unique_sets(table: Table) -> list[set[str]]:
    """The sets of columns that identify a row, to which a foreign key may refer."""
    key = () if table.primary_key is None else (table.primary_key.columns,)
    constraints: list[Unique] = list(table.uniques)
    indexes: list[Index] = [index for index in table.indexes if index.unique and index.where is None]
    return [
        *map(set, key),
        *(set(each.columns) for each in constraints),
        *({part.of for part in index.parts} for index in indexes if not any(p.is_expression for p in index.parts)),
    ]
