"""Reads an app that uses TypeORM."""

from __future__ import annotations

import re
from typing import Final

from app.provisioning.extraction.result import Extraction, Finding
from app.provisioning.extraction.typeorm.builder import Builder
from app.provisioning.extraction.typeorm.classes import Classes
from app.provisioning.extraction.typeorm.decorated import Decorated
from app.provisioning.extraction.typeorm.entity_schemas import EntitySchemas
from app.provisioning.extraction.typeorm.expressions import SCHEMA, Expressions
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.extraction.typeorm.settings import read_settings
from app.provisioning.extraction.typeorm.storage import Storage
from app.provisioning.extraction.typeorm.tables import Tables
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.values import Found

_MARKS: Final = re.compile(rf"@\w*\.?(Entity|ChildEntity|ViewEntity)\b|\b{SCHEMA}\b")
TESTS: Final = re.compile(r"(^|/)(__tests__|__mocks__|tests?|e2e)/|\.(spec|test|e2e-spec|stories)\.[cm]?[jt]sx?$")
"""The paths of tests: entities there are no tables of the app."""


def read(tree: SourceTree) -> Extraction | None:
    """The schema of an app's entities; None where it has none."""
    program = Program.of(tree)
    marked = [path for path in program.paths() if _MARKS.search(program.source(path))]
    own = [path for path in marked if not TESTS.search(path)]
    report, storage = Report(), Storage()
    classes = Classes(program)
    expressions = Expressions(program, classes)
    decorated = Decorated(expressions, storage, report)
    schemas = EntitySchemas(expressions, storage, report)
    faults: list[Finding] = []
    for path in own:
        module = program.module(path)
        for found in classes.all(module):
            decorated.read(found)
        if SCHEMA in program.source(path):
            schemas.read(module)
    if not storage.tables:
        return None
    for path in own:
        faults += [
            Finding("error", path, fault.line, "typeorm.syntax", f"This is no valid syntax: {fault.near!r}.")
            for fault in program.module(path).faults()
        ]
    for path in marked:
        if path not in own:
            report.reject(path, "It is a test's.", Found(program.module(path), program.module(path).root))
    settings = read_settings(tree, program, report)
    builder = Builder(storage, settings, expressions, report)
    schema = Tables(builder, settings, expressions, report).schema()
    return Extraction("typeorm", schema, (*faults, *report.findings), tuple(report.rejected))
