"""Which new thing is an old one under another name.

A rename keeps data that dropping and adding would lose, and a wrong one puts data where it does not belong. So a name
is matched one to one, by all that is known of both sides, and what is not clear stays a drop and an addition, beside
the hint that it may have been a rename. What the person says comes first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from app.provisioning.changes.items import Heading, Items, Key, Lookup, Thing, columns_of
from app.provisioning.changes.words import column_renamed, label_renamed, type_renamed
from app.provisioning.schema.model import (
    Check,
    Column,
    Enum,
    Evidence,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import fit

SURE: Final = 0.75
LIKELY: Final = 0.5
_MARGIN: Final = 0.2


class ChoiceError(ValueError):
    """What a person said about a change does not fit it; the text says why, in a sentence."""


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


@dataclass(frozen=True, slots=True)
class Renames:
    """Those that are taken, tables first, and those that may be ones."""

    taken: tuple[Rename, ...] = ()
    possible: tuple[Rename, ...] = ()


def recognised(old: Items, new: Items, said: Mapping[str, str | None]) -> Renames:
    """The renames between two revisions. `said`: what is a rename, by names as plans show them; to None: what is none.

    Raises ChoiceError for something said that cannot be.
    """
    taken: list[Rename] = []
    possible: list[Rename] = []
    said = dict(said)
    before, after = old, Lookup(new)
    for kind, score in (("enum", _enums_alike), ("table", _tables_alike), ("column", _columns_alike)):
        for rename in _passed_on(kind, before, new, said, taken):
            taken.append(rename)
            before = renamed(before, rename)
        gone = [key for key in before if key.kind == kind and key not in new]
        come = [key for key in new if key.kind == kind and key not in before]
        if kind == "column":
            gone, come = ([key for key in keys if key.owner in before and key.owner in new] for keys in (gone, come))
        found, maybe = _matched(gone, come, said, taken, score(Lookup(before), after))
        taken += found
        possible += maybe
        for rename in found:
            before = renamed(before, rename)
        if kind == "enum":
            found, maybe = _labels_matched(before, new, said, taken)
            taken += found
            possible += maybe
            for rename in found:
                before = renamed(before, rename)
    if left := [name for name, to in said.items() if to is not None]:
        raise ChoiceError(f"{left[0]} is no name that went with this change, so it cannot be a rename.")
    return Renames(tuple(taken), tuple(possible))


def _matched(
    gone: list[Key],
    come: list[Key],
    said: dict[str, str | None],
    taken: Iterable[Rename],
    score: Callable[[Key, Key], float],
) -> tuple[list[Rename], list[Rename]]:
    found: list[Rename] = []
    refused: set[Key] = set()
    labels = {str(key): key for key in come}
    for key in gone:
        name = _said_of(key, said, taken)
        if name is None:
            continue
        to = said.pop(name)
        if to is None:
            refused.add(key)
        elif (target := labels.get(to)) is None or any(rename.new == target for rename in found):
            raise ChoiceError(f"{name} cannot be renamed to {to}, which is no name that came with this change.")
        else:
            found.append(Rename(key, target, 1.0, told=True))
    done = {rename.old for rename in found} | refused
    come = [key for key in come if all(rename.new != key for rename in found)]
    beside = defaultdict[Key, list[Key]](list)
    for key in come:
        beside[_family(key)].append(key)
    ranked = sorted(
        (
            (confidence, a, b)
            for a in gone
            if a not in done
            for b in beside[_family(a)]
            if (confidence := score(a, b)) > LIKELY - _MARGIN
        ),
        key=lambda each: (-each[0], str(each[1]), str(each[2])),
    )
    by_key = defaultdict[Key, list[tuple[float, Key, Key]]](list)
    for each in ranked:
        by_key[each[1]].append(each)
        by_key[each[2]].append(each)
    possible: list[Rename] = []
    met: set[Key] = set()
    for confidence, a, b in ranked:
        if confidence < LIKELY:
            break
        if a in met or b in met:
            continue
        met |= {a, b}
        rival = max((each for key in (a, b) for each, c, d in by_key[key] if (c, d) != (a, b)), default=0.0)
        (found if confidence >= SURE and confidence - rival >= _MARGIN else possible).append(
            Rename(a, b, round(confidence, 2))
        )
    return found, possible


def _said_of(key: Key, said: Mapping[str, str | None], taken: Iterable[Rename]) -> str | None:
    """As what a person speaks of a thing: they may call a column by its table's old name or by its new one."""
    former = {rename.new.table: rename.old.table for rename in taken if rename.new.kind == "table"}
    names = (str(key), str(replace(key, table=former.get(key.table, key.table))))
    return next((name for name in names if name in said), None)


def _passed_on(
    kind: str, before: Items, after: Items, said: dict[str, str | None], taken: Iterable[Rename]
) -> Iterator[Rename]:
    """Renames that a person says of things that take each other's names, in an order in which each name is free."""
    labels = {str(key): key for key in after if key.kind == kind}
    pairs: dict[Key, Key] = {}
    for key in before:
        name = _said_of(key, said, taken) if key.kind == kind else None
        target = labels.get((name and said[name]) or "")
        if name is not None and target is not None and _family(target) == _family(key):
            pairs[key] = target
    pairs = {key: to for key, to in pairs.items() if key != to and (key in after or to in before)}
    names = {key for key in before if key.kind == kind}
    if any(to in names and to not in pairs for to in pairs.values()) or len(set(pairs.values())) < len(pairs):
        return
    for key in pairs:
        said.pop(_said_of(key, said, taken) or "")
    while pairs:
        free = [key for key, to in pairs.items() if to not in names]
        key = (free or list(pairs))[0]
        to = pairs.pop(key)
        if not free:
            # They go round in a circle, so one of them stands aside for a moment.
            aside = _called(key, fit(_name_of(key), "_aside", taken={_name_of(each) for each in names}))
            pairs[aside], to = to, aside
        names = names - {key} | {to}
        yield Rename(key, to, 1.0, told=True)


