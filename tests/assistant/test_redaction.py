"""What a Redactor hides, what it leaves, and what it tells of itself."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any
from urllib.parse import quote

import pytest

from app.assistant.comparison.compare import compare
from app.assistant.configuration.changes import ABSENT, Change
from app.assistant.configuration.paths import Path, Selector
from app.assistant.configuration.shape import Shape
from app.assistant.secrecy.redaction import Redactor

HIDDEN = "[redacted]"
SCHEMA = {
    "properties": {
        "vault": {"x-secret": True},
        "people": {"items": {"properties": {"phone": {"x-secret": True}}}},
    }
}
DOCUMENT: dict[str, Any] = {
    "name": "Helpdesk",
    "marked": {"one": {"port": 8181, "open": True, "words": "a&b 'c' \"d\"/é+"}, "two": {"port": 9090}},
    "deep": [{"anywhere": {"mine": "deep-secret-1"}}],
    "vault": {"seal": "x-secret-value"},
    "people": [{"name": "Ann", "phone": 4930123456}],
    "slack": {"token": "hunter22", "channel": "#general", "note": "the token is hunter22, do not tell"},
    "credentials": {"user": "robot-7", "numbers": [1, True, None, ""]},
    "env": [{"name": "DB_PASSWORD", "value": "pgpass"}, {"name": "MODE", "value": "verbose"}],
    "database": "postgres://app:s3cret99@db:5432/x",
    "auth": {"type": "basic"},
    "image": {"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"},
    "reference": {"password": "${DB_PASSWORD}", "token": "", "secret": None},
    "AKIAIOSFODNN7EXAMPLE": 1,
}
MARKED = ["marked.*", "**.mine"]


@pytest.fixture
def redactor() -> Redactor:
    return Redactor.of([DOCUMENT], Shape(SCHEMA), MARKED)


def test_what_is_hidden_in_a_document(redactor: Redactor) -> None:
    before = copy.deepcopy(DOCUMENT)
    assert redactor.value(DOCUMENT) == {
        "name": "Helpdesk",
        "marked": {"one": HIDDEN, "two": HIDDEN},
        "deep": [{"anywhere": {"mine": HIDDEN}}],
        "vault": HIDDEN,
        "people": [{"name": "Ann", "phone": HIDDEN}],
        "slack": {"token": HIDDEN, "channel": "#general", "note": f"the token is {HIDDEN}, do not tell"},
        "credentials": {"user": HIDDEN, "numbers": [HIDDEN, HIDDEN, None, ""]},
        "env": [{"name": "DB_PASSWORD", "value": HIDDEN}, {"name": "MODE", "value": "verbose"}],
        "database": f"postgres://{HIDDEN}@db:5432/x",
        "auth": {"type": "basic"},
        "image": {"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"},
        "reference": {"password": "${DB_PASSWORD}", "token": "", "secret": None},
        HIDDEN: 1,
    }
    assert before == DOCUMENT


def test_a_part_is_hidden_as_it_is_within_the_whole(redactor: Redactor) -> None:
    assert redactor.value("abc", ("slack", "token")) == HIDDEN
    assert redactor.value({"port": 1}, ("marked", "three")) == HIDDEN
    assert redactor.value(1, ("marked", "three", "port")) == HIDDEN
    assert redactor.value("x", ("env", 0, "value")) == HIDDEN
    assert redactor.value("x", ("env", Selector((("name", "DB_PASSWORD"),)), "value")) == HIDDEN
    assert redactor.value("x", ("env", Selector((("name", "API_KEY"),)), "value")) == HIDDEN
    assert redactor.value("x", ("env", 1, "value")) == "x"
    assert redactor.value(ABSENT, ("slack", "token")) is ABSENT


SECRET = DOCUMENT["marked"]["one"]["words"]


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(json.dumps({"x": SECRET})),
        quote(SECRET),
        quote(SECRET, safe="").lower(),
        "'" + SECRET.replace("'", "''") + "'",
        SECRET.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;"),
        SECRET.encode().hex(),
        *(base64.b64encode(before + SECRET.encode() + b"--").decode() for before in (b"", b"x", b"xy", b"xyz")),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        SECRET[:4] + "\u200b" + SECRET[4:],
    ],
)
def test_a_copy_is_found_however_it_is_written(redactor: Redactor, form: str) -> None:
    text = redactor.text(f"before {form} after")
    assert HIDDEN in text
    assert text.startswith("before ") and text.endswith(" after")
    assert SECRET[2:8] not in text and form[6:-6] not in text


def test_a_copy_of_several_lines_is_found_line_by_line() -> None:
    key = "first-line-of-it\n  second-line-of-it\n"
    redactor = Redactor.of([{"seal": key}], Shape({}), ["seal"])
    assert redactor.text("# first-line-of-it\n#   second-line-of-it") == f"# {HIDDEN}\n#   {HIDDEN}"


def test_secrets_that_overlap_leave_nothing_standing() -> None:
    redactor = Redactor.of([{"a": "abcdef123", "b": "123xyz789", "c": "abcdef"}], Shape({}), ["*"])
    assert redactor.text("-abcdef123xyz789-abcdef-") == f"-{HIDDEN}-{HIDDEN}-"


def test_short_and_ordinary_values_are_hidden_in_their_place_alone() -> None:
    document = {"token": "abc", "auth": "basic", "password": "required"}
    redactor = Redactor.of([document], Shape({}), [])
    assert redactor.value(document) == dict.fromkeys(document, HIDDEN)
    assert redactor.text("abc, basic auth is required") == "abc, basic auth is required"


def test_text_that_was_redacted_stays_as_it_is(redactor: Redactor) -> None:
    once = redactor.text(json.dumps(DOCUMENT) + " password=hunter22 and token: hunter23x")
    assert redactor.text(once) == once
    assert redactor.value(redactor.value(DOCUMENT)) == redactor.value(DOCUMENT)


@pytest.mark.parametrize("mark", ["$.a.mine", "a..mine", "a/mine", "a[id=x].mine", "?? mine", "a.b.mine."])
def test_a_mark_that_nobody_understands_hides_its_last_word(mark: str) -> None:
    document = {"x": [{"mine": "kept-quiet"}]}
    assert Redactor.of([document], Shape({}), [mark]).value(document) == {"x": [{"mine": HIDDEN}]}


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("a.*.b", {"a": [{"b": HIDDEN, "c": 2}, {"b": HIDDEN}], "b": 4}),
        ("a[0].b", {"a": [{"b": HIDDEN, "c": 2}, {"b": HIDDEN}], "b": 4}),
        ("a[*]", {"a": [HIDDEN, HIDDEN], "b": 4}),
        ("**.b", {"a": [{"b": HIDDEN, "c": 2}, {"b": HIDDEN}], "b": HIDDEN}),
        ("a.**", {"a": HIDDEN, "b": 4}),
        ("**", HIDDEN),
        ("*", {"a": HIDDEN, "b": HIDDEN}),
        ("a.*.b.c", {"a": [{"b": 1, "c": 2}, {"b": 3}], "b": 4}),
        ("c", {"a": [{"b": 1, "c": 2}, {"b": 3}], "b": 4}),
    ],
)
def test_marked_paths(mark: str, expected: Any) -> None:
    document = {"a": [{"b": 1, "c": 2}, {"b": 3}], "b": 4}
    assert Redactor.of([document], Shape({}), [mark]).value(document) == expected


def test_what_is_too_deep_is_not_shown() -> None:
    document: Any = "at the bottom"
    for _ in range(150):
        document = {"a": document}
    assert "at the bottom" not in json.dumps(Redactor.of([document], Shape({}), []).value(document))


def test_keys_that_are_hidden_do_not_take_each_others_place() -> None:
    document = {"tokens": {}, "AKIAIOSFODNN7EXAMPLE": 1, "AKIAIOSFODNN7EXAMPLF": 2}
    assert Redactor.of([document], Shape({}), []).value(document) == {"tokens": {}, HIDDEN: 1, f"{HIDDEN} 2": 2}


def test_whether_a_value_holds_a_secret(redactor: Redactor) -> None:
    assert redactor.holds("say hunter22")
    assert redactor.holds({"a": ["AKIAIOSFODNN7EXAMPLE"]})
    assert redactor.holds({"hunter22": 1})
    assert redactor.holds(4930123456)
    assert not redactor.holds({"a": ["general", 8181, None, True, 1.5]})


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("slack", "token"), ("new",)),
        (("slack", "token"), (None,)),
        (("slack", "token"), (ABSENT, "x")),
        (("slack",), ({"token": "x"},)),
        (("slack",), (DOCUMENT["slack"], ABSENT)),
        (("marked", "one", "port"), (1, 2)),
        (("marked", "one"), ()),
        (("vault",), ({},)),
        (("name",), ("hunter22",)),
        (("name",), ("x [redacted] y",)),
        (("name",), (["a", {"b": "[REDACTED]"}],)),
        (("hunter22",), (1,)),
        (("env", Selector((("name", "hunter22"),))), (1,)),
        (("env", 0, "value"), ("x",)),
        (("env", Selector((("name", "A_TOKEN"),))), ({"name": "A_TOKEN", "value": "x"},)),
        (("marked", "one"), ("${X}",)),
        (("slack", "token"), ("hunter22", "${X}")),
    ],
)
def test_a_change_that_touches_a_secret(redactor: Redactor, path: Path, values: tuple[Any, ...]) -> None:
    assert redactor.touches(path, *values)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("name",), ("Service desk", "Helpdesk")),
        (("slack", "channel"), ("#support",)),
        (("auth", "type"), ("basic", "oidc")),
        (("env", 1, "value"), ("quiet",)),
        (("slack", "retries"), (3, ABSENT)),
        (("image", "digest"), ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1c",)),
        (("other", "token"), (ABSENT, "${SLACK_TOKEN}")),
        (("workflow", "statuses", Selector((("id", "qa"),))), (ABSENT, {"id": "qa", "name": "QA"})),
    ],
)
def test_a_change_that_touches_none(redactor: Redactor, path: Path, values: tuple[Any, ...]) -> None:
    assert not redactor.touches(path, *values)


def test_that_a_secret_differs_is_told_and_no_more() -> None:
    schema = {"properties": {"env": {"x-key": "name"}}}
    database: dict[str, Any] = {
        "slack": {"token": "new-secret"},
        "env": [],
        "name": "Desk",
        "note": "say new-secret",
        "dsn": None,
    }
    yaml: dict[str, Any] = {
        "slack": {"token": "old-secret"},
        "env": [{"name": "DB_PASSWORD", "value": "pw"}],
        "name": "Helpdesk",
        "note": "say old-secret",
        "dsn": "postgres://db",
    }
    redactor = Redactor.of([database, yaml], Shape(schema), [])
    found = {one.friendly: one for one in redactor.differences(compare(yaml, database, Shape(schema)))}
    assert {path: (one.yaml, one.database) for path, one in found.items()} == {
        "slack.token": (HIDDEN, HIDDEN),
        "env[0]": ({"name": "DB_PASSWORD", "value": HIDDEN}, ABSENT),
        "name": ("Helpdesk", "Desk"),
        "note": (f"say {HIDDEN}", f"say {HIDDEN}"),
        "dsn": (HIDDEN, None),
    }
    assert found["slack.token"].change == Change("replace", ("slack", "token"), HIDDEN, HIDDEN)
    assert found["slack.token"].type == "value_mismatch"


def test_texts_wherever_they_stand(redactor: Redactor) -> None:
    assert redactor.texts({"path": "slack.hunter22", "changed": [{"by": 1}]}) == {
        "path": f"slack.{HIDDEN}",
        "changed": [{"by": 1}],
    }


def test_several_projects_together(redactor: Redactor) -> None:
    other = Redactor.of([{"token": "swordfish"}], Shape({}), [])
    assert Redactor.joined([redactor, other]).text("hunter22, swordfish") == f"{HIDDEN}, {HIDDEN}"
    assert Redactor.joined([]).text("hunter22") == "hunter22"


def test_a_redactor_tells_nothing(redactor: Redactor) -> None:
    assert repr(redactor) == str(redactor) == f"{redactor}" == "<Redactor>"
    assert repr([redactor]) == "[<Redactor>]"
    assert not hasattr(redactor, "__dict__")


def test_no_secrets_no_changes() -> None:
    document = {"workflow": {"statuses": ["Open", "Done"], "limit": 3}, "notes": "The token count is low."}
    redactor = Redactor.of([document], Shape({}), [])
    assert redactor.value(document) == document
    assert redactor.text(json.dumps(document)) == json.dumps(document)


@pytest.mark.parametrize(
    "schema",
    [
        {"x-secret": False, "$ref": "#/$defs/hidden"},
        {"oneOf": [*({"const": number} for number in range(60)), {"x-secret": True}]},
        {"allOf": [{"x-secret": False}, {"allOf": [{"$ref": "#/$defs/hidden"}]}]},
    ],
)
def test_one_of_many_schemas_that_calls_it_a_secret_is_enough(schema: dict[str, Any]) -> None:
    shape = Shape({"properties": {"seal": schema}, "$defs": {"hidden": {"x-secret": True}}})
    document = {"seal": {"of": "wax"}}
    assert Redactor.of([document], shape, []).value(document) == {"seal": HIDDEN}
