"""Somebody else's app, by its id, at every route of the worker: nothing is there, and nothing comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import httpx2
import pytest

from app.local.postgres import Postgres
from tests.provisioning.server.conftest import PROVISIONER_PASSWORD, set_up
from tests.running import RunningWorker, running
from tests.world import Actor, Database, server_directory, token

BASE: Final = "/api/v1/generated-apps/{}/database"
NOBODYS: Final = "00000000-0000-7000-8000-00000000dead"
CHANGE, BACKUP = "00000000-0000-7000-8000-00000000c001", "00000000-0000-7000-8000-00000000c002"
"""Of Chloe's."""
KEY: Final = "c2VjcmV0cy1rZXktc2VjcmV0cy1rZXktc2VjcmV0cyE="
SHOP: Final = 'datasource db { provider = "postgresql" }\nmodel %s {\n  id Int @id\n}\n'
JSON, EVENTS = "application/json", "text/event-stream"
ROUTES: Final = (
    ("POST", "preview"),
    ("POST", "provision"),
    ("DELETE", "deprovision"),
    ("POST", "undo-deprovision"),
    ("GET", "status"),
    ("GET", "connection"),
    ("POST", "rotate-password"),
    ("POST", "plan"),
    ("GET", "changes"),
    ("GET", "changes/{change_id}"),
    ("POST", "changes/{change_id}/apply"),
    ("POST", "changes/{change_id}/undo"),
    ("POST", "changes/{change_id}/discard"),
    ("GET", "backups"),
    ("POST", "backups"),
    ("POST", "restore"),
    ("POST", "copy"),
)
ASKED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"params": {"environment": "staging"}},
    {"params": {"environment": "x"}},
    {"params": {"graceDays": "0", "backup": "false", "empty": "true"}},
    {"params": {"graceDays": "31"}},
    {"headers": {"Accept": EVENTS}},
    {"headers": {"Content-Type": "application/json"}, "content": b"{"},
    {"headers": {"Content-Type": "application/zip"}, "content": b"PK"},
    {"json": {"files": {"schema.prisma": SHOP % "Mine"}}},
    {"json": {"digest": "a" * 64}},
    {"json": {"from": "production"}},
    {"json": {"backup": BACKUP}},
)
"""Each way to ask, for each route: whatever is wrong besides, an app of others is none."""
PAST: Final = """
    with database as (select d.* from public.app_databases as d where d.app_id = $1),
    backup as (
        insert into public.app_backups (tenant_id, id, app_id, database_id, kind, file, label)
        select tenant_id, $3, app_id, id, 'manual', 'a.dump', 'Mine' from database
    )
    insert into public.app_changes (
        tenant_id, id, app_id, database_id, to_revision_id, digest, catalog_digest, steps, requested_by
    )
    select tenant_id, $2, app_id, id, revision_id, repeat('a', 64), repeat('a', 64), '[]', $4 from database
"""
"""A plan for a database, and a backup of it."""
ROWS: Final = """
    select string_agg(t.rows, '' order by t.rows) from (
        select to_jsonb(a)::text from public.generated_apps as a where a.id = any ($1::uuid[])
        union all select to_jsonb(f)::text from public.generated_app_files as f where f.app_id = any ($1::uuid[])
        union all select to_jsonb(r)::text from public.app_revisions as r where r.app_id = any ($1::uuid[])
        union all select (to_jsonb(d) - '{size_bytes,size_measured_at,usage}'::text[])::text
        from public.app_databases as d where d.app_id = any ($1::uuid[])
        union all select to_jsonb(o)::text from public.app_operations as o where o.app_id = any ($1::uuid[])
        union all select to_jsonb(c)::text from public.app_changes as c where c.app_id = any ($1::uuid[])
        union all select to_jsonb(b)::text from public.app_backups as b where b.app_id = any ($1::uuid[])
        union all select to_jsonb(c)::text from private.app_credentials as c
        union all select to_jsonb(l)::text from public.audit_log as l where l.object = 'app_credentials'
    ) as t (rows)
"""
"""All that there is of apps, but for what is measured meanwhile."""


@dataclass
class Street:
    """A worker that makes databases, an app of Ben's at Acme, and one of Chloe's at Globex."""

    worker: RunningWorker
    database: Database
    bens: UUID
    chloes: UUID

    async def ask(self, who: Actor, app: UUID | str, method: str, route: str, **given: Any) -> tuple[int, Any]:
        """What comes of a request: status, and what it says."""
        response = await self.send(who, app, method, route, given)
        return response.status_code, response.json()

    async def told(self, who: Actor, app: UUID | str, method: str, route: str, given: Mapping[str, Any]) -> object:
        """All that an answer tells, but for the moment."""
        response = await self.send(who, app, method, route, given)
        headers = {name: value for name, value in response.headers.items() if name != "date"}
        return response.status_code, headers, response.content

    async def send(
        self, who: Actor, app: UUID | str, method: str, route: str, given: Mapping[str, Any]
    ) -> httpx2.Response:
        """An answer."""
        headers = {"Authorization": f"Bearer {token(str(who.auth_id))}", "X-Request-Id": "one"}
        return await self.worker.client.request(
            method,
            f"{BASE.format(app)}/{route}",
            **{**given, "headers": {**headers, **given.get("headers", {})}},
        )

    async def rows(self) -> str:
        """All that there is of both apps."""
        return str(await self.database.value(ROWS, [self.bens, self.chloes]))

    async def strange(self, who: Actor, app: UUID, asked: Sequence[Mapping[str, Any]] = ASKED) -> list[object]:
        """The answers that differ from those for an app, or a change, that there is not."""
        differing: list[object] = []
        for method, route in ROUTES:
            for given in asked:
                theirs, nobodys = [
                    await self.told(who, one, method, route.format(change_id=change), given)
                    for one, change in ((app, CHANGE), (NOBODYS, NOBODYS))
                ]
                if theirs != nobodys:
                    differing.append((method, route, given, theirs, nobodys))
        return differing


