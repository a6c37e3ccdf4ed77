"""All things as they are after one got another name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.provisioning.changes.items import Items, Key, Thing
from app.provisioning.changes.words import column_renamed, label_renamed, type_renamed
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    TypeName,
    Unique,
)


@dataclass(frozen=True, slots=True)
class Rename:
    """A table, a column, an enum or a label of one under a new name.

    The table of a column and the enum of a label have their new names in `old` already.
    """

    old: Key
    new: Key
    confidence: float
    told: bool = False
    """Whether a person said so."""


def holds(items: Items, key: Key) -> bool:
    """Whether there is such a thing, or such a label of an enum."""
    if key.kind != "label":
        return key in items
    enum = items.get(Key("enum", key.schema, name=key.table))
    return isinstance(enum, Enum) and key.name in enum.labels


def renamed(items: Items, rename: Rename) -> Items:
    """All things after a rename, with everything that names what was renamed."""
    change = _CHANGES[rename.old.kind]
    return dict(change(key, thing, rename.old, rename.new) for key, thing in items.items())


def _table_renamed(key: Key, thing: Thing, old: Key, new: Key) -> tuple[Key, Thing]:
    if (key.schema, key.table) == (old.schema, old.table):
        key = replace(key, table=new.table)
    if isinstance(thing, ForeignKey) and (thing.target_schema, thing.target) == (old.schema, old.table):
        thing = replace(thing, target=new.table)
    return key, thing


def _column_renamed(key: Key, thing: Thing, old: Key, new: Key) -> tuple[Key, Thing]:
    def names(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new.name if name == old.name else name for name in columns)

    def text(expression: str) -> str:
        return column_renamed(expression, old.name, new.name)

    if key.owner == old.owner:
        match thing:
            case Column():
                key = new if key == old else key
                thing = replace(thing, name=key.name, generated=text(thing.generated) if thing.generated else None)
            case PrimaryKey() | Unique() | ForeignKey():
                thing = replace(thing, columns=names(thing.columns))
            case Check():
                thing = replace(thing, expression=text(thing.expression))
            case Exclusion():
                thing = replace(thing, definition=text(thing.definition))
            case Index():
                parts = tuple(
                    replace(part, of=text(part.of) if part.is_expression else names((part.of,))[0])
                    for part in thing.parts
                )
                where = text(thing.where) if thing.where else None
                thing = replace(thing, parts=parts, where=where, include=names(thing.include))
    if isinstance(thing, ForeignKey) and (thing.target_schema, thing.target) == (old.schema, old.table):
        thing = replace(thing, target_columns=names(thing.target_columns))
    return key, thing


def _enum_renamed(key: Key, thing: Thing, old: Key, new: Key) -> tuple[Key, Thing]:
    if isinstance(thing, Enum) and key == old:
        return new, replace(thing, name=new.name)
    if (
        isinstance(thing, Column)
        and isinstance(thing.type, TypeName)
        and (thing.type.schema, thing.type.name) == (old.schema, old.name)
    ):
        thing = replace(thing, type=replace(thing.type, name=new.name))
    return key, _rewritten(thing, lambda text: type_renamed(text, old.name, new.name))


def _label_renamed(key: Key, thing: Thing, old: Key, new: Key) -> tuple[Key, Thing]:
    if isinstance(thing, Enum) and (key.schema, key.name) == (old.schema, old.table):
        labels = (new.name if label == old.name else label for label in thing.labels)
        return key, replace(thing, labels=tuple(labels))
    return key, _rewritten(thing, lambda text: label_renamed(text, (old.schema, old.table), old.name, new.name))


def _rewritten(thing: Thing, text: Callable[[str], str]) -> Thing:
    """A thing with each of its expressions written anew."""

    def maybe(expression: str | None) -> str | None:
        return None if expression is None else text(expression)

    match thing:
        case Column():
            return replace(thing, default=maybe(thing.default), generated=maybe(thing.generated))
        case Check():
            return replace(thing, expression=text(thing.expression))
        case Exclusion():
            return replace(thing, definition=text(thing.definition))
        case Index():
            parts = tuple(replace(part, of=text(part.of)) if part.is_expression else part for part in thing.parts)
            return replace(thing, parts=parts, where=maybe(thing.where))
    return thing


_CHANGES: Final[Mapping[str, Callable[[Key, Thing, Key, Key], tuple[Key, Thing]]]] = {
    "table": _table_renamed,
    "column": _column_renamed,
    "enum": _enum_renamed,
    "label": _label_renamed,
}
