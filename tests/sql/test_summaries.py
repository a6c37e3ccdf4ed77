"""Summaries: whatever happened and whenever they were refreshed, they equal the tables that they sum up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

USAGE_SEEN = """
    select tenant_id, user_id, month, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost
    from public.monthly_usage_summary
"""
USAGE_TRUE = """
    select
        tenant_id, user_id, date_trunc('month', day::timestamp)::date, sum(total_tokens)::bigint,
        sum(prompt_tokens)::bigint, sum(completion_tokens)::bigint, sum(request_count)::bigint, sum(estimated_cost)
    from public.usage_metrics
    group by 1, 2, 3
"""
FEEDBACK_SEEN = """
    select tenant_id, message_id, positive_count, negative_count, feedback_count, comment_count, last_feedback_at
    from public.message_feedback_summary
"""
FEEDBACK_TRUE = """
    select
        tenant_id, message_id, count(*) filter (where rating = 1), count(*) filter (where rating = -1), count(*),
        count(comment), max(updated_at)
    from public.feedback
    group by 1, 2
"""
DIFFERENCES = f"""
    select 'usage missing', count(*) from ({USAGE_TRUE} except {USAGE_SEEN}) as d
    union all
    select 'usage invented', count(*) from ({USAGE_SEEN} except {USAGE_TRUE}) as d
    union all
    select 'feedback missing', count(*) from ({FEEDBACK_TRUE} except {FEEDBACK_SEEN}) as d
    union all
    select 'feedback invented', count(*) from ({FEEDBACK_SEEN} except {FEEDBACK_TRUE}) as d
