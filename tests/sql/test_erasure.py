"""Erasing a person: nothing of them is left, nothing of others is touched, however often it was interrupted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from app.privacy.erasure import Means, erase, traces
from app.privacy.people import Person, PrivacyError, find
from tests.isolation.world import IDS, populate
from tests.sql.working import findings, working
from tests.world import Actor, Database

REQUEST = "select state from public.request_erasure($1)"
TABLES = """
    select c.oid::regclass::text
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
"""


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with database.connected() as connection:
        yield connection


@pytest.fixture
async def world(owner: asyncpg.Connection) -> None:
    """Rows of everybody's in every table, and names that nobody shares."""
    await populate(owner)
    await owner.execute("update public.users set name = 'Name of ' || split_part(email, '.', 1)")


async def person(owner: asyncpg.Connection, email: str) -> Person:
    return await find(owner, email)


async def others(owner: asyncpg.Connection, tenant_id: UUID) -> dict[str, str | None]:
    """All rows of all other tenants, by table."""
    return {
        table: await owner.fetchval(
            f"select md5(string_agg(t::text, '|' order by t::text)) from {table} as t where tenant_id <> $1",
            tenant_id,
        )
        for (table,) in await owner.fetch(TABLES)
    }


async def settle_everything(owner: asyncpg.Connection) -> None:
    """The world's turns belong to a worker that will never be heard again, and one that is always heard."""
    await owner.execute("update private.workers set seen_at = now() - interval '1 hour'")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("email", ["ada@acme.test", "ben@acme.test", "gil@acme.test"])
async def test_nothing_is_left_of_whoever_is_erased(owner: asyncpg.Connection, email: str) -> None:
    await settle_everything(owner)
    them = await person(owner, email)
    assert {trace.table for trace in await traces(owner, them)} >= {"auth.users", "public.users", "public.audit_log"}
    before = await others(owner, them.tenant_id)
    amounts = "select count(*), sum(prompt_tokens) from public.usage_ledger"
    running = await owner.fetchval("select count(*) from private.open_turns where user_id = $1", them.id)
    (kept,) = await owner.fetch(amounts)
    line = json.loads(await erase(owner, them, Means(rows=3)))
    assert await traces(owner, them) == []
    assert await others(owner, them.tenant_id) == before
    (after,) = await owner.fetch(amounts)
    # What ran was charged as it was estimated.
    assert (after["count"], after["sum"]) == (kept["count"] + running, kept["sum"] + running)
    assert line["counts"]["public.users"] == 1
    # That of the world in which Gil was erased before has no time.
    (record,) = await owner.fetch("select * from private.erasures where state = 'finished' and finished_at is not null")
    assert record["person_hash"] == line["person_hash"]
    assert (record["user_id"], record["person"], record["requested_by"]) == (None, None, None)
    assert json.loads(record["counts"]) == line["counts"]


@pytest.mark.usefixtures("world")
async def test_interrupted_at_every_step_it_goes_on(database: Database, owner: asyncpg.Connection) -> None:
    await settle_everything(owner)
    them = await person(owner, "ben@acme.test")
    before = await others(owner, them.tenant_id)

    class Interrupted(Exception):
        pass

    def interrupt(_table: str, _rows: int) -> None:
        raise Interrupted

    interruptions = 0
    while True:
        async with database.connected() as connection:
            # The half of a step that the connection's end takes back, then a step that is kept.
            torn = connection.transaction()
            await torn.start()
            erasure = await connection.fetchval("select id from private.begin_erasure($1, $2)", them.tenant_id, them.id)
            await connection.fetch("select * from private.erase_person_step($1, $2, 2)", them.tenant_id, erasure)
            await torn.rollback()
            try:
                line = await erase(connection, them, Means(rows=2, progress=interrupt))
            except Interrupted:
                interruptions += 1
                assert await owner.fetchval("select count(*) from private.erasures where state = 'running'") == 1
                assert not await owner.fetchval(
                    "select coalesce((select is_active from public.users where id = $1 and tenant_id = $2), false)",
                    them.id,
                    them.tenant_id,
                )
                # Whoever goes on may know the address alone, also when the person's row is gone.
                assert await find(owner, "BEN@acme.test") == them
            else:
                break
    assert interruptions > 5
    assert await traces(owner, them) == []
    assert await others(owner, them.tenant_id) == before
    assert json.loads(line)["counts"]["public.users"] == 1
    with pytest.raises(PrivacyError):
        await find(owner, "ben@acme.test")


async def test_texts_of_every_kind_go(owner: asyncpg.Connection, acme_member: Actor) -> None:
    chat = await acme_member.value("insert into public.conversations (title) values ('To ben@acme.test') returning id")
    needle = "x\u202e<b>{{7*7}}</b>'\"\\\n"
    for text in (needle, "y" * 200_000 + needle, needle * 100):
        await acme_member.execute(
            "insert into public.messages (conversation_id, content, metadata) values ($1, $2, $3)",
            chat,
            text,
            json.dumps({"said": needle}),
        )
    them = await person(owner, "ben@acme.test")
    looked = "select table_name, column_name, sum(row_count) from private.traces_of($1, $2) group by 1, 2 order by 1, 2"
    found = {tuple(row)[:2] for row in await owner.fetch(looked, UUID(int=1), [needle])}
    assert found == {("public.messages", "content"), ("public.messages", "metadata")}
    await erase(owner, them, Means())
    assert await owner.fetch(looked, them.id, [needle, "BEN@ACME.TEST"]) == []


