"""Which element of one list is which of another.

By the schema's `x-key`; else by `id`, `key`, `name` or `slug`, the first that all elements of both lists have, each a
different one, as a text or a number; else, where order does not matter, equal ones first, and what is left of objects
and of lists in the order in which it stands; where order matters, by what stands between the same elements.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Final

from app.assistant.comparison.canonical import Canon
from app.assistant.configuration.paths import WHOLE, Selector
from app.assistant.configuration.shape import Shape

_USUAL: Final = (("id",), ("key",), ("name",), ("slug",))
_MOST_ALIGNED: Final = 250_000
"""As many pairs of elements are looked at to align two lists; longer ones differ as wholes."""

Identity = tuple[int, ...]


@dataclass
class Matching:
    """Indexes: pairs of the same elements; ascending, those of one list only, the added ones with their new places."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    added: list[tuple[int, int]] = field(default_factory=list)


def key_of(lists: Iterable[Sequence[Any]], shape: Shape, canon: Canon) -> tuple[str, ...]:
    """The properties by which the elements of these lists are known; () if there are none."""
    full = [elements for elements in lists if elements]
    for names in (shape.key, *_USUAL):
        if names and all(len(_known(elements, names, shape, canon)) == len(elements) for elements in full):
            return names
    return ()


def identity(element: Any, names: tuple[str, ...], shape: Shape, canon: Canon) -> Identity | None:
    """What an element is known by, whatever it is written like; None if it is not known by these."""
    if not isinstance(element, dict) or not all(_names(element.get(name)) for name in names):
        return None
    place = shape.child(0)
    return tuple(canon.of(element[name], place.child(name)) for name in names)


def selector(element: Any, names: tuple[str, ...]) -> Selector:
    """The token for an element; of one that has no key, the whole element."""
    return Selector(tuple((name, element[name]) for name in names) if names else ((WHOLE, element),))


def label(element: dict[str, Any], names: tuple[str, ...]) -> Any:
    """What an element is known by, to be shown."""
    return element[names[0]] if len(names) == 1 else {name: element[name] for name in names}


def by_key(before: list[Any], after: list[Any], names: tuple[str, ...], shape: Shape, canon: Canon) -> Matching:
    """Match the elements that are known by the same; pairs come in the order of the second list."""
    places = {identity(element, names, shape, canon): at for at, element in enumerate(before)}
    found = Matching()
    for at, element in enumerate(after):
        place = places.pop(identity(element, names, shape, canon), None)
        if place is None:
            found.added.append((at, at))
        else:
            found.pairs.append((place, at))
    found.removed = sorted(places.values())
    return found


def by_content(before: list[Any], after: list[Any], shape: Shape, canon: Canon) -> Matching:
    """Match equal elements, then objects with objects and lists with lists; the equal ones are not among the pairs.

    A selector of the whole element finds the first that is equal. So of several equal ones the first are left over, and
    what is added beside equal ones is put before them.
    """
    element = shape.child(0)
    left, right = ([canon.of(each, element) for each in elements] for elements in (before, after))
    kept = set(left)
    surplus = Counter(left)
    surplus.subtract(right)
    waiting: dict[type, deque[int]] = defaultdict(deque)
    found = Matching()
    for at, number in enumerate(left):
        if surplus[number] > 0:
            surplus[number] -= 1
            waiting[type(before[at])].append(at)
    for at, number in enumerate(right):
        if surplus[number] < 0:
            surplus[number] += 1
            alike = waiting[type(after[at])]
            if alike and isinstance(after[at], dict | list):
                found.pairs.append((alike.popleft(), at))
                kept.add(number)
            else:
                found.added.append((at, 0 if number in kept else at))
    found.removed = sorted(at for places in waiting.values() for at in places)
    return found


def by_position(before: list[Any], after: list[Any], shape: Shape, canon: Canon) -> Matching | None:
    """Align two lists whose order matters; the equal ones are not among the pairs.

    None if the difference cannot be said in elements that come, go and change: what comes or goes is there more than
    once, or there is too much of it.
    """
    element = shape.child(0)
    left, right = ([canon.of(each, element) for each in elements] for elements in (before, after))
    start = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), None)
    start = min(len(left), len(right)) if start is None else start
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    middles = left[start : len(left) - end], right[start : len(right) - end]
    if len(middles[0]) * len(middles[1]) > _MOST_ALIGNED:
        return None
    found = Matching()
    for kind, low, high, other_low, other_high in SequenceMatcher(None, *middles, autojunk=False).get_opcodes():
        if kind != "equal":
            common = min(high - low, other_high - other_low)
            found.pairs += [(start + low + at, start + other_low + at) for at in range(common)]
            found.removed += range(start + low + common, start + high)
            found.added += [(at, at) for at in range(start + other_low + common, start + other_high)]
    counts, other_counts = Counter(left), Counter(right)
    alone = all(counts[left[at]] == 1 and left[at] not in other_counts for at in found.removed)
    alone = alone and all(other_counts[right[at]] == 1 and right[at] not in counts for at, _ in found.added)
    return found if alone else None


def _known(elements: Sequence[Any], names: tuple[str, ...], shape: Shape, canon: Canon) -> set[Identity]:
    """The identities of all elements; none at all if one has none."""
    known = set()
    for element in elements:
        found = identity(element, names, shape, canon)
        if found is None:
            return set()
        known.add(found)
    return known


def _names(value: Any) -> bool:
    return isinstance(value, str | int | float | Decimal) and not isinstance(value, bool)