"""
REFRESH = "select outcome from private.run_job('refresh_summaries')"
KEPT = ("summary_state", "usage_changes", "monthly_usage_closed", "feedback_changes", "message_feedback_closed")
OWN = "select message_id from public.feedback where user_id = $1 limit 1"

Seeing = Callable[..., Awaitable[list[asyncpg.Record]]]


async def differences(fetch: Seeing) -> dict[str, int]:
    """In what the summaries differ from the tables for whoever asks: nothing, if all is well."""
    return {what: count for what, count in await fetch(DIFFERENCES) if count}


async def refresh(database: Database) -> None:
    assert await database.value(REFRESH) == "succeeded"


async def test_feedback_is_counted_before_any_refresh(database: Database, acme_admin: Actor) -> None:
    await database.fetch("delete from public.feedback")
    await refresh(database)
    assert await database.value("select count(*) from private.message_feedback_closed") == 0
    rate = "insert into public.feedback (tenant_id, message_id, user_id, rating)"
    await database.fetch(rate + " select tenant_id, id, user_id, 1 from public.messages where role = 'assistant'")
    assert await differences(database.fetch) == {}
    assert await acme_admin.value("select sum(feedback_count) from public.message_feedback_summary") == 4


async def test_a_refresh_changes_no_number(database: Database, acme_admin: Actor, acme_member: Actor) -> None:
    await refresh(database)
    assert await database.value("select count(*) from private.message_feedback_closed") == 7
    assert await database.value("select count(*) from private.feedback_changes") == 0
    for fetch in (database.fetch, acme_admin.fetch, acme_member.fetch):
        assert await differences(fetch) == {}


@pytest.mark.parametrize(
    "change",
    [
        "insert into public.feedback (message_id, rating, comment)"
        " select id, -1, 'New' from public.messages where role = 'user'",
        "update public.feedback set rating = -rating",
        "update public.feedback set comment = 'More'",
        "delete from public.feedback",
        "update public.feedback set message_id = (select id from public.messages where role = 'user')",
        "update public.feedback set message_id = (select id from public.messages where role = 'user'), rating = -1",
    ],
)
async def test_feedback_changed_after_a_refresh_counts_at_once(
    database: Database, acme_member: Actor, acme_admin: Actor, change: str
) -> None:
    await refresh(database)
    before = await acme_admin.fetch(FEEDBACK_SEEN + "order by 2")
    assert (await acme_member.execute(change)).endswith(" 1")
    assert await acme_admin.fetch(FEEDBACK_SEEN + "order by 2") != before
    for fetch in (database.fetch, acme_admin.fetch, acme_member.fetch):
        assert await differences(fetch) == {}
    await refresh(database)
    assert await differences(database.fetch) == {}


async def test_feedback_that_goes_with_its_message_counts_no_more(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    await refresh(database)
    message = await acme_member.value(OWN, acme_member.user_id)
    await database.fetch("delete from public.messages where id = $1", message)
    assert await differences(acme_admin.fetch) == {}
    assert await acme_admin.value("select count(*) from public.message_feedback_summary") == 3


async def test_usage_after_a_refresh_counts_at_once(database: Database, acme_member: Actor, acme_admin: Actor) -> None:
    await refresh(database)
    before = await acme_admin.value("select sum(total_tokens) from public.monthly_usage_summary")
    add = "select public.increment_usage_metrics($1, $2, 70, 7, 0.1)"
    await database.fetch(add, acme_member.tenant_id, acme_member.user_id)
    assert await acme_admin.value("select sum(total_tokens) from public.monthly_usage_summary") == before + 77
    for fetch in (database.fetch, acme_admin.fetch, acme_member.fetch):
        assert await differences(fetch) == {}


NOTES = "select count(*) from private.usage_changes"
TOKENS = "select coalesce(sum(total_tokens), 0)::bigint from public.monthly_usage_summary"
# $3 is 0 for the last of the closed days, 45 for days of an earlier month.
CORRECTIONS = [
    "insert into public.usage_metrics (tenant_id, user_id, day, prompt_tokens, total_tokens, request_count)"
    " values ($1, $2, (now() at time zone 'utc')::date - 2 - $3::integer, 70, 70, 1)",
    "update public.usage_metrics set prompt_tokens = prompt_tokens + 70, total_tokens = total_tokens + 70"
    " where tenant_id = $1 and user_id = $2 and day = (now() at time zone 'utc')::date - 3 - $3::integer",
    "delete from public.usage_metrics"
    " where tenant_id = $1 and user_id = $2 and day = (now() at time zone 'utc')::date - 3 - $3::integer",
    "update public.usage_metrics set day = day + 1"
    " where tenant_id = $1 and user_id = $2 and day = (now() at time zone 'utc')::date - 3 - $3::integer",
]


async def closed_usage(database: Database, *people: Actor) -> None:
    """Usage of these people on three known closed days only, refreshed."""
    await database.fetch("delete from public.usage_metrics")
    for number, person in enumerate(people):
        await database.fetch(
            "insert into public.usage_metrics (tenant_id, user_id, day, prompt_tokens, total_tokens, request_count)"
            " select $1, $2, (now() at time zone 'utc')::date - back, $3, $3, 1 from unnest(array[3, 48, 400]) as back",
            person.tenant_id,
            person.user_id,
            10**number,
        )
    await refresh(database)
    assert await database.value(NOTES) == 0


@pytest.mark.parametrize("back", [0, 45])
@pytest.mark.parametrize("correction", CORRECTIONS, ids=["insert", "update", "delete", "move"])
async def test_a_correction_of_a_closed_day_counts_at_once(
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
    globex_member: Actor,
    globex_admin: Actor,
    service: Actor,
    correction: str,
    back: int,
) -> None:
    await closed_usage(database, acme_member, acme_admin, globex_member)
    everybody = (acme_member, acme_admin, globex_member, globex_admin, service)
    assert [await actor.value(TOKENS) for actor in everybody] == [3, 33, 300, 300, 333]
    assert (await service.execute(correction, acme_member.tenant_id, acme_member.user_id, back)).endswith(" 1")
    noted = await database.fetch("select distinct tenant_id from private.usage_changes")
    assert [row["tenant_id"] for row in noted] == [acme_member.tenant_id]
    more = 0 if "set day" in correction else -1 if correction.startswith("delete") else 70
    after = [3 + more, 33 + more, 300, 300, 333 + more]
    assert [await actor.value(TOKENS) for actor in everybody] == after
    for actor in everybody:
        assert await differences(actor.fetch) == {}
    seen = [await actor.fetch(USAGE_SEEN + "order by 1, 2, 3") for actor in everybody]
    await refresh(database)
    assert await database.value(NOTES) == 0
    assert [await actor.fetch(USAGE_SEEN + "order by 1, 2, 3") for actor in everybody] == seen


async def test_a_note_is_about_one_month_of_one_tenant(
    database: Database, acme_member: Actor, globex_admin: Actor, globex_member: Actor, service: Actor
) -> None:
    """What is summed up live shows when the table is changed behind the triggers' backs."""
    await closed_usage(database, acme_member, globex_member)
    async with database.connected("supabase_admin") as superuser:
        await superuser.execute("set session_replication_role = replica")
        await superuser.execute(
            "update public.usage_metrics set prompt_tokens = prompt_tokens + 5, total_tokens = total_tokens + 5"
        )
    people = (acme_member, globex_member, globex_admin)
    assert [await who.value(TOKENS) for who in people] == [3, 30, 30]
    await service.execute(CORRECTIONS[1], acme_member.tenant_id, acme_member.user_id, 0)
    assert [await who.value(TOKENS) for who in people] == [3 + 5 + 70, 30, 30]
    await refresh(database)
    assert [await who.value(TOKENS) for who in people] == [3 + 5 + 70, 30, 30]


