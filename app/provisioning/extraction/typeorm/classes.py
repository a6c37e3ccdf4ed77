"""Classes with what they extend, followed across files and through functions that make classes (mixins)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tree_sitter import Node

from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, bound, decorators, parameters, text, unquoted, walk
from app.provisioning.source.values import UNDEFINED, Bindings, Found, Value

MOST_STEPS: Final = 40
"""How many names, calls and parents may stand between a class and its last ancestor."""

_DECLARED: Final = frozenset({"class_declaration", "abstract_class_declaration", "class"})
_FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
    }
)
_NAMES: Final = frozenset({"identifier", "type_identifier", "member_expression", "nested_type_identifier"})
_WRAPPED: Final = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression"}
)


@dataclass(frozen=True, eq=False, slots=True)
class Class:
    """A class; one that a function makes is another class for each call. `given` are that function's arguments."""

    name: str
    module: Module
    node: Node
    parent: Class | None = None
    given: Bindings = field(default_factory=dict)

    @property
    def found(self) -> Found:
        """Where it is declared."""
        return Found(self.module, self.node)

    def lineage(self) -> list[Class]:
        """The class, its parent, and so on."""
        lineage: list[Class] = []
        here: Class | None = self
        while here is not None:
            lineage.append(here)
            here = here.parent
        return lineage

    def members(self) -> Iterator[tuple[str, Node, list[Node]]]:
        """The decorated members that each object has: name, node, decorators, in order."""
        body = self.node.child_by_field_name("body")
        waiting: list[Node] = []
        for child in [] if body is None else body.named_children:
            if child.type == "decorator":
                waiting.append(child)
                continue
            if child.type in ("public_field_definition", "method_definition", "abstract_method_signature"):
                own = [*waiting, *(each for each in child.children if each.type == "decorator")]
                name = child.child_by_field_name("name")
                if own and name is not None:
                    yield unquoted(name) or text(name), child, own
            if child.type != "comment":
                waiting = []


class Classes:
    """The classes of a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[tuple[str, int, str], Class] = {}

    def all(self, module: Module) -> Iterator[Class]:
        """The decorated classes of a module, wherever they are declared but in functions."""
        for node in walk(module.root, into=lambda node: node.type not in _FUNCTIONS and node.type not in _DECLARED):
            if node.type in _DECLARED and decorators(node):
                yield self._class(module, node, {}, {}, 0)

    def named(self, at: Found, given: Bindings | None = None) -> Class | None:
        """The class that an expression is."""
        return self._of(at.module, at.node, {}, given or {}, 0)

    def _of(self, module: Module, node: Node, local: Mapping[str, Class], given: Bindings, depth: int) -> Class | None:
        if depth > MOST_STEPS:
            return None
        if node.type in _WRAPPED:
            inner = next((child for child in node.named_children if child.type != "comment"), None)
            return None if inner is None else self._of(module, inner, local, given, depth + 1)
        if node.type in _DECLARED:
            return self._class(module, node, local, given, depth)
        if node.type in _NAMES:
            name = "".join(text(node).split())
            return local[name] if name in local else self._declared(self._program.find(module, name, node), depth)
        if node.type == "call_expression":
            return self._made(module, node, local, depth)
        return None

    def _declared(self, found: Found | None, depth: int) -> Class | None:
        if found is None:
            return None
        node = found.node.child_by_field_name("value") if found.node.type == "variable_declarator" else found.node
        return None if node is None else self._of(found.module, node, {}, {}, depth + 1)

    def _class(
        self, module: Module, node: Node, local: Mapping[str, Class], given: Bindings, depth: int, made_at: str = ""
    ) -> Class:
        key = (module.path, node.start_byte, made_at)
        if key not in self._known:
            self._known[key] = Class(_name(node), module, node, None, given)
            heritage = _extended(node)
            parent = None if heritage is None else self._of(module, heritage, local, {}, depth + 1)
            is_circle = parent is not None and self._known[key] in parent.lineage()
            if parent is not None and not is_circle and len(parent.lineage()) < MOST_STEPS:
                object.__setattr__(self._known[key], "parent", parent)
        return self._known[key]

    def _made(self, module: Module, call: Node, local: Mapping[str, Class], depth: int) -> Class | None:
        """The class that a function of the program returns."""
        function = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments")
        found = None if function is None else self._program.find(module, text(function), function)
        if found is None or arguments is None:
            return None
        maker = found.node.child_by_field_name("value") if found.node.type == "variable_declarator" else found.node
        if maker is None or maker.type not in _FUNCTIONS:
            return None
        bases: dict[str, Class] = {}
        values: list[Value] = []
        written = [child for child in arguments.named_children if child.type != "comment"]
        for parameter, argument in zip(parameters(maker), written, strict=False):
            base = self._of(module, argument, local, {}, depth + 1)
            values.append(UNDEFINED if base is not None else self._program.value(Found(module, argument)))
            if base is not None:
                bases.update((text(name), base) for name in bound(parameter))
        given = bindings(self._program, Found(found.module, maker), values)
        # A class that a function makes is known by the call that makes it.
        made_at = f"{module.path}:{call.start_byte}"
        for result in results(maker):
            if result.type in _DECLARED:
                return self._class(found.module, result, bases, given, depth + 1, made_at)
            body = maker.child_by_field_name("body")
            for statement in [] if body is None else body.named_children:
                if statement.type in _DECLARED and _name(statement) == text(result):
                    return self._class(found.module, statement, bases, given, depth + 1, made_at)
            if text(result) in bases:
                return bases[text(result)]
        return None


def parameter_names(function: Node) -> list[str]:
    """The names of a function's parameters."""
    return [text(name) for parameter in parameters(function) for name in bound(parameter)]


