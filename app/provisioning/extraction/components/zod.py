"""Schemas of zod (and of yup and valibot, as far as they are written alike) as shapes, with their checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import MOST_DEPTH, Code, arguments, callee
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape
from app.provisioning.extraction.components.types import united
from app.provisioning.source.syntax import text, unquoted
from app.provisioning.source.values import Found

if TYPE_CHECKING:
    from app.provisioning.extraction.components.reading import Reading

PACKAGES: Final = ("zod", "yup", "joi", "valibot", "zod/v4", "@hookform/resolvers")

_BASES: Final[dict[str, Kind]] = {
    "string": "text", "number": "number", "boolean": "boolean", "bool": "boolean", "date": "timestamp",
    "bigint": "bigint", "int": "integer", "any": "unknown", "unknown": "unknown", "record": "json", "map": "json",
    "tuple": "json",
    "email": "text", "url": "text", "uuid": "uuid", "cuid": "text", "cuid2": "text", "ulid": "text", "nanoid": "text",
    "json": "json", "file": "text", "instanceof": "text", "function": "code", "iso.datetime": "timestamp",
    "iso.date": "date", "iso.time": "time", "guid": "uuid", "mixed": "unknown",
}  # fmt: skip
_ANSWERS: Final = frozenset({
    "parse", "safeParse", "parseAsync", "safeParseAsync", "validate", "validateSync", "cast", "isValid",
})  # fmt: skip
_FORMATS: Final[dict[str, Kind]] = {
    "uuid": "uuid", "guid": "uuid", "datetime": "timestamp", "date": "date", "time": "time", "int": "integer",
    "integer": "integer", "safe": "integer",
}  # fmt: skip


def schema_of(reading: Reading, code: Code, node: Node, depth: int = 0) -> Shape | None:
    """The shape that a schema accepts; None where the expression is no schema."""
    if depth > MOST_DEPTH:
        return None
    if node.type == "identifier":
        found = reading.variable(code, text(node), node)
        if found is None:
            return None
        shape = reading.remember(*found, lambda: schema_of(reading, *found, depth + 1) or UNKNOWN)
        return None if shape == UNKNOWN else shape
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        return None if value is None else schema_of(reading, code, value, depth + 1)
    if node.type == "member_expression":
        owner = _child(node, "object")
        inner = None if owner is None else schema_of(reading, code, owner, depth + 1)
        last = text(node.child_by_field_name("property"))
        if inner is not None and inner.kind == "object" and (shape_field := inner.field(last)) is not None:
            return shape_field.shape
        return inner if last in ("shape", "element") else None
    function = node.child_by_field_name("function")
    if node.type != "call_expression" or function is None or function.type != "member_expression":
        return None
    owner, method = _child(function, "object"), text(function.child_by_field_name("property"))
    if owner is None:
        return None
    if (root := _root(code, function)) is not None:
        return _base(reading, code, root, node, depth)
    if method in _ANSWERS:
        return None  # What a schema made of a value, no schema.
    inner = schema_of(reading, code, owner, depth + 1)
    return None if inner is None else _method(reading, code, inner, method, node, depth)


def _child(node: Node, name: str) -> Node | None:
    return node.child_by_field_name(name)


def _root(code: Code, function: Node) -> str | None:
    """What follows `z.` where a chain begins: `string`, `coerce.date`."""
    written = "".join(text(function).split())
    head, _, rest = written.partition(".")
    found = code.module.imported.get(head)
    return rest.removeprefix("coerce.") if found is not None and found.source in PACKAGES and "(" not in rest else None


def _base(reading: Reading, code: Code, root: str, call: Node, depth: int) -> Shape:
    given = arguments(call)
    match root:
        case "object" | "strictObject" | "looseObject" | "strict_object":
            return Shape("object", fields=_fields(reading, code, given[0], depth) if given else ())
        case "array" | "set":
            return Shape("list", of=(schema_of(reading, code, given[0], depth + 1) if given else None) or UNKNOWN)
        case "enum" | "picklist":
            return Shape("text", choices=tuple(_choices(reading, code, given[0]))) if given else Shape("text")
        case "nativeEnum":
            return reading.value(code, given[0], depth + 1) if given else Shape("text")
        case "literal":
            value = _constant(reading, code, given[0]) if given else None
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                return Shape("text" if isinstance(value, str) else "integer", choices=(value,))
            return Shape("boolean")
        case "union" | "discriminatedUnion":
            listed = next((each for each in given if each.type == "array"), None)
            parts = [schema_of(reading, code, each, depth + 1) for each in (listed.named_children if listed else ())]
            return united([part for part in parts if part is not None])
        case "optional" | "nullable" | "nullish" | "preprocess" | "lazy" | "pipe":
            for each in given:
                body = each.child_by_field_name("body") if each.type == "arrow_function" else each
                if body is not None and (inner := schema_of(reading, code, body, depth + 1)) is not None:
                    return inner.or_null(root in ("optional", "nullable", "nullish"))
    return Shape(_BASES.get(root, "unknown"))


def _method(reading: Reading, code: Code, of: Shape, method: str, call: Node, depth: int) -> Shape:
    given = arguments(call)
    value = _constant(reading, code, given[0]) if given else None
    if method in ("optional", "nullable", "nullish", "notRequired"):
        return of.or_null()
    if method in ("required", "defined") and of.kind != "object":
        return replace(of, nullable=False)
    if method in _FORMATS and of.kind in ("text", "number"):
        return replace(of, kind=_FORMATS[method])
    if method == "array":
        return Shape("list", of=of)
    if method in ("oneOf", "valid") and given:
        return replace(of, choices=tuple(_choices(reading, code, given[0])))
    if method in ("default", "catch", "prefault"):
        return replace(of, nullable=False, default=literal_sql(of, value))
    if of.kind == "object":
        return _object_method(reading, code, of, method, given, depth)
    if method in ("multipleOf", "step") and isinstance(value, float):
        return replace(of, kind="decimal")
    check = _check(of.kind, method, value)
    return replace(of, checks=(*of.checks, check)) if check else of


def _object_method(reading: Reading, code: Code, of: Shape, method: str, given: list[Node], depth: int) -> Shape:
    names = set(_keys(given[0])) if given else set()
    match method:
        case "omit":
            return replace(of, fields=tuple(each for each in of.fields if each.name not in names))
        case "pick":
            return replace(of, fields=tuple(each for each in of.fields if each.name in names))
        case "extend" | "safeExtend" | "augment" | "shape" | "keys" if given:
            added = _fields(reading, code, given[0], depth)
        case "merge" | "and" | "concat" if given:
            other = schema_of(reading, code, given[0], depth + 1)
            added = () if other is None else other.fields
        case "partial":
            return replace(
                of, fields=tuple(replace(each, shape=each.shape.or_null(), required=False) for each in of.fields)
            )
        case _:
            return of
    known = {each.name: each for each in (*of.fields, *added)}
    return replace(of, fields=tuple(known.values()))


def _check(kind: Kind, method: str, value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "text":
        operator = {"min": ">=", "max": "<=", "length": "="}.get(method)
        if method == "nonempty":
            operator, value, whole = ">=", 1, True
        return f"char_length({{}}) {operator} {value}" if operator and whole else None
    if kind in ("number", "integer", "decimal", "bigint"):
        bound = {"positive": "> 0", "negative": "< 0", "nonnegative": ">= 0", "nonpositive": "<= 0"}.get(method)
        operator = {"min": ">=", "gte": ">=", "max": "<=", "lte": "<=", "gt": ">", "lt": "<", "moreThan": ">"}.get(
            method
        )
        return f"{{}} {bound}" if bound else f"{{}} {operator} {value}" if operator and number else None
    return None


def literal_sql(of: Shape, value: Any) -> str | None:
    """A default as SQL, where it is a plain value of the column's kind."""
    if isinstance(value, bool):
        return ("true" if value else "false") if of.kind == "boolean" else None
    if isinstance(value, (int, float)):
        return str(value) if of.kind in ("number", "integer", "decimal", "bigint") else None
    if isinstance(value, str):
        return "'{}'::text".format(value.replace("'", "''")) if of.kind == "text" and "\0" not in value else None
    return "[]" if value == [] and of.kind == "list" else None


