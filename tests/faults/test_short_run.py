"""A few kills under load, as `python -m tests.faults` does it with hundreds."""

from __future__ import annotations

import random
from pathlib import Path

from tests.faults.run import run
from tests.faults.stage import stage
from tests.faults.verdict import spread


async def test_nothing_is_lost_doubled_or_overspent(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    async with stage() as made:
        result = await run(
            made, tmp_path, seed=seed, kills=3, kills_per_round=3, workers=2, people=8, most_lost_ms=2000
        )
    print(f"seed {seed}: {dict(result.done)}, text lost {spread(result.verdict.lost_ms, 'ms')}")
    assert result.verdict.wrong == []
    assert result.done["kills"] == 3
    assert result.verdict.acknowledged >= 8
