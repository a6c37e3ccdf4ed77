"""Backups, restores, copies and removals from request to end, whatever went wrong in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.provisioning.server.app_server import AppServer
from app.provisioning.work.connections import ShownAddress
from app.provisioning.work.job import Report
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.retention import Retention
from app.provisioning.work.runner import Runner
from app.provisioning.work.upkeep import Upkeep
from tests.provisioning.backups.conftest import backups_of
from tests.provisioning.server.conftest import Ground
from tests.provisioning.server.test_runner import KEYS, Desk, desk, tables
from tests.versions import NEWEST

__all__ = ["desk"]

pytestmark = pytest.mark.parametrize("ground", [NEWEST], indirect=True)


class Killed(BaseException):
    """A worker that is there no more."""


@pytest.fixture
async def shelf(desk: Desk, tmp_path: Path) -> AsyncIterator[Path]:
    """The directory in which the desk's worker keeps backups."""
    directory = tmp_path / "backups"
    directory.mkdir()
    desk.runner = runner_of(desk, directory)
    yield directory
    await desk.runner.drain(0)


def runner_of(desk: Desk, directory: Path) -> Runner:
    """A worker that keeps backups."""
    server, address = desk.ground.server, ShownAddress.of(desk.ground.postgres.url())
    return Runner(desk.pool, server, Passwords(KEYS), address, backups_of(desk.ground, directory))


async def in_environment(desk: Desk, app_id: UUID, environment: str, kind: str, **arguments: object) -> asyncpg.Record:
    """Ask for an operation there, and let the worker do it; its row, with that of the database."""
    asked = await desk.said(
        "select private.request_app_operation($1::jsonb, $2, $3, $4, $5::jsonb)::text",
        app_id,
        environment,
        kind,
        json.dumps(arguments),
    )
    await desk.runner.start(UUID(asked["operation"]["id"]))
    (row,) = await desk.database.fetch(
        "select d.*, o.state as ended, o.error_code as why, o.error_detail as detail, o.result"
        " from public.app_databases as d join public.app_operations as o on o.database_id = d.id where o.id = $1",
        UUID(asked["operation"]["id"]),
    )
    return row


async def backups(desk: Desk) -> list[asyncpg.Record]:
    """Their rows, oldest first."""
    return await desk.database.fetch("select * from public.app_backups order by id", role="supabase_admin")


async def run(desk: Desk, app_id: UUID, sql: str) -> Any:
    """What a statement gives in the app's production database."""
    connection = await asyncpg.connect(await desk.opens(app_id))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def left(ground: Ground) -> list[str]:
    """What operations make for a moment."""
    async with ground.superuser() as connection:
        rows = await connection.fetch(
            "select datname from pg_database where datname ~ '^scratch_|^app_.*_(next|former)$' union all"
            " select rolname from pg_roles where rolname ~ '^(scratch|hand)_'"
        )
        return [row[0] for row in rows]


