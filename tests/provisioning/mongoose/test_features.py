"""Every feature's paths are where the document says, beside what Mongoose itself makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import asyncpg
import pytest

from app.provisioning.extraction.mongoose.reader import read
from app.provisioning.schema.ddl import statements
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied
from tests.provisioning.mongoose.expected import Layout, differences, found
from tests.provisioning.mongoose.oracle import FEATURES
from tests.versions import NEWEST

DIRECTORIES = sorted(each for each in FEATURES.iterdir() if each.is_dir())


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
def test_the_paths_of_a_feature_are_where_the_document_says(directory: Path) -> None:
    answer = json.loads((FEATURES / f"{directory.name}.json").read_text())
    extraction = read(SourceTree.of_directory(directory))
    assert extraction is not None
    assert not extraction.errors
    assert not list(differences(Layout(answer).facts, found(extraction.schema)))


@pytest.mark.parametrize("app_server", [NEWEST], indirect=True)
@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
async def test_the_tables_of_a_feature_can_be_made(app_database: asyncpg.Connection, directory: Path) -> None:
    extraction = read(SourceTree.of_directory(directory))
    assert extraction is not None
    made = await applied(app_database, [statement.sql for statement in statements(extraction.schema)])
    assert {table.name for table in made.tables} == {table.name for table in extraction.schema.tables}


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
def test_every_column_says_where_it_comes_from(directory: Path) -> None:
    tree = SourceTree.of_directory(directory)
    extraction = read(tree)
    assert extraction is not None
    for table in extraction.schema.tables:
        things = [
            table.evidence,
            *(each.evidence for each in table.columns),
            *(each.evidence for each in table.indexes),
        ]
        things += [each.evidence for each in table.checks] + [each.evidence for each in table.foreign_keys]
        for evidence in things:
            assert evidence is not None
            assert 0 < evidence.line <= tree.files[evidence.file].count("\n") + 1
            assert evidence.rule.startswith("mongoose.")
