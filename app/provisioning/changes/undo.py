"""The way back from a change.

An applied change is undone by another one: a plan from the new revision to the old one, for the database as it is then,
which is shown and confirmed like any. So what people did in between is kept, and what would lose their data asks. The
statements that each step carries are the way back for a database in which nothing happened since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.provisioning.changes.dependents import Dependent
from app.provisioning.changes.items import Key
from app.provisioning.changes.plan import Choices, Plan, planned
from app.provisioning.changes.renaming import Rename
from app.provisioning.schema.model import Schema


def inverted(renames: Iterable[Rename]) -> dict[str, str | None]:
    """What was renamed, the other way round, as a person would say it."""
    former: dict[Key, Key] = {}
    for rename in renames:
        former[rename.new] = former.pop(rename.old, rename.old)
    return {str(new): str(old) for new, old in former.items()}


def undoing(
    plan: Plan,
    old: Schema,
    new: Schema,
    live: Schema,
    *,
    occupied: Collection[tuple[str, str]] = (),
    dependents: Collection[Dependent] = (),
) -> Plan:
    """The plan that takes an applied one back. `old` and `new` are those that it was made from."""
    choices = Choices(renames=inverted(plan.renames))
    return planned(new, old, live, occupied=occupied, dependents=dependents, choices=choices)


def statements_back(plan: Plan, confirmed: Iterable[int] = ()) -> list[str] | None:
    """The undo of each step carried out, last first; None where one of them lost data that only a backup has."""
    steps = [step for _, step in plan.chosen(confirmed)]
    if any(step.undo is None for step in steps):
        return None
    return [sql for step in reversed(steps) for sql in step.undo or ()]
