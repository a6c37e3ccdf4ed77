"""Schemas, extensions and enums, which columns need before they come and as long as they are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from app.provisioning.changes import statements
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import NOTHING, REWRITE, start
from app.provisioning.changes.items import Key, expressions_of
from app.provisioning.changes.merge import named
from app.provisioning.changes.steps import ABSENT, Edit, Step, after
from app.provisioning.changes.words import names_column, names_type
from app.provisioning.schema import ddl
from app.provisioning.schema.model import Column, Enum, TypeName
from app.provisioning.schema.names import literal, quoted


def add_types(draft: Draft) -> None:
    """Schemas and extensions that come, enums that come or get other labels."""
    for key, thing in draft.target.items():
        if key in draft.current and draft.current[key] == thing:
            continue
        if key.kind == "schema":
            draft.add(
                "additive",
                key,
                f"{start(key)} is made.",
                [ddl.create_schema(key.schema).sql],
                [ddl.drop_schema(key.schema).sql],
                NOTHING,
                [(key, None)],
            )
        elif key.kind == "extension":
            undo = [f"drop extension {quoted(key.name)}"]
            draft.add(
                "additive",
                key,
                f"{start(key)} is made.",
                [ddl.create_extension(key.name).sql],
                undo,
                NOTHING,
                [(key, None)],
            )
        elif isinstance(thing, Enum):
            there = draft.current.get(key)
            if isinstance(there, Enum):
                _change_labels(draft, key, there, thing)
            else:
                draft.add(
                    "additive",
                    key,
                    f"{start(key)} is made: {', '.join(thing.labels)}.",
                    [ddl.create_enum(thing).sql],
                    [ddl.drop_enum(thing).sql],
                    NOTHING,
                    [(key, thing)],
                )


def _change_labels(draft: Draft, key: Key, there: Enum, wanted: Enum) -> None:
    added = [label for label in wanted.labels if label not in there.labels]
    gone = [label for label in there.labels if label not in wanted.labels]
    back = statements.swapped_enum(draft.current, wanted, there, draft.current)
    words = [f"gets {', '.join(added)}"] * bool(added) + [
        f"loses {', '.join(gone)}; a row that has it stops the change"
    ] * bool(gone)
    explanation = f"{start(key)} {' and '.join(words) or 'gets another order'}."
    if [label for label in wanted.labels if label in there.labels] == list(there.labels) and not _is_used(
        draft, wanted, added
    ):
        sql = [ddl.add_enum_label(there, label, before=_following(wanted, label, there)).sql for label in added]
        draft.add("additive", key, explanation, sql, back, NOTHING, [(key, wanted)])
        return
    users = [
        (column, thing)
        for column, thing in draft.current.items()
        if isinstance(thing, Column)
        and isinstance(thing.type, TypeName)
        and (thing.type.schema, thing.type.name) == (wanted.schema, wanted.name)
    ]
    full = [column for column, _ in users if draft.full(column)]
    if added and not gone:
        explanation += " PostgreSQL lets nobody use a new label before the change has ended, so the type is made anew."
    edits: list[tuple[Key, Any]] = [(key, wanted)]
    for column, thing in users:
        aim = draft.target.get(column)
        if thing.default is not None and isinstance(aim, Column) and aim.default is not None:
            edits.append((column, replace(thing, default=aim.default)))
    draft.add(
        "destructive" if gone else "rewriting" if full else "safe",
        key,
        explanation,
        statements.swapped_enum(draft.current, there, wanted, draft.target),
        statements.swapped_enum(
            after(
                draft.current,
                [Step("safe", "", "", (), (), "", False, edits=tuple(Edit(k, None, v) for k, v in edits))],
            ),
            wanted,
            there,
            draft.current,
        ),
        REWRITE.format(", ".join(dict.fromkeys(str(column.owner) for column, _ in users))) if users else NOTHING,
        edits,
        asks=bool(gone or full),
        remade=(key, *(column for column, _ in users)),
        blocked=_computed_of(draft, wanted.name, [column for column, _ in users]),
    )


def _computed_of(draft: Draft, enum: str, columns: Iterable[Key]) -> list[str]:
    """The columns that are computed from these, or from labels of the enum."""
    return [
        f"generated column {key}"
        for key, thing in draft.current.items()
        if isinstance(thing, Column)
        and thing.generated is not None
        and (
            names_type(thing.generated, enum)
            or any(key.owner == column.owner and names_column(thing.generated, column.name) for column in columns)
        )
    ]


def _is_used(draft: Draft, enum: Enum, labels: Iterable[str]) -> bool:
    texts = [
        text
        for thing in draft.target.values()
        for text in (
            *expressions_of(thing),
            *((thing.default,) if isinstance(thing, Column) and thing.default else ()),
        )
    ]
    texts += draft.fills.values()
    return any(
        literal(label) in text
        for label in labels
        for text in texts
        if names_type(text, enum.name) or text in draft.fills.values()
    )


def _speaking_of(draft: Draft, enum: str) -> list[str]:
    """What speaks of an enum and stays when it goes, because a hand made it."""
    return [
        named(key).removeprefix("the ")
        for key, thing in draft.current.items()
        for text in (*expressions_of(thing), getattr(thing, "default", None) or "")
        if names_type(text, enum)
    ]


def _following(wanted: Enum, label: str, there: Enum) -> str | None:
    behind = wanted.labels[wanted.labels.index(label) + 1 :]
    return next((other for other in behind if other in there.labels), None)


def drop_types(draft: Draft) -> None:
    """Enums and schemas that go."""
    for key, thing in list(draft.current.items()):
        if key in draft.target:
            continue
        if isinstance(thing, Enum):
            draft.add(
                "safe",
                key,
                f"{start(key)}, which no column is of any more, goes.",
                [ddl.drop_enum(thing).sql],
                [ddl.create_enum(thing).sql],
                NOTHING,
                [(key, ABSENT)],
                blocked=_speaking_of(draft, thing.name),
            )
        elif key.kind == "schema":
            draft.add(
                "safe",
                key,
                f"{start(key)}, which is empty, goes.",
                [ddl.drop_schema(key.schema).sql],
                [ddl.create_schema(key.schema).sql],
                NOTHING,
                [(key, ABSENT)],
            )
