"""Fills the disk of the server for apps, and then that of the backups, and looks at what is done to databases there.

Each is a file system in memory of its own, so that this needs a superuser of the system.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.caller import Caller
from app.database import Database as Pool
from app.encryption import SecretsKeys
from app.errors import PalaverError
from app.local.bootstrap import serve_apps
from app.local.postgres import Postgres, binaries
from app.metrics import Metrics
from app.provisioning.app_changes import Changes
from app.provisioning.apps import Apps
from app.provisioning.backups.backups import Backups
from app.provisioning.backups.store import Store
from app.provisioning.backups.tools import Tools
from app.provisioning.backups.vault import Vault
from app.provisioning.changes.plan import Choices
from app.provisioning.extraction.sandbox import Given
from app.provisioning.intake import Intake
from app.provisioning.server.app_server import AppServer
from app.provisioning.work.connections import ShownAddress
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.runner import Runner
from tests.faults.stage import ADA, Stage, stage
from tests.world import server_directory

PASSWORD: Final = "provisioner-password"
KEYS: Final = SecretsKeys([bytes(32)])
SERVER_MEGABYTES: Final = 600
BACKUPS_MEGABYTES: Final = 64
LEFT_BYTES: Final = 1 << 20
LEFT_FOR_A_DATABASE: Final = 12 << 20
"""An empty one, and not what is in that of the trial."""

SECONDS: Final = 120.0
ROWS: Final = 400_000
MODEL: Final = "model Item {\n  id Int @id\n  name String\n  note String?\n}\n"
INDEXED: Final = MODEL.replace("}", "  @@index([name])\n}")
WITHOUT_NOTE: Final = MODEL.replace("  note String?\n", "")
LEFT_OVER: Final = """
    select datname from pg_database where datname ~ '^(scratch_|app_.*_(next|former)$)' union all
    select rolname from pg_roles where rolname ~ '^(scratch|hand)_'
"""


@contextmanager
def disk(directory: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size."""
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", directory], check=True)
    try:
        yield directory
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


@contextmanager
def full(directory: Path, left: int = LEFT_BYTES) -> Iterator[None]:
    """There is no more room than `left` until the block ends."""
    ballast, there = directory / "ballast", os.statvfs(directory)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(there.f_bavail * there.f_frsize - left, 1))
    try:
        yield
    finally:
        ballast.unlink()


