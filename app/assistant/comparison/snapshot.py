"""A configuration as it once was, asked what stood in places that are named as they are named now."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from app.assistant.comparison.canonical import Canon
from app.assistant.comparison.matching import identity
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import WHOLE, Path, Selector
from app.assistant.configuration.shape import Shape


class Snapshot:
    """Finds elements by what they are known by, in a table of each list that it makes once."""

    def __init__(self, document: Any, shape: Shape, canon: Canon) -> None:
        self._document = document
        self._shape = shape
        self._canon = canon
        self._tables: dict[tuple[int, tuple[str, ...]], dict[Hashable, Any]] = {}

    def has(self, path: Path, value: Any, order: tuple[str, ...] = ()) -> bool:
        """Whether a value of the same meaning stood there; of the order of a list, whether it was the same."""
        then, shape = self._find(path)
        if not order:
            return self._canon.member(then, shape) == self._canon.member(value, shape)
        if not isinstance(then, list):
            return False
        now = [
            identity(each if isinstance(each, dict) else {order[0]: each}, order, shape, self._canon) for each in value
        ]
        known = set(now)
        before = (identity(element, order, shape, self._canon) for element in then)
        return [each for each in before if each in known] == now

    def _find(self, path: Path) -> tuple[Any, Shape]:
        value, shape = self._document, self._shape
        for token in path:
            match token, value:
                case str(), dict():
                    value = value.get(token, ABSENT)
                case Selector(), list():
                    value = self._element(value, token, shape)
                case int(), list() if token < len(value):
                    value = value[token]
                case _:
                    value = ABSENT
            shape = shape.child(token)
        return value, shape

    def _element(self, elements: list[Any], selector: Selector, shape: Shape) -> Any:
        names = tuple(name for name, _ in selector.values)
        table = self._tables.get((id(elements), names))
        if table is None:
            table = self._tables[id(elements), names] = {}
            for element in elements:
                table.setdefault(self._known(element, names, shape), element)
        wanted = selector.values[0][1] if names == (WHOLE,) else dict(selector.values)
        return table.get(self._known(wanted, names, shape), ABSENT)

    def _known(self, element: Any, names: tuple[str, ...], shape: Shape) -> Hashable:
        if names == (WHOLE,):
            return self._canon.of(element, shape.child(0))
        return identity(element, names, shape, self._canon)
