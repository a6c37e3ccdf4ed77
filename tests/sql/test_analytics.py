"""Usage and judgements: whatever happened, and whenever it was closed, what people see is what the ledger comes to."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.world import Actor, Database

REFRESH = "select outcome from private.run_job('refresh_summaries')"
NOTES = "select count(*) from private.ledger_changes"
SUMS = """
    sum(request_count)::bigint, coalesce(sum(request_count) filter (where from_cache), 0)::bigint,
    coalesce(sum(request_count) filter (where tokens_estimated), 0)::bigint,
    sum(prompt_tokens + completion_tokens)::bigint, sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint,
    sum(cached_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost)
"""
# What each view is grouped by, in terms of the ledger.
VIEWS = {
    "usage_details": "day, user_id, provider, model, prompt_id, prompt_version",
    "usage_by_day": "day",
    "usage_by_month": "date_trunc('month', day::timestamp)::date",
    "usage_by_model": "day, provider, model",
    "usage_by_person": "day, user_id",
    "usage_by_prompt": "day, prompt_id, prompt_version",
}
CONVERSATIONS = f"""
    select tenant_id, conversation_id, user_id, {SUMS}, max(created_at)
    from public.usage_ledger where conversation_id is not null group by 1, 2, 3
"""
PAIRS = {
    **{
        view: (
            f"select * from public.{view}",
            f"select tenant_id, {by}, {SUMS} from public.usage_ledger group by tenant_id, {by}",
        )
        for view, by in VIEWS.items()
    },
    "usage_by_conversation": ("select * from public.usage_by_conversation", CONVERSATIONS),
    "usage_totals": (
        "select tenant_id, user_id, model, provider, total_tokens, cost"
        " from public.usage_totals('-infinity', 'infinity', '{person,model}')",
        "select tenant_id, user_id, model, provider, sum(prompt_tokens + completion_tokens)::bigint, sum(cost)"
        " from public.usage_ledger group by 1, 2, 3, 4",
    ),
}
# One statement, and so of one moment.
DIFFERENCES = " union all ".join(
    f"select '{view}' where (select string_agg(t::text, ' ' order by t::text) from ({seen}) as t)"
    f" is distinct from (select string_agg(t::text, ' ' order by t::text) from ({true}) as t)"
    for view, (seen, true) in PAIRS.items()
)
USE = """
    insert into public.usage_ledger (
        tenant_id, user_id, day, conversation_id, provider, model, prompt_tokens, completion_tokens, cached_tokens,
        reasoning_tokens, cost, tokens_estimated, from_cache, prompt_id, prompt_version
    )
    select
        tenant_id, id, (now() at time zone 'utc')::date - $2::integer, md5($3::integer::text)::uuid, 'openai',
        'model-' || $3::integer,
        100 + $4::integer, $4::integer, $4::integer / 2, $4::integer / 3, $4::integer * 0.001, $4::integer % 2 = 0,
        $4::integer % 3 = 0, case when $3::integer > 1 then md5('prompt')::uuid end,
        case when $3::integer > 1 then $3::integer end
    from public.users where email = $1
