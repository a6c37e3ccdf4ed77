"""A database that is to take the place of an app's: made beside it, and renamed when it is complete.

Its mark, a comment, says whose work it is, so that whoever goes on after a crash knows what was done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from app.provisioning.server import names as naming
from app.provisioning.server.insisting import insist
from app.provisioning.server.limits import Limits, limited
from app.provisioning.server.place import Hand, Place


class Successor:
    """Beside a place that is taken. `mark`: of whoever makes it."""

    def __init__(self, place: Place, mark: str) -> None:
        self._place = place
        self._mark = f"palaver successor {mark}"

    async def has_succeeded(self) -> bool:
        """Whether it took the place, maybe long ago; a change half done is taken back. Raises AppServerError."""
        names = self._place.names
        if await self._exists(names.former) and not await self._exists(names.database):
            await self._rename(names.former, names.database)
        return bool(await self._place.link.value("mark_of_database", database=names.database) == self._mark)

    async def create(self, limits: Limits) -> None:
        """It, empty. Raises AppServerError."""
        names, run = self._place.names, self._place.link.run
        await self.give_up()
        await run("create_database", database=names.successor, owner=naming.OWNER)
        await run("shut_database", database=names.successor)
        await run("open_database", database=names.successor, role=names.role)
        await limited(self._place.link, names.successor, limits)
        await run("mark_database", database=names.successor, mark=self._mark)
        await run("allow_connections", database=names.successor)
        async with self._place.address.link(database=names.successor, guarded=True) as inside:
            await inside.run("drop_standard_schema")

    @asynccontextmanager
    async def hand(self) -> AsyncIterator[Hand]:
        """A login on it that is gone afterwards. Raises AppServerError."""
        async with self._place.hand() as hand:
            yield Hand(hand.address, replace(hand.credentials, database=self._place.names.successor))

    async def succeed(self) -> None:
        """Take the place of the app's database, if there is one; nobody is in it. Raises AppServerError."""
        names, link = self._place.names, self._place.link
        await self._drop(names.former)
        await link.rows("end_sessions", database=names.successor)
        if await self._exists(names.database):
            await self._rename(names.database, names.former)
        await self._rename(names.successor, names.database)

    async def finish(self) -> None:
        """Drop what was there before. Raises AppServerError."""
        await self._drop(self._place.names.former)

    async def give_up(self) -> None:
        """Drop it. Raises AppServerError."""
        await self._drop(self._place.names.successor)

    async def _rename(self, database: str, to: str) -> None:
        await insist(self._place.link, "rename_database", database, **{"from": database, "to": to})

    async def _drop(self, database: str) -> None:
        await insist(self._place.link, "drop_database", database, database=database)

    async def _exists(self, database: str) -> bool:
        return bool(await self._place.link.value("database_exists", database=database))
