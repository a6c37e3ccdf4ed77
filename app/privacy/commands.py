"""The commands `export`, `erase` and `erasures`: what they take, what they print, what they exit with."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

import asyncpg
from pydantic import SecretStr

from app.encryption import SecretsKeys, TenantKey, opened_json
from app.errors import EncryptionUnavailable
from app.privacy import erasure, export, records
from app.privacy.account import AuthService
from app.privacy.archive import archive
from app.privacy.people import Person, PrivacyError, connected, find
from app.queries import QUERIES
from app.settings import Settings

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: Add) -> None:
    """Tell the command line of these."""
    take = command("export", _export, "Write everything about a person to a file (DATABASE_URL).")
    take.add_argument("person", help="e-mail address or id")
    take.add_argument("--output", type=Path, metavar="FILE", help="default: export-ID.jsonl; it must not exist")

    away = command("erase", _erase, "Erase everything about a person, for good (DATABASE_URL).")
    who = away.add_mutually_exclusive_group(required=True)
    who.add_argument("person", nargs="?", help="e-mail address or id")
    who.add_argument("--requested", action="store_true", help="those who asked for it, and what was interrupted")
    away.add_argument("--yes", action="store_true", help="do not ask")
    away.add_argument("--without-account", action="store_true", help="the account is seen to elsewhere")

    kept = command("erasures", _erasures, "Keep the list of erasures, and erase again after a restore (DATABASE_URL).")
    kept.add_argument("action", choices=("export", "replay"), help="write the list; erase whoever of it is there")
    kept.add_argument("file", type=Path, metavar="FILE")
    kept.add_argument("--without-account", action="store_true", help="accounts are seen to elsewhere")


def _settings() -> tuple[Settings, str]:
    settings = Settings.load(require=(("DATABASE_URL",),))
    return settings, settings.database_url.get_secret_value() if settings.database_url else ""


def _export(given: argparse.Namespace) -> int:
    settings, url = _settings()
    return asyncio.run(_write_export(url, settings.secrets_key, given.person, given.output))


async def _write_export(url: str, secrets_key: SecretStr | None, who: str, output: Path | None) -> int:
    async with connected(url) as connection:
        person = await find(connection, who)
        row = await _opener(connection, person, secrets_key)
        path = output or Path(f"export-{person.id}.jsonl")
        meter = _Meter()
        with archive(path) as file:
            rows = await export.export(connection, person, file.write, row=row, progress=meter.show)
        meter.close()
    _say(f"{person.email}: {sum(rows.values())} rows of {len(rows)} tables in {path}")
    return 0


async def _opener(connection: asyncpg.Connection, person: Person, secrets_key: SecretStr | None) -> export.Row | None:
    """What decrypts lines where messages are encrypted; None where nothing is."""
    rows = await connection.fetch(QUERIES["tenant_keys"], person.tenant_id)
    if not rows:
        return None
    if secrets_key is None:
        _say("Messages are encrypted, and stay so: set SECRETS_KEY to have them as they were said.")
        return None
    secrets = SecretsKeys.of(secrets_key)
    try:
        keys = {row["id"]: TenantKey.opened(row["tenant_id"], row["id"], row["wrapped_key"], secrets) for row in rows}
    except EncryptionUnavailable as error:
        raise PrivacyError("SECRETS_KEY does not open the keys of the person's organisation.") from error
    return lambda line: opened_json(line, keys)


def _erase(given: argparse.Namespace) -> int:
    settings, url = _settings()
    return asyncio.run(_erase_all(url, _means(settings, given), given.person, asks=not given.yes))


async def _erase_all(url: str, means: erasure.Means, who: str | None, *, asks: bool) -> int:
    async with connected(url) as connection:
        if who is not None:
            return await _erase_one(connection, await find(connection, who), means, asks=asks)
        return await _erase_each(connection, await records.open_ones(connection), means, asks=asks)


async def _erase_each(
    connection: asyncpg.Connection, people: Iterable[tuple[UUID, UUID]], means: erasure.Means, *, asks: bool
) -> int:
    status = 0
    for tenant_id, person_id in people:
        try:
            person = await find(connection, str(person_id), tenant_id)
            status |= await _erase_one(connection, person, means, asks=asks)
        except (PrivacyError, asyncpg.PostgresError) as error:
            _say(f"{person_id}: {error}")
            status = 1
    return status


async def _erase_one(connection: asyncpg.Connection, person: Person, means: erasure.Means, *, asks: bool) -> int:
    _say(f"{person.email} ({person.id}) of {person.tenant}:")
    for table, kind, rows in await connection.fetch(QUERIES["personal_row_counts"], person.tenant_id, person.id):
        _say(f"  {rows:>10} {table}{' (kept, without the person)' if kind == 'detach' else ''}")
    if asks and _answer("This cannot be undone. Type the e-mail address to erase them: ") != person.email:
        raise PrivacyError("nothing was erased.")
    print(await erasure.erase(connection, person, means), flush=True)
    found = await erasure.traces(connection, person)
    for trace in found:
        # Others may have the same name, or speak of the person.
        what = "the name" if trace.needle == person.name else trace.needle
        _say(f"  left: {what} in {trace.rows} rows of {trace.table} ({trace.column})")
    left = [trace for trace in found if trace.needle != person.name]
    if not means.account_too:
        left = [trace for trace in left if not trace.table.startswith("auth.")]
    _say(f"{len(left)} places hold something of them." if left else "Nothing of them is left in the database.")
    return 1 if left else 0


def _erasures(given: argparse.Namespace) -> int:
    settings, url = _settings()
    if given.action == "export":
        return asyncio.run(_write_list(url, given.file))
    try:
        lines = given.file.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise PrivacyError(f"{given.file} cannot be read: {error}") from error
    return asyncio.run(_replay(url, lines, _means(settings, given)))


async def _write_list(url: str, path: Path) -> int:
    async with connected(url) as connection:
        lines = await records.finished(connection)
    with archive(path) as file:
        file.writelines(line.encode() + b"\n" for line in lines)
    _say(f"{len(lines)} erasures in {path}")
    return 0


async def _replay(url: str, lines: list[str], means: erasure.Means) -> int:
    async with connected(url) as connection:
        people = await records.there(connection, lines)
        _say(f"{len(people)} of {len(lines)} are in this database.")
        return await _erase_each(connection, people, means, asks=False)


def _means(settings: Settings, given: argparse.Namespace) -> erasure.Means:
    service = None
    if settings.supabase_url and settings.supabase_secret_key:
        service = AuthService(settings.supabase_url, settings.supabase_secret_key.get_secret_value())
    return erasure.Means(service=service, account_too=not given.without_account)


def _answer(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Meter:
    """How far an export is, on one line of a terminal, and nowhere else."""

    def __init__(self) -> None:
        self._shown = self._began = time.monotonic()
        self._quiet = not sys.stderr.isatty()

    def show(self, rows: int, octets: int) -> None:
        """So many so far."""
        now = time.monotonic()
        if self._quiet or now - self._shown < 0.2:
            return
        self._shown = now
        rate = rows / (now - self._began)
        print(f"\r{rows} rows, {octets / 1e6:.1f} MB, {rate:.0f} rows/s ", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line."""
        if not self._quiet:
            print(file=sys.stderr)
