"""Search: what is found, in which order, by whom, and that a plain scan finds the same."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import Actor, Database

SEARCH = "select * from public.search_conversations($1)"
TENANT = {"acme": "english", "globex": "german"}
HIGHLIGHT = re.compile(r"<mark>|</mark>")


async def talk(actor: Actor, title: str, *said: str) -> UUID:
    """A conversation of somebody's with messages of theirs."""
    conversation: UUID = await actor.value("insert into public.conversations (title) values ($1) returning id", title)
    for content in said:
        await actor.execute(
            "insert into public.messages (conversation_id, content) values ($1, $2)", conversation, content
        )
    return conversation


async def found(actor: Actor, query: str | None, **filters: object) -> list[str]:
    """The texts that a search shows, without its marks."""
    rows = await search(actor, query, **filters)
    return [html.unescape(HIGHLIGHT.sub("", row["snippet"])) for row in rows]


async def search(actor: Actor, query: str | None, **filters: object) -> list[asyncpg.Record]:
    named = "".join(f", {name} => ${number}" for number, name in enumerate(filters, 2))
    return await actor.fetch(f"select * from public.search_conversations($1{named})", query, *filters.values())


# What is found.


async def test_words_phrases_or_and_not(acme_member: Actor) -> None:
    await talk(acme_member, "Boats", "A red canoe on the quiet river", "A quiet red kayak", "The river was red")
    assert len(await found(acme_member, "red")) == 3
    assert sorted(await found(acme_member, "canoe or kayak")) == [
        "A quiet red kayak",
        "A red canoe on the quiet river",
    ]
    assert await found(acme_member, '"quiet red"') == ["A quiet red kayak"]
    assert await found(acme_member, "red -canoe -kayak") == ["The river was red"]
    assert await found(acme_member, "RIVERS reds canoes") == ["A red canoe on the quiet river"]
    assert await found(acme_member, "boat") == ["Boats"]


async def test_nothing_to_look_for_finds_nothing(acme_member: Actor) -> None:
    await talk(acme_member, "Anything", "The and of")
    for query in (None, "", "   ", "the and of", '"', "-", "or", "()|&!<->:*", "\u202e\u200f", "!!!" * 400):
        assert await found(acme_member, query) == []


async def test_no_query_is_an_error(acme_member: Actor) -> None:
    await talk(acme_member, "Anything", "Nothing of that")
    long = ("a" * 1_000_000, "x" * 5000 + " y", "y -" * 400)
    for query in ("'; drop table users --", "( a & | b", "\\", "%_", "a:*B", '"a -b', "{{x}}", *long):
        assert await found(acme_member, query) == []


async def test_a_title_weighs_more_than_what_was_said(acme_member: Actor) -> None:
    await talk(acme_member, "About otters", "They swim")
    await talk(acme_member, "Animals", "Otters swim, otters eat, otters sleep")
    rows = await search(acme_member, "otters")
    assert [(row["kind"], row["title"], row["message_id"] is None) for row in rows] == [
        ("title", "About otters", True),
        ("message", "Animals", False),
    ]
    assert rows[0]["rank"] > rows[1]["rank"] > 0
    assert [row["role"] for row in rows] == [None, "user"]


