"""Finds the models of an app: `sequelize.define`, `Model.init`, and classes of sequelize-typescript."""

from __future__ import annotations

from app.provisioning.extraction.sequelize.calls import Calls
from app.provisioning.extraction.sequelize.decorated import DecoratedClasses
from app.provisioning.extraction.sequelize.definitions import Definitions
from app.provisioning.extraction.sequelize.known import CLASSES, KnownModels
from app.provisioning.extraction.sequelize.models import Association, Model
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, decorators, walk


class Declarations:
    """The models of a program and what they say of each other."""

    def __init__(self, program: Program, notes: Notes) -> None:
        self.associations: list[Association] = []
        self._known = KnownModels(program)
        self._definitions = Definitions(program, notes, self._known)
        self._calls = Calls(program, notes, self._known, self._definitions)
        self._classes = DecoratedClasses(program, notes, self._known, self._definitions)

    @property
    def models(self) -> dict[str, Model]:
        """The models by their names."""
        return self._known.models

    def read(self, modules: list[Module]) -> None:
        """Reads modules: options of the connection, then models, then associations."""
        for module in modules:
            self._definitions.read_connection(module)
        for module in modules:
            for node in walk(module.root):
                if node.type == "call_expression":
                    self._calls.read_model(module, node)
                elif node.type in CLASSES and decorators(node):
                    self._classes.read_model(module, node)
        for module in modules:
            self._known.read_aliases(module)
        of_classes: list[Association] = []
        for module in modules:
            for node in walk(module.root):
                if node.type == "call_expression":
                    association = self._calls.association(module, node)
                    self.associations += [] if association is None else [association]
                elif node.type in CLASSES and decorators(node):
                    of_classes += self._classes.associations(module, node)
        # Classes are associated when all are known, in the order of the connection's list; the others as files come.
        order = {model.name: at for at, model in enumerate(self._definitions.listed)}
        self.associations += sorted(of_classes, key=lambda each: order.get(each.source.name, len(order)))
        self._definitions.settle_foreign_keys()
