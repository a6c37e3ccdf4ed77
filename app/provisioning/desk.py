"""What the commands `apps …` work with: an app, its owner, in whose name everything is done, and a worker's parts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app import __version__
from app.caller import Caller
from app.database import Database
from app.metrics import Metrics
from app.provisioning.app_changes import Changes
from app.provisioning.apps import Apps, Requested, failure, steps_after
from app.provisioning.extraction.sandbox import Given
from app.provisioning.forms import Row
from app.provisioning.intake import Intake
from app.provisioning.source.files import SourceTree
from app.provisioning.work.runner import Runner
from app.queries import QUERIES
from app.settings import Settings

NEEDS: Final = (("DATABASE_URL",), ("WORKER_DATABASE_URL",), ("PROVISIONER_DATABASE_URL",), ("SECRETS_KEY",))


class AppsError(Exception):
    """A command on apps cannot do what it was asked; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An app, and its owner, in whose name everything is done."""

    apps: Apps
    intake: Intake
    changes: Changes
    caller: Caller
    app_id: UUID

    async def ask(self, given: argparse.Namespace, kind: str, arguments: Mapping[str, Any]) -> Requested:
        """Ask for an operation, and tell each of its steps until it has ended. Raises PalaverError where it failed."""
        asked = await self.apps.request(self.caller, self.app_id, given.environment, kind, arguments)
        await self.follow(asked)
        return asked

    async def follow(self, asked: Requested) -> None:
        """Tell each step of an operation until it has ended. Raises PalaverError where it failed."""
        if asked.operation_id is None:
            say(f"nothing to do: {asked.status}")
            return
        told = None
        async for operation in self.apps.follow(self.caller, asked.operation_id):
            for step in steps_after(operation, told):
                say(f"{step['step']}{': ' + step['detail'] if step['detail'] else ''}")
                told = step["at"]
            if operation["state"] == "failed":
                raise failure(operation)


@asynccontextmanager
async def worker() -> AsyncIterator[tuple[Database, Runner | None]]:
    """A worker's database and what does operations there, until what it is at has ended."""
    settings = Settings.load(require=NEEDS)
    url = settings.worker_database_url
    database = Database(
        url.get_secret_value() if url else "",
        size=settings.database_pool_size,
        timeout=settings.database_timeout_seconds,
        metrics=Metrics(__version__),
    )
    await database.open()
    runner = Runner.of(settings, database)
    try:
        yield database, runner
    finally:
        if runner is not None:
            await runner.drain(settings.shutdown_grace_seconds)
        await database.close()


@asynccontextmanager
async def desk(app: str) -> AsyncIterator[Desk]:
    """For the app of that id or name. Raises AppsError where there is none, or more than one."""
    Settings.load(require=NEEDS)
    row = await _found(app)
    claims = json.dumps({"role": "authenticated", "sub": str(row["auth_id"])}, sort_keys=True)
    caller = Caller(row["auth_id"], claims, row["owner"], float("inf"))
    async with worker() as (database, runner):
        apps = Apps(database, runner)
        changes = Changes(database, apps, runner.planner if runner else None)
        yield Desk(apps, Intake(database), changes, caller, row["id"])


def source(path: Path | None) -> Given | None:
    """The files of a directory or a zip archive; None: those that are kept of the app. Raises SourceError."""
    return None if path is None else Given(files=SourceTree.of_path(path).files)


async def _found(app: str) -> Row:
    async with owner() as connection:
        rows = await connection.fetch(QUERIES["find_generated_apps"], app)
    if not rows:
        raise AppsError(f"there is no app {app}.")
    if len(rows) > 1:
        names = ", ".join(f"{row['id']} of {row['tenant']}" for row in rows)
        raise AppsError(f"there are {len(rows)} apps {app}; name one by its id: {names}.")
    (row,) = rows
    if row["auth_id"] is None:
        raise AppsError(f"the app {app} has no owner who can sign in; give it one first.")
    return dict(row)


@asynccontextmanager
async def owner() -> AsyncIterator[asyncpg.Connection]:
    """A connection of the operator's. Raises AppsError."""
    url = Settings.load(require=(("DATABASE_URL",),)).database_url
    try:
        connection = await asyncpg.connect(url.get_secret_value() if url else "", timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise AppsError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


def say(text: str) -> None:
    """Tell the operator something that is no output."""
    print(plain(text), file=sys.stderr, flush=True)


def plain(text: str) -> str:
    """A text of somebody else's on one line of a terminal, which obeys nothing that is in it."""
    return "".join(each if each.isprintable() else " " for each in text)
