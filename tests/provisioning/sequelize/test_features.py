"""Every feature gives the catalog that Sequelize's sync() itself makes of it.

Sequelize's SQL stands beside each feature; `python -m tests.provisioning.sequelize.regenerate` asks for it again.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from app.provisioning.extraction.sequelize.reader import read
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import compare_in
from tests.provisioning.sequelize.regenerate import FEATURES, expected, tree
from tests.versions import NEWEST


def features() -> list[Path]:
    return sorted(FEATURES.iterdir())


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.name)
async def test_a_feature_gives_the_catalog_that_sequelize_makes(
    app_database: asyncpg.Connection, feature: Path
) -> None:
    extraction = read(tree(feature))

    assert extraction is not None
    assert extraction.errors == ()
    fidelity = await compare_in(app_database, extraction.schema, expected(feature))
    assert fidelity.differences == []


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.name)
def test_everything_says_where_it_comes_from(feature: Path) -> None:
    files = SourceTree.of_directory(feature).files
    extraction = read(SourceTree(files))

    assert extraction is not None
    assert all(table.evidence is not None for table in extraction.schema.tables)
    for thing, evidence in extraction.schema.evidence():
        assert 1 <= evidence.line <= len(files[evidence.file].splitlines()), thing


def test_there_are_features_enough() -> None:
    assert len(features()) >= 20
