from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
import yaml

from app.assistant.configuration.numbers import read_json, write_json
from app.assistant.configuration.paths import PathError, Selector
from app.assistant.documents import source as yaml_source
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import MOST_BYTES, MOST_LEVELS, MOST_NODES, read, read_off_loop

CONFIGURATION = """\
# The workflow of the project.
workflow:
  statuses:
    - id: open          # where all begin
      name: "Open #1"
    - {id: done, name: 'Done'}
  transitions: []
notes: |  # for people
  # is text
  and more
fields/with.dots: ~
"""

REFUSED = {
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, 4),
    "alias": ("a: *x\n", 1, 4),
    "flow, 3,000 deep": ("a: " + "[" * 3000, 1, 3 + MOST_LEVELS),
    "flow mappings, 3,000 deep": ("a: " + "{a: " * 3000, 1, 4 + 4 * (MOST_LEVELS - 1)),
    "block, 3,000 deep on a line": ("a:\n  " + "- " * 3000, 2, 3 + 2 * (MOST_LEVELS - 1)),
    "block, 300 deep": ("".join(" " * level + "a:\n" for level in range(300)), MOST_LEVELS + 1, MOST_LEVELS + 1),
    "duplicate keys": ("a: 1\nb: 2\n'a': 3\n", 3, 1),
    "duplicate keys by an escape": ('{a: 1, "\\x61": 2}', 1, 8),
    "tag": ("a: !!str 1\n", 1, 4),
    "own tag": ("a: !secret x\n", 1, 4),
    "tag without handle": ("a: !e!x 1\n", 1, 4),
    "tabs": ("a:\n\t- b\n", 2, 1),
    "tabs further down": ("a:\n  b: 1\n\tc: 2\n", 3, 1),
    "more than 2 MiB": ("a: " + "x" * MOST_BYTES, 1, 1),
    "10 MB": (b"# " + b"x" * 10_000_000, 1, 1),
    "infinity": ("a: 1\nb: -.inf\n", 2, 4),
    "not a number": ("a: [1, .NaN]\n", 1, 8),
    "a number of 5,000 digits": ("a: " + "9" * 5000, 1, 4),
    "an exponent of 20 digits": ("a: 1e99999999999999999999", 1, 4),
    "number for a key": ("a: x\n1: x\n", 2, 1),
    "true for a key": ("true: x\n", 1, 1),
    "null for a key": ("a:\n  ~: x\n", 2, 3),
    "no key": ("{: x}\n", 1, 2),
    "list for a key": ("? [a]\n: b\n", 1, 3),
    "mapping for a key": ("{{a: 1}: b}", 1, 2),
    "merge key": ("a:\n  <<: {b: 1}\n", 2, 3),
    "several documents": ("a: 1\n---\nb: 2\n", 2, 1),
    "text behind the document": ("a: 1\n...\nb\n", 3, 1),
    "%YAML": ("# c\n%YAML 1.1\n---\na: 1\n", 2, 1),
    "%TAG": ("%TAG ! tag:example.com,2000:\n---\na: 1\n", 1, 1),
    "a list": ("- a\n", 1, 1),
    "a text": ("---\nhello\n", 2, 1),
    "null": ("null\n", 1, 1),
    "NUL": ("a: x\0\n", 1, 5),
    "escaped NUL": ('a: "\\0"\n', 1, 4),
    "half a surrogate pair": ("a: \ud800\n", 1, 4),
    "escaped half of a surrogate pair": ('a: "\\ud83d"\n', 1, 4),
    "control character": ("a: b\n# \x1b[31m\n", 2, 3),
    "a line separator ending a comment for some": ("# c\u2028admin: true\n", 1, 4),
    "next line": ("a: b\x85c\n", 1, 5),
    "lone carriage return": ("a: 1\rb: 2\r", 1, 5),
    "byte order mark within": ("a: 1\n\ufeffb: 2\n", 2, 1),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, 1),
    "UTF-16 without a mark": ("a: 1\n".encode("utf-16-le"), 1, 2),
    "Latin-1": (b"a: 1\nb: caf\xe9\n", 2, 7),
    "invalid UTF-8 behind a mark": (b"\xef\xbb\xbfa: \xff", 1, 4),
    "no closing quote": ("a: 1\nb: 'x\nc: 2\n", 2, 4),
    "no closing bracket": ("a: 1\nb: [1, 2\nc: 3\n", 2, 4),
    "no comma": ("a: {b: 1\nc: 3\n", 1, 4),
    "no colon": ("a: 1\nb\n", 2, 1),
    "two colons": ("a: b: c\n", 1, 5),
    "unlike its neighbours": ("a:\n   b: 1\n  c: 2\n", 3, 3),
    "no such escape": ('a: "\\q"\n', 1, 4),
    "at sign": ("a: @x\n", 1, 4),
    "header of a block text": ("a: |x\n b\n", 1, 5),
    "nothing but a bracket": ("a: }\n", 1, 4),
}


