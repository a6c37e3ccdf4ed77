"""Every feature gives the catalog that TypeORM's synchronize itself makes of it.

TypeORM's SQL stands beside each feature; `python -m tests.provisioning.typeorm.regenerate` asks TypeORM for it again.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from app.provisioning.extraction.typeorm.reader import read
from app.provisioning.oracles.chosen import explanation
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import compare_in
from tests.provisioning.typeorm.regenerate import FEATURES, expected, tree
from tests.versions import NEWEST


def features() -> list[Path]:
    return sorted(FEATURES.iterdir())


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("release", [0, 1], ids=["0.3", "1.x"])
@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.name)
async def test_a_feature_gives_the_catalog_that_typeorm_makes(
    app_database: asyncpg.Connection, feature: Path, release: int
) -> None:
    extraction = read(tree(feature, release))

    assert extraction is not None
    assert extraction.errors == ()
    fidelity = await compare_in(app_database, extraction.schema, expected(feature, release))
    assert [difference for difference in fidelity.differences if explanation(difference) is None] == []


@pytest.mark.parametrize("feature", features(), ids=lambda feature: feature.name)
def test_everything_says_where_it_comes_from(feature: Path) -> None:
    files = SourceTree.of_directory(feature).files
    extraction = read(SourceTree(files))

    assert extraction is not None
    assert all(table.evidence is not None for table in extraction.schema.tables)
    for thing, evidence in extraction.schema.evidence():
        assert 1 <= evidence.line <= len(files[evidence.file].splitlines()), thing


def test_there_are_features_enough() -> None:
    assert len(features()) >= 40
