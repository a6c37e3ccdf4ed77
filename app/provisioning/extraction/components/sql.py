"""SQL that stands in the code of an app: the tables that it names, with their columns and what is put into them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import Code, arguments, callee
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import UNKNOWN, Field, Kind, Shape
from app.provisioning.schema.model import Evidence
from app.provisioning.source.syntax import text

_TAGS: Final = re.compile(r"(?:\w+\.)*(?:sql|SQL|db|pg)")
_METHODS: Final = re.compile(
    r"(?:.*\.)?(?:query|execute|exec|execAsync|runAsync|getAllAsync|getFirstAsync|prepare|run|all|get|unsafe|executeSql|raw|none|one|any|many)"
)
_STATEMENT: Final = re.compile(r"(?is)\s*(select|insert|update|delete|with|create\s+table)\b")
_NAME: Final = r"[\"`\[]?([A-Za-z_]\w*)[\"`\]]?"
_INSERT: Final = re.compile(
    rf"(?is)\binsert\s+(?:or\s+\w+\s+)?into\s+(?:public\.)?{_NAME}\s*\(([^()]*)\)\s*values\s*\("
)
_UPDATE: Final = re.compile(rf"(?is)^\s*update\s+(?:public\.)?{_NAME}\s+set\s+(.*?)(?:\bwhere\b|\breturning\b|$)")
_NAMED: Final = re.compile(
    rf"(?is)\b(?:from|join|into|update)\s+(?:public\.)?{_NAME}(?!\s*\(\s*select)(?:\s+(?:as\s+)?([A-Za-z_]\w*))?"
)
_NOT_FROM: Final = re.compile(r"(?is)(extract\s*\(\s*\w+|distinct|do|for|key|trim\s*\([^()]*|substring\s*\([^()]*)\s*$")
_COMMON: Final = re.compile(r"(?is)(?:\bwith\s+(?:recursive\s+)?|,\s*)([A-Za-z_]\w*)\s+as\s*(?:materialized\s*)?\(")
_COMPARED: Final = re.compile(r"(?i)(?:\b([A-Za-z_]\w*)\.)?\b([A-Za-z_]\w*)\s*(?:=|<>|!=|<=|>=|<|>|\bilike\b|\blike\b)")
_CREATE: Final = re.compile(rf"(?is)\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?:public\.)?{_NAME}\s*\(")
_WORDS: Final = frozenset({
    "where", "set", "on", "using", "order", "group", "limit", "values", "select", "left", "right", "inner", "join",
    "full", "cross", "returning", "having", "and", "or", "not", "null", "union", "as", "offset", "lateral", "dual",
    "for", "default", "conflict", "excluded", "natural", "fetch", "window",
})  # fmt: skip
_TYPES: Final[tuple[tuple[str, Kind], ...]] = (
    (r"bigint|bigserial|int8", "bigint"), (r"(small|tiny|medium)?int(eger)?\d*|(small)?serial", "integer"),
    (r"real|double|float\d*", "number"), (r"numeric|decimal|money", "decimal"), (r"bool(ean)?", "boolean"),
    (r"timestamp(tz)?|datetime", "timestamp"), (r"date", "date"), (r"time(tz)?", "time"), (r"uuid", "uuid"),
    (r"jsonb?", "json"), (r"text|.*char|character|citext|clob|enum", "text"),
)  # fmt: skip


MOST_CHARACTERS: Final = 20_000
MOST_TABLES: Final = 50
"""Of one statement; what is longer was not written by hand."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A table that a statement names. `makes` is set where the statement puts a new row into it."""

    table: str
    fields: tuple[Field, ...] = ()
    makes: bool = False


def asked(reading: Reading, code: Code, call: Node) -> list[Asked] | None:
    """What the statement of a call asks of which tables; None where the call is none of SQL."""
    given = call.child_by_field_name("arguments")
    if given is not None and given.type == "template_string":
        if not _TAGS.fullmatch(callee(call)):
            return None
        statement, values = _filled(given)
    else:
        passed = arguments(call)
        if not passed or passed[0].type not in ("string", "template_string") or not _METHODS.fullmatch(callee(call)):
            return None
        statement, values = _filled(passed[0])
        if not values:
            rest = passed[1].named_children if len(passed) > 1 and passed[1].type == "array" else passed[1:]
            if not rest and callee(call).endswith("prepare"):
                rest = _bound(call)
            statement, values = _numbered(statement), list(rest)
    if not _STATEMENT.match(statement) or len(statement) > MOST_CHARACTERS:
        return None
    reader = _Statement(reading, code, code.evidence(call, "sql"), values)
    return list(reader.tables(statement))


def _filled(node: Node) -> tuple[str, list[Node]]:
    """The text of a statement with `$1`, `$2` for what is filled in, and what that is."""
    pieces: list[str] = []
    values: list[Node] = []
    for child in node.named_children:
        if child.type == "template_substitution" and child.named_children:
            values.append(child.named_children[0])
            pieces.append(f"${len(values)}")
        else:
            pieces.append(text(child))
    return "".join(pieces), values


def _numbered(statement: str) -> str:
    count = iter(range(1, statement.count("?") + 1))
    return re.sub(r"\?", lambda _: f"${next(count)}", statement)


def _bound(call: Node) -> list[Node]:
    """What is bound to a prepared statement by the next call: `db.prepare(…).run(a, b)`."""
    member = call.parent
    outer = member.parent if member is not None and member.type == "member_expression" else None
    return arguments(outer) if outer is not None and outer.type == "call_expression" else []


