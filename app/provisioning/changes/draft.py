"""From what is there to what is to be, one step after the other, in an order in which each can be done.

What goes comes first, foreign keys before what they refer to; then types, tables and columns; then keys, indexes and
constraints; foreign keys last. A step that stands on another, or takes away for a while what a later one brings back,
waits together with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from app.provisioning.changes import statements
from app.provisioning.changes.casts import Cast, cast
from app.provisioning.changes.items import (
    Heading,
    Items,
    Key,
    Kind,
    Lookup,
    Thing,
    columns_of,
    expressions_of,
    needs,
)
from app.provisioning.changes.merge import named, unnamed
from app.provisioning.changes.renames import Rename, renamed
from app.provisioning.changes.steps import ABSENT, Edit, Step, StepKind, after
from app.provisioning.changes.words import names_column, names_type
from app.provisioning.schema import ddl
from app.provisioning.schema.model import (
    Column,
    Enum,
    Evidence,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import literal, quoted

_PARTS: Final[tuple[Kind, ...]] = ("primary key", "unique", "exclusion", "check", "index", "foreign key")
_MOMENT: Final = "nobody reads or writes {} for a moment"
_REWRITE: Final = "nobody reads or writes {} while every row is written anew"
_SCAN: Final = "nobody reads or writes {} while every row is looked at"
_BUILD: Final = "nobody writes {} while the index is built"
_BOTH: Final = "nobody writes {} or {} while the rows are compared"
_NOTHING: Final = "none that anybody waits for"


class Draft:
    """The steps so far, and what is there after them."""

    def __init__(
        self,
        live: Items,
        target: Items,
        *,
        occupied: Collection[Key],
        conflicts: Collection[Key] = (),
        evidence: Mapping[Key, Evidence] | None = None,
        fills: Mapping[str, str] | None = None,
    ) -> None:
        self._there = Lookup(live)
        self.target = target
        self.steps: list[Step] = []
        self._before = live
        self._occupied = occupied
        self._conflicts = conflicts
        self._evidence = evidence or {}
        self._fills = fills or {}
        self._changed: dict[Key, list[int]] = {}
        self._used: dict[Key, list[int]] = {}

    @property
    def current(self) -> Items:
        """What is there after the steps so far."""
        return self._there.items

    def drawn(self) -> tuple[Step, ...]:
        """All steps."""
        self._rename_parts()
        self._drop_parts()
        self._drop_columns()
        self._drop_tables()
        self._retype(lambda type_: isinstance(type_, str))
        self._add_types()
        self._add_tables()
        self._add_columns()
        self._retype(lambda type_: isinstance(type_, TypeName))
        self._alter_columns()
        self._add_parts()
        self._comment_tables()
        self._drop_types()
        return tuple(self.steps)

    def rename(self, rename: Rename) -> None:
        """A table, a column or an enum under another name."""
        kind = rename.old.kind
        sure = "as you said" if rename.told else f"as it seems, {rename.confidence:.0%} sure"
        step = Step(
            "rename",
            str(rename.new),
            f"The {kind} {rename.old} becomes {rename.new}, {sure}; its data stays.",
            (statements.renamed_thing(rename.old, rename.new),),
            (statements.renamed_thing(rename.new, rename.old),),
            _MOMENT.format(rename.old.owner) if kind != "enum" else _NOTHING,
            asks=not rename.told,
            evidence=self._evidence.get(rename.new),
            confidence=rename.confidence,
            rename=rename,
        )
        touched = {rename.old, rename.new}
        self._append(step, changes=touched, uses={rename.old.owner} if kind == "column" else set())
        self._before = renamed(self._before, rename)

    def _add(
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
    ) -> None:
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
            name for edit in changed for thing in (edit.before, edit.after) for name in _relations(edit.key, thing)
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
            evidence=self._evidence.get(subject) or self._evidence.get(subject.owner),
            edits=changed,
            empties=(subject.owner,) if empty else (),
        )
        self._append(step, changes | relations, uses)

    def _append(self, step: Step, changes: set[Key], uses: set[Key]) -> None:
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
            self._there = Lookup(renamed(self.current, step.rename))
        for edit in step.edits:
            if edit.after == ABSENT:
                self._there.take(edit.key)
            else:
                self._there.put(edit.key, edit.after)

    def _full(self, key: Key) -> bool:
        """Whether the table of a thing was there before, and has rows."""
        return key.owner in self._before and key.owner in self._occupied

    def _is_new(self, key: Key, column: str) -> bool:
        """Whether a column came with this change, and is empty in all rows."""
        place = Key("column", key.schema, key.table, column)
        thing = self.current.get(place)
        return place not in self._before and isinstance(thing, Column) and thing.nullable and thing.default is None

    def _columns(self) -> Iterator[tuple[Key, Column, Column]]:
        """Each column that was there and stays."""
        for key, thing in self.target.items():
            there = self.current.get(key)
            if isinstance(thing, Column) and isinstance(there, Column):
                yield key, there, thing

    def _rename_parts(self) -> None:
        came: dict[tuple[Key, Kind], list[tuple[Key, Any]]] = {}
        for key, thing in self.target.items():
            if key.kind in _PARTS and (key not in self.current or key.kind == "primary key"):
                came.setdefault((key.owner, key.kind), []).append((key, thing))
        for key, thing in list(self.current.items()):
            stays = self.target.get(key, ABSENT)
            if key.kind not in _PARTS or (stays != ABSENT and key.kind != "primary key") or stays == thing:
                continue
            candidates = came.get((key.owner, key.kind), [])
            match = next(((other, part) for other, part in candidates if unnamed(part) == unnamed(thing)), None)
            if match is None:
                continue
            candidates.remove(match)
            other, part = match
            former: Any = thing
            self._add(
                "safe",
                other,
                f"The {key.kind} {former.name} of {key.owner} is called {part.name}.",
                [statements.renamed_part(key, former, part.name)],
                [statements.renamed_part(key, part, former.name)],
                _MOMENT.format(key.owner),
                [(key, ABSENT), (other, part)] if key != other else [(key, part)],
            )

    def _drop_parts(self) -> None:
        """Parts that go, or are made anew because they change, or because a column under them does."""
        leaving = [
            key for key in self.current if key.kind == "column" and key not in self.target and key.owner in self.target
        ]
        folded = {part for column in leaving for part in self._on(column)}
        anew = {part for column, _, _ in self._made_anew() for part in self._on(column)}
        for column, there, wanted in self._columns():
            if (there.type, there.collation) != (wanted.type, wanted.collation):
                anew |= {
                    part
                    for part in self._on(column)
                    if part.kind == "foreign key" or expressions_of(self.current[part])
                }
        keys = {
            key
            for key in self.current
            if (key.kind in ("primary key", "unique", "index") and self.target.get(key, ABSENT) != self.current[key])
            or key in anew
        }
        for key in keys:
            anew |= {
                part
                for part in self._there.references(key.owner, columns_of(self.current[key]))
                if set(self.current[part].target_columns) == set(columns_of(self.current[key]))  # type: ignore[union-attr]
            }
        order = {kind: place for place, kind in enumerate(reversed(_PARTS))}
        for key in sorted((key for key in self.current if key.kind in _PARTS), key=lambda key: order[key.kind]):
            thing = self.current[key]
            aim = self.target.get(key, ABSENT)
            if aim == thing and key not in anew:
                continue
            if key.owner not in self.target or (aim == ABSENT and key in folded):
                continue
            if isinstance(thing, ForeignKey) and Key("table", thing.target_schema, thing.target) not in self.target:
                continue
            self._add(
                "safe",
                key,
                f"{_start(key)} goes{'' if aim == ABSENT else ', to be made anew'}; no data does.",
                [statements.dropped_part(key, thing)],
                [statements.added_part(key, thing)],
                _MOMENT.format(key.owner),
                [(key, ABSENT)],
            )

    def _on(self, column: Key) -> list[Key]:
        """What goes when the column goes."""
        found = (*self._there.parts_on(column), *self._there.references(column.owner, [column.name]))
        return list(dict.fromkeys(found))

    def _made_anew(self) -> list[tuple[Key, Column, Column]]:
        """Columns whose values are computed, and otherwise than before or from something that changes."""
        retyped = {key for key, there, wanted in self._columns() if there.type != wanted.type}
        return [
            (key, there, wanted)
            for key, there, wanted in self._columns()
            if wanted.generated is not None
            and (
                there.generated != wanted.generated
                or there.type != wanted.type
                or any(key.owner == other.owner and names_column(wanted.generated, other.name) for other in retyped)
            )
        ]

    def _drop_columns(self) -> None:
        leaving: list[tuple[Key, Column, bool]] = [
            (key, there, there.generated is None) for key, there, _ in self._made_anew()
        ]
        leaving += [
            (key, thing, thing.generated is None)
            for key, thing in self.current.items()
            if isinstance(thing, Column) and key not in self.target and key.owner in self.target
        ]
        # What is computed goes before what it is computed from.
        for key, column, holds_data in sorted(leaving, key=lambda each: each[1].generated is None):
            parts = self._on(key)
            sql = [
                statements.dropped_part(part, self.current[part])
                for part in parts
                if part.owner != key.owner or column.name not in columns_of(self.current[part])
            ]
            sql.append(ddl.drop_column(statements.at(key), key.name).sql)
            computed = "its values can be computed again" if not holds_data else "its values are lost, but for a backup"
            also = f" {_listed(parts)} go with it." if parts else ""
            self._add(
                "destructive" if holds_data else "safe",
                key,
                f"{_start(key)} goes; {computed}.{also}",
                sql,
                None if holds_data or parts else statements.added_column(key, column),
                _MOMENT.format(key.owner),
                [(each, ABSENT) for each in (*parts, key)],
            )

    def _drop_tables(self) -> None:
        for key in [key for key in self.current if key.kind == "table" and key not in self.target]:
            references = [part for part in self._there.references(key) if part.owner != key]
            inside = self._there.parts(key)
            rows = "all its rows are lost, but for a backup" if self._full(key) else "it has no rows"
            self._add(
                "destructive",
                key,
                f"{_start(key)} goes; {rows}.",
                [
                    *(statements.dropped_part(part, self.current[part]) for part in references),
                    ddl.drop_table(statements.at(key)).sql,
                ],
                None,
                _MOMENT.format(key),
                [(part, ABSENT) for part in (*references, *inside, key)],
            )

    def _retype(self, wanted_type: Any) -> None:
        enums = {
            (thing.schema, thing.name): thing
            for side in (self.current, self.target)
            for thing in side.values()
            if isinstance(thing, Enum)
        }
        for key, there, wanted in list(self._columns()):
            if (there.type, there.collation) == (wanted.type, wanted.collation) or not wanted_type(wanted.type):
                continue
            moved = replace(there, type=wanted.type, collation=wanted.collation)
            if there.numbering is None:
                moved = replace(moved, default=wanted.default if wanted.numbering is None else None)
            there_again = there if there.numbering is not None else replace(there, default=there.default)
            forth, back = cast(there.type, wanted.type, enums), cast(wanted.type, there.type, enums)
            self._add(
                self._retyping(key, forth),
                key,
                f"{_start(key)} becomes {_type(wanted)} instead of {_type(there)}: {forth.why}.",
                statements.retyped(key, there, moved, forth),
                statements.retyped(key, moved, there_again, back) if forth.returns else None,
                (_REWRITE if forth.rewrites else _MOMENT).format(key.owner),
                [(key, moved)],
                asks=self._full(key) and (forth.rewrites or forth.loss != "none"),
                empty=not self._full(key) and forth.loss != "none",
            )

    def _retyping(self, key: Key, forth: Cast) -> StepKind:
        if not self._full(key) or (forth.loss == "none" and not forth.rewrites):
            return "safe"
        return "rewriting" if forth.loss == "none" else "destructive"

    def _add_types(self) -> None:
        for key, thing in self.target.items():
            if key in self.current and self.current[key] == thing:
                continue
            if key.kind == "schema":
                self._add(
                    "additive",
                    key,
                    f"{_start(key)} is made.",
                    [ddl.create_schema(key.schema).sql],
                    [ddl.drop_schema(key.schema).sql],
                    _NOTHING,
                    [(key, None)],
                )
            elif key.kind == "extension":
                undo = [f"drop extension {quoted(key.name)}"]
                self._add(
                    "additive",
                    key,
                    f"{_start(key)} is made.",
                    [ddl.create_extension(key.name).sql],
                    undo,
                    _NOTHING,
                    [(key, None)],
                )
            elif isinstance(thing, Enum):
                there = self.current.get(key)
                if isinstance(there, Enum):
                    self._change_labels(key, there, thing)
                else:
                    self._add(
                        "additive",
                        key,
                        f"{_start(key)} is made: {', '.join(thing.labels)}.",
                        [ddl.create_enum(thing).sql],
                        [ddl.drop_enum(thing).sql],
                        _NOTHING,
                        [(key, thing)],
                    )

    def _change_labels(self, key: Key, there: Enum, wanted: Enum) -> None:
        added = [label for label in wanted.labels if label not in there.labels]
        gone = [label for label in there.labels if label not in wanted.labels]
        back = statements.swapped_enum(self.current, wanted, there, self.current)
        words = [f"gets {', '.join(added)}"] * bool(added) + [
            f"loses {', '.join(gone)}; a row that has it stops the change"
        ] * bool(gone)
        explanation = f"{_start(key)} {' and '.join(words) or 'gets another order'}."
        if [label for label in wanted.labels if label in there.labels] == list(there.labels) and not self._is_used(
            wanted, added
        ):
            sql = [ddl.add_enum_label(there, label, before=_following(wanted, label, there)).sql for label in added]
            self._add("additive", key, explanation, sql, back, _NOTHING, [(key, wanted)])
            return
        users = [
            (column, thing)
            for column, thing in self.current.items()
            if isinstance(thing, Column)
            and isinstance(thing.type, TypeName)
            and (thing.type.schema, thing.type.name) == (wanted.schema, wanted.name)
        ]
        full = [column for column, _ in users if self._full(column)]
        if added and not gone:
            explanation += (
                " PostgreSQL lets nobody use a new label before the change has ended, so the type is made anew."
            )
        edits: list[tuple[Key, Any]] = [(key, wanted)]
        for column, thing in users:
            aim = self.target.get(column)
            if thing.default is not None and isinstance(aim, Column) and aim.default is not None:
                edits.append((column, replace(thing, default=aim.default)))
        self._add(
            "destructive" if gone else "rewriting" if full else "safe",
            key,
            explanation,
            statements.swapped_enum(self.current, there, wanted, self.target),
            statements.swapped_enum(
                after(
                    self.current,
                    [Step("safe", "", "", (), (), "", False, edits=tuple(Edit(k, None, v) for k, v in edits))],
                ),
                wanted,
                there,
                self.current,
            ),
            _REWRITE.format(", ".join(dict.fromkeys(str(column.owner) for column, _ in users))) if users else _NOTHING,
            edits,
            asks=bool(gone or full),
        )

    def _is_used(self, enum: Enum, labels: Iterable[str]) -> bool:
        texts = [
            text
            for thing in self.target.values()
            for text in (
                *expressions_of(thing),
                *((thing.default,) if isinstance(thing, Column) and thing.default else ()),
            )
        ]
        texts += self._fills.values()
        return any(
            literal(label) in text
            for label in labels
            for text in texts
            if names_type(text, enum.name) or text in self._fills.values()
        )

    def _add_tables(self) -> None:
        parts: dict[Key, Items] = {}
        for key, thing in self.target.items():
            if key.table and key.kind != "foreign key" and key.owner not in self.current:
                parts.setdefault(key.owner, {})[key] = thing
        for owner, items in parts.items():
            count = sum(key.kind == "column" for key in items)
            self._add(
                "additive",
                owner,
                f"{_start(owner)} is made, with {count} column{'s' * (count != 1)}.",
                statements.created_table(items),
                [ddl.drop_table(statements.at(owner)).sql],
                _NOTHING,
                list(items.items()),
            )

    def _add_columns(self) -> None:
        for key, thing in list(self.target.items()):
            if not isinstance(thing, Column) or key in self.current:
                continue
            column = thing
            demands = not column.nullable and (column.default, column.numbering, column.generated) == (None, None, None)
            split = demands and self._full(key)
            if split:
                column = replace(column, nullable=True)
            writes = column.numbering is not None or column.generated is not None or "(" in (column.default or "")
            told = " empty in the rows that are there" if self._full(key) and demands else ""
            self._add(
                "additive",
                key,
                f"{_start(key)} is added{',' + told if told else ''}.",
                statements.added_column(key, column),
                [ddl.drop_column(statements.at(key), key.name).sql],
                (_REWRITE if writes and self._full(key) else _MOMENT).format(key.owner),
                [(key, column)],
                empty=demands and not split,
            )

    def _alter_columns(self) -> None:
        for key, column, wanted in list(self._columns()):
            # An identity cannot be empty: it goes before null may come, and comes after null has gone.
            before = self._source(key, column, wanted) if wanted.nullable else column
            there = self._source(key, self._nullable(key, before, wanted), wanted)
            if there.comment != wanted.comment:
                self._add(
                    "safe",
                    key,
                    f"The comment on {key} changes.",
                    [ddl.comment_on_column(statements.at(key), wanted).sql],
                    [ddl.comment_on_column(statements.at(key), there).sql],
                    _NOTHING,
                    [(key, wanted)],
                )

    def _source(self, key: Key, there: Column, wanted: Column) -> Column:
        if (there.default, there.numbering, there.generated) == (wanted.default, wanted.numbering, wanted.generated):
            return there
        changed = replace(there, default=wanted.default, numbering=wanted.numbering, generated=wanted.generated)
        computed = there.generated is not None
        self._add(
            "safe",
            key,
            f"{_start(key)} gets {_source(wanted)} for rows to come, instead of {_source(there)}.",
            statements.sourced(key, there, changed),
            None if computed else statements.sourced(key, changed, there),
            _MOMENT.format(key.owner),
            [(key, changed)],
        )
        return changed

    def _nullable(self, key: Key, there: Column, wanted: Column) -> Column:
        if there.nullable == wanted.nullable:
            return there
        changed = replace(there, nullable=wanted.nullable)
        back = [statements.nullability(key, there)]
        if wanted.nullable:
            self._add(
                "safe",
                key,
                f"{_start(key)} may be empty.",
                [statements.nullability(key, changed)],
                back,
                _MOMENT.format(key.owner),
                [(key, changed)],
            )
            return changed
        fill = self._fills.get(str(key))
        if fill is not None:
            sql = [statements.filled(key, changed, fill), statements.nullability(key, changed)]
            explanation = f"{_start(key)} must have a value; rows that have none get {fill}."
            self._add(
                "rewriting",
                key,
                explanation,
                sql,
                None if key in self._before else back,
                _REWRITE.format(key.owner),
                [(key, changed)],
                asks=False,
            )
            return changed
        full = self._full(key)
        explanation = f"{_start(key)} must have a value."
        if full:
            explanation += f' A row that has none stops the change; say what it gets with fill: {{"{key}": …}}.'
        self._add(
            "rewriting" if full else "safe",
            key,
            explanation,
            [statements.nullability(key, changed)],
            back,
            (_SCAN if full else _MOMENT).format(key.owner),
            [(key, changed)],
            asks=full,
        )
        return changed

    def _add_parts(self) -> None:
        order = {kind: place for place, kind in enumerate(_PARTS)}
        coming = [key for key in self.target if key.kind in _PARTS and key not in self.current]
        for key in sorted(coming, key=lambda key: order[key.kind]):
            thing = self.target[key]
            kind, asks, why = self._adding(key, thing)
            self._add(
                kind,
                key,
                f"{_start(key)} is made{why}.",
                [statements.added_part(key, thing)],
                [statements.dropped_part(key, thing)],
                self._locking(key, thing),
                [(key, thing)],
                asks=asks,
                empty=key.owner in self._before and not self._full(key) and (key.kind != "index" or _is_unique(thing)),
            )

    def _adding(self, key: Key, thing: Thing) -> tuple[StepKind, bool, str]:
        if self._before.get(key, ABSENT) == thing:
            return "safe", False, " anew"
        if not self._full(key) or (key.kind == "index" and not _is_unique(thing)):
            return "additive", False, ""
        columns = columns_of(thing)
        fresh = bool(columns) and not expressions_of(thing) and all(self._is_new(key, name) for name in columns)
        distinct = isinstance(thing, Unique | Index) and thing.nulls_not_distinct
        if fresh and key.kind != "primary key" and not distinct:
            return "additive", False, ""
        if key.kind in ("check", "foreign key"):
            return "rewriting", True, "; a row that does not fit stops the change"
        return "destructive", True, "; two rows that are alike in it stop the change"

    def _locking(self, key: Key, thing: Thing) -> str:
        if key.owner not in self._before:
            return _NOTHING
        if isinstance(thing, ForeignKey):
            return _BOTH.format(key.owner, Key("table", thing.target_schema, thing.target))
        return (_BUILD if key.kind == "index" else _SCAN).format(key.owner)

    def _comment_tables(self) -> None:
        for key, thing in list(self.target.items()):
            there = self.current.get(key)
            if isinstance(thing, Heading) and isinstance(there, Heading) and thing != there:
                written = [
                    ddl.comment_on_table(replace(statements.at(key), comment=each.comment)).sql
                    for each in (thing, there)
                ]
                self._add(
                    "safe", key, f"The comment on {key} changes.", written[:1], written[1:], _NOTHING, [(key, thing)]
                )

    def _drop_types(self) -> None:
        for key, thing in list(self.current.items()):
            if key in self.target:
                continue
            if isinstance(thing, Enum):
                self._add(
                    "safe",
                    key,
                    f"{_start(key)}, which no column is of any more, goes.",
                    [ddl.drop_enum(thing).sql],
                    [ddl.create_enum(thing).sql],
                    _NOTHING,
                    [(key, ABSENT)],
                )
            elif key.kind == "schema":
                self._add(
                    "safe",
                    key,
                    f"{_start(key)}, which is empty, goes.",
                    [ddl.drop_schema(key.schema).sql],
                    [ddl.create_schema(key.schema).sql],
                    _NOTHING,
                    [(key, ABSENT)],
                )


def _relations(key: Key, thing: object) -> Iterator[Key]:
    """The names that a thing takes among the tables and indexes of its schema."""
    if isinstance(thing, Heading):
        yield Key("index", key.schema, name=key.table)
    elif isinstance(thing, PrimaryKey | Unique | Exclusion | Index):
        yield Key("index", key.schema, name=thing.name)


def _start(key: Key) -> str:
    words = named(key)
    return words[0].upper() + words[1:]


def _listed(keys: Iterable[Key]) -> str:
    words = [named(key) for key in keys]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[0].upper() + text[1:]


def _type(column: Column) -> str:
    if isinstance(column.type, TypeName):
        return column.type.name + ("[]" if column.type.array else "")
    return column.type


def _source(column: Column) -> str:
    if column.generated is not None:
        return f"the value {column.generated}"
    if column.numbering is not None:
        return "a number of its own"
    return "no default" if column.default is None else f"the default {column.default}"


def _is_unique(thing: Thing) -> bool:
    return isinstance(thing, Index) and thing.unique


def _following(wanted: Enum, label: str, there: Enum) -> str | None:
    behind = wanted.labels[wanted.labels.index(label) + 1 :]
    return next((other for other in behind if other in there.labels), None)
