from __future__ import annotations

import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import from_json
from app.assistant.documents import blocks as yaml_blocks
from app.assistant.documents.edit import EditError, edited, edited_off_loop, unified
from app.assistant.documents.source import read

CONFIGURATION = """\
# The project's configuration.
workflow:  # who may do what
    statuses:
    -   id: open          # where all begin
        name: "Open"
        # end of open

    # Nothing follows this one.
    - {id: done, name: 'Done'}
    # more to come
    transitions: []
    owner:
notes: |  # for people
    one
    two

# the end
tags: [ a, b,   # two
        c ]
"""


def _add(path: Sequence[Any], after: Any, position: int | None = None) -> Change:
    return Change("add", from_json(path), after=after, position=position)


def _replace(path: Sequence[Any], after: Any, before: Any = ABSENT) -> Change:
    return Change("replace", from_json(path), before, after)


def _remove(path: Sequence[Any]) -> Change:
    return Change("remove", from_json(path))


def _nested(levels: int) -> list[Any]:
    return [_nested(levels - 1)] if levels else []


OPEN = ("workflow", "statuses", {"id": "open"})
EDITS = {
    "a quoted text keeps its quotes": (_replace([*OPEN, "name"], "NO"), 'name: "Open"', 'name: "NO"'),
    "a plain text gets quotes where it would be a boolean to some": (
        _replace([*OPEN, "id"], "NO"),
        "id: open  ",
        'id: "NO"  ',
    ),
    "a text becomes a number": (_replace([*OPEN, "name"], 1e16), '"Open"', "1.0e+16"),
    "a text becomes a list": (
        _replace([*OPEN, "id"], [1, {"a": 2}]),
        "id: open          # where all begin\n",
        "id:          # where all begin\n        - 1\n        - a: 2\n",
    ),
    "a mapping becomes a text": (
        _replace([*OPEN], "open"),
        'id: open          # where all begin\n        name: "Open"\n',
        "open\n",
    ),
    "null becomes a mapping": (_add(["workflow", "owner", "name"], "Eve"), "owner:\n", "owner:\n        name: Eve\n"),
    "an empty list gets an element": (
        _add(["workflow", "transitions", {"=": "x"}], {"from": "open", "to": "done"}),
        "transitions: []\n",
        "transitions:\n    - from: open\n      to: done\n",
    ),
    "a key comes behind its siblings": (
        _add([*OPEN, "color"], "#fff"),
        "        # end of open\n",
        '        color: "#fff"\n        # end of open\n',
    ),
    "an element comes to its place": (
        _add(["workflow", "statuses", {"id": "new"}], {"id": "new", "when": ["12:30"]}, 1),
        "# end of open\n",
        '# end of open\n    - id: new\n      when:\n      - "12:30"\n',
    ),
    "an element comes first": (
        _add(["workflow", "statuses", {"id": "new"}], "new", 0),
        "statuses:\n",
        "statuses:\n    - new\n",
    ),
    "a key between brackets": (
        _add(["workflow", "statuses", {"id": "done"}, "final"], True),
        "'Done'}",
        "'Done', final: true}",
    ),
    "an element between brackets": (_add(["tags", {"=": "d"}], "d, e"), "c ]", 'c,\n        "d, e" ]'),
    "an element is taken from between brackets, with its comment": (
        _remove(["tags", {"=": "b"}]),
        " b,   # two\n",
        "\n",
    ),
    "a text of several lines stays one": (
        _replace(["notes"], "1\n2\n\n3\n"),
        "    one\n    two\n",
        "    1\n    2\n\n    3\n",
    ),
    "what cannot be seen is escaped": (_replace([*OPEN, "id"], "a\u202eb"), "id: open  ", 'id: "a\\u202Eb"  '),
    "an entry goes with its comments, not with those above others": (
        _remove(OPEN),
        '    -   id: open          # where all begin\n        name: "Open"\n        # end of open\n',
        "",
    ),
    "a key goes with its line": (_remove(["workflow", "owner"]), "    owner:\n", ""),
    "what is the same already stays": (_replace(["tags"], ["a", "b", "c"]), "", ""),
}


