"""YAML out: values as text that readers of YAML 1.2 and of 1.1 alike take for these values.

What cannot be seen (blanks at the end of a line, characters without a width) is written as an escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from app.assistant.documents.core import is_a_string_to_all

_PLAIN: Final = re.compile(r"""(?!\.\.\.)[^\s\-?:,\[\]{}#&*!|>'"%@`](?:.*\S)?""")
_ENDS_PLAIN: Final = re.compile(r":(?:\s|$)|\s#")
_ENDS_PLAIN_IN_FLOW: Final = re.compile(r"[:,?\[\]{}]")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


MOST_FLOW_CHARS: Final = 120
"""Of a line with a mapping or list in flow style beside others in that style."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document is laid out: what is added looks like the rest."""

    line_break: str = "\n"
    mapping_indent: int = 2
    list_indent: int = 2
    """Of a list below its key; often 0."""
    quote: str = '"'
    literals: bool = True
    """Whether texts of several lines are written as such, with |."""

    def entry(self, column: int, key: str | None, value: Any, *, flow: bool = False) -> list[str]:
        """The lines of an entry of a mapping or, without a key, of a list, at that indentation; in one if it may be."""
        head = "-" if key is None else self.scalar(key) + ":"
        if flow and isinstance(value, dict | list):
            line = " " * column + f"{head} {self.flow(value)}"
            if len(line) <= MOST_FLOW_CHARS:
                return [line]
        first, *rest = self.block(value, column, behind_dash=key is None)
        return [" " * column + head + (" " + first if first else ""), *rest]

    def block(self, value: Any, column: int, *, behind_dash: bool, style: str = "plain") -> list[str]:
        """The lines of a value: what stands behind its key or dash, whose indentation is given, and what below it."""
        is_long = isinstance(value, str) and self.literals and ("\n" in value or style in "|>")
        if is_long and (lines := _literal(value)):
            indent = " " * (column + self.mapping_indent)
            return [lines[0], *(indent + line if line else "" for line in lines[1:])]
        if not isinstance(value, dict | list) or not value:
            return [self.scalar(value, style)]
        if behind_dash:
            first, *rest = self.entries(value, column + 2)
            return [first.lstrip(" "), *rest]
        return [
            "",
            *self.entries(value, column + (self.list_indent if isinstance(value, list) else self.mapping_indent)),
        ]

    def entries(self, value: dict[str, Any] | list[Any], column: int) -> list[str]:
        """The lines of all entries of a mapping or list."""
        members = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        return [line for key, item in members for line in self.entry(column, key, item)]

    def flow(self, value: Any, *, style: str = "plain", is_json: bool = False) -> str:
        """A value between brackets."""
        if isinstance(value, dict):
            return "{" + ", ".join(self.pair(key, item, is_json=is_json) for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item, is_json=is_json) for item in value) + "]"
        return self.scalar(value, '"' if is_json else style, in_flow=True)

    def pair(self, key: str, value: Any, *, is_json: bool) -> str:
        """An entry of a mapping between brackets."""
        written = self.scalar(key, '"' if is_json else "plain", in_flow=True)
        return f"{written}: {self.flow(value, is_json=is_json)}"

    def scalar(self, value: Any, style: str = "plain", *, in_flow: bool = False) -> str:
        """A scalar, or an empty mapping or list, on one line; in that style where it can be."""
        match value:
            case str():
                return self._text(value, style, in_flow=in_flow)
            case None:
                return "null"
            case bool():
                return "true" if value else "false"
            case dict():
                return "{}"
            case list():
                return "[]"
        return _number(value)

    def _text(self, text: str, style: str, *, in_flow: bool) -> str:
        if style not in ("'", '"') and _is_plain(text, in_flow=in_flow):
            return text
        quote = style if style in ("'", '"') else self._better_quote(text)
        if quote == "'" and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
        return '"' + "".join(map(_escaped, text)) + '"'

    def _better_quote(self, text: str) -> str:
        if self.quote == "'" or not ('"' in text or "\\" in text):
            return self.quote
        return "'" if "'" not in text else '"'


def nested(value: Any, levels: int) -> bool:
    """Whether a value has more levels than that."""
    members: Iterator[Any] = iter(
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return isinstance(value, dict | list) and (levels == 0 or any(nested(member, levels - 1) for member in members))


def _is_plain(text: str, *, in_flow: bool) -> bool:
    return (
        text.isprintable()
        and _PLAIN.fullmatch(text) is not None
        and _ENDS_PLAIN.search(text) is None
        and not (in_flow and _ENDS_PLAIN_IN_FLOW.search(text))
        and is_a_string_to_all(text)
    )


def _escaped(character: str) -> str:
    if escape := _ESCAPES.get(character):
        return escape
    if character.isprintable():
        return character
    return f"\\u{ord(character):04X}" if ord(character) < 0x10000 else f"\\U{ord(character):08X}"


def _literal(text: str) -> list[str]:
    """The lines of a literal block scalar; none where something of the text could not be seen, or not be read."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if not body or body[0] in "\n \t" or not lines[-1]:
        return []
    if any(line != line.rstrip() or not line.replace("\t", "").isprintable() for line in lines):
        return []
    return ["|" if text.endswith("\n") else "|-", *lines]


def _number(value: float | Decimal) -> str:
    text = str(value)
    mantissa, exponent, power = text.replace("E", "e").partition("e")
    # Readers of YAML 1.1 take 1e+16 for a string.
    return mantissa + ("" if not exponent or "." in mantissa else ".0") + exponent + power
