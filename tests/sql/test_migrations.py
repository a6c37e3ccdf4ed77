"""Every migration goes up, holds what its verify file says, and comes down leaving nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app import migrations
from app.local.postgres import Postgres
from app.migrations import Migration, MigrationError, available, migrate, rollback, status
from app.seeding import seed
from tests.sql.clusters import PROJECT, cluster, copy, fingerprint, psql, trial
from tests.versions import NEWEST, OLDEST, SERVERS
from tests.world import Database, server_directory

MIGRATIONS = available()
VERSIONS = [migration.version for migration in MIGRATIONS]
TENANT = "'00000000-0000-7000-8000-0000000000a0'"
PERSON = "'00000000-0000-7000-8000-0000000000a1'"
CONVERSATION = "'00000000-0000-7000-8000-0000000000c1'"
TURN = "'00000000-0000-7000-8000-0000000000e1'"
PROMPT = "'00000000-0000-7000-8000-0000000000f1'"
QUESTION = "'00000000-0000-7000-8000-0000000000d1'"
PROJECT_ID = "'00000000-0000-7000-8000-0000000000a4'"
SHARE = "'00000000-0000-7000-8000-0000000000f1'"
APP = "'00000000-0000-7000-8000-0000000000b1'"
DATABASE = "'00000000-0000-7000-8000-0000000000b2'"

# What a refresh takes away comes back by trigger.
NOTES = (
    "update public.feedback set rating = -rating; update public.usage_metrics set request_count = request_count + 1;"
    " update public.usage_ledger set request_count = request_count + 1"
)

# A row for each table, in the order in which the tables come to be. The tables of other statements fill by trigger.
ROWS = {
    "public.tenants": f"insert into public.tenants (id, name, slug) values ({TENANT}, 'Acme', 'acme')",
    "public.users": "insert into public.users (tenant_id, id, email, role) values"
    f" ({TENANT}, {PERSON}, 'ada@acme.test', 'admin')",
    "public.projects": "insert into public.projects (tenant_id, id, owner_id, slug, name, yaml)"
    f" values ({TENANT}, {PROJECT_ID}, {PERSON}, 'desk', 'Desk', 'a: 1')",
    "public.project_members": "insert into public.project_members (tenant_id, project_id, user_id)"
    f" values ({TENANT}, {PROJECT_ID}, {PERSON})",
    "public.conversations": f"insert into public.conversations (tenant_id, id, user_id)"
    f" values ({TENANT}, {CONVERSATION}, {PERSON})",
    "public.configuration_suggestions": "insert into public.configuration_suggestions (tenant_id, project_id, user_id,"
    " type, title, explanation, changes, base_version, fingerprint, rests_on)"
    f" values ({TENANT}, {PROJECT_ID}, {PERSON}, 'workflow', 'A title', 'Why', '[]', 1, sha256(''), sha256(''))",
    "public.documentation_sections": "insert into public.documentation_sections (tenant_id, file, heading, content)"
    f" values ({TENANT}, 'a.md', 'A', 'Of it')",
    "public.generated_apps": "insert into public.generated_apps (tenant_id, id, owner_id, name)"
    f" values ({TENANT}, {APP}, {PERSON}, 'Shop')",
    "public.generated_app_files": "insert into public.generated_app_files (tenant_id, app_id, path, content)"
    f" values ({TENANT}, {APP}, 'a.ts', 'Hello')",
    "public.app_revisions": "insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest)"
    f" values ({TENANT}, {APP}, 1, '{{}}', repeat('0', 64))",
    "public.app_databases": "insert into public.app_databases (tenant_id, id, app_id, environment, state)"
    f" values ({TENANT}, {DATABASE}, {APP}, 'production', 'removed')",
    "private.app_credentials": "insert into private.app_credentials (tenant_id, database_id, password)"
    f" values ({TENANT}, {DATABASE}, decode(repeat('00', 60), 'hex'))",
    "public.app_operations": "insert into public.app_operations (tenant_id, app_id, database_id, kind)"
    f" values ({TENANT}, {APP}, {DATABASE}, 'backup')",
    "public.app_backups": "insert into public.app_backups (tenant_id, app_id, database_id, kind, file)"
    f" values ({TENANT}, {APP}, {DATABASE}, 'manual', 'a')",
    "public.app_changes": "insert into public.app_changes"
    " (tenant_id, app_id, database_id, to_revision_id, digest, catalog_digest, steps)"
    f" select {TENANT}, {APP}, {DATABASE}, r.id, repeat('0', 64), repeat('0', 64), '[]'"
    f" from public.app_revisions as r where r.app_id = {APP}",
    "public.prompts": "insert into public.prompts (tenant_id, id, user_id, name, text)"
    f" values ({TENANT}, {PROMPT}, {PERSON}, 'Ask', 'Why {{{{this}}}}?')",
    "public.prompt_publishers": "update public.prompts set visibility = 'public'",
    "private.prompt_uses": "insert into public.conversations (tenant_id, user_id, prompt_id, prompt_values)"
    f""" values ({TENANT}, {PERSON}, {PROMPT}, '{{"this": "that"}}')""",
    "public.messages": "insert into public.messages (tenant_id, id, conversation_id, user_id, content)"
    f" values ({TENANT}, {QUESTION}, {CONVERSATION}, {PERSON}, 'Hello')",
    "public.feedback": "insert into public.feedback (tenant_id, message_id, user_id, rating)"
    f" values ({TENANT}, {QUESTION}, {PERSON}, 1)",
    "private.model_prices": "insert into private.model_prices (provider, model, input_price, output_price)"
    " values ('openai', 'gpt-5-mini', 1, 2)",
    "public.usage_ledger": "insert into public.usage_ledger (tenant_id, user_id, prompt_tokens, completion_tokens)"
    f" values ({TENANT}, {PERSON}, 3, 4)",
    "public.usage_metrics": "insert into public.usage_metrics (tenant_id, user_id, prompt_tokens, total_tokens)"
    f" values ({TENANT}, {PERSON}, 3, 3)",
    "private.allowances": "insert into private.allowances (tenant_id, user_id, day)"
    f" values ({TENANT}, {PERSON}, current_date)",
    "private.usage_changes": "insert into public.usage_metrics (tenant_id, user_id, day, request_count)"
    f" values ({TENANT}, {PERSON}, current_date - 40, 1)",
    "private.feedback_changes": NOTES,
    "private.ledger_changes": "insert into public.usage_ledger"
    " (tenant_id, user_id, day, prompt_tokens, completion_tokens)"
    f" values ({TENANT}, {PERSON}, current_date - 40, 3, 4)",
    "private.monthly_usage_closed": f"select private.refresh_summaries(); {NOTES}",
    "private.job_runs": f"select private.run_job('refresh_summaries'); {NOTES}",
    "public.turns": "insert into public.turns (tenant_id, id, user_id, conversation_id, question_id)"
    f" values ({TENANT}, {TURN}, {PERSON}, {CONVERSATION}, {QUESTION})",
    "private.idempotency_keys": "insert into private.idempotency_keys"
    f" (tenant_id, user_id, dialect, key, fingerprint, turn_id) values ({TENANT}, {PERSON}, 'ui', 'k', '', {TURN})",
    "private.workers": f"insert into private.workers (id) values ({TURN})",
    "private.open_turns": "insert into private.open_turns"
    " (tenant_id, turn_id, user_id, conversation_id, worker_id, prompt_estimate, reserved_tokens)"
    f" values ({TENANT}, {TURN}, {PERSON}, {CONVERSATION}, {TURN}, 1, 1)",
    "private.cached_responses": "insert into private.cached_responses (tenant_id, key, user_id, content)"
    f" values ({TENANT}, sha256(''), {PERSON}, 'Hello')",
    "private.turn_pieces": "insert into private.turn_pieces (tenant_id, turn_id, seq, pieces)"
    f" values ({TENANT}, {TURN}, 0, '[]')",
    "private.tenant_keys": "insert into private.tenant_keys (tenant_id, id, wrapped_key)"
    f" values ({TENANT}, {TURN}, decode(repeat('00', 92), 'hex'))",
    "private.ledger_checks": "insert into private.ledger_checks (findings) values (0)",
    "public.conversation_shares": "insert into public.conversation_shares"
    " (tenant_id, id, conversation_id, user_id, head_id)"
    f" values ({TENANT}, {SHARE}, {CONVERSATION}, {PERSON}, {QUESTION})",
    "private.share_secrets": "insert into private.share_secrets (tenant_id, share_id, auth_id, token_hash)"
    f" values ({TENANT}, {SHARE}, {PERSON}, '\\xab')",
    "private.share_views": "insert into private.share_views (tenant_id, share_id, counter, views, last_viewed_at)"
    f" values ({TENANT}, {SHARE}, 1, 1, now())",
    "public.consents": f"insert into public.consents (tenant_id, user_id, version) values ({TENANT}, {PERSON}, 'v1')",
    "public.legal_holds": f"insert into public.legal_holds (tenant_id, reason) values ({TENANT}, 'A dispute')",
    "private.erasures": "insert into private.erasures (tenant_id, person_hash, user_id)"
    f" values ({TENANT}, private.person_hash({TENANT}, {PERSON}), {PERSON})",
}
TABLES = """
select c.oid::regclass::text
from pg_catalog.pg_class as c
where c.relkind = 'r' and c.relnamespace in (to_regnamespace('public'), to_regnamespace('private'))
"""


@pytest.fixture(scope="module", params=SERVERS, ids="postgres{}".format)
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A cluster with nothing in it but what this module puts there."""
    with server_directory() as directory, cluster(directory, request.param) as started:
        yield started


