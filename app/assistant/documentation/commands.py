"""The commands `docs load`, `docs list` and `docs remove`: what they take, what they print, what they exit with."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.assistant.documentation.files import DocumentationError, markdown_files, read
from app.assistant.documentation.sections import sections
from app.privacy.people import connected
from app.queries import QUERIES
from app.settings import Settings

_MOST_SECTIONS: Final = 10_000
"""Of one file."""

_CHANGES: Final = ("added", "changed", "removed", "unchanged")

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


class _DryRun(Exception):
    """Undoes what was done to see what it would do."""


def add_commands(command: Add) -> None:
    """Tell the command line of these."""
    docs = command("docs", _load, "Load, list or remove a tenant's documentation (DATABASE_URL).")
    actions = docs.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument("tenant", help="its slug")
        return added

    load = action("load", _load, "Load Markdown files; what is as it was stays.")
    load.add_argument("paths", nargs="+", type=Path, metavar="path", help="files, and directories with all in them")
    load.add_argument("--as", dest="prefix", type=_prefix, metavar="PREFIX", help="cite them below this")
    load.add_argument("--prune", action="store_true", help="remove other files (with --as: those below PREFIX)")
    load.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    action("list", _list, "List the files.")
    remove = action("remove", _remove, "Remove files.")
    remove.add_argument("files", nargs="+", metavar="file", help="as they are cited")


def _prefix(text: str) -> str:
    parts = text.rstrip("/").split("/")
    if not all(parts) or {".", ".."} & set(parts):
        raise argparse.ArgumentTypeError("must be a path such as handbook/guides")
    return "/".join(parts)


def _load(given: argparse.Namespace) -> int:
    prefix = given.prefix or ""
    files = markdown_files(given.paths, prefix)
    asyncio.run(_load_all(given.tenant, files, prefix, prune=given.prune, dry_run=given.dry_run))
    return 0


async def _load_all(slug: str, files: Mapping[str, Path], prefix: str, *, prune: bool, dry_run: bool) -> None:
    changes: dict[str, Counter[str]] = {}
    async with _connected(slug) as (connection, tenant_id):
        with suppress(_DryRun):
            async with connection.transaction():
                await _alone(connection, tenant_id)
                for name, path in files.items():
                    changes[name] = await _load_one(connection, tenant_id, name, read(path))
                if prune:
                    for name, gone in await connection.fetch(
                        QUERIES["prune_documentation"], tenant_id, list(files), prefix
                    ):
                        changes[name] = Counter(removed=gone)
                if dry_run:
                    raise _DryRun
    for name, counts in changes.items():
        if counts.keys() != {"unchanged"}:
            print(f"{name}: {_summed(counts)}")
    total = sum(changes.values(), Counter[str]())
    print(f"{len(files)} files: {_summed(total)}{'; a dry run: nothing was changed' if dry_run else ''}")


async def _load_one(connection: asyncpg.Connection, tenant_id: UUID, name: str, text: str) -> Counter[str]:
    cut = sections(name, text)
    if len(cut) > _MOST_SECTIONS:
        raise DocumentationError(f"{name} has more than {_MOST_SECTIONS:,} sections.")
    given = json.dumps([asdict(section) for section in cut])
    (done,) = await connection.fetch(QUERIES["load_documentation"], tenant_id, name, given)
    # Adding leaves out what is not above 0.
    return Counter(dict(done)) + Counter(unchanged=len(cut) - done["added"] - done["changed"])


def _summed(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[what]} {what}" for what in _CHANGES if counts[what]) or "no sections"


def _list(given: argparse.Namespace) -> int:
    asyncio.run(_show(given.tenant))
    return 0


async def _show(slug: str) -> None:
    async with _connected(slug) as (connection, tenant_id):
        for name, number, loaded_at in await connection.fetch(QUERIES["documentation_files"], tenant_id):
            print(f"{loaded_at:%Y-%m-%d %H:%M:%S} UTC  {_counted(number):>14}  {name}")


def _remove(given: argparse.Namespace) -> int:
    asyncio.run(_remove_all(given.tenant, set(given.files)))
    return 0


async def _remove_all(slug: str, names: set[str]) -> None:
    async with _connected(slug) as (connection, tenant_id), connection.transaction():
        await _alone(connection, tenant_id)
        gone = await connection.fetch(QUERIES["remove_documentation"], tenant_id, sorted(names))
        if missing := names - {row["file"] for row in gone}:
            raise DocumentationError(f"{min(missing)} is no file of {slug}'s documentation; nothing was removed.")
    for name, number in gone:
        print(f"{name}: removed, with {_counted(number)}")


@asynccontextmanager
async def _connected(slug: str) -> AsyncIterator[tuple[asyncpg.Connection, UUID]]:
    """The owner's connection, and the tenant's id."""
    url = Settings.load(require=(("DATABASE_URL",),)).database_url
    async with connected(url.get_secret_value() if url else "") as connection:
        tenant: Any = await connection.fetchrow(QUERIES["tenant_by_slug"], slug)
        if tenant is None:
            raise DocumentationError(f"there is no tenant {slug!r}.")
        yield connection, tenant["id"]


async def _alone(connection: asyncpg.Connection, tenant_id: UUID) -> None:
    """Until the transaction ends nobody else changes this tenant's documentation by these commands."""
    if not await connection.fetchval(QUERIES["lock_documentation"], tenant_id):
        raise DocumentationError("somebody else is changing this tenant's documentation: try again when they are done.")


def _counted(number: int) -> str:
    return f"{number} section{'' if number == 1 else 's'}"
