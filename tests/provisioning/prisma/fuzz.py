"""Schemas at random, read by Prisma and by us.

`python -m tests.provisioning.prisma.fuzz [--examples 1000] [--packages DIRECTORY]`: what Prisma accepts must give the
catalog that Prisma makes, or apply where Prisma's own SQL does not; what it rejects must give a finding, and apply.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from pathlib import Path

import asyncpg
from hypothesis import HealthCheck, Phase, given, settings

from app.local.postgres import Postgres
from app.provisioning.extraction.prisma.reader import read
from app.provisioning.oracles.chosen import without_extensions
from app.provisioning.schema.ddl import statements
from app.provisioning.source.files import SourceTree
from tests.provisioning.fidelity import applied, compare_in, scratch
from tests.provisioning.prisma.fidelity import STUBS, with_extensions_there
from tests.provisioning.prisma.oracle import Oracle, OracleError
from tests.provisioning.prisma.schemas import schemas
from tests.world import PASSWORDS, server_directory


async def check(connection: asyncpg.Connection, oracle: Oracle, text: str) -> str:
    """What came of one schema. Raises AssertionError where it is not what it must be."""
    extraction = read(SourceTree({"schema.prisma": text}))
    assert extraction is not None
    ours = with_extensions_there(extraction.schema)
    if '@db.Xml @default("' in text:
        return "not tried: the server has no libxml"
    theirs, error = _asked(oracle, text)
    if theirs is None:
        await applied(connection, [statement.sql for statement in statements(ours)])
        assert extraction.findings, f"Prisma rejects this and we say nothing:\n{error}"
        return "rejected"
    try:
        fidelity = await compare_in(connection, ours, without_extensions(theirs))
    except asyncpg.PostgresError:
        await applied(connection, [statement.sql for statement in statements(ours)])
        assert extraction.findings, "Prisma's SQL does not apply and we say nothing of it"
        return "accepted, but Prisma's own SQL does not apply"
    assert not fidelity.differences, "\n".join(map(str, fidelity.differences))
    assert not extraction.errors, extraction.errors
    return "equal"


def _asked(oracle: Oracle, text: str) -> tuple[str | None, str]:
    try:
        return oracle.sql({"schema.prisma": text}), ""
    except OracleError as error:
        return None, str(error)


def main() -> None:
    """Tries as many as are asked for, and prints what came of them."""
    parser = argparse.ArgumentParser(description="Compare random schemas with what Prisma makes of them")
    parser.add_argument("--examples", type=int, default=1_000)
    parser.add_argument("--packages", type=Path, help="the directory with node_modules, where Prisma's engine is")
    arguments = parser.parse_args()
    outcomes: Counter[str] = Counter()
    with (
        server_directory() as directory,
        Postgres(
            directory / "data", password=PASSWORDS["supabase_admin"], durable=False, report=lambda _: None
        ) as server,
        Oracle(*filter(None, [arguments.packages])) as oracle,
        asyncio.Runner() as runner,
    ):

        async def run(text: str) -> str:
            async with asyncio.timeout(30):
                return await check(connection, oracle, text)

        @settings(
            max_examples=arguments.examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(schemas())
        def try_one(text: str) -> None:
            outcomes[runner.run(run(text))] += 1

        opened = scratch(server.url())
        connection = runner.run(opened.__aenter__())
        try:
            runner.run(connection.execute(STUBS))
            try_one()
        finally:
            runner.run(opened.__aexit__(None, None, None))
    for outcome, count in outcomes.most_common():
        print(f"{count:6} {outcome}")


if __name__ == "__main__":
    main()