@pytest.fixture(scope="module")
def apps_server() -> Iterator[str]:
    """The URL of a throw-away server for apps."""
    with (
        server_directory() as directory,
        Postgres(directory / "data", password="superuser-password", durable=False, report=lambda _: None) as postgres,
    ):
        set_up(postgres)
        yield postgres.url("palaver_provisioner", PROVISIONER_PASSWORD)


@pytest.fixture
async def street(
    apps_server: str, database: Database, acme_member: Actor, globex_admin: Actor
) -> AsyncIterator[Street]:
    await database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
    new = "insert into public.generated_apps (name) values ($1) returning id"
    bens, chloes = await acme_member.value(new, "Shop"), await globex_admin.value(new, "Yard")
    async with running(database, provisioner_database_url=apps_server, secrets_key=KEY) as worker:
        made = Street(worker, database, bens, chloes)
        for who, app, table in ((acme_member, bens, "Basket"), (globex_admin, chloes, "Lumber")):
            files = {"files": {"schema.prisma": SHOP % table}}
            status, answer = await made.ask(who, app, "POST", "provision", json=files)
            assert (status, answer["state"]) == (201, "ready"), answer
        await database.fetch(PAST, chloes, UUID(CHANGE), UUID(BACKUP), globex_admin.user_id)
        yield made


async def test_an_app_of_others_is_none(
    street: Street, acme_member: Actor, acme_admin: Actor, globex_member: Actor, outsider: Actor
) -> None:
    base = BASE.format("{app_id}") + "/"
    paths = (await street.worker.client.get("/openapi.json")).json()["paths"]
    described = {(method.upper(), path) for path, item in paths.items() for method in item if path.startswith(base)}
    assert described == {(method, base + route) for method, route in ROUTES}
    before = await street.rows()
    assert await street.strange(acme_member, street.chloes) == []
    for who in (acme_admin, globex_member, outsider):
        assert await street.strange(who, street.chloes, ASKED[:1]) == []
    # What is hers is nothing in an app of one's own either.
    for method, route in ROUTES:
        if "{" in route:
            theirs, nobodys = [
                await street.told(acme_member, street.bens, method, route.format(change_id=change), ASKED[-3])
                for change in (CHANGE, NOBODYS)
            ]
            assert theirs == nobodys
    assert await street.rows() == before


async def test_whoever_has_no_part_in_an_app_any_more_finds_none(
    street: Street, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    give = "update public.generated_apps set owner_id = $1 where id = $2"
    await street.database.fetch(give, acme_admin.user_id, street.bens)
    assert await street.strange(acme_member, street.bens, ASKED[:1]) == []
    status, answer = await street.ask(acme_admin, street.bens, "GET", "connection")
    assert (status, answer["database"][:4]) == (200, "app_")
    await street.database.fetch("update public.users set is_active = false where id = $1", globex_admin.user_id)
    before = await street.rows()
    assert await street.strange(globex_admin, street.chloes, ASKED[:1]) == []
    assert await street.rows() == before


async def test_admins_remove_and_have_back_but_never_open(
    street: Street, acme_member: Actor, acme_admin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    _, opened = await street.ask(acme_member, street.bens, "GET", "connection")
    looks = "select count(*) from public.audit_log where object = 'app_credentials'"
    looked = await street.database.value(looks)
    for method, route, status, accept in (
        ("GET", "connection", 403, JSON),
        ("POST", "rotate-password", 403, JSON),
        ("POST", "provision", 403, JSON),
        ("POST", "backups", 403, JSON),
        ("POST", "plan", 403, JSON),
        ("GET", "changes", 200, JSON),
        ("GET", "backups", 200, JSON),
        ("GET", "status", 200, JSON),
        ("POST", "preview", 200, JSON),
        ("DELETE", "deprovision", 200, EVENTS),
        ("GET", "connection", 403, JSON),
        ("POST", "undo-deprovision", 200, EVENTS),
        ("GET", "status", 200, JSON),
    ):
        response = await street.send(acme_admin, street.bens, method, route, {"headers": {"Accept": accept}})
        assert response.status_code == status, (route, response.text)
        assert opened["password"] not in response.text
        assert "connectionString" not in response.text
    assert await street.database.value(looks) == looked
    assert (await street.ask(acme_member, street.bens, "GET", "connection"))[1] == opened
    assert opened["password"] not in await street.rows()
    assert opened["password"] not in caplog.text
