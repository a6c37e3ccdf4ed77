"""The whole of Palaver on one machine: PostgreSQL, Supabase Lite, migrations, demo data, worker."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from app.local import bootstrap
from app.local.environment import inherited, with_given
from app.local.errors import LocalStackError
from app.local.node import Node, find_node, install_packages, installed_node, packages_are_installed
from app.local.postgres import DEFAULT_VERSION, Postgres, binaries
from app.local.processes import Child, Processes, last_lines
from app.local.progress import Progress
from app.local.state import Keys, State, port_is_free
from app.local.supabase_lite import NAME as LITE
from app.local.supabase_lite import SupabaseLite, wait_until_answers
from app.migrations import migrate
from app.seeding import seed

PROJECT = Path(__file__).parents[2]
WORKER = "Worker"
WORKER_START_SECONDS = 60
STOP_SECONDS = {WORKER: 20.0, LITE: 5.0}

P = ParamSpec("P")
T = TypeVar("T")


class Stack:
    """The one-machine stack; started on entry, stopped on exit.

    `settings` are the settings of the contract, as in `local.env`; `sign_ins` the demo people. A database or
    Supabase port of 0 takes a free one. `worker=False` leaves the worker out, for tests that bring their own;
    `packages` is a directory for npm packages that several stacks can share; `durable=False` is for data that is
    thrown away.
    """

    def __init__(
        self,
        directory: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        worker: bool = True,
        database_port: int = 0,
        supabase_port: int = 0,
        packages: Path | None = None,
        version: int = DEFAULT_VERSION,
        durable: bool = True,
        progress: Progress | None = None,
    ) -> None:
        self.state = State(directory)
        self.host, self.port = host, port
        self.settings: dict[str, str] = {}
        self.sign_ins: list[bootstrap.SignIn] = []
        self.postgres: Postgres | None = None
        self.lite: Child | None = None
        self.worker: Child | None = None
        self._with_worker = worker
        self._preferred_ports = {"database": database_port, "supabase": supabase_port}
        self._packages = packages or self.state.directory / "node"
        self._version, self._durable = version, durable
        self._progress = progress or Progress()
        self._processes: Processes | None = None
        self._environment = inherited(os.environ)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def worker_url(self) -> str:
        """Where to reach the worker from this machine."""
        here = reachable(self.host)
        return f"http://[{here}]:{self.port}" if ":" in here else f"http://{here}:{self.port}"

    async def start(self) -> None:
        """Start everything, in order; after a failure, `stop` cleans up."""
        self.state.open()
        self._processes = processes = Processes(self.state.processes)
        await processes.open()
        if self._with_worker and not port_is_free(self.host, self.port):
            raise LocalStackError(
                f"Port {self.port} is taken by another program: end that, or choose another port with PORT=…"
            )
        keys, postgres = await self._start_postgres(processes)
        node = await self._prepare_node(processes)
        lite = SupabaseLite(
            node=node,
            packages=self._packages,
            directory=self.state.directory / "lite",
            log=self.state.logs / "supabase-lite.log",
            url=self.settings["SUPABASE_URL"],
            keys=keys,
            database_url=postgres.url("supabase_lite", keys.lite_password),
            site_url=self.worker_url,
        )
        await self._prepare_database(processes, postgres, lite, keys)
        with self._progress.step(LITE):
            self.lite = await lite.start(processes, self._environment)
            await bootstrap.complete_auth(postgres.url())
            await lite.serve_first(self.lite)
        if self._with_worker:
            with self._progress.step(WORKER):
                await self._start_worker(processes)

    async def stop(self) -> None:
        """Stop what runs, in the opposite order, and give the state directory back; safe to repeat."""
        if self._processes is None:
            self.state.close()
            return
        for child in (self.worker, self.lite):
            if child is not None:
                with self._progress.step(f"Stopping {child.name}"):
                    await self._end(child, STOP_SECONDS[child.name])
        self.worker = self.lite = None
        if self.postgres is not None and await in_thread(self.postgres.running):
            with self._progress.step("Stopping PostgreSQL"):
                await in_thread(self.postgres.stop)
        await self._processes.close()
        self._processes = None
        self.state.close()

    async def wait(self) -> None:
        """Wait for as long as everything runs; raise when something ends by itself."""
        while True:
            for child in (self.worker, self.lite):
                if child is not None:
                    child.check()
            if self.postgres is not None and not await in_thread(self.postgres.running):
                log = self.postgres.log
                raise LocalStackError(f"PostgreSQL ended by itself; the end of {log}:\n{last_lines(log)}")
            await asyncio.sleep(0.5)

    async def _start_postgres(self, processes: Processes) -> tuple[Keys, Postgres]:
        data = self.state.directory / "postgres"
        keys = self.state.keys(data_exists=data.exists())
        postgres = Postgres(
            data,
            password=keys.superuser_password,
            version=self._version,
            durable=self._durable,
            log=self.state.logs / "postgres.log",
            report=self._progress.say,
        )
        # Before the ports are chosen: a server left by a killed run holds the one we want.
        await in_thread(postgres.stop)
        ports = self.state.ports(self._preferred_ports)
        postgres.port = ports["database"]
        backups = self.state.directory / "backups"
        backups.mkdir(mode=0o700, exist_ok=True)
        self.settings = {
            "DATABASE_URL": postgres.url("postgres", keys.owner_password),
            "WORKER_DATABASE_URL": postgres.url("palaver_worker", keys.worker_password),
            "PROVISIONER_DATABASE_URL": postgres.url("palaver_provisioner", keys.provisioner_password),
            "APPS_BACKUP_DIRECTORY": str(backups),
            "APPS_POSTGRES_BIN_DIRECTORY": str(binaries(self._version)),
            "SECRETS_KEY": with_given(keys.secrets_key, self._environment, PROJECT / ".env"),
            "SUPABASE_URL": f"http://127.0.0.1:{ports['supabase']}",
            "SUPABASE_PUBLISHABLE_KEY": keys.publishable_key,
            "SUPABASE_SECRET_KEY": keys.secret_key,
            "SUPABASE_JWT_SECRET": keys.jwt_secret,
            "HOST": self.host,
            "PORT": str(self.port),
        }
        self.state.write_local_env(self.settings)
        with self._progress.step(f"PostgreSQL {self._version}"):
            await in_thread(postgres.create)
            self.postgres = postgres
            await in_thread(postgres.start, ports["database"])
            pid = postgres.pid()
            if pid is not None:
                await processes.watch("PostgreSQL", pid)
        return keys, postgres

    async def _prepare_node(self, processes: Processes) -> Node:
        async def run(name: str, command: list[str | Path], environment: dict[str, str], directory: Path) -> int:
            log = self.state.logs / f"{name}.log"
            child = await processes.start(name, command, log=log, environment=environment, cwd=directory)
            try:
                status = await child.process.wait()
            finally:
                await self._end(child, 1)
            if status != 0:
                self._progress.say(f"{name} failed; the end of {log}:\n{last_lines(log)}")
            return status

        if packages_are_installed(self._packages) and (node := await in_thread(installed_node)):
            return node
        with self._progress.step("Node packages"):
            node = await find_node(run, self._environment, self.state.directory)
            await install_packages(node, self._packages, run, self._environment)
        return node

    async def _prepare_database(self, processes: Processes, postgres: Postgres, lite: SupabaseLite, keys: Keys) -> None:
        owner_url = self.settings["DATABASE_URL"]
        if not await bootstrap.make_hosted(postgres.url(), keys.owner_password, keys.lite_password):
            with self._progress.step("Auth tables"):
                await self._end(await lite.start(processes, self._environment), STOP_SECONDS[LITE])
        await bootstrap.complete_auth(postgres.url())
        with self._progress.step("Migrations"):
            await migrate(owner_url, report=lambda line: self._progress.say(f"    {line}"))
            await bootstrap.set_password(owner_url, "palaver_worker", keys.worker_password)
            await bootstrap.serve_apps(postgres.url(), keys.provisioner_password)
        if not await bootstrap.has_tenants(owner_url):
            with self._progress.step("Demo data"):
                await seed(owner_url)
        self.sign_ins = await bootstrap.demo_sign_ins(owner_url)

    async def _start_worker(self, processes: Processes) -> None:
        self.worker = await processes.start(
            WORKER,
            [sys.executable, "-m", "app", "serve"],
            log=self.state.logs / "worker.log",
            environment=self._environment | self.settings | {"PYTHONUNBUFFERED": "1"},
            cwd=PROJECT,
        )
        await wait_until_answers(self.worker, f"{self.worker_url}/readyz", WORKER_START_SECONDS)

    async def _end(self, child: Child, grace_seconds: float) -> None:
        await child.stop(grace_seconds)
        if self._processes is not None:
            await self._processes.forget(child.pid)


def reachable(host: str) -> str:
    """An address at which this machine reaches a server that listens on `host`."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking call in a thread; cancelled, still wait for it, since a thread cannot be stopped."""
    task = asyncio.create_task(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
