"""A server of its own, templates of the worlds, and pairs of worlds made from them."""

from __future__ import annotations

import itertools
import os
import string
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg

from app.local import bootstrap
from app.local.environment import inherited
from app.local.node import installed_node
from app.local.postgres import Postgres, free_port
from app.local.processes import Processes
from app.local.state import Keys
from app.local.supabase_lite import SupabaseLite
from app.migrations import migrate
from app.seeding import seed
from tests.clients.install import LITE
from tests.isolation.marked import mark
from tests.isolation.twins.neighbours import CHANGES, OURS, Neighbours
from tests.isolation.twins.observe import Normal
from tests.isolation.twins.people import IDS
from tests.world import JWT_SECRET, PASSWORDS, Database, server_directory

KEYS: Final = Keys(jwt_secret=JWT_SECRET)
_JOBS: Final = "select private.run_job(name) from private.jobs"


@dataclass
class World:
    """One database, and what its answers look like without what may differ."""

    database: Database
    owner: asyncpg.Connection
    normal: Normal

    async def fill(self, text: str) -> str:
        """The text with this world's ids in the place of `$names` (see `people`)."""
        template = string.Template(text)
        ids = dict(IDS)
        for name in set(template.get_identifiers()) - set(ids):
            table, _, number = name.rpartition("_")
            ids[name] = await self._nth(table, int(number))
        return template.substitute(ids)

    async def _nth(self, table: str, number: int) -> str:
        rows = await self.owner.fetch(f"select id from public.{table} where tenant_id = $1 order by id", IDS["acme"])
        return str(rows[number % len(rows)]["id"]) if rows else IDS["nobodys"]


@dataclass(frozen=True)
class Pair:
    """Two worlds, and what their neighbours in the right one are."""

    left: World
    right: World
    neighbours: Neighbours
    acting: dict[str, asyncpg.Connection]
    """The connections of the right world's neighbours, by login."""


@dataclass
class Stage:
    """The server of one run, and the templates of its worlds."""

    postgres: Postgres
    processes: Processes
    directory: Path
    since: datetime
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def database(self, name: str) -> Database:
        """A database of the server."""
        assert self.postgres.port is not None
        return Database("127.0.0.1", self.postgres.port, name)

    @asynccontextmanager
    async def pair(self, neighbours: Neighbours, leak: str = "") -> AsyncIterator[Pair]:
        """Fresh worlds; `leak` is SQL that breaks the isolation in both, to see that it is noticed."""
        async with AsyncExitStack() as stack:
            left = await stack.enter_async_context(self._world("quiet", leak))
            right = await stack.enter_async_context(self._world(neighbours.name.lower(), leak))
            connect = right.database.connected
            acting = {
                "postgres": await stack.enter_async_context(connect()),
                "holder": await stack.enter_async_context(connect()),
                "palaver_worker": await stack.enter_async_context(connect("palaver_worker")),
            }
            yield Pair(left, right, neighbours, acting)

    @asynccontextmanager
    async def _world(self, template: str, leak: str) -> AsyncIterator[World]:
        name = f"{template}_{next(self._numbers)}"
        await copied(self.database("postgres"), template, name)
        database = self.database(name)
        try:
            async with database.connected() as owner:
                if leak:
                    await owner.execute(leak)
                yield World(database, owner, Normal(self.since))
        finally:
            await self.database("postgres").fetch(f"drop database {name} with (force)", role="supabase_admin")

    def lite(self, database: Database) -> SupabaseLite:
        """A Data API for a database."""
        node = installed_node()
        assert node is not None, "python -m tests.clients.install brings Node.js and Supabase Lite"
        return SupabaseLite(
            node=node,
            packages=LITE,
            directory=self.directory / f"lite_{database.name}",
            log=self.directory / f"lite_{database.name}.log",
            url=f"http://127.0.0.1:{free_port()}",
            keys=KEYS,
            database_url=self.postgres.url("supabase_lite", KEYS.lite_password, database.name),
            site_url="http://127.0.0.1",
        )


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """A throw-away server with the templates `quiet`, `crowd` and `nobody`."""
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], durable=False, report=lambda _: None
        ) as server,
    ):
        processes = Processes(directory / "processes.json")
        await processes.open()
        try:
            made = Stage(server, processes, directory, datetime.now(UTC))
            await _make_templates(made)
            yield made
        finally:
            await processes.close()


async def copied(maintenance: Database, template: str, name: str) -> None:
    """Make a database from another."""
    await maintenance.fetch(f"create database {name} template {template} owner postgres", role="supabase_admin")


async def _make_templates(made: Stage) -> None:
    maintenance, quiet = made.database("postgres"), made.database("quiet")
    await maintenance.fetch("create database quiet", role="supabase_admin")
    superuser = quiet.url("supabase_admin")
    await bootstrap.make_hosted(superuser, PASSWORDS["postgres"], KEYS.lite_password)
    # Lite makes the tables of schema auth its own way, and does not start on others.
    lite = await made.lite(quiet).start(made.processes, inherited(os.environ))
    await lite.stop(5)
    await made.processes.forget(lite.pid)
    await bootstrap.complete_auth(superuser)
    await migrate(quiet.url(), report=lambda _: None)
    await bootstrap.complete_auth(superuser)
    for role in ("palaver_worker", "authenticator"):
        await bootstrap.set_password(superuser, role, PASSWORDS[role])
    await seed(quiet.url())
    async with quiet.connected() as owner:
        await mark(owner)
        await owner.execute(OURS.read_text())
    made.since = datetime.now(UTC)
    for neighbours in Neighbours:
        await copied(maintenance, "quiet", neighbours.name.lower())
        async with made.database(neighbours.name.lower()).connected() as owner:
            await owner.execute(neighbours.value)
    for name in ("quiet", *(each.name.lower() for each in Neighbours)):
        async with made.database(name).connected() as owner:
            await owner.execute(_JOBS)
            await owner.execute(CHANGES.read_text())
