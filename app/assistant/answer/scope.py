"""What paths mean in a session: on one project they begin in its configuration, on the infrastructure with its slug."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from app.assistant.answer.output import Source
from app.assistant.configuration.paths import PathError, Token, find, friendly, parse
from app.assistant.secrecy.redaction import Redactor
from app.assistant.subject import Subject

INFRASTRUCTURE: Final = "infrastructure"


class Scope:
    """The projects of a session."""

    def __init__(self, subjects: Sequence[Subject], context_type: str) -> None:
        self.subjects = subjects
        self.is_infrastructure = context_type == INFRASTRUCTURE
        self.redactor = Redactor.joined(subject.redactor for subject in subjects)
        """Of texts, which may hold what is secret anywhere."""

    def resolve(self, path: Sequence[str | int]) -> tuple[Subject, tuple[str | int, ...]]:
        """The project that a path leads to, and the way within its configuration. Raises PathError."""
        if not self.is_infrastructure:
            return self.subjects[0], tuple(path)
        subject = next((each for each in self.subjects if path and each.project.slug == path[0]), None)
        if subject is None:
            raise PathError("A path begins with the slug of a project.")
        if path[1:2] != (INFRASTRUCTURE,):
            raise PathError("Here is only the infrastructure of the projects.")
        return subject, tuple(path[1:])

    def friendly(self, subject: Subject, path: Sequence[Token]) -> str:
        """The path for people."""
        return friendly((subject.project.slug, *path) if self.is_infrastructure else path)

    def sides(self, path: str) -> Source | None:
        """On which sides there is something at a path; None for neither, and for what is no path."""
        try:
            subject, places = self.resolve(parse(path))
        except PathError:
            return None
        if not places:
            return None
        database = _leads(subject.project.configuration, places)
        if subject.document is not None and _leads(subject.document.value, places):
            return "both" if database else "yaml"
        return "database" if database else None


def _leads(value: Any, places: Sequence[str | int]) -> bool:
    try:
        find(value, places)
    except PathError:
        return False
    return True
