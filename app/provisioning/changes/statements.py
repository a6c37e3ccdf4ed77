"""Changes of several statements, each written from what is there to what is to be, and so also for the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.provisioning.changes.casts import Cast
from app.provisioning.changes.items import Items, Key, Thing, columns_of, expressions_of, schema_of
from app.provisioning.changes.words import names_column, names_type
from app.provisioning.schema import ddl
from app.provisioning.schema.clauses import following, identity
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import fit, literal, quoted


def at(key: Key) -> Table:
    """The table that a thing is part of, by name."""
    return Table(key.table, (), schema=key.schema)


def created_table(parts: Items) -> list[str]:
    """A table with all that it has, but its foreign keys."""
    (table,) = schema_of({key: thing for key, thing in parts.items() if key.kind != "foreign key"}).tables
    written = [*ddl.created(table)]
    written += [ddl.create_index(table, index) for index in table.indexes]
    written += [ddl.comment_on_table(table)] if table.comment is not None else []
    written += [ddl.comment_on_column(table, column) for column in table.columns if column.comment is not None]
    return [statement.sql for statement in written]


def added_column(key: Key, column: Column) -> list[str]:
    """A column with its comment."""
    written = [ddl.add_column(at(key), column)]
    if column.numbering == "serial" and column.nullable:
        written.append(ddl.drop_not_null(at(key), column.name))
    if column.comment is not None:
        written.append(ddl.comment_on_column(at(key), column))
    return [statement.sql for statement in written]


def added_part(key: Key, part: Thing) -> str:
    """A key, an index or a constraint."""
    match part:
        case Index():
            return ddl.create_index(at(key), part).sql
        case PrimaryKey() | Unique() | Check() | Exclusion() | ForeignKey():
            return ddl.add_constraint(at(key), part).sql
    raise TypeError(f"{key.kind} is no part that can be added")


def dropped_part(key: Key, part: Thing) -> str:
    """The part gone."""
    match part:
        case Index():
            return ddl.drop_index(at(key), part).sql
        case PrimaryKey() | Unique() | Check() | Exclusion() | ForeignKey():
            return ddl.drop_constraint(at(key), part).sql
    raise TypeError(f"{key.kind} is no part that can be dropped")


def renamed_part(key: Key, part: Thing, name: str) -> str:
    """The part under another name."""
    match part:
        case Index():
            return ddl.rename_index(at(key), part, name).sql
        case PrimaryKey() | Unique() | Check() | Exclusion() | ForeignKey():
            return ddl.rename_constraint(at(key), part, name).sql
    raise TypeError(f"{key.kind} is no part that has a name")


def renamed_thing(old: Key, new: Key) -> str:
    """A table, a column, an enum or a label under another name."""
    if old.kind == "table":
        return ddl.rename_table(at(old), new.table).sql
    if old.kind == "column":
        return ddl.rename_column(at(old), old.name, new.name).sql
    if old.kind == "label":
        return ddl.rename_enum_label(Enum(old.table, (), old.schema), old.name, new.name).sql
    return ddl.rename_enum(Enum(old.name, (), old.schema), new.name).sql


def nullability(key: Key, column: Column) -> str:
    """Null allowed or forbidden, as the column has it."""
    make = ddl.drop_not_null if column.nullable else ddl.set_not_null
    return make(at(key), column.name).sql


def filled(key: Key, column: Column, expression: str) -> str:
    """A value for every row that has none."""
    name = quoted(column.name)
    return f"update {quoted(key.schema, key.table)} set {name} = {expression} where {name} is null"  # noqa: S608 - names are quoted


def sourced(key: Key, before: Column, after: Column) -> list[str]:
    """Where the values of rows to come are from: a default, a sequence, an identity, nothing."""
    table, name = at(key), after.name
    identities = ("identity always", "identity by default")
    if before.numbering in identities and after.numbering in identities:
        return [f"alter table {quoted(key.schema, key.table)} alter column {quoted(name)} set {_identity(after)}"]
    written: list[str] = []
    if before.generated is not None:
        written.append(ddl.drop_generated(table, name).sql)
    if before.numbering in identities:
        written.append(ddl.drop_identity(table, name).sql)
    elif before.numbering == "serial" or (before.default is not None and after.default is None):
        written.append(ddl.drop_default(table, name).sql)
    if before.numbering == "serial":
        written.append(_with_sequence(key, name, "drop sequence %s"))
    if after.default is not None:
        written.append(ddl.set_default(table, name, after.default).sql)
    elif after.numbering == "serial":
        written += [statement.sql for statement in ddl.add_serial(table, after)]
    elif after.numbering is not None:
        written += [ddl.add_identity(table, after).sql, _continued(key, name)]
    return written


def _identity(column: Column) -> str:
    return identity(column).removesuffix(" as identity")


def _sequence(key: Key, column: str) -> str:
    return f"pg_catalog.pg_get_serial_sequence({literal(quoted(key.schema, key.table))}, {literal(column)})"


def _continued(key: Key, column: str) -> str:
    behind = following(quoted(key.schema, key.table), quoted(column))
    return f"select pg_catalog.setval({_sequence(key, column)}, {behind}, false)"


def _with_sequence(key: Key, column: str, statement: str) -> str:
    """Something done to the sequence of a column, whatever that is called."""
    body = (
        f"declare v_sequence text := {_sequence(key, column)}; "
        f"begin if v_sequence is not null then execute pg_catalog.format({literal(statement)}, v_sequence); end if; end"
    )
    return f"do {literal(body)}"


def retyped(key: Key, before: Column, after: Column, cast: Cast) -> list[str]:
    """A column of another type, with the default that it has then."""
    table = at(key)
    plain = before.default is not None and before.numbering is None
    written = [ddl.drop_default(table, after.name).sql] if plain else []
    using = cast.using(quoted(after.name)) if cast.using is not None else None
    written.append(ddl.alter_type(table, after, using=using).sql)
    if before.numbering == "serial" and before.type != after.type:
        written.append(_with_sequence(key, after.name, f"alter sequence %s as {after.type}"))
    if after.default is not None and after.numbering is None:
        written.append(ddl.set_default(table, after.name, after.default).sql)
    return written


def swapped_enum(items: Items, before: Enum, after: Enum, defaults: Items) -> list[str]:
    """An enum with other labels, for which every column of it is written anew; fails where a row has a label that goes.

    `items` are what is there; a column's default then is the one that it has in `defaults`.
    """
    name = TypeName(before.name, before.schema)
    columns = {key: thing for key, thing in items.items() if isinstance(thing, Column) and _is_of(thing, name)}
    aside = dict(_standing_on(items, columns, before))
    taken = {name for key in items for name in (key.table, key.name) if key.schema == before.schema}
    former = replace(before, name=fit(before.name, "_old", taken=taken))
    speaking = {
        key: thing
        for key, thing in items.items()
        if isinstance(thing, Column) and key not in columns and thing.default and names_type(thing.default, before.name)
    }
    written = [dropped_part(key, part) for key, part in aside.items() if key.kind == "foreign key"]
    written += [dropped_part(key, part) for key, part in aside.items() if key.kind != "foreign key"]
    written += [
        ddl.drop_default(at(key), column.name).sql
        for key, column in (*columns.items(), *speaking.items())
        if column.default is not None
    ]
    written += [ddl.rename_enum(before, former.name).sql, ddl.create_enum(after).sql]
    for key, column in columns.items():
        brackets = "[]" if isinstance(column.type, TypeName) and column.type.array else ""
        using = f"{quoted(column.name)}::text{brackets}::{quoted(after.schema, after.name)}{brackets}"
        written.append(ddl.alter_type(at(key), column, using=using).sql)
        wanted = defaults.get(key, column)
        if column.default is not None and isinstance(wanted, Column) and wanted.default is not None:
            written.append(ddl.set_default(at(key), column.name, wanted.default).sql)
    written += [
        ddl.set_default(at(key), column.name, column.default).sql
        for key, column in speaking.items()
        if column.default is not None
    ]
    written.append(ddl.drop_enum(former).sql)
    written += [added_part(key, part) for key, part in aside.items() if key.kind != "foreign key"]
    written += [added_part(key, part) for key, part in aside.items() if key.kind == "foreign key"]
    return written


def _is_of(column: Column, name: TypeName) -> bool:
    return isinstance(column.type, TypeName) and (column.type.schema, column.type.name) == (name.schema, name.name)


def _standing_on(items: Items, columns: Iterable[Key], enum: Enum) -> Iterable[tuple[Key, Thing]]:
    """Expressions over these columns or of the enum, and foreign keys: PostgreSQL cannot carry them over."""
    names: dict[Key, set[str]] = {}
    for column in columns:
        names.setdefault(column.owner, set()).add(column.name)
    for key, thing in items.items():
        of = names.get(key.owner, set())
        if key.kind in ("index", "check", "exclusion"):
            texts = expressions_of(thing)
            if any(names_type(text, enum.name) or any(names_column(text, name) for name in of) for text in texts):
                yield key, thing
        elif isinstance(thing, ForeignKey):
            target = names.get(Key("table", thing.target_schema, thing.target), set())
            if of & set(columns_of(thing)) or target & set(thing.target_columns):
                yield key, thing
