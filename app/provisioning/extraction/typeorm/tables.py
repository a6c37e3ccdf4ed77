"""Entities as tables, with the constraints that PostgreSQL would keep of those that TypeORM writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.provisioning.extraction.typeorm.builder import Builder
from app.provisioning.extraction.typeorm.columns import Columns, storable
from app.provisioning.extraction.typeorm.constraints import Constraints, fitted, once
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.metadata import (
    ColumnMeta,
    EntityMeta,
    ForeignKeyMeta,
)
from app.provisioning.extraction.typeorm.report import Report, evidence
from app.provisioning.extraction.typeorm.settings import Settings
from app.provisioning.schema.model import (
    PUBLIC,
    Action,
    Column,
    Enum,
    ForeignKey,
    PrimaryKey,
    Schema,
    Table,
)
from app.provisioning.schema.names import fit

_ACTIONS: Final[dict[str, Action]] = {
    "NO ACTION": "NO ACTION",
    "RESTRICT": "RESTRICT",
    "CASCADE": "CASCADE",
    "SET NULL": "SET NULL",
    "SET DEFAULT": "SET DEFAULT",
}
_EXTENSIONS: Final = {"vector": "vector", "halfvec": "vector"}


class Tables:
    """Makes tables of entities."""

    def __init__(self, builder: Builder, settings: Settings, expressions: Expressions, report: Report) -> None:
        self._builder = builder
        self._settings = settings
        self._naming = settings.naming
        self._report = report
        self._entities = [
            entity
            for entity in builder.build()
            if entity.kind not in ("entity-child", "view") and entity.synchronize and self._is_named(entity)
        ]
        places = (entity.place() for entity in self._entities)
        taken = {(schema or PUBLIC, fit(name)) for schema, name in places}
        self._columns = Columns(expressions, report, taken)
        self._constraints = Constraints(builder, settings, report)
        self._enums: dict[tuple[str, str], Enum] = {}

    def schema(self) -> Schema:
        """The whole schema."""
        tables: dict[tuple[str, str], Table] = {}
        for entity in self._entities:
            table = self._table(entity)
            key = (table.schema, table.name)
            tables[key] = self._merged(tables[key], table, entity) if key in tables else table
        keyed = [self._with_foreign_keys(entity, tables) for entity in self._entities]
        for key, foreign_keys in keyed:
            table = tables[key]
            tables[key] = replace(table, foreign_keys=once((*table.foreign_keys, *foreign_keys)))
        self._unique_names(tables)
        spaces = {table.schema for table in tables.values()} | {enum.schema for enum in self._enums.values()}
        types = {
            str(column.type).partition("(")[0].removesuffix("[]")
            for table in tables.values()
            for column in table.columns
        }
        return Schema(
            tuple(tables.values()),
            tuple(self._enums.values()),
            tuple(sorted(spaces - {PUBLIC})),
            tuple(sorted({extension for type_, extension in _EXTENSIONS.items() if type_ in types})),
        )

    def _is_named(self, entity: EntityMeta) -> bool:
        if not fit(entity.place()[1]):
            self._report.error(entity.at, "name", "This entity has no name.")
            return False
        return True

    def _table(self, entity: EntityMeta) -> Table:
        schema, written = entity.place()
        name = fit(written)
        columns: dict[str, Column] = {}
        stored = [column for column in entity.columns if column.is_stored]
        for column in stored:
            made = self._columns.of(column, schema, written)
            if made.enum is not None:
                self._add_enum(column, made.enum)
            columns.setdefault(made.column.name, made.column)
        primary = [column for column in stored if column.is_primary]
        if not primary and not entity.is_junction:
            self._report.error(entity.at, "primary-key", f"{entity.target_name} has no primary column.")
        key = None
        if primary:
            given = primary[0].primary_key_name
            names = list(dict.fromkeys(column.name for column in primary))
            key = PrimaryKey(fit(given or self._naming.primary_key(entity.name, names)), fitted(names))
        constraints = self._constraints
        return Table(
            name,
            tuple(columns.values()),
            key,
            # PostgreSQL keeps one of two constraints of the same columns.
            once(each for each in constraints.uniques(entity) if key is None or each.columns != key.columns),
            constraints.indexes(entity),
            constraints.checks(entity),
            constraints.exclusions(entity),
            (),
            schema or PUBLIC,
            None if entity.comment is None else storable(entity.comment),
            evidence(entity.at, "join-table" if entity.is_junction else "entity"),
        )

    def _add_enum(self, column: ColumnMeta, enum: Enum) -> None:
        known = self._enums.setdefault((enum.schema, enum.name), enum)
        if known.labels != enum.labels:
            message = f"Enum {enum.name} has other values elsewhere; TypeORM keeps those that it meets first."
            self._report.warning(column.at, "enum", message)

    def _merged(self, first: Table, second: Table, entity: EntityMeta) -> Table:
        """Two entities of one table: it has the columns of both, as the last one wants them."""
        self._report.warning(entity.at, "same-table", f"{entity.target_name} is of table {first.name}, as another is.")
        columns = {column.name: column for column in (*first.columns, *second.columns)}
        return replace(
            first,
            columns=tuple(columns.values()),
            uniques=once((*first.uniques, *second.uniques)),
            indexes=once((*first.indexes, *second.indexes)),
            checks=once((*first.checks, *second.checks)),
        )

    def _with_foreign_keys(
        self, entity: EntityMeta, tables: dict[tuple[str, str], Table]
    ) -> tuple[tuple[str, str], list[ForeignKey]]:
        made = []
        if entity.schema is None and "." in entity.name and entity.foreign_keys:
            message = (
                f"TypeORM makes no foreign keys for {entity.name}, a schema within a table's name; nor are they here."
            )
            self._report.warning(entity.at, "dotted-name", message)
        for meta in entity.foreign_keys if entity.schema is not None or "." not in entity.name else ():
            key = self._foreign_key(entity, meta)
            target = tables.get((key.target_schema, key.target))
            if target is None:
                continue
            if not _is_unique(target, key.target_columns):
                message = (
                    f"{entity.target_name} refers to {', '.join(key.target_columns)} of {target.name}, "
                    "which nothing holds unique; the foreign key is left out."
                )
                self._report.error(meta.at, "foreign-key", message)
                continue
            made.append(key)
        schema, name = entity.place()
        return (schema or PUBLIC, fit(name)), made

    def _foreign_key(self, entity: EntityMeta, meta: ForeignKeyMeta) -> ForeignKey:
        schema, name = meta.target.place()
        columns = [column.name for column in meta.columns]
        return ForeignKey(
            fit(meta.name or self._naming.foreign_key(entity.name, columns)),
            fitted(columns),
            fit(name),
            fitted(column.name for column in meta.referenced),
            schema or PUBLIC,
            self._action(meta.on_delete, meta),
            self._action(meta.on_update, meta),
            meta.deferrable is not None,
            meta.deferrable == "INITIALLY DEFERRED",
            None if meta.at is None else evidence(meta.at, "relation"),
        )

    def _action(self, written: str | None, meta: ForeignKeyMeta) -> Action:
        action = _ACTIONS.get((written or "NO ACTION").upper())
        if action is None:
            self._report.error(meta.at, "action", f"{written} is nothing that a foreign key can do.")
        return action or "NO ACTION"

    def _unique_names(self, tables: dict[tuple[str, str], Table]) -> None:
        """Indexes and keys of a schema share their names: the first one has it, as when TypeORM applies them."""
        taken: set[tuple[str, str]] = {*tables}
        for key, table in tables.items():
            names = [table.primary_key, *table.uniques, *table.exclusions]
            taken |= {(table.schema, each.name) for each in names if each is not None}
            indexes = []
            for index in table.indexes:
                if (table.schema, index.name) in taken:
                    at = index.evidence
                    self._report.repeated(at.file if at else "", at.line if at else 0, index.name)
                    continue
                taken.add((table.schema, index.name))
                indexes.append(index)
            tables[key] = replace(table, indexes=tuple(indexes))


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    keys = [table.primary_key, *table.uniques]
    held = [set(key.columns) for key in keys if key is not None and not key.deferrable]
    held += [{part.of for part in index.parts} for index in table.indexes if index.unique and index.where is None]
    return set(columns) in held
