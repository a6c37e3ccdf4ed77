"""The second door: the worker's HTTP. What it asks of the model for Acme is compared too.

`/metrics` is the operator's page: its numbers are sums over all tenants. Whoever has no METRICS_TOKEN is refused, and
that refusal is what is compared.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from hypothesis.strategies import DrawFn, SearchStrategy, composite

from tests.isolation.twins.catalog import Catalog
from tests.isolation.twins.flows import CHATS
from tests.isolation.twins.neighbours import Act
from tests.isolation.twins.over_http import SENDING, Request, send, told
from tests.isolation.twins.people import ACCOUNTS, FIXED
from tests.isolation.twins.sql_words import FOREIGN, ids, mostly, one_of
from tests.isolation.twins.upkeep import SETTINGS, UPKEEP, Upkeep
from tests.isolation.twins.worlds import Stage, World
from tests.model_server import ModelServer
from tests.running import RunningWorker, running
from tests.world import token

WorkerOperation = Request | Upkeep

_JSON: Final = (("Content-Type", "application/json"),)
_MESSAGES: Final = (
    "Which saw?",
    "And which plane, o'clock \u202e \U0001f6e0?",
    "Show me Globex",
    '[[script {"error_after": 2, "error": {"message": "over"}}]]',
    '[[script {"status": 401}]]',
    '[[script {"close_after": 3}]]',
    '[[script {"refuses": ["temperature"]}]]',
    '[[script {"usage": null, "answer": "one two three"}]]',
)
_RESULT: Final = (("type", "tool-saw"), ("toolCallId", "call-1"), ("state", "output-available"), ("output", 1))
_ODD_MESSAGES: Final = ("", "  ", "\x00", "x" * 40000, 1, None)
_ODD_BODIES: Final = (None, "", "{", "[]", '"message"', '{"message": "a", "message": "b"}', '{"message": "\\ud800"}')
_TARGETS: Final = (
    *("/", "/livez", "/readyz", "/api/ai/health", "/metrics", "/openapi.json", "/favicon.ico", "/nothing"),
    *("/api/ai/chat", "/api/chat", "/v1/models", "/v1/chat/completions", "/console/ask.js"),
)
_ID_TARGETS: Final = (
    *(
        "/api/ai/chat/{}/stream",
        "/api/ai/chat/{}/stop",
        "/api/chat/{}/stream",
        "/api/chat/{}/stop",
        "/api/chat/{}/messages",
        "/v1/models/{}",
    ),
    "/api/ai/conversations/{}/configuration",
    "/api/ai/suggestions/{}",
    "/api/v1/generated-apps/{}/database/status",
)


_OVER: Final = """
    update public.turns set status = 'stopped', finished_at = now() where tenant_id = '$acme' and status = 'running';
    delete from private.open_turns where tenant_id = '$acme';
    update private.allowances set reserved_tokens = 0 where tenant_id = '$acme';
    update public.tenants set response_cache_seconds = null where id = '$acme';
"""


def _asked(draw: DrawFn) -> Request:
    message: Any = draw(mostly(_MESSAGES, _ODD_MESSAGES, 6))
    body: dict[str, Any] = {"message": message}
    talk = draw(one_of("none", "id", "id", "id", "odd"))
    if talk == "id":
        body["conversationId"] = draw(ids(draw(one_of("conversation_id", "conversation_id", "session_id"))))
    elif talk == "odd":
        body["conversationId"] = draw(one_of("x", "", "null", "%s", "{ACME}", " $adas_talk", "$bens_turn"))
    return Request(draw(SENDING), "POST", "/api/ai/chat", json.dumps(body), (*_JSON, *_key(draw)))


def _spoken_to(draw: DrawFn) -> Request:
    """What `useChat` sends: something new, an edit, another answer, a tool's results."""
    text = draw(mostly(_MESSAGES, ("", "\x00"), 6))
    part = draw(one_of(*[(("type", "text"), ("text", text))] * 5, _RESULT, (("type", "odd"),)))
    role = "assistant" if part is _RESULT else "user"
    body: dict[str, Any] = {"id": draw(one_of(*CHATS)), "trigger": "submit-message"}
    body["messages"] = [
        {"id": draw(one_of("message-11", "message-31", "new", "newer")), "role": role, "parts": [dict(part)]}
    ]
    if draw(one_of(True, False, False)):
        body["trigger"] = draw(one_of("submit-message", "regenerate-message"))
        body["messageId"] = draw(one_of("message-11", "message-31", "$adas_answer", "$bens_answer", "$chloes_answer"))
    return Request(draw(SENDING), "POST", "/api/chat", json.dumps(body), (*_JSON, *_key(draw)))


