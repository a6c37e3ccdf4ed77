"""Takes the right to write from an app whose database is too large, so that it holds against the owner of the tables.

A role's own objects cannot be kept from it, so they are given to another one, which nobody signs in as; the app keeps
what makes a database smaller: select, delete and truncate.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from app.provisioning.server.connection import Link
from app.provisioning.server.errors import told
from app.provisioning.server.place import Place
from app.provisioning.server.statements import filled, named

STATEMENTS: Final = named("freezing.sql")


async def freeze(place: Place) -> None:
    """Nothing can be written but by deleting; sessions are ended. Raises AppServerError.

    What has more tables than can be given away at once is shut.
    """
    names = place.names
    await place.quarantine()
    if not await _value(place.link, "role_exists", role=names.frozen):
        await _run(place.link, "create_frozen", frozen=names.frozen)
    elif not await is_frozen(place):
        # So that what is frozen by half is so by the whole.
        await thaw(place)
    await _run(place.link, "allow_schemas", database=names.database, frozen=names.frozen)
    await place.gather()
    async with _hand(place) as link:
        if await _value(link, "is_too_much", role=names.role):
            return
        await _run(link, "freeze", role=names.role, frozen=names.frozen)
    await _run(place.link, "disallow_growth", database=names.database, role=names.role)
    await place.open()


async def thaw(place: Place) -> None:
    """All is as it was before. Raises AppServerError."""
    names = place.names
    if not await _value(place.link, "role_exists", role=names.frozen):
        return
    await _run(place.link, "allow_growth", database=names.database, role=names.role)
    async with _hand(place) as link:
        await _run(link, "thaw", role=names.role, frozen=names.frozen)


async def is_frozen(place: Place) -> bool:
    """Whether nothing can be written, also where an app found a way to take a right back. Raises AppServerError."""
    if not await _value(place.link, "role_exists", role=place.names.frozen):
        return False
    async with _hand(place) as link:
        return await _value(link, "is_frozen", role=place.names.role, frozen=place.names.frozen)


async def roles_of_frozen(place: Place) -> tuple[str, ...]:
    """The role that has the tables while they are frozen, also the name of a schema of its; none where there is none.

    Raises AppServerError.
    """
    return (place.names.frozen,) if await _value(place.link, "role_exists", role=place.names.frozen) else ()


async def shrink(place: Place) -> None:
    """Give the room of what was deleted back to the disk, while frozen. Raises AppServerError."""
    async with _hand(place) as link:
        await _run(link, "vacuum")
        with told():
            sparse = await link.connection.fetch(filled(STATEMENTS["sparse_tables"], frozen=place.names.frozen))
        for row in sparse:
            await _run(link, "shrink", schema=row["schema"], table=row["table"])


@asynccontextmanager
async def _hand(place: Place) -> AsyncIterator[Link]:
    async with place.hand(place.names.frozen) as hand, hand.link() as link:
        await link.run("act_as_oneself")
        await _run(link, "wait_briefly")
        yield link


async def _run(link: Link, name: str, **values: str) -> None:
    with told():
        await link.connection.execute(filled(STATEMENTS[name], **values))


async def _value(link: Link, name: str, **values: str) -> bool:
    with told():
        return bool(await link.connection.fetchval(filled(STATEMENTS[name], **values)))
