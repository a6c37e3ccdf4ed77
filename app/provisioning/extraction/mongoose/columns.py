"""One path as one column: its type, default, nullability and the checks that are sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.provisioning.extraction.mongoose import constants, patterns
from app.provisioning.extraction.mongoose.documents import Notes, Path, evidence
from app.provisioning.extraction.mongoose.evaluation import last_segment, returned_by
from app.provisioning.schema.model import Check, Column
from app.provisioning.schema.names import literal, quoted
from app.provisioning.source.syntax import text
from app.provisioning.source.values import UNDEFINED, Name, Opaque, Value

TYPES: Final = {
    "BigInt": "bigint",
    "Boolean": "boolean",
    "Buffer": "bytea",
    "Date": "timestamp with time zone",
    "Decimal128": "numeric",
    "Double": "double precision",
    "Int32": "integer",
    "Number": "double precision",
    "ObjectId": "text",
    "String": "text",
    "UUID": "uuid",
}
"""What kinds of paths are kept in; all others in jsonb."""

_WHOLE: Final = re.compile(rb"Math\.(round|floor|ceil|trunc)\(|Number\.isInteger|Number\.isSafeInteger|parseInt\(")
_COUNTED: Final = {"double precision", "integer", "bigint", "numeric"}


def type_of(path: Path) -> str:
    """The type of a path's column, as PostgreSQL prints it."""
    if path.kind == "Array":
        inner = path.element
        is_scalar = inner is not None and inner.kind in TYPES
        return f"{type_of(inner)}[]" if inner is not None and is_scalar else "jsonb"
    if path.kind == "Number" and _is_whole(path):
        return "integer" if allowed(path) else "bigint"
    return TYPES.get(path.kind, "jsonb")


def is_required(path: Path, notes: Notes, name: str) -> bool:
    """Whether a document may not be without it; a condition that code decides does not count."""
    given = path.options.get("required", UNDEFINED)
    if isinstance(given, dict):
        given = given.get("isRequired", UNDEFINED)
    if isinstance(given, list):
        given = given[0] if given else True
    if isinstance(given, (Name, Opaque)) or (given is not UNDEFINED and not _is_plain(given)):
        notes.warn(path.at, "conditional-required", f"Whether {name} is required is decided by code: it may be null.")
        return False
    return constants.is_set(given)


def default_of(path: Path, notes: Notes, name: str) -> str | None:
    """The default as SQL."""
    given = path.options.get("default", UNDEFINED)
    if path.kind == "Array":
        return _default_of_array(path, given, notes, name)
    if given is None or given is UNDEFINED:
        return None
    if path.kind == "Map" and not isinstance(given, dict):
        given = {} if _says(given, "newMap()", "newMap", "Map", "()=>newMap()") else given
    found = constants.constant(_cast_kind(path), given)
    if found is not None:
        return found
    found = constants.moving(path.kind, given)
    if found is not None:
        if not constants.is_function(given):
            notes.warn(path.at, "default-once", f"The default of {name} is worked out once, when the app starts.")
        return found
    if isinstance(given, Opaque) and constants.is_function(given):
        body = _constant_body(given)
        if body in ("{}", "[]") and path.kind in ("Mixed", "Map"):
            return f"'{body}'::jsonb"
        if body in ("null", "undefined", "void0"):
            return None
    notes.warn(path.at, "default", f"The default of {name} is worked out by code: the column has none.")
    return None


def column(path: Path, name: str, notes: Notes, *, optional: bool) -> Column:
    """The column of a path that is one value."""
    default = default_of(path, notes, name)
    never_null = path.kind == "Array" and default is not None
    required = is_required(path, notes, name) or never_null
    return Column(
        name,
        type_of(path),
        nullable=optional or not required,
        default=default,
        evidence=evidence(path.at, "path"),
    )


def checks(path: Path, table: str, name: str, notes: Notes) -> Iterator[tuple[str, Check]]:
    """The checks of a path, each with the end of its name."""
    own = quoted(name)
    kind = type_of(path)
    element = path.element if path.kind == "Array" else path
    where = evidence(path.at, "validator")
    if element is not None and (labels := allowed(element) or allowed(path)):
        written = [constants.constant(element.kind, each) for each in labels]
        values = ", ".join(each for each in written if each is not None)
        if all(each is not None for each in written) and element.kind in ("String", "Number", "Int32", "Double"):
            test = f"{own} <@ array[{values}]::{kind}" if path.kind == "Array" else f"{own} in ({values})"
            yield "_enum_check", Check("", test, where)
    elif element is not None and "enum" in element.options and not _is_off(element.options["enum"]):
        notes.warn(path.at, "enum", f"The values that {name} may have are not known without running the code.")
    if path.kind == "Array":
        return
    for option, sign in (("min", ">="), ("max", "<=")):
        limit = _limit(path, option)
        if limit is UNDEFINED:
            continue
        shown = (
            constants.constant(path.kind, limit)
            if path.kind in ("Number", "Int32", "Double", "BigInt", "Decimal128", "Date")
            else None
        )
        if shown is None:
            notes.warn(path.at, "validator", f"The {option} of {name} is not known without running the code.")
        else:
            yield f"_{option}_check", Check("", f"{own} {sign} {shown}", where)
    if kind != "text":
        return
    for options, sign, suffix in (
        (("minlength", "minLength"), ">=", "minlength"),
        (("maxlength", "maxLength"), "<=", "maxlength"),
    ):
        limit = next((found for option in options if (found := _limit(path, option)) is not UNDEFINED), UNDEFINED)
        if isinstance(limit, int) and not isinstance(limit, bool):
            yield f"_{suffix}_check", Check("", f"char_length({own}) {sign} {limit}", where)
        elif limit is not UNDEFINED:
            notes.warn(path.at, "validator", f"The {suffix} of {name} is not known without running the code.")
    yield from _match(path, name, notes)
    if "validate" in path.options:
        notes.warn(path.at, "validator", f"{name} is validated by code: the database does not check it.")


