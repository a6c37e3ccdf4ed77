"""Projects: who sees, changes and shares them, what they were, and that nobody overwrites what they did not see."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

HELPDESK: Final = UUID("00000000-0000-7000-8000-0000000a4010")
"""Ada's of Acme, in the demo data; Ben is an editor."""
NOWHERE: Final = UUID("00000000-0000-7000-8000-00000000dead")

CONFIGURE: Final = "update public.projects set configuration = $2 where id = $1 returning configuration_version"
WRITE: Final = "update public.projects set yaml = $2 where id = $1 returning yaml_version"
SYNC: Final = "select * from public.mark_project_synced($1, $2, $3)"
JOIN: Final = "insert into public.project_members (project_id, user_id, access) values ($1, $2, $3)"
READ: Final = "select * from private.read_project($1::jsonb, $2)"
REVISIONS: Final = "select * from private.read_revisions($1::jsonb, $2, $3, $4, $5)"


async def create(actor: Actor, slug: str = "desk", **more: object) -> UUID:
    """A project of the actor's, as supabase-js adds one: `insert(…).select()`."""
    values = {"slug": slug, "name": "Desk", **more}
    places = ", ".join(f"${number + 1}" for number in range(len(values)))
    sql = f"insert into public.projects ({', '.join(values)}) values ({places}) returning *"
    return UUID(str((await actor.fetch(sql, *values.values()))[0]["id"]))


async def seen(actor: Actor) -> set[str]:
    return {row["slug"] for row in await actor.fetch("select * from public.projects")}


async def refused(actor: Actor, sql: str, *arguments: object) -> tuple[str, Any]:
    """The SQLSTATE, and what the detail says."""
    with pytest.raises(asyncpg.PostgresError) as error:
        await actor.fetch(sql, *arguments)
    detail = error.value.detail
    return str(error.value.sqlstate), json.loads(detail) if detail and detail.startswith("{") else None


async def revisions(actor: Actor, project: UUID, side: str) -> list[tuple[int, str]]:
    sql = "select version, cause from public.project_revisions where project_id = $1 and side = $2 order by version"
    return [tuple(row) for row in await actor.fetch(sql, project, side)]


async def test_a_project_is_its_owners_its_members_and_the_admins(
    database: Database,
    acme_admin: Actor,
    acme_member: Actor,
    globex_admin: Actor,
    outsider: Actor,
    anon: Actor,
    service: Actor,
) -> None:
    mine = await create(acme_member, "mine")
    await create(acme_admin, "hers")
    assert await seen(acme_member) == {"mine", "helpdesk"}
    assert await seen(acme_admin) == {"mine", "hers", "helpdesk"}
    assert await seen(globex_admin) == await seen(outsider) == set()
    assert await anon.denied("select * from public.projects") == "42501"
    assert await seen(service) == {"mine", "hers", "helpdesk"}
    change = "update public.projects set name = 'Changed' where id = $1"
    assert await acme_admin.execute(change, mine) == "UPDATE 1"
    assert await globex_admin.execute(change, mine) == "UPDATE 0"
    # Neither with WHERE nor with RETURNING nothing but the update's own policy holds.
    assert await globex_admin.execute("update public.projects set name = 'Changed'") == "UPDATE 0"
    assert await acme_member.execute("update public.projects set name = 'Desk'") == "UPDATE 2"
    assert await globex_admin.execute("delete from public.projects where id = $1", mine) == "DELETE 0"
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await seen(acme_member) == set()
    assert await acme_member.denied(SYNC, HELPDESK, 2, 2) == "PA404"


async def test_viewers_see_editors_change_owners_share(
    database: Database, acme_admin: Actor, acme_member: Actor, globex_member: Actor
) -> None:
    project = await create(acme_admin, "hers", yaml="a: 1")
    await acme_admin.execute(JOIN, project, acme_member.user_id, "viewer")
    assert "hers" in await seen(acme_member)
    assert await acme_member.execute("update public.projects set name = 'Mine' where id = $1", project) == "UPDATE 0"
    assert (await refused(acme_member, SYNC, project, 1, 1))[0] == "PA403"
    promote = "update public.project_members set access = 'editor' where project_id = $1"
    assert await acme_member.execute(promote, project) == "UPDATE 0"
    assert await acme_admin.execute(promote, project) == "UPDATE 1"
    assert await acme_member.execute("update public.projects set name = 'Ours' where id = $1", project) == "UPDATE 1"
    assert await acme_member.denied(JOIN, project, acme_admin.user_id, "editor") == "42501"
    assert await acme_member.execute("delete from public.projects where id = $1", project) == "DELETE 0"
    assert await acme_admin.denied(JOIN, project, globex_member.user_id, "viewer") == "23503"
    assert await acme_member.execute("delete from public.project_members where project_id = $1", project) == "DELETE 1"
    assert "hers" not in await seen(acme_member)
    assert await acme_member.fetch("select * from public.project_revisions where project_id = $1", project) == []


