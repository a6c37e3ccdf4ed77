"""Who made a difference: on each side, the newest revision in which the value became what it is now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.assistant.comparison.canonical import Canon
from app.assistant.comparison.compare import Difference, Side
from app.assistant.comparison.snapshot import Snapshot
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.shape import Shape

MOST_REVISIONS: Final = 50
"""So many of a side are looked at; what is older than that is nobody's."""

FIRST_VERSION: Final = 1
"""Before it there was nothing."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it; the name is None for whoever may not know it."""

    id: UUID
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """When a side changed, by whom (None: a job, or somebody who has been erased) and how, such as "suggestion"."""

    version: int
    at: datetime
    by: Person | None = None
    cause: str = "edit"


@dataclass(frozen=True, slots=True)
class Revision:
    """A side after an edit; ABSENT if there was no document then. One that cannot be read is left out."""

    edit: Edit
    value: Any


@dataclass(frozen=True, slots=True)
class Edits:
    """Who made a side what it is in one place; None where that is not known, or nobody ever touched it."""

    yaml: Edit | None = None
    database: Edit | None = None


async def blame(
    differences: Sequence[Difference],
    yaml: AsyncGenerator[Revision, None],
    database: AsyncGenerator[Revision, None],
    shape: Shape,
) -> list[Edits]:
    """For each difference the edits of both sides, given their revisions, newest first, read as far as needed."""
    of_yaml = await _edits(differences, "yaml", shape, yaml)
    of_database = await _edits(differences, "database", shape, database)
    return [Edits(*pair) for pair in zip(of_yaml, of_database, strict=True)]


async def _edits(
    differences: Sequence[Difference], side: Side, shape: Shape, revisions: AsyncGenerator[Revision, None]
) -> list[Edit | None]:
    search = _Search(differences, side, shape)
    read = 0
    async with aclosing(revisions):
        while search.waiting and read < MOST_REVISIONS and (revision := await anext(revisions, None)) is not None:
            await asyncio.to_thread(search.look, revision)
            read += 1
    return search.found


class _Search:
    """One side's way back through its revisions."""

    def __init__(self, differences: Sequence[Difference], side: Side, shape: Shape) -> None:
        self.found: list[Edit | None] = [None] * len(differences)
        self.waiting = {at: (*difference.on(side), difference.order) for at, difference in enumerate(differences)}
        self._shape = shape
        self._newer: Edit | None = None

    def look(self, revision: Revision) -> None:
        """What was something else by then, the edit after it has made what it is now."""
        self._settle(revision.value)
        self._newer = revision.edit
        if revision.edit.version <= FIRST_VERSION:
            self._settle(ABSENT)

    def _settle(self, value: Any) -> None:
        then = Snapshot(value, self._shape, Canon())
        for at, now in list(self.waiting.items()):
            if not then.has(*now):
                self.found[at] = self._newer
                del self.waiting[at]
