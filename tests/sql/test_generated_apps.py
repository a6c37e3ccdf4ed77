"""Apps and their files through the Data API, what the worker writes of them, and the limits that hold."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

BYTES = 52_428_800


@pytest.fixture
async def app(acme_member: Actor) -> UUID:
    """Ben's app, made as supabase-js does."""
    made: UUID = await acme_member.value("insert into public.generated_apps (name) values ('Shop') returning id")
    return made


PUT = "select private.put_app_files($1::jsonb, $2, $3, $4, $5)"


async def put(database: Database, actor: Actor, app: UUID, files: dict[str, str], *, replace: bool = False) -> Any:
    """What the worker's call answers."""
    arguments = (actor.claims_text, app, list(files), list(files.values()), replace)
    return json.loads(await database.value(PUT, *arguments, role="palaver_worker"))


async def counted(database: Database, app: UUID) -> tuple[int, int]:
    """How many files an app has, and their bytes: as they were counted, and as they are."""
    (row,) = await database.fetch(
        "select a.file_count, a.byte_count, count(f.path), coalesce(sum(octet_length(f.content)), 0)"
        " from public.generated_apps as a left join public.generated_app_files as f on f.app_id = a.id"
        " where a.id = $1 group by a.tenant_id, a.id",
        app,
    )
    assert (row[0], row[1]) == (row[2], row[3])
    return row[0], row[1]


async def test_whoever_may_make_apps_makes_them_and_only_theirs(
    app: UUID, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, initech_viewer: Actor, anon: Actor
) -> None:
    assert await acme_member.execute("update public.generated_apps set name = 'Store' where id = $1", app) == "UPDATE 1"
    assert await acme_admin.value("select name from public.generated_apps where id = $1", app) == "Store"
    assert await acme_admin.execute("update public.generated_apps set name = 'Mine' where id = $1", app) == "UPDATE 0"
    assert await globex_admin.fetch("select id from public.generated_apps where id = $1", app) == []
    assert await initech_viewer.denied("insert into public.generated_apps (name) values ('Mine')") == "42501"
    assert await anon.denied("select id from public.generated_apps") == "42501"
    for name in ("", " ", "a\nb", "x" * 201):
        assert await acme_member.denied("insert into public.generated_apps (name) values ($1)", name) == "23514"
    assert await acme_admin.execute("delete from public.generated_apps where id = $1", app) == "DELETE 1"


async def test_a_tenant_may_turn_apps_off(acme_admin: Actor, acme_member: Actor) -> None:
    await acme_admin.execute("""update public.tenants set features = '{"generated_apps": false}'""")
    assert await acme_member.denied("insert into public.generated_apps (name) values ('Mine')") == "42501"


MAKE = "insert into public.generated_apps (name) select 'App' from generate_series(1, $1)"


async def test_a_tenant_has_no_more_apps_than_its_plan_allows(
    app: UUID, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, service: Actor, database: Database
) -> None:
    there = "select count(*) from public.generated_apps where tenant_id = $1"
    more = {each: 20 - await database.value(there, each) for each in (acme_member.tenant_id, globex_admin.tenant_id)}
    assert await acme_member.execute(MAKE, more[acme_member.tenant_id]) == f"INSERT 0 {more[acme_member.tenant_id]}"
    for actor in (acme_member, acme_admin):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await actor.execute(MAKE, 1)
        said = refused.value.as_dict()
        assert (said["sqlstate"], said["message"]) == (
            "PA442",
            'The plan "hobby" has room for no further app: its limit is 20.',
        )
        assert json.loads(said["detail"]) == {"plan": "hobby", "maxApps": 20}
    # What is not new is no further app, and another tenant's do not count.
    assert await acme_member.execute("update public.generated_apps set name = 'Store' where id = $1", app) == "UPDATE 1"
    assert await globex_admin.denied(MAKE, more[globex_admin.tenant_id] + 1) == "PA442"
    await globex_admin.execute(MAKE, more[globex_admin.tenant_id])
    assert await acme_admin.execute("delete from public.generated_apps where id = $1", app) == "DELETE 1"

    limits = "update public.tenants set app_plan_limits = $1 where id = $2"
    await service.execute(limits, '{"max_apps": 3}', acme_member.tenant_id)
    assert await acme_member.denied(MAKE, 1) == "PA442"
    await service.execute(limits, '{"max_apps": null}', acme_member.tenant_id)
    assert await acme_member.execute(MAKE, 100) == "INSERT 0 100"
    owned = "insert into public.generated_apps (tenant_id, owner_id, name) values ($1, $2, 'Theirs')"
    assert await service.denied(owned, globex_admin.tenant_id, globex_admin.user_id) == "PA442"


