"""A schema as SQL text for a person, with where each table was found."""

from __future__ import annotations

from collections.abc import Iterator

from app.provisioning.schema.ddl import statements
from app.provisioning.schema.model import Evidence, Schema, Table


def script(schema: Schema, *, explain: bool = False) -> str:
    """The statements as text for a person; `explain` writes above each table where it was found. Raises SchemaError."""
    tables = iter(schema.tables)
    pieces = []
    for statement in statements(schema):
        told = _explained(next(tables)) if explain and statement.kind == "table" else ()
        pieces.append("".join(f"-- {line}\n" for line in told) + statement.sql + ";\n")
    return "\n".join(pieces)


def _explained(table: Table) -> Iterator[str]:
    yield _printable(f"{table.name}: {_told(table.evidence)}")
    for column in table.columns:
        if column.evidence is not None:
            yield _printable(f"  {column.name}: {_told(column.evidence)}")


def _told(evidence: Evidence | None) -> str:
    if evidence is None:
        return "no evidence"
    certainty = "" if evidence.confidence >= 1 else f", {evidence.confidence:.0%} sure"
    return f"{evidence.file}:{evidence.line} ({evidence.rule}{certainty})"


def _printable(text: str) -> str:
    """Text that cannot end a comment, nor turn the line around for a reader."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
