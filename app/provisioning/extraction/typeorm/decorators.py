"""TypeORM's decorators as an app uses them: by any name, through its own modules and its own decorators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.typeorm.classes import Class, bindings, is_function
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, text, walk
from app.provisioning.source.values import UNDEFINED, Bindings, Found, Value

PACKAGE: Final = "typeorm"
MOST_STEPS: Final = 5
"""How many decorators of an app may be made of each other."""

KNOWN: Final = frozenset(
    {
        "Entity", "ChildEntity", "ViewEntity", "TableInheritance", "Tree", "TreeParent", "TreeChildren",
        "TreeLevelColumn", "Column", "PrimaryColumn", "PrimaryGeneratedColumn", "CreateDateColumn", "UpdateDateColumn",
        "DeleteDateColumn", "VersionColumn", "ObjectIdColumn", "ViewColumn", "VirtualColumn", "Generated", "OneToOne",
        "OneToMany", "ManyToOne", "ManyToMany", "JoinColumn", "JoinTable", "RelationId", "RelationCount", "Index",
        "Unique", "Check", "Exclusion", "ForeignKey",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decorator:
    """A use of one of TypeORM's decorators; `is_indirect` where a decorator of the app stands for it."""

    name: str
    arguments: tuple[Value, ...]
    at: Found
    is_indirect: bool = False

    def argument(self, index: int) -> Value:
        """An argument; UNDEFINED where there are not so many."""
        return self.arguments[index] if index < len(self.arguments) else UNDEFINED


def is_typeorm(source: str) -> bool:
    """Whether a module's name is TypeORM's."""
    return source == PACKAGE or source.startswith(f"{PACKAGE}/")


class Decorators:
    """Reads decorators."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names: dict[tuple[str, str], str | None] = {}
        self._foreign: set[tuple[str, int]] = set()

    def of(self, owner: Class, node: Node) -> Iterator[Decorator]:
        """What a decorator says; several things where the app made it of several."""
        return self._of(owner.module, node.named_children[0] if node.named_children else None, owner.given, 0)

    def _of(self, module: Module, node: Node | None, given: Bindings, depth: int) -> Iterator[Decorator]:
        called = None if node is None else node.child_by_field_name("function") if _is_call(node) else node
        if node is None or called is None:
            return
        values = tuple(self._program.value(Found(module, each), given) for each in _arguments(node))
        name = self._name(module, text(called))
        if name is not None:
            yield Decorator(name, values, Found(module, node), depth > 0)
        elif depth < MOST_STEPS and called.type in ("identifier", "member_expression"):
            yield from self._composed(module, text(called), values, Found(module, node), depth)

    def _composed(
        self, module: Module, written: str, values: tuple[Value, ...], at: Found, depth: int
    ) -> Iterator[Decorator]:
        """What a decorator that the app itself declares is made of."""
        found = self._program.find(module, written)
        maker = found.node if found is not None else None
        if maker is not None and maker.type == "variable_declarator":
            maker = maker.child_by_field_name("value")
        if found is None or maker is None or not is_function(maker):
            return
        # Most decorators of an app have nothing to do with TypeORM; each is looked through once.
        place = (found.module.path, maker.start_byte)
        if place in self._foreign:
            return
        self._foreign.add(place)
        given = bindings(self._program, Found(found.module, maker), values)
        seen: set[str] = set()
        body = maker.child_by_field_name("body")
        for node in [] if body is None else walk(body):
            if not _is_call(node):
                continue
            for inner in self._of(found.module, node, given, depth + 1):
                if inner.name not in seen:
                    seen.add(inner.name)
                    self._foreign.discard(place)
                    yield Decorator(inner.name, inner.arguments, at, True)

    def _name(self, module: Module, written: str) -> str | None:
        """The name that TypeORM has for a decorator; None for one that is not TypeORM's."""
        key = (module.path, written)
        if key not in self._names:
            path = "".join(written.split())
            origin = self._program.origin(module, path)
            name = None
            if origin is not None and is_typeorm(origin.source):
                name = path.rpartition(".")[2] if origin.name in ("*", "default") else origin.name
            self._names[key] = name if name in KNOWN else None
        return self._names[key]


def _is_call(node: Node) -> bool:
    return node.type == "call_expression"


def _arguments(node: Node) -> list[Node]:
    given = node.child_by_field_name("arguments") if _is_call(node) else None
    return [] if given is None else [each for each in given.named_children if each.type != "comment"]
