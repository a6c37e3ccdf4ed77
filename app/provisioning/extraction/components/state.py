"""What an app holds: lists in state and stores, seed data, and the expressions that make a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import (
    FUNCTIONS,
    Code,
    arguments,
    callee,
    function_around,
    name_of_function,
)
from app.provisioning.extraction.components.declarations import has_key
from app.provisioning.extraction.components.expressions import HOOKS, STORING_HOOKS, value_of
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Shape, Sighting
from app.provisioning.extraction.components.types import named_within
from app.provisioning.extraction.components.words import is_plural, thing
from app.provisioning.source.syntax import text

_STORES: Final = re.compile(
    r"(create|createStore|createSlice|defineStore|createContext|persist|devtools|immer|reactive|useReducer|proxy"
    r"|create<.*|React\.createContext|observable|signalStore|withState|useLocalObservable|createReducer)(\(.*\))?"
)
_SHOWN_FIELDS: Final = frozenset({
    "href", "to", "component", "element", "onClick", "className", "route", "Icon", "svg", "gradient", "bgColor",
})  # fmt: skip
_WRAPPERS: Final = frozenset({
    "as_expression", "satisfies_expression", "parenthesized_expression", "non_null_expression",
})  # fmt: skip
MAKER: Final = re.compile(
    r"(?:handle|on|do)?_?(?:[Aa]dd|[Cc]reate|[Ss]ave|[Ii]nsert|[Ss]ubmit|[Pp]ost|[Rr]egister|[Bb]ook|[Nn]ew|[Ss]end|[Mm]ake)((?:[A-Z]|_)\w*)"
)
"""Names of functions that make something, such as `handleAddTodo`; what they make is in the group."""

_STORE_NAME: Final = re.compile(r"(?i)state|store|initial|default")
_ADDING: Final = re.compile(r"(.+)\.(push|unshift|concat)")


def sightings(reading: Reading, code: Code) -> Iterator[Sighting]:
    """The lists that a module holds, its seed data, and its new objects."""
    for call in code.nodes("call_expression"):
        name = callee(call)
        if name in HOOKS or name in ("useReducer", "React.useReducer"):
            yield from _held(reading, code, call, name)
        elif (added := _ADDING.fullmatch(name)) is not None:
            method = call.child_by_field_name("function")
            owner = None if method is None else method.child_by_field_name("object")
            yield from _added(reading, code, call, added[1], arguments(call), owner)
        elif call.child_by_field_name("type_arguments") is not None:
            yield from _held_otherwise(reading, code, call)
        if re.fullmatch(r"set[A-Z]\w*", name) and re.search(r"\.(filter|map)\(", text(call)):
            yield Sighting(name, "change", 0.15, code.evidence(call, "change"), kept=True)
    for array in code.nodes("array"):
        yield from _of_array(reading, code, array)
    for declarator in code.nodes("variable_declarator"):
        yield from _typed_object(reading, code, declarator)
    for made in code.nodes("made"):
        yield from _made(reading, code, made)


def variable_of(node: Node) -> Node | None:
    """The declarator whose initial value an expression is."""
    parent = node.parent
    while parent is not None and parent.type in _WRAPPERS:
        parent = parent.parent
    return parent if parent is not None and parent.type == "variable_declarator" else None


def _held(reading: Reading, code: Code, call: Node, hook: str) -> Iterator[Sighting]:
    declarator = variable_of(call)
    pattern = None if declarator is None else declarator.child_by_field_name("name")
    if pattern is None:
        return
    first = pattern.named_children[0] if pattern.type == "array_pattern" and pattern.named_children else pattern
    name, stored = text(first), hook in STORING_HOOKS
    changes = pattern.type == "identifier" or len(pattern.named_children) > 1
    typed = call.child_by_field_name("type_arguments")
    named = (
        []
        if typed is None
        else [each for each in named_within(typed) if reading.declaration(code, each[0]) is not None]
    )
    for of, many in named:
        weight, held = 0.4 if many else 0.1, many and changes
        yield Sighting(name, "state", weight, code.evidence(call, "state"), type_name=of, kept=held, stored=stored)
    if named or (typed is not None and not re.search(r"\[\]|Array<", text(typed))):
        return
    given = arguments(call)
    given = given[1:2] if hook.endswith("useReducer") else given[-1:]
    shape = value_of(reading, code, given[0], source="seed") if given else Shape()
    if (
        shape.kind == "list"
        and (shape.of is None or shape.of.kind in ("unknown", "object", "reference"))
        and is_plural(name)
    ):
        of = shape.of.name if shape.of is not None else ""
        yield Sighting(name, "state", 0.4, code.evidence(call, "state"), type_name=of, kept=changes, stored=stored)


def _held_otherwise(reading: Reading, code: Code, call: Node) -> Iterator[Sighting]:
    """`const entries = persisted<Entry[]>("entries", [])`: a list held by a helper of the app's own."""
    declarator = variable_of(call)
    pattern = None if declarator is None else declarator.child_by_field_name("name")
    typed = call.child_by_field_name("type_arguments")
    if pattern is None or pattern.type != "identifier" or typed is None or len(typed.named_children) != 1:
        return
    for of, many in named_within(typed):
        if many and reading.declaration(code, of) is not None:
            yield Sighting(text(pattern), "state", 0.3, code.evidence(call, "state"), type_name=of, kept=True)