def _name_of(key: Key) -> str:
    return key.table if key.kind == "table" else key.name


def _called(key: Key, name: str) -> Key:
    return replace(key, table=name) if key.kind == "table" else replace(key, name=name)


def _labels_matched(
    before: Items, after: Items, said: dict[str, str | None], taken: Iterable[Rename]
) -> tuple[list[Rename], list[Rename]]:
    """Labels that a person says were renamed, and the only one that differs of an enum that has as many as before."""
    found: list[Rename] = []
    possible: list[Rename] = []
    former = {rename.new: rename.old for rename in taken if rename.new.kind == "enum"}
    for key, wanted in after.items():
        there = before.get(key)
        if not isinstance(there, Enum) or not isinstance(wanted, Enum) or there.labels == wanted.labels:
            continue
        labels, refused = list(there.labels), set[str]()
        come = [label for label in wanted.labels if label not in there.labels]
        for place, label in enumerate(there.labels):
            names = {str(_label(each, label)) for each in (key, former.get(key, key))}
            name = next((name for name in names if name in said), None)
            if label in wanted.labels or name is None:
                continue
            to = said.pop(name)
            target = next((new for new in come if str(_label(key, new)) == to), None)
            if to is None:
                refused.add(label)
            elif target is None or target in labels:
                raise ChoiceError(f"{name} cannot be renamed to {to}, which is no label that came with this change.")
            else:
                labels[place] = target
                found.append(Rename(_label(key, label), _label(key, target), 1.0, told=True))
        pairs = _in_place(labels, wanted.labels)
        for old, new in pairs:
            if old not in refused:
                sure = len(pairs) == 1 and len(labels) > 1
                confidence = (SURE if sure else LIKELY) + (1 - SURE) * _names_alike(old, new)
                (found if sure else possible).append(Rename(_label(key, old), _label(key, new), round(confidence, 2)))
    return found, possible


def _label(enum: Key, label: str) -> Key:
    return Key("label", enum.schema, enum.name, label)


def _in_place(old: list[str], new: tuple[str, ...]) -> list[tuple[str, str]]:
    """The labels that went and those that came in their places, where nothing else differs."""
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) != len(new) or {a for a, _ in pairs} & set(new) or {b for _, b in pairs} & set(old):
        return []
    return pairs


def holds(items: Items, key: Key) -> bool:
    """Whether there is such a thing, or such a label of an enum."""
    if key.kind != "label":
        return key in items
    enum = items.get(Key("enum", key.schema, name=key.table))
    return isinstance(enum, Enum) and key.name in enum.labels


def _family(key: Key) -> Key:
    """What both sides of a rename have in common: the table of a column, the schema of anything else."""
    return key.owner if key.kind == "column" else Key("schema", key.schema)


def _tables_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
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
        found = weight * exact + 0.1 * common + (0.9 - weight) * _names_alike(a.table, b.table)
        found += 0.25 if referring[0] & referring[1] else 0.0
        return min(1.0, found + 0.15 * _same_place(old.items[a], new.items[b]))

    return score


def _columns(side: Lookup, table: Key) -> set[tuple[str, object]]:
    return {(key.name, _shape(side.items, side.items[key])) for key in side.parts(table) if key.kind == "column"}


def _columns_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
    def score(a: Key, b: Key) -> float:
        before, after = old.items[a], new.items[b]
        if not isinstance(before, Column) or not isinstance(after, Column):
            return 0.0
        if _shape(old.items, before) != _shape(new.items, after):
            return 0.0
        same = (before.nullable, before.default, before.numbering) == (after.nullable, after.default, after.numbering)
        found = 0.3 + (0.1 if same else 0.0) + (0.15 if _position(old, a) == _position(new, b) else 0.0)
        found += 0.45 * _names_alike(a.name, b.name) + 0.1 * _same_place(before, after)
        roles = _roles(old, a), _roles(new, b)
        if roles[0] != roles[1]:
            found -= 0.1
        elif roles[0]:
            found += 0.2
        return max(0.0, min(1.0, found))

    return score


def _enums_alike(old: Lookup, new: Lookup) -> Callable[[Key, Key], float]:
    def score(a: Key, b: Key) -> float:
        before, after = old.items[a], new.items[b]
        if not isinstance(before, Enum) or not isinstance(after, Enum):
            return 0.0
        labels = set(before.labels), set(after.labels)
        return 0.7 * len(labels[0] & labels[1]) / max(1, len(labels[0] | labels[1])) + 0.3 * _names_alike(
            a.name, b.name
        )

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


def _names_alike(a: str, b: str) -> float:
    """How alike two names are: by letters, or by the words that one has of the other."""
    words = [{word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)} for name in (a, b)]
    plain = ["".join(re.findall(r"\w", name.replace("_", ""))).lower() for name in (a, b)]
    if plain[0] == plain[1]:
        return 1.0
    shared = len(words[0] & words[1])
    contained = 0.8 if shared and shared == min(len(words[0]), len(words[1])) else 0.0
    return max(contained, SequenceMatcher(None, plain[0], plain[1], autojunk=False).ratio())


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
