"""Every feature of the language gives the catalog that Prisma Migrate itself makes of it.

Prisma's SQL stands beside each feature; `python -m tests.provisioning.prisma.regenerate` asks Prisma for it again.
"""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg
import pytest

from app.provisioning.extraction.prisma.reader import read
from app.provisioning.oracles.chosen import without_extensions
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import compare_in
from tests.provisioning.prisma.fidelity import STUBS, with_extensions_there
from tests.provisioning.prisma.regenerate import FEATURES
from tests.versions import NEWEST


def features() -> list[Path]:
    return sorted(FEATURES.glob("*.prisma"))


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.stem)
async def test_a_feature_gives_the_catalog_that_prisma_makes(app_database: asyncpg.Connection, feature: Path) -> None:
    extraction = read(SourceTree({"schema.prisma": feature.read_text("utf-8")}))
    assert extraction is not None
    assert extraction.errors == ()
    theirs = feature.with_suffix(".sql").read_text("utf-8")
    transaction = app_database.transaction()
    await transaction.start()
    try:
        if extraction.schema.extensions:
            await app_database.execute(STUBS)
        fidelity = await compare_in(app_database, with_extensions_there(extraction.schema), without_extensions(theirs))
    finally:
        await transaction.rollback()
    assert fidelity.differences == []


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.stem)
def test_extensions_and_schemas_are_those_that_prisma_creates(feature: Path) -> None:
    extraction = read(SourceTree({"schema.prisma": feature.read_text("utf-8")}))
    assert extraction is not None
    theirs = feature.with_suffix(".sql").read_text("utf-8")
    assert sorted(extraction.schema.extensions) == sorted(
        re.findall(r'^CREATE EXTENSION .*?"(.+?)"', theirs, re.MULTILINE)
    )
    schemas = re.findall(r'^CREATE SCHEMA IF NOT EXISTS "(.+?)"', theirs, re.MULTILINE)
    assert sorted(extraction.schema.schemas) == sorted({*schemas} - {"public"})


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.stem)
def test_everything_says_where_it_comes_from(feature: Path) -> None:
    text = feature.read_text("utf-8")
    lines = text.splitlines()
    extraction = read(SourceTree({"schema.prisma": text}))
    assert extraction is not None
    for table in extraction.schema.tables:
        assert table.evidence is not None
        assert all(column.evidence is not None for column in table.columns)
    for thing, evidence in extraction.schema.evidence():
        assert evidence.file == "schema.prisma", thing
        assert 1 <= evidence.line <= len(lines), thing
