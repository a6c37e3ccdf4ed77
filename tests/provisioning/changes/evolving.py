"""Schemas that change at random, as an app's source does and as hands in its database do."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from app.provisioning.changes.items import Heading, Items, Key, Lookup, expressions_of, items_of, schema_of
from app.provisioning.changes.renaming import Rename, renamed
from app.provisioning.schema.model import (
    PUBLIC,
    Check,
    Column,
    Enum,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import literal, quoted
from app.provisioning.schema.validation import faults
from tests.provisioning.schema.schemas import schemas

TYPES = [
    "smallint", "integer", "bigint", "numeric(10,2)", "numeric", "text", "character varying(20)",
    "character varying(5)", "boolean", "uuid", "double precision", "date", "timestamp(3) without time zone",
    "timestamp with time zone", "jsonb", "text[]", "integer[]",
]  # fmt: skip


DEFAULTS = {
    "smallint": "3", "integer": "7", "bigint": "8", "text": "'x'", "boolean": "false", "numeric(10,2)": "1.5",
    "date": "'2026-01-01'", "jsonb": "'[]'", "text[]": "'{x}'", "character varying(20)": "'x'",
}  # fmt: skip


def whole() -> st.SearchStrategy[Schema]:
    """A schema at random that PostgreSQL takes."""
    return schemas().map(_immutable)


def _immutable(schema: Schema) -> Schema:
    return replace(
        schema,
        tables=tuple(
            replace(table, columns=tuple(replace(c, generated=None) if c.type == "jsonb" else c for c in table.columns))
            for table in schema.tables
        ),
    )


@st.composite
def evolved(draw: DrawFn, schema: Schema, most: int = 5) -> Schema:
    """The schema after up to so many changes, each of which leaves it without fault."""
    items = items_of(schema)
    for _ in range(draw(st.integers(0, most))):
        change = draw(st.sampled_from(CHANGES))
        changed = change(draw, dict(items))
        if not faults(schema_of(changed)):
            items = changed
    return schema_of(items)


def _new(draw: DrawFn, items: Items) -> str:
    stem = draw(
        st.sampled_from(["n", "full name", "Ä", 'q"q', "user", "order", "zone", "x" * 62, "\N{EURO SIGN}" * 20])
    )
    taken = {key.name for key in items} | {key.table for key in items}
    if stem in ("order", "zone") and stem not in taken:
        return stem
    return next(name for name in (f"{stem}{number}" for number in count(draw(st.integers(0, 3)))) if name not in taken)


def _some(draw: DrawFn, items: Items, *kinds: str) -> Key | None:
    found = [key for key in items if key.kind in kinds]
    return draw(st.sampled_from(found)) if found else None


def add_table(draw: DrawFn, items: Items) -> Items:
    name = _new(draw, items)
    key = Key("table", PUBLIC, name)
    columns = {Key("column", PUBLIC, name, each): Column(each, draw(st.sampled_from(TYPES))) for each in ("id", "b")}
    columns[Key("column", PUBLIC, name, "id")] = Column("id", "bigint", numbering="serial")
    return items | {key: Heading()} | columns | {Key("primary key", PUBLIC, name): PrimaryKey(f"{name}_pkey", ("id",))}


def drop_table(draw: DrawFn, items: Items) -> Items:
    table = _some(draw, items, "table")
    if table is None:
        return items
    gone = set(Lookup(items).references(table))
    return {key: thing for key, thing in items.items() if key not in gone and (not key.table or key.owner != table)}


def add_column(draw: DrawFn, items: Items) -> Items:
    table = _some(draw, items, "table")
    if table is None:
        return items
    name, type_ = _new(draw, items), draw(st.sampled_from(TYPES))
    default = "now()" if type_.startswith("timestamp") and draw(st.booleans()) else None
    key = Key("column", table.schema, table.table, name)
    return items | {key: Column(name, type_, draw(st.booleans()), default)}


def drop_column(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    if column is None:
        return items
    gone = {column, *Lookup(items).parts_on(column), *Lookup(items).references(column.owner, [column.name])}
    return {key: thing for key, thing in items.items() if key not in gone}


def retype(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.numbering is not None or thing.generated is not None:
        return items
    gone = {
        key
        for key in (*Lookup(items).parts_on(column), *Lookup(items).references(column.owner, [column.name]))
        if key.kind in ("foreign key", "index", "check", "exclusion")
    }
    items = {key: each for key, each in items.items() if key not in gone}
    type_ = draw(st.sampled_from(TYPES))
    default = draw(st.sampled_from([None, DEFAULTS.get(type_)]))
    return items | {column: replace(thing, type=type_, default=default, collation=None)}


def toggle_null(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.numbering is not None:
        return items
    key: Any = items.get(Key("primary key", column.schema, column.table))
    if key is not None and column.name in key.columns:
        return items
    return items | {column: replace(thing, nullable=not thing.nullable)}


def change_default(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.numbering or thing.generated or thing.type not in DEFAULTS:
        return items
    return items | {column: replace(thing, default=None if thing.default else DEFAULTS[thing.type])}


def number(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.type not in ("integer", "bigint") or thing.generated or thing.nullable:
        return items
    numbering = draw(st.sampled_from([None, "serial", "identity always", "identity by default"]))
    return items | {column: replace(thing, numbering=numbering, default=None)}


def add_part(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.type not in ("integer", "bigint", "text", "uuid", "date"):
        return items
    name = f"{_new(draw, items)}_part"
    path = (column.schema, column.table, name)
    kind = draw(st.sampled_from(["unique", "index", "unique index", "check", "partial"]))
    parts = (IndexPart(column.name),)
    if kind == "unique":
        return items | {Key("unique", *path): Unique(name, (column.name,))}
    if kind == "check":
        return items | {Key("check", *path): Check(name, f"{quoted(column.name)} IS NOT NULL OR true")}
    where = f"{quoted(column.name)} IS NOT NULL" if kind == "partial" else None
    return items | {Key("index", *path): Index(name, parts, unique=kind == "unique index", where=where)}


def add_reference(draw: DrawFn, items: Items) -> Items:
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    targets = [
        (key, each)
        for key, each in items.items()
        if isinstance(each, PrimaryKey)
        and column is not None
        and len(each.columns) == 1
        and getattr(items[Key("column", key.schema, key.table, each.columns[0])], "type", None) == thing.type
    ]
    if column is None or not targets or thing.generated is not None:
        return items
    target, key = draw(st.sampled_from(targets))
    name = f"{_new(draw, items)}_fkey"
    reference = ForeignKey(name, (column.name,), target.table, key.columns, target.schema)
    return items | {Key("foreign key", column.schema, column.table, name): reference}


def drop_part(draw: DrawFn, items: Items) -> Items:
    part = _some(draw, items, "unique", "index", "check", "exclusion", "foreign key")
    return {key: thing for key, thing in items.items() if key != part}


def change_labels(draw: DrawFn, items: Items) -> Items:
    key = _some(draw, items, "enum")
    enum: Any = items.get(key) if key else None
    if key is None:
        return items
    labels = list(enum.labels)
    match draw(st.sampled_from(["append", "insert", "remove", "reverse", "use", "rename"])):
        case "rename":
            old = draw(st.sampled_from(labels))
            new = draw(st.sampled_from(["renamed", "it's", 'a"b\\', "null", ""]))
            if new in labels:
                return items
            items = renamed(
                items, Rename(Key("label", key.schema, key.name, old), replace(key, table=key.name, name=new), 1)
            )
            labels[labels.index(old)] = new
        case "append" | "use":
            labels.append(f"label{len(labels)}")
        case "insert":
            labels.insert(0, f"first{len(labels)}")
        case "remove" if len(labels) > 1:
            labels.pop(draw(st.integers(0, len(labels) - 1)))
        case "reverse":
            labels.reverse()
    gone = [literal(label) for label in enum.labels if label not in labels]
    spoken = {
        each for each, thing in items.items() if any(text in said for said in expressions_of(thing) for text in gone)
    }
    changed: Items = {each: thing for each, thing in items.items() if each not in spoken or each.kind == "column"}
    changed[key] = replace(enum, labels=tuple(dict.fromkeys(labels)))
    for column, thing in items.items():
        if isinstance(thing, Column) and thing.type == TypeName(enum.name, enum.schema) and thing.generated is None:
            keeps = any(thing.default and literal(label) in thing.default for label in labels)
            default = literal(labels[-1]) if draw(st.booleans()) else thing.default if keeps else None
            changed[column] = replace(thing, default=default)
        elif isinstance(thing, Column) and thing.type == TypeName(enum.name, enum.schema, array=True):
            changed[column] = replace(thing, default=None)
    return changed


def add_enum(draw: DrawFn, items: Items) -> Items:
    table, name = _some(draw, items, "table"), _new(draw, items)
    if table is None:
        return items
    path = (table.schema, table.table, f"{name}_of")
    array = draw(st.booleans())
    default = draw(st.sampled_from([None, "'{a,b}'" if array else "'a'"]))
    column = Column(path[2], TypeName(name, array=array), draw(st.booleans()), default)
    if draw(st.booleans()):
        # An expression may speak of a type that no column of its table has.
        speaking = Key("check", *path[:2], f"{name}_check")
        items |= {speaking: Check(speaking.name, f"'b'::public.{quoted(name)} > {literal('a')}")}
    if draw(st.booleans()) and not array:
        speaking = Key("index", *path[:2], f"{name}_idx")
        items |= {speaking: Index(speaking.name, (IndexPart(path[2]),), where=f"{quoted(path[2])} = {literal('a')}")}
    return {Key("enum", PUBLIC, name=name): Enum(name, ("a", "b", "c")), **items, Key("column", *path): column}


def rename(draw: DrawFn, items: Items) -> Items:
    key = _some(draw, items, "table", "column", "enum")
    if key is None:
        return items
    name = _new(draw, items)
    new = replace(key, table=name) if key.kind == "table" else replace(key, name=name)
    return renamed(items, Rename(key, new, 1.0))


def swap(draw: DrawFn, items: Items) -> Items:
    """Two columns, or two tables, that take each other's names."""
    key = _some(draw, items, "table", "column")
    if key is None:
        return items
    other = draw(st.sampled_from([each for each in items if each.kind == key.kind]))
    if key == other or (key.schema, key.kind) != (other.schema, other.kind):
        return items
    if key.kind == "column" and key.owner != other.owner:
        return items
    aside = replace(key, table="aside") if key.kind == "table" else replace(key, name="aside")
    for old, new in ((key, aside), (other, key), (aside, other)):
        items = renamed(items, Rename(old, new, 1.0))
    return items


