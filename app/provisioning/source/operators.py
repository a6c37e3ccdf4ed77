"""What JavaScript's operators and literals make of values that are known."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final

from app.provisioning.source.values import UNDEFINED, Value

MOST_TEXT: Final = 100_000
"""Characters of a text that is made of others; what is longer is not known."""

MOST_DIGITS: Final = 40


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
    if operator == "+" and any(isinstance(each, str) for each in values):
        return joined(values)
    if operator in ("+", "*") and all(map(_is_number, values)):
        result = sum(values) if operator == "+" else prod(map(float, values)) if _is_large(values) else prod(values)
        return result if abs(result) < 10**MOST_DIGITS else None
    return None


def joined(values: Sequence[Value]) -> str | None:
    """Texts and numbers as one text; None where one is neither, or it would be too long."""
    if not all(isinstance(each, str) or _is_number(each) for each in values):
        return None
    pieces = [each if isinstance(each, str) else str(each) for each in values]
    return "".join(pieces) if sum(map(len, pieces)) <= MOST_TEXT else None


def _is_large(values: Sequence[Value]) -> bool:
    return len(values) > MOST_DIGITS


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def with_reverse(members: dict[str, Value]) -> dict[str, Value]:
    """What an enum is when it runs: numbers lead back to their names, and stand first."""
    numbers = {str(value): name for name, value in members.items() if isinstance(value, int)}
    return {**{number: numbers[number] for number in sorted(numbers, key=int)}, **members}


def number(written: str) -> Value:
    """A number as it is written; UNDEFINED where it is none."""
    plain = written.replace("_", "").rstrip("n")
    if len(plain) > MOST_TEXT:
        return UNDEFINED
    try:
        known = int(plain, 0)
        return known if abs(known) < 10**MOST_DIGITS else float(known)
    except OverflowError:
        return UNDEFINED
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return int(plain, 8) if plain.isdigit() and set(plain) <= set("01234567") else UNDEFINED