def _of_array(reading: Reading, code: Code, array: Node) -> Iterator[Sighting]:
    children = [child for child in array.named_children if child.type != "comment"]
    spread = next((child for child in children if child.type == "spread_element"), None)
    if spread is not None:
        if len(children) > 1 and spread.named_children:
            name, elements = _list_name(code, spread.named_children[0]), [each for each in children if each != spread]
            yield from _added(reading, code, array, name, elements, spread.named_children[0])
        return
    held = _name_of_list(code, array)
    if held is None:
        return
    declarator = variable_of(array)
    annotation = declarator.child_by_field_name("type") if declarator is not None else None
    around = array.parent
    if annotation is None and around is not None and around.type in ("as_expression", "satisfies_expression"):
        annotation = around.named_children[-1]
    of = next((each for each, many in named_within(annotation) if many), "") if annotation is not None else ""
    if children and children[0].type == "object":
        yield _seeds(reading, code, array, held, of)
    in_store = array.parent is not None and array.parent.type == "pair"
    if (
        in_store
        and _STORE_NAME.search(_holder(array))
        and is_plural(held)
        and (not children or children[0].type == "object")
    ):
        yield Sighting(held, "state", 0.4, code.evidence(array, "state"), kept=True)


def _seeds(reading: Reading, code: Code, array: Node, name: str, type_name: str) -> Sighting:
    shape = value_of(reading, code, array, source="seed").of
    fields = () if shape is None else shape.fields
    shown = [each.name for each in fields if each.name in _SHOWN_FIELDS or each.shape.kind == "code"]
    against = f"a part of the page: it has {', '.join(shown[:3])}" if shown else ""
    weight = 0.5 if has_key(fields) else 0.3
    return Sighting(name, "seed-array", weight, code.evidence(array, "seed-array"), fields, type_name, against=against)


def _name_of_list(code: Code, array: Node) -> str | None:
    """What a list is called: by its variable, by the hook that holds it, or by its property in a store."""
    if (declarator := variable_of(array)) is not None:
        pattern = declarator.child_by_field_name("name")
        return text(pattern) if pattern is not None and pattern.type == "identifier" else None
    parent = array.parent
    if parent is not None and parent.type == "arguments" and parent.parent is not None:
        held = variable_of(parent.parent) if callee(parent.parent) in HOOKS else None
        pattern = None if held is None else held.child_by_field_name("name")
        return None if pattern is None else text(pattern.named_children[0] if pattern.named_children else pattern)
    if parent is None or parent.type != "pair" or parent.parent is None:
        return None
    key = text(parent.child_by_field_name("key"))
    owner = variable_of(parent.parent)
    if owner is not None:
        declared = text(owner.child_by_field_name("name"))
        return key if not thing(declared) or re.search(r"(?i)state|store|mock|data|db|seed", declared) else None
    call = parent.parent.parent
    for _ in range(8):
        if call is None or call.type in ("variable_declarator", "jsx_element"):
            return None
        if call.type == "call_expression" and _STORES.fullmatch(callee(call)):
            return key
        if call.type == "array":
            return None
        call = call.parent
    return None


def _holder(array: Node) -> str:
    """The variable of the object that holds a list; `store` where that is the argument of a call."""
    owner = None if array.parent is None or array.parent.parent is None else variable_of(array.parent.parent)
    return "store" if owner is None else text(owner.child_by_field_name("name"))


def _list_name(code: Code, node: Node) -> str:
    """What list is spread: a variable, a property, or the one that a setter was given."""
    name = text(node)
    if node.type == "identifier":
        function = function_around(node)
        call = function.parent.parent if function is not None and function.parent is not None else None
        given = code.local(name, node)
        if (
            call is not None
            and call.type == "call_expression"
            and re.fullmatch(r"set[A-Z]\w*", callee(call))
            and (given is None or given.type != "variable_declarator")
        ):
            return callee(call)
        if (
            call is not None
            and call.type == "call_expression"
            and (held := re.fullmatch(r"(\w+)\.(?:update|set|next|mutate)", callee(call)))
            and given is not None
            and given.type != "variable_declarator"
        ):
            return held[1]
        return name
    while node.type in ("parenthesized_expression", "binary_expression", "non_null_expression") and node.named_children:
        node = node.named_children[0]
    if node.type == "subscript_expression" and node.named_children:
        node = node.named_children[0]
    return re.split(r"[.?!]+", text(node).strip("()"))[-1]


