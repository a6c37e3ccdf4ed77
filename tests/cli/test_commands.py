"""The command line as people type it: what it prints, what it exits with."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.world import Database

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str


async def palaver(*arguments: str, said: str = "", **settings: str) -> Result:
    """Run `python -m app …` with these settings and no others of Palaver's; `said` is typed when it asks."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        *arguments,
        cwd=PROJECT,
        env=environment | {"PYTHONPATH": str(PROJECT)} | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(said.encode()), 60)
    return Result(process.returncode or 0, out.decode(), err.decode())


async def test_every_wrong_setting_is_named_at_once() -> None:
    result = await palaver(
        "serve",
        WORKER_DATABASE_URL="mysql://root:hunter2hunter2@h/d",
        SUPABASE_JWT_SECRET="too-short",
        PORT="99999",
        AI_PROVIDERS="{",
    )
    assert result.status == 2
    for name in ("WORKER_DATABASE_URL", "SUPABASE_JWT_SECRET", "PORT", "AI_PROVIDERS"):
        assert f"  {name}: " in result.err
    assert "hunter2" not in result.err
    assert "too-short" not in result.err
    assert "Traceback" not in result.err


async def test_missing_settings_are_named() -> None:
    result = await palaver("serve")
    assert result.status == 2
    assert "WORKER_DATABASE_URL" in result.err
    assert "SUPABASE_URL or SUPABASE_JWT_SECRET" in result.err


async def test_migrate_status_rollback(hosted: Database) -> None:
    url = hosted.url()
    first = await palaver("status", DATABASE_URL=url)
    assert first.status == 0
    assert "applied" not in first.out
    applied = await palaver("migrate", DATABASE_URL=url)
    assert applied.status == 0
    assert "applied 20261122000100 foundation" in applied.out
    again = await palaver("migrate", DATABASE_URL=url)
    assert (again.status, again.out.strip()) == (0, "Nothing to apply: the database is up to date.")
    after = await palaver("status", DATABASE_URL=url)
    assert "pending" not in after.out
    assert "job refresh_summaries: last success never" in after.out
    one = await palaver("rollback", DATABASE_URL=url)
    assert one.out.startswith("reverted ")
    assert len(one.out.splitlines()) == 1
    everything = await palaver("rollback", "--all", DATABASE_URL=url)
    assert everything.out.splitlines()[-1] == "reverted 20261122000100 foundation"
    assert await hosted.value("select to_regnamespace('private')") is None


async def test_refresh_says_when_it_was_done(database: Database) -> None:
    result = await palaver("refresh", DATABASE_URL=database.url())
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("refreshed in ")
    assert await database.value("select count(*) from private.job_runs where outcome = 'succeeded'") == 1
    status = await palaver("status", DATABASE_URL=database.url())
    assert "job refresh_summaries: last success 2" in status.out


async def test_a_refresh_that_runs_already(database: Database) -> None:
    async with database.connected() as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext('palaver.job'), hashtext('refresh_summaries'))")
        result = await palaver("refresh", DATABASE_URL=database.url())
    assert (result.status, result.err.strip()) == (1, "palaver refresh: a refresh is already running.")


async def test_seeds_are_not_for_production(database: Database) -> None:
    result = await palaver("seed", DATABASE_URL=database.url(), PALAVER_ENV="production")
    assert result.status == 1
    assert "production" in result.err


async def test_seeds_keep_away_from_other_peoples_tenants(database: Database) -> None:
    await database.fetch("insert into public.tenants (name, slug) values ('Real', 'real')")
    before = await database.fetch("select id, updated_at from public.tenants order by id")
    result = await palaver("seed", DATABASE_URL=database.url())
    assert result.status == 1
    assert "nothing was changed" in result.err
    assert await database.fetch("select id, updated_at from public.tenants order by id") == before


async def test_seeds_refuse_a_database_marked_as_production(database: Database) -> None:
    async with database.connected("supabase_admin") as connection:
        await connection.execute(f"alter database {database.name} set palaver.environment = 'production'")
    assert (await palaver("seed", DATABASE_URL=database.url())).status == 1


async def test_seeds_replace_only_their_own_rows(database: Database) -> None:
    result = await palaver("seed", DATABASE_URL=database.url())
    assert result.status == 0
    counted = "2 people, 3 conversations, 8 messages, 4 feedback entries, 6 usage rows, 3 prompts, 1 projects"
    assert f"Acme: {counted}" in result.out
    counts: asyncpg.Record = (
        await database.fetch(
            "select (select count(*) from public.tenants) as tenants, (select count(*) from public.users) as people,"
            " (select count(*) from public.conversations) as conversations,"
            " (select count(*) from public.messages) as messages, (select count(*) from public.feedback) as feedback,"
            " (select count(*) from public.usage_metrics) as usage"
        )
    )[0]
    assert dict(counts) == {
        "tenants": 3,
        "people": 6,
        "conversations": 7,
        "messages": 14,
        "feedback": 7,
        "usage": 11,
    }


async def test_a_database_that_cannot_be_reached_is_one_sentence() -> None:
    for command in ("migrate", "status", "rollback", "seed", "refresh"):
        result = await palaver(command, DATABASE_URL="postgresql://u:secret-word@127.0.0.1:9/d")
        assert result.status == 1, command
        assert len(result.err.strip().splitlines()) == 1
        assert "secret-word" not in result.err


async def test_help_lists_the_commands() -> None:
    result = await palaver("--help")
    assert result.status == 0
    for command in ("up", "serve", "migrate", "rollback", "status", "seed", "refresh", "token"):
        assert f"    {command} " in result.out
