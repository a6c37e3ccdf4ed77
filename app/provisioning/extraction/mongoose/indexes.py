"""The indexes of a schema, as `Schema.prototype.indexes()` gathers them, on the columns that its paths became."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from app.provisioning.extraction.mongoose import constants
from app.provisioning.extraction.mongoose.documents import Document, KeyedIndex, Notes, Path, evidence, truthy
from app.provisioning.extraction.mongoose.drafts import Names, Spot
from app.provisioning.schema.model import IndexPart
from app.provisioning.schema.names import quoted
from app.provisioning.source.values import UNDEFINED, Value

_SPECIAL: Final = frozenset({"2d", "2dsphere", "hashed", "text"})
_DOWN: Final = frozenset({"desc", "descending", "-1"})
_COMPARED: Final = {"$eq": "=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<=", "$ne": "<>"}
_KIND_OF: Final = {
    "text": "String",
    "boolean": "Boolean",
    "timestamp with time zone": "Date",
    "double precision": "Number",
    "integer": "Number",
    "bigint": "Number",
    "numeric": "Number",
}

MOST_DOCUMENTS: Final = 10_000


def gathered(
    document: Document, prefix: str = "", around: tuple[int, ...] = (), seen: Iterator[int] | None = None
) -> Iterator[KeyedIndex]:
    """All indexes of a schema and of the schemas in it, with full paths.

    Schemas that stand in each other twice are as many as two to the power of how deep they are: no more than
    MOST_DOCUMENTS are looked into.
    """
    seen = count() if seen is None else seen
    if id(document) in around or next(seen) >= MOST_DOCUMENTS:
        return
    named: dict[str, KeyedIndex] = {}
    for name, path in document.paths.items():
        if path.document is not None and path.options.get("excludeIndexes") is not True:
            yield from gathered(path.document, f"{prefix}{name}.", (*around, id(document)), seen)
            for variant in (*path.document.variants, *path.variants):
                yield from gathered(variant.document, f"{prefix}{name}.", (*around, id(document)), seen)
        if path.kind == "DocumentArray":
            continue
        found = _of_path(path, f"{prefix}{name}")
        if found is None:
            continue
        given = found.options.get("name")
        if isinstance(given, str) and given in named:
            named[given].keys.update(found.keys)
            continue
        if isinstance(given, str):
            named[given] = found
        yield found
    for index in document.indexes:
        yield KeyedIndex({f"{prefix}{key}": value for key, value in index.keys.items()}, index.options, index.at)


def add_indexes(document: Document, spots: dict[str, Spot], names: Names, notes: Notes) -> None:
    """Add the indexes of a model's schema to its tables."""
    for index in list(gathered(document)):
        _add(index, spots, names, notes)


def _of_path(path: Path, full: str) -> KeyedIndex | None:
    """The index that a path's own options ask for."""
    own = _options_of(path.options)
    if own is None and path.element is not None:
        own = _options_of(path.element.options)
    if own is None:
        return None
    direction, options = own
    return KeyedIndex({full: direction}, options, path.at)


def _options_of(options: dict[str, Value]) -> tuple[Value, dict[str, Value]] | None:
    given = options.get("index", UNDEFINED)
    found: dict[str, Value] | None = None
    direction: Value = 1
    if isinstance(given, dict):
        found = dict(given)
        direction = found.pop("type", 1) if isinstance(found.get("type"), (str, int)) else 1
        direction = "text" if truthy(found.get("text", UNDEFINED)) else direction
    elif truthy(given) and not isinstance(given, bool):
        direction, found = given, {}
    elif given is True:
        found = {}
    for option in ("unique", "sparse"):
        value = options.get(option, UNDEFINED)
        if value is not UNDEFINED and value is not None and (constants.is_set(value) or found is not None):
            found = {**(found or {}), option: constants.is_set(value)}
    if truthy(options.get("text", UNDEFINED)):
        direction, found = "text", found or {}
    if truthy(options.get("expires", UNDEFINED)):
        found = {**(found or {}), "expires": options["expires"]}
    return None if found is None else (direction, found)


