"""Columns that stay and become otherwise: their type, where their values come from, whether they may be empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.provisioning.changes import statements
from app.provisioning.changes.casts import Cast, cast, comparable
from app.provisioning.changes.draft import Draft
from app.provisioning.changes.drawing.wording import MOMENT, NOTHING, REWRITE, SCAN, start
from app.provisioning.changes.items import Key, Lookup, Thing, expressions_of
from app.provisioning.changes.steps import StepKind
from app.provisioning.changes.words import names_column
from app.provisioning.schema import ddl
from app.provisioning.schema.model import Column, Enum, ForeignKey, Index, TypeName
from app.provisioning.schema.validation import NUMBERED


def retype(draft: Draft, wanted_type: Callable[[str | TypeName], bool]) -> None:
    """Columns of another type, or collation, where the new type is one of those wanted."""
    enums = {
        (thing.schema, thing.name): thing
        for side in (draft.current, draft.target)
        for thing in side.values()
        if isinstance(thing, Enum)
    }
    target = Lookup(draft.target)
    for key, found, wanted in list(draft.staying()):
        there = found
        if (there.type, there.collation) == (wanted.type, wanted.collation) or not wanted_type(wanted.type):
            continue
        # Neither numbers nor what is computed can go along into any other type.
        if (there.numbering is not None and wanted.type not in NUMBERED) or there.generated != wanted.generated:
            there = _source(draft, key, there, replace(there, numbering=None, generated=None))
        moved = replace(there, type=wanted.type, collation=wanted.collation)
        if there.numbering is None:
            moved = replace(moved, default=wanted.default if wanted.numbering is None else None)
        forth, back = cast(there.type, wanted.type, enums), cast(wanted.type, there.type, enums)
        draft.add(
            _retyping(draft, key, forth),
            key,
            f"{start(key)} becomes {_type_of(wanted)} instead of {_type_of(there)}: {forth.why}.",
            statements.retyped(key, there, moved, forth),
            statements.retyped(key, moved, there, back) if forth.returns else None,
            (REWRITE if forth.rewrites else MOMENT).format(key.owner),
            [(key, moved)],
            asks=draft.full(key) and (forth.rewrites or forth.loss != "none"),
            empty=not draft.full(key) and forth.loss != "none",
            blocked=list(_in_the_way(draft, target, key)),
        )


def _in_the_way(draft: Draft, target: Lookup, column: Key) -> Iterator[str]:
    """What a hand made of a column and PostgreSQL may not have of one of such a type."""
    sides = (draft.current[column], target.items[column])
    types = {comparable(side.type) for side in sides if isinstance(side, Column)}
    parts = (*target.parts_on(column), *target.references(column.owner, [column.name]))
    for key in dict.fromkeys(parts):
        thing = target.items[key]
        if isinstance(thing, ForeignKey):
            if _is_torn(target, key, thing, column):
                yield f"foreign key {key}"
        elif key in draft.by_hand and len(types) > 1 and _is_typed(thing, column.name):
            yield f"{key.kind} {key}"


def _is_torn(target: Lookup, key: Key, reference: ForeignKey, column: Key) -> bool:
    """Whether a foreign key is between this column and one that then has nothing to do with it."""
    for name, other in zip(reference.columns, reference.target_columns, strict=True):
        ends = (
            Key("column", key.schema, key.table, name),
            Key("column", reference.target_schema, reference.target, other),
        )
        kinds = {comparable(end.type) for end in map(target.items.get, ends) if isinstance(end, Column)}
        if column in ends and len(kinds) > 1:
            return True
    return False


def _is_typed(thing: Thing, column: str) -> bool:
    """Whether a part is made for the type of a column: by an expression, or as an index of a kind of its own."""
    if isinstance(thing, Index) and any(
        part.of == column and (part.operator_class or thing.method != "btree") for part in thing.parts
    ):
        return True
    return any(names_column(text, column) for text in expressions_of(thing))


def _retyping(draft: Draft, key: Key, forth: Cast) -> StepKind:
    if not draft.full(key) or (forth.loss == "none" and not forth.rewrites):
        return "safe"
    return "rewriting" if forth.loss == "none" else "destructive"


def alter_columns(draft: Draft) -> None:
    """Columns with another default, numbering, nullability or comment."""
    for key, column, wanted in list(draft.staying()):
        # An identity cannot be empty: it goes before null may come, and comes after null has gone.
        before = _source(draft, key, column, wanted) if wanted.nullable else column
        there = _source(draft, key, _nullable(draft, key, before, wanted), wanted)
        if there.comment != wanted.comment:
            draft.add(
                "safe",
                key,
                f"The comment on {key} changes.",
                [ddl.comment_on_column(statements.at(key), wanted).sql],
                [ddl.comment_on_column(statements.at(key), there).sql],
                NOTHING,
                [(key, wanted)],
            )


def _source(draft: Draft, key: Key, there: Column, wanted: Column) -> Column:
    if (there.default, there.numbering, there.generated) == (wanted.default, wanted.numbering, wanted.generated):
        return there
    changed = replace(there, default=wanted.default, numbering=wanted.numbering, generated=wanted.generated)
    computed = there.generated is not None
    draft.add(
        "safe",
        key,
        f"{start(key)} gets {_source_of(wanted)} for rows to come, instead of {_source_of(there)}.",
        statements.sourced(key, there, changed),
        None if computed else statements.sourced(key, changed, there),
        MOMENT.format(key.owner),
        [(key, changed)],
    )
    return changed


def _nullable(draft: Draft, key: Key, there: Column, wanted: Column) -> Column:
    if there.nullable == wanted.nullable:
        return there
    changed = replace(there, nullable=wanted.nullable)
    back = [statements.nullability(key, there)]
    if wanted.nullable:
        draft.add(
            "safe",
            key,
            f"{start(key)} may be empty.",
            [statements.nullability(key, changed)],
            back,
            MOMENT.format(key.owner),
            [(key, changed)],
        )
        return changed
    fill = draft.fills.get(str(key))
    if fill is not None:
        sql = [statements.filled(key, changed, fill), statements.nullability(key, changed)]
        explanation = f"{start(key)} must have a value; rows that have none get {fill}."
        draft.add(
            "rewriting",
            key,
            explanation,
            sql,
            None if key in draft.before else back,
            REWRITE.format(key.owner),
            [(key, changed)],
            asks=False,
        )
        return changed
    full = draft.full(key)
    explanation = f"{start(key)} must have a value."
    if full:
        explanation += f' A row that has none stops the change; say what it gets with fill: {{"{key}": …}}.'
    draft.add(
        "rewriting" if full else "safe",
        key,
        explanation,
        [statements.nullability(key, changed)],
        back,
        (SCAN if full else MOMENT).format(key.owner),
        [(key, changed)],
        asks=full,
    )
    return changed


def _type_of(column: Column) -> str:
    if isinstance(column.type, TypeName):
        return column.type.name + ("[]" if column.type.array else "")
    return column.type


def _source_of(column: Column) -> str:
    if column.generated is not None:
        return f"the value {column.generated}"
    if column.numbering is not None:
        return "a number of its own"
    return "no default" if column.default is None else f"the default {column.default}"
