"""The names inside of SQL expressions as PostgreSQL prints them, which is all that is ever looked into here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from app.provisioning.schema.model import PUBLIC
from app.provisioning.schema.names import literal

_NAME: Final = r'(?:"(?:[^"]|"")++"|[A-Za-z_\x80-\U0010ffff][\w$]*+)'
_WORD: Final = re.compile(
    rf"""
      (?P<string>[eE]?'(?:[^'\\]|''|\\.)*+')
    # Words that are part of a type's name, a collation, or what is taken out of a moment, and so no columns.
    | (?P<other>
        ::(?:(?:character|bit)\ varying|double\ precision|(?:timestamp|time)(?:\(\d\))?\ with(?:out)?\ time\ zone
            |interval\ [a-z]+(?:\ to\ [a-z]+)?)\b
        | \bCOLLATE\ (?:{_NAME}\.)?{_NAME}
        | \bEXTRACT\({_NAME}\ FROM\b
      )
    | (?P<cast>::\s*(?:{_NAME}\.)?)
    | (?P<name>{_NAME})(?P<call>\s*\()?
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
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
# pg_get_keywords() of PostgreSQL 16, all but those that it calls unreserved: as names they stand in quotes.
_KEYWORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json_array
    json_arrayagg json_object json_objectagg lateral leading least left like limit localtime localtimestamp national
    natural nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
    placing position precision primary real references returning right row select session_user setof similar smallint
    some substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique
    user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists
    xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
        """,
    )
)
# Those that came with 17 and 18.
_LATER: Final = frozenset(
    ("json", "json_exists", "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "merge_action")
)


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
        if token["name"] is not None and (after_cast or (token["call"] is None and _is_name(token["name"]))):
            name = _read(token["name"])
            other = (types if after_cast else columns)(name)
            if other != name:
                text = _written(other) + (token["call"] or "")
        after_cast = token["cast"] is not None
        written.append(text)
    return "".join(written)


def _is_name(word: str) -> bool:
    """Whether it is no keyword: those stand in capitals, or as `true` does, and names that are like them in quotes."""
    return word.startswith('"') or (_BARE.fullmatch(word) is not None and word not in _KEYWORDS)


def _read(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def _written(name: str) -> str:
    """As PostgreSQL prints a name."""
    return name if _BARE.fullmatch(name) and name not in _KEYWORDS | _LATER else '"' + name.replace('"', '""') + '"'
