"""What `private.apply_changes()` does, in plain Python: each change on the document as it is by then."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from app.assistant.changes import ABSENT, Change
from app.assistant.paths import WHOLE, Selector, equal, find, get


class Refused(Exception):
    """A change that does not fit: its kind, as the database names it."""


def applied(document: Any, changes: Iterable[Change]) -> Any:
    """The document with all the changes made; it stays as it is itself."""
    holder = {"": copy.deepcopy(document)}
    for change in changes:
        *above, last = ("", *change.path)
        _apply(get(holder, above), last, change)
    return holder[""]


def undone(document: Any, changes: Iterable[Change]) -> Any:
    """The document with all the changes taken back."""
    return applied(document, [change.inverse() for change in reversed(list(changes))])


def _apply(parent: Any, token: Any, change: Change) -> None:
    if change.operation == "add" and isinstance(parent, list):
        if not isinstance(token, Selector) or not token.matches(change.after):
            raise Refused("missing")
        if token.values[0][0] != WHOLE and any(map(token.matches, parent)):
            raise Refused("exists")
        position = len(parent) if change.position is None else change.position
        if not 0 <= position <= len(parent):
            raise Refused("missing")
        parent.insert(position, copy.deepcopy(change.after))
        return
    if change.operation == "add":
        if not isinstance(parent, dict) or not isinstance(token, str):
            raise Refused("missing")
        if token in parent:
            raise Refused("exists")
        parent[token] = copy.deepcopy(change.after)
        return
    (place,) = find(parent, (token,))
    if change.before is ABSENT or not equal(parent[place], change.before):
        raise Refused("changed")
    if change.operation == "remove":
        if change.position is not None and change.position != place:
            raise Refused("position")
        del parent[place]
    else:
        parent[place] = copy.deepcopy(change.after)
