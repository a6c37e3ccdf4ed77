"""What is wrong with a schema before a server sees it, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.provisioning.schema.clauses import Constraint
from app.provisioning.schema.expressions import ExpressionError, checked, checked_type
from app.provisioning.schema.model import (
    PUBLIC,
    Column,
    Enum,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import fault_of

MOST_COLUMNS: Final = 1600
MOST_KEY_COLUMNS: Final = 32
NUMBERED: Final = ("smallint", "integer", "bigint")
_SYSTEM_COLUMNS: Final = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})


class SchemaError(Exception):
    """No DDL can be written for this schema; `faults` are the reasons, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass(frozen=True, slots=True)
class _There:
    """What a table may refer to, by schema and name."""

    tables: dict[tuple[str, str], Table]
    enums: set[tuple[str, str]]
    unique: dict[tuple[str, str], set[frozenset[str]]]
    """The sets of columns that a foreign key to a table may refer to."""


def faults(schema: Schema) -> list[str]:
    """What would make the DDL of a schema fail, or mean something else, as far as that shows without a server.

    Only a server knows its types: whether one can be a key, or be compared with the one that a foreign key refers to.
    """
    there = _There(
        {(table.schema, table.name): table for table in schema.tables},
        {(enum.schema, enum.name) for enum in schema.enums},
        {(table.schema, table.name): {*_unique_columns(table)} for table in schema.tables},
    )
    return [*_of_schemas(schema), *_of_relations(schema), *_of_enums(schema)] + [
        sentence for table in schema.tables for sentence in _of_table(there, table)
    ]


def _of_schemas(schema: Schema) -> Iterator[str]:
    for name in (*schema.schemas, *schema.extensions):
        yield from _of_name("schema or extension", name)
    yield from (f"There are two schemas {name!r}." for name in _repeated(schema.schemas))
    for name in schema.schemas:
        if name.startswith("pg_"):
            yield f"The name of schema {name!r} is PostgreSQL's own."
    there = {PUBLIC, *schema.schemas}
    things: list[Enum | Table] = [*schema.enums, *schema.tables]
    for thing in things:
        if thing.schema not in there:
            yield f"{thing.name!r} is in schema {thing.schema!r}, which is not there."


def _of_relations(schema: Schema) -> Iterator[str]:
    """Tables, types, indexes and what keys are made of share the names of their schema."""
    relations = Counter[tuple[str, str]]()
    for table in schema.tables:
        relations[table.schema, table.name] += 1
        for group in (
            (table.primary_key,) if table.primary_key else (),
            table.uniques,
            table.exclusions,
            table.indexes,
        ):
            relations.update((table.schema, each.name) for each in group)
    yield from (f"Two tables, keys or indexes have the name {name!r}." for (_, name), n in relations.items() if n > 1)
    tables = {(table.schema, table.name) for table in schema.tables}
    enums = Counter((enum.schema, enum.name) for enum in schema.enums)
    for key, times in enums.items():
        if times + (key in tables) > 1:
            yield f"Two types have the name {key[1]!r}; a table is one, too."


def _of_enums(schema: Schema) -> Iterator[str]:
    for enum in schema.enums:
        yield from _of_name("enum", enum.name)
        if not enum.labels:
            yield f"Enum {enum.name!r} has no labels."
        for label in enum.labels:
            if label and (fault := fault_of(label)):
                yield f"Label {label!r} of enum {enum.name!r} {fault}."
        yield from (f"Enum {enum.name!r} has label {label!r} twice." for label in _repeated(enum.labels))


def _of_table(there: _There, table: Table) -> Iterator[str]:
    yield from _of_name("table", table.name)
    where = f"table {table.name!r}"
    if len(table.columns) > MOST_COLUMNS:
        yield f"{_start(where)} has {len(table.columns):,} columns, more than {MOST_COLUMNS:,}."
    yield from (f"{_start(where)} has two columns {name!r}." for name in _repeated(c.name for c in table.columns))
    yield from _of_comment(where, table.comment)
    for column in table.columns:
        yield from _of_column(there, f"column {table.name}.{column.name}", column)
    keys: list[PrimaryKey | Unique] = [*([table.primary_key] if table.primary_key else []), *table.uniques]
    constraints: list[Constraint] = [*keys, *table.checks, *table.exclusions, *table.foreign_keys]
    for name in _repeated(constraint.name for constraint in constraints):
        yield f"{_start(where)} has two constraints {name!r}."
    for constraint in constraints:
        yield from _of_name(f"constraint of {where},", constraint.name)
    names = {column.name for column in table.columns}
    for named in keys:
        yield from _of_columns(names, f"{named.name!r} of {where}", named.columns)
    for check in table.checks:
        yield from _of_expression(f"check {check.name!r} of {where}", checked, check.expression)
    for exclusion in table.exclusions:
        yield from _of_expression(f"exclusion {exclusion.name!r} of {where}", checked, exclusion.definition)
    for index in table.indexes:
        yield from _of_index(table, names, index)
    for foreign_key in table.foreign_keys:
        yield from _of_foreign_key(there, table, names, foreign_key)