def _added(
    reading: Reading, code: Code, at: Node, to: str, elements: list[Node], owner: Node | None
) -> Iterator[Sighting]:
    """Elements that are added to a list, whose name is `to` and whose expression is `owner`."""
    held = UNKNOWN if owner is None else value_of(reading, code, owner)
    of = held.of.name if held.kind == "list" and held.of is not None else ""
    path = [part for part in re.split(r"[.?!]+", to) if part not in ("value", "current", "slice()")]
    name = re.sub(r"[\[(].*", "", path[-1]) if path else ""
    if name in ("state", "prev", "draft", "current", "old"):
        name = _reduced(code, at) or name
    local = code.local(name, at) if len(path) == 1 else None
    initial = local.child_by_field_name("value") if local is not None else None
    if not name or (
        initial is not None and initial.type == "array" and function_around(at) == function_around(local or at)
    ):
        return  # A list that a function builds and gives back.
    for element in elements:
        shape = value_of(reading, code, element)
        declared = shape.name if shape.kind == "reference" else of or _type_of_variable(code, element)
        fields = tuple(each for each in shape.fields if each.source == "making")
        if shape.kind not in ("object", "reference") and not declared:
            continue
        against = "holds code" if any(each.shape.kind == "code" for each in fields) else ""
        weight = 0.45 if has_key(fields) else 0.3 if shape.kind == "reference" else 0.25
        yield Sighting(
            name, "making", weight, code.evidence(at, "making"), fields, declared, kept=True, against=against
        )


def _reduced(code: Code, at: Node) -> str:
    """What a reducer keeps, by its own name or by its file: `todoReducer`, `todo/reducer.js`."""
    function = function_around(at)
    names = [name_of_function(function) if function is not None else "", *reversed(code.module.path.split("/"))]
    for each in names[:3]:
        about = re.sub(r"(?i)\.\w+$|_?(reducer|slice|store)s?", "", each)
        if about != each and about and thing(about) not in ("", "src", "app"):
            return about
        if about and about == each and each is not names[0] and re.search(r"(?i)reducer|slice|store", code.module.path):
            return about
    return ""


def _type_of_variable(code: Code, node: Node) -> str:
    declared = code.local(text(node), node) if node.type == "identifier" else None
    annotation = None if declared is None else declared.child_by_field_name("type")
    return "" if annotation is None else next((name for name, _ in named_within(annotation)), "")


def _typed_object(reading: Reading, code: Code, declarator: Node) -> Iterator[Sighting]:
    """`const todo: Todo = {…}`: how one is made."""
    annotation, value = declarator.child_by_field_name("type"), declarator.child_by_field_name("value")
    if annotation is None or value is None or value.type != "object":
        return
    fields: tuple[Field, ...] = value_of(reading, code, value).fields
    for name, many in named_within(annotation):
        if not many:
            evidence = code.evidence(declarator, "making")
            yield Sighting(name, "made", 0.2, evidence, fields, name)


def _setter_of(reading: Reading, code: Code, made: Node) -> str | None:
    """The declared type of the state that an object is put into: `setActive({id: uuid(), …})`."""
    call = made.parent.parent if made.parent is not None and made.parent.type == "arguments" else None
    if call is None or not re.fullmatch(r"set[A-Z]\w*", callee(call)):
        return None
    local = code.local(callee(call), call)
    value = None if local is None else local.child_by_field_name("value")
    typed = None if value is None else value.child_by_field_name("type_arguments")
    named = [] if typed is None else list(named_within(typed))
    return named[0][0] if len(named) == 1 and not named[0][1] else None


def _made(reading: Reading, code: Code, made: Node) -> Iterator[Sighting]:
    """An object with a fresh id in `addTodo`: how one is made."""
    fields = tuple(each for each in value_of(reading, code, made).fields if each.source == "making")
    key = next((each.shape for each in fields if each.name in ("id", "_id")), UNKNOWN)
    if key.kind not in ("uuid", "bigint", "text", "integer") or key.literal:
        return
    if (single := _setter_of(reading, code, made)) is not None:
        yield Sighting(single, "made", 0.2, code.evidence(made, "made"), fields, single)
        return
    here = made.parent
    while here is not None:
        if here.type == "pair":
            name = text(here.child_by_field_name("key"))
        else:
            name = name_of_function(here) if here.type in FUNCTIONS else ""
        if (found := MAKER.fullmatch(name)) is not None or (here.type != "pair" and name.endswith("Form")):
            about = found[1] if found is not None else name
            yield Sighting(about, "made", 0.2, code.evidence(made, "made"), fields)
            return
        here = here.parent
    if (page := re.search(r"(\w+Form)\.(vue|svelte|jsx?|tsx?)", code.module.path)) is not None:
        yield Sighting(page[1], "made", 0.2, code.evidence(made, "made"), fields)
