"""Changes the schema in every small way that could break isolation, and sees whether the tests notice.

`python -m tests.isolation.mutation` prints the score and the survivors. Each mutant is made in a transaction, tried,
and undone: first the cells of the matrix that are about what was changed, then the catalog against the intent, then, if
nobody has noticed yet, every other cell. What still survives must be explained in equivalent.py.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Final

import asyncpg

from tests.isolation import claims, structure
from tests.isolation.cells import Cell, undone
from tests.isolation.equivalent import explanation
from tests.isolation.intent import intent
from tests.isolation.matrix import Matrix, matrix
from tests.isolation.mutants import Mutant, mutants
from tests.isolation.stage import stage
from tests.isolation.world import actors
from tests.world import Database

BEHAVIOUR: Final = "noticed by what somebody gets"
CATALOG: Final = "noticed in the catalog"
EQUIVALENT: Final = "explained"
SURVIVED: Final = "survived"
WORKER: Final = "the worker"
FATES: Final = (BEHAVIOUR, CATALOG, EQUIVALENT, SURVIVED)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: how it was noticed, and by what; or why it cannot be; or nothing."""

    mutant: Mutant
    fate: str
    reason: str = ""
    told: bool = True
    """Whether private.isolation_findings() tells of it too."""


class Trial:
    """Tries mutants against a matrix that holds; with `asks`, the self-check too is asked what it says of them."""

    def __init__(self, matrix: Matrix, *, asks: bool = True) -> None:
        self._matrix = matrix
        self._asks = asks
        self._about: dict[str, list[Cell]] = {}
        # In no order, so that cells that may notice are not all at the end.
        for cell in random.Random(0).sample(matrix.cells, len(matrix.cells)):
            self._about.setdefault(cell.target.partition("(")[0], []).append(cell)

    async def verdict(self, mutant: Mutant) -> Verdict:
        """Make the change, look, and undo it."""
        link = self._matrix.link
        # What without a condition never ends is noticed by that.
        await link.execute("savepoint mutant; set local statement_timeout = '20s'")
        try:
            await link.execute(mutant.sql)
            told = not self._asks or await self._told()
            return replace(await self._judge(mutant), told=told)
        except asyncpg.IntegrityConstraintViolationError as error:
            return Verdict(mutant, BEHAVIOUR, f"the rows that are there contradict it: {error}")
        except asyncpg.PostgresError as error:
            raise RuntimeError(f"{mutant} cannot be made: {error}: {mutant.sql}") from error
        finally:
            await link.execute("rollback to savepoint mutant; release savepoint mutant")

    async def _told(self) -> bool:
        try:
            async with undone(self._matrix.link):
                return bool(
                    await self._matrix.link.fetchval("select exists (select from private.isolation_findings())")
                )
        except asyncpg.PostgresError:
            # It has lost the rights that it needs, and says so by failing.
            return True

    async def _judge(self, mutant: Mutant) -> Verdict:
        target = mutant.target.partition("(")[0]
        likely = sorted(self._about.get(target, []), key=lambda cell: -_likelihood(cell, mutant))
        if noticed := await self._noticed(likely):
            return Verdict(mutant, BEHAVIOUR, noticed)
        if faults := await structure.faults(self._matrix.link, intent()):
            return Verdict(mutant, CATALOG, faults[0])
        if reason := explanation(mutant):
            return Verdict(mutant, EQUIVALENT, reason)
        rest = [cell for name, cells in self._about.items() if name != target for cell in cells]
        rest.sort(key=lambda cell: -_kinship(cell, mutant))
        if noticed := await self._noticed(rest):
            return Verdict(mutant, BEHAVIOUR, noticed)
        return Verdict(mutant, SURVIVED)

    async def _noticed(self, cells: Sequence[Cell]) -> str:
        async for cell, got in self._matrix.wrong(cells):
            return f"{cell}: {got} instead of {cell.expected}"
        return ""


def _likelihood(cell: Cell, mutant: Mutant) -> int:
    """How much a cell has to do with a change: the same verb, the same role, the same column."""
    return sum(word in mutant.change for word in (cell.verb, cell.actor.role)) + (f"{cell.verb} (" in mutant.change)


