"""The members of classes of sequelize-typescript and what their decorators say of columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from tree_sitter import Node

from app.provisioning.extraction.sequelize.known import CLASSES
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module, decorators, text
from app.provisioning.source.values import UNDEFINED, Call, Found, Opaque, Record, Value

Marks: TypeAlias = dict[str, Call | None]
"""Decorators by name; None where one is not called."""

_MEMBERS: Final = frozenset({"public_field_definition", "method_definition"})
_OF_PROPERTY: Final = {
    "string": "character varying(255)", "number": "integer", "boolean": "boolean", "Date": "timestamp with time zone",
    "bigint": "bigint", "Buffer": "bytea",
}  # fmt: skip
_MOST_CLASSES: Final = 20
"""That extend each other; more is a circle."""


@dataclass(frozen=True, slots=True)
class Member:
    """A property, or an accessor."""

    at: Found
    name: str
    marks: Marks

    @property
    def is_column(self) -> bool:
        """Whether it says of itself that it is a column."""
        return bool({"Column", "PrimaryKey"} & set(self.marks))


class Decorators:
    """Reads decorated classes, with those that they extend."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def marks(self, module: Module, node: Node) -> Marks:
        """The decorators of a class or a member, the first one first."""
        found: Marks = {}
        for decorator in decorators(node):
            expression = decorator.named_children[0] if decorator.named_children else None
            if expression is None:
                continue
            value = self._program.value(Found(module, expression)) if expression.type == "call_expression" else None
            name = expression if value is None else expression.child_by_field_name("function")
            found[text(name).rpartition(".")[2]] = value if isinstance(value, Call) else None
        return found

    def lineage(self, at: Found) -> list[Found]:
        """A class and the app's classes that it extends, the first ancestor first."""
        found = [at]
        while len(found) < _MOST_CLASSES:
            node = _extended(found[0].node)
            base = None if node is None else self._program.find(found[0].module, text(node), node)
            if base is None or base.node.type not in CLASSES or base in found:
                break
            found.insert(0, base)
        return found

    def members(self, at: Found) -> Iterator[Member]:
        """The decorated members of a class and of those that it extends; one that is repeated counts as last said."""
        found: dict[str, Member] = {}
        for each in self.lineage(at):
            found |= {member.name: member for member in self._own_members(each)}
        yield from found.values()

    def _own_members(self, at: Found) -> Iterator[Member]:
        body = at.node.child_by_field_name("body")
        for node in [] if body is None else body.named_children:
            if node.type in _MEMBERS and (marks := self.marks(at.module, node)):
                yield Member(Found(at.module, node), text(node.child_by_field_name("name")), marks)

    def options(self, at: Found) -> dict[str, Value] | None:
        """What `@Table` says; what properties say of the moments stands below it. None of a class without one."""
        said: dict[str, Value] = {}
        has_table = False
        for each in self.lineage(at):
            for member in self._own_members(each):
                said |= _moments(member)
            marks = self.marks(each.module, each.node)
            if "Table" in marks:
                has_table = has_table or each == at
                written = marks["Table"]
                options = UNDEFINED if written is None else self._program.argument(written, 0)
                said |= options if isinstance(options, dict) else {}
                if each != at:
                    said.pop("modelName", None)
        return said if has_table else None

    def column(self, member: Member) -> dict[str, Value]:
        """The attribute that a member is, as `define` takes it."""
        marks = member.marks
        given = self._said(marks, "Column")
        column = dict(given) if isinstance(given, dict) else {} if given is UNDEFINED else {"type": given}
        if column.get("type", UNDEFINED) is UNDEFINED:
            column["type"] = self._type_of_property(member.at)
        for mark, option in (("PrimaryKey", "primaryKey"), ("AutoIncrement", "autoIncrement")):
            if mark in marks:
                column[option] = True
        for mark, option in (("AllowNull", "allowNull"), ("Unique", "unique")):
            if mark in marks:
                said = self._said(marks, mark)
                column[option] = True if said is UNDEFINED else said
        for mark, option in (("Default", "defaultValue"), ("Comment", "comment")):
            if mark in marks:
                column[option] = self._said(marks, mark)
        return column

    def indexes(self, members: list[Member]) -> list[Value]:
        """Those of `@Index`, and of decorators that `createIndexDecorator` made; the named ones come first."""
        named: dict[str, dict[str, Value]] = {}
        unnamed: dict[object, dict[str, Value]] = {}
        for member in members:
            for mark, call in member.marks.items():
                part: dict[str, Value] = {"name": member.name}
                made = None if mark == "Index" else self._index_decorator(member, mark)
                if mark != "Index" and made is None:
                    continue
                given = UNDEFINED if call is None else self._program.argument(call, 0)
                said = {"name": given} if isinstance(given, str) else given if isinstance(given, dict) else {}
                part |= {key: said[key] for key in ("length", "order", "collate") if key in said}
                if made is not None:
                    said = self._program.argument(made, 0)
                    said = said if isinstance(said, dict) else {}
                options = {key: value for key, value in said.items() if key not in ("length", "order", "collate")}
                if isinstance(said, Record) and (where := said.places.get("where")) is not None:
                    node = where.node.child_by_field_name("value")
                    options["where"] = where if node is None else Opaque(Found(where.module, node))
                name = options.get("name")
                if isinstance(name, str) and name:
                    index = named.setdefault(name, {"fields": [], **options})
                else:
                    key = (member.name, mark) if made is None else (made.at.module.path, made.at.node.id)
                    index = unnamed.setdefault(key, {"fields": [], **options})
                index["fields"].append(part)
        return [*named.values(), *unnamed.values()]

    def _index_decorator(self, member: Member, mark: str) -> Call | None:
        """The call of `createIndexDecorator` that a decorator is the value of."""
        found = self._program.find(member.at.module, mark, member.at.node)
        value = UNDEFINED if found is None or found.node.type != "variable_declarator" else self._program.value(found)
        return value if isinstance(value, Call) and value.callee.endswith("createIndexDecorator") else None

    def _said(self, marks: Marks, mark: str) -> Value:
        call = marks.get(mark)
        return UNDEFINED if call is None else self._program.argument(call, 0)

    def _type_of_property(self, at: Found) -> Value:
        """The type that TypeScript tells decorators of a property: of a union that of all its parts."""
        annotation = at.node.child_by_field_name("type") or at.node.child_by_field_name("return_type")
        written = text(annotation).lstrip(": \n|")
        kinds = {self._kind(at.module, part.strip()) for part in written.split("|")} - {None}
        return _OF_PROPERTY.get(kinds.pop() or "", UNDEFINED) if len(kinds) == 1 else UNDEFINED

    def _kind(self, module: Module, written: str) -> str | None:
        if written in ("null", "undefined"):
            return None
        if written[:1] in "'\"`":
            return "string"
        if written in ("true", "false"):
            return "boolean"
        if written.lstrip("-")[:1].isdigit():
            return "number"
        found = self._program.find(module, written)
        if found is not None and found.node.type == "enum_declaration":
            kinds = {
                "string" if isinstance(each, str) else "number" for each in self._program.enum_members(found).values()
            }
            return kinds.pop() if len(kinds) == 1 else ""
        return written


def _moments(member: Member) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for mark, option in (("CreatedAt", "createdAt"), ("UpdatedAt", "updatedAt"), ("DeletedAt", "deletedAt")):
        if mark in member.marks:
            found |= {option: member.name, "timestamps": True}
            found |= {"paranoid": True} if mark == "DeletedAt" else {}
    return found


def _extended(node: Node) -> Node | None:
    heritage = next((each for each in node.named_children if each.type == "class_heritage"), None)
    clause = None if heritage is None else next(iter(heritage.named_children), None)
    return None if clause is None or clause.type != "extends_clause" else clause.child_by_field_name("value")
