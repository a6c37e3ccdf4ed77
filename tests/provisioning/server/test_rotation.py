"""A new password while connections live on: two logins take turns, and both are the app."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg
import pytest

from app.provisioning.server.receipt import holds
from app.provisioning.server.scram import new_password
from tests.provisioning.server.conftest import LIMITS, App
from tests.versions import NEWEST

pytestmark = pytest.mark.parametrize("ground", [NEWEST], indirect=True)

HOUR = timedelta(hours=1)
OVER = timedelta(seconds=-1)


async def renew(app: App, login: str, password: str, grace: timedelta = HOUR) -> str:
    async with app.ground.server.place(app.names) as place:
        return await place.renew(login, password, LIMITS, grace=grace)


async def test_connections_live_on_and_the_old_password_has_its_grace(app: App) -> None:
    second, password = app.names.second_login, new_password()
    async with app.signed_in() as old:
        await old.execute("create table notes (body text)")
        until = await renew(app, second, password)
        # By the server's clock, whatever a worker's says.
        said = "select $1 = rolvaliduntil and rolvaliduntil < now() + '1 hour' from pg_roles where rolname = $2"
        assert await old.fetchval(said, datetime.fromisoformat(until), app.names.role)
        async with app.signed_in(second, password) as new, app.signed_in() as again:
            await new.execute("insert into notes values ('new'); create table made_by_second ()")
            await again.execute("insert into notes values ('old'); insert into made_by_second default values")
        await renew(app, second, password, OVER)
        assert await app.ground.refused(app.names.role, app.password, app.names.database) == "28P01"
        assert await old.fetchval("select count(*) from notes") == 2


async def test_the_logins_take_turns(app: App) -> None:
    names, passwords = app.names, [new_password() for _ in range(3)]
    await renew(app, names.second_login, passwords[0])
    async with app.signed_in(names.second_login, passwords[0]) as second:
        # As session pools do when they hand a connection on.
        await second.execute("set role none")
        await second.execute("create table odd ()")
    await renew(app, names.role, passwords[1])
    await renew(app, names.second_login, passwords[2])
    assert await app.ground.refused(names.second_login, passwords[0], names.database) == "28P01"
    async with app.signed_in(names.role, passwords[1]) as first, app.signed_in(names.second_login, passwords[2]):
        assert await first.fetchval("select tableowner from pg_tables where tablename = 'odd'") == names.role


async def test_the_second_login_is_no_freer_than_the_first(app: App, other: App) -> None:
    password = new_password()
    await renew(app, app.names.second_login, password)
    async with app.ground.server.place(app.names) as place:
        assert holds(await place.receipt(app.names.second_login, password))
        await place.quarantine()
        assert await app.ground.refused(app.names.second_login, password, app.names.database) == "28000"
        await place.open()
    opened: list[asyncpg.Connection] = []
    for _ in range(LIMITS.connections):
        url = app.ground.postgres.url(app.names.second_login, password, app.names.database)
        opened.append(await asyncpg.connect(url))
    assert await app.ground.refused(app.names.second_login, password, app.names.database) == "53300"
    for connection in opened:
        await connection.close()
