"""An app's place on the server: made, taken over, worked in by hands, removed; nothing is left anywhere."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from app.provisioning.server.errors import AppServerError
from app.provisioning.server.scram import new_password
from tests.provisioning.server.conftest import LIMITS, App, Ground, set_up


async def left(ground: Ground) -> list[str]:
    """Every database and role on the server that is an app's or a hand's."""
    async with ground.superuser() as connection:
        rows = await connection.fetch(
            "select datname from pg_database where datname ~ '^app_' union all"
            " select rolname from pg_roles where rolname ~ '^(app|hand)_'"
        )
        return [row[0] for row in rows]


async def test_an_app_signs_in_and_makes_tables(app: App) -> None:
    async with app.signed_in() as connection:
        await connection.execute(
            "create table notes (id serial primary key, body text); insert into notes (body) values ('x')"
        )
        assert await connection.fetchval("select body from notes") == "x"
        assert await connection.fetchval("show statement_timeout") == "1min"
        owner = "select nspowner::regrole::text from pg_namespace where nspname = 'public'"
        assert await connection.fetchval(owner) == app.names.role
        of_database = "select datdba::regrole::text from pg_database where datname = current_database()"
        assert await connection.fetchval(of_database) == "palaver_apps"


async def test_every_step_may_be_repeated(app: App) -> None:
    await app.create()
    async with app.signed_in() as connection:
        await connection.execute("create table kept ()")
    await app.create()
    async with app.signed_in() as connection:
        assert await connection.fetch("table kept") == []


async def test_removing_leaves_nothing_and_may_be_repeated(ground: Ground) -> None:
    before = await left(ground)
    app = App(ground)
    await app.create()
    async with app.signed_in() as connection:
        await connection.execute("create table t ()")
        await app.remove()
    await app.remove()
    assert await left(ground) == before


async def test_connections_are_limited(app: App) -> None:
    url = app.ground.postgres.url(app.names.role, app.password, app.names.database)
    opened: list[asyncpg.Connection] = []
    try:
        while len(opened) < LIMITS.connections:
            opened.append(await asyncpg.connect(url))
        assert await app.ground.refused(app.names.role, app.password, app.names.database) == "53300"
    finally:
        for connection in opened:
            await connection.close()


async def test_quarantine_ends_sessions_and_lets_nobody_in(app: App) -> None:
    async with app.signed_in() as connection:
        async with app.ground.server.place(app.names) as place:
            await place.quarantine()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetchval("select 1")
    assert await app.ground.refused(app.names.role, app.password, app.names.database) == "28000"
    async with app.ground.server.place(app.names) as place:
        await place.open()
    assert await app.ground.refused(app.names.role, app.password, app.names.database) == "let in"


async def test_who_takes_a_place_ends_what_another_has_there(app: App) -> None:
    async with app.ground.server.place(app.names) as late, late.hand() as hand, hand.link() as link:
        async with app.ground.server.place(app.names):
            with pytest.raises(AppServerError):
                await late.quarantine()
            with pytest.raises(AppServerError):
                await link.run("create_schema")
            assert not [name for name in await left(app.ground) if name.startswith("hand_")]
        # What its own end would do comes too late, and must not fail what comes after.
        late.link.connection.terminate()
        late.drop_hand = nothing  # type: ignore[assignment, method-assign]


async def nothing(_name: str) -> None:
    """Drop no hand."""


async def test_a_hand_can_do_what_the_app_can_and_no_more(app: App) -> None:
    async with app.ground.server.place(app.names) as place, place.hand() as hand, hand.link() as link:
        run = link.connection.execute
        await run("create table made as select 1 as a")
        assert (
            await link.connection.fetchval("select relowner::regrole::text from pg_class where relname = 'made'")
            == app.names.role
        )
        # An expression of a schema runs with the rights of the session: there must be none to take.
        for role in ("palaver_provisioner", "palaver_apps", app.ground.postgres.superuser):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await run(f"alter table made add column b text default set_config('role', '{role}', false)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(f"alter database {app.names.database} connection limit 5")
    assert not [name for name in await left(app.ground) if name.startswith("hand_")]


async def test_what_a_hand_made_as_itself_goes_to_the_app(app: App) -> None:
    async with app.ground.server.place(app.names) as place, place.hand() as hand, hand.link() as link:
        await link.connection.execute("select set_config('role', 'none', false)")
        await link.connection.execute("create table odd ()")
        await link.connection.execute("grant select on odd to session_user")
    async with app.signed_in() as connection:
        assert await connection.fetchval("select tableowner from pg_tables where tablename = 'odd'") == app.names.role


async def test_hands_that_outlived_their_time_are_dropped(app: App) -> None:
    async with app.ground.superuser() as connection:
        await connection.execute(
            "set role palaver_provisioner;"
            f"create role hand_0123456789abcdef login valid until '2001-01-01' in role {app.names.role};"
            "create role hand_fedcba9876543210 login valid until '2001-01-01'"
        )
    assert await app.ground.server.drop_expired_hands() == 2
    assert not [name for name in await left(app.ground) if name.startswith("hand_")]


async def test_all_that_is_on_the_server_is_known_by_its_database(app: App, other: App) -> None:
    async with app.ground.server.place(app.names) as place:
        await place.renew(app.names.second_login, new_password(), LIMITS, grace=timedelta())
    found = await app.ground.server.objects()
    assert found[other.names.role] == other.names.database
    assert found[app.names.second_login] == found[app.names.role] == app.names.database


async def test_sizes(app: App, other: App) -> None:
    sizes = await app.ground.server.sizes()
    assert {app.names, other.names} <= sizes.keys()
    assert all(size > 1_000_000 for size in sizes.values())
    async with app.ground.server.place(app.names) as place:
        assert await place.size() == sizes[app.names]


async def test_the_provisioner_gets_in_when_apps_have_all_connections(ground: Ground) -> None:
    query = (
        "select pg_has_role('palaver_provisioner', r.oid, 'usage') from pg_roles as r"
        " where r.rolname = 'pg_use_reserved_connections'"
    )
    async with ground.superuser() as connection:
        # Older servers reserve connections for superusers only.
        assert await connection.fetchval(query) is (True if ground.postgres.version >= 16 else None)


async def test_a_database_that_was_shut_when_the_server_was_set_up_lets_no_app_in(ground: Ground, app: App) -> None:
    async with ground.superuser() as connection:
        await connection.execute("create database closed allow_connections false")
        try:
            set_up(ground.postgres)
            await connection.execute("alter database closed allow_connections true")
            assert await ground.refused(app.names.role, app.password, "closed") == "42501"
        finally:
            await connection.execute("drop database closed")
