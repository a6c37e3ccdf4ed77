"""What a reader found: a schema, and everything that a person should know about how it came to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from app.provisioning.schema.model import Evidence, Index, Schema
from app.provisioning.source.files import SourceTree

Severity: TypeAlias = Literal["error", "warning"]
ReaderName: TypeAlias = Literal["prisma", "typeorm", "mongoose", "drizzle", "sequelize", "components"]

IMPOSSIBLE: Final = "schema.impossible"
TOO_MUCH: Final = "limit.followed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a place of the source.

    An error is a part that could not be read or is wrong in itself (the rest is read all the same); a warning something
    that became another thing than what was written. `line` counts from 1; 0 where the file as a whole is meant.
    `rule` is a stable name, such as `prisma.syntax` or `mongoose.missing-ref`; `message` is for a person.
    """

    severity: Severity
    file: str
    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """What looked like a table, a column or a relation and was not taken for one, and why."""

    name: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Offer:
    """An index on a foreign key which the source lacks: for a person to take, never applied by itself."""

    table: str
    index: Index
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one reader makes of an app, or all of them together."""

    reader: ReaderName | None = None
    schema: Schema = field(default_factory=Schema)
    findings: tuple[Finding, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    features: tuple[str, ...] = ()
    """What the app is seen to do, such as `auth` or `blog`."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def errors_of_schema(self) -> tuple[Finding, ...]:
        """Those for which no database can be made of the schema at all."""
        return tuple(finding for finding in self.findings if finding.rule == IMPOSSIBLE)


Reader: TypeAlias = Callable[[SourceTree], Extraction | None]
"""Reads an app; None where there is nothing for it to read."""
