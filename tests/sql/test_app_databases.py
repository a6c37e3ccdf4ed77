"""Databases of apps: what may be asked for, by whom; states and operations; leases, and what becomes due."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

SEALED = base64.b64encode(b"sealed " * 8).decode()


@dataclass
class Work:
    """The worker's calls, for an app of Ben's."""

    database: Database
    link: asyncpg.Connection
    app: UUID
    owner: Actor

    async def call(self, sql: str, *arguments: object) -> Any:
        """A call's answer in JSON."""
        answer = await self.link.fetchval(f"select {sql}", *arguments)
        return json.loads(answer) if isinstance(answer, str) else answer

    async def ask(self, kind: str, environment: str = "production", by: Actor | None = None, **given: object) -> Any:
        """Ask for an operation."""
        return await self.call(
            "private.request_app_operation($1::jsonb, $2, $3, $4, $5::jsonb)",
            *((by or self.owner).claims_text, self.app, environment, kind, json.dumps(given)),
        )

    async def refused(
        self, kind: str, environment: str = "production", by: Actor | None = None, **given: object
    ) -> str:
        """The SQLSTATE with which that is refused."""
        with pytest.raises(asyncpg.PostgresError) as error:
            await self.ask(kind, environment, by, **given)
        return str(error.value.sqlstate)

    async def claim(self, worker: str = "one", lease: str = "1 minute") -> Any:
        """Take on whatever is due."""
        return await self.call("private.claim_app_operation($1, $2::text::interval)", worker, lease)

    async def note(self, claimed: Any, step: str, worker: str = "one", **changes: object) -> Any:
        """Note a step."""
        return await self.call(
            "private.note_app_step($1, $2, $3, $4::jsonb)",
            claimed["operation"]["id"],
            worker,
            step,
            json.dumps(changes),
        )

    async def finish(self, claimed: Any, state: str = "succeeded", worker: str = "one", **outcome: object) -> Any:
        """End an operation."""
        return await self.call(
            "private.finish_app_operation($1, $2, $3::jsonb)",
            *(claimed["operation"]["id"], worker, json.dumps({"state": state, **outcome})),
        )

    async def make(self, environment: str = "production") -> Any:
        """A database that is ready."""
        await self.ask("provision", environment)
        claimed = await self.claim()
        await self.note(claimed, "create", state="creating", host="db.test", port=5432, pending=SEALED)
        await self.note(claimed, "apply", state="applying", promote=True, tables_created=3)
        return (await self.finish(claimed))["database"]

    async def run(self, kind: str, **given: object) -> Any:
        """Ask for an operation and do it."""
        await self.ask(kind, **given)  # type: ignore[arg-type]
        return await self.finish(await self.claim())

    async def due(self) -> list[tuple[str, str]]:
        """What waits for a worker: kind and reason."""
        return [(row["kind"], row["reason"]) for row in await self.link.fetch("select * from private.due_app_work()")]

    async def lost(self, *names: str) -> Any:
        """Those names of databases that no row has."""
        return await self.link.fetchval("select private.lost_app_databases($1)", list(names))

    async def states(self) -> list[str]:
        """Of the app's databases."""
        rows = await self.database.fetch(
            "select state from public.app_databases where app_id = $1 order by id", self.app
        )
        return [row[0] for row in rows]


@pytest.fixture
async def work(database: Database, acme_member: Actor) -> AsyncIterator[Work]:
    """An app of Ben's, whose tenant has the plan pro."""
    await database.fetch("update public.tenants set app_plan = 'pro' where id = $1", acme_member.tenant_id)
    app = await acme_member.value("insert into public.generated_apps (name) values ('Shop') returning id")
    async with database.connected("palaver_worker") as link:
        yield Work(database, link, app, acme_member)


