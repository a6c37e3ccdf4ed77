"""What a plain scalar of YAML means: YAML 1.2's core schema (YAML 1.2.2, 10.3.2), and where YAML 1.1 differs.

In the core schema NO, on, 12:30:45, 2024-01-05 and 1_000 are strings, 014 is the integer 14, and 0o17 is 15.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, TypeAlias

import yaml

from app.assistant.configuration.numbers import MOST_DIGITS, number

Scalar: TypeAlias = str | int | float | Decimal | bool | None

_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE: Final = re.compile(r"0o(?P<octal>[0-7]+)|0x(?P<hexadecimal>[0-9a-fA-F]+)")
_NO_NUMBER_OF_JSON: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAY_BE_ANOTHER: Final = frozenset("0123456789+-.~tTfFnN")
_NO_AND_YES_IN_SHORT: Final = frozenset("yYnN")


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError, a sentence, for a number that JSON does not have."""
    if text and text[0] not in _MAY_BE_ANOTHER:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        try:
            return number(text)
        except ValueError as error:
            raise ValueError(f"This number has more than {MOST_DIGITS} digits; as a text it needs quotes.") from error
    if other := _OTHER_BASE.fullmatch(text):
        if len(text) > MOST_DIGITS // 2:
            raise ValueError(f"This number has more than {MOST_DIGITS // 2} digits; as a text it needs quotes.")
        return int(other["octal"], 8) if other["octal"] else int(other["hexadecimal"], 16)
    if _NO_NUMBER_OF_JSON.fullmatch(text):
        raise ValueError("JSON has no such number; as a text it needs quotes.")
    return text


def is_a_string_to_all(text: str) -> bool:
    """Whether readers of YAML 1.2 and of 1.1 alike take these characters, unquoted, for a string."""
    try:
        if resolve(text) != text or text in _NO_AND_YES_IN_SHORT:
            return False
    except ValueError:
        return False
    older = yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ())
    return not any(expression.match(text) for _, expression in older)
