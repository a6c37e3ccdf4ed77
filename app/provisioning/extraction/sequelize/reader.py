"""Reads an app that uses Sequelize."""

from __future__ import annotations

import re
from typing import Final

from app.provisioning.extraction.result import Extraction, Finding
from app.provisioning.extraction.sequelize.associations import Associations
from app.provisioning.extraction.sequelize.declarations import Declarations
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.extraction.sequelize.tables import Tables
from app.provisioning.extraction.sequelize.types import Types
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program

_SIGN: Final = re.compile(r"sequelize", re.IGNORECASE)
_MARKS: Final = re.compile(
    r"sequelize|DataTypes|\.define\(|\.init\(|@Table|\.(?:belongsTo|hasOne|hasMany|belongsToMany)\(", re.IGNORECASE
)
TESTS: Final = re.compile(
    r"(^|/)(__tests__|__mocks__|tests?|e2e|migrations?|seeders?)/|\.(spec|test|e2e-spec|stories)\.[cm]?[jt]sx?$"
)
"""The paths of tests, and of migrations: models there are none of the app's."""


def read(tree: SourceTree) -> Extraction | None:
    """The schema of an app that uses Sequelize; None of one that does not."""
    program = Program.of(tree)
    own = [path for path in program.paths() if not TESTS.search(path)]
    if not any(_SIGN.search(program.source(path)) for path in own):
        return None
    notes = Notes()
    modules = [program.module(path) for path in own if _MARKS.search(program.source(path))]
    declarations = Declarations(program, notes)
    declarations.read(modules)
    if not declarations.models:
        return None
    associations = Associations(declarations.models, Types(program), notes)
    for association in declarations.associations:
        associations.apply(association)
    schema = Tables(program, notes).schema(list(declarations.models.values()))
    paths = dict.fromkeys(model.at.module.path for model in declarations.models.values())
    faults = tuple(
        Finding("error", path, fault.line, "sequelize.syntax", f"This is no valid syntax: {fault.near!r}.")
        for path in paths
        for fault in program.module(path).faults()
    )
    return Extraction("sequelize", schema, (*faults, *notes.findings))
