"""The names that Prisma gives, cut as it cuts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from app.provisioning.schema.names import MOST_BYTES, fit


def cut(name: str) -> str:
    """A name as PostgreSQL keeps it: its first 63 bytes, whole characters."""
    return fit(name)


def primary_key(table: str) -> str:
    """`User_pkey`. The table's name is the one in the source, which may be longer than PostgreSQL's."""
    return fit(table, "_pkey")


def unique(table: str, columns: Iterable[str]) -> str:
    """`User_email_key`."""
    return fit("_".join((table, *columns)), "_key")


def index(table: str, columns: Iterable[str]) -> str:
    """`User_email_name_idx`."""
    return fit("_".join((table, *columns)), "_idx")


def foreign_key(table: str, columns: Iterable[str]) -> str:
    """`User_teamId_fkey`."""
    return fit("_".join((table, *columns)), "_fkey")


def join_table(relation: str) -> str:
    """`_PostToTag`."""
    return f"_{relation}"[:MOST_BYTES]


def join_constraint(table: str, suffix: str) -> str:
    """A name of a join table, cut by characters before its suffix."""
    return table[: MOST_BYTES - len(suffix)] + suffix


def join_foreign_key(table: str, side: str) -> str:
    """`_PostToTag_A_fkey`, cut two bytes earlier than others."""
    suffix = f"_{side}_fkey"
    return fit(table, suffix)


class Room:
    """Names that must differ from each other."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._asked: Counter[str] = Counter()

    def claim(self, wanted: str, *others: Room) -> str:
        """A name as PostgreSQL keeps it, numbered where it is taken, here or in the other rooms."""
        name = first = fit(wanted)
        while any(name in room._taken for room in (self, *others)):
            # Counting goes on where it stopped, so that many of one name take no longer than many of different ones.
            self._asked[first] += 1
            name = fit(wanted, f"_{self._asked[first] + 1}")
        for room in (self, *others):
            room._taken.add(name)
        return name


class Names:
    """The names in one schema of a database: tables and indexes in one room, types in another.

    A table is in both, for the type of its rows.
    """

    def __init__(self) -> None:
        self._relations = Room()
        self._types = Room()

    def table(self, wanted: str) -> str:
        """The name of a table."""
        return self._relations.claim(wanted, self._types)

    def index(self, wanted: str) -> str:
        """The name of an index, or of a key behind which there is one."""
        return self._relations.claim(wanted)

    def enum(self, wanted: str) -> str:
        """The name of an enum."""
        return self._types.claim(wanted)
