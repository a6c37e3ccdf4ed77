"""What a place of the code says of data: shapes of values, and sightings of things that may be stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from app.provisioning.schema.model import Evidence

Kind: TypeAlias = Literal[
    "unknown", "text", "uuid", "number", "integer", "bigint", "decimal", "boolean", "timestamp", "date", "time",
    "json", "object", "list", "reference", "code",
]  # fmt: skip
"""`reference` is a declared type of objects; `code` what no database keeps: functions, elements, components."""

Source: TypeAlias = Literal["zod", "type", "seed", "making", "form", "call"]
"""Where a field was seen, the surest first. A making is the expression that makes one new object."""

SOURCES: tuple[Source, ...] = ("zod", "type", "seed", "making", "form", "call")


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a value. `checks` and `default` are SQL; `{}` in a check stands for the column."""

    kind: Kind = "unknown"
    nullable: bool = False
    choices: tuple[str | int, ...] = ()
    of: Shape | None = None
    fields: tuple[Field, ...] = ()
    name: str = ""
    checks: tuple[str, ...] = ()
    default: str | None = None
    literal: bool = False
    """Whether the value itself was written down, and is not empty text; of a reference, that it is a guess."""

    def or_null(self, nullable: bool = True) -> Shape:
        """The same, or nothing."""
        return replace(self, nullable=True) if nullable else self

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)


VIEW: Final = "view"
"""The rule of sightings that say that a name is of a view."""
UNKNOWN = Shape()
COUNTED = Shape("integer", name="length")
"""How many there are of something."""
PERSON = "person"
"""The name of the shape of the id of whoever is signed in."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object. `required` is None where the place does not say."""

    name: str
    shape: Shape
    required: bool | None
    source: Source
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place that speaks for a thing being stored, under the name by which that place knows it.

    `weight` is the probability that it is, were this all that is known. `verbatim` is a name by which a database
    already knows the thing; `extends` are types whose fields it has besides its own; `by` is the type that refers to
    it, `parent` the thing to which it belongs by its path. `stored` is set where the place itself stores or changes it
    outside of this page, `kept` where it is held as a changing list; `against` is a reason why it cannot be a table;
    `embeds` are names under which a query joins other things to it; `makes` is set where a new one is put there;
    `refers` are all of its foreign keys, each a column and the table that it refers to, where the place knows them.
    """

    name: str
    rule: str
    weight: float
    evidence: Evidence
    fields: tuple[Field, ...] = ()
    type_name: str = ""
    extends: tuple[str, ...] = ()
    by: str = ""
    parent: str = ""
    verbatim: str = ""
    stored: bool = False
    kept: bool = False
    against: str = ""
    embeds: tuple[str, ...] = ()
    makes: bool = False
    refers: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """That a schema or type is of the input of a form which is stored as another thing."""

    name: str
    of: str