async def test_filters(acme_member: Actor, database: Database) -> None:
    first = await talk(acme_member, "Heron one", "A heron asked")
    second = await talk(acme_member, "Heron two")
    await database.fetch(
        "insert into public.messages (tenant_id, conversation_id, user_id, role, content, model_used, created_at)"
        " values ($1, $2, $3, 'assistant', 'A heron answered', 'gpt-5', '2020-01-01'),"
        " ($1, $2, $3, 'tool', 'A heron as a result', null, '2020-01-01'),"
        " ($1, $2, $3, 'system', 'A heron as a rule', null, '2020-01-01')",
        acme_member.tenant_id,
        first,
        acme_member.user_id,
    )
    everything = {"Heron one", "Heron two", "A heron asked", "A heron answered"}
    assert set(await found(acme_member, "heron")) == everything
    assert await found(acme_member, "heron", p_role="user") == ["A heron asked"]
    assert await found(acme_member, "heron", p_role="assistant") == ["A heron answered"]
    assert await found(acme_member, "heron", p_model="gpt-5") == ["A heron answered"]
    assert await found(acme_member, "heron", p_model="gpt") == []
    assert await found(acme_member, "heron", p_conversation_id=second) == ["Heron two"]
    at = await database.value("select timestamptz '2020-01-01'")
    assert await found(acme_member, "heron", p_from=at, p_to=at) == []
    assert "A heron answered" not in await found(acme_member, "heron", p_to=at)
    assert set(await found(acme_member, "heron", p_from=at)) == everything
    assert (await found(acme_member, "heron", p_order="newest"))[-1] == "A heron answered"

    await acme_member.execute("update public.conversations set is_archived = true where id = $1", first)
    assert await found(acme_member, "heron", p_status="active") == ["Heron two"]
    assert set(await found(acme_member, "heron", p_status="archived")) == everything - {"Heron two"}
    assert set(await found(acme_member, "heron")) == everything
    await acme_member.execute("update public.conversations set deleted_at = now() where id = $1", first)
    for status in (None, "active", "archived"):
        assert set(await found(acme_member, "heron", p_status=status)) <= {"Heron two"}
    await acme_member.execute("update public.conversations set is_archived = false where id = $1", first)
    assert set(await found(acme_member, "heron")) == everything


async def test_what_is_no_filter_is_refused(acme_member: Actor) -> None:
    cursors = ("", "not base64!", "e30=", "WyJyYW5rIiwgMSwgIngiLCAxLCAyXQ==", "/w==", "[]")
    for name, value in (
        ("p_order", "oldest"),
        ("p_order", None),
        ("p_role", "tool"),
        ("p_status", "deleted"),
        *(("p_cursor", cursor) for cursor in cursors),
    ):
        refused = await acme_member.denied(f"select public.search_conversations('a', {name} => $1)", value)
        assert refused == "PA422", (name, value)


async def test_a_cursor_belongs_to_its_order(acme_member: Actor) -> None:
    await talk(acme_member, "Two", "A newt", "Another newt")
    (row,) = await search(acme_member, "newt", p_limit=1)
    refused = await acme_member.denied(
        "select public.search_conversations('newt', p_cursor => $1, p_order => 'newest')", row["next_cursor"]
    )
    assert refused == "PA422"


async def test_pages_are_bounded_and_the_last_says_so(acme_member: Actor) -> None:
    await talk(acme_member, "Many", *(f"Sparrow number {number}" for number in range(120)))
    for asked, given_rows in ((0, 1), (-5, 1), (1, 1), (None, 20), (100, 100), (2**31 - 1, 100)):
        rows = await search(acme_member, "sparrow", p_limit=asked)
        assert len(rows) == given_rows
        assert len({row["next_cursor"] for row in rows}) == 1
    (page, rest) = (rows, await search(acme_member, "sparrow", p_limit=100, p_cursor=rows[0]["next_cursor"]))
    assert [row["next_cursor"] for row in rest] == [None] * 20
    assert len({row["message_id"] for row in [*page, *rest]}) == 120


# Whose.


async def test_only_ones_own_are_found(
    acme_member: Actor, acme_admin: Actor, globex_member: Actor, outsider: Actor, anon: Actor, initech_viewer: Actor
) -> None:
    await talk(acme_member, "A secret puffin", "Puffins, only mine")
    assert len(await found(acme_member, "puffin")) == 2
    assert len(await found(acme_member, "puffin", p_user_id=acme_member.user_id)) == 2
    for other in (acme_admin, globex_member, outsider, initech_viewer):
        assert await found(other, "puffin") == []
        assert await found(other, "puffin", p_user_id=acme_member.user_id) == []
        rows = await other.fetch(
            "select * from private.search_hits($1, $2, 'puffin')", acme_member.tenant_id, acme_member.user_id
        )
        assert rows == []
    assert await anon.denied(SEARCH, "puffin") == "42501"
    for actor in (acme_member, anon):
        assert await actor.denied("select vector from private.search_index") == "42501"


