"""Operations from request to end: what stands afterwards, whatever went wrong in between."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock
from uuid import UUID

import asyncpg
import msgspec
import pytest

from app.database import Database as Pool
from app.encryption import SecretsKeys
from app.local.postgres import free_port
from app.metrics import Metrics
from app.provisioning.schema.model import Column, ForeignKey, PrimaryKey, Schema, Table
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppDatabaseGone, AppServerError
from app.provisioning.server.names import Names
from app.provisioning.server.place import Place
from app.provisioning.work.connections import ShownAddress
from app.provisioning.work.job import Outcome, Report
from app.provisioning.work.operations.work import Work
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.runner import Runner
from app.provisioning.work.upkeep import Upkeep, size_state
from tests.provisioning.server.conftest import Ground
from tests.versions import NEWEST
from tests.world import Actor, Database

pytestmark = pytest.mark.parametrize("ground", [NEWEST], indirect=True)

KEYS = SecretsKeys([bytes(32)])
BLOG = Schema(
    tables=(
        Table(
            "authors",
            (Column("id", "integer", numbering="serial"), Column("name", "text")),
            PrimaryKey("authors_pkey", ("id",)),
        ),
        Table(
            "posts",
            (Column("id", "integer", numbering="serial"), Column("author", "integer", nullable=True)),
            PrimaryKey("posts_pkey", ("id",)),
            foreign_keys=(ForeignKey("posts_author_fkey", ("author",), "authors", ("id",)),),
        ),
    )
)
WRONG = Schema(tables=(Table("places", (Column("at", "geography"),)),))


@dataclass
class Desk:
    """Somebody who asks for databases, and a worker who makes them."""

    ground: Ground
    database: Database
    pool: Pool
    owner: Actor
    runner: Runner
    apps: list[UUID] = field(default_factory=list)

    async def app(self, schema: Schema = BLOG) -> UUID:
        """An app of the owner's, with a revision of that schema."""
        app_id: UUID = await self.database.value(
            "insert into public.generated_apps (tenant_id, owner_id, name) values ($1, $2, 'App') returning id",
            self.owner.tenant_id,
            self.owner.user_id,
        )
        await self.said(
            "select private.record_app_revision($1::jsonb, $2, $3::jsonb, '{}', repeat('0', 64))::text",
            app_id,
            msgspec.json.encode(schema).decode(),
        )
        self.apps.append(app_id)
        return app_id

    async def said(self, sql: str, *arguments: object) -> Any:
        """A function of the worker's, with the owner's claims."""
        text = await self.database.value(sql, self.owner.claims_text, *arguments, role="palaver_worker")
        return json.loads(text)

    async def ask(self, app_id: UUID, kind: str, **arguments: object) -> Any:
        return await self.said(
            "select private.request_app_operation($1::jsonb, $2, 'production', $3, $4::jsonb)::text",
            app_id,
            kind,
            json.dumps(arguments),
        )

    async def do(self, app_id: UUID, kind: str, **arguments: object) -> asyncpg.Record:
        """Ask, and let the worker do it; the database's row."""
        asked = await self.ask(app_id, kind, **arguments)
        await self.runner.start(UUID(asked["operation"]["id"]))
        return await self.row(app_id)

    async def row(self, app_id: UUID) -> asyncpg.Record:
        (row,) = await self.database.fetch(
            "select d.*, o.state as ended, o.error_code as why, o.progress from public.app_databases as d"
            " left join public.app_operations as o on o.database_id = d.id where d.app_id = $1"
            " order by o.created_at desc limit 1",
            app_id,
        )
        return row

    async def expire(self) -> None:
        """Let every lease run out without its worker's knowing."""
        await self.database.fetch(
            "update public.app_operations set lease_until = now() - interval '1 second' where state = 'running'",
            role="supabase_admin",
        )

    async def opens(self, app_id: UUID) -> str:
        """The connection string, as its owner sees it."""
        found = await self.said("select private.app_credentials($1::jsonb, $2, 'production')::text", app_id)
        return str(self.runner.connections.connection(found["database"], found["password"])["connectionString"])

    async def logins(self) -> list[tuple[Any, ...]]:
        """What the server knows of everybody who can sign in to an app."""
        query = (
            "select rolname, rolpassword, rolcanlogin, rolvaliduntil from pg_authid where rolname ~ '^app_' order by 1"
        )
        async with self.ground.superuser() as superuser:
            return [tuple(row) for row in await superuser.fetch(query)]

    async def left(self) -> set[str]:
        """Names of databases on the server of which something is there."""
        return set((await self.ground.server.objects()).values())

    def another(self, server: AppServer | None = None, **options: Any) -> Runner:
        """Another worker."""
        return Runner(
            self.pool, server or self.ground.server, Passwords(KEYS), ShownAddress("127.0.0.1", 1, "prefer"), **options
        )


