"""Columns as PostgreSQL has them: the type, the default, the enum."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.metadata import ColumnMeta
from app.provisioning.extraction.typeorm.report import Report, evidence
from app.provisioning.extraction.typeorm.said_columns import Sql
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import PUBLIC, Column, Enum, Numbering, TypeName
from app.provisioning.schema.names import fit, literal
from app.provisioning.source.values import UNDEFINED, Call, Name, Opaque, Value

UUID: Final = "gen_random_uuid()"
"""PostgreSQL's own, where TypeORM takes uuid_generate_v4() of an extension."""

_NORMAL: Final = {
    "Number": "integer", "int": "integer", "int4": "integer", "String": "character varying",
    "varchar": "character varying", "Date": "timestamp without time zone", "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone", "time": "time without time zone", "timetz": "time with time zone",
    "Boolean": "boolean", "bool": "boolean", "simple-array": "text", "simple-json": "text", "simple-enum": "enum",
    "int2": "smallint", "int8": "bigint", "decimal": "numeric", "float8": "double precision",
    "float": "double precision", "float4": "real", "char": "character", "varbit": "bit varying",
}  # fmt: skip
_OWN: Final = frozenset(
    {
        "integer", "smallint", "bigint", "numeric", "real", "double precision", "money", "character varying",
        "character", "text", "bytea", "bit", "bit varying", "timestamp without time zone", "timestamp with time zone",
        "date", "time without time zone", "time with time zone", "interval", "boolean", "enum", "point", "line",
        "lseg", "box", "path", "polygon", "circle", "cidr", "inet", "macaddr", "macaddr8", "tsvector", "tsquery",
        "uuid", "xml", "json", "jsonb", "jsonpath", "int4range", "int8range", "numrange", "tsrange", "tstzrange",
        "daterange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
        "datemultirange", "vector", "halfvec",
    }
)  # fmt: skip
OF_OTHERS: Final = {
    "tinyint": "smallint", "mediumint": "integer", "int64": "bigint", "unsigned big int": "bigint",
    "long": "bigint", "number": "numeric", "dec": "numeric", "fixed": "numeric", "double": "double precision",
    "smallmoney": "money", "nvarchar": "character varying", "varchar2": "character varying",
    "nvarchar2": "character varying", "national varchar": "character varying", "nchar": "character",
    "string": "character varying",
    "tinytext": "text", "mediumtext": "text", "longtext": "text", "ntext": "text", "clob": "text", "nclob": "text",
    "set": "text", "blob": "bytea", "tinyblob": "bytea", "mediumblob": "bytea", "longblob": "bytea",
    "binary": "bytea", "varbinary": "bytea", "image": "bytea", "raw": "bytea",
    "datetime": "timestamp without time zone", "datetime2": "timestamp without time zone",
    "smalldatetime": "timestamp without time zone", "datetimeoffset": "timestamp with time zone",
    "timestamp with local time zone": "timestamp with time zone", "year": "smallint", "rowversion": "bytea",
    "uniqueidentifier": "uuid", "bigserial": "bigint", "serial": "integer", "simple_array": "text",
}  # fmt: skip
"""Types of MySQL, SQLite, SQL Server and Oracle."""

_OF_EXTENSIONS: Final = {
    "citext": "text", "hstore": "jsonb", "ltree": "text", "cube": "double precision[]", "geometry": "jsonb",
    "geography": "jsonb",
}  # fmt: skip
"""Types of extensions that an app's database does not have."""

_WITH_LENGTH: Final = frozenset({"character varying", "character", "bit", "bit varying", "vector", "halfvec"})
_WITH_PRECISION: Final = frozenset(
    {
        "numeric", "interval", "time without time zone", "time with time zone", "timestamp without time zone",
        "timestamp with time zone",
    }
)  # fmt: skip
_OTHERS_FUNCTION: Final = re.compile(
    r"\b(strftime|julianday|unixepoch|unix_timestamp|utc_timestamp|from_unixtime|curdate|curtime|sysdate|getdate"
    r"|getutcdate|sysdatetime|newid|newsequentialid|uuid_to_bin)\s*\(",
    re.IGNORECASE,
)
_COLLATIONS: Final = frozenset({"default", "C", "POSIX", "ucs_basic", "unicode"})
_NUMBERED: Final = ("smallint", "integer", "bigint")


@dataclass(frozen=True, slots=True)
class Made:
    """A column, and the enum that it needs."""

    column: Column
    enum: Enum | None = None


