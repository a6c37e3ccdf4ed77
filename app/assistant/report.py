"""A comparison as routes, metadata and the command line tell it: redacted, with places and with whose doing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from app.assistant.comparison.blame import blame
from app.assistant.comparison.compare import Difference
from app.assistant.comparison.result import as_result
from app.assistant.configuration.paths import friendly
from app.assistant.ground import History
from app.assistant.secrecy.hidden import shown_value
from app.assistant.subject import Subject


async def told(subject: Subject, history: History | None = None, below: str = "") -> list[dict[str, Any]]:
    """The differences of a project that has been compared, those at or below a friendly path.

    With a history, each says who made it what it is. Secrets and hidden characters are shown as such.
    """
    differences = [each for each in subject.differences or () if _is_below(each, below)]
    edits = []
    if history is not None and differences:
        project = subject.project
        sides = history.revisions(project.id, "yaml"), history.revisions(project.id, "database")
        edits = await blame(differences, *sides, subject.shape)
    return await asyncio.to_thread(_told, subject, differences, edits)


def _told(subject: Subject, differences: Sequence[Difference], edits: Sequence[Any]) -> list[dict[str, Any]]:
    shown = subject.redactor.differences(differences)
    results: list[dict[str, Any]] = shown_value(as_result(shown, edits, subject.document))
    return results


def _is_below(difference: Difference, path: str) -> bool:
    if not path:
        return True
    ways = {difference.friendly, friendly(difference.path)}
    return any(way == path or way.startswith((f"{path}.", f"{path}[")) for way in ways)
