"""The options of indexes and joins, in the forms in which decorators and entity schemas take them."""

from __future__ import annotations

from typing import Any

from app.provisioning.extraction.typeorm.decorators import Decorator
from app.provisioning.extraction.typeorm.storage import IndexSaid, JoinColumnSaid, JoinTableSaid, Options, Target
from app.provisioning.source.values import UNDEFINED, Found, Value


def index(of: Target, name: str | None, columns: list[str], options: Options, at: Found) -> IndexSaid:
    """An index with its options."""
    method = options.get("type")
    return IndexSaid(
        of,
        name,
        columns,
        at,
        unique=bool(options.get("unique")),
        where=text_of(options.get("where")) or None,
        method="gist" if options.get("spatial") is True else method if isinstance(method, str) else "btree",
        synchronize=options.get("synchronize", UNDEFINED) is not False,
    )


def join_columns(of: Target, name: str, given: Value, always: bool = False) -> list[JoinColumnSaid]:
    """One or several join columns; `always` gives one where nothing is said about it."""
    several = given if isinstance(given, list) else [given if isinstance(given, dict) else {}]
    if not always and not isinstance(given, (list, dict)):
        return []
    return [
        JoinColumnSaid(
            of,
            name,
            text_of(options_of(each).get("name")) or None,
            text_of(options_of(each).get("referencedColumnName")) or None,
            text_of(options_of(each).get("foreignKeyConstraintName")) or None,
        )
        for each in several
    ]


def join_table(of: Target, name: str, given: Value, at: Found) -> JoinTableSaid:
    """A join table."""
    options = options_of(given)

    def columns(one: str, several: str) -> list[JoinColumnSaid] | None:
        value = options.get(one) or options.get(several)
        return join_columns(of, name, value) if isinstance(value, (dict, list)) else None

    return JoinTableSaid(
        of,
        name,
        text_of(options.get("name")) or None,
        text_of(options.get("schema")) or None,
        options.get("synchronize", UNDEFINED) is not False,
        columns("joinColumn", "joinColumns"),
        columns("inverseJoinColumn", "inverseJoinColumns"),
        at,
    )


def named_fields(said: Decorator) -> tuple[str | None, Value, Options]:
    """`(name, fields, options)`, where each may be missing."""
    first, second, third = said.argument(0), said.argument(1), said.argument(2)
    name = first if isinstance(first, str) else None
    options = next((each for each in (first, third, second) if isinstance(each, dict)), {})
    return name or None, second if isinstance(first, str) else first, options


def options_of(value: Value) -> dict[str, Any]:
    """The options that an argument is; none of anything else."""
    return value if isinstance(value, dict) else {}


def text_of(value: Value) -> str | None:
    """A text; None of anything else."""
    return value if isinstance(value, str) else None
