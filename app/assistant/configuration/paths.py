"""Paths into a configuration: tokens for machines, `workflow.statuses[0]` for people, RFC 6901 for other tools.

A token is the key of an object, the index of a list, or a selector: what the element of a list is known by, such as
`{"id": "done"}`, wherever in the list it stands. A selector of `"="` alone is an element that is equal to its value.
The same tokens, as JSON, are what `private.apply_changes()` takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

WHOLE: Final = "="
"""The key of a selector that names the whole element."""

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BRACKETS: Final = r"""\[(?P<index>\d{1,9}|\*)\]|\["(?P<text>(?:[^"\\]|\\.)*)"\]"""
_KEY: Final = r"(?P<key>[A-Za-z_][A-Za-z0-9_-]*|\*\*?)"
_FIRST: Final = re.compile(f"{_KEY}|{_BRACKETS}")
_NEXT: Final = re.compile(rf"\.{_KEY}|{_BRACKETS}")


class PathError(ValueError):
    """A text that is no path, or a path that leads nowhere; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Selector:
    """The element of a list that has these values, compared as JSON."""

    values: tuple[tuple[str, Any], ...]

    def matches(self, element: Any) -> bool:
        """Whether an element is the one."""
        if self.values and self.values[0][0] == WHOLE:
            return equal(element, self.values[0][1])
        return isinstance(element, Mapping) and all(
            key in element and equal(element[key], value) for key, value in self.values
        )


Token: TypeAlias = str | int | Selector
Path: TypeAlias = tuple[Token, ...]


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def find(value: Any, path: Sequence[Token]) -> tuple[str | int, ...]:
    """The path with each selector replaced by the index at which its element stands. Raises PathError."""
    found: list[str | int] = []
    for token in path:
        place: str | int
        match token, value:
            case Selector(), list():
                place = next((at for at, element in enumerate(value) if token.matches(element)), -1)
                if place < 0:
                    raise PathError(f"{friendly(found)} has no such element.")
            case int(), list() if 0 <= token < len(value):
                place = token
            case str(), Mapping() if token in value:
                place = token
            case _:
                raise PathError(f"There is no {friendly([*found, token])}.")
        found.append(place)
        value = value[place]
    return tuple(found)


def get(value: Any, path: Sequence[Token]) -> Any:
    """What stands there. Raises PathError."""
    for place in find(value, path):
        value = value[place]
    return value


def friendly(path: Sequence[Token]) -> str:
    """The path for people: `workflow.statuses[0].name`, `fields["a.b"]`, `statuses[id=done]` for a selector."""
    text = ""
    for token in path:
        if isinstance(token, int):
            text += f"[{token}]"
        elif isinstance(token, Selector):
            known = (f"={value}" if key == WHOLE else f"{key}={value}" for key, value in token.values)
            text += f"[{','.join(known)}]"
        elif _PLAIN.fullmatch(token):
            text += f".{token}" if text else token
        else:
            escaped = token.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def parse(text: str) -> tuple[str | int, ...]:
    """The tokens of a path for people; `*` and `**` stand for themselves. Raises PathError."""
    tokens: list[str | int] = []
    at = 0
    while at < len(text):
        step = (_NEXT if at else _FIRST).match(text, at)
        if step is None:
            raise PathError(f"{text[:200]!r} is no path: it goes wrong at character {at + 1}.")
        if step["index"] is not None:
            tokens.append("*" if step["index"] == "*" else int(step["index"]))
        else:
            tokens.append(step["key"] if step["key"] is not None else re.sub(r"\\(.)", r"\1", step["text"]))
        at = step.end()
    return tuple(tokens)


def pointer(path: Sequence[str | int]) -> str:
    """The path as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def to_json(path: Sequence[Token]) -> list[Any]:
    """The tokens as JSON has them; a selector is an object."""
    return [dict(token.values) if isinstance(token, Selector) else token for token in path]


def from_json(tokens: Sequence[Any]) -> Path:
    """The path of such tokens. Raises PathError."""
    path: list[Token] = []
    for token in tokens:
        if isinstance(token, dict) and token:
            path.append(Selector(tuple(token.items())))
        elif isinstance(token, str) or (type(token) is int and token >= 0):
            path.append(token)
        else:
            raise PathError("A path has keys, indexes and selectors.")
    return tuple(path)
