"""YAML in: one document of plain data, as YAML 1.2 reads it, with the place of each value in the text.

A gate stands before the data, at the parser's events: no anchors, aliases, tags, directives, merge keys or duplicate
keys, and hard limits on size, depth, nodes and time. What an error says never quotes the document.
"""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import yaml

from app.assistant.documents import core, errors
from app.assistant.documents.errors import YamlError
from app.assistant.documents.nodes import Document, Node

__all__ = ["Document", "Node", "YamlError", "read", "read_off_loop"]

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_LEVELS: Final = 64
MOST_NODES: Final = 200_000
MOST_SECONDS: Final = 10.0

# libyaml, where PyYAML was built with it. The pure parser refuses some more (tabs between tokens), and is slow.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EVENTS_BETWEEN_LOOKS_AT_THE_CLOCK: Final = 256
_KEEPS_ITS_END: Final = re.compile(r"[|>][1-9]?\+")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

# One thread: under the interpreter's lock more of them would be no faster, and would keep the event loop waiting.
reader: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="yaml")


async def read_off_loop(source: str | bytes) -> Document:
    """`read()`, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(reader, read, source)


def read(source: str | bytes) -> Document:
    """Read a document; an empty one is an empty mapping. Raises YamlError."""
    text = _decoded(source)
    byte_order_mark = int(text.startswith("\ufeff"))
    body = text[byte_order_mark:]
    errors.check_characters(body)
    try:
        root = _Composer(body, byte_order_mark).root()
    except yaml.MarkedYAMLError as error:
        raise errors.readable(error, body) from None
    return Document(text, root)


def _decoded(source: str | bytes) -> str:
    if len(source) > MOST_BYTES or (isinstance(source, str) and len(source.encode("utf-8", "replace")) > MOST_BYTES):
        raise YamlError(f"The document is larger than {MOST_BYTES // 1024 // 1024} MiB.", 1, 1)
    if isinstance(source, str):
        return source
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError("The document is encoded as UTF-16; save it as UTF-8.", 1, 1)
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        before = source[: error.start].decode().removeprefix("\ufeff")
        raise YamlError("The document is not UTF-8 from here on.", *errors.place(before, len(before))) from None


class _Composer:
    """Builds nodes from events, none of which is believed."""

    def __init__(self, body: str, byte_order_mark: int) -> None:
        self._body = body
        self._shift = byte_order_mark
        self._deadline = time.monotonic() + MOST_SECONDS
        self._open: list[tuple[Node, list[Node], list[Node]]] = []
        self._root: Node | None = None
        self._nodes = 0

    def root(self) -> Node:
        """The mapping that the document is."""
        documents = 0
        for count, event in enumerate(yaml.parse(self._body, Loader=_LOADER)):
            if count % _EVENTS_BETWEEN_LOOKS_AT_THE_CLOCK == 0 and time.monotonic() > self._deadline:
                raise _refused(event, f"Reading the document takes longer than {MOST_SECONDS:.0f} seconds.")
            match event:
                case yaml.ScalarEvent():
                    self._add(event, self._scalar(event))
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._enter(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._leave(event)
                case yaml.AliasEvent():
                    raise _refused(event, errors.NO_ALIASES)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise _refused(event, errors.ONE_DOCUMENT)
        return self._root or self._empty(len(self._body))

    def _empty(self, at: int) -> Node:
        return Node({}, "empty", at + self._shift, at + self._shift, *errors.place(self._body, at))

    def _node(self, event: Any, value: Any, style: str) -> Node:
        if event.anchor is not None:
            raise _refused(event, errors.NO_ALIASES)
        if event.tag is not None:
            raise _refused(event, errors.NO_TAGS)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _refused(event, f"The document has more than {MOST_NODES:,} values.")
        start, end = event.start_mark, event.end_mark
        return Node(value, style, start.index + self._shift, end.index + self._shift, start.line + 1, start.column + 1)

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        node = self._node(event, event.value, event.style or "plain")
        if node.style == "plain":
            try:
                node.value = core.resolve(event.value)
            except ValueError as error:
                raise _refused(event, str(error)) from None
        elif node.style == '"':
            if "\0" in node.value:
                raise _refused(event, errors.NO_NUL)
            if _SURROGATES.search(node.value):
                raise _refused(event, errors.NO_ESCAPE)
        elif node.style in "|>":
            start, end = event.start_mark.index, event.end_mark.index
            written = self._body[start:end]
            kept = written.removesuffix("\n").removesuffix("\r") if _KEEPS_ITS_END.match(written) else None
            node.end = start + len(written.rstrip("\r\n") if kept is None else kept) + self._shift
        return node

    def _enter(self, event: Any) -> None:
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        node = self._node(event, value, "flow" if event.flow_style else "block")
        if len(self._open) == MOST_LEVELS:
            raise _refused(event, f"The document is nested more than {MOST_LEVELS} levels deep.")
        self._add(event, node)
        keys: list[Node] = []
        items: list[Node] = []
        node.keys, node.items = keys, items
        self._open.append((node, keys, items))

    def _leave(self, event: Any) -> None:
        node, _, items = self._open.pop()
        node.end = items[-1].end if node.style == "block" else event.end_mark.index + self._shift

    def _add(self, event: Any, node: Node) -> None:
        if not self._open:
            if isinstance(node.value, dict):
                self._root = node
            elif node.style == "plain" and node.start == node.end:
                self._root = self._empty(node.end - self._shift)
            else:
                raise _refused(event, "The document has to be a mapping: keys and their values.")
            return
        parent, keys, items = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node.value)
            items.append(node)
        elif len(keys) == len(items):
            self._check_key(event, node, parent)
            keys.append(node)
        else:
            parent.value[keys[-1].value] = node.value
            items.append(node)

    def _check_key(self, event: Any, key: Node, mapping: Node) -> None:
        if not isinstance(key.value, str):
            raise _refused(event, errors.KEYS_ARE_STRINGS)
        if key.style == "plain" and key.value == "<<":
            raise _refused(event, errors.NO_MERGING)
        if key.value in mapping.value:
            first = mapping.keys[list(mapping.value).index(key.value)].line
            raise _refused(event, f"This key stands in the same mapping on line {first} already.")


def _refused(event: Any, message: str) -> YamlError:
    return YamlError(message, event.start_mark.line + 1, event.start_mark.column + 1)
