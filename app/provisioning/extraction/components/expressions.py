"""Expressions as shapes: what kind of value stands there, as far as the code shows without running it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import MOST_DEPTH, Code, arguments, callee
from app.provisioning.extraction.components.shapes import COUNTED, PERSON, UNKNOWN, Field, Kind, Shape, Source
from app.provisioning.extraction.components.types import NOTHING, type_of
from app.provisioning.source.syntax import text, unquoted

if TYPE_CHECKING:
    from app.provisioning.extraction.components.reading import Reading

MOST_EXAMPLES: Final = 200
"""Of longer arrays of objects the rest says nothing new."""

HOOKS: Final = frozenset({
    "useState", "React.useState", "useImmer", "ref", "shallowRef", "reactive", "signal", "createSignal", "atom",
    "atomWithStorage", "writable", "$state", "useStorage", "useLocalStorage", "useLocalStorageState",
    "usePersistedState", "usePersistentState", "useStickyState",
})  # fmt: skip
"""Calls that hold a value which changes; the first argument that is no key is its first value."""

STORING_HOOKS: Final = frozenset({
    "atomWithStorage", "useStorage", "useLocalStorage", "useLocalStorageState", "usePersistedState",
    "usePersistentState", "useStickyState",
})  # fmt: skip

_TRANSPARENT: Final = frozenset({
    "parenthesized_expression", "non_null_expression", "await_expression", "as_expression", "satisfies_expression",
})  # fmt: skip
_SIGNED_IN: Final = re.compile(r"(?i)(^|\W)(auth|current|session|signed_?in|logged_?in)?_?user[?!]*\.(id|uid|_id)$")
"""The id of whoever is signed in."""
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_CALLED: Final[tuple[tuple[str, Kind], ...]] = (
    (r"(\w+\.)*[cC]rypto\.randomUUID|uuid|uuidv[1-7]|v[1-7]|uuid\.v[1-7]|randomUUID", "uuid"),
    (r"nanoid|cuid|ulid|uid|generateId|createId|uniqueId|_\.uniqueId|genId|makeId", "text"),
    (r".*\.toISOString\(\)\.(slice|substring|substr)", "date"),
    (r".*\.toISOString|(new)?Date\(.*\)\.toJSON", "timestamp"),
    (r"Date\.now|(new)?Date\(.*\)\.(getTime|valueOf)|performance\.now", "bigint"),
    (r"parseInt|Number\.parseInt|Math\.(floor|ceil|round|trunc)", "integer"),
    (r"parseFloat|Number|Number\.parseFloat|Math\.\w+", "number"),
    (r"Boolean", "boolean"),
    (r"String|.*\.(trim|toLowerCase|toUpperCase|toString|toFixed|join|slice|padStart|replace|substring)", "text"),
    (r"(.*\.)?(Timestamp\.(now|fromDate|fromMillis)|serverTimestamp)|dayjs|moment", "timestamp"),
)


_LEAVES: Final = frozenset({
    "string", "template_string", "number", "true", "false", "null", "undefined", "identifier", "property_identifier",
    "shorthand_property_identifier", "jsx_element", "jsx_self_closing_element",
})  # fmt: skip
"""Expressions whose parts are not looked at one by one."""


def value_of(reading: Reading, code: Code, node: Node, depth: int = 0, source: Source = "making") -> Shape:
    """The shape of an expression; fields of objects say that they come from `source`."""
    if depth > MOST_DEPTH:
        return UNKNOWN
    kind = node.type
    children = [] if kind in _LEAVES else [child for child in node.named_children if child.type != "comment"]
    if kind in _TRANSPARENT:
        if node.type.startswith(("as_", "satisfies_")) and len(children) > 1:
            typed = type_of(reading, code, children[1], depth + 1)
            if typed.kind not in ("unknown", "reference", "object") and text(children[1]) != "const":
                return typed
        return value_of(reading, code, children[0], depth + 1, source) if children else UNKNOWN
    match kind:
        case "string" | "template_string":
            return _text(unquoted(node))
        case "number":
            written = text(node).replace("_", "").lower()
            whole = written.lstrip("-").isdigit() or written.startswith("0x")
            return Shape("integer" if whole else "number", literal=True, default=written if whole else None)
        case "true" | "false":
            return Shape("boolean", literal=True, default=node.type)
        case "null" | "undefined":
            return NOTHING
        case "array":
            return Shape(
                "list",
                of=alike([value_of(reading, code, each, depth + 1, source) for each in children[:MOST_EXAMPLES]]),
            )
        case "object":
            return Shape("object", fields=object_fields(reading, code, node, depth, source))
        case "identifier" | "shorthand_property_identifier":
            return _name(reading, code, node, depth)
        case "member_expression":
            return _member(reading, code, node, depth)
        case "subscript_expression":
            if re.search(r"\.toISOString\(\)\.split\(.T.\)\[0\]$", text(node)):
                return Shape("date")
            owner = value_of(reading, code, children[0], depth + 1, source) if children else UNKNOWN
            return owner.of or UNKNOWN
        case "unary_expression":
            operator = text(node.child_by_field_name("operator"))
            inner = value_of(reading, code, children[-1], depth + 1) if children else UNKNOWN
            return (
                Shape("boolean")
                if operator == "!"
                else replace(inner, default=None)
                if operator == "-"
                else Shape("number")
            )
        case "binary_expression":
            return _binary(reading, code, node, children, depth)
        case "ternary_expression":
            given = [value_of(reading, code, child, depth + 1) for child in children[1:]]
            return replace(alike(given), literal=False)
        case "call_expression" | "new_expression":
            return _call(reading, code, node, depth)
        case "arrow_function" if (
            body := node.child_by_field_name("body")
        ) is not None and body.type != "statement_block":
            return value_of(reading, code, body, depth + 1, source) if depth else Shape("code")
        case "arrow_function" | "function_expression" | "class" | "jsx_element" | "jsx_self_closing_element" | "regex":
            return Shape("code")
        case "jsx_fragment":
            return Shape("code")
    return UNKNOWN


def object_fields(
    reading: Reading, code: Code, node: Node, depth: int = 0, source: Source = "making"
) -> tuple[Field, ...]:
    """The properties of an object literal."""
    fields: dict[str, Field] = {}
    for child in node.named_children:
        evidence = code.evidence(child, source)
        if child.type == "pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is None or value is None or key.type == "computed_property_name":
                continue
            name, shape = unquoted(key) or text(key), value_of(reading, code, value, depth + 1, source)
        elif child.type == "shorthand_property_identifier":
            name, shape = text(child), value_of(reading, code, child, depth + 1, source)
        elif child.type == "method_definition":
            name, shape = text(child.child_by_field_name("name")), Shape("code")
        elif child.type == "spread_element" and child.named_children:
            spread = value_of(reading, code, child.named_children[0], depth + 1, source)
            if spread == UNKNOWN and source == "making":
                # What it holds is not known; that of a call (`...doc.data()`) has no name either.
                whole = text(child.named_children[0]) if child.named_children[0].type == "identifier" else "..."
                fields[whole] = Field(whole, Shape("reference", name=whole, literal=True), True, source, evidence)
            inner = reading.fields(spread.name) if spread.kind == "reference" else spread.fields
            fields.update(
                (
                    each.name,
                    # A part of a thing (`Partial<Todo>`) does not say what the whole may lack.
                    replace(each, required=each.required or None)
                    if each.source in ("type", "zod")
                    else replace(each, shape=replace(each.shape, literal=False), source=source),
                )
                for each in inner
            )
            continue
        else:
            continue
        fields[name] = Field(name, shape, True if shape != NOTHING else None, source, evidence)
    return tuple(fields.values())


def alike(shapes: Sequence[Shape]) -> Shape:
    """One shape for several examples of a thing. Of objects, a field that some lack may be missing."""
    known = [each for each in shapes if each.kind != "unknown" and each != NOTHING]
    nullable = any(each == NOTHING or each.nullable for each in shapes)
    if not known:
        return UNKNOWN.or_null(nullable)
    kinds = {each.kind for each in known}
    literal = all(each.literal for each in known)
    if kinds == {"object"}:
        return Shape("object", nullable, fields=_alike_objects(known))
    if len(kinds) == 1 and kinds <= {"list"}:
        return Shape("list", nullable, of=alike([each.of or UNKNOWN for each in known if each.of != UNKNOWN]))
    if len(kinds) == 1:
        choices = tuple(dict.fromkeys(choice for each in known for choice in each.choices))
        repeated = len(choices) < sum(len(each.choices) for each in known) or len(known) == 1
        kept = choices if repeated and all(each.choices for each in known) else ()
        return Shape(known[0].kind, nullable, kept, name=known[0].name, literal=literal, default=known[0].default)
    if kinds <= {"integer", "number", "bigint"}:
        return Shape("bigint" if "bigint" in kinds and "number" not in kinds else "number", nullable, literal=literal)
    if kinds <= {"date", "timestamp"}:
        return Shape("timestamp", nullable)
    if "code" in kinds:
        return Shape("code")
    return Shape(
        "text" if kinds <= {"text", "uuid", "date", "time", "timestamp", "integer", "number"} else "json", nullable
    )


def _alike_objects(objects: Sequence[Shape]) -> tuple[Field, ...]:
    gathered: dict[str, list[Field]] = {}
    for each in objects:
        for field in each.fields:
            gathered.setdefault(field.name, []).append(field)
    return tuple(
        replace(
            fields[0],
            shape=(shape := alike([field.shape for field in fields])).or_null(
                shape.nullable or len(fields) < len(objects)
            ),
            required=len(fields) == len(objects) and not shape.nullable,
        )
        for fields in gathered.values()
    )


def _text(value: str | None) -> Shape:
    if value is None:
        return Shape("text")
    if _UUID.fullmatch(value):
        return Shape("uuid", literal=True)
    if _MOMENT.fullmatch(value):
        return Shape("timestamp", literal=True)
    if _DATE.fullmatch(value):
        return Shape("date", literal=True)
    return Shape("text", choices=(value,) if 0 < len(value) <= 40 else (), literal=bool(value))


def _name(reading: Reading, code: Code, node: Node, depth: int) -> Shape:
    name = text(node)
    if name == "undefined":
        return NOTHING
    if (found := reading.variable(code, name, node)) is None:
        # An icon or a component of a package.
        return Shape("code") if name[:1].isupper() and name in code.module.imported else UNKNOWN
    home, declared = found
    if declared.type in ("function_declaration", "class_declaration"):
        return Shape("code")
    annotation = declared.child_by_field_name("type")
    pattern = declared.child_by_field_name("name") or declared.child_by_field_name("pattern")
    if annotation is not None:
        shape = type_of(reading, home, annotation, depth + 1)
        if pattern is None or pattern.type == "identifier":
            return shape
        fields = reading.fields(shape.name) if shape.kind == "reference" else shape.fields
        return next((each.shape for each in fields if each.name == name), UNKNOWN)
    value = declared.child_by_field_name("value")
    if value is None or pattern is None:
        return UNKNOWN
    if pattern.type == "identifier":
        shape = reading.remember(home, value, lambda: value_of(reading, home, value, depth + 1))
        return replace(shape, literal=False, default=None)
    if pattern.type == "array_pattern" and value.type == "call_expression" and pattern.named_children:
        held = pattern.named_children[0].type == "identifier" and text(pattern.named_children[0]) == name
        return replace(held_by(reading, home, value, depth + 1), literal=False, default=None) if held else Shape("code")
    if pattern.type == "object_pattern":
        owner = value_of(reading, home, value, depth + 1)
        fields = reading.fields(owner.name) if owner.kind == "reference" else owner.fields
        return next((each.shape for each in fields if each.name == name), UNKNOWN)
    return UNKNOWN


def held_by(reading: Reading, code: Code, call: Node, depth: int = 0, source: Source = "making") -> Shape:
    """What a call of a hook holds: by its type argument, else by its first value."""
    name = callee(call)
    if (
        (typed := call.child_by_field_name("type_arguments")) is not None
        and typed.named_children
        and name != "useReducer"
    ):
        return type_of(reading, code, typed.named_children[0], depth + 1)
    given = arguments(call)
    if name in ("useReducer", "React.useReducer") or (name in STORING_HOOKS and len(given) > 1):
        given = given[1:2]
    if name not in HOOKS and not name.endswith("useReducer"):
        return UNKNOWN
    return value_of(reading, code, given[0], depth + 1, source) if given else UNKNOWN


def _member(reading: Reading, code: Code, node: Node, depth: int) -> Shape:
    target, name = node.child_by_field_name("object"), text(node.child_by_field_name("property"))
    if name == "length":
        return COUNTED
    if target is None:
        return UNKNOWN
    if _SIGNED_IN.search(text(node)):
        return Shape(name=PERSON)
    owner = value_of(reading, code, target, depth + 1)
    if name == "value" and owner.kind in ("list", "reference") and target.type == "identifier":
        return owner
    fields = reading.fields(owner.name) if owner.kind == "reference" else owner.fields
    return next((replace(each.shape, literal=False, default=None) for each in fields if each.name == name), UNKNOWN)


def _binary(reading: Reading, code: Code, node: Node, children: list[Node], depth: int) -> Shape:
    operator = text(node.child_by_field_name("operator"))
    if operator in ("===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"):
        return Shape("boolean")
    given = [replace(value_of(reading, code, each, depth + 1), literal=False, default=None) for each in children[:2]]
    if operator in ("||", "??", "&&"):
        return replace(alike(given), choices=())
    kinds = {each.kind for each in given}
    if operator == "+" and "text" in kinds:
        return Shape("text")
    return (
        Shape("bigint" if "bigint" in kinds else "integer" if kinds == {"integer"} else "number")
        if kinds != {"unknown"}
        else UNKNOWN
    )


def _call(reading: Reading, code: Code, node: Node, depth: int) -> Shape:
    name = callee(node)
    if node.type == "new_expression":
        return (
            Shape("timestamp")
            if name == "Date"
            else Shape("list")
            if name == "Set"
            else Shape("json")
            if name == "Map"
            else UNKNOWN
        )
    if name in HOOKS or name in ("useReducer", "React.useReducer"):
        return held_by(reading, code, node, depth + 1)
    if name.endswith(".map") and (given := arguments(node)) and given[0].type == "arrow_function":
        each = value_of(reading, code, given[0], depth + 1)
        return Shape("list", of=each) if each.kind == "object" else UNKNOWN
    if name in ("Object.freeze", "Object.values") and (given := arguments(node)):
        return value_of(reading, code, given[0], depth + 1)
    if name in ("format", "dayjs().format", "moment().format") or name.endswith(").format"):
        return _formatted(arguments(node))
    for pattern, kind in _CALLED:
        if re.fullmatch(pattern, name):
            return Shape(kind)
    return UNKNOWN


def _formatted(given: Sequence[Node]) -> Shape:
    """What a date is written as: by the pattern of date-fns, Day.js or Moment, a date, a time or free text."""
    pattern = unquoted(given[-1]) if given else None
    if pattern is None:
        return UNKNOWN
    if re.fullmatch(r"(?i)y{4}-mm-dd", pattern):
        return Shape("date")
    return Shape("time") if re.fullmatch(r"H{1,2}:mm(:ss)?", pattern) else Shape("text")
