"""Changes of apps' databases: who plans, confirms and sees them, and how one ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.world import Actor, Database

DIGEST = "a" * 64
STEPS = [
    {"number": 0, "kind": "additive", "undo": ["drop"]},
    {"number": 1, "kind": "destructive", "undo": None},
    {"number": 2, "kind": "rename", "undo": ["back"]},
]


@dataclass
class App:
    """An app of Ben's with a database that is ready, and a worker that does what is asked of it."""

    owner: Actor
    connection: asyncpg.Connection
    id: UUID
    database_id: UUID
    revisions: list[UUID]

    async def call(self, function: str, *arguments: object) -> Any:
        """What a function of the worker's returns."""
        places = ", ".join(f"${number}" for number in range(1, len(arguments) + 1))
        given = [json.dumps(each) if isinstance(each, dict) else each for each in arguments]
        found = await self.connection.fetchval(f"select private.{function}({places})", *given)
        return json.loads(found) if isinstance(found, str) else found

    async def revise(self, number: int) -> UUID:
        """Another revision."""
        made = await self.call("record_app_revision", self.claims, self.id, {}, {}, f"{number:064x}")
        self.revisions.append(UUID(made["id"]))
        return self.revisions[-1]

    @property
    def claims(self) -> dict[str, Any]:
        """The owner's."""
        return json.loads(self.owner.claims_text)  # type: ignore[no-any-return]

    async def plan(self, actor: Actor | None = None, **changes: Any) -> dict[str, Any]:
        """Record a plan, from the first revision to the second."""
        plan = {"digest": DIGEST, "catalog_digest": DIGEST, "from_revision_id": str(self.revisions[0]), "steps": STEPS}
        claims = self.claims if actor is None else json.loads(actor.claims_text)
        arguments = (claims, self.id, "production", self.revisions[1], plan | changes)
        return await self.call("record_app_change", *arguments)  # type: ignore[no-any-return]

    async def confirm(self, change: dict[str, Any], *steps: int, digest: str = DIGEST) -> dict[str, Any]:
        """The owner's yes."""
        arguments = (self.claims, UUID(change["id"]), digest, list(steps))
        return await self.call("confirm_app_change", *arguments)  # type: ignore[no-any-return]

    async def operation(self, change: dict[str, Any], worker: str = "w", **options: bool) -> UUID:
        """Ask for it to be applied, and take that on."""
        arguments = {"change_id": change["id"], **options}
        asked = await self.call("request_app_operation", self.claims, self.id, "production", "change", arguments)
        operation_id = UUID(asked["operation"]["id"])
        await self.connection.fetchval(
            "select private.claim_app_operation($1, interval '1 minute', $2)", worker, operation_id
        )
        return operation_id


@pytest.fixture
async def app(database: Database, acme_member: Actor) -> AsyncIterator[App]:
    app_id = await acme_member.value("insert into public.generated_apps (name) values ('Shop') returning id")
    (row,) = await database.fetch(
        "insert into public.app_databases (tenant_id, app_id, environment, state)"
        " values ($1, $2, 'production', 'ready') returning id",
        acme_member.tenant_id,
        app_id,
    )
    async with database.connected("palaver_worker") as connection:
        made = App(acme_member, connection, app_id, row["id"], [])
        for number in (1, 2):
            await made.revise(number)
        await database.fetch(
            "update public.app_databases set revision_id = $1 where id = $2", made.revisions[0], made.database_id
        )
        yield made


async def revision(database: Database, app: App) -> UUID:
    found: UUID = await database.value("select revision_id from public.app_databases where id = $1", app.database_id)
    return found


async def refused(sqlstate: str, awaitable: Any) -> None:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await awaitable
    assert caught.value.sqlstate == sqlstate


