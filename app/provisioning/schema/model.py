"""A schema of PostgreSQL as values: what readers of sources and of catalogs make, and what DDL is written from.

Names are as they stand in the catalog (unquoted, at most 63 bytes), types as `format_type()` of PostgreSQL prints
them (`character varying(255)`, `timestamp(3) without time zone`, `text[]`), expressions as SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

PUBLIC: Final = "public"

Action: TypeAlias = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]
Numbering: TypeAlias = Literal["serial", "identity always", "identity by default"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is part of a schema.

    `line` counts from 1; 0 where a file as a whole is meant. `rule` is a stable name such as `prisma.model` or
    `components.seed-array`; `confidence` from 0 to 1, where 1 means that the source says so itself.
    """

    file: str
    line: int
    rule: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type of its own, such as an enum, as a column's type; any other type is a plain string."""

    name: str
    schema: str = PUBLIC
    array: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `default` and `generated` (stored) are SQL expressions; at most one of those and `numbering` is set."""

    name: str
    type: str | TypeName
    nullable: bool = False
    default: str | None = None
    numbering: Numbering | None = None
    generated: str | None = None
    collation: str | None = None
    comment: str | None = None
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """A primary key; a deferrable one is checked at the end of the transaction where `deferred`."""

    name: str
    columns: tuple[str, ...]
    deferrable: bool = False
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint; a unique index that is no constraint is an `Index`."""

    name: str
    columns: tuple[str, ...]
    nulls_not_distinct: bool = False
    deferrable: bool = False
    deferred: bool = False
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    """A check constraint: a SQL expression."""

    name: str
    expression: str
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An exclusion constraint; `definition` is what follows the word EXCLUDE."""

    name: str
    definition: str
    deferrable: bool = False
    deferred: bool = False
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key: `columns` refer to `target_columns` of `target` in `target_schema`."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    target_schema: str = PUBLIC
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"
    deferrable: bool = False
    deferred: bool = False
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IndexPart:
    """A column of an index, or an expression (SQL, without the parentheses) where `is_expression`."""

    of: str
    is_expression: bool = False
    operator_class: str | None = None
    descending: bool = False
    nulls_first: bool | None = None
    """None: as PostgreSQL orders by default."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index. `where` is a SQL expression; `include` are columns beside the key."""

    name: str
    parts: tuple[IndexPart, ...]
    unique: bool = False
    method: str = "btree"
    where: str | None = None
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum type; its labels in their order."""

    name: str
    labels: tuple[str, ...]
    schema: str = PUBLIC
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    name: str
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    schema: str = PUBLIC
    comment: str | None = None
    evidence: Evidence | None = field(default=None, compare=False)

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """All that an app's database holds. `schemas` besides public; `extensions` that it cannot do without."""

    tables: tuple[Table, ...] = ()
    enums: tuple[Enum, ...] = ()
    schemas: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    def table(self, name: str, schema: str = PUBLIC) -> Table | None:
        """The table of that name."""
        return next((table for table in self.tables if (table.schema, table.name) == (schema, name)), None)

    def enum(self, name: str, schema: str = PUBLIC) -> Enum | None:
        """The enum of that name."""
        return next((enum for enum in self.enums if (enum.schema, enum.name) == (schema, name)), None)

    def evidence(self) -> Iterator[tuple[str, Evidence]]:
        """Each thing that says where it comes from: `table` or `table.column`, and that."""
        for enum in self.enums:
            if enum.evidence is not None:
                yield enum.name, enum.evidence
        for table in self.tables:
            if table.evidence is not None:
                yield table.name, table.evidence
            for column in table.columns:
                if column.evidence is not None:
                    yield f"{table.name}.{column.name}", column.evidence
