"""How alike two things are, from 0 to 1, by all that is known of both sides."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from app.provisioning.changes.items import Heading, Items, Key, Lookup, Thing, columns_of
from app.provisioning.schema.model import Column, Enum, Evidence, ForeignKey, Index, PrimaryKey, TypeName, Unique


def tables_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
    """Tables: by their columns, their names, and who refers to them."""
    before, after = ({key: _columns(side, key) for key in side.items if key.kind == "table"} for side in (old, new))

    def score(a: Key, b: Key) -> float:
        shapes = before[a], after[b]
        names = [{name for name, _ in shape} for shape in shapes]
        if not names[0] & names[1]:
            return 0.0
        common = len(names[0] & names[1]) / len(names[0] | names[1])
        exact = len(shapes[0] & shapes[1]) / len(shapes[0] | shapes[1])
        # Tables of an id and a name are alike without being the same.
        weight = 0.6 if len(names[0] | names[1]) > 3 else 0.45
        referring = [
            {(key.owner, columns_of(side.items[key])) for key in side.references(table)}
            for side, table in ((old, a), (new, b))
        ]
        found = weight * exact + 0.1 * common + (0.9 - weight) * names_alike(a.table, b.table)
        found += 0.25 if referring[0] & referring[1] else 0.0
        return min(1.0, found + 0.15 * _same_place(old.items[a], new.items[b]))

    return score


def _columns(side: Lookup, table: Key) -> set[tuple[str, object]]:
    return {(key.name, _shape(side.items, side.items[key])) for key in side.parts(table) if key.kind == "column"}


def columns_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
    """Columns of one table: of the same type, by their names, places and roles."""

    def score(a: Key, b: Key) -> float:
        before, after = old.items[a], new.items[b]
        if not isinstance(before, Column) or not isinstance(after, Column):
            return 0.0
        if _shape(old.items, before) != _shape(new.items, after):
            return 0.0
        same = (before.nullable, before.default, before.numbering) == (after.nullable, after.default, after.numbering)
        found = 0.3 + (0.1 if same else 0.0) + (0.15 if _position(old, a) == _position(new, b) else 0.0)
        found += 0.45 * names_alike(a.name, b.name) + 0.1 * _same_place(before, after)
        roles = _roles(old, a), _roles(new, b)
        if roles[0] != roles[1]:
            found -= 0.1
        elif roles[0]:
            found += 0.2
        return max(0.0, min(1.0, found))

    return score


def enums_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
    """Enums: by their labels and names."""

    def score(a: Key, b: Key) -> float:
        before, after = old.items[a], new.items[b]
        if not isinstance(before, Enum) or not isinstance(after, Enum):
            return 0.0
        labels = set(before.labels), set(after.labels)
        return 0.7 * len(labels[0] & labels[1]) / max(1, len(labels[0] | labels[1])) + 0.3 * names_alike(a.name, b.name)

    return score


def _shape(items: Items, thing: Thing) -> object:
    """A column's type; an enum by its labels, since its name may come from the column's."""
    if not isinstance(thing, Column) or not isinstance(thing.type, TypeName):
        return getattr(thing, "type", None)
    enum = items.get(Key("enum", thing.type.schema, name=thing.type.name))
    return (enum.labels if isinstance(enum, Enum) else thing.type.name, thing.type.array)


def _roles(side: Lookup, column: Key) -> set[object]:
    """What a column is for: what it refers to, what is unique by it, who refers to it."""
    found: set[object] = {"referred to" for _ in side.references(column.owner, [column.name])}
    for key in side.parts(column.owner):
        thing = side.items[key]
        if isinstance(thing, ForeignKey) and column.name in thing.columns:
            place = thing.columns.index(column.name)
            found.add((thing.target_schema, thing.target, thing.target_columns[place]))
        elif isinstance(thing, PrimaryKey | Unique) and column.name in thing.columns:
            found.add((key.kind, len(thing.columns)))
        elif isinstance(thing, Index) and thing.unique and any(part.of == column.name for part in thing.parts):
            found.add(("unique", len(thing.parts)))
    return found


def _position(side: Lookup, column: Key) -> int:
    return [key for key in side.parts(column.owner) if key.kind == "column"].index(column)


def _same_place(a: Thing, b: Thing) -> float:
    """Whether both stand in the same line of the same file."""
    places = [_place(thing.evidence if isinstance(thing, Column | Heading) else None) for thing in (a, b)]
    return 1.0 if places[0] is not None and places[0] == places[1] else 0.0


def _place(evidence: Evidence | None) -> tuple[str, int] | None:
    return (evidence.file, evidence.line) if evidence is not None and evidence.line else None


def names_alike(a: str, b: str) -> float:
    """How alike two names are: by letters, or by the words that one has of the other."""
    words = [{word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)} for name in (a, b)]
    plain = ["".join(re.findall(r"\w", name.replace("_", ""))).lower() for name in (a, b)]
    if plain[0] == plain[1]:
        return 1.0
    shared = len(words[0] & words[1])
    contained = 0.8 if shared and shared == min(len(words[0]), len(words[1])) else 0.0
    return max(contained, SequenceMatcher(None, plain[0], plain[1], autojunk=False).ratio())
