"""The constraints and indexes of an entity's own columns, as PostgreSQL would keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from app.provisioning.extraction.typeorm.builder import Builder
from app.provisioning.extraction.typeorm.metadata import (
    ColumnMeta,
    EmbeddedMeta,
    EntityMeta,
    IndexMeta,
    RelationMeta,
    UniqueMeta,
)
from app.provisioning.extraction.typeorm.report import Report, evidence
from app.provisioning.extraction.typeorm.settings import Settings
from app.provisioning.extraction.typeorm.storage import CheckSaid
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import Check, Exclusion, ForeignKey, Index, IndexPart, Unique
from app.provisioning.schema.names import fit
from app.provisioning.source.values import Found

_METHODS: Final = frozenset({"btree", "hash", "gin", "gist", "spgist", "brin"})

_Named = TypeVar("_Named", Unique, Index, Check, Exclusion, ForeignKey)


class Constraints:
    """Makes them."""

    def __init__(self, builder: Builder, settings: Settings, report: Report) -> None:
        self._builder = builder
        self._settings = settings
        self._naming = settings.naming
        self._report = report
        self._paths: dict[int, tuple[dict[str, ColumnMeta], dict[str, RelationMeta]]] = {}

    def uniques(self, entity: EntityMeta) -> list[Unique]:
        """Its unique constraints."""
        uniques: dict[tuple[str, ...], Unique] = {}
        for meta in [*entity.own_uniques, *(each for inner in entity.all_embedded() for each in inner.uniques)]:
            columns = self._columns_of_unique(entity, meta)
            if columns is None:
                continue
            said = meta.said
            given = meta.name or (said.name if said is not None else None)
            name = given or self._naming.unique(entity.name, [column.name for column in columns])
            deferrable = "" if said is None or said.deferrable is None else said.deferrable
            names = fitted(column.name for column in columns)
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

    def indexes(self, entity: EntityMeta) -> tuple[Index, ...]:
        """Its indexes."""
        made = (self._index(entity, *each) for each in self._indexes(entity))
        return once(index for index in made if index is not None)

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
        columns, relations = self._paths_of(entity)
        for path in paths:
            full = ".".join([*embedded.property_names(), path]) if embedded is not None else path.strip()
            column, relation = columns.get(full), relations.get(full)
            if column is not None:
                found.append(column)
            elif relation is not None:
                found += relation.join_columns
            else:
                message = f"An {what} names {path}, which is no column of {entity.target_name}."
                self._report.error(at, "missing-column", message.replace("An unique", "A unique"))
                return None
        return found or None

    def _paths_of(self, entity: EntityMeta) -> tuple[dict[str, ColumnMeta], dict[str, RelationMeta]]:
        """The columns and relations of an entity, by what constraints name them by."""
        if id(entity) not in self._paths:
            columns = {each.path: each for each in reversed(entity.columns) if each.is_stored}
            relations: dict[str, RelationMeta] = {}
            for each in entity.relations:
                for name in (each.said.property, each.path) if each.has_join_column else ():
                    relations.setdefault(name, each)
            self._paths[id(entity)] = columns, relations
        return self._paths[id(entity)]

    def checks(self, entity: EntityMeta) -> tuple[Check, ...]:
        """Its checks."""
        checks = []
        for said in self._builder.checks(entity):
            expression = self._checked(said.expression, said.at, "check")
            if expression is not None:
                name = said.name or self._naming.check(entity.name, said.expression)
                checks.append(Check(fit(name), expression, evidence(said.at, "check")))
        return once(checks)

    def exclusions(self, entity: EntityMeta) -> tuple[Exclusion, ...]:
        """Its exclusion constraints."""
        exclusions = []
        for said in self._builder.exclusions(entity):
            definition = self._checked(said.expression, said.at, "exclusion")
            if definition is not None:
                exclusions.append(self._exclusion(entity, said, definition))
        return once(exclusions)

    def _exclusion(self, entity: EntityMeta, said: CheckSaid, definition: str) -> Exclusion:
        deferrable = said.deferrable if self._settings.release > 0 else None
        return Exclusion(
            fit(said.name or self._naming.exclusion(entity.name, said.expression)),
            definition,
            deferrable is not None,
            deferrable == "INITIALLY DEFERRED",
            evidence(said.at, "exclusion"),
        )

    def _checked(self, sql: str, at: Found, what: str) -> str | None:
        try:
            return checked(sql)
        except ExpressionError as error:
            self._report.error(at, "expression", f"The {what} is left out: {error}")
            return None


def fitted(names: Iterable[str]) -> tuple[str, ...]:
    """Names as PostgreSQL keeps them."""
    return tuple(fit(name) for name in names)


def _parts(names: list[str]) -> tuple[IndexPart, ...]:
    return tuple(IndexPart(name) for name in fitted(names))


def once(constraints: Iterable[_Named]) -> tuple[_Named, ...]:
    """The first of each name."""
    found: dict[str, _Named] = {}
    for constraint in constraints:
        found.setdefault(constraint.name, constraint)
    return tuple(found.values())
