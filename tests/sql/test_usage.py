"""Usage: counters that are exact under any number of writers, written by the system and read by people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import asyncpg
import pytest

from tests.sql.working import NOBODY, Worker, at_once, findings, nothing_used_yet
from tests.world import Actor, Database

WRITERS = 64
INCREMENTS = 200
ADD = "select * from public.increment_usage_metrics($1, $2, $3, $4, $5)"


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The worker's login, acting for nobody yet."""
    async with database.connected("palaver_worker") as connection:
        yield connection


async def claim(connection: asyncpg.Connection, actor: Actor) -> None:
    """Has every later statement of a worker's session act for somebody."""
    claims = json.dumps({"sub": str(actor.auth_id)})
    await connection.execute("select set_config('request.jwt.claims', $1, false)", claims)


async def write(database: Database, role: str, rows: list[tuple[object, object]]) -> None:
    """64 connections, each of which adds 200 times (3 + 2 tokens, 0.01), to the given rows in turn."""

    async def writer(number: int) -> None:
        async with database.connected(role) as connection:
            if role == "authenticator":
                await connection.execute("set role service_role")
            add = await connection.prepare("select public.increment_usage_metrics($1, $2, 3, 2, 0.01)")
            for step in range(INCREMENTS):
                await add.fetchval(*rows[(number + step) % len(rows)])

    await asyncio.gather(*(writer(number) for number in range(WRITERS)))


async def totals(database: Database) -> list[tuple[int, int, int, int, Decimal]]:
    """Today's counters by person, which must be all that was written."""
    return [
        (
            row["prompt_tokens"],
            row["completion_tokens"],
            row["total_tokens"],
            row["request_count"],
            row["estimated_cost"],
        )
        for row in await database.fetch(
            "select prompt_tokens, completion_tokens, total_tokens, request_count, estimated_cost"
            " from public.usage_metrics where day = (now() at time zone 'utc')::date order by tenant_id, user_id"
        )
    ]


async def test_64_writers_on_one_row_lose_nothing(database: Database, acme_member: Actor) -> None:
    await nothing_used_yet(database)
    await write(database, "authenticator", [(acme_member.tenant_id, acme_member.user_id)])
    count = WRITERS * INCREMENTS
    assert await totals(database) == [(3 * count, 2 * count, 5 * count, count, Decimal(count) / 100)]


async def test_64_writers_on_many_rows_lose_nothing(database: Database) -> None:
    await nothing_used_yet(database)
    people = [tuple(row) for row in await database.fetch("select tenant_id, id from public.users order by 1, 2")]
    await write(database, "authenticator", people)
    counts = await totals(database)
    assert len(counts) == len(people)
    assert sum(row[3] for row in counts) == WRITERS * INCREMENTS
    for prompt, completion, total, count, cost in counts:
        assert (prompt, completion, total, cost) == (3 * count, 2 * count, 5 * count, Decimal(count) / 100)
    assert await findings(database) == []


async def test_what_is_added_is_in_the_ledger_the_counters_and_the_limit(
    database: Database, service: Actor, acme_member: Actor
) -> None:
    await nothing_used_yet(database)
    limit = "select used_tokens from private.allowances where tenant_id = $1 and user_id = $2"
    async with database.connected("palaver_worker") as connection:
        await Worker(connection).begin(acme_member)
    assert await database.value(limit, acme_member.tenant_id, NOBODY) == 0
    await service.execute(ADD, acme_member.tenant_id, acme_member.user_id, 10, 5, Decimal("0.5"))
    (entry,) = await acme_member.fetch("select * from public.usage_ledger")
    assert (entry["user_id"], entry["provider"], entry["model"]) == (acme_member.user_id, None, None)
    assert (entry["prompt_tokens"], entry["completion_tokens"], entry["cost"]) == (10, 5, Decimal("0.5"))
    assert await acme_member.value("select total_tokens from public.current_day_usage") == 15
    assert await database.value(limit, acme_member.tenant_id, NOBODY) == 15
    assert await findings(database) == []


async def test_adding_and_turns_at_once_agree(database: Database, acme_member: Actor, acme_admin: Actor) -> None:
    await nothing_used_yet(database)
    await database.fetch("update public.tenants set rate_limit_per_minute = 1000 where true")
    people = (acme_member, acme_admin)

    async def work(each: Worker, number: int) -> None:
        person = people[number % 2]
        for _ in range(6):
            if number % 3:
                await each.finish(await each.begin(person))
            else:
                async with each.connection.transaction():
                    await each.connection.execute("select private.become($1::jsonb)", person.claims_text)
                    await each.connection.execute(ADD, person.tenant_id, person.user_id, 10, 8, Decimal(0))

    await at_once(database, 12, work)
    assert sum(row[3] for row in await totals(database)) == 72
    used = await database.value("select used_tokens from private.allowances where user_id = $1", NOBODY)
    assert used == 72 * 18
    assert await findings(database) == []


async def test_it_returns_running_totals(worker: asyncpg.Connection, acme_member: Actor, database: Database) -> None:
    await claim(worker, acme_member)
    for times in (1, 2):
        (row,) = await worker.fetch(ADD, acme_member.tenant_id, acme_member.user_id, 10, 5, Decimal("0.5"))
        assert (row["tenant_id"], row["user_id"]) == (acme_member.tenant_id, acme_member.user_id)
        assert (row["prompt_tokens"], row["completion_tokens"], row["total_tokens"]) == (
            10 * times,
            5 * times,
            15 * times,
        )
        assert (row["request_count"], row["estimated_cost"]) == (times, times * Decimal("0.5"))
    assert await acme_member.value("select total_tokens from public.current_day_usage") == 30


