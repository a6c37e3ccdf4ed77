"""Finds the models of an app: `sequelize.define`, `Model.init`, and classes of sequelize-typescript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast, get_args

from tree_sitter import Node

from app.provisioning.extraction.sequelize.models import Association, Attribute, Kind, Model, table_name
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.extraction.sequelize.types import Type, Types
from app.provisioning.schema.model import PUBLIC
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, decorators, text, walk
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_CLASSES: Final = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_ASSOCIATIONS: Final[dict[str, Kind]] = {
    "BelongsTo": "belongsTo",
    "HasOne": "hasOne",
    "HasMany": "hasMany",
    "BelongsToMany": "belongsToMany",
}
_OF_PROPERTY: Final = {
    "string": "character varying(255)", "number": "integer", "boolean": "boolean", "Date": "timestamp with time zone",
    "bigint": "bigint",
}  # fmt: skip


class Declarations:
    """The models of a program and what they say of each other."""

    def __init__(self, program: Program, notes: Notes) -> None:
        self.models: dict[str, Model] = {}
        self.associations: list[Association] = []
        self._program = program
        self._notes = notes
        self._types = Types(program)
        self._by_node: dict[tuple[str, int], Model] = {}
        self._aliases: dict[str, Model] = {}
        self._by_module: dict[str, Model] = {}
        self._defaults: dict[str, Value] = {}
        self._keys: list[tuple[Model, str, Value, Found]] = []

    def read(self, modules: list[Module]) -> None:
        """Reads modules: options of the connection, then models, then associations."""
        for module in modules:
            self._read_connection(module)
        for module in modules:
            for node in walk(module.root):
                if node.type == "call_expression":
                    self._read_call(module, node)
                elif node.type in _CLASSES and decorators(node):
                    self._read_class(module, node)
        for module in modules:
            self._read_aliases(module)
        for module in modules:
            for node in walk(module.root):
                if node.type == "call_expression":
                    self._read_association(module, node)
                elif node.type in _CLASSES and decorators(node):
                    self._read_decorated_associations(module, node)
        self._settle_foreign_keys()

    def _read_connection(self, module: Module) -> None:
        for node in walk(module.root):
            if node.type != "new_expression" or not text(node.child_by_field_name("constructor")).endswith("Sequelize"):
                continue
            value = self._program.value(Found(module, node))
            if isinstance(value, Call):
                for index in range(len(value.arguments)):
                    options = self._program.argument(value, index)
                    define = options.get("define") if isinstance(options, dict) else None
                    if isinstance(define, dict):
                        self._defaults = {**define, **self._defaults}

    def _read_call(self, module: Module, node: Node) -> None:
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression":
            return
        method = text(callee.child_by_field_name("property"))
        if method not in ("define", "init"):
            return
        at = Found(module, node)
        call = self._program.value(at)
        if not isinstance(call, Call):
            return
        if method == "define":
            name, attributes, options = (self._program.argument(call, n) for n in range(3))
            if not isinstance(name, str) or not (isinstance(attributes, dict) and self._is_of_sequelize(attributes)):
                return
            self._add(name, attributes, options, at, _variable(at))
            return
        attributes, options = self._program.argument(call, 0), self._program.argument(call, 1)
        owner = text(callee.child_by_field_name("object"))
        declared = _enclosing_class(node) if owner in ("super", "this") else None
        found = self._program.find(module, owner, node) if declared is None else Found(module, declared)
        is_class = found is not None and found.node.type in _CLASSES
        if not is_class or not isinstance(attributes, dict) or not isinstance(options, (dict, Name, Opaque, Call)):
            return
        given = options if isinstance(options, dict) else {}
        known = given.get("modelName")
        name = (
            known
            if isinstance(known, str)
            else owner
            if declared is None
            else text(declared.child_by_field_name("name"))
        )
        self._add(name, attributes, given, at, None if found is None else found)

    def _is_of_sequelize(self, attributes: dict[str, Value]) -> bool:
        """Whether these are attributes: `define` is a word of other libraries too."""
        kinds = [each.get("type", UNDEFINED) if isinstance(each, dict) else each for each in attributes.values()]
        return not attributes or any(self._types.of(kind) is not None for kind in kinds)

    def _add(self, name: str, attributes: dict[str, Value], options: Value, at: Found, declared: Found | None) -> Model:
        options = options if isinstance(options, dict) else {}
        merged = {**self._defaults, **options}
        schema = merged.get("schema")
        model = Model(
            name, at, table_name(name, merged), schema if isinstance(schema, str) and schema else PUBLIC, merged
        )
        if name in self.models:
            self._notes.warning(at, "repeated-model", f"Another model is named {name}; the last one counts.")
        self.models[name] = model
        self._by_node[at.module.path, at.node.id] = model
        if declared is not None:
            self._by_node[declared.module.path, declared.node.id] = model
            variable = text(declared.node.child_by_field_name("name"))
            if variable:
                self._aliases.setdefault(variable, model)
        self._by_module.setdefault(at.module.path, model)
        for place in attributes.unknown if isinstance(attributes, Record) else ():
            self._notes.error(place, "attributes", f"Only running the app would tell these attributes of {name}.")
        for key, value in attributes.items():
            place = attributes.places.get(key, at) if isinstance(attributes, Record) else at
            attribute = self._attribute(model, key, value, place)
            if attribute is not None:
                model.attributes[key] = attribute
        self._add_defaults(model)
        return model

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

    def _read_aliases(self, module: Module) -> None:
        """Other names of models: `db.users = require("./user")(sequelize)`, `const User = UserModel(sequelize)`."""
        for node in walk(module.root):
            if node.type == "assignment_expression":
                target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            elif node.type == "variable_declarator":
                target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            elif node.type == "pair":
                target, value = node.child_by_field_name("key"), node.child_by_field_name("value")
                if value is not None and value.type == "identifier":
                    continue
            else:
                continue
            if target is None or value is None:
                continue
            name = text(target).rpartition(".")[2]
            model = self._made_by(module, value)
            if model is not None:
                self._aliases.setdefault(name, model)
                self._by_node.setdefault((module.path, node.id), model)

    def _made_by(self, module: Module, value: Node) -> Model | None:
        if value.type == "identifier":
            return self._resolved(module, value)
        if value.type != "call_expression":
            return None
        callee = value.child_by_field_name("function")
        if callee is None:
            return None
        if callee.type == "call_expression" and text(callee.child_by_field_name("function")) == "require":
            source = self._program.value(Found(module, callee))
            path = self._program.argument(source, 0) if isinstance(source, Call) else None
            target = self._program.resolve(module, path) if isinstance(path, str) else None
            return None if target is None else self._by_module.get(target.path)
        if callee.type == "identifier":
            found = self._program.find(module, text(callee), callee)
            return None if found is None else self._by_module.get(found.module.path)
        return None

    def _resolved(self, module: Module, node: Node) -> Model | None:
        """The model that an expression names, or makes."""
        if (made := self._by_node.get((module.path, node.id))) is not None:
            return made
        if text(node) == "this":
            declared = _enclosing_class(node)
            return None if declared is None else self._by_node.get((module.path, declared.id))
        if node.type == "identifier":
            found = self._program.find(module, text(node), node)
            if found is not None:
                model = self._by_node.get((found.module.path, found.node.id))
                if model is not None:
                    return model
                if found.module.path != module.path and found.module.path in self._by_module:
                    return self._by_module[found.module.path]
                if found.node.type in ("call_expression", "program"):
                    return self._by_module.get(found.module.path)
        name = text(node).rpartition(".")[2]
        if node.type == "subscript_expression":
            index = node.child_by_field_name("index")
            value = UNDEFINED if index is None else self._program.value(Found(module, index))
            name = value if isinstance(value, str) else ""
        if node.type == "call_expression" and text(node.child_by_field_name("function")).endswith(".model"):
            call = self._program.value(Found(module, node))
            value = self._program.argument(call, 0) if isinstance(call, Call) else UNDEFINED
            name = value if isinstance(value, str) else ""
        return self.models.get(name) or self._aliases.get(name)

    def _read_association(self, module: Module, node: Node) -> None:
        callee = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if callee is None or arguments is None or callee.type != "member_expression":
            return
        method = text(callee.child_by_field_name("property"))
        given = [each for each in arguments.named_children if each.type != "comment"]
        owner = callee.child_by_field_name("object")
        if method not in get_args(Kind) or not given or owner is None:
            return
        at = Found(module, node)
        source, target = self._resolved(module, owner), self._resolved(module, given[0])
        if source is None or target is None:
            missing = text(owner if source is None else given[0])
            self._notes.warning(at, "association", f"{missing} is no model that is known; {method} is left out.")
            return
        options = self._program.value(Found(module, given[1])) if len(given) > 1 else {}
        options = options if isinstance(options, dict) else {}
        through = self._through(module, options) if method == "belongsToMany" else None
        self.associations.append(Association(cast("Kind", method), source, target, options, at, through))

    def _through(self, module: Module, options: dict[str, Value]) -> Model | str | None:
        value = options.get("through", UNDEFINED)
        if isinstance(value, dict):
            value = value.get("model", UNDEFINED)
        if isinstance(value, str):
            return self.models.get(value) or value
        if isinstance(value, (Name, Call, Opaque)):
            return self._resolved(value.at.module, value.at.node)
        return None

    def _settle_foreign_keys(self) -> None:
        """`references: { model: User, key: "id" }`, and `references: "Users"`."""
        for model, key, references, at in self._keys:
            said = references if isinstance(references, dict) else {"model": references}
            target = said.get("model", UNDEFINED)
            attribute = model.attributes.get(key)
            if attribute is None:
                continue
            if isinstance(target, (Name, Call, Opaque)):
                known = self._resolved(target.at.module, target.at.node)
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

    def _read_class(self, module: Module, node: Node) -> None:
        """A class with `@Table`; its columns are the properties with `@Column`."""
        said = dict(self._decorators(module, node))
        if "Table" not in said:
            return
        options = self._program.argument(said["Table"], 0) if said["Table"] is not None else {}
        options = options if isinstance(options, dict) else {}
        known = options.get("modelName")
        name = known if isinstance(known, str) else text(node.child_by_field_name("name"))
        attributes: dict[str, Value] = {}
        # sequelize-typescript names a table as its class is, unless it is told otherwise.
        options = {"freezeTableName": True, **options}
        indexes = list(options.get("indexes", [])) if isinstance(options.get("indexes"), list) else []
        for member, key, marks in self._members(module, node):
            column = self._column(module, member, marks)
            if column is not None:
                attributes[key] = column
                options.update(self._moments(key, marks))
                if "Index" in marks:
                    given = marks["Index"]
                    index = UNDEFINED if given is None else self._program.argument(given, 0)
                    index = {"name": index} if isinstance(index, str) else index if isinstance(index, dict) else {}
                    indexes.append({"fields": [key], **index})
        options["indexes"] = indexes
        self._add(name, attributes, options, Found(module, node), Found(module, node))

    def _moments(self, key: str, marks: dict[str, Call | None]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for mark, option in (("CreatedAt", "createdAt"), ("UpdatedAt", "updatedAt"), ("DeletedAt", "deletedAt")):
            if mark in marks:
                found[option] = key
                found |= {"paranoid": True} if mark == "DeletedAt" else {}
        return found

    def _column(self, module: Module, member: Node, marks: dict[str, Call | None]) -> dict[str, Value] | None:
        if not {"Column", "PrimaryKey", "ForeignKey", "CreatedAt", "UpdatedAt", "DeletedAt"} & set(marks):
            return None
        call = marks.get("Column")
        given = UNDEFINED if call is None else self._program.argument(call, 0)
        column = dict(given) if isinstance(given, dict) else {} if given is UNDEFINED else {"type": given}
        if "type" not in column:
            column["type"] = self._type_of_property(member)
        for mark, option, value in (
            ("PrimaryKey", "primaryKey", True),
            ("AutoIncrement", "autoIncrement", True),
            ("Unique", "unique", True),
        ):
            if mark in marks:
                written = marks[mark]
                said = UNDEFINED if written is None else self._program.argument(written, 0)
                column[option] = said if mark == "Unique" and isinstance(said, (str, dict)) else value
        if "AllowNull" in marks:
            written = marks["AllowNull"]
            column["allowNull"] = written is None or self._program.argument(written, 0) is not False
        for mark, option in (("Default", "defaultValue"), ("Comment", "comment")):
            if (written := marks.get(mark)) is not None:
                column[option] = self._program.argument(written, 0)
        return column

    def _type_of_property(self, member: Node) -> Value:
        annotation = member.child_by_field_name("type")
        written = text(annotation).lstrip(": ").removesuffix(" | null").removesuffix(" | undefined")
        return _OF_PROPERTY.get(written, UNDEFINED)

    def _members(self, module: Module, node: Node) -> Iterator[tuple[Node, str, dict[str, Call | None]]]:
        body = node.child_by_field_name("body")
        for member in [] if body is None else body.named_children:
            if member.type == "public_field_definition":
                yield member, text(member.child_by_field_name("name")), dict(self._decorators(module, member))

    def _decorators(self, module: Module, node: Node) -> Iterator[tuple[str, Call | None]]:
        for decorator in decorators(node):
            expression = decorator.named_children[0] if decorator.named_children else None
            if expression is None:
                continue
            value = self._program.value(Found(module, expression)) if expression.type == "call_expression" else None
            name = expression if value is None else expression.child_by_field_name("function")
            yield text(name).rpartition(".")[2], value if isinstance(value, Call) else None

    def _read_decorated_associations(self, module: Module, node: Node) -> None:
        source = self._by_node.get((module.path, node.id))
        if source is None:
            return
        members = list(self._members(module, node))
        for member, key, marks in members:
            for mark, call in marks.items():
                if mark not in _ASSOCIATIONS or call is None:
                    continue
                at = Found(module, member)
                target = self._lazy(call, 0)
                if target is None:
                    self._notes.warning(at, "association", f"{source.name}.{key} leads to no model that is known.")
                    continue
                through = self._lazy(call, 1) if mark == "BelongsToMany" else None
                index = 2 if mark == "BelongsToMany" else 1
                options = self._program.argument(call, index)
                options = {"foreignKey": options} if isinstance(options, str) else options
                options = dict(options) if isinstance(options, dict) else {}
                owner, other = {"belongsTo": (source, target)}.get(_ASSOCIATIONS[mark], (target, source))
                if mark == "BelongsToMany":
                    if through is None:
                        name = self._program.argument(call, 1)
                        if not isinstance(name, str):
                            continue
                        self._add_association(mark, source, target, {**options, "as": key}, at, name)
                        continue
                    options.setdefault("foreignKey", self._key_to(through, source))
                    options.setdefault("otherKey", self._key_to(through, target))
                else:
                    options.setdefault("foreignKey", self._key_to(owner, other))
                self._add_association(mark, source, target, {**options, "as": key}, at, through)

    def _add_association(
        self,
        mark: str,
        source: Model,
        target: Model,
        options: dict[str, Value],
        at: Found,
        through: Model | str | None,
    ) -> None:
        given = {key: value for key, value in options.items() if value is not UNDEFINED}
        self.associations.append(Association(_ASSOCIATIONS[mark], source, target, given, at, through))

    def _lazy(self, call: Call, index: int) -> Model | None:
        """The model of `() => User`."""
        if index >= len(call.arguments):
            return None
        node = call.arguments[index]
        if node.type == "arrow_function":
            body = node.child_by_field_name("body")
            return None if body is None else self._resolved(call.at.module, body)
        return self._resolved(call.at.module, node) if node.type == "identifier" else None

    def _key_to(self, owner: Model, target: Model) -> Value:
        """The property with `@ForeignKey(() => Target)`."""
        for member, key, marks in self._members(owner.at.module, owner.at.node):
            call = marks.get("ForeignKey")
            if call is not None and self._lazy(call, 0) is target and member is not None:
                return key
        return UNDEFINED


def _word(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _variable(at: Found) -> Found | None:
    """The variable that is given the value of a call."""
    parent = at.node.parent
    is_variable = parent is not None and parent.type == "variable_declarator"
    return Found(at.module, parent) if is_variable and parent is not None else None


def _enclosing_class(node: Node) -> Node | None:
    here = node.parent
    while here is not None and here.type not in _CLASSES:
        here = here.parent
    return here
