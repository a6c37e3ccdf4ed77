"""Which model an expression names, by the variables, modules and names that models are known by."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.sequelize.models import Model
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text, walk
from app.provisioning.source.values import UNDEFINED, Call, Found

CLASSES: Final = frozenset({"class_declaration", "abstract_class_declaration", "class"})
"""The syntax nodes of classes."""


class KnownModels:
    """The models of a program, and the names that they go by."""

    def __init__(self, program: Program) -> None:
        self.models: dict[str, Model] = {}
        self._program = program
        self._by_node: dict[tuple[str, int], Model] = {}
        self._aliases: dict[str, Model] = {}
        self._by_module: dict[str, Model] = {}

    def enter(self, model: Model, declared: Found | None) -> None:
        """Makes a model known; `declared` is the class or variable that it is."""
        at = model.at
        self.models[model.name] = model
        self._by_node[at.module.path, at.node.id] = model
        if declared is not None:
            self._by_node[declared.module.path, declared.node.id] = model
            variable = text(declared.node.child_by_field_name("name"))
            if variable:
                self._aliases.setdefault(variable, model)
        self._by_module.setdefault(at.module.path, model)

    def of(self, module: Module, node: Node) -> Model | None:
        """The model that a class or a call makes."""
        return self._by_node.get((module.path, node.id))

    def read_aliases(self, module: Module) -> None:
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
            return self.resolved(module, value)
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

    def resolved(self, module: Module, node: Node) -> Model | None:
        """The model that an expression names, or makes."""
        if (made := self.of(module, node)) is not None:
            return made
        if text(node) == "this":
            declared = enclosing_class(node)
            return None if declared is None else self.of(module, declared)
        if node.type == "identifier":
            found = self._program.find(module, text(node), node)
            if found is not None:
                model = self.of(found.module, found.node)
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


def enclosing_class(node: Node) -> Node | None:
    """The class that a node is part of."""
    here = node.parent
    while here is not None and here.type not in CLASSES:
        here = here.parent
    return here