async def test_apps_that_are_made_at_once_are_counted_together(acme_member: Actor, database: Database) -> None:
    there = "select count(*) from public.generated_apps where tenant_id = $1"
    limits = "update public.tenants set app_plan_limits = jsonb_build_object('max_apps', $1::int)"
    await database.fetch(limits, 1 + await database.value(there, acme_member.tenant_id), role="supabase_admin")
    owned = "insert into public.generated_apps (tenant_id, owner_id, name) values ($1, $2, 'One')"
    arguments = (owned, acme_member.tenant_id, acme_member.user_id)
    async with database.connected("supabase_admin") as first, database.connected("supabase_admin") as second:
        await second.execute("set lock_timeout = '50ms'")
        async with first.transaction():
            await first.execute(*arguments)
            # Whoever comes now waits for what becomes of it.
            with pytest.raises(asyncpg.LockNotAvailableError):
                await second.execute(*arguments)
        with pytest.raises(asyncpg.PostgresError) as refused:
            await second.execute(*arguments)
        assert refused.value.sqlstate == "PA442"


BAD_PATHS = (
    *("", "/etc/passwd", "../a", "a/../b", "a/..", "..", ".", "./a", "a//b", "a/", "C:/a", "a\\b", "a\nb", "a\x7f"),
    *("a\u202eb", "a\u200bb", "\ufeffa", "x" * 1001),
)


async def test_files_come_and_go_as_rows(app: UUID, acme_member: Actor, acme_admin: Actor, database: Database) -> None:
    upsert = (
        "insert into public.generated_app_files (app_id, path, content) values ($1, $2, $3)"
        " on conflict (tenant_id, app_id, path) do update"
        " set app_id = excluded.app_id, path = excluded.path, content = excluded.content"
    )
    for path in ("prisma/schema.prisma", "src/äöü (1).ts", "a..b/.env", "…"):
        await acme_member.execute(upsert, app, path, "model")
    await acme_member.execute(upsert, app, "…", "ü")
    assert await counted(database, app) == (4, 17)
    seen = "select count(*) from public.generated_app_files where app_id = $1"
    assert await acme_admin.value(seen, app) == 4
    assert await acme_admin.denied(upsert, app, "a", "b") == "42501"
    await acme_member.execute("update public.generated_app_files set path = 'b', content = '' where path = '…'")
    await acme_member.execute("delete from public.generated_app_files where path like 'src/%'")
    assert await counted(database, app) == (3, 10)
    for path in BAD_PATHS:
        assert await acme_member.denied(upsert, app, path, "x") == "23514", path
    assert await acme_member.denied(upsert, app, "large", "x" * 2_097_153) == "23514"
    assert await acme_member.denied("update public.generated_app_files set bytes = 1") == "42501"


