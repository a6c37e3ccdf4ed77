"""The audit log: who changed what, from what to what, when, in which request; nobody rewrites it."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.benchmarks.plans import acting, explain, indexes
from tests.world import Actor, Database

NOBODY = "00000000-0000-0000-0000-000000000000"
WITHHELD = {"withheld": True}
REQUESTS = (
    ('{"x-request-id": "abc-1", "host": "h"}', "", "abc-1"),
    ('{"x-request-id": "abc-1"}', "own", "abc-1"),
    ('{"host": "h"}', "own", "own"),
    ("", "own", "own"),
    ("", "", None),
    ('{"x-request-id": ""}', "", None),
    ('{"x-request-id": {"a": 1}}', "", '{"a": 1}'),
    ('{"x-request-id": "' + "x" * 1_000_000 + '"}', "", "x" * 200),
    ('{"x-request-id": "\\u0000"}', "", None),
    ("no json", "", None),
    ("[" * 100_000, "", None),
    ("[1]", "", None),
    ("null", "own", "own"),
)
"""Headers, setting, and the request's id."""
LOG = "select * from public.audit_log order by at desc, id desc"


async def log(actor: Actor, number: int = 1) -> list[dict[str, Any]]:
    """The newest rows that somebody sees, newest first, with their JSON read."""
    rows = [dict(row) for row in await actor.fetch(f"{LOG} limit $1", number)]
    for row in rows:
        row["before"], row["after"] = (json.loads(row[name] or "null") for name in ("before", "after"))
    return rows


async def test_a_change_of_settings_says_who_what_before_after_and_when(acme_admin: Actor, service: Actor) -> None:
    before = await service.value("select now()")
    await acme_admin.execute("update public.tenants set daily_token_limit = 5000, llm_model = 'gpt-5'")
    (row,) = await log(acme_admin)
    assert (row["actor_id"], row["actor_role"]) == (acme_admin.user_id, "authenticated")
    assert (row["action"], row["object"], row["object_id"]) == ("update", "tenants", acme_admin.tenant_id)
    assert row["before"].keys() == row["after"].keys() == {"daily_token_limit", "llm_model"}
    assert row["after"] == {"daily_token_limit": 5000, "llm_model": "gpt-5"}
    assert row["at"] > before
    assert (row["subject_id"], row["request_id"]) == (None, None)


async def test_people_invited_changed_and_withdrawn_are_all_told(acme_admin: Actor) -> None:
    made = await acme_admin.value("insert into public.users (email) values ('new@acme.test') returning id")
    await acme_admin.execute("update public.users set role = 'viewer' where id = $1", made)
    await acme_admin.execute("delete from public.users where id = $1", made)
    deleted, updated, inserted = await log(acme_admin, 3)
    assert {row["object_id"] for row in (deleted, updated, inserted)} == {made}
    assert {row["subject_id"] for row in (deleted, updated, inserted)} == {made}
    assert (inserted["before"], inserted["after"]["email"]) == (None, "new@acme.test")
    assert (updated["before"], updated["after"]) == ({"role": "member"}, {"role": "viewer"})
    assert (deleted["before"]["role"], deleted["after"]) == ("viewer", None)


async def test_servers_and_the_owner_are_told_by_their_role(
    database: Database, service: Actor, acme_admin: Actor
) -> None:
    await service.execute("update public.tenants set is_active = true, name = 'Acme Ltd' where slug = 'acme'")
    await database.fetch("update public.tenants set name = 'Acme Inc' where slug = 'acme'")
    assert [(row["actor_role"], row["actor_id"], row["after"]) for row in await log(acme_admin, 2)] == [
        ("postgres", None, {"name": "Acme Inc"}),
        ("service_role", None, {"name": "Acme Ltd"}),
    ]


