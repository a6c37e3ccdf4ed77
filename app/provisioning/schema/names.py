"""Names that PostgreSQL takes as they are: at most 63 bytes, and quoted."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from itertools import count
from typing import Final

MOST_BYTES: Final = 63
"""PostgreSQL cuts a longer name without an error (NAMEDATALEN - 1)."""


def fit(stem: str, suffix: str = "", *, taken: Collection[str] = ()) -> str:
    """`stem` and `suffix` as a name, the stem cut between two characters where both are too long.

    Where that name is `taken`, a piece of a hash of the whole stands before the suffix, so that two long names that
    begin alike stay two, and are the same ones each time. What no name can hold (NUL) is left out.
    """
    name = _cut(stem, suffix)
    for attempt in count():
        if name not in taken:
            return name
        digest = sha256(f"{stem}\0{suffix}\0{attempt}".encode("utf-8", "replace")).hexdigest()
        name = _cut(stem, f"_{digest[:8]}{suffix}")
    raise AssertionError  # pragma: no cover


def _cut(stem: str, suffix: str) -> str:
    tail = suffix.replace("\0", "").encode("utf-8", "replace")
    head = stem.replace("\0", "").encode("utf-8", "replace")[: max(0, MOST_BYTES - len(tail))]
    return (head.decode(errors="ignore").encode() + tail)[:MOST_BYTES].decode(errors="ignore")


def chosen(table: str, column: str, label: str) -> str:
    """The name that PostgreSQL gives to what a column brings with it (`makeObjectName`), the longer one cut first."""
    first, second = table.encode(), column.encode()
    sizes = [len(first), len(second)]
    room = MOST_BYTES - len(label) - 2
    while sum(sizes) > room:
        sizes[0 if sizes[0] > sizes[1] else 1] -= 1
    one, other = (part[:size].decode(errors="ignore") for part, size in zip((first, second), sizes, strict=True))
    return f"{one}_{other}_{label}"


def fault_of(name: str) -> str | None:
    """What is wrong with a name as the end of a sentence, such as `is empty`."""
    if not name:
        return "is empty"
    if "\0" in name:
        return "holds a NUL character"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "holds half of a character"
    return f"has {size} bytes, more than {MOST_BYTES}" if size > MOST_BYTES else None


def quoted(*path: str) -> str:
    """A name in double quotes, or several of them joined by dots."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in path)


def literal(text: str) -> str:
    """A string constant that reads the same whatever `standard_conforming_strings` is."""
    doubled = text.replace("'", "''")
    if "\\" in doubled:
        return "E'" + doubled.replace("\\", "\\\\") + "'"
    return f"'{doubled}'"
