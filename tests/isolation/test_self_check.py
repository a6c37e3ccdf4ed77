"""private.isolation_findings() says nothing of a sound database, and names each mistake that a DBA may make."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import psycopg
import pytest
from pytest_postgresql.executors import NoopExecutor

from app.local.bootstrap import HOSTED_SHAPE
from app.local.postgres import Postgres, binaries
from app.migrations import available, migrate
from tests.docs.markdown import Page
from tests.isolation.intent import intent
from tests.sql.clusters import PROJECT, cluster, trial
from tests.world import Actor, Database, server_directory

FINDINGS = "select finding, object, detail from private.isolation_findings()"
GUIDE = Page(PROJECT / "sql" / "operations_guide.md")
LINES = "select l.line from private.catalog_lines() as l (line) order by 1"
SELF_CHECK = PROJECT / "supabase" / "migrations" / "20261122000900_self_check.sql"

# What a DBA does, after the finding, the object and a part of the detail that it leads to.
MISTAKES = """
table_without_rls | public.users | is off | alter table public.users disable row level security
table_without_rls | public.mine | is off | create table public.mine (id integer)
view_not_invoker | public.my_invitations | owner | alter view public.my_invitations reset (security_invoker)
view_not_invoker | public.current_day_usage | with the rights of its owner | create or replace view public.current_day_usage with (security_invoker = off) as select tenant_id, user_id, day, total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at from public.usage_metrics
view_not_invoker | public.mine | owner | create view public.mine as select 1 as one
materialized_view_in_public | public.mine | the Data API shows it | create materialized view public.mine as table public.messages
foreign_table_in_public | public.mine | the Data API shows it | create foreign data wrapper w; create server s foreign data wrapper w; create foreign table public.mine () server s
grant_beyond_intent | public.messages | anon may delete, | grant all on all tables in schema public to anon
grant_beyond_intent | private.jobs | public may select and should not | grant select on private.jobs to public
grant_beyond_intent | public.messages | authenticated may select (xmin) and should not. | grant select (xmin) on public.messages to authenticated
grant_beyond_intent | public.users | authenticated may update (tenant_id) and should not. | grant update (tenant_id) on public.users to authenticated
grant_beyond_intent | public.tenants | authenticated may select (id) and pass it on and should not. | grant select (id) on public.tenants to authenticated with grant option
grant_beyond_intent | private.usage_changes_id_seq | authenticated may use and | grant usage on sequence private.usage_changes_id_seq to authenticated
grant_beyond_intent | private.run_job(text, boolean) | authenticated may execute | grant execute on function private.run_job(text, boolean) to authenticated
grant_beyond_intent | schema public | public may create | grant create on schema public to public
grant_beyond_intent | schema private | anon may use and | grant usage on schema private to anon
grant_missing | public.conversations | authenticated may not update (title) and should. | revoke update (title) on public.conversations from authenticated
grant_missing | schema private | service_role may not use and | revoke usage on schema private from service_role
missing_object | public.my_invitations | not there | drop view public.my_invitations
unknown_object | private.mine | not part of Palaver | create table private.mine (id integer)
unknown_object | private.mine() | not part of Palaver | create function private.mine() returns integer language sql as 'select 1'
wrong_owner | public.users | It belongs to palaver_definer and should belong to postgres. | grant create on schema public to palaver_definer; alter table public.users owner to palaver_definer
definer_beyond_intent | public.mine() | with the rights of postgres and should run with those of its caller. | create function public.mine() returns integer language sql security definer as 'select 1'
definer_beyond_intent | private.become(jsonb) | with the rights of postgres and should run with those of its caller. | alter function private.become(jsonb) security definer
definer_beyond_intent | private.current_tenant_id() | with the rights of postgres and should run with those of palaver_definer. | alter function private.current_tenant_id() owner to postgres
definer_missing | private.current_tenant_id() | should run with those of palaver_definer. | alter function private.current_tenant_id() security invoker
open_search_path | private.take_invitation(uuid) | It sets no search_path and should set search_path=pg_catalog, pg_temp. | alter function private.take_invitation(uuid) reset search_path
open_search_path | private.take_invitation(uuid) | It sets search_path=pg_temp, pg_catalog and | alter function private.take_invitation(uuid) set search_path = pg_temp, pg_catalog
open_search_path | public.accept_invitation(uuid) | should set an empty one | alter function public.accept_invitation(uuid) reset search_path
policy_for_everyone | public.tenants | People see their own tenant | alter policy "People see their own tenant" on public.tenants to public
policy_for_everyone | public.users | "mine" | create policy mine on public.users to anon using (true)
policy_beyond_intent | public.messages | "mine" | create policy mine on public.messages for select to authenticated using (user_id is not null)
policy_beyond_intent | public.messages | is open | alter policy "People see the messages of their own conversations" on public.messages using (true)
policy_beyond_intent | public.users | is open | alter policy "Tenant admins invite people" on public.users with check (true)
policy_beyond_intent | public.tenants | "mine" is open | create policy mine on public.tenants to authenticated using (name is not null)
table_without_policy | private.accepted_catalog | No policy lets palaver_definer reach a row. | drop policy "The self-check reads what was accepted" on private.accepted_catalog
role_attribute | role palaver_worker | It has bypassrls. | alter role palaver_worker bypassrls
role_attribute | role palaver_definer | It has login. | alter role palaver_definer login
role_attribute | role authenticated | It has bypassrls. | alter role authenticated bypassrls
role_membership | role palaver_worker | a member of service_role | grant service_role to palaver_worker
role_membership | role authenticated | a member of service_role | grant service_role to authenticated
claims_in_settings | database | sets request.jwt.claim.sub | do 'begin execute format(''alter database %I set "request.jwt.claim.sub" = %L'', current_database(), ''x''); end'
view_not_invoker | reports.all_messages | It reads public.messages | create schema reports; grant usage on schema reports to authenticated; create view reports.all_messages as table public.messages; grant select on reports.all_messages to authenticated
view_not_invoker | reports.all_messages | It reads public.messages | create schema reports; grant usage on schema reports to anon; create materialized view reports.all_messages as table public.messages; grant select (id) on reports.all_messages to anon
role_membership | role authenticator | a member of pg_read_all_data | grant pg_read_all_data to authenticator
role_membership | role authenticator | a member of palaver_definer | grant palaver_definer to authenticator
default_privileges | role postgres | Later tables are granted to anon. | alter default privileges in schema public grant select on tables to anon
default_privileges | role postgres | Later functions are granted to public. | alter default privileges grant execute on functions to public
published | public.messages | deleted rows | alter publication supabase_realtime add table public.messages
never_accepted | private.accepted_catalog | nobody has said | truncate private.accepted_catalog
drift | policy "People see their own tenant" on public.tenants | new: permissive t, command r, | alter policy "People see their own tenant" on public.tenants using (true)
drift | policy "People see their own tenant" on public.tenants | gone: permissive t, command r, | drop policy "People see their own tenant" on public.tenants
drift | policy "Tenant admins invite people" on public.users | gone: permissive t | alter policy "Tenant admins invite people" on public.users with check (email is not null)
drift | constraint turns_answer_id_fkey on public.turns | NOT VALID | alter table public.turns drop constraint turns_answer_id_fkey, add constraint turns_answer_id_fkey foreign key (tenant_id, answer_id) references public.messages (tenant_id, id) not valid
drift | unique index on public.users | gone: CREATE UNIQUE INDEX | drop index public.users_tenant_email_key
drift | column public.users.tenant_id | new: uuid not null | alter table public.users alter tenant_id drop default
drift | function private.current_tenant_id() | new: owner palaver_definer, definer t | create or replace function private.current_tenant_id() returns uuid language plpgsql stable security definer set search_path = pg_catalog, pg_temp as 'begin return null; end'
drift | view public.my_invitations | new: | create or replace view public.my_invitations with (security_invoker = true) as select tenant_id, tenant_name, role, now() as invited_at from private.pending_invitations()
drift | trigger users_guard_update on public.users | enabled D | alter table public.users disable trigger users_guard_update
drift | rule mine on public.feedback | DO INSTEAD NOTHING | create rule mine as on delete to public.feedback do instead nothing
drift | settings of role palaver_worker | gone: | alter role palaver_worker reset statement_timeout
drift | member mine of palaver_worker | new: | create role mine in role palaver_worker
drift | member palaver_provisioner of palaver_worker | new: | create role palaver_provisioner in role palaver_worker
drift | grant select on public.mine to anon | new: all of it | create table public.mine (); alter table public.mine enable row level security; grant select on public.mine to anon
"""  # noqa: E501 - a table, whose rows are read from left to right


@pytest.fixture(scope="module")
def complete(postgres_server: Postgres, palaver_template: NoopExecutor) -> Iterator[Database]:
    """One database with everything in it, for tests that leave nothing behind."""
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"create database checked template {palaver_template.template_dbname}".encode())
        connection.execute(b"alter database checked owner to postgres")
    assert postgres_server.port is not None
    yield Database("127.0.0.1", postgres_server.port, "checked")
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(b"drop database checked with (force)")


@asynccontextmanager
async def undone(database: Database, role: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
    """A connection whose changes are rolled back, those to roles too."""
    async with database.connected(role) as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


async def findings(connection: asyncpg.Connection) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in await connection.fetch(FINDINGS)]


async def test_a_hosted_database_has_no_findings(database: Database, service: Actor) -> None:
    assert await database.fetch(FINDINGS) == []
    assert await service.fetch(FINDINGS) == []


async def test_plain_postgresql_and_an_older_one_have_no_findings() -> None:
    with server_directory() as directory, cluster(directory, 16) as server:
        for hosted, role in ((False, "supabase_admin"), (True, "postgres")):
            with trial(server, "sound", hosted=hosted) as database:
                await migrate(database.url(role), report=lambda _: None)
                assert await database.fetch(FINDINGS, role=role) == []


@pytest.mark.parametrize("mistake", MISTAKES.strip().splitlines())
async def test_a_mistake_is_found_and_cannot_be_accepted_away(complete: Database, mistake: str) -> None:
    finding, name, detail, sql = mistake.split(" | ")
    async with undone(
        complete, "supabase_admin" if re.search("foreign|pg_read|alter database", sql) else "postgres"
    ) as dba:
        await dba.execute(sql)

        def told(found: list[tuple[str, str, str]]) -> bool:
            return any(row[0] == finding and row[1].startswith(name) and detail in row[2] for row in found)

        found = await findings(dba)
        assert told(found), found
        await dba.execute("select private.accept_catalog()")
        left = await findings(dba)
        assert "drift" not in {row[0] for row in left}
        assert told(left) == (finding not in ("drift", "never_accepted"))


async def test_every_finding_is_tried_and_explained(database: Database) -> None:
    source = await database.value("select prosrc from pg_proc where oid = 'private.isolation_findings()'::regprocedure")
    named = set(re.findall(r"(?:then|else|select(?: distinct)?)\s+'(\w+_\w+)'", source)) | {"published", "drift"}
    assert named == {mistake.partition(" ")[0] for mistake in MISTAKES.strip().splitlines()}
    rows = GUIDE.table("Is everybody still shut out?")
    assert named == {name for row in rows for name in re.findall(r"`(\w+)`", row["finding"])}


async def test_a_function_of_ones_own_can_be_meant(complete: Database) -> None:
    (meant,) = GUIDE.blocks("sql", "Objects of your own")
    async with undone(complete) as dba:
        await dba.execute(
            "create function public.handle_new_user() returns trigger language plpgsql security definer"
            " set search_path = pg_catalog, pg_temp as 'begin return new; end';"
            " grant execute on function public.handle_new_user() to service_role;"
            " select private.accept_catalog()"
        )
        assert [row[:2] for row in await findings(dba)] == [("definer_beyond_intent", "public.handle_new_user()")]
        await dba.execute(meant.text)
        assert await findings(dba) == []
        await dba.execute("grant execute on function public.handle_new_user() to anon")
        assert (await findings(dba))[0][2] == "anon may execute and should not."


async def test_keys_that_are_switched_off_are_found(complete: Database) -> None:
    async with undone(complete, "supabase_admin") as superuser:
        await superuser.execute("alter table public.feedback disable trigger all")
        drifted = {row[1].split("_")[0] for row in await findings(superuser)}
        assert {"trigger RI", "trigger feedback"} <= drifted


async def test_what_is_no_business_of_palavers_is_left_alone(complete: Database) -> None:
    async with undone(complete, "supabase_admin") as superuser:
        await superuser.execute("create role analyst; grant select on public.messages to analyst")
        await superuser.execute("create extension vector schema public")
        await superuser.execute("create index on public.messages (created_at); analyze public.messages")
        assert await findings(superuser) == []


async def test_a_server_for_apps_on_the_same_machine_is_no_finding(complete: Database) -> None:
    async with undone(complete, "supabase_admin") as dba:
        await dba.execute((PROJECT / "sql/apps_server.sql").read_text("utf-8"))
        await dba.execute("set local role palaver_provisioner; create role app_of_somebody; reset role")
        assert await findings(dba) == []


async def test_an_aggregate_and_a_line_longer_than_a_key_can_be_told_and_accepted(complete: Database) -> None:
    async with undone(complete) as dba:
        await dba.execute("create aggregate public.added (integer) (sfunc = int4pl, stype = integer)")
        for letter in "ab":
            check = f"check (finish_reason <> '{'x' * 9000}{letter}')"
            await dba.execute(f"alter table public.turns add constraint long_{letter}_check {check}")
        drifted = {row[1] for row in await findings(dba)}
        assert {f"constraint long_{letter}_check on public.turns" for letter in "ab"} <= drifted
        assert "function public.added(integer)" in drifted
        assert await dba.fetchval("select private.accept_catalog()") == 3
        assert await findings(dba) == []


async def test_the_table_holds_what_is_meant(database: Database) -> None:
    meant = intent()
    whose = {(name, it.owner or "postgres", "owner", "") for name, it in meant.relations.items()}
    whose |= {(name, it.owner, "definer", "") for name, it in meant.functions.items() if it.owner}
    whose |= {(name, "postgres", "owner", "") for name, it in meant.functions.items() if not it.owner}
    rows = await database.fetch("select object, role, privilege, column_name from private.intended_access")
    assert {tuple(row) for row in rows} == meant.grants() | whose


async def test_lines_are_the_same_whoever_asks_and_wherever(database: Database, hosted: Database) -> None:
    accepted = [row["line"] for row in await database.fetch("select line from private.accepted_catalog order by 1")]
    await migrate(hosted.url(), report=lambda _: None)
    assert len(accepted) > 400
    for where, role in ((database, "postgres"), (database, "supabase_admin"), (hosted, "postgres")):
        async with where.connected(role) as connection:
            await connection.execute("set search_path = private, public; create temporary table users ()")
            assert [row["line"] for row in await connection.fetch(LINES)] == accepted


async def test_who_may_ask_and_who_may_accept(
    acme_admin: Actor, anon: Actor, service: Actor, database: Database
) -> None:
    for actor in (acme_admin, anon):
        assert await actor.denied(FINDINGS) == "42501"
    assert await service.fetch(FINDINGS) == []
    for actor in (acme_admin, anon, service):
        for sql in (
            "select private.accept_catalog()",
            LINES,
            "select 1 from private.intended_access",
            "delete from private.accepted_catalog where true",
        ):
            assert await actor.denied(sql) == "42501"
    async with database.connected("palaver_worker") as worker:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(FINDINGS)


async def test_the_job_fails_while_there_are_findings(database: Database) -> None:
    run = "select outcome, error from private.run_job('check_isolation')"
    mistake, mended = "create table public.mine ()", "drop table public.mine"
    async with database.connected("palaver_worker") as worker:
        for change, outcome, error in (
            ("select 1", "succeeded", ""),
            (
                mistake,
                "failed",
                "PA500: Findings: 2. The first: table_without_rls, public.mine: Row Level Security is off",
            ),
            (mended, "succeeded", ""),
        ):
            await database.fetch(change)
            (ran,) = await worker.fetch(run)
            assert ran["outcome"] == outcome
            assert (ran["error"] or "").startswith(error)


def around() -> tuple[str, str]:
    """How a later migration begins and ends, as the self-check's own says in a comment."""
    text = SELF_CHECK.read_text("utf-8")
    begin, end = re.findall(r"(?<=\n--\n)(?:-- {5}.*\n)+", text)
    return begin.replace("--     ", ""), end.replace("--     ", "")