@dataclass
class Trial:
    """Ada's apps on a server whose disk can be full; what did not hold."""

    stage: Stage
    pool: Pool
    server: AppServer
    postgres: Postgres
    shelf: Path
    caller: Caller
    runner: Runner
    wrong: list[str] = field(default_factory=list)

    @property
    def apps(self) -> Apps:
        return Apps(self.pool, self.runner)

    @property
    def changes(self) -> Changes:
        return Changes(self.pool, self.apps, self.runner.planner)

    async def app(self) -> UUID:
        """An app with a schema of one table."""
        app_id: UUID = await self.stage.database.value(
            "insert into public.generated_apps (tenant_id, owner_id, name)"
            " select u.tenant_id, u.id, 'App' from public.users as u where u.auth_id = $1 returning id",
            ADA,
            role="supabase_admin",
        )
        await self.revise(app_id, MODEL)
        return app_id

    async def revise(self, app_id: UUID, model: str) -> UUID:
        """The revision with that schema."""
        given = Given(files={"prisma/schema.prisma": model})
        return (await Intake(self.pool).keep(self.caller, app_id, given, empty=False)).id

    async def do(self, app_id: UUID, kind: str, **arguments: object) -> str:
        """Do an operation to its end; `done`, or the code with which it failed."""
        asked = await self.apps.request(self.caller, app_id, "production", kind, arguments)
        assert asked.operation_id is not None
        return await self.end(asked.operation_id)

    async def end(self, operation_id: UUID) -> str:
        operation = await self.apps.ended(self.caller, operation_id, SECONDS)
        if operation is None:
            return "NOT ENDED"
        return "done" if operation["state"] == "succeeded" else str(operation["error_code"])

    async def change(self, app_id: UUID, model: str) -> str:
        """Plan and carry out all of a change; `done`, or the code with which it failed."""
        try:
            change = await self.changes.plan(
                self.caller, app_id, "production", await self.revise(app_id, model), Choices()
            )
            every = [step["number"] for step in change["steps"]]
            asked = await self.changes.apply(self.caller, change, "production", change["digest"], every)
        except PalaverError as error:
            return str(error.extra.get("reason", error.code))
        return "done" if asked.operation_id is None else await self.end(asked.operation_id)

    async def columns(self, app_id: UUID) -> int:
        """How many columns and indexes the app's table has, as the app sees them, with all rows there."""
        connection = await self.opened(app_id)
        try:
            assert await connection.fetchval('select count(*) from "Item"') == ROWS
            return int(
                await connection.fetchval(
                    "select count(*) + (select count(*) from pg_indexes where tablename = 'Item')"
                    " from information_schema.columns where table_name = 'Item'"
                )
            )
        finally:
            await connection.close()

    async def opened(self, app_id: UUID) -> asyncpg.Connection:
        """An app's connection to its database."""
        opens = await self.apps.connection(self.caller, app_id, "production")
        return await asyncpg.connect(opens["connectionString"])

    async def crash(self, connection: asyncpg.Connection) -> None:
        """Write to the log until the server has no room for it, and ends."""
        try:
            while True:
                await connection.execute("select pg_logical_emit_message(false, 'x', repeat('x', 1000000))")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            print(f"the server ended: {type(error).__name__}", flush=True)
        finally:
            connection.terminate()

    async def go_on(self) -> None:
        """Start the server, where it did not come back by itself, and take on what was put off."""
        if not self.postgres.running():
            print("the server did not come back by itself", flush=True)
            self.postgres.start(self.postgres.port)
        await self.stage.database.fetch("update public.app_operations set due_at = now()", role="supabase_admin")
        await asyncio.gather(*await self.runner.sweep())

    def hold(self, what: str, found: object, wanted: object) -> None:
        """Say what was found, and note what should have been otherwise."""
        print(f"{'' if found == wanted else 'WRONG: '}{what}: {found}", flush=True)
        if found != wanted:
            self.wrong.append(f"{what}: {found}, not {wanted}")

    async def left(self) -> list[str]:
        """What is on the server, and should not be."""
        connection = await asyncpg.connect(self.postgres.url())
        try:
            found = [row[0] for row in await connection.fetch(LEFT_OVER)]
            oids = {str(row[0]) for row in await connection.fetch("select oid from pg_database")}
        finally:
            await connection.close()
        base = self.postgres.data_dir / "base"
        return found + [f"base/{path.name}" for path in base.iterdir() if path.name.isdigit() and path.name not in oids]

    @property
    def files(self) -> int:
        return sum(path.name != "ballast" for path in self.shelf.iterdir())


