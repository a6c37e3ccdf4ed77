"""An app's files to the one schema that they mean, whatever they are written with."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from app.provisioning.extraction.merging import merged
from app.provisioning.extraction.result import IMPOSSIBLE, TOO_MUCH, Extraction, Finding, Reader, ReaderName
from app.provisioning.schema.validation import faults
from app.provisioning.source.files import SourceTree
from app.provisioning.source.program import Program

MAPPERS: Final[tuple[ReaderName, ...]] = ("prisma", "typeorm", "drizzle", "sequelize", "mongoose")
"""Those that say outright what the tables are; where two say it of one table, the earlier one counts."""

COMPONENTS: Final[ReaderName] = "components"
"""What else the code shows is only asked where nothing says outright what the tables are."""


def extract(tree: SourceTree) -> Extraction:
    """The schema of an app. Nothing of the app is executed; what cannot be read is told in the findings."""
    found = [extraction for name in MAPPERS if (extraction := reader(name)(tree)) is not None]
    if not any(extraction.schema.tables for extraction in found):
        inferred = reader(COMPONENTS)(tree)
        found += [] if inferred is None else [inferred]
    result = merged(found) if found else Extraction()
    impossible = [Finding("error", "", 0, IMPOSSIBLE, sentence) for sentence in faults(result.schema)]
    if Program.of(tree).was_too_much:
        sentence = (
            "Values or names in the code lead to more others than are followed; what hangs on them may be missing."
        )
        impossible.append(Finding("warning", "", 0, TOO_MUCH, sentence))
    return Extraction(
        reader=next((each.reader for each in found if each.schema.tables), result.reader),
        schema=result.schema,
        findings=(*result.findings, *impossible),
        rejected=result.rejected,
        features=result.features,
    )


def reader(name: ReaderName) -> Reader:
    """The reader of that name; imported when it is first needed."""
    return cast("Reader", import_module(f"app.provisioning.extraction.{name}.reader").read)