async def test_a_change_is_planned_confirmed_applied_and_kept(app: App, database: Database) -> None:
    basis = await app.call("read_change_basis", app.claims, app.id, "production", None)
    assert (basis["from"]["number"], basis["to"]["number"]) == (1, 2)
    change = await app.plan()
    assert (change["state"], change["requested_by"]) == ("planned", str(app.owner.user_id))
    assert await app.plan() == change
    # What it does is the same: what it leads to, or takes back, is another.
    await app.revise(3)
    arguments = {"digest": DIGEST, "catalog_digest": DIGEST, "from_revision_id": str(app.revisions[0]), "steps": STEPS}
    other = await app.call("record_app_change", app.claims, app.id, "production", app.revisions[2], arguments)
    assert other["id"] != change["id"]
    change = await app.plan()
    assert (await app.confirm(change, 2))["confirmed_steps"] == [2]

    operation = await app.operation(change)
    begun = await app.call("begin_app_change", operation, "w", None)
    assert (begun["change"]["state"], begun["to"]["id"]) == ("applying", str(app.revisions[1]))
    ran = [{"number": 0, "milliseconds": 1.5}]
    ended = await app.call("finish_app_change", operation, "w", {"state": "applied", "complete": True, "ran": ran})
    assert (ended["state"], ended["ran"], ended["is_complete"]) == ("applied", ran, True)
    assert await revision(database, app) == app.revisions[1]
    # A worker that comes after it sees that it is over.
    assert (await app.call("begin_app_change", operation, "w", None))["change"] == ended
    await refused("PA444", app.call("finish_app_change", operation, "w", {"state": "failed"}))
    (log,) = await database.fetch(
        "select after from public.audit_log where object = 'app_changes' and after ->> 'state' = 'applied'"
    )
    assert "steps" not in json.loads(log["after"])


async def test_what_was_left_out_keeps_the_revision_and_what_is_settled_moves_it(app: App, database: Database) -> None:
    change = await app.plan()
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    await app.call("finish_app_change", operation, "w", {"state": "applied", "complete": False})
    await app.call("finish_app_operation", operation, "w", {"state": "succeeded"})
    assert await revision(database, app) == app.revisions[0]

    rest = await app.plan(digest="b" * 64)
    discarded = await app.call("discard_app_change", app.claims, UUID(rest["id"]), "b" * 64, True)
    assert discarded["state"] == "discarded"
    assert await revision(database, app) == app.revisions[1]


async def test_data_is_lost_only_behind_a_backup_that_was_seen_to_work(app: App, database: Database) -> None:
    change = await app.plan()
    await app.confirm(change, 1)
    operation = await app.operation(change)
    begun = await app.call("begin_app_change", operation, "w", None)
    assert begun["change"]["state"] == "awaiting_checkpoint"
    await refused("PA444", app.call("finish_app_change", operation, "w", {"state": "applied"}))

    made = await app.call("begin_app_backup", operation, "w", {"kind": "checkpoint", "file": "one"})
    backup = UUID(made["backup"]["id"])
    await refused("PA404", app.call("begin_app_change", operation, "w", backup))
    assert await app.call("app_backup_to_restore", operation, "w", backup) is None
    again = await app.call("begin_app_backup", operation, "w", {"kind": "checkpoint", "file": "two", "keep_days": 30})
    assert again["abandoned"] == [{"id": str(backup), "file": "one"}]
    backup = UUID(again["backup"]["id"])
    figures = {"state": "verified", "bytes": 1, "sha256": DIGEST, "tables": {"users": 2}}
    await refused("23514", app.call("finish_app_backup", operation, "w", backup, {"state": "verified"}))
    await refused("PA404", app.call("finish_app_backup", operation, "w", uuid4(), figures))
    await app.call("finish_app_backup", operation, "w", backup, figures)
    await refused("PA404", app.call("finish_app_backup", operation, "w", backup, figures))
    begun = await app.call("begin_app_change", operation, "w", backup)
    assert (begun["change"]["state"], begun["change"]["backup_id"]) == ("applying", str(backup))
    # Whoever goes on after a crash needs none again.
    again = await app.call("begin_app_change", operation, "w", None)
    assert (again["change"]["state"], again["change"]["backup_id"]) == ("applying", str(backup))

    assert await app.connection.fetch("select * from private.expired_app_backups()") == []
    assert not await app.call("forget_app_backup", app.owner.tenant_id, backup)
    await database.fetch("update public.app_backups set expires_at = now() where id = $1", backup)
    (expired,) = await app.connection.fetch("select * from private.expired_app_backups()")
    assert expired["file"] == "two"
    unmatched = "select * from private.unmatched_app_backups($1)"
    assert await app.connection.fetch(unmatched, ["two"]) == []
    assert [tuple(row) for row in await app.connection.fetch(unmatched, ["x"])] == [("x", False), ("two", True)]
    assert await app.call("forget_app_backup", app.owner.tenant_id, backup)
    assert not await app.call("forget_app_backup", app.owner.tenant_id, backup)
    assert [tuple(row) for row in await app.connection.fetch(unmatched, ["two"])] == [("two", False)]