async def trial(at: Trial) -> None:
    """All of it."""
    first = await at.app()
    at.hold("with room, provision", await at.do(first, "provision"), "done")
    connection = await at.opened(first)
    await connection.execute(f'insert into "Item" select n, md5(n::text) from generate_series(1, {ROWS}) as n')
    await connection.close()
    at.hold("with room, backup", await at.do(first, "backup"), "done")
    (kept,) = await at.apps.backups(at.caller, first, 10, None)
    size, second = await at.columns(first), await at.app()

    with full(at.postgres.data_dir.parent):
        at.hold("full, provision", await at.do(second, "provision"), "APP_SERVER_FULL")
        at.hold("full, change", await at.change(first, INDEXED), "APP_SERVER_FULL")
        at.hold("full, backup", await at.do(first, "backup"), "APP_SERVER_FULL")
        at.hold("full, restore", await at.do(first, "restore", backup_id=kept["id"]), "APP_SERVER_FULL")
        at.hold("full, the app is as it was", await at.columns(first), size)
        at.hold("full, left over", await at.left(), [])
        at.hold("full, databases", len(set((await at.server.objects()).values())), 1)
        at.hold("full, files of backups", at.files, 1)
        at.hold("full, rotate", await at.do(first, "rotate"), "done")
    with full(at.postgres.data_dir.parent, LEFT_FOR_A_DATABASE):
        at.hold("nearly full, change", await at.change(first, INDEXED), "APP_SERVER_FULL")
        at.hold("nearly full, backup", await at.do(first, "backup"), "BACKUP_REFUSED")
        at.hold("nearly full, restore", await at.do(first, "restore", backup_id=kept["id"]), "BACKUP_REFUSED")
        at.hold("nearly full, the app is as it was", await at.columns(first), size)
        at.hold("nearly full, left over", await at.left(), [])
        at.hold("nearly full, files of backups", at.files, 1)
    for what, done in (
        ("provision", at.do(second, "provision")),
        ("change", at.change(first, INDEXED)),
        ("backup", at.do(first, "backup")),
        ("restore", at.do(first, "restore", backup_id=kept["id"])),
    ):
        at.hold(f"with room again, {what}", await done, "done")
    at.hold("restored", await at.columns(first), size)

    with full(at.shelf, 1 << 14):
        count = at.files
        at.hold("no room for backups, backup", await at.do(first, "backup"), "BACKUP_STORE_FAILED")
        at.hold("no room for backups, change", await at.change(first, WITHOUT_NOTE), "BACKUP_STORE_FAILED")
        restore = await at.do(first, "restore", backup_id=kept["id"])
        at.hold("no room for backups, restore", restore, "BACKUP_STORE_FAILED")
        at.hold("no room for backups, the app is as it was", await at.columns(first), size)
        at.hold("no room for backups, files", at.files, count)
        at.hold("no room for backups, left over", await at.left(), [])
    at.hold("room for backups again, backup", await at.do(first, "backup"), "done")
    at.hold("room for backups again, change", await at.change(first, WITHOUT_NOTE), "done")

    third, connection = await at.app(), await at.opened(first)
    with full(at.postgres.data_dir.parent, 0):
        await at.crash(connection)
        asked = await at.apps.request(at.caller, third, "production", "provision", {})
        assert asked.operation_id is not None
        await at.runner.start(asked.operation_id)
    await at.go_on()
    at.hold("after a crash for want of room, provision", await at.end(asked.operation_id), "done")
    await at.columns(first)
    at.hold("after a crash for want of room, left over", await at.left(), [])


@asynccontextmanager
async def staged(directory: Path) -> AsyncIterator[Trial]:
    """A server for apps and a directory for backups, each on a disk of its own."""
    with (
        disk(directory / "server", SERVER_MEGABYTES) as place,
        disk(directory / "backups", BACKUPS_MEGABYTES) as shelf,
        Postgres(place / "data", password="superuser-password", report=lambda _: None) as postgres,
    ):
        async with stage() as made:
            await serve_apps(postgres.url(), PASSWORD)
            url = postgres.url("palaver_provisioner", PASSWORD)
            pool = Pool(made.database.url("palaver_worker"), size=8, timeout=10, metrics=Metrics("full", frozenset()))
            await pool.open()
            server = AppServer(url)
            backups = Backups(server, Tools(binaries(postgres.version)), Vault(Store(shelf), KEYS))
            runner = Runner(pool, server, Passwords(KEYS), ShownAddress.of(url), backups)
            await made.database.fetch("update public.tenants set app_plan = 'business'", role="supabase_admin")
            claims = json.dumps({"role": "authenticated", "sub": str(ADA)}, sort_keys=True)
            try:
                yield Trial(made, pool, server, postgres, shelf, Caller(ADA, claims, "", float("inf")), runner)
            finally:
                await runner.drain(0)
                await pool.close()


async def _run() -> list[str]:
    with server_directory() as directory:
        async with staged(directory) as at:
            with contextlib.suppress(KeyboardInterrupt):
                await trial(at)
            return at.wrong


def main() -> int:
    """Run; 1 if anything did not hold."""
    if os.geteuid() != 0:
        print("this mounts file systems, so that it needs root", file=sys.stderr)
        return 2
    began = time.monotonic()
    wrong: list[Any] = asyncio.run(_run())
    print(f"full: {len(wrong)} faults in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0