async def test_those_who_may_not_use_the_assistant_create_none(initech_viewer: Actor, acme_member: Actor) -> None:
    assert await initech_viewer.denied("insert into public.projects (slug, name) values ('a', 'A')") == "42501"
    for column in ("tenant_id", "owner_id"):
        foreign = f"insert into public.projects ({column}, slug, name) values ($1, 'a', 'A')"
        assert await acme_member.denied(foreign, NOWHERE) == "42501"


async def test_versions_count_changes_and_nobody_sets_them(acme_member: Actor, service: Actor) -> None:
    project = await create(acme_member, yaml="a: 1", configuration='{"a": 1}')
    assert await acme_member.value(CONFIGURE, project, '{"a": 1.0}') == 1
    assert await acme_member.value(CONFIGURE, project, '{"a": 2}') == 2
    assert await acme_member.value(WRITE, project, "a: 1") == 1
    assert await acme_member.value(WRITE, project, "a: 1 # once") == 2
    assert await acme_member.value(WRITE, project, None) == 3
    for column in ("configuration_version", "yaml_version", "synced_configuration", "synced_yaml", "synced_at"):
        assert (
            await acme_member.denied(f"update public.projects set {column} = default where id = $1", project) == "42501"
        )
        assert (
            await acme_member.denied(f"insert into public.projects (slug, name, {column}) values ('b', 'B', default)")
            == "42501"
        )
    forged = "update public.projects set configuration_version = 9, yaml_version = 9 where id = $1"
    assert await service.execute(forged, project) == "UPDATE 1"
    assert (
        await acme_member.value(
            "select (configuration_version, yaml_version)::text from public.projects where id = $1", project
        )
        == "(2,3)"
    )
    assert await revisions(acme_member, project, "database") == [(1, "created"), (2, "edit")]
    assert await revisions(acme_member, project, "yaml") == [(1, "created"), (2, "edit"), (3, "edit")]


async def test_whoever_was_slower_changes_nothing(database: Database, acme_admin: Actor, acme_member: Actor) -> None:
    project = HELPDESK
    based = "update public.projects set configuration = $2 where id = $1 and configuration_version = 2"
    async with database.connected("authenticator") as one, database.connected("authenticator") as other:
        ada, ben = (
            Actor(connection, auth_id=actor.auth_id) for connection, actor in ((one, acme_admin), (other, acme_member))
        )
        async with ada.acting() as connection:
            assert await connection.execute(based, project, '{"a": 1}') == "UPDATE 1"
            slower = asyncio.create_task(ben.execute(based, project, '{"a": 2}'))
            while not await database.value("select count(*) from pg_locks where not granted"):
                await asyncio.sleep(0)
        assert await slower == "UPDATE 0"
    assert (
        await acme_admin.value("select configuration::text from public.projects where id = $1", project) == '{"a": 1}'
    )
    assert await revisions(acme_admin, project, "database") == [(1, "created"), (2, "edit"), (3, "edit")]


async def test_revisions_say_who_and_cannot_be_written(acme_admin: Actor, acme_member: Actor, service: Actor) -> None:
    await acme_member.value(CONFIGURE, HELPDESK, '{"a": 1}')
    await service.execute("update public.projects set yaml = 'a: 1' where id = $1", HELPDESK)
    newest = (
        "select user_id, user_name, cause from public.project_revisions where side = $1 order by version desc limit 1"
    )
    assert tuple((await acme_admin.fetch(newest, "database"))[0]) == (acme_member.user_id, "Ben", "edit")
    assert tuple((await acme_admin.fetch(newest, "yaml"))[0]) == (None, None, "edit")
    for forged in (
        "update public.project_revisions set cause = 'suggestion'",
        "delete from public.project_revisions",
        f"insert into public.project_revisions (tenant_id, project_id, side, version, yaml, cause)"
        f" values ('{acme_admin.tenant_id}', '{HELPDESK}', 'yaml', 9, '', 'edit')",
    ):
        assert await acme_admin.denied(forged) == "42501"


