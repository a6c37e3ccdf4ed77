"""A worker as its operator runs it, a process of its own, with every line of its log kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import httpx2

PROJECT: Final = Path(__file__).parents[3]
SERVE: Final = ("app", "serve")
_OWN: Final = "watcher-"
"""Begins the request ids of what is asked here, apart from what is tried."""

_STARTED: Final = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
_PATIENCE_SECONDS: Final = 20


class Process:
    """`python -m app serve`, or another module that serves, on a free port."""

    def __init__(self, settings: Mapping[str, str], module: Sequence[str] = SERVE) -> None:
        self._settings = {
            "PALAVER_ENV": "production",
            "LOG_LEVEL": "DEBUG",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "SHUTDOWN_GRACE_SECONDS": "1",
            **settings,
        }
        self._module = module
        self._changed = threading.Condition()
        self._ended = False
        self.lines: list[str] = []
        """All that was written to standard output and standard error."""
        self._client = httpx2.Client(headers={"X-Request-Id": f"{_OWN}asks"}, trust_env=False)

    def __enter__(self) -> Self:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self._module],
            env={**kept, "PYTHONPATH": str(PROJECT), **self._settings},
            # Not the checkout, whose .env is none of ours.
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._reader = threading.Thread(target=self._read, name="worker-log")
        self._reader.start()
        try:
            self._client.base_url = httpx2.URL(self._wait_for(_STARTED)[1])
        except BaseException:
            self.stop()
            raise
        return self

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return str(self._client.base_url).rstrip("/")

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it as an operator does."""
        self._client.close()
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        finally:
            self._process.kill()
            self._reader.join()

    def settle(self) -> None:
        """Return when the log holds the lines of all requests that were answered."""
        # The worker's loop has some turns to take between the last byte of a stream and its line.
        for _ in range(4):
            name = f"{_OWN}{uuid4()}"
            self._client.get("/livez", headers={"X-Request-Id": name})
            self._wait_for(re.compile(name))

    def metrics(self) -> str:
        """What it has measured."""
        return self._client.get("/metrics").text

    def description(self) -> Any:
        """Its OpenAPI document."""
        return self._client.get("/openapi.json").json()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                with self._changed:
                    self.lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _wait_for(self, pattern: re.Pattern[str]) -> re.Match[str]:
        read = 0
        with self._changed:
            while not self._ended:
                for line in self.lines[read:]:
                    if found := pattern.search(line):
                        return found
                read = len(self.lines)
                if not self._changed.wait(_PATIENCE_SECONDS):
                    break
            raise RuntimeError("the worker did not say what was waited for:\n" + "".join(self.lines[-20:]))


def event(line: str) -> dict[str, Any] | None:
    """The event of a line of the log, None if it holds none."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "event" in value else None


def is_request(told: dict[str, Any]) -> bool:
    """Whether an event of the log tells of a request that was tried."""
    return told["event"] == "request" and not str(told["request_id"]).startswith(_OWN)
