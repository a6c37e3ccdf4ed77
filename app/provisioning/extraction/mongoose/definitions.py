"""Schema definitions to paths, by the rules of Mongoose 8's `Schema.prototype.add` and `interpretAsType`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from app.provisioning.extraction.mongoose.documents import Document, Notes, Path, Variant, place, truthy
from app.provisioning.extraction.mongoose.evaluation import last_segment
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_KINDS: Final = {
    **{kind: kind for kind in (
        "Array", "BigInt", "Boolean", "Buffer", "Date", "Decimal128", "Double", "Int32", "Map", "Mixed", "Number",
        "ObjectId", "String", "UUID", "Union",
    )},
    "Bool": "Boolean", "Decimal": "Decimal128", "Object": "Mixed", "ObjectID": "ObjectId", "Oid": "ObjectId",
    "Bigint": "BigInt",
}  # fmt: skip
"""What Mongoose 8 calls its types, by each name that it takes for one."""

_OTHER_KINDS: Final = {"Long": "BigInt", "Email": "String", "Url": "String", "URL": "String", "Currency": "Int32"}
"""Types of packages that many apps add to Mongoose."""

MOST_PATHS: Final = 2_000
"""PostgreSQL takes no more than 1,600 columns."""

Documents: TypeAlias = Callable[[Value], Document | None]
"""The schema that a value is."""


class Definitions:
    """Adds what is written in definitions to documents."""

    def __init__(self, notes: Notes, document_of: Documents) -> None:
        self._notes = notes
        self._document_of = document_of
        self.embedded: set[int] = set()
        """The documents (by id) that are a path's schema in another one."""

    def add(self, document: Document, definition: Value, at: Found, prefix: str = "") -> None:
        """Add the paths of a definition, as `Schema.prototype.add` does."""
        if isinstance(definition, list):
            for each in definition:
                self.add(document, each, at, prefix)
            return
        other = self._document_of(definition)
        if other is not None:
            self.merge(document, other)
            return
        if not isinstance(definition, dict):
            self._notes.warn(at, "unknown-fields", "The fields of this schema are not known without running the code.")
            return
        if isinstance(definition, Record):
            for spread in definition.unknown:
                self._notes.warn(spread, "unknown-fields", "What is spread here is not known without running the code.")
        if not prefix and definition.get("_id") is False:
            document.options["_id"] = False
        for key, value in definition.items():
            self._add_one(document, prefix + key, key, value, place(definition, key, at))

    def merge(self, document: Document, other: Document) -> None:
        """Add all of another schema."""
        for name, path in list(other.paths.items()):
            document.paths[name] = path
        document.indexes += [each for each in other.indexes if each not in document.indexes]
        for option, value in other.options.items():
            document.options.setdefault(option, value)

    def _add_one(self, document: Document, full: str, key: str, value: Value, at: Found) -> None:
        if key in ("__proto__", "constructor", "prototype") or (key == "_id" and value is False):
            return
        if not key or value is None or value is UNDEFINED or isinstance(value, (bool, int, float)):
            self._notes.fail(at, "type", f"{full} has no type of Mongoose.")
            return
        type_key = document.type_key
        if isinstance(value, dict) and value:
            inner = value.get(type_key, UNDEFINED)
            if not truthy(inner) or (
                type_key == "type" and isinstance(inner, dict) and truthy(inner.get("type", UNDEFINED))
            ):
                self.add(document, value, at, f"{full}.")
                return
        self.set(document, full, value, at)

    def set(self, document: Document, full: str, value: Value, at: Found) -> None:
        """Set one path; paths that stood for the same are gone."""
        if len(document.paths) >= MOST_PATHS:
            self._notes.fail(document.at, "size", f"A schema of more than {MOST_PATHS} paths is not read to its end.")
            return
        path = self.path(document, full, value, at)
        document.remove(full)
        parts = full.split(".")
        for end in range(1, len(parts)):
            document.paths.pop(".".join(parts[:end]), None)
        document.paths[full] = path

    def path(self, document: Document, full: str, value: Value, at: Found) -> Path:
        """What a path is, as `interpretAsType` says."""
        options: dict[str, Value] = value if isinstance(value, dict) else {document.type_key: value}
        given = options.get(document.type_key, UNDEFINED)
        if not truthy(given) or (
            document.type_key == "type" and isinstance(given, dict) and truthy(given.get("type", UNDEFINED))
        ):
            return Path("Mixed", options, at)
        nested = self._document_of(given)
        if nested is not None:
            self._embed(document, nested)
            return self._with_variants(Path("Subdocument", options, at, document=nested), options)
        if isinstance(given, dict):
            if not given:
                return Path("Mixed", options, at)
            inner = self._implicit(document, given, at, keeps_id=False)
            return self._with_variants(Path("Subdocument", options, at, document=inner), options)
        if isinstance(given, list):
            return self._array(document, full, given[0] if given else UNDEFINED, options, at)
        kind = self._kind(given, full, at)
        if kind == "Array":
            cast = options.get("cast", UNDEFINED)
            return self._array(document, full, options.get("of", UNDEFINED) if cast is UNDEFINED else cast, options, at)
        return Path(kind, options, at)

    def _array(self, document: Document, full: str, cast: Value, options: dict[str, Value], at: Found) -> Path:
        type_key = document.type_key
        nested = self._document_of(cast)
        own: dict[str, Value] = {}
        if nested is None and isinstance(cast, dict) and (nested := self._document_of(cast.get(type_key))) is not None:
            own = cast
        if nested is not None:
            self._embed(document, nested)
            return self._with_variants(Path("DocumentArray", options, at, document=nested), {**own, **options})
        if isinstance(cast, list):
            inner = self._array(document, full, cast[0] if cast else UNDEFINED, {}, at)
            return Path("Array", options, at, element=inner)
        if isinstance(cast, dict):
            given = cast.get(type_key, UNDEFINED)
            has_type = truthy(given) and not (
                type_key == "type" and isinstance(given, dict) and truthy(given.get("type", UNDEFINED))
            )
            definition = given if has_type else cast
            if isinstance(definition, list) or _is_array(definition):
                cast_of = definition[0] if isinstance(definition, list) and definition else UNDEFINED
                return Path("Array", options, at, element=self._array(document, full, cast_of, cast, at))
            if isinstance(definition, dict) and definition:
                inner_document = self._implicit(document, definition, at, keeps_id=True)
                return self._with_variants(Path("DocumentArray", options, at, document=inner_document), options)
            if isinstance(definition, dict):
                return Path("Array", options, at, element=Path("Mixed", {}, at))
            element_options = dict(cast)
        elif cast is UNDEFINED or cast is None:
            return Path("Array", options, at, element=Path("Mixed", {}, at))
        else:
            definition, element_options = cast, {}
        for shared in ("ref", "enum", "refPath"):
            if shared in options:
                element_options.setdefault(shared, options[shared])
        return Path("Array", options, at, element=Path(self._kind(definition, full, at), element_options, at))

    def _embed(self, document: Document, nested: Document) -> None:
        if nested is not document:
            self.embedded.add(id(nested))

    def _implicit(self, document: Document, definition: Value, at: Found, *, keeps_id: bool) -> Document:
        """The schema of an object that stands where a type is expected."""
        passed = ("typeKey", "_id") if keeps_id else ("typeKey",)
        options: dict[str, Value] = {key: document.options[key] for key in passed if key in document.options}
        inner = Document(at, options)
        self.add(inner, definition, at)
        return inner

    def _with_variants(self, path: Path, options: dict[str, Value]) -> Path:
        given = options.get("discriminators")
        for name, value in given.items() if isinstance(given, dict) else ():
            variant = self._document_of(value)
            if variant is not None:
                path.variants.append(Variant(name, name, variant, path.at))
        return path

    def _kind(self, given: Value, full: str, at: Found) -> str:
        name = given if isinstance(given, str) else last_segment(given.text) if isinstance(given, Name) else ""
        name = name[:1].upper() + name[1:]
        if name in _KINDS:
            return _KINDS[name]
        written = given.text if isinstance(given, Name) else given.callee if isinstance(given, Call) else name
        if isinstance(given, Opaque):
            written = given.kind.replace("_", " ")
        self._notes.warn(at, "unknown-type", f"{full} has a type that Mongoose itself does not have: {written[:80]}.")
        return _OTHER_KINDS.get(name, "Mixed")


def _is_array(value: Value) -> bool:
    return value == "Array" or (isinstance(value, Name) and last_segment(value.text) == "Array")