@pytest.mark.parametrize(("change", "old", "new"), EDITS.values(), ids=list(EDITS))
def test_a_change_alters_just_its_lines(change: Change, old: str, new: str) -> None:
    assert edited(read(CONFIGURATION), [change]) == CONFIGURATION.replace(old, new, 1)


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        ("", [_add(["a"], 1)], "a: 1\n"),
        ("# c", [_add(["a"], {"b": []})], "# c\na:\n  b: []"),
        ("---\n# c\n...\n# d\n", [_add(["a"], 1)], "---\n# c\na: 1\n...\n# d\n"),
        ("{}", [_add(["a"], [1])], "a:\n  - 1"),
        ("--- {}\n", [_add(["a"], "b,")], '--- {a: "b,"}\n'),
        ('{"a": 1,\n "b": 2}', [_remove(["a"]), _add(["c"], {"d": "e"})], '{"b": 2,\n "c": {"d": "e"}}'),
        ("# x\na: 1\n# y\n", [_remove(["a"])], "# x\n{}\n# y\n"),
        ("a:\n  # x\n  b: 1 # c\n", [_remove(["a", "b"])], "a: {}\n  # x\n"),
        ("a: [x] # c\n", [_remove(["a", 0])], "a: [] # c\n"),
        ("a:\n- b: 1\n  c: 2\n", [_remove(["a", 0, "b"])], "a:\n- c: 2\n"),
        ("a:\n- - 1\n  # x\n  - 2\n", [_remove(["a", 0, 0])], "a:\n- # x\n  - 2\n"),
        ("a:\n- - 1\n  - 2\n", [_add(["a", 0, {"=": 0}], 0, 0)], "a:\n- - 0\n  - 1\n  - 2\n"),
        ("a: [b: 1, c]\n", [_add(["a", 0, "d"], 2)], "a: [{b: 1, d: 2}, c]\n"),
        ("a: [1, # x\n  2]\n", [_remove(["a", 1])], "a: [1 # x\n  ]\n"),
        ("a: 'x'\nb: \"y\"\n", [_replace(["a"], "it's"), _replace(["b"], 'a"b')], "a: 'it''s'\nb: \"a\\\"b\"\n"),
        ("a: |\n  one", [_add(["b"], 2)], "a: |-\n  one\nb: 2"),
        ("a: |+\n  one\n\n", [_add(["b"], 2)], "a: |+\n  one\n\nb: 2\n"),
        ("a: 1\n", [_add(["b"], "x\ny\n")], "a: 1\nb: |\n  x\n  y\n"),
        ("a: 1\n   # deep\n", [_replace(["a"], "x\ny\n")], 'a: "x\\ny\\n"\n   # deep\n'),
        ("a: 1\n", [_add(["b"], {}), _add(["b", "c"], []), _add(["b", "c", {"=": 1}], 1)], "a: 1\nb:\n  c:\n    - 1\n"),
        ("a: 1\nb: 2\n", [_remove(["a"]), _add(["a"], 3)], "b: 2\na: 3\n"),
        (
            "a:\n- {id: 1}\n- {id: 2}\n",
            [_remove(["a", {"id": 1}]), _replace(["a", {"id": 2}, "id"], 3)],
            "a:\n- {id: 3}\n",
        ),
        (
            "a:\n- from: x\n  to: z\n",
            [_add(["a", {"from": "z"}], {"to": "x", "note": 1, "from": "z"})],
            "a:\n- from: x\n  to: z\n- from: z\n  to: x\n  note: 1\n",
        ),
        (
            "a:\n- {from: x, to: z} # c\n",
            [_add(["a", {"from": "z"}], {"to": "x", "from": "z"})],
            "a:\n- {from: x, to: z} # c\n- {from: z, to: x}\n",
        ),
        ("a: 1 # c\nb: 2\n", [_replace([], {"b": 3, "c": Decimal("1e400")})], "b: 3\nc: 1.0e+400\n"),
    ],
)
def test_changes_come_out_as_a_person_would_write_them(
    before: str, changes: list[Change], after: str, line_break: str
) -> None:
    # A document of one line has no line break to take after.
    line_break = line_break if "\n" in before else "\n"

    text = edited(read(before.replace("\n", line_break)), changes)

    assert text == after.replace("\n", line_break)


@pytest.mark.parametrize(
    "change",
    [
        _replace(["workflow", "owner"], "Eve", before="Adam"),
        _replace(["nothing"], 1),
        _remove(["workflow", "statuses", {"id": "gone"}]),
        _add(["notes"], "again"),
        _add(["workflow", "statuses", {"id": "open"}], {"id": "open"}),
        _add(["notes", "within"], 1),
        _add(["tags", "key"], 1),
        _replace([], ["a list"]),
        _replace(["notes"], float("nan")),
        _replace(["notes"], 10**5000),
        _replace(["notes"], {1: 2}),
        _replace(["notes"], "NUL \0"),
        _replace(["notes"], "half \ud800"),
        _replace(["notes"], "x" * 3_000_000),
        _replace(["notes"], _nested(80)),
    ],
)
def test_what_cannot_be_changed_is_refused_in_a_sentence(change: Change) -> None:
    with pytest.raises(EditError, match=r"\.$"):
        edited(read(CONFIGURATION), [change])


def test_a_text_that_says_something_else_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_blocks._Edit, "text", lambda edit: edit._source)

    with pytest.raises(EditError):
        edited(read(CONFIGURATION), [_replace(["notes"], "other")])


def test_texts_are_the_same_to_readers_of_yaml_1_1() -> None:
    """For what they take for something else is quoted."""
    texts = [
        "NO",
        "on",
        "y",
        "12:30:45",
        "014",
        "2024-01-05",
        "1_000",
        "0b1",
        "1.0",
        "~",
        "",
        "<<",
        "=",
        " a",
        "a ",
        "a: b",
        "a #b",
    ]
    document = edited(read(""), [_add(["texts"], texts), _add(["NO"], {text: [text] for text in texts})])

    assert yaml.safe_load(document) == {"texts": texts, "NO": {text: [text] for text in texts}}


async def test_editing_leaves_the_event_loop_free() -> None:
    assert await edited_off_loop(read("a: 1\n"), [_replace(["a"], 2)]) == "a: 2\n"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("project.yaml", CONFIGURATION, CONFIGURATION.replace("two", "three")),
        ("config/the project.yaml", CONFIGURATION * 9, "x: 1\n" + CONFIGURATION * 9 + "y: 2\n"),
        ("größe.yaml", "a: 1", "a: 1\nb: 2"),
        ("a.yaml", "a: 1\nb: 2", "a: 1\n"),
        ("a.yaml", "", "a: 1\n"),
        ("a.yaml", "\ufeffa: 1\r\nb: 2\r\n", "\ufeffa: 1\r\nb: 3\r\n"),
        ("a.yaml", "a: 1\n# \u2028 \x0c\n-- b\n", "a: 2\n"),
    ],
)
def test_git_takes_the_patch(tmp_path: Path, name: str, before: str, after: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(before.encode())

    subprocess.run(["git", "apply"], cwd=tmp_path, input=unified(name, before, after).encode(), check=True)

    assert file.read_bytes() == after.encode()


def test_no_difference_is_no_patch() -> None:
    assert unified("a.yaml", CONFIGURATION, CONFIGURATION) == ""
