"""Databases for a while: what their login can do, and that nothing of them stays."""

from __future__ import annotations

import asyncpg
import pytest

from tests.provisioning.server.conftest import App, Ground


async def left(ground: Ground) -> list[str]:
    """Every database and role for a while that is on the server."""
    async with ground.superuser() as connection:
        rows = await connection.fetch(
            "select datname from pg_database where datname ~ '^scratch_' union all"
            " select rolname from pg_roles where rolname ~ '^scratch_'"
        )
        return [row[0] for row in rows]


async def test_it_is_empty_and_gone_afterwards(ground: Ground) -> None:
    async with ground.server.scratch() as scratch:
        async with scratch.link() as link:
            await link.connection.execute("create table notes (id serial primary key, body text)")
            owner = "select nspowner::regrole::text from pg_namespace where nspname = 'public'"
            assert await link.connection.fetchval(owner) == scratch.credentials.user
        assert scratch.credentials.password in scratch.url and scratch.credentials.password not in repr(scratch)
    assert await left(ground) == []


async def test_it_is_gone_when_the_work_in_it_fails(ground: Ground) -> None:
    with pytest.raises(ZeroDivisionError):
        async with ground.server.scratch() as scratch, scratch.link():
            raise ZeroDivisionError
    assert await left(ground) == []


async def test_its_login_has_no_more_rights_than_an_app(app: App) -> None:
    async with app.ground.server.scratch() as scratch, scratch.link() as link:
        for command in (
            "set role palaver_apps",
            "set role palaver_provisioner",
            f"set role {app.names.role}",
            "create role more",
            "create database more",
            f"alter database {scratch.credentials.database} connection limit 5",
            "alter role session_user connection limit 100",
            "select pg_read_file('/etc/hostname')",
            "copy (select 1) to program 'true'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await link.connection.execute(command)
        who = scratch.credentials
        assert await app.ground.refused(who.user, who.password, app.names.database) == "42501"
        assert await app.ground.refused(who.user, who.password, "postgres") == "42501"
        assert await app.ground.refused(app.names.role, app.password, who.database) == "42501"


async def test_what_was_left_goes_when_its_time_is_over(ground: Ground) -> None:
    name = "scratch_0123456789abcdef"
    async with ground.superuser() as connection:
        await connection.execute(f"set role palaver_provisioner; create role {name} login valid until '2001-01-01'")
        await connection.execute(f"create database {name} owner palaver_apps")
        await connection.execute(f"create role {name[:-1]}0 login valid until '2001-01-01'")
    assert await ground.server.drop_expired_hands() == 2
    assert await left(ground) == []


async def test_what_is_worked_in_is_left_to_whoever_does(ground: Ground) -> None:
    async with ground.server.scratch() as scratch, scratch.link() as link:
        async with ground.superuser() as connection:
            await connection.execute(f"alter role {scratch.credentials.user} valid until '2001-01-01'")
        assert await ground.server.drop_expired_hands() == 0
        assert await link.connection.fetchval("select 1") == 1
