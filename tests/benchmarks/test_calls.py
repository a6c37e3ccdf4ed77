from __future__ import annotations

from app.local.postgres import Postgres
from tests.benchmarks.calls import SCRIPT, Caller, prepare_script, scripted_variables
from tests.benchmarks.crowd import gather_crowd
from tests.benchmarks.ground import Ground
from tests.benchmarks.pgbench import pgbench
from tests.benchmarks.stage import Stage
from tests.world import Database

TURNS = "select status, count(*) from public.turns where user_id = $1 group by status"


async def test_turns_of_the_benchmark_are_settled_turns(postgres_server: Postgres, database: Database) -> None:
    ground = Ground(Stage(postgres_server, database), await gather_crowd(database), rounds=1, quick=True)
    person, by_script = ground.crowd.in_one_tenant[0], ground.crowd.in_many[0]
    async with Caller.connected(database) as caller:
        await caller.turns([person], 3)
        await prepare_script(database, [person, by_script])
        variables = scripted_variables(caller.worker_id, 1)
        rate = await pgbench(ground.stage, "palaver_worker", SCRIPT, 1, 1, variables=variables)
    assert [tuple(row) for row in await database.fetch(TURNS, person.user_id)] == [("completed", 3)]
    ((status, count),) = await database.fetch(TURNS, by_script.user_id)
    assert status == "completed"
    assert count >= rate > 0
    assert await ground.findings() == []
