"""When two values of a configuration mean the same, however they are written.

No difference: the order of keys, and of lists unless they are `x-ordered`; null, absent, an empty object and an empty
list; a default of the schema, said or not; 1, 1.0 and 1e0; dates and times of the same instant (a date is its midnight,
what has no offset is UTC); and a number or boolean in quotes, if what is quoted is just how JSON would write it: "8080"
is 8080, but "1.10" is not 1.1, nor "1.0" 1.

A difference: everything else, such as the newline at the end of a text, and characters that only look the same.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.shape import Shape

EMPTY: Final = 0
"""What null, absent, {} and [] have in common."""

_NUMBER: Final = re.compile(r"(?!-0$)-?(?:0|[1-9]\d{0,40})(?:\.\d{0,40}[1-9])?", re.ASCII)
_INSTANT: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:(?<=:\d\d:\d\d)\.(?P<fraction>\d{1,20}))?"
    r" ?(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):?(?P<minutes>[0-5]\d)?)?)?",
    re.ASCII,
)


class Canon:
    """Gives values of the same meaning the same number, others another.

    It remembers objects and lists by their identity: it may live no longer than the values that it was given.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._texts: dict[str, int] = {}
        self._containers: dict[tuple[int, int], int] = {}
        self._defaults: dict[int, int] = {}

    def of(self, value: Any, shape: Shape) -> int:
        """The number of a value in a place."""
        if value is None or value is ABSENT:
            return EMPTY
        if isinstance(value, str):
            number = self._texts.get(value)
            if number is None:
                number = self._texts[value] = self._number(_meaning(value))
            return number
        if not isinstance(value, dict | list):
            return self._number(_scalar(value))
        place = (id(value), id(shape))
        number = self._containers.get(place)
        if number is None:
            form = self._members(value, shape) if isinstance(value, dict) else self._elements(value, shape)
            number = self._containers[place] = self._number(form) if form else EMPTY
        return number

    def member(self, value: Any, shape: Shape) -> int:
        """The number of an object's member, for which its default stands where it is absent."""
        number = self.of(value, shape)
        return EMPTY if number == self._default(shape) else number

    def _members(self, value: dict[str, Any], shape: Shape) -> Hashable:
        members = []
        for key, member in value.items():
            place = shape.child(key)
            number = self.of(member, place)
            if number not in (EMPTY, self._default(place)):
                members.append((key, number))
        return frozenset(members)

    def _elements(self, value: list[Any], shape: Shape) -> Hashable:
        place = shape.child(0)
        elements = [self.of(element, place) for element in value]
        return tuple(elements if shape.is_ordered else sorted(elements))

    def _number(self, form: Hashable) -> int:
        return self._numbers.setdefault(form, len(self._numbers) + 1)

    def _default(self, shape: Shape) -> int:
        number = self._defaults.get(id(shape))
        if number is None:
            number = self._defaults[id(shape)] = self.of(shape.default, shape)
        return number


def _scalar(value: Hashable) -> Hashable:
    if isinstance(value, bool):
        return (value, "boolean")
    # A float is the number that its shortest text says, as it is in JSON and in PostgreSQL.
    return Decimal(repr(value)) if isinstance(value, float) else value


def _meaning(text: str) -> Hashable:
    if text in ("true", "false"):
        return (text == "true", "boolean")
    if text[:1] not in "-0123456789" or len(text) > 100:
        return text
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if instant := _INSTANT.fullmatch(text):
        return _moment(instant) or text
    return text


def _moment(instant: re.Match[str]) -> Hashable | None:
    try:
        moment = datetime.fromisoformat(f"{instant['date']} {instant['time'] or '00:00'}")
        if instant["sign"]:
            offset = timedelta(hours=int(instant["hours"]), minutes=int(instant["minutes"] or 0))
            moment += -offset if instant["sign"] == "+" else offset
    except (ValueError, OverflowError):
        return None
    return (moment, (instant["fraction"] or "").rstrip("0"))
