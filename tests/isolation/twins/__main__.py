"""`python -m tests.isolation.twins`: the long run, through all three doors."""

from __future__ import annotations

import argparse
import asyncio
import math
import secrets
import signal
import sys
import time
from typing import Final

from tests.isolation.twins.door_data_api import DataApiDoor
from tests.isolation.twins.door_sql import SqlDoor
from tests.isolation.twins.door_worker import WorkerDoor
from tests.isolation.twins.episode import Door
from tests.isolation.twins.observe import NORMALISED
from tests.isolation.twins.run import Run, Tally
from tests.isolation.twins.worlds import stage

DOORS: Final[dict[str, Door]] = {door.name: door for door in (SqlDoor(), WorkerDoor(), DataApiDoor())}
PROGRESS_EVERY: Final = 500


def main() -> int:
    """Parse the options, run, and say what was compared; 1 if anything was not equal."""
    parser = argparse.ArgumentParser(prog="python -m tests.isolation.twins", description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000, help="in all, shared out among the doors")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="of the operations; random")
    parser.add_argument("--doors", default=",".join(DOORS), help="some of sql, worker, data_api")
    options = parser.parse_args()
    names = options.doors.split(",")
    if unknown := set(names) - set(DOORS):
        parser.error(f"no such door: {', '.join(unknown)}")
    tallies = asyncio.run(_run(names, options.operations, options.seed))
    return _summary(tallies)


async def _run(names: list[str], operations: int, seed: int) -> dict[str, Tally]:
    # A run that is told to end takes its server with it, as one that is interrupted does.
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    print(f"twin worlds: --operations {operations} --seed {seed} --doors {','.join(names)}", flush=True)
    tallies = {}
    async with stage() as made:
        for name in names:
            begun = time.monotonic()

            def progress(tally: Tally, name: str = name, begun: float = begun) -> None:
                if tally.operations % PROGRESS_EVERY == 0:
                    seconds = time.monotonic() - begun
                    print(f"{name}: {tally.operations} operations in {seconds:.0f} s", flush=True)

            run = Run(made, DOORS[name], progress=progress)
            tallies[name] = await run.operate(await run.drawn(math.ceil(operations / len(names)), seed))
    return tallies


def _summary(tallies: dict[str, Tally]) -> int:
    for name, tally in tallies.items():
        for found in tally.found:
            print(f"\n{name}: {found}")
    print(f"\nnot compared: {', '.join(NORMALISED)}")
    for name, tally in tallies.items():
        print(f"{name}: {_figures(tally)}")
    total = Tally(
        sum(tally.operations for tally in tallies.values()),
        sum(tally.observables for tally in tallies.values()),
        [found for tally in tallies.values() for found in tally.found],
    )
    print(f"twin worlds: {_figures(total)}")
    return 1 if total.found else 0


def _figures(tally: Tally) -> str:
    return f"{tally.operations} operations, {tally.observables} observables compared, {len(tally.found)} differences"


if __name__ == "__main__":
    sys.exit(main())
