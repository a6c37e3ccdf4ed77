"""Turns of a tenant that encrypts its messages: what was said is nowhere in the database, and everywhere else."""

from __future__ import annotations

import functools
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest

from app.chat.progress import Batch
from app.encryption import PREFIX
from app.errors import EncryptionUnavailable
from tests.faults.client import Dialect, asking, new_client
from tests.faults.truth import closed, until
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, Stream, parse, running
from tests.world import Actor, Database, token

KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = b64encode(bytes(32)).decode()
ASKED = "Wolpertinger"
SAID = "Basilisk"
DIALECTS: tuple[Dialect, ...] = ("plain", "ui", "openai")


async def found(database: Database, *words: str) -> list[str]:
    """The tables in which any of the words stands, in whatever column, as text or as bytes."""
    patterns = [f"%{form}%" for word in words for form in (word, word.encode().hex())]
    async with database.connected("supabase_admin") as link:
        tables = await link.fetch(
            "select c.oid::regclass::text from pg_class as c"
            " where c.relkind in ('r', 'm') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
        )
        return [
            name
            for (name,) in tables
            if await link.fetchval(f"select exists (select from {name} as t where t::text like any ($1))", patterns)
        ]


async def encrypts(database: Database, slug: str, on: bool = True) -> None:
    await database.fetch("update public.tenants set encrypts_messages = $2 where slug = $1", slug, on)


@pytest.fixture
async def acme(database: Database) -> None:
    await encrypts(database, "acme")


@pytest.fixture
async def worker(database: Database, model_server: ModelServer, acme: None) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, secrets_key=KEY) as started:
        yield started


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with new_client() as made:
        yield made


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_what_is_said_is_stored_nowhere(
    worker: RunningWorker,
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    dialect: Dialect,
) -> None:
    model_server.script(Script(answer=f"The {SAID} says no.", reasoning=[f"{SAID}?"]))
    async with asking(
        client, worker.base_url, acme_member, f"A {ASKED}?", dialect=dialect, chat="c-1", key="k-1"
    ) as reading:
        await reading.to_end()
    assert reading.text == f"The {SAID} says no."
    assert model_server.requests[-1].body["messages"][-1]["content"] == f"A {ASKED}?"
    assert await found(database, ASKED, SAID) == []
    rows = await acme_member.fetch(
        "select content, parts, token_count from public.messages where conversation_id ="
        " (select conversation_id from public.turns where id = $1) order by created_at",
        reading.turn_id,
    )
    assert [row["content"].startswith(PREFIX + "1:") for row in rows] == [True, True]
    assert [part["type"] for part in json.loads(rows[1]["parts"])] == ["encrypted"]
    assert rows[1]["token_count"] == 7
    assert (
        await acme_member.value("select title from public.conversations order by created_at desc limit 1")
        == "New conversation"
    )


def signed_in(actor: Actor) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(str(actor.auth_id))}"}


def hello(text: str, **fields: Any) -> dict[str, Any]:
    message = {"id": "u1", "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": "chat-1", "trigger": "submit-message", "messages": [message], **fields}


