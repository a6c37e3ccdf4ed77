"""Workers that are killed while they make databases; the command kills 200 of them."""

from __future__ import annotations

from tests.faults.provisioning import Ground, run
from tests.faults.stage import Stage


async def test_killed_workers_leave_nothing(fault_stage: Stage) -> None:
    result = await run(Ground(fault_stage), seed=3, kills=4, stride=9, report=lambda _: None)
    assert result.wrong == []
    assert sum(result.kills.values()) == 4
    assert set(result.states) <= {"ready", "removed"}
