"""Where in a configuration secrets stand: by marked path, by the schema's x-secret, by the name of the key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import PathError, Selector, Token, get, parse
from app.assistant.configuration.shape import Shape
from app.assistant.secrecy.names import VALUES, named_by_sibling, names_digest, names_secret

_ANY: Final = "*"
_ANY_DEPTH: Final = "**"
_WORD: Final = re.compile(r"[\w-]+")


@dataclass(slots=True)
class Mark:
    """A step of the marked paths, which share their beginnings."""

    next: dict[str, Mark] = field(default_factory=dict)
    is_deep: bool = False
    is_end: bool = False


Marks = tuple[Mark, ...]


def marks(paths: Iterable[str]) -> Marks:
    """The marked paths as one automaton at its beginning.

    An index is any index, since an element may stand elsewhere on the other side. Of a text that is no path its last
    word is taken for a key, wherever that stands: a mark that nobody understands must not show what it was to hide.
    """
    root = Mark()
    for path in paths:
        mark = root
        for token in _tokens(path):
            mark = mark.next.setdefault(_ANY if isinstance(token, int) else token, Mark())
            mark.is_deep |= token == _ANY_DEPTH
        mark.is_end |= mark is not root
    return _with_deep([root])


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a configuration, and what is known of it."""

    shape: Shape
    marks: Marks = ()
    is_hidden: bool = False
    """The whole subtree, whatever it is."""
    is_secret: bool = False
    """Each value in it."""
    is_digest: bool = False

    def child(self, token: Token, value: Any, parent: Any = None) -> Place:
        """The place one step further down, where this value stands; `parent` is what the step is taken from."""
        if isinstance(token, str):
            is_secret = names_secret(token, value) or (token.casefold() in VALUES and _names_value(parent))
            is_digest = names_digest(token)
        else:
            is_secret, is_digest = False, self.is_digest
        if self.is_hidden:
            return self
        shape = self.shape.child(token)
        reached = _step(self.marks, token) if self.marks else ()
        is_hidden = shape.is_secret or (bool(reached) and any(mark.is_end for mark in reached))
        return Place(shape, reached, is_hidden, self.is_secret or is_secret, is_digest)

    def at(self, path: Sequence[Token], value: Any, document: Any = ABSENT) -> Place:
        """The place at the end of a path, where this value stands, or is to; `document` is what may lead there."""
        place, parent = self, document
        for left, token in zip(range(len(path) - 1, -1, -1), path, strict=True):
            there = _step_down(parent, token)
            # Of what is on the way it is known that it is an object or a list, even where it is not there.
            place = place.child(token, value if not left else {} if there is ABSENT else there, parent)
            parent = dict(token.values) if there is ABSENT and isinstance(token, Selector) else there
        return place


def _step_down(value: Any, token: Token) -> Any:
    try:
        return get(value, (token,))
    except PathError:
        return ABSENT


def strictest(places: Sequence[Place]) -> Place:
    """One place that hides what any of them hides."""
    return replace(
        places[0],
        is_hidden=any(place.is_hidden for place in places),
        is_secret=any(place.is_secret for place in places),
        is_digest=all(place.is_digest for place in places),
    )


def _names_value(parent: Any) -> bool:
    return isinstance(parent, dict) and named_by_sibling(parent)


def _tokens(path: str) -> Sequence[str | int]:
    try:
        return parse(path)
    except PathError:
        words = _WORD.findall(path)
        return (_ANY_DEPTH, words[-1]) if words else (_ANY_DEPTH,)


def _step(reached: Marks, token: Token) -> Marks:
    following: list[Mark] = []
    for mark in reached:
        if mark.is_deep:
            following.append(mark)
        if _ANY in mark.next:
            following.append(mark.next[_ANY])
        if isinstance(token, str) and token in mark.next and token not in (_ANY, _ANY_DEPTH):
            following.append(mark.next[token])
    return _with_deep(following)


def _with_deep(reached: list[Mark]) -> Marks:
    for mark in reached:
        if _ANY_DEPTH in mark.next and mark.next[_ANY_DEPTH] not in reached:
            reached.append(mark.next[_ANY_DEPTH])
    return tuple(reached)
