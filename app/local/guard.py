"""Stops the stack's processes if the stack itself is killed; run as a script, on the standard library alone.

The stack holds the other end of standard input and writes what to watch. When that end closes without "done",
the stack was killed: whatever is still watched is stopped, the newest first, as the stack would have done it.
A pipe works on every Unix, and survives the end of a thread, which Linux's parent-death signal takes for the
parent's.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

GRACE_SECONDS = 8.0


def main() -> None:
    """Follow the instructions on standard input until it ends."""
    # Ctrl-C and a closed terminal are the stack's to handle.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, bool] = {}
    for line in sys.stdin:
        match line.split():
            case ["watch", pid, kind]:
                watched[int(pid)] = kind == "group"
            case ["forget", pid]:
                watched.pop(int(pid), None)
            case ["done"]:
                return
    for pid, group in reversed(list(watched.items())):
        # PostgreSQL takes SIGINT for a fast stop, and SIGTERM for waiting until everybody has left.
        _stop(pid, group, signal.SIGTERM if group else signal.SIGINT)


def _stop(pid: int, group: bool, first: signal.Signals) -> None:
    try:
        os.kill(pid, first)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and _runs(pid):
            time.sleep(0.05)
        if group:
            os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except OSError:
        return True
    # One that nobody has collected yet still takes signals; its state is the first field after its name.
    return status.rpartition(")")[2].split()[0] != "Z"


if __name__ == "__main__":
    main()
