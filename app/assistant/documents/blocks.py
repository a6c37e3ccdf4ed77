"""Mappings and lists in block style: which lines and comments are an entry's own, and what is written instead.

An entry owns the comment behind it and the comment lines below it that are indented deeper than it is; these go where
it goes. Comments above an entry stay when it is removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from app.assistant.documents.draft import Draft, Part
from app.assistant.documents.flow import flow_text
from app.assistant.documents.nodes import Document, Node
from app.assistant.documents.text import Layout

_COLON: Final = re.compile(r"#[^\n]*|(?P<sign>:)")
_DASH: Final = re.compile(r"#[^\n]*|(?P<sign>-)")
_HEADER: Final = re.compile(r"[|>][0-9+-]*")
_END_OF_DOCUMENT: Final = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)


def with_changes(document: Document, layout: Layout, draft: Draft) -> str:
    """The text of a document with what its draft has become."""
    return _Edit(document, layout, draft).text()


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a value in block style stands."""

    after: int
    """The offset behind the colon or dash."""
    column: int
    """The indentation of its key or dash."""
    behind_dash: bool


class _Edit:
    """Collects what of the source is replaced by what."""

    def __init__(self, document: Document, layout: Layout, draft: Draft) -> None:
        self._source = document.text
        self._layout = layout
        self._draft = draft
        self._splices: list[tuple[int, int, str]] = []

    def text(self) -> str:
        """The new text."""
        self._root(self._draft.root, self._draft.value)
        texts: list[str] = []
        at = 0
        for start, end, text in sorted(self._splices, key=lambda splice: splice[0]):
            texts += self._source[at:start], text
            at = max(at, end)
        return "".join((*texts, self._source[at:]))

    def _root(self, part: Part, value: dict[str, Any]) -> None:
        node = part.node
        if node is None or not part.is_touched:
            return
        if node.style == "empty":
            marker = _END_OF_DOCUMENT.search(self._source)
            self._insert(marker.start() if marker else len(self._source), self._layout.entries(value, 0))
        elif part.parts and any(member.index is not None for member in part.parts):
            self._within(part, part.parts, value, node, None)
        elif not value and node.style == "block":
            self._empty(node, None)
        elif not value or not self._begins_its_line(node.start):
            self._splices.append((node.start, node.end, self._layout.flow(value)))
        else:
            lines = self._layout.entries(value, node.column - 1)
            self._splices.append((node.start, node.end, self._layout.line_break.join(lines).lstrip(" ")))

    def _value(self, part: Part, value: Any, slot: _Slot) -> None:
        node = part.node
        if node is None:
            return
        if part.is_new or part.parts is None:
            self._anew(node, value, slot)
        elif any(member.index is not None for member in part.parts):
            self._within(part, part.parts, value, node, slot)
        elif not value and node.style == "block" and self._begins_its_line(node.start):
            self._empty(node, slot)
        else:
            self._anew(node, value, slot)

    def _anew(self, node: Node, value: Any, slot: _Slot) -> None:
        first, *rest = self._layout.block(value, slot.column, behind_dash=slot.behind_dash, style=node.style)
        below = "".join(self._layout.line_break + line for line in rest)
        end_of_head = self._end_of_line(slot.after)
        if node.start > end_of_head:
            # What is replaced stands below its key or dash, whose own comment stays.
            end = self._before_line_break(self._end_of_entry(node.end, slot.column))
            self._splices += [(slot.after, slot.after, " " + first if first else ""), (end_of_head, end, below)]
            return
        if node.start == node.end:
            self._splices.append((slot.after, slot.after, " " + first if first else ""))
        elif node.style in "|>":
            # Whose comment stands behind its first line.
            header = self._source[node.start : self._end_of_line(node.start)]
            comment = _HEADER.sub("", header, count=1).rstrip()
            self._splices.append((node.start if first else slot.after, node.end, first + comment + below))
            return
        else:
            self._splices.append((node.start if first else slot.after, node.end, first))
        end = self._end_of_line(max(node.end, slot.after))
        self._splices.append((end, end, below))

    def _empty(self, node: Node, slot: _Slot | None) -> None:
        """Leave nothing of a block but the comments above its entries."""
        brackets = self._layout.flow(type(node.value)())
        if slot is None:
            self._insert(self._beginning_of_line(node.start), [brackets])
        else:
            self._splices.append((slot.after, slot.after, " " + brackets))
        self._remove(_Block(self._source, node), set(), node.column - 1)

    def _within(self, part: Part, parts: list[Part], value: Any, node: Node, slot: _Slot | None) -> None:
        if node.style == "flow":
            self._splices.append((node.start, node.end, flow_text(self._source, self._layout, part, value)))
            return
        block = _Block(self._source, node)
        column = node.column - 1
        kept = {member.index for member in parts if member.index is not None}
        self._remove(block, kept, column)
        first = min(kept)
        added: list[str] = []
        last: int | None = None
        for at, member in enumerate(parts):
            item = value[at if member.key is None else member.key]
            if member.index is None:
                neighbour = node.items[first if last is None else last]
                added += self._layout.entry(column, member.key, item, flow=neighbour.style == "flow")
                continue
            self._add(block, last, first, added, column, slot)
            added, last = [], member.index
            if member.is_touched:
                self._value(member, item, _Slot(block.sign(last), column, member.key is None))
        self._add(block, last, first, added, column, slot)

    def _remove(self, block: _Block, kept: set[int], column: int) -> None:
        for index in range(len(block.node.items)):
            start = block.start(index)
            if index not in kept and (index > 0 or self._begins_its_line(start)):
                end = self._end_of_entry(block.end(index), column)
                self._splices.append((self._beginning_of_line(start), end, ""))

    def _add(
        self, block: _Block, last: int | None, first: int, lines: list[str], column: int, slot: _Slot | None
    ) -> None:
        """Insert lines behind the entry that is the last before them, or before `first`, which is the first to stay."""
        if last is not None and lines:
            self._insert(self._end_of_entry(block.end(last), column), lines)
        elif last is None and not self._begins_its_line(block.start(0)):
            # The first entry stands behind the dash of the list around it.
            text = self._behind_dash(lines, column)
            start = block.start(0)
            end = start
            if first > 0:
                end = block.start(first)
                above = self._source[self._end_of_entry(block.end(first - 1), column) : end]
                text += above.lstrip(" ") if "#" in above else ""
            self._splices.append((start, end, text))
        elif lines and slot is not None:
            self._insert(self._next_line(slot.after), lines)

    def _behind_dash(self, lines: list[str], column: int) -> str:
        text = "".join(line + self._layout.line_break for line in lines)
        return text.lstrip(" ") + " " * column if text else ""

    def _insert(self, at: int, lines: Iterable[str]) -> None:
        text = "".join(line + self._layout.line_break for line in lines)
        if text and at == len(self._source) and self._source.strip("\ufeff") and not self._source.endswith("\n"):
            text = self._layout.line_break + text.removesuffix(self._layout.line_break)
            self._strip_last_text()
        self._splices.append((at, at, text))

    def _strip_last_text(self) -> None:
        """Have a block scalar that the document breaks off in say that it has no line break at its end."""
        node = self._draft.root.node
        while node is not None and node.items:
            node = node.items[-1]
        if node is None or node.style not in "|>" or any(start <= node.start < end for start, end, _ in self._splices):
            return
        header = _HEADER.match(self._source, node.start)
        if header is not None and "-" not in header[0]:
            self._splices.append((header.start(), header.end(), header[0].replace("+", "") + "-"))

    def _begins_its_line(self, offset: int) -> bool:
        return not self._source[self._beginning_of_line(offset) : offset].strip(" \ufeff")

    def _beginning_of_line(self, offset: int) -> int:
        return self._source.rfind("\n", 0, offset) + 1

    def _next_line(self, offset: int) -> int:
        return self._source.find("\n", offset) + 1 or len(self._source)

    def _end_of_line(self, offset: int) -> int:
        return self._before_line_break(self._next_line(offset))

    def _before_line_break(self, offset: int) -> int:
        if self._source.endswith("\r\n", 0, offset):
            return offset - 2
        return offset - self._source.endswith("\n", 0, offset)

    def _end_of_entry(self, offset: int, column: int) -> int:
        """The beginning of the line below an entry that ends there, and below the comments that are its own."""
        end = at = self._next_line(offset)
        while at < len(self._source):
            following = self._next_line(at)
            line = self._source[at:following].strip(" \t\r\n")
            if line and not line.startswith("#"):
                break
            if line:
                if self._source.index("#", at) - at <= column:
                    break
                end = following
            at = following
        return end


class _Block:
    """The entries of a mapping or list in block style."""

    def __init__(self, source: str, node: Node) -> None:
        self._source = source
        self.node = node

    def start(self, index: int) -> int:
        """Where an entry begins: its key or its dash."""
        return self.node.keys[index].start if self.node.keys else self.sign(index) - 1

    def sign(self, index: int) -> int:
        """The offset behind its colon or dash."""
        if self.node.keys:
            start, sign = self.node.keys[index].end, _COLON
        else:
            start, sign = self.node.items[index - 1].end if index else self.node.start, _DASH
        return next(found.end() for found in sign.finditer(self._source, start) if found["sign"])

    def end(self, index: int) -> int:
        """Where its value ends."""
        return max(self.sign(index), self.node.items[index].end)
