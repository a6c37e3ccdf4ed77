"""Shares: what a link shows and to whom, what ends it, passwords and their limit, views, copies."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

PASSWORD = "Öffne dich"
MINUTE = 10
"""Wrong passwords a minute."""

NEVER = "A" * 43


@pytest.fixture
async def talk(acme_member: Actor) -> UUID:
    """A conversation of Ben's, a question and its answer."""
    return UUID(str(await acme_member.value("select id from public.conversations")))


async def share(owner: Actor, talk: UUID, **options: Any) -> asyncpg.Record:
    named = "".join(f", p_{name} => ${number}" for number, name in enumerate(options, 2))
    (row,) = await owner.fetch(
        f"select * from public.share_conversation(p_conversation_id => $1{named})", talk, *options.values()
    )
    return row


async def read(reader: Actor, token: str | None, password: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await reader.value("select public.read_share($1, $2)", token, password))
    return answer


async def texts(reader: Actor, token: str) -> list[str]:
    messages = (await read(reader, token))["conversation"]["messages"]
    return ["".join(part.get("text", "") for part in message["parts"]) for message in messages]


async def say(
    database: Database, talk: UUID, text: str, role: str = "assistant", parts: object = None, parent: object = None
) -> UUID:
    return UUID(
        str(
            await database.value(
                "insert into public.messages (tenant_id, conversation_id, user_id, role, content, parts, parent_id)"
                " select tenant_id, id, user_id, $3, $2, $4::jsonb, $5 from public.conversations where id = $1"
                " returning id",
                talk,
                text,
                role,
                None if parts is None else json.dumps(parts),
                parent,
            )
        )
    )


async def test_a_link_shows_one_conversation_and_nothing_of_whose_it_is(
    acme_member: Actor, anon: Actor, outsider: Actor, globex_member: Actor, talk: UUID
) -> None:
    made = await share(acme_member, talk)
    answer = await read(anon, made["token"])
    assert set(answer) == {"status", "conversation"}
    assert set(answer["conversation"]) == {"title", "isLive", "mayContinue", "sharedAt", "olderLeftOut", "messages"}
    for message in answer["conversation"]["messages"]:
        assert set(message) == {"role", "createdAt", "parts"}
    assert [message["role"] for message in answer["conversation"]["messages"]] == ["user", "assistant"]
    for reader in (outsider, globex_member, acme_member):
        assert await read(reader, made["token"]) == answer
    for secret in (str(acme_member.tenant_id), str(acme_member.user_id), str(talk), "ben@", "Acme", "metadata"):
        assert secret not in json.dumps(answer)


async def test_the_token_is_random_and_kept_as_a_hash_only(acme_member: Actor, database: Database, talk: UUID) -> None:
    tokens = [(await share(acme_member, talk))["token"] for _ in range(20)]
    assert len(set(tokens)) == 20
    kept = {row["token_hash"] for row in await database.fetch("select token_hash from private.share_secrets")}
    assert kept == {hashlib.sha256(token.encode()).digest() for token in tokens}
    everything = await database.value("select string_agg(s::text, ' ') from private.share_secrets as s")
    rows = await database.value("select string_agg(s::text, ' ') from public.conversation_shares as s")
    assert not [token for token in tokens if token in everything + rows]


async def test_outsiders_can_list_nothing(anon: Actor, globex_member: Actor, acme_member: Actor, talk: UUID) -> None:
    await share(acme_member, talk)
    for relation in ("public.conversation_shares", "public.conversation_share_views", "private.share_secrets"):
        assert await anon.denied(f"select * from {relation}") == "42501"
    assert await globex_member.fetch("select * from public.conversation_shares") == []
    assert await globex_member.fetch("select * from public.conversation_share_views") == []
    assert await acme_member.denied("select * from private.share_secrets") == "42501"
    assert await anon.denied("select private.open_share($1, null)", NEVER) == "42501"
    assert await anon.denied("select private.uuid_v7()") == "42501"


NO_TOKENS = (
    *(
        None,
        "",
        "x",
        "A" * 42,
        "A" * 44,
        "A" * 42 + "=",
        "A" * 42 + "\n",
        "\u202e" * 43,
        "é" * 43,
        "A" * 1_000_000,
        NEVER,
    ),
)


