"""Workers and the model server as processes of their own, which can be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from tests.world import JWT_SECRET, Database

PROJECT = Path(__file__).parents[2]
START_SECONDS = 60.0


class WorkerProcess:
    """`python -m app serve` on a port that stays the same from one start to the next."""

    def __init__(self, database: Database, port: int, directory: Path, **settings: str) -> None:
        self.base_url = f"http://127.0.0.1:{port}"
        self.deaths: list[float] = []
        """When it was killed or made to stand still (`time.monotonic()`)."""
        self._directory = directory
        self._log = directory / f"worker-{port}.log"
        self._settings = {
            "WORKER_DATABASE_URL": database.url("palaver_worker"),
            "SUPABASE_JWT_SECRET": JWT_SECRET,
            "PORT": str(port),
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace")

    async def start(self) -> None:
        """Start, and wait until it takes requests."""
        with self._log.open("ab") as log:
            self._process = await _python(
                "-m", "app", "serve", settings=self._settings, directory=self._directory, output=log.fileno()
            )
        give_up = time.monotonic() + START_SECONDS
        async with httpx2.AsyncClient(trust_env=False, timeout=2) as client:
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    await client.get(f"{self.base_url}/livez")
                    return
                assert self._process.returncode is None, self.log[-4000:]
                assert time.monotonic() < give_up, "the worker did not start"
                await asyncio.sleep(0.05)

    async def kill(self) -> float:
        """SIGKILL; when it was (`time.monotonic()`)."""
        self.deaths.append(time.monotonic())
        await self._end(signal.SIGKILL)
        return self.deaths[-1]

    async def terminate(self) -> None:
        """SIGTERM, and wait until it has drained."""
        await self._end(signal.SIGTERM)

    def pause(self) -> None:
        """SIGSTOP: silent, and yet alive."""
        assert self._process is not None
        self.deaths.append(time.monotonic())
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def aclose(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        await self._process.wait()


@asynccontextmanager
async def model_process(directory: Path) -> AsyncIterator[str]:
    """The model server; its base URL."""
    process = await _python(
        "-m", "tests.model_server", "--port", "0", settings={}, directory=directory, output=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield (await asyncio.wait_for(process.stdout.readline(), START_SECONDS)).decode().strip()
    finally:
        process.kill()
        await process.communicate()


async def _python(
    *arguments: str, settings: dict[str, str], directory: Path, output: int
) -> asyncio.subprocess.Process:
    """Python with these settings and no others; elsewhere than in the checkout, whose `.env` is the developer's."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=directory,
        env=environment | {"PYTHONPATH": str(PROJECT)} | settings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
    )
