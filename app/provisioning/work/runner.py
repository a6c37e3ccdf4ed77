"""Takes operations on apps' databases on and sees them to their end, one at a time for each database.

Whatever a worker that was killed has left, another one finds: an operation belongs to whoever has its lease.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from app import __version__
from app.database import Database
from app.encryption import SecretsKeys
from app.errors import OperationLost, PalaverError
from app.logs import get_logger
from app.metrics import Metrics
from app.provisioning.backups.backups import Backups
from app.provisioning.backups.tools import Tools
from app.provisioning.lines import Lines
from app.provisioning.server.app_server import AppServer
from app.provisioning.server.errors import AppServerError
from app.provisioning.work.connections import Connections, ShownAddress
from app.provisioning.work.job import Job, Report
from app.provisioning.work.lease import kept
from app.provisioning.work.operations.backup import backup
from app.provisioning.work.operations.change import change
from app.provisioning.work.operations.copy import copy
from app.provisioning.work.operations.provision import provision
from app.provisioning.work.operations.remove import remove, unremove
from app.provisioning.work.operations.restore import restore
from app.provisioning.work.operations.rotate import rotate
from app.provisioning.work.operations.work import Operation, Undone, Work
from app.provisioning.work.passwords import Passwords
from app.provisioning.work.planning import Planner
from app.provisioning.work.retention import Retention
from app.provisioning.work.upkeep import Upkeep
from app.settings import Settings

log = get_logger(__name__)

LEASE: Final = timedelta(minutes=1)
SWEEP_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 60.0
"""Between two looks at the sizes of all databases."""

AT_ONCE: Final = 8
"""Operations of one worker."""

EACH_AT_ONCE: Final = 6
"""Of one tenant's: whatever it asks for, there is a place for the others."""

LONG_AT_ONCE: Final = 4
EACH_LONG_AT_ONCE: Final = 2
"""Those that may take as long as a database is large leave places to those that somebody waits for."""

RETRY_SECONDS: Final = 15.0

OPERATIONS: Final[Mapping[str, Operation]] = {
    "provision": provision,
    "remove": remove,
    "unremove": unremove,
    "rotate": rotate,
    "change": change,
    "backup": backup,
    "restore": restore,
    "copy": copy,
}


def is_long(kind: str, arguments: Mapping[str, Any]) -> bool:
    """Whether an operation may take as long as its database is large."""
    return kind in ("backup", "restore", "copy") or (kind == "remove" and arguments.get("final") is True)


