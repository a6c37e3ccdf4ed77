"""Three ways to apply the migrations, one history; what a DBA and Supabase's own tools say of the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import psycopg
import pytest
from pytest_postgresql.executors import NoopExecutor

from app.local.postgres import Postgres
from app.migrations import available, migrate, status
from tests.sql.clusters import fingerprint, psql
from tests.sql.generate_types import generate
from tests.sql.supabase_cli import SupabaseCli
from tests.world import Database

HISTORY = [(migration.version, migration.name) for migration in available()]
VERSIONS = [version for version, _ in HISTORY]
SOUND = "Palaver's schema is as it should be: {} migrations verified.\n"


@pytest.fixture(scope="session")
def supabase(tmp_path_factory: pytest.TempPathFactory) -> SupabaseCli:
    """The Supabase CLI."""
    return SupabaseCli(tmp_path_factory.mktemp("home"))


def by_psql(database: Database, cli: SupabaseCli) -> None:
    done = psql(database.url(), "-f", "sql/install.sql")
    assert (done.stderr, done.returncode) == ("", 0)


def by_python(database: Database, cli: SupabaseCli) -> None:
    asyncio.run(migrate(database.url(), report=lambda _: None))


def by_supabase(database: Database, cli: SupabaseCli) -> None:
    done = cli.run("db", "push", url=database.url())
    assert done.returncode == 0, done.stderr


Way = Callable[[Database, SupabaseCli], None]
WAYS: list[Way] = [by_psql, by_python, by_supabase]


@pytest.mark.parametrize("way", WAYS)
def test_however_it_is_applied_everybody_sees_the_same_history(
    hosted: Database, supabase: SupabaseCli, way: Way
) -> None:
    way(hosted, supabase)
    history = "select version, name, statements from supabase_migrations.schema_migrations order by version"
    rows = asyncio.run(hosted.fetch(history))
    assert [(row["version"], row["name"]) for row in rows] == HISTORY
    assert [entry.version for entry in asyncio.run(status(hosted.url())) if entry.applied] == VERSIONS
    listed = supabase.results("migration", "list", url=hosted.url())["migrations"]
    assert [(entry["local"], entry["remote"]) for entry in listed] == [(version, version) for version in VERSIONS]

    made = asyncio.run(fingerprint(hosted))
    for again in WAYS:
        again(hosted, supabase)
    assert asyncio.run(hosted.fetch(history)) == rows
    assert asyncio.run(fingerprint(hosted)) == made
    assert verified(hosted) == SOUND.format(len(VERSIONS))


def test_the_second_install_says_nothing(hosted: Database) -> None:
    assert psql(hosted.url(), "-f", "sql/install.sql").stdout.count("applying") == len(VERSIONS)
    again = psql(hosted.url(), "-f", "sql/install.sql")
    assert (again.stdout, again.stderr, again.returncode) == ("", "", 0)


def test_the_fingerprint_is_the_same_through_psql_and_the_driver(database: Database) -> None:
    through_psql = psql(database.url(), "-Atq", "-c", "set search_path = private, public", "-f", "sql/fingerprint.sql")
    assert through_psql.stdout.splitlines() == asyncio.run(fingerprint(database))


def verified(database: Database, *before: str) -> str:
    """What sql/verify.sql says, on one line; `before` are statements that the same session runs, and that vanish."""
    spoil = [argument for sql in before for argument in ("-c", sql)]
    # verify.sql begins a transaction of its own, which inside of this one is only a warning.
    done = psql(
        database.url(), "-q", "-c", "set client_min_messages = error", "-c", "begin", *spoil, "-f", "sql/verify.sql"
    )
    assert (done.returncode == 0) is (done.stderr == "")
    return done.stdout + done.stderr


def test_verifying_changes_nothing(database: Database) -> None:
    before = asyncio.run(fingerprint(database))
    assert psql(database.url(), "-f", "sql/verify.sql").stdout == SOUND.format(len(VERSIONS))
    assert asyncio.run(fingerprint(database)) == before


def test_verifying_an_empty_database_says_what_is_missing_first(hosted: Database) -> None:
    said = verified(hosted)
    assert "Schema private is missing. (20261122000100_foundation)" in said


SPOILED = {
    "drop table private.allowances": "Table private.allowances is missing.",
    "alter table public.users disable row level security": "Row Level Security is off on public.users.",
    "grant create on schema public to palaver_definer; alter table public.users owner to palaver_definer": "belongs to",
    "alter table public.messages alter column content drop not null": "Column public.messages.content is",
    "alter table public.feedback drop constraint feedback_rating_check": "Check feedback_rating_check of",
    "alter table public.turns drop constraint turns_answer_id_fkey": "Key turns_answer_id_fkey of public.turns",
    "drop index public.users_invited_idx": "Index users_invited_idx on public.users is missing.",
    "drop index public.feedback_user_idx": "Index feedback_user_idx on public.feedback is missing.",
    'drop policy "Tenant admins invite people" on public.users': 'Policy "Tenant admins invite people" on public.users',
    'alter policy "Tenant admins invite people" on public.users with check (true)': 'public.users checks "true"',
    'alter policy "People see their own conversations" on public.conversations using'
    " (tenant_id = (select private.current_tenant_id()) or user_id = (select private.current_user_id()))": "uses",
    'alter policy "People see their own tenant" on public.tenants to anon': "is to anon and should be to",
    'drop policy "Whoever accepts an invitation takes its row" on public.users': "is missing. (20261122000200_tenancy)",
    "create policy extra on public.messages for select to authenticated using (true)": 'Policy "extra" on',
    "grant select on public.usage_metrics to anon": "anon may select public.usage_metrics",
    "grant update (tenant_id) on public.users to authenticated": "authenticated may update public.users.tenant_id",
    "grant insert (id) on public.conversations to authenticated": "authenticated may insert public.conversations.id",
    "grant truncate on public.conversations to service_role": "service_role may truncate public.conversations",
    "grant select on public.tenants to authenticated with grant option": "authenticated may select public.tenants",
    "revoke update (title) on public.conversations from authenticated": "may not update public.conversations.title",
    "revoke usage on schema private from authenticated": "authenticated may not use schema private.",
    "grant create on schema private to authenticated": "authenticated may create schema private",
    "grant execute on function private.refresh_summaries() to public": "private.refresh_summaries()",
    "grant execute on function private.run_job(text, boolean) to authenticated": "may execute private.run_job",
    "alter function private.current_tenant_id() reset search_path": 'sets "no search_path" and should set',
    "alter function private.take_invitation(uuid) set search_path = ''": 'should set "search_path=pg_catalog, pg_temp"',
    "alter function private.take_invitation(uuid) set search_path = pg_temp, pg_catalog": "should set",
    "alter function private.auth_email() set search_path = pg_catalog, pg_temp": 'should set "search_path=""',
    "alter function private.current_tenant_id() security invoker": "is security invoker and should be security definer",
    "alter function private.auth_id() security definer": "is security definer and should be security invoker",
    "alter function private.current_tenant_id() volatile": "is volatile and should be stable",
    "drop function private.model_choice(jsonb)": "Function private.model_choice(jsonb) is missing",
    "create function private.extra() returns integer language sql as 'select 1'": "private.extra() is not part",
    "create table private.extra (id integer)": "private.extra is not part",
    "alter view public.current_day_usage set (security_invoker = false)": "current_day_usage is not security_invoker",
    "alter view public.my_invitations set (security_invoker = false)": "my_invitations is not security_invoker",
    "drop view public.message_feedback_summary": "View public.message_feedback_summary is missing.",
    "alter table public.users disable trigger users_guard_update": "users_guard_update on public.users is disabled.",
    "alter table public.usage_metrics disable trigger usage_metrics_record_update": "public.usage_metrics is disabled.",
    "drop trigger users_note_joining on public.users": "Trigger users_note_joining on public.users is missing.",
    "drop trigger messages_touch_conversations on public.messages": "Trigger messages_touch_conversations",
    "alter role palaver_worker createdb": 'Role palaver_worker is "login inherit createdb"',
    "alter role palaver_worker reset statement_timeout": "lacks the setting statement_timeout=8s",
    "revoke authenticated from palaver_worker": "Role palaver_worker is not a member of authenticated.",
    "alter default privileges in schema public grant select on tables to anon": "Later tables are granted to anon",
    "alter role authenticated bypassrls": "The first: role_attribute, role authenticated: It has bypassrls.",
    "alter publication supabase_realtime add table public.messages": "The first: published, public.messages",
    "create table public.mine (id integer)": "The first: table_without_rls, public.mine",
    "create or replace function private.auth_id() returns uuid language plpgsql stable set search_path = '' as"
    " 'begin return null; end'": "The first: drift, function private.auth_id(): gone: ",
    "delete from private.jobs where name = 'prune_job_runs'": "Job prune_job_runs is missing",
}


@pytest.fixture(scope="module")
def complete(postgres_server: Postgres, palaver_template: NoopExecutor) -> Iterator[Database]:
    """One database with everything in it, for tests that leave nothing behind."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"create database complete template {palaver_template.template_dbname}".encode())
        connection.execute(b"alter database complete owner to postgres")
    assert postgres_server.port is not None
    yield Database("127.0.0.1", postgres_server.port, "complete")
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(b"drop database complete with (force)")


