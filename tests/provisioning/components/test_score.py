"""What the reader makes of the sample apps stays as near to what people expect as it is."""

from __future__ import annotations

import asyncpg
import pytest

from app.provisioning.schema.ddl import statements
from app.provisioning.schema.validation import faults
from tests.provisioning.components.score import APPS, KINDS, Count, extraction_of, names, score

FLOORS = {"nullability": 0.992}
"""Everything else is as expected in all of the apps."""


@pytest.fixture(scope="module")
def counts() -> dict[str, Count]:
    return score(names())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_gets_worse(counts: dict[str, Count], kind: str) -> None:
    floor = FLOORS.get(kind, 1.0)
    assert counts[kind].precision >= floor, counts[kind].misses
    assert counts[kind].recall >= floor, counts[kind].misses


def test_there_are_enough_apps() -> None:
    assert len(names()) >= 40
    assert sum(name.startswith("none_") for name in names()) >= 9


@pytest.mark.parametrize("name", [each for each in names() if each.startswith("none_")])
def test_an_app_without_data_has_no_tables_and_is_told_so(name: str) -> None:
    extraction = extraction_of(APPS / name)
    assert extraction.schema.tables == ()
    assert [finding.rule for finding in extraction.findings] == ["components.no-data"]


@pytest.mark.parametrize("name", names())
def test_all_that_is_found_says_where_and_how_sure(name: str) -> None:
    extraction = extraction_of(APPS / name)
    for _, evidence in extraction.schema.evidence():
        source = (APPS / name / evidence.file).read_text()
        assert 1 <= evidence.line <= source.count("\n") + 1
        assert evidence.rule.startswith("components.")
        assert 0 < evidence.confidence <= 1
    assert all(table.evidence is not None for table in extraction.schema.tables)
    assert all(each.reason and each.evidence.file for each in extraction.rejected)


async def test_the_tables_of_every_app_can_be_created(app_database: asyncpg.Connection) -> None:
    for name in names():
        schema = extraction_of(APPS / name).schema
        assert faults(schema) == []
        transaction = app_database.transaction()
        await transaction.start()
        for statement in statements(schema):
            await app_database.execute(statement.sql)
        await transaction.rollback()
