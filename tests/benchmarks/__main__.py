"""`python -m tests.benchmarks`: measures everything in one run, prints the ratios, and writes them to a file.

Parts can be named to run only those. Some run only when they are named: they fill a database at scale, or need none.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Final

from app.provisioning.oracles.tools import SCRIPTS
from tests.benchmarks import (
    configurations,
    extraction,
    fidelity,
    hostile,
    increments,
    memory,
    privacy,
    provisioning,
    queries,
    reading,
    refresh,
    round_trips,
    schemas,
    search,
    shares,
    streaming,
    turns,
)
from tests.benchmarks.ground import ROUNDS, Ground, ground
from tests.benchmarks.processes import raise_file_limit
from tests.benchmarks.report import Report

PARTS: Final[dict[str, Callable[[Ground, Report], Awaitable[None]]]] = {
    "streaming": streaming.measure,
    "turns": turns.measure,
    "memory": memory.measure,
    "increments": increments.measure,
    "round_trips": round_trips.measure,
    "reading": reading.measure,
}
AT_SCALE: Final[dict[str, Callable[[argparse.Namespace], Coroutine[None, None, int]]]] = {
    "queries": lambda given: queries.run(1_000_000, given.server_version, 200),
    "search": lambda given: search.run(1_000_000, given.server_version, 100),
    "refresh": lambda given: refresh.run(given.server_version, given.rounds, given.output, quick=given.quick),
    "privacy": lambda given: privacy.run(100_000, 1_000_000, given.server_version),
    "shares": lambda given: shares.run(1_000_000, given.server_version, 10),
    "extraction": lambda given: extraction.run(given.rounds),
    "hostile": lambda given: hostile.run(),
    "fidelity": lambda given: fidelity.run(given.apps, given.packages),
    "provisioning": lambda given: provisioning.run(given.server_version, 2 if given.quick else 4 * given.rounds),
    "schemas": lambda given: schemas.run(given.server_version, given.rounds),
    "compare": lambda given: configurations.run(configurations.PAIRS, given.rounds),
}


async def run(parts: list[str], server_version: int, rounds: int, output: Path, *, quick: bool) -> int:
    """Measure and report; the exit code."""
    report = Report()
    failures: list[str] = []
    started = time.perf_counter()
    raise_file_limit()
    report.warn_if_busy()
    async with ground(server_version, rounds, quick=quick) as place:
        report.say(await place.stage.describe())
        for name in parts:
            began = time.perf_counter()
            try:
                await PARTS[name](place, report)
            except (RuntimeError, TimeoutError) as error:
                failures.append(f"{name} could not be measured: {error or 'it takes too long.'}")
                report.say(failures[-1])
            print(f"({name} took {time.perf_counter() - began:.0f} s)\n", flush=True)
        findings = await place.findings()
    report.say(*(findings or ["Ledger, counters and answers of all turns that were made here agree to the token."]))
    report.say(
        f"{rounds} rounds in {(time.perf_counter() - started) / 60:.1f} minutes; medians, and from where to where."
    )
    report.close(output)
    return 1 if findings or failures else 0


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join([*PARTS, *AT_SCALE]))
    parser.add_argument(
        "--quick", action="store_true", help="try all parts in less than a minute; the figures say little"
    )
    parser.add_argument("--rounds", type=int, help=f"default {ROUNDS}")
    parser.add_argument("--version", type=int, default=18, choices=(16, 18), dest="server_version")
    parser.add_argument("--output", type=Path, default=Path("bench.md"))
    parser.add_argument(
        "--packages", type=Path, default=SCRIPTS, help="of fidelity: the directory with the real tools in node_modules"
    )
    options = parser.parse_args()
    # Directories of apps may follow fidelity.
    options.apps = [Path(part) for part in options.parts if part not in PARTS | AT_SCALE]
    options.parts = [part for part in options.parts if part in PARTS | AT_SCALE]
    if options.apps and ("fidelity" not in options.parts or not all(app.is_dir() for app in options.apps)):
        parser.error(f"{options.apps[0]} is none of {', '.join([*PARTS, *AT_SCALE])}, nor an app for fidelity.")
    if sys.platform != "linux":
        parser.error("It needs Linux: what processes spend is read from /proc.")
    options.rounds = options.rounds or (1 if options.quick else ROUNDS)
    status = 0
    if named := [name for name in PARTS if name in (options.parts or PARTS)]:
        status = asyncio.run(run(named, options.server_version, options.rounds, options.output, quick=options.quick))
    for name in AT_SCALE.keys() & options.parts:
        status |= asyncio.run(AT_SCALE[name](options))
    sys.exit(status)


if __name__ == "__main__":
    main()
