"""The commands `apps …`: what an operator does with apps' databases, in the name of the apps' owners."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncpg

from app.database_errors import from_database
from app.errors import PalaverError
from app.provisioning.change_commands import add_actions
from app.provisioning.desk import NEEDS, AppsError, desk, owner, plain, say, source
from app.provisioning.extraction.report import told
from app.provisioning.forms import ENVIRONMENTS, status
from app.provisioning.source.files import SourceTree
from app.queries import QUERIES


class _Parser(argparse.ArgumentParser):
    """Takes options anywhere: argparse sees no last argument that may be left out where an option comes before it."""

    _is_mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse calls it for a subcommand, and again for the two halves of that."""
        if self._is_mixing:
            return super().parse_known_args(args, namespace)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_mixing = False


Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: Add) -> None:
    """Tell the command line of these."""
    needs = ", ".join(name for (name,) in NEEDS)
    apps = command("apps", _run(_list), f"Make and look after databases of generated apps ({needs}).")
    actions = apps.add_subparsers(dest="action", required=True, metavar="action", parser_class=_Parser)

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
    add_actions(action)


def _run(work: Callable[[argparse.Namespace], Coroutine[Any, Any, None]]) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        try:
            asyncio.run(work(given))
        except PalaverError as error:
            lines = [plain(line) for line in (error.detail, *error.extra.get("findings", ()))]
            raise AppsError("\n  ".join(lines)) from error
        return 0

    return run


async def _list(given: argparse.Namespace) -> None:
    async with owner() as connection:
        for row in await connection.fetch(QUERIES["list_generated_apps"]):
            databases = ", ".join(f"{name} {state}" for name, state in json.loads(row["databases"]).items())
            said = f"{row['id']}  {row['tenant']}  {row['owner'] or '-'}  {row['name']}  {databases or 'no database'}"
            print(plain(said))


async def _create(given: argparse.Namespace) -> None:
    tree = None if given.path is None else SourceTree.of_path(given.path)
    async with owner() as connection:
        try:
            row = await connection.fetchrow(QUERIES["create_generated_app"], given.name, given.owner)
        except asyncpg.PostgresError as error:
            raise from_database(error) from error
    if row is None:
        raise AppsError(f"there is nobody who can sign in with the e-mail address {given.owner}.")
    if tree is not None:
        async with desk(str(row["id"])) as at:
            await at.intake.store(at.caller, at.app_id, tree.files)
    print(row["id"])


async def _provision(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        revision = await at.intake.keep(at.caller, at.app_id, source(given.path), empty=given.empty)
        for finding in revision.extracted.extraction.findings:
            say(told(finding))
        await at.ask(given, "provision", {"revision_id": revision.id})
        shown = status(await at.apps.find(at.caller, at.app_id), given.environment)
        if shown["pending"]:
            say("the files say something else than the database has; see what would change with `apps plan`")
        say(f"{shown['tablesCreated']} tables; {len(shown['receipt'] or ())} ways out of it were tried and refused")
        print((await at.apps.connection(at.caller, at.app_id, given.environment))["connectionString"])


async def _status(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        shown = status(await at.apps.find(at.caller, at.app_id), given.environment)
        print(json.dumps(shown, indent=2, ensure_ascii=False))


async def _connection(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        print((await at.apps.connection(at.caller, at.app_id, given.environment))["connectionString"])


async def _deprovision(given: argparse.Namespace) -> None:
    arguments: dict[str, Any] = {"backup": not given.no_backup}
    if given.grace_days is not None:
        arguments["grace_days"] = given.grace_days
    async with desk(given.app) as at:
        await at.ask(given, "remove", arguments)
        shown = status(await at.apps.find(at.caller, at.app_id), given.environment)
        due = shown.get("removalDueAt")
        say(f"shut; it can be had back until {due}" if due else "removed")


def _operation(kind: str) -> Callable[[argparse.Namespace], Coroutine[Any, Any, None]]:
    async def work(given: argparse.Namespace) -> None:
        async with desk(given.app) as at:
            await at.ask(given, kind, {})

    return work
