"""What is done for one database of an app touches no other: of the app, of its owner, of a colleague, of others."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

STEPS: Final = [
    {"number": 0, "kind": "additive", "undo": ["drop"]},
    {"number": 1, "kind": "destructive", "undo": None},
]
ROWS: Final = """
    select t.of_database, string_agg(t.row, '' order by t.row) from (
        select d.id, to_jsonb(d)::text from public.app_databases as d
        union all select o.database_id, to_jsonb(o)::text from public.app_operations as o
        union all select c.database_id, to_jsonb(c)::text from private.app_credentials as c
        union all select c.database_id, to_jsonb(c)::text from public.app_changes as c
        union all select b.database_id, to_jsonb(b)::text from public.app_backups as b
        union all select a.id, to_jsonb(a)::text from public.generated_apps as a
        union all select f.app_id, to_jsonb(f)::text from public.generated_app_files as f
        union all select r.app_id, to_jsonb(r)::text from public.app_revisions as r
    ) as t (of_database, row)
    group by 1
    order by 1
"""
"""All that there is of each database, and of each app."""


def sealed(text: str) -> str:
    """Something in the place of an encrypted password."""
    return base64.b64encode(f"{text:-<40}".encode()).decode()


@dataclass
class Place:
    """A database of an app, its owner, and the worker that does what is asked."""

    link: asyncpg.Connection
    owner: Actor
    app: UUID
    environment: str
    name: str

    @property
    def digest(self) -> str:
        """Another for each."""
        return self.name.encode().hex().ljust(64, "0")

    async def call(self, function: str, *arguments: object) -> Any:
        """What a function of the worker's returns."""
        places = ", ".join(f"${number}" for number in range(1, len(arguments) + 1))
        given = [json.dumps(each) if isinstance(each, dict) else each for each in arguments]
        found = await self.link.fetchval(f"select private.{function}({places})", *given)
        return json.loads(found) if isinstance(found, str) else found

    async def asked(self, function: str, *arguments: object) -> Any:
        """What it returns to the owner."""
        return await self.call(function, json.loads(self.owner.claims_text), *arguments)

    async def take(self, operation: UUID, lease: str = "1 minute") -> Any:
        """Take an operation on, as this place's own worker."""
        sql = "select private.claim_app_operation($1, $2::text::interval, $3)"
        return json.loads(await self.link.fetchval(sql, self.name, lease, operation))

    async def ask(self, kind: str, **arguments: object) -> UUID:
        """Ask for an operation."""
        asked = await self.asked("request_app_operation", self.app, self.environment, kind, arguments)
        return UUID(asked["operation"]["id"])

    async def begin(self, kind: str, **arguments: object) -> UUID:
        """Ask for an operation, and take it on."""
        operation = await self.ask(kind, **arguments)
        claimed = await self.take(operation)
        found = (claimed["operation"]["id"], claimed["operation"]["database_id"], claimed["app"]["id"])
        assert found == (str(operation), claimed["database"]["id"], str(self.app))
        if kind == "provision":
            assert claimed["revision"]["schema"]["of"] == str(self.app)
        if kind == "rotate":
            assert claimed["password"] == sealed(self.name)
        return operation

    async def end(self, operation: UUID, **outcome: object) -> None:
        """It succeeded."""
        told = await self.asked("read_app_operation", operation)
        done = await self.call("finish_app_operation", operation, self.name, {"state": "succeeded", **outcome})
        for each in (told, done):
            assert each["operation"]["id"] == str(operation)
            assert each["operation"]["database_id"] == each["database"]["id"]

    async def revise(self, number: int) -> UUID:
        """A revision, which is the app's however many of its databases have it."""
        schema = {"of": str(self.app), "number": number}
        made = await self.asked("record_app_revision", self.app, schema, {}, f"{number:064x}")
        assert made["number"] == number
        return UUID(made["id"])

    async def make(self, **arguments: object) -> None:
        """Files, a revision, and the database of it."""
        await self.asked("put_app_files", self.app, ["a.ts", "b.ts"], [self.name, self.name], True)
        revision = await self.revise(1)
        operation = await self.begin("provision", **arguments)
        made = {"state": "creating", "host": "db.test", "port": 5432, "pending": sealed(self.name)}
        await self.call("note_app_step", operation, self.name, "create", made)
        applied = {"state": "applying", "promote": True, "revision_id": str(revision)}
        await self.call("note_app_step", operation, self.name, "apply", applied)
        await self.end(operation)

    async def plan(self) -> dict[str, Any]:
        """A plan for it, that its owner confirms."""
        to = await self.revise(2)
        basis = await self.asked("read_change_basis", self.app, self.environment)
        assert (basis["from"]["schema"]["of"], basis["to"]["id"]) == (str(self.app), str(to))
        plan = {
            "digest": self.digest,
            "catalog_digest": self.digest,
            "from_revision_id": basis["from"]["id"],
            "steps": STEPS,
        }
        change = await self.asked("record_app_change", self.app, self.environment, to, plan)
        assert change["database_id"] == basis["database"]["id"]
        confirmed: dict[str, Any] = await self.asked("confirm_app_change", UUID(change["id"]), self.digest, [0, 1])
        return confirmed

    async def back_up(self, operation: UUID) -> UUID:
        """A backup that is seen to work."""
        given = {"kind": "checkpoint", "file": f"{operation}.dump", "keep_days": 0}
        backup = UUID((await self.call("begin_app_backup", operation, self.name, given))["backup"]["id"])
        seen = {"state": "verified", "bytes": 1, "sha256": self.digest, "server_version": "18", "tables": {}}
        await self.call("finish_app_backup", operation, self.name, backup, seen)
        return backup

    async def change(self, change: dict[str, Any]) -> None:
        """Apply a plan behind a checkpoint."""
        operation = await self.begin("change", change_id=change["id"])
        await self.call("begin_app_change", operation, self.name)
        begun = await self.call("begin_app_change", operation, self.name, await self.back_up(operation))
        assert begun["change"]["id"] == change["id"]
        assert (begun["from"]["schema"]["number"], begun["to"]["schema"]["number"]) == (1, 2)
        await self.call("finish_app_change", operation, self.name, {"state": "applied", "complete": True})
        await self.end(operation)

    async def tell(self, revision: int) -> Any:
        """What its owner is told of it."""
        found = await self.asked("read_generated_app", self.app)
        assert (found["app"]["id"], found["revision"]["number"]) == (str(self.app), revision)
        assert {each["app_id"] for each in found["databases"]} <= {str(self.app)}
        (database,) = [each for each in found["databases"] if each["environment"] == self.environment]
        assert database["operation"]["database_id"] == database["id"]
        for told in ("read_app_changes", "read_app_backups"):
            rows = await self.link.fetch(f"select private.{told}($1::jsonb, $2)", self.owner.claims_text, self.app)
            assert {json.loads(row[0])["app_id"] for row in rows} <= {str(self.app)}
        return database

    async def opened(self) -> str:
        """The password that its owner is shown."""
        return str((await self.asked("app_credentials", self.app, self.environment))["password"])


