from __future__ import annotations

from tests.isolation import structure
from tests.isolation.intent import intent
from tests.isolation.matrix import matrix, uncontrolled
from tests.isolation.world import actors
from tests.world import Database


async def test_every_cell_of_the_matrix_holds(database: Database) -> None:
    plain = actors()[:10]
    assert len({actor.audience for actor in plain}) == len(plain)
    async with matrix(database, plain) as made:
        assert len(made.cells) > 15_000
        assert [(str(cell), cell.expected, got) async for cell, got in made.wrong(made.cells)] == []
        assert await uncontrolled(made) == []


async def test_the_catalog_is_as_meant(database: Database) -> None:
    async with database.connected("supabase_admin") as link:
        assert await structure.faults(link, intent()) == []