def allowed(path: Path) -> list[Value]:
    """The values of an enum; none where there is none or they are not known."""
    given = path.options.get("enum", UNDEFINED)
    if isinstance(given, dict):
        values = given.get("values", UNDEFINED)
        given = values if values is not UNDEFINED else list(given.values())
    if not isinstance(given, list):
        return []
    given = given[0] if len(given) == 1 and isinstance(given[0], list) else given
    chosen = [each for each in given if each is not None and each is not UNDEFINED]
    return list(dict.fromkeys(chosen)) if all(_is_constant(each) for each in chosen) else []


def _match(path: Path, name: str, notes: Notes) -> Iterator[tuple[str, Check]]:
    given = _limit(path, "match")
    if given is UNDEFINED:
        return
    if isinstance(given, Opaque) and given.kind == "regex":
        pattern = text(given.at.node.child_by_field_name("pattern"))
        flags = text(given.at.node.child_by_field_name("flags"))
        found = patterns.translated(pattern, flags)
        if found is not None:
            sign = "~*" if found[1] else "~"
            test = f"{quoted(name)} = '' or {quoted(name)} {sign} {literal(found[0])}"
            yield "_match_check", Check("", test, evidence(path.at, "validator"))
            return
    notes.warn(path.at, "validator", f"What {name} must match cannot be said to PostgreSQL in the same way.")


def _limit(path: Path, option: str) -> Value:
    """A validator's value; `[value, message]` and `{value, message}` too."""
    given = path.options.get(option, UNDEFINED)
    if isinstance(given, list):
        given = given[0] if given else UNDEFINED
    if isinstance(given, dict):
        given = given.get("value", UNDEFINED)
    return UNDEFINED if given is None or given is False else given


def _default_of_array(path: Path, given: Value, notes: Notes, name: str) -> str | None:
    """Mongoose gives an array unless the default says undefined or null."""
    kind = type_of(path)
    if given is None or ("default" in path.options and given is UNDEFINED):
        return None
    if isinstance(given, Opaque) and constants.is_function(given):
        body = _constant_body(given)
        if body in ("undefined", "null", "void0"):
            return None
        given = [] if body == "[]" else given
    if given is UNDEFINED or (isinstance(given, list) and not given) or _says(given, "Array", "()=>[]", "newArray()"):
        return "'[]'::jsonb" if kind == "jsonb" else f"'{{}}'::{kind}"
    values = given if isinstance(given, list) else [given]
    if kind == "jsonb":
        found = constants.document(values)
    else:
        element = path.element.kind if path.element is not None else "Mixed"
        written = [constants.constant(element, each) for each in values]
        known = [each for each in written if each is not None]
        found = f"array[{', '.join(known)}]::{kind}" if len(known) == len(written) else None
    if found is None:
        notes.warn(path.at, "default", f"The default of {name} is worked out by code: the column has none.")
    return found


def _is_whole(path: Path) -> bool:
    """Whether the code shows that only whole numbers are kept."""
    labels = allowed(path)
    if labels and all(isinstance(each, int) and not isinstance(each, bool) for each in labels):
        return True
    return any(_shows_whole(path.options.get(option)) for option in ("validate", "get", "set"))


def _shows_whole(value: Value) -> bool:
    if isinstance(value, dict):
        return _shows_whole(value.get("validator"))
    if isinstance(value, list):
        return any(_shows_whole(each) for each in value)
    if isinstance(value, Name):
        return last_segment(value.text) in ("isInteger", "isSafeInteger", "round", "floor", "trunc", "ceil")
    return isinstance(value, Opaque) and bool(_WHOLE.search((value.at.node.text or b"")[:300]))


def _cast_kind(path: Path) -> str:
    return "BigInt" if type_of(path) in ("bigint", "integer") else path.kind


def _constant_body(value: Opaque) -> str:
    body = returned_by(value.at.node)
    return "" if body is None else "".join(text(body).split()).strip("()")


def _says(value: Value, *written: str) -> bool:
    if isinstance(value, Name):
        return value.text in written
    if isinstance(value, Opaque):
        return "".join(text(value.at.node).split()) in written
    return f"{'new' if getattr(value, 'is_new', False) else ''}{getattr(value, 'callee', '')}()" in written


def _is_constant(value: Value) -> bool:
    return isinstance(value, (str, int, float))


def _is_off(value: Value) -> bool:
    return value in (False, None, UNDEFINED, []) if not isinstance(value, (Name, Opaque)) else False


def _is_plain(value: Value) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
