"""The columns, keys and tables that relations need, and the tables of trees' paths."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Final

from app.provisioning.extraction.typeorm.classes import bindings
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.metadata import (
    ColumnMeta,
    EntityMeta,
    ForeignKeyMeta,
    IndexMeta,
    RelationMeta,
    UniqueMeta,
)
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.extraction.typeorm.settings import Settings
from app.provisioning.extraction.typeorm.storage import JoinColumnSaid, JoinTableSaid, Storage
from app.provisioning.source.values import Opaque

_CASCADE: Final = "CASCADE"


class Joins:
    """Makes them, and tells the entities."""

    def __init__(self, storage: Storage, settings: Settings, expressions: Expressions, report: Report) -> None:
        self._storage = storage
        self._settings = settings
        self._naming = settings.naming
        self._expressions = expressions
        self._report = report

    def of(self, entity: EntityMeta) -> Iterator[EntityMeta]:
        """Give an entity what its relations need; the tables between it and others."""
        for relation in entity.relations:
            if relation.said.kind in ("one-to-one", "many-to-one") and relation.inverse_entity is not None:
                self._join(entity, relation, relation.inverse_entity)
        for relation in entity.relations:
            table = next((said for said in self._storage.join_tables if self._is_of(said, relation)), None)
            if relation.said.kind == "many-to-many" and relation.inverse_entity is not None and table is not None:
                yield from self._junction(entity, relation, relation.inverse_entity, table)

    def closure(self, entity: EntityMeta) -> EntityMeta:
        """The table of the paths in a tree."""
        options = entity.tree_options
        given, schema = options.get("closureTableName"), options.get("closureTableSchema")
        table = EntityMeta(
            "closure-junction",
            "",
            "",
            None,
            schema if isinstance(schema, str) and schema else entity.schema,
            entity.at,
            entity.synchronize,
        )
        table.bare_name = self._naming.closure_table(given if isinstance(given, str) and given else entity.bare_name)
        table.name = self._settings.prefix + table.bare_name
        sides: dict[str, list[ColumnMeta]] = {"ancestor": [], "descendant": []}
        keys = entity.primary_columns
        for key in keys:
            for side, columns in sides.items():
                name = self._closure_column(entity, key, side)
                column = ColumnMeta(table, name, key.type, "virtual", referenced=key, is_primary=True)
                column.copy_type(key)
                table.own_columns.append(column)
                columns.append(column)
        if any(column.mode == "treeLevel" for column in entity.columns):
            table.own_columns.append(ColumnMeta(table, "level", "int4", "virtual"))
        for column in table.own_columns:
            column.build(self._naming)
        # TypeORM takes the first two columns, also of a key of several.
        for column in table.own_columns[:2]:
            table.own_indexes.append(IndexMeta(columns=[column]))
        for columns in sides.values():
            table.foreign_keys.append(ForeignKeyMeta(columns, entity, keys, on_delete=_CASCADE, at=entity.at))
        return table

    def _closure_column(self, entity: EntityMeta, key: ColumnMeta, side: str) -> str:
        maker = entity.tree_options.get(f"{side}ColumnName")
        result = self._expressions.returned(maker)
        if isinstance(maker, Opaque) and result is not None:
            about = {"propertyName": key.attribute, "databaseName": key.name, "propertyPath": key.path}
            name = self._expressions.program.value(result, bindings(self._expressions.program, maker.at, [about]))
            if isinstance(name, str) and name:
                return name
            self._report.error(
                entity.at, "unreadable", f"Only running the app would tell the name of the {side} column."
            )
        return f"{key.attribute}_{side}"

    def _join(self, entity: EntityMeta, relation: RelationMeta, inverse: EntityMeta) -> None:
        said = [each for each in self._storage.join_columns if self._is_of(each, relation)]
        referenced = self._referenced(said, relation, inverse)
        relation.join_columns = [self._join_column(entity, relation, said, each) for each in referenced]
        if not referenced or not relation.is_constrained:
            return
        entity.foreign_keys.append(
            ForeignKeyMeta(
                relation.join_columns,
                inverse,
                referenced,
                said[0].foreign_key if said else None,
                relation.option("onDelete"),
                relation.option("onUpdate"),
                relation.option("deferrable"),
                relation.said.at,
            )
        )
        if relation.said.kind == "one-to-one" and not all(column.is_primary for column in relation.join_columns):
            name = self._naming.relation(entity.name, [column.name for column in relation.join_columns])
            unique = UniqueMeta(columns=relation.join_columns, name=name)
            (relation.embedded.uniques if relation.embedded is not None else entity.own_uniques).append(unique)

    def _referenced(self, said: list[JoinColumnSaid], relation: RelationMeta, inverse: EntityMeta) -> list[ColumnMeta]:
        if not said and relation.said.kind != "many-to-one":
            return []
        if not any(each.referenced for each in said):
            return inverse.primary_columns
        return self._named(said, relation, inverse, inverse.own_columns)

    def _named(
        self, said: list[JoinColumnSaid], relation: RelationMeta, entity: EntityMeta, columns: list[ColumnMeta]
    ) -> list[ColumnMeta]:
        found = []
        for each in said:
            column = next((column for column in columns if column.attribute == each.referenced), None)
            if column is None:
                # A name of the database is what people write by mistake.
                column = next((column for column in columns if column.name == each.referenced), None)
                self._report.error(
                    relation.said.at,
                    "missing-column",
                    f"{entity.target_name} has no property {each.referenced or 'without a name'} for "
                    f"{relation.said.property} to refer to.",
                )
            if column is not None:
                found.append(column)
        if self._settings.release > 0:
            keys = entity.primary_columns
            found.sort(key=lambda column: keys.index(column) if column in keys else len(keys))
        return found

    def _join_column(
        self, entity: EntityMeta, relation: RelationMeta, said: list[JoinColumnSaid], referenced: ColumnMeta
    ) -> ColumnMeta:
        name = self._given(said, referenced) or self._naming.join_column(relation.said.property, referenced.attribute)
        columns = relation.embedded.columns if relation.embedded is not None else entity.own_columns
        column = next((each for each in columns if each.bare_name == name), None)
        if column is None:
            column = ColumnMeta(
                entity,
                relation.said.property,
                referenced.type,
                "virtual",
                embedded=relation.embedded,
                given_name=name,
                comment=referenced.comment,
                is_nullable=relation.said.options.get("nullable") is not False,
                at=relation.said.at,
            )
            column.copy_type(referenced)
            entity.register(column)
        elif column.referenced is not None:
            column = copy.copy(column)
        column.referenced, column.type = referenced, referenced.type
        column.build(self._naming)
        return column

    def _junction(
        self, entity: EntityMeta, relation: RelationMeta, inverse: EntityMeta, said: JoinTableSaid
    ) -> Iterator[EntityMeta]:
        own = self._referenced_by(said.columns, relation, entity, entity.columns)
        other = self._referenced_by(said.inverse_columns, relation, inverse, inverse.own_columns)
        if not own or not other:
            self._report.error(said.at, "missing-column", f"{relation.said.property} joins entities without a key.")
            return
        table = EntityMeta("junction", "", "", None, said.schema or entity.schema, said.at, said.synchronize)
        written = said.name or self._naming.join_table(entity.bare_name, inverse.bare_name, relation.path)
        table.bare_name = self._naming.shortened(written)
        table.name = self._settings.prefix + table.bare_name
        columns = [self._junction_column(table, said.columns, entity, each) for each in own]
        inverse_columns = [self._junction_column(table, said.inverse_columns, inverse, each) for each in other]
        for first in columns:
            for second in inverse_columns:
                if first.given_name == second.given_name:
                    first.attribute = first.given_name = f"{first.attribute}_1"
                    second.attribute = second.given_name = f"{second.attribute}_2"
        table.own_columns = [*columns, *inverse_columns]
        for column in table.own_columns:
            column.build(self._naming)
        table.own_indexes = [IndexMeta(columns=columns), IndexMeta(columns=inverse_columns)]
        if relation.is_constrained:
            # 0.3 cascades on the far side only where that has no relation of its own.
            back = relation.inverse
            usual = _CASCADE if back is None or self._settings.release > 0 else None
            table.foreign_keys = [
                ForeignKeyMeta(
                    columns,
                    entity,
                    own,
                    columns[0].foreign_key_name,
                    relation.option("onDelete") or _CASCADE,
                    relation.option("onUpdate") or _CASCADE,
                    at=said.at,
                ),
                ForeignKeyMeta(
                    inverse_columns,
                    inverse,
                    other,
                    inverse_columns[0].foreign_key_name,
                    (back.option("onDelete") if back is not None else None) or usual,
                    (back.option("onUpdate") if back is not None else None) or usual,
                    at=said.at,
                ),
            ]
        yield table

    def _referenced_by(
        self, said: list[JoinColumnSaid] | None, relation: RelationMeta, entity: EntityMeta, columns: list[ColumnMeta]
    ) -> list[ColumnMeta]:
        if said is None or not any(each.referenced for each in said):
            return entity.primary_columns
        return self._named(said, relation, entity, columns)

    def _junction_column(
        self, table: EntityMeta, said: list[JoinColumnSaid] | None, entity: EntityMeta, referenced: ColumnMeta
    ) -> ColumnMeta:
        given = self._given(said or [], referenced)
        name = given or self._naming.join_table_column(entity.bare_name, referenced.name)
        column = ColumnMeta(
            table, name, referenced.type, "virtual", referenced=referenced, given_name=name, is_primary=True
        )
        column.copy_type(referenced)
        column.foreign_key_name = next((each.foreign_key for each in said or [] if each.name == given and given), None)
        return column

    @staticmethod
    def _given(said: list[JoinColumnSaid], referenced: ColumnMeta) -> str | None:
        return next((each.name for each in said if each.name and each.referenced in (None, referenced.attribute)), None)

    @staticmethod
    def _is_of(said: JoinColumnSaid | JoinTableSaid, relation: RelationMeta) -> bool:
        return said.target is relation.said.target and said.property == relation.said.property
