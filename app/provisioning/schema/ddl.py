"""DDL: a whole schema in the order in which it applies, and each change of one thing.

Every statement stands by itself, with its names qualified and quoted, so that none depends on `search_path`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from app.provisioning.schema import clauses
from app.provisioning.schema.clauses import Constraint
from app.provisioning.schema.expressions import checked, checked_type, enclosed
from app.provisioning.schema.model import Column, Enum, ForeignKey, Index, Schema, Table
from app.provisioning.schema.names import chosen, fit, literal, quoted
from app.provisioning.schema.validation import SchemaError, faults

Kind: TypeAlias = Literal[
    "schema", "extension", "enum", "table", "column", "constraint", "foreign key", "index", "comment"
]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, without a semicolon; `subject` is what it is about: `users`, `users.email`, an enum's name."""

    sql: str
    kind: Kind
    subject: str


def statements(schema: Schema) -> list[Statement]:
    """The statements that make a schema in an empty database, in one transaction. Raises SchemaError."""
    if found := faults(schema):
        raise SchemaError(found)
    return [
        *(create_schema(name) for name in schema.schemas),
        *(create_extension(name) for name in schema.extensions),
        *(create_enum(enum) for enum in schema.enums),
        *(statement for table in schema.tables for statement in created(table)),
        *(create_index(table, index) for table in schema.tables for index in table.indexes),
        *(add_constraint(table, key) for table in schema.tables for key in table.foreign_keys),
        *(statement for table in schema.tables for statement in _commented(table)),
    ]


def created(table: Table) -> Iterator[Statement]:
    """A table with its columns and constraints, but its foreign keys; with the sequences of its columns."""
    alike = _sequences_alike(table)
    yield create_table(
        replace(
            table,
            columns=tuple(replace(each, numbering=None) if each.name in alike else each for each in table.columns),
        )
    )
    taken: set[str] = set(alike.values())
    for column in table.columns:
        if column.name in alike and column.numbering == "serial":
            yield from add_serial(table, column, taken=taken)
            taken.add(_sequence(table, column, taken))
        elif column.name in alike:
            yield add_identity(table, column)
        elif column.numbering == "serial" and column.nullable:
            yield drop_not_null(table, column.name)


def _sequences_alike(table: Table) -> dict[str, str]:
    """The columns whose sequence PostgreSQL would name as an earlier one's of the same statement, with that name."""
    seen: set[str] = set()
    alike: dict[str, str] = {}
    for column in table.columns:
        if column.numbering is not None:
            name = chosen(table.name, column.name, "seq")
            if name in seen:
                alike[column.name] = name
            seen.add(name)
    return alike


def _sequence(table: Table, column: Column, taken: Collection[str]) -> str:
    return fit(f"{table.name}_{column.name}", "_seq", taken=taken)


def _commented(table: Table) -> Iterator[Statement]:
    if table.comment is not None:
        yield comment_on_table(table)
    for column in table.columns:
        if column.comment is not None:
            yield comment_on_column(table, column)


def create_schema(name: str) -> Statement:
    """A schema besides public."""
    return Statement(f"create schema {quoted(name)}", "schema", name)


def drop_schema(name: str) -> Statement:
    """Drop an empty schema."""
    return Statement(f"drop schema {quoted(name)}", "schema", name)


def create_extension(name: str) -> Statement:
    """An extension, unless it is there."""
    return Statement(f"create extension if not exists {quoted(name)}", "extension", name)


def create_enum(enum: Enum) -> Statement:
    """An enum with its labels."""
    labels = ", ".join(literal(label) for label in enum.labels)
    return _enum(enum, f"create type {quoted(enum.schema, enum.name)} as enum ({labels})")


def drop_enum(enum: Enum) -> Statement:
    """Drop an enum that no column is of."""
    return _enum(enum, f"drop type {quoted(enum.schema, enum.name)}")


