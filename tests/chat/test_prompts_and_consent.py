"""What comes before a first answer, over real HTTP: a prompt that begins the conversation, and consent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.model_server import ModelServer
from tests.running import RunningWorker, running
from tests.world import Actor, Database


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="key") as started:
        yield started


async def prompt(author: Actor, visibility: str = "team") -> str:
    return str(
        await author.value(
            "insert into public.prompts (name, text, visibility) values ('Translate', 'In {{language}}: {{text}}', $1)"
            " returning id",
            visibility,
        )
    )


async def test_a_prompt_begins_a_conversation_and_is_counted(
    worker: RunningWorker, database: Database, acme_admin: Actor, acme_member: Actor, model_server: ModelServer
) -> None:
    chosen = await prompt(acme_admin)
    values = {"language": "French", "text": "{{language}} <b>"}
    answered = await worker.post({"prompt": {"id": chosen, "values": values}}, acme_member.auth_id)
    assert answered.status_code == 200, answered.text
    assert model_server.requests[-1].body["messages"][-1]["content"] == "In French: {{language}} <b>"
    (talk,) = await acme_member.fetch(
        "select * from public.conversations where id = $1::uuid", answered.headers["x-conversation-id"]
    )
    assert (str(talk["prompt_id"]), talk["prompt_version"]) == (chosen, 1)
    assert talk["title"] == "In French: {{language}} <b>"
    assert await acme_member.value("select uses from public.prompt_usage where prompt_id = $1::uuid", chosen) == 1
    (entry,) = await database.fetch("select * from public.usage_ledger where conversation_id = $1", talk["id"])
    assert (str(entry["prompt_id"]), entry["prompt_version"]) == (chosen, 1)

    body = {"prompt": {"id": chosen, "values": values}, "message": "Briefly, please."}
    await worker.post(body, acme_member.auth_id)
    asked = model_server.requests[-1].body["messages"][-1]["content"]
    assert asked == "In French: {{language}} <b>\n\nBriefly, please."


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"values": {"language": "French"}}, 422, {"missing": ["text"], "surplus": [], "invalid": []}),
        ({"values": {"language": "a", "text": "b", "tone": "c"}}, 422, {"surplus": ["tone"]}),
        ({"values": {"language": 1, "text": "b"}}, 422, {}),
        ({"version": 2}, 404, {}),
        ({"id": "00000000-0000-7000-8000-00000000dead"}, 404, {}),
        ({"id": "no id"}, 422, {}),
    ],
)
async def test_a_prompt_that_cannot_be_filled_is_refused_and_leaves_nothing(
    worker: RunningWorker,
    database: Database,
    acme_member: Actor,
    changed: dict[str, Any],
    status: int,
    told: dict[str, Any],
) -> None:
    chosen = {"id": await prompt(acme_member), "values": {"language": "French", "text": "x"}} | changed
    before = await database.value("select count(*) from public.conversations")
    refused = await worker.post({"prompt": chosen}, acme_member.auth_id)
    assert refused.status_code == status, refused.text
    assert refused.json().items() >= told.items()
    assert await database.value("select count(*) from public.conversations") == before


async def test_a_prompt_of_another_tenant_or_for_a_conversation_that_began_is_refused(
    worker: RunningWorker, acme_member: Actor, globex_member: Actor
) -> None:
    chosen = {"id": await prompt(acme_member), "values": {"language": "French", "text": "x"}}
    assert (await worker.post({"prompt": chosen}, globex_member.auth_id)).status_code == 404
    begun = await worker.ask(acme_member.auth_id, "Hello")
    body = {"prompt": chosen, "conversationId": begun.end.data["conversationId"]}
    assert (await worker.post(body, acme_member.auth_id)).status_code == 422
    assert (await worker.post({}, acme_member.auth_id)).status_code == 422
    assert (await worker.post({"message": None, "prompt": chosen}, acme_member.auth_id)).status_code == 422


async def test_nobody_asks_before_they_consented_where_the_tenant_wants_it(
    worker: RunningWorker, database: Database, acme_member: Actor, globex_member: Actor, model_server: ModelServer
) -> None:
    await database.fetch(
        "update public.tenants set consent_version = '2', consent_text = 'May we?' where slug = 'acme'"
    )
    refused = await worker.post({"message": "Hello"}, acme_member.auth_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "CONSENT_REQUIRED")
    assert refused.json()["consent_version"] == "2"
    assert model_server.requests == []
    await worker.ask(globex_member.auth_id, "Hello")
    await acme_member.value("select public.give_consent('2')")
    await worker.ask(acme_member.auth_id, "Hello")
    await database.fetch("update public.tenants set consent_version = '3' where slug = 'acme'")
    assert (await worker.post({"message": "Hello"}, acme_member.auth_id)).status_code == 403
