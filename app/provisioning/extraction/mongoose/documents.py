"""What Mongoose makes of a schema: paths with their types and options, as `schema.paths` has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.provisioning.extraction.result import Finding, Rejected
from app.provisioning.schema.model import Evidence
from app.provisioning.source.values import UNDEFINED, Found, Record, Value

MOST_FINDINGS: Final = 1_000
"""How much is told of one app."""


@dataclass(slots=True)
class Path:
    """A path of a schema: `kind` is the schema type's name, such as `String`, `DocumentArray`, `Subdocument`.

    `element` is what an array holds, `document` the schema of one or many sub-documents.
    """

    kind: str
    options: dict[str, Value]
    at: Found
    element: Path | None = None
    document: Document | None = None
    variants: list[Variant] = field(default_factory=list)


@dataclass(slots=True)
class KeyedIndex:
    """An index as written: dotted path → direction or kind, and its options."""

    keys: dict[str, Value]
    options: dict[str, Value]
    at: Found


@dataclass(slots=True)
class Document:
    """A schema. It is one object however often it is used, so that a schema may hold itself."""

    at: Found
    options: dict[str, Value] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    indexes: list[KeyedIndex] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    name: str = ""

    @property
    def type_key(self) -> str:
        """The property of a path's options that says its type."""
        given = self.options.get("typeKey")
        return given if isinstance(given, str) and given else "type"

    def remove(self, path: str) -> None:
        """Take a path away, and all below it."""
        for each in [name for name in self.paths if name == path or name.startswith(f"{path}.")]:
            del self.paths[each]


@dataclass(slots=True)
class Variant:
    """A discriminator: documents of its `value` have the paths of `document` too."""

    name: str
    value: Value
    document: Document
    at: Found


@dataclass(slots=True)
class Model:
    """A model: a schema and the collection it is stored in (None: as its name's plural)."""

    name: str
    document: Document
    collection: str | None
    at: Found
    rule: str = "mongoose.model"
    confidence: float = 1.0
    guarded: bool = False
    """Whether it is made only where there is none of this name: `models.User || model("User", …)`."""
    own_variants: list[Variant] = field(default_factory=list)
    """Those that are the model's; another model of the same schema does not have them."""

    @property
    def variants(self) -> list[Variant]:
        """Its discriminators, and those that its schema declares."""
        return [*self.document.variants, *self.own_variants]


class Notes:
    """What a person should know of the reading; the same thing is told once."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}
        self.rejected: list[Rejected] = []

    def warn(self, at: Found, rule: str, message: str) -> None:
        """Something becomes another thing than what was written."""
        self._note(Finding("warning", at.module.path, at.line, f"mongoose.{rule}", message))

    def fail(self, at: Found, rule: str, message: str) -> None:
        """Something cannot be read, or is wrong in itself."""
        self._note(Finding("error", at.module.path, at.line, f"mongoose.{rule}", message))

    def _note(self, finding: Finding) -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings[finding] = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All, in the order of the files."""
        return tuple(sorted(self._findings, key=lambda each: (each.file, each.line, each.rule, each.message)))


def evidence(at: Found, rule: str, confidence: float = 1.0) -> Evidence:
    """The place of a thing as its evidence."""
    return Evidence(at.module.path, at.line, f"mongoose.{rule}", confidence)


def truthy(value: Value) -> bool:
    """Whether JavaScript takes a value for true: objects always, and what is not known too."""
    if isinstance(value, (list, dict)):
        return True
    return bool(value) if isinstance(value, (str, int, float)) else value is not None and value is not UNDEFINED


def place(record: dict[str, Value], key: str, otherwise: Found) -> Found:
    """Where a property is written."""
    return record.places.get(key, otherwise) if isinstance(record, Record) else otherwise
