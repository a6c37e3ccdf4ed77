from __future__ import annotations

from tests.isolation import structure
from tests.isolation.cells import NO_GRANT
from tests.isolation.equivalent import EQUIVALENT
from tests.isolation.intent import intent
from tests.isolation.marked import MARKED, UNMARKED
from tests.isolation.matrix import matrix, uncontrolled
from tests.isolation.mutants import Mutant, mutants
from tests.isolation.mutation import SURVIVED, Trial
from tests.isolation.world import actors
from tests.world import Database


def telling(mutant: Mutant) -> bool:
    """Whether a mutant is of a sort that only behaviour shows: half of them here, `make isolation` tries them all."""
    return mutant.kind in ("key", "policy") and mutant.change.endswith(("dropped", "(true)", "(false)"))


async def test_every_cell_of_the_matrix_holds_and_changes_of_the_schema_are_noticed(database: Database) -> None:
    plain = actors()[:10]
    assert len({actor.audience for actor in plain}) == len(plain)
    invited = [actor for actor in actors() if actor.name.startswith("invited")]
    async with matrix(database, [*plain, *invited]) as made:
        # That somebody lacks a grant the catalog shows too: of those one in four, here, and all in `make isolation`.
        cells = [cell for cell in made.cells if cell.actor in plain]
        cells = [cell for at, cell in enumerate(cells) if cell.expected != NO_GRANT or at % 4 == 0]
        assert len(cells) > 15_000
        assert [(str(cell), cell.expected, got) async for cell, got in made.wrong(cells)] == []
        assert await uncontrolled(made) == []

        every = await mutants(made.link, intent())
        assert {str(mutant) for mutant in every} >= EQUIVALENT.keys(), "an explanation of what is no mutant any more"
        trial = Trial(made, asks=False)
        told = [mutant for mutant in every if telling(mutant) and str(mutant) not in EQUIVALENT]
        tried = [await trial.verdict(mutant) for mutant in told[::2]]
        assert len(tried) > 150
        assert [str(verdict.mutant) for verdict in tried if verdict.fate == SURVIVED] == []


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
