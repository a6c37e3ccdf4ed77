"""Values of JavaScript as constants of SQL, cast as Mongoose casts them; and defaults that are functions."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Final

from app.provisioning.extraction.mongoose.documents import truthy
from app.provisioning.extraction.mongoose.evaluation import last_segment, returned_by
from app.provisioning.schema.names import literal
from app.provisioning.source.syntax import text, unquoted
from app.provisioning.source.values import UNDEFINED, Call, Name, Opaque, Value

NEW_OBJECT_ID: Final = (
    "lpad(to_hex(floor(extract(epoch from clock_timestamp()))::bigint), 8, '0')"
    " || left(replace(gen_random_uuid()::text, '-', ''), 16)"
)
"""An ObjectId: 4 bytes of time and 8 of chance, in hexadecimal."""

NOW: Final = "now()"

_CLOCK: Final = frozenset({"Date.now", "Date", "Date.now()", "newDate()", "newDate", "moment", "dayjs", "moment.now"})
_UUID: Final = frozenset({"uuid", "uuidv4", "uuidV4", "v4", "uuid4", "randomUUID"})
_NUMBERS: Final = frozenset({"Number", "Double", "Int32", "BigInt", "Decimal128"})
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})


def constant(kind: str, value: Value) -> str | None:
    """A constant as SQL for a column of that kind; None where Mongoose would not cast it, or it is none."""
    match kind:
        case "String":
            return None if (shown := plain_text(value)) is None or not is_sayable(shown) else literal(shown)
        case "Boolean":
            return _boolean(value)
        case "Date":
            return _date(value)
        case "ObjectId":
            return literal(value) if isinstance(value, str) and value and is_sayable(value) else None
        case "UUID":
            fits = isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value)
            return literal(value) if fits else None
        case "Mixed" | "Map" | "Union":
            return document(value)
    return _number(kind, value) if kind in _NUMBERS else None


def document(value: Value) -> str | None:
    """A value as a jsonb constant."""
    try:
        written = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return None
    return None if "\\u0000" in written or not is_sayable(written) else f"{literal(written)}::jsonb"


def is_sayable(written: str) -> bool:
    """Whether PostgreSQL takes a text: no NUL, and no half of a character."""
    return "\0" not in written and not any("\ud800" <= each <= "\udfff" for each in written)


def moving(kind: str, value: Value) -> str | None:
    """A default that is a function, or is made anew for each document, as SQL."""
    written = _written(value)
    if written is None:
        return None
    short = last_segment(written.removesuffix("()")).removeprefix("new")
    if kind == "Date" and (written in _CLOCK or written.removeprefix("new") in ("Date()", "Date.now()")):
        return NOW
    if short in _UUID and kind in ("String", "UUID"):
        return "gen_random_uuid()" if kind == "UUID" else "gen_random_uuid()::text"
    if short in ("ObjectId", "ObjectID") and kind == "ObjectId":
        return NEW_OBJECT_ID
    return None


def is_function(value: Value) -> bool:
    """Whether a default is worked out for each document."""
    return isinstance(value, Name) or (
        isinstance(value, Opaque) and value.kind in ("arrow_function", "function_expression", "method_definition")
    )


def plain_text(value: Value) -> str | None:
    """A value as JavaScript's String() shows it, of what is a constant."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) and not value.is_integer() else str(int(value))
    return None


def _written(value: Value) -> str | None:
    """What a function gives back, or the function itself, without spaces."""
    if isinstance(value, Name):
        return value.text
    if isinstance(value, Call):
        return f"{'new' if value.is_new else ''}{value.callee}()" if not value.arguments else None
    if isinstance(value, Opaque) and is_function(value):
        body = returned_by(value.at.node)
        while body is not None and body.type == "parenthesized_expression" and body.named_children:
            body = body.named_children[0]
        return None if body is None else "".join(text(body).split())
    return None


def _number(kind: str, value: Value) -> str | None:
    if isinstance(value, bool):
        number: float | int = int(value)
    elif isinstance(value, (int, float)):
        number = value
    elif isinstance(value, str) and re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value):
        number = float(value)
    else:
        return None
    if isinstance(number, float) and (not math.isfinite(number) or number.is_integer()):
        if not math.isfinite(number):
            return None
        number = int(number)
    if kind in ("Int32", "BigInt") and isinstance(number, float):
        return None
    return repr(number) if abs(number) < 10**300 else None


def _boolean(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = plain_text(value)
    return "true" if shown in _TRUE else "false" if shown in _FALSE else None


def _date(value: Value) -> str | None:
    if isinstance(value, Call) and value.callee == "Date" and value.is_new and len(value.arguments) == 1:
        return _date(unquoted(value.arguments[0]))
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000, UTC)
        else:
            return None
        return f"'{moment.astimezone(UTC).isoformat(sep=' ')}'::timestamptz"
    except (ValueError, OverflowError, OSError):
        return None


def _plain(value: Value) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not UNDEFINED}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    raise TypeError


def is_set(value: Value) -> bool:
    """Whether an option is given and true, `[true, "message"]` too."""
    return truthy(value[0]) if isinstance(value, list) and value else truthy(value)
