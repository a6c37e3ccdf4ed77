"""A plan: what a change of an app's code does to its database, made from three sides and the same each time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from app.provisioning.changes.dependents import Dependent, told
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.order import drawn
from app.provisioning.changes.items import Items, Key, fingerprint, items_of, schema_of
from app.provisioning.changes.merge import Drift, merged
from app.provisioning.changes.renames import ChoiceError, recognised
from app.provisioning.changes.renaming import Rename, holds, renamed
from app.provisioning.changes.steps import Step, after, waiting
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import Column, Evidence, Schema
from app.provisioning.schema.validation import faults


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says besides. Subjects are called as plans call them: `users`, `users.email`, `billing.invoices`.

    `renames`: what was renamed to what, or to None where it was not; `restored`: drift that is to become as the source
    has it; `fills`: SQL for the rows in which a column that must have a value has none.
    """

    renames: Mapping[str, str | None] = field(default_factory=dict)
    restored: frozenset[str] = frozenset()
    fills: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, counted from 0; what stays otherwise than the source has it; what may be a rename."""

    steps: tuple[Step, ...]
    drift: tuple[Drift, ...]
    renames: tuple[Rename, ...]
    possible_renames: tuple[Rename, ...]
    live: Items = field(repr=False)
    target: Items = field(repr=False)

    @property
    def catalog_digest(self) -> str:
        """The digest of the database that it was made for."""
        return fingerprint(self.live)

    @property
    def digest(self) -> str:
        """The digest of all that it does: what a person confirmed is this, and no other."""
        said = [(step.kind, step.subject, step.sql, step.undo, step.asks, step.blocked) for step in self.steps]
        return sha256(msgspec.json.encode((self.catalog_digest, said))).hexdigest()

    def waiting(self, confirmed: Iterable[int] = ()) -> frozenset[int]:
        """The steps that wait for a person, beside those confirmed."""
        return waiting(self.steps, confirmed)

    def chosen(self, confirmed: Iterable[int] = ()) -> list[tuple[int, Step]]:
        """The steps that need nobody, and those confirmed, with their numbers."""
        held = self.waiting(confirmed)
        return [(number, step) for number, step in enumerate(self.steps) if number not in held]

    def expected(self, confirmed: Iterable[int] = ()) -> Items:
        """What the database holds after these."""
        return after(self.live, (step for _, step in self.chosen(confirmed)))


def planned(
    old: Schema,
    new: Schema,
    live: Schema,
    *,
    occupied: Collection[tuple[str, str]] = (),
    dependents: Collection[Dependent] = (),
    choices: Choices | None = None,
) -> Plan:
    """The plan from `old` to `new` for a database that holds `live`, all three as PostgreSQL prints them.

    `occupied`: schema and name of the tables that have rows; `dependents`: what else is there. Raises ChoiceError where
    a choice fits nothing.
    """
    choices = choices or Choices()
    before, wanted, there = items_of(old), items_of(new), items_of(live)
    renames = recognised(before, wanted, choices.renames)
    evidence = {key: found for side in (before, wanted) for key, found in _evidence(side)}
    full = {Key("table", *path) for path in occupied}
    made: list[Rename] = []
    for rename in renames.taken:
        before = renamed(before, rename)
        # Where the database has the new name already, somebody was faster.
        if holds(there, rename.old) and not holds(there, rename.new):
            there = renamed(there, rename)
            full = {rename.new if key == rename.old else key for key in full}
            made.append(rename)
    result = merged(before, wanted, there, choices.restored)
    target, left_out = _possible(result.target, there)
    draft = Draft(
        items_of(live),
        target,
        occupied=full,
        conflicts=result.conflicts,
        by_hand={key for key, thing in target.items() if key not in wanted or wanted[key] != thing},
        evidence=evidence,
        fills=_fills(choices.fills, target),
    )
    return Plan(
        told(drawn(draft, made), dependents),
        result.drift + left_out,
        tuple(made),
        renames.possible,
        items_of(live),
        target,
    )


def _evidence(items: Items) -> Iterable[tuple[Key, Evidence]]:
    for key, thing in items.items():
        found = getattr(thing, "evidence", None)
        if found is not None:
            yield key, found


def _fills(fills: Mapping[str, str], target: Items) -> dict[str, str]:
    columns = {str(key) for key in target if key.kind == "column"}
    for name, expression in fills.items():
        if name not in columns:
            raise ChoiceError(f"{name} is no column of the new schema, so nothing can be filled in.")
        try:
            checked(expression)
        except ExpressionError as error:
            raise ChoiceError(f"What {name} is to be filled with is not one expression: {error}") from error
    return dict(fills)


def _possible(target: Items, live: Items) -> tuple[Items, tuple[Drift, ...]]:
    """The target without foreign keys that have nothing unique to refer to, which a hand may have taken away."""
    if not faults(schema_of(target)):
        return target, ()
    kept, notes = dict(target), []
    for key in target:
        if key.kind == "foreign key" and key not in live:
            without = {other: thing for other, thing in kept.items() if other != key}
            if len(faults(schema_of(without))) < len(faults(schema_of(kept))):
                kept = without
                notes.append(Drift("left out", key, f"the foreign key {key} has nothing unique to refer to"))
    return kept, tuple(notes)


def shown(plan: Plan, confirmed: Iterable[int] = ()) -> dict[str, Any]:
    """A plan as JSON, for a person to read and for the record."""
    held = plan.waiting(confirmed)
    return {
        "digest": plan.digest,
        "steps": [
            {
                "number": number,
                "kind": step.kind,
                "subject": step.subject,
                "renamed_from": None if step.rename is None else str(step.rename.old),
                "fill": _fillable(step),
                "explanation": step.explanation,
                "sql": step.sql,
                "undo": step.undo,
                "lock": step.lock,
                "asks": step.asks,
                "waits": number in held,
                "conflict": step.conflict,
                "blocked": step.blocked,
                "confidence": step.confidence,
                "evidence": _place(step.evidence),
                "depends_on": step.depends_on,
            }
            for number, step in enumerate(plan.steps)
        ],
        "drift": [
            {
                "kind": note.kind,
                "what": note.subject.kind,
                "subject": str(note.subject),
                "explanation": note.explanation,
            }
            for note in plan.drift
        ],
        "possible_renames": [
            {"what": each.old.kind, "from": str(each.old), "to": str(each.new), "confidence": each.confidence}
            for each in plan.possible_renames
        ],
    }


def _fillable(step: Step) -> str | None:
    """The column that a step wants a value in for rows that may have none."""
    for edit in step.edits:
        if step.kind == "rewriting" and isinstance(edit.before, Column) and isinstance(edit.after, Column):
            return str(edit.key) if edit.before.nullable and not edit.after.nullable else None
    return None


def _place(evidence: Evidence | None) -> dict[str, Any] | None:
    return None if evidence is None else {"file": evidence.file, "line": evidence.line, "rule": evidence.rule}
