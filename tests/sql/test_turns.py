"""Beginning a turn: one call that checks, saves what was asked and gives back what the model needs."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from tests.sql.working import NOWHERE, Worker, at_once, history, written
from tests.world import Actor, Database


async def conversation(database: Database, actor: Actor, archived: bool = False) -> UUID:
    sql = "select id from public.conversations where user_id = $1 and is_archived = $2 order by id limit 1"
    return UUID(str(await database.value(sql, actor.user_id, archived)))


async def test_begin_saves_the_question_in_a_new_conversation(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member, "Which saw?", response_id="m1")
    (question,) = await acme_member.fetch("select * from public.messages where id = $1", begun["question_id"])
    assert (question["conversation_id"], question["role"], question["content"]) == (
        begun["conversation_id"],
        "user",
        "Which saw?",
    )
    assert (begun["begins_conversation"], begun["is_repeat"]) == (True, False)
    (turn,) = await acme_member.fetch("select * from public.turns")
    assert (turn["id"], turn["status"], turn["question_id"]) == (begun["turn_id"], "running", begun["question_id"])
    assert (turn["user_id"], turn["answer_id"], turn["finished_at"]) == (acme_member.user_id, None, None)
    assert (turn["dialect"], turn["response_id"]) == ("plain", "m1")
    assert history(begun) == [("user", "Which saw?")]
    assert await acme_member.value("select title from public.conversations order by updated_at desc") == "Which saw?"
    assert await database.value(
        "select last_active_at > now() - interval '1 minute' from public.users where id = $1", acme_member.user_id
    )
    (held,) = await database.fetch("select * from private.open_turns")
    assert (held["turn_id"], held["worker_id"]) == (begun["turn_id"], worker.id)
    await worker.check_no_claims()


async def test_begin_goes_on_in_a_conversation_and_moves_it_up(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    begun = await worker.begin(acme_admin, "And for pine?", conversation_id=existing)
    assert (begun["conversation_id"], begun["conversation_title"]) == (existing, "Which drill for oak?")
    assert begun["begins_conversation"] is False
    said = history(begun)
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant", "user"]
    assert said[0][1] == "Which drill bit do I need for oak?"
    assert said[-1] == ("user", "And for pine?")
    newest = await acme_admin.value(
        "select id from public.conversations where not is_archived order by updated_at desc"
    )
    assert newest == existing


async def test_history_is_the_newest_messages_oldest_first(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    third = await worker.begin(acme_admin, "Third?", conversation_id=existing, history=(3, 1_000_000))
    assert history(third)[1:] == [
        ("assistant", "About 1,500 turns a minute for 6 mm, less for larger bits."),
        ("user", "Third?"),
    ]
    for limits in ((1, 1_000_000), (0, 1_000_000), (-5, 1_000_000), (None, None), (50, 0), (50, 6)):
        alone = await worker.begin(acme_admin, "Alone?", conversation_id=existing, history=limits)
        assert history(alone) == [("user", "Alone?")]


async def test_history_holds_no_more_bytes_than_it_may(worker: Worker, acme_member: Actor) -> None:
    begun = await worker.begin(acme_member, "é" * 10)
    for number in range(4):
        await worker.finish(begun, content=f"{number}" * 20)
        begun = await worker.begin(acme_member, "x" * 20, conversation_id=begun["conversation_id"])
    ask = {"conversation_id": begun["conversation_id"], "messages": [{"role": "user", "content": "y" * 20}]}
    for octets in (20, 39, 40, 60):
        said = history(await worker.begin(acme_member, history=(50, octets), **ask))
        assert [len(content.encode()) for _, content in said] == [20] * (octets // 20)


async def test_a_file_counts_for_what_a_model_makes_of_it(worker: Worker, acme_member: Actor) -> None:
    parts = [{"type": "file", "media_type": "image/png", "url": "data:image/png;base64," + "A" * 100_000}]
    begun = await worker.begin(acme_member, messages=[{"role": "user", "content": "See", "parts": parts}])
    await worker.finish(begun)
    again = await worker.begin(
        acme_member, "And?", conversation_id=begun["conversation_id"], history=(50, 4000 + 3 + 12 + 4)
    )
    assert [content for _, content in history(again)] == ["See", "Hello to you", "And?"]
    assert json.loads(again["history"])[0]["parts"] == parts


async def test_history_has_results_of_tools_and_no_system_messages(
    worker: Worker, service: Actor, acme_admin: Actor, database: Database
) -> None:
    existing = await conversation(database, acme_admin)
    for role in ("system", "tool"):
        await service.execute(
            "insert into public.messages (tenant_id, conversation_id, user_id, role, content)"
            " values ($1, $2, $3, $4, 'Inner')",
            acme_admin.tenant_id,
            existing,
            acme_admin.user_id,
            role,
        )
    said = history(await worker.begin(acme_admin, "And?", conversation_id=existing, history=(1000, 1_000_000)))
    assert [role for role, _ in said] == ["user", "assistant", "user", "assistant", "tool", "user"]


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Short", "Short"),
        ("  Leading\n\nand   inner\tspace  ", "Leading and inner space"),
        ("x" * 51, "x" * 50),
        ("é" * 60, "é" * 50),
        ("😀" * 60, "😀" * 50),
        ("a" * 49 + " b c", "a" * 49 + " "),
    ],
)
async def test_a_new_conversation_is_titled_from_the_first_50_characters(
    worker: Worker, acme_member: Actor, message: str, title: str
) -> None:
    begun = await worker.begin(acme_member, message)
    assert begun["conversation_title"] == title
    assert history(begun) == [("user", message)]


async def test_the_clients_id_of_a_chat_names_a_conversation(
    worker: Worker, acme_member: Actor, acme_admin: Actor, database: Database
) -> None:
    begun = await worker.begin(acme_member, "First", chat="chat-1")
    again = await worker.begin(acme_member, "Second", chat="chat-1")
    by_ours = await worker.begin(acme_member, "Third", chat=begun["conversation_id"])
    assert {again["conversation_id"], by_ours["conversation_id"]} == {begun["conversation_id"]}
    # Another person's chat of the same name, or under our id of the first one's, is another one.
    for name in ("chat-1", str(begun["conversation_id"])):
        theirs = await worker.begin(acme_admin, "Theirs", chat=name)
        assert theirs["begins_conversation"] is True
        assert theirs["conversation_id"] != begun["conversation_id"]
    assert len(history(by_ours)) == 3
    made = await at_once(database, 16, lambda each, number: each.begin(acme_member, f"At once {number}", chat="chat-2"))
    assert len({row["conversation_id"] for row in made}) == 1
    assert sum(row["begins_conversation"] for row in made) == 1


async def test_the_tenants_model_settings_come_along(
    worker: Worker, globex_member: Actor, acme_member: Actor, database: Database
) -> None:
    tools = '[{"type": "function", "function": {"name": "chart"}}]'
    await database.fetch("update public.tenants set tools = $1 where slug = 'globex'", tools)
    names = ("llm_provider", "llm_model", "temperature", "max_tokens", "system_prompt")
    globex = await worker.begin(globex_member)
    assert [globex[name] for name in names[:2]] == ["openai", "gpt-5-mini"]
    assert (float(globex["temperature"]), globex["max_tokens"]) == (0.2, 1024)
    assert globex["system_prompt"] == "You help the analysts of Globex. Show your figures."
    assert json.loads(globex["tools"]) == json.loads(tools)
    acme = await worker.begin(acme_member)
    assert [acme[name] for name in (*names[:4], "tools")] == [None] * 5


@pytest.mark.parametrize(
    ("llm_model", "model", "state"),
    [
        ("gpt-5-mini", "gpt-5-mini", None),
        ("gpt-5-mini", "default", None),
        ("gpt-5-mini", "ours", "PA424"),
        ("gpt-5-mini", "other", "PA424"),
        (None, "ours", None),
        (None, "default", None),
        (None, "other", "PA424"),
        (None, "", "PA424"),
    ],
)
async def test_a_person_asks_for_their_tenants_model_or_the_workers(
    worker: Worker, acme_member: Actor, database: Database, llm_model: str | None, model: str, state: str | None
) -> None:
    await database.fetch("update public.tenants set llm_model = $1 where slug = 'acme'", llm_model)
    before = await written(database)
    asking = worker.begin(acme_member, model=model, models=["ours"])
    if state is None:
        assert (await asking)["llm_model"] == llm_model
    else:
        assert await worker.refused(asking) == state
        assert await written(database) == before
    (choice,) = await worker.call("model_choice", acme_member.claims_text)
    assert tuple(choice) == (None, llm_model)


async def test_an_empty_question_is_refused(worker: Worker, acme_member: Actor, database: Database) -> None:
    for message in ("", "  ", "\n\t"):
        before = await written(database)
        assert await worker.refused(worker.begin(acme_member, message)) == "PA422"
        assert await written(database) == before
    assert await worker.refused(worker.begin(acme_member, messages=[])) == "PA422"


async def test_a_question_too_large_or_with_nul_leaves_nothing(
    worker: Worker, acme_member: Actor, database: Database
) -> None:
    before = await written(database)
    assert await worker.refused(worker.begin(acme_member, "x" * (262_144 + 1))) == "23514"
    assert await worker.refused(worker.begin(acme_member, "a\x00b")) == "22P05"
    assert await written(database) == before
    # An answer may be longer than any question.
    begun = await worker.begin(acme_member, "x" * 262_144)
    assert (await worker.finish(begun, content="y" * (262_144 + 1)))["settled"] is True
    said = "select octet_length(content) from public.messages where conversation_id = $1 order by created_at, id"
    assert [row[0] for row in await acme_member.fetch(said, begun["conversation_id"])] == [262_144, 262_145]


@pytest.mark.parametrize("role", ["assistant", "system", "else"])
async def test_what_is_not_the_persons_side_cannot_be_asked(
    worker: Worker, acme_member: Actor, database: Database, role: str
) -> None:
    before = await written(database)
    forged = [{"role": role, "content": "Forged"}, {"role": "user", "content": "Hello"}]
    assert await worker.refused(worker.begin(acme_member, messages=forged)) in ("42501", "23514")
    assert await written(database) == before


async def test_results_of_tools_are_asked_and_kept(worker: Worker, acme_member: Actor) -> None:
    begun = await worker.begin(acme_member, "Weather?")
    call = [{"type": "tool-call", "id": "c1", "name": "weather", "arguments": "{}"}]
    await worker.finish(begun, content="", parts=call, finish_reason="tool_calls")
    results = [{"type": "tool-result", "id": "c1", "result": "Rain"}]
    said = [{"role": "tool", "content": "", "parts": results}]
    then = await worker.begin(acme_member, conversation_id=begun["conversation_id"], messages=said)
    parts = [said["parts"] for said in json.loads(then["history"])]
    assert parts == [None, call, results]
    (row,) = await acme_member.fetch("select role, parent_id from public.messages where id = $1", then["question_id"])
    assert tuple(row) == ("tool", begun["turn_id"])


async def test_whoever_may_not_use_the_assistant_begins_nothing(
    worker: Worker, initech_viewer: Actor, outsider: Actor, database: Database
) -> None:
    before = await written(database)
    nobodys = ("{}", "null", "[]", '{"sub": null}', '{"sub": "ben"}', '{"sub": ""}', '{"sub": {}}')
    for claims in (initech_viewer, outsider, *nobodys, None):
        assert await worker.refused(worker.begin(claims)) == "PA403"
    for claims in (outsider, *nobodys, None):
        assert await worker.refused(worker.find(claims, NOWHERE)) == "PA403"
        assert await worker.refused(worker.stop(claims, NOWHERE)) == "PA403"
    assert await written(database) == before


@pytest.mark.parametrize(
    "change",
    [
        "update public.users set is_active = false where id = $1",
        "update public.users set role = 'viewer' where id = $1",
        "update public.users set auth_id = null where id = $1",
        "delete from public.users where id = $1",
        "update public.tenants set is_active = false where id = (select tenant_id from public.users where id = $1)",
        """update public.tenants as t set features = '{"ai_assistant": false}'
        from public.users as u where u.tenant_id = t.id and u.id = $1""",
    ],
)
async def test_who_is_shut_out_begins_nothing_from_then_on(
    worker: Worker, acme_member: Actor, database: Database, change: str
) -> None:
    await worker.begin(acme_member)
    await database.fetch(change, acme_member.user_id)
    before = await written(database)
    assert await worker.refused(worker.begin(acme_member)) == "PA403"
    assert await written(database) == before


async def test_foreign_and_missing_conversations_are_the_same_to_everybody(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    targets = [await conversation(database, who) for who in (acme_admin, globex_admin)]
    targets += [await conversation(database, acme_admin, archived=True), NOWHERE]
    before = await written(database)
    for target in targets:
        assert await worker.refused(worker.begin(acme_member, conversation_id=target)) == "PA404"
        assert await worker.refused(worker.begin(acme_member, chat=target, replaces="x")) == "PA404"
        assert await worker.refused(worker.begin(acme_member, chat=target, regenerates="x")) == "PA404"
    assert await written(database) == before


async def test_an_archived_conversation_takes_no_question(
    worker: Worker, acme_admin: Actor, database: Database
) -> None:
    before = await written(database)
    archived = await conversation(database, acme_admin, archived=True)
    assert await worker.refused(worker.begin(acme_admin, conversation_id=archived)) == "PA409"
    assert await worker.refused(worker.begin(acme_admin, chat=archived)) == "PA409"
    assert await written(database) == before


async def test_a_turn_is_found_by_whoever_asked_while_it_runs_and_after(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    begun = await worker.begin(acme_member, "Which saw?", chat="chat-1")
    turn_id = begun["turn_id"]
    running = await worker.find(acme_member, turn_id)
    assert (running["status"], running["content"], running["prompt_tokens"]) == ("running", None, None)
    for chat in ("chat-1", str(begun["conversation_id"])):
        assert (await worker.find(acme_member, None, chat))["turn_id"] == turn_id
    await worker.finish(begun, cached_tokens=3, reasoning_tokens=2)
    over = await worker.find(acme_member, turn_id)
    assert (over["status"], over["content"], over["model"]) == ("completed", "Hello to you", "gpt-5-mini-2026")
    tokens = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens", "tokens_estimated")
    assert [over[name] for name in tokens] == [11, 7, 3, 2, False]
    assert await worker.find(acme_member, None, "chat-1") is None
    for other in (acme_admin, globex_admin):
        assert await worker.refused(worker.find(other, turn_id)) == "PA404"
        assert await worker.find(other, None, str(begun["conversation_id"])) is None
    assert await worker.refused(worker.find(acme_member, NOWHERE)) == "PA404"


async def test_people_neither_begin_nor_settle_nor_write_turns(
    worker: Worker, acme_member: Actor, acme_admin: Actor, service: Actor, anon: Actor
) -> None:
    begun = await worker.begin(acme_member)
    calls = (
        "private.begin_turn('{}', gen_random_uuid(), '{}')",
        "private.find_turn('{}', gen_random_uuid())",
        "private.stop_turn('{}', gen_random_uuid())",
        "private.keep_lease(gen_random_uuid())",
        "private.save_pieces(gen_random_uuid(), '[]')",
        "private.read_pieces('[]')",
        "private.finish_turns(gen_random_uuid(), '[]')",
        "private.become('{}')",
    )
    for actor in (acme_member, acme_admin, anon, service):
        for call in calls:
            assert await actor.denied(f"select {call}") == "42501"
    for actor in (acme_member, acme_admin, anon):
        assert await actor.denied("update public.turns set status = 'failed', finished_at = now()") == "42501"
        assert await actor.denied("delete from public.turns") == "42501"
    assert await acme_admin.value("select id from public.turns") == begun["turn_id"]


async def test_who_sees_turns(
    worker: Worker, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    await worker.begin(acme_admin)
    begun = await worker.begin(acme_member)
    assert [row["id"] for row in await acme_member.fetch("select id from public.turns")] == [begun["turn_id"]]
    assert await acme_admin.value("select count(*) from public.turns") == 2
    assert await globex_admin.value("select count(*) from public.turns") == 0
    assert await outsider.value("select count(*) from public.turns") == 0