"""
BACK = (0, 1, 2, 3, 30, 100, -1)
"""Days ago: open, closed, and a day to come."""
PEOPLE = ("ada@acme.test", "ben@acme.test", "dan@globex.test", "finn@initech.test")


async def differences(who: Actor | Database) -> list[str]:
    """The views that differ from a plain aggregate of the ledger, for whoever asks."""
    return [row[0] for row in await who.fetch(DIFFERENCES)]


async def refresh(database: Database) -> None:
    assert await database.value(REFRESH) == "succeeded"


async def use(database: Database, email: str, back: int, kind: int = 1, tokens: int = 10) -> None:
    await database.fetch(USE, email, back, kind, tokens)


async def tokens(who: Actor, view: str = "usage_by_day") -> int:
    return int(await who.value(f"select coalesce(sum(total_tokens), 0) from public.{view}"))


@pytest.fixture
async def unused(database: Database) -> Database:
    """Nobody has used anything yet, and all of it is closed."""
    await database.fetch("delete from public.usage_ledger")
    await refresh(database)
    assert await database.value(NOTES) == 0
    return database


async def test_usage_counts_at_once_wherever_it_falls(
    unused: Database, acme_admin: Actor, acme_member: Actor, globex_admin: Actor, service: Actor
) -> None:
    for number, back in enumerate(BACK):
        await use(unused, "ben@acme.test", back, tokens=10**number)
        for who in (acme_admin, acme_member, service, unused):
            assert await differences(who) == [], back
    sums = [await tokens(acme_admin, view) for view in (*VIEWS, "usage_by_conversation")]
    assert sums == [len(BACK) * 100 + 2 * 1111111] * (len(VIEWS) + 1)
    assert await tokens(globex_admin) == 0
    assert await unused.value("select count(distinct day) from private.ledger_changes") == 5
    await refresh(unused)
    for who in (acme_admin, acme_member, service, unused):
        assert await differences(who) == []


async def test_days_are_closed_as_time_passes(unused: Database, acme_admin: Actor, acme_member: Actor) -> None:
    """Days that were open when they were used: closed without a note."""
    for back in (2, 3, 4, 5):
        await use(unused, "ben@acme.test", back, back)
    for closed in (5, 4, 3, 2):
        await unused.fetch("delete from private.ledger_changes")
        await unused.fetch("delete from private.usage_daily")
        await unused.fetch(
            "update private.summary_state set closed_before = (now() at time zone 'utc')::date - $1::integer", closed
        )
        await unused.fetch(
            "insert into private.usage_daily (tenant_id, day, user_id, provider, model, prompt_id, prompt_version,"
            " requests, cached_requests, estimated_requests, total_tokens, prompt_tokens, completion_tokens,"
            " cached_tokens, reasoning_tokens, cost) select * from private.ledger_by_day"
            " where day < (select closed_before from private.summary_state)"
        )
        assert await differences(acme_member) == await differences(acme_admin) == []
        await refresh(unused)
        assert await unused.value("select count(*) from private.usage_daily") == 4
        assert await differences(acme_member) == await differences(acme_admin) == []


async def test_amounts_stay_when_somebody_is_gone(
    unused: Database, acme_admin: Actor, acme_member: Actor, service: Actor
) -> None:
    for back in (0, 1, 3, 40):
        await use(unused, "ben@acme.test", back)
        await use(unused, "ada@acme.test", back)
    await refresh(unused)
    before = await tokens(acme_admin)
    await unused.fetch("delete from public.users where id = $1", acme_member.user_id)
    # One note for a day, however many rows it has; today needs none.
    assert await unused.value(NOTES) == 3
    for _ in range(2):
        assert await tokens(acme_admin) == before
        people = await acme_admin.fetch("select distinct user_id from public.usage_by_person")
        assert {row["user_id"] for row in people} == {acme_admin.user_id, None}
        assert await differences(acme_admin) == await differences(service) == []
        await refresh(unused)
    gone = "select count(*) from private.usage_daily where user_id = $1"
    assert await unused.value(gone, acme_member.user_id) == 0
    await unused.fetch("delete from public.tenants where id = $1", acme_admin.tenant_id)
    assert await differences(service) == []
    await refresh(unused)
    assert await unused.value("select count(*) from private.usage_daily") == 0


async def test_who_sees_whose(
    unused: Database,
    acme_admin: Actor,
    acme_member: Actor,
    globex_admin: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    anon: Actor,
) -> None:
    for email in PEOPLE:
        for back in BACK:
            await use(unused, email, back)
    people = "select distinct user_id from public.usage_details"
    for _ in range(2):
        assert {row[0] for row in await acme_admin.fetch(people)} == {acme_admin.user_id, acme_member.user_id}
        assert {row[0] for row in await acme_member.fetch(people)} == {acme_member.user_id}
        assert {row[0] for row in await initech_viewer.fetch(people)} == {initech_viewer.user_id}
        for view in (*VIEWS, "usage_by_conversation", "usage_forecast", "feedback_by_model", "feedback_by_prompt"):
            assert await outsider.fetch(f"select * from public.{view}") == []
            assert await anon.denied(f"select * from public.{view}") == "42501"
        for who in (acme_admin, acme_member, globex_admin, initech_viewer):
            assert await differences(who) == []
        await refresh(unused)
    assert await anon.denied("select * from public.usage_totals()") == "42501"


@pytest.mark.parametrize(
    "call",
    ["p_by => '{day,hour}'", "p_by => null", "p_from => null", "null, null", "p_by => array['day''; --', null]"],
)
async def test_totals_are_by_what_there_is(acme_admin: Actor, call: str) -> None:
    assert await acme_admin.denied(f"select * from public.usage_totals({call})") == "PA422"


async def test_totals_leave_empty_what_was_not_asked_for(unused: Database, acme_admin: Actor) -> None:
    for back, kind in ((3, 1), (3, 2), (31, 2)):
        await use(unused, "ben@acme.test", back, kind)
    (total,) = await acme_admin.fetch("select * from public.usage_totals(p_by => '{}')")
    assert (total["requests"], total["total_tokens"]) == (2, 240)
    asked = ("day", "month", "user_id", "provider", "model", "prompt_id", "prompt_version")
    assert [total[name] for name in asked] == [None] * len(asked)
    by_prompt = await acme_admin.fetch("select prompt_version, requests from public.usage_totals(p_by => '{prompt}')")
    assert {tuple(row) for row in by_prompt} == {(None, 1), (2, 1)}
    assert await acme_admin.fetch("select * from public.usage_totals('2000-01-01', '1999-01-01')") == []


async def test_the_ledger_is_noted_by_the_statement_and_only_before_today(unused: Database) -> None:
    for back in (0, 0, 5, 5, 6):
        await use(unused, "ben@acme.test", back)
    assert await unused.value(NOTES) == 3
    await refresh(unused)
    await unused.fetch("update public.usage_ledger set cost = cost + 1")
    assert await unused.value(NOTES) == 2
    await unused.fetch("update public.usage_ledger set day = day - 10 where day < (now() at time zone 'utc')::date")
    assert await unused.value(NOTES) == 2 + 4
    await refresh(unused)
    await unused.fetch("delete from public.usage_ledger")
    assert await unused.value(NOTES) == 2


async def test_a_change_under_way_during_a_refresh_stays_noted(unused: Database, acme_admin: Actor) -> None:
    await use(unused, "ben@acme.test", 5)
    await refresh(unused)
    async with unused.connected() as owner:
        async with owner.transaction():
            await owner.fetch(USE, "ben@acme.test", 5, 1, 10)
            await refresh(unused)
            assert await tokens(acme_admin) == 120
        assert await tokens(acme_admin) == 240
    assert await unused.value(NOTES) == 1
    await refresh(unused)
    assert await tokens(acme_admin) == 240


async def test_a_refresh_waits_for_nobody_and_nobody_for_it(unused: Database, acme_admin: Actor) -> None:
    await use(unused, "ben@acme.test", 5)
    async with unused.connected() as owner, owner.transaction():
        await owner.execute("select private.refresh_summaries()")
        async with unused.connected() as other:
            await other.execute("set statement_timeout = '2s'")
            await other.fetch(USE, "ada@acme.test", 5, 1, 10)
            await other.execute("update public.feedback set rating = -rating")
            await other.execute("update public.usage_metrics set request_count = request_count + 1")
            await other.execute("delete from public.users where email = 'ben@acme.test'")
        assert await differences(acme_admin) == []
    assert await differences(acme_admin) == []
    await refresh(unused)
    assert await differences(acme_admin) == []


async def test_a_closed_day_that_differs_is_found(unused: Database) -> None:
    for back in (1, 5, 6):
        await use(unused, "ben@acme.test", back)
        await use(unused, "ada@acme.test", back, 2)
    found = (
        "select day, detail from private.ledger_findings((now() at time zone 'utc')::date - 9, 'infinity')"
        " where finding = 'a closed day differs from the ledger'"
    )
    assert await unused.fetch(found) == []
    await refresh(unused)
    assert await unused.fetch(found) == []
    await unused.fetch(
        "update private.usage_daily set cost = cost + 1 where day = (now() at time zone 'utc')::date - 5"
    )
    await unused.fetch("delete from private.usage_daily where day = (now() at time zone 'utc')::date - 6")
    assert len(await unused.fetch(found)) == 2
    # A day that is noted is not read, so it cannot be wrong.
    await unused.fetch("update public.usage_ledger set cost = cost")
    assert await unused.fetch(found) == []


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_views_equal_the_ledger(
    database: Database, acme_admin: Actor, globex_member: Actor, initech_viewer: Actor, seed: int
) -> None:
    dice = random.Random(seed)
    steps: list[Callable[[], tuple[object, ...]]] = [
        lambda: (USE, dice.choice(PEOPLE), dice.choice(BACK), dice.randrange(4), dice.randrange(100)),
        lambda: (
            "select public.increment_usage_metrics(tenant_id, id, $1, 1, 0.5) from public.users where email = $2",
            dice.randrange(100),
            dice.choice(PEOPLE),
        ),
        lambda: (
            "update public.usage_ledger set prompt_tokens = prompt_tokens + 1, day = day - $1::integer"
            " where id in (select id from public.usage_ledger order by md5(id::text || $2) limit 2)",
            dice.choice((0, 0, 1, 30)),
            str(dice.random()),
        ),
        lambda: (
            "delete from public.usage_ledger where day = (now() at time zone 'utc')::date - $1::integer"
            " and model = 'model-1'",
            dice.choice(BACK),
        ),
        lambda: ("delete from public.users where email = $1", "dan@globex.test" if dice.random() < 0.2 else "nobody"),
        lambda: (REFRESH,),
    ]
    async with database.connected() as owner:
        for _ in range(20):
            sql, *arguments = dice.choices(steps, weights=[10, 3, 3, 1, 1, 3])[0]()
            await owner.fetch(str(sql), *arguments)
            for who in (acme_admin, globex_member, initech_viewer):
                assert await differences(who) == []
    assert await differences(database) == []


async def test_every_snapshot_agrees_while_people_use_and_days_are_closed(
    database: Database, acme_admin: Actor
) -> None:
    looking = True

    async def write(seed: int) -> None:
        dice = random.Random(seed)
        async with database.connected() as connection:
            while looking:
                await connection.fetch(USE, dice.choice(PEOPLE), dice.choice(BACK), dice.randrange(4), 7)
                # Two who correct the same rows at once may wait for each other.
                if seed == 1 and dice.random() < 0.2:
                    await connection.execute("update public.usage_ledger set cost = cost + 1 where model = 'model-2'")

    async def close() -> int:
        times = 0
        async with database.connected() as connection:
            while looking:
                times += await connection.fetchval(REFRESH) == "succeeded"
        return times

    at_work = [asyncio.create_task(each) for each in (write(1), write(2), close())]
    for _ in range(6):
        assert await differences(acme_admin) == []
    looking = False
    *_, refreshes = await asyncio.gather(*at_work)
    assert refreshes
    await refresh(database)
    assert await differences(database) == []


FORECAST = "select * from private.forecast_usage($1) where scope = $2"
NOW = datetime.now(UTC)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


async def forecast(who: Actor, hour: float, scope: str = "person") -> dict[str, Any]:
    (row,) = await who.fetch(FORECAST, TODAY + timedelta(hours=hour), scope)
    return dict(row)


async def test_without_history_today_goes_on_as_it_began(
    unused: Database, acme_admin: Actor, acme_member: Actor
) -> None:
    await use(unused, "ben@acme.test", 0, tokens=50)
    limits = "update public.tenants set daily_token_limit = 500, user_daily_token_limit = 400 where id = $1"
    await unused.fetch(limits, acme_admin.tenant_id)
    found = await forecast(acme_member, 6)
    assert (found["tokens_today"], found["expected_tokens_today"], found["daily_limit"]) == (200, 800, 400)
    assert found["share_used"] == Decimal("0.5")
    assert found["limit_reached_at"] == TODAY + timedelta(hours=12)
    assert (found["cost_today"], found["expected_cost_today"]) == (Decimal("0.05"), Decimal("0.2"))
    tenant = await forecast(acme_admin, 6, "tenant")
    assert (tenant["tokens_today"], tenant["daily_limit"], tenant["user_id"]) == (200, 500, None)
    assert tenant["limit_reached_at"] == TODAY + timedelta(hours=15)
    assert (await forecast(acme_admin, 6))["tokens_today"] == 0
    # A minute of a day says little of it.
    assert (await forecast(acme_member, 0.01))["expected_tokens_today"] == 200 * 24
    await use(unused, "ben@acme.test", 0, tokens=50)
    assert (await forecast(acme_member, 12))["limit_reached_at"] == TODAY + timedelta(hours=12)


async def test_the_rest_of_a_day_is_as_its_weekdays_were(
    unused: Database, acme_admin: Actor, acme_member: Actor
) -> None:
    for back, amount in ((28, 50), (21, 100), (14, 150), (7, 200), (3, 9999)):
        await use(unused, "ben@acme.test", back, tokens=amount)
    await use(unused, "ben@acme.test", 0, tokens=0)
    # The mean of 200, 300, 400 and 500 is 350.
    for hour, expected in ((0, 450), (12, 275), (18, 188)):
        assert (await forecast(acme_member, hour))["expected_tokens_today"] == expected
    for _ in range(2):
        found = await forecast(acme_member, 12)
        left = (TODAY.replace(day=28) + timedelta(days=4)).replace(day=1) - TODAY
        assert found["tokens_this_month"] <= found["expected_tokens_this_month"]
        if left.days > 7:
            assert found["expected_tokens_this_month"] >= found["tokens_this_month"] + 175 + 350
        assert found["limit_reached_at"] is None
        await refresh(unused)
    await unused.fetch("update public.tenants set user_daily_token_limit = 200, daily_token_limit = 0")
    assert (await forecast(acme_member, 12))["limit_reached_at"] == TODAY + timedelta(hours=12 + 12 * 100 / 175)
    tenant = await forecast(acme_admin, 12, "tenant")
    assert (tenant["share_used"], tenant["limit_reached_at"]) == (None, TODAY + timedelta(hours=12))


async def test_a_weekday_counts_from_the_first_use_on(unused: Database, acme_member: Actor) -> None:
    await use(unused, "ben@acme.test", 7, tokens=50)
    found = await forecast(acme_member, 12)
    assert (found["tokens_today"], found["expected_tokens_today"]) == (0, 100)


async def test_a_month_is_expected_day_by_day(unused: Database, acme_member: Actor) -> None:
    for back in range(1, 29):
        await use(unused, "ben@acme.test", back, tokens=50)
    last = (TODAY.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    found = await forecast(acme_member, 12)
    assert found["tokens_this_month"] == 200 * (min(TODAY.day, 29) - 1)
    assert found["expected_tokens_this_month"] == found["tokens_this_month"] + 100 + 200 * (last - TODAY).days


async def test_nobody_forecasts_for_others(
    unused: Database, acme_member: Actor, globex_admin: Actor, anon: Actor
) -> None:
    await use(unused, "ben@acme.test", 0)
    assert [row["scope"] for row in await acme_member.fetch("select scope from public.usage_forecast")] == ["person"]
    seen = await globex_admin.fetch("select scope, tokens_today from public.usage_forecast order by 1")
    assert [tuple(row) for row in seen] == [("person", 0), ("tenant", 0)]
    assert await anon.denied("select * from private.forecast_usage(now())") == "42501"


async def test_feedback_by_model_and_prompt(
    database: Database, acme_admin: Actor, acme_member: Actor, globex_admin: Actor
) -> None:
    await database.fetch(
        "update public.conversations set prompt_id = md5('p')::uuid, prompt_version = 3, prompt_text = 'x',"
        " prompt_values = '{}' where user_id = $1",
        acme_member.user_id,
    )
    by_model = (
        "select model, sum(positive_count), sum(negative_count), sum(comment_count) from public.feedback_by_model"
    )
    true = await database.fetch(
        "select m.model_used, count(*) filter (where f.rating = 1), count(*) filter (where f.rating = -1),"
        " count(f.comment)"
        " from public.feedback as f inner join public.messages as m on m.id = f.message_id where f.tenant_id = $1"
        " group by 1",
        acme_admin.tenant_id,
    )
    assert [tuple(row) for row in await acme_admin.fetch(by_model + " group by 1")] == [tuple(row) for row in true]
    own = (
        "select prompt_version, sum(positive_count + negative_count)::integer from public.feedback_by_prompt group by 1"
    )
    assert [tuple(row) for row in await acme_member.fetch(own)] == [(3, 1)]
    assert {tuple(row) for row in await acme_admin.fetch(own)} == {(3, 1), (None, 3)}
    assert {tuple(row) for row in await globex_admin.fetch(own)} == {(None, 2)}
    columns = {
        row[0]
        for row in await database.fetch(
            "select attname from pg_attribute where attrelid = 'public.feedback_by_model'::regclass and attnum > 0"
        )
    }
    assert columns == {"tenant_id", "month", "model", "positive_count", "negative_count", "comment_count"}
