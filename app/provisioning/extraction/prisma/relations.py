"""From the relations between models to foreign keys and join tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from app.provisioning.extraction.prisma import names
from app.provisioning.extraction.prisma.declarations import Declarations, Model
from app.provisioning.extraction.prisma.names import Names, Room
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.tree import Array, Attribute, Expression, Field, Path
from app.provisioning.schema.comparing import comparable
from app.provisioning.schema.model import Action, Column, ForeignKey, Index, IndexPart, PrimaryKey, Table

_ACTIONS: Final[dict[str, Action]] = {
    "Cascade": "CASCADE",
    "Restrict": "RESTRICT",
    "NoAction": "NO ACTION",
    "SetNull": "SET NULL",
    "SetDefault": "SET DEFAULT",
}


class Relations:
    """Reads the relations of one schema, whose models have their columns and keys."""

    def __init__(self, declared: Declarations, notes: Notes) -> None:
        self._declared = declared
        self._notes = notes
        self._opposites = _opposites(declared)
        self._rooms: dict[str, Room] = defaultdict(Room)

    def add_foreign_keys(self) -> None:
        """Gives the models their foreign keys."""
        for model in self._declared.models.values():
            for field in model.fields.values():
                if self._declared.is_relation(field):
                    self._read(model, field)

    def join_tables(self, rooms: dict[str, Names]) -> list[Table]:
        """The tables behind relations of many to many."""
        tables = []
        for model in self._declared.models.values():
            for field in model.fields.values():
                other = self._many_to_many(model, field)
                if other is not None:
                    table = self._join_table(model, field, other, rooms)
                    if table is not None:
                        tables.append(table)
        return tables

    def _read(self, model: Model, field: Field) -> None:
        opposite = self._opposite(model, field)
        attribute = field.attribute("relation")
        fields = _field_names(attribute, "fields")
        if opposite is None and field.type not in self._declared.views:
            self._fail(model, field, f"{field.type} has no field for the other side of this relation.")
        if fields is None:
            if field.arity == "list" or (opposite and _field_names(opposite.attribute("relation"), "fields")):
                return
            if field.type in self._declared.models:
                self._fail(model, field, "Neither side says in which columns the relation is: @relation(fields: …).")
            return
        if field.arity == "list":
            if self._declared.provider == "mongodb":
                self._warn(model, field, f"The list {', '.join(fields)} of keys stays a list, without a foreign key.")
            else:
                self._fail(model, field, "A list cannot hold the columns of a relation.")
            return
        if field.type in self._declared.models:
            self._foreign_key(model, field, attribute, fields)

    def _foreign_key(self, model: Model, field: Field, attribute: Attribute | None, fields: list[str]) -> None:
        target = self._declared.models[field.type]
        wanted = _field_names(attribute, "references")
        references = wanted if wanted is not None else list(next(iter(target.unique_fields.values()), ()))
        columns = [model.columns.get(name) for name in fields]
        targets = [target.columns.get(name) for name in references]
        found = [each for each in columns if each is not None]
        found_targets = [each for each in targets if each is not None]
        if not fields or len(found) < len(columns) or len(found_targets) < len(targets) or len(fields) != len(targets):
            self._fail(model, field, "The relation names columns that are not there, or not as many as its target.")
            return
        if len(set(fields)) < len(fields) or len(set(references)) < len(references):
            self._fail(model, field, "The relation names a column twice.")
            return
        if frozenset(references) not in target.unique_fields:
            self._fail(model, field, f"Nothing makes {', '.join(references)} unique in {target.name}.")
            return
        if not all(comparable(each.type, other.type) for each, other in zip(found, found_targets, strict=True)):
            self._fail(
                model, field, f"The columns differ in type from those of {target.name}: there is no foreign key."
            )
            return
        if any(model.fields[one].type != target.fields[two].type for one, two in zip(fields, references, strict=True)):
            self._fail(model, field, f"Its columns and those of {target.name} are of different types in Prisma.")
        if not self._declared.has_foreign_keys:
            return
        required = field.arity == "required" or any(model.fields[name].arity == "required" for name in fields)
        mapped = attribute.text("map") if attribute else None
        table = model.block.database_name
        usual = names.foreign_key(table, [model.fields[each].database_name for each in fields])
        name = names.cut(mapped or usual)
        if mapped and name != mapped:
            self._fail(model, field, f"The name {mapped[:200]!r} is too long for PostgreSQL.")
        claimed = self._rooms[model.name].claim(name)
        if claimed != name:
            self._fail(model, field, f"The name {name!r} is another foreign key's already.")
        model.foreign_keys.append(
            ForeignKey(
                claimed,
                tuple(each.name for each in found),
                target.table,
                tuple(each.name for each in found_targets),
                target.schema,
                on_delete=self._action(model, field, attribute, "onDelete") or ("RESTRICT" if required else "SET NULL"),
                on_update=self._action(model, field, attribute, "onUpdate") or "CASCADE",
                evidence=model.evidence(field.line, "relation"),
            )
        )

    def _action(self, model: Model, field: Field, attribute: Attribute | None, name: str) -> Action | None:
        value = attribute.argument(name) if attribute else None
        if value is None:
            return None
        action = _ACTIONS.get(value.name) if isinstance(value, Path) else None
        if action is None:
            self._fail(model, field, f"{name} names no referential action.")
        return action

    def _many_to_many(self, model: Model, field: Field) -> Field | None:
        """The other side of an implicit relation of many to many, where this one is its first."""
        if field.arity != "list" or not self._declared.is_relation(field) or field.type in self._declared.views:
            return None
        opposite = self._opposite(model, field)
        if opposite is None or opposite.arity != "list":
            return None
        if (model.name, field.name) > (field.type, opposite.name):
            return None
        sides = (field.attribute("relation"), opposite.attribute("relation"))
        return None if any(_field_names(each, "fields") for each in sides) else opposite

    def _join_table(self, model: Model, field: Field, opposite: Field, rooms: dict[str, Names]) -> Table | None:
        other = self._declared.models[field.type]
        key, other_key = _single_key(model), _single_key(other)
        if key is None or other_key is None:
            self._fail(model, field, "Both sides of a relation of many to many need a key of one column.")
            return None
        relation = _relation_name(field) or _relation_name(opposite) or f"{model.name}To{other.name}"
        wanted = names.join_table(relation)
        room = rooms[model.schema]
        table = room.table(wanted)
        if table != names.cut(wanted):
            self._warn(model, field, f"The join table {wanted!r} is named {table!r}: its name is taken.")
        sides = ((model, key, "A"), (other, other_key, "B"))
        evidence = model.evidence(field.line, "many-to-many")
        return Table(
            table,
            tuple(Column(side, column.type, evidence=evidence) for _, column, side in sides),
            PrimaryKey(room.index(names.join_constraint(wanted, "_AB_pkey")), ("A", "B")),
            indexes=(Index(room.index(names.join_constraint(wanted, "_B_index")), (IndexPart("B"),)),),
            foreign_keys=tuple(
                ForeignKey(
                    names.join_foreign_key(wanted, side), (side,), each.table, (column.name,), each.schema,
                    on_delete="CASCADE", on_update="CASCADE", evidence=evidence,
                )
                for each, column, side in sides
            ) if self._declared.has_foreign_keys else (),
            schema=model.schema,
            evidence=evidence,
        )  # fmt: skip

    def _opposite(self, model: Model, field: Field) -> Field | None:
        """The field of the other model that is the other side: the same relation's name, not the field itself."""
        candidates = self._opposites.get((field.type, model.name, _relation_name(field)), ())
        return next((each for each in candidates if each is not field), None)

    def _fail(self, model: Model, field: Field, message: str) -> None:
        self._notes.error(model.block.file, field.line, "relation", f"{model.name}.{field.name}: {message}")

    def _warn(self, model: Model, field: Field, message: str) -> None:
        self._notes.warning(model.block.file, field.line, "relation", f"{model.name}.{field.name}: {message}")


def _opposites(declared: Declarations) -> dict[tuple[str, str, str | None], list[Field]]:
    """The relation fields by their model, the model they lead to and the name of the relation."""
    found: dict[tuple[str, str, str | None], list[Field]] = {}
    for model in declared.models.values():
        for field in model.fields.values():
            if declared.is_relation(field):
                found.setdefault((model.name, field.type, _relation_name(field)), []).append(field)
    return found


def _relation_name(field: Field) -> str | None:
    attribute = field.attribute("relation")
    return attribute.text("name", 0) if attribute else None


def _field_names(attribute: Attribute | None, name: str) -> list[str] | None:
    """The names in `fields:` or `references:`; None where that is not there."""
    value: Expression | None = attribute.argument(name) if attribute else None
    if value is None:
        return None
    items = value.items if isinstance(value, Array) else (value,)
    return [each.name if isinstance(each, Path) else "" for each in items]


def _single_key(model: Model) -> Column | None:
    """The only column of a primary key."""
    if model.primary_key is None or len(model.primary_key.columns) != 1:
        return None
    return next(each for each in model.columns.values() if each.name == model.primary_key.columns[0])
