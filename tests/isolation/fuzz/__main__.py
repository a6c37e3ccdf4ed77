"""Fuzz the worker's door: `python -m tests.isolation.fuzz`; takes some minutes."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys

from tests.isolation.fuzz.door import opened
from tests.isolation.fuzz.faults import Findings
from tests.isolation.fuzz.people import CALLERS
from tests.isolation.fuzz.search import Effort
from tests.isolation.stage import stage

_SHOWN = 50


async def fuzz(effort: Effort) -> Findings:
    """Everybody knocks, one after another."""
    total = Findings()
    async with stage() as database, opened(database) as door:
        for caller in CALLERS:
            found = await door.search(caller, effort)
            tried = ", ".join(f"{whose} {status}: {n}" for (whose, status), n in sorted(found.conversations.items()))
            print(f"{caller.name}: {found.requests} requests, conversations: {tried}", flush=True)
            total.requests += found.requests
            total.operations |= found.operations
            total.faults += found.faults
        asking, other = (next(one for one in CALLERS if one.tenant and one.asks is asks) for asks in (True, False))
        found = await door.abuse(asking, other)
        print(f"protocol abuse: {found.requests} requests", flush=True)
        total.requests += found.requests
        total.faults += found.faults
    return total


def main() -> int:
    """Run, print each fault, and say in the last line how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.isolation.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="for each operation and caller (default 100)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of an earlier run, to repeat it")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    total = asyncio.run(fuzz(Effort(given.examples, given.seed)))
    for fault in total.faults[:_SHOWN]:
        print(f"\n{fault}")
    if total.faults:
        print(f"\nagain: python -m tests.isolation.fuzz --examples {given.examples} --seed {given.seed}")
    print(
        f"worker's door: {total.requests} HTTP requests fuzzed over {len(total.operations)} operations"
        f" as {len(CALLERS)} callers, {len(total.faults)} faults"
    )
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main())
