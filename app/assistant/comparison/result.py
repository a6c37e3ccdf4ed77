"""Differences as a message's metadata and the routes have them: `comparisonResults.differences`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final, Protocol

from app.assistant.comparison.blame import Edit, Edits
from app.assistant.comparison.compare import Difference
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import Token

MOST_CHARACTERS: Final = 2_000
"""Of a value as JSON; of a longer one only so much is shown, and how long it is."""


class Node(Protocol):
    """Where something begins in a document, counted from 1."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The character in it."""


class Lines(Protocol):
    """A document that knows where its parts stand."""

    def at(self, path: Sequence[Token]) -> Node:
        """What stands there."""


def as_result(
    differences: Sequence[Difference], edits: Sequence[Edits] = (), document: Lines | None = None
) -> list[dict[str, Any]]:
    """The differences as JSON; line and column are of what lacks the value where the document does not have it."""
    return [_difference(difference, made or Edits(), document) for difference, made in zip_longest(differences, edits)]


def bounded(value: Any) -> Any:
    """The value as JSON has it, null if it is absent; of a long one the first part, as a text that ends in its size."""
    if value is ABSENT:
        return None
    text = json.dumps(value, ensure_ascii=False, default=_number)
    if len(text) <= MOST_CHARACTERS:
        return json.loads(text)
    return f"{text[:MOST_CHARACTERS]}… ({len(text):,} characters)"


def _difference(difference: Difference, edits: Edits, document: Lines | None) -> dict[str, Any]:
    node = None if document is None else document.at(difference.yaml_near)
    changed = {"yaml": edits.yaml, "database": edits.database}
    return {
        "path": difference.friendly,
        "type": difference.type,
        "yamlValue": bounded(difference.yaml),
        "dbValue": bounded(difference.database),
        "yamlPointer": difference.yaml_pointer,
        "databasePointer": difference.database_pointer,
        "element": difference.element,
        "changedIn": difference.changed_in,
        "conflict": difference.is_conflict,
        "line": None if node is None else node.line,
        "column": None if node is None else node.column,
        "changed": {side: None if edit is None else _edit(edit) for side, edit in changed.items()},
    }


def _edit(edit: Edit) -> dict[str, Any]:
    by = None if edit.by is None else {"id": str(edit.by.id), "name": edit.by.name}
    return {"version": edit.version, "at": edit.at.isoformat(), "by": by, "cause": edit.cause}


def _number(value: Any) -> Any:
    """A number that JSON's writer does not know: as a number if nothing is lost by it, else as a text."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is nothing that a configuration holds.")
    if value == value.to_integral_value() and abs(value.adjusted()) < 18:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)
