"""sql/monitoring.sql and sql/maintenance.sql run as hosted Supabase's postgres role, and see and do what they say."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from app.local.postgres import binaries
from tests.sql.working import working
from tests.world import Actor, Database


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


@pytest.mark.parametrize("name", ["monitoring.sql", "maintenance.sql"])
def test_every_block_says_what_to_look_for(project: Path, name: str) -> None:
    blocks = (project / "sql" / name).read_text().split("\\echo '== ")[1:]
    assert len(blocks) >= 5
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
    count = await database.value("select count(*) from private.jobs")
    assert part(psql(database, monitoring), "Jobs").count("| t ") == count
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


async def test_monitoring_shows_open_turns_workers_limits_and_the_ledger(
    database: Database, monitoring: Path, acme_member: Actor
) -> None:
    await database.fetch(
        "update public.tenants set rate_limit_per_minute = 10, daily_token_limit = 50000, user_daily_token_limit = 9000"
        " where slug = 'acme'"
    )
    async with working(database) as worker:
        await worker.keep_lease()
        await worker.finish(await worker.begin(acme_member), tokens_estimated=True)
        begun = await worker.begin(acme_member)
        await database.fetch("select private.run_job('check_ledger')")
        await database.fetch("update private.workers set seen_at = now() - interval '7 seconds'")
        output = psql(database, monitoring)
        (row,) = [line.split("|") for line in part(output, "Workers").splitlines() if str(worker.id) in line]
        assert (row[1].strip(), row[3].strip()) == ("00:00:07", "1")
        (row,) = [line.split("|") for line in part(output, "Open turns").splitlines() if str(begun["turn_id"]) in line]
        assert row[8].strip() == "00:00:07"
        (row,) = [
            line.split("|") for line in part(output, "Turns of the last hour").splitlines() if "completed" in line
        ]
        assert [cell.strip() for cell in row[2:7]] == ["openai", "gpt-5-mini-2026", "1", "100.0", "100.0"]
        limits = [line.split("|") for line in part(output, "Limits").splitlines() if "acme" in line]
        used = await database.value(
            "select total_tokens from public.current_day_usage where user_id = $1", acme_member.user_id
        )
        (own,) = [line for line in limits if line[1].strip()]
        assert [int(cell) for cell in own[4:]] == [9000, used, int(own[6]), 9000 - used - int(own[6])]
        assert int(own[6]) > begun["max_tokens"]
        (whole,) = [line for line in limits if not line[1].strip()]
        assert [whole[2].strip(), whole[4].strip(), whole[6].strip()] == ["10", "50000", own[6].strip()]
        assert 8 <= int(whole[3]) <= 9
        assert part(output, "Ledger").splitlines()[3].split("|")[1].strip() == "0"


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
    "grant execute on function public.read_share(text, text) to public": "everyone may execute | read_share(text,text)",
}


@pytest.mark.parametrize("statement", OPENINGS)
async def test_monitoring_shows_what_stands_open(database: Database, monitoring: Path, statement: str) -> None:
    await database.fetch(statement)
    rows = part(psql(database, monitoring), "Openings").splitlines()
    found = [re.sub(r" +", " ", row).strip() for row in rows]
    assert OPENINGS[statement] in found


async def test_maintenance_refreshes_forgets_and_vacuums(database: Database, maintenance: Path) -> None:
    await database.fetch("delete from public.usage_metrics where day < current_date - 2")
    await database.fetch("update public.usage_ledger set cost = cost where day < current_date - 2")
    output = psql(database, maintenance)
    jobs = {row["name"] for row in await database.fetch("select name from private.jobs")}
    assert set(re.findall(r"^ (\w+) +\| succeeded", part(output, "Jobs"), re.MULTILINE)) == jobs
    assert "counters differ from the ledger" in part(output, "Ledger")
    assert await database.value("select count(*) from private.feedback_changes") == 0
    assert await database.value("select count(*) from private.usage_changes") == 0
    assert await database.value("select count(*) from private.ledger_changes") == 0
    vacuumed = {
        line.split()[-1].rstrip(";") for line in maintenance.read_text().splitlines() if line.startswith("vacuum")
    }
    assert part(output, "Vacuum and analyze").count("VACUUM") == len(vacuumed)
    often_changed = await database.fetch(
        "select n.nspname || '.' || c.relname as name"
        " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'private') and c.relkind in ('r', 'm')"
        " and c.relname not in ('jobs', 'default_privileges_before', 'intended_access', 'accepted_catalog',"
        " 'personal_data')"
    )
    assert vacuumed == {row["name"] for row in often_changed}


async def test_an_invalid_index_shows(database: Database, maintenance: Path) -> None:
    await database.fetch(
        "insert into public.users (tenant_id, email, name) select tenant_id, 'x' || email, name from public.users"
    )
    with pytest.raises(Exception, match="could not create unique index"):
        await database.fetch("create unique index concurrently broken_idx on public.users (name)")
    assert "broken_idx" in part(psql(database, maintenance), "Invalid indexes")
