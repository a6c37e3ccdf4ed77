"""Sessions, and what the configurations say that they are about."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from app.assistant.answer.scope import INFRASTRUCTURE
from app.assistant.documents.errors import YamlError
from app.assistant.library import DatabaseLibrary, PersonsHistory
from app.assistant.report import told
from app.assistant.secrecy.hidden import shown_value
from app.assistant.subject import Subject
from app.caller import Caller
from app.database import Database
from app.errors import InvalidRequest


class Projects:
    """What the routes of sessions ask for. Each raises PalaverErrors, NotFound for what the caller does not see."""

    def __init__(self, database: Database, library: DatabaseLibrary) -> None:
        self._database = database
        self._library = library

    async def open_session(self, caller: Caller, project: str | None) -> Mapping[str, Any]:
        """The caller's session on a project, by id or slug, or on the infrastructure; a new one if there is none."""
        return _session(await self._database.fetch_row("open_session", caller.claims, project))

    async def sessions(
        self, caller: Caller, *, context_type: str | None, project_id: UUID | None, limit: int, before: str | None
    ) -> Mapping[str, Any]:
        """A page of the caller's sessions; `next` is what the following page begins before."""
        at, conversation_id = _position(before)
        rows = await self._database.fetch(
            "list_sessions", caller.claims, context_type, project_id, limit, at, conversation_id
        )
        last = rows[-1] if len(rows) == limit else None
        return {
            "sessions": [_session(row) for row in rows],
            "next": f"{last['updated_at'].isoformat()},{last['id']}" if last else None,
        }

    async def configuration(self, caller: Caller, conversation_id: UUID) -> Mapping[str, Any]:
        """The configurations of a session's projects, without secrets, and how many differences each has."""
        subjects = await self._subjects(caller, conversation_id)
        return {"projects": [await asyncio.to_thread(_configuration, each) for each in subjects]}

    async def differences(self, caller: Caller, conversation_id: UUID, path: str) -> Mapping[str, Any]:
        """Where YAML and database differ, at and below a friendly path, who changed what, and since when."""
        history = PersonsHistory(self._database, caller)
        comparisons = []
        for each in await self._subjects(caller, conversation_id):
            found = await told(each, history, path)
            is_same = each.differences is not None and not found
            comparisons.append({**_identity(each), "isSame": is_same, "differences": found})
        return {"comparisons": comparisons}

    async def _subjects(self, caller: Caller, conversation_id: UUID) -> Sequence[Subject]:
        row = await self._database.fetch_row("find_session", caller.claims, conversation_id)
        subjects = []
        for project in await self._library.of(caller, row["context_type"], row["project_id"]):
            subject = await Subject.read(project)
            await subject.compare()
            if row["context_type"] == INFRASTRUCTURE:
                subject.narrow(INFRASTRUCTURE)
            subjects.append(subject)
        return subjects


def _session(row: asyncpg.Record) -> dict[str, Any]:
    newest = row.get("newest_message")
    return {
        "id": row["id"],
        "contextType": row["context_type"],
        "projectId": row["project_id"],
        **({"projectSlug": row["project_slug"], "projectName": row["project_name"]} if "project_slug" in row else {}),
        "title": row["title"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        **({"newestMessage": newest and msgspec.json.decode(newest)} if "newest_message" in row else {}),
    }


def _position(before: str | None) -> tuple[datetime | None, UUID | None]:
    if before is None:
        return None, None
    at, _, conversation_id = before.partition(",")
    try:
        return datetime.fromisoformat(at), UUID(conversation_id)
    except ValueError as error:
        raise InvalidRequest("before must be the `next` of another page.") from error


def _identity(subject: Subject) -> dict[str, Any]:
    project = subject.project
    return {
        "projectId": project.id,
        "slug": project.slug,
        "name": project.name,
        "access": project.access,
        "configurationVersion": project.configuration_version,
        "yamlFile": project.yaml_file,
        "yamlVersion": project.yaml_version,
        "yamlError": None if subject.fault is None else fault(subject.fault),
        "syncedAt": project.synced_at,
    }


def _configuration(subject: Subject) -> dict[str, Any]:
    return {
        **_identity(subject),
        "configuration": shown_value(subject.redactor.value(subject.project.configuration)),
        "differences": None if subject.differences is None else len(subject.differences),
    }


def fault(error: YamlError) -> dict[str, Any]:
    """Why a YAML document cannot be read, and where."""
    return {"detail": str(error), "line": error.line, "column": error.column}
