"""Every feature's paths are where the document says, beside what Mongoose itself makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.provisioning.extraction.mongoose.reader import read
from app.provisioning.source.files import SourceTree
from tests.provisioning.mongoose.expected import Layout, differences, found
from tests.provisioning.mongoose.oracle import FEATURES

DIRECTORIES = sorted(each for each in FEATURES.iterdir() if each.is_dir())


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda each: each.name)
def test_the_paths_of_a_feature_are_where_the_document_says(directory: Path) -> None:
    answer = json.loads((FEATURES / f"{directory.name}.json").read_text())
    extraction = read(SourceTree.of_directory(directory))
    assert extraction is not None
    assert not extraction.errors
    assert not list(differences(Layout(answer).facts, found(extraction.schema)))
