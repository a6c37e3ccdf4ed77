"""The commands `apps …` about what becomes of a database: plans and changes, backups and copies, upkeep."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from app.provisioning.changes.plan import Choices
from app.provisioning.check_command import check, reason
from app.provisioning.desk import AppsError, Desk, desk, plain, say, source, worker
from app.provisioning.forms import ENVIRONMENTS, Row, status
from app.provisioning.server.errors import AppServerError

Work = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]
RECENT = 50


class Action(Protocol):
    """Adds a command under `apps`."""

    def __call__(self, name: str, work: Work, text: str, *, of_app: bool = True) -> argparse.ArgumentParser:
        """Its parser."""


def add_actions(action: Action) -> None:
    """Tell the command line of these."""
    plan = action("plan", _plan, "Show what the app's files change in its database, and keep that plan.")
    plan.add_argument("path", type=Path, nargs="?", help="its directory or zip archive, if not the files that are kept")
    plan.add_argument("--rename", type=_pair, action="append", default=[], metavar="OLD=NEW", help="`NEW` empty: none")
    plan.add_argument("--fill", type=_pair, action="append", default=[], metavar="COLUMN=SQL", help="for rows without")
    plan.add_argument(
        "--restore", action="append", default=[], metavar="NAME", help="drift that becomes as in the code"
    )
    plan.add_argument("--empty", action="store_true", help="also where the files say nothing of tables")
    plan.add_argument("--dry-run", action="store_true", help="keep neither files nor plan")
    action("changes", _changes, "List the changes of an app's databases.")
    apply = action("apply", _apply, "Carry a plan out: what needs nobody, and what is confirmed.")
    _named(apply)
    apply.add_argument("--confirm", type=_numbers, default=[], metavar="1,2|all", help="the steps to do that ask")
    apply.add_argument("--without-backup", action="store_true", help="also where data goes and nothing is kept of it")
    _named(action("undo", _undo, "Plan the way back from a change that was applied."))
    discard = action("discard", _discard, "Say no to a plan.")
    _named(discard)
    discard.add_argument("--settled", action="store_true", help="the database stays as it is for good")
    backup = action("backup", _backup, "Make a backup, and see that it can be restored.")
    backup.add_argument("--label", help="what it is for")
    action("backups", _backups, "List the backups of an app's databases.")
    restore = action("restore", _restore, "Give the database what a backup has.")
    restore.add_argument("backup", type=UUID, help="its id")
    copy = action("copy", _copy, "Make a database for --environment like that of another one.")
    copy.add_argument("--from", dest="source", choices=ENVIRONMENTS, default=ENVIRONMENTS[0])
    copy.add_argument("--no-data", action="store_true", help="only its tables")
    action("receipt", _receipt, "Show what the database tried to get out of its bounds, and how that was refused.")
    checking = action("check", check, "Compare the server for apps with what is known of it.", of_app=False)
    checking.add_argument("--mend", action="store_true", help="let apps in that are shut out for no reason")
    action("sweep", _sweep, "Do now what is due: removals, what workers left, sizes.", of_app=False)


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("change", type=UUID, nargs="?", help="its id, if not the newest")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError("must be two names with = between them")
    return name, value


def _numbers(text: str) -> list[int] | None:
    """The numbers; None: all."""
    if text == "all":
        return None
    parts = text.split(",")
    if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
        raise argparse.ArgumentTypeError("must be numbers of steps with commas between them, or all")
    return [int(part) for part in parts]


async def _plan(given: argparse.Namespace) -> None:
    renames = {old: new or None for old, new in given.rename}
    choices = Choices(renames, frozenset(given.restore), dict(given.fill))
    async with desk(given.app) as at:
        files = source(given.path)
        if given.dry_run:
            extracted = await at.intake.read(at.caller, at.app_id, files)
            schema = at.intake.checked(extracted, empty=given.empty).schema
            _show(await at.changes.preview(at.caller, at.app_id, given.environment, schema, choices))
            return
        revision = await at.intake.keep(at.caller, at.app_id, files, empty=given.empty)
        _show_kept(await at.changes.plan(at.caller, at.app_id, given.environment, revision.id, choices))


async def _changes(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        for row in await at.changes.history(at.caller, at.app_id, RECENT, None):
            error = f"  {row['error_code']}" if row["error_code"] else ""
            print(f"{row['id']}  {row['state']}  {row['created_at'][:19]}  {_subjects(row['steps'])}{error}")


async def _apply(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        change = await _change(at, given.change)
        asking = [step["number"] for step in change["steps"] if step["asks"]]
        confirmed = asking if given.confirm is None else given.confirm
        environment = await at.changes.environment(at.caller, at.app_id, change)
        how = {"without_backup": True} if given.without_backup else {}
        await at.follow(await at.changes.apply(at.caller, change, environment, change["digest"], confirmed, **how))
        done = await at.changes.find(at.caller, at.app_id, UUID(change["id"]))
        for step in done["ran"]:
            say(f"{step['number']} {done['steps'][step['number']]['subject']}: {step['milliseconds']:.0f} ms")
        say("done" if done["is_complete"] else "done but for what was not confirmed; plan again to see it")


async def _undo(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        change = await _change(at, given.change)
        _show_kept(await at.changes.undo(at.caller, at.app_id, UUID(change["id"])))


async def _discard(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        change = await _change(at, given.change)
        await at.changes.discard(at.caller, at.app_id, UUID(change["id"]), change["digest"], settled=given.settled)


async def _change(at: Desk, change_id: UUID | None) -> Row:
    if change_id is not None:
        return await at.changes.find(at.caller, at.app_id, change_id)
    newest = await at.changes.history(at.caller, at.app_id, 1, None)
    if not newest:
        raise AppsError("no change of this app's databases was planned; say `apps plan` first.")
    return newest[0]


async def _backup(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        await at.ask(given, "backup", {"label": given.label} if given.label else {})
        await _print_backups(at, 1)


async def _backups(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        await _print_backups(at, RECENT)


async def _print_backups(at: Desk, limit: int) -> None:
    for row in await at.apps.backups(at.caller, at.app_id, limit, None):
        size = "-" if row["bytes"] is None else f"{row['bytes'] / 1e6:.1f} MB"
        print(
            f"{row['id']}  {row['kind']}  {row['state']}  {row['created_at'][:19]}  {size}  {plain(row['label'] or '')}"
        )


async def _restore(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        await at.ask(given, "restore", {"backup_id": given.backup})


async def _copy(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        await at.ask(given, "copy", {"from": given.source, "data": not given.no_data})
        print((await at.apps.connection(at.caller, at.app_id, given.environment))["connectionString"])


async def _receipt(given: argparse.Namespace) -> None:
    async with desk(given.app) as at:
        shown = status(await at.apps.find(at.caller, at.app_id), given.environment)
        if not shown.get("receipt"):
            raise AppsError("there is no receipt: the database is not made, or was made without one.")
        for tried in shown["receipt"]:
            print(f"{tried['outcome']}  {tried['sqlstate'] or '-'}  {tried['description']}")


async def _sweep(given: argparse.Namespace) -> None:
    async with worker() as (_, runner):
        if runner is None:
            raise AppsError("this needs PROVISIONER_DATABASE_URL and SECRETS_KEY.")
        begun = await runner.sweep()
        for task in begun:
            await task
        try:
            await runner.look()
        except AppServerError as error:
            raise AppsError(reason(error)) from error
        say(f"{len(begun)} operations were due")


def _show_kept(change: Row) -> None:
    _show(change)
    if change["steps"]:
        print(f"{change['id']}: carry it out with `apps apply`")


def _show(plan: Row) -> None:
    if not plan["steps"]:
        print("The database is as the files say: there is nothing to change.")
    for step in plan["steps"]:
        asks = " (asks)" if step["asks"] else " (waits)" if step["waits"] else ""
        print(plain(f"{step['number']:>3} {step['kind']}{asks}: {step['explanation']}"))
        for sql in step["sql"]:
            print(plain(f"      {sql};"))
    for note in plan["drift"]:
        print(plain(f"    stays: {note['explanation']}"))
    for each in plan["possible_renames"]:
        print(plain(f"    perhaps a rename: --rename {each['from']}={each['to']}"))


def _subjects(steps: Iterable[Row]) -> str:
    return plain(", ".join(step["subject"] for step in steps)[:100]) or "nothing"