async def test_what_is_no_token_leads_nowhere(anon: Actor) -> None:
    for token in NO_TOKENS:
        assert await read(anon, token) == {"status": "not_found"}


ENDS = {
    "revoked": "update public.conversation_shares set revoked_at = now()",
    "expired": "update public.conversation_shares set expires_at = now()",
    "archived": "update public.conversations set is_archived = true where id = :talk",
    "deleted": "update public.conversations set deleted_at = now() where id = :talk",
    "gone": "delete from public.conversations where id = :talk",
    "its head gone": "delete from public.messages where conversation_id = :talk and role = 'assistant'",
    "owner shut out": "update public.users set is_active = false where email = 'ben@acme.test'",
    "owner's account gone": "update public.users set auth_id = null where email = 'ben@acme.test'",
    "owner gone": "delete from public.users where email = 'ben@acme.test'",
    "tenant off": "update public.tenants set is_active = false where slug = 'acme'",
    "tenant encrypts": "update public.tenants set encrypts_messages = true where slug = 'acme'",
}


async def test_whatever_ends_a_share_is_answered_as_a_link_that_never_was(
    acme_member: Actor, database: Database, talk: UUID
) -> None:
    made = await share(acme_member, talk, password=PASSWORD)
    async with database.connected() as owner:
        for end, sql in {"nothing": "select 1", **ENDS}.items():
            undone = owner.transaction()
            await undone.start()
            await owner.execute(sql.replace(":talk", f"'{talk}'"))
            await owner.execute("set local role anon")
            known = json.loads(await owner.fetchval("select public.read_share($1)", made["token"]))
            status = await owner.fetchval("select current_setting('response.status')")
            if end == "nothing":
                assert (known, status) == ({"status": "password_required"}, "401")
            else:
                assert (known, status) == ({"status": "not_found"}, "404"), end
                assert json.loads(await owner.fetchval("select public.read_share($1)", NEVER)) == known
            await undone.rollback()


