"""What an app asks of a database itself: Supabase's client, Firestore, and SQL that stands in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components import sql
from app.provisioning.extraction.components.code import MOST_DEPTH, Code, arguments, callee, function_around
from app.provisioning.extraction.components.expressions import value_of
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import PERSON, UNKNOWN, Alias, Field, Kind, Shape, Sighting
from app.provisioning.extraction.components.words import snake
from app.provisioning.source.syntax import text, unquoted
from app.provisioning.source.values import Found

_CLIENT: Final = re.compile(r"(?i)supabase|client|db\b")
_COMPARING: Final = frozenset({"eq", "order", "neq", "gt", "lt", "gte", "lte", "in", "is", "ilike", "like", "contains"})
_EMBEDDED: Final = re.compile(r"(?:(\w+)\s*:\s*)?(\w+)(?:!(\w+))?\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
MOST_SELECTED: Final = 4_000
"""Characters of a list of columns that is read."""
_PUTTING: Final = {"addDoc": True, "setDoc": True, "updateDoc": False}
_PUTTING_METHODS: Final = {"add": True, "set": True, "update": False, "create": True}
_SCHEMA_USE: Final = re.compile(
    r"(?:zodResolver|yupResolver|valibotResolver)|([A-Za-z_]\w*)\.(?:safeParse|parse)(?:Async)?"
)


def sightings(reading: Reading, code: Code) -> Iterator[Sighting | Alias]:
    """The tables and collections that a module names, and the schemas of forms whose input goes into them."""
    for call in code.nodes("call_expression"):
        seen = _of_call(reading, code, call)
        yield from seen
        made = {each.name for each in seen if isinstance(each, Sighting) and each.rule == "database" and each.makes}
        if len(made) == 1:
            yield from _schemas(reading, code, call, made.pop())


def stored_by(reading: Reading, code: Code, call: Node) -> str:
    """The table or collection into which a call puts something new; empty where it does not."""
    return next((each.name for each in _of_call(reading, code, call) if each.makes), "")


def columns_of(reading: Reading, code: Code, call: Node) -> frozenset[str]:
    """The columns that a call fills in for something new."""
    made = (each for each in _of_call(reading, code, call) if each.makes)
    return frozenset(snake(one.name) for each in made for one in each.fields if one.source == "call")


def _of_call(reading: Reading, code: Code, call: Node) -> list[Sighting]:
    """What a call asks of a database, worked out once."""
    place = call.start_byte, call.end_byte
    if place not in code.asked:
        code.asked[place] = list(_asked(reading, code, call))
    return code.asked[place]


def _asked(reading: Reading, code: Code, call: Node) -> Iterator[Sighting]:
    name = callee(call)
    if name.endswith(".from") and ".storage" not in name and _CLIENT.search(name):
        yield from _table(reading, code, call)
    elif name.rpartition(".")[2] in _FIRESTORE and (last := name.rpartition(".")[2]):
        yield from _document(reading, code, call, last)
    elif (asked := sql.asked(reading, code, call)) is not None:
        for each in asked:
            yield _of_sql(code, call, each)


def sent(reading: Reading, code: Code, node: Node, whole: bool = False) -> tuple[Field, ...]:
    """The fields that are put somewhere; with `whole`, as all that there is of a new thing."""
    if node.type == "array" and node.named_children:
        node = node.named_children[0]
    shape = value_of(reading, code, node, source="call")
    literal = node.type == "object"
    if shape.kind == "list" and shape.of is not None:
        shape, literal = shape.of, True
    return tuple(
        replace(each, source="call" if literal else "form", required=_is_given(each, whole and literal) or None)
        for each in (shape.fields if shape.kind == "object" else ())
        if each.shape.kind != "code"
    )


def _is_given(field: Field, whole: bool) -> bool:
    """Whether a thing is never without a field, by the expression that makes it."""
    known = field.shape.kind != "unknown" or field.shape.name == PERSON or field.name in _SAID
    return field.shape.literal or (whole and not field.shape.nullable and (known or field.name.lower().endswith("id")))


_SAID: Final = frozenset({"name", "title", "text", "content", "message", "label", "username", "email", "question"})


def _as(kind: Kind, fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields, with the ids of people as this database has them."""
    return tuple(
        replace(each, shape=replace(each.shape, kind=kind))
        if each.shape.name == PERSON and each.shape.kind == "unknown"
        else each
        for each in fields
    )


