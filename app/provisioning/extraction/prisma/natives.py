"""The types of Prisma's fields as types of PostgreSQL, by the database that the schema was written for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.provisioning.schema.comparing import base
from app.provisioning.schema.extensions import TYPES

SCALARS: Final = {
    "String": "text",
    "Int": "integer",
    "BigInt": "bigint",
    "Float": "double precision",
    "Decimal": "numeric(65,30)",
    "Boolean": "boolean",
    "DateTime": "timestamp(3) without time zone",
    "Json": "jsonb",
    "Bytes": "bytea",
}
"""What a field has without a native type."""


@dataclass(frozen=True, slots=True)
class Native:
    """A native type: `type` where it has no argument, `sized` with {0} and {1} for the arguments it has.

    A type without a like of its own in PostgreSQL is not `exact`: it becomes the nearest one that holds its values.
    """

    type: str
    sized: str | None = None
    exact: bool = True
    most: tuple[int, ...] = ()
    """The largest arguments that PostgreSQL takes."""


def _near(sql_type: str, sized: str | None = None, most: tuple[int, ...] = ()) -> Native:
    return Native(sql_type, sized, False, most)


_BYTES: Final = Native("bytea")
_TEXT: Final = Native("text")
_NUMERIC: Final = Native("numeric", "numeric({0},{1})", most=(1000, 1000))
_VARCHAR: Final = Native("character varying", "character varying({0})", most=(10_485_760,))
_CHAR: Final = Native("character(1)", "character({0})", most=(10_485_760,))
_TIME: Final = Native("time without time zone", "time({0}) without time zone", most=(6,))
_TIMETZ: Final = Native("time with time zone", "time({0}) with time zone", most=(6,))
_TIMESTAMP: Final = Native("timestamp without time zone", "timestamp({0}) without time zone", most=(6,))
_TIMESTAMPTZ: Final = Native("timestamp with time zone", "timestamp({0}) with time zone", most=(6,))

_POSTGRESQL: Final = {
    "SmallInt": Native("smallint"),
    "Integer": Native("integer"),
    "BigInt": Native("bigint"),
    "Decimal": _NUMERIC,
    "Money": Native("money"),
    "Inet": Native("inet"),
    "Oid": Native("oid"),
    "Citext": Native("citext"),
    "Real": Native("real"),
    "DoublePrecision": Native("double precision"),
    "VarChar": _VARCHAR,
    "Char": _CHAR,
    "Text": _TEXT,
    "ByteA": _BYTES,
    "Timestamp": _TIMESTAMP,
    "Timestamptz": _TIMESTAMPTZ,
    "Date": Native("date"),
    "Time": _TIME,
    "Timetz": _TIMETZ,
    "Boolean": Native("boolean"),
    "Bit": Native("bit(1)", "bit({0})", most=(83_886_080,)),
    "VarBit": Native("bit varying", "bit varying({0})", most=(83_886_080,)),
    "Uuid": Native("uuid"),
    "Xml": Native("xml"),
    "Json": Native("json"),
    "JsonB": Native("jsonb"),
}

_COCKROACHDB: Final = _POSTGRESQL | {
    "Int2": Native("smallint"),
    "Int4": Native("integer"),
    "Int8": Native("bigint"),
    "Float4": Native("real"),
    "Float8": Native("double precision"),
    "Bool": Native("boolean"),
    "String": Native("text", "character varying({0})", most=(10_485_760,)),
    "Bytes": _BYTES,
    "CatalogSingleChar": Native('"char"'),
    "Geometry": _near("text"),
    "Geography": _near("text"),
}

_MYSQL: Final = {
    "Int": Native("integer"),
    "UnsignedInt": _near("bigint"),
    "SmallInt": Native("smallint"),
    "UnsignedSmallInt": _near("integer"),
    "TinyInt": _near("smallint"),
    "UnsignedTinyInt": _near("smallint"),
    "MediumInt": _near("integer"),
    "UnsignedMediumInt": _near("integer"),
    "BigInt": Native("bigint"),
    "UnsignedBigInt": _near("numeric(20,0)"),
    "Decimal": _NUMERIC,
    "Float": Native("real"),
    "Double": Native("double precision"),
    "Bit": _near("bytea"),
    "Char": _CHAR,
    "VarChar": _VARCHAR,
    "Binary": _near("bytea"),
    "VarBinary": _near("bytea"),
    "TinyBlob": _BYTES,
    "Blob": _BYTES,
    "MediumBlob": _BYTES,
    "LongBlob": _BYTES,
    "TinyText": _TEXT,
    "Text": _TEXT,
    "MediumText": _TEXT,
    "LongText": _TEXT,
    "Date": Native("date"),
    "Time": _TIME,
    "DateTime": _TIMESTAMP,
    "Timestamp": _TIMESTAMPTZ,
    "Year": _near("smallint"),
    "Json": Native("jsonb"),
}

_SQLSERVER: Final = {
    "Int": Native("integer"),
    "SmallInt": Native("smallint"),
    "TinyInt": _near("smallint"),
    "BigInt": Native("bigint"),
    "Bit": Native("boolean"),
    "Decimal": _NUMERIC,
    "Money": _near("numeric(19,4)"),
    "SmallMoney": _near("numeric(10,4)"),
    "Float": Native("double precision"),
    "Real": Native("real"),
    "Date": Native("date"),
    "Time": _TIME,
    "DateTime": _near("timestamp(3) without time zone"),
    "DateTime2": _near("timestamp(6) without time zone"),
    "SmallDateTime": _near("timestamp(0) without time zone"),
    "DateTimeOffset": _near("timestamp(6) with time zone"),
    "Char": _CHAR,
    "NChar": _CHAR,
    "VarChar": Native("text", "character varying({0})", most=(10_485_760,)),
    "NVarChar": Native("text", "character varying({0})", most=(10_485_760,)),
    "Text": _TEXT,
    "NText": _TEXT,
    "Binary": _near("bytea"),
    "VarBinary": _near("bytea"),
    "Image": _BYTES,
    "Xml": Native("xml"),
    "UniqueIdentifier": Native("uuid"),
}

_MONGODB: Final = {
    "String": _TEXT,
    "Double": Native("double precision"),
    "Long": Native("bigint"),
    "Int": Native("integer"),
    "BinData": _BYTES,
    "ObjectId": _near("text"),
    "Array": _near("text"),
    "Bool": Native("boolean"),
    "Date": Native("timestamp(3) without time zone"),
    "Timestamp": _near("timestamp(3) without time zone"),
    "Json": Native("jsonb"),
}

PROVIDERS: Final[dict[str, dict[str, Native]]] = {
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    "cockroachdb": _COCKROACHDB,
    "mysql": _MYSQL,
    "sqlserver": _SQLSERVER,
    "mongodb": _MONGODB,
    "sqlite": {},
}
"""The native types of each database that Prisma knows."""

_POSTGRESQL_ITSELF: Final = frozenset({"postgresql", "postgres", "cockroachdb"})

_SCALAR_OF: Final = {
    "smallint": "Int",
    "integer": "Int",
    "oid": "Int",
    "bigint": "BigInt",
    "numeric": "Decimal",
    "money": "Decimal",
    "real": "Float",
    "double precision": "Float",
    "boolean": "Boolean",
    "bytea": "Bytes",
    "json": "Json",
    "jsonb": "Json",
    "date": "DateTime",
}

_BUILT_IN: Final = frozenset(
    {
        "bigint", "bigserial", "bit", "boolean", "bool", "box", "bpchar", "bytea", "char", "character", "cid", "cidr",
        "circle", "date", "daterange", "datemultirange", "decimal", "dec", "double", "float", "float4", "float8",
        "inet", "int", "int2", "int2vector", "int4", "int4range", "int4multirange", "int8", "int8range",
        "int8multirange", "integer", "interval", "json", "jsonb", "jsonpath", "line", "lseg", "macaddr", "macaddr8",
        "money", "name", "numeric", "nummultirange", "numrange", "oid", "oidvector", "path", "pg_lsn", "pg_snapshot",
        "point", "polygon", "real", "refcursor", "regclass", "regcollation", "regconfig", "regdictionary",
        "regnamespace", "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype", "serial",
        "smallint", "smallserial", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "tsmultirange",
        "tsquery", "tsrange", "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "uuid", "varbit", "varchar",
        "xid", "xid8", "xml",
    }
)  # fmt: skip

_BASE: Final = re.compile(r'(?:"?(?:pg_catalog|public)"?\.)?_?"?(\w+)"?', re.IGNORECASE)


def native(provider: str, name: str) -> tuple[Native, bool] | None:
    """A native type of a database, and whether it is that database's own.

    A schema that changed its database often kept the other's types, so those are looked for as well.
    """
    own = PROVIDERS.get(provider, _POSTGRESQL)
    if name in own:
        return own[name], True
    for types in PROVIDERS.values():
        if name in types:
            return types[name], False
    return None


def is_postgresql(provider: str) -> bool:
    """Whether that database's types are PostgreSQL's."""
    return provider in _POSTGRESQL_ITSELF


def scalar(sql_type: str) -> str:
    """Prisma's own type for a type of PostgreSQL."""
    name = base(sql_type)
    return _SCALAR_OF.get(name) or ("DateTime" if name.startswith("time") else "String")


def extension(sql_type: str) -> str | None:
    """The extension that a type comes with."""
    found = _BASE.match(sql_type.strip())
    return TYPES.get(found[1].lower()) if found else None


def is_known(sql_type: str) -> bool:
    """Whether a new database can have such a column: the type is built in, or an extension's."""
    found = _BASE.match(sql_type.strip())
    return found is not None and (found[1].lower() in _BUILT_IN or found[1].lower() in TYPES)
