"""Where two values diverge, place by place: the walk that comparisons and changes have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.assistant.comparison.canonical import Canon
from app.assistant.comparison.matching import by_content, by_key, by_position, key_of, label, selector
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import Path
from app.assistant.configuration.shape import Shape

Place: TypeAlias = tuple[str | int, ...]
"""A path with indexes for the elements of lists."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """A leaf, or a subtree that one side does not have: how to get from one to the other, and where each has it.

    The change's path is that of the side that is changed; the other's differs from it where an element without a key
    has another index, or a key is written in another way.
    """

    change: Change
    other_path: Path
    place: Place | None
    other_place: Place | None
    other_near: Place
    """Where the other has it, else the object or list in which it lacks it."""
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """That a list stands in another order: the key of its elements, and what those in both are known by."""

    key: tuple[str, ...]
    before: list[Any]
    after: list[Any]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in one of the two."""

    value: Any
    path: Path = ()
    place: Place = ()

    def member(self, key: str) -> _Spot:
        return _Spot(self.value.get(key, ABSENT), (*self.path, key), (*self.place, key))

    def element(self, at: int, key: tuple[str, ...] | None) -> _Spot:
        """An element by its key, by its value if the key is (), by its index if it is None."""
        value = self.value[at]
        return _Spot(value, (*self.path, at if key is None else selector(value, key)), (*self.place, at))


_Pair: TypeAlias = tuple[_Spot, _Spot, Shape]


def divergences(before: Any, after: Any, shape: Shape, canon: Canon) -> Iterator[Divergence]:
    """What makes the one the other, in an order in which it can be done one after the other.

    In a list: its order first, then what changes within its elements, then what is removed, then what is added.
    """
    waiting: list[_Pair | Divergence] = [(_Spot(before), _Spot(after), shape)]
    if canon.of(before, shape) == canon.of(after, shape):
        return
    while waiting:
        match waiting.pop():
            case Divergence() as found:
                yield found
            case (_Spot(dict()) as one, _Spot(dict()) as other, place):
                waiting += reversed(list(_members(one, other, place, canon)))
            case (_Spot(list()) as one, _Spot(list()) as other, place):
                waiting += reversed(list(_elements(one, other, place, canon)))
            case (one, other, _):
                yield _replaced(one, other, other.value)


def _members(before: _Spot, after: _Spot, shape: Shape, canon: Canon) -> Iterator[_Pair | Divergence]:
    for key in {**after.value, **before.value}:
        place = shape.child(key)
        values = before.value.get(key, ABSENT), after.value.get(key, ABSENT)
        if canon.member(values[0], place) == canon.member(values[1], place):
            continue
        one, other = before.member(key), after.member(key)
        if one.value is ABSENT:
            yield _added(one.path, other)
        elif other.value is ABSENT:
            yield _removed(one, after)
        else:
            yield one, other, place


def _elements(before: _Spot, after: _Spot, shape: Shape, canon: Canon) -> Iterator[_Pair | Divergence]:
    lists = before.value, after.value
    key = key_of(lists, shape, canon)
    if key:
        found = by_key(*lists, key, shape, canon)
        kept = [at for at, _ in found.pairs]
        if shape.is_ordered and kept != sorted(kept):
            arranged = list(before.value)
            for slot, at in zip(sorted(kept), kept, strict=True):
                arranged[slot] = before.value[at]
            labels = [[label(before.value[at], key) for at in places] for places in (sorted(kept), kept)]
            yield _replaced(before, after, arranged, Order(key, *labels))
    elif shape.is_ordered:
        aligned = by_position(*lists, shape, canon)
        if aligned is None:
            yield _replaced(before, after, after.value)
            return
        found = aligned
    else:
        found = by_content(*lists, shape, canon)
    element = shape.child(0)
    for at, other_at in found.pairs:
        if canon.of(before.value[at], element) != canon.of(after.value[other_at], element):
            yield before.element(at, key or None), after.element(other_at, key or None), element
    for earlier, at in enumerate(found.removed):
        gone = before.element(at, key)
        yield _removed(gone, after, at - earlier)
    for at, position in found.added:
        come = after.element(at, key)
        yield _added((*before.path, come.path[-1]), come, position)


def _replaced(before: _Spot, after: _Spot, value: Any, order: Order | None = None) -> Divergence:
    change = Change("replace", before.path, before.value, value)
    return Divergence(change, after.path, before.place, after.place, after.place, order)


def _added(path: Path, come: _Spot, position: int | None = None) -> Divergence:
    return Divergence(Change("add", path, ABSENT, come.value, position), come.path, None, come.place, come.place)


def _removed(gone: _Spot, parent: _Spot, position: int | None = None) -> Divergence:
    change = Change("remove", gone.path, gone.value, ABSENT, position)
    return Divergence(change, (*parent.path, gone.path[-1]), gone.place, None, parent.place)
