"""Documentation: who reads and removes it, what a search finds in it, which links lead somewhere."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

SEARCH = "select * from public.search_documentation($1, $2)"
HIGHLIGHT = re.compile(r"<mark>|</mark>")
QUESTION = "Why can't issues go from Review to Done?"


async def write(database: Database, tenant_id: UUID | None, *written: tuple[str, str]) -> None:
    """Sections of one file of a tenant's: heading and text."""
    await database.fetch(
        "insert into public.documentation_sections (tenant_id, file, anchor, position, heading, content)"
        " select $1, 'a.md', 'a-' || n, n, heading, content from unnest($2::text[], $3::text[]) with ordinality"
        " as s (heading, content, n)",
        tenant_id,
        [heading for heading, _ in written],
        [content for _, content in written],
    )


async def found(actor: Actor, query: str | None, limit: int | None = 10) -> list[str]:
    """The headings that a search finds, in order."""
    return [row["heading"] for row in await actor.fetch(SEARCH, query, limit)]


@pytest.fixture
async def empty(database: Database) -> None:
    """Without the demo's."""
    await database.fetch("delete from public.documentation_sections")


pytestmark = pytest.mark.usefixtures("empty")


# What is found, and in which order.


async def test_a_question_finds_the_section_that_answers_it(database: Database, acme_member: Actor) -> None:
    await write(
        database,
        acme_member.tenant_id,
        ("Issues", "Issues, issues and issues: an issue is what issues are about. " * 5),
        ("Moves", "From Review an issue gets to Done by a transition alone."),
        ("Go", "Where to go and how to go there."),
        ("Reviewing", "How to review code."),
        ("Holidays", "Days off."),
    )
    first, *others = await found(acme_member, QUESTION)
    assert (first, sorted(others)) == ("Moves", ["Go", "Issues", "Reviewing"])
    rows = await acme_member.fetch(SEARCH, QUESTION, 1)
    assert rows[0]["snippet"] == (
        "From <mark>Review</mark> an <mark>issue</mark> gets to <mark>Done</mark> by a transition alone."
    )
    assert 0 < rows[0]["rank"] < 1


async def test_all_of_the_words_come_before_some_of_them(database: Database, acme_member: Actor) -> None:
    await write(
        database,
        acme_member.tenant_id,
        ("Otter", "otter otter otter"),
        ("Both", "Nothing else of note, but once an otter was seen in a river, and that is all there is to say."),
        ("River", "river river river"),
    )
    rows = await acme_member.fetch(SEARCH, "otter river", 10)
    assert [(row["heading"], row["rank"] > 1) for row in rows] == [("Both", True), ("Otter", False), ("River", False)]
    assert await found(acme_member, "otter river", 1) == ["Both"]


async def test_a_heading_weighs_more_than_text(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("Rivers", "Otters swim and otters eat."), ("Otters", "They swim."))
    assert await found(acme_member, "otters") == ["Otters", "Rivers"]
    await database.fetch("update public.documentation_sections set breadcrumb = '{Badgers}' where heading = 'Rivers'")
    assert await found(acme_member, "badger") == ["Rivers"]


async def test_words_phrases_or_and_not(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("A", "a red canoe"), ("B", "a quiet red kayak"), ("C", "red river"))
    assert sorted(await found(acme_member, "canoe or kayak")) == ["A", "B"]
    assert await found(acme_member, '"quiet red"') == ["B", *await found(acme_member, "red -quiet")]
    assert sorted(await found(acme_member, "red -canoe -kayak")) == ["C"]
    assert await found(acme_member, "canoe -red") == []


async def test_nothing_to_look_for_finds_nothing(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("Anything", "The and of"))
    for query in (None, "", "   ", "the and of", '"', "-", "or", "or or", "()|&!<->:*", "\u202e\u200f", "!!!" * 400):
        assert await found(acme_member, query) == []


async def test_no_query_is_an_error(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("Anything", "Nothing of that"))
    words = " ".join(f"w{number}" for number in range(200_000))
    long = ("a" * 1_000_000, "x" * 5000 + " y", "y -" * 400, words, '"' * 100_000, "\x01" * 5000)
    tenant = f"\x01{acme_member.tenant_id}"
    for query in ("'; drop table tenants --", "( a & | b", "\\", "%_", "a:*B", '"a -b', "{{x}}", tenant, *long):
        assert await found(acme_member, query) == []


async def test_limits(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, *((f"H{number}", f"otter w{number}") for number in range(60)))
    for limit, number in ((None, 10), (0, 1), (-5, 1), (3, 3), (50, 50), (2_000_000_000, 50)):
        assert (
            len(await found(acme_member, "otter", limit)) == len(await found(acme_member, "otter x", limit)) == number
        )
    assert len(await acme_member.fetch("select * from public.search_documentation('otter')")) == 10


