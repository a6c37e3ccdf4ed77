"""Retention, purge and the legal holds that stop them: what goes, what stays, and that nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from tests.sql.working import working
from tests.world import Actor, Database

RETENTION, PURGE = "enforce_retention", "purge_deleted"
HOLD = "insert into public.legal_holds (tenant_id, user_id, reason) values ($1, $2, 'A dispute') returning id"
RELEASE = "update public.legal_holds set released_at = now() where released_at is null"
OLD = """
    with chat as (
        insert into public.conversations (tenant_id, user_id, id, title, created_at, updated_at)
        select $1, $2, case when $4 then private.uuid_v7() else private.uuid_at(t.at) end, 'Old', t.at, t.at
        from (select now() - make_interval(days => $3) as at) as t
        returning *
    ),

    said as (
        insert into public.messages (tenant_id, user_id, conversation_id, id, content, created_at)
        select
            c.tenant_id, c.user_id, c.id,
            case when $4 then private.uuid_v7() else (left(c.id::text, 15) || right(gen_random_uuid()::text, 21))::uuid
            end,
            'Old ' || n, c.created_at + make_interval(secs => n)
        from chat as c cross join generate_series(1, $5) as n
    )

    select id from chat
"""


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with database.connected() as connection:
        yield connection


@pytest.fixture
async def nothing_old(owner: asyncpg.Connection) -> None:
    """The demo's own rows have ids of 1970, and Acme keeps messages for 30 days."""
    await owner.execute(
        "delete from public.conversations; update public.tenants set retention_days = 30 where slug = 'acme'"
    )


async def old(
    owner: asyncpg.Connection, whose: Actor, days: int = 31, *, imported: bool = False, messages: int = 3
) -> UUID:
    """A conversation of so many days ago, imported with ids of now or not."""
    found: UUID = await owner.fetchval(OLD, whose.tenant_id, whose.user_id, days, imported, messages)
    return found


async def run(owner: asyncpg.Connection, job: str) -> None:
    """One run, as a worker's login makes it, which must succeed."""
    (row,) = await owner.fetch("select outcome, error from private.run_job($1)", job)
    assert tuple(row) == ("succeeded", None)


async def left(owner: asyncpg.Connection) -> set[UUID]:
    return {row["id"] for row in await owner.fetch("select id from public.conversations")}


@pytest.mark.usefixtures("nothing_old")
@pytest.mark.parametrize("imported", [False, True])
async def test_what_is_older_than_the_tenant_keeps_it_goes(
    owner: asyncpg.Connection, acme_member: Actor, globex_member: Actor, imported: bool
) -> None:
    gone = await old(owner, acme_member, imported=imported)
    kept = {
        await old(owner, acme_member, 29, imported=imported),
        await old(owner, globex_member, 400, imported=imported),
    }
    await run(owner, RETENTION)
    assert await left(owner) == kept
    assert await owner.fetchval("select count(*) from public.messages where conversation_id = $1", gone) == 0
    assert await owner.fetchval("select count(*) from public.messages") == 6


@pytest.mark.usefixtures("nothing_old")
async def test_a_conversation_that_goes_on_loses_only_what_is_old(
    database: Database, owner: asyncpg.Connection, acme_member: Actor
) -> None:
    chat = await old(owner, acme_member)
    empty = await old(owner, acme_member, messages=0)
    async with working(database) as worker:
        begun = await worker.begin(acme_member, "New", conversation_id=chat)
        await run(owner, RETENTION)
        assert await owner.fetchval("select count(*) from public.messages where conversation_id = $1", chat) == 4
        await worker.finish(begun)
        await run(owner, RETENTION)
        again = await worker.begin(acme_member, "Newer", conversation_id=chat)
        await worker.finish(again)
    said = await owner.fetch("select content from public.messages where conversation_id = $1 order by created_at", chat)
    assert [row["content"] for row in said] == ["New", "Hello to you", "Newer", "Hello to you"]
    assert empty not in await left(owner)


