"""What JavaScript's operators and literals make of values that are known."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from app.provisioning.source.values import UNDEFINED, Value


def is_false(value: Value) -> bool:
    """Whether JavaScript takes a known value for false."""
    return value is None or value is UNDEFINED or (isinstance(value, (str, int, float)) and not value)


def of_one(operator: str, value: Value) -> Value | None:
    """`-a`, `+a` and `!a`; None where that cannot be known."""
    if _is_number(value) and operator in ("-", "+"):
        return -value if operator == "-" else value
    return not value if isinstance(value, (bool, int)) and operator == "!" else None


def of_several(operator: str, values: Sequence[Value]) -> Value | None:
    """`a + b + …` and `a * b * …`; None where that cannot be known."""
    if operator == "+" and all(isinstance(each, str) or _is_number(each) for each in values):
        return "".join(map(str, values)) if any(isinstance(each, str) for each in values) else sum(values)
    if operator == "*" and all(map(_is_number, values)):
        return prod(values)
    return None


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def with_reverse(members: dict[str, Value]) -> dict[str, Value]:
    """What an enum is when it runs: numbers lead back to their names, and stand first."""
    numbers = {str(value): name for name, value in members.items() if isinstance(value, int)}
    return {**{number: numbers[number] for number in sorted(numbers, key=int)}, **members}


def number(written: str) -> Value:
    """A number as it is written; UNDEFINED where it is none."""
    plain = written.replace("_", "").rstrip("n")
    try:
        return int(plain, 0)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return int(plain, 8) if plain.isdigit() and set(plain) <= set("01234567") else UNDEFINED