class Columns:
    """Makes columns; `taken` are the names of tables, by schema, which types cannot have."""

    def __init__(self, expressions: Expressions, report: Report, taken: set[tuple[str, str]]) -> None:
        self._expressions = expressions
        self._report = report
        self._taken = taken

    def of(self, column: ColumnMeta, schema: str | None, table: str) -> Made:
        """A column of a table."""
        name = fit(column.name)
        normal = self._normal(column)
        enum = self._enum(column, schema, table) if normal == "enum" else None
        type_: str | TypeName = self._full(column, normal if normal != "enum" else "character varying")
        if enum is not None:
            type_ = TypeName(enum.name, enum.schema, column.is_array)
        numbering = self._numbering(column, normal)
        generated = None
        if column.expression is not None and (column.generated_type or "VIRTUAL").upper() == "STORED":
            generated = self._checked(column, column.expression, "generated value")
        elif column.expression is not None:
            message = f"{name} is generated when it is read, which TypeORM refuses on PostgreSQL; it is a plain column."
            self._report.error(column.at, "generated", message)
        default = None if numbering is not None or generated is not None else self._default(column, enum)
        if default is None and column.strategy == "uuid" and column.default is UNDEFINED:
            default = UUID if normal == "uuid" else None
        return Made(
            Column(
                name,
                type_,
                column.is_nullable and not column.is_primary and numbering is None,
                default,
                numbering,
                generated,
                self._collation(column),
                None if column.comment is None else storable(column.comment),
                None if column.at is None else evidence(column.at, "column"),
            ),
            enum,
        )

    def _normal(self, column: ColumnMeta) -> str:
        """The type by PostgreSQL's name, without length and precision."""
        written = column.type or "String"
        normal = _NORMAL.get(written, written)
        if normal in _OWN:
            return normal
        lowered = " ".join(written.lower().split())
        bare = re.sub(r"\s*\(.*\)|\s+(unsigned|signed|zerofill)\b", "", lowered)
        normal = _NORMAL.get(bare, bare)
        if normal in _OF_EXTENSIONS:
            found = _OF_EXTENSIONS[normal]
            message = f"{column.name} is of type {written}, which an extension has; it becomes {found}."
            self._report.warning(column.at, "extension-type", message)
            return found
        found = normal if normal in _OWN else OF_OTHERS.get(bare, "")
        if not found:
            found = "text"
            self._report.error(
                column.at, "type", f"{column.name} is of type {written}, which PostgreSQL does not have."
            )
        elif found != lowered:
            message = f"{column.name} is of type {written}, which PostgreSQL does not have; it becomes {found}."
            self._report.warning(column.at, "foreign-type", message)
        return found

    def _full(self, column: ColumnMeta, normal: str) -> str:
        """The type as `format_type()` prints it."""
        modifier = ""
        if column.length and column.length.isdigit() and normal in _WITH_LENGTH and int(column.length) > 0:
            modifier = f"({column.length})"
        elif column.length and normal not in _WITH_LENGTH:
            self._report.warning(column.at, "length", f"{column.name}: {normal} has no length.")
        elif normal in ("character", "bit"):
            modifier = "(1)"
        if column.precision is not None and normal in _WITH_PRECISION and not modifier:
            scale = column.scale or 0
            is_numeric = normal == "numeric"
            modifier = f"({column.precision},{scale})" if is_numeric else f"({min(column.precision, 6)})"
            if is_numeric and not 1 <= column.precision <= 1000:
                modifier = ""
        elif column.precision is not None and not modifier:
            self._report.warning(column.at, "precision", f"{column.name}: {normal} has no precision.")
        first, space, rest = normal.partition(" ")
        if modifier and rest in ("without time zone", "with time zone"):
            full = f"{first}{modifier}{space}{rest}"
        else:
            full = f"{normal}{modifier}"
        return f"{full}[]" if column.is_array and not full.endswith("[]") else full

    def _collation(self, column: ColumnMeta) -> str | None:
        """A collation that every server has; those of other databases, and of some machines, are left out."""
        name = column.collation
        if name is None or name in _COLLATIONS or name.endswith("-x-icu"):
            return name
        self._report.warning(column.at, "collation", f"{column.name}: not every PostgreSQL has the collation {name}.")
        return None

    def _numbering(self, column: ColumnMeta, normal: str) -> Numbering | None:
        if column.strategy in (None, "uuid") or column.is_array:
            return None
        if normal not in _NUMBERED:
            message = f"{column.name} cannot number itself: its type is {normal}."
            self._report.error(column.at, "generated", message)
            return None
        if column.strategy == "identity":
            return "identity always" if column.identity == "ALWAYS" else "identity by default"
        return "serial"

    def _enum(self, column: ColumnMeta, schema: str | None, table: str) -> Enum | None:
        """The enum type of a column; None where its labels are not known."""
        values = column.enum
        if isinstance(values, dict):
            values = [value for key, value in values.items() if not _is_number(key) and not isinstance(value, Opaque)]
        known = isinstance(values, list) and not any(isinstance(value, (Name, Call, Opaque)) for value in values)
        labels = tuple(dict.fromkeys(_text(value) for value in values)) if known and isinstance(values, list) else ()
        if not labels:
            message = f"{column.name}: only running the app would tell the values of its enum; it becomes text."
            self._report.error(column.at, "enum", message)
            return None
        name = column.enum_name or f"{table}_{column.name.lower()}_enum"
        space, dot, last = name.rpartition(".")
        home = space.rpartition(".")[2] if dot else schema or PUBLIC
        return Enum(
            fit(last, taken={table for place, table in self._taken if place == home}),
            tuple(dict.fromkeys(fit(label) for label in labels)),
            home,
            None if column.at is None else evidence(column.at, "enum"),
        )

    def _default(self, column: ColumnMeta, enum: Enum | None) -> str | None:
        value = column.default
        if isinstance(value, Sql):
            return value.text
        if value is UNDEFINED or value is None:
            return None
        if isinstance(value, (Name, Call, Opaque)):
            return self._computed(column, value)
        if isinstance(value, list) and column.is_array:
            if any(isinstance(each, (Name, Call, Opaque)) for each in value):
                self._unknown_default(column)
                return None
            return literal(storable("{" + ",".join(_text(each) for each in value) + "}"))
        if isinstance(value, bool) and enum is None:
            return "true" if value else "false"
        if isinstance(value, (dict, list)):
            written = _json(value)
            if written is None:
                self._unknown_default(column)
            return None if written is None else literal(storable(written))
        text = storable(_text(value))
        # TypeORM puts quotes around, and doubles none; people who need one write two.
        written = text.replace("''", "'") if "'" not in text.replace("''", "") else text
        return literal(written)

    def _computed(self, column: ColumnMeta, value: Name | Call | Opaque) -> str | None:
        """A default that a function returns is SQL."""
        result = self._expressions.returned(value)
        given = column.target.given if isinstance(column.target, Class) else None
        sql = None if result is None else self._expressions.program.value(result, given)
        if isinstance(sql, (int, float)) and not isinstance(sql, bool):
            sql = _text(sql)
        if not isinstance(sql, str):
            self._unknown_default(column)
            return None
        if not sql.strip():
            return None
        if sql.strip().lower().startswith("uuid_generate_v4("):
            return UUID
        if (foreign := _OTHERS_FUNCTION.search(sql)) is not None:
            message = f"The default of {column.name} calls {foreign[1]}(), which PostgreSQL lacks; it is left out."
            self._report.error(column.at, "default", message)
            return None
        return self._checked(column, _datetime(sql), "default")

    def _unknown_default(self, column: ColumnMeta) -> None:
        self._report.error(column.at, "default", f"Only running the app would tell the default of {column.name}.")

    def _checked(self, column: ColumnMeta, sql: str, what: str) -> str | None:
        try:
            return checked(sql)
        except ExpressionError as error:
            self._report.error(column.at, "expression", f"The {what} of {column.name} is left out: {error}")
            return None


def storable(text: str) -> str:
    """A text without what PostgreSQL cannot hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _datetime(sql: str) -> str:
    """What TypeORM makes of the functions of date and time."""
    upper = sql.upper()
    found = re.search(r"\(\d+\)", sql)
    precision = found[0] if found else ""
    if "CURRENT_TIMESTAMP" in upper:
        return f"('now'::text)::timestamp{precision} with time zone" if precision else "now()"
    if upper == "CURRENT_DATE":
        return "('now'::text)::date"
    if "CURRENT_TIME" in upper:
        return f"('now'::text)::time{precision} with time zone"
    if "LOCALTIMESTAMP" in upper:
        return f"('now'::text)::timestamp{precision} without time zone"
    if "LOCALTIME" in upper:
        return f"('now'::text)::time{precision} without time zone"
    return sql


def _is_number(key: str) -> bool:
    try:
        float(key or "0")
    except ValueError:
        return False
    return True


def _text(value: Value) -> str:
    """What JavaScript writes for a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return "null" if value is None else "undefined" if value is UNDEFINED else str(value)


def _json(value: Value) -> str | None:
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
