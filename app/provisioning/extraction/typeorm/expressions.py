"""What the arguments of decorators mean: functions that give a class, a path or SQL; and names within the app."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.typeorm.classes import Class, Classes, is_function, parameter_names, results
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import text, unquoted
from app.provisioning.source.values import UNDEFINED, Bindings, Call, Found, Name, Opaque, Value

SCHEMA: Final = "EntitySchema"


class Expressions:
    """The meaning of values."""

    def __init__(self, program: Program, classes: Classes) -> None:
        self.program = program
        self.classes = classes

    def returned(self, value: Value) -> Found | None:
        """The expression that a function returns; None of anything else."""
        if not isinstance(value, Opaque) or not is_function(value.at.node):
            return None
        result = next(results(value.at.node), None)
        return None if result is None else Found(value.at.module, result)

    def target(self, value: Value, given: Bindings | None = None) -> Class | str | None:
        """The entity that `() => User`, `"User"`, `User` or an entity schema means."""
        if isinstance(value, str):
            return value
        if isinstance(value, Name) and (named := self._named(value)) is not None:
            return named
        expression = self.returned(value)
        if expression is None:
            expression = value.at if isinstance(value, (Name, Opaque)) else None
        if isinstance(value, Call):
            return self._schema(value)
        if expression is None:
            return None
        if isinstance(value, Opaque) and (found := self.classes.named(value.at, given)) is not None:
            return found
        if (found := self.classes.named(expression, given)) is not None:
            return found
        meant = self.program.value(expression, given)
        if isinstance(meant, Name) and meant.at.node is not expression.node:
            return self.classes.named(meant.at, given)
        return meant if isinstance(meant, str) else self._schema(meant) if isinstance(meant, Call) else None

    def _named(self, value: Name) -> Class | None:
        """The class of `User.name`."""
        owner = value.at.node.child_by_field_name("object") if value.text.endswith(".name") else None
        return None if owner is None else self.classes.named(Found(value.at.module, owner))

    def paths(self, value: Value) -> list[str] | None:
        """The properties that an index names: `["a"]`, `(post) => [post.a, post.b.c]`, `(post) => ({ a: 1 })`."""
        if isinstance(value, list):
            return [path for each in value if (path := self.path(each)) is not None]
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return list(value)
        expression = self.returned(value)
        if expression is None or not isinstance(value, Opaque):
            return None
        names = parameter_names(value.at.node)
        if expression.node.type == "object":
            written = self.program.value(expression)
            return list(written) if isinstance(written, dict) else None
        if expression.node.type == "array":
            paths = (_path(each, names) for each in expression.node.named_children if each.type != "comment")
            return [path for path in paths if path is not None]
        path = _path(expression.node, names)
        return None if path is None else [path]

    def path(self, value: Value) -> str | None:
        """The property that the other side of a relation is: `"posts"`, `(user) => user.posts`."""
        if isinstance(value, str):
            return value
        expression = self.returned(value)
        if expression is None or not isinstance(value, Opaque):
            return None
        path = _path(expression.node, parameter_names(value.at.node))
        if path is not None:
            return path
        written = self.program.value(expression)
        return written if isinstance(written, str) else None

    def _schema(self, call: Call) -> Class | str | None:
        """The class of an entity schema, or its name."""
        if not call.is_new or call.callee.rpartition(".")[2] != SCHEMA:
            return None
        options = self.program.argument(call, 0)
        if not isinstance(options, dict):
            return None
        if options.get("target", UNDEFINED):
            return self.target(options["target"])
        name = self.target(options.get("name", UNDEFINED))
        return name.name if isinstance(name, Class) else name


def _path(node: Node, names: list[str]) -> str | None:
    """`post.author.name` → `author.name`."""
    steps: list[str] = []
    while True:
        match node.type:
            case "identifier":
                return ".".join(reversed(steps)) if steps and text(node) in names else None
            case "string":
                return None if steps else unquoted(node)
            case "member_expression":
                steps.append(text(node.child_by_field_name("property")))
            case "subscript_expression":
                step = unquoted(node.child_by_field_name("index"))
                if step is None:
                    return None
                steps.append(step)
            case "parenthesized_expression" | "non_null_expression" | "as_expression":
                node = node.named_children[0]
                continue
            case _:
                return None
        inner = node.child_by_field_name("object")
        if inner is None:
            return None
        node = inner
