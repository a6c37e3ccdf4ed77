"""Properties of reading and editing over drawn documents; PALAVER_EXAMPLES=5000 for a long run."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.assistant.configuration.changes import Change
from app.assistant.configuration.paths import equal, find
from app.assistant.documents import source as yaml_source
from app.assistant.documents.edit import edited
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import Document, Node, read
from tests.assistant.yaml_documents import changes, documents

Case = tuple[dict[str, Any], str, list[str]]

drawn = settings(
    max_examples=int(os.environ.get("PALAVER_EXAMPLES", "100")),
    derandomize="PALAVER_EXAMPLES" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@drawn
@given(documents())
def test_a_document_says_what_was_written_in_whatever_style(case: Case) -> None:
    configuration, text, comments = case

    document = read(text)

    assert equal(document.value, configuration)
    assert document.text == text
    assert sorted(comment for _, comment in document.comments) == sorted(comments)
    for node in document.root.scalars():
        assert 0 <= node.start <= node.end <= len(text)


@drawn
@given(documents())
def test_both_parsers_give_the_same_nodes_if_they_give_any(case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_source, "_LOADER", yaml.SafeLoader)
        try:
            pure = read(case[1])
        except YamlError:
            # It refuses question marks in plain scalars between brackets, and tabs.
            return

    assert list(map(_said, read(case[1]).root.scalars())) == list(map(_said, pure.root.scalars()))


def _said(node: Node) -> tuple[Any, ...]:
    return (node.value, node.style, node.line) + ((node.start, node.end) if node.value is not None else ())


@drawn
@given(documents(), st.data())
def test_changes_are_made_and_nothing_else(case: Case, data: st.DataObject) -> None:
    configuration, text, _ = case
    many: list[Change] = []
    for _ in range(data.draw(st.integers(1, 5))):
        change, configuration = data.draw(changes(configuration))
        many.append(change)

    assert equal(read(edited(read(text), many)).value, configuration)


@drawn
@given(documents(), st.data())
def test_no_line_is_lost_but_those_of_what_is_changed(case: Case, data: st.DataObject) -> None:
    configuration, text, _ = case
    change, _ = data.draw(changes(configuration))
    document = read(text)

    after = edited(document, [change])

    first, last = _touched(document, change)
    old, new = (_lines(text, text), _lines(after, text))
    same = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    behind = 0
    while behind < min(len(old), len(new)) - same and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    gone = range(same + 1, len(old) - behind + 1)
    assert all(first <= line <= last or not old[line - 1].strip() for line in gone), (first, last, gone)


def _lines(text: str, source: str) -> list[str]:
    """The lines, of which the last ends like the others."""
    line_break = "\r\n" if "\r\n" in source else "\n"
    return (text if text.endswith("\n") else text + line_break).split("\n")


def _touched(document: Document, change: Change) -> tuple[int, int]:
    """The first and the last line that a change may alter."""
    text = document.text
    path = change.path[:-1] if change.operation == "add" else change.path
    places = find(document.value, path)
    chain = [document.root]
    for place in places:
        chain.append(document.at((*places[: len(chain) - 1], place)))
    flow = next((index for index, node in enumerate(chain) if node.style == "flow"), len(chain) - 1)
    node, parent = chain[flow], chain[flow - 1] if flow else None
    if change.operation == "remove" and parent is not None and flow == len(chain) - 1 and len(parent.items) == 1:
        # Its parent becomes empty.
        node, parent = parent, chain[flow - 2] if flow > 1 else None
    if change.operation == "add" and node.style == "block":
        # A list whose first element stands behind a dash; else nothing.
        return (node.line, node.line) if node.items else (0, 0)
    first, last = _line_of_head(text, node, parent), text.count("\n", 0, node.end) + 1
    following = text.split("\n")[last:]
    for number, line in enumerate(following, last + 1):
        if line.strip() and not line.strip().startswith("#"):
            if change.operation == "remove" and _stands_behind_a_dash(text, node, parent):
                last = number
            break
        last = number
    return first, last


def _line_of_head(text: str, node: Node, parent: Node | None) -> int:
    if parent is None:
        return node.line
    index = next(index for index, item in enumerate(parent.items) if item is node)
    if parent.keys:
        return parent.keys[index].line
    dash = text.rfind("-", parent.items[index - 1].end if index else parent.start, node.start)
    return text.count("\n", 0, dash) + 1 if dash >= 0 and parent.style == "block" else node.line


def _stands_behind_a_dash(text: str, node: Node, parent: Node | None) -> bool:
    return parent is not None and bool(text[text.rfind("\n", 0, parent.start) + 1 : parent.start].strip())