def rename_enum(enum: Enum, name: str) -> Statement:
    """Give an enum another name."""
    return _enum(enum, f"alter type {quoted(enum.schema, enum.name)} rename to {quoted(name)}")


def add_enum_label(enum: Enum, label: str, *, before: str | None = None) -> Statement:
    """A label at the end, or before another. PostgreSQL cannot use it before the transaction has ended."""
    place = "" if before is None else f" before {literal(before)}"
    return _enum(enum, f"alter type {quoted(enum.schema, enum.name)} add value {literal(label)}{place}")


def rename_enum_label(enum: Enum, label: str, name: str) -> Statement:
    """Give a label another name, in every row that has it."""
    path = quoted(enum.schema, enum.name)
    return _enum(enum, f"alter type {path} rename value {literal(label)} to {literal(name)}")


def create_table(table: Table) -> Statement:
    """A table with its columns and constraints, without its foreign keys and indexes."""
    key = (table.primary_key,) if table.primary_key else ()
    lines = [
        *(clauses.column(column) for column in table.columns),
        *(clauses.constraint(each) for each in (*key, *table.uniques, *table.checks, *table.exclusions)),
    ]
    body = "\n" + "".join(f"    {line},\n" for line in lines)[:-2] + "\n" if lines else ""
    return Statement(f"create table {clauses.path(table)} ({body})", "table", table.name)


def drop_table(table: Table) -> Statement:
    """Drop a table with its rows; fails while another refers to it."""
    return Statement(f"drop table {clauses.path(table)}", "table", table.name)


def rename_table(table: Table, name: str) -> Statement:
    """Give a table another name; those of its constraints, indexes and sequences stay."""
    return _table(table, f"rename to {quoted(name)}")


def add_column(table: Table, column: Column) -> Statement:
    """A column, with all that belongs to it but its comment."""
    return _altered(table, column.name, f"add column {clauses.column(column)}")


def drop_column(table: Table, name: str) -> Statement:
    """Drop a column with its values; fails while something of another table needs it."""
    return _altered(table, name, f"drop column {quoted(name)}")


def rename_column(table: Table, name: str, to: str) -> Statement:
    """Give a column another name; constraints and indexes follow."""
    return _altered(table, name, f"rename column {quoted(name)} to {quoted(to)}")


def alter_type(table: Table, column: Column, *, using: str | None = None) -> Statement:
    """Make a column of the type (and collation) that `column` has; `using` is an expression of the old value."""
    clause = f" using {enclosed(checked(using))}" if using is not None else ""
    return _alter_column(table, column.name, f"type {clauses.plain_type(column)}{clause}")


def set_not_null(table: Table, name: str) -> Statement:
    """Forbid null; fails while a row has it."""
    return _alter_column(table, name, "set not null")


def drop_not_null(table: Table, name: str) -> Statement:
    """Allow null."""
    return _alter_column(table, name, "drop not null")


def set_default(table: Table, name: str, expression: str) -> Statement:
    """A default for rows to come."""
    return _alter_column(table, name, f"set default {enclosed(checked(expression))}")


def drop_default(table: Table, name: str) -> Statement:
    """No default for rows to come; a serial column becomes a plain one and keeps its sequence."""
    return _alter_column(table, name, "drop default")


def drop_generated(table: Table, name: str) -> Statement:
    """Make a plain column of a generated one; its values stay."""
    return _alter_column(table, name, "drop expression")


def add_identity(table: Table, column: Column) -> Statement:
    """Make a column that is not null, and has no default, number its rows to come."""
    return _alter_column(table, column.name, f"add {clauses.identity(column)}")


def drop_identity(table: Table, name: str) -> Statement:
    """Make a plain column of one that numbers its rows."""
    return _alter_column(table, name, "drop identity")


