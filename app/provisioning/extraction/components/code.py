"""One module as the rules look at it: its nodes by type, found in one pass, and the names of inner scopes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Final

from tree_sitter import Language, Node, Query, QueryCursor

from app.provisioning.extraction.components.shapes import Sighting
from app.provisioning.schema.model import Evidence
from app.provisioning.source.syntax import Module, language_of, line, text

_TYPES: Final = (
    "array", "as_expression", "call_expression", "class_declaration", "enum_declaration", "function_declaration",
    "interface_declaration", "jsx_element", "jsx_self_closing_element", "optional_parameter", "required_parameter",
    "satisfies_expression", "type_alias_declaration", "type_annotation", "variable_declarator",
)  # fmt: skip
MOST_DEPTH: Final = 24
"""How far rules go into what is nested: types, values, patterns."""

_BINDING: Final = ("variable_declarator", "function_declaration", "required_parameter", "optional_parameter")
FUNCTIONS: Final = frozenset({
    "arrow_function", "function_declaration", "function_expression", "method_definition", "generator_function",
})  # fmt: skip


class Code:
    """A module and the file that it stands in, asked for its nodes of a type and for what a name means at a place.

    `asked` is what its calls were found to ask of a database, by where they stand.
    """

    def __init__(self, module: Module, file: str) -> None:
        self.module = module
        self.file = file
        self._nodes = QueryCursor(_query(language_of(module.path))).captures(module.root)
        self._sorted: dict[str, tuple[list[int], list[Node]]] = {}
        self._calls: dict[str, Node | None] = {}
        self._locals: dict[tuple[str, int], list[Node]] | None = None
        self.asked: dict[tuple[int, int], list[Sighting]] = {}

    def nodes(self, *types: str) -> Iterator[Node]:
        """The nodes of these types; `made` are objects that are given an id."""
        for each in types:
            yield from self._nodes.get(each, ())

    def first_call(self, name: str) -> Node | None:
        """The first call of a function by its name."""
        if name not in self._calls:
            self._calls[name] = next((call for call in self.nodes("call_expression") if callee(call) == name), None)
        return self._calls[name]

    def inside(self, around: Node, *types: str) -> Iterator[Node]:
        """The nodes of these types that stand within another node."""
        for each in types:
            if each not in self._sorted:
                ordered = sorted(self.nodes(each), key=lambda node: node.start_byte)
                self._sorted[each] = [node.start_byte for node in ordered], ordered
            starts, ordered = self._sorted[each]
            within = range(bisect_left(starts, around.start_byte), bisect_right(starts, around.end_byte))
            yield from (ordered[place] for place in within if ordered[place].end_byte <= around.end_byte)

    def local(self, name: str, at: Node) -> Node | None:
        """The declarator or parameter that a name means at a place, the innermost one."""
        if self._locals is None:
            self._locals = {}
            for node in self.nodes(*_BINDING):
                scope = function_around(node) or self.module.root
                for each in names_of(node.child_by_field_name("name") or node.child_by_field_name("pattern")):
                    self._locals.setdefault((each, scope.id), []).append(node)
        scope = at
        while (around := function_around(scope)) is not None:
            scope = around
            if (found := self._locals.get((name, scope.id))) is not None:
                return _innermost(found, at)
        found = self._locals.get((name, self.module.root.id))
        return None if found is None else _innermost(found, at)

    def evidence(self, node: Node, rule: str, confidence: float = 1.0) -> Evidence:
        """That something stands here."""
        return Evidence(self.file, line(node), f"components.{rule}", confidence)


def _innermost(declared: list[Node], at: Node) -> Node:
    """Of several declarations of a name in one function, the one whose block a place stands in; else the first."""
    if len(declared) > 1:
        for each in reversed(declared):
            block = each.parent
            while block is not None and block.type not in ("statement_block", "program"):
                block = block.parent
            if block is not None and block.start_byte <= at.start_byte < block.end_byte and block.type != "program":
                return each
    return declared[0]


def names_of(pattern: Node | None, depth: int = 0) -> Iterator[str]:
    """The names that a pattern binds."""
    if pattern is None or depth > MOST_DEPTH:
        return
    if pattern.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield text(pattern)
    elif pattern.type in ("array_pattern", "object_pattern"):
        for child in pattern.named_children:
            yield from names_of(
                child.child_by_field_name("value") or child.child_by_field_name("left") or child, depth + 1
            )
    elif pattern.type in ("object_assignment_pattern", "assignment_pattern"):
        yield from names_of(pattern.child_by_field_name("left"), depth + 1)


def function_around(node: Node) -> Node | None:
    """The innermost function that a node stands in."""
    here = node.parent
    while here is not None and here.type not in FUNCTIONS:
        here = here.parent
    return here


def name_of_function(function: Node) -> str:
    """What a function is called, by itself or by the variable or property that holds it."""
    own = function.child_by_field_name("name")
    parent = function.parent
    while own is None and parent is not None and parent.type in ("call_expression", "arguments"):
        parent = parent.parent
    if own is None and parent is not None and parent.type in ("variable_declarator", "pair"):
        own = parent.child_by_field_name("name") or parent.child_by_field_name("key")
    return text(own)


def arguments(call: Node) -> list[Node]:
    """The arguments of a call."""
    given = call.child_by_field_name("arguments")
    return [] if given is None else [each for each in given.named_children if each.type != "comment"]


def callee(call: Node) -> str:
    """What is called, as written."""
    return "".join(text(call.child_by_field_name("function") or call.child_by_field_name("constructor")).split())


@cache
def _query(language: Language) -> Query:
    known = (each for each in _TYPES if language.id_for_node_kind(each, True) is not None)
    made = '(object (pair key: (property_identifier) @_key (#any-of? @_key "id" "_id"))) @made'
    return Query(language, " ".join((*(f"({each}) @{each}" for each in known), made)))