async def test_usage_moved_to_another_tenant_is_noted_for_both(
    database: Database, acme_member: Actor, globex_member: Actor, service: Actor
) -> None:
    await closed_usage(database, acme_member)
    move = "update public.usage_metrics set tenant_id = $1, user_id = $2 where tenant_id = $3"
    arguments = (globex_member.tenant_id, globex_member.user_id, acme_member.tenant_id)
    assert await service.execute(move, *arguments) == "UPDATE 3"
    for actor in (acme_member, globex_member, service):
        assert await differences(actor.fetch) == {}
    assert [await actor.value(TOKENS) for actor in (acme_member, globex_member, service)] == [0, 3, 3]


@pytest.mark.parametrize(("before", "after"), [(3, 0), (0, 3)])
async def test_usage_moved_into_or_out_of_the_closed_days_is_noted(
    database: Database, acme_member: Actor, acme_admin: Actor, service: Actor, before: int, after: int
) -> None:
    await database.fetch("delete from public.usage_metrics where day > now() - interval '10 days'")
    await database.fetch(
        "insert into public.usage_metrics (tenant_id, user_id, day, request_count)"
        " values ($1, $2, (now() at time zone 'utc')::date - $3::integer, 9)",
        acme_member.tenant_id,
        acme_member.user_id,
        before,
    )
    await refresh(database)
    move = (
        "update public.usage_metrics set day = (now() at time zone 'utc')::date - $1::integer"
        " where day = (now() at time zone 'utc')::date - $2::integer"
    )
    assert await service.execute(move, after, before) == "UPDATE 1"
    assert await database.value(NOTES) > 0
    for actor in (acme_member, acme_admin, service):
        assert await differences(actor.fetch) == {}


async def test_usage_that_goes_with_its_person_or_tenant_counts_no_more(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_member: Actor, service: Actor
) -> None:
    await closed_usage(database, acme_member, acme_admin, globex_member)
    await service.execute("delete from public.users where id = $1", acme_member.user_id)
    assert [await actor.value(TOKENS) for actor in (acme_admin, globex_member, service)] == [30, 300, 330]
    await service.execute("delete from public.tenants where id = $1", acme_admin.tenant_id)
    assert [await actor.value(TOKENS) for actor in (acme_admin, globex_member, service)] == [0, 300, 300]
    await refresh(database)
    assert await database.value(NOTES) == 0
    assert await differences(service.fetch) == {}