async def test_the_worker_writes_many_at_once(
    app: UUID, acme_member: Actor, acme_admin: Actor, database: Database
) -> None:
    another = await acme_member.value("insert into public.generated_apps (name) values ('Blog') returning id")
    await put(database, acme_member, another, {"a": "other", "b": "other", "c": "other"})
    outcome = ("files", "bytes", "added", "changed", "removed", "unchanged")
    for files, replace, told in (
        ({"a": "1", "b": "22"}, False, (2, 3, 2, 0, 0, 0)),
        ({"b": "22", "c": "4"}, True, (2, 3, 1, 0, 1, 1)),
        ({"c": "5"}, False, (2, 3, 0, 1, 0, 0)),
        ({}, True, (0, 0, 0, 0, 2, 0)),
    ):
        made = await put(database, acme_member, app, files, replace=replace)
        assert made == dict(zip(outcome, told, strict=True))
    with pytest.raises(asyncpg.PostgresError) as refused:
        await put(database, acme_admin, app, {"a": "1"})
    assert refused.value.sqlstate == "PA403"
    for paths, contents in ((["a", "a"], ["1", "2"]), (["a"], []), (["a"], [None]), ([None], ["a"]), (None, ["a"])):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await database.value(PUT, acme_member.claims_text, app, paths, contents, False, role="palaver_worker")
        assert refused.value.sqlstate == "PA422", paths


