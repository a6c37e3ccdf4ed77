"""The receipt: what an app's own login tried against the server, and how it was refused."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import asyncpg

from app.provisioning.server import names as naming
from app.provisioning.server.connection import Address, Credentials, Link
from app.provisioning.server.errors import told
from app.provisioning.server.names import Names
from app.provisioning.server.statements import filled, named

REFUSED: Final = "42501"
_GONE: Final = frozenset({"3D000", "55000", "42704", "22023"})
"""Another app's database or role that was removed meanwhile, or is not open yet: nothing was tried."""

_ALONE: Final = "-- alone\n"
_DESCRIBED: Final = re.compile(r"-- ([^\n]+)\n((?:-- alone\n)?)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried. `unclear` is what failed otherwise than by a lack of rights: it counts as not held."""

    attempt: str
    description: str
    outcome: Literal["refused", "ALLOWED", "unclear"]
    sqlstate: str | None
    ms: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """A statement of attempts.sql."""

    name: str
    description: str
    sql: str
    alone: bool

    @property
    def on_another(self) -> bool:
        """Whether it is about another app."""
        return ':"other"' in self.sql

    @classmethod
    def of(cls, name: str, text: str) -> Attempt:
        """As it stands in the file."""
        described = _DESCRIBED.fullmatch(text)
        if described is None:
            raise ValueError(f"{name} lacks its description")
        return cls(name, described[1], described[3], described[2] == _ALONE)


ATTEMPTS: Final = tuple(Attempt.of(name, text) for name, text in named("attempts.sql").items())


async def receipt(address: Address, provisioner: Link, names: Names, login: str, password: str) -> list[Trial]:
    """Try everything with the app's real credentials. Raises AppServerError where it cannot even sign in."""
    given = await _targets(provisioner, names, login)
    found = await provisioner.rows("others", database=names.database, apps=naming.APPS, scratches=naming.SCRATCHES)
    others = [row["datname"] for row in found]
    own = Credentials(login, password, names.database)
    # At most one beside the session below, for it may be allowed no more.
    alone = asyncio.Semaphore(1)

    async def connect(database: str) -> Trial:
        async with alone:
            return await _connect(address, login, password, database)

    async with address.link(own) as link:
        connects, trials = await asyncio.gather(
            asyncio.gather(*(connect(other) for other in others)), _statements(link.connection, given)
        )
    return [trial for trial in connects if trial.sqlstate not in _GONE] + trials


def holds(trials: list[Trial]) -> bool:
    """Whether everything was refused."""
    return bool(trials) and all(trial.outcome == "refused" for trial in trials)


async def _targets(provisioner: Link, names: Names, login: str) -> dict[str, str | int]:
    connection = provisioner.connection
    given: dict[str, str | int | None] = {
        "login": login,
        "role": names.role,
        "database": names.database,
        "owner": naming.OWNER,
        "provisioner": await provisioner.value("who"),
        "pid": connection.get_server_pid(),
        "other": await provisioner.value("another_app", apps=naming.APPS, database=names.database),
        "extension": await provisioner.value("guarded_extension"),
    }
    return {name: value for name, value in given.items() if value is not None}


async def _connect(address: Address, login: str, password: str, database: str) -> Trial:
    started = time.perf_counter()
    state: str | None = None
    try:
        await (await address.connect(Credentials(login, password, database))).close()
    except asyncpg.PostgresError as error:
        state = str(error.sqlstate)
    except (OSError, TimeoutError, asyncpg.InterfaceError):
        state = "08006"
    kind = "another app's database" if Names.of(database) else "a database that is no app's"
    return _trial("connect", f"connect to {kind}", state, started)


async def _statements(connection: asyncpg.Connection, given: Mapping[str, Any]) -> list[Trial]:
    trials = []
    for attempt in ATTEMPTS:
        try:
            sql = filled(attempt.sql, **given)
        except KeyError:
            # There is no other app yet, or no such extension.
            continue
        started = time.perf_counter()
        state: str | None = None
        with told():
            try:
                # In one message; the rollback before it ends what the last attempt has left.
                await connection.execute(sql if attempt.alone else f"begin; {sql}; rollback")
            except asyncpg.PostgresError as error:
                if connection.is_closed():
                    raise
                state = str(error.sqlstate)
            if state not in _GONE or not attempt.on_another:
                trials.append(_trial(attempt.name, attempt.description, state, started))
            if state is not None and not attempt.alone:
                await connection.execute("rollback")
    return trials


def _trial(attempt: str, description: str, state: str | None, started: float) -> Trial:
    outcome: Literal["refused", "ALLOWED", "unclear"] = (
        "ALLOWED" if state is None else "refused" if state == REFUSED else "unclear"
    )
    return Trial(attempt, description, outcome, state, round((time.perf_counter() - started) * 1000, 2))
