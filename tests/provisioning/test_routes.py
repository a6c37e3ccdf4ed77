"""The routes of apps' databases: who may, what comes in, what is answered."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import pytest

from app.encryption import SecretsKeys
from app.errors import OperationLost
from app.provisioning.server.place import Place
from app.provisioning.work.job import Report
from app.provisioning.work.passwords import Passwords
from tests.provisioning.serving import ROOT, AppsPostgres, Person, Serving, opened, serving
from tests.running import running
from tests.world import Actor, Database, token

SCHEMA = "prisma/schema.prisma"
MODEL = "model User {\n  id Int @id @default(autoincrement())\n  name String\n}\n"
FILES = {SCHEMA: MODEL}
MORE = {SCHEMA: MODEL.replace("}", "  age Int?\n}")}
LESS = {SCHEMA: MODEL.replace("  name String\n", "")}


def archive(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for path, text in files.items():
            packed.writestr(path, text)
    return made.getvalue()


@pytest.fixture
async def served(database: Database, apps_ground: AppsPostgres) -> AsyncIterator[Serving]:
    async with serving(database, apps_ground) as served:
        yield served


@pytest.fixture
def ben(served: Serving, acme_member: Actor) -> Person:
    return served.person(acme_member)


async def test_who_may_do_what(
    served: Serving,
    acme_admin: Actor,
    acme_member: Actor,
    globex_admin: Actor,
    initech_viewer: Actor,
    database: Database,
) -> None:
    ben, ada = served.person(acme_member), served.person(acme_admin)
    app = await served.app(acme_member, FILES)
    every = (
        ("POST", "preview"),
        ("POST", "provision"),
        ("DELETE", "deprovision"),
        ("POST", "undo-deprovision"),
        ("GET", "status"),
        ("GET", "connection"),
        ("POST", "rotate-password"),
        ("POST", "plan"),
        ("GET", "changes"),
        ("GET", f"changes/{uuid4()}"),
        ("POST", f"changes/{uuid4()}/undo"),
        ("POST", f"changes/{uuid4()}/discard"),
        ("GET", "backups"),
        ("POST", "backups"),
    )
    for method, path in every:
        assert await served.person(None).refused(method, app, path) == "AUTH_REQUIRED"
        for stranger in (globex_admin, initech_viewer):
            assert await served.person(stranger).refused(method, app, path) == "NOT_FOUND", path
        for nothing in (uuid4(), "no-id"):
            assert await ben.refused(method, nothing, path) == "NOT_FOUND", path

    assert (await ben.get(app, "status"))["state"] == "not_provisioned"
    await ben.post(app, "provision", code=201)
    # An administrator sees and removes it, and does nothing else; nobody but its owner sees what opens it.
    seen = await ada.get(app, "status")
    assert (seen["state"], seen["access"], "connection" in seen) == ("ready", "admin", False)
    for method, path in (("POST", "provision"), ("POST", "plan"), ("GET", "connection"), ("POST", "rotate-password")):
        assert await ada.refused(method, app, path) == "INSUFFICIENT_PERMISSIONS", path
    looks = "select count(*) from public.audit_log where action like '%password%' or object = 'app_credentials'"
    before = await database.value(looks, role="supabase_admin")
    opens = await ben.get(app, "connection")
    assert await database.value(looks, role="supabase_admin") == before + 1
    async with opened(opens["connectionString"]) as connection:
        assert await connection.fetchval("select current_database()") == opens["database"]
    assert (await ada.delete(app, "deprovision"))["state"] == "removing"
    assert (await ada.post(app, "undo-deprovision"))["state"] == "ready"


async def test_what_comes_in(served: Serving, ben: Person, acme_member: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await served.app(acme_member)
    assert await ben.refused("POST", app, "provision") == "NO_TABLES_FOUND"
    assert await ben.refused("POST", app, "provision?environment=moon") == "INVALID_REQUEST"
    assert await ben.refused("DELETE", app, "deprovision?graceDays=-1") == "INVALID_REQUEST"
    long = await ben.delete(app, "deprovision?graceDays=31", code=422)
    assert (long["code"], "_" in long["detail"]) == ("INVALID_REQUEST", False)
    assert await ben.refused("POST", app, "rotate-password") == "APP_DATABASE_MISSING"
    assert (await ben.delete(app, "deprovision?environment=staging", code=409))["code"] == "APP_DATABASE_MISSING"
    wrong: list[Any] = [
        {"files": {SCHEMA: 1}},
        {"files": FILES, "more": 1},
        {"files": {"../x": MODEL}},
        b"PK no zip",
        [],
    ]
    for body in wrong:
        assert await ben.refused("POST", app, "preview", body) == "INVALID_REQUEST", body
    form = await served.running.client.post(
        f"{ROOT}/{app}/database/preview",
        content="a=1",
        headers={"Authorization": f"Bearer {token(ben.auth_id or '')}", "Content-Type": "text/plain"},
    )
    assert form.json()["code"] == "UNSUPPORTED_MEDIA_TYPE"

    for body in ({"files": FILES}, archive(FILES)):
        found = await ben.post(app, "preview", body)
        assert [table["name"] for table in found["schema"]["tables"]] == ["User"]
        assert found["sql"].startswith('create table "public"."User" (')
    kept = "select path from public.generated_app_files where app_id = $1"
    assert await acme_member.value(kept, app) is None

    events = await ben.events(app, "provision?environment=staging", archive(FILES))
    assert [event.name for event in events] == ["progress"] * (len(events) - 1) + ["done"]
    assert [event.data["step"] for event in events[-3:-1]] == ["creating", "applying"]
    assert events[-1].data["connection"]["connectionString"].startswith("postgresql://app_")
    assert await acme_member.value(kept, app) == SCHEMA
    ids = [event.id for event in events[:-1]]
    assert (len(set(ids)), None in ids, events[-1].id) == (len(ids), False, None)
    # Whoever was told the first steps is told the others, also after the end.
    for last, told in ((None, []), ("x", []), (ids[-1], []), (ids[0], ids[1:])):
        again = await ben.events(app, "status?environment=staging", method="GET", last=last)
        assert [event.id for event in again] == [*told, None], last
        assert (again[-1].name, again[-1].data["state"]) == ("done", "ready")
    # The plan allows one database: nothing is read for another one.
    with monkeypatch.context() as patch:
        patch.setattr("app.provisioning.intake.extract_apart", AsyncMock(side_effect=AssertionError))
        full = (await ben.ask("POST", app, "provision", {"files": FILES})).json()
        assert (full["code"], full["plan"], full["maxDatabases"]) == ("APP_LIMIT_REACHED", "hobby", 1)
    assert (await ben.delete(app, "deprovision?environment=staging&graceDays=0&backup=false"))["environments"] == {}
    empty = await ben.post(app, "provision?empty=true", {"files": {"index.html": "<p>"}}, code=201)
    assert (empty["state"], empty["tablesCreated"]) == ("ready", 0)

    # SECRETS_KEY is lost: what there is stays, the password cannot be shown, and another one can be set.
    lost = Passwords(SecretsKeys([b"another" * 4 + b"long"]))
    assert acme_member.tenant_id is not None
    sealed = lost.wrapped("secret", acme_member.tenant_id, UUID(empty["databaseId"]))
    seal = "update private.app_credentials set password = decode($1, 'base64'), pending = decode($1, 'base64')"
    await served.database.fetch(seal, sealed, role="supabase_admin")
    shut = await ben.ask("GET", app, "connection")
    assert (shut.status_code, "password of this database" in shut.json()["detail"]) == (503, True)
    there = await ben.post(app, "provision?empty=true")
    assert (there["state"], "connection" in there) == ("ready", False)
    rotated = await ben.post(app, "rotate-password", key="r1")
    again = await ben.post(app, "rotate-password", key='"r1"')
    assert again["connection"] == rotated["connection"]
    assert again["operation"]["id"] == rotated["operation"]["id"]
    for path in ("undo-deprovision", "rotate-password?environment=development"):
        assert await ben.refused("POST", app, path, key="r1") == "IDEMPOTENCY_KEY_REUSED", path
    assert await ben.refused("POST", app, "rotate-password", key="\\") == "INVALID_REQUEST"
    async with opened(rotated["connection"]["connectionString"]) as connection:
        assert await connection.fetchval("select 1") == 1


async def test_what_the_server_lacks_is_said_before_anything_is_made(
    served: Serving, ben: Person, acme_member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await served.app(acme_member, {SCHEMA: MODEL.replace("}", '  home Unsupported("geometry(Point)")?\n}')})
    *_, found = (await ben.post(app, "preview"))["findings"]
    said = "User.home needs the extension postgis, which databases on this server cannot have."
    assert (found["severity"], found["line"], found["rule"], found["message"]) == ("error", 4, "server.extension", said)
    monkeypatch.setattr(Place, "create", AsyncMock(side_effect=AssertionError))
    answered = await ben.ask("POST", app, "provision")
    assert (answered.status_code, answered.json()["reason"]) == (422, "APP_EXTENSION_MISSING")
    assert answered.json()["detail"] == said
    assert await served.ground.server.objects() == {}


async def test_two_at_once_and_one_who_leaves_make_one_database(
    served: Serving, ben: Person, acme_member: Actor
) -> None:
    app = await served.app(acme_member, FILES)
    leaving = asyncio.create_task(ben.ask("POST", app, "provision", events=True))
    await asyncio.sleep(0)
    two = asyncio.gather(*(ben.ask("POST", app, "provision") for _ in range(2)))
    while not await served.ground.server.objects():
        await asyncio.sleep(0.02)
    leaving.cancel()
    answers = await two
    assert {each.json()["state"] for each in answers} == {"ready"}
    assert sorted({each.status_code for each in answers}) in ([200], [200, 201])
    assert len({each.json()["connection"]["connectionString"] for each in answers}) == 1
    assert len(set((await served.ground.server.objects()).values())) == 1


async def test_without_a_server_for_apps_everything_else_is_answered(database: Database, acme_member: Actor) -> None:
    async with running(database) as worker:
        ben = Person(worker.client, acme_member.auth_id)
        app = await acme_member.value("insert into public.generated_apps (name) values ('Shop') returning id")
        assert len((await ben.post(app, "preview", {"files": FILES}))["schema"]["tables"]) == 1
        assert (await ben.get(app, "status"))["state"] == "not_provisioned"
        assert (await ben.get(app, "changes"))["changes"] == (await ben.get(app, "backups"))["backups"] == []
        for method, path, body in (
            ("POST", "provision", {"files": FILES}),
            ("DELETE", "deprovision", None),
            ("GET", "connection", None),
            ("POST", "backups", {"label": "x"}),
            ("POST", "copy", {"from": "production"}),
        ):
            assert await ben.refused(method, app, path, body) == "PROVISIONING_UNAVAILABLE", path


async def planned(ben: Person, app: UUID, files: dict[str, str]) -> Any:
    return await ben.post(app, "plan", {"files": files}, code=201)


LOST = "update public.app_operations set lease_until = now(), attempts = $1 where kind = 'change'"


@pytest.mark.parametrize("attempts", [1, 5])
async def test_a_change_whose_worker_died_is_carried_out_once(
    served: Serving,
    ben: Person,
    acme_member: Actor,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    attempts: int,
) -> None:
    app = await served.app(acme_member, FILES)
    url = (await ben.post(app, "provision", code=201))["connection"]["connectionString"]
    change = await planned(ben, app, MORE)
    runner = served.running.worker.runner
    assert runner is not None
    finish = Report.finish_change
    died = asyncio.Event()

    async def die(*_: object) -> Any:
        died.set()
        raise OperationLost()

    monkeypatch.setattr(Report, "finish_change", die)
    asking = asyncio.create_task(ben.post(app, f"changes/{change['id']}/apply", {"digest": change["digest"]}))
    await died.wait()
    async with opened(url) as connection:
        assert await connection.fetchval('select count(age) from "User"') == 0
        # Whoever goes on finds it done: another column of that name could not be added.
        monkeypatch.setattr(Report, "finish_change", finish)
        # So does, after five, whoever only looks.
        await database.fetch(LOST, attempts)
        for task in await runner.sweep():
            await task
        done = await asking
        assert (done["state"], done["isComplete"], done["ran"]) == ("applied", True, [])
    assert (await ben.get(app, "status"))["pending"] is None


async def test_a_change_that_was_tried_too_often_ends(
    served: Serving, ben: Person, acme_member: Actor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await served.app(acme_member, FILES)
    await ben.post(app, "provision", code=201)
    change = await planned(ben, app, MORE)
    runner = served.running.worker.runner
    assert runner is not None
    died = asyncio.Event()

    async def die(*_: object, **__: object) -> Any:
        died.set()
        raise OperationLost()

    with monkeypatch.context() as patch:
        patch.setattr("app.provisioning.work.operations.change.apply", die)
        where, digest = f"changes/{change['id']}", {"digest": change["digest"]}
        asking = asyncio.create_task(ben.ask("POST", app, f"{where}/apply", digest))
        await died.wait()
    await database.fetch(LOST, 5)
    for task in await runner.sweep():
        await task
    assert (await asking).json()["reason"] == "ATTEMPTS_EXHAUSTED"
    told = await ben.get(app, where)
    assert (told["state"], told["error"]["code"]) == ("failed", "ATTEMPTS_EXHAUSTED")
    again = await planned(ben, app, MORE)
    assert (await ben.post(app, f"changes/{again['id']}/apply", digest))["state"] == "applied"


async def test_data_goes_behind_a_backup_and_comes_back(
    database: Database, apps_ground: AppsPostgres, acme_member: Actor, tmp_path: Path
) -> None:
    await database.fetch("update public.tenants set app_plan = 'pro'", role="supabase_admin")
    backups = {
        "apps_backup_directory": str(tmp_path),
        "apps_postgres_bin_directory": str(apps_ground.postgres.programs),
    }
    async with serving(database, apps_ground, **backups) as served:
        ben, app = served.person(acme_member), await served.app(acme_member, FILES)
        url = (await ben.post(app, "provision", code=201))["connection"]["connectionString"]
        async with opened(url) as connection:
            await connection.execute("""insert into "User" (name) values ('Ada')""")
        change = await planned(ben, app, LESS)
        done = await ben.post(app, f"changes/{change['id']}/apply", {"digest": change["digest"], "confirmed": [0]})
        (kept,) = (await ben.get(app, "backups"))["backups"]
        assert (done["state"], done["backupId"]) == ("applied", kept["id"])
        assert (kept["kind"], kept["state"], kept["tables"]) == ("checkpoint", "verified", {"User": 1})

        await ben.post(app, "restore", {"backup": kept["id"]})
        async with opened(url) as connection:
            assert await connection.fetchval('select name from "User"') == "Ada"
        made = await ben.post(app, "backups", {"label": "mine"}, code=201, key="b1")
        assert made["operation"]["result"]["backup_id"]
        count = len((await ben.get(app, "backups"))["backups"])
        assert (await ben.post(app, "backups", {"label": "mine"}, key="b1"))["operation"] == made["operation"]
        other = await ben.ask("POST", app, "backups", {"label": "other"}, key="b1")
        assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert len((await ben.get(app, "backups"))["backups"]) == count
        for code in (201, 200):
            await ben.post(app, "copy?environment=staging", {"from": "production"}, code=code, key="c1")
        async with opened((await ben.get(app, "connection?environment=staging"))["connectionString"]) as connection:
            assert await connection.fetchval('select name from "User"') == "Ada"
        assert await ben.refused("POST", app, "restore", {"backup": str(uuid4())}) == "INVALID_REQUEST"
        for path in ("restore", "copy"):
            assert await ben.refused("POST", app, path) == "INVALID_REQUEST"
        assert json.dumps(kept).count("file") == 0
