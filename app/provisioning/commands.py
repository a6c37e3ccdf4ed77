"""The commands `apps …`: what an operator does with apps' databases, in the name of the apps' owners."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app import __version__
from app.caller import Caller
from app.database import Database
from app.errors import PalaverError
from app.metrics import Metrics
from app.provisioning.apps import Apps, Requested, failure
from app.provisioning.extraction.report import told
from app.provisioning.extraction.sandbox import Given
from app.provisioning.forms import ENVIRONMENTS, Row, status
from app.provisioning.intake import Intake
from app.provisioning.source.files import SourceTree
from app.provisioning.work.runner import Runner
from app.queries import QUERIES
from app.settings import Settings

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
NEEDS: Final = (("DATABASE_URL",), ("WORKER_DATABASE_URL",), ("PROVISIONER_DATABASE_URL",), ("SECRETS_KEY",))


class AppsError(Exception):
    """A command on apps cannot do what it was asked; the text says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An app, and its owner, in whose name everything is done."""

    apps: Apps
    intake: Intake
    caller: Caller
    app_id: UUID


def add_commands(command: Add) -> None:
    """Tell the command line of these."""
    needs = ", ".join(name for (name,) in NEEDS)
    apps = command("apps", _run(_list), f"Make and look after databases of generated apps ({needs}).")
    actions = apps.add_subparsers(dest="action", required=True, metavar="action")

    def action(
        name: str, work: Callable[[argparse.Namespace], Coroutine[Any, Any, None]], text: str, *, of_app: bool = True
    ) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.set_defaults(run=_run(work))
        if of_app:
            added.add_argument("app", help="its id, or its name where only one app has it")
            added.add_argument("--environment", choices=ENVIRONMENTS, default=ENVIRONMENTS[0])
        return added

    action("list", _list, "List the apps with their databases.", of_app=False)
    create = action("create", _create, "Note a new app, and keep its files.", of_app=False)
    create.add_argument("name")
    create.add_argument("path", type=Path, nargs="?", help="its directory, or a zip archive of it")
    create.add_argument("--owner", required=True, help="e-mail address of the person whose app it is")
    make = action("provision", _provision, "Make the database of an app, with the tables that its files say.")
    make.add_argument("path", type=Path, nargs="?", help="its directory or zip archive, if not the files that are kept")
    make.add_argument("--empty", action="store_true", help="also where the files say nothing of tables")
    action("status", _status, "Show how an app's database is, as JSON.")
    action("connection", _connection, "Print the connection string; the look is noted in the audit log.")
    action("rotate-password", _operation("rotate"), "Give the database a new password; connections live on.")
    remove = action("deprovision", _deprovision, "Shut the database, and remove it after a grace time.")
    remove.add_argument("--grace-days", type=int, metavar="DAYS", help="0 removes it at once (default 7)")
    remove.add_argument("--no-backup", action="store_true", help="keep nothing of it")
    action("undo-deprovision", _operation("unremove"), "Have a database back that is being removed.")


def _run(work: Callable[[argparse.Namespace], Coroutine[Any, Any, None]]) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        try:
            asyncio.run(work(given))
        except PalaverError as error:
            lines = [error.detail, *error.extra.get("findings", ())]
            raise AppsError("\n  ".join(lines)) from error
        return 0

    return run


async def _list(given: argparse.Namespace) -> None:
    async with _owner() as connection:
        for row in await connection.fetch(QUERIES["list_generated_apps"]):
            databases = ", ".join(f"{name} {state}" for name, state in json.loads(row["databases"]).items())
            print(f"{row['id']}  {row['tenant']}  {row['owner'] or '-'}  {row['name']}  {databases or 'no database'}")


async def _create(given: argparse.Namespace) -> None:
    tree = None if given.path is None else SourceTree.of_path(given.path)
    async with _owner() as connection:
        row = await connection.fetchrow(QUERIES["create_generated_app"], given.name, given.owner)
    if row is None:
        raise AppsError(f"there is nobody who can sign in with the e-mail address {given.owner}.")
    if tree is not None:
        async with _desk(str(row["id"])) as desk:
            await desk.intake.store(desk.caller, desk.app_id, tree.files)
    print(row["id"])


async def _provision(given: argparse.Namespace) -> None:
    files = None if given.path is None else Given(files=SourceTree.of_path(given.path).files)
    async with _desk(given.app) as desk:
        revision = await desk.intake.keep(desk.caller, desk.app_id, files, empty=given.empty)
        for finding in revision.extracted.extraction.findings:
            _say(told(finding))
        await _ask(desk, given, "provision", {"revision_id": revision.id})
        shown = status(await desk.apps.find(desk.caller, desk.app_id), given.environment)
        _say(f"{shown['tablesCreated']} tables; {len(shown['receipt'] or ())} ways out of it were tried and refused")
        print((await desk.apps.connection(desk.caller, desk.app_id, given.environment))["connectionString"])


async def _status(given: argparse.Namespace) -> None:
    async with _desk(given.app) as desk:
        shown = status(await desk.apps.find(desk.caller, desk.app_id), given.environment)
        print(json.dumps(shown, indent=2, ensure_ascii=False))


async def _connection(given: argparse.Namespace) -> None:
    async with _desk(given.app) as desk:
        print((await desk.apps.connection(desk.caller, desk.app_id, given.environment))["connectionString"])


async def _deprovision(given: argparse.Namespace) -> None:
    arguments: dict[str, Any] = {"backup": not given.no_backup}
    if given.grace_days is not None:
        arguments["grace_days"] = given.grace_days
    async with _desk(given.app) as desk:
        await _ask(desk, given, "remove", arguments)
        shown = status(await desk.apps.find(desk.caller, desk.app_id), given.environment)
        due = shown.get("removalDueAt")
        _say(f"shut; it can be had back until {due}" if due else "removed")


def _operation(kind: str) -> Callable[[argparse.Namespace], Coroutine[Any, Any, None]]:
    async def work(given: argparse.Namespace) -> None:
        async with _desk(given.app) as desk:
            await _ask(desk, given, kind, {})

    return work


async def _ask(desk: Desk, given: argparse.Namespace, kind: str, arguments: Mapping[str, Any]) -> Requested:
    """Ask for an operation, and tell each of its steps until it has ended. Raises AppsError where it failed."""
    asked = await desk.apps.request(desk.caller, desk.app_id, given.environment, kind, arguments)
    if asked.operation_id is None:
        _say(f"nothing to do: {asked.status}")
        return asked
    steps = 0
    async for operation in desk.apps.follow(desk.caller, asked.operation_id):
        for step in operation["progress"][steps:]:
            _say(f"{step['step']}{': ' + step['detail'] if step['detail'] else ''}")
        steps = len(operation["progress"])
        if operation["state"] == "failed":
            raise failure(operation)
    return asked


@asynccontextmanager
async def _desk(app: str) -> AsyncIterator[Desk]:
    settings = Settings.load(require=NEEDS)
    row = await _found(app)
    claims = json.dumps({"role": "authenticated", "sub": str(row["auth_id"])}, sort_keys=True)
    caller = Caller(row["auth_id"], claims, row["owner"], float("inf"))
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
        yield Desk(Apps(database, runner), Intake(database), caller, row["id"])
    finally:
        if runner is not None:
            await runner.drain(settings.shutdown_grace_seconds)
        await database.close()


async def _found(app: str) -> Row:
    async with _owner() as connection:
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
async def _owner() -> AsyncIterator[asyncpg.Connection]:
    url = Settings.load(require=(("DATABASE_URL",),)).database_url
    try:
        connection = await asyncpg.connect(url.get_secret_value() if url else "", timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise AppsError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
