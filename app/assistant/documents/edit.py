"""A YAML document with changes made to it: comments, and every line that no change touches, stay byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.assistant.configuration.changes import Change
from app.assistant.configuration.paths import equal
from app.assistant.documents.blocks import with_changes
from app.assistant.documents.draft import Draft, EditError
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import Document, Node, read, reader
from app.assistant.documents.text import Layout

__all__ = ["EditError", "edited", "edited_off_loop", "unified"]

_NO_NEWLINE: Final = "\n\\ No newline at end of file\n"


async def edited_off_loop(document: Document, changes: Sequence[Change]) -> str:
    """`edited()`, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(reader, edited, document, changes)


def edited(document: Document, changes: Sequence[Change]) -> str:
    """The text with the changes made, one after the other; read again, it says just that. Raises EditError."""
    draft = Draft(document)
    for change in changes:
        draft.apply(change)
    layout = _layout(document)
    # A comment that happens to be indented like a text of several lines would become a part of it.
    for form in (layout, replace(layout, literals=False)):
        text = with_changes(document, form, draft)
        with contextlib.suppress(YamlError):
            if equal(read(text).value, draft.value):
                return text
    raise EditError("The changes cannot be made in this document without writing it anew.")


def unified(document_name: str, before: str, after: str, *, context: int = 3) -> str:
    """The difference as a patch, such as `git apply` and `patch -p1` take; empty where there is none.

    `context`: how many lines around each change; `git apply` wants --unidiff-zero for a patch without.
    """
    name = document_name + ("\t" if " " in document_name else "")
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}", n=context)
    return "".join(line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)


def _lines(text: str) -> list[str]:
    # Not splitlines(), which also splits at characters that end no line of a patch.
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _layout(document: Document) -> Layout:
    mapping_indent, list_indent = 2, 2
    for parent, child in _nested_blocks(document.root):
        if isinstance(child.value, dict):
            mapping_indent = list_indent = child.column - parent.column
            break
    for parent, child in _nested_blocks(document.root):
        if isinstance(child.value, list):
            list_indent = child.column - parent.column
            break
    quote = next((scalar.style for scalar in document.root.scalars() if scalar.style in ("'", '"')), '"')
    return Layout("\r\n" if "\r\n" in document.text else "\n", mapping_indent, list_indent, quote)


def _nested_blocks(node: Node) -> Iterator[tuple[Node, Node]]:
    """Mappings in block style and the values of their keys that are in block style too."""
    for item in node.items:
        if item.style == "block":
            if node.keys:
                yield node, item
            yield from _nested_blocks(item)
