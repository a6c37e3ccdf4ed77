"""A worker, its door, and everything that must stay as it was when somebody is refused."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

import asyncpg

from app.logs import EventFormatter, Redactor
from tests.isolation.tokens.cases import Control, Presented, Refusal
from tests.isolation.tokens.door import Answer, knock
from tests.isolation.tokens.minting import MARK
from tests.isolation.tokens.score import Score
from tests.model_server import ModelServer
from tests.running import RunningWorker, running
from tests.world import Database

TABLES: Final = (
    "public.tenants",
    "public.users",
    "public.conversations",
    "public.messages",
    "public.turns",
    "public.usage_metrics",
    "public.feedback",
    "public.usage_ledger",
    "private.allowances",
    "private.idempotency_keys",
)
COUNTS: Final = "select " + ", ".join(f"(select count(*) from {table})" for table in TABLES)
DIGEST: Final = "select " + ", ".join(
    f"(select md5(string_agg(t::text, '' order by t::text)) from {table} as t)" for table in TABLES
)
_WORDS = re.compile(rb"[\w-]{16,}")


@dataclass(frozen=True)
class Scene:
    """Where tokens are tried: a database with the demo data, a model, and what came of it."""

    database: Database
    model: ModelServer
    score: Score = field(default_factory=Score)


class Logs(logging.Handler):
    """Everything that is logged, at every level of the worker's own."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(EventFormatter(Redactor(), as_json=True))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record, before anything is redacted, and its traceback as it is written."""
        written = self.format(record) if record.exc_info else ""
        self.lines.append(f"{record.getMessage()} {getattr(record, 'fields', {})} {written}")

    def __enter__(self) -> Self:
        self._level = logging.getLogger("app").level
        logging.getLogger("app").setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        logging.getLogger("app").setLevel(self._level)


@dataclass
class Probe:
    """Tries credentials at one worker's door and keeps the score."""

    scene: Scene
    running: RunningWorker
    owner: asyncpg.Connection
    logs: Logs
    category: str = ""
    place: str = ""
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long this has been going on."""
        return time.monotonic() - self.begun

    @property
    def score(self) -> Score:
        """What came of it so far."""
        return self.scene.score

    @contextmanager
    def within(self, category: str, place: str = "") -> Iterator[None]:
        """Count what is tried under this category."""
        before = self.category, self.place
        self.category, self.place = category, place
        yield
        self.category, self.place = before

    def hold(self, condition: object, otherwise: str) -> None:
        """Note a fault unless the condition holds."""
        if not condition:
            self.score.faults.append(f"{self.place} {self.category}: {otherwise}".strip())

    async def refused(self, name: str, *presented: Presented, code: str = "INVALID_TOKEN", status: int = 401) -> None:
        """Present these, all at once; each must be refused so, say nothing of itself, and leave all as it was."""
        await self.all_refused([Refusal(name, one, code, status) for one in presented])

    async def all_refused(self, refusals: Sequence[Refusal]) -> None:
        """Present all of them at once; each must be refused as it says, silently, and leave all as it was."""
        rows, asked = await self.owner.fetchrow(COUNTS), len(self.scene.model.requests)
        answers = await self._present(refusals)
        unchanged = await self.owner.fetchrow(COUNTS) == rows and len(self.scene.model.requests) == asked
        self.hold(unchanged, f"{refusals[0].name} to {refusals[-1].name}: rows came or went, or the model was asked")
        for one, answer in zip(refusals, answers, strict=True):
            faults = len(self.score.faults)
            self.hold(answer.status == one.status, f"{one.name}: answered {answer.status}, {answer.body[:200]!r}")
            if answer.status == one.status:
                self._is_problem(one.name, answer, one.code)
            self._is_silent(one, answer.raw)
            self.score.tried[self.category] += 1
            self.score.refused[self.category] += unchanged and len(self.score.faults) == faults

    async def accepted(self, name: str, *presented: Presented) -> None:
        """Present these, all at once; each must be answered to the end, and nothing of it be handed on."""
        await self.all_accepted([Control(name, one) for one in presented])

    async def all_accepted(self, controls: Sequence[Control]) -> None:
        """Present all of them at once; each must be answered to the end, and nothing of it be handed on."""
        asked = len(self.scene.model.requests)
        answers = await self._present(controls)
        sent = repr([(one.headers, one.body) for one in self.scene.model.requests[asked:]]).encode()
        for one, answer in zip(controls, answers, strict=True):
            faults = len(self.score.faults)
            self.hold(answer.completed, f"{one.name}: not accepted, {answer.status} {answer.body[:200]!r}")
            self._is_silent(one, answer.raw, sent)
            self.score.controls[self.category] += 1
            self.score.accepted[self.category] += len(self.score.faults) == faults

    async def _present(self, credentials: Sequence[Refusal | Control]) -> list[Answer]:
        port = self.running.server.servers[0].sockets[0].getsockname()[1]
        self.logs.lines.clear()
        return await asyncio.gather(*(knock("127.0.0.1", port, one.presented) for one in credentials))

    async def digest(self) -> asyncpg.Record | None:
        """What stands in every table."""
        return await self.owner.fetchrow(DIGEST)

    async def nothing_in_metrics(self) -> None:
        """No metric may have a label that a token or a header chose."""
        response = await self.running.client.get("/metrics")
        self.hold(response.status_code == 200 and MARK not in response.text, "a token's text is in the metrics")

    def _is_problem(self, name: str, answer: Answer, code: str) -> None:
        problem = answer.problem
        self.hold(problem.get("code") == code, f"{name}: code {problem.get('code')} instead of {code}")
        self.hold(problem.get("status") == answer.status, f"{name}: no problem document, {answer.body[:200]!r}")
        asks = answer.headers.get("WWW-Authenticate")
        self.hold((asks == "Bearer") == (answer.status == 401), f"{name}: WWW-Authenticate is {asks}")
        waits = answer.headers.get("Retry-After")
        self.hold(problem.get("retryable") is (answer.status == 503), f"{name}: retryable {problem.get('retryable')}")
        self.hold((waits is not None) == (answer.status == 503), f"{name}: Retry-After is {waits}")

    def _is_silent(self, credentials: Refusal | Control, *places: bytes) -> None:
        presented = credentials.presented
        said = b" ".join((*(line.partition(b":")[2] for line in presented.lines), presented.target))
        logged = "\n".join(self.logs.lines).encode("utf-8", "backslashreplace")
        for secret in (MARK.encode(), *_WORDS.findall(said)):
            found = [one for one in (logged, *places) if secret in one]
            self.hold(not found, f"{credentials.name}: {secret[:40]!r} was handed on or logged")


@asynccontextmanager
async def probing(scene: Scene, **settings: Any) -> AsyncIterator[Probe]:
    """A worker with these settings, which asks the scene's model."""
    asking: dict[str, Any] = {"openai_base_url": scene.model.base_url, "openai_api_key": "provider-key"}
    async with scene.database.connected() as owner, running(scene.database, **asking, **settings) as worker:
        await owner.execute("update public.tenants set rate_limit_per_minute = 1000000")
        with Logs() as logs:
            yield Probe(scene, worker, owner, logs)
