"""The names that TypeORM gives to what has none: its default naming strategy, and the widespread snake_case one."""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from collections.abc import Iterable
from typing import Final

MOST_BYTES_OF_A_NAME: Final = 63
"""PostgreSQL cuts longer names."""


class Naming:
    """The default strategy. `table` is a table's name without its schema, or with it and a dot.

    `release` is TypeORM's major version (0 or 1): 0.3 hashes what encodeURIComponent makes of a key.
    """

    nested_set: Final = ("nsleft", "nsright")
    materialized_path: Final = "mpath"

    def __init__(self, release: int = 0) -> None:
        self._release = release

    def table(self, class_name: str, given: str | None) -> str:
        """A table of a class."""
        return given or snake_case(class_name)

    def column(self, property_name: str, given: str | None, prefixes: list[str]) -> str:
        """A column; `prefixes` are those of the embedded classes around it."""
        name = given or property_name
        return camel_case("_".join(prefixes)) + _title_case(name) if prefixes else name

    def join_column(self, relation: str, referenced: str) -> str:
        """The column of a relation that refers to another one."""
        return camel_case(f"{relation}_{referenced}")

    def join_table(self, first: str, second: str, property_path: str) -> str:
        """The table of a relation from many to many."""
        return snake_case(f"{first}_{property_path.replace('.', '_')}_{second}")

    def join_table_column(self, table: str, column: str) -> str:
        """A column of such a table."""
        return camel_case(f"{table}_{column}")

    def closure_table(self, table: str) -> str:
        """The table of a tree's paths."""
        return f"{table}_closure"

    def shortened(self, name: str) -> str:
        """A join table's name that PostgreSQL would cut."""
        if len(name) <= MOST_BYTES_OF_A_NAME:
            return name
        return "_".join(self._shortened(segment) for segment in name.split("_"))

    def _shortened(self, segment: str) -> str:
        words = re.sub(r"([a-z\xe0-\xff])([A-Z\xc0-\xdf])", r"\1 \2", segment).split(" ")
        return "".join(word[: 2 if len(words) > 1 else 3] for word in words)

    def primary_key(self, table: str, columns: Iterable[str]) -> str:
        """A primary key."""
        return "PK_" + self._hashed(_of_columns(table, columns), 27)

    def unique(self, table: str, columns: Iterable[str]) -> str:
        """A unique constraint."""
        return "UQ_" + self._hashed(_of_columns(table, columns), 27)

    def relation(self, table: str, columns: Iterable[str]) -> str:
        """The unique constraint of a relation from one to one."""
        return "REL_" + self._hashed(_of_columns(table, columns), 26)

    def foreign_key(self, table: str, columns: Iterable[str]) -> str:
        """A foreign key."""
        return "FK_" + self._hashed(_of_columns(table, columns), 27)

    def index(self, table: str, columns: Iterable[str], where: str | None = None) -> str:
        """An index."""
        key = _of_columns(table, columns)
        return "IDX_" + self._hashed(f"{key}_{where}" if where else key, 26)

    def check(self, table: str, expression: str) -> str:
        """A check."""
        return "CHK_" + self._hashed(f"{_last(table)}_{expression}", 26)

    def exclusion(self, table: str, expression: str) -> str:
        """An exclusion constraint."""
        return "XCL_" + self._hashed(f"{_last(table)}_{expression}", 26)

    def _hashed(self, key: str, length: int) -> str:
        if self._release == 0:
            key = urllib.parse.quote(key, safe="-_.!~*'()", errors="surrogatepass")
        return hashlib.sha1(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:length]


class SnakeNaming(Naming):
    """SnakeNamingStrategy of the package typeorm-naming-strategies, and those that apps write after it."""

    def column(self, property_name: str, given: str | None, prefixes: list[str]) -> str:
        """A column."""
        return snake_case("_".join([*prefixes, ""])) + (given or snake_case(property_name))

    def join_column(self, relation: str, referenced: str) -> str:
        """The column of a relation that refers to another one."""
        return snake_case(f"{relation}_{referenced}")

    def join_table_column(self, table: str, column: str) -> str:
        """A column of the table of a relation from many to many."""
        return snake_case(f"{table}_{column}")


def snake_case(name: str) -> str:
    """`UserProfile` → `user_profile`, as TypeORM does it."""
    name = re.sub(r"([A-Z])([A-Z])([a-z])", r"\1_\2\3", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()


def camel_case(name: str) -> str:
    """`User_id` → `userId`, as TypeORM does it."""
    return re.sub(
        r"^([A-Z])|[\s\-_]([A-Za-z0-9_])",
        lambda found: found[2].upper() if found[2] else found[1].lower(),
        name,
    )


def _title_case(name: str) -> str:
    return re.sub(r"[A-Za-z0-9_]\S*", lambda found: found[0][:1].upper() + found[0][1:].lower(), name)


def _of_columns(table: str, columns: Iterable[str]) -> str:
    # JavaScript sorts by UTF-16 units.
    return "_".join([_last(table), *sorted(columns, key=lambda name: name.encode("utf-16-be", "surrogatepass"))])


def _last(table: str) -> str:
    return table.rpartition(".")[2]
