"""`schema extract --oracle`: what differs from what the real tool would make."""

from __future__ import annotations

from collections import Counter
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
    """How much is equal, kind by kind, then what is not; what differs on purpose is as good as equal."""
    whys = {difference: why for difference in fidelity.differences if (why := explanation(difference))}
    chosen = Counter(difference.kind for difference in whys)
    equal = {kind: score.equal + chosen[kind] for kind, score in fidelity.score.items()}
    of = sum(score.of for score in fidelity.score.values())
    yield f"{sum(equal.values()) / of if of else 1:.1%} of what the real tool makes is equal"
    for kind, score in fidelity.score.items():
        yield f"  {kind:12} {equal[kind]:6,} of {score.of:6,}"
    yield from (str(difference) for difference in fidelity.differences if difference not in whys)
    for why, number in Counter(whys.values()).items():
        yield f"On purpose: {why} ({number:,} times)"
    yield from (f"The tool could not load {line}" for line in answer.unloaded)


def unexplained(fidelity: Fidelity) -> int:
    """How many differences nothing explains."""
    return sum(explanation(difference) is None for difference in fidelity.differences)
