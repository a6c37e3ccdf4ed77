"""Reads the Mongoose schemas of an app."""

from __future__ import annotations

import re
from typing import Final

from app.provisioning.extraction.mongoose.documents import Document, Notes, evidence
from app.provisioning.extraction.mongoose.models import Models
from app.provisioning.extraction.mongoose.schemas import Schemas
from app.provisioning.extraction.mongoose.tables import Tables
from app.provisioning.extraction.result import Extraction, Finding, Rejected
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program
from app.provisioning.source.syntax import Module

_SIGNS: Final = ("mongoose", "typegoose")
_OTHER_SIGNS: Final = ("Schema", "model(", "model<", "createForClass", "@prop", "@Prop")

_TESTS: Final = re.compile(r"\.(test|spec|e2e-spec)\.|(^|/)(tests?|__tests__|__mocks__|e2e|cypress|benchmarks?)/")
"""Models that only tests make are no tables of the app."""


_SCRIPTS: Final = re.compile(r"(^|/)(scripts?|migrations?|seeds?|seeders?)/")
"""What is run by hand, beside the app: where both make a model of a name, the app's is the one."""


def read(tree: SourceTree) -> Extraction | None:
    """The schema of an app that uses Mongoose; None of one that does not."""
    program = Program.of(tree)
    own = [path for path in program.paths() if not _TESTS.search(path)]
    paths = [path for path in own if any(sign in program.source(path) for sign in _SIGNS)]
    if not paths:
        return None
    notes = Notes()
    modules = _modules(program, own, paths)
    schemas = Schemas(program, notes)
    schemas.note_changes(modules)
    models = Models(program, notes, schemas)
    models.read(modules)
    schema = Tables(models, notes).schema()
    left = [document for document in schemas.left_over(modules) if id(document) not in schemas.used]
    if not schema.tables and not left:
        return None
    faults = tuple(
        Finding("error", module.path, fault.line, "mongoose.syntax", f"Not valid here: {fault.near!r}.")
        for module in modules
        for fault in module.faults()
    )
    return Extraction("mongoose", schema, (*faults, *notes.findings), tuple(_rejected(each) for each in left))


def _modules(program: Program, own: list[str], paths: list[str]) -> list[Module]:
    """Those that name Mongoose, and those that use what such a one makes."""
    chosen = set(paths)
    for path in own:
        source = program.source(path)
        if path not in chosen and any(sign in source for sign in _OTHER_SIGNS):
            chosen.add(path)
    ordered = sorted(chosen.intersection(own), key=lambda path: (bool(_SCRIPTS.search(path)), own.index(path)))
    return [program.module(path) for path in ordered]


def _rejected(document: Document) -> Rejected:
    return Rejected(document.name or "a schema", "No model is made of this schema.", evidence(document.at, "schema"))
