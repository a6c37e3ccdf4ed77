"""A raw connection, where anybody may say anything: other settings, other claims, objects of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from tests.isolation.statements import STATEMENTS
from tests.isolation.world import ACCOUNTS, filled, populate
from tests.world import Actor, Database

MEMBER = {"sub": ACCOUNTS["member"], "role": "authenticated"}
INVITED = {"sub": ACCOUNTS["invited"], "role": "authenticated", "email": "ivy@partner.test"}


@pytest.fixture
async def world(database: Database) -> Database:
    async with database.connected() as owner:
        await populate(owner)
    return database


@pytest.fixture
async def worker(world: Database) -> AsyncIterator[asyncpg.Connection]:
    async with world.connected("palaver_worker") as link:
        await link.execute("select set_config('request.jwt.claims', $1, false)", json.dumps(MEMBER))
        yield link


@pytest.fixture
def everybody(
    acme_admin: Actor, acme_member: Actor, initech_viewer: Actor, outsider: Actor, anon: Actor, service: Actor
) -> list[Actor]:
    return [acme_admin, acme_member, initech_viewer, outsider, anon, service]


@pytest.mark.parametrize(
    "claims", ["garbage", "{", '{"sub": "ben"}', '{"sub": ""}', '{"sub": {"a": 1}}', '{"sub": 7}', "[" * 20_000]
)
async def test_claims_that_make_no_sense_are_nobodys(
    world: Database, data_api: asyncpg.Connection, claims: str
) -> None:
    # An error would come only where a policy has a row to look at, and so tell that there is one.
    actor = Actor(data_api, claims=claims)
    for name in ("tenants", "users", "conversations", "messages", "feedback", "usage_metrics", "turns"):
        assert await actor.fetch(f"select * from public.{name}") == []
    for email in ("ben@acme.test", "nobody@nowhere.test"):
        assert await actor.fetch("select * from public.users where email = $1", email) == []
    assert await actor.fetch("select * from public.my_invitations") == []
    assert await actor.denied("insert into public.conversations (title) values ('Mine')") == "42501"


async def test_the_older_claim_names_the_same_person(acme_member: Actor, initech_viewer: Actor) -> None:
    # auth.uid() prefers it, so the policies must: no request may be two people.
    async with acme_member.acting() as connection:
        await connection.execute(f"set local \"request.jwt.claim.sub\" = '{initech_viewer.auth_id}'")
        rows = await connection.fetch("select email from public.users")
    assert [row["email"] for row in rows] == ["finn@initech.test"]


@pytest.mark.parametrize(
    "sql",
    [
        "set session_replication_role = replica",
        "set role postgres",
        "set role palaver_definer",
        "set session authorization postgres",
        "set local row_security = off; select * from public.users",
        "set local row_security = off; update public.users set role = 'admin' where true",
        "alter role palaver_worker bypassrls",
        "grant palaver_definer to authenticated",
        "create event trigger spy on ddl_command_end execute function private.set_updated_at()",
        "create publication spy for all tables",
        "create extension vector",
        "create server spy foreign data wrapper none",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/hostname')",
        "select * from pg_authid",
        "select * from pg_statistic",
        "select lo_import('/etc/hostname')",
    ],
)
async def test_nothing_that_a_session_may_say_opens_more(
    acme_member: Actor, worker: asyncpg.Connection, sql: str
) -> None:
    refused = ("42501", "PA403", "42704")
    async with acme_member.connection.transaction():
        await acme_member.connection.execute("select set_config('request.jwt.claims', $1, true)", json.dumps(MEMBER))
        await acme_member.connection.execute("set local role authenticated")
        for link in (acme_member.connection, worker):
            with pytest.raises(asyncpg.PostgresError) as error:
                async with link.transaction():
                    await link.execute(sql)
            assert error.value.sqlstate in refused, error.value


async def test_settings_change_nothing_of_what_is_seen(acme_member: Actor) -> None:
    for setting in ("search_path = pg_temp, public", "timezone = 'Pacific/Kiritimati'", "datestyle = 'SQL, DMY'"):
        async with acme_member.acting() as connection:
            await connection.execute(f"set local {setting}")
            assert await connection.fetchval("select count(*) from public.conversations") == 1


async def test_estimates_tell_nothing_of_what_others_write(
    world: Database, acme_member: Actor, outsider: Actor
) -> None:
    async with world.connected() as owner:
        await owner.execute(filled(
            "insert into public.conversations (tenant_id, user_id, title)"
            " select :globex, :chloe, 'Falcon' from generate_series(1, 2000);"
            " insert into public.messages (tenant_id, conversation_id, user_id, content)"
            " select :globex, :chloes_talk, :chloe, 'Falcon' from generate_series(1, 2000)"
        ))  # fmt: skip
        await owner.execute("analyze public.conversations, public.messages")
    for table, column in (("conversations", "title"), ("messages", "content")):
        for comparison in ("= '{}'", "like '{}%'", "between 'A' and '{}'", "<> '{}'"):
            for actor in (acme_member, outsider):
                plans = []
                for word in ("Falcon", "Condor"):
                    sql = f"explain select * from public.{table} where {column} {comparison.format(word)}"
                    plans.append([row[0].replace(word, "") for row in await actor.fetch(sql)])
                assert plans[0] == plans[1], (sql, actor.auth_id)


async def test_nobody_makes_objects_where_others_look(everybody: list[Actor], worker: asyncpg.Connection) -> None:
    for schema in ("public", "private", "auth"):
        for sql in (f"create table {schema}.spy ()", f"create function {schema}.spy() returns int return 1"):
            for actor in everybody:
                assert await actor.denied(sql) == "42501"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await worker.execute(sql)


async def test_what_the_owner_makes_later_is_nobodys(world: Database, everybody: list[Actor]) -> None:
    async with world.connected() as owner:
        await owner.execute("create table public.later (id int)")
        for schema in ("public", "private"):
            await owner.execute(f"create function {schema}.later() returns int language sql as 'select 1'")
    for actor in everybody:
        for sql in ("select * from public.later", "select public.later()", "select private.later()"):
            assert await actor.denied(sql) == "42501"


SPY = """
    create function pg_temp.spy() returns boolean language plpgsql as $$
    begin
        if current_user <> current_setting('spy.me') then
            raise warning 'seen as %', current_user;
        end if;
        return true;
    end
    $$;
    grant execute on function pg_temp.spy() to public;
    do $$
    declare
        v_type text;
    begin
        for v_type in
            select typname from pg_catalog.pg_type
            where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b' and typelem = 0 and typname !~ '^_'
            and typname <> 'spy'
        loop
            execute format('create domain pg_temp.%1$I as pg_catalog.%1$I check (pg_temp.spy())', v_type);
        end loop;
    end
    $$;
