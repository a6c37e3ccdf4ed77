"""The programs that the stack starts: each in a session of its own, recorded, and never left behind.

A session of its own keeps Ctrl-C in the terminal away from them, so that they can be stopped in order. Should
we be killed, a guard process (see guard.py) notices and stops them; should that be killed too, the next run
finds the record.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.local.errors import LocalStackError

GUARD = Path(__file__).with_name("guard.py")
LOG_LINES_SHOWN = 15
LINE_WIDTH_SHOWN = 160
# Supabase Lite prints its keys as it starts.
SECRET = re.compile(r"(sb_secret_)\S+")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def command_line(pid: int) -> list[str]:
    """A process's arguments; empty when it is gone or not ours to see."""
    try:
        return list(psutil.Process(pid).cmdline())
    except psutil.Error:
        return []


def _started_at(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


@dataclass(frozen=True)
class Recorded:
    """A process as a later run can recognise it: an id alone may by then belong to somebody else.

    The command line would not do, since programs rename themselves (npm does).
    """

    name: str
    pid: int
    started_at: float

    def still_runs(self) -> bool:
        """Whether this very process still runs."""
        # The start time is derived from the boot time, which clock adjustments move a little.
        return alive(self.pid) and abs(_started_at(self.pid) - self.started_at) < 2


class Child:
    """A running program of the stack."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self.process = process

    @property
    def pid(self) -> int:
        """Its process id, which is that of its process group too."""
        return self.process.pid

    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.returncode is not None

    def check(self) -> None:
        """Raise with its last words if it has ended."""
        if self.ended():
            raise LocalStackError(
                f"{self.name} ended by itself (status {self.process.returncode}); the end of {self.log}:\n"
                f"{last_lines(self.log)}"
            )

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, insist after the grace time, and leave nothing of its process group."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), grace_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.process.wait()


def _new_file(path: Path) -> int:
    # Another user's file cannot be written to, but its entry in our directory can be replaced.
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def last_lines(log: Path, count: int = LOG_LINES_SHOWN) -> str:
    """The end of a log, indented for the terminal."""
    try:
        lines = SECRET.sub(r"\1…", log.read_text(errors="replace")).splitlines()
    except OSError:
        return "  (no log)"
    return "\n".join(f"  {line[:LINE_WIDTH_SHOWN]}" for line in lines[-count:]) or "  (empty)"


class Processes:
    """Starts programs, keeps the record of them in a file, and has the guard watch them."""

    def __init__(self, record: Path) -> None:
        self._path = record
        self._recorded: list[Recorded] = []
        self._guard: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Stop what an earlier run left behind, then post the guard."""
        await self._stop_leftovers()
        self._guard = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(GUARD)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    async def close(self) -> None:
        """Stop whatever still runs and dismiss the guard."""
        await _stop_all(self._recorded)
        if self._guard is not None:
            await self._tell_guard("done")
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            await self._guard.wait()
            self._guard = None
        self._path.unlink(missing_ok=True)

    async def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        cwd: Path,
    ) -> Child:
        """Start a program whose output goes to `log`, which is begun afresh."""
        descriptor = _new_file(log)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                env=dict(environment),
                cwd=cwd,
            )
        finally:
            os.close(descriptor)
        await self.watch(name, process.pid, group=True)
        return Child(name, process, log)

    async def watch(self, name: str, pid: int, *, group: bool = False) -> None:
        """Record a process and have the guard stop it (and its group) should we be killed."""
        self._recorded.append(Recorded(name, pid, _started_at(pid)))
        self._save()
        await self._tell_guard(f"watch {pid} {'group' if group else 'single'}")

    async def forget(self, pid: int) -> None:
        """A process has ended; its id may be somebody else's from now on."""
        self._recorded = [entry for entry in self._recorded if entry.pid != pid]
        self._save()
        await self._tell_guard(f"forget {pid}")

    def _save(self) -> None:
        entries = [vars(entry) for entry in self._recorded]
        partial = self._path.with_name(self._path.name + ".partial")
        partial.write_text(json.dumps(entries))
        partial.replace(self._path)

    async def _tell_guard(self, line: str) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        with contextlib.suppress(ConnectionError):
            self._guard.stdin.write(f"{line}\n".encode())
            await self._guard.stdin.drain()

    async def _stop_leftovers(self) -> None:
        try:
            entries = [Recorded(**entry) for entry in json.loads(self._path.read_text())]
        except (OSError, ValueError, TypeError):
            entries = []
        await _stop_all(entries)
        self._path.unlink(missing_ok=True)


async def _stop_all(entries: Sequence[Recorded]) -> None:
    for entry in reversed(entries):
        if entry.still_runs():
            await _stop_stranger(entry)


async def _stop_stranger(entry: Recorded) -> None:
    """Stop a process that is not our child: ask, wait up to ten seconds, insist."""
    for number, wait_seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(entry.pid, number)
        for _ in range(int(wait_seconds / 0.1)):
            if not entry.still_runs():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(entry.pid, signal.SIGKILL)
                return
            await asyncio.sleep(0.1)
    raise LocalStackError(f"{entry.name} of an earlier run (process {entry.pid}) could not be stopped.")