@pytest.fixture
async def desk(ground: Ground, database: Database, acme_admin: Actor) -> AsyncIterator[Desk]:
    await database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
    pool = Pool(database.url("palaver_worker"), size=10, timeout=5, metrics=Metrics("test", frozenset()))
    await pool.open()
    address = ShownAddress.of(ground.postgres.url())
    runner = Runner(pool, ground.server, Passwords(KEYS), address)
    desk = Desk(ground, database, pool, acme_admin, runner)
    yield desk
    await runner.drain(0)
    await pool.close()
    for name in await desk.left():
        async with ground.server.place(Names(UUID(name.removeprefix("app_")))) as place:
            await place.remove()


async def tables(connection_string: str) -> list[str]:
    connection = await asyncpg.connect(connection_string)
    try:
        return [row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")]
    finally:
        await connection.close()


async def test_a_database_with_its_tables(desk: Desk) -> None:
    app_id = await desk.app()
    row = await desk.do(app_id, "provision")
    assert (row["state"], row["tables_created"], row["ended"]) == ("ready", 2, "succeeded")
    assert all(trial["outcome"] == "refused" for trial in json.loads(row["receipt"]))
    assert [step["step"] for step in json.loads(row["progress"])] == ["starting", "creating", "applying"]
    assert sorted(await tables(await desk.opens(app_id))) == ["authors", "posts"]
    assert (await desk.ask(app_id, "provision"))["status"] == "ready"


async def test_the_password_is_written_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk.ground.superuser() as superuser:
        await superuser.execute("alter system set log_statement = 'all'")
        await superuser.execute("select pg_reload_conf()")
        app_id = await desk.app()
        await desk.do(app_id, "provision")
        first = await desk.opens(app_id)
        await desk.do(app_id, "rotate")
        await superuser.execute("alter system reset log_statement")
        await superuser.execute("select pg_reload_conf()")
    passwords = [url.split(":")[2].split("@")[0] for url in (first, await desk.opens(app_id))]
    assert len(set(passwords)) == 2 and all(len(password) == 32 for password in passwords)
    log = desk.ground.postgres.log.read_text()
    assert "create role" in log
    rows = []
    for table in ("public.app_databases", "public.app_operations", "public.audit_log", "private.app_credentials"):
        rows += await desk.database.fetch(f"select t::text from {table} as t", role="supabase_admin")
    stored = "".join(row[0] for row in rows)
    for password in passwords:
        assert password not in log + caplog.text + stored
        # bytea shows as hexadecimal digits.
        assert password.encode().hex() not in stored


async def test_a_schema_that_postgresql_refuses_leaves_nothing(desk: Desk) -> None:
    app_id = await desk.app(WRONG)
    row = await desk.do(app_id, "provision")
    assert (row["state"], row["error_code"], row["host"]) == ("failed", "APP_SCHEMA_REFUSED", None)
    assert "table places" in row["error_detail"] and "geography" in row["error_detail"]
    assert await desk.left() == set()
    await desk.said(
        "select private.record_app_revision($1::jsonb, $2, $3::jsonb, '{}', repeat('1', 64))::text",
        app_id,
        msgspec.json.encode(BLOG).decode(),
    )
    assert (await desk.do(app_id, "provision"))["state"] == "ready"


async def test_a_database_that_is_not_apart_is_taken_back(desk: Desk) -> None:
    async with desk.ground.superuser() as superuser:
        await superuser.execute("grant connect on database postgres to public")
        try:
            row = await desk.do(await desk.app(), "provision")
        finally:
            await superuser.execute("revoke connect on database postgres from public")
    assert (row["state"], row["error_code"]) == ("failed", "APP_NOT_ISOLATED")
    assert "connect to a database that is no app's (ALLOWED)" in row["error_detail"]
    assert await desk.left() == set()


async def test_a_server_that_is_away_is_waited_for(desk: Desk) -> None:
    away = AppServer(f"postgresql://palaver_provisioner:x@127.0.0.1:{free_port()}/postgres")
    app_id = await desk.app()
    asked = await desk.ask(app_id, "provision")
    await desk.another(away).start(UUID(asked["operation"]["id"]))
    row = await desk.row(app_id)
    assert (row["state"], row["ended"], row["why"]) == ("requested", "queued", "APP_SERVER_UNAVAILABLE")
    due = "update public.app_operations set due_at = now(), attempts = 4"
    for _ in range(2):
        await desk.database.fetch(due, role="supabase_admin")
        await asyncio.gather(*await desk.another(away).sweep())
        assert (await desk.row(app_id))["ended"] == "queued"
    await desk.database.fetch(due, role="supabase_admin")
    await asyncio.gather(*await desk.runner.sweep())
    assert (await desk.row(app_id))["state"] == "ready"


async def test_a_server_that_is_away_for_more_than_a_day_is_not_waited_for(desk: Desk) -> None:
    away = AppServer(f"postgresql://palaver_provisioner:x@127.0.0.1:{free_port()}/postgres")
    app_id = await desk.app()
    asked = await desk.ask(app_id, "provision")
    old = "update public.app_operations set attempts = 4, created_at = now() - interval '25 hours'"
    await desk.database.fetch(old, role="supabase_admin")
    await desk.another(away).start(UUID(asked["operation"]["id"]))
    assert await desk.runner.sweep() == []
    row = await desk.row(app_id)
    assert (row["state"], row["ended"], row["why"]) == ("failed", "failed", "APP_SERVER_UNAVAILABLE")


async def test_a_database_that_somebody_dropped_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    app_id = await desk.app()
    name = (await desk.do(app_id, "provision"))["database_name"]
    async with desk.ground.superuser() as superuser:
        await superuser.execute(f'drop database "{name}" with (force)')
    for kind, ended, why in (
        ("rotate", "failed", "APP_DATABASE_GONE"),
        ("remove", "succeeded", None),
        ("unremove", "failed", "APP_DATABASE_GONE"),
    ):
        row = await desk.do(app_id, kind)
        assert (row["ended"], row["why"]) == (ended, why)
    with pytest.raises(AppDatabaseGone):
        await desk.runner.planner.there(Names(row["id"]))
    upkeep = Upkeep(desk.pool, desk.ground.server)
    async with desk.database.connected("supabase_admin") as connection:
        await connection.execute(
            "set session_replication_role = replica;"
            "update public.app_databases"
            " set state = 'ready', removal_due_at = null, ready_at = now() - interval '2 minutes'"
        )
    await upkeep.look()
    told = {each.getMessage(): each.__dict__["fields"] for each in caplog.records}
    assert told["app_databases_missing"] == {"count": 1, "names": [name]}


async def test_two_workers_do_not_do_the_same(desk: Desk) -> None:
    app_id = await desk.app()
    first, second = await asyncio.gather(*(desk.ask(app_id, "provision") for _ in range(2)))
    assert first["operation"]["id"] == second["operation"]["id"]
    operation = UUID(first["operation"]["id"])
    await asyncio.gather(desk.runner.start(operation), desk.another().start(operation), desk.another().start(operation))
    row = await desk.row(app_id)
    assert row["state"] == "ready"
    assert await desk.database.value("select max(attempts) from public.app_operations") == 1


async def test_eight_at_once(desk: Desk) -> None:
    apps = [await desk.app() for _ in range(8)]
    rows = await asyncio.gather(*(desk.do(app_id, "provision") for app_id in apps))
    assert [row["state"] for row in rows] == ["ready"] * 8
    for app_id in apps:
        assert len(await tables(await desk.opens(app_id))) == 2


async def test_who_lost_the_lease_does_no_harm(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app_id = await desk.app()
    operation = UUID((await desk.ask(app_id, "provision"))["operation"]["id"])
    late = desk.another()
    held = asyncio.Event()
    opening = AppServer.place

    def slow(self: AppServer, names: Names, *, gently: bool = False) -> Any:
        held.set()
        return opening(self, names, gently=gently)

    monkeypatch.setattr(AppServer, "place", slow)
    doing = late.start(operation)
    await held.wait()
    await desk.expire()
    await desk.runner.start(operation)
    await doing
    row = await desk.row(app_id)
    assert row["state"] == "ready"
    assert len(await tables(await desk.opens(app_id))) == 2


async def test_a_lease_is_kept_during_a_step_and_its_loss_ends_the_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.provisioning.work.lease.BEATS", 6000)
    extended, ended = asyncio.Queue[timedelta](), asyncio.Event()
    extend = Report.extend

    async def counted(self: Report) -> None:
        await extend(self)
        extended.put_nowait(await desk.database.value("select max(lease_until) from public.app_operations"))

    async def endless(work: Work) -> Outcome:
        progress = await work.report.lasting("restoring")
        progress.bytes = 1_000_000
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Outcome()

    monkeypatch.setattr(Report, "extend", counted)
    app_id = await desk.app()
    operation = UUID((await desk.ask(app_id, "provision"))["operation"]["id"])
    doing = desk.another(operations={"provision": endless}).start(operation)
    first, *_, last = [await extended.get() for _ in range(3)]
    assert first < last
    assert [(step["step"], step["detail"]) for step in json.loads((await desk.row(app_id))["progress"])] == [
        ("restoring", None),
        ("restoring", "1.0 MB"),
    ]
    await desk.database.fetch("update public.app_operations set lease_owner = 'another'", role="supabase_admin")
    async with asyncio.timeout(10):
        await doing
    assert ended.is_set()
    await desk.expire()
    await desk.runner.start(operation)
    assert (await desk.row(app_id))["state"] == "ready"


@pytest.mark.parametrize("kind", ["provision", "rotate"])
async def test_who_comes_when_all_is_done_touches_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    app_id = await desk.app()
    if kind == "rotate":
        await desk.do(app_id, "provision")
    operation = UUID((await desk.ask(app_id, kind))["operation"]["id"])
    late = desk.another()
    arrived, may_go = asyncio.Event(), asyncio.Event()
    opening = AppServer.place

    @asynccontextmanager
    async def held(self: AppServer, names: Names, *, gently: bool = False) -> AsyncIterator[Place]:
        if not arrived.is_set():
            arrived.set()
            await may_go.wait()
        async with opening(self, names, gently=gently) as place:
            yield place

    monkeypatch.setattr(AppServer, "place", held)
    doing = late.start(operation)
    await arrived.wait()
    await desk.expire()
    await desk.runner.start(operation)
    if kind == "rotate":
        # By now the login that the late one would retire is the one that counts.
        await desk.do(app_id, "rotate")
    before = await desk.logins()
    may_go.set()
    await doing
    assert await desk.logins() == before
    assert len(await tables(await desk.opens(app_id))) == 2


async def test_removed_and_had_back_and_removed_for_good(desk: Desk) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    opens = await desk.opens(app_id)
    assert (await desk.do(app_id, "remove"))["state"] == "removing"
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await tables(opens)
    assert (await desk.do(app_id, "unremove"))["state"] == "ready"
    assert len(await tables(opens)) == 2
    await desk.do(app_id, "remove")
    await desk.database.fetch(
        "update public.app_databases set removal_due_at = now() - interval '1 second'", role="supabase_admin"
    )
    await asyncio.gather(*await desk.runner.sweep())
    row = await desk.row(app_id)
    assert (row["state"], row["host"]) == ("removed", None)
    assert await desk.left() == set()
    assert await desk.database.value("select count(*) from private.app_credentials", role="supabase_admin") == 0


async def test_a_new_password_beside_the_old_one(desk: Desk) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    former = await desk.opens(app_id)
    row = await desk.do(app_id, "rotate")
    assert (row["state"], row["ended"]) == ("ready", "succeeded")
    assert row["role_name"] == Names(row["id"]).second_login
    assert await tables(former) == await tables(await desk.opens(app_id)) != []
    assert (await desk.do(app_id, "rotate"))["role_name"] == Names(row["id"]).role
    assert len(await tables(await desk.opens(app_id))) == 2
    with pytest.raises(asyncpg.InvalidPasswordError):
        await tables(former)


async def test_what_is_too_large_is_read_only_until_it_has_shrunk(desk: Desk) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    upkeep = Upkeep(desk.pool, desk.ground.server)
    limits = (
        "update public.tenants set app_plan = 'enterprise', app_plan_limits = jsonb_build_object('max_bytes', $1::int8)"
    )
    await desk.database.fetch(limits, 1_000_000_000, role="supabase_admin")
    await upkeep.look()
    size = (await desk.row(app_id))["size_bytes"]
    await desk.database.fetch(limits, int(size * 0.95), role="supabase_admin")
    await upkeep.look()
    assert (await desk.row(app_id))["size_state"] == "warned"
    await desk.database.fetch(limits, int(size * 0.8), role="supabase_admin")
    await upkeep.look()
    await upkeep.look()
    assert (await desk.row(app_id))["size_state"] == "read_only"
    connection = await asyncpg.connect(await desk.opens(app_id))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("insert into authors (name) values ('Ann')")
    await connection.close()
    await desk.database.fetch(limits, 1_000_000_000, role="supabase_admin")
    await upkeep.look()
    assert (await desk.row(app_id))["size_state"] == "within"
    connection = await asyncpg.connect(await desk.opens(app_id))
    await connection.execute("insert into authors (name) values ('Ann')")
    await connection.close()
    assert await upkeep.left_over() == []


LIMIT = "update public.tenants set app_plan = 'enterprise', app_plan_limits = jsonb_build_object('max_bytes', $1::int8)"


async def test_an_app_at_work_is_thawed_when_its_operation_has_ended(desk: Desk) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    upkeep = Upkeep(desk.pool, desk.ground.server)
    for limit in (1, 1_000_000_000):
        await desk.database.fetch(LIMIT, limit, role="supabase_admin")
        async with desk.ground.server.place(Names((await desk.row(app_id))["id"])):
            await upkeep.look()
        await upkeep.look()
    assert (await desk.row(app_id))["size_state"] == "within"
    connection = await asyncpg.connect(await desk.opens(app_id))
    await connection.execute("insert into authors (name) values ('Ann')")
    await connection.close()


async def test_a_worker_that_dies_over_a_freeze_shuts_nobody_out_for_good(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    upkeep = Upkeep(desk.pool, desk.ground.server)
    await desk.database.fetch(LIMIT, 1, role="supabase_admin")
    with monkeypatch.context() as patch:
        patch.setattr(Place, "gather", AsyncMock(side_effect=asyncio.CancelledError))
        with pytest.raises(asyncio.CancelledError):
            await upkeep.look()
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await tables(await desk.opens(app_id))
    await desk.database.fetch(LIMIT, 1_000_000_000, role="supabase_admin")
    await upkeep.look()
    assert len(await tables(await desk.opens(app_id))) == 2


async def test_an_app_that_cannot_be_weighed_keeps_no_other_from_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = [await desk.app() for _ in range(2)]
    for app_id in apps:
        await desk.do(app_id, "provision")
    await desk.database.fetch(LIMIT, 1, role="supabase_admin")
    for stubborn in [Names((await desk.row(app_id))["id"]) for app_id in apps]:

        async def refuse(place: Place, stubborn: Names = stubborn) -> None:
            if place.names == stubborn:
                raise AppServerError(sqlstate="55P03")

        await desk.database.fetch("update public.app_databases set size_state = 'within'", role="supabase_admin")
        with monkeypatch.context() as patch:
            patch.setattr("app.provisioning.work.upkeep.freeze", refuse)
            patch.setattr("app.provisioning.work.upkeep.log.warning", warned := Mock())
            await Upkeep(desk.pool, desk.ground.server).look()
        warned.assert_called_once_with(
            "app_not_weighed", database=stubborn.database, code="APP_SERVER_ERROR", sqlstate="55P03"
        )
        assert {(await desk.row(app_id))["size_state"] for app_id in apps} == {"read_only"}


async def test_a_transaction_that_never_ends_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    server = desk.ground.server
    connection = await asyncpg.connect(await desk.opens(app_id))
    await connection.execute("begin")
    assert await server.end_old_transactions() == []
    monkeypatch.setattr("app.provisioning.server.app_server.LONGEST_TRANSACTION", timedelta(0))
    assert await server.end_old_transactions() == [(await desk.row(app_id))["database_name"]]
    connection.terminate()


async def test_what_is_gone_from_the_server_can_be_removed_and_made_again(desk: Desk) -> None:
    app_id = await desk.app()
    row = await desk.do(app_id, "provision")
    async with desk.ground.server.place(Names(row["id"])) as place:
        await place.remove()
    assert (await desk.do(app_id, "remove", grace_days=0))["state"] == "removed"
    assert (await desk.do(app_id, "provision"))["state"] == "ready"


async def test_a_restored_database_as_its_page_says(desk: Desk, project: Path) -> None:
    app_id = await desk.app()
    row = await desk.do(app_id, "provision")
    opens = await desk.opens(app_id)
    async with desk.database.connected("supabase_admin") as connection:
        await connection.execute(
            "set session_replication_role = replica;"
            "update public.app_databases set state = 'creating', ready_at = null;"
            "update public.app_operations"
            " set state = 'running', lease_owner = 'w', lease_until = now(), finished_at = null"
        )
    page = (project / "docs" / "provisioning.md").read_text()
    (script,) = re.findall("```sql\n(.*?)```", page, re.DOTALL)
    async with desk.database.connected("postgres") as connection:
        await connection.execute(script.replace("…", row["database_name"]))
    assert await desk.runner.sweep() == []
    assert (await desk.row(app_id))["state"] == "ready"
    assert len(await tables(opens)) == 2


async def test_what_no_row_knows_is_found(desk: Desk) -> None:
    app_id = await desk.app()
    await desk.do(app_id, "provision")
    row = await desk.row(app_id)
    upkeep = Upkeep(desk.pool, desk.ground.server)
    assert await upkeep.left_over() == []
    async with desk.database.connected("supabase_admin") as connection:
        await connection.execute("set session_replication_role = replica; delete from public.app_databases")
    assert await upkeep.left_over() == [row["database_name"]]


def test_when_a_database_is_held_to_its_size(ground: Ground) -> None:
    day, moment = timedelta(hours=24), timedelta(minutes=1)
    assert size_state("within", moment, 100, None) == "within"
    assert size_state("within", moment, 100, 100) == "within"
    assert size_state("within", day, 105, 100) == "warned"
    assert size_state("warned", moment, 105, 100) == "warned"
    assert size_state("warned", day, 105, 100) == "read_only"
    assert size_state("within", moment, 111, 100) == "read_only"
    assert size_state("read_only", moment, 101, 100) == "read_only"
    assert size_state("read_only", moment, 100, 100) == "within"