def _chain(call: Node) -> Iterator[tuple[str, list[Node], Node]]:
    """The methods that are called one after another on what a call gives."""
    here = call.parent
    while here is not None and here.type in ("member_expression", "call_expression", "non_null_expression"):
        if here.type == "call_expression":
            yield callee(here).rpartition(".")[2], arguments(here), here
        here = here.parent


def _table(reading: Reading, code: Code, call: Node) -> Iterator[Sighting]:
    """`supabase.from("todos")`, and what is selected from it or put into it."""
    given = arguments(call)
    value = reading.program.value(Found(code.module, given[0])) if given else None
    name = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[^\W\d]\w*", name):
        return
    fields: list[Field] = []
    embedded: list[str] = []
    makes = False
    for method, passed, at in _chain(call):
        evidence = code.evidence(at, "database")
        if method in ("insert", "upsert", "update") and passed:
            makes = makes or method != "update"
            fields += sent(reading, code, passed[0], whole=method != "update")
        elif method == "select" and passed and (columns := unquoted(passed[0])) and len(columns) <= MOST_SELECTED:
            for label, of, hint, inner in _EMBEDDED.findall(columns):
                embedded.append(label or of)
                by, to = (of, label) if of.endswith(_HOLDING) else (_hinted(name, hint), of)
                if by:  # `profiles:created_by(name)`, `profiles!created_by(name)`
                    shape = Shape("reference", name=to) if to else UNKNOWN
                    fields.append(Field(by, shape, None, "call", evidence))
                if of.endswith(_HOLDING):
                    continue
                if of.isidentifier() and of != name:
                    inside_it = tuple(Field(each, UNKNOWN, None, "call", evidence) for each in _plain(inner))
                    yield Sighting(of, "database", 0.9, evidence, inside_it, verbatim=of, stored=True, kept=True)
            outside = _EMBEDDED.sub("", columns)
            fields += [Field(each, UNKNOWN, None, "call", evidence) for each in _plain(outside)]
        elif method in _COMPARING and passed and (column := unquoted(passed[0])) and column.isidentifier():
            shape = value_of(reading, code, passed[1]) if len(passed) > 1 and method == "eq" else UNKNOWN
            known = shape.name == PERSON or shape.kind in ("boolean", "uuid")
            fields.append(Field(column, replace(shape, nullable=False) if known else UNKNOWN, None, "call", evidence))
    yield Sighting(
        name,
        "database",
        0.97,
        code.evidence(call, "database"),
        _as("uuid", fields),
        verbatim=name,
        stored=True,
        kept=True,
        embeds=tuple(embedded),
        makes=makes,
    )


_HOLDING: Final = ("_id", "_by", "_to")
"""How columns end that hold the key of another thing."""


def _hinted(table: str, hint: str) -> str:
    """The column by which a query joins: `orders!customer_id`, `orders!orders_customer_id_fkey`."""
    column = hint.removesuffix("_fkey").removeprefix(f"{table}_")
    return column if column.endswith(_HOLDING) else ""


def _plain(columns: str) -> list[str]:
    """The columns that a list of them names as they are."""
    listed = (each.strip().rpartition(":")[2].strip() for each in columns.split(","))
    return [each for each in listed if re.fullmatch(r"[A-Za-z_]\w*", each) and each != "count"]


_FIRESTORE: Final = frozenset({"collection", "collectionGroup", "doc", *_PUTTING, *_PUTTING_METHODS})


