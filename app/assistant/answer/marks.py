"""What a schema says of the places of a configuration, in lines that a model reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.assistant.answer.outline import as_json
from app.assistant.configuration.shape import Shape

_MOST_LEVELS: Final = 8
_MOST_LINES: Final = 300
_MARKS: Final = {"x-secret": "secret", "x-free-text": "words for people", "x-ordered": "in order"}


def marks_of(schema: Mapping[str, Any]) -> list[str]:
    """A line for each place of which a schema says something: `workflow.statuses[*].category: "todo" | "done"`."""
    lines: list[str] = []
    waiting: list[tuple[str, Shape, frozenset[str]]] = [("", Shape(schema), frozenset())]
    for path, shape, required in waiting:
        if len(lines) >= _MOST_LINES:
            break
        said = list(_said(shape, path.rpartition(".")[2] in required))
        if path and said:
            lines.append(f"{path}: {', '.join(said)}")
        if path.count(".") + path.count("[") < _MOST_LEVELS:
            waiting += _below(path, shape)
    return lines


def _below(path: str, shape: Shape) -> Iterator[tuple[str, Shape, frozenset[str]]]:
    required = frozenset(name for node in shape.nodes for name in _strings(node.get("required")))
    names = dict.fromkeys(name for node in shape.nodes for name in _object(node.get("properties")))
    for name in names:
        yield f"{path}.{name}" if path else name, shape.child(name), required
    if any(_object(node.get("items")) for node in shape.nodes):
        yield f"{path}[*]", shape.child(0), frozenset()


def _said(shape: Shape, is_required: bool) -> Iterator[str]:
    types: dict[str, None] = {}
    for node in shape.nodes:
        values = [*node["enum"]] if isinstance(node.get("enum"), list) else []
        values += [node["const"]] if "const" in node else []
        types.update(dict.fromkeys(map(as_json, values)))
        given = node.get("type", ())
        types.update(dict.fromkeys(() if values else [given] if isinstance(given, str) else _strings(given)))
    if types:
        yield " | ".join(types)
    if is_required:
        yield "required"
    for node in shape.nodes:
        yield from (f"{word} {node[word]}" for word in ("minimum", "maximum", "pattern") if word in node)
        yield from (text for word, text in _MARKS.items() if node.get(word) is True)
        if "default" in node:
            yield f"default {as_json(node['default'])}"
        if references := [*_strings(node.get("x-refers-to"))]:
            yield f"one of {', '.join(references)}"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: Any) -> Iterator[str]:
    given = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ()
    return (one for one in given if isinstance(one, str))