def _completed(draw: DrawFn) -> Request:
    """What OpenAI's clients send."""
    message = {"role": "user", "content": draw(mostly(_MESSAGES, ("", None), 6))}
    body: dict[str, Any] = {"messages": [{"role": "system", "content": "Be brief."}, message]}
    body["model"] = draw(one_of("default", "default", "markacmex7q", "markglobexx7q"))
    body["stream"] = draw(one_of(True, False))
    body["stream_options"] = draw(one_of(None, (("include_usage", True),))) if body["stream"] else None
    body["metadata"] = draw(one_of(None, (("conversation_id", draw(ids("conversation_id"))),)))
    body |= draw(one_of((), (("max_tokens", 5),), (("max_completion_tokens", 0),)))
    for name in ("stream_options", "metadata"):
        body[name] = body[name] and dict(body[name])
    return Request(draw(SENDING), "POST", "/v1/chat/completions", json.dumps(body), (*_JSON, *_key(draw)))


def _again(draw: DrawFn) -> Request:
    """An answer read again, from its beginning or from the middle, or stopped."""
    chat, turn = draw(one_of(*CHATS)), draw(ids("turn_id"))
    method, target = draw(
        one_of(
            *[("GET", f"/api/ai/chat/{turn}/stream")] * 3,
            ("POST", f"/api/ai/chat/{turn}/stop"),
            ("GET", f"/api/chat/{chat}/messages"),
            ("GET", f"/api/chat/{chat}/stream"),
            ("POST", f"/api/chat/{chat}/stop"),
            ("GET", "/v1/models"),
        )
    )
    headers = draw(one_of((), (("Last-Event-ID", "3"),), (("Last-Event-ID", "99999"),), (("Last-Event-ID", "x"),)))
    return Request(draw(SENDING), method, target, None, headers)


def _assisted(draw: DrawFn) -> Request:
    """What a person does beside the conversation with the configuration assistant."""
    session, suggestion = draw(ids("session_id")), f"/api/ai/suggestions/{draw(ids('suggestion_id'))}"
    on = {"contextType": "project", "project": draw(one_of(draw(ids("project_id")), "saws", "survey", "nothing"))}
    chosen = {"changes": draw(one_of(None, (), (0,), (7,))), "version": draw(one_of(None, 1, 2))}
    method, target, body = draw(
        one_of(
            *[("POST", "/api/ai/conversations", json.dumps(on))] * 2,
            ("POST", "/api/ai/conversations", '{"contextType": "infrastructure"}'),
            ("GET", "/api/ai/conversations", None),
            ("GET", f"/api/ai/conversations?projectId={draw(ids('project_id'))}&limit=2", None),
            ("GET", f"/api/ai/conversations/{session}/configuration", None),
            ("GET", f"/api/ai/conversations/{session}/configuration/differences", None),
            ("GET", f"/api/ai/conversations/{session}/configuration/suggestions", None),
            *[("GET", suggestion, None)] * 2,
            ("POST", f"{suggestion}/accept", json.dumps(chosen)),
            ("POST", f"{suggestion}/accept", None),
            ("POST", f"{suggestion}/reject", '{"reason": "No"}'),
            ("POST", f"{suggestion}/undo", None),
        )
    )
    return Request(draw(SENDING), method, target, body, _JSON if body else ())


def _key(draw: DrawFn) -> tuple[tuple[str, str], ...]:
    return draw(one_of((), (), (("Idempotency-Key", "once"),), (("Idempotency-Key", '"twice"'),)))


def _odd(draw: DrawFn) -> Request:
    body = draw(one_of(*_ODD_BODIES))
    kind = draw(one_of("application/json", "application/json; charset=utf-8", "text/plain", ""))
    return Request(draw(SENDING), "POST", "/api/ai/chat", body, (("Content-Type", kind),))


def _elsewhere(draw: DrawFn) -> Request:
    one = draw(mostly((*FOREIGN, "x", "$bens_turn", "$adas_talk"), ("$turns_1",)))
    target = draw(one_of(*_TARGETS, *(each.format(one) for each in _ID_TARGETS)))
    method = draw(one_of("GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS"))
    headers = draw(one_of((), (("Origin", "https://acme.test"),), (("If-None-Match", "*"), ("Accept", "text/html"))))
    return Request(draw(SENDING), method, target, None, headers)


