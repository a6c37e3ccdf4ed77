"""What declared types and schemas say: things with fields, and holders of lists of things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import Code
from app.provisioning.extraction.components.lexicon import NOT_STORED_SUFFIXES
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import Field, Sighting
from app.provisioning.extraction.components.types import named_within
from app.provisioning.extraction.components.words import words
from app.provisioning.extraction.components.zod import schema_of
from app.provisioning.source.syntax import text, walk

OWN_SETTINGS: Final = re.compile(r"(?i)(^|/)(settings|preferences)/")
"""Where apps have the forms by which one person sets them up."""

KEYS: Final = frozenset({"id", "_id", "uuid", "uid", "key_id"})

_PARTIAL_FIRST: Final = frozenset({
    "create", "add", "new", "update", "edit", "insert", "save", "submit", "register", "patch",
})  # fmt: skip
_PARTIAL_LAST: Final = frozenset(["input", "dto", "payload", "form", "values", "request", "update", "create", "insert"])
_HOLDERS: Final = frozenset(["state", "store", "slice", "context", "service"])


def sightings(reading: Reading, code: Code) -> Iterator[Sighting]:
    """The types and schemas of a module."""
    for node in code.nodes("interface_declaration", "type_alias_declaration", "class_declaration"):
        yield from _of_type(reading, code, node)
    for node in code.nodes("variable_declarator"):
        value = node.child_by_field_name("value")
        if value is not None and value.type == "call_expression":
            shape = schema_of(reading, code, value)
            if shape is not None and shape.kind == "object" and shape.fields:
                yield _of_schema(code, node, shape.fields)


def has_key(fields: tuple[Field, ...]) -> bool:
    """Whether a thing with these fields has an identity of its own."""
    return any(each.name in KEYS for each in fields)


def is_partial(name: str) -> bool:
    """Whether a type of that name holds a part of a thing, such as what a form sends."""
    parts = words(name)
    return len(parts) > 1 and (
        parts[0] in _PARTIAL_FIRST or parts[-1] in _PARTIAL_LAST or parts[-2:] == ["form", "data"]
    )


def reason_against(name: str, fields: tuple[Field, ...]) -> str:
    """Why a type of this name and with these fields is not about data; empty where nothing speaks against it."""
    parts = words(name)
    if parts[-2:] in (["context", "type"], ["context", "value"], ["store", "type"]):
        return NOT_STORED_SUFFIXES[parts[-2]]
    if (
        len(parts) > 1
        and parts[-1] in NOT_STORED_SUFFIXES
        and not (parts[-1] in ("action", "result") and has_key(fields))
    ):
        return NOT_STORED_SUFFIXES[parts[-1]]
    code = [each.name for each in fields if each.shape.kind == "code"]
    return f"has {', '.join(code[:3])}: code, not data" if code else ""


def _of_type(reading: Reading, code: Code, node: Node) -> Iterator[Sighting]:
    name = text(node.child_by_field_name("name"))
    if reading.declaration(code, name) is None or node.child_by_field_name("type_parameters") is not None:
        return
    last = (words(name) or [""])[-1]
    value = node.child_by_field_name("value")
    holder = last in _HOLDERS or words(name)[-2:-1] == ["context"]
    if holder or last == "props":
        rule, weight = ("state", 0.4) if holder else ("props", 0.15)
        for member in walk(node):
            annotation = member.child_by_field_name("type") if member.type in _MEMBERS else None
            for held, many in named_within(annotation) if annotation is not None else ():
                if many:
                    held_as = text(member.child_by_field_name("name"))
                    yield Sighting(held_as, rule, weight, code.evidence(member, rule), type_name=held, kept=holder)
    fields = reading.fields(name)
    if not fields or any(each.type == "extends_clause" for each in node.named_children):
        return
    extends, derived = _bases(value) if value is not None else (_parents(node), "")
    against = reason_against(name, fields)
    if derived and not against:
        against = f"derived from {derived}"
    if derived:
        yield Sighting(name, "type", 0.0, code.evidence(node, "type"), type_name=name, against=against)
        return
    if node.type == "class_declaration" and (_acts(node) or any(each.shape.kind == "code" for each in fields)):
        return
    partial = is_partial(name)
    weight = 0.2 if partial or not reading.is_used(name) else 0.55 if has_key(fields) else 0.25
    kept = tuple(replace(each, source="form") for each in fields) if partial else fields
    yield Sighting(
        name, "type", weight, code.evidence(node, "type"), kept, "" if partial else name, extends, against=against
    )
    for each in fields if not against else ():
        inner = each.shape.of if each.shape.kind == "list" and each.shape.of is not None else each.shape
        if inner.kind == "reference" and inner.name != name:
            yield Sighting(inner.name, "reference", 0.25, each.evidence, type_name=inner.name, by=name)


def _acts(declaration: Node) -> bool:
    """Whether a class does things rather than being one: it waits for something, or keeps its fields to itself."""
    body = declaration.child_by_field_name("body")
    members = [] if body is None else body.named_children
    own = [each for each in members if each.type == "public_field_definition"]
    hidden = [each for each in own if any(child.type == "accessibility_modifier" for child in each.named_children)]
    waits = any(child.type == "async" for each in members for child in each.children)
    return waits or (bool(own) and all("private" in text(each).split()[:2] for each in hidden) and own == hidden)


_MEMBERS: Final = ("property_signature", "public_field_definition")


def _of_schema(code: Code, node: Node, fields: tuple[Field, ...]) -> Sighting:
    name = text(node.child_by_field_name("name"))
    plain = name[: -len("schema")] if name.lower().endswith("schema") and len(name) > len("schema") else name
    partial = is_partial(plain) or plain.lower().endswith(("form", "input"))
    against = reason_against(plain, fields)
    weight = 0.1 if OWN_SETTINGS.search(code.file) else 0.35 if partial else 0.6 if has_key(fields) else 0.5
    kept = tuple(replace(each, source="form") for each in fields) if partial else fields
    return Sighting(plain, "zod", weight, code.evidence(node, "zod"), kept, against=against)


def _parents(declaration: Node) -> tuple[str, ...]:
    """The interfaces that one extends."""
    clauses = (each for each in declaration.named_children if each.type == "extends_type_clause")
    return tuple(text(each) for clause in clauses for each in clause.named_children if each.type == "type_identifier")


def _bases(value: Node) -> tuple[tuple[str, ...], str]:
    """The types that an alias adds fields of its own to; or the type that it only cuts or joins."""
    if value.type == "generic_type":
        name = text(value.child_by_field_name("name"))
        cut = next((each for each, _ in named_within(value)), "") or text(value).partition("<")[2].rstrip(">")
        return (), cut if name in _CUTTING else ""
    if value.type != "intersection_type":
        return (), ""
    parts = [each for each in walk(value, into=lambda here: here.type == "intersection_type") if each != value]
    named = tuple(text(each) for each in parts if each.type == "type_identifier")
    own = any(
        member.type in _MEMBERS
        and (kind := member.child_by_field_name("type")) is not None
        and not any(named_within(kind))
        for part in parts
        if part.type == "object_type"
        for member in part.named_children
    )
    return (named, "") if own else ((), " and ".join(named) or "other types")


_CUTTING: Final = frozenset({"Omit", "Pick", "Partial", "Required", "Readonly", "Exclude", "Extract", "ReturnType"})
