"""Keeps an eye on all databases: how large they are, and what that means for them; what is left on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from app.database import Database
from app.logs import get_logger
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppServerError
from app.provisioning.server.freezing import freeze, holds_still, is_frozen, shrink, thaw
from app.provisioning.server.names import Names
from app.provisioning.server.place import Place

log = get_logger(__name__)

WARNING_TIME: Final = timedelta(hours=24)
"""How long a database may be above its limit, as long as it is not far above."""

FAR: Final = 1.1
TOO_FAR: Final = 2.0
"""What grows to that although nothing can be written to its tables is shut."""

_SHOWN: Final = 20

USAGE_EVERY: Final = 10
"""Looks between two at what is in the databases: each has to be entered for it."""

SizeState: TypeAlias = Literal["within", "warned", "read_only"]


def size_state(state: SizeState, lasts: timedelta, size: int, limit: int | None) -> SizeState:
    """The state in which a database should be that has been in `state` for that long."""
    if limit is None or size <= limit:
        return "within"
    if size > limit * FAR or state == "read_only" or (state == "warned" and lasts >= WARNING_TIME):
        return "read_only"
    return "warned"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """How much is on the server that no row knows, and how many databases are not there that should be."""

    left_over: int
    missing: int


class Upkeep:
    """Any number of workers may do this at once: each change is one worker's."""

    def __init__(self, database: Database, server: AppServer) -> None:
        self._database = database
        self._server = server
        self._looks = 0

    async def look(self) -> Unmatched:
        """Measure, warn, freeze and thaw; clean up; what does not fit. Raises PalaverError and AppServerError."""
        sizes = await self._server.sizes()
        usage = await self._server.usage(sizes) if self._looks % USAGE_EVERY == 0 else {}
        self._looks += 1
        measured = [
            {"database_name": names.database, "bytes": size, "usage": usage.get(names)} for names, size in sizes.items()
        ]
        for row in await self._database.fetch("note_app_sizes", msgspec.json.encode(measured).decode()):
            try:
                await self._weigh(row)
            except AppServerError as error:
                # An app can make this fail in its own database; the others are seen to all the same.
                log.warning("app_not_weighed", database=row["database_name"], code=error.code, sqlstate=error.sqlstate)
        await self._server.drop_expired_hands()
        if ended := await self._server.end_old_transactions():
            log.warning("app_transactions_ended", databases=ended)
        if left := await self.left_over():
            log.error("apps_left_over", count=len(left), names=left[:_SHOWN])
        if missing := (await self._database.fetch_row("missing_app_databases", [each.database for each in sizes]))[0]:
            log.error("app_databases_missing", count=len(missing), names=missing[:_SHOWN])
        return Unmatched(len(left), len(missing))

    async def left_over(self) -> list[str]:
        """Databases and roles that are on the server and should not be: a person has to look at them.

        Raises PalaverError and AppServerError.
        """
        found = await self._server.objects()
        lost = set((await self._database.fetch_row("lost_app_databases", sorted(set(found.values()))))[0])
        if not lost:
            return []
        # What was just being removed has gone meanwhile.
        return [name for name, database in (await self._server.objects()).items() if database in lost]

    async def _weigh(self, row: Any) -> None:
        since = row["size_state_at"]
        lasts = datetime.now(UTC) - since if since is not None else timedelta()
        state = row["size_state"]
        wanted = size_state(state, lasts, row["size_bytes"], row["max_bytes"])
        if "read_only" not in (state, wanted):
            await self._note(row, wanted)
            return
        async with self._server.place(Names(UUID(str(row["database_id"]))), gently=True) as place:
            if not place.is_taken:
                # An operation is under way there; the next look finds it as well.
                return
            if wanted == "read_only":
                # Said before it is done, so that what a worker leaves that is killed at it is undone when it is to be.
                if await self._note(row, wanted):
                    await _hold(place, row)
            else:
                await thaw(place)
                await place.open()
                await self._note(row, wanted)

    async def _note(self, row: Any, wanted: SizeState) -> bool:
        """Whether the database is, or was already, in that state."""
        before = row["size_state"]
        if before == wanted:
            return True
        (changed,) = await self._database.fetch_row(
            "note_size_state", row["tenant_id"], row["database_id"], before, wanted
        )
        if changed:
            log.info("app_size_state", database=row["database_name"], before=before, now=wanted)
        return bool(changed)


async def _hold(place: Place, row: Any) -> None:
    if not await is_frozen(place):
        await freeze(place)
    elif row["size_bytes"] > row["max_bytes"] * TOO_FAR and row["size_state"] == "read_only":
        await place.quarantine()
    elif await holds_still(place):
        await shrink(place)
    else:
        log.warning("app_writes_while_read_only", database=row["database_name"])
        await place.quarantine()
