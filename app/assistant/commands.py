"""The commands `config diff`, `config load` and `config sync`: what they take, what they print, what they exit with."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.assistant.comparison.blame import Revision
from app.assistant.comparison.compare import Side
from app.assistant.configuration.numbers import write_json
from app.assistant.configuration.paths import PathError, get, parse
from app.assistant.documents.errors import YamlError
from app.assistant.documents.source import MOST_BYTES, Document, read
from app.assistant.ground import Project
from app.assistant.library import REVISIONS_AT_ONCE, project_of, revision_of
from app.assistant.report import told
from app.assistant.subject import Subject
from app.queries import QUERIES
from app.settings import Settings

SAME: Final = 0
DIFFERENT: Final = 1
FAILED: Final = 2

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


class ConfigurationError(Exception):
    """What was asked cannot be done; the text says why, in a sentence."""


def add_commands(command: Add) -> None:
    """Tell the command line of these."""
    config = command("config", _run, "Compare a project's YAML and configuration, or load its YAML (DATABASE_URL).")
    actions = config.add_subparsers(dest="action", required=True, metavar="action")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        added.add_argument("project", help="its slug, tenant/slug where several tenants have one of that name, or id")
        return added

    diff = action("diff", "Show where they differ, and who changed what. Exit status: 0 same, 1 differ, 2 failed.")
    diff.add_argument("--path", default="", help="only what is at or below this path, such as workflow.statuses")
    diff.add_argument("--json", action="store_true", help="as JSON")
    load = action("load", "Store a YAML document, once it can be read, as the project's source.")
    load.add_argument("file", type=Path, help="the document; - for standard input")
    load.add_argument("--name", help="what the file is called in differences and patches (default: as it is now)")
    load.add_argument(
        "--apply", action="store_true", help="make the configuration what it says, and note both as synced"
    )
    action("sync", "Note that both sides agree, by which changes since are told. Exit status 1 if they do not.")


def _run(given: argparse.Namespace) -> int:
    settings = Settings.load(require=(("DATABASE_URL",),))
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    run = {"diff": _diff, "load": _load, "sync": _sync}[given.action]
    try:
        return asyncio.run(run(url, given))
    except YamlError as error:
        _say(f"{_name(given)}:{error.line}:{error.column}: {error.message}")
    except (ConfigurationError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        _say(f"palaver config {given.action}: {getattr(error, 'message', None) or error}")
        for line in _errors(error):
            _say(f"  {line}")
    return FAILED


async def _diff(url: str, given: argparse.Namespace) -> int:
    async with _connected(url) as connection:
        project = await _find(connection, given.project)
        subject = await _compared(project)
        differences = await told(subject, _OwnersHistory(connection), given.path)
    if not differences and not _leads(subject, given.path):
        raise ConfigurationError(f"there is nothing at {given.path} on either side of {project.slug}.")
    if given.json:
        print(json.dumps({"project": project.slug, "differences": differences}, ensure_ascii=False, indent=2))
    else:
        for difference in differences:
            print(*_lines(difference, project), sep="\n")
        _say(f"{project.slug}: {_count(len(differences))}.")
    return DIFFERENT if differences else SAME


async def _load(url: str, given: argparse.Namespace) -> int:
    source, document = _document(given.file)
    async with _connected(url) as connection, connection.transaction():
        project = await _find(connection, given.project)
        await connection.execute(QUERIES["store_project_yaml"], project.id, source, given.name)
        if given.apply:
            await connection.execute(QUERIES["apply_project_yaml"], project.id, write_json(document.value))
        stored = await _find(connection, str(project.id))
        subject = await _compared(stored)
    found = _count(len(subject.differences or ()))
    _say(f"{project.slug}: {stored.yaml_file} is version {stored.yaml_version}; {found}.")
    return SAME


async def _sync(url: str, given: argparse.Namespace) -> int:
    async with _connected(url) as connection, connection.transaction():
        project = await _find(connection, given.project)
        subject = await _compared(project)
        if subject.differences:
            _say(f"{project.slug}: {_count(len(subject.differences))}; nothing is noted.")
            return DIFFERENT
        await connection.execute(QUERIES["note_project_synced"], project.id)
    _say(f"{project.slug}: both sides agree.")
    return SAME


class _OwnersHistory:
    """Revisions as the schema's owner reads them."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def revisions(self, project_id: UUID, side: Side) -> AsyncGenerator[Revision, None]:
        """Those of one side, newest first."""
        before: int | None = None
        while rows := await self._connection.fetch(
            QUERIES["project_revisions"], project_id, side, REVISIONS_AT_ONCE, before
        ):
            for row in rows:
                if (revision := await revision_of(row)) is not None:
                    yield revision
            before = rows[-1]["version"]


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ConfigurationError(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def _find(connection: asyncpg.Connection, name: str) -> Project:
    rows = await connection.fetch(QUERIES["find_projects"], name)
    if not rows:
        raise ConfigurationError(f"there is no project {name}.")
    if len(rows) > 1:
        names = ", ".join(f"{row['tenant']}/{row['slug']}" for row in rows)
        raise ConfigurationError(f"there are {len(rows)} projects {name}; say which: {names}.")
    return project_of(rows[0])


async def _compared(project: Project) -> Subject:
    """The project, compared. Raises YamlError, and ConfigurationError where there is no YAML."""
    subject = await Subject.read(project)
    if subject.fault is not None:
        raise subject.fault
    if subject.document is None:
        raise ConfigurationError(f"{project.slug} has no YAML document; load one with: config load {project.slug} FILE")
    await subject.compare()
    return subject


def _leads(subject: Subject, path: str) -> bool:
    """Whether there is something at a path: a misspelt one must not pass for the same on both sides."""
    for side in (subject.project.configuration, subject.document.value if subject.document else {}):
        with suppress(PathError):
            get(side, parse(path))
            return True
    return False


def _document(path: Path) -> tuple[str, Document]:
    if str(path) == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    document = read(data)
    return document.text, document


def _lines(difference: dict[str, Any], project: Project) -> list[str]:
    """One difference for a terminal."""
    since = {
        "yaml": "changed in YAML",
        "database": "changed in the database",
        "both": "CONFLICT: changed on both sides",
        "unknown": "since before the last sync" if project.synced_at else "never synced",
    }
    place = f"{project.yaml_file}:{difference['line']}:{difference['column']}" if difference["line"] else ""
    sides = (("yaml", "yamlValue", place), ("database", "dbValue", ""))
    missing = {"yaml": "missing_in_yaml", "database": "missing_in_db"}
    lines = [f"{difference['path']}  ({since[difference['changedIn']]})"]
    for side, value, where in sides:
        said = "-" if difference["type"] == missing[side] else json.dumps(difference[value], ensure_ascii=False)
        whose = _whose(difference["changed"][side])
        lines.append(f"  {side:<8}  {said}" + "".join(f"  {part}" for part in (where, whose) if part))
    return lines


def _whose(edit: dict[str, Any] | None) -> str:
    if edit is None:
        return ""
    by = edit["by"]
    who = "" if by is None else f" by {by['name'] or by['id']}"
    at = datetime.fromisoformat(edit["at"])
    return f"[version {edit['version']}{who}, {at:%Y-%m-%d %H:%M} UTC, {edit['cause']}]"


def _errors(error: BaseException) -> list[str]:
    """What of a configuration does not fit its schema, where that is what the database says."""
    try:
        errors = json.loads(getattr(error, "detail", None) or "")["errors"]
        return [f"{each['path']}: {each['message']}" for each in errors]
    except (ValueError, KeyError, TypeError):
        return []


def _name(given: argparse.Namespace) -> str:
    name: str = str(given.file) if given.action == "load" else given.project
    return name


def _count(differences: int) -> str:
    return {0: "no difference", 1: "1 difference"}.get(differences, f"{differences} differences")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
