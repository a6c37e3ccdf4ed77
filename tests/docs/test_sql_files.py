"""sql/monitoring.sql and sql/maintenance.sql run as hosted Supabase's postgres role, and see and do what they say."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from app.local.postgres import binaries
from tests.world import Database


def psql(database: Database, file: Path, *, expected: str = "", **environment: str) -> str:
    """What psql prints for a file; fails when it reports any error but the expected one."""
    done = subprocess.run(
        [binaries(18) / "psql", "-X", "-f", file, database.url()],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={**os.environ, **environment},
    )
    errors = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert [line for line in errors if not expected or expected not in line] == []
    assert done.returncode == 0
    return done.stdout


def part(output: str, title: str) -> str:
    """What stands under a title."""
    match = re.search(rf"^== {re.escape(title)}$(.*?)(?=^== |\Z)", output, re.MULTILINE | re.DOTALL)
    assert match, f"no part {title!r}"
    return match[1]


@pytest.fixture
def monitoring(project: Path) -> Path:
    return project / "sql" / "monitoring.sql"


@pytest.fixture
def maintenance(project: Path) -> Path:
    return project / "sql" / "maintenance.sql"


async def begin_turn(database: Database, minutes_ago: int) -> str:
    """A turn of Ben's that began so long ago and still runs."""
    return str(
        await database.value(
            "insert into public.turns (tenant_id, user_id, conversation_id, started_at)"
            " select tenant_id, user_id, id, now() - make_interval(mins => $1) from public.conversations"
            " where title = 'Warranty in short' returning id",
            minutes_ago,
        )
    )


@pytest.mark.parametrize("name", ["monitoring.sql", "maintenance.sql"])
def test_every_block_says_what_to_look_for(project: Path, name: str) -> None:
    blocks = (project / "sql" / name).read_text().split("\\echo '== ")[1:]
    assert len(blocks) >= 6
    for block in blocks:
        title, comment = block.split("\n", 2)[:2]
        assert comment.startswith("-- "), title
        assert "Look for:" in block.split("\n\n")[0], title


def test_monitoring_shows_the_tables_and_changes_nothing(database: Database, monitoring: Path) -> None:
    output = psql(database, monitoring, PGOPTIONS="-c default_transaction_read_only=on")
    assert "public.messages" in part(output, "Sizes")
    assert "globex" in part(output, "Usage today")
    assert "postgres" in part(output, "Connections")
    assert part(output, "Openings").split() == ["opening", "|", "object", "---------+--------"]


async def test_monitoring_shows_a_job_that_never_ran_and_one_that_did(database: Database, monitoring: Path) -> None:
    assert part(psql(database, monitoring), "Jobs").count("| t ") == 3
    await database.fetch("select private.run_job('refresh_summaries')")
    jobs = part(psql(database, monitoring), "Jobs")
    assert re.search(r"refresh_summaries .*\| f .*succeeded", jobs)
    assert re.search(r"prune_job_runs .*\| t ", jobs)


async def test_monitoring_shows_tenants_whose_past_was_corrected(database: Database, monitoring: Path) -> None:
    await database.fetch("select private.run_job('refresh_summaries')")
    for corrected in ("0", "1"):
        names, _, values = part(psql(database, monitoring), "Summaries").strip().splitlines()
        shown = dict(zip((name.strip() for name in names.split("|")), values.split("|"), strict=True))
        assert shown["tenants_corrected"].strip() == corrected
        await database.fetch(
            "delete from public.usage_metrics where day < current_date - 2"
            " and tenant_id = '00000000-0000-7000-8000-0000000000a0'"
        )


async def test_monitoring_shows_turns_that_run_too_long(database: Database, monitoring: Path) -> None:
    young, old = await begin_turn(database, 5), await begin_turn(database, 20)
    turns = part(psql(database, monitoring), "Turns that run too long")
    assert old in turns
    assert young not in turns


async def test_monitoring_shows_who_blocks_whom(database: Database, monitoring: Path) -> None:
    async with database.connected() as holder, database.connected() as waiter:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("lock table public.feedback")
        await waiter.execute("set lock_timeout = '10s'")
        pid = await waiter.fetchval("select pg_backend_pid()")
        waiting = asyncio.create_task(waiter.execute("delete from public.feedback"))
        while not await holder.fetchval("select cardinality(pg_blocking_pids($1)) > 0", pid):
            await asyncio.sleep(0.01)
        output = await asyncio.to_thread(psql, database, monitoring, expected="lock timeout")
        await transaction.rollback()
        await waiting
    locks = part(output, "Locks and who blocks whom")
    assert str(pid) in locks
    assert "delete from public.feedback" in locks
    assert "globex" in part(output, "Usage today")


OPENINGS = {
    "create table public.open_table (id integer)": "table without Row Level Security | open_table",
    "create view public.open_view as select 1 as one": "view with its owner's rights | open_view",
    "create materialized view public.open_sum as select 1": "materialized view in the Data API's schema | open_sum",
    "grant select on public.messages to anon": "anon may select | messages",
    "grant insert on private.jobs to public": "anon may insert | private.jobs",
    "grant execute on function private.run_due_jobs() to public": "everyone may execute | private.run_due_jobs()",
}


@pytest.mark.parametrize("statement", OPENINGS)
async def test_monitoring_shows_what_stands_open(database: Database, monitoring: Path, statement: str) -> None:
    await database.fetch(statement)
    rows = part(psql(database, monitoring), "Openings").splitlines()
    found = [re.sub(r" +", " ", row).strip() for row in rows]
    assert OPENINGS[statement] in found


async def test_maintenance_closes_abandoned_turns_refreshes_and_vacuums(database: Database, maintenance: Path) -> None:
    running, abandoned = await begin_turn(database, 20), await begin_turn(database, 61)
    await database.fetch("delete from public.usage_metrics where day < current_date - 2")
    output = psql(database, maintenance)
    statuses = {str(row["id"]): row["status"] for row in await database.fetch("select id, status from public.turns")}
    assert statuses == {running: "running", abandoned: "failed"}
    assert part(output, "Summaries").count("succeeded") == 1
    assert part(output, "Old job runs").count("succeeded") == 1
    assert await database.value("select count(*) from private.feedback_changes") == 0
    assert await database.value("select count(*) from private.usage_changes") == 0
    vacuumed = {
        line.split()[-1].rstrip(";") for line in maintenance.read_text().splitlines() if line.startswith("vacuum")
    }
    assert part(output, "Vacuum and analyze").count("VACUUM") == len(vacuumed)
    often_changed = await database.fetch(
        "select n.nspname || '.' || c.relname as name"
        " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'private') and c.relkind in ('r', 'm')"
        " and c.relname not in ('jobs', 'default_privileges_before', 'intended_access', 'accepted_catalog')"
    )
    assert vacuumed == {row["name"] for row in often_changed}


async def test_an_invalid_index_shows(database: Database, maintenance: Path) -> None:
    await database.fetch(
        "insert into public.users (tenant_id, email, name) select tenant_id, 'x' || email, name from public.users"
    )
    with pytest.raises(Exception, match="could not create unique index"):
        await database.fetch("create unique index concurrently broken_idx on public.users (name)")
    assert "broken_idx" in part(psql(database, maintenance), "Invalid indexes")
