"""An app that gives rights to roles that are not its own does not hold up what is done to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from app.provisioning.server import roles
from app.provisioning.server.statements import STATEMENTS
from tests.provisioning.server.conftest import App, Ground
from tests.provisioning.server.test_place import left

GIVE = (
    "grant select on t to {0}",
    "grant usage on schema public to {0} with grant option",
    "create policy p on t to {0} using (true)",
    "alter default privileges grant all on tables to {0}",
)


async def _pin(app: App, role: str) -> None:
    async with app.signed_in() as connection:
        for statement in ("create table if not exists t ()", "drop policy if exists p on t", *GIVE):
            await connection.execute(statement.format(role))


async def _ended(connection: asyncpg.Connection) -> bool:
    try:
        await connection.execute("select")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return True
    return False


@asynccontextmanager
async def _pinning(app: App) -> AsyncIterator[None]:
    """All temporary logins are given rights as soon as they are seen, and again."""

    async def pin() -> None:
        while True:
            try:
                async with app.signed_in() as connection:
                    while True:
                        hands = "select rolname from pg_roles where rolname ~ '^(hand|scratch)_'"
                        for row in await connection.fetch(hands):
                            await connection.execute(f"grant select on t to {row['rolname']}")
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await asyncio.sleep(0)

    task = asyncio.create_task(pin())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_a_database_is_removed_that_another_app_holds_fast(
    ground: Ground, other: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STATEMENTS, "wait_briefly", "set lock_timeout = '20ms'")
    for hold in (
        "grant usage on schema public to {app}",
        "alter role {other} in database {app} set search_path = 'x'",
    ):
        app = App(ground)
        await app.create()
        async with other.signed_in() as connection:
            await connection.execute("begin; " + hold.format(app=app.names.role, other=other.names.role))
            await app.remove()
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
                await connection.execute("commit")
        assert not [name for name in await left(ground) if name.startswith(app.names.role)]
        async with other.signed_in() as connection:
            assert await connection.fetchval("select 1") == 1


async def test_a_database_is_removed_whose_role_has_rights_elsewhere(ground: Ground, other: App) -> None:
    app = App(ground)
    await app.create()
    await _pin(other, app.names.role)
    await app.remove()
    assert not [name for name in await left(ground) if name.startswith(app.names.role)]
    async with other.signed_in() as connection:
        assert await connection.fetch("table t") == []


async def test_hands_go_that_have_rights_elsewhere(ground: Ground, app: App, other: App) -> None:
    async with ground.server.place(app.names) as place, place.hand() as hand:
        await _pin(other, hand.credentials.user)
    async with ground.server.scratch() as hand:
        await _pin(other, hand.credentials.user)
    assert not [name for name in await left(ground) if name.startswith(("hand", "scratch"))]


async def test_what_a_hand_made_is_kept_although_it_has_rights_elsewhere(ground: Ground, app: App, other: App) -> None:
    async with ground.server.place(app.names) as place, place.hand() as hand:
        await _pin(other, hand.credentials.user)
        async with hand.link() as link:
            await link.run("act_as_oneself")
            await link.connection.execute("create table public.kept ()")
    async with app.signed_in() as connection:
        assert await connection.fetch("table kept") == []


async def test_two_apps_that_do_it_all_the_time_hold_nothing_up(ground: Ground, app: App, other: App) -> None:
    third = App(ground)
    await third.create()
    for each in (other, third):
        await _pin(each, app.names.role)
    async with _pinning(other), _pinning(third):
        for _ in range(3):
            async with ground.server.place(app.names) as place, place.hand() as hand, hand.link() as link:
                await link.connection.execute("select pg_sleep(0.05)")
    await third.remove()
    assert not [name for name in await left(ground) if name.startswith("hand")]


async def test_whoever_gives_such_rights_is_kept_out_while_they_are_taken_away(
    ground: Ground, app: App, other: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget, met = roles._forget, []

    async def look(*given: Any) -> None:
        met.append(await ground.refused(other.names.role, other.password, other.names.database))
        await forget(*given)

    monkeypatch.setattr(roles, "_forget", look)
    async with other.signed_in() as connection, ground.server.place(app.names) as place:
        async with place.hand() as hand:
            await _pin(other, hand.credentials.user)
        assert connection.is_closed() or await _ended(connection)
    met.append(await ground.refused(other.names.role, other.password, other.names.database))
    assert met == ["28000", "let in"]


async def test_a_database_that_is_shut_stays_shut(ground: Ground, app: App, other: App) -> None:
    await _pin(other, app.names.role)
    async with ground.server.place(other.names) as place:
        await place.quarantine()
    await app.remove()
    assert await ground.refused(other.names.role, other.password, other.names.database) == "28000"
