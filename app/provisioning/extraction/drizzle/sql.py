"""Drizzle's `sql` and operators, written out as drizzle-kit writes them; parameters become constants."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.drizzle.chains import Chain, Chains
from app.provisioning.schema.names import literal
from app.provisioning.source.syntax import text
from app.provisioning.source.values import UNDEFINED, Found, Value

_COMPARISONS: Final = {
    "eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "like": "like", "notLike": "not like",
    "ilike": "ilike", "notIlike": "not ilike",
}  # fmt: skip
_NULLS: Final = {"isNull": "is null", "isNotNull": "is not null"}

Columns = Callable[[Chain], str | None]
"""How a column or table that SQL names is written; None where the chain is none."""


class UnknownSqlError(Exception):
    """Only running the app would tell what is written here."""


class Sql:
    """Writes SQL."""

    def __init__(self, chains: Chains) -> None:
        self._chains = chains

    def written(self, value: Value, columns: Columns) -> str:
        """A value as SQL. Raises UnknownSqlError."""
        if not isinstance(value, Chain):
            return self._constant(value, columns)
        if (name := columns(value)) is not None:
            return name
        links = value.links()
        first = links[0]
        if first.name == "sql":
            return self._sql(links, columns)
        if first.arguments is None:
            raise UnknownSqlError
        given = self._chains.arguments(first)
        if first.name in _COMPARISONS and len(given) == 2:
            return f"{self.written(given[0], columns)} {_COMPARISONS[first.name]} {self.written(given[1], columns)}"
        if first.name in _NULLS and given:
            return f"{self.written(given[0], columns)} {_NULLS[first.name]}"
        if first.name in ("and", "or"):
            parts = [self.written(each, columns) for each in given if each is not UNDEFINED]
            return parts[0] if len(parts) == 1 else f"({f') {first.name} ('.join(parts)})" if parts else ""
        if first.name == "not" and given:
            return f"not ({self.written(given[0], columns)})"
        if first.name in ("inArray", "notInArray") and len(given) == 2:
            negation = "not " if first.name == "notInArray" else ""
            return f"{self.written(given[0], columns)} {negation}in {self.written(given[1], columns)}"
        if first.name in ("asc", "desc") and given:
            return f"{self.written(given[0], columns)} {first.name}"
        if first.name == "between" and len(given) == 3:
            low, high = (self.written(each, columns) for each in given[1:])
            return f"{self.written(given[0], columns)} between {low} and {high}"
        raise UnknownSqlError

    def _sql(self, links: list[Chain], columns: Columns) -> str:
        made = next((link for link in links if link.arguments is not None), None)
        if made is None or made.arguments is None:
            raise UnknownSqlError
        if made.name == "raw":
            value = self._chains.argument(made, 0)
            if not isinstance(value, str):
                raise UnknownSqlError
            return value
        if made.name == "identifier":
            return '"' + str(self._chains.argument(made, 0)).replace('"', '""') + '"'
        if made.name == "join":
            pieces, between = self._chains.argument(made, 0), self._chains.argument(made, 1)
            joint = "" if between is UNDEFINED else self.written(between, columns)
            return joint.join(self.written(each, columns) for each in pieces) if isinstance(pieces, list) else ""
        if made.name == "empty":
            return ""
        if not made.arguments or made.arguments[0].type != "template_string":
            raise UnknownSqlError
        return self._template(made, made.arguments[0], columns)

    def _template(self, made: Chain, template: Node, columns: Columns) -> str:
        inner = self._chains.within(made.bindings)
        pieces: list[str] = []
        for child in template.named_children:
            if child.type == "template_substitution":
                if child.named_children:
                    value = inner.of(Found(made.at.module, child.named_children[0]))
                    pieces.append(self.written(value, columns))
            elif child.type == "escape_sequence":
                pieces.append(unescaped(child))
            else:
                pieces.append(text(child))
        return "".join(pieces)

    def _constant(self, value: Value, columns: Columns) -> str:
        match value:
            case None:
                return "null"
            case bool():
                return "true" if value else "false"
            case int() | float():
                return str(value)
            case str():
                return literal(value)
            case list():
                return f"({', '.join(self.written(each, columns) for each in value)})"
        if value is UNDEFINED:
            return ""
        raise UnknownSqlError


def unescaped(node: Node) -> str:
    """What an escape sequence of a template stands for."""
    written = text(node)
    known = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\`": "`", "\\$": "$", "\\\\": "\\"}
    return known.get(written, written[1:])


_ORDER: Final = re.compile(
    r"(?P<of>.*?)(?:\s+(?P<opclass>\w+_ops))?(?:\s+(?P<order>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN: Final = re.compile(r'"((?:[^"]|"")+)"')


def index_part(sql: str) -> tuple[str, bool, str | None, bool, bool | None]:
    """An expression of an index: what it is of, whether that is an expression, operator class, descending, nulls."""
    found = _ORDER.fullmatch(sql.strip())
    if found is None:
        return sql, True, None, False, None
    of = found["of"].strip()
    column = _COLUMN.fullmatch(of)
    nulls = None if found["nulls"] is None else found["nulls"].lower() == "first"
    descending = (found["order"] or "").lower() == "desc"
    if column is not None:
        return column[1].replace('""', '"'), False, found["opclass"], descending, nulls
    return of, True, found["opclass"], descending, nulls
