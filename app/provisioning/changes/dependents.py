"""What an app's owner made in its database besides tables, and which steps of a plan it stands in the way of.

Views, functions, triggers, policies and their like are never changed by a plan, so a step that PostgreSQL would refuse
because of one says which it is, and waits until that is out of the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import asyncpg

from app.provisioning.changes.items import Key, columns_of
from app.provisioning.changes.steps import ABSENT, Edit, Step
from app.provisioning.schema.model import Column, Index, PrimaryKey, Unique
from app.queries import named

Via: TypeAlias = Literal["itself", "row type", "sequence", "children", "parent", "partition key"]

_QUERIES: Final = named("app.provisioning.changes", "dependents.sql")


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something by its kind and name (`view public.grown`), and one thing that it stands on.

    `via`: through what of that thing; `goes`: it is dropped with it and asks nobody; `owner`: the table that it is part
    of, with which it always goes.
    """

    name: str
    on: Key
    via: Via = "itself"
    goes: bool = False
    owner: Key | None = None


async def read(connection: asyncpg.Connection) -> tuple[Dependent, ...]:
    """All that there is, in order of names. Leaves no trace, a transaction's search_path least of all."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(_QUERIES["path"])
        found = await connection.fetch(_QUERIES["dependents"])
        inheritance = await connection.fetch(_QUERIES["inheritance"])
        partitions = await connection.fetch(_QUERIES["partitions"])
    finally:
        await transaction.rollback()
    return (
        *map(_dependent, found),
        *(each for row in inheritance for each in _inheriting(row)),
        *(each for row in partitions for each in _dividing(row)),
    )


def _dependent(row: asyncpg.Record) -> Dependent:
    owner = None if row["owner"] is None else Key("table", row["owner_schema"], row["owner"])
    on = Key(row["kind"], row["schema"], row["relation"], row["name"])
    return Dependent(row["dependent"], on, row["via"], row["goes"], owner)


def _inheriting(row: asyncpg.Record) -> Iterator[Dependent]:
    parent, child = (Key("table", row[f"{side}_schema"], row[side]) for side in ("parent", "child"))
    yield Dependent(f"table {child.schema}.{child.table}", parent, "children")
    for name in row["columns"]:
        yield Dependent(f"table {parent.schema}.{parent.table}", replace(child, kind="column", name=name), "parent")


def _dividing(row: asyncpg.Record) -> Iterator[Dependent]:
    for name in row["columns"]:
        on = Key("column", row["schema"], row["name"], name)
        yield Dependent(f"partition key of {on.schema}.{on.table}", on, "partition key")


def told(steps: Iterable[Step], dependents: Collection[Dependent]) -> tuple[Step, ...]:
    """The steps, each with what is in its way, and with what goes along in its explanation."""
    there = tuple(dependents)
    found: list[Step] = []
    for step in steps:
        blocked = tuple(dict.fromkeys((*step.blocked, *_names(each for each in there if _blocks(each, step)))))
        along = _names(each for each in there if not blocked and _goes(each, step))
        explanation = step.explanation
        if along:
            explanation += f" {_listed(along)} {'goes' if len(along) == 1 else 'go'} with it."
        if blocked:
            explanation += f" {in_the_way('it', blocked)}"
        found.append(replace(step, blocked=blocked, asks=step.asks or bool(blocked), explanation=explanation))
        there = tuple(after for each in there for after in _after(each, step))
    return tuple(found)


def in_the_way(subject: str, blocked: Collection[str]) -> str:
    """Why a step cannot be done yet, as a sentence."""
    stands = "stands" if len(blocked) == 1 else "stand"
    return f"{_listed(blocked)} {stands} on {subject}, so it cannot be changed before that is dropped."


def _names(found: Iterable[Dependent]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in found))


def _listed(names: Collection[str]) -> str:
    words = [f"the {name}" for name in names]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[0].upper() + text[1:]


def _blocks(each: Dependent, step: Step) -> bool:
    if each.via in ("children", "parent", "partition key"):
        return _is_held(each, step)
    gone, rewritten = _gone(step), _rewritten(step)
    if each.goes or each.owner in gone:
        return False
    if each.on in gone or (each.on.kind == "column" and each.on.owner in gone):
        return True
    if each.via == "sequence":
        return any(edit.key == each.on and _loses_sequence(edit) for edit in step.edits)
    if each.via == "row type":
        return any(key.owner == each.on for key in rewritten | _written(step))
    return each.on in rewritten


def _is_held(each: Dependent, step: Step) -> bool:
    """Whether a step is one that tables that inherit share, or that a partition key does not allow."""
    if each.via == "children":
        renames = step.rename is not None and step.rename.old.kind == "column" and step.rename.new.owner == each.on
        return renames or any(_is_shared(edit) for edit in step.edits if edit.key.owner == each.on)
    if each.via == "parent" and step.rename is not None:
        return step.rename.old == each.on
    gone = _gone(step)
    if each.via == "partition key" and any(_spans_partitions(edit, each.on) for edit in step.edits):
        return True
    return each.on.owner not in gone and (each.on in gone or each.on in _rewritten(step))


def _is_shared(edit: Edit) -> bool:
    if isinstance(edit.before, Column) and isinstance(edit.after, Column):
        return replace(edit.before, comment=None) != replace(edit.after, comment=None)
    return edit.key.kind in ("column", "check") or (edit.key.kind == "table" and edit.after == ABSENT)


def _gone(step: Step) -> set[Key]:
    return {edit.key for edit in step.edits if edit.before != ABSENT and edit.after == ABSENT} | set(step.remade)


def _rewritten(step: Step) -> set[Key]:
    """The columns whose type changes."""
    return {
        edit.key
        for edit in step.edits
        if isinstance(edit.before, Column)
        and isinstance(edit.after, Column)
        and (edit.before.type, edit.before.collation) != (edit.after.type, edit.after.collation)
    } | {key for key in step.remade if key.kind == "column"}


def _written(step: Step) -> set[Key]:
    """The columns that come with a value in every row."""
    return {
        edit.key
        for edit in step.edits
        if edit.before == ABSENT
        and isinstance(edit.after, Column)
        and (edit.after.numbering or edit.after.generated or "(" in (edit.after.default or ""))
    }


def _spans_partitions(edit: Edit, on: Key) -> bool:
    """Whether something comes that holds rows unique without this column of the partition key."""
    match edit.after:
        case (PrimaryKey() | Unique() | Index(unique=True)) as made:
            return edit.key.owner == on.owner and on.name not in columns_of(made)
    return False


def _loses_sequence(edit: Edit) -> bool:
    return (
        isinstance(edit.before, Column)
        and edit.before.numbering is not None
        and (not isinstance(edit.after, Column) or edit.after.numbering != edit.before.numbering)
    )


def _goes(each: Dependent, step: Step) -> bool:
    gone = _gone(step) - set(step.remade)
    return each.owner in gone or (each.goes and (each.on in gone or each.on.owner in gone))


def _after(each: Dependent, step: Step) -> Iterator[Dependent]:
    """What it stands on after a step; nothing where it goes with what that step drops."""
    if _goes(each, step):
        return
    if step.rename is None:
        yield each
        return
    renames = {step.rename.old: step.rename.new}
    owner = each.owner and _renamed(each.owner, renames)
    yield replace(each, on=_renamed(each.on, renames), owner=owner)


def _renamed(key: Key, renames: Mapping[Key, Key]) -> Key:
    if key in renames:
        return renames[key]
    owner = renames.get(key.owner)
    return key if owner is None or not key.table else replace(key, table=owner.table)