def _of_column(there: _There, where: str, column: Column) -> Iterator[str]:
    yield from _of_name("column", column.name)
    if column.name in _SYSTEM_COLUMNS:
        yield f"{_start(where)} has the name of a column that every table has."
    if isinstance(column.type, TypeName):
        if (column.type.schema, column.type.name) not in there.enums:
            yield f"{_start(where)} is of type {column.type.name!r}, which is not there."
    else:
        yield from _of_expression(where, checked_type, column.type)
    if sum(value is not None for value in (column.default, column.numbering, column.generated)) > 1:
        yield f"{_start(where)} has more than one of a default, numbers of its own and a generated value."
    if column.numbering and column.type not in NUMBERED:
        yield f"{_start(where)} cannot number itself: its type is not {', '.join(NUMBERED)}."
    if column.numbering and column.numbering != "serial" and column.nullable:
        yield f"{_start(where)} is an identity, which is never null."
    for expression in (column.default, column.generated):
        if expression is not None:
            yield from _of_expression(where, checked, expression)
    if column.collation is not None:
        yield from _of_name("collation", column.collation)
    yield from _of_comment(where, column.comment)


def _of_index(table: Table, names: set[str], index: Index) -> Iterator[str]:
    where = f"index {index.name!r} of table {table.name!r}"
    yield from _of_name("index", index.name)
    columns = [part.of for part in index.parts if not part.is_expression]
    yield from _of_columns(names, where, (*columns, *index.include), repeatable=True, all_of=len(index.parts))
    for part in index.parts:
        if part.is_expression:
            yield from _of_expression(where, checked, part.of)
        if part.operator_class is not None:
            yield from _of_expression(where, checked_type, part.operator_class)
    if index.where is not None:
        yield from _of_expression(where, checked, index.where)
    yield from _of_expression(where, checked_type, index.method)


def _of_foreign_key(there: _There, table: Table, names: set[str], key: ForeignKey) -> Iterator[str]:
    where = f"foreign key {key.name!r} of table {table.name!r}"
    yield from _of_columns(names, where, key.columns)
    target = there.tables.get((key.target_schema, key.target))
    if target is None:
        yield f"{_start(where)} refers to table {key.target!r}, which is not there."
        return
    if len(key.columns) != len(key.target_columns):
        yield f"{_start(where)} has {len(key.columns)} columns for {len(key.target_columns)}."
    if frozenset(key.target_columns) not in there.unique[target.schema, target.name]:
        columns = ", ".join(key.target_columns)
        yield f"{_start(where)} refers to {key.target!r} ({columns}), which no key and no unique index holds unique."


def _unique_columns(table: Table) -> Iterator[frozenset[str]]:
    """The sets of columns that a foreign key may refer to."""
    for key in (table.primary_key, *table.uniques):
        if key is not None and not key.deferrable:
            yield frozenset(key.columns)
    for index in table.indexes:
        if index.unique and index.where is None and not any(part.is_expression for part in index.parts):
            yield frozenset(part.of for part in index.parts)


def _of_columns(
    there: set[str], where: str, columns: tuple[str, ...], *, repeatable: bool = False, all_of: int | None = None
) -> Iterator[str]:
    number = len(columns) if all_of is None else all_of
    if not 0 < number <= MOST_KEY_COLUMNS:
        yield f"{_start(where)} has {number} columns; it may have from 1 to {MOST_KEY_COLUMNS}."
    yield from (f"{_start(where)} is on column {name!r}, which is not there." for name in columns if name not in there)
    if not repeatable:
        yield from (f"{_start(where)} has column {name!r} twice." for name in _repeated(columns))


def _of_expression(where: str, check: Callable[[str], str], sql: str) -> Iterator[str]:
    try:
        check(sql)
    except ExpressionError as error:
        yield f"In {where}: {error}"


def _of_name(what: str, name: str) -> Iterator[str]:
    if fault := fault_of(name):
        yield f"The name of {what} {name!r} {fault}."


def _of_comment(where: str, comment: str | None) -> Iterator[str]:
    if comment and (fault := fault_of(comment)) and "bytes" not in fault:
        yield f"The comment of {where} {fault}."


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _start(where: str) -> str:
    return where[0].upper() + where[1:]