async def test_kept_damaged_and_restored(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    opens = await desk.opens(app_id)
    await run(desk, app_id, "insert into authors (name) values ('Ann') returning id")
    row = await desk.do(app_id, "backup", label="before the party")
    assert (row["state"], row["ended"]) == ("ready", "succeeded")
    (kept,) = await backups(desk)
    assert (kept["state"], kept["label"], json.loads(kept["tables"])) == (
        "verified",
        "before the party",
        {"authors": 1, "posts": 0},
    )
    assert [path.name for path in shelf.iterdir()] == [kept["file"]]

    await run(desk, app_id, "drop table posts")
    await run(desk, app_id, "update authors set name = 'Eve'")
    row = await desk.do(app_id, "restore", backup_id=str(kept["id"]))
    assert (row["state"], row["ended"], row["revision_id"]) == ("ready", "succeeded", kept["revision_id"])
    assert await desk.opens(app_id) == opens and sorted(await tables(opens)) == ["authors", "posts"]
    assert await run(desk, app_id, "select name from authors") == "Ann"
    assert await run(desk, app_id, "insert into authors (name) values ('Bob') returning id") == 2

    # What was there before is a checkpoint.
    _, former = await backups(desk)
    assert (former["kind"], former["state"], former["expires_at"] is not None) == ("checkpoint", "verified", True)
    await desk.do(app_id, "restore", backup_id=str(former["id"]))
    assert await run(desk, app_id, "select name from authors") == "Eve" and await tables(opens) == ["authors"]

    # What somebody dropped on the server is had back, and opened as before.
    async with desk.ground.superuser() as superuser:
        await superuser.execute(f'drop database "{row["database_name"]}" with (force)')
    row = await desk.do(app_id, "restore", backup_id=str(kept["id"]))
    assert (row["ended"], await desk.opens(app_id), sorted(await tables(opens))) == (
        "succeeded",
        opens,
        ["authors", "posts"],
    )
    assert await left(desk.ground) == []


async def test_copies_have_their_own_credentials(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    await run(desk, app_id, "insert into authors (name) values ('Ann')")
    for environment, data in (("staging", True), ("development", False)):
        row = await in_environment(desk, app_id, environment, "copy", **{"from": "production", "data": data})
        assert (row["state"], row["ended"], row["tables_created"]) == ("ready", "succeeded", 2), row["detail"]
        found = await desk.said("select private.app_credentials($1::jsonb, $2, $3)::text", app_id, environment)
        opens = desk.runner.connections.connection(found["database"], found["password"])["connectionString"]
        connection = await asyncpg.connect(opens)
        assert await connection.fetchval("select count(*) from authors") == int(data)
        await connection.close()
    assert await run(desk, app_id, "select count(*) from authors") == 1
    assert await left(desk.ground) == []


async def test_what_is_removed_is_kept_and_can_be_had_back(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    await run(desk, app_id, "insert into authors (name) values ('Ann')")
    await run(desk, app_id, "alter table authors enable row level security, force row level security")
    row = await desk.do(app_id, "remove", grace_days=0)
    assert (row["state"], row["ended"]) == ("removed", "succeeded")
    (kept,) = await backups(desk)
    assert (kept["kind"], kept["state"], json.loads(kept["tables"])["authors"]) == ("removal", "verified", 1)
    assert await desk.left() == set()
    row = await in_environment(desk, app_id, "staging", "restore", backup_id=str(kept["id"]))
    assert (row["state"], row["ended"], row["tables_created"]) == ("ready", "succeeded", 2)


async def test_what_cannot_be_is_said(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    row = await desk.do(app_id, "restore", backup_id="00000000-0000-7000-8000-000000000001")
    assert (row["state"], row["ended"], row["why"]) == ("ready", "failed", "BACKUP_MISSING")
    await desk.do(app_id, "backup")
    (kept,) = await backups(desk)
    (shelf / kept["file"]).write_bytes(b"nothing")
    row = await desk.do(app_id, "restore", backup_id=str(kept["id"]))
    assert (row["state"], row["ended"], row["why"]) == ("ready", "failed", "BACKUP_DAMAGED")
    assert len(await tables(await desk.opens(app_id))) == 2 and await left(desk.ground) == []
    desk.runner = desk.another()
    row = await desk.do(app_id, "backup")
    assert (row["state"], row["ended"], row["why"]) == ("ready", "failed", "BACKUPS_NOT_SET_UP")


async def test_another_apps_backup_is_not_to_be_had(desk: Desk, shelf: Path) -> None:
    first, second = [await desk.app() for _ in range(2)]
    for app_id in (first, second):
        await desk.do(app_id, "provision")
    await desk.do(first, "backup")
    (kept,) = await backups(desk)
    row = await desk.do(second, "restore", backup_id=str(kept["id"]))
    assert (row["ended"], row["why"]) == ("failed", "BACKUP_MISSING")


STEPS = ("restoring", "changing over", "rename_database", "finish")


@pytest.mark.parametrize("step", STEPS)
async def test_a_restore_that_was_killed_is_finished(
    desk: Desk, shelf: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    await run(desk, app_id, "insert into authors (name) values ('Ann')")
    await desk.do(app_id, "backup")
    await run(desk, app_id, "delete from authors")
    (kept,) = await backups(desk)
    asked = await desk.ask(app_id, "restore", backup_id=str(kept["id"]))

    with monkeypatch.context() as patch:
        kill_at(step, patch)
        with pytest.raises(Killed):
            await desk.runner.start(UUID(asked["operation"]["id"]))
    await desk.expire()
    desk.runner = runner_of(desk, shelf)
    await asyncio.gather(*await desk.runner.sweep())
    row = await desk.row(app_id)
    assert (row["state"], row["ended"]) == ("ready", "succeeded")
    assert await run(desk, app_id, "select name from authors") == "Ann"
    async with desk.ground.superuser() as connection:
        await connection.execute(
            "do $$ declare r text; begin for r in select rolname from pg_roles where rolname ~ '^(scratch|hand)_' loop"
            " execute format('alter role %I valid until ''2001-01-01''', r); end loop; end $$"
        )
    await desk.ground.server.drop_expired_hands()
    assert await left(desk.ground) == []
    verified = {row["file"] for row in await backups(desk) if row["state"] == "verified"}
    assert {path.name for path in shelf.iterdir()} == verified


def kill_at(step: str, patch: pytest.MonkeyPatch) -> None:
    """Let the worker be gone when it comes to that step."""
    from app.provisioning.server.connection import Link
    from app.provisioning.server.successor import Successor

    async def gone(*_: object, **__: object) -> None:
        raise Killed

    if step == "place":
        patch.setattr(AppServer, "place", lambda *_, **__: (_ for _ in ()).throw(Killed))
    elif step in ("create", "finish"):
        patch.setattr(Successor, step, gone)
    elif step == "rename_database":
        usual = Link.run
        seen: list[str] = []

        async def run_once(self: Link, name: str, **values: str | int) -> None:
            if name == step and seen:
                raise Killed
            seen.extend([name] if name == step else [])
            await usual(self, name, **values)

        patch.setattr(Link, "run", run_once)
    else:
        says = Report.step

        async def say(self: Report, name: str, detail: str | None = None, **changes: Any) -> None:
            if name == step:
                raise Killed
            await says(self, name, detail, **changes)

        patch.setattr(Report, "step", say)


async def test_files_go_when_their_time_is_over(desk: Desk, shelf: Path, caplog: pytest.LogCaptureFixture) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    await desk.do(app_id, "backup")
    retention = Retention(desk.pool, backups_of(desk.ground, shelf))
    await retention.look()
    assert caplog.text == "" and len(list(shelf.iterdir())) == 1
    await desk.database.fetch("update public.app_backups set expires_at = now()", role="supabase_admin")
    (shelf / "strange.backup").touch()
    (shelf / "begun.backup.part").touch()
    await retention.look()
    assert [row["state"] for row in await backups(desk)] == ["deleted"]
    assert sorted(path.name for path in shelf.iterdir()) == ["begun.backup.part", "strange.backup"]
    assert "app_backups_without_row" in caplog.text


async def test_figures_are_in_the_row(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    upkeep = Upkeep(desk.pool, desk.ground.server)
    for _ in range(2):
        await upkeep.look()
        row = await desk.row(app_id)
        assert json.loads(row["usage"]) == {"tables": 2, "rows": 0, "connections": 0, "slow_queries": None}


async def test_of_those_that_people_ask_for_the_newest_ten_stay(desk: Desk, shelf: Path) -> None:
    app_id = await desk.app()
    row = await desk.do(app_id, "provision")
    await desk.database.fetch(
        "insert into public.app_backups (tenant_id, app_id, database_id, kind, state, file, bytes, sha256, tables,"
        " verified_at, created_at) select tenant_id, app_id, id, 'manual', 'verified', 'file' || n, 1, repeat('0', 64),"
        " '{}', now(), now() - n * interval '1 hour' from public.app_databases, generate_series(1, 11) as n"
        " where id = $1",
        row["id"],
        role="supabase_admin",
    )
    await desk.do(app_id, "backup")
    over = {row["file"] for row in await backups(desk) if row["expires_at"] is not None}
    assert over == {"file10", "file11"}
