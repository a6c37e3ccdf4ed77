"""The pieces that statements are made of: a column, a constraint, a part of an index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from app.provisioning.schema.expressions import checked, checked_type, enclosed
from app.provisioning.schema.model import (
    Action,
    Check,
    Column,
    Exclusion,
    ForeignKey,
    IndexPart,
    PrimaryKey,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import literal, quoted

Constraint: TypeAlias = PrimaryKey | Unique | Check | Exclusion | ForeignKey

_SERIAL: Final = {"smallint": "smallserial", "integer": "serial", "bigint": "bigserial"}


def path(table: Table) -> str:
    """A table's name with its schema."""
    return quoted(table.schema, table.name)


def comment(text: str | None) -> str:
    """A comment, or none."""
    return "null" if text is None else literal(text)


def names(columns: Iterable[str]) -> str:
    """Columns by name."""
    return ", ".join(quoted(name) for name in columns)


def column(definition: Column) -> str:
    """A column, with all that belongs to it but its comment."""
    pieces = [quoted(definition.name), column_type(definition)]
    if definition.default is not None:
        pieces.append(f"default {enclosed(checked(definition.default))}")
    if definition.generated is not None:
        pieces.append(f"generated always as ({checked(definition.generated)}) stored")
    if definition.numbering not in (None, "serial"):
        pieces.append(identity(definition))
    if not definition.nullable:
        pieces.append("not null")
    return " ".join(pieces)


def column_type(definition: Column) -> str:
    """The type of a new column, with its collation."""
    if definition.numbering == "serial":
        return _SERIAL[str(definition.type)]
    return plain_type(definition)


def plain_type(definition: Column) -> str:
    """The type of a column that is there, with its collation."""
    if isinstance(definition.type, TypeName):
        name = quoted(definition.type.schema, definition.type.name) + ("[]" if definition.type.array else "")
    else:
        name = checked_type(definition.type)
    return name if definition.collation is None else f"{name} collate {quoted(definition.collation)}"


def identity(definition: Column) -> str:
    """How an identity column numbers its rows."""
    return f"generated {'always' if definition.numbering == 'identity always' else 'by default'} as identity"


def constraint(definition: Constraint) -> str:
    """A constraint of a table."""
    name = f"constraint {quoted(definition.name)}"
    match definition:
        case PrimaryKey():
            return f"{name} primary key ({names(definition.columns)}){_deferral(definition)}"
        case Unique():
            nulls = " nulls not distinct" if definition.nulls_not_distinct else ""
            return f"{name} unique{nulls} ({names(definition.columns)}){_deferral(definition)}"
        case Check():
            return f"{name} check ({checked(definition.expression)})"
        case Exclusion():
            return f"{name} exclude {checked(definition.definition)}{_deferral(definition)}"
        case ForeignKey():
            target = f"{quoted(definition.target_schema, definition.target)} ({names(definition.target_columns)})"
            actions = f"{_action('delete', definition.on_delete)}{_action('update', definition.on_update)}"
            key = f"{name} foreign key ({names(definition.columns)})"
            return f"{key} references {target}{actions}{_deferral(definition)}"


def part(definition: IndexPart, method: str) -> str:
    """A part of an index; only a B-tree has an order, another method refuses the words."""
    pieces = [f"({checked(definition.of)})" if definition.is_expression else quoted(definition.of)]
    if definition.operator_class is not None:
        pieces.append(checked_type(definition.operator_class))
    if method == "btree":
        if definition.descending:
            pieces.append("desc")
        if definition.nulls_first is not None and definition.nulls_first != definition.descending:
            pieces.append("nulls first" if definition.nulls_first else "nulls last")
    return " ".join(pieces)


def _action(event: str, action: Action) -> str:
    return "" if action == "NO ACTION" else f" on {event} {action.lower()}"


def _deferral(definition: PrimaryKey | Unique | Exclusion | ForeignKey) -> str:
    if definition.deferred:
        return " deferrable initially deferred"
    return " deferrable" if definition.deferrable else ""


def following(table: str, column: str) -> str:
    """The number behind the highest one of a column, from 1; both are written as in a statement."""
    return f"(select greatest(max({column}), 0) + 1 from {table})"  # noqa: S608 - names are quoted
