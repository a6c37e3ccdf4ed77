"""A schema as a flat map of things by key, so that three of them can be laid side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import sha256
from typing import Any, Final, Literal, TypeAlias

import msgspec

from app.provisioning.changes.words import names_column
from app.provisioning.schema.model import (
    PUBLIC,
    Check,
    Column,
    Enum,
    Evidence,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)

Kind: TypeAlias = Literal[
    "schema",
    "extension",
    "enum",
    "label",
    "table",
    "column",
    "primary key",
    "unique",
    "index",
    "check",
    "exclusion",
    "foreign key",
]


@dataclass(frozen=True, slots=True)
class Key:
    """What a thing is called. `name` is empty for a table itself and for its primary key; `table` for what has none.

    A label is no thing of its own but can be renamed like one; in the place of a table it has its enum.
    """

    kind: Kind
    schema: str
    table: str = ""
    name: str = ""

    @property
    def owner(self) -> Key:
        """The table that it is part of, or is."""
        return Key("table", self.schema, self.table)

    def __str__(self) -> str:
        path = [self.table, self.name] if self.kind != "schema" else []
        if self.schema != PUBLIC or not any(path):
            path.insert(0, self.schema)
        return ".".join(part for part in path if part)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a table is besides its parts."""

    comment: str | None = None
    evidence: Evidence | None = field(default=None, compare=False)


Part: TypeAlias = Column | PrimaryKey | Unique | Index | Check | Exclusion | ForeignKey
Thing: TypeAlias = Enum | Heading | Part | None
"""None: a schema or an extension, of which there is nothing but its name."""
Items: TypeAlias = dict[Key, Thing]


def items_of(schema: Schema) -> Items:
    """A schema's things, in an order in which each comes after what it needs, circles of foreign keys apart."""
    found: Items = {Key("schema", name): None for name in sorted(schema.schemas)}
    found |= {Key("extension", PUBLIC, name=name): None for name in sorted(schema.extensions)}
    found |= {Key("enum", enum.schema, name=enum.name): enum for enum in schema.enums}
    for table in schema.tables:
        found |= dict(_parts(table))
    return found


def _parts(table: Table) -> Iterator[tuple[Key, Thing]]:
    path = (table.schema, table.name)
    yield Key("table", *path), Heading(table.comment, table.evidence)
    for column in table.columns:
        yield Key("column", *path, column.name), column
    if table.primary_key is not None:
        yield Key("primary key", *path), table.primary_key
    for unique in table.uniques:
        yield Key("unique", *path, unique.name), unique
    for index in table.indexes:
        yield Key("index", *path, index.name), index
    for check in table.checks:
        yield Key("check", *path, check.name), check
    for exclusion in table.exclusions:
        yield Key("exclusion", *path, exclusion.name), exclusion
    for reference in table.foreign_keys:
        yield Key("foreign key", *path, reference.name), reference


def schema_of(items: Mapping[Key, Thing]) -> Schema:
    """The schema that these things make up."""
    enums: list[Enum] = []
    tables: dict[Key, Table] = {}
    parts: dict[Key, dict[Kind, list[Any]]] = {}
    for key, thing in items.items():
        match thing:
            case Enum():
                enums.append(thing)
            case Heading():
                tables[key] = Table(key.table, (), schema=key.schema, comment=thing.comment, evidence=thing.evidence)
            case None:
                pass
            case _:
                parts.setdefault(key.owner, {}).setdefault(key.kind, []).append(thing)
    whole = []
    for owner, table in tables.items():
        of = parts.get(owner, {})
        whole.append(
            replace(
                table,
                columns=tuple(of.get("column", ())),
                primary_key=next(iter(of.get("primary key", ())), None),
                uniques=tuple(of.get("unique", ())),
                indexes=tuple(of.get("index", ())),
                checks=tuple(of.get("check", ())),
                exclusions=tuple(of.get("exclusion", ())),
                foreign_keys=tuple(of.get("foreign key", ())),
            )
        )
    return Schema(
        tuple(whole),
        tuple(enums),
        tuple(key.schema for key in items if key.kind == "schema"),
        tuple(key.name for key in items if key.kind == "extension"),
    )


