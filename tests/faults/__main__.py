"""`python -m tests.faults`: kills workers under load, many times, and holds what people saw against what was kept."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import full, provisioning
from tests.faults.run import Run, run
from tests.faults.stage import stage
from tests.faults.verdict import spread


def main() -> int:
    """Run, print a summary; 1 if anything did not hold."""
    if sys.argv[1:2] == ["provisioning"]:
        return provisioning.main()
    if sys.argv[1:2] == ["full"]:
        return full.main()
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="`provisioning` as the first word: workers that make apps' databases; `full`: their disks are full.",
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--round", type=int, default=20, help="kills between two verdicts (default 20)")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--people", type=int, default=24, help="who ask at once (default 24)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--most-lost-ms", type=float, default=1000, help="text that a kill may cost, in ms, on a busy machine"
    )
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.workers} workers, {given.people} people at once", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="palaver-faults-") as directory:
        result = asyncio.run(_run(given, Path(directory)))
    _print(result, time.monotonic() - begun)
    return 1 if result.verdict.wrong else 0


async def _run(given: argparse.Namespace, directory: Path) -> Run:
    # A run that is told to end takes its processes with it, as one that is interrupted does.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with stage() as made:
        return await run(
            made,
            directory,
            seed=given.seed,
            kills=given.kills,
            kills_per_round=given.round,
            workers=given.workers,
            people=given.people,
            most_lost_ms=given.most_lost_ms,
            report=lambda text: print(text, flush=True),
        )


def _print(result: Run, seconds: float) -> None:
    counts, verdict = result.counts, result.verdict
    print(f"\nin {seconds:.0f} s: " + ", ".join(f"{many} {what}" for what, many in sorted(result.done.items())))
    print(
        f"{counts.asked} asked, {counts.refused} refused for a while, {counts.limited} beyond a limit,"
        f" {counts.resumed} resumed, {counts.repeated} repeated at once, {counts.stopped} stopped"
    )
    print(f"text lost by a kill: {spread(verdict.lost_ms, 'ms')}")
    print(f"text lost by a kill while the database was away: {spread(verdict.lost_while_away_ms, 'ms')}")
    print(f"from a kill until its turns were closed: {spread(verdict.closed_seconds, 's', 1)}")
    print(f"from a stop until its reader had the end: {spread(verdict.stop_ms, 'ms')}")
    print(
        f"faults: seed {result.seed}, {result.done['kills']} kills, {result.turns} turns,"
        f" {verdict.acknowledged} readings compared, text lost {spread(verdict.lost_ms, 'ms')},"
        f" {len(verdict.wrong)} faults"
    )


if __name__ == "__main__":
    sys.exit(main())