once = pytest.mark.parametrize("server", [NEWEST], ids="postgres{}".format, indirect=True)
"""For what does not depend on the version."""


@pytest.fixture
def empty(server: Postgres) -> Iterator[Database]:
    """An empty hosted-shaped database, the only one of its cluster that Palaver's roles could be used in."""
    with trial(server, "trial") as database:
        yield database


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the SQL, to spoil."""
    for directory in ("supabase", "rollbacks", "sql", "seeds"):
        shutil.copytree(PROJECT / directory, tmp_path / directory)
    return tmp_path


async def apply(database: Database, migration: Migration, role: str = "postgres") -> None:
    """One migration as every way applies it: in one transaction."""
    async with database.connected(role) as connection, connection.transaction():
        await connection.execute(migration.path.read_text("utf-8"))


async def revert(database: Database, migration: Migration, role: str = "postgres") -> None:
    """One rollback, as a client that knows nothing of psql runs it."""
    async with database.connected(role) as connection:
        await connection.execute(migration.rollback.read_text("utf-8"))


def verify(database: Database, applied: list[Migration], role: str = "postgres") -> None:
    """The verify files of these migrations, each and together: all that they name is there, and no more."""
    files = [argument for migration in applied for argument in ("-f", f"sql/verify/{migration.path.name}")]
    done = psql(database.url(role), "-c", "begin", *files, "-c", "call pg_temp.expect_nothing_else()", "-c", "rollback")
    assert (done.stderr, done.returncode) == ("", 0)


async def load(database: Database, role: str = "postgres") -> None:
    """Some rows in every table that there is."""
    async with database.connected(role) as connection:
        for relation, sql in ROWS.items():
            if await connection.fetchval("select to_regclass($1)", relation) is not None:
                await connection.execute(sql)
        for (table,) in await connection.fetch(TABLES):
            assert await connection.fetchval(f"select exists (select from {table})"), f"{table} has no row in the test"


@once
async def test_each_prefix_goes_up_and_down_and_up_again(server: Postgres, empty: Database) -> None:
    before = [await fingerprint(empty)]
    for number, migration in enumerate(MIGRATIONS, 1):
        with copy(server, empty, "copy") as tried:
            await apply(tried, migration)
            if number % 5 == 0 or number == len(MIGRATIONS):
                # All the files at every step would take longer than the rest of this.
                verify(tried, MIGRATIONS[:number])
            top = await fingerprint(tried)
            await load(tried)
            await revert(tried, migration)
            assert await fingerprint(tried) == before[-1], f"{migration.path.name} leaves something behind"
            await apply(tried, migration)
            assert await fingerprint(tried) == top, f"{migration.path.name} makes something else the second time"
        await apply(empty, migration)
        before.append(top)

    assert await fingerprint(empty) == before.pop()
    await load(empty)
    for migration in reversed(MIGRATIONS):
        await revert(empty, migration)
        assert await fingerprint(empty) == before.pop(), f"{migration.path.name} leaves something behind"


async def test_all_of_it_goes_down_with_the_demo_data_and_up_again(empty: Database) -> None:
    before = await fingerprint(empty)
    await migrate(empty.url(), report=lambda _: None)
    top = await fingerprint(empty)
    await seed(empty.url())
    done = psql(empty.url(), "-v", "ON_ERROR_STOP=1", "-f", "rollbacks/rollback_all.sql")
    assert (done.stderr, done.returncode) == ("", 0)
    assert await fingerprint(empty) == before
    assert await empty.fetch("select version from supabase_migrations.schema_migrations") == []

    installed = psql(empty.url(), "-f", "sql/install.sql")
    assert (installed.stderr, installed.returncode) == ("", 0)
    assert await fingerprint(empty) == top
    await seed(empty.url())


@once
async def test_rolling_back_twice_reverts_nothing_twice(empty: Database) -> None:
    before = await fingerprint(empty)
    for _ in range(2):
        done = psql(empty.url(), "-f", "rollbacks/rollback_all.sql")
        assert (done.stderr, done.returncode) == ("", 0)
    assert await fingerprint(empty) == before


async def test_plain_postgresql_as_its_superuser() -> None:
    owner = "supabase_admin"
    with (
        server_directory() as directory,
        cluster(directory, OLDEST) as server,
        trial(server, "plain", hosted=False) as database,
    ):
        # What somebody has set for themselves before comes back in the end.
        own_choice = "alter default privileges in schema public grant select on tables to service_role"
        await database.fetch(own_choice, role=owner)
        before = await fingerprint(database, owner)
        installed = psql(database.url(owner), "-f", "sql/install.sql")
        assert (installed.stderr, installed.returncode) == ("", 0)
        verified = psql(database.url(owner), "-f", "sql/verify.sql")
        assert (verified.stderr, verified.returncode) == ("", 0)
        await load(database, owner)
        done = psql(database.url(owner), "-f", "rollbacks/rollback_all.sql")
        assert (done.stderr, done.returncode) == ("", 0)
        assert await fingerprint(database, owner) == before
        assert await migrate(database.url(owner), report=lambda _: None) == VERSIONS


async def test_a_rollback_out_of_order_fails_and_changes_nothing(empty: Database) -> None:
    await migrate(empty.url(), report=lambda _: None)
    await load(empty)
    before, history = await fingerprint(empty), await applied_versions(empty)
    for early in MIGRATIONS[:-1]:
        with pytest.raises(asyncpg.DependentObjectsStillExistError):
            await revert(empty, early)
        assert await fingerprint(empty) == before, f"{early.path.name} changed something"
        assert await applied_versions(empty) == history


@once
async def test_a_second_migrate_does_nothing(empty: Database) -> None:
    assert await migrate(empty.url(), report=lambda _: None) == VERSIONS
    before = await fingerprint(empty)
    assert await migrate(empty.url(), report=lambda _: None) == []
    assert await fingerprint(empty) == before


@once
async def test_steps_down_and_what_is_reported(empty: Database) -> None:
    said: list[str] = []
    await migrate(empty.url(), report=said.append)
    assert [line.split()[1] for line in said] == VERSIONS
    said.clear()
    assert await rollback(empty.url(), steps=2, report=said.append) == [VERSIONS[-1], VERSIONS[-2]]
    assert [line.split()[1] for line in said] == [VERSIONS[-1], VERSIONS[-2]]
    assert [entry.applied for entry in await status(empty.url())] == [True] * (len(VERSIONS) - 2) + [False] * 2
    assert await rollback(empty.url(), steps=None, report=said.append) == VERSIONS[-3::-1]
    assert await rollback(empty.url(), report=said.append) == []
    assert not any(entry.applied for entry in await status(empty.url()))


@once
def test_the_command_line(empty: Database) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "DATABASE_URL": empty.url()}
        command = [sys.executable, "-m", "app", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=PROJECT, check=False, timeout=60
        )

    def states(done: subprocess.CompletedProcess[str]) -> list[str]:
        assert (done.stderr, done.returncode) == ("", 0)
        return [line.split()[1] for line in done.stdout.splitlines() if line[:1].isdigit()]

    assert states(run("status")) == ["pending"] * len(VERSIONS)
    assert run("migrate").returncode == 0
    assert states(run("status")) == ["applied"] * len(VERSIONS)
    assert run("rollback", "--steps", "3").returncode == 0
    assert states(run("status")) == ["applied"] * (len(VERSIONS) - 3) + ["pending"] * 3
    assert run("migrate").returncode == 0
    assert run("rollback", "--all").returncode == 0
    assert states(run("status")) == ["pending"] * len(VERSIONS)


@once
@pytest.mark.parametrize(
    "failing",
    [
        "select 1 / 0;",
        # Fails not in the file but as it is entered in the history.
        "insert into supabase_migrations.schema_migrations (version) values ('20991231000000');",
    ],
    ids=["statement", "history"],
)
async def test_a_migration_that_fails_half_way_leaves_nothing(empty: Database, checkout: Path, failing: str) -> None:
    await migrate(empty.url(), report=lambda _: None)
    before = await fingerprint(empty)
    broken = checkout / "supabase" / "migrations" / "20991231000000_broken.sql"
    broken.write_text(f"create table public.half (id integer);\n\n{failing}\n")
    with pytest.raises(MigrationError, match=broken.name):
        await migrate(empty.url(), report=lambda _: None, project=checkout)
    assert await fingerprint(empty) == before
    assert await applied_versions(empty) == VERSIONS


@once
async def test_psql_stops_at_a_migration_that_fails(empty: Database, checkout: Path) -> None:
    await migrate(empty.url(), report=lambda _: None)
    await rollback(empty.url(), report=lambda _: None)
    before = await fingerprint(empty)
    with (checkout / "supabase" / "migrations" / MIGRATIONS[-1].path.name).open("a") as file:
        file.write("\nselect 1 / 0;\n")
    assert psql(empty.url(), "-f", "sql/install.sql", cwd=checkout).returncode != 0
    assert await fingerprint(empty) == before
    assert await applied_versions(empty) == VERSIONS[:-1]

    assert psql(empty.url(), "-f", "sql/install.sql").returncode == 0
    assert await applied_versions(empty) == VERSIONS


@pytest.fixture
def hasty(checkout: Path) -> Path:
    """A checkout whose migrations wait for locks a fiftieth of a second."""
    for path in (checkout / "supabase" / "migrations").iterdir():
        text = path.read_text()
        path.write_text(text.replace("set local lock_timeout = '5s';", "set local lock_timeout = '20ms';"))
        assert path.read_text() != text
    return checkout


@once
async def test_a_lock_held_by_somebody_else_is_explained(
    empty: Database, hasty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_ATTEMPTS", 2)
    naps: list[float] = []
    monkeypatch.setattr(migrations, "_nap", nap_recorder(naps))
    await migrate(empty.url(), report=lambda _: None)
    await rollback(empty.url(), report=lambda _: None)
    before = await fingerprint(empty)
    async with empty.connected() as other, other.transaction():
        await other.execute("lock table public.messages in access exclusive mode")
        with pytest.raises(MigrationError, match=f"{MIGRATIONS[-1].path.name}: something holds a lock") as caught:
            await migrate(empty.url(), report=lambda _: None, project=hasty)
        assert isinstance(caught.value.__cause__, asyncpg.LockNotAvailableError)
    assert naps == [1]
    assert await fingerprint(empty) == before
    assert await applied_versions(empty) == VERSIONS[:-1]


@once
async def test_a_lock_that_is_let_go_is_waited_for(
    empty: Database, hasty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(empty.url(), report=lambda _: None)
    await rollback(empty.url(), report=lambda _: None)
    async with empty.connected() as other:
        held = other.transaction()
        await held.start()
        await other.execute("lock table public.messages in access exclusive mode")
        naps: list[float] = []
        monkeypatch.setattr(migrations, "_nap", nap_recorder(naps, held.rollback))
        assert await migrate(empty.url(), report=lambda _: None, project=hasty) == [VERSIONS[-1]]
    assert naps == [1]


async def test_migrates_at_the_same_time_apply_each_file_once(empty: Database) -> None:
    done = await asyncio.gather(*(migrate(empty.url(), report=lambda _: None) for _ in range(4)))
    assert sorted(version for versions in done for version in versions) == VERSIONS
    assert await applied_versions(empty) == VERSIONS
    verify(empty, MIGRATIONS)


async def test_psql_and_python_at_the_same_time_apply_each_file_once(empty: Database) -> None:
    runs = [asyncio.create_task(asyncio.to_thread(psql, empty.url(), "-f", "sql/install.sql")) for _ in range(2)]
    applied = await migrate(empty.url(), report=lambda _: None)
    installed = [await run for run in runs]
    assert [(done.returncode, done.stderr) for done in installed] == [(0, "")] * 2
    by_psql = [line.split()[1] for done in installed for line in done.stdout.splitlines() if "applying" in line]
    assert sorted([*applied, *by_psql]) == VERSIONS
    verify(empty, MIGRATIONS)


async def applied_versions(database: Database) -> list[str]:
    """The history, in order."""
    rows = await database.fetch("select version from supabase_migrations.schema_migrations order by version")
    return [row["version"] for row in rows]


def nap_recorder(
    naps: list[float], meanwhile: Callable[[], Awaitable[None]] | None = None
) -> Callable[[float], Awaitable[None]]:
    """A stand-in for waiting that takes no time."""

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if meanwhile is not None:
            await meanwhile()

    return nap
