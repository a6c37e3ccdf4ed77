"""Sequelize's types in PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.provisioning.source.program import Program
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Value

VIRTUAL: Final = "virtual"


@dataclass(frozen=True, slots=True)
class Type:
    """A type: SQL, or the `labels` of an enum; `turned` is an extension's or another database's that became it."""

    sql: str
    labels: tuple[str, ...] = ()
    is_array: bool = False
    turned: str | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether there is no column at all."""
        return self.sql == VIRTUAL


_PLAIN: Final = {
    "BOOLEAN": "boolean", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint",
    "REAL": "real", "DOUBLE": "double precision", "DATE": "timestamp with time zone", "DATEONLY": "date",
    "NOW": "timestamp with time zone", "TIME": "time without time zone", "JSON": "json", "JSONB": "jsonb",
    "BLOB": "bytea", "UUID": "uuid", "UUIDV1": "uuid", "UUIDV4": "uuid", "INET": "inet", "CIDR": "cidr",
    "MACADDR": "macaddr", "TSVECTOR": "tsvector", "TEXT": "text", "FLOAT": "double precision", "VIRTUAL": VIRTUAL,
}  # fmt: skip
_TURNED: Final = {
    "CITEXT": "text", "HSTORE": "jsonb", "GEOMETRY": "jsonb", "GEOGRAPHY": "jsonb", "TINYINT": "smallint",
    "MEDIUMINT": "integer",
}  # fmt: skip
_SIZED: Final = {"STRING": "character varying", "CHAR": "character"}
_DECIMALS: Final = frozenset({"DECIMAL", "NUMERIC", "NUMBER"})
_RANGES: Final = {
    "integer": "int4range", "bigint": "int8range", "numeric": "numrange", "date": "daterange",
    "timestamp with time zone": "tstzrange",
}  # fmt: skip
_OF_SQL: Final = {
    "varchar": "character varying", "char": "character", "int": "integer", "int4": "integer", "int8": "bigint",
    "bool": "boolean", "double": "double precision", "float": "double precision", "decimal": "numeric",
    "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
    "datetime": "timestamp with time zone", "string": "character varying(255)",
}  # fmt: skip
_WRITTEN: Final = re.compile(r"([A-Za-z][\w ]*?)\s*(\(.*\))?(\[\])?", re.DOTALL)


class Types:
    """Reads types."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def of(self, value: Value, values: Value = UNDEFINED) -> Type | None:
        """The type that a value such as `DataTypes.STRING(80)` is; `values` are an enum's, given beside it."""
        if isinstance(value, str):
            return _of_sql(value)
        if not isinstance(value, (Name, Call)):
            return None
        call, name = self._name(value)
        arguments = [] if call is None else self._arguments(call)
        options = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        if name == "ENUM":
            given = options.get("values", values if isinstance(values, list) else arguments)
            given = given[0] if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list) else given
            labels = (
                tuple(str(each) for each in given if isinstance(each, (str, int))) if isinstance(given, list) else ()
            )
            return Type("enum", labels) if labels else None
        if name == "ARRAY":
            inner = self.of(options.get("type", arguments[0] if arguments else UNDEFINED))
            if inner is None:
                return None
            return Type("enum", inner.labels, is_array=True) if inner.labels else Type(f"{inner.sql}[]")
        if name == "RANGE":
            inner = self.of(arguments[0]) if arguments else Type("integer")
            found = None if inner is None else _RANGES.get(inner.sql)
            return None if found is None else Type(found)
        sizes = [each for each in arguments if isinstance(each, int)] or [
            each for key in ("length", "precision", "scale") if isinstance(each := options.get(key), int)
        ]
        written = value.text if isinstance(value, Name) else value.callee
        if name in _SIZED:
            is_binary = "BINARY" in written or options.get("binary") is True
            return Type("bytea" if is_binary else f"{_SIZED[name]}({sizes[0] if sizes else 255})")
        if name in _DECIMALS:
            size = f"({sizes[0]},{sizes[1] if len(sizes) > 1 else 0})" if sizes else ""
            return Type(f"numeric{size}")
        if name in _TURNED:
            return Type(_TURNED[name], turned=name)
        if name == "FLOAT" and len(sizes) == 1:
            return Type("real" if sizes[0] <= 24 else "double precision")
        return Type(_PLAIN[name]) if name in _PLAIN else None

    def _arguments(self, call: Call) -> list[Value]:
        """The values of a call's arguments, with lists spread."""
        values: list[Value] = []
        for node in call.arguments:
            is_spread = node.type == "spread_element"
            value = self._program.value(Found(call.at.module, node.named_children[0] if is_spread else node))
            values += value if is_spread and isinstance(value, list) else [value]
        return values

    def _name(self, value: Name | Call) -> tuple[Call | None, str]:
        """The call that gives the sizes, and the type's name: of `DataTypes.STRING(10).BINARY` those of STRING."""
        written = value.text if isinstance(value, Name) else value.callee
        known = [part for part in re.split(r"[^A-Z0-9a-z_]+", written) if part in _ALL]
        call = value if isinstance(value, Call) else None
        if call is None or (known and not call.callee.endswith(known[0])):
            # The sizes stand in a call before `.BINARY` or `.UNSIGNED`.
            here = value.at.node.child_by_field_name("object" if isinstance(value, Name) else "function")
            while here is not None and here.type == "member_expression":
                here = here.child_by_field_name("object")
            inner = None if here is None else self._program.value(Found(value.at.module, here))
            call = inner if isinstance(inner, Call) else None
        return call, known[0] if known else ""


_ALL: Final = frozenset({*_PLAIN, *_TURNED, *_SIZED, *_DECIMALS, "ENUM", "ARRAY", "RANGE"})


def _of_sql(written: str) -> Type | None:
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        return None
    name, size, array = found[1].lower(), found[2] or "", found[3] or ""
    if name.upper() in _TURNED:
        return Type(_TURNED[name.upper()] + array, turned=name)
    if name == "enum":
        labels = tuple(label.replace("''", "'") for label in re.findall(r"'((?:[^']|'')*)'", size))
        return Type("enum", labels, bool(array)) if labels else None
    known = _OF_SQL.get(name, name)
    if size and known.startswith("timestamp "):
        return Type(known.replace("timestamp", f"timestamp{size}", 1) + array)
    return Type(f"{known}{'' if '(' in known else size}{array}")
