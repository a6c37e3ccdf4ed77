"""Where schemas are made: `new Schema(…)`, copies, classes, and the calls that give one back."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from app.provisioning.extraction.mongoose.changes import CHAINED, CHANGES, Changes
from app.provisioning.extraction.mongoose.classes import Classes
from app.provisioning.extraction.mongoose.definitions import Definitions
from app.provisioning.extraction.mongoose.documents import Document, Notes
from app.provisioning.extraction.mongoose.evaluation import Bound, Following, Shared, last_segment
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text, walk
from app.provisioning.source.values import Call, Found, Name, Value


class Schemas:
    """All schemas of a program, each made once."""

    def __init__(self, program: Program, notes: Notes) -> None:
        self.program = program
        self.shared = Shared(program)
        self.values = Following(self.shared)
        self._notes = notes
        self.classes = Classes(program, self.values, notes, self)
        self.definitions = Definitions(notes, self.of)
        self.changes = Changes(program, self.shared, self.values, self.definitions, notes, self.of)
        self._documents: dict[tuple[str, int, int], Document] = {}
        self._kept: list[object] = []
        self._nodes: dict[str, dict[str, list[Node]]] = {}
        self.used: set[int] = set()

    def note_changes(self, modules: Iterable[Module]) -> None:
        """Take note of the calls and assignments that change what variables hold."""
        for module in modules:
            self.changes.note_calls(module, self.nodes(module, "call_expression"))
            self.changes.note_assignments(module, self.nodes(module, "assignment_expression"))
        self.changes.sort()

    def nodes(self, module: Module, kind: str) -> list[Node]:
        """The calls, `new` expressions or assignments of a module, in order."""
        if module.path not in self._nodes:
            found: dict[str, list[Node]] = {"call_expression": [], "new_expression": [], "assignment_expression": []}
            for node in walk(module.root):
                if node.type in found:
                    found[node.type].append(node)
            self._nodes[module.path] = found
        return self._nodes[module.path][kind]

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
                self.changes.make(document, declared)
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
        if method in CHAINED:
            values = self.values.within(bindings)
            document = self.of(values.of(Found(call.at.module, owner)))
            if document is not None and method in CHANGES:
                self.changes.apply(document, call)
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
