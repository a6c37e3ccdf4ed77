"""From what is there to what is to be, one step after the other, in an order in which each can be done.

What goes comes first, foreign keys before what they refer to; then types, tables and columns; then keys, indexes and
constraints; foreign keys last.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing import alterations, columns, names, parts, tables, types
from app.provisioning.changes.renaming import Rename
from app.provisioning.changes.steps import Step
from app.provisioning.schema.model import TypeName


def drawn(draft: Draft, renames: Iterable[Rename]) -> tuple[Step, ...]:
    """All steps of a draft that has none yet."""
    for rename in renames:
        names.rename(draft, rename)
    parts.rename_parts(draft)
    parts.drop_parts(draft)
    columns.drop_columns(draft)
    tables.drop_tables(draft)
    alterations.retype(draft, lambda wanted: isinstance(wanted, str))
    types.add_types(draft)
    tables.add_tables(draft)
    columns.add_columns(draft)
    alterations.retype(draft, lambda wanted: isinstance(wanted, TypeName))
    alterations.alter_columns(draft)
    parts.add_parts(draft)
    tables.comment_tables(draft)
    types.drop_types(draft)
    return tuple(draft.steps)
