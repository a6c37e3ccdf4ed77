"""Workers that are killed while they make databases; the command kills 200 of them."""

from __future__ import annotations

import random

from tests.faults.provisioning import Ground, run
from tests.faults.stage import stage


async def test_killed_workers_leave_nothing() -> None:
    seed = random.randrange(10**6)
    async with stage() as made:
        result = await run(Ground(made), seed=seed, kills=4, stride=11, report=lambda _: None)
    print(f"seed {seed}: {dict(result.kills)}")
    assert result.wrong == []
    assert sum(result.kills.values()) == 4
    assert set(result.states) <= {"ready", "removed"}
