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
from tests.isolation.twins.neighbours import Act
from tests.isolation.twins.over_http import SENDING, Request, send, told
from tests.isolation.twins.people import ACCOUNTS, FIXED
from tests.isolation.twins.sql_words import FOREIGN, ids, mostly, one_of
from tests.isolation.twins.upkeep import SETTINGS, UPKEEP, Upkeep
from tests.isolation.twins.worlds import Stage, World
from tests.model_server import ModelServer
from tests.running import RunningWorker, parse, running
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
_ODD_MESSAGES: Final = ("", "  ", "\x00", "x" * 40000, 1, None)
_ODD_BODIES: Final = (None, "", "{", "[]", '"message"', '{"message": "a", "message": "b"}', '{"message": "\\ud800"}')
_TARGETS: Final = (
    *("/", "/livez", "/readyz", "/api/ai/health", "/metrics", "/openapi.json", "/favicon.ico", "/nothing"),
    *("/api/ai/chat", "/api/chat", "/v1/models", "/v1/chat/completions", "/console/ask.js"),
)
_ID_TARGETS: Final = (
    "/api/ai/chat/{}/stream",
    "/api/ai/chat/{}/stop",
    "/api/chat/{}/stream",
    "/api/ai/conversations/{}/configuration",
    "/api/v1/generated-apps/{}/database/status",
)


def _asked(draw: DrawFn) -> Request:
    message: Any = draw(mostly(_MESSAGES, _ODD_MESSAGES, 6))
    body: dict[str, Any] = {"message": message}
    talk = draw(one_of("none", "id", "id", "id", "odd"))
    if talk == "id":
        body["conversationId"] = draw(ids("conversation_id"))
    elif talk == "odd":
        body["conversationId"] = draw(one_of("x", "", "null", "%s", "{ACME}", " $adas_talk", "$bens_turn"))
    return Request(draw(SENDING), "POST", "/api/ai/chat", json.dumps(body), _JSON)


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
    kinds: tuple[Callable[[DrawFn], WorkerOperation], ...] = (*[_asked] * 6, _odd, _elsewhere, _elsewhere, _upkeep)
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
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            answer["body"] = _events(response.text)
        return {**answer, "asked of the model": asked}

    async def _ask_as_chloe(self) -> None:
        await self.worker.client.post(
            "/api/ai/chat",
            json={"message": 'What of markglobexx7q? [[script {"refuses": ["temperature", "max_tokens"]}]]'},
            headers={"Authorization": f"Bearer {token(FIXED + ACCOUNTS['chloe'])}"},
        )


def _events(body: str) -> list[Any]:
    """The events, with the pieces of text joined."""
    events = parse(body)
    pieces = [event.data["text"] for event in events if event.name == "message"]
    return ["".join(pieces), *([event.name, event.data] for event in events if event.name != "message")]


class WorkerDoor:
    """Door `worker`."""

    name = "worker"
    measured = frozenset({"latency_ms"})

    def operations(self, _catalog: Catalog) -> SearchStrategy[WorkerOperation]:
        """What is drawn."""
        return _operation()

    @asynccontextmanager
    async def open(self, _stage: Stage, world: World) -> AsyncIterator[WorkerClient]:
        """A worker in a world, and a model of its own."""
        with ModelServer() as model:
            settings = {"openai_base_url": model.base_url, "openai_api_key": "key", "metrics_token": "the-operators"}
            async with running(world.database, **settings) as worker:
                yield WorkerClient(world, worker, model)
