"""What the assistant reads in the database as the person who asks, and the suggestions that it leaves there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from app.assistant.comparison.blame import Edit, Person, Revision
from app.assistant.comparison.compare import Side
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.numbers import read_json, write_json
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import read_off_loop
from app.assistant.ground import DocumentationSection, Draft, Earlier, Outcome, Project, Section
from app.caller import Caller
from app.chat.talk import Session
from app.database import Database

MOST_PROJECTS: Final = 50
"""Of a session on the infrastructure."""

MOST_SECTIONS: Final = 8
"""That a search gives."""

MOST_EARLIER: Final = 20
"""Suggestions of before that the model is told of, of a project."""

REVISIONS_AT_ONCE: Final = 5


class DatabaseLibrary:
    """The library of the talks, and of the routes. All methods raise PalaverErrors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, caller: Caller, context_type: str, project_id: UUID | None) -> Sequence[Project]:
        """The project that a session is about, or those whose infrastructure it is about."""
        if context_type == "project":
            rows = [await self._database.fetch_row("read_project", caller.claims, str(project_id))]
        else:
            rows = await self._database.fetch("read_projects", caller.claims, MOST_PROJECTS)
        return [await asyncio.to_thread(project_of, row) for row in rows]

    async def projects(self, session: Session) -> Sequence[Project]:
        """The same, of a turn."""
        return await self.of(session.caller, session.context_type, session.project_id)

    def history(self, session: Session) -> PersonsHistory:
        """The revisions that the person sees."""
        return PersonsHistory(self._database, session.caller)

    async def search(self, session: Session, query: str) -> Sequence[Section]:
        """The sections of the documentation that fit best, best first."""
        rows = await self._database.fetch("search_documentation", session.caller.claims, query, MOST_SECTIONS)
        return [Section(row["file"], row["anchor"], row["heading"], row["breadcrumb"], row["content"]) for row in rows]

    async def sections(self, session: Session, named: Sequence[DocumentationSection]) -> Sequence[DocumentationSection]:
        """Those that there are."""
        links = [{"file": each.file, "section": each.section} for each in named]
        rows = await self._database.fetch("documentation_sections", session.caller.claims, write_json(links))
        return [DocumentationSection(row["file"], row["section"]) for row in rows]

    async def earlier(self, session: Session) -> Sequence[Earlier]:
        """Suggestions that wait for somebody, or were rejected lately."""
        if session.project_id is None:
            return []
        found = []
        for status in ("pending", "rejected"):
            rows = await self._database.fetch(
                "read_suggestions", session.caller.claims, session.project_id, status, MOST_EARLIER, None
            )
            found += [_earlier(read_json(row["suggestion"])) for row in rows]
        return found

    async def propose(self, session: Session, project: Project, drafts: Sequence[Draft]) -> Sequence[Outcome]:
        """Offer suggestions, and change nothing; an outcome for each.

        One at a time, since each is rehearsed on all of the configuration: of a large one many would take too long.
        """
        return [await self._propose(session, project, draft) for draft in drafts]

    async def _propose(self, session: Session, project: Project, draft: Draft) -> Outcome:
        offered = {
            "type": draft.type,
            "title": draft.title,
            "explanation": draft.explanation,
            "changes": [change.as_json() for change in draft.changes],
            "suspects": draft.suspects,
        }
        row = await self._database.fetch_row(
            "propose_suggestions",
            session.caller.claims,
            session.conversation_id,
            session.turn_id,
            project.id,
            project.configuration_version,
            write_json([offered]),
        )
        (outcome,) = msgspec.json.decode(row["outcomes"])
        return Outcome(outcome["status"], UUID(outcome["id"]) if outcome.get("id") else None)


class PersonsHistory:
    """The revisions of projects that one person sees."""

    def __init__(self, database: Database, caller: Caller) -> None:
        self._database = database
        self._caller = caller

    async def revisions(self, project_id: UUID, side: Side) -> AsyncGenerator[Revision, None]:
        """Those of one side, newest first. Raises PalaverError."""
        before: int | None = None
        while True:
            rows = await self._database.fetch(
                "read_revisions", self._caller.claims, project_id, side, REVISIONS_AT_ONCE, before
            )
            for row in rows:
                if (revision := await revision_of(row)) is not None:
                    yield revision
            if len(rows) < REVISIONS_AT_ONCE:
                return
            before = rows[-1]["version"]


async def revision_of(row: asyncpg.Record) -> Revision | None:
    """A row of project_revisions; None for a YAML document that cannot be read."""
    value: Any = ABSENT
    if row["configuration"] is not None:
        value = read_json(row["configuration"])
    elif row["yaml"] is not None:
        try:
            value = (await read_off_loop(row["yaml"])).value
        except YamlError:
            return None
    by = None if row["user_id"] is None else Person(row["user_id"], row["user_name"])
    return Revision(Edit(row["version"], row["created_at"], by, row["cause"]), value)


def project_of(row: asyncpg.Record) -> Project:
    """A row of `private.read_project()`."""
    synced = row["synced_configuration"]
    return Project(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        access=row["access"],
        configuration=read_json(row["configuration"]),
        configuration_version=row["configuration_version"],
        yaml=row["yaml"],
        yaml_file=row["yaml_file"],
        yaml_version=row["yaml_version"],
        synced_configuration=None if synced is None else read_json(synced),
        synced_yaml=row["synced_yaml"],
        synced_at=row["synced_at"],
        schema=read_json(row["schema"]),
        secret_paths=row["secret_paths"],
    )


def _earlier(suggestion: dict[str, Any]) -> Earlier:
    return Earlier(
        type=suggestion["type"],
        title=suggestion["title"],
        status=suggestion["status"],
        changes=suggestion["changes"],
        reason=suggestion.get("reason"),
    )
