"""What an app makes of Drizzle's functions: chains of calls such as `text("name").notNull().unique()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from app.provisioning.source.evaluation import MOST_DEPTH, Evaluation
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, bound, parameters, text
from app.provisioning.source.values import (
    UNDEFINED,
    Bindings,
    Call,
    Found,
    Name,
    Opaque,
    Record,
    Undefined,
    Value,
)

PACKAGE: Final = "drizzle-orm"
MOST_STEPS: Final = 300_000
"""How many expressions are evaluated for one app; values made of values may grow without end."""

_FUNCTIONS: Final = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition"})


_EQUALITIES: Final = frozenset({"==", "===", "!=", "!=="})
_UNKNOWN: Final = (Name, Call, Opaque)
_TYPES: Final = {
    str: "string", bool: "boolean", int: "number", float: "number", Undefined: "undefined", dict: "object",
    Record: "object", list: "object", type(None): "object",
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Chain:
    """One link and those before it. `arguments` is None where a property is but named, and not called.

    The first link is a name of Drizzle's `package`; a chain that is called as a whole (`roleEnum("role")`) has a link
    without a name. Two chains are one thing if they are the same object.
    """

    name: str
    at: Found
    before: Chain | None = None
    arguments: tuple[Node, ...] | None = None
    bindings: Bindings | None = None
    package: str = ""

    def links(self) -> list[Chain]:
        """All links, the first one first; what a module or a parameter holds all builders in is none."""
        links: list[Chain] = []
        here: Chain | None = self
        while here is not None:
            links.append(here)
            here = here.before
        links.reverse()
        if len(links) > 1 and links[0].name in ("*", "default"):
            links = links[1:]
        return links

    @property
    def origin(self) -> str:
        """The package that the first link is from."""
        here = self
        while here.before is not None:
            here = here.before
        return here.package


class Chains(Evaluation):
    """Values, where a use of Drizzle is a Chain; the app's own functions are followed to what they return."""

    def __init__(self, program: Program, bindings: Bindings | None = None, of: Chains | None = None) -> None:
        super().__init__(program, bindings)
        self.program = program
        self._known: dict[tuple[str, int], Value] = {} if of is None else of._known
        self._steps: list[int] = [MOST_STEPS] if of is None else of._steps

    def within(self, bindings: Bindings | None) -> Chains:
        """The same, where parameters stand for something."""
        return self if not bindings else Chains(self.program, {**self._bindings, **bindings}, self)

    def argument(self, link: Chain, index: int) -> Value:
        """The value of a link's argument; UNDEFINED where there are not so many."""
        if link.arguments is None or index >= len(link.arguments):
            return UNDEFINED
        return self.within(link.bindings).of(Found(link.at.module, link.arguments[index]))

    def arguments(self, link: Chain) -> list[Value]:
        """The values of all arguments of a link, with lists spread."""
        values: list[Value] = []
        inner = self.within(link.bindings)
        for node in link.arguments or ():
            is_spread = node.type == "spread_element"
            value = inner.of(Found(link.at.module, node.named_children[0] if is_spread else node))
            values += value if is_spread and isinstance(value, list) else [value]
        return values

    def result(self, function: Value, *given: Value, bindings: Bindings | None = None) -> Value:
        """What a function of the app returns when it is called so; UNDEFINED of what is no function."""
        if not isinstance(function, Opaque) or function.at.node.type not in _FUNCTIONS:
            return UNDEFINED
        inner = self.within(bindings)
        return inner._result(function.at, list(given), 0)

    def _value(self, module: Module, node: Node, depth: int) -> Value:
        self._steps[0] -= 1
        if self._steps[0] < 0 or depth > MOST_DEPTH:
            return Opaque(Found(module, node))
        if node.type == "binary_expression" and (template := _typed_template(node)) is not None:
            tag = self._value(module, template[0], depth + 1)
            if isinstance(tag, Chain):
                return self._linked(tag, "", (template[1],), Found(module, node))
        if node.type != "call_expression" or _is_within_function(node):
            return super()._value(module, node, depth)
        key = (module.path, node.id)
        if key not in self._known:
            outer = Chains(self.program, None, self) if self._bindings else self
            value = super(Chains, outer)._value(module, node, depth)
            if self._steps[0] < 0:
                return value
            self._known[key] = value
        return self._known[key]

    def _named(self, module: Module, node: Node, depth: int) -> Value:
        name = text(node)
        found = self.program.find(module, name, node)
        if found is not None:
            if found.node.type == "function_declaration":
                return Opaque(found)
            return super()._named(module, node, depth)
        origin = self.program.origin(module, name)
        if origin is not None and (origin.source == PACKAGE or origin.source.startswith(f"{PACKAGE}/")):
            return Chain(origin.name, Found(module, node), package=origin.source)
        return super()._named(module, node, depth)

    def _member(self, module: Module, node: Node, depth: int) -> Value:
        target, key = node.child_by_field_name("object"), node.child_by_field_name("property")
        owner = UNDEFINED if target is None else self._value(module, target, depth + 1)
        if isinstance(owner, Chain):
            name = text(key)
            if key is None:
                index = node.child_by_field_name("index")
                value = UNDEFINED if index is None else self._value(module, index, depth + 1)
                name = value if isinstance(value, str) else ""
            return Chain(name, Found(module, node), owner)
        if owner is UNDEFINED or owner is None:
            return UNDEFINED
        if isinstance(owner, dict) and key is not None and text(key) not in owner:
            return Opaque(Found(module, node)) if getattr(owner, "unknown", ()) else UNDEFINED
        value = super()._member(module, node, depth)
        if isinstance(value, Name) and (found := self.program.find(module, value.text, node)) is not None:
            return self._value(found.module, found.node, depth + 1)
        return value

    def _unary(self, module: Module, node: Node, depth: int) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is None or text(node.child_by_field_name("operator")) != "typeof":
            return super()._unary(module, node, depth)
        value = self._value(module, argument, depth + 1)
        known = _TYPES.get(type(value))
        return Opaque(Found(module, node)) if known is None else known

    def _binary(self, module: Module, node: Node, depth: int) -> Value:
        operator = text(node.child_by_field_name("operator"))
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator not in _EQUALITIES or left is None or right is None:
            return super()._binary(module, node, depth)
        one, other = self._value(module, left, depth + 1), self._value(module, right, depth + 1)
        if isinstance(one, _UNKNOWN) or isinstance(other, _UNKNOWN):
            return Opaque(Found(module, node))
        is_loose = len(operator) == 2 and one in (None, UNDEFINED) and other in (None, UNDEFINED)
        is_equal = is_loose or (type(one) is type(other) and one == other)
        return is_equal == operator.startswith("=")

    def _called(self, call: Call, depth: int) -> Value:
        node = call.at.node.child_by_field_name("function")
        if node is None or call.is_new:
            return call
        module = call.at.module
        written = call.at.node.child_by_field_name("arguments")
        is_tagged = written is not None and written.type == "template_string"
        arguments = (written,) if is_tagged and written is not None else call.arguments
        if text(node) == "Object.assign" and len(call.arguments) > 1:
            return self._merged(call, depth)
        function = self._value(module, node, depth + 1)
        if isinstance(function, Chain):
            if function.arguments is None:
                return Chain(
                    function.name, call.at, function.before, arguments, self._bindings or None, function.package
                )
            return self._linked(function, "", arguments, call.at)
        if isinstance(function, Opaque) and function.at.node.type in _FUNCTIONS:
            given = [self._value(module, argument, depth + 1) for argument in call.arguments]
            return self._result(function.at, given, depth)
        return call

    def _linked(self, before: Chain, name: str, arguments: tuple[Node, ...], at: Found) -> Chain:
        if before.arguments is None:
            return Chain(before.name, at, before.before, arguments, self._bindings or None, before.package)
        return Chain(name, at, before, arguments, self._bindings or None)

    def _merged(self, call: Call, depth: int) -> Value:
        merged: dict[str, Value] = {}
        for argument in call.arguments:
            value = self._value(call.at.module, argument, depth + 1)
            if not isinstance(value, dict):
                return call
            merged.update(value)
        return merged

    def _result(self, function: Found, given: list[Value], depth: int) -> Value:
        bindings: dict[tuple[str, int], Value] = dict(self._bindings)
        for position, parameter in enumerate(parameters(function.node)):
            self._bind(bindings, function.module, parameter, given[position] if position < len(given) else UNDEFINED)
        inner = Chains(self.program, bindings, self)
        body = function.node.child_by_field_name("body")
        if body is None or body.type != "statement_block":
            return UNDEFINED if body is None else inner._value(function.module, body, depth + 1)
        returned = inner._returned(function.module, body, depth + 1)
        return UNDEFINED if returned is None else inner._value(function.module, returned, depth + 1)

    def _returned(self, module: Module, body: Node, depth: int) -> Node | None:
        """The expression that statements return; branches whose condition is not known are not taken."""
        for statement in body.named_children:
            if statement.type == "return_statement":
                return statement.named_children[0] if statement.named_children else None
            condition = statement.child_by_field_name("condition") if statement.type == "if_statement" else None
            if condition is None:
                continue
            known = self._value(module, condition, depth)
            branch = None
            if not isinstance(known, (Name, Call, Opaque, Chain)):
                branch = statement.child_by_field_name("consequence" if known else "alternative")
            if branch is not None and branch.type == "else_clause":
                branch = branch.named_children[0]
            if branch is not None and branch.type == "return_statement":
                return branch.named_children[0] if branch.named_children else None
            if branch is not None and (returned := self._returned(module, branch, depth)) is not None:
                return returned
        return None

    def _bind(self, bindings: dict[tuple[str, int], Value], module: Module, parameter: Node, argument: Value) -> None:
        target = parameter.child_by_field_name("pattern") or parameter.child_by_field_name("left") or parameter
        default = parameter.child_by_field_name("value") or parameter.child_by_field_name("right")
        if argument is UNDEFINED and default is not None:
            argument = self._value(module, default, 1)
        if target.type == "identifier":
            bindings[module.path, target.id] = argument
            return
        for name in bound(target):
            key = text(name)
            if isinstance(argument, Chain):
                bindings[module.path, name.id] = Chain(key, Found(module, name), argument)
            elif isinstance(argument, dict):
                bindings[module.path, name.id] = argument.get(key, UNDEFINED)


def _is_within_function(node: Node) -> bool:
    here = node.parent
    while here is not None:
        if here.type in _FUNCTIONS:
            return True
        here = here.parent
    return False


def _typed_template(node: Node) -> tuple[Node, Node] | None:
    """The tag and the template of ``sql<string>`…` ``, which the grammar takes for comparisons."""
    first: Node | None = node
    while first is not None and first.type == "binary_expression":
        first = first.child_by_field_name("left")
    last: Node | None = node
    while last is not None and last.type == "binary_expression":
        last = last.child_by_field_name("right")
    if (
        first is None
        or last is None
        or last.type != "template_string"
        or first.type not in ("identifier", "member_expression")
    ):
        return None
    return (first, last) if text(node)[len(text(first)) :].lstrip().startswith("<") else None
