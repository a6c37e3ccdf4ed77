"""The models of an app: what is given a schema and a collection."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.mongoose.classes import CLASSES
from app.provisioning.extraction.mongoose.documents import Model, Notes, Variant
from app.provisioning.extraction.mongoose.evaluation import Bound, last_segment, returned_by
from app.provisioning.extraction.mongoose.schemas import Schemas
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, bare, decorators, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_FOR_CLASS: Final = frozenset({"getModelForClass", "setModelForClass", "getModelWithString"})


class Models:
    """Finds the models of all modules that speak of Mongoose."""

    def __init__(self, program: Program, notes: Notes, schemas: Schemas) -> None:
        self._program = program
        self._notes = notes
        self._schemas = schemas
        self.models: dict[str, Model] = {}
        self.of_variants: dict[str, str] = {}

    def read(self, modules: list[Module]) -> None:
        """Find all models, then what is added to them."""
        calls = [(module, node) for module in modules for node in self._schemas.nodes(module, "call_expression")]
        for module, node in calls:
            self._model(module, node)
        for module, node in calls:
            if _called(node) in ("discriminator", "getDiscriminatorModelForClass"):
                self._discriminator(module, node)
        self._unregistered(modules)

    def name_of(self, value: Value) -> str | None:
        """The name of the model that a value stands for: its name, the model, or its class; None if unknown."""
        match value:
            case str():
                return value
            case Call() if last_segment(value.callee) == "model":
                arguments = self._schemas.values.arguments(value)
                return arguments[0] if arguments and isinstance(arguments[0], str) else None
            case Call() if last_segment(value.callee) in _FOR_CLASS:
                arguments = self._schemas.values.arguments(value)
                return self.name_of(arguments[0]) if arguments else None
            case Name():
                return self._named(value)
            case Opaque() if value.kind in ("arrow_function", "function_expression"):
                body = value.at.node.child_by_field_name("body")
                if body is not None and body.type != "statement_block":
                    return self.name_of(self._schemas.values.of(Found(value.at.module, body)))
        return None

    def _named(self, name: Name) -> str | None:
        written = name.text.removesuffix(".name").removesuffix(".modelName")
        found = self._program.find(name.at.module, written, name.at.node)
        if found is not None and found.node.type in CLASSES:
            custom = self._schemas.classes.options(found).get("customName")
            return custom if isinstance(custom, str) else text(found.node.child_by_field_name("name"))
        if found is not None and found.node.type in ("variable_declarator", "call_expression"):
            value = self._schemas.values.of(found)
            if not isinstance(value, Name):
                return self.name_of(value)
        short = last_segment(written)
        return short if short in self.models or short in self.of_variants else None

    def _model(self, module: Module, node: Node) -> None:
        called = _called(node)
        if called.endswith(("model", "Model")) and called not in ("InjectModel", "useModel"):
            call = self._schemas.values.of(Found(module, node))
            if isinstance(call, Call) and last_segment(call.callee).endswith(("model", "Model")):
                self._by_call(call)
        elif called in ("forFeature", "forFeatureAsync"):
            self._for_feature(module, node)
        elif called in _FOR_CLASS:
            self._for_class(module, node)
        elif (function := self._wrapper(module, node)) is not None:
            self._by_call(function)

    def _wrapper(self, module: Module, node: Node) -> Call | None:
        """A call of the app's own function that gives back a model."""
        callee = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if callee is None or callee.type != "identifier" or arguments is None or not arguments.named_children:
            return None
        if arguments.named_children[0].type not in ("string", "object", "identifier", "member_expression"):
            return None
        call = Call(text(callee), (), Found(module, node))
        function = self._schemas.values.function(call)
        if function is None or b"odel" not in (function.node.text or b""):
            return None
        value = self._schemas.values.of(Found(module, node))
        return value if isinstance(value, Bound) and last_segment(value.callee) == "model" and value.bindings else None

    def _by_call(self, call: Call) -> None:
        arguments = self._schemas.values.arguments(call)
        name = self._text(arguments[0]) if arguments else None
        if name is None or len(arguments) < 2:
            return
        document = self._schemas.of(arguments[1])
        if document is None:
            if arguments[1] is not UNDEFINED and not isinstance(arguments[1], dict):
                self._unknown(call, name, arguments[1])
                return
            if not isinstance(arguments[1], dict) or last_segment(call.callee) != "model":
                return
            document = self._schemas.of_definition(arguments[1], call.at)
        collection = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], str) else None
        collection = collection or _text(document.options.get("collection"))
        self._keep(Model(name, document, collection, call.at, guarded=_is_guarded(call.at.node)))

    def _unknown(self, call: Call, name: str, given: Value) -> None:
        if last_segment(call.callee) == "model" and isinstance(given, (Name, Call, Opaque)):
            if isinstance(given, Name) and self._is_parameter(given):
                return
            self._notes.warn(call.at, "unknown-schema", f"The schema of the model {name} is not in these files.")

    def _is_parameter(self, name: Name) -> bool:
        found = self._program.find(name.at.module, name.text, name.at.node)
        return found is not None and found.node.type in ("identifier", "shorthand_property_identifier_pattern")

    def _text(self, value: Value) -> str | None:
        if isinstance(value, str):
            return value
        return self._named(value) if isinstance(value, Name) and value.text.endswith(".name") else None

    def _keep(self, model: Model) -> None:
        known = self.models.get(model.name)
        if known is not None and known.guarded and not model.guarded:
            # The other order throws an OverwriteModelError: where the app works, this one was first.
            self.models[model.name], known, model = model, model, known
        if known is None:
            self.models[model.name] = model
        elif known.document is not model.document:
            self._notes.warn(
                model.at,
                "duplicate-model",
                f"There is a model {model.name} already, in {known.at.module.path}; this one is not read.",
            )

    def _for_feature(self, module: Module, node: Node) -> None:
        """`MongooseModule.forFeature([{name, schema, collection, discriminators}])`."""
        arguments = node.child_by_field_name("arguments")
        given = UNDEFINED
        if arguments is not None and arguments.named_children:
            given = self._schemas.values.of(Found(module, arguments.named_children[0]))
        for each in given if isinstance(given, list) else ():
            if not isinstance(each, dict):
                continue
            name = self._text(each.get("name"))
            schema = each.get("schema", each.get("useFactory"))
            if isinstance(schema, Opaque):
                schema = self._returned(schema)
            document = self._schemas.of(schema)
            at = each.places.get("name", Found(module, node)) if isinstance(each, Record) else Found(module, node)
            if name is None or document is None:
                continue
            collection = _text(each.get("collection")) or _text(document.options.get("collection"))
            self._keep(Model(name, document, collection, at))
            variants = each.get("discriminators")
            for variant in variants if isinstance(variants, list) else ():
                inner = self._schemas.of(variant.get("schema")) if isinstance(variant, dict) else None
                label = self._text(variant.get("name")) if isinstance(variant, dict) else None
                if inner is not None and label is not None:
                    tied = variant.get("value", label)
                    self._vary(name, Variant(label, tied if isinstance(tied, (str, int)) else label, inner, at))

    def _returned(self, function: Opaque) -> Value:
        body = function.at.node.child_by_field_name("body")
        returned = returned_by(function.at.node) if body is not None else None
        return UNDEFINED if returned is None else self._schemas.values.of(Found(function.at.module, returned))

    def _for_class(self, module: Module, node: Node) -> None:
        call = self._schemas.values.of(Found(module, node))
        arguments = self._schemas.values.arguments(call) if isinstance(call, Call) else []
        if not arguments or not isinstance(arguments[0], Name):
            return
        found = self._program.find(module, arguments[0].text, arguments[0].at.node)
        document = None if found is None else self._schemas.classes.document(found)
        if found is None or document is None:
            return
        if len(arguments) > 1 and isinstance(arguments[1], dict):
            more = arguments[1].get("schemaOptions")
            document.options.update(more if isinstance(more, dict) else {})
        name = self._named(arguments[0]) or document.name
        self._keep(Model(name, document, _text(document.options.get("collection")), found, "typegoose.model"))

    def _discriminator(self, module: Module, node: Node) -> None:
        call = self._schemas.values.of(Found(module, node))
        callee = node.child_by_field_name("function")
        if not isinstance(call, Call) or callee is None:
            return
        arguments = self._schemas.values.arguments(call)
        if _called(node) == "getDiscriminatorModelForClass" and len(arguments) > 1:
            base, child = self.name_of(arguments[0]), arguments[1]
            found = None
            if isinstance(child, Name):
                found = self._program.find(module, child.text, child.at.node)
            document = None if found is None else self._schemas.classes.document(found)
            if base is not None and document is not None:
                tied = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], str) else document.name
                self._vary(base, Variant(document.name, tied, document, Found(module, node)))
            return
        owner = callee.child_by_field_name("object")
        if owner is None or len(arguments) < 2:
            return
        base = self.name_of(self._schemas.values.of(Found(module, owner)))
        name = self._text(arguments[0])
        document = self._schemas.of(arguments[1])
        if base is None or base not in self.models or name is None or document is None:
            return
        value = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], (str, int)) else name
        self._vary(base, Variant(name, value, document, Found(module, node)))

    def _vary(self, base: str, variant: Variant) -> None:
        model = self.models.get(base)
        if model is not None and all(each.name != variant.name for each in model.variants):
            model.own_variants.append(variant)
            self.of_variants[variant.name] = base

    def _unregistered(self, modules: list[Module]) -> None:
        """Classes of NestJS that are made to schemas, but registered where we cannot see it."""
        made = [
            (module, document)
            for module in modules
            for node in self._schemas.nodes(module, "call_expression")
            if _called(node) == "createForClass"
            and (document := self._schemas.of(self._schemas.values.of(Found(module, node)))) is not None
        ]
        for module, document in made:
            if not self._is_root(module, document.at) or id(document) in self._schemas.definitions.embedded:
                continue
            if any(model.document is document for model in self.models.values()):
                continue
            if any(each.document is document for model in self.models.values() for each in model.variants):
                continue
            if document.name not in self.models and document.name not in self.of_variants:
                collection = _text(document.options.get("collection"))
                self._keep(Model(document.name, document, collection, document.at, "nest.schema", 0.7))

    def _is_root(self, module: Module, found: Found) -> bool:
        """Whether a class is nobody's sub-document."""
        return (found.module.path, found.node.id) not in self._schemas.classes.embedded_names and bool(
            decorators(found.node)
        )


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_guarded(node: Node) -> bool:
    """Whether a model is made only where there is none yet: the other side, or the condition, looks for it."""
    here, parent = node, node.parent
    while parent is not None and bare(parent) == node:
        here, parent = parent, parent.parent
    if parent is None:
        return False
    side = {"binary_expression": "left", "ternary_expression": "condition"}.get(parent.type, "")
    asked = parent.child_by_field_name(side) if side else None
    return asked is not None and asked != here and re.search(r"\bmodels\b", text(asked)) is not None


def _called(node: Node) -> str:
    callee = node.child_by_field_name("function")
    if callee is None:
        return ""
    return text(callee.child_by_field_name("property") if callee.type == "member_expression" else callee)