@pytest.fixture
async def places(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> AsyncIterator[list[Place]]:
    await database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
    new = "insert into public.generated_apps (name) values ('Shop') returning id"
    owners = [acme_member, acme_member, acme_admin, globex_admin]
    apps = [await owner.value(new) for owner in owners]
    async with database.connected("palaver_worker") as link:
        yield [
            Place(link, owner, app, environment, f"{number} {environment}")
            for number, (owner, app) in enumerate(zip(owners, apps, strict=True))
            for environment in ("production", "staging")
        ]


async def test_what_is_done_for_one_touches_no_other(places: list[Place], database: Database) -> None:
    for place in places:
        await place.make()
    assert [await place.opened() for place in places] == [sealed(place.name) for place in places]
    mine, sibling, _, another, colleagues, _, theirs, _ = places
    # The others are at every stage: a plan that waits, one that is applied, a backup and a password half made.
    planned = {place.name: await place.plan() for place in (sibling, another, colleagues, theirs)}
    for place in (another, colleagues, theirs):
        await place.revise(3)
    held = await colleagues.begin("change", change_id=str(planned[colleagues.name]["id"]))
    await colleagues.call("begin_app_change", held, colleagues.name)
    rotating = await another.begin("rotate")
    await another.call("note_app_step", rotating, another.name, "set", {"pending": sealed("half")})
    given = {"kind": "manual", "file": "x.dump", "keep_days": 0}
    for place, operation in ((another, rotating), (colleagues, held), (theirs, await theirs.begin("backup"))):
        await place.call("begin_app_backup", operation, place.name, given)

    database_id = UUID((await mine.tell(2))["id"])
    others = await database.fetch(ROWS)
    await mine.asked("put_app_files", mine.app, ["a.ts"], ["new"], True)
    sql = "select path, content from private.read_app_files($1::jsonb, $2)"
    assert [tuple(row) for row in await mine.link.fetch(sql, mine.owner.claims_text, mine.app)] == [("a.ts", "new")]
    discarded = await mine.plan()
    await mine.asked("discard_app_change", UUID(discarded["id"]), mine.digest)
    await mine.change(await mine.plan())
    rotated = await mine.begin("rotate")
    kept = await mine.back_up(rotated)
    assert (await mine.call("app_backup_to_restore", rotated, mine.name, kept))["id"] == str(kept)
    await mine.call("note_app_step", rotated, mine.name, "set", {"pending": sealed("new")})
    await mine.call("note_app_step", rotated, mine.name, "kept", {"promote": True})
    await mine.end(rotated)
    assert await mine.opened() == sealed("new")
    backups = await database.fetch("select state from public.app_backups where database_id = $1", database_id)
    assert [row["state"] for row in backups] == ["verified", "verified"]
    sizes = json.dumps([{"database_name": f"app_{database_id.hex}", "bytes": 7}])
    await mine.link.fetch("select * from private.note_app_sizes($1::jsonb)", sizes)
    assert await mine.call("note_size_state", mine.owner.tenant_id, database_id, "within", "warned")
    for row in await mine.link.fetch("select * from private.expired_app_backups()"):
        assert await mine.call("forget_app_backup", row["tenant_id"], row["backup_id"])
    told = await mine.tell(2)
    assert (told["size_bytes"], told["size_state"], told["operation"]["kind"]) == (7, "warned", "rotate")
    copied = await replace(mine, environment="development").ask("copy", **{"from": "production"})
    assert (await mine.take(copied))["source"]["id"] == str(database_id)
    await mine.call("finish_app_operation", copied, mine.name, {"state": "failed"})
    await mine.end(await mine.begin("remove", grace_days=0, backup=False))
    again = await mine.asked("request_app_operation", mine.app, mine.environment, "remove")
    assert (again["status"], again["database"]["id"]) == ("removed", str(database_id))
    await mine.make()
    assert await mine.opened() == sealed(mine.name)
    known = {row[0] for row in others} - {database_id, mine.app}
    assert [row for row in await database.fetch(ROWS) if row[0] in known] == [row for row in others if row[0] in known]


async def test_what_others_have_is_nothing_to_ask_with(places: list[Place], database: Database) -> None:
    for place in places:
        await place.make()
    changes = [await place.plan() for place in places[::2]]
    mine = places[0]
    for place, change in zip(places[2::2], changes[1:], strict=True):
        theirs = await place.begin("change", change_id=change["id"])
        await place.call("begin_app_change", theirs, place.name)
        kept = await place.back_up(theirs)
        given = {"kind": "manual", "file": f"{place.app}.dump", "keep_days": None}
        making = await place.call("begin_app_backup", theirs, place.name, given)
        for kind, given in (
            ("change", {"change_id": change["id"], "database_id": change["database_id"]}),
            ("rotate", {"database_id": change["database_id"]}),
            ("provision", {"revision_id": change["to_revision_id"]}),
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await mine.ask(kind, **given)
            assert refused.value.sqlstate == ("PA404" if kind == "provision" else "PA422")
            assert place.name not in str(refused.value)
        with pytest.raises(asyncpg.PostgresError) as refused:
            await mine.call("note_app_step", theirs, mine.name, "stolen", {})
        assert refused.value.sqlstate == "PA440"
        operation = await mine.begin("change", change_id=change["id"])
        for function, arguments in (
            ("begin_app_change", ()),
            ("finish_app_change", ({"state": "failed"},)),
            ("finish_app_backup", (UUID(making["backup"]["id"]), {"state": "failed"})),
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await mine.call(function, operation, mine.name, *arguments)
            assert refused.value.sqlstate in ("PA404", "PA444")
        assert await mine.call("app_backup_to_restore", operation, mine.name, kept) is None
        await mine.call("finish_app_operation", operation, mine.name, {"state": "failed"})
        await place.call("begin_app_change", theirs, place.name, kept)
        await place.call("finish_app_change", theirs, place.name, {"state": "applied"})
        own = {"digest": "f" * 64, "from_revision_id": changes[0]["from_revision_id"]}
        for to, plan in (
            (change["to_revision_id"], own),
            (changes[0]["to_revision_id"], {**own, "undoes_id": change["id"]}),
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await mine.asked("record_app_change", mine.app, mine.environment, UUID(to), plan)
            assert refused.value.sqlstate == "PA404"


async def test_what_fails_by_itself_is_one_alone(places: list[Place], database: Database) -> None:
    for place in places[1:]:
        await place.make()
    mine, another = places[0], places[2]
    others = await database.fetch(ROWS)
    refused = await mine.begin("provision")
    await mine.call("finish_app_operation", refused, mine.name, {"state": "failed"})
    failing = await mine.begin("provision")
    await mine.call("note_app_step", failing, mine.name, "create", {"state": "creating", "host": "db.test"})
    for _ in range(4):
        await database.fetch("update public.app_operations set lease_until = now() where id = $1", failing)
        await mine.take(failing)
    await database.fetch("update public.app_operations set lease_until = now() where id = $1", failing)
    asked = await another.ask("rotate")
    due = await mine.link.fetch("select operation_id, database_id, kind from private.due_app_work()")
    (made,) = await database.fetch(
        "select id, state from public.app_databases where app_id = $1 and environment = $2",
        *(mine.app, mine.environment),
    )
    assert made["state"] == "removing"
    assert {(row["database_id"] == made["id"], row["kind"]) for row in due} == {(True, "remove"), (False, "rotate")}
    await database.fetch("delete from public.app_operations where id = $1", asked, role="supabase_admin")
    assert [row for row in await database.fetch(ROWS) if row[0] != made["id"]] == others
