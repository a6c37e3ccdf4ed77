"""What runs for others is not held up, spoiled or read by what one person does, or by what a worker does not hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.isolation.world import ACCOUNTS, IDS, filled, populate
from tests.world import Actor, Database

BEN, ADA, CHLOE = (json.dumps({"sub": ACCOUNTS[name]}) for name in ("member", "admin", "rival admin"))
BEGIN = "select tenant_id, turn_id from private.begin_turn($1::jsonb, $2, $3::jsonb)"
FINISH = "select turn_id, settled, status from private.finish_turns($1, $2::jsonb)"
SAVE = "select * from private.save_pieces($1, $2::jsonb)"
PATIENCE = "set lock_timeout = '1s'"
HELD = (
    "update public.users set preferences = '{\"held\": true}' where true",
    "update public.conversations set title = 'Held' where true",
    "update public.conversations set head_id = null where true",
    "update public.feedback set rating = 1 where true",
)
"""What a person may do in a transaction that stays open: rows of theirs are locked."""
NUMBERS = {
    "max_tokens": ("NaN", "Infinity", "1e3", 1.5, 2**31, 2**63 - 1, -(10**6)),
    "more_octets": ("NaN", 2**63 - 1, -(10**6)),
}
TOUCHED = (
    *("public.turns", "public.messages", "public.usage_ledger", "public.usage_metrics"),
    *("private.allowances", "private.open_turns", "private.turn_pieces"),
)
"""What settling writes."""
LIMITS = "select jsonb_agg(to_jsonb(a) - 'next_at' order by a::text)::text from private.allowances as a"


@pytest.fixture
async def world(database: Database) -> Database:
    async with database.connected() as owner:
        await populate(owner)
    return database


@pytest.fixture
async def worker(world: Database) -> AsyncIterator[asyncpg.Connection]:
    async with world.connected("palaver_worker") as link:
        await link.execute(PATIENCE)
        yield link


def asked(**more: Any) -> str:
    return json.dumps({"dialect": "plain", "messages": [{"role": "user", "content": "Hi"}], **more})


def result(tenant: str, turn: str, **more: Any) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "turn_id": turn,
        "status": "completed",
        "content": "Ho",
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "cached_tokens": 0,
        "reasoning_tokens": 0,
        "tokens_estimated": False,
        "latency_ms": 1,
        **more,
    }


@asynccontextmanager
async def held(actor: Actor, sql: str) -> AsyncIterator[None]:
    """A statement of somebody's whose transaction is open meanwhile."""
    async with actor.acting() as connection:
        await connection.execute(sql)
        yield


@pytest.mark.parametrize("sql", HELD)
async def test_whoever_holds_rows_of_their_own_holds_up_nobody_else(
    world: Database, acme_member: Actor, worker: asyncpg.Connection, sql: str
) -> None:
    (bens,) = await worker.fetch(BEGIN, BEN, IDS["worker"], asked(conversation_id=IDS["bens_talk"]))
    (chloes,) = await worker.fetch(BEGIN, CHLOE, IDS["worker"], asked())
    await world.fetch("update public.users set last_active_at = null")
    async with held(acme_member, sql), world.connected("palaver_worker") as other:
        waiting = asyncio.create_task(other.fetch(BEGIN, BEN, IDS["worker"], asked(conversation_id=IDS["bens_talk"])))
        # The person's own question may wait, with whatever it holds by then.
        await asyncio.wait((waiting,), timeout=0.3)
        for claims in (ADA, CHLOE):
            await worker.fetchrow(BEGIN, claims, IDS["worker"], asked())
        both = [result(str(turn["tenant_id"]), str(turn["turn_id"])) for turn in (bens, chloes)]
        assert [row["settled"] for row in await worker.fetch(FINISH, IDS["worker"], json.dumps(both))] == [True, True]
        waiting.cancel()
        await asyncio.wait((waiting,))


async def test_a_turn_is_settled_and_spoken_for_by_its_worker_only(world: Database, worker: asyncpg.Connection) -> None:
    digests = [f"select md5(string_agg(t::text, '' order by t::text)) from {table} as t" for table in TOUCHED]
    before = [await world.value(sql) for sql in digests]
    turns = [
        ("acme", "bens_turn", "nowhere"),  # somebody else's, by a worker that holds nothing
        ("acme", "bens_turn", "dead_worker"),  # by a worker that holds another
        ("globex", "bens_turn", "worker"),  # by the one that holds it, in another tenant
        ("acme", "chloes_turn", "worker"),
        ("acme", "nowhere", "worker"),
    ]
    for tenant, turn, holder in turns:
        one = result(IDS[tenant], IDS[turn], seq=7, pieces=["more"], provider="p", model="other")
        rows = await worker.fetch(FINISH, IDS[holder], json.dumps([one]))
        assert [row["settled"] for row in rows] == [False]
        assert await worker.fetch(SAVE, IDS[holder], json.dumps([one])) == []
    assert [await world.value(sql) for sql in digests] == before


