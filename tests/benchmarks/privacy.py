"""Exporting and erasing a person with 100,000 messages among a million of others'.

The export is the command as operators run it; the erasure is its statements, each timed, while somebody of the same
tenant asks and is answered all the time. At the end every column of every table is searched for the person.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from app.privacy.erasure import ROWS, traces
from app.privacy.people import Person, find
from app.queries import QUERIES
from tests.benchmarks.dataset import fill
from tests.benchmarks.stage import Spread, save, stage, table
from tests.sql.working import Worker
from tests.world import Actor, Database

EMAIL = "subject@tenant-1.example"
PERSON = """
    with account as (
        insert into auth.users (id, email) values (gen_random_uuid(), $1) returning id
    )

    insert into public.users (tenant_id, auth_id, email, name)
    select t.id, a.id, $1, 'Subject of the Measurement' from public.tenants as t, account as a where t.slug = 'tenant-1'
    returning tenant_id, id
"""
# As the triggers would have written it; they are off, so that this takes seconds.
SAID = """
    insert into public.conversations (tenant_id, user_id, title, titled_by, status)
    select $1, $2, 'Conversation number ' || n, 'start', 'active' from generate_series(1, $3 / 100) as n;
"""
MESSAGES = """
    insert into public.messages (tenant_id, conversation_id, user_id, parent_id, id, role, content, created_at)
    select
        c.tenant_id, c.id, c.user_id,
        lag(m.id) over (partition by c.id order by m.n), m.id,
        case m.n % 2 when 1 then 'user' else 'assistant' end,
        repeat(md5(m.id::text) || ' words ', case m.n % 2 when 1 then 2 else 8 + m.n % 24 end),
        now() - make_interval(secs => 1000 - m.n)
    from public.conversations as c
    cross join lateral (select n, private.uuid_v7() as id from generate_series(1, 100) as n where c.id is not null) as m
    where c.tenant_id = $1 and c.user_id = $2
"""
TURNS = """
    insert into public.turns (tenant_id, id, user_id, conversation_id, question_id, answer_id, status, finished_at)
    select tenant_id, id, user_id, conversation_id, parent_id, id, 'completed', created_at
    from public.messages where tenant_id = $1 and user_id = $2 and role = 'assistant'
"""
LEDGER = """
    insert into public.usage_ledger (
        tenant_id, id, user_id, conversation_id, provider, model, prompt_tokens, completion_tokens
    )
    select tenant_id, id, user_id, conversation_id, 'openai', 'gpt-5-mini', 900, 100
    from public.turns where tenant_id = $1 and user_id = $2
"""
FEEDBACK = """
    insert into public.feedback (tenant_id, message_id, user_id, rating)
    select tenant_id, id, user_id, 1
    from public.messages where tenant_id = $1 and user_id = $2 and role = 'assistant' and id::text like '%0'
"""


@dataclass
class Others:
    """Somebody who asks and is answered all the time, and how long each time takes."""

    worker: Worker
    asker: Actor
    samples: list[float]
    stop: bool = False

    async def talk(self) -> None:
        """Until told to stop."""
        while not self.stop:
            started = time.perf_counter()
            await self.worker.finish(await self.worker.begin(self.asker, "And how are you?"))
            self.samples.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.005)

    async def during(self, seconds: float) -> Spread:
        """A rest of the samples, while nothing else happens."""
        self.stop, self.samples = False, []
        task = asyncio.create_task(self.talk())
        await asyncio.sleep(seconds)
        self.stop = True
        await task
        return Spread.of(self.samples)


async def _write(database: Database, messages: int) -> Person:
    async with database.connected("supabase_admin") as link:
        ((tenant_id, person_id),) = await link.fetch(PERSON, EMAIL)
        await link.execute("set session_replication_role = replica")
        await link.execute(
            SAID.replace("$1", f"'{tenant_id}'").replace("$2", f"'{person_id}'").replace("$3", str(messages))
        )
        for sql in (MESSAGES, TURNS, LEDGER, FEEDBACK):
            await link.execute(sql, tenant_id, person_id)
        await link.execute("vacuum (analyze)")
        return await find(link, EMAIL)


def _export(database: Database, path: Path) -> tuple[float, float]:
    """Seconds, and most memory of the process in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "app", "export", EMAIL, "--output", str(path)],
        env={**os.environ, "DATABASE_URL": database.url()},
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return time.perf_counter() - started, usage.ru_maxrss / 1024