@pytest.fixture(params=["libyaml", "pure"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure":
        monkeypatch.setattr(yaml_source, "_LOADER", yaml.SafeLoader)


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(("text", "line", "column"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_plain_data_is_refused_with_its_place(text: str | bytes, line: int, column: int) -> None:
    with pytest.raises(YamlError) as refused:
        read(text)

    assert (refused.value.line, refused.value.column) == (line, column)
    assert refused.value.message.endswith(".")
    assert len(str(refused.value)) < 200


def test_no_error_quotes_the_document() -> None:
    for text in (
        "a: sk_live_1\na: 2\n",
        "a: sk_live_1: b\n",
        "sk_live_1\n",
        "a: !sk_live_1 x\n",
        "a: *sk_live_1",
        "a: [sk_live_1",
    ):
        with pytest.raises(YamlError) as refused:
            read(text)
        assert "sk_live" not in str(refused.value)


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("12:30:45", "12:30:45"),
        ("190:20:30.15", "190:20:30.15"),
        ("2024-01-05", "2024-01-05"),
        ("2024-01-05T10:00:00Z", "2024-01-05T10:00:00Z"),
        ("1_000", "1_000"),
        ("0b101", "0b101"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("NaN", "NaN"),
        ("inf", "inf"),
        ("014", 14),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("+7", 7),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("0.30000000000000004", 0.30000000000000004),
        ("1e400", Decimal("1e400")),
        ("0.1000000000000000055511151231257827", Decimal("0.1000000000000000055511151231257827")),
        ("", None),
        ("~", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("'null'", "null"),
        ('"\\x41\\u00e9\\U0001F600"', "Aé😀"),
        ("|-\n  1", "1"),
        (">\n  a\n  b\n", "a b\n"),
        ("a#b", "a#b"),
        ("http://example.com/#top", "http://example.com/#top"),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Any) -> None:
    read_back = read(f"a: {text}").value["a"]

    assert read_back == value
    assert type(read_back) is type(value)


def test_numbers_are_the_same_behind_json() -> None:
    """What PostgreSQL writes for them is read as what is equal to them."""
    for text, written in (
        ("1e23", "100000000000000000000000"),
        ("1e400", "1" + "0" * 400),
        ("1e-7", "0.0000001"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("100000000000000000000000.0", "100000000000000000000000.0"),
    ):
        value = read(f"a: {text}").value
        assert value == read_json(f'{{"a": {written}}}') == read_json(write_json(value))


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "---\n", "---\n# c\n...\n", "{}", "\ufeff", b"", b"\xef\xbb\xbf# c"]
)
def test_an_empty_document_is_an_empty_configuration(text: str | bytes) -> None:
    document = read(text)

    assert document.value == {}
    assert document.root.style in ("empty", "flow")


def test_nodes_know_where_they_stand() -> None:
    document = read("\ufeff" + CONFIGURATION.replace("\n", "\r\n"))

    done = document.at(("workflow", "statuses", Selector((("id", "done"),)), "name"))
    assert (done.line, done.column, done.style, done.value) == (6, 24, "'", "Done")
    assert document.text[done.start : done.end] == "'Done'"
    statuses = document.at(("workflow", "statuses"))
    assert document.text[statuses.start :].startswith("- id: open")
    assert document.text[: statuses.end].endswith("name: 'Done'}")
    assert document.text[: document.at(("notes",)).end].endswith("and more")
    assert [key.value for key in document.root.keys] == ["workflow", "notes", "fields/with.dots"]
    assert (document.root.line, document.root.column) == (2, 1)
    with pytest.raises(PathError):
        document.at(("workflow", "statuses", 2))


def test_comments_are_those_outside_of_texts() -> None:
    assert read(CONFIGURATION).comments == [
        (1, "The workflow of the project."),
        (4, "where all begin"),
        (8, "for people"),
    ]
    assert read("a: [x, #1\n  y] #2\n#\n'#b': \"#\" # 3 # 4\nc: x#y\nd: >-\n   #z\n # 5").comments == [
        (1, "1"),
        (2, "2"),
        (3, ""),
        (4, "3 # 4"),
        (8, "5"),
    ]


def test_a_document_has_so_many_values_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_NODES == 200_000
    monkeypatch.setattr(yaml_source, "MOST_NODES", 6)

    assert read("a: [1, 2, 3]").value == {"a": [1, 2, 3]}
    with pytest.raises(YamlError) as refused:
        read("a: [1, 2, 3,\n 4]")
    assert (refused.value.line, refused.value.column) == (2, 2)


def test_a_reader_gives_up_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "MOST_SECONDS", -1.0)

    with pytest.raises(YamlError, match="takes longer"):
        read("a: 1")


async def test_reading_leaves_the_event_loop_free() -> None:
    reading = asyncio.ensure_future(read_off_loop("a: 1\n"))
    assert not reading.done()
    assert (await reading).value == {"a": 1}
    with pytest.raises(YamlError):
        await read_off_loop("a: *x")