async def test_its_owner_may_do_without_a_backup(app: App) -> None:
    change = await app.plan()
    await app.confirm(change, 1)
    operation = await app.operation(change, without_backup=True)
    begun = await app.call("begin_app_change", operation, "w", None)
    assert (begun["change"]["state"], begun["change"]["backup_id"]) == ("applying", None)


async def test_what_waits_for_a_backup_that_nobody_makes_can_be_given_up(app: App) -> None:
    change = await app.plan()
    await app.confirm(change, 1)
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    discard = ("discard_app_change", app.claims, UUID(change["id"]), DIGEST, False)
    await refused("PA441", app.call(*discard))
    await app.call("finish_app_operation", operation, "w", {"state": "failed"})
    await refused("PA444", app.confirm(change, 1))
    assert (await app.call(*discard))["state"] == "discarded"


async def test_what_is_undone_is_gone_back_from(app: App) -> None:
    change = await app.plan()
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    # Not all of it was done, so that the database has its old revision still.
    await app.call("finish_app_change", operation, "w", {"state": "applied", "complete": False})
    await app.call("finish_app_operation", operation, "w", {"state": "succeeded"})
    plan = {"digest": "b" * 64, "catalog_digest": DIGEST, "from_revision_id": str(app.revisions[0]), "steps": []}
    arguments = (app.claims, app.id, "production", app.revisions[0], {**plan, "undoes_id": change["id"]})
    undo = await app.call("record_app_change", *arguments)
    begun = await app.call("begin_app_change", await app.operation(undo), "w", None)
    assert (begun["from"]["number"], begun["to"]["number"]) == (2, 1)


async def test_an_older_backup_is_no_checkpoint(app: App, database: Database) -> None:
    change = await app.plan()
    await app.confirm(change, 1)
    operation = await app.operation(change)
    made = await app.call("begin_app_backup", operation, "w", {"kind": "manual", "file": "one"})
    backup = UUID(made["backup"]["id"])
    figures = {"state": "verified", "bytes": 1, "sha256": DIGEST, "tables": {}}
    await app.call("finish_app_backup", operation, "w", backup, figures)
    await database.fetch("update public.app_backups set created_at = created_at - interval '1 hour'")
    await refused("PA404", app.call("begin_app_change", operation, "w", backup))


async def test_a_new_plan_takes_the_place_of_the_last_one_unless_that_is_being_applied(app: App) -> None:
    first = await app.plan()
    second = await app.plan(digest="b" * 64)
    await refused("PA444", app.confirm(first))
    await refused("PA444", app.confirm(second, 1))
    await refused("PA422", app.confirm(second, 3, digest="b" * 64))
    await refused("PA422", app.confirm(second, -1, digest="b" * 64))
    operation = await app.operation(second)
    await refused("PA441", app.confirm(second, 1, digest="b" * 64))
    await app.call("begin_app_change", operation, "w", None)
    # An operation ends its own change, and no other.
    await app.call("finish_app_operation", operation, "w", {"state": "failed"})
    past = await app.operation(first)
    assert (await app.call("begin_app_change", past, "w", None))["change"]["state"] == "discarded"
    await refused("PA444", app.call("finish_app_change", past, "w", {"state": "failed"}))
    await app.call("finish_app_operation", past, "w", {"state": "failed"})
    operation = await app.operation(second)
    await refused("PA441", app.plan(digest="c" * 64))
    await refused("PA444", app.plan(digest="c" * 64, from_revision_id=str(app.revisions[1])))
    await refused("PA440", app.call("begin_app_change", operation, "other", None))
    stale = await app.call("finish_app_change", operation, "w", {"state": "stale"})
    assert (stale["state"], stale["error_code"]) == ("stale", "STALE")
    assert (await app.plan(digest="c" * 64))["state"] == "planned"
    listed = await app.connection.fetch("select private.read_app_changes($1, $2)", json.dumps(app.claims), app.id)
    assert [json.loads(row[0])["state"] for row in listed] == ["planned", "stale", "discarded"]


