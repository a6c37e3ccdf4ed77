"""Everything about a person as lines of JSON: in pages for themselves, as one stream for the operator."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.privacy.export import export
from app.privacy.people import Person
from tests.isolation.world import populate
from tests.world import Actor, Database

PAGE = "select public.export_my_data($1, $2)"
HOSTILE = [
    "\u202eright to left\u202c",
    "<script>alert(1)</script>",
    "'; drop table users; --",
    "{{7*7}} ${x} %s \\u0000 \\. \\N",
    'quote " backslash \\ line\nfeed\r\ttab \x01\x02 \x7f \u2028',
    "x" * 262_144,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \ufffe\uffff",
]


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    async with database.connected() as connection:
        yield connection


@pytest.fixture
async def everything(owner: asyncpg.Connection) -> None:
    """Rows of everybody's in every table."""
    await populate(owner)


async def pages(actor: Actor, limit: int) -> list[dict[str, Any]]:
    """All lines, page by page, as a client reads them."""
    lines: list[dict[str, Any]] = []
    after = None
    while True:
        page = [json.loads(row[0]) for row in await actor.fetch(PAGE, after, limit)]
        assert len(page) <= limit + 2
        after = page[-1].pop("next", None)
        lines += page if after is None else page[:-1]
        if after is None:
            return lines


async def archived(owner: asyncpg.Connection, who: Actor) -> list[dict[str, Any]]:
    """All lines of the operator's archive."""
    assert who.tenant_id and who.user_id
    file: list[bytes] = []
    await export(owner, Person(who.tenant_id, who.user_id, who.auth_id, "?", None, "?"), file.append)
    return [json.loads(line) for line in b"".join(file).splitlines()]


def readable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What people may read themselves: their rows in public, but for the log, which is the administrators'."""
    return [
        line
        for line in lines
        if line.get("table", "auth.").startswith("public.") and line["table"] != "public.audit_log"
    ]


@pytest.mark.usefixtures("everything")
async def test_pages_of_any_size_are_the_archive(owner: asyncpg.Connection, acme_member: Actor) -> None:
    whole = await archived(owner, acme_member)
    for limit in (1, 2, 3, 1000):
        lines = await pages(acme_member, limit)
        assert readable(lines) == readable(whole)
        header, trailer = lines[0], lines[-1]
        assert header["person"]["email"] == "ben@acme.test"
        assert header["palaver_export"] == 1
        assert trailer == {"end": True, "rows": trailer["rows"], "total": len(lines) - 2}
    tables = [line["table"] for line in whole[1:-1]]
    assert {name: tables.count(name) for name in tables} == whole[-1]["rows"]
    assert {"public.users", "public.messages", "public.consents", "auth.users", "auth.identities"} <= set(tables)


@pytest.mark.usefixtures("everything")
async def test_it_holds_every_row_of_theirs_and_none_of_others(owner: asyncpg.Connection, acme_member: Actor) -> None:
    lines = await archived(owner, acme_member)
    for table in ("conversations", "messages", "feedback", "turns", "usage_ledger", "usage_metrics", "consents"):
        theirs = await owner.fetch(
            f"select * from public.{table} where tenant_id = $1 and user_id = $2",
            acme_member.tenant_id,
            acme_member.user_id,
        )
        assert theirs
        held = [line["row"] for line in lines if line.get("table") == f"public.{table}"]
        assert len(held) == len(theirs)
        if table != "usage_metrics":
            assert {UUID(row["id"]) for row in held} == {row["id"] for row in theirs}
    others = await owner.fetch("select id::text, email from public.users where id <> $1", acme_member.user_id)
    text = json.dumps(lines)
    assert [row for row in others if row["id"] in text or row["email"] in text] == []


async def test_texts_come_as_they_are(owner: asyncpg.Connection, acme_member: Actor) -> None:
    chat = await acme_member.value("insert into public.conversations (title) values ($1) returning id", HOSTILE[1])
    for text in HOSTILE:
        await acme_member.execute(
            "insert into public.messages (conversation_id, content, metadata) values ($1, $2, $3)",
            chat,
            text,
            json.dumps({"t": text[:200]}),
        )
    # The order of its time, which is that of the statements.
    for lines in (await archived(owner, acme_member), await pages(acme_member, 2)):
        said = [line["row"] for line in lines if line.get("row", {}).get("conversation_id") == str(chat)]
        assert [row["content"] for row in said] == HOSTILE
        assert [row["metadata"]["t"] for row in said] == [text[:200] for text in HOSTILE]


async def test_a_page_of_long_texts_ends_before_its_rows_do(owner: asyncpg.Connection, acme_member: Actor) -> None:
    await owner.execute(
        "insert into public.messages (tenant_id, user_id, conversation_id, role, content)"
        " select tenant_id, user_id, id, 'assistant', repeat('x', 3000000)"
        " from public.conversations as c cross join generate_series(1, 7) where c.user_id = $1",
        acme_member.user_id,
    )
    (size,) = [len(await acme_member.fetch(PAGE, None, 1000))]
    assert size <= 8
    lines = await pages(acme_member, 1000)
    assert lines[-1]["rows"]["public.messages"] == 2 + 7


