"""Tables while they are being made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.provisioning.schema.model import (
    Action,
    Check,
    Column,
    Evidence,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
)
from app.provisioning.schema.names import fit

Form: TypeAlias = Literal["scalar", "array", "json", "join"]


class Names:
    """The names of tables and indexes, which share one namespace."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, stem: str, suffix: str = "") -> str:
        """A name of one's own."""
        name = fit(stem, suffix, taken=self._taken)
        self._taken.add(name)
        return name


@dataclass(slots=True)
class Draft:
    """A table; its primary key is `key`."""

    name: str
    evidence: Evidence
    key: tuple[str, ...] = ("_id",)
    is_child: bool = False
    columns: dict[str, Column] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)
    indexes: dict[tuple[object, ...], Index] = field(default_factory=dict)

    def add_column(self, column: Column) -> str:
        """Add a column, under another name where there is one of that name; its name."""
        name = fit(column.name, taken=self.columns)
        self.columns[name] = column if name == column.name else _named(column, name)
        return name

    def add_check(self, column: str, suffix: str, check: Check) -> None:
        """Add a check on a column."""
        name = fit(f"{self.name}_{column}", suffix, taken={*self.checks, *self.foreign_keys})
        self.checks[name] = Check(name, check.expression, check.evidence)

    def refer(self, column: str, target: Draft, on_delete: Action, evidence: Evidence) -> None:
        """Add a foreign key to the key of another table."""
        name = fit(f"{self.name}_{column}", "_fkey", taken={*self.checks, *self.foreign_keys})
        self.foreign_keys[name] = ForeignKey(
            name, (column,), target.name, target.key, on_delete=on_delete, evidence=evidence
        )

    def add_index(
        self,
        names: Names,
        parts: Iterable[IndexPart],
        evidence: Evidence,
        *,
        unique: bool = False,
        method: str = "btree",
        where: str | None = None,
        nulls_not_distinct: bool = False,
    ) -> None:
        """Add an index, once; where there is one on the same columns already, the stricter one stays."""
        parts = tuple(parts)
        key = (parts, method, where)
        known = self.indexes.get(key)
        if known is not None and (known.unique or not unique):
            return
        if method == "btree" and where is None and tuple(part.of for part in parts) == self.key:
            return
        stem = f"{self.name}_{'_'.join(part.of for part in parts)}"
        name = names.take(stem, "_key" if unique else "_idx")
        self.indexes[key] = Index(
            name, parts, unique, method, where, nulls_not_distinct=nulls_not_distinct, evidence=evidence
        )

    def table(self, names: Names) -> Table:
        """The table."""
        return Table(
            self.name,
            tuple(self.columns.values()),
            PrimaryKey(names.take(self.name, "_pkey"), self.key),
            indexes=tuple(self.indexes.values()),
            checks=tuple(self.checks.values()),
            foreign_keys=tuple(self.foreign_keys.values()),
            evidence=self.evidence,
        )


def _named(column: Column, name: str) -> Column:
    return Column(name, column.type, column.nullable, column.default, evidence=column.evidence)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a path of a document went."""

    draft: Draft
    column: str
    form: Form
