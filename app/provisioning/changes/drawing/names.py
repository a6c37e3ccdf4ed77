"""Tables, columns and enums under other names."""

from __future__ import annotations

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, NOTHING
from app.provisioning.changes.renames import Rename
from app.provisioning.changes.steps import Step


def rename(draft: Draft, rename: Rename) -> None:
    """A table, a column or an enum under another name."""
    kind = rename.old.kind
    sure = "as you said" if rename.told else f"as it seems, {rename.confidence:.0%} sure"
    step = Step(
        "rename",
        str(rename.new),
        f"The {kind} {rename.old} becomes {rename.new}, {sure}; its data stays.",
        (statements.renamed_thing(rename.old, rename.new),),
        (statements.renamed_thing(rename.new, rename.old),),
        MOMENT.format(rename.old.owner) if kind != "enum" else NOTHING,
        asks=not rename.told,
        evidence=draft.evidence.get(rename.new),
        confidence=rename.confidence,
        rename=rename,
    )
    touched = {rename.old, rename.new}
    draft.append(step, changes=touched, uses={rename.old.owner} if kind == "column" else set())