async def test_a_snippet_is_html_and_safe(database: Database, acme_member: Actor) -> None:
    await write(
        database, acme_member.tenant_id, ("<b>Magpie</b>", "<script>magpie('x')</script> \u202emagpie\u202c" * 50)
    )
    (row,) = await acme_member.fetch(SEARCH, "magpie", 5)
    assert "<mark>magpie</mark>" in row["snippet"] and "\u202e" not in row["snippet"]
    assert re.search("[<>\"']", HIGHLIGHT.sub("", row["snippet"])) is None
    assert len(html.unescape(HIGHLIGHT.sub("", row["snippet"]))) <= 320
    assert (row["heading"], row["content"][:8]) == ("<b>Magpie</b>", "<script>")


async def test_what_is_changed_is_found_as_it_is(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("One", "toucan"))
    await database.fetch("update public.documentation_sections set content = 'heron'")
    assert (await found(acme_member, "toucan"), await found(acme_member, "heron")) == ([], ["One"])
    await database.fetch("update public.documentation_sections set heading = 'Crane', position = 7")
    assert (await found(acme_member, "one"), await found(acme_member, "crane")) == ([], ["Crane"])
    await database.fetch("delete from public.documentation_sections")
    assert await database.value("select count(*) from private.documentation_index") == 0


# Whose it is.


async def test_nobody_finds_another_tenants(
    database: Database, acme_member: Actor, globex_member: Actor, outsider: Actor, anon: Actor, service: Actor
) -> None:
    await write(database, acme_member.tenant_id, ("Ours", f"toucan \x01{globex_member.tenant_id}"))
    assert await found(acme_member, "toucan") == ["Ours"]
    for query in ("toucan", f"\x01{acme_member.tenant_id}", f"toucan or {globex_member.tenant_id}", "-heron"):
        assert await found(globex_member, query) == await found(outsider, query) == []
    for actor in (anon, service):
        assert await actor.denied(SEARCH, "toucan", 5) == "42501"
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await found(acme_member, "toucan") == []