async def test_a_database_from_request_to_removal(work: Work, acme_member: Actor) -> None:
    asked = await work.ask("provision")
    assert (asked["status"], asked["database"]["state"]) == ("created", "requested")
    again = await work.ask("provision")
    assert (again["status"], again["operation"]["id"]) == ("running", asked["operation"]["id"])
    claimed = await work.claim()
    assert claimed["operation"]["id"] == asked["operation"]["id"]
    assert claimed["database"]["database_name"] == "app_" + claimed["database"]["id"].replace("-", "")
    assert (claimed["password"], claimed["pending"], claimed["revision"]) == (None, None, None)
    assert await work.claim("two") is None
    await work.note(claimed, "create", state="creating", host="db.test", port=5432, pending=SEALED, detail="a role")
    await work.note(claimed, "apply", state="applying", promote=True, tables_created=3)
    name = claimed["database"]["database_name"]
    known = {"role_name": f"{name}_2", "server_version": "18.1", "size_bytes": 5, "size_state": "warned"}
    changes = {"receipt": [{"attempt": "connect"}], "usage": {"tables": 3}, **known}
    done = await work.finish(claimed, result={"ms": 60}, changes=changes)
    assert (done["operation"]["state"], done["database"]["state"]) == ("succeeded", "ready")
    assert [step["step"] for step in done["operation"]["progress"]] == ["create", "apply"]
    assert (await work.ask("provision"))["status"] == "ready"
    (row,) = await acme_member.fetch("select * from public.app_databases")
    assert (row["state"], row["host"], row["port"], row["tables_created"]) == ("ready", "db.test", 5432, 3)
    assert (row["max_connections"], row["error_code"]) == (30, None)
    assert {key: row[key] for key in known} == known
    assert None not in (row["size_measured_at"], row["size_state_at"], row["ready_at"])
    assert {key: done["database"][key] for key in changes} == changes
    assert await work.lost(name, "app_1") == ["app_1"]

    asked = await work.ask("remove", grace_days=3)
    assert asked["operation"]["arguments"] == {"grace_days": 3, "backup": True, "final": False}
    done = await work.finish(await work.claim())
    assert done["database"]["state"] == "removing"
    assert (await work.ask("remove"))["status"] == "removing"
    assert await work.refused("rotate") == await work.refused("provision") == "PA443"
    assert (await work.run("unremove"))["database"]["state"] == "ready"
    await work.run("remove")
    asked = await work.ask("remove", grace_days=0)
    assert asked["operation"]["arguments"]["final"] is True
    assert (await work.finish(await work.claim()))["database"]["state"] == "removed"
    assert (await work.ask("remove"))["status"] == "removed"
    assert await work.database.value("select count(*) from private.app_credentials") == 0
    assert await work.lost(name) == [name]
    # What is removed counts for no plan.
    await work.database.fetch("update public.tenants set app_plan = 'hobby'")
    assert (await work.ask("provision"))["status"] == "created"
    assert await work.refused("provision", "staging") == "PA442"
    assert await work.states() == ["removed", "requested"]