"""
"""Domains in the names of the system's types, whose checks tell with whose rights they run."""
DEFINERS = """
    select p.oid::regprocedure::text as name, coalesce(s.calls, 0) as calls
    from pg_proc as p
    left join pg_stat_user_functions as s on s.funcid = p.oid
    where p.prosecdef and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
"""


LIFE_OF_AN_APP = """
do $$
declare
    v_claims constant jsonb := :claims;
    v_worker constant text := 'me';
    v_operation uuid;
    v_backup uuid;
    v_change jsonb;
begin
    v_operation := private.request_app_operation(v_claims, :bens_app, 'staging', 'provision') #>> '{operation,id}';
    perform private.claim_app_operation(v_worker, '1 minute', v_operation);
    perform private.note_app_step(
        v_operation, v_worker, 'creating',
        jsonb_build_object('state', 'creating', 'host', 'h', 'pending', repeat('AAAA', 20))
    );
    perform private.note_app_step(v_operation, v_worker, 'applying', '{"state": "applying"}');
    perform private.finish_app_operation(
        v_operation, v_worker,
        jsonb_build_object(
            'state', 'succeeded', 'changes', jsonb_build_object('promote', true, 'revision_id', :bens_revision)
        )
    );
    perform private.app_credentials(v_claims, :bens_app, 'staging');

    v_operation := private.request_app_operation(v_claims, :bens_app, 'staging', 'backup') #>> '{operation,id}';
    perform private.claim_app_operation(v_worker, '1 minute', v_operation);
    v_backup := private.begin_app_backup(
        v_operation, v_worker, '{"kind": "manual", "file": "a.backup"}'
    ) #>> '{backup,id}';
    perform private.finish_app_backup(
        v_operation, v_worker, v_backup,
        jsonb_build_object(
            'state', 'verified', 'bytes', 1, 'sha256', repeat('a', 64), 'server_version', '18', 'tables', '{}'::jsonb
        )
    );
    perform private.finish_app_operation(v_operation, v_worker, '{"state": "succeeded"}');

    v_operation := private.request_app_operation(
        v_claims, :bens_app, 'staging', 'restore', jsonb_build_object('backup_id', v_backup)
    ) #>> '{operation,id}';
    perform private.claim_app_operation(v_worker, '1 minute', v_operation);
    perform private.app_backup_to_restore(v_operation, v_worker, v_backup);
    perform private.finish_app_operation(v_operation, v_worker, '{"state": "succeeded"}');

    v_change := to_jsonb(private.record_app_change(
        v_claims, :bens_app, 'staging', :bens_revision,
        jsonb_build_object(
            'digest', repeat('b', 64), 'catalog_digest', repeat('c', 64), 'from_revision_id', :bens_revision,
            'choices', '{}'::jsonb, 'drift', '[]'::jsonb, 'possible_renames', '[]'::jsonb,
            'steps',
            '[{"number": 0, "kind": "additive", "subject": "t", "sql": ["x"], "undo": [], "asks": false}]'::jsonb
        )
    ));
    perform private.confirm_app_change(v_claims, (v_change ->> 'id')::uuid, repeat('b', 64), '{}');
    v_operation := private.request_app_operation(
        v_claims, :bens_app, 'staging', 'change', jsonb_build_object('change_id', v_change -> 'id')
    ) #>> '{operation,id}';
    perform private.claim_app_operation(v_worker, '1 minute', v_operation);
    perform private.begin_app_change(v_operation, v_worker);
    perform private.finish_app_change(v_operation, v_worker, '{"state": "applied", "complete": true, "ran": []}');
    perform private.finish_app_operation(v_operation, v_worker, '{"state": "succeeded"}');
end
$$
"""
"""What only ends well one after the other, said by the worker."""


