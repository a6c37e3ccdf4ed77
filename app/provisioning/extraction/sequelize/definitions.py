"""Models of their attributes and options, with what Sequelize adds to each."""

from __future__ import annotations

from typing import Final

from app.provisioning.extraction.sequelize.known import KnownModels
from app.provisioning.extraction.sequelize.models import Attribute, Model, table_name
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.extraction.sequelize.types import Type, Types
from app.provisioning.schema.model import PUBLIC
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text, walk
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_CONNECTIONS: Final = ("Sequelize", "SequelizeModule.forRoot", ".addModels")
"""What is given options of all models, or the models themselves."""


class Definitions:
    """Makes models, however they were written."""

    def __init__(self, program: Program, notes: Notes, known: KnownModels) -> None:
        self._program = program
        self._notes = notes
        self._known = known
        self._types = Types(program)
        self._defaults: dict[str, Value] = {}
        self._listed: list[Value] = []
        self._keys: list[tuple[Model, str, Value, Found]] = []

    def read_connection(self, module: Module) -> None:
        """What a connection says of all models: `new Sequelize(…, { define: { … }, models: [ … ] })`."""
        for node in walk(module.root):
            maker = text(node.child_by_field_name("constructor") or node.child_by_field_name("function"))
            if node.type not in ("new_expression", "call_expression") or not maker.endswith(_CONNECTIONS):
                continue
            value = self._program.value(Found(module, node))
            for index in range(len(value.arguments)) if isinstance(value, Call) else ():
                options = self._program.argument(value, index)
                if isinstance(options, list):
                    options = {"models": options}
                if not isinstance(options, dict):
                    continue
                define, models = options.get("define"), options.get("models")
                if isinstance(define, dict):
                    self._defaults = {**define, **self._defaults}
                self._listed += models if isinstance(models, list) else []

    @property
    def listed(self) -> list[Model]:
        """The models in the order in which the connection is given them."""
        named = [each for each in self._listed if isinstance(each, (Name, Call, Opaque))]
        known = [self._known.resolved(each.at.module, each.at.node) for each in named]
        return [model for model in known if model is not None]

    def is_of_sequelize(self, attributes: dict[str, Value]) -> bool:
        """Whether these are attributes: `define` is a word of other libraries too."""
        kinds = [each.get("type", UNDEFINED) if isinstance(each, dict) else each for each in attributes.values()]
        return not attributes or any(self._types.of(kind) is not None for kind in kinds)

    def add(self, name: str, attributes: dict[str, Value], options: Value, at: Found, declared: Found | None) -> None:
        """Adds a model; `declared` is the class or variable that it is."""
        options = options if isinstance(options, dict) else {}
        merged = {**self._defaults, **options}
        schema = merged.get("schema")
        model = Model(
            name, at, table_name(name, merged), schema if isinstance(schema, str) and schema else PUBLIC, merged
        )
        if name in self._known.models:
            self._notes.warning(at, "repeated-model", f"Another model is named {name}; the last one counts.")
        self._known.enter(model, declared)
        for place in attributes.unknown if isinstance(attributes, Record) else ():
            self._notes.error(place, "attributes", f"Only running the app would tell these attributes of {name}.")
        for key, value in attributes.items():
            place = attributes.places.get(key, at) if isinstance(attributes, Record) else at
            attribute = self._attribute(model, key, value, place)
            if attribute is not None:
                model.attributes[key] = attribute
        self._add_defaults(model)

    def _attribute(self, model: Model, key: str, value: Value, at: Found) -> Attribute | None:
        said = value if isinstance(value, dict) else {"type": value}
        kind = self._types.of(said.get("type", UNDEFINED), said.get("values", UNDEFINED))
        if kind is None:
            self._notes.error(at, "type", f"{model.name}.{key} is of no type that is known; it becomes text.")
            kind = Type("text")
        if kind.is_virtual:
            return None
        if kind.turned is not None:
            message = f"{model.name}.{key} is of type {kind.turned}, which PostgreSQL lacks; it becomes {kind.sql}."
            self._notes.warning(at, "type", message)
        unique = said.get("unique", UNDEFINED)
        if isinstance(unique, dict):
            unique = unique.get("name", f"{model.table}_{key}_unique")
            unique = unique if isinstance(unique, str) else f"{model.table}_{key}_unique"
        attribute = Attribute(
            at,
            kind,
            allow_null=said["allowNull"] if isinstance(said.get("allowNull"), bool) else None,
            default=said.get("defaultValue", UNDEFINED),
            is_primary=said.get("primaryKey") is True,
            is_numbered=said.get("autoIncrement") is True,
            is_identity=said.get("autoIncrementIdentity") is True,
            unique=unique if isinstance(unique, (bool, str)) and unique else None,
            field=said["field"] if isinstance(said.get("field"), str) and said.get("field") else None,
            on_delete=_word(said.get("onDelete")),
            on_update=_word(said.get("onUpdate")),
            comment=said["comment"] if isinstance(said.get("comment"), str) else None,
        )
        references = said.get("references", UNDEFINED)
        if references is not UNDEFINED and references is not None:
            self._keys.append((model, key, references, at))
        return attribute

    def _add_defaults(self, model: Model) -> None:
        """The id, the moments and the version that Sequelize adds."""
        if not model.primary:
            if "id" in model.attributes:
                self._notes.warning(model.at, "id", f"The id of {model.name} is taken for its primary key.")
                model.attributes["id"].is_primary = True
            else:
                number = Attribute(
                    model.at, Type("integer"), False, is_primary=True, is_numbered=True, is_generated=True
                )
                model.attributes = {"id": number, **model.attributes}
        options = model.options
        names: list[tuple[str, bool]] = []
        if options.get("timestamps") is not False:
            names = [("createdAt", False), ("updatedAt", False)]
            names += [("deletedAt", True)] if options.get("paranoid") is True else []
        for key, allow_null in names:
            said = options.get(key)
            if said is not False:
                moment = Attribute(
                    model.at, Type("timestamp with time zone"), None if allow_null else False, is_generated=True
                )
                model.attributes.setdefault(said if isinstance(said, str) else key, moment)
        version = options.get("version")
        if version is True or isinstance(version, str):
            number = Attribute(model.at, Type("integer"), False, default=0, is_generated=True)
            model.attributes.setdefault("version" if version is True else str(version), number)

    def settle_foreign_keys(self) -> None:
        """`references: { model: User, key: "id" }`, and `references: "Users"`."""
        for model, key, references, at in self._keys:
            said = references if isinstance(references, dict) else {"model": references}
            target = said.get("model", UNDEFINED)
            attribute = model.attributes.get(key)
            if attribute is None:
                continue
            if isinstance(target, (Name, Call, Opaque)):
                known = self._known.resolved(target.at.module, target.at.node)
                attribute.target = None if known is None else (known.table, known.schema)
            elif isinstance(target, dict) and isinstance(target.get("tableName"), str):
                schema = target.get("schema")
                attribute.target = (target["tableName"], schema if isinstance(schema, str) else PUBLIC)
            elif isinstance(target, str):
                attribute.target = (target, model.schema)
            if attribute.target is None:
                self._notes.error(at, "foreign-key", f"{model.name}.{key} refers to a model that is not known.")
            column = said.get("key")
            attribute.target_column = column if isinstance(column, str) else "id"


def _word(value: Value) -> str | None:
    return value if isinstance(value, str) else None
