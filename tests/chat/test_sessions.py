"""A turn in a conversation that is about something: streamed, settled and found like any other."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from app.chat.exchange import Exchange
from app.chat.pieces import Piece, Step
from app.chat.providers import ModelRequest, Providers
from app.chat.talk import Session, Talk
from app.chat.turn import Tokens
from app.errors import AIServiceError
from tests.model_server import ModelServer, Script
from tests.running import RunningWorker, running
from tests.world import Actor, Database, token

KEPT = {"configReferences": [{"path": "workflow.statuses[0]", "type": "database"}]}


class TwoRequests:
    """Asks the model twice, with something in between, and says only the second answer."""

    def __init__(self, providers: Providers, request: ModelRequest) -> None:
        question = {"role": "system", "content": "Think first."}
        first = replace(request, messages=[question, *request.messages])
        self._exchanges = [Exchange(providers, first), Exchange(providers, request)]
        self._said: list[list[Piece]] = [[], []]
        self.metadata: Mapping[str, Any] = {}
        self.model = None
        self.finish_reason: str | None = None
        self.response_id = None

    async def stream(self) -> AsyncGenerator[Sequence[Piece], None]:
        yield [Step("1", "thinking", "active")]
        async with aclosing(self._exchanges[0].stream()) as pieces:
            async for said in pieces:
                self._said[0] += said
        yield [Step("1", "thinking", "done", "enough")]
        async with aclosing(self._exchanges[1].stream()) as pieces:
            async for said in pieces:
                self._said[1] += said
                yield said
        self.finish_reason = "stop"
        self.metadata = KEPT

    def tokens(self, said: Sequence[Piece], *, charged: bool) -> Tokens:
        used = [each.tokens(said, charged=charged) for each, said in zip(self._exchanges, self._said, strict=True)]
        return Tokens(sum(each.prompt for each in used), sum(each.completion for each in used))


class TwoRequestsEach:
    def __init__(self) -> None:
        self.providers: Providers | None = None
        self.seen: list[Session] = []

    def talk(self, session: Session, request: ModelRequest) -> Talk:
        assert self.providers is not None
        self.seen.append(session)
        return TwoRequests(self.providers, request)


@pytest.fixture
def sessions() -> TwoRequestsEach:
    return TwoRequestsEach()


@pytest.fixture
async def worker(
    database: Database, model_server: ModelServer, sessions: TwoRequestsEach
) -> AsyncIterator[RunningWorker]:
    async with running(
        database, openai_base_url=model_server.base_url, openai_api_key="key", default_ai_model="m"
    ) as started:
        sessions.providers = started.worker.providers
        started.worker.turns._sessions = sessions
        yield started


@pytest.fixture
async def session(acme_member: Actor) -> UUID:
    made: UUID = await acme_member.value(
        "insert into public.conversations (context_type) values ('infrastructure') returning id"
    )
    return made


async def test_a_session_answers_with_progress_and_metadata(
    worker: RunningWorker,
    database: Database,
    acme_member: Actor,
    model_server: ModelServer,
    session: UUID,
    sessions: TwoRequestsEach,
) -> None:
    model_server.script(
        Script(answer="Hm.", usage={"prompt_tokens": 100, "completion_tokens": 10}),
        Script(answer="It is so.", usage={"prompt_tokens": 20, "completion_tokens": 3}),
    )
    told = await worker.ask(acme_member.auth_id, "How is it?", session)
    assert [event.name for event in told.events[:2]] == ["progress", "progress"]
    assert told.events[1].data == {"step": "thinking", "state": "done", "detail": "enough"}
    assert "".join(event.data["text"] for event in told.events if event.name == "message") == "It is so."
    assert told.end.name == "done"
    assert told.end.data["metadata"] == KEPT
    assert told.end.data["usage"]["totalTokens"] == 133
    (seen,) = sessions.seen
    assert (seen.conversation_id, seen.context_type, seen.project_id) == (session, "infrastructure", None)
    first, second = [request.body["messages"] for request in model_server.requests]
    assert first[0]["content"] == "Think first."
    assert second[-1]["content"] == "How is it?"
    (kept,) = await acme_member.fetch(
        "select content, parts, metadata from public.messages where id = $1::uuid", told.end.data["messageId"]
    )
    assert (kept["content"], kept["parts"], json.loads(kept["metadata"])) == ("It is so.", None, KEPT)
    again = await worker.client.get(
        f"/api/ai/chat/{told.end.data['turnId']}/stream",
        headers={"Authorization": f"Bearer {token(str(acme_member.auth_id))}"},
    )
    assert '"metadata":{"configReferences"' in again.text


async def test_use_chat_sees_the_progress_and_finds_the_metadata_again(
    worker: RunningWorker, acme_member: Actor, session: UUID
) -> None:
    headers = {"Authorization": f"Bearer {token(str(acme_member.auth_id))}"}
    message = {"id": "q1", "role": "user", "parts": [{"type": "text", "text": "How is it?"}]}
    answer = await worker.client.post("/api/chat", json={"id": str(session), "messages": [message]}, headers=headers)
    chunks = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    steps = [chunk for chunk in chunks if chunk["type"] == "data-progress"]
    assert [(step["id"], step["data"]["state"]) for step in steps] == [("1", "active"), ("1", "done")]
    assert chunks[-1]["messageMetadata"]["configReferences"] == KEPT["configReferences"]
    history = (await worker.client.get(f"/api/chat/{session}/messages", headers=headers)).json()
    assert history[-1]["metadata"]["configReferences"] == KEPT["configReferences"]
    assert [part["type"] for part in history[-1]["parts"]] == ["step-start", "text"]
    assert json.loads(await acme_member.value("select public.ui_messages($1)", str(session))) == history


async def test_a_session_that_fails_is_settled_and_charged_for_what_it_used(
    worker: RunningWorker, database: Database, acme_member: Actor, model_server: ModelServer, session: UUID
) -> None:
    failing = Script(status=400, error={"message": "No."})
    model_server.script(Script(answer="Hm.", usage={"prompt_tokens": 100, "completion_tokens": 10}), failing)
    told = await worker.ask(acme_member.auth_id, "How is it?", session)
    assert told.end.data["code"] == AIServiceError.code
    (entry,) = await database.fetch(
        "select prompt_tokens, completion_tokens from public.usage_ledger where id = $1::uuid", told.end.data["turnId"]
    )
    assert tuple(entry) == (100, 10)
    assert await database.value("select count(*) from private.open_turns") == 0


async def test_a_session_on_a_project_that_was_lost_is_over(
    worker: RunningWorker, database: Database, acme_admin: Actor, acme_member: Actor
) -> None:
    project = await acme_admin.value("insert into public.projects (slug, name) values ('desk', 'Desk') returning id")
    await acme_admin.fetch(
        "insert into public.project_members (project_id, user_id) values ($1, $2)", project, acme_member.user_id
    )
    session = await acme_member.value(
        "insert into public.conversations (context_type, project_id) values ('project', $1) returning id", project
    )
    assert (await worker.ask(acme_member.auth_id, "Hello?", session)).end.name == "done"
    await acme_admin.fetch("delete from public.project_members")
    refused = await worker.post({"message": "Hello?", "conversationId": str(session)}, acme_member.auth_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    await acme_admin.fetch("update public.tenants set encrypts_messages = true")
    other = await acme_admin.value(
        "insert into public.conversations (context_type) values ('infrastructure') returning id"
    )
    assert (await worker.post({"message": "Hi", "conversationId": str(other)}, acme_admin.auth_id)).status_code in (
        422,
        503,
    )


async def test_nobody_opens_a_session_on_a_project_that_they_do_not_see(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor
) -> None:
    project = await acme_admin.value("insert into public.projects (slug, name) values ('desk', 'Desk') returning id")
    insert = "insert into public.conversations (context_type, project_id) values ('project', $1)"
    for other in (acme_member, globex_member):
        assert await other.denied(insert, project) == "42501"
