"""The syntax tree of a Prisma schema. Lines count from 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Arity: TypeAlias = Literal["required", "optional", "list"]


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A constant, a field or a path of them: `Cascade`, `address.street`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function: `now()`, `createdAt(sort: Desc)`."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """`{ deletedAt: null }`, the condition of an index."""

    entries: tuple[tuple[str, Expression], ...]


Expression: TypeAlias = Text | Number | Path | Call | Array | Mapping


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an attribute or a function, by name or by place."""

    name: str | None
    value: Expression


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@default(now())` of a field, `@@id([a, b])` of a block. The name is without the marks: `db.VarChar`, `id`."""

    name: str
    arguments: tuple[Argument, ...]
    line: int

    def argument(self, name: str, place: int | None = None) -> Expression | None:
        """The value of an argument by its name, else the one without a name at that place."""
        for argument in self.arguments:
            if argument.name == name:
                return argument.value
        if place is not None:
            unnamed = [argument.value for argument in self.arguments if argument.name is None]
            if place < len(unnamed):
                return unnamed[place]
        return None

    def text(self, name: str, place: int | None = None) -> str | None:
        """An argument that is a string."""
        value = self.argument(name, place)
        return value.value if isinstance(value, Text) else None


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a model, a value of an enum."""

    name: str
    attributes: tuple[Attribute, ...]
    line: int

    def attribute(self, name: str) -> Attribute | None:
        """The first attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)

    @property
    def database_name(self) -> str:
        """Its name in the database."""
        mapped = self.attribute("map")
        return (mapped.text("name", 0) if mapped else None) or self.name


@dataclass(frozen=True, slots=True)
class Field(Member):
    """A field. `type` is a name, or the SQL of an `Unsupported("…")` type."""

    type: str
    arity: Arity = "required"
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """`provider = "postgresql"`."""

    name: str
    value: Expression
    line: int


@dataclass(slots=True)
class Block:
    """A declaration with its file and members; of `properties`, `fields` and `values` only those of its kind."""

    kind: str
    name: str
    file: str
    line: int
    attributes: list[Attribute] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    values: list[Member] = field(default_factory=list)
    _first: dict[str, Attribute] = field(default_factory=dict)

    def add(self, attribute: Attribute) -> None:
        """One block attribute more."""
        self.attributes.append(attribute)
        self._first.setdefault(attribute.name, attribute)

    def attribute(self, name: str) -> Attribute | None:
        """The first block attribute of that name."""
        return self._first.get(name)

    def setting(self, name: str) -> Expression | None:
        """The value of a property of that name."""
        return next((each.value for each in self.properties if each.name == name), None)

    @property
    def database_name(self) -> str:
        """Its name in the database."""
        mapped = self.attribute("map")
        return (mapped.text("name", 0) if mapped else None) or self.name

    @property
    def schema(self) -> str | None:
        """The schema of the database that it says it is in."""
        attribute = self.attribute("schema")
        return attribute.text("map", 0) if attribute else None