class Runner:
    """Lives as long as the worker. `operations`: what is done for each kind."""

    def __init__(
        self,
        database: Database,
        server: AppServer,
        passwords: Passwords,
        address: ShownAddress,
        backups: Backups | None = None,
        *,
        operations: Mapping[str, Operation] = OPERATIONS,
        lease: timedelta = LEASE,
        metrics: Metrics | None = None,
    ) -> None:
        self.worker: Final = f"worker-{uuid4()}"
        self._database = database
        self._server = server
        self._passwords = passwords
        self._address = address
        self._operations = operations
        self._backups = backups or Backups(server, Tools())
        self._lease = lease
        self._metrics = metrics or Metrics(__version__)
        self.planner: Final = Planner(server)
        self._upkeep = Upkeep(database, server)
        self._retention = Retention(database, self._backups)
        self._lines = Lines(AT_ONCE, EACH_AT_ONCE)
        self._long_lines = Lines(LONG_AT_ONCE, EACH_LONG_AT_ONCE)
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._regular: tuple[asyncio.Task[None], ...] = ()

    @classmethod
    def of(cls, settings: Settings, database: Database, metrics: Metrics | None = None) -> Runner | None:
        """As the settings say; None where they lack the server or the key, and no databases are made."""
        if settings.provisioner_database_url is None or settings.secrets_key is None:
            return None
        url, keys = settings.provisioner_database_url.get_secret_value(), SecretsKeys.of(settings.secrets_key)
        server = AppServer(url)
        return cls(
            database,
            server,
            Passwords(keys),
            ShownAddress.of(url, settings.apps_database_address, settings.apps_database_sslmode),
            Backups.of(settings, server, keys),
            metrics=metrics,
        )

    @property
    def connections(self) -> Connections:
        """What opens the databases that it makes."""
        return Connections(self._passwords, self._address)

    def does(self, kind: str) -> bool:
        """Whether operations of that kind are done here."""
        return kind in self._operations

    def open(self) -> None:
        """Begin to look for what others left."""
        # Apart, since an app can make a look last.
        self._regular = (
            asyncio.create_task(_again_and_again(self.sweep, SWEEP_SECONDS), name="apps-sweep"),
            asyncio.create_task(_again_and_again(self.look, LOOK_SECONDS), name="apps-look"),
        )

    async def drain(self, seconds: float) -> None:
        """Let what is being done end in that time; what has not then is left to another worker."""
        for task in self._regular:
            task.cancel()
        if self._regular:
            await asyncio.wait(self._regular)
        running = [*self._running.values()]
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    def start(self, operation_id: UUID, tenant_id: str | None = None, *, long: bool = False) -> asyncio.Task[None]:
        """Do that operation when it is its turn, if nobody else does; it goes on when nobody waits for it any more.

        `tenant_id`: in whose line it waits.
        """
        task = self._running.get(operation_id)
        if task is None:
            doing = self._run(operation_id, tenant_id, long=long)
            task = asyncio.create_task(doing, name=f"app-operation-{operation_id}")
            self._running[operation_id] = task
            task.add_done_callback(lambda _: self._running.pop(operation_id, None))
        return task

    def begin(self, operation: Mapping[str, Any]) -> asyncio.Task[None]:
        """The same with an operation's row."""
        long = is_long(operation["kind"], operation["arguments"])
        return self.start(UUID(operation["id"]), operation["tenant_id"], long=long)

    async def sweep(self) -> list[asyncio.Task[None]]:
        """Begin what waits for a worker; the tasks. Raises PalaverError."""
        return [
            self.start(
                row["operation_id"],
                str(row["tenant_id"]),
                long=is_long(row["kind"], msgspec.json.decode(row["arguments"])),
            )
            for row in await self._database.fetch("due_app_work")
        ]

    async def look(self) -> None:
        """Measure all databases and clean up now. Raises PalaverError and AppServerError."""
        try:
            found = await self._upkeep.look()
        except AppServerError:
            self._metrics.apps_server_up.set(0)
            raise
        self._metrics.apps_server_up.set(1)
        self._metrics.apps_unmatched.labels("left_over").set(found.left_over)
        self._metrics.apps_unmatched.labels("missing").set(found.missing)
        await self._retention.look()

    async def _run(self, operation_id: UUID, tenant_id: str | None, *, long: bool) -> None:
        async with self._long_lines.place(tenant_id) if long else nullcontext(), self._lines.place(tenant_id):
            try:
                asked = asyncio.get_running_loop().time()
                claimed = await self._database.fetch_row("claim_app_operation", self.worker, self._lease, operation_id)
                if claimed[0] is not None:
                    await self._do(Job.of(msgspec.json.decode(claimed[0])), asked)
            except OperationLost:
                log.warning("app_operation_lost", operation=str(operation_id))
            except PalaverError as error:
                # The lease runs out, and somebody goes on when the database can be asked again.
                log.warning("app_operation_broken_off", operation=str(operation_id), code=error.code)
            except Exception:
                log.exception("app_operation_broken_off", operation=str(operation_id))

    async def _do(self, job: Job, since: float) -> None:
        report = Report(self._database, job.operation_id, self.worker, self._lease)
        work = Work(job, report, self._server, self._passwords, self._address, self._backups)
        said = {"operation": str(job.operation_id), "kind": job.kind, "database": str(job.database_id)}
        try:
            async with kept(report.extend, self._lease, since):
                outcome = await self._operations[job.kind](work)
        except Undone as undone:
            self._metrics.app_operations.labels(job.kind, "failed").inc()
            log.warning("app_operation_failed", code=undone.error.code, sqlstate=undone.error.sqlstate, **said)
            await report.failed(undone.error.code, undone.error.detail, undone.changes)
        except AppServerError as error:
            self._metrics.app_operations.labels(job.kind, "put_off").inc()
            log.warning("app_operation_put_off", code=error.code, sqlstate=error.sqlstate, **said)
            seconds = RETRY_SECONDS * random.uniform(0.8, 1.2)
            await report.later(error.code, error.detail, seconds, waits=error.passes)
        else:
            await report.succeeded(outcome)
            self._metrics.app_operations.labels(job.kind, "succeeded").inc()
            log.info("app_operation_succeeded", **said)


async def _again_and_again(doing: Callable[[], Awaitable[object]], seconds: float) -> None:
    while True:
        try:
            await doing()
        except PalaverError as error:
            log.warning("apps_not_swept", code=error.code)
        except AppServerError as error:
            log.warning("apps_not_swept", code=error.code, sqlstate=error.sqlstate)
        except Exception:
            log.exception("apps_not_swept")
        # Workers that started together spread out.
        await asyncio.sleep(seconds * random.uniform(0.8, 1.2))
