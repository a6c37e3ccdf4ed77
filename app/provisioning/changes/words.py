"""The names inside of SQL expressions as PostgreSQL prints them, which is all that is ever looked into here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from app.provisioning.schema.model import PUBLIC
from app.provisioning.schema.names import literal

_WORD: Final = re.compile(
    r"""
      (?P<string>[eE]?'(?:[^'\\]|''|\\.)*+')
    | (?P<cast>::\s*(?:(?:"(?:[^"]|"")++"|[A-Za-z_\x80-\U0010ffff][\w$]*)\.)?)
    | (?P<name>"(?:[^"]|"")++"|[A-Za-z_\x80-\U0010ffff][\w$]*)(?P<call>\s*\()?
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = r'(?:"(?:[^"]|"")++"|[A-Za-z_\x80-\U0010ffff][\w$]*+)'
_CONSTANT: Final = re.compile(
    rf"""
      (?P<string>[eE]?'(?:[^'\\]|''|\\.)*+')(?:::(?:(?P<schema>{_NAME})\.)?(?P<type>{_NAME})(?P<array>\[\])?)?
    | "(?:[^"]|"")++"
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_ELEMENT: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)', re.DOTALL)
_PLAIN_ELEMENT: Final = re.compile(r"(?!null\Z)[^\s\"\\{},]+", re.IGNORECASE)
_BARE: Final = re.compile(r"[a-z_][a-z0-9_]*")


def names_column(expression: str, column: str) -> bool:
    """Whether an expression names a column."""
    found = False

    def note(name: str) -> str:
        nonlocal found
        found = found or name == column
        return name

    _mapped(expression, columns=note)
    return found


def names_type(expression: str, name: str) -> bool:
    """Whether an expression casts to a type of that name."""
    found = False

    def note(word: str) -> str:
        nonlocal found
        found = found or word == name
        return word

    _mapped(expression, types=note)
    return found


def column_renamed(expression: str, old: str, new: str) -> str:
    """The expression after the column was renamed."""
    return _mapped(expression, columns=lambda name: new if name == old else name)


def type_renamed(expression: str, old: str, new: str) -> str:
    """The expression after the type was renamed."""
    return _mapped(expression, types=lambda name: new if name == old else name)


def label_renamed(expression: str, enum: tuple[str, str], old: str, new: str) -> str:
    """The expression after a label of the enum (its schema and name) was renamed, in constants of that type."""

    def constant(found: re.Match[str]) -> str:
        if found["type"] is None or (_read(found["schema"] or PUBLIC), _read(found["type"])) != enum:
            return found[0]
        text = _text(found["string"])
        changed = _ELEMENT.sub(element, text) if found["array"] else new if text == old else text
        return found[0] if changed == text else literal(changed) + found[0][len(found["string"]) :]

    def element(found: re.Match[str]) -> str:
        label = found[2] if found[1] is None else re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)
        if label != old or (found[1] is None and label.lower() == "null"):
            return found[0]
        return new if _PLAIN_ELEMENT.fullmatch(new) else '"' + re.sub(r'(["\\])', r"\\\1", new) + '"'

    return _CONSTANT.sub(constant, expression)


def _text(constant: str) -> str:
    """What a string constant says."""
    doubled = constant[constant.index("'") + 1 : -1].replace("''", "'")
    return doubled.replace("\\\\", "\\") if constant[0] in "eE" else doubled


def _same(name: str) -> str:
    return name


def _mapped(expression: str, columns: Callable[[str], str] = _same, types: Callable[[str], str] = _same) -> str:
    written: list[str] = []
    after_cast = False
    for token in _WORD.finditer(expression):
        text = token[0]
        if token["name"] is not None and (after_cast or token["call"] is None):
            name = _read(token["name"])
            other = (types if after_cast else columns)(name)
            if other != name:
                text = _written(other) + (token["call"] or "")
        after_cast = token["cast"] is not None
        written.append(text)
    return "".join(written)


def _read(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def _written(name: str) -> str:
    """As PostgreSQL prints a name, keywords apart."""
    return name if _BARE.fullmatch(name) else '"' + name.replace('"', '""') + '"'
