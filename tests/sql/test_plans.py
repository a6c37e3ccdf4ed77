"""The queries that people wait for keep their indexes, whatever plan PostgreSQL chooses."""

from __future__ import annotations

import asyncpg
import pytest

from tests.benchmarks.catalogue import Query, catalogue
from tests.benchmarks.dataset import Cast, fill
from tests.benchmarks.plans import acting, explain, indexes, scans, sequential_scans
from tests.sql.working import Worker
from tests.world import Actor, Database

# So small a table of people is rightly read from end to end.
SMALL = {"users"}
# PostgreSQL's default jit_above_cost: beyond it hosted servers compile a query for longer than it runs.
JIT_ABOVE_COST = 100_000

OLD_TURNS = """
with chosen as (
    select * from public.conversations where tenant_id = $1 and user_id = $2 and not is_archived limit 1
), said as (
    insert into public.messages (tenant_id, conversation_id, user_id, content)
    select c.tenant_id, c.id, c.user_id, 'Old' from chosen as c cross join generate_series(1, 2000)
    returning tenant_id, id, conversation_id, user_id
)
insert into public.turns (tenant_id, user_id, conversation_id, question_id, status, finished_at)
select s.tenant_id, s.user_id, s.conversation_id, s.id, 'completed', now() from said as s
returning conversation_id
"""

OLD_CONVERSATIONS = """
insert into public.conversations (tenant_id, user_id) select $1, $2 from generate_series(1, 1000)
"""

# Those of this transaction, which come at once.
ROWS_FETCHED = """
select relname, seq_tup_read + idx_tup_fetch as rows
from pg_catalog.pg_stat_xact_user_tables
where schemaname = 'public'
"""

WHOLE_VIEWS = (
    "select * from public.monthly_usage_summary",
    "select * from public.current_day_usage",
    "select * from public.message_feedback_summary",
    "select * from public.message_feedback_summary order by last_feedback_at desc limit 20",
)


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await fill(database, messages=30_000, biggest_tenant=60, tenants=20)


async def faults(connection: asyncpg.Connection, query: Query, number: int, mode: str) -> list[str]:
    """What is wrong with a query's plan, and with what the functions in it scan."""
    name, arguments = f"q{number}_{mode}", query.arguments[0]
    async with acting(connection, query.asker.auth_id):
        await connection.execute(f"set local plan_cache_mode = {mode}")
        statement = await connection.prepare(query.sql, name=name)
        plan = (await explain(connection, name, arguments))["Plan"]
        found = await scans(connection, statement, arguments)
    touched = {*found.indexes, *indexes(plan)}
    read = {*found.of_big_tables, *sequential_scans(plan)} - SMALL
    return [
        *(f"{query.name}, {mode}: reads {table} from end to end" for table in sorted(read)),
        *(f"{query.name}, {mode}: none of {sorted(any_of)}" for any_of in query.expected if not any_of & touched),
    ]


async def test_lists_pages_feedback_and_usage_use_their_indexes(
    database: Database, data_api: asyncpg.Connection, cast: Cast
) -> None:
    queries = await catalogue(database, cast)
    found = [
        fault
        for mode in ("force_generic_plan", "force_custom_plan")
        for number, query in enumerate(queries)
        for fault in await faults(data_api, query, number, mode)
    ]
    assert found == []

    async with acting(data_api, cast.admin.auth_id):
        for number, sql in enumerate(WHOLE_VIEWS):
            statement = await data_api.prepare(sql, name=f"whole_{number}")
            plan = (await explain(data_api, statement.get_name(), ()))["Plan"]
            assert plan["Total Cost"] < JIT_ABOVE_COST / 4, sql
            assert set(sequential_scans(plan)) <= SMALL, sql


async def test_a_turn_reads_as_much_after_two_thousand_turns_as_after_none(
    database: Database, acme_member: Actor
) -> None:
    await database.fetch(OLD_CONVERSATIONS, acme_member.tenant_id, acme_member.user_id)
    (conversation_id, *_) = [
        row["conversation_id"] for row in await database.fetch(OLD_TURNS, acme_member.tenant_id, acme_member.user_id)
    ]
    await database.fetch("analyze public.turns, public.messages, public.conversations, public.usage_metrics")
    async with database.connected("palaver_worker") as connection, connection.transaction():
        worker = Worker(connection)
        begun = await worker.begin(acme_member, conversation_id=conversation_id, history=(5, 1_000_000))
        await worker.save(begun, 0, "This one.", provider="openai", model="gpt-5-mini")
        assert (await worker.finish(begun))["settled"] is True
        fetched = {row["relname"]: row["rows"] for row in await connection.fetch(ROWS_FETCHED)}
    assert fetched["turns"] <= 8
    assert fetched["messages"] <= 5 + 10
    assert fetched["conversations"] <= 20
    assert fetched["usage_metrics"] <= 12  # The demo data has 11 rows.