def _upkeep(draw: DrawFn) -> Upkeep:
    return draw(one_of(*UPKEEP, *SETTINGS))


@composite
def _operation(draw: DrawFn) -> WorkerOperation:
    usual = [_asked, _asked, _spoken_to, _spoken_to, _completed, _completed, _again, _assisted, _assisted]
    kinds: tuple[Callable[[DrawFn], WorkerOperation], ...] = (*usual, _odd, _elsewhere, _elsewhere, _upkeep)
    return draw(one_of(*kinds))(draw)


@dataclass
class WorkerClient:
    """Sends requests to the worker of one world."""

    world: World
    worker: RunningWorker
    model: ModelServer

    @property
    def acts(self) -> Mapping[Act, Callable[[], Awaitable[None]]]:
        """What the neighbours do through this door."""
        return {Act.ASK: self._ask_as_chloe}

    async def perform(self, operation: WorkerOperation) -> dict[str, Any]:
        """All that is told about an operation, and what the model was asked for it."""
        if isinstance(operation, Upkeep):
            return {"tag": await self.world.owner.execute(await self.world.fill(operation.sql))}
        self.model.requests.clear()
        # An id that the client gives is handed back; one that the worker makes is random.
        request = Request(
            operation.who,
            operation.method,
            operation.target,
            operation.body,
            (*operation.headers, ("X-Request-Id", "twins")),
        )
        response = await send(self.worker.client, self.world, request)
        asked = [
            {"path": each.path, "body": each.body, "key": each.headers.get("authorization", "")}
            for each in self.model.requests
            if each.method == "POST"
        ]
        answer = told(response)
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/event-stream"):
            answer["body"] = _events(response.text)
        elif request.target.startswith("/v1/") and response.status_code == 200 and response.content:
            # Read, since it tells a moment as a number.
            answer["body"] = json.loads(response.content)
        return {**answer, "asked of the model": asked}

    async def _ask_as_chloe(self) -> None:
        await self.worker.client.post(
            "/api/ai/chat",
            json={"message": 'What of markglobexx7q? [[script {"refuses": ["temperature", "max_tokens"]}]]'},
            headers={"Authorization": f"Bearer {token(FIXED + ACCOUNTS['chloe'])}"},
        )


def _events(body: str) -> list[Any]:
    """The events, with the pieces of text that follow each other joined, whatever the dialect."""
    told: list[Any] = []
    for block in body.split("\n\n"):
        fields = [line.partition(": ") for line in block.splitlines() if not line.startswith((":", "id: "))]
        data = "".join(value for name, _, value in fields if name == "data")
        event: Any = json.loads(data) if data.startswith("{") else data
        text = _text(event)
        if text is not None and told and isinstance(told[-1], str):
            told[-1] += text
        elif fields:
            told.append([value for name, _, value in fields if name == "event"] + [event] if text is None else text)
    return told


def _text(event: Any) -> str | None:
    """What an event says, if that is all there is to it."""
    if not isinstance(event, dict):
        return None
    if set(event) == {"text"} or event.get("type") == "text-delta":
        return str(event.get("text") or event.get("delta"))
    for choice in event.get("choices", ()):
        if choice["delta"].keys() == {"content"} and choice["finish_reason"] is None:
            return str(choice["delta"]["content"])
    return None


class WorkerDoor:
    """Door `worker`."""

    name = "worker"
    measured = frozenset({"latency_ms", "created"})

    def operations(self, _catalog: Catalog) -> SearchStrategy[WorkerOperation]:
        """What is drawn."""
        return _operation()

    @asynccontextmanager
    async def open(self, _stage: Stage, world: World) -> AsyncIterator[WorkerClient]:
        """A worker in a world, and a model of its own.

        Acme has nothing that runs at another worker, since whoever reads that waits for its end, and every question
        goes to the model, where what it is asked is seen.
        """
        await world.owner.execute(await world.fill(_OVER))
        with ModelServer() as model:
            settings = {"openai_base_url": model.base_url, "openai_api_key": "key", "metrics_token": "the-operators"}
            async with running(world.database, **settings) as worker:
                yield WorkerClient(world, worker, model)
