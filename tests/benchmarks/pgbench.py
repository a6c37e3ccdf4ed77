"""Runs the embedded wheel's pgbench, the limit that a client in Python is compared with."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.stage import Stage
from tests.world import PASSWORDS

RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
PROCESSED = re.compile(r"^number of transactions actually processed: ([0-9]+)", re.MULTILINE)
FAILED = re.compile(r"number of failed transactions: [1-9]")


@dataclass(frozen=True)
class Outcome:
    """What pgbench got done."""

    processed: int
    per_second: float


async def pgbench(
    place: Stage, role: str, *scripts: str, clients: int, seconds: float, claims: Mapping[str, str] | None = None
) -> Outcome:
    """Run scripts, in turns at random, from so many clients, their statements prepared; claims hold for a session."""
    with tempfile.TemporaryDirectory(prefix="palaver-bench-") as directory:
        paths = [Path(directory) / f"{number}.sql" for number in range(len(scripts))]
        for path, script in zip(paths, scripts, strict=True):
            path.write_text(script)
        database = place.database
        command = [str(place.pgbench), "--no-vacuum", "-M", "prepared"]
        command += [option for path in paths for option in ("-f", str(path))]
        command += ["-c", str(clients), "-j", str(min(clients, 2)), "-T", str(max(round(seconds), 1))]
        command += ["-h", database.host, "-p", str(database.port), "-U", role, database.name]
        environment = {**os.environ, "PGPASSWORD": PASSWORDS[role]}
        if claims is not None:
            environment["PGOPTIONS"] = f"-c request.jwt.claims={json.dumps(claims, separators=(',', ':'))}"
        child = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = (output.decode() for output in await child.communicate())
    rate, processed = RATE.search(out), PROCESSED.search(out)
    if child.returncode != 0 or rate is None or processed is None or FAILED.search(out):
        raise RuntimeError(f"pgbench failed: {err.strip() or out.strip()}")
    return Outcome(int(processed[1]), float(rate[1]))
