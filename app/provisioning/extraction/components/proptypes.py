"""What React's PropTypes say of the things that components show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import MOST_DEPTH, Code, arguments, callee
from app.provisioning.extraction.components.declarations import has_key
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape, Sighting
from app.provisioning.extraction.components.types import united
from app.provisioning.source.syntax import text, unquoted, walk

_KINDS: Final[dict[str, Kind]] = {
    "string": "text", "number": "number", "bool": "boolean", "object": "json", "array": "list", "func": "code",
    "node": "code", "element": "code", "elementType": "code", "symbol": "code", "any": "unknown", "bigint": "bigint",
}  # fmt: skip


def sightings(reading: Reading, code: Code) -> Iterator[Sighting]:
    """The things whose fields a module's `Component.propTypes` name."""
    if "propTypes" not in reading.program.source(code.module.path):
        return
    for node in walk(code.module.root):
        if node.type == "assignment_expression" and text(node.child_by_field_name("left")).endswith(".propTypes"):
            given = node.child_by_field_name("right")
            for each in _fields(code, given, 0) if given is not None and given.type == "object" else ():
                of = each.shape.of if each.shape.kind == "list" else each.shape
                if of is not None and of.kind == "object":
                    weight = 0.3 if has_key(of.fields) else 0.15
                    yield Sighting(each.name, "prop-types", weight, each.evidence, of.fields)


def _fields(code: Code, node: Node, depth: int) -> tuple[Field, ...]:
    fields: list[Field] = []
    for child in node.named_children if node.type == "object" else ():
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if child.type != "pair" or value is None:
            continue
        required = text(value).endswith(".isRequired")
        shape = _shape(code, value, depth + 1).or_null(not required)
        fields.append(Field(unquoted(key) or text(key), shape, required, "seed", code.evidence(child, "prop-types")))
    return tuple(fields)


def _shape(code: Code, node: Node, depth: int) -> Shape:
    if depth > MOST_DEPTH:
        return UNKNOWN
    if node.type == "member_expression":
        owner, last = node.child_by_field_name("object"), text(node.child_by_field_name("property"))
        if last == "isRequired" and owner is not None:
            return _shape(code, owner, depth + 1)
        return Shape(_KINDS.get(last, "unknown"))
    if node.type == "identifier":
        return Shape(_KINDS.get(text(node), "unknown"))
    given = arguments(node) if node.type == "call_expression" else []
    if not given:
        return UNKNOWN
    match callee(node).rpartition(".")[2]:
        case "shape" | "exact":
            return Shape("object", fields=_fields(code, given[0], depth + 1))
        case "arrayOf":
            return Shape("list", of=_shape(code, given[0], depth + 1))
        case "oneOf":
            choices = tuple(value for each in given[0].named_children if (value := unquoted(each)) is not None)
            return Shape("text", choices=choices)
        case "oneOfType":
            return united([_shape(code, each, depth + 1) for each in given[0].named_children])
        case "instanceOf":
            return Shape("timestamp" if text(given[0]) == "Date" else "json")
        case "objectOf":
            return Shape("json")
    return UNKNOWN
