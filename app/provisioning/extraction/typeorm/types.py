"""The type of a property as `emitDecoratorMetadata` writes it: what TypeORM guesses a column's type from."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text
from app.provisioning.source.values import Found

OBJECT: Final = "Object"
UNKNOWN: Final = "Unknown"
"""A type of a package: TypeORM sees an object unless it is a class."""

_OF_OBJECTS: Final = frozenset({"Record", "Partial", "Required", "Readonly", "Pick", "Omit", "Object", "JSON"})

_PREDEFINED: Final = {
    "string": "String",
    "number": "Number",
    "boolean": "Boolean",
    "bigint": "BigInt",
    "symbol": "Symbol",
    "void": "",
    "never": "",
    "undefined": "",
    "null": "",
}
_BY_NODE: Final = {
    "array_type": "Array",
    "tuple_type": "Array",
    "function_type": "Function",
    "constructor_type": "Function",
    "template_literal_type": "String",
    "type_predicate": "Boolean",
}
_GLOBALS: Final = frozenset(
    {
        "String",
        "Number",
        "Boolean",
        "Date",
        "Array",
        "Promise",
        "Buffer",
        "Uint8Array",
        "Function",
        "BigInt",
        "Map",
        "Set",
    }
)
_MOST_STEPS: Final = 20


def design_type(program: Program, of: Class, member: Node) -> str | None:
    """`String`, `Date`, `Object`, the name of a class; `""` for nothing but null; None where nothing is written."""
    annotation = member.child_by_field_name("type") or member.child_by_field_name("return_type")
    if annotation is None and member.type == "method_definition":
        given = member.child_by_field_name("parameters")
        parameter = given.named_children[0] if given is not None and given.named_children else None
        annotation = None if parameter is None else parameter.child_by_field_name("type")
    if annotation is None or not annotation.named_children:
        return None
    return _Types(program).of(of.module, annotation.named_children[0], 0)


def initial_type(member: Node) -> str | None:
    """What the value that a property starts with is."""
    value = member.child_by_field_name("value")
    kinds = {"string": "String", "template_string": "String", "number": "Number", "true": "Boolean", "false": "Boolean"}
    return None if value is None else kinds.get(value.type)


class _Types:
    def __init__(self, program: Program) -> None:
        self._program = program

    def of(self, module: Module, node: Node, depth: int) -> str:
        if depth > _MOST_STEPS:
            return OBJECT
        if node.type in _BY_NODE:
            return _BY_NODE[node.type]
        match node.type:
            case "predefined_type":
                return _PREDEFINED.get(text(node), OBJECT)
            case "parenthesized_type" | "readonly_type":
                return self.of(module, node.named_children[0], depth + 1)
            case "literal_type":
                return _literal(node.named_children[0])
            case "union_type" | "intersection_type":
                return self._several(module, node, depth)
            case "conditional_type":
                return OBJECT
            case "generic_type":
                return self._named(module, node.child_by_field_name("name") or node.named_children[0], depth)
            case "type_identifier" | "nested_type_identifier":
                return self._named(module, node, depth)
        return OBJECT

    def _several(self, module: Module, node: Node, depth: int) -> str:
        """A union: what all of it is; null and undefined do not count."""
        members: list[Node] = []
        here: Node | None = node
        while here is not None and here.type == node.type:
            members += here.named_children[1:]
            here = here.named_children[0] if here.named_children else None
        members += [] if here is None else [here]
        kinds = {self.of(module, member, depth + 1) for member in members if member.type != "comment"} - {""}
        return "" if not kinds else kinds.pop() if len(kinds) == 1 else OBJECT

    def _named(self, module: Module, name: Node, depth: int) -> str:
        written = text(name)
        found = self._program.find(module, written)
        if found is None and "." in written:
            # A member of an enum is as its enum.
            owner = self._program.find(module, written.rpartition(".")[0])
            found = owner if owner is not None and owner.node.type == "enum_declaration" else None
        if found is None:
            return {"ReadonlyArray": "Array", "bigint": "BigInt"}.get(written, _global(written))
        match found.node.type:
            case "enum_declaration":
                return self._enum(found)
            case "type_alias_declaration":
                value = found.node.child_by_field_name("value")
                return OBJECT if value is None else self.of(found.module, value, depth + 1)
            case "class_declaration" | "abstract_class_declaration":
                return text(found.node.child_by_field_name("name"))
        return OBJECT

    def _enum(self, found: Found) -> str:
        values = self._program.enum_members(found).values()
        if all(isinstance(value, str) for value in values):
            return "String"
        return "Number" if not any(isinstance(value, str) for value in values) else OBJECT


def _global(name: str) -> str:
    return name if name in _GLOBALS else OBJECT if name in _OF_OBJECTS else UNKNOWN


def _literal(node: Node) -> str:
    match node.type:
        case "string" | "template_string":
            return "String"
        case "number" | "unary_expression":
            return "BigInt" if text(node).endswith("n") else "Number"
        case "true" | "false":
            return "Boolean"
        case "null" | "undefined":
            return ""
    return OBJECT
