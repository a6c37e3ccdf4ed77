"""The two calls of a turn: as the worker makes them, and as pgbench does. Nothing else here knows them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID, uuid4

import msgspec

from app.chat.sealing import Vault
from app.chat.settling import Result, Settler
from app.database import Database as WorkerDatabase
from app.metrics import Metrics
from tests.benchmarks.crowd import Person
from tests.world import Database

POOL_SIZE: Final = 10
"""What the worker has by default, however many people ask."""

HISTORY: Final = (50, 1_000_000)
QUESTION: Final = "How long does the warranty of the cordless drill last, and what does it leave out?"
ANSWER: Final = "Three years from the day of purchase; it leaves out the battery, the chuck and the drive belt. " * 8

# Otherwise a worker that is really there would take these turns over.
ALIVE: Final = "insert into private.workers (id, seen_at) values ($1, now() + interval '1 day')"

# pgbench has no strings of its own: each client first reads who it asks for, once.
SCRIPTED: Final = """
create schema if not exists bench;
grant usage on schema bench to palaver_worker;
create table bench.scripted (
    number integer primary key, claims text not null, request text not null, before text not null, after text not null
);
grant select on bench.scripted to palaver_worker
"""
SCRIPT_OF: Final = "insert into bench.scripted (number, claims, request, before, after) values ($1, $2, $3, $4, $5)"
SCRIPT: Final = f"""\\if :ready = 0
select claims, request, before, after from bench.scripted where number = :first::integer + :client_id::integer \\gset
\\set ready 1
\\endif
select * from private.begin_turn(:claims::jsonb, :worker::uuid, :request::jsonb, {HISTORY[0]}, {HISTORY[1]}) \\gset
select * from private.finish_turns(:worker::uuid, (:before || :turn_id || :after)::jsonb) \\gset
"""
"""A turn as pgbench makes it, with what `scripted_variables()` gives."""


def begin_request(person: Person) -> str:
    """What begin_turn() reads of a question."""
    request = {
        "models": ["bench"],
        "dialect": "plain",
        "messages": [{"role": "user", "content": QUESTION}],
        "conversation_id": person.conversation_id,
    }
    return msgspec.json.encode(request).decode()


def result(person: Person, turn_id: UUID) -> Result:
    """How a turn ends here."""
    return Result(
        tenant_id=person.tenant_id,
        turn_id=turn_id,
        status="completed",
        content=ANSWER,
        parts=None,
        provider="openai",
        model="gpt-4.1-mini",
        asked_model="gpt-4.1-mini",
        prompt_tokens=120,
        completion_tokens=160,
        cached_tokens=0,
        reasoning_tokens=0,
        tokens_estimated=False,
        latency_ms=900,
        finish_reason="stop",
        provider_message_id="chatcmpl-1",
    )


class Caller:
    """The worker's own pool and settlement, with nothing around them."""

    def __init__(self, database: WorkerDatabase, worker_id: UUID) -> None:
        self.worker_id = worker_id
        self._database = database
        self._settler = Settler(database, worker_id, asyncio.Lock(), Vault(database, None))

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, database: Database, *, size: int = POOL_SIZE, port: int | None = None
    ) -> AsyncIterator[Caller]:
        """As a worker that the others believe to be alive; `port` leads through something else to the database."""
        worker_id = uuid4()
        await database.fetch(ALIVE, worker_id, role="supabase_admin")
        url = (database if port is None else Database(database.host, port, database.name)).url("palaver_worker")
        pool = WorkerDatabase(f"{url}?sslmode=disable", size=size, timeout=30, metrics=Metrics("bench"))
        await pool.open()
        try:
            yield cls(pool, worker_id)
        finally:
            await pool.close()

    async def turn(self, person: Person) -> None:
        """A whole turn, with no model between its calls."""
        begun = await self._database.fetch_row(
            "begin_turn", person.claims, self.worker_id, begin_request(person), *HISTORY
        )
        await self.settle(person, begun["turn_id"])

    async def settle(self, person: Person, turn_id: UUID) -> None:
        """The second half of one that has begun."""
        settled = await self._settler.settle(result(person, turn_id))
        assert settled.status == "completed"

    async def turns(self, people: Sequence[Person], each: int) -> None:
        """So many turns of everybody, all at once."""

        async def ask(person: Person) -> None:
            for _ in range(each):
                await self.turn(person)

        await asyncio.gather(*map(ask, people))

    async def rate(self, people: Sequence[Person], seconds: float) -> float:
        """Turns a second when everybody asks again as soon as they are answered."""
        started = time.perf_counter()

        async def ask(person: Person) -> int:
            count = 0
            while time.perf_counter() < started + seconds:
                await self.turn(person)
                count += 1
            return count

        counts = await asyncio.gather(*map(ask, people))
        return sum(counts) / (time.perf_counter() - started)


async def prepare_script(database: Database, people: Sequence[Person]) -> None:
    """Let the script find these people, the first of them as number 0."""
    async with database.connected() as owner:
        await owner.execute(SCRIPTED)
        for number, person in enumerate(people):
            marked = UUID(int=0)
            before, _, after = msgspec.json.encode([result(person, marked)]).decode().partition(str(marked))
            await owner.execute(SCRIPT_OF, number, person.claims, begin_request(person), before, after)


def scripted_variables(worker_id: UUID, first: int) -> dict[str, object]:
    """For clients that ask for the person of this number and those who follow."""
    return {"worker": worker_id, "first": first, "ready": 0}