async def test_the_limits_of_an_app_hold_against_whoever_writes_at_once(
    app: UUID, acme_member: Actor, database: Database
) -> None:
    await database.fetch(
        "insert into public.generated_app_files (tenant_id, app_id, path, content)"
        " select $1, $2, 'f' || n, '' from generate_series(1, 9995) as n",
        *(acme_member.tenant_id, app),
    )

    async def add(path: str, content: str) -> str:
        async with database.connected("authenticator") as connection:
            one = Actor(connection, auth_id=acme_member.auth_id)
            try:
                await one.execute(
                    "insert into public.generated_app_files (app_id, path, content) values ($1, $2, $3)",
                    *(app, path, content),
                )
            except asyncpg.PostgresError as error:
                return str(error.sqlstate)
        return "added"

    added = await asyncio.gather(*(add(f"g{n}", "") for n in range(10)))
    assert sorted(added) == ["PA422"] * 5 + ["added"] * 5
    assert (await counted(database, app))[0] == 10_000

    await database.fetch("update public.generated_app_files set content = repeat('x', 2097152) where path ~ '^f[1-9]$'")
    await database.fetch(
        "update public.generated_app_files set content = repeat('x', 2097152) where path ~ '^f1[0-4]$'"
    )
    await database.fetch("delete from public.generated_app_files where path like 'g%'")
    filled = BYTES - (await counted(database, app))[1]
    await database.fetch(
        "update public.generated_app_files set content = repeat('x', 2097152) where path ~ '^f2[0-9]$'"
    )
    left = filled - 10 * 2_097_152
    assert left == 2_097_152
    added = await asyncio.gather(*(add(f"h{n}", "x" * (left // 2)) for n in range(4)))
    assert sorted(added) == ["PA422"] * 2 + ["added"] * 2
    assert (await counted(database, app))[1] == BYTES


async def test_a_source_that_was_read_before_is_its_revision(
    app: UUID, acme_member: Actor, acme_admin: Actor, database: Database
) -> None:
    async def record(digest: str, actor: Actor = acme_member) -> Any:
        async with database.connected("palaver_worker") as connection:
            return json.loads(
                await connection.fetchval(
                    "select private.record_app_revision($1::jsonb, $2, $3, $4, $5)",
                    *(actor.claims_text, app, '{"tables": []}', '{"findings": []}', digest * 64),
                )
            )

    made = await asyncio.gather(*(record(digest) for digest in "abcabc"))
    assert sorted(revision["number"] for revision in made) == [1, 1, 2, 2, 3, 3]
    assert sum(revision["created"] for revision in made) == 3
    assert (
        await acme_admin.value("select count(*) from public.app_revisions where created_by = $1", acme_member.user_id)
        == 3
    )
    assert await acme_member.denied("update public.app_revisions set number = 9") == "42501"
    assert (
        await acme_member.denied(
            "insert into public.app_revisions (tenant_id, app_id, number, schema, source_digest)"
            " values ($1, $2, 9, '{}', repeat('0', 64))",
            *(acme_member.tenant_id, app),
        )
        == "42501"
    )
    for refused, state, actor in (("a", "PA403", acme_admin), ("!", "23514", acme_member)):
        with pytest.raises(asyncpg.PostgresError) as error:
            await record(refused, actor)
        assert error.value.sqlstate == state


LIMITS: tuple[tuple[object, tuple[int | None, ...] | None], ...] = (
    ({}, (1, 104_857_600, 10, 20)),
    ({"max_databases": None}, (None, 104_857_600, 10, 20)),
    ({"max_databases": 3, "max_bytes": 5, "max_connections": 7}, (3, 5, 7, 20)),
    ({"max_databases": 10**6, "max_bytes": 10**15, "max_connections": 10**5}, (10**6, 10**15, 10**5, 20)),
    ({"max_databases": 0, "max_bytes": 1, "max_connections": 1}, (0, 1, 1, 20)),
    ({"max_bytes": None, "max_connections": None}, (1, None, None, 20)),
    ({"max_bytes": 10**15 + 1}, None),
    ({"max_bytes": 0}, None),
    ({"max_connections": 0}, None),
    ({"max_connections": 10**5 + 1}, None),
    ({"max_bytes": 1.5}, None),
    ({"max_bytes": "5"}, None),
    ({"max_bytes": [5]}, None),
    ({"max_databases": -1}, None),
    ({"max_databases": 10**6 + 1}, None),
    ({"max_apps": None}, (1, 104_857_600, 10, None)),
    ({"max_apps": 0}, (1, 104_857_600, 10, 0)),
    ({"max_apps": 10**6}, (1, 104_857_600, 10, 10**6)),
    ({"max_apps": 10**6 + 1}, None),
    ({"max_apps": -1}, None),
    ({"max_tables": 1}, None),
    ([], None),
    ("max_bytes", None),
)
"""What a tenant has of its own, and the databases, bytes, connections and apps that come of it; None: it is refused."""


async def test_a_tenants_own_limits_come_before_its_plans(
    acme_member: Actor, acme_admin: Actor, service: Actor
) -> None:
    change = "update public.tenants set app_plan_limits = $1::jsonb where id = $2"
    assert await acme_admin.denied(change, "{}", acme_admin.tenant_id) == "42501"
    for limits, allowed in LIMITS:
        if allowed is None:
            assert await service.denied(change, json.dumps(limits), acme_admin.tenant_id) == "23514", limits
        else:
            await service.execute(change, json.dumps(limits), acme_admin.tenant_id)
            (row,) = await acme_member.fetch("select * from private.app_limits($1)", acme_admin.tenant_id)
            assert tuple(row)[1:] == allowed


async def test_of_somebody_who_is_erased_the_apps_stay(app: UUID, acme_member: Actor, database: Database) -> None:
    await put(database, acme_member, app, {"a": "1"})
    erasure = await database.value(
        "select id from private.begin_erasure($1, $2)", acme_member.tenant_id, acme_member.user_id
    )
    step = "select row_count from private.erase_person_step($1, $2, 1000)"
    while await database.fetch(step, acme_member.tenant_id, erasure):
        pass
    (row,) = await database.fetch("select owner_id, file_count from public.generated_apps where id = $1", app)
    assert tuple(row) == (None, 1)
    assert await database.value("select count(*) from public.app_revisions where created_by is not null") == 0


async def test_nothing_of_a_file_is_in_the_log(app: UUID, acme_member: Actor, database: Database) -> None:
    await put(database, acme_member, app, {"a": "SECRET-CONTENT"})
    noted = "select count(*) from public.audit_log where object = 'generated_apps' and object_id = $1"
    assert await database.value(noted, app) == 1
    assert await database.value("select count(*) from public.audit_log as a where a::text like '%SECRET%'") == 0
