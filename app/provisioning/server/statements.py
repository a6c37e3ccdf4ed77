"""The statements of statements.sql, by name, with names and values put in as psql does.

`:"x"` is a quoted name, `:'x'` a quoted text, `:x` a whole number: commands such as `create role` take no parameters.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

_NAMED: Final = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_PLACE: Final = re.compile(r""":"(\w+)"|:'(\w+)'|(?<!:):(\w+)""")


def named(file: str) -> dict[str, str]:
    """The statements of a file beside this one."""
    text = files("app.provisioning.server").joinpath(file).read_text("utf-8")
    return {name: body.strip() for name, body in _NAMED.findall(text)}


STATEMENTS: Final = named("statements.sql")


def statement(name: str, **values: str | int) -> str:
    """The statement of that name with its values."""
    return filled(STATEMENTS[name], **values)


def filled(text: str, **values: str | int) -> str:
    """A statement with its values; raises KeyError for one that is not given."""

    def put(place: re.Match[str]) -> str:
        identifier, text, number = place.groups()
        if identifier:
            return quoted_name(str(values[identifier]))
        if text:
            return quoted_text(str(values[text]))
        return str(int(values[number]))

    return _PLACE.sub(put, text)


def quoted_name(name: str) -> str:
    """A name as SQL writes it."""
    if "\0" in name:
        raise ValueError("a name cannot hold NUL")
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as SQL writes it, whatever standard_conforming_strings says."""
    if "\0" in text:
        raise ValueError("a text cannot hold NUL")
    quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{quoted}" if "\\" in text else quoted
