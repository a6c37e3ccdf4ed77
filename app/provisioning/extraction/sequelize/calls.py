"""Models and associations of calls: `sequelize.define`, `Model.init`, `User.hasMany(Post)`."""

from __future__ import annotations

from typing import Final, cast, get_args

from tree_sitter import Node

from app.provisioning.extraction.sequelize.definitions import Definitions
from app.provisioning.extraction.sequelize.known import CLASSES, KnownModels, enclosing_class
from app.provisioning.extraction.sequelize.models import Association, Kind, Model
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Value

_ASSERTIONS: Final = frozenset(
    {"as_expression", "satisfies_expression", "type_assertion", "parenthesized_expression", "non_null_expression"}
)


class Calls:
    """Reads calls."""

    def __init__(self, program: Program, notes: Notes, known: KnownModels, definitions: Definitions) -> None:
        self._program = program
        self._notes = notes
        self._known = known
        self._definitions = definitions

    def read_model(self, module: Module, node: Node) -> None:
        """`sequelize.define("User", { … })`, and `User.init({ … }, { … })`."""
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
            if not isinstance(name, str) or not isinstance(attributes, dict):
                return
            if not self._definitions.is_of_sequelize(attributes):
                return
            self._definitions.add(name, attributes, options, at, _variable(at))
            return
        attributes, options = self._program.argument(call, 0), self._program.argument(call, 1)
        owner = text(callee.child_by_field_name("object"))
        declared = enclosing_class(node) if owner in ("super", "this") else None
        found = self._program.find(module, owner, node) if declared is None else Found(module, declared)
        is_class = found is not None and found.node.type in CLASSES
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
        self._definitions.add(name, attributes, given, at, None if found is None else found)

    def association(self, module: Module, node: Node) -> Association | None:
        """`User.hasMany(Post, { … })`, if a call is one."""
        callee = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if callee is None or arguments is None or callee.type != "member_expression":
            return None
        method = text(callee.child_by_field_name("property"))
        given = [each for each in arguments.named_children if each.type != "comment"]
        owner = callee.child_by_field_name("object")
        if method not in get_args(Kind) or not given or owner is None:
            return None
        at = Found(module, node)
        source, target = self._known.resolved(module, owner), self._known.resolved(module, given[0])
        if source is None or target is None:
            missing = text(owner if source is None else given[0])
            self._notes.warning(at, "association", f"{missing} is no model that is known; {method} is left out.")
            return None
        options = self._program.value(Found(module, given[1])) if len(given) > 1 else {}
        options = options if isinstance(options, dict) else {}
        through = self._through(module, options) if method == "belongsToMany" else None
        return Association(cast("Kind", method), source, target, options, at, through)

    def _through(self, module: Module, options: dict[str, Value]) -> Model | str | None:
        value = options.get("through", UNDEFINED)
        if isinstance(value, dict):
            value = value.get("model", UNDEFINED)
        if isinstance(value, str):
            return self._known.models.get(value) or value
        if isinstance(value, (Name, Call, Opaque)):
            return self._known.resolved(value.at.module, value.at.node)
        return None


def _variable(at: Found) -> Found | None:
    """The variable that is given the value of a call."""
    parent = at.node.parent
    while parent is not None and parent.type in _ASSERTIONS:
        parent = parent.parent
    is_variable = parent is not None and parent.type == "variable_declarator"
    return Found(at.module, parent) if is_variable and parent is not None else None
