"""Tables that come and go, and what their comments say."""

from __future__ import annotations

from dataclasses import replace

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, NOTHING, start
from app.provisioning.changes.items import Heading, Items, Key
from app.provisioning.changes.steps import ABSENT
from app.provisioning.schema import ddl


def drop_tables(draft: Draft) -> None:
    """Tables that go, with all that is part of them or refers to them."""
    for key in [key for key in draft.current if key.kind == "table" and key not in draft.target]:
        references = [part for part in draft.there.references(key) if part.owner != key]
        inside = draft.there.parts(key)
        rows = "all its rows are lost, but for a backup" if draft.full(key) else "it has no rows"
        draft.add(
            "destructive",
            key,
            f"{start(key)} goes; {rows}.",
            [
                *(statements.dropped_part(part, draft.current[part]) for part in references),
                ddl.drop_table(statements.at(key)).sql,
            ],
            None,
            MOMENT.format(key),
            [(part, ABSENT) for part in (*references, *inside, key)],
        )


def add_tables(draft: Draft) -> None:
    """Tables that come, with all that they have but foreign keys."""
    parts: dict[Key, Items] = {}
    for key, thing in draft.target.items():
        if key.table and key.kind != "foreign key" and key.owner not in draft.current:
            parts.setdefault(key.owner, {})[key] = thing
    for owner, items in parts.items():
        count = sum(key.kind == "column" for key in items)
        draft.add(
            "additive",
            owner,
            f"{start(owner)} is made, with {count} column{'s' * (count != 1)}.",
            statements.created_table(items),
            [ddl.drop_table(statements.at(owner)).sql],
            NOTHING,
            list(items.items()),
        )


def comment_tables(draft: Draft) -> None:
    """Tables with another comment."""
    for key, thing in list(draft.target.items()):
        there = draft.current.get(key)
        if isinstance(thing, Heading) and isinstance(there, Heading) and thing != there:
            written = [
                ddl.comment_on_table(replace(statements.at(key), comment=each.comment)).sql for each in (thing, there)
            ]
            draft.add("safe", key, f"The comment on {key} changes.", written[:1], written[1:], NOTHING, [(key, thing)])