@pytest.mark.parametrize(
    ("refused", "places"),
    [
        (
            True,
            [
                "",
                "x",
                "{}",
                "[]",
                "null",
                '{"place": 60, "key": {}, "rows": {}}',
                '"x"',
                "9" * 1_000_000,
                "[" * 100_000,
            ],
        ),
        (
            True,
            [
                '{"place": "x", "key": [], "rows": {}}',
                '{"place": 60, "key": ["x", "now", "y"], "rows": {}}',
                """{"place": 60, "key": ["'); drop table users --", "now", "x"], "rows": {}}""",
                '{"place": 99999999999, "key": [], "rows": {}}',
                '{"place": 0, "key": [], "rows": {"public.users": "x"}}',
                '{"place": 0, "key": [], "rows": 5}',
            ],
        ),
        (False, ['{"place": 60, "key": [], "rows": {}}', '{"place": -1, "key": [], "rows": {"public.tenants": 1}}']),
    ],
    ids=["no object", "no place", "another place"],
)
async def test_a_place_that_no_page_ended_at_shows_nothing_of_others(
    acme_member: Actor, refused: bool, places: list[str]
) -> None:
    for place in places:
        if refused:
            assert await acme_member.denied(PAGE, place, 1000) == "PA422", place[:50]
        else:
            shown = str(await acme_member.fetch(PAGE, place, 1000))
            assert "chloe" not in shown and "ada@" not in shown


async def test_nobody_exports_somebody_else(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, outsider: Actor, anon: Actor, service: Actor
) -> None:
    mine = [json.loads(row[0]) for row in await acme_member.fetch(PAGE, None, 1)]
    for other in (acme_admin, globex_admin):
        assert acme_member.auth_id and "ben@acme.test" not in json.dumps(await pages(other, 1000))
        # Another's place in their pages leads to rows of one's own.
        after = mine[-1]["next"]
        assert str(acme_member.user_id) not in str(await other.fetch(PAGE, after, 1000))
        for sql in (
            "select private.export_statements(u.tenant_id, u.id, u.auth_id) from public.users as u",
            "select private.personal_row_counts(u.tenant_id, u.id) from public.users as u",
            "select private.traces_of(u.id) from public.users as u",
            "select private.begin_erasure(u.tenant_id, u.id) from public.users as u",
            "select * from private.personal_data",
            "select * from private.erasures",
        ):
            assert await other.denied(sql) == "42501"
    assert (
        await globex_admin.fetch(
            "select 1 from private.export_header($1, $2) as h where h is not null",
            acme_member.tenant_id,
            acme_member.user_id,
        )
        == []
    )
    assert await outsider.denied(PAGE, None, 1000) == "PA403"
    for nobody in (anon, service):
        assert await nobody.denied(PAGE, None, 1000) == "42501"
    for limit in (0, -1, 10_001, None):
        assert await acme_member.denied(PAGE, None, limit) == "PA422"


async def test_an_archive_is_of_one_moment(database: Database, owner: asyncpg.Connection, acme_member: Actor) -> None:
    assert acme_member.tenant_id and acme_member.user_id
    file: list[bytes] = []
    count = 0

    def between(data: bytes) -> None:
        nonlocal count
        file.append(data)
        count += 1

    async def rename() -> None:
        async with database.connected() as other:
            await other.execute("update public.users set name = 'Renamed' where id = $1", acme_member.user_id)

    statements = await owner.fetch("select 1 from private.personal_data where exported is not null")
    assert statements
    async with owner.transaction(isolation="repeatable_read", readonly=True):
        before = await owner.fetchval("select name from public.users where id = $1", acme_member.user_id)
        await rename()
        await export(
            owner, Person(acme_member.tenant_id, acme_member.user_id, acme_member.auth_id, "?", None, "?"), between
        )
    (person,) = [
        line["row"] for line in map(json.loads, b"".join(file).splitlines()) if line.get("table") == "public.users"
    ]
    assert person["name"] == before


async def test_a_line_can_be_changed_on_its_way(owner: asyncpg.Connection, acme_member: Actor) -> None:
    assert acme_member.tenant_id and acme_member.user_id
    file: list[bytes] = []
    person = Person(acme_member.tenant_id, acme_member.user_id, acme_member.auth_id, "?", None, "?")
    rows = await export(owner, person, file.append, row=lambda line: line.replace(b"warranty", b"WARRANTY"))
    lines = b"".join(file).splitlines()
    assert len(lines) == sum(rows.values()) + 2
    assert b"WARRANTY" in b"".join(lines) and b"warranty" not in b"".join(lines)
