"""Making databases for apps, alone and eight at once, beside a bare `create database` on the same server.

From the request to the connection string that works: everything that a person waits for but HTTP. The limit is what
PostgreSQL takes to make an empty database in the same way, for the same number at once.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

import asyncpg
import msgspec
import psutil

from app.database import Database as Pool
from app.encryption import SecretsKeys
from app.local.bootstrap import serve_apps
from app.metrics import Metrics
from app.provisioning.schema.model import Column, ForeignKey, Index, IndexPart, PrimaryKey, Schema, Table
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.connection import Link
from app.provisioning.server.place import Place
from app.provisioning.work.connections import ShownAddress
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.runner import Runner
from app.seeding import seed
from tests.benchmarks.stage import Spread, Stage, save, stage, table

PASSWORD: Final = "provisioner-password"
ADA: Final = "00000000-0000-7000-8000-00000000aa01"
AT_ONCE: Final = 8
TABLES: Final = 10
SCHEMA: Final = Schema(
    tables=tuple(
        Table(
            f"things_{number}",
            (
                Column("id", "integer", numbering="serial"),
                Column("name", "text"),
                Column("made_at", "timestamp(3) without time zone", default="CURRENT_TIMESTAMP"),
                Column("parent", "integer", nullable=True),
            ),
            PrimaryKey(f"things_{number}_pkey", ("id",)),
            indexes=(Index(f"things_{number}_parent_idx", (IndexPart("parent"),)),),
            foreign_keys=(ForeignKey(f"things_{number}_parent_fkey", ("parent",), "things_0", ("id",)),),
        )
        for number in range(TABLES)
    )
)


class Desk:
    """Ada, who asks for databases, and the worker that makes them."""

    def __init__(self, made: Stage, pool: Pool, runner: Runner) -> None:
        self._database = made.database
        self._pool = pool
        self._runner = runner
        self._claims = json.dumps({"sub": ADA, "role": "authenticated"})

    async def app(self) -> UUID:
        """An app with a revision."""
        app_id: UUID = await self._database.value(
            "insert into public.generated_apps (tenant_id, owner_id, name)"
            " select u.tenant_id, u.id, 'App' from public.users as u where u.auth_id = $1 returning id",
            UUID(ADA),
            role="supabase_admin",
        )
        await self._database.value(
            "select private.record_app_revision($1::jsonb, $2, $3::jsonb, '{}', repeat('0', 64))::text",
            self._claims,
            app_id,
            msgspec.json.encode(SCHEMA).decode(),
            role="palaver_worker",
        )
        return app_id

    async def make(self, app_id: UUID) -> None:
        """A database for it."""
        asked = await self._said("request_app_operation", app_id, "production", "provision", "{}", None)
        await self._runner.start(UUID(asked["operation"]["id"]))
        operation = (await self._said("read_app_operation", UUID(asked["operation"]["id"])))["operation"]
        if operation["state"] != "succeeded":
            raise RuntimeError(f"{operation['error_code']}: {operation['error_detail']}")
        found = await self._said("app_credentials", app_id, "production")
        self._runner.connections.connection(found["database"], found["password"])

    async def remove(self, app_id: UUID) -> None:
        """It."""
        asked = await self._said("request_app_operation", app_id, "production", "remove", '{"grace_days": 0}', None)
        await self._runner.start(UUID(asked["operation"]["id"]))

    async def _said(self, query: str, *arguments: object) -> Any:
        return json.loads((await self._pool.fetch_row(query, self._claims, *arguments))[0])


async def run(server_version: int, rounds: int) -> int:
    """Measure and print; 0."""
    async with stage(server_version) as made:
        print(await made.describe(), flush=True)
        await seed(made.database.url())
        url = made.postgres.url("palaver_provisioner", PASSWORD)
        await serve_apps(made.database.url("supabase_admin"), PASSWORD)
        await made.database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
        pool = Pool(made.database.url("palaver_worker"), size=10, timeout=30, metrics=Metrics("bench", frozenset()))
        await pool.open()
        runner = Runner(pool, AppServer(url), Passwords(SecretsKeys([bytes(32)])), ShownAddress.of(url))
        try:
            report = await _measure(url, Desk(made, pool, runner), rounds)
        finally:
            await pool.close()
    print(f"saved {save('provisioning', report)}")
    return 0


async def _measure(url: str, desk: Desk, rounds: int) -> dict[str, Any]:
    samples: dict[str, list[float]] = defaultdict(list)
    steps: dict[str, float] = defaultdict(float)
    bare = [await asyncpg.connect(url, ssl=False) for _ in range(AT_ONCE)]
    await desk.make(await desk.app())
    before = _resident()
    for _ in range(rounds):
        for at_once in (1, AT_ONCE):
            for strategy in ("file_copy", "wal_log"):
                names = [f"bare_{number}" for number in range(at_once)]
                pairs = list(zip(bare, names, strict=False))
                samples[f"create database, {strategy}, {at_once}"] += await _timed(
                    [partial(_bare, link, name, strategy) for link, name in pairs]
                )
                await asyncio.gather(*(link.execute(f"drop database {name}") for link, name in pairs))
            apps = [await desk.app() for _ in range(at_once)]
            with _watched(steps if at_once == 1 else defaultdict(float)):
                samples[f"provision, {at_once}"] += await _timed([partial(desk.make, app) for app in apps])
            for app in apps:
                await desk.remove(app)
    gc.collect()
    grown = _resident() - before
    for link in bare:
        await link.close()
    return _told(samples, steps, rounds, before, grown)


def _told(
    samples: dict[str, list[float]], steps: dict[str, float], rounds: int, before: int, grown: int
) -> dict[str, Any]:
    spreads = {name: Spread.of(times) for name, times in samples.items()}
    rows = []
    for name, spread in spreads.items():
        limit = spreads[f"create database, file_copy, {name.rpartition(' ')[2]}"].p50
        rows.append(
            (name, f"{spread.p50:.0f} ms", f"{spread.p95:.0f} ms", f"{spread.max:.0f} ms", f"{spread.p50 / limit:.2f}")
        )
    print(table(("what, how many at once", "p50", "p95", "most", "of the limit's p50"), rows))
    total = sum(samples["provision, 1"]) / rounds
    print(f"\nof {total:.0f} ms alone, with {TABLES} tables:")
    for name, spent in sorted(steps.items(), key=lambda item: -item[1]):
        print(f"  {name:<40} {spent / rounds:6.1f} ms")
    count = rounds * (1 + AT_ONCE)
    print(f"memory: {before / 2**20:.0f} MB before, {grown / 2**20:+.1f} MB after {count} databases")
    return {
        "samples_ms": samples,
        "steps_ms": {name: spent / rounds for name, spent in steps.items()},
        "resident_bytes": before,
        "grown_bytes": grown,
    }


async def _timed(calls: list[Callable[[], Awaitable[object]]]) -> list[float]:
    async def one(call: Callable[[], Awaitable[object]]) -> float:
        started = time.perf_counter()
        await call()
        return (time.perf_counter() - started) * 1000

    return list(await asyncio.gather(*(one(call) for call in calls)))


async def _bare(link: asyncpg.Connection, name: str, strategy: str) -> None:
    await link.execute(f"create database {name} template template0 strategy {strategy}")


@contextmanager
def _watched(spent: dict[str, float]) -> Iterator[None]:
    """Add up what the parts of a provisioning take."""

    def timed(call: Callable[..., Awaitable[Any]], name_of: Callable[..., str]) -> Callable[..., Awaitable[Any]]:
        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return await call(*args, **kwargs)
            finally:
                spent[name_of(*args)] += (time.perf_counter() - started) * 1000

        return wrapped

    with (
        patch.object(Link, "run", timed(Link.run, lambda _, name: f"statement {name}")),
        patch.object(Place, "receipt", timed(Place.receipt, lambda *_: "the receipt, all of it")),
        patch.object(Place, "take", timed(Place.take, lambda *_: "taking the place")),
        patch.object(Pool, "fetch", timed(Pool.fetch, lambda _, query, *__: f"Palaver's {query}")),
        patch(
            "app.provisioning.work.operations.provision.apply",
            timed(_apply, lambda *_: "the schema, all of it"),
        ),
    ):
        yield


async def _apply(*args: Any) -> int:
    from app.provisioning.work.operations.applying import apply

    return await apply(*args)


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)
