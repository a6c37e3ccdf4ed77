"""The types of Drizzle's column builders in PostgreSQL, for each of the databases that Drizzle speaks to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.provisioning.schema.model import Numbering
from app.provisioning.source.values import Value

Options = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Type:
    """A column's type. `turned` says what another database's or an extension's type became, as part of a sentence."""

    sql: str
    numbering: Numbering | None = None
    turned: str | None = None
    extension: str | None = None


_EXTENSIONS: Final = {"vector": "vector", "halfvec": "vector", "sparsevec": "vector"}
_TURNED: Final = {
    "citext": "text", "hstore": "jsonb", "ltree": "text", "cube": "double precision[]", "geometry": "text",
    "geography": "text",
}  # fmt: skip
"""Types of extensions that an app's database does not have."""

_ALIASES: Final = {
    "varchar": "character varying", "char": "character", "int": "integer", "int2": "smallint", "int4": "integer",
    "int8": "bigint", "float4": "real", "float8": "double precision", "bool": "boolean", "decimal": "numeric",
    "timestamptz": "timestamp with time zone", "timetz": "time with time zone", "varbit": "bit varying",
    "timestamp": "timestamp without time zone", "time": "time without time zone",
}  # fmt: skip
_NAMED: Final = re.compile(r'"?([\w .]+?)"?\s*(\([^)]*\))?((?:\[\d*\])*)\s*')


def written_type(sql: str) -> Type:
    """A type as an app's own type writes it."""
    found = _NAMED.fullmatch(sql.strip())
    if found is None:
        return Type(sql)
    name, size, array = found[1].lower().removeprefix("extensions."), found[2] or "", "[]" if found[3] else ""
    if name in _TURNED:
        return Type(_TURNED[name] + array, turned=f"{name}, which an extension has,")
    if name in ("serial", "bigserial", "smallserial"):
        return Type(_SERIALS[name], "serial")
    if size and name in ("timestamptz", "timetz"):
        return Type(f"{name[:-2]}{size} with time zone{array}")
    if size and name in ("timestamp", "time"):
        return Type(f"{name}{size} without time zone{array}")
    return Type(f"{_ALIASES.get(name, found[1])}{size}{array}", extension=_EXTENSIONS.get(name))


def builder_type(dialect: str, name: str, options: Options) -> Type | None:
    """The type that a builder such as `varchar` makes; None of one that is not known."""
    return _BY_DIALECT[dialect](name, options)


def _size(options: Options, key: str = "length") -> str:
    value = options.get(key)
    return f"({value})" if isinstance(value, int) and not isinstance(value, bool) else ""


def _numeric(options: Options) -> str:
    precision, scale = options.get("precision"), options.get("scale")
    if not isinstance(precision, int):
        return "numeric"
    return f"numeric({precision},{scale if isinstance(scale, int) else 0})"


def _moment(name: str, options: Options) -> str:
    zone = "with" if options.get("withTimezone") is True else "without"
    return f"{name}{_size(options, 'precision')} {zone} time zone"


def _interval(options: Options) -> str:
    fields = options.get("fields")
    return f"interval{f' {fields}' if isinstance(fields, str) else ''}{_size(options, 'precision')}"


_SERIALS: Final = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_PLAIN: Final = {
    "doublePrecision": "double precision",
    **{
        name: name
        for name in (
            "bigint", "boolean", "cidr", "date", "inet", "integer", "json", "jsonb", "line", "macaddr", "macaddr8",
            "point", "real", "smallint", "text", "uuid", "bytea",
        )
    },
}  # fmt: skip


def _postgresql(name: str, options: Options) -> Type | None:
    if name in _SERIALS:
        return Type(_SERIALS[name], "serial")
    if name in _PLAIN:
        return Type(_PLAIN[name])
    match name:
        case "varchar":
            return Type(f"character varying{_size(options)}")
        case "char":
            return Type(f"character{_size(options) or '(1)'}")
        case "numeric" | "decimal":
            return Type(_numeric(options))
        case "timestamp" | "time":
            return Type(_moment(name, options))
        case "interval":
            return Type(_interval(options))
        case "bit":
            return Type(f"bit{_size(options, 'dimensions') or '(1)'}")
        case "vector" | "halfvec" | "sparsevec":
            return Type(f"{name}{_size(options, 'dimensions')}", extension="vector")
        case "geometry":
            return written_type("geometry(point)")
    return None


_MYSQL: Final = {
    "bigint": "bigint", "binary": "bytea", "boolean": "boolean", "date": "date", "double": "double precision",
    "float": "real", "int": "integer", "json": "jsonb", "longtext": "text", "mediumint": "integer",
    "mediumtext": "text", "real": "double precision", "smallint": "smallint", "text": "text", "tinyint": "smallint",
    "tinytext": "text", "varbinary": "bytea", "year": "smallint", "blob": "bytea",
}  # fmt: skip
_LIKE: Final = frozenset(
    {"bigint", "boolean", "date", "double", "int", "json", "smallint", "text", "serial", "varchar", "char", "decimal"}
)
"""What PostgreSQL has too, so that nothing is to be said of it."""


def _mysql(name: str, options: Options) -> Type | None:
    turned = None if name in _LIKE else f"MySQL's {name},"
    if name == "serial":
        return Type("bigint", "serial")
    if name in _MYSQL:
        wider = {"smallint": "integer", "integer": "bigint"} if options.get("unsigned") is True else {}
        sql = _MYSQL[name]
        return Type(wider.get(sql, sql), turned=turned)
    match name:
        case "varchar" | "char" | "decimal":
            return _postgresql(name, options)
        case "datetime" | "timestamp":
            return Type(f"timestamp{_size(options, 'fsp')} with time zone")
        case "time":
            return Type(f"time{_size(options, 'fsp')} without time zone")
    return None


def _sqlite(name: str, options: Options) -> Type | None:
    mode = options.get("mode")
    match name:
        case "int" | "integer":
            if mode == "boolean":
                return Type("boolean")
            if mode in ("timestamp", "timestamp_ms"):
                return Type("timestamp with time zone")
            return Type("bigint")
        case "text":
            return Type("jsonb" if mode == "json" else "text")
        case "blob":
            return Type({"json": "jsonb", "bigint": "bigint"}.get(str(mode), "bytea"))
        case "real":
            return Type("double precision")
        case "numeric":
            return Type({"bigint": "bigint"}.get(str(mode), "numeric"))
    return None


_BY_DIALECT: Final[dict[str, Callable[[str, Options], Type | None]]] = {
    "pg": _postgresql,
    "mysql": _mysql,
    "sqlite": _sqlite,
}