async def test_people_read_it_and_admins_remove_it(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    await write(database, acme_member.tenant_id, ("Ours", "toucan"))
    everything = "select * from public.documentation_sections"
    assert len(await acme_member.fetch(everything)) == 1
    assert await globex_admin.fetch(everything) == []
    assert (
        await acme_admin.denied("insert into public.documentation_sections (file, content) values ('a', 'b')")
        == "42501"
    )
    assert await acme_admin.denied("update public.documentation_sections set content = 'b'") == "42501"
    assert await acme_member.denied("select * from private.documentation_index") == "42501"
    for actor in (acme_member, globex_admin):
        assert await actor.execute("delete from public.documentation_sections") == "DELETE 0"
    assert await acme_admin.execute("delete from public.documentation_sections") == "DELETE 1"
    log = "select action, object, actor_id, before, after from public.audit_log order by at desc, id desc limit 2"
    rows = await acme_admin.fetch(log)
    assert [(row["action"], row["object"], row["actor_id"]) for row in rows] == [
        ("delete", "documentation_sections", acme_admin.user_id),
        ("insert", "documentation_sections", None),
    ]
    assert json.loads(rows[0]["before"]) == json.loads(rows[1]["after"]) == {"file": "a.md", "sections": 1}


async def test_a_server_writes_what_the_table_takes(service: Actor, acme_member: Actor) -> None:
    insert = (
        "insert into public.documentation_sections (tenant_id, file, heading, breadcrumb, content)"
        " values ($1, $2, $3, $4, $5)"
    )
    tenant = acme_member.tenant_id
    assert await service.execute(insert, tenant, "a.md", "A", ["B"], "c") == "INSERT 0 1"
    wrong: Sequence[tuple[str, str, list[str | None], str, str]] = (
        ("a.md", "A", [], "c", "23505"),
        ("", "A", [], "c", "23514"),
        ("a\nb", "A", [], "c", "23514"),
        ("x" * 301, "A", [], "c", "23514"),
        ("b.md", "A" * 1001, [], "c", "23514"),
        ("b.md", "A", [None], "c", "23514"),
        ("b.md", "A", ["x"] * 6, "c", "23514"),
        ("b.md", "A", ["x" * 5001], "c", "23514"),
        ("b.md", "A", [], "c" * 32_769, "23514"),
    )
    for file, heading, breadcrumb, content, code in wrong:
        assert await service.denied(insert, tenant, file, heading, breadcrumb, content) == code, (file, heading[:9])


async def test_a_tenant_takes_its_documentation_along(database: Database, acme_member: Actor) -> None:
    await write(database, acme_member.tenant_id, ("Ours", "toucan"))
    await database.fetch("delete from public.tenants where id = $1", acme_member.tenant_id)
    assert await database.value("select count(*) from private.documentation_index") == 0


# Languages.


async def test_a_tenants_language(database: Database, acme_member: Actor, acme_admin: Actor) -> None:
    await write(database, acme_member.tenant_id, ("Alt", "Die Häuser sind rot"), ("Anders", "Die Bäume sind blau"))
    assert await found(acme_member, "haus") == []
    await acme_admin.execute("update public.tenants set search_language = 'german'")
    assert (await found(acme_member, "haus"), await found(acme_member, "rot")) == ([], ["Alt"])
    await database.fetch(
        "insert into public.documentation_sections (tenant_id, file, heading, content)"
        " values ($1, 'b.md', 'Neu', 'Häuser')",
        acme_member.tenant_id,
    )
    assert await found(acme_member, "haus") == ["Neu"]
    await database.fetch("select private.reindex_documentation()")
    assert sorted(await found(acme_member, "haus")) == ["Alt", "Neu"]
    wrong = (
        "select s.heading from private.documentation_index as d inner join public.documentation_sections as s"
        " on (s.tenant_id, s.id) = (d.tenant_id, d.section_id) where d.vector"
        " <> private.documentation_vector(s.tenant_id, d.language, s.heading, s.breadcrumb, s.content)"
    )
    assert await database.fetch(wrong) == []
    before = await database.fetch("select xmin::text from private.documentation_index order by section_id")
    await database.fetch("select private.reindex_documentation()")
    assert await database.fetch("select xmin::text from private.documentation_index order by section_id") == before


# The worker.


async def test_the_worker_searches_and_checks_citations_for_a_person(
    database: Database, acme_member: Actor, globex_member: Actor
) -> None:
    await write(database, acme_member.tenant_id, ("Ours", "toucan"), ("More", "heron"))
    links: list[object] = [
        *({"file": "a.md", "section": "a-2"}, {"file": "a.md"}, {"file": "a.md", "section": "a-3"}, {"file": "b.md"}),
        *({}, {"file": None}, {"file": ["a.md"]}, {"section": "a-2"}, 3, None, [], "a.md", {"file": "\u0000"[:0]}),
        {"file": "a.md", "section": "a-1'; --"},
    ]
    search, check = (
        "select heading from private.search_documentation($1::jsonb, 'toucan', 5)",
        "select file, section, heading from private.documentation_sections($1::jsonb, $2::jsonb)",
    )
    async with database.connected("palaver_worker") as worker:
        (hit,) = await worker.fetch(search, acme_member.claims_text)
        assert hit["heading"] == "Ours"
        there = await worker.fetch(check, acme_member.claims_text, json.dumps(links))
        assert [tuple(row) for row in there] == [("a.md", "a-2", "More"), ("a.md", None, "Ours")]
        for given in ("{}", "null", None, '"a"', "[]"):
            assert await worker.fetch(check, acme_member.claims_text, given) == []
        many = json.dumps([{"file": "a.md"}] * 1000)
        assert len(await worker.fetch(check, acme_member.claims_text, many)) == 100
        for claims in (globex_member.claims_text, "{}"):
            assert await worker.fetch(search, claims) == await worker.fetch(check, claims, json.dumps(links)) == []
        assert await worker.fetchval("select current_setting('request.jwt.claims', true)") in ("", None)


# How it is found.


async def test_a_search_touches_no_section_of_others(
    database: Database, acme_member: Actor, globex_member: Actor
) -> None:
    await write(database, acme_member.tenant_id, *((f"H{number}", f"otter w{number}") for number in range(200)))
    async with database.connected() as owner:
        await fill(owner, globex_member.tenant_id, 10_000)
        await owner.execute("analyze private.documentation_index")
    counts = (
        "select pg_stat_get_xact_tuples_fetched('private.documentation_index'::regclass),"
        " pg_stat_get_xact_tuples_returned('private.documentation_index'::regclass)"
    )
    async with acme_member.acting() as connection:
        before = tuple(await connection.fetchrow(counts) or ())
        for query in ("otter", "otter w7 nothing", QUESTION):
            assert len(await connection.fetch(SEARCH, query, 10)) == (0 if query == QUESTION else 10)
        after = tuple(await connection.fetchrow(counts) or ())
    # Those that have the words are ranked, twice; none is read that has not, nor any of others, which all have them.
    assert max(more - less for more, less in zip(after, before, strict=True)) < 1000


async def fill(owner: asyncpg.Connection, tenant_id: UUID | None, number: int) -> None:
    """As many sections of a tenant's, all with the words that are looked for."""
    await owner.execute("alter table public.documentation_sections disable trigger user")
    await owner.execute(
        "insert into public.documentation_sections (tenant_id, file, anchor, content)"
        " select $1, 'b.md', n::text, 'otter' from generate_series(1, $2) as n",
        tenant_id,
        number,
    )
    await owner.execute(
        "insert into private.documentation_index (tenant_id, section_id, language, vector)"
        " select tenant_id, id, 'english', private.documentation_vector($1, 'english', '', '{}', $2)"
        " from public.documentation_sections where tenant_id = $1",
        tenant_id,
        f"otter w7 {QUESTION}",
    )