@pytest.mark.usefixtures("nothing_old")
async def test_feedback_and_turns_of_what_goes_go_or_let_it_go(
    database: Database, owner: asyncpg.Connection, acme_member: Actor
) -> None:
    async with working(database) as worker:
        begun = await worker.begin(acme_member, "Then")
        await worker.finish(begun)
    await acme_member.execute("insert into public.feedback (message_id, rating) values ($1, 1)", begun["turn_id"])
    await owner.execute(
        "update public.messages set created_at = now() - interval '31 days';"
        "update public.conversations"
        " set created_at = now() - interval '31 days', updated_at = now() - interval '31 days'"
    )
    await run(owner, RETENTION)
    for table in ("messages", "conversations", "feedback", "turns"):
        assert (
            await owner.fetchval(f"select count(*) from public.{table} where tenant_id = $1", acme_member.tenant_id)
            == 0
        )
    ledger = "select count(*) from public.usage_ledger where id = $1 and user_id = $2"
    assert await owner.fetchval(ledger, begun["turn_id"], acme_member.user_id) == 1


@pytest.mark.usefixtures("nothing_old")
async def test_a_run_is_bounded_and_the_next_goes_on(owner: asyncpg.Connection, acme_member: Actor) -> None:
    for _ in range(3):
        await old(owner, acme_member, messages=2500)
    await run(owner, RETENTION)
    rest = await owner.fetchval("select count(*) from public.messages")
    assert 0 < rest <= 2505
    await run(owner, RETENTION)
    assert await owner.fetchval("select count(*) from public.messages") == 0


@pytest.mark.usefixtures("nothing_old")
@pytest.mark.parametrize("lock", ["conversations", "messages", "feedback"])
@pytest.mark.parametrize("job", [RETENTION, PURGE])
async def test_what_somebody_holds_is_passed_over_and_nobody_waits(
    database: Database, owner: asyncpg.Connection, acme_member: Actor, lock: str, job: str
) -> None:
    held, free, recent = [await old(owner, acme_member, days) for days in (31, 32, 1)]
    await owner.execute(
        "insert into public.feedback (tenant_id, message_id, user_id, rating)"
        " select tenant_id, id, user_id, 1 from public.messages where conversation_id = $1 limit 1",
        held,
    )
    if job == PURGE:
        await owner.execute(
            "update public.conversations set deleted_at = now() - interval '31 days' where id in ($1, $2)", held, free
        )
    of = {
        "conversations": "select from public.conversations where id = $1 for update",
        "messages": "select from public.messages where conversation_id = $1 for key share",
        "feedback": "select from public.feedback as f where f.message_id in"
        " (select m.id from public.messages as m where m.conversation_id = $1) for update",
    }
    async with database.connected() as somebody:
        holding = somebody.transaction()
        await holding.start()
        await somebody.execute(of[lock], held)
        await asyncio.wait_for(run(owner, job), 10)
        assert await left(owner) == {held, recent}
        assert await owner.fetchval("select count(*) from public.messages where conversation_id = $1", held) == 3
        await holding.rollback()
    # While a run holds its locks, others write elsewhere.
    async with owner.transaction():
        await run(owner, job)
        async with database.connected() as writer:
            await writer.execute("set lock_timeout = '100ms'")
            await writer.execute(
                "insert into public.messages (tenant_id, user_id, conversation_id, content) values ($1, $2, $3, 'Hi')",
                acme_member.tenant_id,
                acme_member.user_id,
                recent,
            )
    assert await left(owner) == {recent}


@pytest.mark.usefixtures("nothing_old")
async def test_deleted_conversations_go_when_they_can_no_longer_be_restored(
    owner: asyncpg.Connection, acme_member: Actor, globex_member: Actor
) -> None:
    await owner.execute("update public.tenants set retention_days = null, deletion_grace_days = 7 where slug = 'acme'")
    gone, fresh, other, archived = [
        await old(owner, who, 1) for who in (acme_member, acme_member, globex_member, acme_member)
    ]
    delete = "update public.conversations set deleted_at = now() - make_interval(days => $1) where id = $2"
    for days, chat in ((8, gone), (6, fresh), (8, other)):
        await owner.execute(delete, days, chat)
    await owner.execute("update public.conversations set is_archived = true where id = $1", archived)
    await run(owner, PURGE)
    assert await left(owner) == {fresh, other, archived}
    assert await owner.fetchval("select count(*) from public.messages where conversation_id = $1", gone) == 0
    await acme_member.execute("update public.conversations set is_archived = false where id = $1", fresh)
    await owner.execute("update public.tenants set deletion_grace_days = 0")
    await run(owner, PURGE)
    assert await left(owner) == {fresh, archived}


