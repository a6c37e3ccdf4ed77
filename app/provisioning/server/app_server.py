"""The server for apps, as the role that provisions sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address
from app.provisioning.server.names import Names
from app.provisioning.server.place import Place


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is on the server and should not be."""

    unknown: tuple[str, ...]
    """Databases and roles of apps that nobody knows; reported only, for a person to look at."""
    hands: int
    """Temporary logins that had outlived their time, and have been dropped."""


class AppServer:
    """Makes places on the server, and takes figures of all of them. `url`: PROVISIONER_DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.address = Address(url)

    @asynccontextmanager
    async def place(self, names: Names, *, gently: bool = False) -> AsyncIterator[Place]:
        """An app's place, held until the block ends; `gently`: only if nobody has it. Raises AppServerError."""
        async with self.address.link() as link:
            place = Place(self.address, link, names)
            await place.take(gently=gently)
            yield place

    async def sizes(self) -> dict[Names, int]:
        """Bytes of every app's database. Raises AppServerError."""
        async with self.address.link() as link:
            rows = await link.rows("sizes", apps=naming.APPS)
        named = ((Names.of(row["database"]), row["bytes"]) for row in rows)
        return {names: size for names, size in named if names is not None}

    async def sweep(self, known: set[Names]) -> Leftovers:
        """Drop temporary logins that have outlived their time; report what nobody knows. Raises AppServerError."""
        async with self.address.link() as link:
            expired = await link.rows("expired_hands", hands=naming.HANDS, apps=naming.APPS)
            for row in expired:
                names = Names.of(row["role"] or "")
                if names is None:
                    await link.run("drop_role", role=row["rolname"])
            expected = {each for names in known for each in (*names.logins, names.frozen)}
            found = [row["name"] for row in await link.rows("objects", apps=naming.APPS)]
        for names in {names for row in expired if (names := Names.of(row["role"] or ""))}:
            # To take a place is to drop its hands; one that is at work still, past its time, is left to it.
            async with self.place(names, gently=True):
                pass
        return Leftovers(tuple(name for name in found if name not in expected), len(expired))