def bindings(program: Program, function: Found, values: Iterable[Value]) -> Bindings:
    """What the parameters of a function stand for when it is called so."""
    found: dict[tuple[str, int], Value] = {}
    given = iter(values)
    for parameter in parameters(function.node):
        value = next(given, UNDEFINED)
        default = parameter.child_by_field_name("value")
        if value is UNDEFINED and default is not None:
            value = program.value(Found(function.module, default))
        names = list(bound(parameter))
        is_plain = len(names) == 1 and text(parameter.child_by_field_name("pattern") or parameter) == text(names[0])
        for name in names:
            known = value if is_plain else value.get(text(name), UNDEFINED) if isinstance(value, dict) else UNDEFINED
            found[function.module.path, name.id] = known
    return found


def results(function: Node) -> Iterator[Node]:
    """The expressions that a function returns, without those of functions in it."""
    body = function.child_by_field_name("body")
    if body is None:
        return
    if body.type != "statement_block":
        yield _unwrapped(body)
        return
    for node in walk(body, into=lambda node: node.type not in _FUNCTIONS and node.type not in _DECLARED):
        if node.type == "return_statement" and node.named_children:
            yield _unwrapped(node.named_children[0])


def _unwrapped(node: Node) -> Node:
    while node.type in _WRAPPED and node.named_children:
        node = node.named_children[0]
    return node


def is_function(node: Node) -> bool:
    """Whether a node is a function of any form."""
    return node.type in _FUNCTIONS


def _name(node: Node) -> str:
    name = node.child_by_field_name("name")
    if name is not None:
        return text(name)
    # A class expression has the name of the variable that it is given to.
    return text(node.parent.child_by_field_name("name")) if node.parent is not None else ""


def _extended(node: Node) -> Node | None:
    heritage = next((child for child in node.named_children if child.type == "class_heritage"), None)
    clause = None if heritage is None or not heritage.named_children else heritage.named_children[0]
    if clause is None or clause.type == "implements_clause":
        return None
    return (
        (clause.child_by_field_name("value") or clause.named_children[0]) if clause.type == "extends_clause" else clause
    )
