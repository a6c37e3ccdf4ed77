"""Prompts filled in, conversations that start from them, and how often they did."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from typing import Final
from uuid import UUID

import asyncpg
import pytest
from asyncpg.transaction import Transaction

from tests.sql.test_prompts import CHANGE, NOTES, NOWHERE, SHOW, TABLE, TRANSLATE, WARRANTY, add, faults, refused
from tests.world import Actor, Database

FILL = "select public.fill_prompt($1, $2)"
START = "select * from public.start_conversation($1, $2)"
INSERT = "insert into public.conversations (prompt_id, prompt_values) values ($1, $2) returning *"
USES = "select prompt_id, version, uses from public.prompt_usage order by prompt_id, version"
FILLED = "select private.fill_text(prompt_text, prompt_values) from public.conversations where id = $1"


async def uses(actor: Actor) -> list[tuple[UUID, int, int]]:
    return [tuple(row) for row in await actor.fetch(USES)]


async def test_variables_are_filled_in_with_defaults_for_what_is_left_out(acme_member: Actor) -> None:
    assert (
        await acme_member.value(FILL, TRANSLATE, '{"text": "Hello"}') == "Translate into English, keep the tone: Hello"
    )
    values = '{"text": "Hello", "language": "French"}'
    assert await acme_member.value(FILL, TRANSLATE, values) == "Translate into French, keep the tone: Hello"
    plain = await add(acme_member, "\\{{literal}} }} {{a}}{{a}}{{ a\t}}")
    assert await acme_member.value(FILL, plain, '{"a": "1"}') == "{{literal}} }} 111"
    assert (
        await acme_member.value("select public.fill_prompt($1)", await add(acme_member, "Nothing to fill"))
        == "Nothing to fill"
    )


HOSTILE: Final = (
    "{{language}}",
    "\\{{language}}",
    "{{text}}",
    "{{",
    "\\0 \\1 \\& %s $1",
    "'; drop table public.prompts; --",
    "{% raw %} ${7*7} #{7*7} <%= 7*7 %>",
    "\u202eevil",
    "<script>alert(1)</script>",
    "",
    "x" * 100_000,
)


async def test_what_is_filled_in_is_not_looked_at_again(acme_member: Actor) -> None:
    for value in HOSTILE:
        values = json.dumps({"text": value, "language": "{{text}}"})
        assert (
            await acme_member.value(FILL, TRANSLATE, values) == f"Translate into {{{{text}}}}, keep the tone: {value}"
        )


UNFIT: Final[dict[str, dict[str, list[str]]]] = {
    "{}": {"missing": ["product"]},
    '{"Product": "saw"}': {"missing": ["product"], "surplus": ["Product"]},
    '{"product": 7}': {"invalid": ["product"]},
    '{"product": true}': {"invalid": ["product"]},
    '{"product": null}': {"invalid": ["product"]},
    '{"product": ["saw"]}': {"invalid": ["product"]},
    '{"product": "saw", "tone": "rude"}': {"invalid": ["tone"]},
    '{"tone": "rude", "b": 1, "a": "x"}': {"missing": ["product"], "surplus": ["a", "b"], "invalid": ["tone"]},
    json.dumps({"product": "x" * 100_001}): {"invalid": ["product"]},
    json.dumps({"x" * 300_000: "x"}): {"missing": ["product"], "surplus": ["x" * 100]},
}


async def test_values_that_do_not_fit_are_named(acme_member: Actor) -> None:
    for values, said in UNFIT.items():
        for sql in (FILL, START, INSERT):
            assert await refused(acme_member, sql, WARRANTY, values) == ("PA422", faults(**said)), values[:100]


async def test_values_are_an_object(acme_member: Actor) -> None:
    for values in ("[]", '"x"', "1"):
        assert await acme_member.denied(FILL, WARRANTY, values) == "PA422"
    for nothing in ("null", None):
        assert (await refused(acme_member, FILL, WARRANTY, nothing))[1]["missing"] == ["product"]
    assert await acme_member.denied(FILL, WARRANTY, '{"product": "\\u0000"}') == "22P05"


async def test_a_filled_text_is_one_that_a_message_can_be(acme_member: Actor) -> None:
    bomb = await add(acme_member, "{{a}}" * 19_999)
    began = time.monotonic()
    assert await acme_member.denied(FILL, bomb, json.dumps({"a": "x" * 100_000})) == "PA422"
    assert time.monotonic() - began < 5
    filled = await acme_member.value(FILL, bomb, '{"a": "x"}')
    assert filled == "x" * 19_999
    blank = await add(acme_member, "{{a}} ")
    assert await acme_member.denied(FILL, blank, '{"a": " "}') == "PA422"
    assert await acme_member.denied(START, blank, '{"a": " "}') == "PA422"


async def test_a_conversation_starts_with_the_filled_text(acme_member: Actor) -> None:
    (made,) = await acme_member.fetch(START, WARRANTY, '{"product": "{{tone}} saw"}')
    assert (made["title"], made["titled_by"], made["prompt_id"], made["prompt_version"]) == (
        "Warranty answer",
        "start",
        WARRANTY,
        1,
    )
    assert json.loads(made["prompt_values"]) == {"product": "{{tone}} saw", "tone": "brief"}
    (question,) = await acme_member.fetch("select * from public.messages where conversation_id = $1", made["id"])
    assert (question["role"], question["content"]) == (
        "user",
        "Answer a customer who asks about the warranty of our {{tone}} saw. Be brief.",
    )
    assert made["updated_at"] >= question["created_at"]
    titled = "select title from public.start_conversation($1, $2, p_title => 'Mine')"
    assert await acme_member.value(titled, WARRANTY, '{"product": "saw"}') == "Mine"


async def test_what_a_conversation_was_started_from_stays_with_it(acme_member: Actor, acme_admin: Actor) -> None:
    (made,) = await acme_member.fetch(INSERT, WARRANTY, '{"product": "saw"}')
    question = await acme_member.value(FILLED, made["id"])
    await acme_admin.execute(CHANGE, WARRANTY, "Something else")
    await acme_admin.execute("delete from public.prompts where id = $1", WARRANTY)
    (kept,) = await acme_member.fetch("select * from public.conversations where id = $1", made["id"])
    assert kept == made
    assert await acme_member.value(FILLED, made["id"]) == question
    assert question == "Answer a customer who asks about the warranty of our saw. Be brief."
    for column in ("prompt_id", "prompt_version", "prompt_text", "prompt_values"):
        assert await acme_member.denied(f"update public.conversations set {column} = null") == "42501"
    columns = "prompt_id, prompt_version, prompt_text, prompt_values"
    forged = f"insert into public.conversations ({columns}) values ($1, 1, 'x', '{{}}')"
    assert await acme_member.denied(forged, TRANSLATE) == "42501"


async def test_an_older_version_is_there_for_whoever_asks_for_it(acme_member: Actor, acme_admin: Actor) -> None:
    await acme_admin.execute(CHANGE, WARRANTY, "Newer, of {{product}}")
    sql = "select prompt_version, prompt_text from public.start_conversation($1, $2, $3)"
    values = '{"product": "saw"}'
    assert (await acme_member.fetch(sql, WARRANTY, values, 1))[0]["prompt_text"].startswith("Answer a customer")
    assert (await acme_member.fetch(sql, WARRANTY, values, 2))[0]["prompt_text"] == "Newer, of {{product}}"
    assert (await acme_member.fetch(sql, WARRANTY, values, None))[0]["prompt_version"] == 2
    for version in (0, 3, -1, 2**31 - 1):
        assert await acme_member.denied(sql, WARRANTY, values, version) == "PA404"


async def test_a_prompt_that_one_may_not_read_is_like_one_that_is_not_there(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor
) -> None:
    for actor, prompt in ((acme_admin, NOTES), (globex_member, WARRANTY), (globex_member, NOWHERE)):
        said = set()
        for sql in (FILL, START, INSERT):
            with pytest.raises(asyncpg.PostgresError) as error:
                await actor.fetch(sql, prompt, '{"notes": "n"}')
            said.add((error.value.sqlstate, str(error.value), error.value.detail, error.value.hint))
        assert said == {("PA404", "There is no such prompt.", None, None)}
    assert await acme_member.value(FILL, NOTES, '{"notes": "n"}') == "Turn these notes into three sentences: n"


async def test_only_people_who_may_use_the_assistant_start_conversations(initech_viewer: Actor) -> None:
    values = '{"text": "Hello"}'
    assert await initech_viewer.value(FILL, TRANSLATE, values) == "Translate into English, keep the tone: Hello"
    assert await initech_viewer.denied(START, TRANSLATE, values) == "42501"
    assert await initech_viewer.value("select count(*) from public.conversations") == 0


async def test_a_restored_conversation_keeps_what_it_had(service: Actor, acme_member: Actor) -> None:
    sql = (
        "insert into public.conversations (tenant_id, user_id, prompt_id, prompt_version, prompt_text, prompt_values)"
        " values ($1, $2, $3, 7, 'Gone {{a}}', '{\"a\": \"b\"}') returning id"
    )
    made = await service.value(sql, acme_member.tenant_id, acme_member.user_id, NOWHERE)
    assert await acme_member.value(FILLED, made) == "Gone b"
    half = "insert into public.conversations (prompt_version, prompt_values) values (1, '{}')"
    assert await acme_member.denied(half) == "23514"


async def test_uses_are_counted_for_the_tenant_that_uses(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor, globex_admin: Actor
) -> None:
    for actor, number in ((acme_member, 2), (globex_member, 3)):
        for _ in range(number):
            await actor.fetch(START, TABLE, '{"table": "1,2"}')
    await acme_member.fetch(START, NOTES, '{"notes": "n"}')
    with pytest.raises(asyncpg.PostgresError):
        await acme_member.fetch(START, TABLE, "{}")
    assert await uses(acme_member) == [(NOTES, 1, 1), (TABLE, 2, 2)]
    assert await uses(acme_admin) == [(NOTES, 1, 1), (TABLE, 2, 2)]
    assert await uses(globex_admin) == [(TABLE, 2, 3)]
    await globex_admin.execute(SHOW, TABLE, "team")
    assert await uses(acme_member) == [(NOTES, 1, 1)]
    assert await uses(acme_admin) == [(NOTES, 1, 1), (TABLE, 2, 2)]


async def test_many_who_start_at_once_do_not_wait_for_each_other_and_all_are_counted(
    database: Database, acme_member: Actor
) -> None:
    number = 32
    begin = f"set local role authenticated; select set_config('request.jwt.claims', '{acme_member.claims_text}', true)"
    for _ in range(2):
        async with AsyncExitStack() as stack:
            links = [await stack.enter_async_context(database.connected("authenticator")) for _ in range(number)]

            async def hold(link: asyncpg.Connection) -> Transaction:
                transaction = link.transaction()
                await transaction.start()
                await link.execute(f"set local lock_timeout = '1s'; {begin}")
                await link.fetch(START, TRANSLATE, '{"text": "Hello"}')
                return transaction

            # All of them are open before the first is committed.
            held = await asyncio.gather(*map(hold, links))
            for transaction in held[:-1]:
                await transaction.commit()
            await held[-1].rollback()
    assert await uses(acme_member) == [(TRANSLATE, 2, 2 * (number - 1))]
    assert await database.value("select count(*) from private.prompt_uses") <= number
