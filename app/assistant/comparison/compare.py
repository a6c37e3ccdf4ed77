"""Where the YAML document and the database differ, and since when.

What is no difference stands in `canonical`, which element of a list is which in `matching`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from app.assistant.comparison.canonical import Canon
from app.assistant.comparison.divergence import Divergence, Place, divergences
from app.assistant.comparison.matching import key_of, selector
from app.assistant.comparison.snapshot import Snapshot
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import WHOLE, Path, PathError, Selector, friendly, pointer
from app.assistant.configuration.shape import Shape

Kind: TypeAlias = Literal["missing_in_db", "missing_in_yaml", "value_mismatch"]
Side: TypeAlias = Literal["yaml", "database"]
ChangedIn: TypeAlias = Literal["yaml", "database", "both", "unknown"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: a leaf, or a whole subtree that one side does not have.

    If only the order of a list differs, the values are what its elements are known by, in the order of either side.
    """

    change: Change
    """What takes the database to where the document is."""
    yaml_path: Path
    """The path as the document has it; it differs from the change's only where elements have no key."""
    yaml: Any
    database: Any
    yaml_place: Place | None
    yaml_near: Place
    """Where the document has it, else the object or list in which it lacks it."""
    database_place: Place | None
    order: tuple[str, ...] = ()
    """The key of the list's elements, if what differs is their order."""
    changed_in: ChangedIn = "unknown"

    @property
    def path(self) -> Path:
        """Where it is, with selectors, as the database has it."""
        return self.change.path

    @property
    def type(self) -> Kind:
        """Null on one side is as good as absent."""
        if self.yaml is ABSENT or self.yaml is None:
            return "missing_in_yaml"
        return "missing_in_db" if self.database is ABSENT or self.database is None else "value_mismatch"

    @property
    def friendly(self) -> str:
        """The path for people: with the indexes of the document, of an element that it lacks with the database's."""
        if self.yaml_place is not None:
            return friendly(self.yaml_place)
        last = self.path[-1]
        return friendly((*self.yaml_near, last) if isinstance(last, str) else self.database_place or ())

    @property
    def yaml_pointer(self) -> str | None:
        """Where it is in the document (RFC 6901)."""
        return None if self.yaml_place is None else pointer(self.yaml_place)

    @property
    def database_pointer(self) -> str | None:
        """Where it is in the database's configuration (RFC 6901)."""
        return None if self.database_place is None else pointer(self.database_place)

    @property
    def element(self) -> str | None:
        """What the nearest element that has a key is known by."""
        for token in reversed(self.path):
            if isinstance(token, Selector) and token.values[0][0] != WHOLE:
                return ", ".join(str(value) for _, value in token.values)
        return None

    @property
    def is_conflict(self) -> bool:
        """Whether both sides have changed since they agreed; they cannot have changed to the same."""
        return self.changed_in == "both"

    def on(self, side: Side) -> tuple[Path, Any]:
        """The path and the value of one side."""
        return (self.yaml_path, self.yaml) if side == "yaml" else (self.path, self.database)


def compare(yaml: Any, database: Any, shape: Shape) -> list[Difference]:
    """The differences; of a list first its order, then within elements, only in the database, only in the document."""
    return [_difference(found) for found in divergences(database, yaml, shape, Canon())]


def changes(before: Any, after: Any, shape: Shape) -> list[Change]:
    """What turns the one into the other, one after the other; their inverses in reverse order turn it back."""
    return [found.change for found in divergences(before, after, shape, Canon())]


def three_way(
    differences: Iterable[Difference], synced_yaml: Any, synced_database: Any, shape: Shape
) -> list[Difference]:
    """The same differences, each with the sides that have changed there since somebody last said that they agree.

    Both synced values are ABSENT if nobody ever did. "unknown" is also what differed then already.
    """
    if synced_yaml is ABSENT or synced_database is ABSENT:
        return [replace(difference, changed_in="unknown") for difference in differences]
    canon = Canon()
    then = Snapshot(synced_yaml, shape, canon), Snapshot(synced_database, shape, canon)
    answers: dict[tuple[bool, bool], ChangedIn] = {
        (False, False): "unknown",
        (True, False): "yaml",
        (False, True): "database",
        (True, True): "both",
    }
    return [
        replace(
            each,
            changed_in=answers[
                not then[0].has(*each.on("yaml"), each.order), not then[1].has(*each.on("database"), each.order)
            ],
        )
        for each in differences
    ]


def anchored(value: Any, path: Iterable[str | int], shape: Shape) -> Path:
    """The path with selectors in the place of indexes, as far as elements are known by something.

    An element without a key keeps its index, unless it is a text, number or the like that is the first of its kind. The
    last token may lead nowhere: it is what is to be added. Raises PathError if another one does.
    """
    found: list[Any] = []
    path = tuple(path)
    canon = Canon()
    for at, token in enumerate(path):
        if isinstance(value, dict) and isinstance(token, str) and token in value:
            found.append(token)
        elif isinstance(value, list) and isinstance(token, int) and 0 <= token < len(value):
            found.append(_anchor(value, token, shape, canon))
        elif at == len(path) - 1:
            found.append(token)
            break
        else:
            raise PathError(f"There is no {friendly(path[: at + 1])}.")
        value, shape = value[token], shape.child(token)
    return tuple(found)


def _anchor(elements: list[Any], at: int, shape: Shape, canon: Canon) -> int | Selector:
    names = key_of([elements], shape, canon)
    whole = selector(elements[at], names)
    if names:
        return whole
    is_first = not isinstance(elements[at], dict | list) and not any(map(whole.matches, elements[:at]))
    return whole if is_first else at


def _difference(found: Divergence) -> Difference:
    change, order = found.change, found.order
    return Difference(
        change=change,
        yaml_path=found.other_path,
        yaml=order.after if order else change.after,
        database=order.before if order else change.before,
        yaml_place=found.other_place,
        yaml_near=found.other_near,
        database_place=found.place,
        order=order.key if order else (),
    )
