"""The three sides laid over one another: what the person wants (old to new), and what is there (live).

What the source did not change stays as it is in the database, however it came to be so. What the source changed and
the database did not becomes as the source says. Where both changed, the source's is taken, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, TypeAlias

from app.provisioning.changes.items import Heading, Items, Key, Thing, expressions_of, needs
from app.provisioning.changes.words import names_column
from app.provisioning.schema.model import Column, Enum

DriftKind: TypeAlias = Literal["added", "removed", "altered", "renamed", "left out"]

# A column's parts that are decided one by one; those of the last say together where a value comes from.
_COLUMN_PARTS: Final = (("type",), ("nullable",), ("collation",), ("comment",), ("default", "numbering", "generated"))


@dataclass(frozen=True, slots=True)
class Drift:
    """What is otherwise in the database than in the source, and stays so.

    `added`, `removed`, `altered` and `renamed` by hand or by another tool; `left out`: what the source wants and cannot
    have beside that, unless the person wants it restored.
    """

    kind: DriftKind
    subject: Key
    explanation: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What the database is to be, what stays other than the source has it, and where both sides changed something."""

    target: Items
    drift: tuple[Drift, ...]
    conflicts: frozenset[Key]


def merged(old: Items, new: Items, live: Items, restored: Collection[str] = ()) -> Merged:
    """Lay the three sides over one another. `restored`: subjects of drift to become as the source has them."""
    wanted = _by_their_names(old, new, live)
    target: Items = {}
    drift: list[Drift] = []
    conflicts: set[Key] = set()
    for key in dict.fromkeys((*live, *wanted)):
        if str(key) in restored or (key.table and str(key.owner) in restored):
            if key in wanted:
                target[key] = wanted[key]
            continue
        _decide(key, (old, wanted, live), target, drift, conflicts)
    drift += [
        Drift("renamed", key, f"{named(key)} is there under another name")
        for key in live
        if key in wanted and key not in old and key not in new
    ]
    _leave_out(target, wanted, live, drift)
    whole = {(note.kind, note.subject) for note in drift if note.subject.kind == "table"}
    told = (note for note in drift if note.subject.kind == "table" or (note.kind, note.subject.owner) not in whole)
    return Merged(target, tuple(told), frozenset(conflicts))


_ABSENT: Final = object()


def _decide(
    key: Key, sides: tuple[Items, Items, Items], target: Items, drift: list[Drift], conflicts: set[Key]
) -> None:
    before, after, there = (side.get(key, _ABSENT) for side in sides)
    if there is _ABSENT:
        if before is not _ABSENT and before == after:
            drift.append(Drift("removed", key, f"{named(key)} is not in the database any more"))
        elif after is not _ABSENT:
            target[key] = sides[1][key]
            if before is not _ABSENT:
                conflicts.add(key)
    elif after is _ABSENT:
        if before is _ABSENT:
            target[key] = sides[2][key]
            if key.kind != "extension":
                drift.append(Drift("added", key, f"{named(key)} is in the database only"))
        elif before != there:
            conflicts.add(key)
    else:
        value, stays, clash = _value(sides[0].get(key), sides[1][key], sides[2][key], known=before is not _ABSENT)
        target[key] = value
        if stays:
            drift.append(Drift("altered", key, f"{named(key)} is otherwise in the database: {stays}"))
        if clash:
            conflicts.add(key)


def _value(old: Thing, new: Thing, live: Thing, *, known: bool) -> tuple[Thing, str, bool]:
    """The value to be, what stays otherwise (in words), and whether both sides changed the same."""
    if isinstance(new, Enum) and isinstance(live, Enum):
        former = old if isinstance(old, Enum) else Enum(new.name, (), new.schema)
        labels = _labels(former.labels, new.labels, live.labels)
        stays = "other labels" if set(labels) != set(new.labels) else ""
        return replace(new, labels=labels), stays, False
    if isinstance(new, Column) and isinstance(live, Column):
        return _column(old if isinstance(old, Column) else None, new, live)
    if new == live:
        return new, "", False
    if known and old == new:
        return live, ", ".join(_differing(new, live)), False
    return new, "", not known or old != live


