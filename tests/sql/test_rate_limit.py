"""The limit of requests a minute: exact under concurrency, refilled evenly, a tenant's own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from tests.world import Actor, Database

BEGIN = "select turn_id from private.begin_turn($1::jsonb, 'Hello')"


async def allow(database: Database, slug: str, per_minute: int) -> None:
    await database.fetch("update public.tenants set rate_limit_per_minute = $2 where slug = $1", slug, per_minute)


async def pass_time(database: Database, seconds: float) -> None:
    """Has the stored time lie further back, as if seconds had passed."""
    sql = "update private.rate_limits set next_at = next_at - make_interval(secs => $1)"
    await database.fetch(sql, seconds)


async def ask(database: Database, actor: Actor, times: int = 1) -> list[dict[str, Any] | None]:
    """Asks on one connection; for each, None if it was let in, or else what the refusal says."""
    said: list[dict[str, Any] | None] = []
    async with database.connected("palaver_worker") as connection:
        for _ in range(times):
            try:
                await connection.fetch(BEGIN, actor.claims_text)
                said.append(None)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "PA429":
                    raise
                said.append(json.loads(str(error.detail)))
    return said


async def ask_at_once(database: Database, actors: list[Actor]) -> int:
    """Each asks once on a connection of their own; how many were let in."""
    answers = await asyncio.gather(*(ask(database, actor) for actor in actors))
    return sum(said == [None] for said in answers)


async def test_of_64_at_once_exactly_the_limit_is_let_in(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    await allow(database, "acme", 10)
    assert await ask_at_once(database, [acme_member, acme_admin] * 32) == 10
    # A refusal leaves nothing behind.
    assert await database.value("select count(*) from public.turns") == 10
    assert await database.value("select count(*) from public.messages where content = 'Hello'") == 10
    assert await database.value("select count(*) from public.conversations where title = 'Hello'") == 10


async def test_a_limit_of_one_is_one(database: Database, acme_member: Actor) -> None:
    await allow(database, "acme", 1)
    assert await ask_at_once(database, [acme_member] * 8) == 1
    await pass_time(database, 58)
    assert await ask_at_once(database, [acme_member] * 8) == 0
    await pass_time(database, 60)
    assert await ask_at_once(database, [acme_member] * 8) == 1


async def test_a_refusal_says_how_long_to_wait_and_waiting_so_long_is_enough(
    database: Database, acme_member: Actor
) -> None:
    await allow(database, "acme", 10)
    *passed, refused = await ask(database, acme_member, 11)
    assert passed == [None] * 10
    assert refused is not None
    assert list(refused) == ["retry_after_seconds"]
    assert 5 < refused["retry_after_seconds"] <= 6
    await pass_time(database, refused["retry_after_seconds"] - 3)
    (again,) = await ask(database, acme_member)
    assert again is not None
    assert again["retry_after_seconds"] <= 3
    await pass_time(database, again["retry_after_seconds"])
    assert await ask(database, acme_member) == [None]


async def test_refusals_take_nothing_from_the_allowance(database: Database, acme_member: Actor) -> None:
    await allow(database, "acme", 10)
    await ask(database, acme_member, 10)
    next_at = await database.value("select next_at from private.rate_limits")
    assert None not in await ask(database, acme_member, 20)
    assert await database.value("select next_at from private.rate_limits") == next_at


async def test_the_allowance_comes_back_evenly_and_no_further_than_full(database: Database, acme_member: Actor) -> None:
    await allow(database, "acme", 6)
    await ask(database, acme_member, 6)
    await pass_time(database, 20.5)
    assert await ask_at_once(database, [acme_member] * 6) == 2
    await pass_time(database, 3600)
    assert await ask_at_once(database, [acme_member] * 12) == 6


async def test_other_tenants_are_not_affected(database: Database, acme_member: Actor, globex_member: Actor) -> None:
    await allow(database, "acme", 1)
    assert await ask_at_once(database, [acme_member] * 4) == 1
    assert await ask(database, globex_member, 5) == [None] * 5
    assert await database.value("select count(*) from private.rate_limits") == 2


async def test_a_changed_limit_holds_at_once(database: Database, acme_member: Actor, acme_admin: Actor) -> None:
    raised = "update public.tenants set rate_limit_per_minute = $1"
    await acme_admin.execute(raised, 2)
    assert await ask_at_once(database, [acme_member] * 4) == 2
    await acme_admin.execute(raised, 1000)
    for said in await ask(database, acme_member):
        assert said is None or said["retry_after_seconds"] <= 0.06
    await pass_time(database, 1)
    assert await ask(database, acme_member, 16) == [None] * 16
    await acme_admin.execute(raised, 1)
    (refused,) = await ask(database, acme_member)
    assert refused is not None
    assert 0 < refused["retry_after_seconds"] <= 120


async def test_what_is_refused_for_another_reason_costs_nothing(
    database: Database, acme_member: Actor, initech_viewer: Actor
) -> None:
    async with database.connected("palaver_worker") as connection:
        for actor, message, state in ((initech_viewer, "Hello", "PA403"), (acme_member, " ", "PA422")):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await connection.fetch("select private.begin_turn($1::jsonb, $2)", actor.claims_text, message)
            assert refused.value.sqlstate == state
    assert await database.value("select count(*) from private.rate_limits") == 0


async def test_nobody_touches_the_allowance_of_others(
    database: Database, acme_member: Actor, acme_admin: Actor, service: Actor, globex_member: Actor
) -> None:
    await ask(database, acme_member)
    for actor in (acme_member, acme_admin, service):
        assert await actor.denied("select next_at from private.rate_limits") == "42501"
        assert await actor.denied("update private.rate_limits set next_at = now() where true") == "42501"
        assert await actor.denied("select private.take_request($1, 1000)", acme_member.tenant_id) == "42501"
    async with database.connected("palaver_worker") as connection, connection.transaction():
        await connection.execute("select private.become($1::jsonb)", globex_member.claims_text)
        assert await connection.execute("update private.rate_limits set next_at = now()") == "UPDATE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("select private.take_request($1, 1000)", acme_member.tenant_id)
