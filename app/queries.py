"""The statements of queries.sql, by name."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

_NAMED: Final = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)

QUERIES: Final[dict[str, str]] = {
    name: text.strip() for name, text in _NAMED.findall(files("app").joinpath("queries.sql").read_text("utf-8"))
}
