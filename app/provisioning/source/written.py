"""What expressions and classes consist of, as they are written."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from app.provisioning.source.syntax import text
from app.provisioning.source.values import Call, Found

CLASSES: Final = frozenset({"class_declaration", "abstract_class_declaration"})


def call_at(at: Found) -> Call:
    """A call, or a `new`."""
    callee = at.node.child_by_field_name("function") or at.node.child_by_field_name("constructor")
    arguments = at.node.child_by_field_name("arguments")
    given = () if arguments is None else tuple(each for each in arguments.named_children if each.type != "comment")
    return Call("".join(text(callee).split()), given, at, at.node.type == "new_expression")


def operands(node: Node, operator: str) -> list[Node]:
    """What a chain of the same operator joins, in order: it leans to the left, and may be long."""
    found: list[Node] = []
    here: Node | None = node
    while here is not None and here.type == "binary_expression":
        if text(here.child_by_field_name("operator")) != operator:
            break
        right = here.child_by_field_name("right")
        if right is not None:
            found.append(right)
        here = here.child_by_field_name("left")
    if here is not None:
        found.append(here)
    return found[::-1]


def static_field(declared: Node, name: str) -> Node | None:
    """The value of a class's static field."""
    body = declared.child_by_field_name("body")
    for member in [] if body is None else body.named_children:
        if (
            member.type == "public_field_definition"
            and text(member.child_by_field_name("name")) == name
            and any(child.type == "static" for child in member.children)
        ):
            return member.child_by_field_name("value")
    return None
