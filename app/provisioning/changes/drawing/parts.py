"""Keys, indexes and constraints that come, go or get another name; foreign keys first to go and last to come."""

from __future__ import annotations

from typing import Any, Final

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.columns import made_anew
from app.provisioning.changes.drawing.wording import BOTH, BUILD, MOMENT, NOTHING, SCAN, start
from app.provisioning.changes.items import Key, Kind, Thing, columns_of, expressions_of
from app.provisioning.changes.merge import unnamed
from app.provisioning.changes.steps import ABSENT, StepKind
from app.provisioning.schema.model import ForeignKey, Index, Unique

PARTS: Final[tuple[Kind, ...]] = ("primary key", "unique", "exclusion", "check", "index", "foreign key")


def rename_parts(draft: Draft) -> None:
    """Parts that are the same but for their names."""
    came: dict[tuple[Key, Kind], list[tuple[Key, Any]]] = {}
    for key, thing in draft.target.items():
        if key.kind in PARTS and (key not in draft.current or key.kind == "primary key"):
            came.setdefault((key.owner, key.kind), []).append((key, thing))
    for key, thing in list(draft.current.items()):
        stays = draft.target.get(key, ABSENT)
        if key.kind not in PARTS or (stays != ABSENT and key.kind != "primary key") or stays == thing:
            continue
        candidates = came.get((key.owner, key.kind), [])
        match = next(((other, part) for other, part in candidates if unnamed(part) == unnamed(thing)), None)
        if match is None:
            continue
        candidates.remove(match)
        other, part = match
        former: Any = thing
        draft.add(
            "safe",
            other,
            f"The {key.kind} {former.name} of {key.owner} is called {part.name}.",
            [statements.renamed_part(key, former, part.name)],
            [statements.renamed_part(key, part, former.name)],
            MOMENT.format(key.owner),
            [(key, ABSENT), (other, part)] if key != other else [(key, part)],
        )


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
    for key in keys:
        anew |= {
            part
            for part in draft.there.references(key.owner, columns_of(draft.current[key]))
            if set(draft.current[part].target_columns) == set(columns_of(draft.current[key]))  # type: ignore[union-attr]  # foreign keys
        }
    order = {kind: place for place, kind in enumerate(reversed(PARTS))}
    for key in sorted((key for key in draft.current if key.kind in PARTS), key=lambda key: order[key.kind]):
        thing = draft.current[key]
        aim = draft.target.get(key, ABSENT)
        if aim == thing and key not in anew:
            continue
        if key.owner not in draft.target or (aim == ABSENT and key in folded):
            continue
        if isinstance(thing, ForeignKey) and Key("table", thing.target_schema, thing.target) not in draft.target:
            continue
        draft.add(
            "safe",
            key,
            f"{start(key)} goes{'' if aim == ABSENT else ', to be made anew'}; no data does.",
            [statements.dropped_part(key, thing)],
            [statements.added_part(key, thing)],
            MOMENT.format(key.owner),
            [(key, ABSENT)],
        )


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
