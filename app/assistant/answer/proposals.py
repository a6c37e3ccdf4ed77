"""From what a model proposes, in paths for people and JSON texts, to changes with what they rest on.

Each change is tried on the configuration as the ones before it leave it. What a model means is taken where it can
mean one thing only: to add what is there already is to replace it, to add a value to a list is to append it. Anything
else that does not fit is an error, and the proposal with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from app.assistant.answer.output import MOST_LEVELS, ProposedChange, value_of
from app.assistant.comparison.compare import anchored
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import WHOLE, Path, PathError, Selector, equal, get
from app.assistant.configuration.shape import Shape

MOST_CHANGES: Final = 200
"""Of one proposal."""

APPEND: Final = "[-]"
"""After the path of a list: behind its last element (as RFC 6901 has it)."""

Places: TypeAlias = tuple[str | int, ...]


class ProposalError(ValueError):
    """A proposal that cannot be made a suggestion; the text says why, in a sentence."""


class Drafting:
    """The changes of one proposal, in their order."""

    def __init__(self, configuration: Any, shape: Shape) -> None:
        self._configuration = configuration
        self._shape = shape
        self.changes: list[Change] = []

    def take(self, proposed: ProposedChange, places: Places, *, append: bool) -> None:
        """Add a change of what is at these places. Raises ProposalError."""
        if len(self.changes) >= MOST_CHANGES:
            raise ProposalError(f"It has more than {MOST_CHANGES} changes.")
        if len(places) >= MOST_LEVELS:
            raise ProposalError("One of its paths is too long.")
        try:
            if proposed.operation == "remove":
                self._remove(places)
            elif append or proposed.operation == "add":
                self._add(places, _value(proposed), append=append)
            else:
                self._replace(places, _value(proposed))
        except PathError:
            raise ProposalError("One of its paths leads nowhere.") from None

    def _remove(self, places: Places) -> None:
        if not places:
            raise ProposalError("A configuration is not removed.")
        before = get(self._configuration, places)
        self._change("remove", places, self._anchored(places), before=before)

    def _replace(self, places: Places, value: Any) -> None:
        if not places:
            raise ProposalError("A configuration is not replaced as a whole.")
        if isinstance(places[-1], str) and _at(self._configuration, places) is ABSENT:
            self._add(places, value, append=False)
            return
        before = get(self._configuration, places)
        if not equal(before, value):
            self._change("replace", places, self._anchored(places), before=before, after=value)

    def _add(self, places: Places, value: Any, *, append: bool) -> None:
        there = _at(self._configuration, places)
        if isinstance(there, list) and (append or not isinstance(value, list)):
            self._insert(places, len(there), value)
        elif append and there is not ABSENT and there is not None:
            raise ProposalError("What is to be appended to is no list.")
        elif append:
            self._add(places, [value], append=False)
        elif places and isinstance(places[-1], int) and isinstance(_at(self._configuration, places[:-1]), list):
            self._insert(places[:-1], places[-1], value)
        elif there is not ABSENT:
            self._replace(places, value)
        else:
            self._add_member(places, value)

    def _insert(self, of: Places, position: int, value: Any) -> None:
        """Add an element to a list; it is known by what the list's others are known by."""
        size = len(get(self._configuration, of))
        if position > size:
            raise ProposalError("There is no such place in the list.")
        places = (*of, position)
        after = _changed(self._configuration, places, "add", value)
        path = anchored(after, places, self._shape)
        if isinstance(path[-1], int):
            path = (*path[:-1], Selector(((WHOLE, value),)))
        self.changes.append(Change("add", path, after=value, position=None if position == size else position))
        self._configuration = after

    def _add_member(self, places: Places, value: Any) -> None:
        """Add a member to an object, with the objects on the way to it that are not there."""
        while len(places) > 1 and _at(self._configuration, places[:-1]) is ABSENT:
            value, places = {places[-1]: value}, places[:-1]
            if not all(isinstance(key, str) for key in value):
                raise ProposalError("There is no such list.")
        if not isinstance(get(self._configuration, places[:-1]), dict) or not isinstance(places[-1], str):
            raise ProposalError("There is nothing to which this could be added.")
        path = (*self._anchored(places[:-1]), places[-1])
        self._change("add", places, path, after=value)

    def _change(self, operation: Any, places: Places, path: Path, *, before: Any = ABSENT, after: Any = ABSENT) -> None:
        self.changes.append(Change(operation, path, before, after))
        self._configuration = _changed(self._configuration, places, operation, after)

    def _anchored(self, places: Places) -> Path:
        return anchored(self._configuration, places, self._shape)


def _value(proposed: ProposedChange) -> Any:
    if proposed.value_json is None:
        raise ProposalError("It says no value.")
    try:
        return value_of(proposed.value_json)
    except ValueError as error:
        raise ProposalError(f"Its value is no JSON: {type(error).__name__}.") from None


def _at(value: Any, places: Sequence[str | int]) -> Any:
    try:
        return get(value, places)
    except PathError:
        return ABSENT


def _changed(value: Any, places: Sequence[Any], operation: str, after: Any) -> Any:
    """The value with one place changed; what is beside the way to it is shared."""
    place, *rest = places
    copy = value.copy()
    if rest:
        copy[place] = _changed(copy[place], rest, operation, after)
    elif operation == "remove":
        del copy[place]
    elif operation == "add" and isinstance(copy, list):
        copy.insert(place, after)
    else:
        copy[place] = after
    return copy