def _column(old: Column | None, new: Column, live: Column) -> tuple[Column, str, bool]:
    values: dict[str, Any] = {}
    stays: list[str] = []
    clash = False
    for part in _COLUMN_PARTS:
        before, after, there = (
            None if side is None else tuple(getattr(side, name) for name in part) for side in (old, new, live)
        )
        if after != there and before == after:
            values |= zip(part, there or (), strict=True)
            stays.append("value" if len(part) > 1 else part[0])
        elif after != there and before != there:
            clash = True
    return replace(new, **values), ", ".join(stays), clash


def _labels(old: tuple[str, ...], new: tuple[str, ...], live: tuple[str, ...]) -> tuple[str, ...]:
    """The new labels without those removed by hand, and with those added by hand behind what they follow there."""
    gone = set(old) - set(live)
    labels = [label for label in new if label not in gone]
    for place, label in enumerate(live):
        if label not in old and label not in labels:
            before = next((known for known in reversed(live[:place]) if known in labels), None)
            labels.insert(0 if before is None else labels.index(before) + 1, label)
    return tuple(labels)


def _differing(new: Thing, live: Thing) -> Iterator[str]:
    if type(new) is not type(live) or new is None:
        return
    for part in fields(new):
        if part.compare and getattr(new, part.name) != getattr(live, part.name):
            yield part.name.replace("_", " ")


def _by_their_names(old: Items, new: Items, live: Items) -> Items:
    """What is wanted, under the names that keys, indexes and constraints got by hand where they are the same."""
    wanted = dict(new)
    known: dict[tuple[Key, str], list[Key]] = {}
    for key in live:
        if key.name and key.kind not in ("table", "column", "enum", "extension") and key not in new and key not in old:
            known.setdefault((key.owner, key.kind), []).append(key)
    for key, thing in new.items():
        if key in live or key in old:
            continue
        same = [other for other in known.get((key.owner, key.kind), ()) if unnamed(live[other]) == unnamed(thing)]
        if same:
            known[key.owner, key.kind].remove(same[0])
            wanted = {
                same[0] if each == key else each: live[same[0]] if each == key else value
                for each, value in wanted.items()
            }
    return wanted


def unnamed(thing: Thing) -> Thing:
    """A thing without its own name."""
    return thing if thing is None or isinstance(thing, Heading) else replace(thing, name="")


def _leave_out(target: Items, wanted: Items, live: Items, drift: list[Drift]) -> None:
    """Take out what stands on something that is not there: it goes with that, or cannot come without it."""
    while lacking := [*_lacking(target, live), *_speechless(target, wanted, live)]:
        for key, need in lacking:
            if target.pop(key, None) is None:
                continue
            if key in live:
                drift.append(Drift("left out", key, f"{named(key)} goes with {named(need)}"))
            elif need in wanted or need not in live:
                drift.append(Drift("left out", key, f"{named(key)} needs {named(need)}, which is not in the database"))


def _lacking(target: Items, live: Items) -> Iterator[tuple[Key, Key]]:
    for key, thing in target.items():
        for need in needs(key, thing):
            # What stands on something that is no part of the model, such as a domain, is left in peace.
            if need not in target and (need in live or key not in live):
                yield key, need
                break


def _speechless(target: Items, wanted: Items, live: Items) -> Iterator[tuple[Key, Key]]:
    """What speaks in an expression of a column that is not to be: gone by the source's will, or not in the database."""
    gone: dict[Key, list[Key]] = {}
    for need in dict.fromkeys((*wanted, *live)):
        if need.kind == "column" and need not in target:
            gone.setdefault(need.owner, []).append(need)
    for key, thing in target.items():
        for need in gone.get(key.owner, ()):
            # What a hand had computed from a column holds data, and stands in its way.
            is_free = key not in live or (need in live and key.kind != "column")
            if is_free and any(names_column(expression, need.name) for expression in expressions_of(thing)):
                yield key, need


def named(key: Key) -> str:
    """A thing in the middle of a sentence."""
    return f"the {key.kind} {key}" if key.kind != "primary key" else f"the primary key of {key}"