def _document(reading: Reading, code: Code, call: Node, method: str) -> Iterator[Sighting]:
    """`addDoc(collection(db, "todos"), {…})`, `db.collection("todos").add({…})`, `doc(db, "todos", id)`."""
    given = arguments(call)
    if method in _PUTTING and len(given) > 1:
        path, put, whole = path_of(reading, code, given[0]), given[1], _PUTTING[method]
    elif method in ("collection", "collectionGroup", "doc"):
        path, put, whole = path_of(reading, code, call), None, False
    else:
        function = call.child_by_field_name("function")
        owner = None if function is None else function.child_by_field_name("object")
        path = () if owner is None else path_of(reading, code, owner)
        put, whole = (given[0] if given else None), _PUTTING_METHODS.get(method, False)
        if not path and len(given) > 1 and method != "add":  # Of a batch or a transaction.
            path, put = path_of(reading, code, given[0]), given[1]
    named = path[0::2]
    if not named or not re.fullmatch(r"[^\W\d][\w-]*", named[-1]):
        return
    evidence = code.evidence(call, "database")
    key = Field("id", Shape("text"), True, "call", evidence)
    fields = () if put is None else sent(reading, code, put, whole)
    parent = named[-2] if len(named) > 1 and named[-2].isidentifier() else ""
    yield Sighting(
        named[-1],
        "database",
        0.9,
        evidence,
        (key, *_as("text", fields)),
        parent=parent,
        stored=True,
        kept=True,
        makes=whole and put is not None,
    )
    if parent:
        yield Sighting(parent, "database", 0.9, evidence, (key,), stored=True, kept=True)


def path_of(reading: Reading, code: Code, node: Node, depth: int = 0) -> tuple[str, ...]:
    """The path of a collection or document in Firestore: names of collections, and `{}` or ids between them."""
    if depth > MOST_DEPTH:
        return ()
    if node.type == "identifier":
        found = reading.variable(code, text(node), node)
        value = None if found is None else found[1].child_by_field_name("value")
        return () if found is None or value is None else path_of(reading, found[0], value, depth + 1)
    if node.type in ("as_expression", "parenthesized_expression", "non_null_expression", "await_expression"):
        return path_of(reading, code, node.named_children[0], depth + 1) if node.named_children else ()
    if node.type != "call_expression":
        return ()
    given = arguments(node)
    function = node.child_by_field_name("function")
    if function is not None and function.type == "member_expression":
        owner, method = function.child_by_field_name("object"), text(function.child_by_field_name("property"))
        before = () if owner is None else path_of(reading, code, owner, depth + 1)
        if method in ("collection", "doc") and (before or _is_firestore(code, owner)):
            return (*before, *_segments(reading, code, given[:1])) if given or before else ()
        return before
    name = callee(node)
    if name in ("collection", "doc", "collectionGroup") and given:
        base = path_of(reading, code, given[0], depth + 1)
        return (*base, *_segments(reading, code, given[1:]))
    return path_of(reading, code, given[0], depth + 1) if name == "query" and given else ()


def _is_firestore(code: Code, owner: Node | None) -> bool:
    """Whether something is the database itself, in an app that uses Firestore."""
    return bool(re.search(r"(?i)firestore|\bdb$|\bfirebase", text(owner)))


def _segments(reading: Reading, code: Code, given: Sequence[Node]) -> Iterator[str]:
    for each in given:
        value = reading.program.value(Found(code.module, each))
        written = value if isinstance(value, str) else None
        if written is None and each.type == "template_string":
            written = re.sub(r"\$\{[^}]*\}", "{}", text(each).strip("`"))
        yield from (written if written is not None else "{}").strip("/").split("/")


def _of_sql(code: Code, call: Node, asked: sql.Asked) -> Sighting:
    evidence = code.evidence(call, "sql")
    return Sighting(
        asked.table,
        "database",
        0.97,
        evidence,
        _as("unknown", asked.fields),
        verbatim=asked.table,
        stored=True,
        kept=True,
        makes=asked.makes,
    )


def _schemas(reading: Reading, code: Code, call: Node, target: str) -> Iterator[Alias]:
    """The schema by which the component or action around a call checks what it puts into a table."""
    around = call
    while (outer := function_around(around)) is not None:
        around = outer
    named: set[str] = set()
    targets: set[str] = set()
    for each in code.inside(around, "call_expression"):
        if (found := _SCHEMA_USE.fullmatch(callee(each))) is not None:
            given = arguments(each)
            named.add(found[1] or (text(given[0]) if given else ""))
        targets.add(stored_by(reading, code, each))
    if len(named) == 1 and targets - {""} == {target} and around is not call:
        yield Alias(named.pop(), target)
