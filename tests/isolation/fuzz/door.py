"""A worker in a marked world: requests go in, and all that comes out is looked at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from tests.isolation.fuzz.abuse import attempt
from tests.isolation.fuzz.abuses import abuses
from tests.isolation.fuzz.faults import Fault, Findings
from tests.isolation.fuzz.people import Caller, Conversation, prepare, strays
from tests.isolation.fuzz.process import SERVE, Process, event, is_request
from tests.isolation.fuzz.rows import rows_besides
from tests.isolation.fuzz.search import Effort, search
from tests.model_server import ModelServer, Recorded
from tests.world import JWT_SECRET, Database

_MAX_BODY_BYTES: Final = 16_384
_SETTINGS: Final = {
    "SUPABASE_JWT_SECRET": JWT_SECRET,
    # Small, so that what is made up at random goes past them.
    "MAX_MESSAGE_CHARS": "1000",
    "MAX_BODY_BYTES": str(_MAX_BODY_BYTES),
}
_ALL: Final = "all requests"


@asynccontextmanager
async def opened(database: Database, module: Sequence[str] = SERVE) -> AsyncIterator[Door]:
    """A door to a database that holds the demo data, and is changed."""
    async with database.connected() as owner:
        conversations = await prepare(owner)
        suggestions = await owner.fetch("select id::text from public.configuration_suggestions order by id")
        with ModelServer() as model:
            settings = {"WORKER_DATABASE_URL": database.url("palaver_worker"), "OPENAI_BASE_URL": model.base_url}
            with Process({**_SETTINGS, **settings}, module) as worker:
                ids = [row["id"] for row in suggestions]
                yield Door(owner, conversations, ids, model, worker, worker.description())


@dataclass(frozen=True)
class Door:
    """Where requests go in; what comes out in answers, log, metrics, prompts and rows is watched."""

    owner: asyncpg.Connection
    conversations: Sequence[Conversation]
    suggestions: Sequence[str]
    model: ModelServer
    worker: Process
    description: dict[str, Any]

    async def search(self, caller: Caller, effort: Effort) -> Findings:
        """Requests made from the description, as one caller."""
        async with self._watched(caller) as left:
            found = await asyncio.to_thread(
                search, self.worker.base_url, self.description, caller, self.conversations, self.suggestions, effort
            )
        # Schemathesis begins with a request of its own, for an address that is nowhere.
        if left.requests != found.requests + 1:
            what = f"{found.requests} requests and one more, {left.requests} lines"
            found.faults.append(Fault("requests and lines in the log differ", caller.name, _ALL, what))
        found.faults += [*left.faults, *self._untried(caller, found)]
        return found

    async def abuse(self, caller: Caller, other: Caller) -> Findings:
        """What no client sends, as somebody who may ask, and beside them somebody who may not."""
        async with self._watched(caller) as left:
            for abuse in abuses(caller, other, self.conversations, _MAX_BODY_BYTES):
                left.faults += await attempt(self.worker, caller, abuse)
        return left

    def _untried(self, caller: Caller, found: Findings) -> Iterator[Fault]:
        """What was to be tried and was not: without it the silence of the rest would mean nothing."""
        operations = {f"{method.upper()} {path}" for path, item in self.description["paths"].items() for method in item}
        relations = {conversation.seen_by(caller) for conversation in self.conversations}
        missing = operations - found.operations | relations - {relation for relation, _ in found.conversations}
        if caller.asks and not found.conversations["own", 200]:
            missing.add("a question that is answered")
        yield from (Fault("not tried", caller.name, _ALL, what) for what in sorted(missing))

    @asynccontextmanager
    async def _watched(self, caller: Caller) -> AsyncIterator[Findings]:
        """Look at all that the block's requests leave behind; known when it ends."""
        left = Findings()
        lines, sent = len(self.worker.lines), len(self.model.requests)
        rows = await rows_besides(self.owner, caller)
        yield left
        await asyncio.to_thread(self.worker.settle)
        changed = await rows_besides(self.owner, caller)
        events = [(line, event(line)) for line in self.worker.lines[lines:]]
        left.requests = sum(found is not None and is_request(found) for _, found in events)
        told = [
            *_in_the_log(events),
            *(("text in the metrics", line) for line in self.worker.metrics().splitlines() if strays(line)),
            *_sent_upstream(caller, self.model.requests[sent:]),
            *(("row changed", name) for name in rows if rows[name] != changed[name]),
        ]
        left.faults += [Fault(kind, caller.name, _ALL, what) for kind, what in told]


def _in_the_log(events: Sequence[tuple[str, dict[str, Any] | None]]) -> Iterator[tuple[str, str]]:
    for line, found in events:
        if found is None:
            yield "no event in the log", line
        elif found["level"] in ("error", "critical"):
            yield "error in the log", line
        if strays(line):
            yield "text in the log", line


def _sent_upstream(caller: Caller, requests: Sequence[Recorded]) -> Iterator[tuple[str, str]]:
    for request in requests:
        text = json.dumps([request.path, request.headers, request.body], ensure_ascii=False)
        if caller.strays(text):
            yield "foreign text sent upstream", text
        # One without a body only asks whether the provider is there.
        if request.body is not None and not (caller.asks and request.body.get("user") == str(caller.auth_id)):
            yield "sent upstream for nobody", text
