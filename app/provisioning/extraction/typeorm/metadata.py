"""What TypeORM knows of entities once it has put together what was said about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.extraction.typeorm.naming import Naming
from app.provisioning.extraction.typeorm.storage import (
    ColumnMode,
    IndexSaid,
    Options,
    RelationSaid,
    TableKind,
    Target,
    UniqueSaid,
)
from app.provisioning.source.values import UNDEFINED, Found, Value


@dataclass(eq=False, slots=True)
class ColumnMeta:
    """A column. `type` is PostgreSQL's or JavaScript's name; `default` is as written, UNDEFINED for none."""

    entity: EntityMeta
    attribute: str
    type: str | None
    mode: ColumnMode = "regular"
    target: Target | None = None
    embedded: EmbeddedMeta | None = None
    referenced: ColumnMeta | None = None
    given_name: str | None = None
    length: str = ""
    precision: int | None = None
    scale: int | None = None
    is_primary: bool = False
    is_nullable: bool = False
    is_array: bool = False
    is_discriminator: bool = False
    default: Value = UNDEFINED
    comment: str | None = None
    collation: str | None = None
    enum: Value = UNDEFINED
    enum_name: str | None = None
    expression: str | None = None
    generated_type: str | None = None
    identity: str | None = None
    strategy: str | None = None
    primary_key_name: str | None = None
    foreign_key_name: str | None = None
    at: Found | None = None
    name: str = ""
    bare_name: str = ""

    @property
    def is_stored(self) -> bool:
        """Whether the table has it."""
        return self.mode != "virtual-property"

    @property
    def path(self) -> str:
        """The property's path from the entity, as indexes name it."""
        steps = [*(self.embedded.property_names() if self.embedded is not None else []), self.attribute]
        if (
            self.mode == "virtual"
            and self.referenced is not None
            and not self.entity.is_junction
            and self.referenced.attribute != self.attribute
        ):
            steps.append(self.referenced.attribute)
        return ".".join(steps)

    def build(self, naming: Naming) -> None:
        """Give it its name."""
        prefixes = self.embedded.prefixes() if self.embedded is not None else []
        self.name = naming.column(self.attribute, self.given_name, prefixes)
        self.bare_name = naming.column(self.attribute, self.given_name, [])

    def copy_type(self, other: ColumnMeta) -> None:
        """Be of the type of the column that this one refers to."""
        self.type, self.length, self.collation = other.type, other.length, other.collation
        self.precision, self.scale = other.precision, other.scale
        self.enum, self.enum_name = other.enum, other.enum_name


@dataclass(eq=False, slots=True)
class RelationMeta:
    """A relation."""

    said: RelationSaid
    entity: EntityMeta
    type: Target | None
    embedded: EmbeddedMeta | None = None
    inverse_entity: EntityMeta | None = None
    inverse: RelationMeta | None = None
    join_columns: list[ColumnMeta] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The property's path from the entity."""
        return ".".join([*(self.embedded.property_names() if self.embedded is not None else []), self.said.property])

    @property
    def has_join_column(self) -> bool:
        """Whether the table has columns for it."""
        return self.said.kind == "many-to-one" or (self.said.kind == "one-to-one" and bool(self.join_columns))

    @property
    def is_constrained(self) -> bool:
        """Whether it makes foreign keys."""
        return self.said.options.get("createForeignKeyConstraints", UNDEFINED) is not False

    def option(self, name: str) -> str | None:
        """An option that is a text."""
        value = self.said.options.get(name)
        return value if isinstance(value, str) else None


@dataclass(eq=False, slots=True)
class IndexMeta:
    """An index: as it was said, or of columns."""

    said: IndexSaid | None = None
    columns: list[ColumnMeta] = field(default_factory=list)
    embedded: EmbeddedMeta | None = None


@dataclass(eq=False, slots=True)
class UniqueMeta:
    """A unique constraint: as it was said, or of columns, with a name."""

    said: UniqueSaid | None = None
    columns: list[ColumnMeta] = field(default_factory=list)
    name: str | None = None
    embedded: EmbeddedMeta | None = None


