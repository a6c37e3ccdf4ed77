"""Classes whose members are paths: the decorators of @nestjs/mongoose and of Typegoose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

from tree_sitter import Node

from app.provisioning.extraction.mongoose.documents import Document, KeyedIndex, Notes
from app.provisioning.extraction.mongoose.evaluation import Following, last_segment, returned_by
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import decorators, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

CLASSES: Final = frozenset({"class_declaration", "abstract_class_declaration"})
_PROPERTIES: Final = frozenset({"Prop", "prop", "arrayProp", "mapProp"})
_BUILT_IN: Final = {
    "string": "String", "number": "Number", "boolean": "Boolean", "bigint": "BigInt", "String": "String",
    "Number": "Number", "Boolean": "Boolean", "Date": "Date", "Map": "Map", "Buffer": "Buffer", "BigInt": "BigInt",
    "ObjectId": "ObjectId", "ObjectID": "ObjectId", "Decimal128": "Decimal128", "Mixed": "Mixed", "UUID": "UUID",
}  # fmt: skip


class _Adding(Protocol):
    """What adds a definition to a schema."""

    definitions: Any


class Classes:
    """Documents of classes, each made once."""

    def __init__(self, program: Program, values: Following, notes: Notes, schemas: _Adding) -> None:
        self._program = program
        self._values = values
        self._notes = notes
        self._schemas = schemas
        self._documents: dict[tuple[str, int], Document] = {}
        self.embedded_names: set[tuple[str, int]] = set()

    def embedded(self, found: Found) -> Document | None:
        """The schema of a class that is the type of a path."""
        if found.node.type not in CLASSES or not self._is_schema(found):
            return None
        self.embedded_names.add((found.module.path, found.node.id))
        return self.document(found)

    def document(self, found: Found) -> Document | None:
        """The schema of a class; None of a class that has no decorators of ours."""
        if found.node.type not in CLASSES:
            return None
        key = (found.module.path, found.node.id)
        if key not in self._documents:
            document = Document(found, name=text(found.node.child_by_field_name("name")))
            self._documents[key] = document
            self._fill(document, found)
        return self._documents[key]

    def options(self, found: Found) -> dict[str, Value]:
        """The options of a class's schema, those of the classes that it extends too."""
        options: dict[str, Value] = {}
        for each in reversed(list(self._lineage(found))):
            for name, arguments in self._decorations(each):
                given = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
                if name == "Schema" and each is found:
                    options.update(given)
                elif name == "modelOptions":
                    inner = given.get("schemaOptions")
                    options.update(inner if isinstance(inner, dict) else {})
                    own = given.get("options")
                    if isinstance(own, dict) and "customName" in own and each is found:
                        options["customName"] = own["customName"]
        return options

    def _is_schema(self, found: Found) -> bool:
        for each in self._lineage(found):
            names = {name for name, _ in self._decorations(each)}
            if names & {"Schema", "modelOptions"} or any(True for _ in _members(each)):
                return True
        return False

    def _fill(self, document: Document, found: Found) -> None:
        document.options.update(self.options(found))
        for each in reversed(list(self._lineage(found))):
            for member, decorator in _members(each):
                name = text(member.child_by_field_name("name"))
                definition = self._definition(each, member, decorator)
                record = Record()
                record[name] = definition
                record.places[name] = Found(each.module, member)
                self._schemas.definitions.add(document, record, Found(each.module, member))
            for name, arguments in self._decorations(each):
                if name == "index" and arguments and isinstance(arguments[0], dict):
                    options = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], dict) else {}
                    document.indexes.append(KeyedIndex(arguments[0], options, each))
                elif name == "plugin":
                    self._notes.warn(each, "plugin", "What this plugin adds to the schema cannot be seen.")

    def _lineage(self, found: Found) -> Iterator[Found]:
        """A class, and those that it extends."""
        seen: set[tuple[str, int]] = set()
        here: Found | None = found
        while here is not None and (key := (here.module.path, here.node.id)) not in seen:
            seen.add(key)
            yield here
            parent = _extended(here.node)
            base = None if parent is None else self._program.find(here.module, text(parent), parent)
            here = base if base is not None and base.node.type in CLASSES else None

    def _decorations(self, found: Found) -> list[tuple[str, list[Value]]]:
        return [
            (last_segment(call.callee), self._values.arguments(call))
            for each in decorators(found.node)
            if (call := self._call(found, each)) is not None
        ]

    def _call(self, found: Found, decorator: Node) -> Call | None:
        inner = decorator.named_children[0] if decorator.named_children else None
        value = None if inner is None else self._values.of(Found(found.module, inner))
        return value if isinstance(value, Call) else None

    def _definition(self, found: Found, member: Node, decorator: Node) -> Value:
        call = self._call(found, decorator)
        arguments = [] if call is None else self._values.arguments(call)
        given = arguments[0] if arguments else Record()
        is_typegoose = call is not None and last_segment(call.callee) != "Prop"
        if isinstance(given, Call) and last_segment(given.callee) == "raw":
            inner = self._values.arguments(given)
            return inner[0] if inner else Record()
        if not isinstance(given, dict):
            return self._unwrapped(given)
        options = Record()
        options.update(given)
        if isinstance(given, Record):
            options.places.update(given.places)
            options.unknown += given.unknown
        annotation = _annotation(member)
        written = self._annotated(found, annotation)
        for key in ("type", "ref", "of"):
            if key in options:
                options[key] = self._unwrapped(options[key])
        if is_typegoose:
            return self._typegoose(options, written)
        if "type" not in options:
            options["type"] = [] if isinstance(written, list) else written
        return options

    def _typegoose(self, options: Record, written: Value) -> Record:
        """Typegoose takes arrays and maps from the member's own type, and a reference for an ObjectId."""
        given = options.get("type", UNDEFINED)
        is_array = isinstance(written, list)
        refers = "ref" in options or "refPath" in options
        if refers and _is_class(given):
            # Beside a reference, the type is that of its id, which no class of the app is.
            given = UNDEFINED
        if given is UNDEFINED:
            given = Name("ObjectId", options_at(written)) if refers else written
            if is_array and refers:
                given = [given]
        elif is_array and not isinstance(given, list):
            given = [given]
        elif isinstance(written, Name) and written.text == "Map" and not isinstance(given, list):
            options["of"] = given
            given = written
        if isinstance(given, list) and given and not isinstance(given[0], list):
            element = Record()
            element["type"] = given[0]
            for key in ("ref", "enum", "refPath"):
                if key in options:
                    element[key] = options[key]
            given = [element]
        options["type"] = given
        return options

    def _unwrapped(self, value: Value) -> Value:
        """`Address` of `() => Address`."""
        if isinstance(value, list):
            return [self._unwrapped(each) for each in value]
        if isinstance(value, Opaque) and value.kind in ("arrow_function", "function_expression"):
            body = returned_by(value.at.node)
            return value if body is None else self._values.of(Found(value.at.module, body))
        return value

    def _annotated(self, found: Found, annotation: Node | None) -> Value:
        """The type of a member as TypeScript's emitDecoratorMetadata tells it; a list for an array."""
        if annotation is None:
            return UNDEFINED
        at = Found(found.module, annotation)
        match annotation.type:
            case "predefined_type" | "type_identifier" | "nested_type_identifier":
                written = text(annotation)
                short = last_segment(written)
                if short in _BUILT_IN:
                    return Name(_BUILT_IN[short], at)
                declared = self._program.find(found.module, written, annotation)
                if declared is not None and declared.node.type == "enum_declaration":
                    members = self._program.enum_members(declared).values()
                    return Name("Number" if all(isinstance(each, int) for each in members) else "String", at)
                if declared is not None and declared.node.type in CLASSES:
                    return Name(written, Found(found.module, annotation))
                return Name("Mixed", at)
            case "array_type" | "readonly_type" | "tuple_type":
                return [_element(self, found, annotation)]
            case "generic_type":
                name = last_segment(text(annotation.child_by_field_name("name")))
                if name in ("Array", "ReadonlyArray"):
                    return [Name("Mixed", at)]
                if name in ("DocumentArray", "ArraySubDocumentType"):
                    return [Name("Mixed", at)]
                return Name(_BUILT_IN.get(name, "Mixed"), at)
            case "union_type":
                sides = [each for each in _sides(annotation) if text(each) not in ("null", "undefined")]
                kinds = [self._annotated(found, each) for each in sides]
                first = kinds[0] if kinds else UNDEFINED
                return first if all(kind == first for kind in kinds) else Name("Mixed", at)
            case "literal_type":
                inner = annotation.named_children[0].type if annotation.named_children else ""
                names = {"string": "String", "number": "Number", "true": "Boolean", "false": "Boolean"}
                return Name(names.get(inner, "Mixed"), at)
            case "parenthesized_type":
                return self._annotated(found, annotation.named_children[0] if annotation.named_children else None)
        return Name("Mixed", at)


