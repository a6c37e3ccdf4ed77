"""The conditions of partial indexes as SQL: `where: { deletedAt: null, kind: { [Op.in]: ["a", "b"] } }`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from app.provisioning.schema.names import literal, quoted
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import text, unquoted
from app.provisioning.source.values import Found, Value

_COMPARED: Final = {
    "eq": "=", "ne": "!=", "is": "IS", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "LIKE",
    "notLike": "NOT LIKE", "iLike": "ILIKE", "notILike": "NOT ILIKE", "regexp": "~", "notRegexp": "!~",
}  # fmt: skip
_GROUPS: Final = {"and": " AND ", "or": " OR ", "not": " AND "}


class UnknownConditionError(ValueError):
    """Only running the app would tell this condition."""


class Conditions:
    """Reads conditions; `column` gives the column of an attribute."""

    def __init__(self, program: Program, column: Callable[[str], str]) -> None:
        self._program = program
        self._column = column

    def sql(self, at: Found) -> str:
        """The SQL of an object. Raises UnknownConditionError."""
        pieces = self._pieces(at)
        if not pieces:
            raise UnknownConditionError
        return " AND ".join(pieces)

    def _pieces(self, at: Found) -> list[str]:
        return [self._piece(key, operator, value) for key, operator, value in self._pairs(at)]

    def _piece(self, key: str | None, operator: str | None, value: Found) -> str:
        if operator in _GROUPS:
            return self._group(operator, value)
        if key is None:
            raise UnknownConditionError
        column = quoted(self._column(key))
        if value.node.type != "object":
            return self._compared(column, "in" if value.node.type == "array" else "eq", value)
        within = [
            self._compared(column, inner, given) if inner and key_ is None else None
            for key_, inner, given in self._pairs(value)
        ]
        known = [each for each in within if each is not None]
        if not known or len(known) != len(within):
            raise UnknownConditionError
        return known[0] if len(known) == 1 else f"({' AND '.join(known)})"

    def _group(self, operator: str, value: Found) -> str:
        if value.node.type == "array":
            parts = [self._pieces(Found(value.module, each)) for each in _items(value.node)]
            pieces = [part[0] if len(part) == 1 else f"({' AND '.join(part)})" for part in parts if part]
        else:
            pieces = self._pieces(value)
        if not pieces:
            raise UnknownConditionError
        return f"{'NOT ' if operator == 'not' else ''}({_GROUPS[operator].join(pieces)})"

    def _compared(self, column: str, operator: str, at: Found) -> str:
        value = self._program.value(at)
        if operator == "not":
            operator = "notIn" if isinstance(value, list) else "ne" if not isinstance(value, bool) else "is not"
        if operator == "is not":
            return f"{column} IS NOT {_constant(value)}"
        if operator in ("in", "notIn") and isinstance(value, list) and value:
            word = "IN" if operator == "in" else "NOT IN"
            return f"{column} {word} ({', '.join(map(_constant, value))})"
        if operator in ("between", "notBetween") and isinstance(value, list) and len(value) == 2:
            word = "BETWEEN" if operator == "between" else "NOT BETWEEN"
            return f"{column} {word} {_constant(value[0])} AND {_constant(value[1])}"
        if operator not in _COMPARED:
            raise UnknownConditionError
        if value is None and operator in ("eq", "is"):
            return f"{column} IS NULL"
        if value is None and operator == "ne":
            return f"{column} IS NOT NULL"
        return f"{column} {_COMPARED[operator]} {_constant(value)}"

    def _pairs(self, at: Found) -> list[tuple[str | None, str | None, Found]]:
        """The properties of an object: the name of each, or its operator, and its value."""
        if at.node.type != "object":
            raise UnknownConditionError
        found = []
        for each in at.node.named_children:
            if each.type == "comment":
                continue
            key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
            if each.type != "pair" or key is None or value is None:
                raise UnknownConditionError
            name, operator = self._key(at, key)
            found.append((name, operator, Found(at.module, value)))
        return found

    def _key(self, at: Found, key: Node) -> tuple[str | None, str | None]:
        if key.type != "computed_property_name":
            return (unquoted(key) if key.type == "string" else text(key)), None
        inner = key.named_children[0] if key.named_children else None
        written = text(inner)
        if inner is not None and inner.type == "member_expression":
            owner, _, operator = written.rpartition(".")
            if owner.rpartition(".")[2] == "Op":
                return None, operator
        value = None if inner is None else self._program.value(Found(at.module, inner))
        return (value, None) if isinstance(value, str) else (None, None)


def _items(node: Node) -> list[Node]:
    return [each for each in node.named_children if each.type != "comment"]


def _constant(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return literal(value)
    raise UnknownConditionError