def move_column(draw: DrawFn, items: Items) -> Items:
    """A column that is of another table then."""
    column, table = _some(draw, items, "column"), _some(draw, items, "table")
    if column is None or table is None or table == column.owner:
        return items
    thing: Any = items[column]
    moved = replace(column, schema=table.schema, table=table.table)
    if moved in items:
        return items
    gone = {column, *Lookup(items).parts_on(column), *Lookup(items).references(column.owner, [column.name])}
    items = {key: each for key, each in items.items() if key not in gone}
    return items | {moved: replace(thing, generated=None)}


def reorder(draw: DrawFn, items: Items) -> Items:
    """The same things in another order."""
    return dict(draw(st.permutations(list(items.items()))))


def compute(draw: DrawFn, items: Items) -> Items:
    """A column that is computed from another one."""
    column = _some(draw, items, "column")
    thing: Any = items.get(column) if column else None
    if column is None or thing.type not in ("integer", "bigint", "text") or thing.generated:
        return items
    name = _new(draw, items)
    generated = f"{quoted(column.name)} || 'x'" if thing.type == "text" else f"{quoted(column.name)} + 1"
    return items | {replace(column, name=name): Column(name, thing.type, True, generated=generated)}


def comment(draw: DrawFn, items: Items) -> Items:
    key = _some(draw, items, "table", "column")
    thing: Any = items.get(key) if key else None
    return items if key is None else items | {key: replace(thing, comment="said otherwise")}


