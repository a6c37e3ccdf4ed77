"""What expressions of an app's code can be: values as they are, and what only running it would tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from tree_sitter import Node

from app.provisioning.source.syntax import Module, line


@dataclass(frozen=True, slots=True)
class Found:
    """A declaration, or the expression that a module exports, and the module in which it stands."""

    module: Module
    node: Node

    @property
    def line(self) -> int:
        """Where it starts."""
        return line(self.node)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that leads out of the program (`Date`, `Schema.Types.ObjectId`, `process.env.X`): its text."""

    text: str
    at: Found = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call or `new`: what is called, as written (`z.string().min` for `z.string().min(1)`), and its arguments."""

    callee: str
    arguments: tuple[Node, ...]
    at: Found = field(compare=False, repr=False)
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Opaque:
    """Anything whose value only running it would tell: functions, conditions, classes, regular expressions."""

    at: Found = field(compare=False, repr=False)

    @property
    def kind(self) -> str:
        """The type of its node, such as `arrow_function`."""
        return self.at.node.type


class Record(dict[str, Any]):
    """An object's properties; `places` says where each is written, `unknown` are the spreads that cannot be known."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, Found] = {}
        self.unknown: list[Found] = []


class Undefined:
    """The value `undefined`; there is one, UNDEFINED."""

    def __repr__(self) -> str:
        return "UNDEFINED"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()

Value: TypeAlias = Any
"""str, int, float, bool, None, UNDEFINED, a list, a dict of property → Value (a Record, where it is an object as
written), Name, Call or Opaque."""

Bindings: TypeAlias = Mapping[tuple[str, int], Value]
"""What parameters stand for: (path of the module, id of the parameter's node) → its argument."""


MOST_STEPS: Final = 1_000_000
"""Expressions that are worked out for one app: values that are made of values may take any number."""

MOST_STEPS_OF_ONE: Final = 50_000
"""Those of one value; what takes more is not known."""


class Steps:
    """How many expressions may still be worked out, of one app and of the value that is at hand."""

    def __init__(self) -> None:
        self.left = MOST_STEPS
        self.were_too_many = False
        self._until: int | None = None

    @contextmanager
    def for_one(self) -> Iterator[None]:
        """A value as a whole, with those that it is made of."""
        outer = self._until
        if outer is None:
            self._until = max(self.left - MOST_STEPS_OF_ONE, 0)
        try:
            yield
        finally:
            self._until = outer

    def take(self) -> bool:
        """Whether there is another step."""
        if self.left <= (self._until or 0):
            self.were_too_many = True
            return False
        self.left -= 1
        return True


class Names(Protocol):
    """How names are followed across modules."""

    @property
    def steps(self) -> Steps:
        """What all values of an app share."""

    def find(self, module: Module, name: str, at: Node | None = None) -> Found | None:
        """Where a name that is used in a module (at a node, if given) is declared."""

    def exported(self, module: Module, name: str) -> Found | None:
        """What a module exports under a name."""