async def test_amounts_are_finite_and_not_negative(service: Actor, acme_member: Actor) -> None:
    for amounts in (
        "-1, 0",
        "0, -1",
        "0, 0, -0.01",
        "0, 0, 0, -1",
        "null, 0",
        "0, null",
        "0, 0, null",
        "0, 0, 0, null",
        "0, 0, 'NaN'",
        "0, 0, 'Infinity'",
        "0, 0, '-Infinity'",
        "-5, 5",
    ):
        sql = f"select public.increment_usage_metrics($1, $2, {amounts})"
        before = await acme_member.fetch("select * from public.usage_metrics")
        assert await service.denied(sql, acme_member.tenant_id, acme_member.user_id) == "PA422"
        assert await acme_member.fetch("select * from public.usage_metrics") == before


async def test_zero_is_an_amount_and_a_request_is_counted(service: Actor, acme_member: Actor) -> None:
    sql = "select (public.increment_usage_metrics($1, $2, 0, 0)).request_count"
    assert await service.value(sql, acme_member.tenant_id, acme_member.user_id) == 1


async def test_an_overflow_is_refused_and_changes_nothing(service: Actor, acme_member: Actor) -> None:
    sql = "select public.increment_usage_metrics($1, $2, 9223372036854775807, 1)"
    assert await service.denied(sql, acme_member.tenant_id, acme_member.user_id) == "22003"
    assert await acme_member.value("select count(*) from public.current_day_usage") == 0


async def test_usage_belongs_to_a_person_of_that_tenant(
    service: Actor, acme_member: Actor, globex_admin: Actor
) -> None:
    sql = "select public.increment_usage_metrics($1, $2, 1, 1)"
    assert await service.denied(sql, globex_admin.tenant_id, acme_member.user_id) == "23503"
    assert await service.denied(sql, None, acme_member.user_id) == "PA422"
    assert await service.denied(sql, acme_member.tenant_id, None) == "PA422"


async def test_people_do_not_write_usage(acme_member: Actor, acme_admin: Actor, anon: Actor) -> None:
    for actor in (acme_member, acme_admin, anon):
        assert await actor.denied(ADD, acme_member.tenant_id, acme_member.user_id, 1, 1, Decimal(0)) == "42501"
        assert await actor.denied("update public.usage_metrics set request_count = 0") == "42501"
        assert await actor.denied("delete from public.usage_metrics") == "42501"
        sql = "insert into public.usage_metrics (tenant_id, user_id) values ($1, $2)"
        assert await actor.denied(sql, acme_member.tenant_id, acme_member.user_id) == "42501"


async def test_the_worker_adds_for_the_person_it_acts_for_only(
    worker: asyncpg.Connection, acme_member: Actor, acme_admin: Actor, globex_member: Actor, database: Database
) -> None:
    before = await totals(database)
    for claimed, target in ((None, acme_member), (acme_member, acme_admin), (acme_member, globex_member)):
        if claimed is not None:
            await claim(worker, claimed)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(ADD, target.tenant_id, target.user_id, 1, 1, Decimal(0))
    assert await totals(database) == before


async def test_the_sum_and_the_signs_are_checked_for_servers_too(service: Actor) -> None:
    for change in (
        "total_tokens = total_tokens + 1",
        "prompt_tokens = -1, total_tokens = completion_tokens - 1",
        "request_count = -1",
    ):
        assert await service.denied(f"update public.usage_metrics set {change} where true") == "23514"


async def test_people_read_their_own_usage_and_admins_their_tenants(
    acme_member: Actor, acme_admin: Actor, globex_member: Actor, initech_viewer: Actor, outsider: Actor
) -> None:
    read = "select user_id from public.usage_metrics"
    assert {row["user_id"] for row in await acme_member.fetch(read)} == {acme_member.user_id}
    assert {row["user_id"] for row in await acme_admin.fetch(read)} == {acme_member.user_id, acme_admin.user_id}
    assert {row["user_id"] for row in await globex_member.fetch(read)} == {globex_member.user_id}
    assert await initech_viewer.fetch(read) == await outsider.fetch(read) == []
    assert await acme_admin.value("select count(*) from public.current_day_usage") == 1
    assert await acme_member.value("select count(*) from public.current_day_usage") == 0


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
async def test_the_day_is_utcs_whatever_the_session_thinks(
    worker: asyncpg.Connection, acme_member: Actor, zone: str
) -> None:
    await claim(worker, acme_member)
    await worker.execute(f"set timezone = '{zone}'")
    before = datetime.now(UTC).date()
    day = await worker.fetchval(
        "select (public.increment_usage_metrics($1, $2, 1, 1)).day", acme_member.tenant_id, acme_member.user_id
    )
    assert before <= day <= datetime.now(UTC).date()
    assert await worker.fetchval("select count(*) from public.current_day_usage") == 1
    months = await worker.fetch("select month from public.monthly_usage_summary where total_tokens > 0 order by 1 desc")
    assert months[0]["month"] == day.replace(day=1)