async def test_a_server_says_whose(service: Actor, acme_member: Actor, acme_admin: Actor) -> None:
    await talk(acme_member, "A secret puffin", "Puffins, only mine")
    assert await service.denied(SEARCH, "puffin") == "PA422"
    assert len(await found(service, "puffin", p_user_id=acme_member.user_id)) == 2
    assert await found(service, "puffin", p_user_id=acme_admin.user_id) == []
    assert await found(service, "puffin", p_user_id=UUID(int=1)) == []


async def test_somebody_who_is_shut_out_finds_nothing(acme_member: Actor, database: Database) -> None:
    await talk(acme_member, "A puffin")
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await found(acme_member, "puffin") == []


async def test_a_text_cannot_pass_for_a_person(acme_member: Actor, globex_member: Actor) -> None:
    for disguise in (
        f"\x01{globex_member.user_id}",
        f"example.com/\x01{globex_member.user_id}",
        f"<\x01{globex_member.user_id}>",
    ):
        await talk(acme_member, "Mine", f"A toucan {disguise}")
    assert await found(globex_member, "toucan") == []
    assert len(await found(acme_member, "toucan")) == 3
    assert await found(globex_member, f"\x01{acme_member.user_id}") == []


async def test_the_words_are_found_by_their_index(acme_member: Actor) -> None:
    await talk(acme_member, "Mine", "A toucan")
    scans = "select pg_stat_get_xact_numscans('private.search_index_vector_idx'::regclass)"
    async with acme_member.acting() as connection:
        await connection.execute("set local enable_seqscan = off")
        before = await connection.fetchval(scans)
        assert len(await connection.fetch(SEARCH, "toucan")) == 1
        assert await connection.fetchval(scans) == before + 1


# What is shown.


async def test_a_snippet_is_html_and_safe(acme_member: Actor) -> None:
    hostile = (
        "A <script>alert('x')</script> & \"magpie\" <mark>\x02magpie\x03</mark> \u202egnp.eipgam\u2066 <b onclick=a"
    )
    await talk(acme_member, "Magpie", hostile)
    rows = {row["kind"]: row["snippet"] for row in await search(acme_member, "magpie")}
    assert rows["title"] == "<mark>Magpie</mark>"
    assert rows["message"] == (
        "A &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;<mark>magpie</mark>&quot;"
        " &lt;mark&gt; <mark>magpie</mark> &lt;/mark&gt;  gnp.eipgam  &lt;b onclick=a"
    )


