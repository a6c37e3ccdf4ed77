"""Mappings and lists between brackets: their entries, and what of commas, blanks and comments belongs to each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from app.assistant.documents.draft import Part
from app.assistant.documents.source import Node
from app.assistant.documents.text import Layout

_COMMA: Final = re.compile(r"#[^\n]*|(?P<comma>,)")
_COMMENT: Final = re.compile(r"(?:[ \t]*#[^\r\n]*)?")
_INDENT: Final = re.compile(r"\r?\n[ \t]*\Z")


@dataclass(slots=True)
class _Cell:
    """An entry: what stands before it and, up to its comma and behind that, after it."""

    before: str
    text: str
    behind: str = ""
    comment: str = ""


def flow_text(source: str, layout: Layout, part: Part, value: Any, *, is_json: bool = False) -> str:
    """The text of a part, of which no line is touched without need."""
    node = part.node
    if part.is_new or node is None:
        return layout.flow(value, style=node.style if node else "plain", is_json=is_json)
    if part.parts is None:
        return source[node.start : node.end]
    return _Brackets(source, layout, node, is_json=is_json).text(part.parts, value)


class _Brackets:
    def __init__(self, source: str, layout: Layout, node: Node, *, is_json: bool) -> None:
        self._source = source
        self._layout = layout
        self._node = node
        self._is_json = node.keys[0].style == '"' if node.keys else is_json
        # The entry of a list may be a pair without brackets: [a: 1]
        self._has_brackets = source[node.start] in "{["
        self._cells: list[_Cell] = []
        self._rest = ""
        self._ends_with_comma = False

    def text(self, parts: list[Part], value: Any) -> str:
        kept = [part for part in parts if part.index is not None]
        if not kept:
            return self._layout.flow(value, is_json=self._is_json)
        self._divide()
        members = [(part, value[part.key] if part.key is not None else value[at]) for at, part in enumerate(parts)]
        if not self._has_brackets:
            texts = [self._entry(part, member) for part, member in members]
            return texts[0] if len(texts) == 1 else "{" + ", ".join(texts) + "}"
        cells: list[_Cell] = []
        for part, member in members:
            if part.index is None:
                cells.append(_Cell(self._indent(cells), self._entry(part, member)))
            else:
                cell = self._cells[part.index]
                cell.text = self._entry(part, member)
                cells.append(cell)
        self._begin(cells)
        return self._joined(cells)

    def _entry(self, part: Part, member: Any) -> str:
        if part.key is None:
            return flow_text(self._source, self._layout, part, member, is_json=self._is_json)
        if part.index is None or part.node is None:
            return self._layout.pair(part.key, member, is_json=self._is_json)
        key = self._node.keys[part.index]
        if not part.is_new and part.parts is None:
            return self._source[key.start : part.node.end]
        colon = self._source[key.end : part.node.start]
        if part.node.start == part.node.end:
            colon = ": "
        text = flow_text(self._source, self._layout, part, member, is_json=self._is_json)
        return self._source[key.start : key.end] + colon + text

    def _divide(self) -> None:
        """Give each entry of the source what belongs to it."""
        node = self._node
        starts = [entry.start for entry in node.keys or node.items]
        before = self._source[node.start + self._has_brackets : starts[0]]
        for item, until in zip(node.items, [*starts[1:], node.end - self._has_brackets], strict=True):
            cell = _Cell(before, "")
            self._cells.append(cell)
            gap = self._source[item.end : until]
            comma = next((found.start() for found in _COMMA.finditer(gap) if found["comma"]), -1)
            self._ends_with_comma = comma >= 0
            if comma >= 0:
                cell.behind, gap = gap[:comma], gap[comma + 1 :]
            comment = _COMMENT.match(gap)
            cell.comment = comment[0] if comment else ""
            before = gap[len(cell.comment) :]
        self._rest = before

    def _indent(self, cells: list[_Cell]) -> str:
        """What stands before a new entry: a line of its own where its neighbour has one."""
        neighbour = _INDENT.search(cells[-1].before if cells else self._cells[0].before)
        return neighbour[0] if neighbour else " " if cells else self._cells[0].before

    def _begin(self, cells: list[_Cell]) -> None:
        """Give what has become the first entry the place of what was, and the other way round."""
        first = self._cells[0]
        if cells[0] is first:
            return
        if "#" not in cells[0].before:
            cells[0].before = first.before if "#" not in first.before else cells[0].before
        if any(cell is first for cell in cells) and "\n" not in first.before:
            first.before = " "

    def _joined(self, cells: list[_Cell]) -> str:
        text = self._source[self._node.start]
        comment = False
        for cell in cells:
            text += self._on_a_new_line(cell.before) if comment else cell.before
            text += cell.text + cell.behind
            text += "," if cell is not cells[-1] or self._ends_with_comma else ""
            text += cell.comment
            comment = bool(cell.comment)
        return text + (self._on_a_new_line(self._rest) if comment else self._rest) + self._source[self._node.end - 1]

    def _on_a_new_line(self, blanks: str) -> str:
        if blanks.startswith(("\n", "\r")):
            return blanks
        indents = (_INDENT.search(cell.before) for cell in self._cells)
        return next((found[0] for found in indents if found), self._layout.line_break + " " * self._node.column)
