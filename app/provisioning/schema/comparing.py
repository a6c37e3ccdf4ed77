"""Which types PostgreSQL compares with each other in a foreign key."""

from __future__ import annotations

import re
from typing import Final

from app.provisioning.schema.model import TypeName

_KINDS: Final = (
    {"smallint", "integer", "bigint"},
    {"real", "double precision"},
    {"text", "character varying", "character", "name"},
    {"date", "timestamp without time zone", "timestamp with time zone"},
    {"bit", "bit varying"},
)


def comparable(one: str | TypeName, other: str | TypeName) -> bool:
    """Whether a foreign key can lead from a column of one type to a column of the other."""
    if isinstance(one, TypeName) or isinstance(other, TypeName):
        return one == other
    first, second = base(one), base(other)
    return first == second or any(first in kind and second in kind for kind in _KINDS)


def base(sql_type: str) -> str:
    """A type without its size, and without the brackets of an array."""
    return re.sub(r" ?\([^)]*\)", "", sql_type).replace("[]", "").strip()