async def test_only_its_owner_asks_and_admins_may_remove(
    work: Work, acme_admin: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    for stranger in (globex_admin, outsider):
        assert {await work.refused(kind, by=stranger) for kind in ("provision", "remove", "rotate")} == {"PA404"}
    assert {await work.refused(kind, by=acme_admin) for kind in ("provision", "rotate", "backup", "copy")} == {"PA403"}
    await work.make()
    assert (await work.ask("remove", by=acme_admin))["status"] == "created"
    await work.database.fetch("update public.users set role = 'viewer' where id = $1", work.owner.user_id)
    assert await work.refused("provision", "staging") == "PA403"


REFUSED: tuple[tuple[str, str, dict[str, object], str], ...] = (
    ("provision", "prod", {}, "PA422"),
    ("nothing", "production", {}, "PA422"),
    ("provision", "staging", {"revision_id": "1"}, "PA422"),
    ("provision", "staging", {"revision_id": "00000000-0000-7000-8000-000000000001"}, "PA404"),
    ("provision", "staging", {"else": 1}, "PA422"),
    ("remove", "production", {"grace_days": 31}, "PA422"),
    ("remove", "production", {"grace_days": -1}, "PA422"),
    ("remove", "production", {"grace_days": "7"}, "PA422"),
    ("remove", "production", {"backup": "no"}, "PA422"),
    ("remove", "staging", {}, "PA443"),
    ("change", "production", {}, "PA422"),
    ("restore", "production", {"backup_id": 3}, "PA422"),
    ("copy", "production", {"from": "production"}, "PA443"),
    ("copy", "staging", {"from": "development"}, "PA443"),
    ("copy", "staging", {"from": "mars"}, "PA422"),
    ("unremove", "production", {}, "PA443"),
)


async def test_what_makes_no_sense_is_refused(work: Work) -> None:
    await work.make()
    for kind, environment, given, state in REFUSED:
        assert await work.refused(kind, environment, None, **given) == state, (kind, environment, given)
    assert await work.due() == []
    await work.ask("rotate")
    for nothing, state in (("[]", "PA422"), ("1", "PA422"), ("null", "PA441"), (None, "PA441")):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await work.call(
                "private.request_app_operation($1::jsonb, $2, 'production', 'backup', $3::jsonb)",
                *(work.owner.claims_text, work.app, nothing),
            )
        assert refused.value.sqlstate == state, nothing


REQUEST = "private.request_app_operation($1::jsonb, $2, $3, $4, $5::jsonb, $6)"


async def test_a_key_stands_for_one_operation(work: Work) -> None:
    await work.make()

    async def ask(key: str | None, kind: str, environment: str = "production", **given: object) -> tuple[str, str]:
        async with work.database.connected("palaver_worker") as link:
            arguments = (work.owner.claims_text, work.app, environment, kind, json.dumps(given), key)
            try:
                answer = await link.fetchval(f"select {REQUEST}", *arguments)
            except asyncpg.PostgresError as error:
                return "refused", str(error.sqlstate)
            asked = json.loads(answer)
            return str(asked["status"]), str(asked["operation"]["id"])

    # At once, again while it is under way, and when it has ended.
    asked = await asyncio.gather(*(ask("k1", "backup", label="Sale") for _ in range(4)))
    assert (sorted(status for status, _ in asked), len({each for _, each in asked})) == (
        ["created", *["running"] * 3],
        1,
    )
    # Who has another key, or none where another one began it, does not take it for theirs.
    assert await ask("k2", "backup", label="Sale") == ("refused", "PA441")
    assert await ask(None, "backup", label="Sale") == ("running", asked[0][1])
    await work.finish(await work.claim())
    assert await ask("k1", "backup", label="Sale") == ("ended", asked[0][1])
    for other in (
        ask("k1", "backup"),
        ask("k1", "backup", label="Other"),
        ask("k1", "rotate"),
        ask("k1", "backup", "staging", label="Sale"),
    ):
        assert await other == ("refused", "PA423")
    assert await work.due() == []

    # One that failed stays that, and what there is besides does not matter.
    status, rotation = await ask("k2", "rotate")
    assert await ask("k3", "rotate") == ("refused", "PA441")
    await work.finish(await work.claim(), "failed")
    assert (status, await ask("k2", "rotate")) == ("created", ("ended", rotation))
    _, removal = await ask("k4", "remove", grace_days=0)
    assert await ask("k4", "remove", grace_days=0) == ("running", removal)
    await work.finish(await work.claim())
    for key, kind, given, operation in (
        ("k1", "backup", {"label": "Sale"}, asked[0][1]),
        ("k2", "rotate", {}, rotation),
        ("k4", "remove", {"grace_days": 0}, removal),
    ):
        assert await ask(key, kind, **given) == ("ended", operation)
    # A key is an app's.
    work.app = await work.owner.value("insert into public.generated_apps (name) values ('Blog') returning id")
    await work.make()
    assert (await ask("k1", "backup"))[0] == "created"
    assert await ask("x" * 256, "provision", "staging") == ("refused", "23514")


async def test_whether_there_is_room_is_asked_before(work: Work, acme_admin: Actor, globex_member: Actor) -> None:
    await work.database.fetch(
        "update public.tenants set app_plan = 'hobby' where id = $1", work.owner.tenant_id, role="supabase_admin"
    )

    async def check(by: Actor, environment: str = "production") -> str | None:
        try:
            await work.call("private.check_app_room($1::jsonb, $2, $3)", by.claims_text, work.app, environment)
        except asyncpg.PostgresError as error:
            return str(error.sqlstate)
        return None

    assert (await check(work.owner), await check(acme_admin), await check(globex_member)) == (None, "PA403", "PA404")
    await work.ask("provision")
    assert (await check(work.owner), await check(work.owner, "staging")) == (None, "PA442")
    await work.finish(await work.claim(), "failed")
    assert (await check(work.owner), await check(work.owner, "staging")) == (None, "PA442")
    assert await work.refused("provision", "staging") == "PA442"


async def test_parallel_requests_do_not_pass_the_plans_limit(work: Work, acme_member: Actor) -> None:
    apps = [
        await acme_member.value("insert into public.generated_apps (name) values ('Shop') returning id")
        for _ in range(8)
    ]

    async def ask(app: UUID) -> str:
        async with work.database.connected("palaver_worker") as link:
            try:
                return str((await Work(work.database, link, app, acme_member).ask("provision"))["status"])
            except asyncpg.PostgresError as error:
                return str(error.sqlstate)

    # Each app twice: two for the same one are one.
    asked = sorted(await asyncio.gather(*(ask(app) for app in apps * 2)))
    assert (asked.count("created"), asked.count("PA442") + asked.count("running")) == (5, 11)
    assert await work.database.value("select count(*) from public.app_databases") == 5


async def test_a_lease_that_runs_out_is_anothers(work: Work) -> None:
    await work.ask("provision")
    first = await work.claim("one", "-1 second")
    await work.note(first, "create", state="creating", host="db.test", pending=SEALED)
    await work.database.fetch("update public.app_operations set lease_until = now() - interval '1 second'")
    assert await work.due() == [("provision", "running")]
    second = await work.claim("two")
    assert (second["operation"]["attempts"], second["pending"], second["database"]["state"]) == (2, SEALED, "creating")
    for late in (work.note(first, "apply", state="applying"), work.finish(first), work.note(second, "apply", "three")):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await late
        assert refused.value.sqlstate == "PA440"
    await work.note(second, "again", "two", state="creating")
    await work.note(second, "apply", "two", state="applying", promote=True)
    assert (await work.finish(second, worker="two"))["database"]["state"] == "ready"


async def test_each_operation_is_taken_on_by_one_of_many(work: Work) -> None:
    for environment in ("production", "staging", "development"):
        await work.ask("provision", environment)

    async def claim(worker: str) -> str | None:
        async with work.database.connected("palaver_worker") as link:
            claimed = await Work(work.database, link, work.app, work.owner).claim(worker)
            return str(claimed["operation"]["id"]) if claimed else None

    taken = [one for one in await asyncio.gather(*(claim(f"worker {n}") for n in range(8))) if one]
    assert len(taken) == len(set(taken)) <= 3
    while claimed := await claim("last"):
        taken.append(claimed)
    assert len(taken) == len(set(taken)) == 3


async def test_what_somebody_holds_is_passed_over(work: Work) -> None:
    for environment in ("production", "staging"):
        await work.ask("provision", environment)
    async with work.database.connected() as other, other.transaction():
        held = await other.fetchval(
            "select id from public.app_databases where environment = 'production' for no key update"
        )
        claimed = await work.claim()
        assert (claimed["database"]["environment"], await work.claim("two")) == ("staging", None)
        # Nor does anything wait for it that is done to another.
        await work.link.execute("set lock_timeout = '1s'")
        await work.note(claimed, "create", state="creating")
        await work.database.fetch("update public.app_operations set attempts = 5 where database_id = $1", held)
        assert ("provision", "queued") in await work.due()
    assert await work.due() == []
    assert await work.states() == ["failed", "creating"]


async def test_what_is_copied_is_what_is_there_now(work: Work) -> None:
    await work.make()
    await work.run("remove", grace_days=0)
    made = await work.make()
    await work.ask("copy", "staging", None, **{"from": "production"})
    assert (await work.claim())["source"]["id"] == made["id"]


async def test_a_long_line_of_one_tenant_is_not_before_the_others(
    work: Work, acme_member: Actor, globex_member: Actor
) -> None:
    await work.database.fetch("update public.tenants set app_plan = 'enterprise'", role="supabase_admin")
    for _ in range(3):
        work.app = await acme_member.value("insert into public.generated_apps (name) values ('Many') returning id")
        for environment in ("production", "staging"):
            await work.ask("provision", environment)
    other = await globex_member.value("insert into public.generated_apps (name) values ('One') returning id")
    others = Work(work.database, work.link, other, globex_member)
    for environment in ("production", "staging"):
        await others.ask("provision", environment)
    acme, globex = str(acme_member.tenant_id), str(globex_member.tenant_id)

    async def line() -> list[str]:
        return [str(row[0]) for row in await work.link.fetch("select tenant_id from private.due_app_work()")]

    assert await line() == [acme, globex, acme, globex, *[acme] * 4]
    claimed = [(await work.claim())["operation"]["tenant_id"] for _ in range(3)]
    assert claimed == [acme, globex, acme]
    assert await line() == [globex, *[acme] * 4], "what runs counts"
    # A worker that is gone runs nothing.
    gone = "update public.app_operations set lease_until = now() - interval '1 hour'"
    await work.database.fetch(f"{gone} where state = 'running' and tenant_id = $1", globex_member.tenant_id)
    assert (await line())[:2] == [globex, globex]
    assert [(await work.claim())["operation"]["tenant_id"] for _ in range(2)] == [globex, globex]


async def test_what_is_never_finished_fails_and_its_parts_are_removed(work: Work) -> None:
    await work.ask("provision")
    for _ in range(5):
        claimed = await work.claim("one", "-1 second")
        await work.call(
            "private.note_app_step($1, 'one', 'create', $2::jsonb, '-1 second')",
            *(claimed["operation"]["id"], json.dumps({"state": "creating", "host": "db.test"})),
        )
        if claimed["operation"]["attempts"] == 5:
            await work.note(claimed, "create")
            assert await work.due() == []
            assert await work.states() == ["creating"]
            await work.database.fetch("update public.app_operations set lease_until = now() - interval '1 second'")
    assert await work.claim() is None
    assert await work.states() == ["failed"]
    # Something of it is there, as its host says; nobody ever used it.
    assert await work.due() == [("remove", "queued")]
    claimed = await work.claim()
    assert (claimed["operation"]["arguments"], claimed["operation"]["requested_by"]) == (
        {"backup": False, "final": True},
        None,
    )
    await work.finish(claimed)
    assert await work.states() == ["removed"]
    assert await work.due() == []


async def test_a_failure_that_was_undone_can_be_tried_again(work: Work) -> None:
    await work.ask("provision")
    claimed = await work.claim()
    await work.note(claimed, "create", state="creating", host="db.test")
    failed = await work.finish(
        claimed, "failed", error_code="SERVER_GONE", error_detail="x" * 3000, changes={"host": None}
    )
    assert (failed["database"]["state"], failed["database"]["error_code"]) == ("failed", "SERVER_GONE")
    assert await work.due() == []
    again = await work.ask("provision")
    assert (again["status"], again["database"]["id"]) == ("created", failed["database"]["id"])
    claimed = await work.claim()
    later = await work.finish(claimed, "queued", retry_after_seconds=3600, error_code="SERVER_FULL")
    assert (later["operation"]["state"], later["database"]["state"]) == ("queued", "requested")
    assert await work.claim() is None


async def test_removal_comes_due_and_is_tried_again(work: Work) -> None:
    await work.make()
    await work.run("remove")
    assert await work.due() == []
    await work.database.fetch("update public.app_databases set removal_due_at = now() - interval '1 second'")
    assert await work.refused("unremove") == "PA443"
    assert await work.due() == await work.due() == [("remove", "queued")]
    claimed = await work.claim()
    assert claimed["operation"]["arguments"] == {"backup": True, "final": True}
    assert (await work.finish(claimed, "failed", error_code="SERVER_GONE"))["database"]["state"] == "removing"
    assert await work.due() == []
    await work.database.fetch("update public.app_operations set finished_at = now() - interval '11 minutes'")
    assert await work.due() == [("remove", "queued")]
    await work.finish(await work.claim())
    assert await work.states() == ["removed"]


async def test_a_removal_that_failed_is_tried_again_and_goes_no_sooner(work: Work) -> None:
    await work.make()
    await work.ask("remove", grace_days=3)
    removing = (await work.finish(await work.claim(), "failed"))["database"]
    await work.database.fetch("update public.app_operations set finished_at = now() - interval '11 minutes'")
    assert await work.due() == [("remove", "queued")]
    claimed = await work.claim()
    assert claimed["operation"]["arguments"] == {"backup": True, "final": False}
    assert claimed["database"]["removal_due_at"] == removing["removal_due_at"]


async def test_one_that_people_used_is_never_removed_by_itself(work: Work) -> None:
    await work.make()
    await work.ask("restore", backup_id="00000000-0000-7000-8000-000000000001")
    claimed = await work.claim()
    await work.note(claimed, "drop", state="applying")
    assert (await work.finish(claimed, "failed", changes={"state": "failed"}))["database"]["state"] == "failed"
    assert await work.due() == []
    assert await work.refused("provision") == "PA443"
    assert (await work.ask("remove"))["operation"]["arguments"]["final"] is False


async def test_no_operation_ends_with_a_database_that_nobody_works_on(work: Work) -> None:
    await work.ask("provision")
    claimed = await work.claim()
    for changes, sqlstate in (
        ({"state": "creating"}, "PA443"),
        ({"state": "ready"}, "PA443"),
        ({"state": "nonsense"}, "PA443"),
        ({"nonsense": 1}, "PA422"),
        ({"state": "failed", "pending": "!"}, "22023"),
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await work.finish(claimed, changes=changes)
        assert refused.value.sqlstate == sqlstate
    with pytest.raises(asyncpg.PostgresError) as refused:
        await work.finish(claimed, "sideways")
    assert refused.value.sqlstate == "PA422"
    assert await work.states() == ["requested"]


async def test_a_password_is_its_owners_and_each_look_is_in_the_log(work: Work, acme_admin: Actor) -> None:
    look = "private.app_credentials($1::jsonb, $2, 'production')"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await work.call(look, work.owner.claims_text, work.app)
    assert refused.value.sqlstate == "PA443"
    made = await work.make()
    assert (await work.call(look, work.owner.claims_text, work.app))["password"] == SEALED
    with pytest.raises(asyncpg.PostgresError) as refused:
        await work.call(look, acme_admin.claims_text, work.app)
    assert refused.value.sqlstate == "PA403"
    (row,) = await acme_admin.fetch("select * from public.audit_log where action = 'read'")
    assert (row["actor_id"], str(row["object_id"]), row["object"]) == (
        work.owner.user_id,
        made["id"],
        "app_credentials",
    )
    assert await work.database.value("select count(*) from public.audit_log as a where a::text like '%sealed%'") == 0
    assert await work.owner.denied("select * from private.app_credentials") == "42501"
    for sql in (
        "update private.app_credentials set password = null",
        f"update private.app_credentials set password = decode('{SEALED}', 'base64')",
    ):
        await work.database.fetch(sql, role="supabase_admin")
        with pytest.raises(asyncpg.PostgresError) as refused:
            await work.call(look, work.owner.claims_text, work.app)
        assert refused.value.sqlstate == "PA443"
        await work.ask("remove")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await work.link.fetch("select * from private.app_credentials")


async def test_a_rotation_that_is_cut_off_goes_on_with_the_same_password(work: Work) -> None:
    await work.make()
    await work.ask("rotate")
    other = base64.b64encode(b"other " * 8).decode()
    claimed = await work.claim()
    await work.note(claimed, "set", pending=other, detail="a password is no change of what anybody sees")
    changed = "select updated_at from public.app_databases"
    assert await work.database.value(changed) == datetime.fromisoformat(claimed["database"]["updated_at"])
    await work.database.fetch(
        "update public.app_operations set lease_until = now() - interval '1 second' where kind = 'rotate'"
    )
    claimed = await work.claim("two")
    assert (claimed["password"], claimed["pending"]) == (SEALED, other)
    await work.note(claimed, "kept", "two", promote=True)
    # Whoever comes after that does it again.
    await work.finish(claimed, worker="two", changes={"promote": True, "receipt": None, "usage": None})
    (row,) = await work.database.fetch("select receipt is null and usage is null as none from public.app_databases")
    assert row["none"]
    seen = await work.call("private.app_credentials($1::jsonb, $2, 'production')", work.owner.claims_text, work.app)
    assert seen["password"] == other
    await work.ask("rotate")
    assert (await work.claim())["pending"] is None


async def test_what_knows_of_a_database_is_not_deleted(work: Work, service: Actor, acme_admin: Actor) -> None:
    await work.make()
    assert await work.owner.denied("delete from public.generated_apps") == "PA443"
    assert await acme_admin.denied("delete from public.generated_apps") == "PA443"
    assert await service.denied("delete from public.tenants where id = $1", work.owner.tenant_id) == "PA443"
    assert await service.denied("delete from public.app_databases") == "42501"
    await work.run("remove", grace_days=0)
    assert await service.execute("delete from public.tenants where id = $1", work.owner.tenant_id) == "DELETE 1"


async def test_an_app_goes_with_all_that_is_known_of_its_removed_databases(work: Work, acme_admin: Actor) -> None:
    await work.make()
    await work.run("remove", grace_days=0)
    assert await work.owner.execute("delete from public.generated_apps where id = $1", work.app) == "DELETE 1"
    assert await work.states() == []
    assert await acme_admin.value("select count(*) from public.audit_log where object like 'app%'") > 5


async def test_sizes_are_noted_with_the_limits_of_today(work: Work, acme_member: Actor) -> None:
    made = await work.make()
    await work.database.fetch("update public.tenants set app_plan = 'hobby' where id = $1", acme_member.tenant_id)
    sizes = [
        {"database_name": made["database_name"], "bytes": 7_000_000},
        {"database_name": "postgres", "bytes": 1},
        {},
    ]
    (row,) = await work.link.fetch("select * from private.note_app_sizes($1::jsonb)", json.dumps(sizes))
    assert (row["size_bytes"], row["max_bytes"], row["size_state"]) == (7_000_000, 104_857_600, "within")
    note = "private.note_size_state($1, $2, 'within', 'warned')"
    assert await work.call(note, acme_member.tenant_id, row["database_id"]) is True
    assert await work.call(note, acme_member.tenant_id, row["database_id"]) is False
    await work.run("remove")
    back = "private.note_size_state($1, $2, 'warned', 'within')"
    assert await work.call(back, acme_member.tenant_id, row["database_id"]) is False
    assert await work.link.fetch("select * from private.note_app_sizes($1::jsonb)", json.dumps(sizes)) == []


async def test_an_app_is_told_with_its_databases(work: Work, acme_admin: Actor, globex_admin: Actor) -> None:
    made = await work.make()
    read = "private.read_generated_app($1::jsonb, $2)"
    told = await work.call(read, acme_admin.claims_text, work.app)
    assert (told["access"], told["limits"]["plan"], told["revision"]) == ("admin", "pro", None)
    assert [(one["id"], one["operation"]["kind"]) for one in told["databases"]] == [(made["id"], "provision")]
    operation = told["databases"][0]["operation"]["id"]
    seen = await work.call("private.read_app_operation($1::jsonb, $2)", acme_admin.claims_text, operation)
    assert seen["operation"]["state"] == "succeeded"
    for call, thing in ((read, work.app), ("private.read_app_operation($1::jsonb, $2)", operation)):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await work.call(call, globex_admin.claims_text, thing)
        assert refused.value.sqlstate == "PA404"
    await work.run("remove", grace_days=0)
    assert (await work.call(read, acme_admin.claims_text, work.app))["databases"] == []
