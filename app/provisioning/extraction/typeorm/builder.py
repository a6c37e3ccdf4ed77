"""From what was said to entities: inheritance, embedded classes, trees, and the columns of relations.

It goes the way of TypeORM's own EntityMetadataBuilder, step by step, since names and constraints hang on the order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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
    Said,
    Storage,
    TableSaid,
    Target,
)

MOST_EMBEDDED = 12
"""How deep classes may be embedded in each other."""

MOST_PARTS = 1600
"""Classes embedded in one entity: a table has no more columns."""

_Said = TypeVar("_Said", ColumnSaid, RelationSaid, EmbeddedSaid)


class Builder:
    """Makes entities."""

    def __init__(self, storage: Storage, settings: Settings, expressions: Expressions, report: Report) -> None:
        self._storage = storage
        self._settings = settings
        self._naming = settings.naming
        self._expressions = expressions
        self._report = report
        self._columns_said = Said(storage.columns)
        self._relations_said = Said(storage.relations)
        self._embeddeds_said = Said(storage.embeddeds)
        self._indexes_said = Said(storage.indexes)
        self._uniques_said = Said(storage.uniques)
        self._checks_said = Said(storage.checks)
        self._exclusions_said = Said(storage.exclusions)
        self._foreign_keys_said = Said(storage.foreign_keys)
        self._inheritances_said = Said(storage.inheritances)
        self._trees_said = Said(storage.trees)
        self._own_columns: dict[Target, dict[str, ColumnSaid]] = {}
        self._parts = Counter[Target]()
        self._strategies: defaultdict[tuple[Target | None, str], list[str]] = defaultdict(list)
        for target, name, strategy in storage.generated:
            self._strategies[target, name].append(strategy)
        self._embedded_names = {each.type for each in storage.embeddeds if isinstance(each.type, str)}
        self._children = {table.target for table in storage.tables if table.kind == "entity-child"}
        self._child_targets: defaultdict[Target, list[Target]] = defaultdict(list)
        for table in storage.tables:
            for ancestor in _ancestors(table.target) if table.kind == "entity-child" else ():
                self._child_targets[ancestor].append(table.target)

    def build(self) -> list[EntityMeta]:
        """All entities with the tables between them."""
        entities = [self._entity(said) for said in self._storage.tables if not self._is_only_embedded(said)]
        self._find_parents(entities)
        roots = [entity for entity in entities if entity.kind != "entity-child"]
        for entity in [*roots, *(entity for entity in entities if entity.kind == "entity-child")]:
            self._fill(entity)
        for entity in entities:
            self._name_columns(entity)
        known = Entities(entities)
        for entity in entities:
            self._find_inverse(entity, known)
        joins = Joins(self._storage, self._settings, self._expressions, self._report)
        junctions = [table for entity in roots for table in joins.of(entity)]
        closures = [joins.closure(entity) for entity in roots if entity.tree_kind == "closure-table"]
        for entity in entities:
            self._index_discriminator(entity)
            self._add_foreign_keys(entity, known)
        return [*entities, *junctions, *closures]

    def checks(self, entity: EntityMeta) -> list[CheckSaid]:
        """The checks of an entity."""
        return self._checks_said.of(entity.tree)

    def exclusions(self, entity: EntityMeta) -> list[CheckSaid]:
        """The exclusion constraints of an entity."""
        return self._exclusions_said.of(entity.tree)

    def _is_only_embedded(self, said: TableSaid) -> bool:
        """Whether an entity schema is there for others to embed: it has no key."""
        return (
            isinstance(said.target, str)
            and said.target in self._embedded_names
            and not any(each.options.get("primary") for each in self._columns_said.of([said.target]))
        )

    def _entity(self, said: TableSaid) -> EntityMeta:
        target = said.target
        lineage: list[Target] = [*target.lineage()] if isinstance(target, Class) else [target]
        inheritance = self._inheritances_said.first(target)
        if inheritance is not None or said.kind == "entity-child":
            lineage += self._child_targets.get(target, ())
        tree = self._trees_said.first(target)
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
        parents: dict[Target, EntityMeta] = {}
        children: defaultdict[Target, list[EntityMeta]] = defaultdict(list)
        for entity in entities:
            for target in entity.tree if entity.discriminator is not None else ():
                parents.setdefault(target, entity)
            for ancestor in _ancestors(entity.target):
                children[ancestor].append(entity)
        for entity in entities:
            if entity.kind == "entity-child":
                entity.parent = parents.get(entity.target)
                if entity.parent is None:
                    self._report.error(entity.at, "child", f"{entity.target_name} is the child of no entity.")
            entity.children = children[entity.target]
        for entity in entities:
            named = entity.parent or entity
            entity.bare_name = self._naming.table(named.target_name, named.given_name)
            entity.name = self._settings.prefix + entity.bare_name
            entity.schema = named.schema if entity.parent is not None and entity.schema is None else entity.schema

    def _fill(self, entity: EntityMeta) -> None:
        if entity.kind == "entity-child":
            if entity.parent is not None:
                self._share(entity, entity.parent)
            return
        entity.embeddeds = self._embeddeds(entity, entity.tree, None, 0)
        for embedded in entity.embeddeds if entity.discriminator is not None else ():
            for column in embedded.columns:
                column.is_nullable = True
        for said in _first_of_each(self._columns_said.of(entity.tree)):
            if said.target is not entity.target:
                self._override_default(said, entity)
            column = self._column(entity, said, None)
            if said.target in self._children:
                column.is_nullable = True
            entity.own_columns.append(column)
        self._add_discriminator(entity)
        self._add_tree_columns(entity)
        entity.own_relations = [
            RelationMeta(said, entity, type_) for said, type_ in _relations(self._relations_said, entity.tree)
        ]
        entity.own_indexes = [IndexMeta(said) for said in self._indexes_said.of(entity.tree)]
        entity.own_uniques = [UniqueMeta(said) for said in self._uniques_said.of(entity.tree)]

    def _override_default(self, said: ColumnSaid, entity: EntityMeta) -> None:
        """A default that a descendant gives to a column counts, for its own descendants too."""
        if entity.target not in self._own_columns:
            said_here = reversed(self._columns_said.of([entity.target]))
            self._own_columns[entity.target] = {each.property: each for each in said_here}
        own = self._own_columns[entity.target]
        default = own[said.property].options.get("default") if said.property in own else None
        if default:
            said.options = {**said.options, "default": default}

    def _share(self, child: EntityMeta, parent: EntityMeta) -> None:
        """The child of a single table has the columns and relations of its parent."""
        names = {said.property for said in self._columns_said.of(child.tree)}
        child.own_columns = [
            column for column in parent.own_columns if column.attribute in names or column.is_discriminator
        ]
        child.embeddeds = self._embeddeds(child, child.tree, None, 0)
        relations = {said.property: type_ for said, type_ in _relations(self._relations_said, child.tree)}
        child.own_relations = [each for each in parent.own_relations if each.said.property in relations]

    def _column(self, entity: EntityMeta, said: ColumnSaid, embedded: EmbeddedMeta | None) -> ColumnMeta:
        column = column_meta(entity, said, embedded)
        for strategy in self._strategies.get((said.target, said.property), ()):
            column.strategy = strategy
            column.type = {"uuid": "uuid", "rowid": "int"}.get(strategy, column.type or "Number")
        return column

    def _embeddeds(
        self, entity: EntityMeta, targets: list[Target], parent: EmbeddedMeta | None, depth: int
    ) -> list[EmbeddedMeta]:
        found = []
        for said in _first_of_each(self._embeddeds_said.of(targets), lambda said: (said.property, said.prefix)):
            if depth >= MOST_EMBEDDED:
                self._report.error(entity.at, "embedded", f"{entity.target_name}: classes embedded in themselves.")
                break
            self._parts[entity.target] += 1
            if self._parts[entity.target] > MOST_PARTS:
                message = f"{entity.target_name}: more than {MOST_PARTS:,} classes embedded in one entity."
                self._report.error(entity.at, "embedded", message)
                break
            embedded = EmbeddedMeta(entity, said.property, said.type, said.prefix, parent)
            inner: list[Target] = [*said.type.lineage()] if isinstance(said.type, Class) else [said.type]
            embedded.columns = [
                self._column(entity, each, embedded) for each in _first_of_each(self._columns_said.of(inner))
            ]
            embedded.relations = [
                RelationMeta(each, entity, type_, embedded) for each, type_ in _relations(self._relations_said, inner)
            ]
            embedded.indexes = [IndexMeta(each, embedded=embedded) for each in self._indexes_said.of(inner)]
            embedded.uniques = [UniqueMeta(each, embedded=embedded) for each in self._uniques_said.of(inner)]
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

    def _find_inverse(self, entity: EntityMeta, entities: Entities) -> None:
        for relation in entity.relations:
            relation.inverse_entity = entities.find(relation.type)
            if relation.inverse_entity is None:
                name = name_of(relation.type) if relation.type is not None else "nothing"
                message = f"{entity.target_name}.{relation.said.property} leads to {name}, which is no entity."
                self._report.error(relation.said.at, "missing-entity", message)
                continue
            path = relation.said.inverse
            others = entities.relations_of(relation.inverse_entity)
            if relation.said.is_tree_parent:
                relation.inverse = next((each for each in others.values() if each.said.is_tree_children), None)
            elif relation.said.is_tree_children:
                relation.inverse = next((each for each in others.values() if each.said.is_tree_parent), None)
            else:
                relation.inverse = others.get(path) if path is not None else None

    def _index_discriminator(self, entity: EntityMeta) -> None:
        column = next((each for each in entity.own_columns if each.is_discriminator), None)
        if entity.discriminator is None or column is None or entity.kind == "entity-child":
            return
        if any(index.said is not None and index.said.columns == [column.name] for index in entity.own_indexes):
            return
        # TypeORM forgets this index where classes are embedded and a column is generated.
        if not entity.embeddeds or not any(each.strategy for each in entity.columns):
            entity.own_indexes.append(IndexMeta(columns=[column]))

    def _add_foreign_keys(self, entity: EntityMeta, entities: Entities) -> None:
        for said in self._foreign_keys_said.of(entity.tree) if entity.kind != "entity-child" else ():
            target = entities.find(said.type)
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


class Entities:
    """Entities by what relations name them by: a class, or the name of a class, an entity schema or a table."""

    def __init__(self, entities: Iterable[EntityMeta]) -> None:
        self._known: dict[Target, EntityMeta] = {}
        self._relations: dict[int, dict[str, RelationMeta]] = {}
        for entity in entities:
            for name in (entity.target, entity.target_name, entity.given_name):
                if name is not None:
                    self._known.setdefault(name, entity)

    def find(self, type_: Target | None) -> EntityMeta | None:
        """The first entity of that class or name."""
        return None if type_ is None else self._known.get(type_)

    def relations_of(self, entity: EntityMeta) -> dict[str, RelationMeta]:
        """The relations of an entity by their path, the first one of each."""
        if id(entity) not in self._relations:
            self._relations[id(entity)] = {each.path: each for each in reversed(entity.relations)}
        return self._relations[id(entity)]


def _ancestors(target: Target) -> list[Class]:
    return target.lineage()[1:] if isinstance(target, Class) else []


def _column_named(entity: EntityMeta, name: str) -> ColumnMeta | None:
    return next((column for column in entity.columns if name in (column.attribute, column.name)), None)


def _by_property(said: ColumnSaid | RelationSaid | EmbeddedSaid) -> object:
    return said.property


def _first_of_each(said: Iterable[_Said], key: Callable[[_Said], object] = _by_property) -> list[_Said]:
    """Of what is said again in a descendant, the first."""
    found: dict[object, _Said] = {}
    for each in said:
        found.setdefault(key(each), each)
    return list(found.values())


def _relations(said: Said[RelationSaid], targets: list[Target]) -> list[tuple[RelationSaid, Target | None]]:
    """Relations likewise, but each leads where the youngest class says."""
    ages = {target: age for age, target in reversed([*enumerate(targets)])}
    found: dict[str, tuple[RelationSaid, Target | None, int]] = {}
    for each in said.of(targets):
        age = ages[each.target]
        earlier = found.get(each.property)
        if earlier is None:
            found[each.property] = (each, each.type, age)
        elif age < earlier[2]:
            found[each.property] = (earlier[0], each.type, age)
    return [(each, type_) for each, type_, _ in found.values()]
