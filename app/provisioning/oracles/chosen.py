"""What we make otherwise than the real tools on purpose, so that it is not taken for a difference."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from app.provisioning.schema.difference import Difference

_EXTENSION: Final = re.compile(r"^CREATE EXTENSION .*?;$", re.MULTILINE | re.IGNORECASE)
_UUID: Final = re.compile(r"\b(?:(?:extensions|public)\.)?uuid_generate_v4\(\)", re.IGNORECASE)
_OF_EXTENSIONS: Final = re.compile(r'(?<=" )(citext|hstore|ltree|cube|geometry|geography)(\([^)]*\))?(?=[ ,)])')
_MOMENT: Final = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)?\+00'::timestamp.*")
_RECENT: Final = timedelta(hours=1)
_REPLACED: Final = {"citext": "text", "ltree": "text", "cube": "double precision[]"}


def explanation(difference: Difference) -> str | None:
    """Why something differs on purpose; None where it does not."""
    if (
        difference.kind == "default"
        and difference.ours == "gen_random_uuid()"
        and _UUID.fullmatch(str(difference.theirs))
    ):
        return "PostgreSQL's own function in the place of an extension's"
    moment = _MOMENT.fullmatch(str(difference.theirs)) if difference.kind == "default" else None
    if moment is not None and difference.ours is None:
        started = datetime.fromisoformat(f"{moment[1]}+00:00")
        if abs(datetime.now(UTC) - started) < _RECENT:
            return "the moment at which the app was started, which the tool takes for a default"
    return None


def without_extensions(sql: str) -> str:
    """Prisma's SQL without extensions, which are there already where they can be, and with PostgreSQL's own uuid."""
    return _EXTENSION.sub("", _UUID.sub("gen_random_uuid()", sql))


def without_their_types(sql: str) -> str:
    """TypeORM's SQL with the types of extensions, which it does not create, as the reader turns them."""
    return _OF_EXTENSIONS.sub(lambda found: _REPLACED.get(found[1], "jsonb"), sql)
