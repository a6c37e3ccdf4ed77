"""Statements by name, and those of queries.sql."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

_NAMED: Final = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


def named(package: str, file: str) -> dict[str, str]:
    """The statements of a file of a package, each under its line `-- name: …`."""
    return {name: text.strip() for name, text in _NAMED.findall(files(package).joinpath(file).read_text("utf-8"))}


QUERIES: Final = named("app", "queries.sql")