def calls() -> list[str]:
    """Statements that run every definer function."""
    meant = [line.partition(" | ")[2].strip() for line in STATEMENTS.strip().splitlines()[1:]]
    return [filled(sql.replace(":claims", f"'{json.dumps(MEMBER)}'")) for sql in meant] + [
        "insert into public.conversations default values",
        "select * from public.monthly_usage_summary",
        "update public.feedback set rating = 1 where true",
        "update public.usage_metrics set request_count = 5 where day < '2025-01-01'",
        "delete from public.feedback where true",
        filled("update public.messages set content = 'Changed' where id = :bens_question"),
        filled(
            "insert into public.usage_ledger (tenant_id, user_id, day, prompt_tokens, completion_tokens)"
            " values (:acme, :ben, '2024-01-01', 1, 1)"
        ),
        filled("select * from public.mark_project_synced(:bens_project, 1, 1)"),
        filled("insert into public.documentation_sections (tenant_id, file, content) values (:acme, 'new.md', 'New')"),
        "delete from public.documentation_sections where true",
        filled("delete from public.users where id = :ben"),
        filled(LIFE_OF_AN_APP.replace(":claims", f"'{json.dumps(MEMBER)}'")),
        "select private.lost_app_databases(array['strange'])",
        "select private.missing_app_databases(array['strange'])",
        "select private.run_due_jobs()",
        "select private.run_job('refresh_summaries')",
    ]


async def test_temporary_objects_run_nothing_with_a_definers_rights(world: Database) -> None:
    """Domains that a caller makes in the names of the system's types are used by no definer function, and all run."""
    async with world.connected("supabase_admin") as superuser:
        # A definer of a sort that must be seen, so that not to be seen means something.
        await superuser.execute(
            "create function public.bait() returns boolean language plpgsql security definer set search_path = ''"
            " as 'declare v text; begin v := $$x$$; return true; end'"
        )
        await superuser.execute("grant execute on function public.bait() to public")
        await superuser.execute("alter function public.bait() owner to palaver_definer")
        await superuser.execute(f"alter database {world.name} set track_functions = 'all'")
    for login, role, claims in (
        ("authenticator", "authenticated", MEMBER),
        ("authenticator", "authenticated", INVITED),
        ("authenticator", "service_role", {}),
        ("palaver_worker", "palaver_worker", MEMBER),
        ("postgres", "postgres", {}),
    ):
        async with world.connected(login) as connection:
            await connection.execute(
                "select set_config('request.jwt.claims', $1, false), set_config('spy.me', $2, false)",
                json.dumps(claims),
                role,
            )
            if role != login:
                await connection.execute(f"set role {role}")
            await connection.execute(SPY)
            seen: list[str] = []
            # A warning is told at once, so that no rollback can hide it.
            connection.add_log_listener(lambda _, said, seen=seen: seen.append(said.message))
            for sql in calls():
                transaction = connection.transaction()
                await transaction.start()
                with suppress(asyncpg.PostgresError):
                    await connection.execute(sql)
                await transaction.rollback()
            await asyncio.sleep(0)
            assert [said for said in seen if said.startswith("seen as")] == []
            assert await connection.fetchval("select public.bait()") is True
            await asyncio.sleep(0)
            assert "seen as palaver_definer" in seen
    # Calls are counted when a function ends well, and told when a session ends.
    assert [row["name"] for row in await world.fetch(DEFINERS) if not row["calls"]] == []
