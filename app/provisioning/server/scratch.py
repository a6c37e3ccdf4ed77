"""An empty database of nobody's for a while, with a login that can do in it what an app can in its own, and no more."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address, Credentials, Link
from app.provisioning.server.insisting import insist
from app.provisioning.server.limits import Limits, limited
from app.provisioning.server.place import Hand
from app.provisioning.server.roles import drop_role
from app.provisioning.server.scram import new_password, verifier

LIFE: Final = timedelta(hours=1)
_LIMITS: Final = Limits(connections=4)


@asynccontextmanager
async def scratch(address: Address) -> AsyncIterator[Hand]:
    """A login on a database of the same name; both are gone afterwards. Raises AppServerError."""
    tail = secrets.token_hex(8)
    login = Credentials(f"scratch_{tail}", new_password(), f"scratch_{tail}")
    async with address.link() as link:
        # Held as long as somebody works there: it goes with this connection.
        await link.value("try_lock", lock=_lock(login.database))
        try:
            await _create(address, link, login)
            yield Hand(address, login)
        finally:
            await _drop(address, link, login.database)


async def drop_expired(address: Address, link: Link) -> int:
    """Drop what has outlived its time and is not worked in; how many there were. Raises AppServerError."""
    dropped = 0
    for row in await link.rows("expired_scratches", scratches=naming.SCRATCHES):
        lock = _lock(row["name"])
        if await link.value("try_lock", lock=lock):
            await _drop(address, link, row["name"])
            await link.rows("unlock", lock=lock)
            dropped += 1
    return dropped


async def _create(address: Address, link: Link, login: Credentials) -> None:
    name, until = login.user, await link.after(LIFE)
    # The role first, and last to go: by it a database is found that was left.
    await link.run(
        "create_scratch_role",
        role=name,
        verifier=verifier(login.password),
        connections=_LIMITS.connections,
        until=until,
    )
    await link.run("create_database", database=name, owner=naming.OWNER)
    await link.run("shut_database", database=name)
    await link.run("open_database", database=name, role=name)
    await limited(link, name, _LIMITS)
    await link.run("allow_connections", database=name)
    async with address.link(database=name, guarded=True) as inside:
        await inside.run("drop_standard_schema")
    async with address.link(login) as inside:
        await inside.run("create_schema")


async def _drop(address: Address, link: Link, name: str) -> None:
    # A role cannot go before the database in which it owns something.
    await insist(link, "drop_database", name, database=name)
    await drop_role(address, link, name)


def _lock(name: str) -> int:
    return int.from_bytes(bytes.fromhex(name.rpartition("_")[2]), signed=True)
