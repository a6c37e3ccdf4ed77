"""The life of an app's database, told over HTTP: made, filled, changed, gone back on, shut, had back, gone."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.provisioning.work import planning
from tests.provisioning.serving import AppsPostgres, Person, Serving, opened, serving
from tests.world import Actor, Database

SCHEMA = "prisma/schema.prisma"
BEFORE = """
datasource db {
  provider = "postgresql"
}
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
  notes Note[]
}
model Note {
  id     Int    @id @default(autoincrement())
  text   String
  userId Int
  user   User   @relation(fields: [userId], references: [id])
}
"""
AFTER = BEFORE.replace("name  String\n", "fullName String\n  age Int?\n").replace("  text   String\n", "")


def files(schema: str) -> dict[str, dict[str, str]]:
    return {"files": {SCHEMA: schema}}


@pytest.fixture
async def served(database: Database, apps_ground: AppsPostgres) -> AsyncIterator[Serving]:
    async with serving(database, apps_ground) as served:
        yield served


@pytest.fixture
def ben(served: Serving, acme_member: Actor) -> Person:
    return served.person(acme_member)


@pytest.fixture
async def app(served: Serving, acme_member: Actor) -> UUID:
    return await served.app(acme_member, {SCHEMA: BEFORE})


async def filled(ben: Person, app: UUID) -> str:
    """Its connection string, when it has a row in each table."""
    made = await ben.post(app, "provision", code=201)
    assert (made["state"], made["tablesCreated"], made["pending"]) == ("ready", 2, None)
    url: str = made["connection"]["connectionString"]
    async with opened(url) as connection:
        await connection.execute("""insert into "User" (email, name) values ('ada@acme.test', 'Ada')""")
        await connection.execute("""insert into "Note" (text, "userId") values ('secret words', 1)""")
    return url


def steps(change: Any) -> set[tuple[str, str, bool]]:
    return {(step["kind"], step["subject"], step["waits"]) for step in change["steps"]}


def numbers(change: Any, *kinds: str) -> list[int]:
    return [step["number"] for step in change["steps"] if step["kind"] in kinds]


async def test_a_database_is_changed_and_its_rows_stay(ben: Person, app: UUID, database: Database) -> None:
    url = await filled(ben, app)
    dry = await ben.post(app, "plan?keep=false", files(AFTER))
    assert ((await ben.get(app, "changes"))["changes"], (await ben.get(app, "status"))["pending"]) == ([], None)

    again = await ben.post(app, "provision", files(AFTER))
    assert (again["state"], again["pending"]["number"]) == ("ready", 2)
    change = await ben.post(app, "plan", code=201)
    assert (change["state"], change["digest"], change["steps"]) == ("planned", dry["digest"], dry["steps"])
    assert steps(change) == {
        ("rename", "User.fullName", True),
        ("additive", "User.age", False),
        ("destructive", "Note.text", True),
    }
    where = f"changes/{change['id']}"
    body = {"digest": change["digest"], "confirmed": numbers(change, "rename")}
    assert await ben.refused("POST", app, f"{where}/apply", {**body, "digest": "0" * 64}) == "APP_CHANGE_STALE"
    events = await ben.events(app, f"{where}/apply", body)
    assert [event.name for event in events] == ["progress"] * (len(events) - 1) + ["done"]
    assert events[-2].data["step"] == "changing"
    done = events[-1].data
    assert (done["state"], done["isComplete"], len(done["ran"])) == ("applied", False, 2)
    async with opened(url) as connection:
        row = await connection.fetchrow(
            """select "fullName", age, text from "User" join "Note" on "userId" = "User".id"""
        )
        assert row is not None
        assert tuple(row) == ("Ada", None, "secret words")
    # What is done is done, however often it is asked for.
    assert await ben.post(app, f"{where}/apply", body) == done

    # What was not confirmed is proposed again.
    rest = await ben.post(app, "plan", code=201)
    assert steps(rest) == {("destructive", "Note.text", True)}
    body = {"digest": rest["digest"], "confirmed": [0], "withoutBackup": True}
    done = await ben.post(app, f"changes/{rest['id']}/apply", body)
    assert (done["state"], done["isComplete"], done["backupId"]) == ("applied", True, None)
    assert (await ben.get(app, "status"))["pending"] is None
    listed = (await ben.get(app, "changes"))["changes"]
    assert [(each["state"], each["stepCount"]) for each in listed] == [("applied", 1), ("applied", 3)]
    page = (await ben.get(app, f"changes?limit=1&before={listed[0]['id']}"))["changes"]
    assert page == listed[1:]
    assert await database.value("select count(*) from public.audit_log where object = 'app_changes'") > 0


async def test_the_way_back_is_a_change_as_well(ben: Person, app: UUID) -> None:
    url = await filled(ben, app)
    change = await ben.post(app, "plan", {**files(AFTER), "renames": {"User.name": "User.fullName"}}, code=201)
    await ben.post(app, f"changes/{change['id']}/apply", {"digest": change["digest"]})
    async with opened(url) as connection:
        await connection.execute("""insert into "User" (email, "fullName", age) values ('b@acme.test', 'Bo', 7)""")

    undo = await ben.post(app, f"changes/{change['id']}/undo", code=201)
    assert undo["undoesId"] == change["id"]
    assert steps(undo) == {("rename", "User.name", False), ("destructive", "User.age", True)}
    body = {"digest": undo["digest"], "confirmed": numbers(undo, "destructive")}
    # No backups are made here, so that data goes only where its owner says so.
    answered = await ben.ask("POST", app, f"changes/{undo['id']}/apply", body)
    assert (answered.status_code, answered.json()["reason"]) == (422, "APP_BACKUP_NEEDED")
    undo = await ben.post(app, f"changes/{change['id']}/undo", code=201)
    done = await ben.post(app, f"changes/{undo['id']}/apply", {**body, "withoutBackup": True})
    assert (done["state"], done["isComplete"]) == ("applied", True)
    assert (await ben.get(app, f"changes/{change['id']}"))["state"] == "undone"
    async with opened(url) as connection:
        assert [row["name"] for row in await connection.fetch('select name from "User" order by id')] == ["Ada", "Bo"]
    assert await ben.refused("POST", app, f"changes/{change['id']}/undo") == "APP_CHANGE_STALE"


async def test_nothing_is_changed_by_what_cannot_be(ben: Person, app: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    url = await filled(ben, app)
    wrong: list[dict[str, Any]] = [
        {"renames": {"User.name": "User.nothing"}},
        {"fills": {"User.name": "1; drop table x"}},
    ]
    for body in wrong:
        assert await ben.refused("POST", app, "plan", body) == "INVALID_REQUEST"
    assert await ben.refused("POST", app, "plan", {"files": {"README.md": "# nothing"}}) == "NO_TABLES_FOUND"

    # The same tables in other files.
    again = await ben.post(app, "provision", {"files": {SCHEMA: f"\n{BEFORE}", "src/app.ts": "export default {}"}})
    assert (again["revision"]["number"], again["pending"]) == (2, None)
    plan = await ben.post(app, "plan", {"files": {SCHEMA: BEFORE, "src/app.ts": "export {}"}}, code=201)
    assert (plan["steps"], plan["state"], (await ben.get(app, "status"))["pending"]) == ([], "discarded", None)

    change = await ben.post(app, "plan", files(BEFORE.replace("text   String", "text   Int")), code=201)
    confirmed = [step["number"] for step in change["steps"]]
    said = {"digest": change["digest"], "confirmed": confirmed, "withoutBackup": True}
    answered = await ben.ask("POST", app, f"changes/{change['id']}/apply", said)
    assert (answered.status_code, answered.json()["reason"]) == (422, "APP_SCHEMA_REFUSED")
    assert "Note.text" in answered.json()["detail"]
    told = await ben.get(app, f"changes/{change['id']}")
    assert told["state"] == "failed"
    assert "secret words" not in answered.text + json.dumps(told)

    async with opened(url) as connection:
        await connection.execute('create view texts as select text from "Note"')
        change = await ben.post(app, "plan", code=201)
        answered = await ben.ask("POST", app, f"changes/{change['id']}/apply", {**said, "digest": change["digest"]})
        assert (answered.status_code, answered.json()["reason"]) == (422, "APP_STEP_BLOCKED")
        assert "The view public.texts stands on Note.text" in answered.json()["detail"]
        await connection.execute("drop view texts")

    change = await ben.post(app, "plan", code=201)
    monkeypatch.setattr(planning, "LOOK_SECONDS", 0.1)
    async with opened(url) as connection:
        assert await connection.fetchval('select text from "Note"') == "secret words"
        async with connection.transaction():
            await connection.execute('lock table "User"')
            answered = await ben.ask("POST", app, "plan")
            assert (answered.status_code, answered.json()["reason"]) == (409, "APP_TABLES_LOCKED")
        await connection.execute('alter table "User" add nickname text')
    assert await ben.refused("POST", app, f"changes/{change['id']}/apply", {"digest": change["digest"]}) == (
        "APP_CHANGE_STALE"
    )
    assert (await ben.get(app, f"changes/{change['id']}"))["state"] == "stale"
    change = await ben.post(app, "plan", code=201)
    assert [note["subject"] for note in change["drift"]] == ["User.nickname"]
    assert (await ben.post(app, f"changes/{change['id']}/discard"))["state"] == "discarded"


async def test_a_database_goes_and_comes_back_and_goes(
    served: Serving, ben: Person, app: UUID, caplog: pytest.LogCaptureFixture, database: Database
) -> None:
    caplog.set_level(logging.DEBUG)
    url = await filled(ben, app)
    secret = (await ben.get(app, "connection"))["password"]
    rotated = (await ben.post(app, "rotate-password"))["connection"]
    assert rotated["password"] != secret
    async with opened(url) as old, opened(rotated["connectionString"]) as new:
        counted = [await each.fetchval('select count(*) from "User"') for each in (old, new)]
        assert counted == [1, 1]

    shut = await ben.delete(app, "deprovision")
    assert (shut["state"], "connection" in shut) == ("removing", False)
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(url)
    assert await ben.refused("GET", app, "connection") == "APP_DATABASE_MISSING"
    assert (await ben.post(app, "undo-deprovision"))["state"] == "ready"
    async with opened(url) as connection:
        assert await connection.fetchval('select name from "User"') == "Ada"

    gone = await ben.delete(app, "deprovision?graceDays=0&backup=false")
    assert gone["state"] == "not_provisioned"
    assert await served.ground.server.objects() == {}
    audit = await database.fetch("select to_jsonb(a)::text as said from public.audit_log as a", role="supabase_admin")
    told = [record.getMessage() for record in caplog.records] + [row["said"] for row in audit]
    assert len(told) > 20
    for password in (secret, rotated["password"]):
        assert not [text for text in told if password in text]