class _Statement:
    """Reads the tables out of one statement."""

    def __init__(self, reading: Reading, code: Code, evidence: Evidence, values: list[Node]) -> None:
        self._reading, self._code, self._evidence, self._values = reading, code, evidence, values

    def tables(self, statement: str) -> Iterator[Asked]:
        for created in islice(_CREATE.finditer(statement), MOST_TABLES):
            yield Asked(created[1], tuple(self._declared(_parts(statement, created.end()))))
        if re.match(r"(?i)\s*create", statement):
            return
        if (inserted := _INSERT.search(statement)) is not None:
            columns = [each.strip(' "`\n\t') for each in inserted[2].split(",")]
            put = _parts(statement, inserted.end())
            yield Asked(inserted[1], tuple(map(self._put, columns, put)), makes=True)
        elif (updated := _UPDATE.search(statement)) is not None:
            pairs = [each.partition("=") for each in _split(updated[2])]
            changed = (self._put(name.strip(' "`\n\t'), value, False) for name, _, value in pairs if value)
            yield Asked(updated[1], tuple(changed))
        yield from self._named(statement)

    def _named(self, statement: str) -> Iterator[Asked]:
        common = {each.lower() for each in _COMMON.findall(statement)} if re.match(r"(?i)\s*with", statement) else set()
        named: dict[str, str] = {}
        for found in islice(_NAMED.finditer(statement), MOST_TABLES):
            name, label = found[1], found[2] or ""
            after = statement[found.end(1) :].lstrip('"`]')[:1]
            is_call = after == "(" and "into" not in found[0].lower().split()[:1]
            if (
                name.lower() in _WORDS | common
                or is_call
                or _NOT_FROM.search(statement[max(0, found.start() - 80) : found.start()])
            ):
                continue
            named[name] = name
            if label and label.lower() not in _WORDS:
                named[label] = name
        fields: dict[str, list[Field]] = {each: [] for each in named.values()}
        alone = next(iter(fields)) if len(fields) == 1 else ""
        for owner, column in _COMPARED.findall(statement):
            table = named.get(owner, "") if owner else alone
            if table and column.lower() not in _WORDS:
                fields[table].append(self._field(column, UNKNOWN, None))
        listed = re.match(r"(?is)\s*select\s+(?:distinct\s+)?(.*?)\bfrom\b", statement)
        for each in _split(listed[1]) if listed is not None else ():
            owner, _, column = each.strip().rpartition(".")
            table = named.get(owner, "") if owner else alone
            if table and re.fullmatch(r"[A-Za-z_]\w*", column):
                fields[table].append(self._field(column, UNKNOWN, None))
        for name, seen in fields.items():
            yield Asked(name, tuple(seen))

    def _put(self, column: str, value: str, whole: bool = True) -> Field:
        written = value.strip().lower()
        shape = UNKNOWN
        if (place := re.fullmatch(r"\$(\d+)(?:::\w+)?", written)) and int(place[1]) <= len(self._values):
            shape = value_of(self._reading, self._code, self._values[int(place[1]) - 1])
            shape = shape if shape.kind in _PLAIN else UNKNOWN
        elif re.match(r"(now\(\)|current_timestamp|datetime\()", written):
            shape = Shape("timestamp")
        elif written in ("true", "false"):
            shape = Shape("boolean", literal=True)
        elif found := re.fullmatch(r"'([^']*)'", value.strip()):
            shape = Shape("text", choices=(found[1],) if found[1] else (), literal=bool(found[1]))
        elif written == "null":
            shape = Shape(nullable=True)
        return self._field(column, shape, (whole and not shape.nullable) or None)

    def _field(self, name: str, shape: Shape, required: bool | None) -> Field:
        return Field(name, shape, required, "call", self._evidence)

    def _declared(self, parts: list[str]) -> Iterator[Field]:
        keyed = {
            key.strip(' "`')
            for part in parts
            if (found := re.match(r"(?is)\s*(?:constraint\s+\w+\s+)?primary\s+key\s*\(([^)]*)\)", part))
            for key in found[1].split(",")
        }
        for part in parts:
            found = re.match(rf"(?is)\s*{_NAME}\s+([A-Za-z_]\w*)?(.*)", part)
            if found is None or found[1].lower() in ("primary", "foreign", "unique", "check", "constraint", "index"):
                continue
            kind: Kind = next((kind for each, kind in _TYPES if re.fullmatch(each, (found[2] or "").lower())), "text")
            rest = found[3].lower()
            required = "not null" in rest or "primary key" in rest or found[1] in keyed
            listed = re.search(r"(?is)check\s*\(\s*\w+\s+in\s*\(([^)]*)\)", part)
            choices = tuple(re.findall(r"'([^']*)'", listed[1])) if listed is not None else ()
            yield Field(found[1], Shape(kind, not required, choices), required, "type", self._evidence)


_PLAIN: Final = frozenset({
    "text", "uuid", "number", "integer", "bigint", "decimal", "boolean", "timestamp", "date", "time", "unknown",
})  # fmt: skip


def _parts(statement: str, start: int) -> list[str]:
    """What stands between the parenthesis before `start` and the one that closes it, by its commas."""
    depth = 1
    for at in range(start, len(statement)):
        depth += {"(": 1, ")": -1}.get(statement[at], 0)
        if depth == 0:
            return _split(statement[start:at])
    return _split(statement[start:])


def _split(listed: str) -> list[str]:
    """The parts of a list, whose commas are not inside of parentheses."""
    parts, depth = [""], 0
    for character in listed:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [each for each in parts if each.strip()]
