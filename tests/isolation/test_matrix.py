from __future__ import annotations

from tests.isolation import structure
from tests.isolation.cells import NO_GRANT
from tests.isolation.intent import intent
from tests.isolation.marked import MARKED, UNMARKED
from tests.isolation.matrix import matrix, uncontrolled
from tests.isolation.world import actors
from tests.world import Database


async def test_every_cell_of_the_matrix_holds(database: Database) -> None:
    plain = actors()[:10]
    assert len({actor.audience for actor in plain}) == len(plain)
    async with matrix(database, plain) as made:
        # That somebody lacks a grant the catalog shows too: of those one in four, here, and all in `make isolation`.
        cells = [cell for at, cell in enumerate(made.cells) if cell.expected != NO_GRANT or at % 4 == 0]
        assert len(cells) > 15_000
        assert [(str(cell), cell.expected, got) async for cell, got in made.wrong(cells)] == []
        assert await uncontrolled(made) == []


async def test_the_catalog_is_as_meant(database: Database) -> None:
    async with database.connected("supabase_admin") as link:
        assert await structure.faults(link, intent()) == []


async def test_every_text_of_a_tenant_takes_its_marker(database: Database) -> None:
    rows = await database.fetch(
        "select table_name || '.' || column_name as name from information_schema.columns as c"
        " join information_schema.tables as t using (table_schema, table_name)"
        " where table_schema = 'public' and table_type = 'BASE TABLE' and data_type in ('text', 'jsonb', 'ARRAY')"
    )
    known = {f"{table}.{column}" for of in (MARKED, UNMARKED) for table, columns in of.items() for column in columns}
    assert {row["name"] for row in rows} == known
