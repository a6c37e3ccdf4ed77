"""What the parts of a run have in common: the database, the people, how much is measured."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.benchmarks.calls import Caller
from tests.benchmarks.crowd import Crowd, gather_crowd
from tests.benchmarks.stage import Stage, stage
from tests.world import Database

ROUNDS = 5
HISTORY_TURNS = 25
"""Of each person before anything is measured: as many messages as the model is given at most."""

FINDINGS = """
select finding, count(*) as cases
from private.ledger_findings((now() at time zone 'utc')::date - 1, (now() at time zone 'utc')::date)
group by finding
"""


@dataclass(frozen=True)
class Ground:
    """Where the parts run."""

    stage: Stage
    crowd: Crowd
    rounds: int
    quick: bool

    @property
    def database(self) -> Database:
        """The database with the schema and the crowd."""
        return self.stage.database

    @property
    def postmaster(self) -> int:
        """PostgreSQL's first process."""
        pid = self.stage.postgres.pid()
        assert pid is not None
        return pid

    def each_round(self) -> Iterator[None]:
        """The rounds of a part, told as they begin."""
        for number in range(1, self.rounds + 1):
            print(f"round {number} of {self.rounds}", file=sys.stderr, flush=True)
            yield

    async def findings(self) -> list[str]:
        """Where ledger, counters, answers and limits disagree; nowhere, if all is well."""
        rows = await self.database.fetch(FINDINGS, role="supabase_admin")
        return [f"{row['finding']}: {row['cases']} cases" for row in rows]


@asynccontextmanager
async def ground(server_version: int, rounds: int, *, quick: bool) -> AsyncIterator[Ground]:
    """A throw-away server with people who have talked before."""
    async with stage(server_version) as place:
        crowd = await gather_crowd(place.database)
        for people in crowd.tenancies.values():
            async with Caller.connected(place.database) as caller:
                await caller.turns(people, 2 if quick else HISTORY_TURNS)
        await place.database.fetch("vacuum analyze", role="supabase_admin")
        yield Ground(place, crowd, rounds, quick)
