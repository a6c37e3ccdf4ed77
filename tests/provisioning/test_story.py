"""The life of an app's database, told over HTTP: made, filled, changed, gone back on, shut, had back, gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.provisioning.serving import AppsPostgres, Person, Serving, opened, serving
from tests.world import Actor, Database

BEFORE = """
datasource db { provider = "postgresql" }
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


@pytest.fixture
async def served(database: Database, apps_ground: AppsPostgres) -> AsyncIterator[Serving]:
    async with serving(database, apps_ground) as served:
        yield served


@pytest.fixture
def ben(served: Serving, acme_member: Actor) -> Person:
    return served.person(acme_member)


@pytest.fixture
async def app(served: Serving, acme_member: Actor) -> UUID:
    return await served.app(acme_member, {"prisma/schema.prisma": BEFORE})


def subjects(change: Any) -> list[tuple[str, str, bool]]:
    return [(step["kind"], step["subject"], step["waits"]) for step in change["steps"]]


async def test_a_database_is_changed_and_its_rows_stay(served: Serving, ben: Person, app: UUID) -> None:
    made = await ben.post(app, "provision", code=201)
    assert (made["state"], made["tablesCreated"], made["pending"]) == ("ready", 2, None)
    url = made["connection"]["connectionString"]
    async with opened(url) as connection:
        await connection.execute("""insert into "User" (email, name) values ('ada@acme.test', 'Ada')""")
        await connection.execute("""insert into "Note" (text, "userId") values ('secret words', 1)""")

    files = {"files": {"prisma/schema.prisma": AFTER}}
    dry = await ben.post(app, "plan?keep=false", files)
    assert (await ben.get(app, "changes"))["changes"] == []
    change = await ben.post(app, "plan", files, code=201)
    assert change["steps"] == dry["steps"]
    assert (change["state"], change["digest"]) == ("planned", dry["digest"])
    assert (await ben.get(app, "status"))["pending"]["number"] == 2
    assert subjects(change) == [
        ("destructive", "Note.text", True),
        ("rename", "User.fullName", True),
        ("additive", "User.age", False),
    ]