def _add(index: KeyedIndex, spots: dict[str, Spot], names: Names, notes: Notes) -> None:
    shown = ", ".join(index.keys)
    kinds = {each for each in index.keys.values() if isinstance(each, str) and each in _SPECIAL}
    if not index.keys or any("$**" in key for key in index.keys):
        notes.warn(index.at, "index", f"An index on everything ({shown}) is none in PostgreSQL: it is left out.")
        return
    if kinds - {"hashed"}:
        kind = " and ".join(sorted(kinds))
        notes.warn(index.at, "index", f"The {kind} index on {shown} is none in PostgreSQL: it is left out.")
        return
    missing = [key for key in index.keys if key not in spots]
    if missing:
        notes.warn(index.at, "index", f"The index on {shown} is left out: {missing[0]} is no column.")
        return
    found = [spots[key] for key in index.keys]
    draft = found[0].draft
    unique = constants.is_set(index.options.get("unique", UNDEFINED))
    if any(spot.draft is not draft for spot in found) or (
        len(found) > 1 and any(spot.form != "scalar" for spot in found)
    ):
        notes.warn(index.at, "index", f"The index on {shown} is left out: it would span two tables, or an array.")
        return
    if any(option in index.options for option in ("expires", "expireAfterSeconds")):
        notes.warn(index.at, "ttl", f"Rows are not removed after a time by the index on {shown}.")
    if unique and (draft.is_child or found[0].form != "scalar"):
        notes.warn(index.at, "unique-array", f"That no two documents share a value of {shown} is not enforced.")
        unique = False
    if found[0].form == "join":
        return
    _on_columns(index, found, unique, names, notes)


def _on_columns(index: KeyedIndex, found: list[Spot], unique: bool, names: Names, notes: Notes) -> None:
    draft = found[0].draft
    where = _condition(index, found[0], notes)
    if where is None and "partialFilterExpression" in index.options and unique:
        notes.warn(
            index.at, "index", f"The unique index on {', '.join(index.keys)} is left out: its filter is not known."
        )
        return
    method = "btree"
    if len(found) == 1 and found[0].form != "scalar":
        method = "gin"
    elif "hashed" in index.keys.values():
        method = "hash" if len(found) == 1 else "btree"
    parts = [
        IndexPart(spot.column, descending=method == "btree" and _is_down(direction))
        for spot, direction in zip(found, index.keys.values(), strict=True)
    ]
    nullable = any(draft.columns[spot.column].nullable for spot in found)
    sparse = truthy(index.options.get("sparse", UNDEFINED)) or where is not None
    draft.add_index(
        names,
        parts,
        evidence(index.at, "index"),
        unique=unique,
        method=method,
        where=where,
        # To MongoDB, two documents without a value have the same one.
        nulls_not_distinct=unique and nullable and not sparse,
    )


def _condition(index: KeyedIndex, spot: Spot, notes: Notes) -> str | None:
    """A partialFilterExpression as SQL, where that says the same."""
    given = index.options.get("partialFilterExpression", UNDEFINED)
    if given is UNDEFINED or not truthy(given):
        return None
    tests: list[str] | None = [] if isinstance(given, dict) else None
    for path, wanted in given.items() if isinstance(given, dict) else ():
        own = _own_column(spot, path)
        test = None if own is None else _test(own, draft_type(spot, own), wanted)
        if test is None:
            tests = None
            break
        if tests is not None:
            tests.append(test)
    if not tests:
        notes.warn(index.at, "index-filter", f"The filter of the index on {', '.join(index.keys)} is not known here.")
        return None
    return " and ".join(tests)


def _own_column(spot: Spot, path: str) -> str | None:
    name = path.replace(".", "_")
    return name if name in spot.draft.columns else None


def draft_type(spot: Spot, column: str) -> str:
    """The type of a column beside that of a spot."""
    return str(spot.draft.columns[column].type)


def _test(column: str, kind: str, wanted: Value) -> str | None:
    own = quoted(column)
    if not isinstance(wanted, dict):
        shown = constants.constant(_KIND_OF.get(kind, ""), wanted)
        return f"{own} is null" if wanted is None else None if shown is None else f"{own} = {shown}"
    tests = []
    for operator, value in wanted.items():
        if operator == "$exists" and isinstance(value, bool):
            tests.append(f"{own} is {'not ' if value else ''}null")
        elif operator == "$type" or (operator in ("$ne", "$not") and value is None):
            tests.append(f"{own} is not null")
        elif operator in _COMPARED and (shown := constants.constant(_KIND_OF.get(kind, ""), value)) is not None:
            tests.append(f"{own} {_COMPARED[operator]} {shown}")
        else:
            return None
    return " and ".join(tests) or None


def _is_down(direction: Value) -> bool:
    return direction in _DOWN or direction == -1
