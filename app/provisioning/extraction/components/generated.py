"""The types that Supabase's command line writes of a database: `Database["public"]["Tables"]["todos"]["Row"]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.components.code import Code
from app.provisioning.extraction.components.reading import Reading
from app.provisioning.extraction.components.shapes import VIEW, Shape, Sighting
from app.provisioning.extraction.components.types import type_of
from app.provisioning.source.syntax import text, unquoted

_REFERENCE: Final = re.compile(
    r'columns:\s*\["(\w+)"\][^{}]{0,200}?referencedRelation:\s*"(\w+)"\s*;?\s*referencedColumns:\s*\["(\w+)"\]'
)

_OF_PEOPLE: Final = frozenset({"user_id", "auth_id", "auth_user_id"})
_MAY_BE_NULL: Final = re.compile(r"\|\s*null\b|\bnull\s*\|")


def sightings(reading: Reading, code: Code) -> Iterator[Sighting]:
    """The tables of a module's `Database`."""
    for node in code.nodes("interface_declaration", "type_alias_declaration"):
        if text(node.child_by_field_name("name")) != "Database":
            continue
        body = node.child_by_field_name("body") or node.child_by_field_name("value")
        public = _member(body, "public")
        tables = _members(_member(public, "Tables"))
        names = {_name(each) for each in tables}
        for table in tables:
            yield from _table(reading, code, table, names)
        for view in _members(_member(public, "Views")):
            yield Sighting(_name(view), VIEW, 0.0, code.evidence(view, "generated"))


def _table(reading: Reading, code: Code, table: Node, names: set[str]) -> Iterator[Sighting]:
    name, of = _name(table), _object(table)
    row = _member(of, "Row")
    if row is None:
        return
    optional = {_name(each) for each in _members(row) if _MAY_BE_NULL.search(text(each.child_by_field_name("type")))}
    fields = tuple(
        replace(each, shape=_shape(each.name, replace(each.shape, nullable=each.name in optional)))
        for each in type_of(reading, code, row).fields
    )
    listed = next((each for each in _members(of) if _name(each) == "Relationships"), None)
    # Views are listed too, as if they could be referred to.
    refers = tuple((column, to) for column, to, _ in _REFERENCE.findall(text(listed)) if to in names)
    evidence = code.evidence(table, "generated")
    yield Sighting(
        name,
        "generated",
        0.99,
        evidence,
        tuple(replace(each, evidence=replace(each.evidence, rule="components.generated")) for each in fields),
        verbatim=name,
        stored=True,
        kept=True,
        refers=refers if listed is not None else None,
    )


def _shape(name: str, shape: Shape) -> Shape:
    """The shape of a column: ids of people who sign in are uuids; what a database numbers by itself is a bigint."""
    if shape.kind == "text" and name in _OF_PEOPLE:
        return replace(shape, kind="uuid")
    numbered = shape.kind == "number" and (name == "id" or name.endswith("_id"))
    return replace(shape, kind="bigint") if numbered else shape


def _name(member: Node) -> str:
    key = member.child_by_field_name("name")
    return unquoted(key) or text(key)


def _object(member: Node | None) -> Node | None:
    """The object type of a property."""
    kind = None if member is None else member.child_by_field_name("type")
    return kind.named_children[0] if kind is not None and kind.named_children else None


def _members(of: Node | None) -> list[Node]:
    return [] if of is None else [each for each in of.named_children if each.type == "property_signature"]


def _member(of: Node | None, name: str) -> Node | None:
    return _object(next((each for each in _members(of) if _name(each) == name), None))
