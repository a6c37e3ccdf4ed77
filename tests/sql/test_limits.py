"""Limits of requests a minute and tokens a day: exact under concurrency, a tenant's and a person's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from tests.sql.working import NOBODY, Worker, at_once, findings, nothing_used_yet, working, written
from tests.world import Actor, Database

PROMPT = 31
"""Tokens that "Hello" to Acme's assistant is estimated at, with the system prompt."""

USUAL = 4096
"""Tokens that are reserved for an answer nobody gave a length for."""

LEAST = 64
"""An answer is not begun with fewer."""


@pytest.fixture(autouse=True)
async def _nothing_used_yet(database: Database) -> None:
    await nothing_used_yet(database)


async def allow(database: Database, slug: str = "acme", **limits: int | None) -> None:
    for name, limit in limits.items():
        await database.fetch(f"update public.tenants set {name} = $2 where slug = $1", slug, limit)


async def pass_time(database: Database, seconds: float) -> None:
    """Has the stored time lie further back, as if seconds had passed."""
    await database.fetch("update private.allowances set next_at = next_at - make_interval(secs => $1)", seconds)


async def next_day(database: Database) -> None:
    """Has what was used be yesterday's."""
    await database.fetch("update private.allowances set day = day - 1")
    for table in ("usage_metrics", "usage_ledger"):
        await database.fetch(f"update public.{table} set day = day - 1")


async def try_begin(worker: Worker, asker: Actor, **request: Any) -> asyncpg.Record | dict[str, Any]:
    """The turn, or what the refusal says."""
    try:
        return await worker.begin(asker, **request)
    except asyncpg.PostgresError as error:
        if error.sqlstate != "PA429":
            raise
        return dict(json.loads(str(error.detail)))


async def refusal(worker: Worker, asker: Actor, **request: Any) -> tuple[str, float]:
    """Policy and wait with which a turn is refused."""
    said = await try_begin(worker, asker, **request)
    assert isinstance(said, dict)
    assert set(said) == {"policy", "quota", "retry_after_seconds"}
    return said["policy"], said["retry_after_seconds"]


async def begin_at_once(database: Database, askers: Sequence[Actor], **request: Any) -> list[asyncpg.Record]:
    """Each begins a turn on a connection of their own; those that were let in."""
    made = await at_once(database, len(askers), lambda worker, n: try_begin(worker, askers[n], **request))
    return [row for row in made if isinstance(row, asyncpg.Record)]


async def held(database: Database, user_id: object = NOBODY) -> tuple[int, int]:
    """Tokens used today and reserved."""
    (row,) = await database.fetch(
        "select used_tokens, reserved_tokens from private.allowances where user_id = $1", user_id
    )
    return row["used_tokens"], row["reserved_tokens"]


