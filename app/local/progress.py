"""What the person at the terminal sees while the stack starts and stops."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 34


class Progress:
    """One line for each step, with its time; silent when there is nowhere to write."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = sys.stdout if out is None else out
        self._open_line = False

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step while it runs, and how long it took or that it failed."""
        self._write(f"  {title:<{WIDTH}}")
        self._open_line = True
        started = time.monotonic()
        try:
            yield
        except BaseException:
            self._finish(title, "stopped")
            raise
        self._finish(title, f"{time.monotonic() - started:5.1f} s")

    def say(self, text: str) -> None:
        """A line of its own, also in the middle of a step."""
        if self._open_line:
            self._write("\n")
            self._open_line = False
        self._write(f"{text}\n")

    def _finish(self, title: str, outcome: str) -> None:
        self._write(f"{outcome}\n" if self._open_line else f"  {title:<{WIDTH}}{outcome}\n")
        self._open_line = False

    def _write(self, text: str) -> None:
        # A closed terminal must not keep the stack from stopping in order.
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):
            return
