"""Jobs: one definition each, never two at once, every run recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.world import Actor, Database

RUN = "select job, outcome, error from private.run_job('refresh_summaries') where id is not null"
RUN_DUE = "select job from private.run_due_jobs()"
JOBS = [
    "check_isolation",
    "check_ledger",
    "enforce_retention",
    "forget_cached_responses",
    "forget_idempotency_keys",
    "prune_job_runs",
    "purge_deleted",
    "refresh_summaries",
    "reindex_documentation",
    "reindex_search",
]
SOONER = [
    "check_ledger",
    "enforce_retention",
    "forget_cached_responses",
    "forget_idempotency_keys",
    "purge_deleted",
    "reindex_documentation",
    "reindex_search",
]
"""Those that are due more often than once a day."""
BREAK = "alter table private.message_feedback_closed drop constraint message_feedback_closed_pkey"
"""What refresh_summaries needs, and check_isolation misses."""


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """The worker's login, acting for nobody."""
    async with database.connected("palaver_worker") as connection:
        yield connection


async def due(connection: asyncpg.Connection) -> list[str]:
    return sorted(row["job"] for row in await connection.fetch(RUN_DUE))


async def runs(database: Database) -> list[tuple[str, str]]:
    return [tuple(row) for row in await database.fetch("select job, outcome from private.job_runs order by started_at")]


async def test_a_run_by_hand_is_recorded_and_returned(worker: asyncpg.Connection, database: Database) -> None:
    assert [tuple(row) for row in await worker.fetch(RUN)] == [("refresh_summaries", "succeeded", None)]
    (run,) = await database.fetch("select * from private.job_runs")
    assert (run["job"], run["outcome"], run["run_by"]) == ("refresh_summaries", "succeeded", "palaver_worker")
    assert run["started_at"] <= run["finished_at"]


async def test_an_unknown_job_is_an_error(worker: asyncpg.Connection, database: Database) -> None:
    for name in ("nothing", "run_due_jobs", "refresh_summaries()", "", None):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await worker.execute("select private.run_job($1)", name)
        assert refused.value.sqlstate == "PA404"
    assert await runs(database) == []


async def test_who_may_run_jobs_and_see_runs(
    acme_admin: Actor, anon: Actor, service: Actor, worker: asyncpg.Connection
) -> None:
    for actor in (acme_admin, anon):
        for sql in (
            RUN,
            RUN_DUE,
            "select private.refresh_summaries()",
            "select 1 from private.job_runs",
            "select 1 from private.jobs",
        ):
            assert await actor.denied(sql) == "42501"
    assert await service.value(RUN) == "refresh_summaries"
    for table in ("job_runs", "jobs"):
        assert len(await service.fetch(f"select * from private.{table}")) == len(
            await worker.fetch(f"select * from private.{table}")
        )
        assert await service.denied(f"delete from private.{table} where true") == "42501"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(f"delete from private.{table}")
    for job in JOBS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(f"select private.{job}()")


async def test_due_jobs_run_once_until_they_are_due_again(worker: asyncpg.Connection, database: Database) -> None:
    assert await due(worker) == JOBS
    assert await due(worker) == []
    await database.fetch("update private.job_runs set started_at = started_at - interval '23 hours'")
    assert await due(worker) == SOONER
    await database.fetch("update private.job_runs set started_at = started_at - interval '61 minutes'")
    assert await due(worker) == JOBS


async def test_a_run_by_hand_puts_the_next_one_off(worker: asyncpg.Connection) -> None:
    await worker.fetchrow(RUN)
    assert await due(worker) == [job for job in JOBS if job != "refresh_summaries"]
    assert [row["outcome"] for row in await worker.fetch(RUN)] == ["succeeded"]


async def test_a_job_does_not_run_twice_at_once(worker: asyncpg.Connection, database: Database) -> None:
    async with database.connected() as other, other.transaction():
        assert await other.fetchval(RUN) == "refresh_summaries"
        assert await worker.fetchrow(RUN) is None
        assert await due(worker) == [job for job in JOBS if job != "refresh_summaries"]
    assert sorted(await runs(database)) == [(job, "succeeded") for job in JOBS]


async def test_of_many_workers_one_runs_what_is_due(database: Database) -> None:
    async def tick() -> list[str]:
        async with database.connected("palaver_worker") as connection:
            return await due(connection)

    ran = await asyncio.gather(*(tick() for _ in range(16)))
    assert sorted(job for jobs in ran for job in jobs) == JOBS
    assert sorted(await runs(database)) == [(job, "succeeded") for job in JOBS]


async def test_a_failure_is_recorded_undone_and_stops_no_other_job(
    worker: asyncpg.Connection, database: Database
) -> None:
    await database.fetch("update public.feedback set rating = -rating")
    notes = await database.value("select count(*) from private.feedback_changes")
    await database.fetch(BREAK)
    assert await due(worker) == JOBS
    (failed,) = await database.fetch("select outcome, error from private.job_runs where job = 'refresh_summaries'")
    assert failed["outcome"] == "failed"
    assert failed["error"].startswith("42P10:")
    assert await database.value("select count(*) from private.feedback_changes") == notes > 0


async def test_a_failed_job_is_tried_again_after_five_minutes(worker: asyncpg.Connection, database: Database) -> None:
    await database.fetch(BREAK)
    await due(worker)
    assert await due(worker) == []
    await database.fetch("update private.job_runs set started_at = started_at - interval '5 minutes 1 second'")
    often = ["enforce_retention", "purge_deleted"]
    indexing = ["reindex_documentation", "reindex_search"]
    assert await due(worker) == ["check_isolation", *often, "refresh_summaries", *indexing]


async def test_a_job_that_takes_too_long_is_recorded_and_stops_no_other(
    worker: asyncpg.Connection, database: Database
) -> None:
    async with database.connected() as other, other.transaction():
        # Keeps the refresh waiting until the timeout ends it.
        await other.execute("lock table private.message_feedback_closed")
        await worker.execute("set statement_timeout = '200ms'")
        assert await due(worker) == JOBS
    failed = await database.fetch("select job, error from private.job_runs where outcome = 'failed'")
    # The self-check describes the table, and gives up by itself: a timeout ends one job of a statement, not the next.
    assert {row["job"]: row["error"][:5] for row in failed} == {
        "refresh_summaries": "57014",
        "check_isolation": "55P03",
    }


async def test_runs_are_kept_for_ninety_days(worker: asyncpg.Connection, database: Database) -> None:
    await due(worker)
    await database.fetch("update private.job_runs set started_at = now() - interval '89 days', finished_at = now()")
    await worker.execute("select private.run_job('prune_job_runs')")
    assert await database.value("select count(*) from private.job_runs") == len(JOBS) + 1
    await database.fetch(
        "update private.job_runs set started_at = now() - interval '91 days' where job = 'refresh_summaries'"
    )
    await worker.execute("select private.run_job('prune_job_runs')")
    assert await database.value("select count(*) from private.job_runs where job = 'refresh_summaries'") == 0


async def test_without_pg_cron_nothing_is_scheduled(database: Database) -> None:
    assert await database.value("select private.schedule_jobs()") == 0
    assert await database.value("select private.unschedule_jobs()") == 0


async def test_every_job_has_its_function(database: Database) -> None:
    missing = "select name from private.jobs where to_regprocedure(format('private.%I()', name)) is null"
    assert await database.fetch(missing) == []
