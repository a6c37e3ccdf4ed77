"""Numbers as JSON in PostgreSQL has them: decimal, and of any size. What is read by this is equal where it is the same.

Python's float is short of that: it takes 1e400 for infinity, and 1e23 for another number than its digits say.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

MOST_DIGITS: Final = 4000
"""Before the point and after it, written out; Python refuses to read an integer of more than 4,300."""

_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def number(text: str) -> int | float | Decimal:
    """The number: an int, a float where it is the very number, else a Decimal. ValueError beyond MOST_DIGITS."""
    if _INTEGER.fullmatch(text):
        if len(text) > MOST_DIGITS:
            raise ValueError("too many digits")
        return int(text)
    try:
        exact = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int) or exact.adjusted() >= MOST_DIGITS or exponent < -MOST_DIGITS:
        raise ValueError("too many digits")
    near = float(text)
    # An integer that PostgreSQL writes out comes back as an int, so a float has to be equal to that.
    same = near == exact if exponent >= 0 or near.is_integer() else Decimal(repr(near)) == exact
    return near if same else exact


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text, such as jsonb comes in, with its numbers as they are. Raises ValueError."""
    return json.loads(text, parse_float=number)


def write_json(value: Any) -> str:
    """The JSON text of a value whose numbers are like that."""
    return _encode(value).decode()
