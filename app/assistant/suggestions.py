"""Decisions of people on suggestions, and the edit of the YAML document that goes with one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.assistant.comparison.canonical import Canon
from app.assistant.comparison.compare import compare
from app.assistant.comparison.divergence import divergences
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.numbers import read_json, write_json
from app.assistant.configuration.paths import Path, Selector, Token, equal, from_json
from app.assistant.documents.edit import EditError, edited, unified
from app.assistant.documents.source import read
from app.assistant.library import DatabaseLibrary, project_of
from app.assistant.subject import Subject
from app.assistant.suggestion_shown import shown
from app.caller import Caller
from app.database import Database
from app.errors import ConfigurationInvalid, ConfirmationRequired, PalaverError, SuggestionDecided, SuggestionStale

_REFUSED: Final[Mapping[str, type[PalaverError]]] = {
    "stale": SuggestionStale,
    "decided": SuggestionDecided,
    "confirmation_required": ConfirmationRequired,
    "invalid": ConfigurationInvalid,
}


class Suggestions:
    """What the routes of suggestions ask for. Each raises PalaverErrors, NotFound for what the caller does not see."""

    def __init__(self, database: Database, library: DatabaseLibrary) -> None:
        self._database = database
        self._library = library

    async def page(
        self, caller: Caller, conversation_id: UUID, *, status: str | None, limit: int, before: UUID | None
    ) -> Mapping[str, Any]:
        """A page of the suggestions for a session's projects, newest first; `next` begins the following one."""
        session = await self._database.fetch_row("find_session", caller.claims, conversation_id)
        rows = await self._database.fetch(
            "read_suggestions", caller.claims, session["project_id"], status, limit, before
        )
        projects = await self._library.of(caller, session["context_type"], session["project_id"]) if rows else ()
        redactors = {str(project.id): (await Subject.read(project)).redactor for project in projects}
        suggestions = [read_json(row["suggestion"]) for row in rows]
        return {
            # Of a project that has been lost meanwhile there is nothing to tell.
            "suggestions": [
                await asyncio.to_thread(shown, each, redactors[each["project_id"]])
                for each in suggestions
                if each["project_id"] in redactors
            ],
            "next": rows[-1]["id"] if len(rows) == limit else None,
        }

    async def find(self, caller: Caller, suggestion_id: UUID) -> Mapping[str, Any]:
        """A suggestion; of one that can be accepted, or was, with the edit of the YAML document."""
        return await self._with_edit(*await self._read(caller, suggestion_id))

    async def accept(
        self,
        caller: Caller,
        suggestion_id: UUID,
        changes: Sequence[int] | None,
        confirmed: Sequence[int],
        version: int | None,
    ) -> Mapping[str, Any]:
        """Apply a suggestion. Raises SuggestionStale, SuggestionDecided, ConfirmationRequired, ConfigurationInvalid."""
        given = {"changes": changes, "confirmed": list(confirmed), "version": version}
        decided, row, subject = await self._decide(caller, suggestion_id, "accept", given)
        return {
            "status": "accepted",
            "configurationVersion": decided["configurationVersion"],
            "patch": subject.redactor.texts(decided["patch"]),
            "inverse": subject.redactor.texts(decided["inverse"]),
            **await self._with_edit(row, subject),
        }

    async def reject(self, caller: Caller, suggestion_id: UUID, reason: str | None) -> Mapping[str, Any]:
        """Reject a suggestion. Raises SuggestionDecided."""
        decided, _, subject = await self._decide(caller, suggestion_id, "reject", {"reason": reason})
        return {"status": "rejected", "suggestion": shown(decided["suggestion"], subject.redactor)}

    async def undo(self, caller: Caller, suggestion_id: UUID) -> Mapping[str, Any]:
        """Take an accepted suggestion back. Raises SuggestionStale, SuggestionDecided, ConfigurationInvalid."""
        decided, _, subject = await self._decide(caller, suggestion_id, "undo", {})
        return {
            "status": "undone",
            "configurationVersion": decided["configurationVersion"],
            "patch": subject.redactor.texts(decided["patch"]),
            "suggestion": shown(decided["suggestion"], subject.redactor),
        }

    async def _decide(
        self, caller: Caller, suggestion_id: UUID, action: str, given: Mapping[str, Any]
    ) -> tuple[dict[str, Any], asyncpg.Record, Subject]:
        """What came of it, and the suggestion with its project as they are now."""
        decision = {"id": str(suggestion_id), "action": action}
        decision |= {name: value for name, value in given.items() if value is not None}
        found = await self._database.fetch_row("decide_suggestion", caller.claims, write_json(decision))
        decided: dict[str, Any] = read_json(found["decision"])
        row, subject = await self._read(caller, suggestion_id)
        if (refused := _REFUSED.get(decided["status"])) is not None:
            told = {name: decided[name] for name in ("failures", "errors", "changes") if name in decided}
            shown_now = await asyncio.to_thread(shown, decided["suggestion"], subject.redactor)
            raise refused(extra={**subject.redactor.texts(told), "suggestion": shown_now})
        return decided, row, subject

    async def _read(self, caller: Caller, suggestion_id: UUID) -> tuple[asyncpg.Record, Subject]:
        row = await self._database.fetch_row("read_suggestion", caller.claims, suggestion_id)
        return row, await Subject.read(await asyncio.to_thread(project_of, row))

    async def _with_edit(self, row: asyncpg.Record, subject: Subject) -> dict[str, Any]:
        suggestion = read_json(row["suggestion"])
        told: dict[str, Any] = {
            "suggestion": await asyncio.to_thread(shown, suggestion, subject.redactor),
            "yamlEdit": None,
        }
        if suggestion["status"] in ("pending", "accepted") and row["yaml"] is not None:
            wanted = subject.project.configuration
            if suggestion["status"] == "pending":
                changes = write_json(suggestion["changes"])
                rehearsed = await self._database.fetch_row("rehearse", row["configuration"], changes)
                wanted = ABSENT if rehearsed["document"] is None else read_json(rehearsed["document"])
            told["yamlEdit"] = await asyncio.to_thread(_yaml_edit, subject, suggestion, wanted)
        return told


