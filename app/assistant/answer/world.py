"""What there is to read for a model: the session's projects, their comparison and the documentation, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from app.assistant.answer.scope import INFRASTRUCTURE, Scope
from app.assistant.answer.tools import Found
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.paths import PathError, friendly, get, parse
from app.assistant.ground import Library, Section
from app.assistant.report import told
from app.assistant.secrecy.redaction import Redactor
from app.assistant.subject import Subject
from app.chat.talk import Session
from app.logs import REDACTED

MOST_PLACES: Final = 50
"""That one path with `*` may lead to."""

ANY: Final = "*"


class World:
    """A talk's, which is what the model's tools read."""

    def __init__(self, scope: Scope, library: Library, session: Session) -> None:
        self._scope = scope
        self._library = library
        self._session = session
        self.sections: list[Section] = []
        """Of the documentation, that were found so far."""
        self.comparisons: dict[str, list[dict[str, Any]]] = {}
        """Of each project, by its slug, the differences as a message's metadata has them."""
        self._redacted: dict[str, tuple[Any, Any]] = {}
        """The two sides of each project that was looked into: of a large one that is the work of seconds."""

    @property
    def redactor(self) -> Redactor:
        """Of all texts."""
        return self._scope.redactor

    async def read_comparisons(self) -> None:
        """Compare the sides of each project that has two."""
        history = self._library.history(self._session)
        below = INFRASTRUCTURE if self._scope.is_infrastructure else ""
        for subject in self._scope.subjects:
            await subject.compare()
            if subject.differences is not None:
                differences = await told(subject, history, below)
                placed = [self._placed(subject, each) for each in differences]
                self.comparisons[subject.project.slug] = await asyncio.to_thread(self.redactor.texts, placed)

    async def look_up(self, path: str) -> Sequence[Found]:
        """The places that a path leads to, found in a thread. Raises PathError."""
        return await asyncio.to_thread(self._look_up, parse(path))

    def _look_up(self, tokens: tuple[str | int, ...]) -> Sequence[Found]:
        slugs = [each.project.slug for each in self._scope.subjects]
        if not (self._scope.is_infrastructure and tokens[:1] == (ANY,)):
            return self._found(*self._scope.resolve(tokens))
        found = (self._found(*self._scope.resolve((slug, *tokens[1:]))) for slug in slugs)
        return [one for each in found for one in each][:MOST_PLACES]

    async def compare(self, path: str) -> Sequence[Mapping[str, Any]]:
        """The differences at and below a path. Raises PathError."""
        differences = [each for found in self.comparisons.values() for each in found]
        if not (below := friendly(parse(path))):
            return differences
        return [each for each in differences if _is_below(each["path"], below)]

    async def search_documentation(self, query: str) -> Sequence[Section]:
        """The sections that fit best, best first."""
        found = await self._library.search(self._session, query)
        self.sections += found
        return found

    def _found(self, subject: Subject, path: tuple[str | int, ...]) -> list[Found]:
        sides = (subject.project.configuration, subject.document.value if subject.document else ABSENT)
        places = dict.fromkeys(place for side in sides for place in islice(_places(side, path), MOST_PLACES))
        slug = subject.project.slug
        if slug not in self._redacted:
            database, yaml = map(subject.redactor.value, sides)
            self._redacted[slug] = database, yaml
        return [
            Found(
                self._scope.friendly(subject, place),
                *(_value(side, redacted, place) for side, redacted in zip(sides, self._redacted[slug], strict=True)),
            )
            for place in list(places)[:MOST_PLACES]
        ]

    def _placed(self, subject: Subject, difference: dict[str, Any]) -> dict[str, Any]:
        if not self._scope.is_infrastructure:
            return difference
        return {**difference, "path": f"{friendly((subject.project.slug,))}.{difference['path']}"}


def _value(side: Any, redacted: Any, place: Sequence[str | int]) -> Any:
    """What stands at a place, as whoever may not see secrets sees it; ABSENT where there is nothing."""
    try:
        get(side, place)
    except PathError:
        return ABSENT
    try:
        return get(redacted, place)
    except PathError:
        # On the way to it a key or everything is a secret.
        return REDACTED


def _places(value: Any, path: Sequence[str | int], at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a path leads; `*` is any key or index, unless there is a key of that name."""
    if not path:
        if value is not ABSENT:
            yield at
        return
    token, *rest = path
    members: dict[Any, Any] = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(members, dict):
        return
    for key in members if token == ANY and ANY not in members else [token] if token in members else []:
        yield from _places(members[key], rest, (*at, key))


def _is_below(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))
