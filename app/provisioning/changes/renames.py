"""Which new thing is an old one under another name.

A rename keeps data that dropping and adding would lose, and a wrong one puts data where it does not belong. So a name
is matched one to one, by all that is known of both sides, and what is not clear stays a drop and an addition, beside
the hint that it may have been a rename. What the person says comes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.provisioning.changes.items import Items, Key, Lookup
from app.provisioning.changes.likeness import columns_alike, enums_alike, names_alike, tables_alike
from app.provisioning.changes.renaming import Rename, renamed
from app.provisioning.schema.model import Enum
from app.provisioning.schema.names import fit

SURE: Final = 0.75
LIKELY: Final = 0.5
_MARGIN: Final = 0.2


class ChoiceError(ValueError):
    """What a person said about a change does not fit it; the text says why, in a sentence."""


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
    for kind, score in (("enum", enums_alike), ("table", tables_alike), ("column", columns_alike)):
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
                confidence = (SURE if sure else LIKELY) + (1 - SURE) * names_alike(old, new)
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


def _family(key: Key) -> Key:
    """What both sides of a rename have in common: the table of a column, the schema of anything else."""
    return key.owner if key.kind == "column" else Key("schema", key.schema)