def add_serial(table: Table, column: Column, *, taken: Collection[str] = ()) -> list[Statement]:
    """Make a plain column number its rows to come as a serial one does, from behind its highest value."""
    sequence = quoted(table.schema, _sequence(table, column, taken))
    subject = f"{table.name}.{column.name}"
    owner = quoted(table.schema, table.name, column.name)
    following = clauses.following(clauses.path(table), quoted(column.name))
    return [
        Statement(f"create sequence if not exists {sequence} as {column.type} owned by {owner}", "column", subject),
        Statement(f"select pg_catalog.setval({literal(sequence)}, {following}, false)", "column", subject),
        set_default(table, column.name, f"nextval({literal(sequence)}::regclass)"),
    ]


def add_constraint(table: Table, constraint: Constraint, *, valid: bool = True) -> Statement:
    """A constraint; where not `valid` (checks and foreign keys), rows that are there are not looked at."""
    clause = clauses.constraint(constraint) + ("" if valid else " not valid")
    return _constrained(table, constraint, f"add {clause}")


def validate_constraint(table: Table, constraint: Constraint) -> Statement:
    """Look at the rows that were there before the constraint; writers go on."""
    return _constrained(table, constraint, f"validate constraint {quoted(constraint.name)}")


def drop_constraint(table: Table, constraint: Constraint) -> Statement:
    """Drop a constraint; fails while a foreign key needs it."""
    return _constrained(table, constraint, f"drop constraint {quoted(constraint.name)}")


def rename_constraint(table: Table, constraint: Constraint, name: str) -> Statement:
    """Give a constraint, and the index under it, another name."""
    return _constrained(table, constraint, f"rename constraint {quoted(constraint.name)} to {quoted(name)}")


def create_index(table: Table, index: Index) -> Statement:
    """An index."""
    unique = "unique " if index.unique else ""
    parts = ", ".join(clauses.part(part, index.method) for part in index.parts)
    include = f" include ({clauses.names(index.include)})" if index.include else ""
    nulls = " nulls not distinct" if index.nulls_not_distinct else ""
    where = f" where ({checked(index.where)})" if index.where is not None else ""
    using = "" if index.method == "btree" else f"using {checked_type(index.method)} "
    sql = f"create {unique}index {quoted(index.name)} on {clauses.path(table)} {using}({parts}){include}{nulls}{where}"
    return Statement(sql, "index", index.name)


def drop_index(table: Table, index: Index) -> Statement:
    """Drop an index."""
    return Statement(f"drop index {quoted(table.schema, index.name)}", "index", index.name)


def rename_index(table: Table, index: Index, name: str) -> Statement:
    """Give an index another name."""
    return Statement(f"alter index {quoted(table.schema, index.name)} rename to {quoted(name)}", "index", index.name)


def comment_on_table(table: Table) -> Statement:
    """The table's comment, or none."""
    return Statement(
        f"comment on table {clauses.path(table)} is {clauses.comment(table.comment)}", "comment", table.name
    )


def comment_on_column(table: Table, column: Column) -> Statement:
    """The column's comment, or none."""
    path = quoted(table.schema, table.name, column.name)
    sql = f"comment on column {path} is {clauses.comment(column.comment)}"
    return Statement(sql, "comment", f"{table.name}.{column.name}")


def _enum(enum: Enum, sql: str) -> Statement:
    return Statement(sql, "enum", enum.name)


def _table(table: Table, change: str) -> Statement:
    return Statement(f"alter table {clauses.path(table)} {change}", "table", table.name)


def _altered(table: Table, column: str, change: str) -> Statement:
    return Statement(f"alter table {clauses.path(table)} {change}", "column", f"{table.name}.{column}")


def _alter_column(table: Table, column: str, change: str) -> Statement:
    return _altered(table, column, f"alter column {quoted(column)} {change}")


def _constrained(table: Table, constraint: Constraint, change: str) -> Statement:
    kind: Kind = "foreign key" if isinstance(constraint, ForeignKey) else "constraint"
    return Statement(f"alter table {clauses.path(table)} {change}", kind, f"{table.name}.{constraint.name}")
