"""A document that is being changed: its value, and beside it what of the source stays and what is written anew."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.numbers import number
from app.assistant.configuration.paths import WHOLE, PathError, Selector, equal, find
from app.assistant.documents.source import MOST_LEVELS, Document, Node
from app.assistant.documents.text import nested

_AT_THE_END: Final = 2**31


class EditError(Exception):
    """A change that this document cannot take; the text says why, in a sentence, without values."""


@dataclass(slots=True, eq=False)
class Part:
    """A value in the draft: one of the source's, perhaps with changes within, or one that is written anew."""

    node: Node | None = None
    index: int | None = None
    """Which entry of the source's mapping or list it is."""
    key: str | None = None
    is_new: bool = False
    parts: list[Part] | None = None
    """What is in it, where that has been looked into; in order, as the source's entries are."""

    @property
    def is_touched(self) -> bool:
        """Whether it, or something in it, is not as the source has it."""
        return self.is_new or self.parts is not None

    def opened(self) -> list[Part] | None:
        """What is in it; None where it is written anew as a whole."""
        if self.is_new or self.node is None or not isinstance(self.node.value, dict | list):
            return None
        if self.parts is None:
            keys = self.node.value if isinstance(self.node.value, dict) else [None] * len(self.node.items)
            self.parts = [
                Part(item, index, key) for index, (key, item) in enumerate(zip(keys, self.node.items, strict=True))
            ]
        return self.parts

    def within(self, place: str | int) -> Part | None:
        """The part one step further down; None where it has no part of its own."""
        parts = self.opened()
        if parts is None:
            return None
        return parts[place] if isinstance(place, int) else next(part for part in parts if part.key == place)


class Draft:
    """Takes changes one after the other; each meets what those before it have left."""

    def __init__(self, document: Document) -> None:
        self.value = copy.deepcopy(document.value)
        self.root = Part(document.root)

    def apply(self, change: Change) -> None:
        """Make a change. Raises EditError."""
        try:
            if not change.path:
                self._replace_all(change)
            elif change.operation == "add":
                self._add(change)
            else:
                self._replace_or_remove(change)
        except PathError as error:
            raise EditError("The document has nothing at the place of a change, or not what contains it.") from error

    def _replace_all(self, change: Change) -> None:
        after = _normal(change.after)
        if change.operation != "replace" or not isinstance(after, dict):
            raise EditError("The whole of a document can only be replaced, by a mapping.")
        _check(self.value, change)
        _become(self.root, self.value, after)
        self.value = after

    def _replace_or_remove(self, change: Change) -> None:
        *places, last = find(self.value, change.path)
        holder, part = self._at(places)
        _check(holder[last], change)
        within = part.within(last) if part else None
        if change.operation == "remove":
            del holder[last]
            if part and part.parts is not None and within is not None:
                part.parts.remove(within)
            return
        after = _normal(change.after)
        if within is not None:
            _become(within, holder[last], after)
        holder[last] = after

    def _add(self, change: Change) -> None:
        places = find(self.value, change.path[:-1])
        last = change.path[-1]
        holder, part = self._at(places)
        if holder is None:
            holder = {} if isinstance(last, str) else []
            self._at(places[:-1])[0][places[-1]] = holder
            if part is not None:
                part.is_new = True
        parts = part.opened() if part is not None else None
        after = _arranged(_normal(change.after), holder.values() if isinstance(holder, dict) else holder)
        if isinstance(holder, dict) and isinstance(last, str):
            if last in holder:
                raise EditError("What a change adds is there already.")
            holder[last] = after
            if parts is not None:
                parts.append(Part(key=last, is_new=True))
        elif isinstance(holder, list) and not isinstance(last, str):
            if isinstance(last, Selector) and last.values[0][0] != WHOLE and any(map(last.matches, holder)):
                raise EditError("What a change adds is there already.")
            wanted = last if isinstance(last, int) else _AT_THE_END
            at = min(len(holder), wanted if change.position is None else change.position)
            holder.insert(at, after)
            if parts is not None:
                parts.insert(at, Part(is_new=True))
        else:
            raise EditError("A key can only be added to a mapping, and an element to a list.")

    def _at(self, places: Sequence[str | int]) -> tuple[Any, Part | None]:
        value: Any = self.value
        part: Part | None = self.root
        for place in places:
            value = value[place]
            part = part.within(place) if part is not None else None
        return value, part


def _check(value: Any, change: Change) -> None:
    if change.before is not ABSENT and not equal(value, _normal(change.before)):
        raise EditError("The document does not have at its place what a change rests on.")


def _become(part: Part, old: Any, new: Any) -> None:
    """Mark what of a part has to be written anew; of mappings and lists only what differs."""
    if equal(old, new):
        return
    parts = part.opened() if new else None
    if parts and isinstance(old, dict) and isinstance(new, dict):
        parts[:] = [member for member in parts if member.key in new]
        for member in parts:
            _become(member, old[member.key], new[member.key])
        parts += [Part(key=key, is_new=True) for key in new if key not in old]
    elif parts and isinstance(old, list) and isinstance(new, list):
        first = _equal_ones(old, new)
        last = _equal_ones(old[first:][::-1], new[first:][::-1])
        old_end, new_end = len(old) - last, len(new) - last
        for index in range(first, min(old_end, new_end)):
            _become(parts[index], old[index], new[index])
        parts[min(old_end, new_end) : old_end] = [Part(is_new=True) for _ in range(old_end, new_end)]
    else:
        part.is_new = True


def _equal_ones(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many at the beginning are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (old, new) in pairs if not equal(old, new)), min(len(one), len(other)))


def _arranged(value: Any, siblings: Iterable[Any]) -> Any:
    """A mapping with its keys in the order in which its siblings have them, since JSON in PostgreSQL keeps none."""
    if not isinstance(value, dict):
        return value
    known = dict.fromkeys(key for sibling in siblings if isinstance(sibling, dict) for key in sibling)
    order = {key: place for place, key in enumerate(known)}
    return dict(sorted(value.items(), key=lambda member: order.get(member[0], len(order))))


def _normal(value: Any) -> Any:
    """A value of its own, with its numbers as a document that is read has them."""
    if nested(value, MOST_LEVELS):
        raise EditError(f"A value is nested more than {MOST_LEVELS} levels deep.")
    match value:
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise EditError("A key has to be a text.")
            return {key: _normal(member) for key, member in value.items()}
        case list():
            return list(map(_normal, value))
        case None | str() | bool():
            return value
    try:
        return number(str(value))
    except ValueError as error:
        raise EditError("A value is none that JSON has.") from error
