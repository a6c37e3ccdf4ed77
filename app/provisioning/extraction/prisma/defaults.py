"""The defaults of columns: what Prisma Migrate writes for `@default(…)`."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from app.provisioning.extraction.prisma.natives import is_known
from app.provisioning.extraction.prisma.tree import Array, Call, Expression, Number, Path, Text
from app.provisioning.schema.comparing import base
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.extensions import FUNCTIONS
from app.provisioning.schema.model import Numbering
from app.provisioning.schema.names import literal

MADE_BY_CLIENT: Final = frozenset({"cuid", "uuid", "ulid", "nanoid"})
"""Functions that the Prisma client runs, so that the column has no default."""

_RFC_3339: Final = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-]\d\d:\d\d))", re.ASCII)
_SEQUENCE: Final = re.compile(r"nextval\(\s*'[^']+'\s*(?:::\s*\w+)?\s*\)|unique_rowid\(\)", re.IGNORECASE)
_QUOTED: Final = re.compile(r"'(?:[^']|'')*+'")
_CALLED: Final = re.compile(r'(?:("?)(\w+)\1\s*\.\s*)?("?)([A-Za-z_]\w*)\3\s*\(')
_WORD: Final = re.compile(r'(?<![\w".:$])(?:"([^"]+)"|([A-Za-z_]\w*))(?!\s*[\w(."])')
_VOLATILE: Final = re.compile(
    r"\b(?:now|random|gen_random_uuid|clock_timestamp)\(|\bcurrent_|\blocaltime", re.IGNORECASE
)

_LIKE: Final = (
    (re.compile(r'"?(?:(?:extensions|public)"?\.)?"?uuid_generate_v4"?\(\)', re.IGNORECASE), "gen_random_uuid()"),
    (re.compile(r"\b(?:uuid|newid|newsequentialid|uuid_v4)\(\)", re.IGNORECASE), "gen_random_uuid()"),
    (re.compile(r"\b(?:getdate|getutcdate|sysdatetime|sysutcdatetime|sysdatetimeoffset)\(\)", re.IGNORECASE),
     "CURRENT_TIMESTAMP"),
)  # fmt: skip
"""Functions of extensions and of other databases, and those that a new database of PostgreSQL has for the same."""

_FUNCTIONS: Final = frozenset(
    {
        "abs", "age", "array_append", "array_cat", "array_fill", "array_length", "array_prepend", "array_remove",
        "array_to_json", "array_to_string", "btrim", "cast", "ceil", "ceiling", "char_length", "chr",
        "clock_timestamp", "coalesce", "concat", "concat_ws", "convert_from", "convert_to", "current_database",
        "current_schema", "current_setting", "date_bin", "date_part", "date_trunc", "decode", "encode", "extract",
        "floor", "format", "gen_random_uuid", "greatest", "hashtext", "hashtextextended", "initcap",
        "inet_client_addr", "int4range", "int8range", "json_build_array", "json_build_object", "jsonb_build_array",
        "jsonb_build_object", "jsonb_set", "jsonb_strip_nulls", "justify_days", "justify_hours", "least", "left",
        "length", "ln", "localtime", "localtimestamp", "log", "lower", "lpad", "ltrim", "make_date", "make_interval",
        "make_time", "make_timestamp", "make_timestamptz", "md5", "mod", "now", "nullif", "numrange", "octet_length",
        "overlay", "position", "power", "random", "regexp_replace", "repeat", "replace", "reverse", "right", "round",
        "row", "row_to_json", "rpad", "rtrim", "setweight", "sha224", "sha256", "sha384", "sha512", "split_part",
        "sqrt", "statement_timestamp", "string_to_array", "strpos", "substr", "substring", "timeofday", "timezone",
        "to_char", "to_date", "to_hex", "to_json", "to_jsonb", "to_number", "to_timestamp", "to_tsquery",
        "to_tsvector", "transaction_timestamp", "translate", "trim", "trunc", "tsrange", "tstzrange", "upper",
        "uuidv4", "uuidv7", "width_bucket", "daterange", "array", "in", "not", "and", "or", "case", "when", "then",
        "else", "interval",
    }
)  # fmt: skip
"""What an expression for a default calls in a new database without having it made first."""


class DefaultError(ValueError):
    """This cannot be the default of such a column; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Default:
    """A default: SQL, a numbering or an expression that is always computed. `changed` says what it was before."""

    sql: str | None = None
    numbering: Numbering | None = None
    generated: str | None = None
    extension: str | None = None
    changed: str | None = None