@pytest.mark.parametrize("change", SPOILED)
def test_whatever_is_spoiled_is_named(complete: Database, change: str) -> None:
    assert SPOILED[change] in verified(complete, change)


def test_supabases_advisors_have_nothing_to_say(database: Database, supabase: SupabaseCli) -> None:
    # Without this setting, which hosted Supabase makes, many of the advisors answer nothing.
    expose = f"alter database {database.name} set pgrst.db_schemas = 'public'"
    asyncio.run(database.fetch(expose, role="supabase_admin"))
    assert advice(database, supabase) == []

    psql(database.url(), "-c", "create table public.bare (id integer primary key); grant select on public.bare to anon")
    assert ("rls_disabled_in_public", "bare") in advice(database, supabase)
    psql(database.url(), "-c", "alter view public.current_day_usage set (security_invoker = false)")
    assert ("security_definer_view", "current_day_usage") in advice(database, supabase)


def advice(database: Database, cli: SupabaseCli) -> list[tuple[str, str]]:
    """What `supabase db advisors` reports at warn and above: the lint and what it is about."""
    found = cli.results("db", "advisors", "--level", "warn", url=database.url())["results"]
    return [(entry["name"], entry["metadata"]["name"]) for entry in found]


def test_the_committed_types_are_the_databases(database: Database, supabase: SupabaseCli) -> None:
    for path, text in generate(supabase, database.url()).items():
        assert path.read_text("utf-8") == text, f"{path.name} is stale: run `make types`"
