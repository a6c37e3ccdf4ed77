"""A YAML document that was read: its text, its values, and where in the text each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from app.assistant.configuration.paths import Token, find


@dataclass(slots=True, eq=False)
class Node:
    """A value and where it stands: offsets in characters, the end exclusive; line and column count from 1.

    A block mapping or sequence ends where its last value does, a block scalar before the line breaks after it.
    """

    value: Any
    style: str
    """'plain', "'", '"', '|' or '>' of a scalar; 'block', 'flow' or (the whole of an empty document) 'empty'."""
    start: int
    end: int
    line: int
    column: int
    # No lists of scalars' own: the garbage collector would visit tens of thousands more.
    keys: Sequence[Node] = ()
    """Of a mapping, in order."""
    items: Sequence[Node] = ()
    """Of a mapping its values, in the order of its keys; of a sequence its elements."""

    def scalars(self) -> Iterator[Node]:
        """All scalars in it, keys too, as they follow one another in the text."""
        if not isinstance(self.value, dict | list):
            yield self
        for key, item in zip_longest(self.keys, self.items):
            if key is not None:
                yield key
            yield from item.scalars()


@dataclass(frozen=True, eq=False)
class Document:
    """A document that was read."""

    text: str
    root: Node

    @property
    def value(self) -> dict[str, Any]:
        """What it says."""
        value: dict[str, Any] = self.root.value
        return value

    def at(self, path: Sequence[Token]) -> Node:
        """The node at a path. Raises PathError."""
        node = self.root
        for place in find(self.value, path):
            node = node.items[list(node.value).index(place) if isinstance(place, str) else place]
        return node

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """Each comment, without its `#`, and its line."""
        return list(self._comments())

    def _comments(self) -> Iterator[tuple[int, str]]:
        scalars = self.root.scalars()
        scalar = next(scalars, None)
        line, counted, at = 1, 0, self.text.find("#")
        while at >= 0:
            while scalar is not None and scalar.end <= at:
                scalar = next(scalars, None)
            if scalar is not None and scalar.start < at and not self._ends_a_header(scalar, at):
                at = self.text.find("#", scalar.end)
                continue
            end = self.text.find("\n", at)
            end = len(self.text) if end < 0 else end
            line, counted = line + self.text.count("\n", counted, at), at
            yield line, self.text[at + 1 : end].strip()
            at = self.text.find("#", end)

    def _ends_a_header(self, scalar: Node, at: int) -> bool:
        return scalar.style in "|>" and self.text.find("\n", scalar.start, at) < 0
