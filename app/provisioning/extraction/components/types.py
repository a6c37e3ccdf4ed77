"""TypeScript's types as shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import MOST_DEPTH, Code
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape
from app.provisioning.source.syntax import text, unquoted

if TYPE_CHECKING:
    from app.provisioning.extraction.components.reading import Reading

_PREDEFINED: Final[dict[str, Kind]] = {
    "string": "text", "number": "number", "boolean": "boolean", "bigint": "bigint", "any": "unknown",
    "unknown": "unknown", "object": "json", "symbol": "code", "void": "code", "never": "code",
}  # fmt: skip
_NAMED: Final[dict[str, Kind]] = {
    "Date": "timestamp", "Dayjs": "timestamp", "Timestamp": "timestamp", "Moment": "timestamp", "File": "text",
    "Blob": "text", "URL": "text", "Decimal": "decimal", "UUID": "uuid", "Map": "json", "Record": "json",
    "WeakMap": "json", "Json": "json", "JSON": "json", "Object": "json",
}  # fmt: skip
_TRANSPARENT: Final = frozenset({
    "Readonly", "Required", "NonNullable", "Awaited", "Promise", "Ref", "Signal", "WritableSignal", "Observable",
})  # fmt: skip
_LISTS: Final = frozenset(["Array", "ReadonlyArray", "Set", "ReadonlySet", "List"])
_CODE: Final = frozenset({
    "ReactNode", "ReactElement", "JSX", "Element", "FC", "FunctionComponent", "ComponentType", "ElementType",
    "CSSProperties", "Dispatch", "SetStateAction", "RefObject", "MutableRefObject", "Function", "LucideIcon",
    "IconType", "SVGProps", "HTMLElement", "AbortController", "HTMLInputElement", "HTMLDivElement",
    "HTMLAudioElement", "WebSocket", "Socket", "VueComponent", "Component", "Event", "MouseEvent", "EventHandler",
    "ChangeEvent", "FormEvent", "IconDefinition", "VariantProps", "TemplateRef", "Subject", "BehaviorSubject",
})  # fmt: skip


def fields_of(reading: Reading, code: Code, declaration: Node, depth: int = 0) -> tuple[Field, ...]:
    """The fields of an interface, a class or an alias of an object type, with those that it inherits."""
    if declaration.type == "type_alias_declaration":
        value = declaration.child_by_field_name("value")
        return () if value is None else _flat(reading, type_of(reading, code, value, depth + 1), depth)
    inherited: list[Field] = []
    for child in declaration.named_children:
        if child.type == "extends_type_clause":
            for parent in child.named_children:
                inherited += _flat(reading, type_of(reading, code, parent, depth + 1), depth)
    body = declaration.child_by_field_name("body")
    return () if body is None else _joined(inherited, _members(reading, code, body, depth))


def type_of(reading: Reading, code: Code, node: Node, depth: int = 0) -> Shape:
    """The shape that a type describes."""
    if depth > MOST_DEPTH:
        return UNKNOWN
    children = [child for child in node.named_children if child.type != "comment"]
    match node.type:
        case "type_annotation" | "parenthesized_type" | "readonly_type":
            return type_of(reading, code, children[0], depth + 1) if children else UNKNOWN
        case "predefined_type":
            return Shape(_PREDEFINED.get(text(node), "unknown"))
        case "literal_type":
            return _literal(node)
        case "template_literal_type" | "index_type_query":
            return Shape("text")
        case "function_type" | "constructor_type":
            return Shape("code")
        case "array_type":
            return Shape("list", of=type_of(reading, code, children[0], depth + 1) if children else UNKNOWN)
        case "tuple_type":
            kinds = [type_of(reading, code, child, depth + 1) for child in children]
            return Shape("list", of=kinds[0]) if kinds and all(each == kinds[0] for each in kinds) else Shape("json")
        case "object_type":
            members = _members(reading, code, node, depth)
            return Shape("object", fields=members) if members else Shape("json")
        case "union_type":
            return united([type_of(reading, code, each, depth + 1) for each in _flattened(node, "union_type")])
        case "intersection_type":
            parts = [type_of(reading, code, each, depth + 1) for each in _flattened(node, "intersection_type")]
            if plain := next((part for part in parts if part.kind in ("text", "number")), None):
                return plain  # A branded value, such as `string & {}`.
            return Shape("object", fields=_joined(*(_flat(reading, part, depth) for part in parts)))
        case "lookup_type":
            return _looked_up(reading, code, children, depth)
        case "type_query":
            return reading.value(code, children[0], depth + 1) if children else UNKNOWN
        case "type_identifier":
            return _named(reading, code, text(node), depth)
        case "nested_type_identifier":
            last = text(node).rpartition(".")[2]
            return Shape("code" if last in _CODE else _NAMED.get(last, "unknown"))
        case "generic_type":
            return _generic(reading, code, node, depth)
    return UNKNOWN


def named_within(node: Node, many: bool = False, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """The names of declared types within a type, each with whether there may be several of it."""
    if depth > MOST_DEPTH:
        return
    if node.type == "type_identifier":
        yield text(node), many
        return
    if node.type in ("object_type", "function_type", "type_query", "lookup_type", "nested_type_identifier"):
        return
    generic = text(node.child_by_field_name("name")) if node.type == "generic_type" else ""
    if generic in ("Omit", "Pick", "Partial", "Exclude"):
        return
    several = many or node.type == "array_type" or generic in _LISTS or generic in ("Record", "Map")
    for child in node.named_children:
        if not (generic and child == node.child_by_field_name("name")):
            yield from named_within(child, several, depth + 1)


def united(parts: list[Shape]) -> Shape:
    """What is one of several shapes."""
    nullable = any(part.nullable for part in parts)
    kept = [part for part in parts if part != NOTHING]
    if not kept:
        return UNKNOWN.or_null()
    if all(part.choices for part in kept) and len({part.kind for part in kept}) == 1:
        choices = tuple(dict.fromkeys(choice for part in kept for choice in part.choices))
        return Shape(kept[0].kind, nullable, choices)
    kinds = {part.kind for part in kept}
    if kinds == {"boolean"}:
        return Shape("boolean", nullable)
    if "code" in kinds:
        return Shape("code", nullable)
    if len(kept) == 1:
        return kept[0].or_null(nullable)
    if len(kinds) == 1 and kinds <= {"list", "reference"}:
        return kept[0].or_null(nullable)
    if len(kinds) == 1 and not kinds & {"object"}:
        return Shape(kept[0].kind, nullable)
    if kinds <= {"text", "timestamp"} and "timestamp" in kinds:
        return Shape("timestamp", nullable)
    if kinds <= {"text", "reference"} and "reference" in kinds:
        return next(part for part in kept if part.kind == "reference").or_null(nullable)
    if kinds <= {"text", "number", "integer", "uuid"}:
        return Shape("text", nullable)
    return Shape("json", nullable)


NOTHING: Final = Shape(nullable=True, literal=True)
"""null and undefined."""


def _literal(node: Node) -> Shape:
    written = node.named_children[0] if node.named_children else None
    if written is None or written.type in ("null", "undefined"):
        return NOTHING
    if written.type in ("true", "false"):
        return Shape("boolean")
    if (value := unquoted(written)) is not None:
        return Shape("text", choices=(value,))
    try:
        return Shape("integer", choices=(int(text(written)),))
    except ValueError:
        return Shape("number")


def _named(reading: Reading, code: Code, name: str, depth: int) -> Shape:
    if (found := reading.declaration(code, name)) is None:
        return Shape("code" if name in _CODE else _NAMED.get(name, "unknown"))
    home, declaration = found
    if declaration.type == "enum_declaration":
        return reading.enum(home, declaration)
    if declaration.type != "type_alias_declaration":
        return (
            Shape("reference", name=name)
            if declaration.type.endswith(("interface_declaration", "class_declaration"))
            else UNKNOWN
        )
    value = declaration.child_by_field_name("value")
    if value is None or declaration.child_by_field_name("type_parameters") is not None:
        return UNKNOWN
    shape = reading.remember(home, value, lambda: type_of(reading, home, value, depth + 1))
    return Shape("reference", name=name) if shape.kind == "object" else shape


def _generic(reading: Reading, code: Code, node: Node, depth: int) -> Shape:
    name = text(node.child_by_field_name("name"))
    given = next((child.named_children for child in node.named_children if child.type == "type_arguments"), [])
    last = name.rpartition(".")[2]
    if last in ("infer", "output", "input", "InferType", "Infer", "TypeOf") and "." in name:
        return reading.inferred(code, given[0], depth + 1) if given else UNKNOWN
    first = type_of(reading, code, given[0], depth + 1) if given and last not in ("Record", "Map") else UNKNOWN
    if last in _LISTS:
        return Shape("list", of=first)
    if last in _TRANSPARENT:
        return first
    if last == "Partial":
        return Shape("object", fields=tuple(replace(each, required=False) for each in _flat(reading, first, depth)))
    if last in ("Omit", "Pick") and len(given) > 1:
        return _picked(reading, code, first, given[1], last == "Pick", depth)
    if last in _CODE:
        return Shape("code")
    if last == "ReturnType" and given:
        return Shape("uuid" if "randomUUID" in text(given[0]) else "text" if "nanoid" in text(given[0]) else "unknown")
    if (found := reading.declaration(code, name)) is not None:
        body = found[1].child_by_field_name("value")
        if body is not None and body.type == "intersection_type":
            # Such as `type Entity<T> = {id: string} & T`.
            added = (_flat(reading, type_of(reading, code, each, depth + 1), depth) for each in given)
            return Shape(
                "object", fields=_joined(_flat(reading, type_of(reading, found[0], body, depth + 1), depth), *added)
            )
        return Shape("reference", name=name)
    return Shape(_NAMED.get(last, "unknown"))


def _picked(reading: Reading, code: Code, of: Shape, names: Node, keep: bool, depth: int) -> Shape:
    chosen: set[str] = {str(choice) for choice in type_of(reading, code, names, depth + 1).choices}
    if names.type == "index_type_query" and names.named_children:
        base = type_of(reading, code, names.named_children[0], depth + 1)
        chosen = {each.name for each in _flat(reading, base, depth)}
    return Shape("object", fields=tuple(each for each in _flat(reading, of, depth) if (each.name in chosen) == keep))


def _looked_up(reading: Reading, code: Code, children: list[Node], depth: int) -> Shape:
    if len(children) < 2:
        return UNKNOWN
    if children[0].type in ("parenthesized_type", "type_query") and children[1].type != "literal_type":
        # (typeof LIST)[number]
        shape = type_of(reading, code, children[0], depth + 1)
        return shape.of or UNKNOWN
    owner, key = (type_of(reading, code, child, depth + 1) for child in children[:2])
    name = str(key.choices[0]) if key.choices else ""
    return next((each.shape for each in _flat(reading, owner, depth) if each.name == name), owner.of or UNKNOWN)


def _flat(reading: Reading, shape: Shape, depth: int) -> tuple[Field, ...]:
    """The fields of a shape, through a reference."""
    if shape.kind == "reference" and depth < MOST_DEPTH:
        return reading.fields(shape.name, depth + 1)
    return shape.fields


def _joined(*groups: tuple[Field, ...] | list[Field]) -> tuple[Field, ...]:
    by_name: dict[str, Field] = {}
    for group in groups:
        for each in group:
            by_name[each.name] = each
    return tuple(by_name.values())


def _flattened(node: Node, kind: str) -> Iterator[Node]:
    """The parts of a union or intersection, which lean to the left."""
    parts: list[Node] = []
    here = [node]
    while here:
        each = here.pop()
        if each.type == kind:
            here.extend(child for child in each.named_children if child.type != "comment")
        else:
            parts.append(each)
    return reversed(parts)


def _members(reading: Reading, code: Code, body: Node, depth: int) -> tuple[Field, ...]:
    fields: list[Field] = []
    for member in body.named_children:
        if member.type == "method_signature":
            shape, optional = Shape("code"), False
        elif member.type in ("property_signature", "public_field_definition"):
            annotation, value = member.child_by_field_name("type"), member.child_by_field_name("value")
            optional = any(child.type == "?" for child in member.children)
            if annotation is not None:
                shape = type_of(reading, code, annotation, depth + 1)
            else:
                shape = UNKNOWN if value is None else reading.value(code, value, depth + 1)
        else:
            continue
        key = member.child_by_field_name("name")
        name = unquoted(key) or text(key)
        fields.append(
            Field(name, shape.or_null(optional or shape.nullable), not optional, "type", code.evidence(member, "type"))
        )
    return tuple(fields)
