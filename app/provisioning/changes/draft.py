"""The steps of a plan as they are drawn, and what is there after them.

A step that stands on another, or takes away for a while what a later one brings back, waits together with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.provisioning.changes.items import Items, Key, Lookup, needs, relation_of
from app.provisioning.changes.renaming import renamed
from app.provisioning.changes.steps import ABSENT, Edit, Step, StepKind
from app.provisioning.schema.model import Column, Evidence


class Draft:
    """The steps so far, and what is there after them."""

    def __init__(
        self,
        live: Items,
        target: Items,
        *,
        occupied: Collection[Key],
        conflicts: Collection[Key] = (),
        by_hand: Collection[Key] = (),
        evidence: Mapping[Key, Evidence] | None = None,
        fills: Mapping[str, str] | None = None,
    ) -> None:
        self.there = Lookup(live)
        self.target = target
        self.steps: list[Step] = []
        self.before = live
        self._occupied = occupied
        self._conflicts = conflicts
        self.by_hand = by_hand
        self.evidence = evidence or {}
        self.fills = fills or {}
        self._changed: dict[Key, list[int]] = {}
        self._used: dict[Key, list[int]] = {}

    @property
    def current(self) -> Items:
        """What is there after the steps so far."""
        return self.there.items

    def add(
        self,
        kind: StepKind,
        subject: Key,
        explanation: str,
        sql: Iterable[str],
        undo: Iterable[str] | None,
        lock: str,
        edits: Iterable[tuple[Key, Any]],
        *,
        asks: bool | None = None,
        empty: bool = False,
        remade: Iterable[Key] = (),
        blocked: Iterable[str] = (),
    ) -> None:
        """Add a step that changes a thing, or several.

        It asks where it is destructive, unless `asks` says otherwise, and where it is a conflict. `empty`: it takes the
        table to have no rows. `remade`: what goes and comes back within it. `blocked`: things
        of the database alone that are in its way.
        """
        changed = tuple(Edit(key, self.current.get(key, ABSENT), thing) for key, thing in edits)
        conflict = any(edit.key in self._conflicts for edit in changed)
        if conflict:
            explanation += " It was changed by hand in the database, too: this takes the source's."
        changes = {edit.key for edit in changed}
        uses = {
            need
            for edit in changed
            for thing in (edit.before, edit.after)
            if thing != ABSENT
            for need in needs(edit.key, thing)
        }
        relations = {
            Key("index", edit.key.schema, name=name)
            for edit in changed
            for thing in (edit.before, edit.after)
            if thing != ABSENT and (name := relation_of(edit.key, thing))
        }
        step = Step(
            kind,
            str(subject),
            explanation,
            tuple(sql),
            None if undo is None else tuple(undo),
            lock,
            asks=conflict or (kind == "destructive" if asks is None else asks),
            conflict=conflict,
            evidence=self.evidence.get(subject) or self.evidence.get(subject.owner),
            edits=changed,
            empties=(subject.owner,) if empty else (),
            remade=tuple(remade),
            blocked=tuple(blocked),
        )
        self.append(step, changes | relations, uses)

    def append(self, step: Step, changes: set[Key], uses: set[Key]) -> None:
        """Put a step behind those that it stands on: that changed what it changes or uses, or used what it changes."""
        number = len(self.steps)
        before: set[int] = set()
        for key in changes | uses:
            before.update(self._changed.get(key, ()))
        for key in changes:
            before.update(self._used.get(key, ()))
            self._changed.setdefault(key, []).append(number)
        for key in uses - changes:
            self._used.setdefault(key, []).append(number)
        step = replace(step, depends_on=tuple(sorted(before)))
        self.steps.append(step)
        if step.rename is not None:
            self.there = Lookup(renamed(self.current, step.rename))
            self.before = renamed(self.before, step.rename)
        for edit in step.edits:
            if edit.after == ABSENT:
                self.there.take(edit.key)
            else:
                self.there.put(edit.key, edit.after)

    def full(self, key: Key) -> bool:
        """Whether the table of a thing was there before, and has rows."""
        return key.owner in self.before and key.owner in self._occupied

    def is_new(self, key: Key, column: str) -> bool:
        """Whether a column came with this change, and is empty in all rows."""
        place = Key("column", key.schema, key.table, column)
        thing = self.current.get(place)
        return place not in self.before and isinstance(thing, Column) and thing.nullable and thing.default is None

    def staying(self) -> Iterator[tuple[Key, Column, Column]]:
        """Each column that was there and stays."""
        for key, thing in self.target.items():
            there = self.current.get(key)
            if isinstance(thing, Column) and isinstance(there, Column):
                yield key, there, thing

    def on(self, column: Key) -> list[Key]:
        """What goes when the column goes."""
        found = (*self.there.parts_on(column), *self.there.references(column.owner, [column.name]))
        return list(dict.fromkeys(found))
