"""Values of an app's expressions, as far as they can be known without running it."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from app.provisioning.source.operators import is_false, joined, number, of_one, of_several, with_reverse
from app.provisioning.source.syntax import Module, is_cast, text, unquoted
from app.provisioning.source.values import UNDEFINED, Bindings, Call, Found, Name, Names, Opaque, Record, Value
from app.provisioning.source.written import CLASSES, call_at, operands, static_field

MOST_DEPTH: Final = 60
"""How deep a value may be nested, and how many names may stand between a use and its value."""

MOST_ITEMS: Final = 50_000
"""Of a list."""

_TRANSPARENT: Final = frozenset(
    {"parenthesized_expression", "non_null_expression", "type_assertion", "await_expression"}
)


class Evaluation:
    """Values of expressions, with names followed by `names`, and parameters by `bindings`."""

    def __init__(self, names: Names, bindings: Bindings | None = None) -> None:
        self._names = names
        self._bindings: Bindings = bindings or {}

    def of(self, at: Found) -> Value:
        """The value of an expression, or the first one of what a declaration declares."""
        with self._names.steps.for_one():
            return self._value(at.module, at.node, 0)

    def _value(self, module: Module, node: Node, depth: int) -> Value:
        here = Found(module, node)
        if depth > MOST_DEPTH or not self._names.steps.take():
            return Opaque(here)
        if node.type in _TRANSPARENT or is_cast(node):
            parts = [child for child in node.named_children if child.type != "comment"]
            inner = parts[-1 if node.type == "type_assertion" else 0] if parts else None
            return UNDEFINED if inner is None else self._value(module, inner, depth + 1)
        match node.type:
            case "string":
                return unquoted(node)
            case "template_string":
                return self._template(module, node, depth)
            case "number":
                return number(text(node))
            case "true" | "false":
                return node.type == "true"
            case "null":
                return None
            case "undefined":
                return UNDEFINED
            case "identifier" | "shorthand_property_identifier":
                return self._named(module, node, depth)
            case "array":
                return self._array(module, node, depth)
            case "object":
                return self._object(module, node, depth)
            case "member_expression" | "subscript_expression":
                return self._member(module, node, depth)
            case "unary_expression":
                return self._unary(module, node, depth)
            case "binary_expression":
                return self._binary(module, node, depth)
            case "ternary_expression":
                return self._choice(module, node, depth)
            case "call_expression" | "new_expression":
                call = call_at(here)
                return self._of_builtin(call, depth) if call.callee in _BUILTINS else self._called(call, depth)
            case "variable_declarator":
                value = node.child_by_field_name("value")
                return UNDEFINED if value is None else self._value(module, value, depth + 1)
            case "enum_declaration":
                return self._members_of(here, depth)
        return Opaque(here)

    def enum_members(self, enum: Found) -> dict[str, Value]:
        """The members of a TypeScript enum with their values."""
        with self._names.steps.for_one():
            return self._members_of(enum, 0)

    def _members_of(self, enum: Found, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        body = enum.node.child_by_field_name("body")
        following: int | None = 0
        for child in [] if body is None else body.named_children:
            if child.type == "enum_assignment":
                name = child.child_by_field_name("name")
                given = child.child_by_field_name("value")
                value = UNDEFINED if given is None else self._value(enum.module, given, depth + 1)
                if isinstance(value, Name):
                    value = members.get(value.text.rpartition(".")[2], value)
            elif child.type in ("property_identifier", "string"):
                name, value = child, following
            else:
                continue
            key = unquoted(name) or text(name)
            members[key] = value
            following = value + 1 if isinstance(value, int) and not isinstance(value, bool) else None
        return members

    def _called(self, call: Call, depth: int) -> Value:
        """What a call gives: itself, unless a reader knows better."""
        return call

    def _named(self, module: Module, node: Node, depth: int) -> Value:
        name = text(node)
        if name == "undefined":
            return UNDEFINED
        found = self._names.find(module, name, node)
        if found is not None and (key := (found.module.path, found.node.id)) in self._bindings:
            return self._bindings[key]
        if found is not None and found.node.type in _TAKEN_OUT:
            return self._taken_out(found, Name(name, Found(module, node)), depth)
        if found is None or found.node.type not in _VALUED:
            return Name(name, Found(module, node))
        return self._value(found.module, found.node, depth + 1)

    def _taken_out(self, found: Found, name: Name, depth: int) -> Value:
        """`a` of `const { a } = …`: that property, where it can be known."""
        here: Node | None = found.node
        key = text(found.node)
        if here is not None and here.parent is not None and here.parent.type == "pair_pattern":
            here = here.parent
            key = text(here.child_by_field_name("key"))
        pattern = None if here is None else here.parent
        declarator = None if pattern is None else pattern.parent
        if declarator is None or declarator.type != "variable_declarator":
            return name
        value = declarator.child_by_field_name("value")
        owner = UNDEFINED if value is None else self._value(found.module, value, depth + 1)
        if isinstance(owner, dict) and key in owner:
            return owner[key]
        return Name(f"{owner.text}.{key}", owner.at) if isinstance(owner, Name) else name

    def _template(self, module: Module, node: Node, depth: int) -> Value:
        plain = unquoted(node)
        if plain is not None:
            return plain
        pieces: list[Value] = []
        for child in node.named_children:
            if child.type == "template_substitution":
                pieces.append(self._value(module, child.named_children[0], depth + 1) if child.named_children else None)
            else:
                pieces.append(text(child))
        known = joined(pieces)
        return Opaque(Found(module, node)) if known is None else known

    def _array(self, module: Module, node: Node, depth: int) -> list[Value]:
        values: list[Value] = []
        for child in node.named_children:
            if child.type == "comment":
                continue
            if child.type == "spread_element":
                spread = self._value(module, child.named_children[0], depth + 1)
                values.extend(spread if isinstance(spread, list) else [spread])
            else:
                values.append(self._value(module, child, depth + 1))
            if len(values) > MOST_ITEMS:
                return [Opaque(Found(module, node))]
        return values

    def _object(self, module: Module, node: Node, depth: int) -> Record:
        values = Record()
        for child in node.named_children:
            match child.type:
                case "pair":
                    value = child.child_by_field_name("value")
                    key = self._key(module, child.child_by_field_name("key"), depth)
                    if key is not None and value is not None:
                        values[key] = self._value(module, value, depth + 1)
                        values.places[key] = Found(module, child)
                case "shorthand_property_identifier":
                    values[text(child)] = self._named(module, child, depth + 1)
                    values.places[text(child)] = Found(module, child)
                case "method_definition":
                    key = text(child.child_by_field_name("name"))
                    values[key] = Opaque(Found(module, child))
                    values.places[key] = Found(module, child)
                case "spread_element":
                    spread = self._value(module, child.named_children[0], depth + 1)
                    if isinstance(spread, dict):
                        values.update(spread)
                        if isinstance(spread, Record):
                            values.places.update(spread.places)
                            values.unknown += spread.unknown
                    else:
                        values.unknown.append(Found(module, child))
        return values

    def _key(self, module: Module, key: Node | None, depth: int) -> str | None:
        if key is None:
            return None
        if key.type == "computed_property_name":
            value = self._value(module, key.named_children[0], depth + 1) if key.named_children else None
            return str(value) if isinstance(value, (str, int)) else None
        return unquoted(key) if key.type == "string" else text(key)

    def _member(self, module: Module, node: Node, depth: int) -> Value:
        target = node.child_by_field_name("object")
        written = Name("".join(text(node).split()), Found(module, node))
        if target is None:
            return written
        owner = self._value(module, target, depth + 1)
        if node.type == "member_expression":
            key: Value = text(node.child_by_field_name("property"))
        else:
            index = node.child_by_field_name("index")
            key = UNDEFINED if index is None else self._value(module, index, depth + 1)
        if isinstance(owner, dict) and isinstance(key, str) and key in owner:
            return owner[key]
        if isinstance(owner, list) and isinstance(key, int) and 0 <= key < len(owner):
            return owner[key]
        if isinstance(owner, Name):
            found = self._names.find(owner.at.module, owner.text, owner.at.node)
            if found is not None and found.node.type == "program" and isinstance(key, str):
                exported = self._names.exported(found.module, key)
                if exported is not None and exported.node.type in _VALUED:
                    return self._value(exported.module, exported.node, depth + 1)
            if found is not None and found.node.type in CLASSES and isinstance(key, str):
                field = static_field(found.node, key)
                if field is not None:
                    return self._value(found.module, field, depth + 1)
        return written

    def _choice(self, module: Module, node: Node, depth: int) -> Value:
        condition = node.child_by_field_name("condition")
        known = Opaque(Found(module, node)) if condition is None else self._value(module, condition, depth + 1)
        if isinstance(known, (Name, Call, Opaque)):
            return Opaque(Found(module, node))
        chosen = node.child_by_field_name("alternative" if is_false(known) else "consequence")
        return UNDEFINED if chosen is None else self._value(module, chosen, depth + 1)

    def _otherwise(self, module: Module, node: Node, operator: str, depth: int) -> Value:
        """`a || b` and `a ?? b`. Settings are not known: what is written for their absence is taken."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return UNDEFINED
        value = self._value(module, left, depth + 1)
        if isinstance(value, Name) and value.text.startswith(("process.env", "import.meta.env")):
            return self._value(module, right, depth + 1)
        if isinstance(value, (Name, Call, Opaque)):
            return Opaque(Found(module, node))
        is_absent = value is None or value is UNDEFINED or (operator == "||" and is_false(value))
        return self._value(module, right, depth + 1) if is_absent else value

    def _of_builtin(self, call: Call, depth: int) -> Value:
        """`Object.values(…)` and the like of what is known; else the call as it is."""
        values = [self._value(call.at.module, argument, depth + 1) for argument in call.arguments]
        of = values[0] if len(values) == 1 else UNDEFINED
        match call.callee:
            case "Object.freeze" if values:
                return of
            case "Object.values" | "Object.keys" if isinstance(of, dict):
                members = with_reverse(of) if self._is_enum(call) else of
                return list(members.values() if call.callee == "Object.values" else members)
        return call

    def _is_enum(self, call: Call) -> bool:
        node = call.arguments[0]
        found = self._names.find(call.at.module, text(node), node) if node.type == "identifier" else None
        return found is not None and found.node.type == "enum_declaration"

    def _unary(self, module: Module, node: Node, depth: int) -> Value:
        argument = node.child_by_field_name("argument")
        value = UNDEFINED if argument is None else self._value(module, argument, depth + 1)
        known = of_one(text(node.child_by_field_name("operator")), value)
        return Opaque(Found(module, node)) if known is None else known

    def _binary(self, module: Module, node: Node, depth: int) -> Value:
        operator = text(node.child_by_field_name("operator"))
        if operator in ("||", "??"):
            return self._otherwise(module, node, operator, depth)
        values = [self._value(module, operand, depth + 1) for operand in operands(node, operator)]
        known = of_several(operator, values)
        return Opaque(Found(module, node)) if known is None else known


_BUILTINS: Final = frozenset({"Object.values", "Object.keys", "Object.freeze"})
_TAKEN_OUT: Final = frozenset({"shorthand_property_identifier_pattern", "identifier"})
"""What a pattern declares."""

_VALUED: Final = frozenset(
    {
        "variable_declarator", "enum_declaration", "object", "array", "string", "template_string", "number", "true",
        "false", "call_expression", "new_expression", "member_expression", "subscript_expression", "unary_expression",
        "binary_expression", "ternary_expression", *_TRANSPARENT,
    }
)  # fmt: skip