async def test_a_change_that_is_undone_by_another_says_so(app: App, database: Database) -> None:
    change = await app.plan()
    await refused("PA404", app.plan(undoes_id=change["id"]))
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    await app.call("finish_app_change", operation, "w", {"state": "applied", "complete": True})
    await app.call("finish_app_operation", operation, "w", {"state": "succeeded"})
    await app.revise(3)
    app.revisions[:2] = reversed(app.revisions[:2])
    await refused("PA404", app.plan(undoes_id=str(uuid4())))
    anew = await app.plan()
    back = await app.plan(undoes_id=change["id"])
    assert (back["id"] != anew["id"], back["undoes_id"]) == (True, change["id"])
    operation = await app.operation(back)
    await app.call("begin_app_change", operation, "w", None)
    await app.call("finish_app_change", operation, "w", {"state": "applied", "complete": True})
    assert await database.value("select state from public.app_changes where id = $1", UUID(change["id"])) == "undone"
    assert await revision(database, app) == app.revisions[1]


async def test_what_was_tried_five_times_ends_unless_it_may_have_been_made(app: App, database: Database) -> None:
    exhaust = "update public.app_operations set attempts = 5, lease_until = now() where state = 'running'"
    claim = "select private.claim_app_operation('other', interval '1 minute') -> 'operation' ->> 'attempts'"
    change = await app.plan()
    await app.confirm(change, 1)
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    made = await app.call("begin_app_backup", operation, "w", {"kind": "checkpoint", "file": "one"})
    await database.fetch(exhaust)
    assert await app.connection.fetchval(claim) is None
    (ended,) = await database.fetch(
        "select o.state, c.state as change, c.error_code, b.state as backup, b.expires_at is not null as is_over"
        " from public.app_operations as o join public.app_changes as c on c.database_id = o.database_id"
        " join public.app_backups as b on b.database_id = o.database_id where b.id = $1",
        UUID(made["backup"]["id"]),
    )
    assert tuple(ended) == ("failed", "failed", "ATTEMPTS_EXHAUSTED", "failed", True)

    change = await app.plan(digest="b" * 64)
    operation = await app.operation(change)
    await app.call("begin_app_change", operation, "w", None)
    await database.fetch(exhaust)
    assert await app.connection.fetchval("select operation_id from private.due_app_work()") == operation
    assert await app.connection.fetchval(claim) == "6"
    await app.call("finish_app_change", operation, "other", {"state": "failed"})


async def test_two_plans_at_once_leave_one(app: App, database: Database) -> None:
    async with database.connected("palaver_worker") as other:
        second = App(app.owner, other, app.id, app.database_id, app.revisions)
        await asyncio.gather(app.plan(digest="b" * 64), second.plan(digest="c" * 64))
    states = await database.fetch("select state from public.app_changes order by state")
    assert [row["state"] for row in states] == ["discarded", "planned"]


async def test_only_the_owner_plans_and_confirms_and_admins_look_on(
    app: App, acme_admin: Actor, globex_admin: Actor, anon: Actor
) -> None:
    change = await app.plan()
    for actor, sqlstate in ((acme_admin, "PA403"), (globex_admin, "PA404")):
        claims, change_id = json.loads(actor.claims_text), UUID(change["id"])
        await refused(sqlstate, app.plan(actor))
        await refused(sqlstate, app.call("confirm_app_change", claims, change_id, DIGEST, [1]))
        await refused(sqlstate, app.call("discard_app_change", claims, change_id, DIGEST, True))
        await refused(sqlstate, app.call("read_change_basis", claims, app.id, "production", None))
    sql = "select count(*) from public.app_changes"
    assert [await actor.value(sql) for actor in (app.owner, acme_admin, globex_admin)] == [1, 1, 0]
    for actor, statement in (
        (app.owner, "update public.app_changes set state = 'applied'"),
        (app.owner, "delete from public.app_changes"),
        (app.owner, "delete from public.app_backups"),
        (anon, sql),
    ):
        await refused("42501", actor.fetch(statement))


async def test_what_cannot_be_a_plan_is_refused(app: App, database: Database) -> None:
    await refused("23514", app.plan(digest="no"))
    await refused("23514", app.plan(steps={}))
    await refused("23502", app.plan(digest=None))
    await refused("PA443", app.call("read_change_basis", app.claims, app.id, "staging", None))
    await refused("PA404", app.call("read_change_basis", app.claims, app.id, "production", uuid4()))
    change = await app.plan()
    await refused("PA404", app.call("confirm_app_change", app.claims, uuid4(), DIGEST, []))
    confirmed = await app.call("confirm_app_change", app.claims, UUID(change["id"]), DIGEST, None)
    assert (confirmed["state"], confirmed["confirmed_steps"]) == ("confirmed", [])
    await database.fetch("update public.app_databases set state = 'failed'")
    await refused("PA443", app.plan())
    await refused("PA443", app.call("read_change_basis", app.claims, app.id, "production", None))
