"""The schema of an app's tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from app.provisioning.extraction.drizzle.chains import Chain
from app.provisioning.extraction.drizzle.columns import ColumnDraft, default_of_other
from app.provisioning.extraction.drizzle.constraints import ConstraintsReader
from app.provisioning.extraction.drizzle.drafts import Drafts, TableDraft
from app.provisioning.extraction.drizzle.notes import Notes, evidence
from app.provisioning.extraction.merging import unique_sets
from app.provisioning.schema.comparing import comparable
from app.provisioning.schema.model import PUBLIC, Column, ForeignKey, Schema, Table
from app.provisioning.source.values import UNDEFINED

_CALL: Final = re.compile(r"\w\s*\(")
_KNOWN: Final = re.compile(r"now\(\)|gen_random_uuid\(\)|extract\(")


class Tables:
    """Makes tables of what is declared."""

    def __init__(self, drafts: Drafts, notes: Notes) -> None:
        self._drafts = drafts
        self._notes = notes
        self._constraints = ConstraintsReader(drafts, notes)

    def schema(self, spaces: Iterable[str]) -> Schema:
        """The schema of all tables that the drafts have, and of those they lead to; `spaces` are schemas besides."""
        tables: dict[tuple[str, str], Table] = {}
        read = 0
        # Of several tables or enums of one name drizzle-kit takes the last one that is exported.
        last = {(draft.schema, draft.name): draft for draft in self._drafts.tables if draft.columns}
        while read < len(self._drafts.tables):
            draft = self._drafts.tables[read]
            read += 1
            key = (draft.schema, draft.name)
            if last.setdefault(key, draft) is not draft:
                self._notes.reject(draft.name, f"another declaration makes the table {draft.name}", draft.at)
            elif draft.columns:
                tables[key] = self._table(draft)
        enums = {(enum.schema, enum.name): enum for enum in self._drafts.enums}
        used = [*(table.schema for table in tables.values()), *(enum.schema for enum in enums.values()), *spaces]
        return Schema(
            tables=tuple(self._with_keys_that_hold(table, tables) for table in tables.values()),
            enums=tuple(enums.values()),
            schemas=tuple(dict.fromkeys(space for space in used if space != PUBLIC)),
            extensions=tuple(self._drafts.extensions),
        )

    def _table(self, draft: TableDraft) -> Table:
        found = self._constraints.read(draft)
        columns = [self._column(draft, column) for column in draft.columns.values()]
        return Table(
            draft.name,
            # Of two columns with one name drizzle-kit takes the last.
            tuple({column.name: column for column in columns}.values()),
            primary_key=found.primary_key,
            uniques=tuple(found.uniques.values()),
            indexes=tuple(found.indexes),
            checks=tuple(found.checks.values()),
            foreign_keys=tuple(found.foreign_keys.values()),
            schema=draft.schema,
            evidence=evidence(draft.at, "table"),
        )

    def _column(self, table: TableDraft, column: ColumnDraft) -> Column:
        generated = None
        if column.generated is not UNDEFINED:
            generated = self._generated(table, column)
        default = None if generated is not None or column.numbering else self._default(table, column)
        return Column(
            self._drafts.name(column),
            column.type,
            nullable=column.nullable,
            default=default,
            numbering=None if generated is not None else column.numbering,
            generated=generated,
            evidence=evidence(column.at, "column"),
        )

    def _generated(self, table: TableDraft, column: ColumnDraft) -> str | None:
        value = column.generated
        if isinstance(value, str):
            return self._notes.expression(value, column.at)
        if not isinstance(value, Chain):
            link = column.generated_in
            value = self._drafts.chains.result(value, bindings=None if link is None else link.bindings)
            if isinstance(value, str):
                return self._notes.expression(value, column.at)
        return self._constraints.expression(table, value, column.at)

    def _default(self, table: TableDraft, column: ColumnDraft) -> str | None:
        sql = column.default_sql
        if column.default is not UNDEFINED:
            sql = self._constraints.default(column.default)
            if sql is None:
                message = f"Only running the app would tell the default of {column.key}; it is left out."
                self._notes.error(column.at, "default", message)
                return None
            if table.dialect != "pg":
                sql = default_of_other(sql, column.type)
                if _CALL.search(sql) and not _KNOWN.search(sql):
                    message = f"The default {sql!r} of {column.key} is another database's; it is left out."
                    self._notes.warning(column.at, "default", message)
                    return None
        return None if sql is None else self._notes.expression(sql, column.at)

    def _with_keys_that_hold(self, table: Table, tables: dict[tuple[str, str], Table]) -> Table:
        keys = [key for key in table.foreign_keys if self._holds(table, key, tables)]
        return replace(table, foreign_keys=tuple(keys))

    def _holds(self, table: Table, key: ForeignKey, tables: dict[tuple[str, str], Table]) -> bool:
        target = tables.get((key.target_schema, key.target))
        columns = ", ".join(key.target_columns)
        message = f"{table.name} refers to {key.target} ({columns}), which nothing holds unique; that is left out."
        if target is not None and set(key.target_columns) in unique_sets(target):
            pairs = zip(map(table.column, key.columns), map(target.column, key.target_columns), strict=True)
            if all(ours and theirs and comparable(ours.type, theirs.type) for ours, theirs in pairs):
                return True
            message = f"{table.name} refers to {key.target} ({columns}), which is of another type; that is left out."
        if key.evidence is not None:
            self._notes.error_at(key.evidence, "foreign-key", message)
        return False
