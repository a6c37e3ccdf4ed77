"""The embedded server: made, started, stopped, and found again in whatever state a killed run left it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.local.errors import LocalStackError
from app.local.postgres import Postgres, binaries, free_port

PASSWORD = "not-a-secret"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A server that has a data directory and does not run."""
    server = Postgres(tmp_path / "with space" / "data", password=PASSWORD, durable=False, report=lambda _: None)
    server.create()
    yield server
    server.stop("immediate")


async def ask(server: Postgres, query: str) -> object:
    link = await asyncpg.connect(server.url(), ssl=False)
    try:
        return await link.fetchval(query)
    finally:
        await link.close()


def another_view_of(server: Postgres) -> Postgres:
    """The same data directory as a later run sees it."""
    return Postgres(server.data_dir, password=PASSWORD, durable=False, report=lambda _: None)


@pytest.mark.parametrize("version", [16, 18])
async def test_starts_and_stops(tmp_path: Path, version: int) -> None:
    server = Postgres(tmp_path / "data", password=PASSWORD, version=version, durable=False, report=lambda _: None)
    with server:
        assert server.running()
        assert str(await ask(server, "show server_version")).startswith(f"{version}.")
        assert await ask(server, "show server_encoding") == "UTF8"
        assert await ask(server, "show listen_addresses") == "127.0.0.1"
        assert await ask(server, "show unix_socket_directories") == ""
        pid = server.pid()
    assert pid is not None
    assert not server.running()
    assert not (server.data_dir / "postmaster.pid").exists()


async def test_wants_the_password(server: Postgres) -> None:
    server.start()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url(server.superuser, "wrong"), ssl=False)
    assert str(await ask(server, "select rolpassword from pg_authid where rolname = 'supabase_admin'")).startswith(
        "SCRAM-SHA-256$"
    )
    assert not list(server.data_dir.parent.glob("*.pw"))


async def test_data_outlives_a_restart_on_another_port(server: Postgres) -> None:
    server.start()
    await ask(server, "create table kept as select 7 as number")
    server.stop()
    port = free_port()
    server.start(port)
    assert server.port == port
    assert await ask(server, "select number from kept") == 7


def test_nobody_else_can_read_the_data(server: Postgres) -> None:
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700


def test_an_interrupted_initdb_is_done_again(tmp_path: Path) -> None:
    partial = tmp_path / "data.partial"
    (partial / "base").mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    server = Postgres(tmp_path / "data", password=PASSWORD, durable=False, report=lambda _: None)
    assert server.create()
    assert not partial.exists()
    assert (server.data_dir / "global" / "pg_control").exists()
    assert not server.create()


def test_data_of_another_version_is_refused(server: Postgres) -> None:
    other = Postgres(server.data_dir, password=PASSWORD, version=16, report=lambda _: None)
    with pytest.raises(LocalStackError, match="PostgreSQL 18 and this is PostgreSQL 16"):
        other.create()


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "letter.txt").write_text("mine")
    with pytest.raises(LocalStackError, match="move it away"):
        Postgres(tmp_path / "data", password=PASSWORD, report=lambda _: None).create()
    assert (tmp_path / "data" / "letter.txt").read_text() == "mine"


async def test_a_killed_server_starts_again(server: Postgres) -> None:
    server.start()
    await ask(server, "create table kept as select 7 as number")
    pid = server.pid()
    assert pid is not None
    await ask(server, "checkpoint")
    os.kill(pid, signal.SIGKILL)
    again = another_view_of(server)
    again.start()
    assert again.pid() != pid
    assert await ask(again, "select number from kept") == 7


async def test_a_server_left_running_is_replaced(server: Postgres) -> None:
    server.start()
    left = server.pid()
    again = another_view_of(server)
    again.start()
    assert again.pid() not in (None, left)
    assert await ask(again, "select 1") == 1


async def test_the_process_that_got_a_dead_servers_id_is_not_touched(server: Postgres) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        (server.data_dir / "postmaster.pid").write_text(f"{bystander.pid}\n{server.data_dir}\n")
        assert server.pid() is None
        server.start()
        assert bystander.poll() is None
        assert await ask(server, "select 1") == 1
        bystander.kill()


async def test_a_killed_server_that_nobody_collects_is_not_waited_for(server: Postgres) -> None:
    owner = server.data_dir.stat().st_uid
    with subprocess.Popen(["true"], user=owner if os.geteuid() == 0 else None) as uncollected:
        os.waitid(os.P_PID, uncollected.pid, os.WEXITED | os.WNOWAIT)
        (server.data_dir / "postmaster.pid").write_text(f"{uncollected.pid}\n{server.data_dir}\n")
        server.start()
        assert await ask(server, "select 1") == 1


def test_a_taken_port_is_named(server: Postgres, tmp_path: Path) -> None:
    server.start()
    other = Postgres(tmp_path / "other", password=PASSWORD, durable=False, report=lambda _: None)
    other.create()
    with pytest.raises(LocalStackError, match="did not start"):
        other.start(server.port)
    assert not other.running()


def test_only_root_opens_the_way_for_another_user_and_no_more_than_that(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    with Postgres(closed / "data", password=PASSWORD, durable=False, report=said.append) as server:
        owner = server.data_dir.stat().st_uid
    mode = stat.S_IMODE(closed.stat().st_mode)
    told = [line for line in said if str(closed) in line]
    if os.geteuid() == 0:
        assert (owner != 0, mode, len(told)) == (True, 0o701, 1)
    else:
        assert (owner, mode, told) == (os.geteuid(), 0o700, [])


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(LocalStackError, match="no embedded PostgreSQL 9"):
        binaries(9)
