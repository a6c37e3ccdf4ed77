"""Takes the right to write from an app whose database is too large, so that it holds against the owner of the tables.

A role's own objects cannot be kept from it, so they are given to another one, which nobody signs in as; the app keeps
what makes a database smaller: select, delete and truncate. PostgreSQL runs some of an app's code as the owner of its
tables, who could give rights back: the app's functions go with the tables, and the owner may not run them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

from app.provisioning.server.connection import Link
from app.provisioning.server.errors import AppServerError, told
from app.provisioning.server.place import Place
from app.provisioning.server.receipt import REFUSED
from app.provisioning.server.statements import filled, named

GROWTH: Final = 16 << 20
"""Bytes that a frozen database may become larger by itself: statistics, maps of free space."""

GROWN: Final = 1.25
"""How much larger than when it was frozen it may be: rows that referred to deleted ones are written anew."""

STATEMENTS: Final = named("freezing.sql")

Table: TypeAlias = tuple[str, str]
"""Schema and name."""


async def freeze(place: Place) -> None:
    """Nothing can be written but by deleting; sessions are ended. Raises AppServerError.

    What cannot be frozen so that it holds is shut.
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
    """Whether it was frozen, and as a whole. Raises AppServerError."""
    return await _frozen_size(place) is not None


async def holds_still(place: Place) -> bool:
    """Whether a frozen database is as it was then, or smaller. Raises AppServerError.

    There are things that no right keeps an app from: large objects, comments. Who makes use of that, or has a right
    back, does not do so by mistake.
    """
    size = await _frozen_size(place)
    if size is None or await place.size() > size * GROWN + GROWTH:
        return False
    async with _hand(place) as link:
        return not await _value(link, "can_write", role=place.names.role, frozen=place.names.frozen)


async def roles_of_frozen(place: Place) -> tuple[str, ...]:
    """The role that has the tables while they are frozen, also the name of a schema of its; none where there is none.

    Raises AppServerError.
    """
    return (place.names.frozen,) if await _value(place.link, "role_exists", role=place.names.frozen) else ()


async def shrink(place: Place) -> None:
    """Give the room of what was deleted back to the disk, while frozen. Raises AppServerError."""
    owner = place.names.frozen
    async with _hand(place) as link:
        await _run(link, "vacuum")
        sparse = await _sparse(link, owner)
        refused = [table for table in sparse if not await _tried(link, "analyze", table)]
        for table in await _sparse(link, owner):
            if table not in refused and not await _tried(link, "shrink", table):
                refused.append(table)
    if refused:
        await _shrink_as_app(place, refused)


async def _shrink_as_app(place: Place, tables: list[Table]) -> None:
    """Tables with functions of the app's in their indexes, which only the app may run; nobody is in meanwhile."""
    await place.quarantine()
    await thaw(place)
    async with place.hand() as hand, hand.link(guarded=True) as link:
        for table in tables:
            await _tried(link, "analyze", table)
        for table in await _sparse(link, place.names.role):
            await _tried(link, "shrink", table)
    await freeze(place)


async def _sparse(link: Link, owner: str) -> list[Table]:
    with told():
        rows = await link.connection.fetch(filled(STATEMENTS["sparse_tables"], owner=owner))
    return [(row["schema"], row["table"]) for row in rows]


async def _tried(link: Link, name: str, table: Table) -> bool:
    """Whether it could be done; not where it runs a function that the link's role may not."""
    try:
        await _run(link, name, schema=table[0], table=table[1])
    except AppServerError as error:
        if error.sqlstate != REFUSED:
            raise
        return False
    return True


async def _frozen_size(place: Place) -> int | None:
    names = place.names
    if not await _value(place.link, "role_exists", role=names.frozen):
        return None
    async with _hand(place) as link:
        size: int | None = await _value(link, "frozen_size", role=names.role, frozen=names.frozen)
        return size


@asynccontextmanager
async def _hand(place: Place) -> AsyncIterator[Link]:
    async with place.hand(place.names.frozen) as hand, hand.link(guarded=True) as link:
        await link.run("act_as_oneself")
        await _run(link, "wait_briefly")
        yield link


async def _run(link: Link, name: str, **values: str) -> None:
    with told():
        await link.connection.execute(filled(STATEMENTS[name], **values))


async def _value(link: Link, name: str, **values: str) -> Any:
    with told():
        return await link.connection.fetchval(filled(STATEMENTS[name], **values))
