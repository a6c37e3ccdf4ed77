"""What a talk rests on: what it reads as the person who asks, and the suggestions that it leaves behind."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from app.assistant.comparison.blame import Revision
from app.assistant.comparison.compare import Side
from app.assistant.configuration.changes import Change
from app.chat.talk import Session

SuggestionType = Literal["workflow", "custom_field", "automation_rule", "infrastructure"]


class DocumentationSection(msgspec.Struct, frozen=True):
    """A section of the documentation by its anchor, or a whole file."""

    file: str
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project as whoever asks may see it; what it holds is kept out of its repr, and so of logs."""

    id: UUID
    slug: str
    name: str
    access: str
    configuration: Any = field(repr=False)
    configuration_version: int
    yaml: str | None = field(default=None, repr=False)
    yaml_file: str = "project.yaml"
    yaml_version: int = 0
    synced_configuration: Any = field(default=None, repr=False)
    synced_yaml: str | None = field(default=None, repr=False)
    synced_at: datetime | None = None
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secret_paths: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the documentation that a search found."""

    file: str
    anchor: str
    heading: str
    breadcrumb: Sequence[str]
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggestion that is ready to be made."""

    type: SuggestionType
    title: str
    explanation: str
    changes: Sequence[Change] = field(repr=False)
    suspects: Sequence[Mapping[str, Any]] = ()
    """As `private.propose_suggestions()` takes them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a draft; it can be accepted if it is new or pending, which is that it was made before."""

    status: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A suggestion that was made before."""

    type: str
    title: str
    status: str
    changes: Sequence[Mapping[str, Any]] = field(repr=False)
    reason: str | None = None


class History(Protocol):
    """Where the revisions of projects are."""

    def revisions(self, project_id: UUID, side: Side) -> AsyncGenerator[Revision, None]:
        """Those of one side, newest first, read as far as needed. Raises PalaverError."""


class Library(Protocol):
    """What a talk reads as the person who asks, and the one thing that it leaves behind. All raise PalaverErrors."""

    async def projects(self, session: Session) -> Sequence[Project]:
        """The session's project, or all that the person sees."""

    def history(self, session: Session) -> History:
        """Where the revisions of the projects are."""

    async def search(self, session: Session, query: str) -> Sequence[Section]:
        """The sections of the documentation that fit best, best first."""

    async def sections(self, session: Session, named: Sequence[DocumentationSection]) -> Sequence[DocumentationSection]:
        """Those that there are."""

    async def earlier(self, session: Session) -> Sequence[Earlier]:
        """Suggestions that wait for somebody, or were rejected lately."""

    async def propose(self, session: Session, project: Project, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Offer suggestions, and change nothing; an outcome for each."""
