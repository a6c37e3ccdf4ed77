"""Where schemas are made and changed: `new Schema(…)`, copies, and the calls on them that add paths and indexes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.mongoose.classes import Classes
from app.provisioning.extraction.mongoose.definitions import Definitions
from app.provisioning.extraction.mongoose.documents import Document, KeyedIndex, Notes, Variant
from app.provisioning.extraction.mongoose.evaluation import Bound, Following, Shared, function_of, last_segment
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, parameters, text, walk
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_CHANGES: Final = frozenset(
    {"add", "clearIndexes", "discriminator", "index", "path", "plugin", "remove", "removeIndex", "set", "required",
     "unique", "default", "ref"}
)  # fmt: skip
_CHAINED: Final = _CHANGES | {
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


class Schemas:
    """All schemas of a program, each made once."""

    def __init__(self, program: Program, notes: Notes) -> None:
        self.program = program
        self.shared = Shared(program)
        self.values = Following(self.shared)
        self._notes = notes
        self.classes = Classes(program, self.values, notes, self)
        self.definitions = Definitions(notes, self.of)
        self._documents: dict[tuple[str, int, int], Document] = {}
        self._kept: list[object] = []
        self._changes: dict[tuple[str, int], list[Call]] = {}
        self._changed: set[tuple[int, str, int]] = set()
        self._nodes: dict[str, dict[str, list[Node]]] = {}
        self.used: set[int] = set()

    def note_changes(self, modules: Iterable[Module]) -> None:
        """Take note of the calls and assignments that change what variables hold."""
        for module in modules:
            self._note_changes(module)
        for changes in self._changes.values():
            changes.sort(key=lambda call: (call.at.module.path, call.at.node.end_byte))

    def nodes(self, module: Module, kind: str) -> list[Node]:
        """The calls, `new` expressions or assignments of a module, in order."""
        if module.path not in self._nodes:
            found: dict[str, list[Node]] = {"call_expression": [], "new_expression": [], "assignment_expression": []}
            for node in walk(module.root):
                if node.type in found:
                    found[node.type].append(node)
            self._nodes[module.path] = found
        return self._nodes[module.path][kind]

    def _note_changes(self, module: Module) -> None:
        for node in (*self.nodes(module, "call_expression"), *self.nodes(module, "assignment_expression")):
            if node.type == "call_expression":
                callee = node.child_by_field_name("function")
                if callee is None or callee.type != "member_expression":
                    continue
                if text(callee.child_by_field_name("property")) not in _CHANGES:
                    continue
                root = _root(callee)
                found = None if root is None else self.program.find(module, text(root), root)
                if found is not None:
                    call = self._as_call(module, node)
                    self._changes.setdefault((found.module.path, found.node.id), []).append(call)
            elif node.type == "assignment_expression":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                if left is not None and right is not None and left.type == "identifier":
                    found = self.program.find(module, text(left), left)
                    if found is not None:
                        self.shared.assigned.setdefault((found.module.path, found.node.id), Found(module, right))

    def left_over(self, modules: Iterable[Module]) -> list[Document]:
        """Schemas that stand in the code, and were not asked for."""
        found = []
        for module in modules:
            for node in self.nodes(module, "new_expression"):
                call = self.values.of(Found(module, node))
                document = self._made(call) if isinstance(call, Call) and self._is_constructor(call) else None
                if document is not None and id(document) not in self.used:
                    parent = node.parent
                    document.name = text(None if parent is None else parent.child_by_field_name("name"))
                    found.append(document)
        return found

    def of_definition(self, definition: Value, at: Found) -> Document:
        """The schema of a plain object that is given for one."""
        document = Document(at)
        self._kept.append(document)
        self.definitions.add(document, definition, at)
        return document

    def of(self, value: Value) -> Document | None:
        """The schema that a value is; None where it is none, or cannot be known."""
        if isinstance(value, Name):
            return self._named(value)
        if not isinstance(value, Call):
            return None
        document = self._made(value)
        if document is not None:
            self.used.add(id(document))
            for declared in value.declared if isinstance(value, Bound) else ():
                document.name = document.name or text(declared.node.child_by_field_name("name"))
                self._change(document, declared.module.path, declared.node.id)
        return document

    def at(self, found: Found) -> Document | None:
        """The schema that an expression is."""
        return self.of(self.values.of(found))

    def _named(self, name: Name) -> Document | None:
        """`User.schema`, or a class of NestJS."""
        for ending in (".schema", ".prototype.schema"):
            if name.text.endswith(ending):
                return self.of_model(name.text.removesuffix(ending), name.at)
        found = self.program.find(name.at.module, name.text, name.at.node)
        if found is None:
            return None
        return self.classes.embedded(found)

    def of_model(self, written: str, at: Found) -> Document | None:
        """The schema of the model that a name stands for."""
        found = self.program.find(at.module, written.partition(".")[0], at.node)
        value = None if found is None else self.values.of(found)
        if isinstance(value, Call) and last_segment(value.callee) == "model":
            arguments = self.values.arguments(value)
            return self.of(arguments[1]) if len(arguments) > 1 else None
        return None

    def _made(self, call: Call) -> Document | None:
        bindings = call.bindings if isinstance(call, Bound) else {}
        key = (call.at.module.path, call.at.node.id, id(bindings) if bindings else 0)
        if key in self._documents:
            return self._documents[key]
        method = last_segment(call.callee)
        if self._is_constructor(call):
            return self._built(key, call)
        if method in ("createForClass", "buildSchema"):
            document = self._of_class(call)
            if document is not None:
                self._documents[key] = document
            return document
        function = call.at.node.child_by_field_name("function")
        owner = (
            None if function is None or function.type != "member_expression" else function.child_by_field_name("object")
        )
        if owner is None:
            return None
        if method in _CHAINED:
            values = self.values.within(bindings)
            document = self.of(values.of(Found(call.at.module, owner)))
            if document is not None and method in _CHANGES:
                self._apply(document, call)
            return document
        if method in ("clone", "pick", "omit"):
            original = self.of(self.values.within(bindings).of(Found(call.at.module, owner)))
            return None if original is None else self._copied(key, original, method, call)
        return None

    def _built(self, key: tuple[str, int, int], call: Call) -> Document:
        arguments = self.values.arguments(call)
        document = Document(call.at)
        self._documents[key] = document
        self._kept.append(call)
        if len(arguments) > 1 and isinstance(arguments[1], dict):
            document.options = dict(arguments[1])
        elif len(arguments) > 1:
            self._notes.warn(call.at, "unknown-options", "The options of this schema are not known without running it.")
        if arguments:
            self.definitions.add(document, arguments[0], call.at)
        return document

    def _copied(self, key: tuple[str, int, int], original: Document, method: str, call: Call) -> Document:
        copy = Document(call.at, dict(original.options), dict(original.paths), list(original.indexes))
        self._documents[key] = copy
        arguments = self.values.arguments(call)
        names = arguments[0] if arguments else []
        if method != "clone" and isinstance(names, list):
            chosen = {each for each in copy.paths if any(each == name or each.startswith(f"{name}.") for name in names)}
            if method == "omit":
                chosen = set(copy.paths) - chosen
            copy.paths = {name: path for name, path in copy.paths.items() if name in chosen}
            if method == "pick":
                copy.indexes = []
        return copy

    def _of_class(self, call: Call) -> Document | None:
        arguments = self.values.arguments(call)
        if not arguments or not isinstance(arguments[0], Name):
            return None
        found = self.program.find(call.at.module, arguments[0].text, arguments[0].at.node)
        return None if found is None else self.classes.document(found)

    def _is_constructor(self, call: Call) -> bool:
        """Whether a call makes a schema of Mongoose, under another name too."""
        module, callee = call.at.module, call.callee
        if last_segment(callee) == "Schema":
            return self._is_mongoose(call)
        if not call.is_new or "." in callee:
            return False
        imported = module.imported.get(callee)
        if imported is not None:
            return imported.name == "Schema" and self._is_mongoose(call)
        found = self.program.find(module, callee, call.at.node)
        value = self.values.of(found) if found is not None and found.node.type == "variable_declarator" else None
        return isinstance(value, Name) and value.text.endswith(".Schema")

    def _is_mongoose(self, call: Call) -> bool:
        """Whether this `Schema` is that of Mongoose, and not another package's."""
        root = call.callee.partition(".")[0]
        source = call.at.module.imported.get(root)
        if source is None:
            return True
        return (
            any(word in source.source for word in ("mongoose", "typegoose"))
            or self.program.resolve(call.at.module, source.source) is not None
            or source.source.startswith((".", "@/", "~/"))
        )

    def _change(self, document: Document, path: str, node_id: int) -> None:
        """Do to a schema what calls on its variable do."""
        if (key := (id(document), path, node_id)) in self._changed:
            return
        self._changed.add(key)
        for call in self._changes.get((path, node_id), ()):
            self._apply(document, call)

    def _apply(self, document: Document, call: Call) -> None:
        if (key := (id(document), call.at.module.path, call.at.node.id)) in self._changed:
            return
        self._changed.add(key)
        arguments = self.values.arguments(call)
        first = arguments[0] if arguments else UNDEFINED
        second = arguments[1] if len(arguments) > 1 else UNDEFINED
        owner = _owner(call)
        if owner is not None and owner.type == "call_expression" and (inner := self._path_of(document, call, owner)):
            self._change_path(document, inner, call, arguments)
            return
        match last_segment(call.callee):
            case "add":
                prefix = second if isinstance(second, str) else ""
                self.definitions.add(document, first, call.at, prefix)
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
                self.definitions.set(document, first, second, call.at)
            case "remove":
                for each in first if isinstance(first, list) else [first]:
                    document.remove(str(each))
            case "plugin":
                self._plugin(document, call, first, second)
            case "discriminator" if (variant := self.of(second)) is not None:
                tied = arguments[2] if len(arguments) > 2 else UNDEFINED
                document.variants.append(_variant(first, tied, variant, call.at))

    def _path_of(self, document: Document, call: Call, owner: Node) -> str | None:
        """`name` of `schema.path("name").required(true)`, also where calls stand in between."""
        while owner.type == "call_expression":
            callee = owner.child_by_field_name("function")
            if callee is None or callee.type != "member_expression":
                return None
            if text(callee.child_by_field_name("property")) == "path":
                arguments = self.values.arguments(self._as_call(call.at.module, owner))
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
            variant = self.of(arguments[1]) if len(arguments) > 1 else None
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
            found = self.program.find(plugin.at.module, plugin.text, plugin.at.node)
        function = None if found is None else function_of(found)
        if function is None:
            shown = name or (plugin.callee if isinstance(plugin, Call) else "this plugin")
            self._notes.warn(call.at, "plugin", f"What {shown} adds to the schema cannot be seen.")
            return
        given = parameters(function.node)
        target = given[0].child_by_field_name("pattern") or given[0] if given else None
        if target is None:
            return
        bindings = self.values.bindings_of(function, [UNDEFINED, Record() if options is UNDEFINED else options])
        for change in self._changes.get((function.module.path, target.id), ()):
            self._apply(document, Bound(change.callee, change.arguments, change.at, bindings=bindings))

    def _as_call(self, module: Module, node: Node) -> Call:
        callee, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        given = () if arguments is None else tuple(each for each in arguments.named_children if each.type != "comment")
        return Call("".join(text(callee).split()), given, Found(module, node))


def _variant(name: Value, tied: Value, document: Document, at: Found) -> Variant:
    shown = (
        name
        if isinstance(name, str)
        else last_segment(name.text.removesuffix(".name"))
        if isinstance(name, Name)
        else ""
    )
    return Variant(shown, tied if isinstance(tied, (str, int)) and tied != "" else shown, document, at)


def _owner(call: Call) -> Node | None:
    function = call.at.node.child_by_field_name("function")
    return None if function is None else function.child_by_field_name("object")


def _root(callee: Node) -> Node | None:
    """`schema` of `schema.path("a").required`."""
    here = callee.child_by_field_name("object")
    while here is not None and here.type in ("member_expression", "call_expression"):
        if here.type == "member_expression" and text(here.child_by_field_name("property")) not in _CHAINED:
            return None
        here = here.child_by_field_name("object" if here.type == "member_expression" else "function")
    return here if here is not None and here.type == "identifier" else None
