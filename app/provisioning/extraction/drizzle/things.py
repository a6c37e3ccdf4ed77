"""What a chain of Drizzle's functions makes: a table, a column, an enum, an index and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from app.provisioning.extraction.drizzle.chains import Chain
from app.provisioning.source.values import Value

Kind: TypeAlias = Literal["table", "schema", "enum", "sequence", "view", "column", "constraint", "other"]
Dialect: TypeAlias = Literal["pg", "mysql", "sqlite"]

_TABLES: Final = frozenset({"pgTable", "mysqlTable", "sqliteTable", "singlestoreTable"})
_CREATORS: Final = frozenset({"pgTableCreator", "mysqlTableCreator", "sqliteTableCreator", "singlestoreTableCreator"})
_SCHEMAS: Final = frozenset({"pgSchema", "mysqlSchema", "mysqlDatabase", "singlestoreSchema"})
_OF_SCHEMA: Final[dict[str, Kind]] = {
    "table": "table",
    "enum": "enum",
    "sequence": "sequence",
    "view": "view",
    "materializedView": "view",
}
_CONSTRAINTS: Final = frozenset(
    {"index", "uniqueIndex", "unique", "primaryKey", "foreignKey", "check", "pgPolicy", "fulltextIndex"}
)
_VIEWS: Final = frozenset({"pgView", "pgMaterializedView", "mysqlView", "sqliteView"})
COLUMNS: Final = frozenset(
    {
        "bigint", "bigserial", "binary", "bit", "blob", "boolean", "bytea", "char", "cidr", "date", "datetime",
        "decimal", "double", "doublePrecision", "float", "geometry", "halfvec", "inet", "int", "integer", "interval",
        "json", "jsonb", "line", "longtext", "macaddr", "macaddr8", "mediumint", "mediumtext", "mysqlEnum", "numeric",
        "point", "real", "serial", "singlestoreEnum", "smallint", "smallserial", "sparsevec", "text", "time",
        "timestamp", "tinyint", "tinytext", "uuid", "varbinary", "varchar", "vector", "year",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """What a chain makes.

    `made` is the link with the arguments that make it; `rest` are those after it; `owner` is a table's schema or
    creator, or a column's enum or own type.
    """

    kind: Kind
    made: Chain
    rest: tuple[Chain, ...] = ()
    owner: Chain | None = None

    @property
    def dialect(self) -> Dialect:
        """Of which database its package is."""
        package = self.made.origin
        return "mysql" if "mysql" in package or "singlestore" in package else "sqlite" if "sqlite" in package else "pg"


def thing(value: Value) -> Thing | None:
    """What a value is; None of what is not Drizzle's."""
    if not isinstance(value, Chain):
        return None
    links = value.links()
    first = links[0]
    if first.arguments is None:
        return Thing("other", first, tuple(links[1:]))
    if first.name in _TABLES:
        return Thing("table", first, tuple(links[1:]))
    if first.name in _VIEWS:
        return Thing("view", first, tuple(links[1:]))
    if first.name == "pgSequence":
        return Thing("sequence", first, tuple(links[1:]))
    if first.name in _CREATORS:
        return Thing("table", links[1], tuple(links[2:]), first) if _is_called(links, 1) else Thing("other", first)
    if first.name in _SCHEMAS:
        return _of_schema(links)
    if first.name == "pgEnum":
        return Thing("column", links[1], tuple(links[2:]), first) if _is_called(links, 1) else Thing("enum", first)
    if first.name == "customType":
        return Thing("column", links[1], tuple(links[2:]), first) if _is_called(links, 1) else Thing("other", first)
    if first.name in _CONSTRAINTS:
        return Thing("constraint", first, tuple(links[1:]))
    if first.name in COLUMNS:
        return Thing("column", first, tuple(links[1:]))
    return Thing("other", first, tuple(links[1:]))


def _of_schema(links: list[Chain]) -> Thing:
    if len(links) == 1 or links[1].arguments is None:
        return Thing("schema", links[0], tuple(links[1:]))
    kind = _OF_SCHEMA.get(links[1].name, "other")
    if kind == "enum" and _is_called(links, 2):
        return Thing("column", links[2], tuple(links[3:]), links[1])
    return Thing(kind, links[1], tuple(links[2:]), links[0])


def _is_called(links: list[Chain], index: int) -> bool:
    return len(links) > index and links[index].name == "" and links[index].arguments is not None