async def test_one_turn_given_twice_or_badly_settles_nothing(world: Database, worker: asyncpg.Connection) -> None:
    bens, chloes = (
        result(IDS[tenant], IDS[turn]) for tenant, turn in (("acme", "bens_turn"), ("globex", "chloes_turn"))
    )
    for results, sqlstate in (
        ([bens, bens], "23505"),
        ([bens, {**chloes, "prompt_tokens": -1}], "23514"),
        ([bens, {**chloes, "completion_tokens": 2**63}], "22003"),
        ([bens, {**chloes, "status": "running"}], "23514"),
        ([bens, {**chloes, "content": "\0"}], "22P05"),
    ):
        with pytest.raises(asyncpg.PostgresError) as error:
            await worker.fetch(FINISH, IDS["worker"], json.dumps(results))
        assert error.value.sqlstate == sqlstate
    assert (
        await world.value(filled("select count(*) from private.open_turns where turn_id in (:bens_turn, :chloes_turn)"))
        == 2
    )


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in NUMBERS.items() for value in values])
async def test_no_number_of_a_request_spoils_the_limits(
    world: Database, worker: asyncpg.Connection, field: str, value: object
) -> None:
    await world.fetch(filled("update public.tenants set daily_token_limit = 1000000 where id = :acme"))
    before = await world.value(LIMITS)
    with pytest.raises(asyncpg.PostgresError):
        await worker.fetchrow(BEGIN, BEN, IDS["worker"], asked(**{field: value}))
    assert await world.value(LIMITS) == before
    await worker.fetchrow(BEGIN, ADA, IDS["worker"], asked())


async def test_tokens_are_counted_for_the_tenant_of_the_claims_only(
    world: Database, worker: asyncpg.Connection
) -> None:
    before = await world.value(LIMITS)
    for claims in (BEN, json.dumps({"sub": ACCOUNTS["deactivated"]}), "{}", ""):
        async with worker.transaction():
            await worker.execute("select set_config('request.jwt.claims', $1, true)", claims)
            await worker.execute(filled("select private.count_tokens(:globex, 1), private.count_tokens(null, 1)"))
    assert await world.value(LIMITS) == before


@pytest.mark.parametrize("call", ["find_turn", "stop_turn"])
async def test_an_administrator_finds_and_stops_no_turn_of_a_colleague(worker: asyncpg.Connection, call: str) -> None:
    # Administrators see that there are turns, so that no policy stands in the way.
    for arguments in (":bens_turn", ":chloes_turn", ":nowhere"):
        with pytest.raises(asyncpg.PostgresError) as error:
            await worker.fetch(filled(f"select * from private.{call}($1::jsonb, {arguments})"), ADA)
        assert error.value.sqlstate == "PA404"
    assert await worker.fetch(filled(f"select * from private.{call}($1::jsonb, :adas_turn)"), ADA) != []


async def test_an_administrators_question_changes_nothing_of_their_colleagues(
    world: Database, worker: asyncpg.Connection
) -> None:
    await world.fetch("update public.users set last_active_at = null")
    for more in ({"regenerates": IDS["bens_turn"], "messages": []}, {"replaces": IDS["bens_question"]}):
        with pytest.raises(asyncpg.PostgresError) as error:
            await worker.fetch(BEGIN, ADA, IDS["worker"], asked(conversation_id=IDS["adas_talk"], **more))
        assert error.value.sqlstate == "PA404"
    await worker.fetch(BEGIN, ADA, IDS["worker"], asked(idempotency_key="once", fingerprint="ab"))
    seen = await world.fetch("select id::text from public.users where last_active_at is not null")
    assert [row["id"] for row in seen] == [IDS["ada"]]


async def test_a_question_takes_of_the_limits_of_its_person_and_tenant_only(
    world: Database, worker: asyncpg.Connection
) -> None:
    await world.fetch("update public.tenants set user_daily_token_limit = 1000000, daily_token_limit = 1000000")
    others = filled(
        "select jsonb_agg(to_jsonb(a) order by a::text)::text from private.allowances as a"
        f" where tenant_id <> :acme or user_id not in (:ben, '{UUID(int=0)}')"
    )
    before, all_before = await world.value(others), await world.value(LIMITS)
    (turn,) = await worker.fetch(BEGIN, BEN, IDS["worker"], asked())
    assert await world.value(LIMITS) != all_before
    assert await world.value(others) == before
    await worker.fetch(FINISH, IDS["worker"], json.dumps([result(str(turn["tenant_id"]), str(turn["turn_id"]))]))
    assert await world.value(others) == before