async def test_what_a_later_migration_does_accepts_only_what_it_changed(complete: Database) -> None:
    begin, end = around()
    async with undone(complete) as dba:
        await dba.execute("update private.accepted_catalog set accepted_at = 'epoch'")
        await dba.execute('alter policy "People see their own tenant" on public.tenants using (true)')
        await dba.execute('drop policy "Tenant admins invite people" on public.users')
        drifted = await findings(dba)
        await dba.execute(begin)
        await dba.execute("alter table public.turns add notes text, drop constraint turns_latency_ms_check")
        await dba.execute(end)
        assert await findings(dba) == drifted
        assert [row[0] for row in drifted] == ["policy_beyond_intent", "drift", "drift", "drift"]
        accepted = await dba.fetch("select line from private.accepted_catalog where accepted_at > 'epoch'")
        assert [row["line"] for row in accepted] == ["column public.turns.notes: text"]


def test_every_later_migration_does_it() -> None:
    begin, end = around()
    assert SELF_CHECK.read_text("utf-8").endswith("    perform private.accept_catalog();\nend\n$$;\n")
    migrations = [migration for migration in available() if migration.path > SELF_CHECK]
    for text in (path.read_text("utf-8") for it in migrations for path in (it.path, it.rollback)):
        first = re.search(r"^(create|alter|drop|grant|revoke|insert|do) ", text, re.MULTILINE)
        assert first and first.start() == text.index(begin)
        assert text.index(begin) < text.index(end)
        assert re.search(r"^(create|alter|drop|grant|revoke) ", text[text.index(end) :], re.MULTILINE) is None


async def test_grants_are_restored_as_the_guide_says(database: Database) -> None:
    async with database.connected() as dba:
        before = [row["line"] for row in await dba.fetch(LINES)]
        await dba.execute(
            "grant all on all tables in schema public to anon, authenticated;"
            " grant all on all tables in schema private to public;"
            " grant all on all functions in schema private to anon; revoke all on public.users from authenticated;"
            " revoke all on public.feedback from palaver_definer"
        )
        assert len(await findings(dba)) > 50
    done = subprocess.run(
        [str(binaries(18) / "psql"), "-X", database.url(), "-f", str(PROJECT / "sql" / "restore_grants.sql")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "(0 rows)" in done.stdout
    async with database.connected() as dba:
        assert [row["line"] for row in await dba.fetch(LINES)] == before


async def test_a_later_start_of_the_local_stack_opens_nothing(complete: Database) -> None:
    async with undone(complete, "supabase_admin") as superuser:
        await superuser.execute(HOSTED_SHAPE.read_text())
        assert await findings(superuser) == []
