"""What expressions of an app's code can be: values as they are, and what only running it would tell."""

from __future__ import annotations

from collections.abc import Mapping
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


class Names(Protocol):
    """How names are followed across modules."""

    def find(self, module: Module, name: str, at: Node | None = None) -> Found | None:
        """Where a name that is used in a module (at a node, if given) is declared."""

    def exported(self, module: Module, name: str) -> Found | None:
        """What a module exports under a name."""
