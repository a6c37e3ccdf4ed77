"""`schema extract --oracle`: what differs from what the real tool would make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import asyncpg

from app.provisioning.extraction.result import Extraction
from app.provisioning.oracles.chosen import explanation
from app.provisioning.oracles.comparison import Fidelity, compare_in
from app.provisioning.oracles.tools import Answer, OracleError, ask
from app.provisioning.schema.ddl import create_extension
from app.provisioning.server.app_server import AppServer
from app.provisioning.source.files import SourceTree

_STAND_INS: Final = {"citext": ("citext",), "postgis": ("geography", "geometry")}
"""Types of extensions that the server may lack: to a catalog of empty tables, domains of text are as good."""


async def compared(extraction: Extraction, tree: SourceTree, packages: Path, server: str) -> tuple[Fidelity, Answer]:
    """Both, each in an empty database on the server for apps. Raises OracleError and AppServerError."""
    if extraction.reader is None or not extraction.schema.tables:
        raise OracleError("There is no table to compare.")
    answer = ask(extraction.reader, tree, packages)
    async with AppServer(server).scratch() as hand, hand.link() as link:
        await _extend(link.connection, extraction.schema.extensions)
        try:
            # Which extensions can be had is the server's matter, no difference between the two.
            ours = replace(extraction.schema, extensions=())
            return await compare_in(link.connection, ours, answer.sql), answer
        except (asyncpg.PostgresError, ValueError) as error:
            statement = " ".join(getattr(error, "__notes__", [""])[0].split())[:200]
            raise OracleError(f"One of the two does not apply here: {error} ({statement})") from error


async def _extend(connection: asyncpg.Connection, extensions: tuple[str, ...]) -> None:
    for name in extensions:
        try:
            await connection.execute(create_extension(name).sql)
        except asyncpg.PostgresError:
            for type_ in _STAND_INS.get(name, ()):
                await connection.execute(f"create domain public.{type_} as text")


def shown(fidelity: Fidelity, answer: Answer) -> Iterator[str]:
    """How much is equal, kind by kind, then what is not, and what explains it."""
    yield f"{fidelity.share:.1%} of what the real tool makes is equal"
    for kind, score in fidelity.score.items():
        if score.of:
            yield f"  {kind:12} {score.equal:6,} of {score.of:6,}"
    for difference in fidelity.differences:
        why = explanation(difference)
        yield str(difference) if why is None else f"{difference}: {why}"
    for line in answer.unloaded:
        yield f"The tool could not load {line}"


def unexplained(fidelity: Fidelity) -> int:
    """How many differences nothing explains."""
    return sum(explanation(difference) is None for difference in fidelity.differences)