async def test_usage_as_it_happens_leaves_no_note(database: Database, acme_member: Actor, service: Actor) -> None:
    await refresh(database)
    for _ in range(3):
        await service.fetch(
            "select public.increment_usage_metrics($1, $2, 7, 7)", acme_member.tenant_id, acme_member.user_id
        )
    for change in ("update public.usage_metrics set request_count = 9", "delete from public.usage_metrics"):
        await service.execute(change + " where day = (now() at time zone 'utc')::date")
    assert await database.value(NOTES) == 0
    assert await differences(database.fetch) == {}


async def test_a_correction_under_way_during_a_refresh_stays_noted(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    await closed_usage(database, acme_member)
    async with database.connected() as owner:
        async with owner.transaction():
            await owner.execute(CORRECTIONS[1], acme_member.tenant_id, acme_member.user_id, 0)
            await refresh(database)
            assert await acme_admin.value(TOKENS) == 3
        assert await acme_admin.value(TOKENS) == 73
    assert await database.value(NOTES) == 1
    assert await differences(database.fetch) == {}


async def test_the_day_before_today_is_still_open(database: Database, acme_admin: Actor) -> None:
    await refresh(database)
    sql = (
        "update public.usage_metrics set prompt_tokens = prompt_tokens + 9, total_tokens = total_tokens + 9"
        " where day = (now() at time zone 'utc')::date - 1 returning 1"
    )
    assert len(await database.fetch(sql)) == 1
    assert await differences(acme_admin.fetch) == {}
    # Noted all the same: whoever changes it may commit when it is closed.
    assert await database.value(NOTES) == 1


async def test_months_are_those_of_the_utc_day(database: Database, acme_member: Actor, acme_admin: Actor) -> None:
    await database.fetch("delete from public.usage_metrics")
    days = ["2024-02-29", "2024-03-01", "2024-03-31", "2024-12-31", "2025-01-01"]
    for number, day in enumerate(days):
        await database.fetch(
            "insert into public.usage_metrics (tenant_id, user_id, day, prompt_tokens, total_tokens, request_count)"
            " values ($1, $2, $3, $4, $4, 1)",
            acme_member.tenant_id,
            acme_member.user_id,
            date.fromisoformat(day),
            10**number,
        )
    await refresh(database)
    for zone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12"):
        async with acme_admin.acting() as connection:
            await connection.execute(f"set local timezone = '{zone}'")
            rows = await connection.fetch("select month, total_tokens from public.monthly_usage_summary order by month")
        assert [(row["month"].isoformat(), row["total_tokens"]) for row in rows] == [
            ("2024-02-01", 1),
            ("2024-03-01", 110),
            ("2024-12-01", 1000),
            ("2025-01-01", 10000),
        ]


async def test_who_sees_which_usage(
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
    globex_member: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    service: Actor,
    anon: Actor,
) -> None:
    await refresh(database)
    people = "select distinct user_id from public.monthly_usage_summary"
    assert {row["user_id"] for row in await acme_member.fetch(people)} == {acme_member.user_id}
    assert {row["user_id"] for row in await acme_admin.fetch(people)} == {acme_member.user_id, acme_admin.user_id}
    assert {row["user_id"] for row in await globex_member.fetch(people)} == {globex_member.user_id}
    assert len(await service.fetch(people)) == 5
    assert await initech_viewer.fetch(people) == await outsider.fetch(people) == []
    assert await anon.denied(people) == "42501"


async def test_who_sees_which_feedback(
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
    globex_admin: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    service: Actor,
    anon: Actor,
) -> None:
    own = await acme_member.value(OWN, acme_member.user_id)
    messages = "select message_id from public.message_feedback_summary"
    for _ in range(2):
        assert [row["message_id"] for row in await acme_member.fetch(messages)] == [own]
        assert len(await acme_admin.fetch(messages)) == 4
        assert len(await globex_admin.fetch(messages)) == 2
        assert len(await service.fetch(messages)) == 7
        assert await initech_viewer.fetch(messages) == await outsider.fetch(messages) == []
        assert await anon.denied(messages) == "42501"
        await refresh(database)


async def test_the_functions_below_answer_nobody_about_others(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    theirs = await globex_admin.value("select message_id from public.feedback where user_id = $1", globex_admin.user_id)
    colleagues = await acme_admin.value("select message_id from public.feedback where user_id = $1", acme_admin.user_id)
    sql = "select * from private.feedback_summary($1, $2)"
    for _ in range(2):
        for actor in (acme_member, acme_admin, outsider):
            for tenant_id in (globex_admin.tenant_id, acme_admin.tenant_id, None):
                assert await actor.fetch(sql, tenant_id, theirs) == []
        assert await acme_member.fetch(sql, acme_member.tenant_id, colleagues) == []
        assert len(await acme_admin.fetch(sql, acme_admin.tenant_id, colleagues)) == 1
        await refresh(database)
    months = "select distinct c.user_id from private.closed_monthly_usage($1) as c"
    closed = await database.fetch("select distinct month from private.monthly_usage_closed")
    for month in [row["month"] for row in closed]:
        assert {row["user_id"] for row in await acme_member.fetch(months, month)} <= {acme_member.user_id}
        assert {row["user_id"] for row in await acme_admin.fetch(months, month)} <= {
            acme_member.user_id,
            acme_admin.user_id,
        }
        assert await outsider.fetch(months, month) == []
    assert await outsider.fetch("select private.usage_months()") == []


async def test_refreshed_at_says_when(database: Database, acme_member: Actor) -> None:
    both = (
        "select array_agg(refreshed_at) from (select refreshed_at from public.monthly_usage_summary"
        " union select refreshed_at from public.message_feedback_summary) as r"
    )
    (before,) = await acme_member.value(both)
    await refresh(database)
    (after,) = await acme_member.value(both)
    assert after > before
    started, finished = (await database.fetch("select started_at, finished_at from private.job_runs"))[0]
    assert after <= finished
    assert abs((after - started).total_seconds()) < 5


async def test_two_refreshes_by_hand_close_a_day_once(database: Database, acme_admin: Actor) -> None:
    months = "delete from private.monthly_usage_closed; delete from private.usage_daily"
    async with database.connected() as first, database.connected() as second:
        await first.execute(f"update private.summary_state set closed_before = '-infinity'; {months}")
        async with first.transaction():
            await first.execute("select private.refresh_summaries()")
            waiting = asyncio.create_task(second.execute("select private.refresh_summaries()"))
            while not await first.fetchval("select count(*) from pg_locks where not granted"):
                await asyncio.sleep(0)
        await waiting
    assert await differences(database.fetch) == {}
    assert await differences(acme_admin.fetch) == {}


async def test_a_refresh_that_is_ended_changes_nothing(database: Database, acme_member: Actor) -> None:
    await acme_member.execute("update public.feedback set rating = -rating")
    seen = [await database.fetch(f"select t::text from private.{table} as t order by 1") for table in KEPT]
    async with database.connected() as owner:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute("select private.refresh_summaries()")
        await transaction.rollback()
    assert [await database.fetch(f"select t::text from private.{table} as t order by 1") for table in KEPT] == seen
    assert await differences(database.fetch) == {}


async def test_nobody_reads_or_writes_below(acme_admin: Actor, service: Actor, database: Database) -> None:
    async with database.connected("palaver_worker") as worker:
        for table in ("message_feedback_closed", "monthly_usage_closed", "summary_state"):
            for actor in (acme_admin, service):
                assert await actor.denied(f"select * from private.{table}") == "42501"
                assert await actor.denied(f"delete from private.{table} where true") == "42501"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.execute(f"select * from private.{table}")


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_summaries_equal_the_tables(
    database: Database, acme_admin: Actor, globex_member: Actor, seed: int
) -> None:
    dice = random.Random(seed)
    await refresh(database)
    messages = [row["id"] for row in await database.fetch("select id from public.messages order by id")]

    def rate(message: UUID) -> tuple[object, ...]:
        return (
            "insert into public.feedback (tenant_id, message_id, user_id, rating, comment)"
            " select tenant_id, id, user_id, $2, $3 from public.messages where id = $1"
            " on conflict (tenant_id, message_id, user_id) do update"
            " set rating = excluded.rating, comment = excluded.comment",
            message,
            dice.choice((-1, 1)),
            dice.choice((None, "Said")),
        )

    def use() -> tuple[object, ...]:
        sql = (
            "insert into public.usage_metrics (tenant_id, user_id, day, prompt_tokens, total_tokens, request_count)"
            " select tenant_id, id, (now() at time zone 'utc')::date - $1::integer, $2, $2, 1 from public.users"
            " where email = $3 on conflict (tenant_id, user_id, day) do update set"
            " prompt_tokens = excluded.prompt_tokens,"
            " total_tokens = excluded.prompt_tokens + public.usage_metrics.completion_tokens"
        )
        return (
            sql,
            dice.choice((0, 1, 2, 3, 30, 100)),
            dice.randrange(1000),
            dice.choice(("ada@acme.test", "dan@globex.test", "finn@initech.test")),
        )

    steps: list[Callable[[], tuple[object, ...]]] = [
        lambda: rate(dice.choice(messages)),
        lambda: ("delete from public.feedback where message_id = $1", dice.choice(messages)),
        lambda: (
            "update public.feedback set message_id = $2 where message_id = $1 and tenant_id ="
            " (select tenant_id from public.messages where id = $2)"
            " and not exists (select from public.feedback where message_id = $2)",
            dice.choice(messages),
            dice.choice(messages),
        ),
        use,
        lambda: (
            "delete from public.usage_metrics where day = (now() at time zone 'utc')::date - $1::integer",
            dice.choice((0, 1, 2, 3, 30)),
        ),
        lambda: (REFRESH,),
        lambda: ("select private.refresh_summaries()",),
    ]
    async with database.connected() as owner:
        for _ in range(60):
            sql, *arguments = dice.choices(steps, weights=[8, 4, 4, 8, 2, 2, 1])[0]()
            await owner.fetch(str(sql), *arguments)
            assert await differences(owner.fetch) == {}
    assert await differences(acme_admin.fetch) == {}
    assert await differences(globex_member.fetch) == {}


async def test_every_snapshot_agrees_while_people_write_and_a_refresh_goes_on(database: Database) -> None:
    await refresh(database)
    writing = True

    async def write(seed: int) -> None:
        dice = random.Random(seed)
        async with database.connected() as connection:
            messages = await connection.fetch("select tenant_id, id, user_id from public.messages order by id")
            for _ in range(120):
                tenant_id, message, user = dice.choice(messages)
                await connection.execute(
                    "insert into public.feedback (tenant_id, message_id, user_id, rating) values ($1, $2, $3, $4)"
                    " on conflict (tenant_id, message_id, user_id) do update set rating = excluded.rating",
                    tenant_id,
                    message,
                    user,
                    dice.choice((-1, 1)),
                )
                if dice.random() < 0.3:
                    await connection.execute("delete from public.feedback where message_id = $1", message)
                await connection.execute("select public.increment_usage_metrics($1, $2, 1, 1)", tenant_id, user)
                if dice.random() < 0.3:
                    await connection.execute(
                        "insert into public.usage_metrics (tenant_id, user_id, day)"
                        " values ($1, $2, (now() at time zone 'utc')::date - $3::integer)"
                        " on conflict (tenant_id, user_id, day) do update"
                        " set request_count = public.usage_metrics.request_count + 1",
                        tenant_id,
                        user,
                        dice.choice((2, 3, 40)),
                    )

    async def watch(job: bool) -> int:
        rounds = 0
        async with database.connected() as connection:
            while writing or rounds == 0:
                if job:
                    assert await connection.fetchval(REFRESH) == "succeeded"
                else:
                    assert await differences(connection.fetch) == {}
                rounds += 1
        return rounds

    watching = [asyncio.create_task(watch(job)) for job in (True, False, False)]
    await asyncio.gather(*(write(seed) for seed in range(4)))
    writing = False
    refreshes, *looks = await asyncio.gather(*watching)
    assert refreshes > 2
    assert sum(looks) > 2
    await refresh(database)
    assert await differences(database.fetch) == {}
