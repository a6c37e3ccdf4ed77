"""The steps from what is there to what is to be: each with its statements, its undo, and what a person should know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from app.provisioning.changes.items import Items, Key, Thing
from app.provisioning.changes.renaming import Rename, renamed
from app.provisioning.schema.model import Evidence

StepKind: TypeAlias = Literal["additive", "safe", "rewriting", "destructive", "rename"]
Absent: TypeAlias = Literal["absent"]
ABSENT: Final = "absent"


@dataclass(frozen=True, slots=True)
class Edit:
    """A thing before and after; ABSENT where there is none."""

    key: Key
    before: Thing | Absent
    after: Thing | Absent


@dataclass(frozen=True, slots=True)
class Step:
    """One change, which a person can understand and decide on.

    `undo` are statements that bring back what was, its data too; None where only a backup from before can. `asks` says
    that it waits for a person. `empties` are tables that the step takes to have no rows; `remade` is what it drops
    and makes anew; `blocked` names what no plan touches and PostgreSQL will not do it beside.
    """

    kind: StepKind
    subject: str
    explanation: str
    sql: tuple[str, ...]
    undo: tuple[str, ...] | None
    lock: str
    asks: bool
    conflict: bool = False
    evidence: Evidence | None = None
    confidence: float | None = None
    depends_on: tuple[int, ...] = ()
    edits: tuple[Edit, ...] = ()
    rename: Rename | None = None
    empties: tuple[Key, ...] = ()
    remade: tuple[Key, ...] = ()
    blocked: tuple[str, ...] = ()


def after(items: Items, steps: Iterable[Step]) -> Items:
    """What is there after these steps."""
    for step in steps:
        if step.rename is not None:
            items = renamed(items, step.rename)
        items = dict(items)
        for edit in step.edits:
            if edit.after == ABSENT:
                items.pop(edit.key, None)
            else:
                items[edit.key] = edit.after
    return items


def waiting(steps: Sequence[Step], confirmed: Iterable[int] = ()) -> frozenset[int]:
    """The numbers of the steps that wait for a person: those that ask, and all that cannot go without them."""
    given = set(confirmed)
    found = {number for number, step in enumerate(steps) if step.asks and number not in given}
    while True:
        more = {number for number, step in enumerate(steps) if found.intersection(step.depends_on)}
        for number in found | more:
            # What a waiting step brings back is not to go before.
            back = {edit.key for edit in steps[number].edits if edit.before == ABSENT}
            more |= {
                earlier
                for earlier in steps[number].depends_on
                if any(edit.after == ABSENT and edit.key in back for edit in steps[earlier].edits)
            }
        if more <= found:
            return frozenset(found)
        found |= more
