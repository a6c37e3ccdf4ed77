"""A schema in one text, read."""

from __future__ import annotations

from app.provisioning.extraction.prisma.reader import read
from app.provisioning.extraction.result import Extraction
from app.provisioning.source.files import SourceTree

POSTGRESQL = 'datasource db {\n  provider = "postgresql"\n}\n'


def extracted(text: str, provider: str = "postgresql") -> Extraction:
    """What is read of declarations behind a datasource of three lines."""
    return extracted_from({"schema.prisma": POSTGRESQL.replace("postgresql", provider) + text})


def extracted_from(files: dict[str, str]) -> Extraction:
    """What is read of files."""
    extraction = read(SourceTree(files))
    assert extraction is not None
    return extraction


def told(extraction: Extraction) -> list[tuple[str, int, str]]:
    """Severity, line and rule of each finding."""
    return [(each.severity, each.line, each.rule.removeprefix("prisma.")) for each in extraction.findings]
