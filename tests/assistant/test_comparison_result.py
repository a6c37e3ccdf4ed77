from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.assistant.comparison.blame import Edit, Edits, Person
from app.assistant.comparison.compare import compare, three_way
from app.assistant.comparison.result import MOST_CHARACTERS, as_result, bounded
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import Token, find
from app.assistant.configuration.shape import Shape

UNKNOWN = Shape({})


class Numbered:
    """A document whose parts begin at the line of their depth."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def at(self, path: Sequence[Token]) -> Numbered:
        self.line, self.column = len(find(self.value, path)) + 1, 3
        return self

    line = column = 0


def test_the_form_of_metadata() -> None:
    yaml, database = {"s": [{"id": "a", "n": 1}]}, {"s": [{"id": "b"}, {"id": "a", "n": 2}], "x": [1]}
    differences = three_way(compare(yaml, database, UNKNOWN), {"s": [{"id": "a", "n": 2}]}, {"s": []}, UNKNOWN)
    edit = Edit(3, datetime(2026, 1, 2, tzinfo=UTC), Person(UUID(int=7), "Ada"), "suggestion")
    mismatch, extra, other = as_result(differences, [Edits(edit, None)] * 3, Numbered(yaml))
    assert mismatch == {
        "path": "s[0].n",
        "type": "value_mismatch",
        "yamlValue": 1,
        "dbValue": 2,
        "yamlPointer": "/s/0/n",
        "databasePointer": "/s/1/n",
        "element": "a",
        "changedIn": "both",
        "conflict": True,
        "line": 4,
        "column": 3,
        "changed": {
            "yaml": {
                "version": 3,
                "at": "2026-01-02T00:00:00+00:00",
                "by": {"id": str(UUID(int=7)), "name": "Ada"},
                "cause": "suggestion",
            },
            "database": None,
        },
    }
    assert {key: extra[key] for key in ("path", "type", "yamlValue", "dbValue", "yamlPointer", "line", "conflict")} == {
        "path": "s[0]",
        "type": "missing_in_yaml",
        "yamlValue": None,
        "dbValue": {"id": "b"},
        "yamlPointer": None,
        "line": 2,
        "conflict": False,
    }
    assert (other["path"], other["line"], other["element"]) == ("x", 1, None)
    (plain,) = as_result(differences[:1])
    assert (plain["line"], plain["changed"]) == (None, {"yaml": None, "database": None})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ABSENT, None),
        (None, None),
        ({"a": [Decimal("1.50"), Decimal("1e2"), 1.5]}, {"a": [1.5, 100, 1.5]}),
        (Decimal("1e400"), "1E+400"),
        (Decimal("0.30000000000000000001"), "0.30000000000000000001"),
        (10**17, 10**17),
        ("é" * (MOST_CHARACTERS - 2), "é" * (MOST_CHARACTERS - 2)),
    ],
)
def test_values_as_json(value: Any, expected: Any) -> None:
    assert bounded(value) == expected
    json.dumps(bounded(value), allow_nan=False)


def test_a_long_value_is_shown_in_part() -> None:
    text = bounded([{"id": number} for number in range(10_000)])
    assert text.startswith('[{"id": 0}, ')
    assert text.endswith("… (138,890 characters)")
    assert len(text) < MOST_CHARACTERS + 30
