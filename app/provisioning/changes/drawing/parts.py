"""Keys, indexes and constraints that come, go or get another name; foreign keys first to go and last to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.columns import made_anew
from app.provisioning.changes.drawing.wording import BOTH, BUILD, MOMENT, NOTHING, SCAN, start
from app.provisioning.changes.items import Items, Key, Kind, Lookup, Thing, columns_of, expressions_of, relation_of
from app.provisioning.changes.merge import unnamed
from app.provisioning.changes.steps import ABSENT, StepKind
from app.provisioning.schema.model import ForeignKey, Index, PrimaryKey, Unique
from app.provisioning.schema.names import fit

PARTS: Final[tuple[Kind, ...]] = ("primary key", "unique", "exclusion", "check", "index", "foreign key")


def rename_parts(draft: Draft) -> None:
    """Parts that are the same but for their names."""
    came: dict[tuple[Key, Kind], list[tuple[Key, Any]]] = {}
    for key, thing in draft.target.items():
        if key.kind in PARTS and (key not in draft.current or key.kind == "primary key"):
            came.setdefault((key.owner, key.kind), []).append((key, thing))
    matches: list[tuple[Key, Any, Key, Any]] = []
    for key, thing in list(draft.current.items()):
        stays = draft.target.get(key, ABSENT)
        if key.kind not in PARTS or (stays != ABSENT and key.kind != "primary key") or stays == thing:
            continue
        candidates = came.get((key.owner, key.kind), [])
        match = next(((other, part) for other, part in candidates if unnamed(part) == unnamed(thing)), None)
        if match is None:
            continue
        candidates.remove(match)
        matches.append((key, thing, *match))
    taken = {(key.schema, name) for key, thing in draft.current.items() if (name := relation_of(key, thing))}
    # A name of something that does not give it up here has to wait for that to go.
    while stuck := [each for each in matches if _place(*each[2:]) in taken - {_place(*every[:2]) for every in matches}]:
        matches = [each for each in matches if each not in stuck]
    while matches:
        free = next((each for each in matches if _place(*each[2:]) not in taken), None)
        key, thing, other, part = matches.pop(0 if free is None else matches.index(free))
        if free is None:
            # Their names go round in a circle, so one of them stands aside for a moment.
            aside = replace(thing, name=fit(part.name, "_aside", taken={name for _, name in taken}))
            place = key if key.kind == "primary key" else replace(key, name=aside.name)
            matches.append((place, aside, other, part))
            other, part = place, aside
        _rename_part(draft, key, thing, other, part)
        if relation_of(other, part):
            taken = taken - {_place(key, thing)} | {_place(other, part)}


def _rename_part(draft: Draft, key: Key, thing: Any, other: Key, part: Any) -> None:
    draft.add(
        "safe",
        other,
        f"The {key.kind} {thing.name} of {key.owner} is called {part.name}.",
        [statements.renamed_part(key, thing, part.name)],
        [statements.renamed_part(key, part, thing.name)],
        MOMENT.format(key.owner),
        [(key, ABSENT), (other, part)] if key != other else [(key, part)],
    )


def _place(key: Key, thing: Any) -> tuple[str, str]:
    return key.schema, relation_of(key, thing) or ""


def drop_parts(draft: Draft) -> None:
    """Parts that go, or are made anew because they change, or because a column under them does."""
    leaving = [
        key for key in draft.current if key.kind == "column" and key not in draft.target and key.owner in draft.target
    ]
    folded = {part for column in leaving for part in draft.on(column)}
    anew = {part for column, _, _ in made_anew(draft) for part in draft.on(column)}
    for column, there, wanted in draft.staying():
        if (there.type, there.collation) != (wanted.type, wanted.collation):
            anew |= {
                part for part in draft.on(column) if part.kind == "foreign key" or expressions_of(draft.current[part])
            }
    keys = {
        key
        for key in draft.current
        if (key.kind in ("primary key", "unique", "index") and draft.target.get(key, ABSENT) != draft.current[key])
        or key in anew
    }
    bound: set[Key] = set()
    for key in keys:
        found = {
            part
            for part in draft.there.references(key.owner, columns_of(draft.current[key]))
            if isinstance(reference := draft.current[part], ForeignKey)
            and set(reference.target_columns) == set(columns_of(draft.current[key]))
        }
        anew |= found
        if key.owner in draft.target and not (key in folded and key not in draft.target):
            bound |= found
    order = {kind: place for place, kind in enumerate(reversed(PARTS))}
    referring, target = _referring(draft.target), Lookup(draft.target)
    for key in sorted((key for key in draft.current if key.kind in PARTS), key=lambda key: order[key.kind]):
        thing = draft.current[key]
        aim = draft.target.get(key, ABSENT)
        if aim == thing and key not in anew:
            continue
        # What goes with its table or its column does so with these, unless it is in the way before.
        if key not in bound and (key.owner not in draft.target or (aim == ABSENT and key in folded)):
            continue
        if isinstance(thing, ForeignKey) and Key("table", thing.target_schema, thing.target) not in draft.target:
            continue
        # Foreign keys that a hand made and that would have nothing unique to refer to.
        bereft = referring.get((key.owner, frozenset(columns_of(thing))))
        draft.add(
            "safe",
            key,
            f"{start(key)} goes{'' if aim == ABSENT else ', to be made anew'}; no data does.",
            [statements.dropped_part(key, thing)],
            [statements.added_part(key, thing)],
            MOMENT.format(key.owner),
            [(key, ABSENT)],
            blocked=[f"foreign key {each}" for each in bereft] if bereft and _left_without(target, key, thing) else (),
        )


def _referring(items: Items) -> dict[tuple[Key, frozenset[str]], list[Key]]:
    """Foreign keys by the table and the columns that they refer to."""
    found: dict[tuple[Key, frozenset[str]], list[Key]] = {}
    for key, part in items.items():
        if isinstance(part, ForeignKey):
            target = Key("table", part.target_schema, part.target)
            found.setdefault((target, frozenset(part.target_columns)), []).append(key)
    return found


def _left_without(target: Lookup, key: Key, thing: Thing) -> bool:
    """Whether nothing holds the columns of a key or an index unique when it has gone."""
    if key.kind not in ("primary key", "unique") and not _is_unique(thing):
        return False
    parts = [target.items[part] for part in target.parts(key.owner)]
    uniques = [part for part in parts if isinstance(part, PrimaryKey | Unique) or _is_unique(part)]
    return all(set(columns_of(part)) != set(columns_of(thing)) for part in uniques)


def add_parts(draft: Draft) -> None:
    """Keys, indexes and constraints that come; foreign keys last."""
    order = {kind: place for place, kind in enumerate(PARTS)}
    coming = [key for key in draft.target if key.kind in PARTS and key not in draft.current]
    for key in sorted(coming, key=lambda key: order[key.kind]):
        thing = draft.target[key]
        kind, asks, why = _adding(draft, key, thing)
        draft.add(
            kind,
            key,
            f"{start(key)} is made{why}.",
            [statements.added_part(key, thing)],
            [statements.dropped_part(key, thing)],
            _locking(draft, key, thing),
            [(key, thing)],
            asks=asks,
            empty=key.owner in draft.before and not draft.full(key) and (key.kind != "index" or _is_unique(thing)),
        )


def _adding(draft: Draft, key: Key, thing: Thing) -> tuple[StepKind, bool, str]:
    if draft.before.get(key, ABSENT) == thing:
        return "safe", False, " anew"
    if not draft.full(key) or (key.kind == "index" and not _is_unique(thing)):
        return "additive", False, ""
    columns = columns_of(thing)
    fresh = bool(columns) and not expressions_of(thing) and all(draft.is_new(key, name) for name in columns)
    distinct = isinstance(thing, Unique | Index) and thing.nulls_not_distinct
    if fresh and key.kind != "primary key" and not distinct:
        return "additive", False, ""
    if key.kind in ("check", "foreign key"):
        return "rewriting", True, "; a row that does not fit stops the change"
    return "destructive", True, "; two rows that are alike in it stop the change"


def _locking(draft: Draft, key: Key, thing: Thing) -> str:
    if key.owner not in draft.before:
        return NOTHING
    if isinstance(thing, ForeignKey):
        return BOTH.format(key.owner, Key("table", thing.target_schema, thing.target))
    return (BUILD if key.kind == "index" else SCAN).format(key.owner)


def _is_unique(thing: Thing) -> bool:
    return isinstance(thing, Index) and thing.unique
