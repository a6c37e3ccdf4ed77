"""Entities as tables, with the constraints that PostgreSQL would keep of those that TypeORM writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TypeVar

from app.provisioning.extraction.typeorm.builder import Builder
from app.provisioning.extraction.typeorm.columns import Columns
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.metadata import (
    ColumnMeta,
    EmbeddedMeta,
    EntityMeta,
    ForeignKeyMeta,
    IndexMeta,
    UniqueMeta,
)
from app.provisioning.extraction.typeorm.report import Report, evidence
from app.provisioning.extraction.typeorm.settings import Settings
from app.provisioning.extraction.typeorm.storage import CheckSaid
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import (
    PUBLIC,
    Action,
    Check,
    Column,
    Enum,
    Exclusion,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from app.provisioning.schema.names import fit
from app.provisioning.source.values import Found

_ACTIONS: Final[dict[str, Action]] = {
    "NO ACTION": "NO ACTION",
    "RESTRICT": "RESTRICT",
    "CASCADE": "CASCADE",
    "SET NULL": "SET NULL",
    "SET DEFAULT": "SET DEFAULT",
}
_METHODS: Final = frozenset({"btree", "hash", "gin", "gist", "spgist", "brin"})
_EXTENSIONS: Final = {"vector": "vector", "halfvec": "vector"}

_Named = TypeVar("_Named", Unique, Index, Check, Exclusion, ForeignKey)


class Tables:
    """Makes tables of entities."""

    def __init__(self, builder: Builder, settings: Settings, expressions: Expressions, report: Report) -> None:
        self._builder = builder
        self._settings = settings
        self._naming = settings.naming
        self._report = report
        self._entities = [
            entity for entity in builder.build() if entity.kind not in ("entity-child", "view") and entity.synchronize
        ]
        places = (entity.place() for entity in self._entities)
        taken = {(schema or PUBLIC, fit(name)) for schema, name in places}
        self._columns = Columns(expressions, report, taken)
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
            tables[key] = replace(table, foreign_keys=_once((*table.foreign_keys, *foreign_keys)))
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
            key = PrimaryKey(fit(given or self._naming.primary_key(entity.name, names)), _fitted(names))
        uniques = self._uniques(entity)
        return Table(
            name,
            tuple(columns.values()),
            key,
            _once(each for each in uniques if key is None or each.columns != key.columns),
            _once(index for each in self._indexes(entity) if (index := self._index(entity, *each)) is not None),
            self._checks(entity),
            self._exclusions(entity),
            (),
            schema or PUBLIC,
            entity.comment,
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
            uniques=_once((*first.uniques, *second.uniques)),
            indexes=_once((*first.indexes, *second.indexes)),
            checks=_once((*first.checks, *second.checks)),
        )

    def _uniques(self, entity: EntityMeta) -> list[Unique]:
        uniques: dict[tuple[str, ...], Unique] = {}
        for meta in [*entity.own_uniques, *(each for inner in entity.all_embedded() for each in inner.uniques)]:
            columns = self._columns_of_unique(entity, meta)
            if columns is None:
                continue
            said = meta.said
            given = meta.name or (said.name if said is not None else None)
            name = given or self._naming.unique(entity.name, [column.name for column in columns])
            deferrable = "" if said is None or said.deferrable is None else said.deferrable
            names = _fitted(column.name for column in columns)
            unique = Unique(
                fit(name),
                names,
                deferrable=bool(deferrable),
                deferred=deferrable == "INITIALLY DEFERRED",
                evidence=None if said is None else evidence(said.at, "unique"),
            )
            # PostgreSQL keeps one constraint of the same columns.
            uniques.setdefault(names, unique)
        return [*uniques.values()]

    def _columns_of_unique(self, entity: EntityMeta, meta: UniqueMeta) -> list[ColumnMeta] | None:
        if meta.said is None:
            return meta.columns
        return self._named_columns(entity, meta.said.columns, meta.embedded, meta.said.at, "unique constraint")

    def _indexes(self, entity: EntityMeta) -> list[tuple[IndexMeta, list[ColumnMeta]]]:
        found = []
        for meta in [*entity.own_indexes, *(each for inner in entity.all_embedded() for each in inner.indexes)]:
            said = meta.said
            if said is None:
                found.append((meta, meta.columns))
            elif said.synchronize:
                columns = self._named_columns(entity, said.columns, meta.embedded, said.at, "index")
                if columns is not None:
                    found.append((meta, columns))
        return found

    def _index(self, entity: EntityMeta, meta: IndexMeta, columns: list[ColumnMeta]) -> Index | None:
        names = [column.name for column in columns]
        said = meta.said
        if said is None:
            return Index(fit(self._naming.index(entity.name, names)), _parts(names))
        where = None if said.where is None else self._checked(said.where, said.at, "condition of an index")
        if said.where is not None and where is None:
            return None
        method = said.method if said.method in _METHODS else "btree"
        if said.method == "gist" and self._settings.release == 0 and not self._is_spatial(columns):
            self._report.warning(said.at, "spatial", "A spatial index of columns that have no place is a plain one.")
            method = "btree"
        return Index(
            fit(said.name or self._naming.index(entity.name, names, said.where)),
            _parts(names),
            said.unique,
            method,
            where,
            evidence=evidence(said.at, "index"),
        )

    @staticmethod
    def _is_spatial(columns: list[ColumnMeta]) -> bool:
        return all(column.type in ("point", "box", "polygon", "circle", "tsvector") for column in columns)

    def _named_columns(
        self, entity: EntityMeta, paths: list[str], embedded: EmbeddedMeta | None, at: Found, what: str
    ) -> list[ColumnMeta] | None:
        """The columns that a constraint names by property; None where one is not there."""
        found: list[ColumnMeta] = []
        for path in paths:
            full = ".".join([*embedded.property_names(), path]) if embedded is not None else path.strip()
            column = next((each for each in entity.columns if each.path == full and each.is_stored), None)
            relation = next(
                (each for each in entity.relations if each.has_join_column and full in (each.said.property, each.path)),
                None,
            )
            if column is not None:
                found.append(column)
            elif relation is not None:
                found += relation.join_columns
            else:
                message = f"An {what} names {path}, which is no column of {entity.target_name}."
                self._report.error(at, "missing-column", message.replace("An unique", "A unique"))
                return None
        return found or None

    def _checks(self, entity: EntityMeta) -> tuple[Check, ...]:
        checks = []
        for said in self._builder.checks(entity):
            expression = self._checked(said.expression, said.at, "check")
            if expression is not None:
                name = said.name or self._naming.check(entity.name, said.expression)
                checks.append(Check(fit(name), expression, evidence(said.at, "check")))
        return _once(checks)

    def _exclusions(self, entity: EntityMeta) -> tuple[Exclusion, ...]:
        exclusions = []
        for said in self._builder.exclusions(entity):
            definition = self._checked(said.expression, said.at, "exclusion")
            if definition is not None:
                exclusions.append(self._exclusion(entity, said, definition))
        return _once(exclusions)

    def _exclusion(self, entity: EntityMeta, said: CheckSaid, definition: str) -> Exclusion:
        deferrable = said.deferrable if self._settings.release > 0 else None
        return Exclusion(
            fit(said.name or self._naming.exclusion(entity.name, said.expression)),
            definition,
            deferrable is not None,
            deferrable == "INITIALLY DEFERRED",
            evidence(said.at, "exclusion"),
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
            _fitted(columns),
            fit(name),
            _fitted(column.name for column in meta.referenced),
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

    def _checked(self, sql: str, at: Found, what: str) -> str | None:
        try:
            return checked(sql)
        except ExpressionError as error:
            self._report.error(at, "expression", f"The {what} is left out: {error}")
            return None


def _fitted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(fit(name) for name in names)


def _parts(names: list[str]) -> tuple[IndexPart, ...]:
    return tuple(IndexPart(name) for name in _fitted(names))


def _once(constraints: Iterable[_Named]) -> tuple[_Named, ...]:
    """The first of each name."""
    found: dict[str, _Named] = {}
    for constraint in constraints:
        found.setdefault(constraint.name, constraint)
    return tuple(found.values())


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    keys = [table.primary_key, *table.uniques]
    held = [set(key.columns) for key in keys if key is not None and not key.deferrable]
    held += [{part.of for part in index.parts} for index in table.indexes if index.unique and index.where is None]
    return set(columns) in held