async def test_what_cannot_be_shared_is_refused(
    acme_member: Actor, acme_admin: Actor, initech_viewer: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    sharing = "select * from public.share_conversation($1)"
    assert await acme_admin.denied(sharing, talk) == "PA404"
    assert await acme_member.denied(sharing, None) == "PA404"
    assert await initech_viewer.denied(sharing, talk) == "PA403"
    assert await anon.denied(sharing, talk) == "42501"
    empty = await acme_member.value("insert into public.conversations default values returning id")
    assert await acme_member.denied(sharing, empty) == "PA422"
    assert (await share(acme_member, empty, is_live=True))["token"]
    dated = "select * from public.share_conversation($1, p_expires_at => $2::timestamptz)"
    assert await acme_member.denied(dated, talk, datetime.now(UTC) - timedelta(seconds=1)) == "PA422"
    assert await acme_member.denied(dated.replace("$2", "'infinity'"), talk) == "PA422"
    for password in ("", "short", "x" * 201, "x" * 1_000_000):
        assert (
            await acme_member.denied("select public.share_conversation($1, p_password => $2)", talk, password)
            == "PA422"
        )
    await acme_member.fetch("update public.conversations set is_archived = true where id = $1", talk)
    assert await acme_member.denied(sharing, talk) == "PA409"
    await acme_member.fetch("update public.conversations set is_archived = false where id = $1", talk)
    await database.fetch("update public.tenants set encrypts_messages = true where slug = 'acme'")
    assert await acme_member.denied(sharing, talk) == "PA422"


async def test_a_snapshot_stays_and_a_live_share_goes_on(
    acme_member: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    snapshot, live = await share(acme_member, talk), await share(acme_member, talk, is_live=True)
    before = await texts(anon, snapshot["token"])
    question = await database.value(
        "select id from public.messages where conversation_id = $1 order by created_at limit 1", talk
    )
    await say(database, talk, "Another answer", parent=question)
    assert await texts(anon, snapshot["token"]) == before
    assert await texts(anon, live["token"]) == [before[0], "Another answer"]
    # Back to the older branch.
    first = await database.value(
        "select id from public.messages where conversation_id = $1 and content like 'Five%'", talk
    )
    await acme_member.fetch("update public.conversations set head_id = $2 where id = $1", talk, first)
    assert await texts(anon, live["token"]) == before


async def test_only_what_may_be_shown_is_shown(acme_member: Actor, anon: Actor, database: Database, talk: UUID) -> None:
    await say(database, talk, "A system prompt", "system")
    await say(database, talk, "A result", "tool")
    await say(
        database,
        talk,
        "content beside parts",
        parts=[
            {"type": "text", "text": "Shown", "providerMetadata": "hidden"},
            {"type": "reasoning", "text": "hidden"},
            {"type": "tool-call", "toolName": "hidden", "arguments": "hidden"},
            {"type": "tool-result", "output": "hidden"},
            {"type": "context", "text": "hidden"},
            {"type": "text", "text": {"hidden": 1}},
            {"type": "source-url", "sourceId": "hidden", "url": "https://example.org/a", "title": "A source"},
            {"type": "source-url", "url": "javascript:alert(1)"},
            {"type": "source-url", "url": "https://example.org/" + "x" * 2000},
            {"type": "file", "url": "data:image/png;base64,hidden", "filename": "a.png", "mediaType": "image/png"},
            {"type": "unheard-of", "text": "hidden"},
            {},
        ],
    )
    await database.fetch("update public.messages set metadata = '{\"a\": \"hidden\"}', client_id = 'hidden-' || id")
    answer = await read(anon, (await share(acme_member, talk))["token"])
    assert answer["conversation"]["messages"][-1]["parts"] == [
        {"type": "text", "text": "Shown"},
        {"type": "text", "text": '{"hidden": 1}'},
        {"type": "source-url", "url": "https://example.org/a", "title": "A source"},
        {"type": "file", "name": "a.png", "mediaType": "image/png"},
    ]
    assert len(answer["conversation"]["messages"]) == 3


PASSWORDS = ("password", PASSWORD, "o\u0308" * 40, "x" * 64, "x" * 65, "🔑" * 50, " \u202e'; --", "")


async def test_passwords_are_kept_as_rfc_8018_has_it(database: Database) -> None:
    async with database.connected() as owner:
        for password, (salt, rounds) in itertools.product(
            PASSWORDS, ((b"salt", 1), (bytes(16), 3), (b"\xff" * 60, 500))
        ):
            kept = await owner.fetchval("select private.derive_key($1, $2, $3)", password, salt, rounds)
            known = unicodedata.normalize("NFKC", password).encode()
            assert kept == hashlib.pbkdf2_hmac("sha256", known, salt, rounds)


async def test_a_password_opens_and_is_kept_nowhere(
    acme_member: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    made = await share(acme_member, talk, password=PASSWORD)
    assert await read(anon, made["token"]) == {"status": "password_required"}
    for wrong in ("", "Öffne Dich", PASSWORD + " ", "x" * 1_000_000):
        assert await read(anon, made["token"], wrong) == {"status": "wrong_password"}
    assert (await read(anon, made["token"], PASSWORD))["status"] == "ok"
    assert (await read(anon, made["token"], "O\u0308ffne dich"))["status"] == "ok"
    (kept,) = await database.fetch("select * from private.share_secrets")
    assert kept["password_hash"] == hashlib.pbkdf2_hmac(
        "sha256", PASSWORD.encode(), kept["password_salt"], kept["password_rounds"]
    )
    assert len(kept["password_salt"]) == 16 and kept["password_rounds"] >= 20_000
    (listed,) = await acme_member.fetch("select * from public.conversation_shares")
    assert listed["has_password"] and not set(listed.keys()) & {"token", "token_hash", "password_hash"}


async def test_wrong_passwords_are_limited_by_share(
    acme_member: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    made, other = await share(acme_member, talk, password=PASSWORD), await share(acme_member, talk, password=PASSWORD)
    for _ in range(MINUTE):
        assert (await read(anon, made["token"], "a wrong one"))["status"] == "wrong_password"
    async with anon.acting() as link:
        late = json.loads(await link.fetchval("select public.read_share($1, $2)", made["token"], PASSWORD))
        assert late["status"] == "too_many_attempts" and 0 < late["retryAfterSeconds"] <= 60 / MINUTE
        assert await link.fetchval("select current_setting('response.status')") == "429"
        headers = json.loads(await link.fetchval("select current_setting('response.headers')"))
        assert headers == [{"Retry-After": str(late["retryAfterSeconds"])}]
    assert (await read(anon, other["token"], PASSWORD))["status"] == "ok"
    await database.fetch("update private.share_secrets set next_attempt_at = next_attempt_at - interval '6 seconds'")
    assert (await read(anon, made["token"], PASSWORD))["status"] == "ok"


async def test_guesses_made_at_once_are_all_counted(
    acme_member: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    made = await share(acme_member, talk, password=PASSWORD)

    async def guess() -> str:
        async with database.connected("authenticator") as link:
            answer = await read(Actor(link, role="anon", claims={"role": "anon"}), made["token"], "a guess")
            return str(answer["status"])

    said = await asyncio.gather(*(guess() for _ in range(16)))
    tried = said.count("wrong_password")
    assert tried + said.count("too_many_attempts") == 16
    charged = await database.value(
        "select extract(epoch from next_attempt_at - clock_timestamp())::float8 from private.share_secrets"
    )
    assert charged == pytest.approx(60 / MINUTE * tried, abs=10)


async def test_views_are_counted_and_nobody_waits_for_the_counter(
    acme_member: Actor, acme_admin: Actor, anon: Actor, database: Database, talk: UUID
) -> None:
    made = await share(acme_member, talk)
    listed = "select views, last_viewed_at from public.conversation_share_views where share_id = $1"
    (before,) = await acme_member.fetch(listed, made["share_id"])
    assert tuple(before) == (0, None)
    await read(anon, made["token"])
    async with database.connected("authenticator") as one, anon.acting() as held:
        await held.fetchval("select public.read_share($1)", made["token"])
        other = Actor(one, role="anon", claims={"role": "anon"})
        async with asyncio.timeout(5):
            await read(other, made["token"])
            await read(other, made["token"])
    for viewer in (acme_member, acme_admin):
        (after,) = await viewer.fetch(listed, made["share_id"])
        assert after["views"] == 4 and after["last_viewed_at"] is not None
    assert await database.value("select count(*) from private.share_views") == 2
    async with anon.connection.transaction(readonly=True):
        assert "ok" in await database.value("select 'ok'")
        await anon.connection.execute("select set_config('role', 'anon', true)")
        assert '"ok"' in await anon.connection.fetchval("select public.read_share($1)", made["token"])


async def test_what_is_revoked_stays_revoked(acme_member: Actor, acme_admin: Actor, talk: UUID, anon: Actor) -> None:
    one, other = await share(acme_member, talk), await share(acme_member, talk)
    revoked = await acme_member.value(
        "update public.conversation_shares set revoked_at = '2000-01-01' where id = $1 returning revoked_at",
        one["share_id"],
    )
    assert revoked > datetime.now(UTC) - timedelta(minutes=1)
    assert await read(anon, one["token"]) == {"status": "not_found"}
    await acme_member.fetch("update public.conversation_shares set revoked_at = null where id = $1", one["share_id"])
    assert await acme_member.value("select (public.revoke_share($1)).revoked_at", one["share_id"]) == revoked
    assert (await read(anon, other["token"]))["status"] == "ok"
    assert await acme_admin.value("select (public.revoke_share($1)).id", other["share_id"]) == other["share_id"]
    assert await read(anon, other["token"]) == {"status": "not_found"}


async def test_a_copy_is_ones_own_and_of_text_only(
    acme_member: Actor, globex_member: Actor, database: Database, talk: UUID
) -> None:
    await say(database, talk, "", parts=[{"type": "file", "url": "data:,", "mediaType": "text/plain"}])
    await say(
        database, talk, "With parts", parts=[{"type": "reasoning", "text": "r"}, {"type": "text", "text": "With parts"}]
    )
    made = await share(acme_member, talk, may_continue=True, password=PASSWORD)
    refused = json.loads(await globex_member.value("select public.continue_share($1, 'wrong wrong')", made["token"]))
    assert refused == {"status": "wrong_password"}
    answer = json.loads(await globex_member.value("select public.continue_share($1, $2)", made["token"], PASSWORD))
    assert set(answer) == {"status", "conversationId"}
    rows = await globex_member.fetch(
        "select * from public.messages where conversation_id = $1 order by created_at", UUID(answer["conversationId"])
    )
    assert [row["role"] for row in rows] == ["user", "assistant", "assistant"]
    assert rows[2]["content"] == "With parts"
    assert [row["parent_id"] for row in rows] == [None, rows[0]["id"], rows[1]["id"]]
    assert {(row["user_id"], row["parts"], row["metadata"]) for row in rows} == {(globex_member.user_id, None, "{}")}
    title = await globex_member.value(
        "select title from public.conversations where id = $1", UUID(answer["conversationId"])
    )
    assert title == "Warranty in short"
    # It goes on, and what it was copied from does not.
    await globex_member.fetch(
        "insert into public.messages (conversation_id, content) values ($1, 'And then?')",
        UUID(answer["conversationId"]),
    )
    assert await acme_member.value("select count(*) from public.messages where conversation_id = $1", talk) == 4


async def test_who_may_not_ask_may_not_copy(
    acme_member: Actor,
    globex_member: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    anon: Actor,
    database: Database,
    talk: UUID,
) -> None:
    copying = "select public.continue_share($1)"
    reading, going_on = await share(acme_member, talk), await share(acme_member, talk, may_continue=True)
    assert json.loads(await globex_member.value(copying, reading["token"])) == {"status": "not_allowed"}
    assert json.loads(await globex_member.value(copying, NEVER)) == {"status": "not_found"}
    for nobody in (initech_viewer, outsider):
        assert await nobody.denied(copying, going_on["token"]) == "PA403"
    assert await anon.denied(copying, going_on["token"]) == "42501"
    before = await database.value("select count(*) from public.conversations")
    await database.fetch("update public.tenants set encrypts_messages = true where slug = 'globex'")
    assert await globex_member.denied(copying, going_on["token"]) == "PA422"
    assert await database.value("select count(*) from public.conversations") == before


async def test_the_worker_is_told_of_what_changed_only(
    acme_member: Actor, database: Database, talk: UUID, anon: Actor
) -> None:
    made = await share(acme_member, talk, is_live=True, password=PASSWORD)
    async with database.connected("palaver_worker") as worker:
        opened = json.loads(await worker.fetchval("select private.open_share($1, $2)", made["token"], PASSWORD))
        digest = hashlib.sha256(made["token"].encode()).hexdigest()

        async def watched(**change: str | None) -> list[asyncpg.Record]:
            asked = [{"token_hash": digest, **opened["watch"], **change}, {"token_hash": "00", "proof": "00"}]
            rows: list[asyncpg.Record] = await worker.fetch(
                "select * from private.watch_shares($1::jsonb)", json.dumps(asked)
            )
            assert tuple(rows.pop()) == ("00", None, None)
            return rows

        assert await watched() == []
        (whole,) = await watched(state=None)
        assert json.loads(whole["conversation"]) == opened["conversation"]
        ((_, state, _),) = await watched(proof="0" * 64)
        assert state is None
        await say(database, talk, "New")
        (changed,) = await watched()
        assert "New" in changed["conversation"] and changed["state"] != opened["watch"]["state"]
        assert await watched(state=changed["state"]) == []
    assert await acme_member.value("select views from public.conversation_share_views") == 1
    assert await anon.denied("select private.watch_shares('[]')") == "42501"
    assert await acme_member.denied("select private.watch_shares('[]')") == "42501"


async def test_opening_a_link_leaves_whoever_opens_it_who_they_are(
    acme_member: Actor, globex_member: Actor, talk: UUID
) -> None:
    made = await share(acme_member, talk)
    async with globex_member.acting() as link:
        for token in (made["token"], NEVER):
            await link.fetchval("select public.read_share($1)", token)
            assert await link.fetchval("select private.current_user_id()") == globex_member.user_id