@dataclass(eq=False, slots=True)
class ForeignKeyMeta:
    """A foreign key."""

    columns: list[ColumnMeta]
    target: EntityMeta
    referenced: list[ColumnMeta]
    name: str | None = None
    on_delete: str | None = None
    on_update: str | None = None
    deferrable: str | None = None
    at: Found | None = None


@dataclass(eq=False, slots=True)
class EmbeddedMeta:
    """A class that is embedded in an entity, or in another embedded one."""

    entity: EntityMeta
    property: str
    type: Target
    prefix: str | bool | None
    parent: EmbeddedMeta | None = None
    columns: list[ColumnMeta] = field(default_factory=list)
    relations: list[RelationMeta] = field(default_factory=list)
    indexes: list[IndexMeta] = field(default_factory=list)
    uniques: list[UniqueMeta] = field(default_factory=list)
    embeddeds: list[EmbeddedMeta] = field(default_factory=list)

    def property_names(self) -> list[str]:
        """The properties from the entity to this one."""
        return [*(self.parent.property_names() if self.parent is not None else []), self.property]

    def prefixes(self) -> list[str]:
        """What stands before the names of its columns."""
        own = [self.property] if self.prefix in (None, True) else [str(self.prefix)] if self.prefix else []
        return [*(self.parent.prefixes() if self.parent is not None else []), *own]

    def tree(self) -> Iterator[EmbeddedMeta]:
        """This one and those in it."""
        yield self
        for embedded in self.embeddeds:
            yield from embedded.tree()


@dataclass(eq=False, slots=True)
class EntityMeta:
    """An entity, or the table between two of them. `own_…` leaves out what embedded classes bring."""

    kind: TableKind
    target: Target
    target_name: str
    given_name: str | None
    schema: str | None
    at: Found
    synchronize: bool = True
    comment: str | None = None
    tree: list[Target] = field(default_factory=list)
    parent: EntityMeta | None = None
    children: list[EntityMeta] = field(default_factory=list)
    discriminator: Options | None = None
    tree_kind: str | None = None
    tree_options: Options = field(default_factory=dict)
    bare_name: str = ""
    name: str = ""
    own_columns: list[ColumnMeta] = field(default_factory=list)
    own_relations: list[RelationMeta] = field(default_factory=list)
    own_indexes: list[IndexMeta] = field(default_factory=list)
    own_uniques: list[UniqueMeta] = field(default_factory=list)
    foreign_keys: list[ForeignKeyMeta] = field(default_factory=list)
    embeddeds: list[EmbeddedMeta] = field(default_factory=list)

    @property
    def is_junction(self) -> bool:
        """Whether it is no entity of the app."""
        return self.kind in ("junction", "closure-junction")

    @property
    def columns(self) -> list[ColumnMeta]:
        """All columns in the order of the table."""
        return [*self.own_columns, *(column for each in self.all_embedded() for column in each.columns)]

    @property
    def relations(self) -> list[RelationMeta]:
        """All relations."""
        return [*self.own_relations, *(relation for each in self.all_embedded() for relation in each.relations)]

    @property
    def primary_columns(self) -> list[ColumnMeta]:
        """The columns of the key."""
        return [column for column in self.columns if column.is_primary]

    def all_embedded(self) -> Iterator[EmbeddedMeta]:
        """All classes embedded in it."""
        for embedded in self.embeddeds:
            yield from embedded.tree()

    def register(self, column: ColumnMeta) -> None:
        """Take a column for a relation; the children of a single table share it."""
        if column not in self.own_columns:
            self.own_columns.append(column)
        for child in self.children:
            child.register(column)

    def place(self) -> tuple[str | None, str]:
        """The schema and the name of the table; a name may hold a schema and a dot."""
        written = f"{self.schema}.{self.name}" if self.schema else self.name
        first, dot, rest = written.partition(".")
        return (first, rest.partition(".")[0]) if dot else (None, written)


def name_of(target: Target) -> str:
    """The name of a class or of an entity schema."""
    return target.name if isinstance(target, Class) else target