async def test_traces_are_found_in_every_kind_of_column(owner: asyncpg.Connection, acme_admin: Actor) -> None:
    await owner.execute(
        "create table private.odd (a text, b jsonb, c json, d uuid, e bytea, f text[], g uuid[], h name, i tsvector)"
    )
    needle = 'Zoë O\'Needle "x"'
    values = "$1, to_jsonb($1::text), to_json($1::text), $2, convert_to($1, 'UTF8'), array[$1], array[$2::uuid],"
    values += " 'zoë o''needle \"x\"', array_to_tsvector(array[$2::text])"
    await owner.execute(f"insert into private.odd values ({values})", needle, UUID(int=5))
    rows = await owner.fetch("select * from private.traces_of($1, $2)", UUID(int=5), [needle])
    assert {row["column_name"] for row in rows if row["table_name"] == "private.odd"} == set("abcdefghi")


async def test_turns_that_run_are_stopped_and_waited_for(
    database: Database, owner: asyncpg.Connection, acme_member: Actor, globex_member: Actor
) -> None:
    async with working(database) as worker:
        await worker.keep_lease()
        begun = await worker.begin(acme_member, "A long story")
        other = await worker.begin(globex_member, "Another")
        them = await person(owner, "ben@acme.test")
        with pytest.raises(PrivacyError):
            await erase(owner, them, Means(patience=0))
        stopping = await owner.fetch("select turn_id from private.open_turns where stop_requested_at is not null")
        assert [row["turn_id"] for row in stopping] == [begun["turn_id"]]
        assert await owner.fetchval("select count(*) from public.messages where user_id = $1", them.id) > 0
        assert await worker.refused(worker.begin(acme_member, "And now?")) == "PA403"
        await worker.finish(begun, status="stopped")
        await erase(owner, them, Means())
        assert await traces(owner, them) == []
        await worker.finish(other)
        assert [name for name, _ in await findings(database) if name != "turn_without_answer"] == []


async def test_turns_of_dead_workers_are_settled_and_charged(
    database: Database, owner: asyncpg.Connection, acme_member: Actor
) -> None:
    async with working(database) as worker:
        begun = await worker.begin(acme_member, "A long story")
        await worker.save(begun, 0, "Once")
        estimate = await owner.fetchval("select prompt_estimate from private.open_turns")
        them = await person(owner, "ben@acme.test")
        await erase(owner, them, Means(patience=0))
        assert await traces(owner, them) == []
        (entry,) = await owner.fetch("select * from public.usage_ledger where id = $1", begun["turn_id"])
        assert (entry["prompt_tokens"], entry["tokens_estimated"], entry["user_id"]) == (estimate, True, None)
        assert (await worker.finish(begun))["settled"] is False
        assert await owner.fetchval("select sum(reserved_tokens) from private.allowances") == 0


async def test_others_wait_for_no_step(database: Database, owner: asyncpg.Connection, acme_admin: Actor) -> None:
    them = await person(owner, "ben@acme.test")
    erasure = await owner.fetchval("select id from private.begin_erasure($1, $2)", them.tenant_id, them.id)
    async with owner.transaction():
        while await owner.fetch("select * from private.erase_person_step($1, $2)", them.tenant_id, erasure):
            pass
        async with working(database) as worker:
            await worker.connection.execute("set lock_timeout = '100ms'")
            assert (await worker.finish(await worker.begin(acme_admin)))["settled"]


async def test_a_row_that_somebody_holds_is_waited_for_and_not_forever(
    database: Database, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    them = await person(owner, "ben@acme.test")
    await owner.execute("set lock_timeout = '20ms'")
    monkeypatch.setattr("app.privacy.erasure.ATTEMPTS", 3)
    async with database.connected() as somebody:
        holding = somebody.transaction()
        await holding.start()
        await somebody.execute("select from public.conversations where user_id = $1 for key share", them.id)
        with pytest.raises(PrivacyError):
            await erase(owner, them, Means())
        await holding.rollback()
    await erase(owner, them, Means())
    assert await traces(owner, them) == []


async def test_people_ask_for_themselves_and_admins_for_their_tenant(
    owner: asyncpg.Connection, acme_admin: Actor, acme_member: Actor, globex_admin: Actor, outsider: Actor, anon: Actor
) -> None:
    assert await acme_member.value(REQUEST, None) == "requested"
    assert await acme_member.value(REQUEST, acme_member.user_id) == "requested"
    assert await acme_admin.value(REQUEST, acme_member.user_id) == "requested"
    assert await owner.fetchval("select count(*) from private.erasures") == 1
    assert await acme_admin.value(REQUEST, None) == "requested"
    for actor, whom in (
        (acme_member, acme_admin.user_id),
        (acme_member, globex_admin.user_id),
        (acme_admin, globex_admin.user_id),
        (globex_admin, acme_member.user_id),
        (acme_admin, UUID(int=7)),
    ):
        assert await actor.denied(REQUEST, whom) == "PA404"
    assert await outsider.denied(REQUEST, None) == "PA403"
    assert await anon.denied(REQUEST, None) == "42501"
    them = await person(owner, "ben@acme.test")
    await owner.fetch("select private.begin_erasure($1, $2)", them.tenant_id, them.id)
    assert await acme_admin.value(REQUEST, them.id) == "running"
    await erase(owner, them, Means())
    assert await acme_admin.denied(REQUEST, them.id) == "PA404"


async def test_only_what_is_there_can_be_erased(owner: asyncpg.Connection) -> None:
    for call in (
        "select private.begin_erasure($1, $2)",
        "select private.erase_person_step($1, $2)",
        "select private.finish_erasure($1, $2)",
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await owner.fetch(call, UUID(IDS["acme"]), UUID(IDS["nowhere"]))
        assert refused.value.sqlstate == "PA404"
