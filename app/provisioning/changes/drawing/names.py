"""Tables, columns, enums and their labels under other names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, NOTHING
from app.provisioning.changes.items import Key, relation_of
from app.provisioning.changes.merge import named
from app.provisioning.changes.renaming import Rename
from app.provisioning.changes.steps import ABSENT, Edit, Step
from app.provisioning.schema.names import fit


def rename(draft: Draft, rename: Rename) -> None:
    """A table, a column, an enum or a label under another name."""
    kind = rename.old.kind
    sure = "as you said" if rename.told else f"as it seems, {rename.confidence:.0%} sure"
    step = Step(
        "rename",
        str(rename.new),
        f"The {kind} {rename.old} becomes {rename.new}, {sure}; its data stays.",
        (statements.renamed_thing(rename.old, rename.new),),
        (statements.renamed_thing(rename.new, rename.old),),
        MOMENT.format(rename.old.owner) if kind in ("table", "column") else NOTHING,
        asks=not rename.told,
        evidence=draft.evidence.get(rename.new),
        confidence=rename.confidence,
        rename=rename,
    )
    touched = {rename.old, rename.new}
    if kind == "label":
        touched.add(Key("enum", rename.old.schema, name=rename.old.table))
    if kind == "table":
        step = _freed(draft, step, rename)
        touched |= {edit.key for edit in step.edits}
        touched |= {Key("index", key.schema, name=key.table) for key in (rename.old, rename.new)}
    draft.append(step, changes=touched, uses={rename.old.owner} if kind == "column" else set())


def _freed(draft: Draft, step: Step, rename: Rename) -> Step:
    """The rename of a table, with the key or index aside that has its name so far, and in its way where that stays."""
    schema, name = rename.new.schema, rename.new.table
    names: dict[str, tuple[Key, Any]] = {
        found: (key, thing)
        for key, thing in draft.current.items()
        if key.schema == schema and (found := relation_of(key, thing))
    }
    if name not in names:
        return step
    key, thing = names[name]
    if any(
        key != rename.new and relation_of(key, thing) == name
        for key, thing in draft.target.items()
        if key.schema == schema
    ):
        return replace(step, blocked=(named(key).removeprefix("the "),))
    part = replace(thing, name=fit(name, "_aside", taken=names))
    there = replace(key, table=rename.new.table) if key.owner == rename.old else key
    aside = there if key.kind == "primary key" else replace(there, name=part.name)
    edits = (Edit(there, thing, part),) if aside == there else (Edit(there, thing, ABSENT), Edit(aside, ABSENT, part))
    return replace(
        step,
        sql=(statements.renamed_part(key, thing, part.name), *step.sql),
        undo=(*(step.undo or ()), statements.renamed_part(key, part, name)),
        explanation=f"{step.explanation} {key.kind.capitalize()} {name} of {key.owner} is called {part.name} for it.",
        edits=edits,
    )