async def test_of_64_at_once_exactly_the_limit_is_let_in(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    await allow(database, rate_limit_per_minute=10)
    assert len(await begin_at_once(database, [acme_member, acme_admin] * 32)) == 10
    # A refusal leaves nothing behind.
    assert await database.value("select count(*) from public.turns") == 10
    assert await database.value("select count(*) from public.messages where content = 'Hello'") == 10
    assert await database.value("select count(*) from public.conversations where title = 'Hello'") == 10
    assert await held(database) == (0, 10 * (PROMPT + USUAL))
    assert await findings(database) == []


async def test_a_limit_of_one_is_one(database: Database, acme_member: Actor) -> None:
    await allow(database, rate_limit_per_minute=1)
    assert len(await begin_at_once(database, [acme_member] * 8)) == 1
    await pass_time(database, 58)
    assert len(await begin_at_once(database, [acme_member] * 8)) == 0
    await pass_time(database, 60)
    assert len(await begin_at_once(database, [acme_member] * 8)) == 1


async def test_a_refusal_says_how_long_to_wait_and_waiting_so_long_is_enough(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    await allow(database, rate_limit_per_minute=10)
    for _ in range(10):
        await worker.begin(acme_member)
    policy, wait = await refusal(worker, acme_member)
    assert policy == "minute"
    assert 5 < wait <= 6
    await pass_time(database, wait - 3)
    policy, wait = await refusal(worker, acme_member)
    assert wait <= 3
    await pass_time(database, wait)
    await worker.begin(acme_member)


async def test_refusals_take_nothing_from_the_allowance(worker: Worker, database: Database, acme_member: Actor) -> None:
    await allow(database, rate_limit_per_minute=3)
    for _ in range(3):
        await worker.begin(acme_member)
    before = await written(database)
    for _ in range(20):
        await refusal(worker, acme_member)
    assert await written(database) == before


async def test_the_allowance_comes_back_evenly_and_no_further_than_full(database: Database, acme_member: Actor) -> None:
    await allow(database, rate_limit_per_minute=6)
    assert len(await begin_at_once(database, [acme_member] * 6)) == 6
    await pass_time(database, 20.5)
    assert len(await begin_at_once(database, [acme_member] * 6)) == 2
    await pass_time(database, 3600)
    assert len(await begin_at_once(database, [acme_member] * 12)) == 6


async def test_other_tenants_are_not_affected(database: Database, acme_member: Actor, globex_member: Actor) -> None:
    await allow(database, rate_limit_per_minute=1)
    assert len(await begin_at_once(database, [acme_member, globex_member] * 5)) == 6


async def test_a_changed_limit_holds_at_once(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    raised = "update public.tenants set rate_limit_per_minute = $1"
    await acme_admin.execute(raised, 2)
    assert len(await begin_at_once(database, [acme_member] * 4)) == 2
    await acme_admin.execute(raised, 1000)
    await pass_time(database, 1)
    assert len(await begin_at_once(database, [acme_member] * 16)) == 16
    await acme_admin.execute(raised, 1)
    policy, wait = await refusal(worker, acme_member)
    assert policy == "minute"
    assert 0 < wait <= 120


async def test_what_is_refused_for_another_reason_costs_nothing(
    worker: Worker, database: Database, acme_member: Actor, initech_viewer: Actor
) -> None:
    assert await worker.refused(worker.begin(initech_viewer)) == "PA403"
    assert await worker.refused(worker.begin(acme_member, " ")) == "PA422"
    assert await database.value("select count(*) from private.allowances") == 0


async def test_a_persons_share_of_requests_is_within_the_tenants(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    await allow(database, rate_limit_per_minute=20, user_rate_limit_per_minute=5)
    turns = await begin_at_once(database, [acme_member] * 16 + [acme_admin] * 16)
    assert len(turns) == 10
    policy, wait = await refusal(worker, acme_member)
    assert policy == "user-minute"
    assert 11 < wait <= 12
    await allow(database, user_rate_limit_per_minute=None)
    assert len(await begin_at_once(database, [acme_member] * 16)) == 10
    assert (await refusal(worker, acme_admin))[0] == "minute"
    assert await findings(database) == []


@pytest.mark.parametrize("least", [LEAST, 10])
async def test_parallel_turns_never_reserve_more_than_the_day_has(
    database: Database, acme_member: Actor, acme_admin: Actor, least: int
) -> None:
    asked = {} if least == LEAST else {"max_tokens": least}
    limit = 7 * (PROMPT + (USUAL if least == LEAST else least)) + PROMPT + least
    await allow(database, rate_limit_per_minute=1000, daily_token_limit=limit)
    turns = await begin_at_once(database, [acme_member, acme_admin] * 16, **asked)
    assert sorted(row["max_tokens"] for row in turns) == sorted([least] + [asked.get("max_tokens", USUAL)] * 7)
    assert await held(database) == (0, limit)
    assert await findings(database) == []


async def test_one_token_less_than_the_least_is_refused(worker: Worker, database: Database, acme_member: Actor) -> None:
    await allow(database, daily_token_limit=PROMPT + LEAST - 1)
    before = await written(database)
    policy, wait = await refusal(worker, acme_member)
    seconds = await database.value(
        "select extract(epoch from (((now() at time zone 'utc')::date + 1)::timestamp - (now() at time zone 'utc')))"
    )
    assert policy == "day"
    assert abs(wait - float(seconds)) < 10
    assert await written(database) == before
    await allow(database, daily_token_limit=0)
    assert (await refusal(worker, acme_member))[0] == "day"


async def test_the_granted_length_shrinks_to_what_the_day_has_left(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    await allow(database, daily_token_limit=3 * PROMPT + 1000 + 300)
    begun = await worker.begin(acme_member, max_tokens=1000)
    assert begun["max_tokens"] == 1000
    shrunk = await worker.begin(acme_member, max_tokens=1000)
    assert shrunk["max_tokens"] == 300 + PROMPT
    assert (await refusal(worker, acme_member))[0] == "day"
    # Settled below the estimate, the rest is there again; above it, it is gone.
    await worker.finish(begun, prompt_tokens=20, completion_tokens=10)
    assert await held(database) == (30, 2 * PROMPT + 300)
    await worker.finish(shrunk, prompt_tokens=PROMPT, completion_tokens=900)
    assert await held(database) == (930 + PROMPT, 0)
    left = await worker.begin(acme_member, max_tokens=1000)
    assert left["max_tokens"] == 3 * PROMPT + 1300 - 930 - PROMPT - PROMPT
    await worker.finish(left, prompt_tokens=PROMPT, completion_tokens=5000)
    assert (await refusal(worker, acme_member))[0] == "day"
    assert await findings(database) == []


async def test_the_tenants_own_bound_of_an_answer_is_reserved(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    await allow(database, max_tokens=500)
    assert (await worker.begin(acme_member))["max_tokens"] == 500
    assert (await worker.begin(acme_member, max_tokens=100))["max_tokens"] == 100
    assert await held(database) == (0, 2 * PROMPT + 600)


async def test_a_new_day_begins_with_nothing_used(worker: Worker, database: Database, acme_member: Actor) -> None:
    await allow(database, daily_token_limit=PROMPT + LEAST)
    await worker.finish(await worker.begin(acme_member), prompt_tokens=PROMPT, completion_tokens=LEAST)
    assert (await refusal(worker, acme_member))[0] == "day"
    await next_day(database)
    begun = await worker.begin(acme_member)
    assert await held(database) == (0, PROMPT + LEAST)
    # What was begun yesterday is used up today, when it is settled.
    await next_day(database)
    await worker.finish(begun, prompt_tokens=PROMPT, completion_tokens=LEAST)
    assert await held(database) == (PROMPT + LEAST, 0)
    assert (await refusal(worker, acme_member))[0] == "day"
    assert await findings(database) == []


async def test_a_turn_that_waited_over_midnight_forgets_nothing_of_the_new_day(
    worker: Worker, database: Database, acme_member: Actor
) -> None:
    await allow(database, daily_token_limit=10_000)
    await worker.begin(acme_member)
    # As somebody else left it after midnight, while this turn still goes by the day before.
    await database.fetch("update private.allowances set day = day + 1, used_tokens = 700")
    await worker.begin(acme_member)
    assert (await held(database))[0] == 700


async def test_a_limit_that_is_set_in_mid_day_counts_what_was_used_before(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor, service: Actor
) -> None:
    add = "select * from public.increment_usage_metrics($1, $2, 100, 50)"
    await service.execute(add, acme_member.tenant_id, acme_member.user_id)
    begun = await worker.begin(acme_member)
    assert begun["max_tokens"] is None
    await service.execute(add, acme_member.tenant_id, acme_admin.user_id)
    await allow(database, daily_token_limit=1000, user_daily_token_limit=300)
    # Reserved before there was a limit, and still held.
    assert (await refusal(worker, acme_member))[0] == "day"
    await worker.finish(begun, prompt_tokens=20, completion_tokens=10)
    assert (await worker.begin(acme_member))["max_tokens"] == 300 - 150 - 30 - PROMPT
    assert (await worker.begin(acme_admin))["max_tokens"] == 300 - 150 - PROMPT
    assert await findings(database) == []


async def test_a_persons_share_of_tokens_is_within_the_tenants(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    share = 2 * (PROMPT + 200)
    await allow(database, rate_limit_per_minute=1000, daily_token_limit=10_000, user_daily_token_limit=share)
    turns = await begin_at_once(database, [acme_member] * 12 + [acme_admin] * 12, max_tokens=200)
    assert [row["max_tokens"] for row in turns] == [200] * 4
    for person in (acme_member, acme_admin):
        assert (await held(database, person.user_id))[1] == share
        policy, wait = await refusal(worker, person)
        assert policy == "user-day"
        assert wait > 0
    assert await held(database) == (0, 2 * share)
    async with working(database) as other:
        assert (await other.finish(turns[0]))["settled"] is False
    for row in turns:
        holder = await database.value("select worker_id from private.open_turns where turn_id = $1", row["turn_id"])
        async with working(database, holder) as each:
            await each.finish(row, prompt_tokens=PROMPT, completion_tokens=100)
    assert (await worker.begin(acme_member))["max_tokens"] == share - 2 * (PROMPT + 100) - PROMPT
    assert await findings(database) == []


async def test_what_is_left_is_told_with_each_turn(worker: Worker, database: Database, acme_member: Actor) -> None:
    await allow(database, rate_limit_per_minute=10, daily_token_limit=10_000)
    await allow(database, user_rate_limit_per_minute=6, user_daily_token_limit=5000)
    await worker.begin(acme_member, max_tokens=100)
    limits = {each["name"]: each for each in json.loads((await worker.begin(acme_member, max_tokens=100))["limits"])}
    assert {name: (each["quota"], each["window"]) for name, each in limits.items()} == {
        "minute": (10, 60),
        "day": (10_000, 86_400),
        "user-minute": (6, 60),
        "user-day": (5000, 86_400),
    }
    spent = 2 * (PROMPT + 100)
    assert [limits[name]["remaining"] for name in ("minute", "user-minute")] == [8, 4]
    assert [limits[name]["remaining"] for name in ("day", "user-day")] == [10_000 - spent, 5000 - spent]
    assert 10 < limits["minute"]["reset"] <= 12
    assert 0 < limits["day"]["reset"] <= 86_400


async def test_turns_that_begin_and_end_at_once_leave_the_limit_exact(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    limit = 6000
    await allow(database, rate_limit_per_minute=1000, daily_token_limit=limit)

    async def work(worker: Worker, number: int) -> int:
        used = 0
        for _ in range(8):
            begun = await try_begin(worker, (acme_member, acme_admin)[number % 2], max_tokens=100)
            if isinstance(begun, asyncpg.Record):
                completion = begun["max_tokens"] - number
                await worker.finish(begun, prompt_tokens=PROMPT, completion_tokens=completion)
                used += PROMPT + completion
        return used

    used = sum(await at_once(database, 12, work))
    assert used <= limit
    assert limit - used < PROMPT + LEAST
    assert await held(database) == (used, 0)
    assert await findings(database) == []


async def test_nobody_touches_the_allowance_of_others(
    worker: Worker, database: Database, acme_member: Actor, acme_admin: Actor, service: Actor, globex_member: Actor
) -> None:
    await worker.begin(acme_member)
    for actor in (acme_member, acme_admin, service):
        assert await actor.denied("select next_at from private.allowances") == "42501"
        assert await actor.denied("update private.allowances set next_at = now() where true") == "42501"
        assert await actor.denied("select private.take_allowance(false, 1, 1, 1, 1)") == "42501"
        assert await actor.denied("select private.settle_allowance($1, $2, 0, 100)", NOBODY, NOBODY) == "42501"
    async with database.connected("palaver_worker") as connection, connection.transaction():
        await connection.execute("select private.become($1::jsonb)", globex_member.claims_text)
        before = await held(database)
        await connection.execute("select private.count_tokens($1, 1000)", acme_member.tenant_id)
        assert await held(database) == before
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update private.allowances set next_at = now()")


@pytest.mark.parametrize("tokens", [-1, -PROMPT - 1, -(10**9)])
async def test_no_request_takes_less_than_nothing(
    worker: Worker, database: Database, acme_member: Actor, tokens: int
) -> None:
    await worker.begin(acme_member)
    before = await written(database)
    asking = asyncio.ensure_future(worker.begin(acme_member, max_tokens=tokens))
    assert await worker.refused(asking) == "PA422"
    assert await written(database) == before
