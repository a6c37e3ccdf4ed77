"""Child processes on cores of their own, and what they spend (Linux, /proc)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE")
ROOT = Path(__file__).parents[2]
ALL_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = ALL_CORES[-1:]
"""Where what is measured runs, alone; everything else runs on the others, if there are any."""
OTHER_CORES = ALL_CORES[:-1] or ALL_CORES


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, of all its threads; 0 once it is gone."""
    spent = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            spent += int(Path(f"/proc/{pid}/task/{task}/schedstat").read_bytes().split()[0])
    return spent / 1e9


def busy_seconds(core: int) -> float:
    """Time that a core has been at work so far, whoever for; 0 where the system does not say."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *ticks = line.split()
        if name == f"cpu{core}":
            # user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
            return (sum(map(int, ticks[:8])) - int(ticks[3]) - int(ticks[4])) / os.sysconf("SC_CLK_TCK")
    return 0


def resident_bytes(pid: int) -> int:
    """Resident memory of a process now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def bind(pid: int, cores: Collection[int]) -> None:
    """Let a process and its children run on these cores only; what they start later inherits that."""
    for each in (pid, *children(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(each, cores)


def raise_file_limit() -> int:
    """Allow this process and its children as many open files as may be; returns how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@asynccontextmanager
async def process(
    command: Sequence[str], cores: Collection[int], environment: Mapping[str, str] | None = None, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child on these cores; told to end afterwards, and killed if it does not."""
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    child = await asyncio.create_subprocess_exec(
        *command,
        env={**inherited, "PYTHONPATH": str(ROOT), **(environment or {})},
        start_new_session=True,
        **options,
    )
    os.sched_setaffinity(child.pid, cores)
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), 15)
        except TimeoutError:
            child.kill()
            await child.wait()


def module(name: str, *arguments: object) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", name, *map(str, arguments)]


async def listening(child: asyncio.subprocess.Process, port: int, seconds: float = 60) -> None:
    """Return once somebody listens there. Raises TimeoutError, or RuntimeError if the child has ended."""
    async with asyncio.timeout(seconds):
        while True:
            if child.returncode is not None:
                raise RuntimeError(f"The server ended with status {child.returncode} before it listened.")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