def options_at(written: Value) -> Found:
    """Where a member's type is written."""
    here = written[0] if isinstance(written, list) else written
    found: Found = here.at
    return found


def _element(classes: Classes, found: Found, annotation: Node) -> Value:
    inner = annotation.named_children[0] if annotation.named_children else None
    value = classes._annotated(found, inner)
    return Name("Mixed", Found(found.module, annotation)) if value is UNDEFINED else value


def _members(found: Found) -> Iterator[tuple[Node, Node]]:
    """The members that are paths, each with its decorator."""
    body = found.node.child_by_field_name("body")
    for member in [] if body is None else body.named_children:
        if member.type != "public_field_definition":
            continue
        for decorator in decorators(member):
            inner = decorator.named_children[0] if decorator.named_children else None
            name = None if inner is None else inner.child_by_field_name("function")
            if last_segment(text(name)) in _PROPERTIES:
                yield member, decorator
                break


def _annotation(member: Node) -> Node | None:
    annotation = member.child_by_field_name("type")
    return annotation.named_children[0] if annotation is not None and annotation.named_children else None


def _sides(union: Node) -> Iterator[Node]:
    stack = [union]
    while stack:
        here = stack.pop()
        if here.type == "union_type":
            stack.extend(reversed(here.named_children))
        else:
            yield here


def _extended(node: Node) -> Node | None:
    heritage = next((child for child in node.named_children if child.type == "class_heritage"), None)
    clause = None
    for child in [] if heritage is None else heritage.named_children:
        clause = child if child.type == "extends_clause" else clause
    value = None if clause is None else clause.child_by_field_name("value")
    return value if value is not None and value.type == "identifier" else None


def _is_class(type_: Value) -> bool:
    """Whether a type is a class of the app, or a list of one, and no type of Mongoose's or JavaScript's own."""
    if isinstance(type_, list):
        return len(type_) == 1 and _is_class(type_[0])
    return isinstance(type_, Name) and last_segment(type_.text) not in _BUILT_IN
