"""The calls on schemas that add paths and indexes to them, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeAlias

from tree_sitter import Node

from app.provisioning.extraction.mongoose.definitions import Definitions
from app.provisioning.extraction.mongoose.documents import Document, KeyedIndex, Notes, Variant
from app.provisioning.extraction.mongoose.evaluation import Bound, Following, Shared, function_of, last_segment
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, bare, parameters, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value
from app.provisioning.source.written import call_at

CHANGES: Final = frozenset(
    {"add", "clearIndexes", "discriminator", "index", "path", "plugin", "remove", "removeIndex", "set", "required",
     "unique", "default", "ref"}
)  # fmt: skip
CHAINED: Final = CHANGES | {
    "pre",
    "post",
    "virtual",
    "method",
    "static",
    "queue",
    "loadClass",
    "alias",
    "searchIndex",
}

SchemaOf: TypeAlias = Callable[[Value], Document | None]
"""The schema that a value is."""


class Changes:
    """What is done to the schemas that variables hold."""

    def __init__(
        self, program: Program, shared: Shared, values: Following, definitions: Definitions, notes: Notes, of: SchemaOf
    ) -> None:
        self._program = program
        self._shared = shared
        self._values = values
        self._definitions = definitions
        self._notes = notes
        self._of = of
        self._calls: dict[tuple[str, int], list[Call]] = {}
        self._made: set[tuple[int, str, int]] = set()

    def note_calls(self, module: Module, calls: Iterable[Node]) -> None:
        """Take note of those of a module's calls that change what variables hold."""
        for node in calls:
            callee = node.child_by_field_name("function")
            if callee is None or callee.type != "member_expression":
                continue
            if text(callee.child_by_field_name("property")) not in CHANGES:
                continue
            found = self._declared(module, _root(callee))
            if found is not None and (held := _held_path(found)) is not None:
                found = self._declared(module, _root(held))
            if found is not None:
                call = call_at(Found(module, node))
                self._calls.setdefault((found.module.path, found.node.id), []).append(call)

    def _declared(self, module: Module, name: Node | None) -> Found | None:
        return None if name is None else self._program.find(module, text(name), name)

    def note_assignments(self, module: Module, assignments: Iterable[Node]) -> None:
        """Take note of what variables are given after they were declared."""
        for node in assignments:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None and left.type == "identifier":
                found = self._program.find(module, text(left), left)
                if found is not None:
                    self._shared.assigned.setdefault((found.module.path, found.node.id), Found(module, right))

    def sort(self) -> None:
        """Put the calls on each variable in the order in which they end."""
        for calls in self._calls.values():
            calls.sort(key=lambda call: (call.at.module.path, call.at.node.end_byte))

    def make(self, document: Document, declared: Found) -> None:
        """Do to a schema what calls on its variable do."""
        path, node_id = declared.module.path, declared.node.id
        if (key := (id(document), path, node_id)) in self._made:
            return
        self._made.add(key)
        for call in self._calls.get((path, node_id), ()):
            self.apply(document, call)

    def apply(self, document: Document, call: Call) -> None:
        """Do to a schema what a call does, once."""
        if (key := (id(document), call.at.module.path, call.at.node.id)) in self._made:
            return
        self._made.add(key)
        arguments = self._values.arguments(call)
        first = arguments[0] if arguments else UNDEFINED
        second = arguments[1] if len(arguments) > 1 else UNDEFINED
        owner = self._owner(call)
        if owner is not None and owner.type == "call_expression" and (inner := self._path_of(call, owner)):
            self._change_path(document, inner, call, arguments)
            return
        match last_segment(call.callee):
            case "add":
                prefix = second if isinstance(second, str) else ""
                self._definitions.add(document, first, call.at, prefix)
            case "index" if isinstance(first, dict):
                document.indexes.append(KeyedIndex(first, second if isinstance(second, dict) else {}, call.at))
            case "clearIndexes":
                document.indexes.clear()
            case "removeIndex":
                document.indexes = [
                    each
                    for each in document.indexes
                    if each.keys != first and (first is UNDEFINED or each.options.get("name") != first)
                ]
            case "set" if isinstance(first, str) and second is not UNDEFINED:
                document.options[first] = second
            case "path" if isinstance(first, str) and second is not UNDEFINED:
                self._definitions.set(document, first, second, call.at)
            case "remove":
                for each in first if isinstance(first, list) else [first]:
                    document.remove(str(each))
            case "plugin":
                self._plugin(document, call, first, second)
            case "discriminator" if (variant := self._of(second)) is not None:
                tied = arguments[2] if len(arguments) > 2 else UNDEFINED
                document.variants.append(_variant(first, tied, variant, call.at))

    def _owner(self, call: Call) -> Node | None:
        """What a method is called on; the `schema.path(…)` that a variable holds for the variable."""
        function = call.at.node.child_by_field_name("function")
        owner = None if function is None else function.child_by_field_name("object")
        if owner is None or owner.type != "identifier":
            return owner
        found = self._declared(call.at.module, owner)
        held = None if found is None or found.module.path != call.at.module.path else _held_path(found)
        return owner if held is None else held.parent

    def _path_of(self, call: Call, owner: Node) -> str | None:
        """`name` of `schema.path("name").required(true)`, also where calls stand in between."""
        while owner.type == "call_expression":
            callee = owner.child_by_field_name("function")
            if callee is None or callee.type != "member_expression":
                return None
            if text(callee.child_by_field_name("property")) == "path":
                arguments = self._values.arguments(call_at(Found(call.at.module, owner)))
                return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], str) else None
            inner = callee.child_by_field_name("object")
            if inner is None:
                return None
            owner = inner
        return None

    def _change_path(self, document: Document, name: str, call: Call, arguments: list[Value]) -> None:
        path = document.paths.get(name)
        if path is None:
            return
        method = last_segment(call.callee)
        if method == "discriminator":
            variant = self._of(arguments[1]) if len(arguments) > 1 else None
            if variant is not None:
                tied = arguments[2] if len(arguments) > 2 else UNDEFINED
                path.variants.append(_variant(arguments[0], tied, variant, call.at))
        elif method in ("required", "unique", "default", "index", "ref"):
            options = {**path.options, method: arguments[0] if arguments else True}
            document.paths[name] = replace(path, options=options)

    def _plugin(self, document: Document, call: Call, plugin: Value, options: Value) -> None:
        """Apply a plugin that is a function of the app; the fields of others cannot be seen."""
        name = plugin.text if isinstance(plugin, Name) else ""
        found = plugin.at if isinstance(plugin, Opaque) else None
        if isinstance(plugin, Name):
            found = self._program.find(plugin.at.module, plugin.text, plugin.at.node)
        function = None if found is None else function_of(found)
        if function is None:
            shown = name or (plugin.callee if isinstance(plugin, Call) else "this plugin")
            self._notes.warn(call.at, "plugin", f"What {shown} adds to the schema cannot be seen.")
            return
        given = parameters(function.node)
        target = given[0].child_by_field_name("pattern") or given[0] if given else None
        if target is None:
            return
        bindings = self._values.bindings_of(function, [UNDEFINED, Record() if options is UNDEFINED else options])
        for change in self._calls.get((function.module.path, target.id), ()):
            self.apply(document, Bound(change.callee, change.arguments, change.at, bindings=bindings))


def _variant(name: Value, tied: Value, document: Document, at: Found) -> Variant:
    shown = (
        name
        if isinstance(name, str)
        else last_segment(name.text.removesuffix(".name"))
        if isinstance(name, Name)
        else ""
    )
    return Variant(shown, tied if isinstance(tied, (str, int)) and tied != "" else shown, document, at)


def _held_path(found: Found) -> Node | None:
    """The `schema.path` of `const items = schema.path("items") as Schema.Types.DocumentArray`."""
    here = bare(found.node.child_by_field_name("value")) if found.node.type == "variable_declarator" else None
    callee = here.child_by_field_name("function") if here is not None and here.type == "call_expression" else None
    if callee is None or callee.type != "member_expression":
        return None
    return callee if text(callee.child_by_field_name("property")) == "path" else None


def _root(callee: Node) -> Node | None:
    """`schema` of `schema.path("a").required`."""
    here = callee.child_by_field_name("object")
    while here is not None and here.type in ("member_expression", "call_expression"):
        if here.type == "member_expression" and text(here.child_by_field_name("property")) not in CHAINED:
            return None
        here = here.child_by_field_name("object" if here.type == "member_expression" else "function")
    return here if here is not None and here.type == "identifier" else None
