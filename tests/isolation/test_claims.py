from __future__ import annotations

import pytest

from tests.isolation import claims
from tests.isolation.mutants import Mutant
from tests.isolation.world import populate
from tests.world import Database


async def test_calls_run_with_the_claims_they_are_given(database: Database) -> None:
    async with database.connected() as owner:
        await populate(owner)
    assert await claims.faults(database) == []


@pytest.mark.parametrize("mutant", claims.mutants(), ids=lambda mutant: mutant.change)
async def test_claims_that_are_nearly_right_are_noticed(database: Database, mutant: Mutant) -> None:
    async with database.connected() as owner:
        await populate(owner)
        await owner.execute(mutant.sql)
    assert await claims.faults(database) != []


async def test_whoever_asks_is_answered(database: Database) -> None:
    assert await claims.worker_faults(database) == []


@pytest.mark.parametrize("change", claims.WORKER_MUTANTS)
async def test_a_worker_that_takes_people_for_others_is_noticed(database: Database, change: str) -> None:
    with claims.WORKER_MUTANTS[change]():
        assert await claims.worker_faults(database) != []
