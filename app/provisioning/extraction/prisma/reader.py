"""Reads the Prisma schema of an app."""

from __future__ import annotations

from app.provisioning.extraction.prisma import sources
from app.provisioning.extraction.prisma.lowering import lower
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.parser import parse
from app.provisioning.extraction.result import Extraction
from app.provisioning.source.files import SourceTree


def read(tree: SourceTree) -> Extraction | None:
    """The schema that Prisma Migrate would make of the app's `.prisma` files; None where it has none."""
    notes = {path: Notes() for path in tree.paths(".prisma")}
    if not notes:
        return None
    files = {path: parse(path, tree.files[path], own) for path, own in notes.items()}
    said = Notes()
    paths = sources.chosen(tree, files, said)
    schema = lower([block for path in paths for block in files[path]], said)
    findings = [finding for own in (said, *(notes[path] for path in paths)) for finding in own.findings]
    return Extraction("prisma", schema, tuple(sorted(findings, key=lambda each: (each.file, each.line))))
