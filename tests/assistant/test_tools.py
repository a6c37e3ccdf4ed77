"""The tools that a model may call read, and answer whatever they are called with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from app.assistant.answer.tools import MOST_RESULT_CHARS, TOOLS, Found, run
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import PathError, get, parse
from app.assistant.configuration.shape import Shape
from app.assistant.secrecy.redaction import Redactor

CONFIGURATION: dict[str, Any] = {
    "workflow": {"statuses": [{"id": "open"}, {"id": "done"}]},
    "slack": {"token": "hunter22"},
    "name": "Help\u200bdesk",
    "large": {f"key{number}": "x" * 100 for number in range(500)},
}
DOCUMENT: dict[str, Any] = {"workflow": {"statuses": [{"id": "open"}]}, "name": "Desk"}


@dataclass
class Page:
    file: str
    anchor: str
    heading: str
    content: str


class Reads:
    """A world of one project; it keeps what it was asked."""

    def __init__(self) -> None:
        self.redactor = Redactor.of([CONFIGURATION, DOCUMENT], Shape({}), [])
        self.asked: list[tuple[str, str]] = []
        self.pages = [
            Page("guide.md", "slack", "hunter22", "The token is hunter22\u202e"),
            Page("b.md", "", "", "x" * 9_000),
        ]
        self.found = [{"path": "slack.token", "yamlValue": None, "dbValue": "[redacted]"}]

    async def look_up(self, path: str) -> Sequence[Found]:
        self.asked.append(("look_up", path))
        tokens = parse(path)
        sides = [self._side(document, tokens) for document in (CONFIGURATION, DOCUMENT)]
        return [] if sides == [ABSENT, ABSENT] else [Found(path, *sides)]

    def _side(self, document: Any, tokens: Sequence[str | int]) -> Any:
        try:
            return self.redactor.value(get(document, tokens), tokens)
        except PathError:
            return ABSENT

    async def compare(self, path: str) -> Sequence[Mapping[str, Any]]:
        self.asked.append(("compare", path))
        return self.found

    async def search_documentation(self, query: str) -> Sequence[Page]:
        self.asked.append(("search_documentation", query))
        return self.pages


def test_there_is_nothing_that_writes() -> None:
    assert [tool["function"]["name"] for tool in TOOLS] == ["look_up", "compare", "search_documentation"]


def test_tools_have_the_strict_form() -> None:
    for tool in TOOLS:
        assert tool["type"] == "function" and set(tool) == {"type", "function"}
        function = tool["function"]
        assert set(function) == {"name", "description", "strict", "parameters"} and function["strict"] is True
        parameters = function["parameters"]
        assert parameters["type"] == "object" and parameters["additionalProperties"] is False
        assert parameters["required"] == list(parameters["properties"])
        assert all(set(each) == {"type", "description"} for each in parameters["properties"].values())


async def said(name: str, **arguments: Any) -> str:
    return await run(name, json.dumps(arguments), Reads())


async def test_a_place_on_both_sides() -> None:
    assert json.loads(await said("look_up", path="workflow.statuses[0].id")) == {
        "path": "workflow.statuses[0].id",
        "both": "open",
    }
    assert json.loads(await said("look_up", path="workflow.statuses[1].id"))["database"] == "done"
    assert json.loads(await said("look_up", path="name")) == {
        "path": "name",
        "database": "Help⟨U+200B⟩desk",
        "yaml": "Desk",
    }


async def test_what_is_not_there_is_said() -> None:
    assert await said("look_up", path="nowhere") == "There is nothing there, on either side."
    assert "is no path" in await said("look_up", path="a..b")
    world = Reads()
    world.found, world.pages = [], []
    assert "do not differ" in await run("compare", '{"path": ""}', world)
    assert "says nothing" in await run("search_documentation", '{"query": "x"}', world)
    assert await said("search_documentation", query="  ") == "Say what to search for."


async def test_nothing_secret_or_hidden_is_said() -> None:
    assert json.loads(await said("look_up", path="slack")) == {"path": "slack", "database": {"token": "[redacted]"}}
    found = await said("search_documentation", query="slack")
    assert json.loads(found.splitlines()[0]) == {
        "file": "guide.md",
        "section": "slack",
        "heading": "[redacted]",
        "text": "The token is [redacted]⟨U+202E⟩",
    }
    for name, argument in (
        ("look_up", "path"),
        ("compare", "path"),
        ("search_documentation", "query"),
        ("hunter22", "x"),
    ):
        assert "hunter22" not in await said(name, **{argument: "hunter22"})


async def test_what_is_long_is_bounded_and_says_so() -> None:
    text = await said("look_up", path="large")
    assert len(text) <= MOST_RESULT_CHARS and "500 keys" in text and "too long to be shown" in text
    text = await said("search_documentation", query="x")
    assert "(9,000 characters)" in text
    world = Reads()
    world.found *= 1_000
    text = await run("compare", '{"path": ""}', world)
    assert len(text) <= MOST_RESULT_CHARS and "of 1000 are shown" in text
    world.found = [{"path": "x" * 100_000}]
    assert len(await run("compare", '{"path": ""}', world)) <= MOST_RESULT_CHARS


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("delete_project", "{}"),
        ("", ""),
        ("__class__", '{"path": ""}'),
        ("run", '{"path": ""}'),
        ("look_up", ""),
        ("look_up", "null"),
        ("look_up", "[]"),
        ("look_up", '"path"'),
        ("look_up", "{}"),
        ("look_up", '{"path": 1}'),
        ("look_up", '{"path": null}'),
        ("look_up", '{"path": ["a"]}'),
        ("look_up", '{"query": "a"}'),
        ("look_up", '{"path": "a", "value": 1}'),
        ("look_up", '{"path": "' + "a" * 100_000 + '"}'),
        ("look_up", '{"path": "a\\u0000"}'),
        ("look_up", "[" * 100_000),
        ("look_up", "\ud800"),
        ("look_up", "NaN"),
        ("look_up", '{"path": "a"'),
        ("search_documentation", '{"path": "a"}'),
        ("compare", '{"path": 3}'),
    ],
)
async def test_a_wrong_call_results_in_what_is_wrong(name: str, arguments: str) -> None:
    world = Reads()
    text = await run(name, arguments, world)
    assert 10 < len(text) < 500
    assert world.asked == []


async def test_what_the_world_cannot_do_is_raised() -> None:
    class Broken(Reads):
        async def compare(self, path: str) -> Sequence[Mapping[str, Any]]:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await run("compare", '{"path": ""}', Broken())