def constant(value: Expression, scalar: str, sql_type: str) -> str:
    """A constant as SQL: `scalar` is the type in Prisma, `type` in PostgreSQL. Raises DefaultError."""
    match value:
        case Array(items):
            return f"ARRAY[{', '.join(constant(item, scalar, sql_type) for item in items)}]::{sql_type}[]"
        case Number(text) if scalar in ("Int", "BigInt") and "." not in text:
            return str(int(text[:400]))
        case Number(text) if scalar in ("Float", "Decimal"):
            return _number(text)
        case Path("true" | "false" as word) if scalar == "Boolean":
            return word
        case Text(text):
            return _text(text, scalar, sql_type)
    raise DefaultError(f"This default is none of a {scalar}.")


def _text(text: str, scalar: str, sql_type: str) -> str:
    if "\0" in text:
        raise DefaultError("PostgreSQL holds no NUL character in a text.")
    match scalar:
        case "String":
            return literal(_checked_text(text, base(sql_type)))
        case "Decimal":
            return _number(text)
        case "DateTime":
            return literal(_date_time(text))
        case "Json":
            return literal(_json(text, sql_type))
        case "Bytes":
            try:
                return f"'\\x{base64.b64decode(text, validate=True).hex()}'"
            except (binascii.Error, ValueError) as error:
                raise DefaultError("This default is no base64.") from error
    raise DefaultError(f"A text is no default of a {scalar}.")


def _checked_text(text: str, sql_type: str) -> str:
    """A text that PostgreSQL reads at once, when the table is made."""
    try:
        match sql_type:
            case "uuid":
                UUID(text)
            case "inet":
                ipaddress.ip_interface(text)
            case "bit" | "bit varying" if not re.fullmatch(r"[01]*", text):
                raise ValueError(text)
            case "xml" if re.search(r"[<&\x00-\x08\x0b\x0c\x0e-\x1f]", text):
                raise ValueError(text)
    except ValueError as error:
        raise DefaultError(f"{text[:80]!r} is no {sql_type}.") from error
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise DefaultError(f"{text[:80]!r} is no number.") from error
    if not number.is_finite() or abs(number.adjusted()) > 400:
        raise DefaultError(f"{text[:80]!r} is no number that a column holds.")
    return f"{number:f}".removeprefix("-") if number == 0 else f"{number:f}"


def _date_time(text: str) -> str:
    """RFC 3339 as Prisma writes it on: the fraction in groups of three digits, the offset behind a space."""
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise DefaultError(f"{text[:80]!r} is no time as RFC 3339 has it.")
    day, clock, fraction, zulu, offset = found.groups()
    try:
        datetime.fromisoformat(f"{day}T{clock}{'+00:00' if zulu else offset}")
    except ValueError as error:
        raise DefaultError(f"{text[:80]!r} is no time.") from error
    digits = (fraction or "")[:9]
    if digits.strip("0"):
        width = -(-len(digits.rstrip("0")) // 3) * 3
        clock += "." + digits.ljust(width, "0")[:width]
    return f"{day} {clock} {'+00:00' if zulu else offset}"


def _json(text: str, sql_type: str) -> str:
    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise DefaultError("This default is no JSON.") from error
    if base(sql_type) == "jsonb" and re.search(r"\\u0000|\\u[dD][89a-fA-F]", text):
        raise DefaultError("PostgreSQL holds no such character in jsonb.")
    return text


def generated_by_database(call: Call, columns: Collection[str], sql_type: str) -> Default:
    """`dbgenerated("…")`: the SQL in it. Raises DefaultError where a new database cannot have it."""
    first = call.arguments[0].value if call.arguments else None
    if first is None:
        return Default()
    if not isinstance(first, Text):
        raise DefaultError("dbgenerated() takes a text.")
    sql = first.value.strip()
    if _SEQUENCE.fullmatch(_bare(sql)):
        if base(sql_type) not in ("smallint", "integer", "bigint"):
            raise DefaultError("A sequence that is not there numbers this column.")
        return Default(numbering="serial", changed=sql)
    for pattern, like in _LIKE:
        sql = pattern.sub(like, sql)
    try:
        sql = checked(sql)
    except ExpressionError as error:
        raise DefaultError(str(error)) from error
    plain = _QUOTED.sub("''", sql)
    extension = None
    for _, schema, _, name in _CALLED.findall(plain):
        function = name.lower()
        extension = FUNCTIONS.get(function, extension)
        known = function in _FUNCTIONS or function in FUNCTIONS or function.startswith("pg_") or is_known(function)
        if schema.lower() not in ("", "pg_catalog") or not known:
            raise DefaultError(f"{name}() is no function that a new database has.")
    changed = first.value if sql != first.value.strip() else None
    if {quoted or word for quoted, word in _WORD.findall(plain)} & set(columns) and not _VOLATILE.search(plain):
        return Default(generated=sql, extension=extension, changed=first.value)
    return Default(sql, extension=extension, changed=changed)


def _bare(sql: str) -> str:
    """An expression without parentheses around all of it."""
    while sql.startswith("(") and sql.endswith(")"):
        sql = sql[1:-1].strip()
    return sql
