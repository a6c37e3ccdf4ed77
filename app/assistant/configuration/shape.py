"""What a configuration's schema says of the places in it: a view of a JSON Schema, step by step down a path.

Beside JSON Schema's own words it reads ours: `x-key`, the property or properties by which the elements of a list are
known; `x-ordered`, a list whose order matters; `x-secret`; `x-free-text`, words that people write for people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import Selector, Token

_MOST_NODES: Final = 2000
"""Of one place: ten times what the database lets speak of one value."""

_DEFINITION: Final = "#/$defs/"


class Shape:
    """What a schema says of one place; of a place that it does not know, nothing."""

    def __init__(self, schema: Mapping[str, Any], *nodes: Mapping[str, Any]) -> None:
        self._schema = schema
        self._nodes = list(self._expanded(nodes or (schema,)))
        self._named = {name for node in self._nodes for name in node.get("properties", ())}
        self._children: dict[str | bool, Shape] = {}

    def child(self, token: Token) -> Shape:
        """The place one step further down; the same object each time."""
        step = (token if token in self._named else True) if isinstance(token, str) else False
        child = self._children.get(step)
        if child is None:
            steps = self._steps(token)
            child = self._children[step] = Shape(self._schema, *steps) if steps else _UNKNOWN
        return child

    @property
    def key(self) -> tuple[str, ...]:
        """By which properties the elements of this list are known; () where that is left to whoever looks."""
        key = self._said("x-key")
        return (key,) if isinstance(key, str) else tuple(map(str, key)) if isinstance(key, list) else ()

    @property
    def is_ordered(self) -> bool:
        """Whether the order of this list matters."""
        return self._said("x-ordered") is True

    @property
    def default(self) -> Any:
        """What holds where nothing is said; ABSENT where there is no such value."""
        return self._said("default")

    @property
    def is_secret(self) -> bool:
        """Whether what stands here is shown to nobody: one that says so is enough."""
        return any(node.get("x-secret") is True for node in self._nodes)

    @property
    def is_free_text(self) -> bool:
        """Whether this is words for people: one that says so is enough."""
        return any(node.get("x-free-text") is True for node in self._nodes)

    @property
    def nodes(self) -> Sequence[Mapping[str, Any]]:
        """The schemas that speak of this place, in the words of JSON Schema."""
        return self._nodes

    def defaults(self) -> Mapping[str, Any]:
        """The properties of this object that have defaults."""
        found = {name: self.child(name).default for name in self._named}
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _said(self, word: str) -> Any:
        return next((node[word] for node in self._nodes if word in node), ABSENT)

    def _expanded(self, nodes: tuple[Mapping[str, Any], ...]) -> Iterator[Mapping[str, Any]]:
        waiting = list(nodes)
        for _ in range(_MOST_NODES):
            if not waiting:
                return
            node = waiting.pop(0)
            if not isinstance(node, Mapping):
                continue
            yield node
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith(_DEFINITION):
                waiting.append(self._schema.get("$defs", {}).get(reference.removeprefix(_DEFINITION), {}))
            for alternatives in ("anyOf", "oneOf", "allOf"):
                waiting += node.get(alternatives, ())

    def _steps(self, token: Token) -> list[Mapping[str, Any]]:
        if isinstance(token, (int, Selector)):
            items = [node.get("items") for node in self._nodes]
            return [item for item in items if isinstance(item, Mapping)]
        steps: list[Mapping[str, Any]] = []
        for node in self._nodes:
            properties = node.get("properties", {})
            step = properties[token] if token in properties else node.get("additionalProperties")
            if isinstance(step, Mapping):
                steps.append(step)
        return steps


_UNKNOWN: Final = Shape({})
