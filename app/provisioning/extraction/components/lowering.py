"""Things as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.provisioning.extraction.components.declarations import KEYS
from app.provisioning.extraction.components.merging import Merged, own_key
from app.provisioning.extraction.components.relations import Relation, relation_of
from app.provisioning.extraction.components.shapes import Kind, Shape
from app.provisioning.extraction.components.weighing import Entity
from app.provisioning.extraction.components.words import plural, thing
from app.provisioning.schema.model import (
    Action,
    Check,
    Column,
    Evidence,
    ForeignKey,
    Numbering,
    PrimaryKey,
    Schema,
    Table,
)
from app.provisioning.schema.names import fit, literal, quoted

TYPES: Final[dict[Kind, str]] = {
    "unknown": "text", "text": "text", "uuid": "uuid", "number": "double precision", "integer": "integer",
    "bigint": "bigint", "decimal": "numeric", "boolean": "boolean", "timestamp": "timestamp with time zone",
    "date": "date", "time": "time without time zone", "json": "jsonb", "object": "jsonb", "list": "jsonb",
    "reference": "jsonb", "code": "text",
}  # fmt: skip
_SCALARS: Final = frozenset({
    "text", "uuid", "number", "integer", "bigint", "decimal", "boolean", "timestamp", "date", "time",
})  # fmt: skip
_LAST: Final = ("created_at", "updated_at", "deleted_at")


class Lowering:
    """Makes tables of things whose fields are settled."""

    def __init__(self, entities: Mapping[str, Entity], fields: Mapping[str, list[Merged]]) -> None:
        self._entities = entities
        self._fields = fields
        self._names = _table_names(entities)
        self._own = {key: own_key(entity, fields[key], entities) for key, entity in entities.items()}
        self._keys = {key: _key_column(self._own[key]) for key in entities}
        self._keyed = {own.name: key for key, own in self._own.items() if own is not None and own.name not in KEYS}
        self._number_as_others()
        self._people: dict[str, set[str]] = {key: set() for key in entities}
        self._columns: dict[str, dict[str, Column]] = {key: {} for key in entities}
        self._foreign: dict[str, dict[str, ForeignKey]] = {key: {} for key in entities}
        self._checks: dict[str, list[Check]] = {key: [] for key in entities}
        self._joins: dict[str, Table] = {}

    def _number_as_others(self) -> None:
        """Keys that no place shows are as the others of the same database."""
        of_database = [key for key, entity in self._entities.items() if entity.verbatim]
        if any(self._keys[key].type == "uuid" for key in of_database):
            for key in of_database:
                if self._keys[key].evidence is None:
                    self._keys[key] = Column("id", "uuid", default="gen_random_uuid()")

    def name(self, key: str) -> str:
        """The name of a thing's table; empty where it has none."""
        return self._names.get(key, "")

    def schema(self) -> Schema:
        """The tables, with those that hold pairs."""
        for key, entity in self._entities.items():
            self._columns[key][self._keys[key].name] = self._keys[key]
            for each in self._fields[key]:
                if each.written not in KEYS and each is not self._own[key]:
                    self._place(entity, each)
        for entity in self._entities.values():
            parent = next((each.parent for each in entity.sightings if each.parent), "")
            self._belong(entity, parent)
        referred = {other.target for each in self._foreign.values() for other in each.values()}
        tables = [self._table(key, entity, referred) for key, entity in self._entities.items()]
        return Schema(tuple(sorted([*tables, *self._joins.values()], key=lambda table: table.name)))

    def _place(self, entity: Entity, field: Merged) -> None:
        relation = relation_of(field, entity, self._entities, self._fields, self._keyed)
        if field.person:
            self._people[entity.key].add(field.name)
        if relation is None:
            self._value(entity, field)
        elif relation.kind == "one":
            known = self._as_known(entity, field) if relation.column == field.name else fit(relation.column)
            self._refer(entity.key, relation.target, known, field.nullable, field.evidence)
        elif relation.kind == "children" and relation.column:
            self._refer(relation.target, entity.key, relation.column, False, field.evidence, owned=True)
        elif relation.kind == "many":
            self._pair(entity, relation, field)

    def _value(self, entity: Entity, field: Merged) -> None:
        name = "password_hash" if field.name == "password" else self._as_known(entity, field)
        type_ = column_type(field.kind, field.shape)
        default = field.default
        if field.shape.kind == "list" and default == "[]":
            default = "'[]'::jsonb" if type_ == "jsonb" else f"'{{}}'::{type_}"
        self._columns[entity.key][name] = Column(name, type_, field.nullable, default, evidence=field.evidence)
        if field.choices:
            listed = ", ".join(str(each) if isinstance(each, int) else literal(each) for each in field.choices)
            self._check(entity.key, name, f"{quoted(name)} IN ({listed})", field.evidence)
        elif name != "password_hash":
            for each in dict.fromkeys(field.shape.checks):
                self._check(entity.key, name, each.replace("{}", quoted(name)), field.evidence)

    def _as_known(self, entity: Entity, field: Merged) -> str:
        """The name of a column: as the app's database knows it, where the code says that."""
        sent = {each.name for sighting in entity.sightings if sighting.verbatim for each in sighting.fields}
        return fit(field.written) if field.written in sent else field.name

    def _check(self, key: str, column: str, expression: str, evidence: Evidence) -> None:
        taken = {each.name for each in self._checks[key]}
        name = fit(f"{self._names[key]}_{column}", "_check", taken=taken)
        self._checks[key].append(Check(name, expression, evidence))

    def _refer(
        self, key: str, target: str, column: str, nullable: bool, evidence: Evidence, owned: bool = False
    ) -> None:
        """A column that holds the key of another thing."""
        if column in self._foreign[key] or (owned and column in self._columns[key]):
            return
        of = self._keys[target]
        existing = self._columns[key].get(column)
        nullable = existing.nullable if existing is not None else nullable
        self._columns[key][column] = Column(column, of.type, nullable, evidence=evidence)
        action: Action = "CASCADE" if owned else "SET NULL" if nullable else "NO ACTION"
        self._foreign[key][column] = ForeignKey(
            fit(f"{self._names[key]}_{column}", "_fkey"),
            (column,),
            self._names[target],
            (of.name,),
            on_delete=action,
            evidence=evidence,
        )

    def _pair(self, entity: Entity, relation: Relation, field: Merged) -> None:
        """A table of pairs, unless the other side has made it already."""
        name = fit(f"{entity.key}_{plural(relation.column)}")
        back = f"{relation.target}_{plural(entity.key)}"
        if back in self._joins or name in self._names.values():
            return
        here, there = f"{entity.key}_id", f"{relation.target}_id"
        if here == there:
            there = f"{relation.column}_id" if relation.column != entity.key else f"other_{there}"
        ends = ((here, entity.key), (there, relation.target))
        columns = tuple(Column(column, self._keys[key].type, evidence=field.evidence) for column, key in ends)
        foreign = tuple(
            ForeignKey(
                fit(f"{name}_{column}", "_fkey"),
                (column,),
                self._names[key],
                (self._keys[key].name,),
                on_delete="CASCADE",
                evidence=field.evidence,
            )
            for column, key in ends
        )
        self._joins[name] = Table(
            name, columns, PrimaryKey(fit(name, "_pkey"), (here, there)), foreign_keys=foreign, evidence=field.evidence
        )

    def _belong(self, entity: Entity, parent: str) -> None:
        owner = thing(parent)
        if owner in self._entities and owner != entity.key:
            column = f"{owner}_id"
            evidence = next(each.evidence for each in entity.sightings if each.parent == parent)
            owned = any(each.parent == parent and each.rule == "database" for each in entity.sightings)
            self._refer(entity.key, owner, column, not owned, evidence, owned=owned)

    def _table(self, key: str, entity: Entity, referred: set[str]) -> Table:
        columns = self._columns[key]
        pair = self._pair_of(key, referred)
        if pair:
            columns.pop(self._keys[key].name)
            columns.update((each, replace(columns[each], nullable=False)) for each in pair)
        first = self._keys[key].name
        ordered = sorted(
            columns.values(),
            key=lambda column: _LAST.index(column.name) if column.name in _LAST else -1 - (column.name == first),
        )
        name = self._names[key]
        primary = PrimaryKey(fit(name, "_pkey"), pair or (self._keys[key].name,))
        checks = tuple(each for each in self._checks[key])
        return Table(
            name,
            tuple(ordered),
            primary,
            checks=checks,
            foreign_keys=tuple(self._foreign[key].values()),
            evidence=entity.evidence,
        )

    def _pair_of(self, key: str, referred: set[str]) -> tuple[str, ...]:
        """The two references of a thing that is nothing but a pair of others, and has no key of its own."""
        if self._keys[key].evidence is not None:
            return ()
        own = [each for each in self._columns[key] if each != self._keys[key].name and not each.endswith("_at")]
        ends = self._foreign[key].keys() | self._people[key]
        own.sort(key=lambda each: each not in self._people[key])  # It is asked for by whose it is.
        return tuple(own) if len(own) == 2 and set(own) <= ends and self._names[key] not in referred else ()