def _fields(reading: Reading, code: Code, node: Node, depth: int) -> tuple[Field, ...]:
    fields: list[Field] = []
    if node.type == "identifier" and (found := reading.variable(code, text(node), node)) is not None:
        code, node = found
        node = node.child_by_field_name("value") or node
    for child in node.named_children if node.type == "object" else ():
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if child.type == "pair" and value is not None:
            shape = schema_of(reading, code, value, depth + 1) or UNKNOWN
            name = unquoted(key) or text(key)
            fields.append(Field(name, shape, not shape.nullable, "zod", code.evidence(child, "zod")))
        elif child.type == "spread_element" and child.named_children:
            inner = schema_of(reading, code, child.named_children[0], depth + 1)
            fields += () if inner is None else inner.fields
    return tuple(fields)


def _keys(node: Node) -> list[str]:
    return [
        unquoted(key) or text(key)
        for child in node.named_children
        if (key := child.child_by_field_name("key")) is not None
    ]


def _constant(reading: Reading, code: Code, node: Node) -> Any:
    return reading.program.value(Found(code.module, node))


def _choices(reading: Reading, code: Code, node: Node) -> list[str | int]:
    value = _constant(reading, code, node)
    listed = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [each for each in listed if isinstance(each, str)]


def is_schema(call: Node) -> bool:
    """A cheap look whether an expression may be a schema of objects."""
    return callee(call).count(".") >= 1
