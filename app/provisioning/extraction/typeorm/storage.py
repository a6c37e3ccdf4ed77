"""What the decorators and entity schemas of an app say, before anything is made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.source.values import Found, Value

Target: TypeAlias = Class | str
"""A class, or the name of an entity schema that has none."""

TableKind: TypeAlias = Literal["regular", "entity-child", "view", "junction", "closure-junction"]
ColumnMode: TypeAlias = Literal[
    "regular", "createDate", "updateDate", "deleteDate", "version", "treeLevel", "virtual", "virtual-property"
]
RelationKind: TypeAlias = Literal["one-to-one", "one-to-many", "many-to-one", "many-to-many"]
Options: TypeAlias = Mapping[str, Value]
"""The options as they are written."""


@dataclass(slots=True)
class TableSaid:
    """`@Entity`, `@ChildEntity`, `@ViewEntity`."""

    target: Target
    kind: TableKind
    name: str | None
    schema: str | None
    synchronize: bool
    comment: str | None
    at: Found


@dataclass(slots=True)
class ColumnSaid:
    """`@Column` and its kin. `type` is a name of PostgreSQL or of JavaScript (`String`, `Date`)."""

    target: Target | None
    property: str
    mode: ColumnMode
    type: str | None
    options: Options
    at: Found | None
    generated: str | None = None


@dataclass(slots=True)
class RelationSaid:
    """`@ManyToOne` and its kin. `inverse` is the path of the property on the other side."""

    target: Target
    property: str
    kind: RelationKind
    type: Target | None
    inverse: str | None
    options: Options
    at: Found
    is_tree_parent: bool = False
    is_tree_children: bool = False


@dataclass(slots=True)
class JoinColumnSaid:
    """`@JoinColumn`, or one of a `@JoinTable`."""

    target: Target
    property: str
    name: str | None
    referenced: str | None
    foreign_key: str | None


@dataclass(slots=True)
class JoinTableSaid:
    """`@JoinTable`."""

    target: Target
    property: str
    name: str | None
    schema: str | None
    synchronize: bool
    columns: list[JoinColumnSaid] | None
    inverse_columns: list[JoinColumnSaid] | None
    at: Found


@dataclass(slots=True)
class IndexSaid:
    """`@Index`. `columns` are paths of properties."""

    target: Target
    name: str | None
    columns: list[str]
    at: Found
    unique: bool = False
    where: str | None = None
    method: str = "btree"
    synchronize: bool = True


@dataclass(slots=True)
class UniqueSaid:
    """`@Unique`, or `unique: true`."""

    target: Target
    name: str | None
    columns: list[str]
    at: Found
    deferrable: str | None = None


@dataclass(slots=True)
class CheckSaid:
    """`@Check`, or `@Exclusion`."""

    target: Target
    name: str | None
    expression: str
    at: Found
    deferrable: str | None = None


@dataclass(slots=True)
class EmbeddedSaid:
    """`@Column(() => Class)`. `prefix` is as it is written: a text, true, false or nothing."""

    target: Target
    property: str
    type: Target
    prefix: str | bool | None


@dataclass(slots=True)
class InheritanceSaid:
    """`@TableInheritance`."""

    target: Target
    column: Options
    at: Found


@dataclass(slots=True)
class TreeSaid:
    """`@Tree`."""

    target: Target
    kind: str
    options: Options


@dataclass(slots=True)
class ForeignKeySaid:
    """`@ForeignKey`."""

    target: Target
    type: Target | None
    columns: list[str]
    referenced: list[str]
    options: Options
    at: Found


@dataclass(slots=True)
class Storage:
    """All of it, in the order in which it would be said if the app ran."""

    tables: list[TableSaid] = field(default_factory=list)
    columns: list[ColumnSaid] = field(default_factory=list)
    generated: list[tuple[Target, str, str]] = field(default_factory=list)
    relations: list[RelationSaid] = field(default_factory=list)
    join_columns: list[JoinColumnSaid] = field(default_factory=list)
    join_tables: list[JoinTableSaid] = field(default_factory=list)
    indexes: list[IndexSaid] = field(default_factory=list)
    uniques: list[UniqueSaid] = field(default_factory=list)
    checks: list[CheckSaid] = field(default_factory=list)
    exclusions: list[CheckSaid] = field(default_factory=list)
    embeddeds: list[EmbeddedSaid] = field(default_factory=list)
    inheritances: list[InheritanceSaid] = field(default_factory=list)
    trees: list[TreeSaid] = field(default_factory=list)
    foreign_keys: list[ForeignKeySaid] = field(default_factory=list)


class _Of(Protocol):
    @property
    def target(self) -> Target | None:
        """Of which class it is said."""


_Said = TypeVar("_Said", bound=_Of)


class Said(Generic[_Said]):
    """What is said of classes, found by the class."""

    def __init__(self, said: Iterable[_Said]) -> None:
        self._of: defaultdict[Target | None, list[tuple[int, _Said]]] = defaultdict(list)
        for place, each in enumerate(said):
            self._of[each.target].append((place, each))

    def of(self, targets: Iterable[Target]) -> list[_Said]:
        """What is said of any of these, in the order in which it was."""
        found = [each for target in dict.fromkeys(targets) for each in self._of.get(target, ())]
        return [each for _, each in sorted(found, key=itemgetter(0))]

    def first(self, target: Target) -> _Said | None:
        """What was said first of a class."""
        return next((each for _, each in self._of.get(target, ())), None)
