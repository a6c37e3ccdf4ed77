"""What a model is given before a question: our instructions, and one message with everything that is data.

The data is JSON between two lines with a number that is drawn anew each time, and nothing in it can look like such a
line. Secrets are taken out and hidden characters shown before it is cut to its length.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from app.assistant.answer import instructions
from app.assistant.answer.marks import marks_of
from app.assistant.answer.outline import as_json, cut, outline, relevant
from app.assistant.answer.tools import Section
from app.assistant.configuration.changes import ABSENT
from app.assistant.secrecy.hidden import shown_value
from app.assistant.secrecy.redaction import Redactor

MOST_CHARS: Final = 60_000
"""Of the data, unless the caller says otherwise."""

_MARKER: Final = "<<<"
_SHARES: Final = {"documentation": 0.25, "earlier": 0.1}
_SECTION_CHARS: Final = 4_000
_COMMENT_CHARS: Final = 500

Message: TypeAlias = dict[str, Any]


class Earlier(Protocol):
    """A suggestion that waits for somebody, or that was rejected."""

    @property
    def type(self) -> str:
        """Workflow, and so on."""

    @property
    def title(self) -> str:
        """In a few words."""

    @property
    def status(self) -> str:
        """Pending or rejected."""

    @property
    def changes(self) -> Sequence[Mapping[str, Any]]:
        """As JSON."""

    @property
    def reason(self) -> str | None:
        """Why it was rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectData:
    """What there is to be told of a project; secrets are taken out here."""

    slug: str
    name: str = field(repr=False)
    access: str
    configuration: Any = field(repr=False)
    redactor: Redactor
    differences: Sequence[Mapping[str, Any]] | None = field(default=None, repr=False)
    """As `comparisonResults` has them, redacted; None where there is no YAML document that can be compared."""
    comments: Sequence[tuple[int, str]] = field(default=(), repr=False)
    """Of the YAML document, each with its line."""
    fault: str | None = field(default=None, repr=False)
    """Why the YAML document cannot be read."""
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def part(self, name: str) -> ProjectData:
        """The same with one key of its configuration and no comments; differences are the caller's."""
        value = self.configuration.get(name, ABSENT) if isinstance(self.configuration, Mapping) else ABSENT
        properties = {name: self.schema.get("properties", {}).get(name, {})}
        return ProjectData(
            slug=self.slug,
            name=self.name,
            access=self.access,
            configuration={} if value is ABSENT else {name: value},
            redactor=self.redactor,
            differences=self.differences,
            fault=self.fault,
            schema={**self.schema, "properties": properties},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a model is given of a session."""

    projects: Sequence[ProjectData]
    question: str = field(default="", repr=False)
    documentation: Sequence[Section] = field(default=(), repr=False)
    earlier: Sequence[Earlier] = field(default=(), repr=False)
    is_infrastructure: bool = False
    most_chars: int = MOST_CHARS

    def messages(self, nonce: str | None = None) -> list[Message]:
        """The system message and the data, a message of the user's; the conversation comes after them."""
        data = _as_json(self._data(self.most_chars - 200))
        nonce = nonce or secrets.token_hex(8)
        while nonce in data:
            nonce = secrets.token_hex(8)
        begin, end = f"{_MARKER}data {nonce}", f"{_MARKER}end {nonce}"
        system = instructions.INSTRUCTIONS.format(
            subject=instructions.INFRASTRUCTURE if self.is_infrastructure else instructions.PROJECT,
            paths=instructions.INFRASTRUCTURE_PATHS if self.is_infrastructure else instructions.PROJECT_PATHS,
            extent=instructions.VIEWER if all(project.access == "viewer" for project in self.projects) else "",
            begin=begin,
            end=end,
        )
        return [{"role": "system", "content": system}, {"role": "user", "content": f"{begin}\n{data}\n{end}"}]

    def _data(self, most: int) -> dict[str, Any]:
        redactor = Redactor.joined(project.redactor for project in self.projects)
        earlier = _fitting([self._earlier(one) for one in self.earlier], redactor, most * _SHARES["earlier"])
        sections = _fitting(
            [_section(one, redactor) for one in self.documentation], redactor, most * _SHARES["documentation"]
        )
        data: dict[str, Any] = {"projects": [], "documentation": sections, "earlier": earlier}
        most -= len(_as_json(data))
        for left, project in zip(range(len(self.projects), 0, -1), self.projects, strict=True):
            told = self._project(project, redactor, most // left)
            most -= len(_as_json(told)) + 1
            data["projects"].append(told)
        return data

    def _project(self, project: ProjectData, redactor: Redactor, most: int) -> dict[str, Any]:
        head = {"slug": project.slug, "name": project.name, "access": project.access}
        told = dict(_clear(head | ({"fault": project.fault} if project.fault else {}), redactor))
        if project.differences is not None:
            told["differences"] = _fitting(project.differences, redactor, most * 0.25)
            told["differences_in_all"] = len(project.differences)
        comments = ({"line": line, "text": cut(redactor.text(text), _COMMENT_CHARS)} for line, text in project.comments)
        told["comments"] = _fitting(comments, redactor, most * 0.1)
        told["schema"] = _fitting(marks_of(project.schema), redactor, most * 0.1)
        most -= len(_as_json(told)) + 100
        configuration = shown_value(project.redactor.value(project.configuration))
        if len(_as_json(configuration)) <= most:
            return told | {"configuration": configuration}
        lines = outline(configuration, most // 4)
        return told | {"outline": lines, "parts": relevant(configuration, self.question, most - len(_as_json(lines)))}

    def _earlier(self, suggestion: Earlier) -> dict[str, Any]:
        return {
            "type": suggestion.type,
            "title": suggestion.title,
            "status": suggestion.status,
            **({"reason": suggestion.reason} if suggestion.reason else {}),
            "changes": suggestion.changes,
        }


def _as_json(value: Any) -> str:
    """The value as JSON in which nothing can be taken for a line of ours, and which means the same."""
    return as_json(value).replace(_MARKER, "\\u003c" * len(_MARKER))


def _section(section: Section, redactor: Redactor) -> dict[str, Any]:
    text = cut(redactor.text(section.content), _SECTION_CHARS)
    return {"file": section.file, "section": section.anchor, "heading": section.heading, "text": text}


def _fitting(entries: Iterable[Any], redactor: Redactor, most: float) -> list[Any]:
    """The first entries that there is room for, ready to be shown."""
    fitting: list[Any] = []
    for entry in entries:
        told = _clear(entry, redactor)
        most -= len(_as_json(told)) + 1
        if most < 0:
            break
        fitting.append(told)
    return fitting


def _clear(value: Any, redactor: Redactor) -> Any:
    return shown_value(redactor.texts(value))