@st.composite
def made_by_hand(draw: DrawFn, schema: Schema) -> list[str]:
    """Statements that make what is no part of the model: views, triggers, policies, functions, children, domains."""
    written: list[str] = []
    for number in range(draw(st.integers(0, 4))):
        table = draw(st.sampled_from(schema.tables))
        path, columns = quoted(table.schema, table.name), [quoted(column.name) for column in table.columns]
        name = quoted(f"hand{number}")
        kinds = ["function", "child"]
        if columns:
            one = draw(st.sampled_from(columns))
            written_as = {
                "view": f"view {name} as select {one} from {path}",
                "materialized view": f"materialized view {name} as select {one} from {path}",
                "policy": f"policy {name} on {path} using ({one} is not null)",
                "trigger": f"trigger {name} before update of {one} on {path} for each row "
                "execute function suppress_redundant_updates_trigger()",
                "rule": f"rule {name} as on delete to {path} where old.{one} is null do instead nothing",
                "statistics": f"statistics {name} on {columns[0]}, {columns[-1]} from {path}",
            }
            kind = draw(st.sampled_from([*written_as, *kinds]))
            if kind in written_as and (kind != "statistics" or len(columns) > 1):
                written.append(f"create {written_as[kind]}")
                continue
        is_of_a_type: bool = draw(st.booleans())
        if schema.enums and is_of_a_type:
            enum = draw(st.sampled_from(schema.enums))
            written.append(f"create domain {name} as {quoted(enum.schema, enum.name)}")
        elif draw(st.booleans()):
            written.append(f"create function {name}({path}) returns integer language sql as 'select 1'")
        else:
            written.append(f"create table {name} () inherits ({path})")
    return written


CHANGES = [
    add_table, drop_table, add_column, add_column, drop_column, retype, toggle_null, change_default, number, add_part,
    add_part, add_reference, drop_part, change_labels, add_enum, rename, rename, comment, swap, move_column, reorder,
    compute,
]  # fmt: skip
