"""What the model may call: three ways to read, in the form of OpenAI's strict function tools, and none to write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgspec

from app.assistant.answer.outline import as_json, cut, outline
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import PathError
from app.assistant.secrecy.hidden import shown
from app.assistant.secrecy.redaction import Redactor

MOST_RESULT_CHARS: Final = 8_000
_MOST_ARGUMENT_CHARS: Final = 1_000
_MOST_SECTION_CHARS: Final = 2_000


def _tool(name: str, description: str, **arguments: str) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {key: {"type": "string", "description": text} for key, text in arguments.items()},
                "required": list(arguments),
                "additionalProperties": False,
            },
        },
    }


TOOLS: Final = (
    _tool(
        "look_up",
        "Reads what the database and the YAML document have at a place of the configuration.",
        path="Such as workflow.statuses[0].name; * stands for any key or index. On the infrastructure of several "
        "projects it begins with a project's slug.",
    ),
    _tool(
        "compare",
        "Lists where the YAML document and the database differ, and which side has changed.",
        path="Only below this path; empty for everything.",
    ),
    _tool(
        "search_documentation",
        "Searches the documentation.",
        query="A few words.",
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at one place, already redacted as what it is there; ABSENT where a side has nothing."""

    path: str
    """For people."""
    database: Any = field(default=ABSENT, repr=False)
    yaml: Any = field(default=ABSENT, repr=False)


class Section(Protocol):
    """A section of the documentation."""

    @property
    def file(self) -> str:
        """As it is cited."""

    @property
    def anchor(self) -> str:
        """Empty before the first heading."""

    @property
    def heading(self) -> str:
        """Above it."""

    @property
    def content(self) -> str:
        """In Markdown."""


class World(Protocol):
    """What there is to read for whoever asks."""

    @property
    def redactor(self) -> Redactor:
        """Of all texts."""

    async def look_up(self, path: str) -> Sequence[Found]:
        """The places that a path leads to. Raises PathError."""

    async def compare(self, path: str) -> Sequence[Mapping[str, Any]]:
        """The differences at and below a path, as `comparisonResults` has them, redacted. Raises PathError."""

    async def search_documentation(self, query: str) -> Sequence[Section]:
        """The sections that fit best, best first."""


async def run(name: str, arguments_json: str, world: World) -> str:
    """What a call of a tool results in, as text, without secrets, hidden characters or anything beyond its length.

    A call that is wrong results in what is wrong with it. Errors of the world are raised.
    """
    known = _READS.get(name)
    if known is None:
        return f"There is no such tool; there are {', '.join(_READS)}."
    argument, read = known
    try:
        arguments = msgspec.json.decode(arguments_json)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return f'The arguments are no JSON; {name} takes {{"{argument}": "…"}}.'
    if not isinstance(arguments, dict) or set(arguments) != {argument}:
        return f'{name} takes {{"{argument}": "…"}}, and nothing else.'
    value = arguments[argument]
    if not isinstance(value, str) or len(value) > _MOST_ARGUMENT_CHARS or "\0" in value:
        return f"{argument} has to be a text of at most {_MOST_ARGUMENT_CHARS:,} characters."
    try:
        text = await read(world, value)
    except PathError as error:
        text = str(error)
    return cut(shown(world.redactor.text(text)), MOST_RESULT_CHARS)


async def _look_up(world: World, path: str) -> str:
    found = await world.look_up(path)
    return await asyncio.to_thread(_told, found) if found else "There is nothing there, on either side."


def _told(found: Sequence[Found]) -> str:
    each = (MOST_RESULT_CHARS - 200) // (2 * len(found)) - 100
    places = []
    for one in found:
        sides = {"database": one.database, "yaml": one.yaml}
        if one.database is not ABSENT and as_json(one.database) == as_json(one.yaml):
            sides = {"both": one.database}
        bounded = {side: _bounded(value, max(each, 50)) for side, value in sides.items() if value is not ABSENT}
        places.append({"path": one.path, **bounded})
    return _listed(places)


async def _compare(world: World, path: str) -> str:
    differences = await world.compare(path)
    return _listed(differences) if differences else "The YAML document and the database do not differ there."


async def _search(world: World, query: str) -> str:
    if not query.strip():
        return "Say what to search for."
    found = await world.search_documentation(query)
    sections = [await asyncio.to_thread(_section, one, world.redactor) for one in found]
    return _listed(sections) if sections else "The documentation says nothing of that."


def _section(one: Section, redactor: Redactor) -> Mapping[str, Any]:
    return {
        "file": one.file,
        "section": one.anchor,
        "heading": one.heading,
        "text": cut(redactor.text(one.content), _MOST_SECTION_CHARS),
    }


def _listed(entries: Sequence[Mapping[str, Any]]) -> str:
    """As many entries as there is room for, and how many there are."""
    lines: list[str] = []
    room = MOST_RESULT_CHARS - 100
    for entry in entries:
        line = as_json(entry)
        room -= len(line) + 1
        if room < 0 and lines:
            return "\n".join([*lines, f"({len(lines)} of {len(entries)} are shown)"])
        lines.append(line)
    return "\n".join(lines)


def _bounded(value: Any, most: int) -> Any:
    """The value, or what it consists of if it is longer than that."""
    text = as_json(value)
    return value if len(text) <= most else {"too long to be shown; it has": outline(value, most)}


_READS: Final[Mapping[str, tuple[str, Callable[[World, str], Awaitable[str]]]]] = {
    "look_up": ("path", _look_up),
    "compare": ("path", _compare),
    "search_documentation": ("query", _search),
}
