"""What becomes of a column's values when its type changes (PostgreSQL, "Type Conversion", and `pg_cast`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from app.provisioning.schema.model import Enum, TypeName
from app.provisioning.schema.names import quoted

Loss: TypeAlias = Literal["none", "fails", "changes"]
"""none: every value stays; fails: a value that does not fit stops the change; changes: values may become others."""


@dataclass(frozen=True, slots=True)
class Cast:
    """How values get from one type to another.

    `using` makes SQL of a column's quoted name; None: PostgreSQL knows by itself. `returns`: going back brings every
    value back as it was.
    """

    loss: Loss
    rewrites: bool
    using: Callable[[str], str] | None
    why: str
    returns: bool


_TYPE: Final = re.compile(
    r"(?P<name>[^(\[]+?)\s*(?:\((?P<size>-?\d+)(?:\s*,\s*(?P<scale>-?\d+))?\))?"
    r"(?P<zone> with(?:out)? time zone)?(?P<array>\[\])?"
)
_WHOLE: Final = ("smallint", "integer", "bigint")
_TEXTS: Final = ("character varying", "text")
_MOMENTS: Final = ("timestamp", "time", "interval")
_LOSSLESS: Final = {
    ("smallint", "real"),
    ("smallint", "double precision"),
    ("integer", "double precision"),
    ("real", "double precision"),
    ("date", "timestamp without time zone"),
    ("json", "text"),
    ("inet", "text"),
    ("cidr", "inet"),
}
_ROUNDED: Final = {"real", "double precision", "numeric", *_WHOLE}


@dataclass(frozen=True, slots=True)
class _Type:
    name: str
    size: int | None
    scale: int | None
    array: bool


def cast(old: str | TypeName, new: str | TypeName, enums: Mapping[tuple[str, str], Enum]) -> Cast:
    """What happens to values of `old` in a column that becomes `new`; `enums` are those of both sides."""
    if isinstance(old, TypeName) or isinstance(new, TypeName):
        return _of_enums(old, new, enums)
    before, after = _read(old), _read(new)
    if before.array != after.array:
        if after.array and (before.name, before.size, before.scale) == (after.name, after.size, after.scale):
            return Cast("none", True, _listing(new), "each value becomes a list of one", returns=False)
        return _through_text(new)
    loss = _loss(before, after)
    if loss is not None:
        # What becomes text is written as its type's output says, which no other cast may stand in for.
        written = after.name in _TEXTS and before.name not in (*_TEXTS, "character")
        using = _through(new) if written else None
        return Cast(*loss[:2], using, loss[2], returns=loss[0] != "changes")
    return _through_text(new)


def _loss(before: _Type, after: _Type) -> tuple[Loss, bool, str] | None:
    if before.name == after.name:
        return _of_sizes(before, after)
    if before.name in _WHOLE and after.name in _WHOLE:
        if _WHOLE.index(before.name) < _WHOLE.index(after.name):
            return "none", True, "every value fits"
        return "fails", True, "a number that is too large stops the change"
    if before.name in _TEXTS and after.name in _TEXTS:
        if after.size is None or (before.size is not None and before.size <= after.size):
            return "none", False, "every value fits"
        return "fails", True, f"a value of more than {after.size} characters stops the change"
    if before.name == "character" and after.name in _TEXTS:
        fits = after.size is None or (before.size or 1) <= after.size
        return ("changes" if fits else "fails"), True, "blanks at the end go"
    if after.name in _TEXTS and after.size is None:
        return "none", True, "every value is written as text"
    if before.name in _WHOLE and after.name == "numeric":
        room = (
            after.size is None
            or after.size - (after.scale or 0) >= {"smallint": 5, "integer": 10, "bigint": 19}[before.name]
        )
        return (
            ("none" if room else "fails"),
            True,
            "every value fits" if room else "a number that is too large stops the change",
        )
    if (before.name, after.name) in _LOSSLESS and after.size is None:
        return "none", True, "every value fits"
    if {before.name, after.name} <= _ROUNDED:
        return "changes", True, "numbers are rounded"
    if before.name.startswith("timestamp") and after.name.startswith(("timestamp", "date", "time")):
        return "changes", True, "times are read in the session's time zone, or cut"
    if before.name == "date" and after.name.startswith("timestamp"):
        return "changes", True, "days begin in the session's time zone"
    if (before.name, after.name) == ("json", "jsonb"):
        return "changes", True, "repeated keys, their order and blanks go"
    if (before.name, after.name) == ("jsonb", "json"):
        return "none", True, "every value is written as it is"
    return None


def _of_sizes(before: _Type, after: _Type) -> tuple[Loss, bool, str]:
    if after.name == "numeric":
        return _of_precision(before, after)
    if after.name == "character":
        fits = (before.size or 1) <= (after.size or 1)
        return ("none" if fits else "fails"), True, "every value fits" if fits else "a longer value stops the change"
    if after.name == "bit":
        return "fails", True, "a value of another length stops the change"
    grows = after.size is None or (before.size is not None and before.size <= after.size)
    if grows:
        return "none", False, "every value fits"
    if after.name.startswith(_MOMENTS):
        return "changes", True, "fractions of a second are rounded"
    return "fails", True, "a value that is too long stops the change"


def _of_precision(before: _Type, after: _Type) -> tuple[Loss, bool, str]:
    if after.size is None:
        return "none", False, "every value fits"
    scale, room = after.scale or 0, after.size - (after.scale or 0)
    if before.size is None or (before.scale or 0) > scale:
        return "changes", True, "numbers are rounded"
    if before.size - (before.scale or 0) > room:
        return "fails", True, "a number that is too large stops the change"
    # Another scale is written into each value.
    return "none", before.scale != after.scale, "every value fits"


def _of_enums(old: str | TypeName, new: str | TypeName, enums: Mapping[tuple[str, str], Enum]) -> Cast:
    if isinstance(new, TypeName):
        goal = enums.get((new.schema, new.name))
        if isinstance(old, TypeName) and old.array == new.array and goal is not None:
            source = enums.get((old.schema, old.name))
            if source is not None and set(source.labels) <= set(goal.labels):
                return Cast("none", True, _texted(new), "every label is there", returns=True)
        elif isinstance(old, str) and new.array != old.endswith("[]"):
            return _through_text(new)
        return Cast("fails", True, _texted(new), "a value that is no label stops the change", returns=True)
    if (
        isinstance(old, TypeName)
        and _read(new).name in _TEXTS
        and _read(new).size is None
        and old.array == _read(new).array
    ):
        return Cast("none", True, _through(str(new)), "every label is written as text", returns=True)
    return _through_text(new)


def _texted(new: TypeName) -> Callable[[str], str]:
    brackets = "[]" if new.array else ""
    return _through(f"text{brackets}", f"{quoted(new.schema, new.name)}{brackets}")


def _through_text(new: str | TypeName) -> Cast:
    name = new if isinstance(new, str) else quoted(new.schema, new.name) + ("[]" if new.array else "")
    why = "values are read as text; one that cannot be read stops the change"
    return Cast("fails", True, _through("text", name), why, returns=False)


def _through(*types: str) -> Callable[[str], str]:
    return lambda column: "::".join((column, *types))


def _listing(type_: str) -> Callable[[str], str]:
    return lambda column: f"case when {column} is null then null else array[{column}]::{type_} end"


def comparable(type_: str | TypeName) -> str | TypeName:
    """What stands for all types of which values are equal to its own."""
    base = type_.split("(")[0] if isinstance(type_, str) else type_
    kinds = ((*_WHOLE, "numeric"), (*_TEXTS, "character"))
    return next((kind[0] for kind in kinds if base in kind), base)


def _read(type_: str) -> _Type:
    found = _TYPE.fullmatch(type_)
    if found is None:
        return _Type(type_, None, None, False)
    name = found["name"].strip() + (found["zone"] or "")
    size, scale = (int(found[part]) if found[part] else None for part in ("size", "scale"))
    return _Type(name, size, scale, found["array"] is not None)
