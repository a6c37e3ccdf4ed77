"""Models as Sequelize keeps them: attributes by name, with what options and associations add."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.provisioning.extraction.sequelize.inflection import pluralize, singularize, underscore
from app.provisioning.extraction.sequelize.types import Type
from app.provisioning.source.values import UNDEFINED, Found, Value

Kind: TypeAlias = Literal["belongsTo", "hasOne", "hasMany", "belongsToMany"]


@dataclass(slots=True)
class Attribute:
    """An attribute; None and UNDEFINED where nothing is said."""

    at: Found
    type: Type | None = None
    allow_null: bool | None = None
    default: Value = UNDEFINED
    is_primary: bool = False
    is_numbered: bool = False
    is_identity: bool = False
    unique: bool | str | None = None
    field: str | None = None
    target: tuple[str, str] | None = None
    """Table and schema that it refers to."""
    target_column: str | None = None
    on_delete: str | None = None
    on_update: str | None = None
    comment: str | None = None
    is_generated: bool = False
    """Added by Sequelize itself."""


@dataclass(slots=True, eq=False)
class Model:
    """A model, which is equal to itself alone."""

    name: str
    at: Found
    table: str
    schema: str
    options: dict[str, Value]
    attributes: dict[str, Attribute] = field(default_factory=dict)
    singular: str = ""
    plural: str = ""

    def __post_init__(self) -> None:
        names = self.options.get("name")
        names = names if isinstance(names, dict) else {}
        self.singular = self.singular or _text(names.get("singular")) or singularize(self.name)
        self.plural = self.plural or _text(names.get("plural")) or pluralize(self.name)

    @property
    def is_underscored(self) -> bool:
        """Whether columns are the attributes in snake_case."""
        return self.options.get("underscored") is True

    @property
    def primary(self) -> list[str]:
        """The attributes of the primary key."""
        return [name for name, attribute in self.attributes.items() if attribute.is_primary]

    def column(self, name: str) -> str:
        """The column of an attribute, by its name."""
        attribute = self.attributes.get(name)
        if attribute is not None and attribute.field:
            return attribute.field
        return underscore(name) if self.is_underscored else name


@dataclass(frozen=True, slots=True)
class Association:
    """`source.hasMany(target, options)`."""

    kind: Kind
    source: Model
    target: Model
    options: dict[str, Value]
    at: Found
    through: Model | str | None = None


def table_name(name: str, options: dict[str, Value]) -> str:
    """The table of a model."""
    given = _text(options.get("tableName"))
    if given:
        return given
    if options.get("freezeTableName") is True:
        return name
    plural = pluralize(name)
    return underscore(plural) if options.get("underscored") is True else plural


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
