"""How much of the entities of real apps is what TypeORM itself makes of them.

`python -m tests.provisioning.typeorm.fidelity DIRECTORY … [--packages DIRECTORY] [--release 1]` takes each directory as
an app and prints for each kind of thing how many are equal in PostgreSQL's catalog. It runs the code of the entities.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Final

import asyncpg

from app.local.postgres import Postgres
from app.provisioning.extraction.typeorm.columns import OF_OTHERS
from app.provisioning.extraction.typeorm.reader import TESTS, read
from app.provisioning.oracles.chosen import explanation, without_their_types
from app.provisioning.schema.ddl import statements
from app.provisioning.schema.difference import Kind
from app.provisioning.schema.validation import SchemaError
from app.provisioning.source.files import SourceError, SourceTree
from tests.provisioning.fidelity import applied, compare_in, scratch
from tests.provisioning.typeorm import oracle
from tests.world import PASSWORDS, server_directory

_UNSUPPORTED: Final = re.compile(r'Data type "(.+?)" in')


def _asked(files: dict[str, str], release: int, packages: Path) -> tuple[str, str, dict[str, str]]:
    """TypeORM's SQL, what it could not load, and the files: types of other databases become PostgreSQL's for both."""
    for _ in range(12):
        try:
            return *oracle.sql(files, release, packages), files
        except oracle.OracleError as error:
            found = _UNSUPPORTED.search(str(error))
            if found is None or found[1] not in OF_OTHERS:
                raise
            written = re.compile(rf"(?<=['\"]){re.escape(found[1])}(?=['\"])")
            files = {path: written.sub(OF_OTHERS[found[1]], text) for path, text in files.items()}
    return *oracle.sql(files, release, packages), files


class Report:
    """What came of all apps."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.equal: Counter[Kind] = Counter()
        self.of: Counter[Kind] = Counter()
        self.chosen = 0

    async def add(self, connection: asyncpg.Connection, directory: Path, packages: Path, release: int) -> None:
        """Compares one app and says what differs."""
        try:
            tree = SourceTree.of_directory(directory)
        except SourceError as error:
            self._count("no app", directory, str(error))
            return
        files = {path: text for path, text in tree.files.items() if not TESTS.search(path)}
        if read(SourceTree(files)) is None:
            self._count("no entities", directory)
            return
        try:
            theirs, unloaded, files = _asked(files, release, packages)
        except oracle.OracleError as error:
            self._count("rejected by TypeORM", directory, str(error))
            await self._try(connection, directory, SourceTree(files))
            return
        extraction = read(SourceTree(files))
        assert extraction is not None
        for line in [line for line in unloaded.splitlines() if ": " in line][:5]:
            print(f"    could not be loaded: {line}")
        for finding in extraction.errors:
            print(f"    {finding.file}:{finding.line} {finding.rule} {finding.message}")
        try:
            fidelity = await compare_in(connection, extraction.schema, without_their_types(theirs))
        except (asyncpg.PostgresError, SchemaError) as error:
            is_theirs = any(note[:100] in without_their_types(theirs) for note in getattr(error, "__notes__", ()))
            self._count("TypeORM's does not apply" if is_theirs else "does not apply", directory, str(error))
            if is_theirs:
                await self._try(connection, directory, SourceTree(files))
            return
        differences = [difference for difference in fidelity.differences if explanation(difference) is None]
        self.chosen += len(fidelity.differences) - len(differences)
        chosen = Counter(difference.kind for difference in fidelity.differences if explanation(difference))
        for kind, score in fidelity.score.items():
            self.equal[kind] += score.equal + chosen[kind]
            self.of[kind] += score.of
        self._count("different" if differences else "equal", directory, f"{len(extraction.schema.tables)} tables")
        for difference in differences:
            print(f"    {difference}")

    async def _try(self, connection: asyncpg.Connection, directory: Path, tree: SourceTree) -> None:
        extraction = read(tree)
        assert extraction is not None
        try:
            await applied(connection, [statement.sql for statement in statements(extraction.schema)])
        except (asyncpg.PostgresError, SchemaError) as error:
            print(f"    ours does not apply: {error} {getattr(error, '__notes__', '')}")

    def _count(self, outcome: str, directory: Path, why: str = "") -> None:
        self.outcomes[outcome] += 1
        print(f"{outcome:26} {directory}: {why}" if why else f"{outcome:26} {directory}", flush=True)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{number} {outcome}" for outcome, number in self.outcomes.most_common())
        kinds = [
            f"{kind:12} {self.equal[kind]:6,} of {of:6,}  {self.equal[kind] / of:8.2%}" for kind, of in self.of.items()
        ]
        total = sum(self.of.values()) or 1
        share = f"{'all':12} {sum(self.equal.values()):6,} of {total:6,}  {sum(self.equal.values()) / total:8.2%}"
        return "\n".join([outcomes, *kinds, share, f"{self.chosen:,} keys are gen_random_uuid() on purpose"])


async def main() -> None:
    """Compares apps."""
    parser = argparse.ArgumentParser(description="Compare real apps' entities with what TypeORM makes of them")
    parser.add_argument("directories", nargs="+", type=Path, help="apps")
    parser.add_argument("--packages", type=Path, default=oracle.DIRECTORY, help="the directory with node_modules")
    parser.add_argument("--release", type=int, default=0, choices=oracle.PACKAGES, help="TypeORM's major version")
    arguments = parser.parse_args()
    report = Report()
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], version=18, durable=False, report=lambda _: None
        ) as server,
    ):
        async with scratch(server.url()) as connection:
            for app in arguments.directories:
                await report.add(connection, app, arguments.packages, arguments.release)
    print(report)


if __name__ == "__main__":
    asyncio.run(main())