async def test_a_snippet_of_a_long_text_is_short(acme_member: Actor) -> None:
    for number, text in enumerate(
        (
            "word " * 19_000 + "magpie at the end",
            "magpie " * 14_000,
            "x" * 90_000 + " magpie",
            "magpie " + "/x" * 90_000,
            "http://example.com/" + "a" * 90_000 + " magpie",
            "<" * 50_000 + " magpie " + "&" * 30_000,
        )
    ):
        conversation = await talk(acme_member, f"Long {number}", text)
        (row,) = await search(acme_member, "magpie", p_conversation_id=conversation)
        assert len(html.unescape(HIGHLIGHT.sub("", row["snippet"]))) <= 320
        marks = HIGHLIGHT.findall(row["snippet"])
        assert marks == ["<mark>", "</mark>"] * (len(marks) // 2) != []


@given(
    text=st.text(
        st.sampled_from("ab <>&\"'\x01\x02\x03\x1f\u202e\u2069é中\n-/.;:…") | st.characters(exclude_characters="\0"),
        max_size=600,
    ),
    query=st.sampled_from(["a", '"a b"', "a or b", "-zz", "é 中"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_gets_out_of_a_snippet(owner: psycopg.Connection[Any], text: str, query: str) -> None:
    (snippet,) = owner.execute(
        "select private.search_snippet('english', %s, %s)", (query, text.encode("utf-8", "ignore").decode())
    ).fetchone() or ("",)
    bare = re.sub(r"<mark>([^<]*)</mark>", r"\1", snippet)
    assert not re.search(r"[<>\"'\x00-\x1f\u202a-\u202e\u2066-\u2069]", bare)
    assert not re.search(r"&(?!(amp|lt|gt|quot|#39);)", bare)


# What becomes of it.


async def rows_of(database: Database, conversation: UUID) -> int:
    count: int = await database.value(
        "select count(*) from private.search_index where conversation_id = $1", conversation
    )
    return count


async def test_changes_are_searched_and_what_is_gone_is_not(
    acme_member: Actor, service: Actor, database: Database
) -> None:
    conversation = await talk(acme_member, "First name", "An egret", "A stork")
    await acme_member.execute("update public.conversations set title = 'A second name' where id = $1", conversation)
    assert (await found(acme_member, '"first name"'), await found(acme_member, "second")) == ([], ["A second name"])
    await service.execute("update public.messages set content = 'An ibis' where content = 'An egret'")
    assert (await found(acme_member, "egret"), await found(acme_member, "ibis")) == ([], ["An ibis"])
    await service.execute("update public.messages set role = 'tool' where content = 'An ibis'")
    assert await found(acme_member, "ibis") == []
    await service.execute("delete from public.messages where content = 'A stork'")
    assert await found(acme_member, "stork") == []
    assert await rows_of(database, conversation) == 1
    await talk(acme_member, "Third", "A crane")
    await service.execute("delete from public.conversations where id = $1", conversation)
    assert await rows_of(database, conversation) == 0
    await service.execute("delete from public.users where id = $1", acme_member.user_id)
    assert (
        await database.value("select count(*) from private.search_index where user_id = $1", acme_member.user_id) == 0
    )


async def test_a_conversation_that_is_given_away_is_found_by_its_new_owner(
    acme_member: Actor, acme_admin: Actor, service: Actor
) -> None:
    conversation = await talk(acme_member, "An albatross")
    await service.execute(
        "update public.conversations set user_id = $2 where id = $1", conversation, acme_admin.user_id
    )
    assert (await found(acme_member, "albatross"), await found(acme_admin, "albatross")) == ([], ["An albatross"])


async def test_what_is_encrypted_is_not_searched(acme_member: Actor, service: Actor, database: Database) -> None:
    conversation = await talk(
        acme_member, "Plain", "palaver-encrypted:1:cipher robin", "A robin", "About palaver-encrypted:1: robins"
    )
    assert sorted(await found(acme_member, "robin")) == ["A robin", "About palaver-encrypted:1: robins"]
    await service.execute("update public.messages set content = 'palaver-encrypted:1:robin' where content = 'A robin'")
    assert await found(acme_member, "robin") == ["About palaver-encrypted:1: robins"]
    assert await rows_of(database, conversation) == 2


async def test_of_a_long_message_the_beginning_is_searched(acme_member: Actor, service: Actor) -> None:
    conversation = await talk(acme_member, "Long", "Begin " + "filler " * 14_300 + "finch")
    assert await found(acme_member, "finch") == []
    assert len(await found(acme_member, "begin")) == 1
    await service.execute(
        "insert into public.messages (tenant_id, conversation_id, user_id, role, content)"
        " values ($1, $2, $3, 'assistant', $4)",
        acme_member.tenant_id,
        conversation,
        acme_member.user_id,
        "finch " + "word" * 2_000_000,
    )
    assert len(await found(acme_member, "finch")) == 1


def _words() -> list[str]:
    # Letters of four bytes: as many different words as there can be, and what the parser takes for several at once.
    letters = [chr(number) for number in range(0x20000, 0x2A6D0)]
    several = ["".join(pair) for pair in zip(letters[::2], letters[1::2], strict=False)]
    return [
        " ".join(letters),
        " ".join(several),
        " ".join("-".join(letters[at : at + 100]) for at in range(0, 42_000, 100)),
        " ".join(f"http://{number}.example.com/{letter}" for number, letter in enumerate(letters[:3_000])),
        " ".join(f"a{number}@x{number}.example.com" for number in range(4_000)),
        " ".join("İ" + letter for letter in letters[:30_000]) + " " + "İ" * 900 + " " + "x" * 9_000,
        "\x01\x02\x03 \u202e☃" * 20_000,
    ]


async def test_no_text_is_too_much_to_be_indexed(acme_member: Actor, service: Actor) -> None:
    conversation = await talk(acme_member, "Much")
    heard: list[object] = []
    service.connection.add_log_listener(lambda _, message: heard.append(message))
    for text in _words():
        await service.execute(
            "insert into public.messages (tenant_id, conversation_id, user_id, role, content)"
            " values ($1, $2, $3, 'assistant', $4)",
            acme_member.tenant_id,
            conversation,
            acme_member.user_id,
            text,
        )
        await search(acme_member, text)
    assert heard == []
    assert await service.value("show client_min_messages") == "notice"


# Languages.


async def test_a_tenants_language(acme_member: Actor, acme_admin: Actor, database: Database) -> None:
    await talk(acme_member, "Houses", "Die Häuser sind rot", "The houses are red")
    assert await found(acme_member, "haus") == []
    await acme_admin.execute("update public.tenants set search_language = 'german'")
    assert await found(acme_member, "haus") == []
    assert await found(acme_member, "houses red") == ["The houses are red"]
    assert await found(acme_member, "sind rot") == ["Die Häuser sind rot"]
    await talk(acme_member, "Neu", "Ein Haus ist blau")
    assert await found(acme_member, "häuser blau") == ["Ein Haus ist blau"]
    await database.fetch("select private.reindex_search()")
    assert sorted(await found(acme_member, "haus")) == ["Die Häuser sind rot", "Ein Haus ist blau"]
    languages = "select array_agg(distinct language order by language) from private.search_index where tenant_id = $1"
    assert await database.value(languages, acme_member.tenant_id) == ["german"]
    before = await database.fetch("select xmin::text from private.search_index order by tenant_id, id")
    await database.fetch("select private.reindex_search()")
    assert await database.fetch("select xmin::text from private.search_index order by tenant_id, id") == before


async def test_a_language_is_one_that_postgresql_brings(acme_admin: Actor, database: Database) -> None:
    await database.fetch("create text search configuration public.mine (copy = simple)")
    for name in ("klingon", "pg_temp.mine", "public.mine", "mine", "English", "", "english ", "a;b"):
        assert await acme_admin.denied("update public.tenants set search_language = $1", name) == "PA422"


async def test_a_language_that_a_server_lacks_is_simple(database: Database) -> None:
    assert await database.value("select private.search_config('klingon')::text") == "simple"


# The same as a plain scan.

WORDS = st.sampled_from(
    [
        *("otter", "otters", "river", "the", "and", "of", "running", "run", "ran", "haus", "häuser", "Straße", "a"),
        *("café", "CAFÉ", "中文", "naïve", "x-ray", "e-mail", "http://example.com/a", "3.14", "-5", "foo_bar"),
        *("<b>", "&amp;", "🦦", "a@b.example", "/usr/bin", "don't"),
    ]
)
TEXT = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
QUERY = st.lists(
    st.one_of(
        WORDS,
        WORDS.map(lambda word: f"-{word}"),
        st.lists(WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
        st.sampled_from(["or", "OR", "-", '"', ":*", "(", "&"]),
    ),
    max_size=4,
).map(" ".join)
PEOPLE = ("ada@acme.test", "ben@acme.test", "chloe@globex.test", "dan@globex.test")
SAID = st.tuples(
    st.sampled_from(PEOPLE),
    TEXT,
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant", "assistant", "tool"]), TEXT, st.integers(0, 2)), max_size=5
    ),
    st.sampled_from(["active", "active", "archived", "deleted"]),
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "p_role": st.sampled_from(["user", "assistant"]),
        "p_model": st.sampled_from(["model 0", "model 1"]),
        "p_from": st.integers(0, 2).map(lambda day: f"2026-01-0{day + 1}"),
        "p_to": st.integers(0, 2).map(lambda day: f"2026-01-0{day + 1}"),
        "p_status": st.sampled_from(["active", "archived"]),
    },
)
PLAIN_SCAN = """
select found.kind, found.id, found.rank
from (
    select
        'message' as kind, m.id, m.conversation_id, m.created_at, m.role, m.model_used,
        to_tsvector(%(language)s::regconfig, left(m.content, 100000)) as words,
        ts_rank(
            to_tsvector(%(language)s::regconfig, left(m.content, 100000)),
            websearch_to_tsquery(%(language)s::regconfig, %(query)s)
        ) as rank
    from public.messages as m
    where m.role in ('user', 'assistant')
    union all
    select
        'title', c.id, c.id, c.created_at, null, null,
        to_tsvector(%(language)s::regconfig, c.title),
        ts_rank(
            setweight(to_tsvector(%(language)s::regconfig, c.title), 'A'),
            websearch_to_tsquery(%(language)s::regconfig, %(query)s)
        )
    from public.conversations as c
) as found
inner join public.conversations as c on c.id = found.conversation_id
where
    numnode(websearch_to_tsquery(%(language)s::regconfig, %(query)s)) > 0
    and found.words @@ websearch_to_tsquery(%(language)s::regconfig, %(query)s)
    and c.deleted_at is null
    and (%(p_role)s::text is null or found.role = %(p_role)s)
    and (%(p_model)s::text is null or found.model_used = %(p_model)s)
    and (%(p_from)s::timestamptz is null or found.created_at >= %(p_from)s)
    and (%(p_to)s::timestamptz is null or found.created_at < %(p_to)s)
    and (%(p_status)s::text is null or c.status = %(p_status)s)
order by case %(p_order)s when 'rank' then found.rank else 0 end desc, found.created_at desc, found.id desc
"""
PAGED = """
select kind, coalesce(message_id, conversation_id) as id, rank, next_cursor
from public.search_conversations(
    %(query)s, %(p_limit)s, %(cursor)s, %(p_order)s, %(p_role)s, %(p_model)s, %(p_from)s, %(p_to)s, %(p_status)s
)
"""


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """The owner, exempt from Row Level Security."""
    with psycopg.connect(database.url()) as connection:
        yield connection


def _say(owner: psycopg.Connection[Any], corpus: Sequence[Any]) -> None:
    for email, title, messages, status in corpus:
        (conversation,) = owner.execute(
            "insert into public.conversations (tenant_id, user_id, title, created_at)"
            " select tenant_id, id, %s, '2026-01-01' from public.users where email = %s returning id",
            (title, email),
        ).fetchone() or (None,)
        for role, content, day in messages:
            owner.execute(
                "insert into public.messages"
                " (tenant_id, conversation_id, user_id, role, content, model_used, created_at)"
                " select tenant_id, id, user_id, %s, %s, %s, date '2026-01-01' + %s"
                " from public.conversations where id = %s",
                (role, content, f"model {day}", day, conversation),
            )
        owner.execute(
            "update public.conversations set is_archived = %s, deleted_at = %s where id = %s",
            (status != "active", "2026-01-02" if status == "deleted" else None, conversation),
        )


def _pages(owner: psycopg.Connection[Any], given_values: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    cursor = None
    while True:
        page = owner.execute(PAGED, {**given_values, "cursor": cursor}).fetchall()
        rows += [row[:3] for row in page]
        cursor = page[-1][3] if page else None
        if cursor is None:
            return rows


@given(
    corpus=st.lists(SAID, min_size=1, max_size=8),
    asked=st.lists(st.tuples(st.sampled_from(PEOPLE), QUERY, FILTERS), min_size=1, max_size=6),
    limit=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_all_that_a_plain_scan_finds_in_its_order(
    owner: psycopg.Connection[Any], corpus: Any, asked: Any, limit: int
) -> None:
    accounts = dict(owner.execute("select email, auth_id from public.users").fetchall())
    try:
        owner.execute("update public.tenants set search_language = 'german' where slug = 'globex'")
        owner.execute("select private.reindex_search()")
        _say(owner, corpus)
        for email, query, filters in asked:
            claims = json.dumps({"sub": str(accounts[email]), "role": "authenticated"})
            owner.execute(
                "select set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
                (claims,),
            )
            for order in ("rank", "newest"):
                values: dict[str, Any] = {
                    **dict.fromkeys(("p_role", "p_model", "p_from", "p_to", "p_status")),
                    **filters,
                    "p_order": order,
                    "p_limit": limit,
                    "query": query,
                    "language": TENANT[email.partition("@")[2].partition(".")[0]],
                }
                plain = owner.execute(PLAIN_SCAN, values).fetchall()
                assert _pages(owner, values) == plain
            owner.execute("reset role")
    finally:
        owner.rollback()