def column_type(kind: Kind, shape: Shape) -> str:
    """PostgreSQL's type of a kind; lists of plain values are arrays."""
    if kind == "list" and shape.of is not None:
        inner: Kind = "text" if shape.of.kind == "unknown" else shape.of.kind
        return f"{TYPES[inner]}[]" if inner in _SCALARS else "jsonb"
    return TYPES[kind]


def _table_names(entities: Mapping[str, Entity]) -> dict[str, str]:
    """Names that a database already knows stay; the others are plurals."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key, entity in entities.items():
        names[key] = fit(entity.verbatim or plural(key), taken=taken)
        taken.add(names[key])
    return names


def _key_column(own: Merged | None) -> Column:
    """The key: as the app makes it, else numbered by the database."""
    if own is None:
        return Column("id", "bigint", numbering="identity by default")
    name = "id" if own.written == "_id" else own.name
    numbering: Numbering | None = "identity by default"
    if own.kind in ("integer", "bigint"):
        return Column(name, own.kind, numbering=numbering, evidence=own.evidence)
    if own.kind in ("number", "decimal"):
        return Column(name, "integer", numbering=numbering, evidence=own.evidence)
    if own.kind == "uuid":
        return Column(name, "uuid", default="gen_random_uuid()", evidence=own.evidence)
    column = Column(name, "text", default="(gen_random_uuid())::text", evidence=own.evidence)
    return (
        replace(column, type="bigint", default=None, numbering=numbering)
        if own.shape.kind == "unknown" and own.evidence.rule != "components.type"
        else column
    )