@pytest.mark.usefixtures("nothing_old")
async def test_a_long_conversation_is_purged_in_several_runs(owner: asyncpg.Connection, acme_member: Actor) -> None:
    await owner.execute("update public.tenants set retention_days = null")
    chat = await old(owner, acme_member, 1, messages=6000)
    await owner.execute("update public.conversations set deleted_at = now() - interval '31 days' where id = $1", chat)
    await run(owner, PURGE)
    assert await owner.fetchval("select count(*) from public.messages") == 1000
    assert (
        await owner.fetchval(
            "select min(content) || max(content) from public.messages where created_at = ("
            " select max(created_at) from public.messages)"
        )
        == "Old 1000Old 1000"
    )
    await run(owner, PURGE)
    assert await left(owner) == set()


@pytest.mark.usefixtures("nothing_old")
@pytest.mark.parametrize("whole", [True, False])
async def test_under_a_legal_hold_nothing_goes(
    owner: asyncpg.Connection, acme_admin: Actor, acme_member: Actor, service: Actor, whole: bool
) -> None:
    held, hers = await old(owner, acme_member), await old(owner, acme_admin)
    deleted = await old(owner, acme_member, 1)
    await owner.execute(
        "update public.conversations set deleted_at = now() - interval '31 days' where id = $1", deleted
    )
    await acme_admin.value(HOLD, acme_admin.tenant_id, None if whole else acme_member.user_id)
    for job in (RETENTION, PURGE):
        await run(owner, job)
    assert await left(owner) == {held, deleted} | ({hers} if whole else set())
    for who in (service,):
        assert await who.denied("delete from public.users where id = $1", acme_member.user_id) == "PA409"
        assert await who.denied("delete from public.tenants where id = $1", acme_member.tenant_id) == "PA409"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await owner.fetch("select private.begin_erasure($1, $2)", acme_member.tenant_id, acme_member.user_id)
    assert refused.value.sqlstate == "PA409"
    assert await acme_member.denied("select public.request_erasure()") == "PA409"
    assert await acme_member.value("select is_active from public.users") is True
    await acme_admin.execute(RELEASE)
    for job in (RETENTION, PURGE):
        await run(owner, job)
    assert await left(owner) == set()
    await service.execute("delete from public.users where id = $1", acme_member.user_id)


async def test_a_hold_that_is_placed_meanwhile_stops_an_erasure(
    owner: asyncpg.Connection, acme_admin: Actor, acme_member: Actor
) -> None:
    erasure = await owner.fetchval(
        "select id from private.begin_erasure($1, $2)", acme_member.tenant_id, acme_member.user_id
    )
    await acme_admin.value(HOLD, acme_admin.tenant_id, acme_member.user_id)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await owner.fetch("select private.erase_person_step($1, $2)", acme_member.tenant_id, erasure)
    assert refused.value.sqlstate == "PA409"


async def test_tenant_admins_place_and_release_holds_and_nobody_else(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    hold = await acme_admin.value(HOLD, acme_admin.tenant_id, acme_member.user_id)
    (row,) = await acme_admin.fetch("select * from public.legal_holds")
    assert (row["id"], row["placed_by"], row["released_at"]) == (hold, acme_admin.user_id, None)
    for other in (acme_member, globex_admin, outsider):
        assert await other.denied(HOLD, acme_admin.tenant_id, acme_member.user_id) == "42501"
        assert await other.fetch("select * from public.legal_holds") == []
        assert await other.execute(RELEASE) == "UPDATE 0"
    assert await acme_admin.denied(HOLD, acme_admin.tenant_id, globex_admin.user_id) == "23503"
    assert await acme_admin.denied("update public.legal_holds set reason = 'x' where true") == "42501"
    assert await acme_admin.denied("delete from public.legal_holds where true") == "42501"
    await acme_admin.execute(RELEASE)
    released = await acme_admin.value("select released_at from public.legal_holds")
    await acme_admin.execute("update public.legal_holds set released_at = null where true")
    assert await acme_admin.value("select released_at from public.legal_holds") == released


async def test_an_invitation_under_a_hold_is_not_withdrawn(acme_admin: Actor) -> None:
    invited = await acme_admin.value("insert into public.users (email) values ('ivy@acme.test') returning id")
    await acme_admin.value(HOLD, acme_admin.tenant_id, invited)
    assert await acme_admin.denied("delete from public.users where id = $1", invited) == "PA409"
