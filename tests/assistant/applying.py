"""What `private.apply_changes()` does, in plain Python: each change on the document as it is by then."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import WHOLE, PathError, Selector, Token, equal, find, get


class Refused(Exception):
    """A change that does not fit, by the name that the database has for it: missing, same, exists or changed."""


def applied(document: Any, changes: Iterable[Change]) -> Any:
    """A document with all the changes made. Raises Refused."""
    holder = {"": copy.deepcopy(document)}
    for change in changes:
        *above, last = ("", *change.path)
        try:
            parent = get(holder, above)
        except PathError:
            raise Refused("missing") from None
        _apply(parent, last, change)
    return holder[""]


def undone(document: Any, changes: Iterable[Change]) -> Any:
    """A document with all the changes taken back. Raises Refused."""
    return applied(document, [change.inverse() for change in reversed(list(changes))])


def _apply(parent: Any, token: Token, change: Change) -> None:
    if not isinstance(parent, dict if isinstance(token, str) else list):
        raise Refused("missing")
    place, present = _present(parent, token)
    # What is added to a list by index, or as one more of the same, meets nothing.
    if change.operation == "add" and (isinstance(token, int) or _is_whole(token)):
        place, present = None, ABSENT
    gone, is_there = change.operation == "remove", present is not ABSENT
    if (gone and not is_there) or (not gone and is_there and equal(present, change.after)):
        raise Refused("same")
    if change.operation == "replace" and not is_there and isinstance(parent, list):
        raise Refused("missing")
    if change.operation == "add" and present not in (ABSENT, None):
        raise Refused("exists")
    if change.operation != "add" and not equal(_or_null(present), _or_null(change.before)):
        raise Refused("changed")
    if gone:
        del parent[place]
    elif place is not None:
        parent[place] = copy.deepcopy(change.after)
    elif isinstance(parent, dict):
        parent[token] = copy.deepcopy(change.after)
    else:
        position = token if isinstance(token, int) else len(parent) if change.position is None else change.position
        parent.insert(position, copy.deepcopy(change.after))


def _present(parent: Any, token: Token) -> tuple[Any, Any]:
    try:
        (place,) = find(parent, (token,))
    except PathError:
        return None, ABSENT
    return place, parent[place]


def _is_whole(token: Token) -> bool:
    return isinstance(token, Selector) and token.values[0][0] == WHOLE


def _or_null(value: Any) -> Any:
    return None if value is ABSENT else value
