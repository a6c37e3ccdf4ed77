"""What being searched adds to a turn: turns with the triggers and without, by turns; CPU time of their backend."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import asyncpg
import msgspec

from tests.benchmarks.calls import ALIVE, HISTORY, result
from tests.benchmarks.crowd import Person
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.search_data import Asker
from tests.benchmarks.search_text import passages
from tests.world import Database

ROUNDS: Final = 5
TURNS: Final = 100
QUESTION_PASSAGES: Final = 2
ANSWER_PASSAGES: Final = 20

UNLIMITED: Final = "update public.tenants set rate_limit_per_minute = 1000000"
SWITCH: Final = """
alter table public.messages {0} trigger messages_index;
alter table public.conversations {0} trigger conversations_index_title
"""
CONVERSATION: Final = """
insert into public.conversations (tenant_id, user_id, title) values ($1, $2, 'Bench') returning id
"""
BEGIN: Final = "select turn_id from private.begin_turn($1::jsonb, $2, $3::jsonb, $4, $5)"
FINISH: Final = "select settled from private.finish_turns($1, $2::jsonb)"


@dataclass(frozen=True)
class Cost:
    """Of a turn, milliseconds: CPU of the backend, and the longest that one took."""

    cpu: float
    cpu_without: float
    longest: float
    longest_without: float

    @property
    def ratio(self) -> float:
        """CPU with to CPU without."""
        return self.cpu / self.cpu_without

    def __str__(self) -> str:
        return (
            f"a turn with a question of {QUESTION_PASSAGES * 8} words and an answer of {ANSWER_PASSAGES * 8}:"
            f" {self.cpu:.2f} ms of the backend's CPU, {self.cpu_without:.2f} if it is not searched, ratio"
            f" {self.ratio:.2f}; the longest of {ROUNDS * TURNS} took {self.longest:.0f} ms, without"
            f" {self.longest_without:.0f}"
        )


async def cost(database: Database, asker: Asker) -> Cost:
    """Let turns of somebody's with and without the triggers take turns."""
    conversation_id = await database.value(CONVERSATION, asker.tenant_id, asker.user_id)
    person = Person(asker.tenant_id, asker.user_id, asker.auth_id, conversation_id)
    chance = random.Random(9)
    spent: dict[str, list[float]] = {"enable": [], "disable": []}
    longest: dict[str, list[float]] = {"enable": [], "disable": []}
    worker_id = uuid4()
    async with database.connected("palaver_worker") as worker, database.connected() as owner:
        await database.fetch(ALIVE, worker_id, role="supabase_admin")
        await owner.execute(UNLIMITED)
        for number in range(ROUNDS + 1):
            for way, samples in spent.items():
                await owner.execute(SWITCH.format(way))
                before = cpu_seconds(worker.get_server_pid())
                took = [await _turn(worker, person, worker_id, chance) for _ in range(TURNS)]
                if number > 0:
                    samples.append((cpu_seconds(worker.get_server_pid()) - before) / TURNS * 1000)
                    longest[way].append(max(took) * 1000)
        await owner.execute(SWITCH.format("enable"))
    return Cost(
        statistics.median(spent["enable"]),
        statistics.median(spent["disable"]),
        max(longest["enable"]),
        max(longest["disable"]),
    )


async def _turn(worker: asyncpg.Connection, person: Person, worker_id: object, chance: random.Random) -> float:
    request = {
        "models": ["bench"],
        "dialect": "plain",
        "messages": [{"role": "user", "content": passages(chance, QUESTION_PASSAGES)}],
        "conversation_id": person.conversation_id,
    }
    answer = passages(chance, ANSWER_PASSAGES)
    started = time.perf_counter()
    asked = msgspec.json.encode(request).decode()
    turn_id = await worker.fetchval(BEGIN, person.claims, worker_id, asked, *HISTORY)
    ended = msgspec.structs.replace(result(person, turn_id), content=answer)
    assert await worker.fetchval(FINISH, worker_id, msgspec.json.encode([ended]).decode())
    return time.perf_counter() - started
