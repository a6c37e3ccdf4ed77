"""The servers that streams go through: each on a core of its own, all before the same upstream."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.local.postgres import free_port
from tests.benchmarks.crowd import Person
from tests.benchmarks.processes import ALL_CORES, OTHER_CORES, SERVER_CORE, listening, module, process
from tests.world import JWT_SECRET, Database


@dataclass(frozen=True)
class Served:
    """A server that answers streams, and how it is asked."""

    name: str
    port: int
    pid: int
    path: str
    authorization: Callable[[int], str]
    """The header's value for the stream of this number."""
    is_ours: bool = False

    def request(self, question: str, number: int) -> str:
        """What goes over the wire to ask this."""
        body = json.dumps(
            {"message": question}
            if self.is_ours
            else {
                "model": "bench",
                "stream": True,
                "stream_options": {"include_usage": True},
                "messages": [{"role": "user", "content": question}],
            }
        )
        return (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncontent-type: application/json\r\n"
            f"authorization: {self.authorization(number)}\r\ncontent-length: {len(body.encode())}\r\n\r\n{body}"
        )


@dataclass(frozen=True)
class Upstream:
    """Where the fake provider is, and where it is told to end all answers."""

    base_url: str
    control: int


@asynccontextmanager
async def upstream(certificate: str | None = None) -> AsyncIterator[Upstream]:
    """The fake provider. With a certificate it speaks TLS."""
    arguments = ["--certificate", certificate] if certificate else []
    command = module("tests.benchmarks.upstream", *arguments)
    async with process(command, OTHER_CORES, stdout=asyncio.subprocess.PIPE) as child:
        assert child.stdout is not None
        port, control = map(int, (await child.stdout.readline()).split())
        yield Upstream(f"{'https' if certificate else 'http'}://127.0.0.1:{port}/v1", control)


@asynccontextmanager
async def worker(
    database: Database,
    people: Sequence[Person],
    base_url: str,
    environment: Mapping[str, str] | None = None,
    *,
    alone: bool = True,
) -> AsyncIterator[Served]:
    """The worker as `python -m app serve` starts it; on every core unless it is to have one alone."""
    port = free_port()
    bearers = [person.bearer for person in people]
    settings = {
        "PORT": str(port),
        "WORKER_DATABASE_URL": f"{database.url('palaver_worker')}?sslmode=disable",
        "SUPABASE_JWT_SECRET": JWT_SECRET,
        "OPENAI_BASE_URL": base_url,
        "OPENAI_API_KEY": "none",
        "DEFAULT_AI_MODEL": "bench",
        "AI_TITLES": "false",
        "LOG_LEVEL": "ERROR",
        **(environment or {}),
    }
    # Elsewhere, for the worker reads `.env` where it starts.
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        cores = SERVER_CORE if alone else ALL_CORES
        async with process(module("app", "serve"), cores, settings, cwd=directory) as child:
            await listening(child, port)
            yield Served(
                "Palaver", port, child.pid, "/api/ai/chat", lambda number: bearers[number % len(bearers)], is_ours=True
            )


@asynccontextmanager
async def straightforward(database: Database, people: Sequence[Person], base_url: str) -> AsyncIterator[Served]:
    """The straightforward build, which connects as the tables' owner."""
    port = free_port()
    bearers = [person.bearer for person in people]
    settings = {
        "STRAIGHTFORWARD_DATABASE_URL": f"{database.url()}?sslmode=disable",
        "SUPABASE_JWT_SECRET": JWT_SECRET,
    }
    command = module("tests.benchmarks.straightforward", "--port", port, "--upstream", base_url)
    async with process(command, SERVER_CORE, settings) as child:
        await listening(child, port)
        yield Served(
            "straightforward build",
            port,
            child.pid,
            "/chat",
            lambda number: bearers[number % len(bearers)],
            is_ours=True,
        )


@asynccontextmanager
async def pipe(name: str, transport: str, base_url: str) -> AsyncIterator[Served]:
    """The bare pipe on one of its transports."""
    port = free_port()
    command = module("tests.benchmarks.pipe", "--port", port, "--upstream", base_url, "--transport", transport)
    async with process(command, SERVER_CORE) as child:
        await listening(child, port)
        yield Served(name, port, child.pid, "/", lambda _: "none")
