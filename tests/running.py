"""A worker in the test's own event loop, reached over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from app.server import Server, Worker
from app.settings import Settings
from tests.world import JWT_SECRET, Database, token


class QuietServer(Server):
    """The worker's server without its signal handlers, which belong to the test runner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    name: str
    data: Any
    id: str | None = None


@dataclass
class Stream:
    """The events of one answer."""

    response: httpx2.Response
    events: list[Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The answer's pieces, joined."""
        return "".join(event.data["text"] for event in self.events if event.name == "message")

    @property
    def end(self) -> Event:
        """The last event, which is `done` or `error`."""
        return self.events[-1]


@dataclass
class RunningWorker:
    """A worker that answers on 127.0.0.1."""

    worker: Worker
    server: QuietServer
    client: httpx2.AsyncClient
    base_url: str

    async def post(self, body: object, auth_id: UUID | None = None, **options: Any) -> httpx2.Response:
        """POST /api/ai/chat, read to the end."""
        headers = {"Authorization": f"Bearer {token(auth_id)}"} if auth_id else {}
        return await self.client.post("/api/ai/chat", json=body, headers=headers, **options)

    async def ask(self, auth_id: UUID | None, message: str, conversation_id: object = None) -> Stream:
        """Ask and read the answer to its end."""
        body = {"message": message} | ({"conversationId": str(conversation_id)} if conversation_id else {})
        response = await self.post(body, auth_id)
        assert response.status_code == 200, response.text
        return Stream(response, parse(response.text))


def parse(text: str) -> list[Event]:
    """Server-sent events of a whole body (WHATWG HTML, "Server-sent events")."""
    events = []
    for block in text.split("\n\n"):
        name, data, number = "message", [], None
        for line in block.splitlines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data.append(line.removeprefix("data: "))
            elif line.startswith("id: "):
                number = line.removeprefix("id: ")
        if data:
            events.append(Event(name, json.loads("\n".join(data)), number))
    return events


@asynccontextmanager
async def running(database: Database | str, **settings: Any) -> AsyncIterator[RunningWorker]:
    """Run a worker on a free port until the block ends."""
    url = database if isinstance(database, str) else database.url("palaver_worker")
    values: dict[str, Any] = {
        "worker_database_url": url,
        "supabase_jwt_secret": JWT_SECRET,
        "port": 0,
        "shutdown_grace_seconds": 0.2,
        # Tests count what the model is asked.
        "ai_titles": False,
    }
    worker = Worker(Settings.load(env_file=None, **(values | settings)))
    server = QuietServer(worker)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
        assert not serving.done(), "the worker did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=base_url, timeout=30, trust_env=False) as client:
        try:
            yield RunningWorker(worker, server, client, base_url)
        finally:
            server.should_exit = True
            await serving
