"""Values of expressions in code that builds schemas: calls of the app's own functions are followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from app.provisioning.source.evaluation import MOST_DEPTH, Evaluation
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, parameters, text
from app.provisioning.source.values import (
    UNDEFINED,
    Bindings,
    Call,
    Found,
    Name,
    Opaque,
    Record,
    Value,
)

MOST_STEPS: Final = 60_000
"""How many expressions are evaluated for one app; values made of values may grow without end."""

_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "function_declaration"})
_MERGING: Final = frozenset({"Object.assign", "_.extend", "_.assign", "_.merge", "lodash.merge", "merge", "extend"})


@dataclass(frozen=True, slots=True)
class Bound(Call):
    """A call with what the parameters around it stand for, and the variables through which its value came."""

    bindings: Bindings = field(default_factory=dict, compare=False, repr=False)
    declared: tuple[Found, ...] = field(default=(), compare=False, repr=False)


class Shared:
    """What all evaluations of one app share: the steps that are left, and what variables are given later on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps_left = MOST_STEPS
        self.assigned: dict[tuple[str, int], Found] = {}
        self.returned: dict[tuple[str, int], Value] = {}


class Following(Evaluation):
    """Values, with the app's own functions followed to what they return."""

    def __init__(self, shared: Shared, bindings: Bindings | None = None) -> None:
        super().__init__(shared.program, bindings)
        self._shared = shared
        self._program = shared.program

    def within(self, bindings: Bindings) -> Following:
        """The same, where parameters stand for other things."""
        return Following(self._shared, bindings) if bindings else self

    def arguments(self, call: Call) -> list[Value]:
        """The values of a call's arguments."""
        inner = self.within(call.bindings) if isinstance(call, Bound) else self
        return [inner.of(Found(call.at.module, each)) for each in call.arguments]

    def _value(self, module: Module, node: Node, depth: int) -> Value:
        self._shared.steps_left -= 1
        if self._shared.steps_left < 0:
            return Opaque(Found(module, node))
        value = super()._value(module, node, depth)
        if value is UNDEFINED and node.type == "variable_declarator":
            later = self._shared.assigned.get((module.path, node.id))
            value = (
                UNDEFINED if later is None or depth > MOST_DEPTH else self._value(later.module, later.node, depth + 1)
            )
        if node.type == "variable_declarator" and isinstance(value, Bound):
            return Bound(
                value.callee,
                value.arguments,
                value.at,
                value.is_new,
                value.bindings,
                (*value.declared, Found(module, node)),
            )
        return value

    def _binary(self, module: Module, node: Node, depth: int) -> Value:
        operator = text(node.child_by_field_name("operator"))
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator not in ("||", "??") or left is None or right is None:
            return super()._binary(module, node, depth)
        first = self._value(module, left, depth + 1)
        # `models.User || model("User", …)`: what is not there yet when the code runs for the first time.
        if isinstance(first, (Name, Opaque)) or first in (None, UNDEFINED, "", 0, False):
            return self._value(module, right, depth + 1)
        return first

    def _called(self, call: Call, depth: int) -> Value:
        module = call.at.module
        if call.callee in ("Object.values", "Object.keys") and call.arguments:
            given = self._value(module, call.arguments[0], depth + 1)
            if isinstance(given, dict):
                return list(given) if call.callee == "Object.keys" else _values(given)
        if call.callee in ("Object.freeze", "Object.seal") and call.arguments:
            return self._value(module, call.arguments[0], depth + 1)
        if call.callee in _MERGING and call.arguments:
            merged = Record()
            for argument in call.arguments:
                given = self._value(module, argument, depth + 1)
                if isinstance(given, dict):
                    merged.update(given)
                    if isinstance(given, Record):
                        merged.places.update(given.places)
                        merged.unknown += given.unknown
                else:
                    merged.unknown.append(Found(module, argument))
            return merged
        function = None if call.is_new else self.function(call)
        if function is not None:
            return self._result(function, call, depth)
        return Bound(call.callee, call.arguments, call.at, call.is_new, self._bindings)

    def function(self, call: Call) -> Found | None:
        """The function of the app that a call calls."""
        callee = call.at.node.child_by_field_name("function")
        if callee is None or callee.type != "identifier":
            return None
        found = self._program.find(call.at.module, text(callee), callee)
        return None if found is None else function_of(found)

    def _result(self, function: Found, call: Call, depth: int) -> Value:
        key = (call.at.module.path, call.at.node.id)
        if not self._bindings and key in self._shared.returned:
            return self._shared.returned[key]
        given = [self._value(call.at.module, each, depth + 1) for each in call.arguments]
        bindings = self.bindings_of(function, given, depth)
        returned = returned_by(function.node)
        inner = Following(self._shared, bindings)
        if returned is None:
            value: Value = Bound(call.callee, call.arguments, call.at, False, self._bindings)
        else:
            value = inner._value(function.module, returned, depth + 1)
        if not self._bindings:
            self._shared.returned[key] = value
        return value

    def bindings_of(self, function: Found, given: list[Value], depth: int = 0) -> Bindings:
        """What the parameters of a function stand for when it is given these arguments."""
        bindings: dict[tuple[str, int], Value] = dict(self._bindings)
        for position, parameter in enumerate(parameters(function.node)):
            argument = given[position] if position < len(given) else UNDEFINED
            self._bind(bindings, function.module, parameter, argument, depth)
        return bindings

    def _bind(
        self, bindings: dict[tuple[str, int], Value], module: Module, parameter: Node, argument: Value, depth: int
    ) -> None:
        target = parameter.child_by_field_name("pattern") or parameter.child_by_field_name("left") or parameter
        default = parameter.child_by_field_name("value") or parameter.child_by_field_name("right")
        if argument is UNDEFINED and default is not None:
            argument = self._value(module, default, depth + 1)
        if target.type == "identifier":
            bindings[module.path, target.id] = argument
        elif target.type == "object_pattern" and isinstance(argument, dict):
            for child in target.named_children:
                if child.type == "shorthand_property_identifier_pattern":
                    bindings[module.path, child.id] = argument.get(text(child), UNDEFINED)
                elif child.type == "object_assignment_pattern":
                    left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
                    if left is not None and right is not None:
                        value = argument.get(text(left), UNDEFINED)
                        bindings[module.path, left.id] = (
                            self._value(module, right, depth + 1) if value is UNDEFINED else value
                        )


def function_of(found: Found) -> Found | None:
    """The function that a declaration declares, or that a module exports."""
    node: Node | None = found.node
    if node is not None and node.type == "variable_declarator":
        node = node.child_by_field_name("value")
    return Found(found.module, node) if node is not None and node.type in _FUNCTIONS else None


def returned_by(function: Node) -> Node | None:
    """The expression that a function returns at its end."""
    body = function.child_by_field_name("body")
    if body is None or body.type != "statement_block":
        return body
    returns = [each for each in body.named_children if each.type == "return_statement" and each.named_children]
    return returns[-1].named_children[0] if returns else None


def last_segment(callee: str) -> str:
    """`model` of `mongoose.connection.model`."""
    return callee.rpartition(".")[2].removesuffix("?")


def _values(record: dict[str, Value]) -> list[Value]:
    """As Object.values: a numeric enum of TypeScript has its names as values too."""
    numeric = not isinstance(record, Record) and any(isinstance(each, int) for each in record.values())
    names = [name for name, value in record.items() if isinstance(value, int)] if numeric else []
    return [*names, *record.values()]
