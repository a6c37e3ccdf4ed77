"""How much of the schemas of real apps is what Prisma itself makes of them.

`python -m tests.provisioning.prisma.fidelity DIRECTORY [--packages DIRECTORY]` takes every `.prisma` file below a
directory, as many schemas as they are, and prints for each kind of thing how many are equal in PostgreSQL's catalog.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import asyncpg

from app.local.postgres import Postgres
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.parser import parse
from app.provisioning.extraction.prisma.reader import read
from app.provisioning.extraction.prisma.sources import schemas_of
from app.provisioning.extraction.result import Extraction
from app.provisioning.oracles.chosen import without_extensions
from app.provisioning.oracles.tools import for_postgresql
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import Kind
from app.provisioning.schema.model import Schema
from app.provisioning.schema.validation import SchemaError
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied, compare_in, scratch
from tests.provisioning.prisma.oracle import Oracle, OracleError
from tests.world import PASSWORDS, server_directory

_NATIVE: Final = re.compile(r"@db\.\w+(?:\([^)]*\))?|@@fulltext.*")

STUBS: Final = """
    create extension vector;
    create domain public.citext as text;
    create domain public.geography as text;
    create operator class gin_trgm_ops for type text using gin as
        function 1 bttextcmp(text, text),
        function 2 ginarrayextract(anyarray, internal, internal),
        function 3 ginqueryarrayextract(anyarray, internal, smallint, internal, internal, internal, internal),
        function 4 ginarrayconsistent(internal, smallint, anyarray, integer, internal, internal, internal, internal),
        storage text;
"""
"""What extensions that the tests' servers lack would bring, as far as a catalog of empty tables needs it."""


def found(directory: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Each schema below a directory: its main file, and all of its files."""
    texts = {
        path.relative_to(directory).as_posix(): path.read_text("utf-8-sig").replace("\r\n", "\n")
        for path in sorted(directory.rglob("*.prisma"))
    }
    for root, paths in schemas_of({path: parse(path, text, Notes()) for path, text in texts.items()}).items():
        yield root, {path: texts[path] for path in paths}


def without_natives(files: dict[str, str]) -> dict[str, str]:
    """A schema of another database, without the types and indexes that only that one has."""
    return {path: _NATIVE.sub("", text) for path, text in files.items()}


class Report:
    """What came of all schemas."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.equal: Counter[Kind] = Counter()
        self.of: Counter[Kind] = Counter()

    async def add(self, connection: asyncpg.Connection, oracle: Oracle, root: str, files: dict[str, str]) -> None:
        """Compares one schema and says what differs."""
        try:
            theirs = oracle.sql({path: for_postgresql(text) for path, text in files.items()})
        except OracleError as error:
            if files != without_natives(files) and "upported" in str(error):
                await self.add(connection, oracle, root, without_natives(files))
                return
            self._count("rejected by Prisma", root, str(error).partition("\n")[0])
            await self._try(connection, root, _read(files))
            return
        extraction = _read(files)
        for finding in extraction.errors:
            print(f"    {root}: {finding.file}:{finding.line} {finding.rule} {finding.message}")
        try:
            fidelity = await compare_in(
                connection, with_extensions_there(extraction.schema), without_extensions(theirs)
            )
        except (asyncpg.PostgresError, SchemaError) as error:
            self._count("Prisma's or ours does not apply", root, _told(error))
            await self._try(connection, root, extraction)
            return
        for kind, score in fidelity.score.items():
            if kind == "extension":
                # Those of the scratch database itself.
                continue
            self.equal[kind] += score.equal
            self.of[kind] += score.of
        self._count("equal" if not fidelity.differences else "different", root)
        for difference in fidelity.differences:
            print(f"    {difference}")

    async def _try(self, connection: asyncpg.Connection, root: str, extraction: Extraction) -> None:
        """Whether what is read of a schema that Prisma rejects, or for which its SQL fails, applies nevertheless."""
        if not extraction.findings:
            self._count("of these, without a finding of ours", root)
        try:
            await applied(connection, [each.sql for each in statements(with_extensions_there(extraction.schema))])
        except (asyncpg.PostgresError, SchemaError) as error:
            self._count("of these, ours does not apply", root, _told(error))

    def _count(self, outcome: str, root: str, why: str = "") -> None:
        self.outcomes[outcome] += 1
        if outcome != "equal":
            print(f"{root}: {outcome} {why}")

    def __str__(self) -> str:
        outcomes = [f"{count:6} {outcome}" for outcome, count in self.outcomes.most_common()]
        shares = [
            f"{kind:12} {self.equal[kind]:7,} of {self.of[kind]:7,}  {self.equal[kind] / self.of[kind]:8.3%}"
            for kind in self.of
        ]
        return "\n".join([*outcomes, *shares])


def _read(files: dict[str, str]) -> Extraction:
    extraction = read(SourceTree(files))
    assert extraction is not None
    return extraction


def with_extensions_there(schema: Schema) -> Schema:
    """Ours, with the extensions there already."""
    return replace(schema, extensions=())


def _told(error: Exception) -> str:
    return f"{error} {getattr(error, '__notes__', '')}"[:300]


async def _main() -> None:
    parser = argparse.ArgumentParser(description="Compare what is read of .prisma files with what Prisma makes of them")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--packages", type=Path, help="the directory with node_modules, where Prisma's engine is")
    arguments = parser.parse_args()
    report = Report()
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], durable=False, report=lambda _: None
        ) as server,
        Oracle(*filter(None, [arguments.packages])) as oracle,
    ):
        async with scratch(server.url()) as connection:
            await connection.execute(STUBS)
            for root, files in found(arguments.directory):
                await report.add(connection, oracle, root, files)
    print(report)


if __name__ == "__main__":
    asyncio.run(_main())
