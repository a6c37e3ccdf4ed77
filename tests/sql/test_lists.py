"""Lists of conversations: what each was about in numbers; putting away, deleting and bringing back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from asyncpg.prepared_stmt import PreparedStatement

from tests.benchmarks.plans import acting, explain, indexes, nodes
from tests.sql.working import working
from tests.world import Actor, Database

NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")
NUMBERS = """
select status, provider, model, message_count, total_tokens, cost, last_message_at, restorable_until
from public.conversation_overview where id = $1
"""

# Loaded as tests.benchmarks.dataset does, without triggers: everything that they keep up to date is given.
MANY = """
with talks as (
    insert into public.conversations (
        tenant_id, user_id, title, titled_by, is_archived, status, created_at, updated_at
    )
    select
        $1, $2, 'Talk ' || n, 'person', n > 300, case when n > 300 then 'archived' else 'active' end,
        now() - n * interval '1 hour', now() - n * interval '1 hour'
    from generate_series(1, 400) as n
    returning *
), said as (
    insert into public.messages (tenant_id, conversation_id, user_id, content, created_at)
    select c.tenant_id, c.id, c.user_id, 'Hello', c.created_at - n * interval '1 second'
    from talks as c cross join generate_series(1, 100) as n
)
insert into public.usage_ledger (
    tenant_id, user_id, conversation_id, provider, model, prompt_tokens, completion_tokens, created_at
)
select c.tenant_id, c.user_id, c.id, 'openai', 'gpt-5-mini', 2, 1, c.created_at - n * interval '1 second'
from talks as c cross join generate_series(1, 50) as n
"""
PAGE = "select * from public.conversation_overview where {} order by updated_at desc, id desc limit 50"
PAGES = {
    "is_archived = $1": "conversations_user_live_idx",
    "is_archived = false": "conversations_user_live_idx",
    "status = $1": "conversations_owner_key",
}
# Those of the session since it last handed them in.
ROWS_FETCHED = """
select relname, seq_tup_read + idx_tup_fetch as rows from pg_catalog.pg_stat_xact_user_tables
where relname in ('messages', 'usage_ledger')
"""


async def fetched(
    connection: asyncpg.Connection, statement: PreparedStatement, *arguments: object
) -> tuple[list[asyncpg.Record], Counter[str]]:
    """The rows of a statement, and how many it read of the tables that can be long."""
    before = Counter({row["relname"]: row["rows"] for row in await connection.fetch(ROWS_FETCHED)})
    rows = await statement.fetch(*arguments)
    after = Counter({row["relname"]: row["rows"] for row in await connection.fetch(ROWS_FETCHED)})
    return rows, after - before


@pytest.fixture
async def talk(acme_member: Actor) -> UUID:
    return UUID(str(await acme_member.value("select id from public.conversations limit 1")))


async def test_a_conversation_is_shown_with_what_was_said_and_used_in_it(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    made = await acme_member.value("insert into public.conversations (title) values ('Saws') returning id")
    (row,) = await acme_member.fetch(NUMBERS, made)
    assert tuple(row) == ("active", None, None, 0, 0, 0, None, None)
    await database.fetch(
        "insert into private.model_prices (provider, model, valid_from, input_price, output_price)"
        " values ('openai', 'gpt-5-mini', '2024-01-01', 1, 10)"
    )
    async with working(database) as worker:
        for model in ("an older one", "gpt-5-mini"):
            begun = await worker.begin(acme_member, conversation_id=made)
            await worker.finish(begun, model=model, prompt_tokens=100, completion_tokens=20)
    (row,) = await acme_member.fetch(NUMBERS, made)
    cost = await database.value("select sum(cost) from public.usage_ledger where conversation_id = $1", made)
    newest = await database.value("select max(created_at) from public.messages where conversation_id = $1", made)
    assert tuple(row) == ("active", "openai", "gpt-5-mini", 4, 240, cost, newest, None)
    assert cost > 0
    assert await acme_admin.fetch(NUMBERS, made) == []


async def test_the_overview_has_every_column_of_a_conversation(database: Database) -> None:
    missing = await database.fetch(
        "select attname from pg_attribute where attrelid = 'public.conversations'::regclass and attnum > 0"
        " and attname not in (select attname from pg_attribute"
        " where attrelid = 'public.conversation_overview'::regclass)"
    )
    assert missing == []


async def test_archive_delete_and_restore_answer_with_the_conversation(acme_member: Actor, talk: UUID) -> None:
    for call, status, archived in (
        ("archive", "archived", True),
        ("restore", "active", False),
        ("delete", "deleted", True),
        ("archive", "deleted", True),
        ("restore", "active", False),
        ("archive", "archived", True),
        ("delete", "deleted", True),
    ):
        (row,) = await acme_member.fetch(f"select * from public.{call}_conversation($1)", talk)
        assert (row["id"], row["status"], row["is_archived"]) == (talk, status, archived), call
        assert (row["deleted_at"] is not None) is (status == "deleted")
        again = await acme_member.fetch(f"select * from public.{call}_conversation($1)", talk)
        assert again == [row], "called again it changes nothing"


async def test_a_deleted_conversation_takes_nothing_new_and_says_until_when_it_can_be_restored(
    database: Database, acme_member: Actor, talk: UUID
) -> None:
    await database.fetch("update public.tenants set deletion_grace_days = 3 where id = $1", acme_member.tenant_id)
    deleted = await acme_member.value("select deleted_at from public.delete_conversation($1)", talk)
    assert await acme_member.value(
        "select restorable_until from public.conversation_overview where id = $1", talk
    ) == deleted + timedelta(days=3)
    add = "insert into public.messages (conversation_id, content) values ($1, 'Hello')"
    assert await acme_member.denied(add, talk) == "42501"
    async with working(database) as worker:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await worker.begin(acme_member, conversation_id=talk)
    assert refused.value.sqlstate == "PA409"
    # As long as it is there it comes back, and with all that was said.
    await database.fetch("update public.conversations set deleted_at = now() - interval '9 days' where id = $1", talk)
    await acme_member.fetch("select public.restore_conversation($1)", talk)
    assert await acme_member.execute(add, talk) == "INSERT 0 1"
    assert await acme_member.value("select message_count from public.conversation_overview where id = $1", talk) == 3


async def test_an_undone_deletion_leaves_an_archived_conversation_archived(acme_member: Actor, talk: UUID) -> None:
    for call in ("archive", "delete"):
        await acme_member.fetch(f"select public.{call}_conversation($1)", talk)
    await acme_member.execute("update public.conversations set deleted_at = null where id = $1", talk)
    assert await acme_member.value("select status from public.conversations where id = $1", talk) == "archived"


async def test_nobody_moves_what_is_not_theirs(
    acme_member: Actor,
    acme_admin: Actor,
    globex_admin: Actor,
    outsider: Actor,
    anon: Actor,
    service: Actor,
    talk: UUID,
) -> None:
    for call in ("archive", "delete", "restore"):
        sql = f"select public.{call}_conversation($1)"
        for actor in (acme_admin, globex_admin, outsider):
            assert await actor.denied(sql, talk) == "PA404"
        for missing in (NOWHERE, None):
            assert await acme_member.denied(sql, missing) == "PA404"
        for actor in (anon, service):
            assert await actor.denied(sql, talk) == "42501"
    assert await acme_member.value("select status from public.conversations where id = $1", talk) == "active"


async def test_a_viewer_puts_their_own_away(database: Database, initech_viewer: Actor) -> None:
    (row,) = await database.fetch(
        "insert into public.conversations (tenant_id, user_id) values ($1, $2) returning id",
        initech_viewer.tenant_id,
        initech_viewer.user_id,
    )
    assert await initech_viewer.value("select status from public.delete_conversation($1)", row["id"]) == "deleted"


PURGE = """
with due as (
    select c.tenant_id, c.id from public.conversations as c
    where c.id = $1 and c.deleted_at is not null
    for update skip locked
)
delete from public.conversations as c using due as d where c.tenant_id = d.tenant_id and c.id = d.id
"""


@asynccontextmanager
async def undecided(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with database.connected() as connection:
        change = connection.transaction()
        await change.start()
        yield connection
        await change.commit()


async def test_restoring_and_purging_at_the_same_moment_do_not_wait_for_each_other_in_vain(
    database: Database, acme_member: Actor, talk: UUID
) -> None:
    restore = "select status from public.restore_conversation($1)"
    await acme_member.fetch("select public.delete_conversation($1)", talk)
    async with acme_member.acting() as restoring:
        assert await restoring.fetchval(restore, talk) == "active"
        async with database.connected() as purging:
            assert await purging.execute(PURGE, talk) == "DELETE 0", "it passes by what somebody restores"
    assert await acme_member.value("select message_count from public.conversation_overview where id = $1", talk) == 2

    await acme_member.fetch("select public.delete_conversation($1)", talk)
    async with undecided(database) as purging:
        assert await purging.execute(PURGE, talk) == "DELETE 1"
        waiting = asyncio.create_task(acme_member.denied(restore, talk))
        while not await database.value("select count(*) from pg_locks where not granted"):
            assert not waiting.done()
    assert await waiting == "PA404"


async def test_a_page_reads_no_more_than_its_conversations(
    database: Database, data_api: asyncpg.Connection, acme_member: Actor
) -> None:
    async with database.connected("supabase_admin") as owner:
        await owner.execute("set session_replication_role = replica")
        await owner.fetch(MANY, acme_member.tenant_id, acme_member.user_id)
        await owner.execute("vacuum analyze public.conversations, public.messages, public.usage_ledger")
    for number, (condition, index) in enumerate(PAGES.items()):
        arguments = () if "$1" not in condition else ("active",) if "status" in condition else (False,)
        for mode in ("force_generic_plan", "force_custom_plan"):
            name = f"page_{number}_{mode}"
            async with acting(data_api, acme_member.auth_id):
                await data_api.execute(f"set local plan_cache_mode = {mode}")
                statement = await data_api.prepare(PAGE.format(condition), name=name)
                plan = (await explain(data_api, name, arguments))["Plan"]
                rows, read = await fetched(data_api, statement, *arguments)
            used = {index} if mode == "force_custom_plan" or "$1" not in condition else set()
            used |= {"messages_conversation_idx", "usage_ledger_conversation_idx"}
            assert used <= set(indexes(plan)), (condition, mode)
            sequential = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
            assert sequential <= {"tenants", "users"}, (condition, mode)
            assert sorted(row["message_count"] for row in rows)[1:] == [100] * 49, "the demo's talk has two messages"
            assert read["messages"] <= 50 * (100 + 2), (condition, mode)
            assert read["usage_ledger"] <= 50 * 2 * (50 + 2), (condition, mode)

    # Who only counts, or asks for titles, pays for nothing else.
    live = PAGE.format("is_archived = false").partition(" order by ")[0]
    for sql in (f"select count(*) from ({live}) as p", f"select title from ({live}) as p"):
        async with acting(data_api, acme_member.auth_id):
            _, read = await fetched(data_api, await data_api.prepare(sql))
        assert not read
