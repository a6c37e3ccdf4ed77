"""Sessions of the configuration assistant: one for each person and project, found again, and gone with access."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.sql.suggesting import member, project, session
from tests.world import Actor, Database

OPEN = "select * from public.open_configuration_session($1)"


async def test_a_session_is_made_once_and_found_again(database: Database, acme_member: Actor) -> None:
    desk, other = await project(acme_member), await project(acme_member, slug="other")
    opened = [await session(acme_member, of) for of in (desk, other, None)]
    assert len({row["id"] for row in opened}) == 3
    assert [(row["context_type"], row["project_id"], row["title"]) for row in opened] == [
        ("project", desk, "The desk"),
        ("project", other, "The desk"),
        ("infrastructure", None, "Infrastructure"),
    ]
    # The model gives no title to what has one.
    assert {row["titled_by"] for row in opened} == {"person"}
    assert [(await session(acme_member, of))["id"] for of in (desk, other, None)] == [row["id"] for row in opened]
    for function in ("archive_conversation", "delete_conversation"):
        old = (await session(acme_member, desk))["id"]
        await acme_member.execute(f"select public.{function}($1)", old)
        assert (await session(acme_member, desk))["id"] != old


async def test_two_devices_at_once_open_one(database: Database, acme_member: Actor) -> None:
    desk = await project(acme_member)
    async with database.connected("authenticator") as one, database.connected("authenticator") as two:
        devices = [Actor(link, auth_id=acme_member.auth_id) for link in (one, two)]
        for of in (desk, None):
            rows = await asyncio.gather(*(session(device, of) for device in devices))
            assert rows[0]["id"] == rows[1]["id"]
    assert await database.value("select count(*) from public.conversations where context_type is not null") == 2


async def test_who_may_open_one(
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
    globex_member: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    anon: Actor,
) -> None:
    hers = await project(acme_admin)
    assert await acme_member.denied(OPEN, hers) == "PA404"
    assert await globex_member.denied(OPEN, hers) == "PA404"
    assert await acme_member.denied(OPEN, uuid4()) == "PA404"
    for nobody in (initech_viewer, outsider):
        assert await nobody.denied(OPEN, None) == "PA403"
    assert await anon.denied(OPEN, None) == "42501"
    await member(acme_admin, hers, acme_member, "viewer")
    assert (await session(acme_member, hers))["user_id"] == acme_member.user_id
    # The infrastructure is no project's.
    assert (
        await acme_member.denied(
            "insert into public.conversations (context_type, project_id) values ('infrastructure', $1)", hers
        )
        == "23514"
    )
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await acme_member.denied(OPEN, hers) == "PA403"


async def test_a_tenant_that_encrypts_has_none(database: Database, acme_admin: Actor) -> None:
    await database.fetch("update public.tenants set encrypts_messages = true where id = $1", acme_admin.tenant_id)
    assert await acme_admin.denied(OPEN, None) == "PA422"


async def test_the_list_shows_the_newest_message_and_only_what_is_still_theirs_to_see(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    hers = await project(acme_admin)
    await member(acme_admin, hers, acme_member, "viewer")
    on_hers = (await session(acme_member, hers))["id"]
    everywhere = (await session(acme_member))["id"]
    await session(acme_admin, hers)
    for text in ("First", "Why? " * 100):
        await acme_member.execute(
            "insert into public.messages (conversation_id, content) values ($1, $2)", on_hers, text
        )
    rows = await acme_member.fetch("select * from public.configuration_sessions")
    assert [row["id"] for row in rows] == [on_hers, everywhere]
    assert [(row["project_slug"], row["project_name"]) for row in rows] == [("desk", "The desk"), (None, None)]
    newest = json.loads(rows[0]["newest_message"])
    assert (newest["role"], newest["text"]) == ("user", ("Why? " * 100)[:200])
    assert rows[1]["newest_message"] is None
    assert await globex_admin.fetch("select from public.configuration_sessions") == []
    await acme_admin.execute("delete from public.project_members where user_id = $1", acme_member.user_id)
    assert [row["id"] for row in await acme_member.fetch("select * from public.configuration_sessions")] == [everywhere]
    await acme_admin.execute("delete from public.projects where id = $1", hers)
    assert await database.value("select count(*) from public.conversations where id = $1", on_hers) == 0


async def test_the_worker_opens_by_slug_or_id_and_lists_by_page(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    async def opened(actor: Actor, of: str | None) -> Any:
        return await database.value(
            "select id from private.open_session($1::jsonb, $2)", actor.claims_text, of, role="palaver_worker"
        )

    desks = [await project(acme_member, slug=f"desk-{n}") for n in range(3)]
    ids = [await opened(acme_member, f"desk-{n}") for n in range(3)]
    assert await opened(acme_member, str(desks[1])) == ids[1]
    ids.append(await opened(acme_member, None))
    for actor, of in (
        (acme_member, "gone"),
        (acme_member, ""),
        (globex_admin, "desk-0"),
        (globex_admin, str(desks[0])),
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await opened(actor, of)
        assert refused.value.sqlstate == "PA404"

    async def page(*arguments: object) -> list[asyncpg.Record]:
        places = "".join(f", ${number}" for number in range(2, 2 + len(arguments)))
        return await database.fetch(
            f"select * from private.list_sessions($1::jsonb{places})",
            acme_member.claims_text,
            *arguments,
            role="palaver_worker",
        )

    assert [row["id"] for row in await page()] == ids[::-1]
    assert [row["id"] for row in await page("project")] == ids[2::-1]
    assert [row["id"] for row in await page("infrastructure")] == ids[3:]
    assert [row["id"] for row in await page(None, desks[0])] == ids[:1]
    found: list[UUID] = []
    after: tuple[object, object] = (None, None)
    while rows := await page(None, None, 3, *after):
        found += [row["id"] for row in rows]
        after = (rows[-1]["updated_at"], rows[-1]["id"])
    assert found == ids[::-1]
