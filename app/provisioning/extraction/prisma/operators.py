"""Which columns an index takes: PostgreSQL's operator classes (`pg_opclass`), by what they are named after."""

from __future__ import annotations

import re
from typing import Final

from app.provisioning.extraction.prisma.natives import extension
from app.provisioning.schema.comparing import base
from app.provisioning.schema.extensions import CLASSES
from app.provisioning.schema.model import TypeName

METHODS: Final = {
    "BTree": "btree", "Hash": "hash", "Gist": "gist", "Gin": "gin", "SpGist": "spgist", "Brin": "brin",
}  # fmt: skip
"""Prisma's names for the kinds of indexes."""

OF_ONE_COLUMN: Final = frozenset({"hash", "spgist"})

_PREFIXES: Final = {
    "bit": "bit",
    "bool": "boolean",
    "bpchar": "character",
    "bytea": "bytea",
    "char": '"char"',
    "date": "date",
    "float4": "real",
    "float8": "double precision",
    "inet": "inet",
    "cidr": "inet",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "interval": "interval",
    "macaddr": "macaddr",
    "macaddr8": "macaddr8",
    "name": "name",
    "numeric": "numeric",
    "oid": "oid",
    "pg_lsn": "pg_lsn",
    "text": "text",
    "varchar": "text",
    "tid": "tid",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "uuid": "uuid",
    "varbit": "bit varying",
    "array": "anyarray",
    "enum": "anyenum",
    "range": "anyrange",
    "multirange": "anymultirange",
    "jsonb": "jsonb",
    "money": "money",
    "tsvector": "tsvector",
    "tsquery": "tsquery",
    "oidvector": "oidvector",
    "xid": "xid",
    "xid8": "xid8",
    "cid": "cid",
    "box": "box",
    "circle": "circle",
    "point": "point",
    "poly": "polygon",
    "kd_point": "point",
    "quad_point": "point",
    "jsonb_path": "jsonb",
}
"""What the names of operator classes begin with, and the type they are for."""

_ONLY: Final = {"jsonb_path": "gin", "kd_point": "spgist", "quad_point": "spgist"}

_WITHOUT_MULTI: Final = frozenset({"bit", "bit varying", '"char"', "text", "character", "bytea", "name"})
_WITHOUT_BLOOM: Final = frozenset({"bit", "bit varying"})
_INCLUDED: Final = frozenset({"box", "inet", "anyrange"})
_SIMPLE: Final = frozenset(
    {
        '"char"', "anyarray", "anymultirange", "anyrange", "anyenum", "bigint", "boolean", "bytea", "character",
        "date", "double precision", "inet", "integer", "interval", "jsonb", "macaddr", "macaddr8", "name", "numeric",
        "oid", "oidvector", "pg_lsn", "real", "smallint", "text", "tid", "time with time zone",
        "time without time zone", "timestamp with time zone", "timestamp without time zone", "uuid", "xid8",
    }
)  # fmt: skip

_DEFAULTS: Final = {
    "btree": _SIMPLE | {"bit", "bit varying", "money", "tsquery", "tsvector"},
    "hash": _SIMPLE | {"cid", "xid", "aclitem"},
    "brin": (_SIMPLE - {"anyarray", "anymultirange", "anyenum", "boolean", "jsonb", "oidvector", "xid8"})
    | {"bit", "bit varying", "box"},
    "gin": frozenset({"anyarray", "jsonb", "tsvector"}),
    "gist": frozenset({"anymultirange", "anyrange", "box", "circle", "point", "polygon", "tsquery", "tsvector"}),
    "spgist": frozenset({"anyrange", "box", "inet", "point", "polygon", "text"}),
}
"""The types that each kind of index has an operator class of its own for."""

_EXTENSIONS_METHODS: Final = {
    "postgis": ("btree", "gist", "spgist", "brin"),
    "hstore": ("btree", "hash", "gin", "gist"),
    "ltree": ("btree", "hash", "gist"),
    "vector": ("btree",),
    "citext": ("btree", "hash"),
}

_CLASS: Final = re.compile(r"([a-z0-9_]+?)_(?:(minmax|bloom|minmax_multi|inclusion|pattern)_)?ops")
_SUBTYPES: Final = re.compile(r"(?:int4|int8|num|ts|tstz|date)(multi)?range")


def extension_of(operator_class: str) -> str | None:
    """The extension that an operator class comes with."""
    found = CLASSES.get(operator_class)
    return found[0] if found else None


def accepts(method: str, operator_class: str | None, column: str | TypeName) -> bool:
    """Whether an index of that kind takes a column of that type, with that operator class or with its usual one."""
    kind = _kind(column)
    if method == "gin" and kind == "anyarray" and not _is_ordered_list(column):
        return False
    if operator_class is None:
        if kind in _DEFAULTS[method]:
            return True
        return isinstance(column, str) and method in _EXTENSIONS_METHODS.get(extension(column) or "", ())
    if operator_class in CLASSES:
        _, needed, wanted = CLASSES[operator_class]
        return method == needed and kind in (wanted, "citext" if wanted == "text" else wanted)
    found = _CLASS.fullmatch(operator_class)
    if found is None or _PREFIXES.get(found[1]) != kind or _ONLY.get(found[1], method) != method:
        return False
    match found[2]:
        case None:
            return method != "brin" and (kind in _DEFAULTS[method] or (method, kind) == ("gist", "inet"))
        case "pattern":
            return method in ("btree", "hash") and kind in ("text", "character")
        case "bloom":
            return method == "brin" and kind in _DEFAULTS["brin"] - _WITHOUT_BLOOM - (_INCLUDED - {"inet"})
        case "minmax_multi":
            return method == "brin" and kind in _DEFAULTS["brin"] - _WITHOUT_MULTI - (_INCLUDED - {"inet"})
        case "inclusion":
            return method == "brin" and kind in _INCLUDED
    return method == "brin" and kind in _DEFAULTS["brin"] - (_INCLUDED - {"inet"})


def _kind(column: str | TypeName) -> str:
    """The type that operator classes are declared for."""
    if isinstance(column, TypeName):
        return "anyarray" if column.array else "anyenum"
    if column.endswith("]"):
        return "anyarray"
    name = base(column)
    if found := _SUBTYPES.fullmatch(name):
        return "anymultirange" if found[1] else "anyrange"
    return {"character varying": "text", "varchar": "text", "cidr": "inet", "bpchar": "character"}.get(name, name)


def _is_ordered_list(column: str | TypeName) -> bool:
    return isinstance(column, TypeName) or accepts("btree", None, base(column))