async def test_what_changes_nothing_that_matters_is_not_told(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    before = await log(acme_admin, 100)
    await acme_admin.execute("update public.tenants set name = name")
    await acme_member.execute("update public.users set name = name")
    await acme_member.execute("""update public.users set preferences = '{"theme": "dark"}'""")
    await database.fetch("update public.users set last_active_at = now()")
    assert await log(acme_admin, 100) == before
    await database.fetch("update public.users set last_active_at = now(), role = 'viewer' where email like 'ben@%'")
    (row,) = await log(acme_admin)
    assert row["after"] == {"role": "viewer"}


async def test_long_values_stand_as_their_length_and_digest(acme_admin: Actor) -> None:
    for text in ("\u00e4" * 2000, "\u00e4" * 2001, "\u202e<b>{{x}}';--" * 5000):
        await acme_admin.execute("update public.tenants set system_prompt = $1", text)
        (row,) = await log(acme_admin)
        digest = {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}
        assert row["after"] == {"system_prompt": digest if len(text) > 2000 else text}
    await acme_admin.execute("update public.tenants set branding = jsonb_build_object('css', repeat('x', 3000))")
    (row,) = await log(acme_admin)
    assert row["after"]["branding"].keys() == {"length", "sha256"}


async def test_secrets_and_what_is_private_are_withheld(database: Database) -> None:
    audited = "select private.audited($1, $2)"
    row = {"token_hash": "ab", "password_hash": None, "secret": 1, "daily_token_limit": 2}
    told = json.loads(await database.value(audited, json.dumps(row), False))
    assert told == {**dict.fromkeys(row, WITHHELD), "daily_token_limit": 2}
    prompt = {"id": NOBODY, "user_id": NOBODY, "name": "Mine", "text": "Say", "tags": ["x"], "description": None}
    told = json.loads(await database.value(audited, json.dumps(prompt), True))
    assert told == {**prompt, **dict.fromkeys(("name", "text", "tags"), WITHHELD)}


async def test_the_request_is_named_as_the_client_named_it(acme_admin: Actor) -> None:
    for number, (headers, setting, expected) in enumerate(REQUESTS):
        async with acme_admin.acting() as connection:
            await connection.execute(
                "select set_config('request.headers', $1, true), set_config('palaver.request_id', $2, true)",
                headers,
                setting,
            )
            await connection.execute("update public.tenants set name = $1", f"Name {number}")
        (row,) = await log(acme_admin)
        assert (row["after"], row["request_id"]) == ({"name": f"Name {number}"}, expected), headers[:50]


async def test_claims_that_make_no_sense_hinder_no_change(database: Database, acme_admin: Actor) -> None:
    async with database.connected() as connection, connection.transaction():
        await connection.execute("select set_config('request.jwt.claims', 'nonsense', true)")
        await connection.execute("update public.tenants set name = 'Nonsense' where slug = 'acme'")
    (row,) = await log(acme_admin)
    assert (row["after"], row["actor_id"]) == ({"name": "Nonsense"}, None)


async def test_whoever_joins_is_told_as_the_one_who_did_it(
    database: Database, data_api: asyncpg.Connection, acme_admin: Actor
) -> None:
    await acme_admin.execute("insert into public.users (email) values ('new@acme.test')")
    auth_id = await database.value(
        "insert into auth.users (id, email) values (gen_random_uuid(), 'new@acme.test') returning id"
    )
    claims = {"sub": str(auth_id), "role": "authenticated", "email": "new@acme.test"}
    guest = Actor(data_api, auth_id=auth_id, claims=claims)
    made = await guest.value("select id from public.accept_invitation($1)", acme_admin.tenant_id)
    (row,) = await log(acme_admin)
    assert (row["actor_id"], row["object_id"], row["action"]) == (made, made, "update")
    assert row["after"].keys() == {"auth_id", "joined_at"}


async def test_admins_read_their_own_tenants_log_and_nobody_else_any(
    database: Database,
    acme_admin: Actor,
    acme_member: Actor,
    globex_admin: Actor,
    outsider: Actor,
    anon: Actor,
    service: Actor,
) -> None:
    await database.fetch("update public.tenants set name = name || '!'")
    assert {row["tenant_id"] for row in await acme_admin.fetch(LOG)} == {acme_admin.tenant_id}
    assert {row["tenant_id"] for row in await globex_admin.fetch(LOG)} == {globex_admin.tenant_id}
    for actor in (acme_member, outsider):
        assert await actor.fetch(LOG) == []
    assert await anon.denied(LOG) == "42501"
    assert len({row["tenant_id"] for row in await service.fetch(LOG)}) == 3


async def test_nobody_writes_changes_or_deletes_what_is_in_it(
    database: Database, acme_admin: Actor, service: Actor
) -> None:
    statements = (
        "insert into public.audit_log (tenant_id, actor_role, action, object, after)"
        f" values ('{acme_admin.tenant_id}', 'x', 'insert', 'x', '{{}}')",
        "update public.audit_log set after = null",
        "update public.audit_log set after = after where false",
        "delete from public.audit_log",
        "truncate public.audit_log",
        f"select private.redact_audit('{acme_admin.tenant_id}', '{acme_admin.user_id}')",
    )
    for sql in statements:
        for actor in (acme_admin, service):
            assert await actor.denied(sql) == "42501"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.fetch(sql, role="palaver_worker")


async def test_it_goes_with_its_tenant_and_holds_no_tenant_back(database: Database, acme_admin: Actor) -> None:
    await database.fetch("update public.tenants set name = name || '!'")
    await database.fetch("delete from public.tenants where slug in ('acme', 'globex')")
    rows = await database.fetch(
        "select distinct t.slug from public.audit_log as a join public.tenants as t on t.id = a.tenant_id"
    )
    assert [row["slug"] for row in rows] == ["initech"]
    assert await database.value("select count(*) from public.audit_log where tenant_id = $1", acme_admin.tenant_id) == 0


async def test_a_person_who_is_gone_can_be_taken_out_of_it(
    database: Database, acme_admin: Actor, acme_member: Actor
) -> None:
    await acme_member.execute("update public.users set name = 'Benjamin'")
    await acme_admin.execute("update public.users set role = 'admin' where id = $1", acme_member.user_id)
    await acme_member.execute("update public.tenants set name = 'Ben''s tools'")
    await database.fetch(
        "insert into public.audit_log (tenant_id, actor_role, action, object, after)"
        " values ($1, 'x', 'insert', 'x', $2)",
        acme_member.tenant_id,
        json.dumps({"made_by": str(acme_member.user_id), "reason": "A case"}),
    )
    await database.fetch("delete from public.users where id = $1", acme_member.user_id)
    others = "select * from public.audit_log where tenant_id <> $1 order by id"
    untouched = await database.fetch(others, acme_member.tenant_id)
    redact = "select private.redact_audit($1, $2)"
    assert await database.value(redact, acme_member.tenant_id, acme_member.user_id) >= 6
    rows = await log(acme_admin, 100)
    of_people = [row for row in rows if row["object"] == "users" and row["object_id"] is None]
    assert [row["action"] for row in of_people] == ["delete", "update", "update", "insert"]
    deleted, promoted, named, _ = of_people
    assert deleted["before"]["email"] == deleted["before"]["name"] == WITHHELD
    assert (promoted["actor_id"], promoted["after"]) == (acme_admin.user_id, {"role": WITHHELD})
    assert (named["actor_id"], named["before"]) == (None, {"name": WITHHELD})
    assert {"made_by": NOBODY, "reason": "A case"} in [row["after"] for row in rows]
    (renamed,) = [row for row in rows if row["after"] == {"name": "Ben's tools"}]
    assert renamed["actor_id"] is None
    left = str(await database.fetch("select actor_id, object_id, subject_id, before, after from public.audit_log"))
    for trace in (str(acme_member.user_id), "ben@acme.test", "Benjamin"):
        assert trace not in left
    assert "ada@acme.test" in left
    assert await database.fetch(others, acme_member.tenant_id) == untouched
    assert await database.value(redact, acme_admin.tenant_id, UUID(int=1)) == 0
    assert await database.value(redact, None, None) == 0


async def test_pages_and_the_history_of_one_row_use_their_indexes(
    database: Database, data_api: asyncpg.Connection, acme_admin: Actor
) -> None:
    await database.fetch(
        "insert into public.audit_log (tenant_id, at, actor_role, action, object, object_id, after)"
        " select t.id, now() - n * interval '1 minute', 'x', 'insert', 'users', gen_random_uuid(), '{}'"
        " from public.tenants as t cross join generate_series(1, 3000) as n"
    )
    await database.fetch("vacuum analyze public.audit_log")
    queries = (
        ("true", "audit_log_at_idx"),
        ("at <= now() and (at < now() or id < private.uuid_v7())", "audit_log_at_idx"),
        ("object = 'users' and object_id = (select private.current_user_id())", "audit_log_object_idx"),
    )
    for number, (condition, index) in enumerate(queries):
        name = f"log_{number}"
        sql = f"select * from public.audit_log where {condition} order by at desc, id desc limit 50"
        async with acting(data_api, acme_admin.auth_id):
            statement = await data_api.prepare(sql, name=name)
            plan = (await explain(data_api, statement.get_name(), ()))["Plan"]
        assert index in indexes(plan), condition
