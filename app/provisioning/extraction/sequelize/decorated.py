"""Models and associations of sequelize-typescript: classes with `@Table`, properties with `@Column`, `@HasMany`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.sequelize.decorators import Decorators, Member
from app.provisioning.extraction.sequelize.definitions import Definitions
from app.provisioning.extraction.sequelize.known import KnownModels
from app.provisioning.extraction.sequelize.models import Association, Kind, Model
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_ASSOCIATIONS: Final[dict[str, Kind]] = {
    "BelongsTo": "belongsTo",
    "HasOne": "hasOne",
    "HasMany": "hasMany",
    "BelongsToMany": "belongsToMany",
}


class DecoratedClasses:
    """Reads classes with decorators."""

    def __init__(self, program: Program, notes: Notes, known: KnownModels, definitions: Definitions) -> None:
        self._program = program
        self._notes = notes
        self._known = known
        self._definitions = definitions
        self._decorators = Decorators(program)

    def read_model(self, module: Module, node: Node) -> None:
        """A class with `@Table`; its columns are the properties with `@Column`."""
        at = Found(module, node)
        options = self._decorators.options(at)
        if options is None:
            return
        known = options.get("modelName")
        name = known if isinstance(known, str) else text(node.child_by_field_name("name"))
        members = list(self._decorators.members(at))
        attributes = Record()
        for member in members:
            if member.is_column:
                attributes[member.name] = self._decorators.column(member)
                attributes.places[member.name] = member.at
        self._definitions.add(name, attributes, {"indexes": self._decorators.indexes(members), **options}, at, at)

    def associations(self, module: Module, node: Node) -> Iterator[Association]:
        """Those of a class: `@HasMany(() => Post)`, in their order."""
        source = self._known.of(module, node)
        if source is None:
            return
        for member in self._decorators.members(Found(module, node)):
            for mark, call in member.marks.items():
                association = None
                if mark in _ASSOCIATIONS and call is not None:
                    association = self._association(source, member, _ASSOCIATIONS[mark], call)
                if association is not None:
                    yield association

    def _association(self, source: Model, member: Member, kind: Kind, call: Call) -> Association | None:
        target = self._lazy(call, 0)
        if target is None:
            message = f"{source.name}.{member.name} leads to no model that is known."
            self._notes.warning(member.at, "association", message)
            return None
        said = self._program.argument(call, 1)
        through: Model | str | None = None
        if kind == "belongsToMany":
            options = dict(said) if isinstance(said, dict) else {}
            written = options.get("through", said)
            through = self._through(written.get("model") if isinstance(written, dict) else written)
            for index, option in ((2, "foreignKey"), (3, "otherKey")):
                if not isinstance(said, dict) and (given := self._program.argument(call, index)) is not UNDEFINED:
                    options[option] = given
            if isinstance(through, Model):
                self._set_key(options, "foreignKey", through, source)
                self._set_key(options, "otherKey", through, target)
        else:
            options = {"foreignKey": said} if isinstance(said, str) else dict(said) if isinstance(said, dict) else {}
            owner, other = (source, target) if kind == "belongsTo" else (target, source)
            self._set_key(options, "foreignKey", owner, other)
        if not options.get("as"):
            options["as"] = member.name
        return Association(kind, source, target, options, member.at, through)

    def _through(self, said: Value) -> Model | str | None:
        """The model between two: `() => UserRole`, or its name."""
        if isinstance(said, str):
            return self._known.models.get(said) or said
        return self._named(said.at) if isinstance(said, (Name, Call, Opaque)) else None

    def _lazy(self, call: Call, index: int) -> Model | None:
        """The model of `() => User`."""
        return self._named(Found(call.at.module, call.arguments[index])) if index < len(call.arguments) else None

    def _named(self, at: Found) -> Model | None:
        node = at.node
        if node.type == "arrow_function":
            body = node.child_by_field_name("body")
            while body is not None and body.type in ("statement_block", "return_statement", "parenthesized_expression"):
                body = next(iter(body.named_children), None)
            return None if body is None else self._known.resolved(at.module, body)
        return self._known.resolved(at.module, node) if node.type == "identifier" else None

    def _set_key(self, options: dict[str, Value], option: str, owner: Model, target: Model) -> None:
        """Names the key that is not named: the owner's property with `@ForeignKey(() => Target)`."""
        said = options.get(option)
        if isinstance(said, str) or (isinstance(said, dict) and said.get("name")):
            return
        ancestors = [self._known.of(each.module, each.node) for each in self._decorators.lineage(target.at)]
        for member in self._decorators.members(owner.at):
            call = member.marks.get("ForeignKey")
            if call is not None and (found := self._lazy(call, 0)) is not None and found in ancestors:
                options[option] = {**said, "name": member.name} if isinstance(said, dict) else member.name
                return