def called(index: int, name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": f"call-{index}", "type": "function", "function": function}


async def test_the_model_gets_the_history_and_clients_get_it_from_the_worker(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    first = await worker.ask(acme_member.auth_id, f"One {ASKED}")
    chat = first.end.data["conversationId"]
    # Another worker gets to know the key by itself.
    async with running(database, openai_base_url=model_server.base_url, secrets_key=KEY) as other:
        await other.ask(acme_member.auth_id, "Two", chat)
        sent = [(message["role"], message["content"]) for message in model_server.requests[-1].body["messages"][1:]]
        assert sent == [("user", f"One {ASKED}"), ("assistant", first.text), ("user", "Two")]
        read = await other.client.get(f"/api/chat/{chat}/messages", headers=signed_in(acme_member))
    assert [(m["role"], m["parts"][-1]["text"]) for m in read.json()] == [*sent, ("assistant", first.text)]
    shown = json.loads(await acme_member.value("select public.ui_messages($1)", chat))
    assert [(m["id"], m["role"], m["metadata"]) for m in shown] == [
        (m["id"], m["role"], m["metadata"]) for m in read.json()
    ]
    assert all(m["parts"][-1]["text"].startswith(PREFIX) for m in shown)


async def test_reading_is_for_whoever_the_conversation_belongs_to(
    worker: RunningWorker, acme_member: Actor, acme_admin: Actor, globex_member: Actor, outsider: Actor
) -> None:
    chat = (await worker.ask(acme_member.auth_id, "Mine")).end.data["conversationId"]
    for stranger in (acme_admin, globex_member):
        read = await worker.client.get(f"/api/chat/{chat}/messages", headers=signed_in(stranger))
        assert (read.status_code, read.json()) == (200, [])
    refused = await worker.client.get(f"/api/chat/{chat}/messages", headers=signed_in(outsider))
    assert (refused.status_code, refused.json()["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert (await worker.client.get(f"/api/chat/{chat}/messages")).status_code == 401


async def test_the_worker_shows_what_the_data_api_shows(
    database: Database, worker: RunningWorker, globex_member: Actor, model_server: ModelServer
) -> None:
    """Of a tenant that does not encrypt: both must make the same of every kind of part."""
    calls = [called(0, "weather", '{"at": 1.50}'), called(1, "broken", "{oops"), called(2, "late", "")]
    model_server.script(Script(answer="", reasoning=["Hm"], tool_calls=calls, finish_reason="tool_calls"))
    picture = {"type": "file", "mediaType": "image/png", "url": "data:image/png;base64,AAAA", "filename": "a.png"}
    asked = hello("Look")
    asked["messages"][0]["parts"].append(picture)
    await worker.client.post("/api/chat", json=asked, headers=signed_in(globex_member))
    model_server.script(Script(answer="Cold."))
    results = [
        {"type": "tool-weather", "toolCallId": "call-0", "state": "output-available", "output": {"t": [1, None]}},
        {"type": "tool-broken", "toolCallId": "call-1", "state": "output-error", "errorText": "No"},
    ]
    answered = {"id": "chat-1", "messages": [{"id": "a1", "role": "assistant", "parts": results}]}
    await worker.client.post("/api/chat", json=answered, headers=signed_in(globex_member))
    again = hello("Bye")
    again["messages"][0]["id"] = "u2"
    await worker.client.post("/api/chat", json=again, headers=signed_in(globex_member))
    read = await worker.client.get("/api/chat/chat-1/messages", headers=signed_in(globex_member))
    assert read.json() == json.loads(await globex_member.value("select public.ui_messages('chat-1')"))
    states = [part.get("state") for part in read.json()[1]["parts"] if part["type"].startswith("tool-")]
    assert states == ["output-available", "output-error", "input-available"]


async def test_tools_and_files_are_sealed_as_well(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    calls = [called(0, "look", json.dumps({"a": ASKED}))]
    model_server.script(Script(answer="", tool_calls=calls, finish_reason="tool_calls"))
    picture = {"type": "file", "mediaType": "image/png", "url": f"data:image/png;base64,{'A' * 40_000}{ASKED}"}
    asked = hello(ASKED)
    asked["messages"][0]["parts"].append(picture)
    await worker.client.post("/api/chat", json=asked, headers=signed_in(acme_member))
    model_server.script(Script(answer=SAID))
    result = {"type": "tool-look", "toolCallId": "call-0", "state": "output-available", "output": {"seen": SAID}}
    answered = {"id": "chat-1", "messages": [{"id": "a1", "role": "assistant", "parts": [result]}]}
    await worker.client.post("/api/chat", json=answered, headers=signed_in(acme_member))
    sent = model_server.requests[-1].body["messages"]
    assert json.loads(sent[-1]["content"]) == {"seen": SAID}
    assert json.loads(sent[-2]["tool_calls"][0]["function"]["arguments"]) == {"a": ASKED}
    assert sent[-3]["content"][-1]["image_url"]["url"] == picture["url"]
    assert await found(database, ASKED, SAID, "A" * 1000) == []
    read = (await worker.client.get("/api/chat/chat-1/messages", headers=signed_in(acme_member))).json()
    assert read[1]["parts"][1]["output"] == {"seen": SAID}
    # A file counts for what a model makes of it, encrypted or not.
    octets = await database.value(
        "select private.message_octets('', parts) from public.messages where role = 'user' and parts is not null"
    )
    assert 4_000 < octets < 5_000


async def test_a_message_that_is_sent_twice_is_known_and_no_other_is_seen_to_repeat(
    worker: RunningWorker, database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    for _ in range(2):
        await worker.client.post("/api/chat", json=hello(ASKED), headers=signed_in(acme_member))
    assert await database.value("select count(*) from public.messages where client_id = 'u1'") == 1
    headers = {**signed_in(acme_admin), "Idempotency-Key": '"k"'}
    turns = [
        (await worker.client.post("/api/ai/chat", json={"message": text}, headers=headers)).headers.get("x-turn-id")
        for text in (ASKED, ASKED, "Something else")
    ]
    assert turns[0] == turns[1] and turns[2] is None
    await worker.ask(acme_admin.auth_id, ASKED)
    contents = await database.fetch("select content from public.messages where content like 'palaver-encrypted:%'")
    assert len({content for (content,) in contents}) == len(contents) == 6


async def test_one_worker_begins_what_another_reads(
    worker: RunningWorker,
    client: httpx2.AsyncClient,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
) -> None:
    words = [f"{SAID}{n} " for n in range(12)]
    model_server.script(Script(answer=words, stall_after=8, stall_seconds=0.7))
    async with (
        running(database, openai_base_url=model_server.base_url, secrets_key=KEY) as other,
        running(database, openai_base_url=model_server.base_url) as keyless,
        asking(client, worker.base_url, acme_member, "Go on") as reading,
    ):
        await reading.until(10)
        headers = signed_in(acme_member)
        live = await other.client.get(f"/api/ai/chat/{reading.turn_id}/stream", headers=headers)
        assert await found(database, SAID) == []
        blind = await keyless.client.get(f"/api/ai/chat/{reading.turn_id}/stream", headers=headers)
        await reading.to_end()
        after = await other.client.get(f"/api/ai/chat/{reading.turn_id}/stream", headers=headers)
    assert Stream(live, parse(live.text)).text == Stream(after, parse(after.text)).text == "".join(words)
    assert "ENCRYPTION_UNAVAILABLE" in blind.text


async def test_a_worker_that_cannot_encrypt_asks_nothing_and_loses_nothing(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer
) -> None:
    said = await worker.ask(acme_member.auth_id, "One")
    chat, turn = said.end.data["conversationId"], said.end.data["turnId"]
    before = await database.fetch("select * from public.messages order by tenant_id, id")
    asked = len(model_server.requests)
    headers = signed_in(acme_member)
    for key in (None, OTHER_KEY):
        async with running(database, openai_base_url=model_server.base_url, secrets_key=key) as blind:
            refused = await blind.post({"message": ASKED, "conversationId": chat}, acme_member.auth_id)
            assert (refused.status_code, refused.json()["code"]) == (503, "ENCRYPTION_UNAVAILABLE")
            assert refused.headers["retry-after"] == "60"
            read = await blind.client.get(f"/api/chat/{chat}/messages", headers=headers)
            assert (read.status_code, read.json()["code"]) == (503, "ENCRYPTION_UNAVAILABLE")
            again = await blind.client.get(f"/api/ai/chat/{turn}/stream", headers=headers)
            assert (again.status_code, again.json()["code"]) == (503, "ENCRYPTION_UNAVAILABLE")
    assert len(model_server.requests) == asked
    assert await database.fetch("select * from public.messages order by tenant_id, id") == before
    assert await database.value("select count(*) from private.open_turns") == 0


async def test_a_tenant_that_begins_to_encrypt_and_ends(
    database: Database, client: httpx2.AsyncClient, acme_member: Actor, model_server: ModelServer
) -> None:
    model_server.script(Script(answer=["Once ", "upon ", f"a {SAID}"], stall_after=2, stall_seconds=0.5))
    async with running(database, openai_base_url=model_server.base_url, secrets_key=KEY) as worker:
        async with asking(client, worker.base_url, acme_member, "One") as reading:
            await reading.until(4)
            # The question is stored as it is; its answer must not be any more.
            await encrypts(database, "acme")
            await reading.to_end()
        answer = await database.value("select content from public.messages where id = $1", reading.turn_id)
        assert answer.startswith(PREFIX) and await found(database, SAID) == []
        model_server.script(Script(answer=["Twice ", SAID], stall_after=2, stall_seconds=0.5))
        chat = reading.end[1]["conversationId"] if reading.end else ""
        body = {"message": ASKED, "conversationId": chat}
        async with client.stream(
            "POST", f"{worker.base_url}/api/ai/chat", json=body, headers=signed_in(acme_member)
        ) as response:
            await anext(response.aiter_raw())
            await encrypts(database, "acme", on=False)
            turn_id = UUID(response.headers["x-turn-id"])
        await closed(database, turn_id)
        assert await found(database, SAID, ASKED) == []
        plain = await worker.ask(acme_member.auth_id, "Three", chat)
        sent = [message["content"] for message in model_server.requests[-1].body["messages"][1:]]
        assert sent == ["One", f"Once upon a {SAID}", ASKED, f"Twice {SAID}", "Three"]
        kept = await database.value("select content from public.messages where id = $1", UUID(plain.end.data["turnId"]))
        assert kept == f"Twice {SAID}"


async def test_nothing_unencrypted_gets_in(
    worker: RunningWorker, database: Database, acme_member: Actor, globex_member: Actor, service: Actor
) -> None:
    await worker.ask(acme_member.auth_id, "One")
    (sealed,) = await database.fetch(
        "select m.* from public.messages as m inner join public.turns as t on t.question_id = m.id"
    )
    add = "insert into public.messages (conversation_id, content) values ($1, $2)"
    for text in ("Plain", sealed["content"]):
        assert await acme_member.denied(add, sealed["conversation_id"], text) == "PA422"
    by_service = (
        "insert into public.messages (tenant_id, conversation_id, user_id, role, content, parts)"
        " values ($1, $2, $3, $4, $5, $6)"
    )
    where = (sealed["tenant_id"], sealed["conversation_id"], sealed["user_id"])
    beside = json.dumps([{"type": "encrypted", "data": sealed["content"], "text": "Plain"}])
    for role in ("user", "assistant", "tool", "system"):
        for content, parts in (("Plain", None), (f"{PREFIX}1:{uuid4()}:AAAA", None), (sealed["content"], beside)):
            assert await service.denied(by_service, *where, role, content, parts) == "PA427"
    assert await service.denied("update public.messages set content = 'Plain' where id = $1", sealed["id"]) == "PA427"
    await service.fetch(by_service, *where, "user", sealed["content"], None)
    # Where nothing is encrypted, nothing may look so.
    conversation = await globex_member.value("select id from public.conversations limit 1")
    assert await globex_member.denied(add, conversation, sealed["content"]) == "PA422"
    looks = await worker.post({"message": f"{PREFIX}1:…"}, globex_member.auth_id)
    assert (looks.status_code, looks.json()["code"]) == (422, "INVALID_REQUEST")
    for text in ("a\0b", "   "):
        refused = await worker.post({"message": text}, acme_member.auth_id)
        assert refused.status_code == 422
    fill = "insert into public.conversations (title) values ('My own') returning titled_by"
    assert await acme_member.value(fill) == "person"


async def test_twins_that_say_the_same_are_not_seen_to(
    worker: RunningWorker, database: Database, acme_member: Actor, globex_member: Actor
) -> None:
    await encrypts(database, "globex")
    for person in (acme_member, globex_member):
        await worker.client.post("/api/chat", json=hello(ASKED), headers=signed_in(person))
    mine, theirs = await database.fetch(
        "select tenant_id, content from public.messages where client_id = 'u1' order by tenant_id"
    )
    assert mine["content"].rpartition(":")[2] != theirs["content"].rpartition(":")[2]
    # In another's place it opens nothing, and the key is not even looked for there.
    with pytest.raises(EncryptionUnavailable):
        await worker.worker.turns._vault.text(theirs["tenant_id"], mine["content"])


async def test_what_a_dead_worker_had_said_waits_for_one_that_can_decrypt_it(
    worker: RunningWorker, database: Database, acme_member: Actor
) -> None:
    turns = worker.worker.turns
    caller = await worker.worker.verifier.verify(token(str(acme_member.auth_id)))
    sealer = await turns._vault.sealer(caller)
    request = {"dialect": "plain", "encrypted": True, "messages": [{"role": "user", "content": sealer.text(ASKED)}]}
    dead = uuid4()
    (begun,) = await database.fetch(
        "select * from private.begin_turn($1, $2, $3)", caller.claims, dead, json.dumps(request), role="palaver_worker"
    )
    for seq, said in enumerate(("A ", SAID)):
        batch = Batch(begun["tenant_id"], begun["turn_id"], seq, sealer.pieces([said]), "openai", "m")
        saved = msgspec.json.encode([batch]).decode()
        await database.fetch("select private.save_pieces($1, $2)", dead, saved, role="palaver_worker")
    steady = "update private.workers set steady_since = now() - interval '1 minute'"
    holder = "select worker_id from private.open_turns where worker_id <> $1"
    held_by = functools.partial(database.value, holder, dead)
    await database.fetch("delete from private.workers where id = $1", turns._worker_id)
    async with running(database) as keyless:
        await keyless.worker.turns._progress._keep_lease()
        await database.fetch(steady + " where id = $1", keyless.worker.turns._worker_id)
        assert await until("it is taken over", held_by) == keyless.worker.turns._worker_id
    await database.fetch("delete from private.workers where id = $1", keyless.worker.turns._worker_id)
    await database.fetch(steady)
    turn = await closed(database, begun["turn_id"])
    assert (turn.status, turn.error_code) == ("failed", "ANSWER_INTERRUPTED")
    assert await turns._vault.text(turn.tenant_id, turn.content) == f"A {SAID}"
    assert turn.completion_tokens is not None and 0 < turn.completion_tokens < 10
    assert await found(database, ASKED, SAID) == []
