"""`schema extract --oracle`: what differs from what the real tool would make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncpg

from app.provisioning.extraction.result import Extraction
from app.provisioning.oracles.comparison import Fidelity, compare_in
from app.provisioning.oracles.tools import OracleError, sql_of
from app.provisioning.server.app_server import AppServer
from app.provisioning.source.files import SourceTree


async def compared(extraction: Extraction, tree: SourceTree, packages: Path, server: str) -> Fidelity:
    """Both, each in an empty database on the server for apps. Raises OracleError and AppServerError."""
    if extraction.reader is None:
        raise OracleError("There is no table to compare.")
    theirs = sql_of(extraction.reader, tree, packages)
    async with AppServer(server).scratch() as hand, hand.link() as link:
        try:
            return await compare_in(link.connection, extraction.schema, theirs)
        except (asyncpg.PostgresError, ValueError) as error:
            raise OracleError(f"One of the two does not apply here: {error}") from error


def shown(fidelity: Fidelity) -> Iterator[str]:
    """How much is equal, kind by kind, then what is not."""
    yield f"{fidelity.share:.1%} of what the real tool makes is equal"
    for kind, score in fidelity.score.items():
        if score.of:
            yield f"  {kind:12} {score.equal:6,} of {score.of:6,}"
    yield from map(str, fidelity.differences)