def fingerprint(items: Mapping[Key, Thing]) -> str:
    """A digest of what is there, whatever its order and wherever it came from."""
    rows = sorted((str(key.kind), key.schema, key.table, key.name, _bare(thing)) for key, thing in items.items())
    return sha256(msgspec.json.encode(rows)).hexdigest()


def _bare(value: object) -> Any:
    """A value as JSON knows it, without what is no part of a comparison."""
    if is_dataclass(value):
        return {part.name: _bare(getattr(value, part.name)) for part in fields(value) if part.compare}
    if isinstance(value, tuple):
        return [_bare(part) for part in value]
    return value


def columns_of(thing: Thing) -> tuple[str, ...]:
    """The columns that a part of a table stands on; of an expression, none."""
    match thing:
        case PrimaryKey() | Unique() | ForeignKey():
            return thing.columns
        case Index():
            return (*(part.of for part in thing.parts if not part.is_expression), *thing.include)
    return ()


def expressions_of(thing: Thing) -> tuple[str, ...]:
    """The expressions over a table's columns that a thing holds."""
    match thing:
        case Column():
            return (thing.generated,) if thing.generated else ()
        case Check():
            return (thing.expression,)
        case Exclusion():
            return (thing.definition,)
        case Index():
            return (*(part.of for part in thing.parts if part.is_expression), *((thing.where,) if thing.where else ()))
    return ()


def needs(key: Key, thing: Thing) -> Iterator[Key]:
    """What must be there for a thing to be there."""
    if key.schema != PUBLIC and key.kind != "schema":
        yield Key("schema", key.schema)
    if key.kind in ("schema", "extension", "enum", "table"):
        return
    yield key.owner
    if isinstance(thing, Column) and isinstance(thing.type, TypeName):
        yield Key("enum", thing.type.schema, name=thing.type.name)
    for name in columns_of(thing):
        yield Key("column", key.schema, key.table, name)
    if isinstance(thing, ForeignKey):
        yield Key("table", thing.target_schema, thing.target)
        for name in thing.target_columns:
            yield Key("column", thing.target_schema, thing.target, name)


def relation_of(key: Key, thing: Thing) -> str | None:
    """The name that a table, a key or an index has among those of its schema; None: it has none there."""
    match thing:
        case PrimaryKey() | Unique() | Exclusion() | Index():
            return thing.name
        case Heading():
            return key.table
    return None


class Lookup:
    """Things, and which of them are parts of a table or refer to it, without a search through all."""

    def __init__(self, items: Mapping[Key, Thing]) -> None:
        self.items: Items = {}
        self._parts: defaultdict[Key, dict[Key, None]] = defaultdict(dict)
        self._references: defaultdict[Key, dict[Key, None]] = defaultdict(dict)
        for key, thing in items.items():
            self.put(key, thing)

    def put(self, key: Key, thing: Thing) -> None:
        """Add a thing, or take it for the one of its name."""
        if key in self.items:
            self._references[_target(self.items[key])].pop(key, None)
        self.items[key] = thing
        self._parts[key.owner][key] = None
        if isinstance(thing, ForeignKey):
            self._references[_target(thing)][key] = None

    def take(self, key: Key) -> None:
        """Take a thing out, if it is there."""
        if key in self.items:
            self._references[_target(self.items.pop(key))].pop(key, None)
            self._parts[key.owner].pop(key, None)

    def parts(self, table: Key) -> list[Key]:
        """What a table consists of, besides itself."""
        return [key for key in self._parts[table] if key != table]

    def parts_on(self, column: Key) -> list[Key]:
        """The keys, indexes and constraints of its own table that stand on a column, by expressions too."""
        return [
            key
            for key in self.parts(column.owner)
            if key.kind != "column"
            and (
                column.name in columns_of(self.items[key])
                or any(names_column(text, column.name) for text in expressions_of(self.items[key]))
            )
        ]

    def references(self, table: Key, columns: Iterable[str] | None = None) -> list[Key]:
        """The foreign keys of any table that refer to a table, or to some of its columns."""
        wanted = None if columns is None else set(columns)
        return [
            key
            for key in self._references[table]
            if wanted is None or wanted.intersection(getattr(self.items[key], "target_columns", ()))
        ]


def _target(thing: Thing) -> Key:
    return Key("table", thing.target_schema, thing.target) if isinstance(thing, ForeignKey) else _NOWHERE


_NOWHERE: Final = Key("table", "")
