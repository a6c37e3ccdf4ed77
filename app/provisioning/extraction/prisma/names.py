"""The names that Prisma gives, cut as it cuts them."""

from __future__ import annotations

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


class Names:
    """The names that are taken in one schema of a database: tables, indexes and types share one room."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, name: str) -> str:
        """The name as PostgreSQL keeps it, made another one where it is taken."""
        claimed = fit(name, taken=self._taken)
        self._taken.add(claimed)
        return claimed

    def __contains__(self, name: str) -> bool:
        return cut(name) in self._taken
