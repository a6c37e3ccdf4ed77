"""Tables, columns, enums and their labels under other names."""

from __future__ import annotations

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, NOTHING
from app.provisioning.changes.items import Key
from app.provisioning.changes.renaming import Rename
from app.provisioning.changes.steps import Step


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
    draft.append(step, changes=touched, uses={rename.old.owner} if kind == "column" else set())
