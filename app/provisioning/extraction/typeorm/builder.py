"""From what was said to entities: inheritance, embedded classes, trees, and the columns of relations.

It goes the way of TypeORM's own EntityMetadataBuilder, step by step, since names and constraints hang on the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.joins import Joins
from app.provisioning.extraction.typeorm.metadata import (
    ColumnMeta,
    EmbeddedMeta,
    EntityMeta,
    ForeignKeyMeta,
    IndexMeta,
    RelationMeta,
    UniqueMeta,
    name_of,
)
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.extraction.typeorm.said_columns import column_meta
from app.provisioning.extraction.typeorm.settings import Settings
from app.provisioning.extraction.typeorm.storage import (
    CheckSaid,
    ColumnSaid,
    EmbeddedSaid,
    RelationSaid,
    Storage,
    TableSaid,
    Target,
)

MOST_EMBEDDED = 12
"""How deep classes may be embedded in each other."""

_Said = TypeVar("_Said", ColumnSaid, RelationSaid, EmbeddedSaid)


class Builder:
    """Makes entities."""

    def __init__(self, storage: Storage, settings: Settings, expressions: Expressions, report: Report) -> None:
        self._storage = storage
        self._settings = settings
        self._naming = settings.naming
        self._expressions = expressions
        self._report = report

    def build(self) -> list[EntityMeta]:
        """All entities with the tables between them."""
        entities = [self._entity(said) for said in self._storage.tables if not self._is_only_embedded(said)]
        self._find_parents(entities)
        roots = [entity for entity in entities if entity.kind != "entity-child"]
        for entity in [*roots, *(entity for entity in entities if entity.kind == "entity-child")]:
            self._fill(entity, entities)
        for entity in entities:
            self._name_columns(entity)
        for entity in entities:
            self._find_inverse(entity, entities)
        joins = Joins(self._storage, self._settings, self._expressions, self._report)
        junctions = [table for entity in roots for table in joins.of(entity)]
        closures = [joins.closure(entity) for entity in roots if entity.tree_kind == "closure-table"]
        for entity in entities:
            self._index_discriminator(entity)
            self._add_foreign_keys(entity, entities)
        return [*entities, *junctions, *closures]

    def checks(self, entity: EntityMeta) -> list[CheckSaid]:
        """The checks of an entity."""
        return [said for said in self._storage.checks if said.target in entity.tree]

    def exclusions(self, entity: EntityMeta) -> list[CheckSaid]:
        """The exclusion constraints of an entity."""
        return [said for said in self._storage.exclusions if said.target in entity.tree]

    def _is_only_embedded(self, said: TableSaid) -> bool:
        """Whether an entity schema is there for others to embed: it has no key."""
        return (
            isinstance(said.target, str)
            and any(each.type == said.target for each in self._storage.embeddeds)
            and not any(each.options.get("primary") for each in self._storage.columns if each.target == said.target)
        )

    def _entity(self, said: TableSaid) -> EntityMeta:
        target = said.target
        lineage: list[Target] = [*target.lineage()] if isinstance(target, Class) else [target]
        inheritance = next((each for each in self._storage.inheritances if each.target is target), None)
        if inheritance is not None or said.kind == "entity-child":
            lineage += [
                each.target
                for each in self._storage.tables
                if each.kind == "entity-child" and each.target is not target and _descends(each.target, target)
            ]
        tree = next((each for each in self._storage.trees if each.target == target), None)
        entity = EntityMeta(
            said.kind,
            target,
            name_of(target),
            said.name,
            said.schema or self._settings.schema,
            said.at,
            said.synchronize,
            said.comment,
            lineage,
            discriminator=None if inheritance is None else inheritance.column,
        )
        if tree is not None:
            entity.tree_kind, entity.tree_options = tree.kind, tree.options
        return entity

    def _find_parents(self, entities: list[EntityMeta]) -> None:
        for entity in entities:
            if entity.kind == "entity-child":
                entity.parent = next(
                    (each for each in entities if each.discriminator is not None and entity.target in each.tree), None
                )
                if entity.parent is None:
                    self._report.error(entity.at, "child", f"{entity.target_name} is the child of no entity.")
            entity.children = [each for each in entities if _descends(each.target, entity.target)]
        for entity in entities:
            named = entity.parent or entity
            entity.bare_name = self._naming.table(named.target_name, named.given_name)
            entity.name = self._settings.prefix + entity.bare_name
            entity.schema = named.schema if entity.parent is not None and entity.schema is None else entity.schema

    def _fill(self, entity: EntityMeta, entities: list[EntityMeta]) -> None:
        if entity.kind == "entity-child":
            if entity.parent is not None:
                self._share(entity, entity.parent)
            return
        child_targets = [each.target for each in entities if each.kind == "entity-child"]
        entity.embeddeds = self._embeddeds(entity, entity.tree, None, 0)
        for embedded in entity.embeddeds if entity.discriminator is not None else ():
            for column in embedded.columns:
                column.is_nullable = True
        for said in _first_of_each(self._storage.columns, entity.tree):
            if said.target is not entity.target:
                self._override_default(said, entity)
            column = self._column(entity, said, None)
            if said.target in child_targets:
                column.is_nullable = True
            entity.own_columns.append(column)
        self._add_discriminator(entity)
        self._add_tree_columns(entity)
        entity.own_relations = [
            RelationMeta(said, entity, type_) for said, type_ in _relations(self._storage.relations, entity.tree)
        ]
        entity.own_indexes = [IndexMeta(said) for said in self._storage.indexes if said.target in entity.tree]
        entity.own_uniques = [UniqueMeta(said) for said in self._storage.uniques if said.target in entity.tree]

    def _override_default(self, said: ColumnSaid, entity: EntityMeta) -> None:
        """A default that a descendant gives to a column counts, for its own descendants too."""
        own = (
            each for each in self._storage.columns if each.property == said.property and each.target is entity.target
        )
        default = next((each.options.get("default") for each in own), None)
        if default:
            said.options = {**said.options, "default": default}

    def _share(self, child: EntityMeta, parent: EntityMeta) -> None:
        """The child of a single table has the columns and relations of its parent."""
        names = {said.property for said in self._storage.columns if said.target in child.tree}
        child.own_columns = [
            column for column in parent.own_columns if column.attribute in names or column.is_discriminator
        ]
        child.embeddeds = self._embeddeds(child, child.tree, None, 0)
        relations = {said.property: type_ for said, type_ in _relations(self._storage.relations, child.tree)}
        child.own_relations = [each for each in parent.own_relations if each.said.property in relations]

    def _column(self, entity: EntityMeta, said: ColumnSaid, embedded: EmbeddedMeta | None) -> ColumnMeta:
        column = column_meta(entity, said, embedded)
        for target, name, strategy in self._storage.generated:
            if target is said.target and name == said.property:
                column.strategy = strategy
                column.type = {"uuid": "uuid", "rowid": "int"}.get(strategy, column.type or "Number")
        return column

    def _embeddeds(
        self, entity: EntityMeta, targets: list[Target], parent: EmbeddedMeta | None, depth: int
    ) -> list[EmbeddedMeta]:
        found = []
        for said in _first_of_each(self._storage.embeddeds, targets, lambda said: (said.property, said.prefix)):
            if depth >= MOST_EMBEDDED:
                self._report.error(entity.at, "embedded", f"{entity.target_name}: classes embedded in themselves.")
                break
            embedded = EmbeddedMeta(entity, said.property, said.type, said.prefix, parent)
            inner: list[Target] = [*said.type.lineage()] if isinstance(said.type, Class) else [said.type]
            embedded.columns = [
                self._column(entity, each, embedded) for each in _first_of_each(self._storage.columns, inner)
            ]
            embedded.relations = [
                RelationMeta(each, entity, type_, embedded)
                for each, type_ in _relations(self._storage.relations, inner)
            ]
            embedded.indexes = [
                IndexMeta(each, embedded=embedded) for each in self._storage.indexes if each.target in inner
            ]
            embedded.uniques = [
                UniqueMeta(each, embedded=embedded) for each in self._storage.uniques if each.target in inner
            ]
            embedded.embeddeds = self._embeddeds(entity, inner, embedded, depth + 1)
            found.append(embedded)
        return found

    def _add_discriminator(self, entity: EntityMeta) -> None:
        if entity.discriminator is None:
            return
        options = entity.discriminator
        name = options.get("name")
        name = name if isinstance(name, str) and name else "type"
        column = next((each for each in entity.own_columns if each.attribute == name), None)
        if column is None:
            type_ = options.get("type")
            said = ColumnSaid(
                entity.target, name, "virtual", type_ if isinstance(type_, str) else "varchar", options, entity.at
            )
            column = column_meta(entity, said)
            entity.own_columns.append(column)
        column.is_discriminator = True

    def _add_tree_columns(self, entity: EntityMeta) -> None:
        if entity.tree_kind == "materialized-path":
            column = ColumnMeta(entity, "mpath", "String", "virtual", given_name=self._naming.materialized_path)
            column.is_nullable, column.default = True, ""
            entity.own_columns.append(column)
        elif entity.tree_kind == "nested-set":
            for name, default in zip(self._naming.nested_set, (1, 2), strict=True):
                entity.own_columns.append(
                    ColumnMeta(entity, name, "Number", "virtual", given_name=name, default=default)
                )

    def _name_columns(self, entity: EntityMeta) -> None:
        for column in entity.columns:
            column.build(self._naming)

    def _find_inverse(self, entity: EntityMeta, entities: list[EntityMeta]) -> None:
        for relation in entity.relations:
            relation.inverse_entity = find_entity(relation.type, entities)
            if relation.inverse_entity is None:
                name = name_of(relation.type) if relation.type is not None else "nothing"
                message = f"{entity.target_name}.{relation.said.property} leads to {name}, which is no entity."
                self._report.error(relation.said.at, "missing-entity", message)
                continue
            path = relation.said.inverse
            others = relation.inverse_entity.relations
            if relation.said.is_tree_parent:
                relation.inverse = next((each for each in others if each.said.is_tree_children), None)
            elif relation.said.is_tree_children:
                relation.inverse = next((each for each in others if each.said.is_tree_parent), None)
            else:
                relation.inverse = next((each for each in others if each.path == path), None)

    def _index_discriminator(self, entity: EntityMeta) -> None:
        column = next((each for each in entity.own_columns if each.is_discriminator), None)
        if entity.discriminator is None or column is None or entity.kind == "entity-child":
            return
        if any(index.said is not None and index.said.columns == [column.name] for index in entity.own_indexes):
            return
        # TypeORM forgets this index where classes are embedded and a column is generated.
        if not entity.embeddeds or not any(each.strategy for each in entity.columns):
            entity.own_indexes.append(IndexMeta(columns=[column]))

    def _add_foreign_keys(self, entity: EntityMeta, entities: list[EntityMeta]) -> None:
        for said in self._storage.foreign_keys:
            if said.target not in entity.tree or entity.kind == "entity-child":
                continue
            target = find_entity(said.type, entities)
            if target is None:
                self._report.error(said.at, "missing-entity", "A foreign key leads to no entity.")
                continue
            columns = [_column_named(entity, name) for name in said.columns]
            referenced = [_column_named(target, name) for name in said.referenced] or [*target.primary_columns]
            if None in columns or None in referenced or len(columns) != len(referenced):
                self._report.error(said.at, "missing-column", "A foreign key of columns that are not there.")
                continue
            texts = {key: value for key, value in said.options.items() if isinstance(value, str)}
            entity.foreign_keys.append(
                ForeignKeyMeta(
                    [column for column in columns if column is not None],
                    target,
                    [column for column in referenced if column is not None],
                    texts.get("name"),
                    texts.get("onDelete"),
                    texts.get("onUpdate"),
                    texts.get("deferrable"),
                    said.at,
                )
            )


def find_entity(type_: Target | None, entities: Iterable[EntityMeta]) -> EntityMeta | None:
    """The entity that a relation names: a class, or the name of a class, an entity schema or a table."""
    for entity in entities:
        if type_ is not None and (
            entity.target is type_ or (isinstance(type_, str) and type_ in (entity.target_name, entity.given_name))
        ):
            return entity
    return None


def _descends(target: Target, ancestor: Target) -> bool:
    return isinstance(target, Class) and target is not ancestor and ancestor in target.lineage()


def _column_named(entity: EntityMeta, name: str) -> ColumnMeta | None:
    return next((column for column in entity.columns if name in (column.attribute, column.name)), None)


def _by_property(said: ColumnSaid | RelationSaid | EmbeddedSaid) -> object:
    return said.property


def _first_of_each(
    said: Iterable[_Said], targets: list[Target], key: Callable[[_Said], object] = _by_property
) -> list[_Said]:
    """What is said about some classes; of what is said again in a descendant, the first."""
    found: dict[object, _Said] = {}
    for each in said:
        if each.target in targets:
            found.setdefault(key(each), each)
    return list(found.values())


def _relations(said: Iterable[RelationSaid], targets: list[Target]) -> list[tuple[RelationSaid, Target | None]]:
    """Relations likewise, but each leads where the youngest class says."""
    found: dict[str, tuple[RelationSaid, Target | None, int]] = {}
    for each in said:
        if each.target not in targets:
            continue
        age = targets.index(each.target)
        earlier = found.get(each.property)
        if earlier is None:
            found[each.property] = (each, each.type, age)
        elif age < earlier[2]:
            found[each.property] = (earlier[0], each.type, age)
    return [(each, type_) for each, type_, _ in found.values()]