def _kinship(cell: Cell, mutant: Mutant) -> int:
    """How many words the names of what they are about share, in the singular: whoever reads a table is named for it."""
    return len(_words(cell.target) & _words(mutant.target))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(word.rstrip("s") for word in re.findall(r"[a-z]+", name.partition("(")[0].partition(".")[2]))


async def share(one: int, of: int, kinds: Sequence[str], about: str) -> list[Verdict]:
    """Try every so many-th mutant on a server of one's own."""
    async with stage() as database, matrix(database, actors()) as made:
        trial, verdicts = Trial(made), []
        wanted = [
            mutant
            for mutant in await mutants(made.link, intent())
            if (not kinds or mutant.kind in kinds) and re.search(about, mutant.target)
        ]
        for mutant in wanted[one::of]:
            verdicts.append(await trial.verdict(mutant))
            if verdicts[-1].fate == SURVIVED:
                print(f"survived: {mutant}", flush=True)
        if one == 0 and (not kinds or "claims" in kinds):
            verdicts += [verdict async for verdict in of_claims(database)]
        return verdicts


async def of_claims(database: Database) -> AsyncIterator[Verdict]:
    """What becomes of changes of how claims are handed on, which only a call from outside a transaction shows."""
    async with database.connected() as owner:
        right = await owner.fetchval("select pg_get_functiondef('private.become(jsonb)'::regprocedure)")
        for mutant in claims.mutants():
            await owner.execute(mutant.sql)
            told = await owner.fetchval("select exists (select from private.isolation_findings())")
            yield replace(_verdict(mutant, await claims.faults(database)), told=told)
        await owner.execute(right)
    for change, made in claims.WORKER_MUTANTS.items():
        with made():
            yield _verdict(Mutant("claims", WORKER, change, ""), await claims.worker_faults(database))


def _verdict(mutant: Mutant, faults: Sequence[str]) -> Verdict:
    return Verdict(mutant, BEHAVIOUR, faults[0]) if faults else Verdict(mutant, SURVIVED)


def _share(one: int, of: int, kinds: Sequence[str], about: str) -> list[Verdict]:
    return asyncio.run(share(one, of, kinds, about))


def main() -> int:
    """Try all mutants, on as many servers at once as are wanted, and print the score."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=2, help="servers at once")
    options.add_argument("--kinds", nargs="*", default=[], help="only these kinds, such as policy or key")
    options.add_argument("--about", default="", help="only of objects whose names match this regular expression")
    options.add_argument("--verbose", action="store_true", help="say of each mutant what noticed it")
    given = options.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        shares = [pool.submit(_share, one, given.jobs, given.kinds, given.about) for one in range(given.jobs)]
        verdicts = list(chain.from_iterable(done.result() for done in shares))
    return report(verdicts, verbose=given.verbose)


def report(verdicts: Sequence[Verdict], *, verbose: bool) -> int:
    """Print what became of them; 1 if any survived."""
    if verbose:
        for verdict in verdicts:
            print(f"{verdict.mutant}\n    {verdict.fate} {verdict.reason}")
    counts = Counter((verdict.mutant.kind, verdict.fate) for verdict in verdicts)
    for kind in sorted({kind for kind, _ in counts}):
        print(f"{kind}: " + ", ".join(f"{counts[kind, fate]} {fate}" for fate in FATES if counts[kind, fate]))
    for verdict in verdicts:
        if verdict.fate == EQUIVALENT:
            print(f"explained: {verdict.mutant}: {verdict.reason}")
    schema = [verdict for verdict in verdicts if verdict.mutant.target != WORKER]
    silent = [verdict.mutant for verdict in schema if not verdict.told]
    print(*(f"not told by the self-check: {mutant}" for mutant in silent), sep="\n", end="\n" if silent else "")
    print(f"self-check: {len(schema) - len(silent)} of {len(schema)} mutants told by private.isolation_findings()")
    total = Counter(verdict.fate for verdict in verdicts)
    killed = total[BEHAVIOUR] + total[CATALOG]
    possible = len(verdicts) - total[EQUIVALENT]
    print(
        f"mutation score: {killed} of {possible} mutants killed ({100 * killed / max(possible, 1):.1f} %),"
        f" {total[EQUIVALENT]} more explained as equivalent, {total[SURVIVED]} survived"
    )
    return 1 if total[SURVIVED] or silent else 0


if __name__ == "__main__":
    sys.exit(main())
