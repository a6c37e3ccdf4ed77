"""Programs of the stack: stopped whole, recognised later, and not left behind when the stack is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.local.errors import LocalStackError
from app.local.processes import Child, Processes, Recorded, alive, last_lines

PROJECT = Path(__file__).parents[2]
SLEEPER = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; child = subprocess.Popen(['sleep', '600']);"
    " print(child.pid, flush=True); time.sleep(600)",
]


async def until_dead(pid: int, seconds: float = 10) -> bool:
    """Watch for a process to end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while alive(pid):
                await asyncio.sleep(0.02)
    return not alive(pid)


async def first_line(log: Path) -> str:
    async with asyncio.timeout(10):
        while not log.read_text().endswith("\n"):
            await asyncio.sleep(0.02)
    return log.read_text().splitlines()[0]


async def launch(processes: Processes, command: list[str], log: Path) -> Child:
    return await processes.start("Sleeper", command, log=log, environment=os.environ, cwd=log.parent)


async def test_stopping_takes_grandchildren_along(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    await processes.open()
    child = await launch(processes, PARENT, tmp_path / "log")
    grandchild = int(await first_line(tmp_path / "log"))
    assert os.getsid(child.pid) == child.pid
    await child.stop(5)
    await processes.close()
    assert await until_dead(grandchild)


async def test_a_child_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    await processes.open()
    child = await launch(processes, [sys.executable, "-c", "print('the disk is full'); exit(3)"], tmp_path / "log")
    await child.process.wait()
    await processes.close()
    with pytest.raises(LocalStackError, match=r"(?s)Sleeper ended by itself \(status 3\).*the disk is full"):
        child.check()


def test_keys_stay_out_of_what_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Secret key  sb_secret_abcdef\n")
    assert "abcdef" not in last_lines(log)


async def test_what_an_earlier_run_left_is_stopped(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    earlier = Processes(record)
    child = await launch(earlier, SLEEPER, tmp_path / "log")
    later = Processes(record)
    await later.open()
    assert await until_dead(child.pid)
    await child.process.wait()
    await later.close()
    assert not record.exists()


async def test_a_stranger_with_a_recorded_id_is_spared() -> None:
    with subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL) as stranger:
        recorded = Recorded("Sleeper", stranger.pid, 12345.0)
        assert not recorded.still_runs()
        stranger.kill()


async def test_the_guard_stops_everything_when_the_stack_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, os, sys
        from pathlib import Path
        from app.local.processes import Processes

        async def main():
            here = Path(sys.argv[1])
            processes = Processes(here / "processes.json")
            await processes.open()
            command = [sys.executable, "-c", "import time; time.sleep(600)"]
            child = await processes.start("it", command, log=here / "log", environment=os.environ, cwd=here)
            print(child.pid, flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as stack:
        assert stack.stdout is not None
        child = int(stack.stdout.readline())
        assert alive(child)
        stack.send_signal(signal.SIGKILL)
        assert await until_dead(child)
