"""Values of the code as defaults of columns, written as drizzle-kit writes them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

from app.provisioning.schema.names import literal
from app.provisioning.source.program import Program
from app.provisioning.source.values import Call, Value

_NOW: Final = re.compile(
    r"\(*\s*(?:unixepoch\(.*\)|strftime\(.*'now'.*\)|date(?:time)?\('now'.*\)|julianday\('now'\)|current_timestamp"
    r"(?:\(\d?\))?|now\(\d?\))(?:\s*\*\s*1000)?\s*\)*(?:\s*on update.*)?",
    re.IGNORECASE | re.DOTALL,
)
"""What stands for the present moment in SQLite and MySQL."""


class UnknownDefaultError(Exception):
    """Only running the app would tell what the default is."""


def constant(program: Program, value: Value, sql_type: str) -> str | None:
    """A value that is no SQL as the default of a column; None of null. Raises UnknownDefaultError."""
    base = sql_type.partition("(")[0].partition(" ")[0]
    if isinstance(value, str):
        return literal(value)
    if base in ("json", "jsonb") and not sql_type.endswith("[]"):
        return f"{literal(json.dumps(_plain(value), separators=(',', ':'), ensure_ascii=False))}::{base}"
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return literal(_array(program, value, base))
    if (moment := _moment(program, value)) is not None:
        return literal(_written(moment, base))
    raise UnknownDefaultError


def is_now(sql: str) -> bool:
    """Whether SQL of SQLite or MySQL stands for the present moment."""
    return _NOW.fullmatch(sql.strip()) is not None


def _plain(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise UnknownDefaultError


def _array(program: Program, values: list[Value], base: str) -> str:
    return "{" + ",".join(_element(program, value, base) for value in values) + "}"


def _element(program: Program, value: Value, base: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return _array(program, value, base)
    if isinstance(value, dict):
        written = json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)
    elif isinstance(value, str):
        written = value
    elif (moment := _moment(program, value)) is not None:
        written = _written(moment, base)
    else:
        raise UnknownDefaultError
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(program: Program, value: Value) -> datetime | None:
    """`new Date("2024-01-01")`, `new Date(0)`."""
    if not isinstance(value, Call) or not value.is_new or value.callee != "Date" or len(value.arguments) != 1:
        return None
    given = program.argument(value, 0)
    try:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return datetime.fromtimestamp(given / 1000, UTC)
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    # A date alone is in UTC, a moment without a zone in that of the machine: taken for UTC.
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _written(moment: datetime, base: str) -> str:
    written = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    return written[:10] if base == "date" else written