def _yaml_edit(subject: Subject, suggestion: Mapping[str, Any], wanted: Any) -> dict[str, Any]:
    """The edit of the YAML document that makes it say what the wanted configuration does, in what is changed."""
    project, document = subject.project, subject.document
    told = {"file": project.yaml_file, "yamlVersion": project.yaml_version, "diff": None}
    if document is None:
        return {**told, "problem": "The YAML document cannot be read."}
    changes = suggestion["changes"]
    if suggestion["status"] == "accepted":
        changes = [changes[at] for at in suggestion["applied_changes"]]
    places = [from_json(change["path"]) for change in changes]
    if wanted is ABSENT:
        return {**told, "problem": "What it rests on has changed."}
    found = list(divergences(document.value, wanted, subject.shape, Canon()))
    edits = [each.change for each in found if any(_overlap(each.other_path, place) for place in places)]
    if not edits:
        return told
    try:
        text = edited(document, edits)
        left = compare(read(text).value, wanted, subject.shape)
    except EditError as error:
        return {**told, "problem": str(error)}
    if any(_overlap(each.path, place) for each in left for place in places):
        return {**told, "problem": "The YAML document has to be edited by hand."}
    # The lines around it are shown to make it apply, and may hold what is shown to nobody.
    for context in (3, 0):
        diff = unified(project.yaml_file, document.text, text, context=context)
        if subject.redactor.text(diff) == diff:
            return {**told, "diff": diff}
    return {**told, "problem": "A secret stands in the same line."}


def _overlap(one: Path, other: Path) -> bool:
    return all(_same(first, second) for first, second in zip(one, other, strict=False))


def _same(one: Token, other: Token) -> bool:
    """Whether two tokens lead to the same; the database keeps the properties of a selector in an order of its own."""
    if isinstance(one, Selector) and isinstance(other, Selector):
        return equal(dict(one.values), dict(other.values))
    return one == other