async def test_the_newest_two_hundred_of_each_side_are_kept(acme_member: Actor, database: Database) -> None:
    project, other = await create(acme_member, yaml="0"), await create(acme_member, "other", yaml="0")
    configure = "update public.projects set configuration = jsonb_build_object('a', $2::integer) where id = $1"
    write = "update public.projects set yaml = $2::integer where id = $1"
    async with database.connected() as connection:
        for first, last, change in ((1, 205, configure), (1, 205, write), (206, 208, configure), (206, 211, write)):
            for number in range(first, last + 1):
                await connection.execute(change, project, number)
            kept = {side: await revisions(acme_member, project, side) for side in ("database", "yaml")}
            for of_side in kept.values():
                assert len(of_side) == min(of_side[-1][0], 200)
    assert (kept["database"][-1][0], kept["yaml"][-1][0]) == (209, 212)
    for side in kept:
        assert await revisions(acme_member, other, side) == [(1, "created")]


async def test_a_sync_is_of_the_versions_that_were_seen(
    acme_member: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    project, other = (
        await create(acme_member, configuration='{"a": 1}'),
        await create(acme_member, "other", yaml="a: 1"),
    )
    assert (await refused(acme_member, SYNC, project, 1, 0))[0] == "PA422"
    await acme_member.value(WRITE, project, "a: 1")
    (row,) = await acme_member.fetch(SYNC, project, 1, 1)
    assert (row["synced_configuration"], row["synced_yaml"], row["synced_by"]) == (
        '{"a": 1}',
        "a: 1",
        acme_member.user_id,
    )
    await acme_member.value(CONFIGURE, project, '{"a": 2}')
    assert await refused(acme_member, SYNC, project, 1, 1) == ("PA430", {"configurationVersion": 2, "yamlVersion": 1})
    assert await refused(acme_member, SYNC, project, None, None) == (
        "PA430",
        {"configurationVersion": 2, "yamlVersion": 1},
    )
    for stranger, id_ in ((globex_admin, project), (outsider, project), (acme_member, NOWHERE), (acme_member, None)):
        assert await stranger.denied(SYNC, id_, 2, 1) == "PA404"
    synced = "select synced_configuration from public.projects where id = $1"
    assert await acme_member.value(synced, project) == '{"a": 1}'
    assert await acme_member.value(synced, other) is None


async def test_bad_input_is_refused_and_told(acme_member: Actor) -> None:
    state, detail = await refused(acme_member, CONFIGURE, HELPDESK, '{"workflow": {"statuses": 3}}')
    assert (state, detail["errors"][0]["path"]) == ("PA433", "workflow.statuses")
    # A check's own detail would show the row, and what it holds.
    assert await refused(acme_member, CONFIGURE, HELPDESK, json.dumps({"a": "x" * 2_100_000})) == ("23514", None)
    assert await refused(acme_member, WRITE, HELPDESK, "x" * 2_100_000) == ("23514", None)
    assert (await refused(acme_member, CONFIGURE, HELPDESK, '{"a": "\\u0000"}'))[0] == "22P05"
    for slug in ("", "A", "a b", "a/b", "../a", "-a", "a" * 64, "ä", "a\u202eb", "a\n"):
        assert await acme_member.denied("insert into public.projects (slug, name) values ($1, 'A')", slug) == "23514"
    for name in ("", " ", "x" * 201):
        assert await acme_member.denied("insert into public.projects (slug, name) values ('a', $1)", name) == "23514"
    hide = "update public.projects set secret_paths = $2 where id = $1"
    for path in ("", "a..b", "a.", ".a", "a[", "a[b]", "a b", '["a]', "a[-1]", "$.a", "a\n", "***"):
        assert await acme_member.denied(hide, HELPDESK, [path]) == "PA422", path
    for path in (
        "a",
        "*",
        "a.*.token",
        "**.pin",
        "a.**.pin",
        'env["API KEY"]',
        'a["x\\"y"][0].b',
        "[*].secret",
        "a-b[12]",
    ):
        assert await acme_member.execute(hide, HELPDESK, [path]) == "UPDATE 1"


async def test_names_that_are_markup_or_code_are_kept_as_they_are(acme_member: Actor) -> None:
    name = "<img src=x onerror=alert(1)>'; drop table public.projects; -- {{7*7}} \u202e"
    project = await create(acme_member, name=name, description=name, yaml=name, yaml_file=name)
    assert await acme_member.value("select name from public.projects where id = $1", project) == name


async def test_the_worker_reads_as_the_person(database: Database, acme_member: Actor, globex_admin: Actor) -> None:
    ben, chloe = acme_member.claims_text, globex_admin.claims_text
    by_slug, by_id = [
        (await database.fetch(READ, ben, name, role="palaver_worker"))[0] for name in ("helpdesk", str(HELPDESK))
    ]
    assert by_slug == by_id
    assert (by_id["access"], by_id["configuration_version"], by_id["yaml_file"]) == (
        "editor",
        2,
        "config/helpdesk.yaml",
    )
    assert json.loads(by_id["schema"])["properties"]["workflow"]
    for claims, name in (
        (ben, "gone"),
        (ben, str(NOWHERE)),
        (ben, None),
        (chloe, "helpdesk"),
        (chloe, str(HELPDESK)),
        ("{}", "helpdesk"),
    ):
        with pytest.raises(asyncpg.PostgresError) as error:
            await database.fetch(READ, claims, name, role="palaver_worker")
        assert error.value.sqlstate == "PA404"
    listed = await database.fetch(
        "select slug, access from private.list_projects($1::jsonb)", ben, role="palaver_worker"
    )
    assert [tuple(row) for row in listed] == [("helpdesk", "editor")]
    assert (
        await database.fetch("select * from private.read_projects($1::jsonb, 100)", chloe, role="palaver_worker") == []
    )

    page = await database.fetch(REVISIONS, ben, HELPDESK, "database", 1, None, role="palaver_worker")
    rest = await database.fetch(REVISIONS, ben, HELPDESK, "database", 9, page[0]["version"], role="palaver_worker")
    assert [(row["version"], row["user_name"]) for row in [*page, *rest]] == [(2, "Ben"), (1, "Ada")]
    with pytest.raises(asyncpg.PostgresError) as error:
        await database.fetch(REVISIONS, chloe, HELPDESK, "database", 9, None, role="palaver_worker")
    assert error.value.sqlstate == "PA404"


async def test_the_log_says_that_it_changed_and_not_what(acme_admin: Actor) -> None:
    marker = "hunter2-7q"
    await acme_admin.value(CONFIGURE, HELPDESK, json.dumps({"password": marker}))
    await acme_admin.value(WRITE, HELPDESK, f"password: {marker}")
    await acme_admin.fetch(SYNC, HELPDESK, 3, 3)
    rows = await acme_admin.fetch(
        "select before::text || after::text as said, after from public.audit_log"
        " where object = 'projects' and action = 'update'"
    )
    changed = [set(json.loads(row["after"])) for row in rows]
    assert {"configuration", "configuration_version"} in changed
    assert {"yaml", "yaml_version"} in changed
    assert not any(marker in row["said"] for row in rows)


async def test_a_project_outlives_whoever_owned_it(database: Database, acme_admin: Actor, acme_member: Actor) -> None:
    project = await create(acme_member, yaml="a: 1")
    await acme_member.fetch(SYNC, project, 1, 1)
    await database.fetch("delete from public.users where id = $1", acme_member.user_id)
    (row,) = await acme_admin.fetch("select * from public.projects where id = $1", project)
    assert (row["owner_id"], row["synced_by"], row["synced_yaml"]) == (None, None, "a: 1")
    assert await acme_admin.execute("delete from public.projects where id = $1", project) == "DELETE 1"
    assert await database.value("select count(*) from public.project_revisions where project_id = $1", project) == 0


async def test_a_project_stays_while_what_is_said_about_it_is_held(acme_admin: Actor, acme_member: Actor) -> None:
    delete = "delete from public.projects where id = $1"
    await acme_member.fetch(
        "insert into public.conversations (context_type, project_id) values ('project', $1)", HELPDESK
    )
    await acme_admin.fetch(
        "insert into public.legal_holds (user_id, reason) values ($1, 'A dispute')", acme_member.user_id
    )
    assert await acme_admin.denied(delete, HELPDESK) == "PA409"
    await acme_admin.fetch("update public.legal_holds set released_at = now()")
    assert await acme_admin.execute(delete, HELPDESK) == "DELETE 1"


async def test_a_conversation_is_about_a_project_that_its_owner_sees(acme_member: Actor, acme_admin: Actor) -> None:
    start = "insert into public.conversations (context_type, project_id) values ($1, $2) returning project_id"
    assert await acme_member.value(start, "project", HELPDESK) == HELPDESK
    assert await acme_member.denied(start, "project", await create(acme_admin, "hers")) == "42501"
    for context, project in (("project", None), ("infrastructure", HELPDESK), (None, HELPDESK), ("anything", None)):
        assert await acme_member.denied(start, context, project) == "23514"
