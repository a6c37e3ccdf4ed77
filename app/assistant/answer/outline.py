"""A configuration that is too long to be shown: what it consists of, and the parts that a question is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from app.assistant.configuration.paths import Token, friendly

_PART_CHARS: Final = 4_000
_MOST_NAMES: Final = 40
_NAME_CHARS: Final = 60
_NAMING: Final = ("id", "key", "name", "slug")
_WORD: Final = re.compile(r"[^\W_]{3,}")
_STEM: Final = 5

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


def as_json(value: Any) -> str:
    """A value as JSON, in the order in which it is stored."""
    return _encode(value).decode()


def cut(text: str, most: int) -> str:
    """The text, or its beginning and how long it is."""
    if len(text) <= most:
        return text
    told = f"… ({len(text):,} characters)"
    return text[: max(0, most - len(told))] + told


def outline(value: Any, most: int) -> list[str]:
    """What a value consists of, the upper levels first, in lines of at most so many characters together."""
    lines: list[str] = []
    waiting: list[tuple[tuple[Token, ...], Any]] = [((), value)]
    for place, one in waiting:
        if not isinstance(one, (dict, list)):
            continue
        line = f"{friendly(place) or '(the whole)'}: {_said(one)}"
        most -= len(line) + 6
        if most < 0:
            break
        lines.append(line)
        members: Iterable[tuple[Token, Any]] = one.items() if isinstance(one, dict) else enumerate(one)
        waiting += (((*place, token), member) for token, member in members)
    return lines


def relevant(value: Any, question: str, most: int) -> list[dict[str, Any]]:
    """The parts of a value with words of the question, the best first, as long as there is room for them."""
    asked = set(_stems(question))
    scored = sorted(
        (
            (-len(asked.intersection(_stems(f"{friendly(place)} {text}"))), number, place, part, text)
            for number, (place, part, text) in enumerate(_parts(value))
        ),
        key=lambda one: one[:2],
    )
    found: list[dict[str, Any]] = []
    for score, _, place, part, text in scored:
        path = friendly(place)
        size = len(text) + len(as_json(path)) + 30
        if score == 0:
            break
        if size <= most:
            most -= size
            found.append({"path": path, "value": part})
    return found


def _parts(value: Any) -> Iterator[tuple[tuple[Token, ...], Any, str]]:
    """The largest parts of a value that are short enough to be shown, in their order, each as JSON besides."""
    waiting: list[tuple[tuple[Token, ...], Any]] = [((), value)]
    while waiting:
        place, one = waiting.pop()
        text = as_json(one)
        if len(text) <= _PART_CHARS:
            yield place, one, text
        elif isinstance(one, dict):
            waiting += [((*place, key), member) for key, member in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [((*place, number), member) for number, member in reversed(list(enumerate(one)))]
        elif isinstance(one, str):
            yield place, cut(one, _PART_CHARS // 2), as_json(cut(one, _PART_CHARS // 2))


def _said(value: dict[str, Any] | list[Any]) -> str:
    if isinstance(value, dict):
        return f"{len(value)} keys: {_names(list(value))}"
    kind = "elements" if len(value) != 1 else "element"
    names = [_name(element) for element in value]
    return f"{len(value)} {kind}: {_names(names)}" if any(names) else f"{len(value)} {kind}"


def _name(element: Any) -> str:
    """What an element is known by to a reader."""
    if isinstance(element, dict):
        element = next((element[key] for key in _NAMING if isinstance(element.get(key), (str, int))), "")
    return str(element) if isinstance(element, (str, int)) else ""


def _names(names: Sequence[str]) -> str:
    told = ", ".join(cut(name, _NAME_CHARS) or "?" for name in names[:_MOST_NAMES])
    return f"{told}, …" if len(names) > _MOST_NAMES else told


def _stems(text: str) -> Iterator[str]:
    """The beginnings of a text's words, for "transition" and "transitions" to be one."""
    return (word[:_STEM] for word in _WORD.findall(text.casefold()))
