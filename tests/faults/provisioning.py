"""Kills workers in the middle of making, changing and removing databases; another one goes on, and nothing is left.

A worker is a process of its own, killed by itself with SIGKILL at a statement: before it is sent, in the middle of it,
or when it has been answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import asyncpg
import psycopg

from app.database import Database as Pool
from app.encryption import SecretsKeys
from app.local.bootstrap import serve_apps
from app.metrics import Metrics
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.names import Names
from app.provisioning.work.connections import Connections, ShownAddress
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.runner import Runner
from tests.faults.stage import ADA, Stage, stage
from tests.faults.verdict import spread

Moment: TypeAlias = Literal["before", "during", "after"]
Kind: TypeAlias = Literal["provision", "remove", "rotate"]

MOMENTS: Final[tuple[Moment, ...]] = ("before", "during", "after")
KINDS: Final[tuple[Kind, ...]] = ("provision", "rotate", "remove")
LEASE: Final = timedelta(seconds=30)
"""Of a worker that lives; that of one that was killed is ended at once: the next one meets what it left running."""

WEIGHTS: Final = (4, 1, 2)
PASSWORD: Final = "provisioner-password"
KEY: Final = bytes(32)
TABLES: Final = 3
WORKER_SECONDS: Final = 60.0
MOST_KILLS_OF_ONE: Final = 4
"""An operation is given up when five workers have taken it on."""


@dataclass(frozen=True)
class Kill:
    """When a worker kills itself: at its `at`-th statement."""

    at: int
    moment: Moment


@dataclass
class Run:
    """What happened, and what did not hold."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    met: set[tuple[str, int]] = field(default_factory=set)
    operations: int = 0
    states: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    finished_seconds: list[float] = field(default_factory=list)


def work(worker_url: str, superuser_url: str, provisioner_url: str, kill: Kill | None) -> None:
    """A worker, which does what there is to do and ends, or is killed."""
    asyncio.run(_work(worker_url, superuser_url, provisioner_url, kill))


async def _work(worker_url: str, superuser_url: str, provisioner_url: str, kill: Kill | None) -> None:
    pool = Pool(worker_url, size=4, timeout=10, metrics=Metrics("faults", frozenset()))
    await pool.open()
    runner = Runner(
        pool,
        AppServer(provisioner_url),
        Passwords(SecretsKeys([KEY])),
        ShownAddress.of(provisioner_url),
        lease=LEASE,
    )
    if kill is not None:
        _arm(kill)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        while True:
            tasks = await runner.sweep()
            if tasks:
                await asyncio.wait(tasks)
            open_ones = connection.execute(
                "select count(*) from public.app_operations where state in ('queued', 'running')"
            ).fetchone()
            if open_ones == (0,):
                break
            await asyncio.sleep(0.02)
    await pool.close()


def _arm(kill: Kill) -> None:
    """Count every statement and every connection of this process, and kill it at one."""
    count = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            mine = count == kill.at
            if mine and kill.moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            if mine and kill.moment == "during":
                asyncio.get_running_loop().call_later(random.uniform(0, 0.02), os.kill, os.getpid(), signal.SIGKILL)
            result = await call(*args, **kwargs)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for name in ("execute", "_execute"):
        setattr(asyncpg.Connection, name, counted(getattr(asyncpg.Connection, name)))


