"""The server for apps, as the role that provisions sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address
from app.provisioning.server.names import Names
from app.provisioning.server.place import Hand, Place
from app.provisioning.server.roles import drop_role
from app.provisioning.server.scratch import drop_expired, scratch
from app.provisioning.server.usage import Usage, usage_of

LONGEST_TRANSACTION: Final = timedelta(hours=24)


class AppServer:
    """Makes places on the server, and takes figures of all of them. `url`: PROVISIONER_DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.address = Address(url)
        self._extensions: frozenset[str] = frozenset()

    @asynccontextmanager
    async def place(self, names: Names, *, gently: bool = False) -> AsyncIterator[Place]:
        """An app's place, held until the block ends; `gently`: only if nobody has it. Raises AppServerError."""
        async with self.address.link() as link:
            place = Place(self.address, link, names)
            await place.take(gently=gently)
            yield place

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Hand]:
        """An empty database and a login with no more rights than an app, gone when the block ends.

        Raises AppServerError.
        """
        async with scratch(self.address) as hand:
            yield hand

    async def without(self, extensions: Collection[str]) -> frozenset[str]:
        """Those of the extensions that apps cannot have here; asked only for what was not there. Raises AppServerError.

        What the operator installs meanwhile is found, since it was not there.
        """
        if not self._extensions.issuperset(extensions):
            async with self.address.link() as link:
                self._extensions = frozenset(row["name"] for row in await link.rows("extensions"))
        return frozenset(extensions) - self._extensions

    async def sizes(self) -> dict[Names, int]:
        """Bytes of every app's database. Raises AppServerError."""
        async with self.address.link() as link:
            rows = await link.rows("sizes", apps=naming.APPS)
        named = ((Names.of(row["database"]), row["bytes"]) for row in rows)
        return {names: size for names, size in named if names is not None}

    async def sizes_of(self, database: str, *, every: float) -> AsyncIterator[int]:
        """Bytes of a database, again and again, so many seconds apart. Raises AppServerError."""
        async with self.address.link() as link:
            while True:
                yield int(await link.value("size", database=database))
                await asyncio.sleep(every)

    async def usage(self, apps: Collection[Names]) -> dict[Names, Usage]:
        """Figures of those apps' databases, as usage.py says. Raises AppServerError."""
        return await usage_of(self.address, apps)

    async def objects(self) -> dict[str, str]:
        """Every database and role of apps, and the name of the database that it belongs to. Raises AppServerError."""
        async with self.address.link() as link:
            rows = await link.rows("objects", apps=naming.APPS)
        return {row["name"]: row["name"][: naming.LENGTH] for row in rows}

    async def end_old_transactions(self) -> list[str]:
        """End sessions of apps that have been in one transaction for too long; their databases. Raises AppServerError.

        It keeps the server from reusing transaction numbers, of which there is one supply for all.
        """
        hours = LONGEST_TRANSACTION // timedelta(hours=1)
        async with self.address.link() as link:
            rows = await link.rows("end_old_transactions", apps=naming.APPS, hands=naming.HANDS, hours=hours)
        return [row["datname"] for row in rows]

    async def drop_expired_hands(self) -> int:
        """Drop temporary logins that have outlived their time; how many there were. Raises AppServerError."""
        async with self.address.link() as link:
            scratches = await drop_expired(self.address, link)
            expired = await link.rows("expired_hands", hands=naming.HANDS, apps=naming.APPS)
            apps = {(row["rolname"], Names.of(row["role"] or "")) for row in expired}
            for hand, names in apps:
                if names is None:
                    await drop_role(self.address, link, hand)
        for names in {names for _, names in apps if names is not None}:
            # To take a place is to drop its hands; one that is at work still, past its time, is left to it.
            async with self.place(names, gently=True):
                pass
        return len(expired) + scratches
