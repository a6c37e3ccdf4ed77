"""Runs the embedded wheel's pgbench, the limit that a client in Python is compared with."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.stage import Stage
from tests.world import PASSWORDS

_PROGRESS: Final = re.compile(r"^progress: [0-9.]+ s, ([0-9.]+) tps", re.MULTILINE)
_FAILED: Final = re.compile(r"number of failed transactions: [1-9]")


async def pgbench(
    place: Stage,
    role: str,
    script: str,
    clients: int,
    seconds: int,
    variables: Mapping[str, object] | None = None,
) -> float:
    """Transactions a second of so many clients, their statements prepared.

    Seconds before that are left out of the rate: every connection first plans what the functions do.
    """
    warm_up = 1 + clients // 32
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        path = Path(directory) / "script.sql"
        path.write_text(script)
        database = place.database
        command = [str(place.pgbench), "--no-vacuum", "-M", "prepared", "-P", "1", "-f", str(path)]
        command += ["-c", str(clients), "-j", str(min(clients, 2)), "-T", str(warm_up + seconds)]
        command += [option for name, value in (variables or {}).items() for option in ("-D", f"{name}={value}")]
        command += ["-h", database.host, "-p", str(database.port), "-U", role, database.name]
        environment = {**os.environ, "PGPASSWORD": PASSWORDS[role]}
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = (output.decode() for output in await child.communicate())
    rates = [float(rate) for rate in _PROGRESS.findall(err)][warm_up:]
    if child.returncode != 0 or not any(rates) or _FAILED.search(out):
        raise RuntimeError(f"pgbench failed: {err.strip() or out.strip()}")
    return statistics.mean(rates)