async def _erase(link: asyncpg.Connection, person: Person, steps: list[float]) -> UUID:
    erasure: UUID = await link.fetchval(QUERIES["begin_erasure"], person.tenant_id, person.id)
    while True:
        started = time.perf_counter()
        done = await link.fetch(QUERIES["erase_person_step"], person.tenant_id, erasure, ROWS)
        steps.append((time.perf_counter() - started) * 1000)
        if not done:
            return erasure


async def run(messages: int, among: int, server_version: int) -> int:
    """Fill, measure, print; 1 if anything is left of the person."""
    async with stage(server_version) as made:
        database = made.database
        print(await made.describe(), flush=True)
        cast = await fill(database, messages=among)
        person = await _write(database, messages)
        size = await database.value("select pg_size_pretty(pg_database_size(current_database()))")
        print(f"{messages} messages of one person among {among} of others, {size}\n", flush=True)
        colleague = Actor(None, auth_id=cast.busy_member.auth_id)  # type: ignore[arg-type]  # only names who asks
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "export.jsonl"
            seconds, memory = _export(database, path)
            octets = path.stat().st_size
            with path.open("rb") as file:
                rows = sum(1 for _ in file) - 2
        async with database.connected() as owner, database.connected("palaver_worker") as link:
            others = Others(Worker(link), colleague, [])
            alone = await others.during(5)
            steps: list[float] = []
            talking = Others(others.worker, colleague, [])
            task = asyncio.create_task(talking.talk())
            started = time.perf_counter()
            erasure = await _erase(owner, person, steps)
            erased_in = time.perf_counter() - started
            talking.stop = True
            await task
            if person.account is not None:
                await owner.execute(QUERIES["delete_account"], person.account)
            await owner.fetchval(QUERIES["finish_erasure"], person.tenant_id, erasure)
            started = time.perf_counter()
            left = await traces(owner, person)
            searched_in = time.perf_counter() - started
    beside, step = Spread.of(talking.samples), Spread.of(steps)
    print(
        table(
            ["", "figure", ""],
            [
                ["export", f"{seconds:.1f} s", f"{rows} rows, {octets / 1e6:.0f} MB, process start included"],
                ["", f"{rows / seconds:,.0f}/s", f"rows; {octets / 1e6 / seconds:.1f} MB/s"],
                ["", f"{memory:.0f} MB", "most memory of the process"],
                ["erasure", f"{erased_in:.1f} s", f"{len(steps)} transactions of at most {ROWS} rows"],
                [
                    "",
                    f"{step.p50:.0f} ms",
                    f"a transaction, median; 95 %: {step.p95:.0f} ms; longest: {step.max:.0f} ms",
                ],
                [
                    "a colleague's turn",
                    f"{beside.p50:.1f} ms",
                    f"median meanwhile; 95 %: {beside.p95:.1f}; longest: {beside.max:.1f}",
                ],
                ["", f"{alone.p50:.1f} ms", f"median alone; 95 %: {alone.p95:.1f}; longest: {alone.max:.1f}"],
                ["search for traces", f"{searched_in:.1f} s", f"every column of every table: {len(left)} places"],
            ],
        )
    )
    for trace in left:
        print(f"left: {trace}")
    save(
        "privacy",
        {
            "messages": messages,
            "among": among,
            "export_seconds": seconds,
            "export_rows": rows,
            "export_octets": octets,
            "export_megabytes_of_memory": memory,
            "erasure_seconds": erased_in,
            "steps": len(steps),
            "longest_step_ms": step.max,
            "longest_turn_meanwhile_ms": beside.max,
            "longest_turn_alone_ms": alone.max,
            "search_seconds": searched_in,
            "left": len(left),
        },
    )
    return 1 if left else 0