class Ground:
    """Palaver's database and the server for apps, here one server, as on one machine."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.worker_url = stage.database.url("palaver_worker")
        self.superuser_url = stage.database.url("supabase_admin")
        self.provisioner_url = stage.postgres.url("palaver_provisioner", PASSWORD)
        self.server = AppServer(self.provisioner_url)
        self.connections = Connections(Passwords(SecretsKeys([KEY])), ShownAddress.of(self.provisioner_url))
        # Forked from a process that has read all modules already: a worker starts in milliseconds.
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["tests.faults.provisioning"])

    async def prepare(self) -> None:
        """Let Ada's organisation have as many databases as it wants."""
        await serve_apps(self.superuser_url, PASSWORD)
        await self._do("update public.tenants set app_plan = 'business'")

    async def worker(self, kill: Kill | None) -> int | None:
        """Run one to its end; its exit status, negative for a signal."""
        process = self._processes.Process(
            target=work, args=(self.worker_url, self.superuser_url, self.provisioner_url, kill)
        )
        process.start()
        await asyncio.to_thread(process.join, WORKER_SECONDS)
        if process.exitcode is None:
            process.kill()
            await asyncio.to_thread(process.join)
            return None
        return process.exitcode

    async def app(self) -> UUID:
        """A new app of Ada's, with a schema of three tables."""
        app_id: UUID = await self._value(
            "insert into public.generated_apps (tenant_id, owner_id, name)"
            " select u.tenant_id, u.id, 'App' from public.users as u where u.auth_id = $1 returning id",
            ADA,
        )
        schema = {
            "tables": [
                {"name": f"t{number}", "columns": [{"name": "id", "type": "integer", "numbering": "serial"}]}
                for number in range(TABLES)
            ]
        }
        await self._said(
            "select private.record_app_revision($1::jsonb, $2, $3::jsonb, '{}', repeat('0', 64))::text",
            app_id,
            json.dumps(schema),
        )
        return app_id

    async def ask(self, app_id: UUID, kind: Kind) -> str:
        """Ask for an operation; the status."""
        arguments = {"grace_days": 0} if kind == "remove" else {}
        sql = "select private.request_app_operation($1::jsonb, $2, 'production', $3, $4::jsonb)::text"
        return str((await self._said(sql, app_id, kind, json.dumps(arguments)))["status"])

    async def expire(self) -> None:
        """Let the lease of a worker that was killed run out."""
        await self._do(
            "update public.app_operations set lease_until = now() - interval '1 second' where state = 'running'"
        )

    async def open_operations(self) -> int:
        """How many have not ended."""
        return int(await self._value("select count(*) from public.app_operations where state in ('queued', 'running')"))

    async def verdict(self, run: Run) -> None:
        """Every app has a database that works, or none; nothing else is on the server, nor in its directory."""
        rows = await self.stage.database.fetch(
            "select d.*, c.password is not null as has_password from public.app_databases as d"
            " left join private.app_credentials as c on c.database_id = d.id",
            role="supabase_admin",
        )
        run.states = Counter(row["state"] for row in rows)
        for row in rows:
            if row["state"] == "ready":
                run.wrong += await self._faults_of(row)
            elif row["state"] != "removed" or row["has_password"] or row["host"] is not None:
                run.wrong.append(f"{row['database_name']} is {row['state']}: {row['error_code']} {row['error_detail']}")
        ready = {Names(row["id"]) for row in rows if row["state"] == "ready"}
        expected = {name for names in ready for name in names.logins}
        found = set(await self.server.objects())
        run.wrong += [f"{name} is left over" for name in sorted(found - expected)]
        hands = await self._value("select count(*) from pg_roles where rolname ~ '^hand_'")
        if hands:
            run.wrong.append(f"{hands} hands are left over")
        oids = {str(row["oid"]) for row in await self.stage.database.fetch("select oid from pg_database")}
        for path in (self.stage.postgres.data_dir / "base").iterdir():
            if path.name.isdigit() and path.name not in oids:
                run.wrong.append(f"directory {path.name} is left over")

    async def _faults_of(self, row: asyncpg.Record) -> list[str]:
        sql = "select private.app_credentials($1::jsonb, $2, 'production')::text"
        found = await self._said(sql, row["app_id"])
        opens = self.connections.connection(found["database"], found["password"])["connectionString"]
        try:
            connection = await asyncpg.connect(opens)
        except asyncpg.PostgresError as error:
            return [f"{row['database_name']} is ready and does not open: {error}"]
        try:
            tables = await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'")
            return [] if tables == TABLES else [f"{row['database_name']} has {tables} tables"]
        finally:
            await connection.close()

    async def _said(self, sql: str, *arguments: object) -> Any:
        claims = json.dumps({"sub": str(ADA), "role": "authenticated"})
        return json.loads(await self.stage.database.value(sql, claims, *arguments, role="palaver_worker"))

    async def _value(self, sql: str, *arguments: object) -> Any:
        return await self.stage.database.value(sql, *arguments, role="supabase_admin")

    async def _do(self, sql: str) -> None:
        await self.stage.database.fetch(sql, role="supabase_admin")


async def run(ground: Ground, *, seed: int, kills: int, stride: int, report: Callable[[str], None]) -> Run:
    """Kill that many workers, let another one end what they began, and look at what is there.

    Of each kind of operation the next kill comes `stride` statements later than the last, and from the start again
    when there are no more.
    """
    chance = random.Random(seed)
    result = Run(seed)
    at = {kind: chance.randint(1, stride) for kind in KINDS}
    await ground.prepare()
    while sum(result.kills.values()) < kills and not result.wrong:
        (kind,) = chance.choices(KINDS, WEIGHTS)
        app_id = await ground.app()
        for earlier in KINDS[: min(1, KINDS.index(kind))]:
            await ground.ask(app_id, earlier)
            await ground.worker(None)
        await ground.ask(app_id, kind)
        result.operations += 1
        for _ in range(min(chance.randint(1, MOST_KILLS_OF_ONE), kills - sum(result.kills.values()))):
            kill = Kill(at[kind], chance.choice(MOMENTS))
            if await ground.worker(kill) != -signal.SIGKILL:
                at[kind] = chance.randint(1, stride)
                break
            await ground.expire()
            at[kind] += stride
            result.kills[kind] += 1
            result.met.add((kind, kill.at))
        began = time.monotonic()
        if await ground.worker(None) != 0 or await ground.open_operations():
            result.wrong.append(f"a {kind} did not end")
        result.finished_seconds.append(time.monotonic() - began)
        await ground.verdict(result)
        report(f"{sum(result.kills.values())} kills, {result.operations} operations, {dict(result.states)}")
    return result


def main() -> int:
    """Run, print a summary; 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults provisioning", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stride", type=int, default=1, help="statements between the kills of two workers (default 1)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args(sys.argv[2:])
    began = time.monotonic()
    result = asyncio.run(_staged(given))
    met = Counter(kind for kind, _ in result.met)
    print(
        f"in {time.monotonic() - began:.0f} s, seed {given.seed}: {sum(result.kills.values())} kills,"
        f" {dict(result.kills)}, at this many statements {dict(met)}; {result.operations} operations, databases"
        f" {dict(result.states)}; from the last kill to the end {spread(result.finished_seconds, 's', 2)}"
    )
    for line in result.wrong:
        print(f"WRONG: {line}")
    print(f"provisioning: {sum(result.kills.values())} kills, {len(result.wrong)} faults")
    return 1 if result.wrong else 0


async def _staged(given: argparse.Namespace) -> Run:
    async with stage() as made:
        return await run(
            Ground(made),
            seed=given.seed,
            kills=given.kills,
            stride=given.stride,
            report=lambda text: print(text, flush=True),
        )
