"""How much of the tables of real apps is what drizzle-kit itself makes of them.

`python -m tests.provisioning.drizzle.fidelity DIRECTORY … [--packages DIRECTORY]` takes each directory as an app and
prints for each kind of thing how many are equal in PostgreSQL's catalog. It runs the code of the tables.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg

from app.local.postgres import Postgres
from app.provisioning.extraction.drizzle.reader import read
from app.provisioning.extraction.result import Extraction
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import Kind
from app.provisioning.schema.validation import SchemaError
from app.provisioning.source.files import SourceError, SourceTree
from tests.provisioning.drizzle import oracle
from tests.provisioning.fidelity import applied, compare_in, scratch
from tests.world import PASSWORDS, server_directory

Ask = Callable[[Mapping[str, str]], str]
"""The real tool's SQL for some files. Raises its own error where it rejects them."""


class Report:
    """What came of all apps."""

    def __init__(self, reader: Callable[[SourceTree], Extraction | None], ask: Ask) -> None:
        self._read = reader
        self._ask = ask
        self.outcomes: Counter[str] = Counter()
        self.equal: Counter[Kind] = Counter()
        self.of: Counter[Kind] = Counter()

    async def add(self, connection: asyncpg.Connection, directory: Path) -> None:
        """Compares one app and says what differs."""
        try:
            tree = SourceTree.of_directory(directory)
        except SourceError as error:
            self._count("no app", directory, str(error))
            return
        extraction = self._read(tree)
        if extraction is None:
            self._count("no tables", directory)
            return
        for finding in extraction.findings:
            print(f"    {finding.severity} {finding.file}:{finding.line} {finding.rule} {finding.message}")
        try:
            theirs = self._ask(tree.files)
        except RuntimeError as error:
            self._count("rejected by the tool", directory, str(error)[:200])
            await self._try(connection, extraction)
            return
        extensions = "".join(f"create extension if not exists {each};\n" for each in extraction.schema.extensions)
        try:
            fidelity = await compare_in(connection, extraction.schema, extensions + theirs)
        except (asyncpg.PostgresError, SchemaError) as error:
            await self._try(connection, extraction)
            self._count("not comparable", directory, str(error))
            return
        for kind, score in fidelity.score.items():
            self.equal[kind] += score.equal
            self.of[kind] += score.of
        outcome = "different" if fidelity.differences else "equal"
        self._count(outcome, directory, f"{len(extraction.schema.tables)} tables")
        for difference in fidelity.differences:
            print(f"    {difference}")

    async def _try(self, connection: asyncpg.Connection, extraction: Extraction) -> None:
        try:
            await applied(connection, [statement.sql for statement in statements(extraction.schema)])
            print(f"    ours applies: {len(extraction.schema.tables)} tables")
        except (asyncpg.PostgresError, SchemaError) as error:
            print(f"    ours does not apply: {error} {getattr(error, '__notes__', '')}")

    def _count(self, outcome: str, directory: Path, why: str = "") -> None:
        self.outcomes[outcome] += 1
        print(f"{outcome:22} {directory}: {why}" if why else f"{outcome:22} {directory}", flush=True)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{number} {outcome}" for outcome, number in self.outcomes.most_common())
        kinds = [
            f"{kind:12} {self.equal[kind]:6,} of {of:6,}  {self.equal[kind] / of:8.2%}" for kind, of in self.of.items()
        ]
        total = sum(self.of.values()) or 1
        share = f"{'all':12} {sum(self.equal.values()):6,} of {total:6,}  {sum(self.equal.values()) / total:8.2%}"
        return "\n".join([outcomes, *kinds, share])


async def compare(report: Report, directories: list[Path]) -> None:
    """Compares apps on a server of its own."""
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], version=18, durable=False, report=lambda _: None
        ) as server,
    ):
        async with scratch(server.url()) as connection:
            for app in directories:
                await report.add(connection, app)
    print(report)


def main() -> None:
    """Compares apps."""
    parser = argparse.ArgumentParser(description="Compare real apps' tables with what drizzle-kit makes of them")
    parser.add_argument("directories", nargs="+", type=Path, help="apps")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    arguments = parser.parse_args()
    report = Report(read, lambda files: oracle.sql(files, arguments.packages)[0])
    asyncio.run(compare(report, arguments.directories))


if __name__ == "__main__":
    main()
