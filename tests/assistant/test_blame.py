from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.assistant.comparison.blame import MOST_REVISIONS, Edit, Person, Revision, blame
from app.assistant.comparison.compare import compare
from app.assistant.configuration.changes import ABSENT
from app.assistant.configuration.shape import Shape

UNKNOWN = Shape({})
ADA = Person(UUID(int=1), "Ada")


class History:
    """Revisions, oldest first, and how many of them have been read, newest first."""

    def __init__(self, values: Sequence[Any], first: int = 1) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        edits = [Edit(first + at, start + timedelta(at), ADA) for at in range(len(values))]
        self.revisions = list(map(Revision, edits, values))
        self.now = values[-1] if values else ABSENT
        self.read = 0
        self.is_closed = False

    async def newest_first(self) -> AsyncGenerator[Revision, None]:
        try:
            for revision in reversed(self.revisions):
                self.read += 1
                yield revision
        finally:
            self.is_closed = True


async def blamed(yaml: History, database: History, shape: Shape = UNKNOWN) -> dict[str, tuple[int | None, int | None]]:
    """The versions that are blamed for each difference, of YAML and of the database."""
    differences = compare(yaml.now, database.now, shape)
    found = await blame(differences, yaml.newest_first(), database.newest_first(), shape)
    return {
        difference.friendly: (
            edits.yaml.version if edits.yaml else None,
            edits.database.version if edits.database else None,
        )
        for difference, edits in zip(differences, found, strict=True)
    }


async def test_the_newest_edit_that_made_it_what_it_is() -> None:
    yaml = History([{"n": 1}, {"n": 2}, {"n": 1}, {"n": 1, "x": 1}, {"n": "1", "x": 1}])
    database = History([{"n": 5}, {"n": 5, "o": 1}, {"n": 5, "o": 1, "x": 1}, {"n": 5, "x": 2}])
    assert await blamed(yaml, database) == {"n": (3, 1), "x": (4, 4)}


async def test_elements_are_followed_wherever_they_stand() -> None:
    a, b = {"id": "a", "n": 1}, {"id": "b", "n": 1}
    yaml = History([[a], [a, b], [b, a]])
    database = History([[a, b], [b, {**a, "n": 2}], [{**a, "n": 2}, b], [{**a, "n": 2}]])
    assert await blamed(yaml, database) == {"[1].n": (1, 2), "[0]": (2, 4)}


async def test_who_removed_it_and_who_never_had_it() -> None:
    yaml = History([{"n": 1}, {"n": 1, "old": 1}, {"n": 1}])
    database = History([{"n": 1, "old": 1, "new": 1}])
    assert await blamed(yaml, database) == {"old": (3, 1), "new": (None, 1)}


async def test_a_change_of_order() -> None:
    shape = Shape({"x-ordered": True})
    a, b, c = {"id": "a"}, {"id": "b"}, {"id": "c"}
    yaml = History([[a, b], [b, a], [b, a, {"id": "a2"}]])
    database = History([[a], [a, b], [c, a, b]])
    assert (await blamed(yaml, database, shape))[""] == (2, 2)


async def test_no_more_is_read_than_needed() -> None:
    yaml, database = History([{"n": at} for at in range(30)]), History([{"n": -at} for at in range(30)])
    assert await blamed(yaml, database) == {"n": (30, 30)}
    assert (yaml.read, database.read) == (2, 2)
    assert yaml.is_closed and database.is_closed
    same = History([{"n": 1}])
    assert await blamed(same, same) == {}
    assert same.read == 0


async def test_what_is_older_than_the_history_is_nobodys() -> None:
    yaml = History([{"n": 1}] * (MOST_REVISIONS + 5))
    assert await blamed(yaml, History([{"n": 2}] * 3, first=7)) == {"n": (None, None)}
    assert yaml.read == MOST_REVISIONS
    assert await blamed(History([{"n": 1}]), History([])) == {"": (1, None)}


async def test_a_state_that_no_revision_has_is_nobodys() -> None:
    yaml, database = History([{"n": 1}, {"n": 2}]), History([{"n": 3}])
    yaml.now = {"n": 4}
    assert await blamed(yaml, database) == {"n": (None, 1)}


async def test_there_was_no_document_once() -> None:
    yaml = History([ABSENT, {"n": 1}, ABSENT, {"n": 1}], first=0)
    assert await blamed(yaml, History([{"n": 2}])) == {"n": (3, 1)}
