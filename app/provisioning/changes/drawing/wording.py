"""What a step says to a person: of the thing it is about, and of who has to wait meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.provisioning.changes.items import Key
from app.provisioning.changes.merge import named

MOMENT: Final = "nobody reads or writes {} for a moment"
REWRITE: Final = "nobody reads or writes {} while every row is written anew"
SCAN: Final = "nobody reads or writes {} while every row is looked at"
BUILD: Final = "nobody writes {} while the index is built"
BOTH: Final = "nobody writes {} or {} while the rows are compared"
NOTHING: Final = "none that anybody waits for"


def start(key: Key) -> str:
    """What a thing is called, at the start of a sentence."""
    words = named(key)
    return words[0].upper() + words[1:]


def listed(keys: Iterable[Key]) -> str:
    """Several things, at the start of a sentence."""
    words = [named(key) for key in keys]
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return text[0].upper() + text[1:]
