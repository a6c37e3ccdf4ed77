"""Models and associations of sequelize-typescript: classes with `@Table`, properties with `@Column`, `@HasMany`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.sequelize.definitions import Definitions
from app.provisioning.extraction.sequelize.known import KnownModels
from app.provisioning.extraction.sequelize.models import Association, Kind, Model
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, decorators, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Value

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


class DecoratedClasses:
    """Reads classes with decorators."""

    def __init__(self, program: Program, notes: Notes, known: KnownModels, definitions: Definitions) -> None:
        self._program = program
        self._notes = notes
        self._known = known
        self._definitions = definitions

    def read_model(self, module: Module, node: Node) -> None:
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
        self._definitions.add(name, attributes, options, Found(module, node), Found(module, node))

    def associations(self, module: Module, node: Node) -> Iterator[Association]:
        """Those of a class: `@HasMany(() => Post)`, in their order."""
        source = self._known.of(module, node)
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
                        yield _association(mark, source, target, {**options, "as": key}, at, name)
                        continue
                    options.setdefault("foreignKey", self._key_to(through, source))
                    options.setdefault("otherKey", self._key_to(through, target))
                else:
                    options.setdefault("foreignKey", self._key_to(owner, other))
                yield _association(mark, source, target, {**options, "as": key}, at, through)

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

    def _lazy(self, call: Call, index: int) -> Model | None:
        """The model of `() => User`."""
        if index >= len(call.arguments):
            return None
        node = call.arguments[index]
        if node.type == "arrow_function":
            body = node.child_by_field_name("body")
            return None if body is None else self._known.resolved(call.at.module, body)
        return self._known.resolved(call.at.module, node) if node.type == "identifier" else None

    def _key_to(self, owner: Model, target: Model) -> Value:
        """The property with `@ForeignKey(() => Target)`."""
        for member, key, marks in self._members(owner.at.module, owner.at.node):
            call = marks.get("ForeignKey")
            if call is not None and self._lazy(call, 0) is target and member is not None:
                return key
        return UNDEFINED


def _association(
    mark: str, source: Model, target: Model, options: dict[str, Value], at: Found, through: Model | str | None
) -> Association:
    given = {key: value for key, value in options.items() if value is not UNDEFINED}
    return Association(_ASSOCIATIONS[mark], source, target, given, at, through)
