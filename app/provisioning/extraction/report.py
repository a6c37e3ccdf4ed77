"""What an extraction is told as: to a person, to a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from app.provisioning.extraction.offers import offers
from app.provisioning.extraction.result import Extraction, Finding
from app.provisioning.schema.model import PUBLIC, Column, Evidence, Table, TypeName
from app.provisioning.source.files import LeftOut


def document(extraction: Extraction, left_out: tuple[LeftOut, ...] = ()) -> dict[str, Any]:
    """All that is known, as JSON: `{reader, schema, findings, rejected, offers, features, leftOut}`."""
    schema = extraction.schema
    return {
        "reader": extraction.reader,
        "schema": msgspec.to_builtins(schema),
        "findings": msgspec.to_builtins(extraction.findings),
        "rejected": msgspec.to_builtins(extraction.rejected),
        "offers": msgspec.to_builtins(() if extraction.errors_of_schema else offers(schema)),
        "features": list(extraction.features),
        "leftOut": msgspec.to_builtins(left_out),
    }


def summary(extraction: Extraction) -> Iterator[str]:
    """A line for each table, after one that says how many there are and what they were read from."""
    tables = extraction.schema.tables
    if not tables:
        yield "No table was found: nothing in these files says what is stored."
        return
    counts = [_count(len(tables), "table"), _count(sum(len(table.columns) for table in tables), "column")]
    if enums := extraction.schema.enums:
        counts.append(_count(len(enums), "enum"))
    yield f"{', '.join(counts)}, read from {extraction.reader}"
    if extraction.features:
        yield f"What the app does: {', '.join(extraction.features)}"
    width = max(len(_name(table)) for table in tables)
    for table in tables:
        yield f"  {_name(table):<{width}}  {', '.join(column.name for column in table.columns)}"


def explanation(extraction: Extraction) -> Iterator[str]:
    """Each table and column with where it comes from and how sure that is; then what was rejected, and offered."""
    for table in extraction.schema.tables:
        yield f"{_name(table)}{_why(table.evidence)}"
        for column in table.columns:
            yield f"  {column.name} {_type(column)}{'' if column.nullable else ' not null'}{_why(column.evidence)}"
        for key in table.foreign_keys:
            yield f"  ({', '.join(key.columns)}) refers to {key.target}{_why(key.evidence)}"
    for rejected in extraction.rejected:
        yield f"not taken: {rejected.name}: {rejected.reason}{_why(rejected.evidence)}"
    for offer in () if extraction.errors_of_schema else offers(extraction.schema):
        columns = ", ".join(part.of for part in offer.index.parts)
        yield f"offered: an index on {offer.table} ({columns}), {offer.reason}"


def told(finding: Finding) -> str:
    """A finding on a line, as compilers write it."""
    place = f"{finding.file}:{finding.line}: " if finding.line else f"{finding.file}: " if finding.file else ""
    return f"{place}{finding.severity}: {finding.message} [{finding.rule}]"


def _name(table: Table) -> str:
    return table.name if table.schema == PUBLIC else f"{table.schema}.{table.name}"


def _type(column: Column) -> str:
    if isinstance(column.type, TypeName):
        return f"{column.type.name}{'[]' if column.type.array else ''}"
    return column.type


def _why(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    sure = "" if evidence.confidence == 1 else f", {evidence.confidence:.0%} sure"
    return f"  — {evidence.file}:{evidence.line} ({evidence.rule}{sure})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
