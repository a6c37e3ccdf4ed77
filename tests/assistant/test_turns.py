"""Turns of the configuration assistant on the real database: kept, charged, and nothing changed by them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.assistant.desk import MISSING, SECRET, Asking, Desk, opened
from tests.assistant.scripts import changing, structured, suggesting
from tests.assistant.test_rounds import calling
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database

LINK = changing("add", "workflow.transitions[-]", MISSING)
ANSWER = "Nothing leads from `workflow.statuses[1]` to `workflow.statuses[2]`."


@pytest.fixture
async def worker(database: Database, model_server: ModelServer) -> AsyncIterator[RunningWorker]:
    async with running(database, openai_base_url=model_server.base_url, openai_api_key="k") as started:
        yield started


@pytest.fixture
async def desk(database: Database, acme_admin: Actor, acme_member: Actor) -> Desk:
    return await opened(database, acme_admin, acme_member)


async def used(desk: Desk) -> tuple[int, int]:
    """What Ben has used today: tokens of prompts and of answers."""
    (row,) = await desk.editor.fetch("select prompt_tokens, completion_tokens from public.current_day_usage")
    return row["prompt_tokens"], row["completion_tokens"]


def offering(*suggestions: dict[str, Any], **fields: Any) -> Script:
    references = [{"path": "workflow.transitions", "source": "database"}, {"path": "integrations.no", "source": "yaml"}]
    return structured(ANSWER, references=references, suggestions=list(suggestions), **fields)


async def test_a_turn_is_kept_and_charged_and_changes_nothing(
    worker: RunningWorker, desk: Desk, model_server: ModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    model_server.script(
        calling('{"path": "integrations"}', '{"path": "workflow.transitions"}'),
        calling('{"path": ""}', name="compare"),
        offering(suggesting(LINK), show_comparison=True),
    )
    before = await desk.configuration()
    stream = await worker.ask(desk.editor.auth_id, f"Why can nothing be done? Our token is {SECRET}.", desk.session)
    assert stream.text == ANSWER
    progress = [event.data for event in stream.events if event.name == "progress"]
    assert [each["step"] for each in progress if each["state"] == "active"] == [
        "reading_configuration",
        "comparing",
        "searching_documentation",
        "asking_model",
        "looking_up",
        "asking_model",
        "looking_up",
        "asking_model",
        "checking_suggestions",
    ]
    assert {each["state"] for each in progress} == {"active", "done"}
    told = stream.end.data["metadata"]
    assert told["configReferences"] == [{"path": "workflow.transitions", "type": "database"}]
    (difference,) = told["comparisonResults"]["differences"]
    assert (difference["path"], difference["yamlValue"], difference["dbValue"], difference["changedIn"]) == (
        "infrastructure.environments[0].replicas",
        2,
        3,
        "database",
    )
    kept = await desk.editor.fetch(
        "select metadata from public.messages where id = $1 and role = 'assistant'", stream.end.data["messageId"]
    )
    assert json.loads(kept[0]["metadata"]) == told
    (row,) = await desk.editor.fetch(
        "select id, status, changes::text, turn_id, conversation_id from public.configuration_suggestions"
    )
    assert (str(row["id"]), row["status"]) == (told["suggestions"][0]["id"], "pending")
    assert (str(row["turn_id"]), row["conversation_id"]) == (stream.end.data["turnId"], desk.session)
    assert json.loads(row["changes"])[0]["after"] == MISSING
    assert await desk.configuration() == before
    assert await used(desk) == (33, 21)
    prompts = model_server.prompts()
    assert len(prompts) == 3
    assert not any(SECRET in prompt for prompt in prompts)
    assert SECRET not in json.dumps(told) + "".join(capsys.readouterr())
    accepted = await Asking(worker, desk.editor).post(f"suggestions/{row['id']}/accept", {})
    assert accepted.status_code == 200, accepted.text
    assert MISSING in (await desk.configuration())["workflow"]["transitions"]


async def test_what_is_pending_is_offered_again_and_what_was_rejected_is_not(
    worker: RunningWorker, desk: Desk, model_server: ModelServer
) -> None:
    model_server.script(offering(suggesting(LINK)))

    async def ids() -> list[str]:
        metadata = (await worker.ask(desk.editor.auth_id, "Help", desk.session)).end.data["metadata"]
        return [each["id"] for each in metadata.get("suggestions", [])]

    first = await ids()
    assert len(first) == 1
    assert await ids() == first
    rejected = await Asking(worker, desk.editor).post(f"suggestions/{first[0]}/reject", {"reason": "On purpose."})
    assert rejected.status_code == 200, rejected.text
    assert await ids() == []
    assert "On purpose." in model_server.prompts()[-1]


async def test_suggestions_that_break_the_schema_or_rest_on_nothing(
    worker: RunningWorker, desk: Desk, model_server: ModelServer
) -> None:
    nowhere = changing("add", "workflow.transitions[-]", {"from": "review", "to": "nowhere"})
    absurd = changing("replace", "infrastructure.environments[0].replicas", "many")
    stolen = changing("replace", "integrations.chat.token", "xoxb-1-planted-by-the-model")
    model_server.script(offering(*map(suggesting, (nowhere, absurd, stolen))))
    stream = await worker.ask(desk.editor.auth_id, "Help", desk.session)
    assert stream.end.name == "done"
    assert "suggestions" not in stream.end.data["metadata"]
    assert await desk.editor.fetch("select from public.configuration_suggestions") == []


async def test_whoever_lost_access_is_told_nothing(
    worker: RunningWorker, desk: Desk, model_server: ModelServer
) -> None:
    await desk.owner.execute("delete from public.project_members where user_id = $1", desk.editor.user_id)
    response = await worker.post({"message": "Help", "conversationId": str(desk.session)}, desk.editor.auth_id)
    assert response.status_code in (403, 404)
    assert model_server.requests == []


@pytest.mark.parametrize(
    ("script", "answer", "end"),
    [
        (Script(answer=['{"answer": "It begins ', "and"], close_after=2), "It begins ", "AI_SERVICE_ERROR"),
        (Script(answer='{"nonsense": true}'), "", "AI_SERVICE_ERROR"),
        (Script(answer='{"answer": "As far as', finish_reason="length"), "As far as", None),
        (Script(answer="", refusal=["I can't help with that."]), "I can't help with that.", None),
    ],
)
async def test_answers_that_end_otherwise(
    worker: RunningWorker, desk: Desk, model_server: ModelServer, script: Script, answer: str, end: str | None
) -> None:
    model_server.script(calling('{"path": "workflow"}'), script)
    stream = await worker.ask(desk.editor.auth_id, "Help", desk.session)
    assert stream.text == answer
    assert stream.end.data.get("code") == end
    kept = await desk.editor.fetch(
        "select content from public.messages where role = 'assistant' and conversation_id = $1", desk.session
    )
    assert [each["content"] for each in kept] == ([answer] if answer else [])
    assert (await used(desk))[0] > 11


async def test_other_conversations_are_as_they_were(
    worker: RunningWorker, desk: Desk, model_server: ModelServer
) -> None:
    stream = await worker.ask(desk.editor.auth_id, "Hello")
    assert stream.text == "Hello from the model server."
    assert "response_format" not in model_server.requests[0].body
    assert "Help desk" not in model_server.prompts()[0]


@pytest.mark.parametrize(
    "question", ["?!…", "why " * 7_000, "x" * 5_000, "-- or ' & | ! ( ) :* <-> \\", "\u202e\u200b⟨⟩ <<<end"]
)
async def test_questions_that_nobody_can_search_for(
    worker: RunningWorker, desk: Desk, model_server: ModelServer, question: str
) -> None:
    model_server.script(offering())
    stream = await worker.ask(desk.editor.auth_id, question, desk.session)
    assert (stream.end.name, stream.text) == ("done", ANSWER)


async def test_the_infrastructure(worker: RunningWorker, desk: Desk, model_server: ModelServer) -> None:
    scale = changing("replace", "desk.infrastructure.environments[0].replicas", 4)
    statuses = changing("replace", "desk.workflow.statuses[0].name", "x")
    offers = [suggesting(each, type="infrastructure") for each in (scale, statuses)]
    model_server.script(structured("Scale it.", suggestions=offers, show_comparison=True))
    session = await desk.editor.value("select (public.open_configuration_session()).id")
    metadata = (await worker.ask(desk.editor.auth_id, "Too slow?", session)).end.data["metadata"]
    (offered,) = metadata["suggestions"]
    assert offered["config"]["changes"] == [
        {
            "operation": "replace",
            "path": "desk.infrastructure.environments[name=production].replicas",
            "before": 3,
            "after": 4,
        }
    ]
    paths = [each["path"] for each in metadata["comparisonResults"]["differences"]]
    assert "desk.infrastructure.environments[0].replicas" in paths
    assert all(".infrastructure." in path for path in paths)
    assert "Review" not in model_server.prompts()[0]
    accepted = await Asking(worker, desk.editor).post(f"suggestions/{offered['id']}/accept", {})
    assert accepted.status_code == 200, accepted.text
